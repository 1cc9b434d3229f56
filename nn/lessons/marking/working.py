"""mark: numbers worked out by hand, read and marked."""

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

from nn.arguments import expect
from nn.credit.credit import Credit
from nn.lessons.marking.report import EXCHANGED, OTHER_SIGN, Marking, marked
from nn.lessons.marking.scheme import Scheme
from nn.lessons.names import called
from nn.lessons.quantities import Reading, right_numbers
from nn.lessons.reading import as_written, decoded, plain, read
from nn.notations import NOTATIONS


class Sheet(Protocol):
    """What a working answers: an example with a learning rate, a Worksheet say."""

    @property
    def credit(self) -> Credit:
        """The example."""
        ...

    @property
    def lr(self) -> float:
        """The learning rate η of its new weights."""
        ...


def mark(
    working: str | PathLike[str] | Mapping[str, str],
    sheet: Sheet | Credit,
    lr: float = 0.1,
    scheme: Scheme | None = None,
    notation: str | None = None,
) -> Marking:
    """Mark numbers worked out by hand: right, following from the numbers before them, or wrong.

    A number stands for ± half a unit of its last digit, and so does each result on the way to the next; a line that
    follows from one's own earlier numbers is never wrong. Where lines are wrong, it is asked which of some eighty
    mistakes, or which two of them, would make them so.

    Args:
        working: a text; a path (pathlib.Path) to a file; or what was written by name, as text, because the number of
            digits counts.
        sheet: what it answers: a Worksheet, or a Credit. It comes from the teacher, never from the working.
        lr: with a Credit, the learning rate η of the new weights.
        scheme: how many marks the parts are worth; 100 in all if it is not given.
        notation: in the letters of which book it is written; without it that is recognised.

    Raises:
        ValueError: if there is nothing to mark.

    >>> from nn.lessons.gallery import example
    >>> print(mark("ŷ = 0.828, δ0 = 0.628, δ1 = 0.440".replace(", ", "\\n"), example("worked").credit()))
    number  given    right
    ŷ       0.828  0.82790           right
    δ0      0.628  0.62790           right
    δ1      0.440  0.13632  wrong, +0.3037
    <BLANKLINE>
    Of 26 lines 2 right, 1 wrong, 23 left blank: 16.67 of 100 marks.
    δ1 = 0.440 is wrong: 0.13634 follows from your own numbers. A likely cause: the slope f′(a) of the activation is left out of the hidden δ.
    """
    credit, lr = (sheet, lr) if isinstance(sheet, Credit) else (sheet.credit, sheet.lr)
    text, printed = _text(working), None
    if isinstance(working, Mapping) and notation is None:
        printed = _as_the_sheet_has_it(working, credit, lr)
    reading = printed or read(_without(text, sheet), credit, notation, lr)
    if not reading.numbers:
        why = "it has no answers yet: write numbers beside their names"
        raise ValueError(f"there is nothing to mark: {[*map(str, reading.unread), why][0]}")
    usual = credit.names.notation.key
    if reading.notation in NOTATIONS:
        credit = credit.in_notation(reading.notation)  # told in the letters of the working
    told = reading.told or credit.names.sign < 0.0  # the notation's own sign of δ
    optimizer = getattr(sheet, "optimizer", None)
    marking = marked(replace(reading, told=told), credit, lr, scheme, optimizer)
    asked, remarks = reading.notation == usual, list(marking.remarks)
    if asked and credit.names.sign < 0.0 and OTHER_SIGN in remarks:
        remarks.remove(OTHER_SIGN)
    if not (reading.told or asked or EXCHANGED in remarks):
        known = f"Read in the letters of {reading.notation}, which were recognised; notation= says others."
        remarks.append(EXCHANGED if "exchanged" in reading.notation else known)
    return replace(marking, remarks=tuple(remarks))


def _text(working: Any) -> str:
    if isinstance(working, Mapping):
        for name, number in working.items():
            digits = f"{name} is given as text, because its digits count"
            expect(isinstance(number, str), digits, number)
        return "\n".join(f"{name} = {number}" for name, number in working.items())
    if isinstance(working, str):
        return working
    wanted = "a working is a text, a path or a dict of texts by name"
    expect(isinstance(working, PathLike), wanted, working)
    return decoded(Path(working).read_bytes())


def _without(text: str, sheet: Any) -> str:
    """Return a text without the lines that the sheet itself has printed, each other line where it was."""
    if not hasattr(sheet, "problem") or text.lstrip()[:1] in "{[":
        return text
    forms = plain(sheet.problem), plain(sheet.latex())
    printed = {line.strip() for form in forms for line in form.split("\n")}
    return "\n".join("" if line.strip() in printed else line for line in plain(text).split("\n"))


def _as_the_sheet_has_it(working: Mapping[str, str], credit: Credit, lr: float) -> Reading | None:
    """Return what stands under the names that a worksheet prints, which mean what it says; None if there are others."""
    known = {called(q, credit): q for q in right_numbers(credit, lr)}
    if not working or not working.keys() <= known.keys():
        return None
    try:
        numbers = {known[name]: as_written(x, name) for name, x in working.items() if x.strip()}
    except ValueError:
        return None
    return Reading(numbers, notation=credit.names.notation.key, told=True)
