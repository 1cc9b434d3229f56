"""The checker: which line of a working by hand is the first to differ, by how much, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import partial

from autograd.notation import shown, table
from nn.arguments import expect
from nn.credit.credit import Credit
from nn.lessons.mistakes import MISTAKES, NO_MISTAKE, Mistake, worked
from nn.lessons.names import canonical, quantities


@dataclass(frozen=True)
class Line:
    """One number of a working.

    Attributes:
        name: what it is called in `quantities`.
        given: what was written.
        right: the right number.
    """

    name: str
    given: str
    right: float

    @property
    def difference(self) -> float:
        """By how much the given number is too large."""
        return float(Decimal(self.given)) - self.right

    @property
    def ok(self) -> bool:
        """Whether the right number rounds to the given one."""
        return self.agrees(self.right, 0.5)

    def agrees(self, x: float, units: float = 1.0) -> bool:
        """Tell whether the given number is x, to so many units of its last digit."""
        unit = 10.0 ** -max(1, self.decimals)
        return abs(float(Decimal(self.given)) - x) <= units * unit * (1 + 1e-9) + 1e-12 * abs(x)

    @property
    def decimals(self) -> int:
        """How many digits after the point were given."""
        return -int(Decimal(self.given).as_tuple().exponent)


@dataclass(frozen=True)
class Marking:
    """What the checker found; it prints as a report.

    Attributes:
        lines: the given numbers, in the order in which one works them out.
        verdict: what is the matter, in words.
        mistake: the usual mistake that was recognised; empty if none was.
        rounding: if only intermediate numbers were rounded, to how many decimals all numbers agree; else None.
        unknown: what is said about each name that means nothing in this example, and each answer that is no number.
        missing: what is said about the numbers of the example that were not given; empty if all were.
    """

    lines: list[Line]
    verdict: str
    mistake: str = ""
    rounding: int | None = None
    unknown: tuple[str, ...] = ()
    missing: str = ""

    @property
    def first(self) -> Line | None:
        """The first line that is not right."""
        return next((line for line in self.lines if not line.ok), None)

    @property
    def ok(self) -> bool:
        """Whether every line is right, to the digits given or but for rounding on the way."""
        return self.first is None or self.rounding is not None

    def __str__(self) -> str:
        rows = [
            [
                line.name,
                line.given,
                _right(line),
                "✓"
                if line.ok
                else f"{shown(line.difference, max(line.decimals, 1) + 1, sign=True)} ✗",
            ]
            for line in self.lines
        ]
        told = [self.verdict, *(f"Not marked: {text}" for text in self.unknown)]
        if self.missing:
            told.append(self.missing)
        return "\n".join([table(["number", "given", "right", "difference"], rows), "", *told])


def check_working(working: Mapping[str, str], credit: Credit, lr: float = 0.1) -> Marking:
    """Mark numbers worked out by hand: each is right if the right number rounds to it.

    Where one is not, it is asked of every line whether it follows from the lines before it as they were
    given: by the right rule, which means that only rounding is to blame, or by one of the usual mistakes.

    Args:
        working: what was written by name, as text, because the number of digits matters.
        credit: the example.
        lr: the learning rate η of its new weights.

    Raises:
        ValueError: if there is nothing to check, or two names mean the same.

    >>> from nn.lessons.gallery import example
    >>> print(check_working({"ŷ": "0.83", "δ0": "0.63", "δ1": "0.44"}, example("worked").credit()))
    number  given   right  difference
    ŷ        0.83  0.8279           ✓
    δ0       0.63  0.6279           ✓
    δ1       0.44  0.1363    +0.304 ✗
    <BLANKLINE>
    The first difference is δ1: 0.44 was given, 0.1363 is right.
    The usual mistake: the slope f′(a) of the activation is left out of the hidden δ.
    23 of 26 not worked out yet.
    """
    expect(isinstance(working, Mapping), "a working is a dict of texts by name", working)
    right = quantities(credit, lr)
    names: dict[str, str] = {}
    unknown: list[str] = []
    for name in working:
        try:
            quantity = canonical(name, credit)
        except ValueError as error:
            unknown.append(str(error))
            continue
        if quantity in names:
            bare = ": a weight without more is the new one" if quantity.startswith("new") else ""
            raise ValueError(f"{names[quantity]!r} and {name!r} both mean {quantity}{bare}")
        names[quantity] = name
    given: dict[str, str] = {}
    for quantity, name in names.items():
        try:
            given[quantity] = _decimal(name, working[name])
        except ValueError as error:
            unknown.append(str(error))
    if not given:
        example = "give lines such as a1 = 1.19"
        raise ValueError("; ".join(["there is nothing to check", *(unknown[:1] or [example])]))
    lines = [Line(name, given[name], right[name]) for name in right if name in given]
    marking = _marking(lines, credit, lr)
    left = len(right) - len(names)
    if (unknown or left) and marking.first is None:
        marking = replace(marking, verdict="What was marked is right to the digits given.")
    missing = f"{left} of {len(right)} not worked out yet." if left else ""
    return replace(marking, unknown=tuple(unknown), missing=missing)


def _marking(lines: list[Line], credit: Credit, lr: float) -> Marking:
    wrong = [line for line in lines if not line.ok]
    if not wrong:
        return Marking(lines, "Every line is right to the digits given.")
    first = wrong[0]
    follows = partial(_follows, lines, credit, lr)
    plain = follows(NO_MISTAKE)
    if len(plain) == len(lines):
        decimals = _agreement(lines)
        verdict = f"Only rounding on the way: every line follows from those before it, and all agree to {_places(decimals)}."
        return Marking(lines, verdict, rounding=decimals)
    verdict = (
        f"The first difference is {first.name}: {first.given} was given, {_right(first)} is right."
    )
    culprit = next(line for line in lines if line.name not in plain)
    if culprit is not first:
        verdict += (
            f"\nThat may be rounding; the first that does not follow from those before it is {culprit.name}: "
            f"{culprit.given} was given, {_right(culprit)} is right."
        )
    mistake = _usual(culprit.name, len(plain), follows)
    if mistake:
        verdict += f"\nThe usual mistake: {mistake}."
    return Marking(lines, verdict, mistake)


def _right(line: Line) -> str:
    """Return the right number with a few more digits than were given."""
    return shown(line.right, min(max(line.decimals, 1) + 2, 15))


def _decimal(name: str, text: str) -> str:
    expect(isinstance(text, str), f"{name} is given as text, because its digits count", text)
    plain = text.strip(" \t*`").replace("−", "-")
    if "." not in plain:
        plain = plain.replace(",", ".")  # a decimal comma
    try:
        if Decimal(plain).is_finite():
            return plain
    except InvalidOperation:
        pass
    raise ValueError(f"{name.strip()} = {text.strip()}: that is no number")


def _significant(digits: int, x: float) -> float:
    return float(f"{x:.{digits}g}")


def _follows(lines: list[Line], credit: Credit, lr: float, mistake: Mistake) -> set[str]:
    """Return the names of the lines that follow from those before them if this mistake is made.

    A line may have been worked out from the numbers as they were written down, or from more digits. Numbers that were
    not written down may have been rounded, nobody knows how: the rounding with which most lines follow is taken.
    """
    given = {line.name: float(Decimal(line.given)) for line in lines}
    first = {
        f"a{j}" for j in credit.layers[1]
    }  # made of exact numbers, so nothing excuses their last digit
    unrounded = worked(credit, lr, mistake)
    best: set[str] = set()
    for digits in (17, *range(9, 1, -1)):
        found = worked(credit, lr, mistake, given, partial(_significant, digits))
        names = {
            line.name
            for line in lines
            if line.agrees(unrounded[line.name], 0.5)
            or line.agrees(found[line.name], 0.5 if line.name in first else 1.0)
        }
        if len(names) > len(best):
            best = names
    return best


def _usual(culprit: str, most: int, follows: Callable[[Mistake], set[str]]) -> str:
    """Return the mistake from which a line follows, and more lines than without it; empty if there is none."""
    best = ""
    for mistake in MISTAKES:
        names = follows(mistake)
        if culprit in names and len(names) > most:
            best, most = mistake.text, len(names)
    return best


def _agreement(lines: list[Line]) -> int:
    """Return to how many decimals all given numbers agree with the right ones."""
    largest = max(abs(line.difference) for line in lines)
    decimals = 0
    while decimals < 15 and largest <= 0.5 * 10.0 ** -(decimals + 1):
        decimals += 1
    return decimals


def _places(decimals: int) -> str:
    return f"{decimals} decimal{'s' * (decimals != 1)}"
