"""Line by line: what is right, what follows from one's own earlier numbers, and what is wrong."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from nn.activations import activation_name
from nn.lessons.marking.rules.any_network import hand_of
from nn.lessons.marking.rules.hand import FROM_Z, NONE, Flaws, Hand
from nn.lessons.marking.rules.intervals import SLOPES_FROM_Z, Interval, at
from nn.lessons.marking.rules.problem import Problem
from nn.lessons.marking.rules.remembered import Answers, remembered
from nn.lessons.quantities import Quantity, Written

Status = Literal["right", "follows", "wrong"]
MOST = 0.6  # of the numbers of a sheet are written in its way
FEW = 5  # numbers that end in zeros by chance
NEAR = 2.0  # units by which digits that were cut off, not rounded, may be missed


@dataclass(frozen=True)
class Style:
    """The way in which the numbers of a sheet are written.

    Attributes:
        decimals: how many digits after the point, if they are written so.
        digits: how many digits that count, if they are written so.
    """

    decimals: int | None
    digits: int | None

    def unit_of(self, x: float, own: float) -> float:
        """Return what one in the last digit of a number is worth; its own unit if the sheet has no one way."""
        units = []
        if self.decimals is not None:
            unit = 10.0**-self.decimals
            units.append(unit if self.decimals > 1 else min(unit, _two_digits(x)))
        if self.digits is not None and x and math.isfinite(x):
            units.append(10.0 ** (math.floor(math.log10(abs(x))) + 1 - self.digits))
        return max(units, default=own)


def _two_digits(x: float) -> float:
    """Return what one in the second digit of a number is worth."""
    return 10.0 ** (math.floor(math.log10(abs(x))) - 1) if x else 0.01


def unpadded(numbers: Mapping[Quantity, Written]) -> dict[Quantity, Written]:
    """Return the numbers of a sheet without the zeros that end all of them: 0.781800, −0.136300 were rounded to four digits."""
    counted = [(w, round(min(abs(w.value) / w.unit, 1e300))) for w in numbers.values()]
    ends = [len(str(n)) - len(str(n).rstrip("0")) for _, n in counted if n]
    digits = max((w.digits for w, n in counted if n), default=0)
    zeros = min(*ends, digits - 2) if len(ends) >= FEW else 0  # among few numbers it may be chance
    if zeros <= 0:
        return dict(numbers)
    return {
        q: replace(w, unit=w.unit * 10.0**zeros, digits=w.digits - zeros) if n else w
        for (q, w), (_, n) in zip(numbers.items(), counted)
    }


def style_of(numbers: Iterable[Written]) -> Style:
    """Return how a sheet is written: with so many decimals or digits as most of its numbers, and none has more."""
    given = list(numbers)
    found: list[int | None] = []
    for counts in (Counter(w.decimals for w in given), Counter(w.digits for w in given)):
        most = max(counts)
        found.append(most if counts[most] >= MOST * len(given) else None)
    decimals, digits = found
    return Style(decimals, None if digits is None else max(digits, 2))


@dataclass
class Judged:
    """A working with a status for each of its lines.

    Attributes:
        hand: its numbers, and what follows from them.
        status: of each line.
        units: by how many units of the last digit a number may be off: a half, or 1 where digits were cut off.
        style: how the sheet is written.
        written: its numbers as they were written.
        copied: the lines that are right, but do not follow from earlier wrong ones.
        answers: what it was asked before.
    """

    hand: Hand
    units: float
    style: Style
    written: Mapping[Quantity, Written]
    status: dict[Quantity, Status] = field(default_factory=dict)
    copied: list[Quantity] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)

    @property
    def wrong(self) -> list[Quantity]:
        """The lines that are wrong."""
        return [q for q, status in self.status.items() if status == "wrong"]

    def follows(self, q: Quantity, flaws: Flaws = NONE) -> Interval:
        """Return what a line should be, given the numbers before it, if these mistakes are made."""
        if self.style == _NO_STYLE:
            self.hand.round_to(self.units * self.written[q].unit)
        return self.hand.follows(q, flaws)

    def made(self, q: Quantity, flaws: Flaws = NONE) -> list[Interval]:
        """Return what a line should be by each way of working it out, if these mistakes are made."""
        return [self.follows(q, flaws | way if way else flaws) for way in self.ways(q)]

    def gap(self, q: Quantity) -> float:
        """Return by how many units of its last digit a line does not follow."""
        mine = self.hand.written[q]
        return min(mine.gap(self.follows(q, way)) for way in self.ways(q)) / self._unit(q)

    def _unit(self, q: Quantity) -> float:
        return self.style.unit_of(self.hand.written[q].middle, self.written[q].unit)

    def spread(self, q: Quantity) -> float:
        """Return how many units of its last digit wide it is what a line should be."""
        meant = self.follows(q)
        return (meant.hi - meant.lo) / self._unit(q)

    def status_of(self, q: Quantity, mine: Interval) -> Status:
        """Return the status of a line, given that of those before it."""
        right, follows = mine.meets(at(self.hand.problem.right[q])), False
        for way in self.ways(q):
            if mine.meets(self.follows(q, way)):
                follows = True
                if all(self.status[p] == "right" for p in self.hand.made_of(q, way is not NONE)):
                    return "right"
        self.copied += [q] * (right and not follows)
        return "right" if right else "follows" if follows else "wrong"

    @remembered
    def ways(self, q: Quantity) -> list[Flaws]:
        """Return the ways of working out a line: a slope that is no constant may come from a or from z."""
        functions = self.hand.problem.functions
        names = {activation_name(functions[step.of]) for step in self.hand.chain(q)
                 if step.kind == "delta" and step.of in functions}  # fmt: skip
        either = names & SLOPES_FROM_Z.keys() - {"linear"}
        return [NONE, frozenset([FROM_Z])] if either else [NONE]


_NO_STYLE = Style(None, None)


def judge(problem: Problem, written: Mapping[Quantity, Written]) -> Judged:
    """Return the status of each line; where it is plain that digits were cut off, by whole units."""
    style = style_of(written.values())
    found = _judge(problem, written, style, 0.5)
    wrong = found.wrong
    near = [q for q in wrong if found.gap(q) <= max(NEAR, found.spread(q))]
    # what is cut off is nearer to 0, here or in nearly all other lines; sums of such numbers may be farther
    farther = any(abs(written[q].value) > abs(found.follows(q).middle) for q in near)
    if len(wrong) == 1 and farther and not _cut_off(found):
        return found
    if near and len(near) >= len(wrong) / 2:
        cut = _judge(problem, written, style, 1.0)
        if len(cut.wrong) <= 0.3 * len(wrong):
            return cut
    return found


def _cut_off(found: Judged) -> bool:
    """Tell whether nearly all numbers of a sheet are nearer to 0 than the right ones."""
    right, written = found.hand.problem.right, found.written
    off = [q for q in found.status if abs(written[q].value - right[q]) > 1e-9]
    nearer = [q for q in off if abs(written[q].value) < abs(right[q])]
    return len(off) >= 5 and len(nearer) >= 0.75 * len(off)


def _judge(
    problem: Problem, written: Mapping[Quantity, Written], style: Style, units: float
) -> Judged:
    same = units * style.unit_of(1.0, 1.0)
    fixed = style.digits is None and (style.decimals or 0) > 1
    known: dict[Quantity, Interval] = {}
    half = (lambda x: same) if fixed else (lambda x: units * style.unit_of(x, 1.0))
    hand = hand_of(problem, known, half)
    found = Judged(hand, units, style, written)
    for q in (q for q in problem.order if q in written):
        for mine in _readings(written[q], style, units):
            known[q] = mine
            found.status[q] = found.status_of(q, mine)
            if found.status[q] != "wrong":
                break
    return found


def _readings(w: Written, style: Style, units: float) -> list[Interval]:
    """Return what a number may stand for: with the unit of the sheet, if its end zeros were dropped, then its own."""
    sheet, own = style.unit_of(w.value, w.unit), w.unit
    if max(w.digits, w.decimals) < 2:  # one digit is not believed
        own = min(own, _two_digits(w.value))
    short = [sheet] if sheet < own * (1.0 - 1e-9) else []
    return [Interval(w.value, w.value).wider(units * unit * (1.0 + 1e-9)) for unit in (*short, own)]
