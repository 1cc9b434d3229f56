"""Numbers that know where they come from: what is drawn or told with them can be filled anew.

A picture or a story made of Places has a mark wherever a number is written. `fill` puts an element there,
with the number of now in it and, as its `data-n`, what to write once numbers change.
"""

import html
import re
from collections.abc import Callable

from autograd.notation import Spelled, bracketed, shown, significant

# A mark is so many signs that nobody writes: as wide as the widest number of a picture.
_WIDTH, _FIRST, _BASE = 8, 0x2801, 250
_PAD = "⣿" * (_WIDTH - 2)
_MARK = re.compile(f"[\u2801-\u28fa]{{2}}{_PAD}")


class Place(Spelled):
    """A float that is written as a mark.

    Attributes:
        quantity: what it is, as the page's script reads it: v3 is the number in slot 3, g3 the derivative of the result by
            it, p3.5 the product of g3 and v5, s5.3 the derivative of slot 5 by slot 3, l5.1 that by its second operand, c5.1
            the product of this and g5, m5.1 that of this and −1, i2.3 the derivative by slot 3 on ways inside of part 2,
            n3 what an update makes of v3, o the number 1, t the loss, x the largest credit; -g3 the other sign of g3.
    """

    quantity: str
    _marks: "Marks"
    _always: str

    def spelled(self, how: str) -> str:
        """Return a mark for this number in a format of `autograd.notation`."""
        return self._marks.mark(self, how + self._always)

    def __neg__(self) -> "Place":
        minus = self.quantity.removeprefix("-") if self.quantity[0] == "-" else f"-{self.quantity}"
        return self._marks.place(minus, -float(self), self._always)

    def exact(self) -> str:
        """Return a mark for this number as Python writes it."""
        return self._marks.mark(self, "r")


def quantity(x: object) -> str:
    """Return what a number of the page is, for its script."""
    return x.quantity if isinstance(x, Place) else ""


class Marks:
    """The marks of one page."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self._numbers: list[tuple[str, str, float]] = []

    def place(self, quantity: str, x: float, always: str = "") -> Place:
        """Return a number that is known by what it is; `always` is part of every format of it."""
        place = Place(x)
        place.quantity, place._marks, place._always = quantity, self, always
        return place

    def mark(self, place: Place, how: str) -> str:
        """Return the mark of a number in a format (see `autograd.notation.Spelled`), or r for repr."""
        key = place.quantity, how
        if key not in self._known:
            self._known[key] = len(self._numbers)
            self._numbers.append((*key, float(place)))
        high, low = divmod(self._known[key], _BASE)
        return f"{chr(_FIRST + high)}{chr(_FIRST + low)}{_PAD}"

    def fill(self, text: str, tag: str, empty: bool = False) -> str:
        """Return a text with its marks as elements of this tag, with the number of now in them or empty."""

        def element(quantity: str, how: str, x: float) -> str:
            said = "" if empty else html.escape(written(x, how))
            return f'<{tag} data-n="{quantity} {how}">{said}</{tag}>'

        return self._replaced(text, element)

    def template(self, text: str) -> str:
        """Return a text with {what and how} in place of its marks."""
        return self._replaced(text, lambda quantity, how, x: f"{{{quantity} {how}}}")

    def _replaced(self, text: str, new: Callable[[str, str, float], str]) -> str:
        def replacement(mark: re.Match[str]) -> str:
            high, low = (ord(c) - _FIRST for c in mark[0][:2])
            return new(*self._numbers[_BASE * high + low])

        return _MARK.sub(replacement, text)


def stale(text: str) -> bool:
    """Tell whether a text has a number that no mark stands for, and that would stay while others change."""
    return re.search(r"\d\.\d\d|\de[−\d]", text) is not None


def written(x: float, how: str) -> str:
    """Return a number in the format of a mark."""
    if how == "r":
        return repr(x) if x - x == 0.0 else f'float("{x}")'
    text = (significant if "s" in how else shown)(x, int(how[0]), "+" in how)
    return bracketed(text) if "(" in how else text
