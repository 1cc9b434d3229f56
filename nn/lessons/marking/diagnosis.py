"""Why lines are wrong: the cheapest set of mistakes that explains them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from nn.lessons.marking.judging import Judged
from nn.lessons.marking.rules.hand import Flaws
from nn.lessons.marking.rules.intervals import Interval
from nn.lessons.marking.rules.mistakes import Mistake, mistakes_in
from nn.lessons.quantities import Quantity, Written

CONTRADICTED = 5.0  # the price of a good line that should be otherwise
LARGEST = 3  # how many mistakes are looked for at once
NAMED = 2  # how many of them are named
CLOSE = 3.0  # units of the last digit within which one line tells nothing
EQUAL = 0.35  # what may be dearer by so much cannot be told apart
ALIKE = 0.5  # the share of its price of a line whose like is not explained either
BESIDE = 2.2  # the price of a known mistake beside one that nobody knows
TOGETHER = 2.0  # the price of two mistakes neither of which explains a line without the other
POOL = 24
FAR = 3  # lines left out, beyond which two unknown mistakes at once could be anything


@dataclass(frozen=True)
class Slip:
    """A slip of the pen in one line: what should have stood there is undone from what does.

    Attributes:
        line: the line.
        text: what it is.
        price: how unlikely it is.
        meant: what may have been meant.
    """

    line: Quantity
    text: str
    price: float
    meant: tuple[Interval, ...]


Cause = Mistake | Slip


@dataclass(frozen=True)
class Named:
    """A mistake that was recognised.

    Attributes:
        lines: the wrong lines that it explains.
        causes: what it is; several where they cannot be told apart.
    """

    lines: list[Quantity]
    causes: list[Cause]


class Diagnosis:
    """The search for the mistakes that explain the wrong lines of a working.

    Args:
        judged: the working with the status of its lines.
        written: the numbers as they were written.
    """

    def __init__(self, judged: Judged, written: dict[Quantity, Written]) -> None:
        self.judged = judged
        self.written = written
        self.hand = judged.hand
        self.problem = judged.hand.problem
        self._known = mistakes_in(self.problem)
        self.wrong = judged.wrong
        self.good = [q for q, status in judged.status.items() if status != "wrong"]
        self._explained: dict[tuple[Quantity, Flaws], bool] = {}
        self._acting: dict[Quantity, frozenset[Mistake]] = {}
        self._price = {q: self._unexplained(q) for q in self.wrong}

    def acting(self, q: Quantity) -> frozenset[Mistake]:
        """Return the mistakes that may show in a line."""
        found = self._acting.get(q)
        if found is None:
            chain = self.hand.chain(q)
            kinds = {self.problem.line_kind(step) for step in chain}
            found = self._acting[q] = frozenset(
                m
                for m in self._known + self._rates
                if not kinds.isdisjoint(m.lines)
                and (m.unit is None or Quantity("a", m.unit) in chain)
            )
        return found

    def explains(self, q: Quantity, causes: Iterable[Cause]) -> bool:
        """Tell whether a line is as it is if these mistakes are made."""
        causes = list(causes)
        flaws = self._of(q, causes)
        slips = [c for c in causes if type(c) is Slip and c.line == q]
        if slips:
            return any(
                meant.meets(self.judged.follows(q, flaws | way))
                for slip in slips
                for meant in slip.meant
                for way in self.judged.ways(q)
            )
        key = (q, flaws)
        if key not in self._explained:
            self._explained[key] = self.judged.meets(q, flaws)
        return self._explained[key]

    def _of(self, q: Quantity, causes: Iterable[Cause]) -> Flaws:
        acting = self.acting(q)
        return frozenset(c.flaw for c in causes if type(c) is Mistake and c in acting)

    def cost(self, causes: Iterable[Cause]) -> float:
        """Return how unlikely it is that these mistakes, and no others, made the working."""
        causes = list(causes)
        total = sum(c.price for c in causes)
        unknown: set[str] = set()
        for q in self.wrong:
            if not self.explains(q, causes):
                # what nobody knows, and made one line of a kind wrong, made the others wrong, too
                total += self._price[q] * (ALIKE if q.kind in unknown else 1.0)
                unknown.add(q.kind)
        total += BESIDE * bool(unknown and causes)
        for q in self.good:
            if self._of(q, causes) and not self.explains(q, causes):
                total += CONTRADICTED
        return total

    def _unexplained(self, q: Quantity) -> float:
        mine, other = self.hand.written[q], self.judged.follows(q)
        width = max(mine.hi - mine.lo + min(other.hi - other.lo, abs(mine.middle)), 1e-300)
        return max(math.log(max(2.0 * abs(mine.middle) / width, 1.0)), 3.0)

    # ------------------------------------------------------------ what may be the matter

    @cached_property
    def _rates(self) -> list[Mistake]:
        """The learning rate that the new weights show, if they all show one."""
        lo, hi, count = -math.inf, math.inf, 0
        for q in self.wrong:
            if q.kind != "new":
                continue
            g, step = self.hand.known("gradient", q.of, frozenset()), self.hand.written[q]
            w = self.problem.weight_of(q)
            if abs(g.middle) <= 4.0 * (g.hi - g.lo):
                continue
            ratios = [(w - s) / x for s in (step.lo, step.hi) for x in (g.lo, g.hi)]
            lo, hi, count = max(lo, min(ratios)), min(hi, max(ratios)), count + 1
        if count < 2 or not 0.0 < lo <= hi:
            return []
        for digits in (1, 2):
            rate = float(f"{(lo + hi) / 2:.{digits}g}")
            known = [m.flaw[1] for m in self._known if m.flaw[0] == "rate"]
            if lo <= rate <= hi and not any(abs(rate - k) < 1e-9 for k in known):
                text = f"the learning rate is {rate:g} in the updates; it is {self.problem.lr:g}"
                return [Mistake(("rate", rate), text, ("new",), 3.8)]
        return []

    def _slips(self, q: Quantity, others: list[Cause]) -> list[Slip]:
        w, mine = self.written[q], self.hand.written[q]
        half = (mine.hi - mine.lo) / 2
        found = [
            Slip(q, "it is twice as large", 2.8, (mine.times(0.5),)),
            Slip(q, "it is half as large", 2.8, (mine.times(2.0),)),
            Slip(q, "its sign is lost", 2.8, (-mine,)),
            Slip(q, "the point is one place off", 3.2, (mine.times(0.1), mine.times(10.0))),
        ]
        digits = f"{abs(w.value):.{max(w.decimals, 0)}f}"
        swapped, changed = set(), set()
        for k, (a, b) in enumerate(pairwise(digits)):
            if a.isdigit() and b.isdigit() and a != b:
                swapped.add(digits[:k] + b + a + digits[k + 2 :])
        for k, a in enumerate(digits):
            if a.isdigit():
                changed |= {digits[:k] + str(d) + digits[k + 1 :] for d in range(10) if str(d) != a}
        sign = math.copysign(1.0, w.value)

        def around(texts: Iterable[str]) -> tuple[Interval, ...]:
            numbers = [sign * float(text) for text in texts]
            return tuple(Interval(x - half, x + half) for x in numbers)

        found += [
            Slip(q, "two digits are swapped", 4.0, around(swapped)),
            Slip(q, "one digit is another", 5.0, around(changed)),
        ]
        found = [slip for slip in found if self.explains(q, [slip, *others])]
        order = self.problem.order.index(q)
        copied = [
            p for p, other in self.written.items()
            if other.value == w.value and w.digits > 1 and self.judged.status[p] == "right"
            and (p.kind == q.kind or self.problem.order.index(p) < order)
        ]  # fmt: skip
        if copied:
            found.append(Slip(q, "the number of another line stands there", 4.5, (_ANY,)))
        return found

    def _pool(self) -> tuple[list[Cause], set[Cause]]:
        """Return what may be the matter, and what of it explains a line alone."""
        lone: set[Cause] = set()
        score: dict[Cause, float] = {}
        for q in sorted(self.wrong, key=lambda q: len(self.hand.chain(q))):
            acting = sorted(self.acting(q), key=lambda m: (m.price, str(m.flaw)))
            single = [m for m in acting if self.explains(q, [m])]
            lone.update(single)
            for m in single:
                score[m] = score.get(m, 0.0) + 2.0
            if not single:
                far = len(self.hand.chain(q)) > FAR
                for pair in _pairs(acting):
                    if (not far or not lone.isdisjoint(pair)) and self.explains(q, pair):
                        for m in pair:
                            score[m] = score.get(m, 0.0) + 1.0
            for slip in self._slips(q, []):
                score[slip] = 1.5
                lone.add(slip)
        for q in self.wrong:  # a slip in a line that is wrong already
            if not any(self.explains(q, [c]) for c in lone):
                for m in [c for c in lone if c in self.acting(q)]:
                    for slip in self._slips(q, [m]):
                        score[slip] = 0.5
        return sorted(score, key=lambda c: (-score[c], c.price))[:POOL], lone

    def best(self) -> tuple[list[Named], bool]:
        """Return the mistakes to name, and whether there are more of them than are named."""
        pool, lone = self._pool()
        chosen: tuple[Cause, ...] = ()
        least = self.cost(())
        for size in range(1, LARGEST + 1):
            for causes in combinations(pool, size):
                if sum(c.price for c in causes) < least and _compatible(causes):
                    cost = self.cost(causes) + TOGETHER * (size > 1 and lone.isdisjoint(causes))
                    if cost < least - 1e-9:
                        chosen, least = causes, cost
        named = []
        for cause in chosen:
            others = [c for c in chosen if c is not cause]
            if self.cost(others) <= least:
                continue
            lines = [
                q for q in self.wrong if self.explains(q, chosen) and not self.explains(q, others)
            ]
            if not lines or (len(lines) == 1 and self.judged.gap(lines[0]) <= CLOSE):
                continue
            equal = [
                c for c in pool
                if c not in chosen and _compatible([*others, c]) and self.cost([*others, c]) <= least + EQUAL
            ]  # fmt: skip
            named.append(Named(lines, [cause, *equal[:3]]))
        named.sort(key=lambda n: self.problem.order.index(n.lines[0]))
        return named[:NAMED], len(chosen) > NAMED


_ANY = Interval(-math.inf, math.inf)


def _pairs(acting: list[Mistake]) -> Iterable[tuple[Mistake, Mistake]]:
    return ((a, b) for a, b in combinations(acting, 2) if a.flaw[0] != b.flaw[0])


def _compatible(causes: Iterable[Cause]) -> bool:
    names = [c.flaw[0] if type(c) is Mistake else c.line for c in causes]  # type: ignore[union-attr]
    return len(set(names)) == len(names)
