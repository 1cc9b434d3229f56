"""Why lines are wrong: the cheapest set of mistakes that explains them."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

from nn.lessons.marking.judging import Judged
from nn.lessons.marking.rules.hand import NONE, Flaws
from nn.lessons.marking.rules.intervals import Interval
from nn.lessons.marking.rules.mistakes import Mistake, mistakes_in
from nn.lessons.marking.rules.remembered import Answers, remembered
from nn.lessons.quantities import Quantity

CONTRADICTED = 5.0  # the price of a good line that should be otherwise
LARGEST = 3  # how many mistakes are looked for at once
NAMED = 2  # how many of them are named
CLOSE = 3.0  # units of the last digit within which one line tells nothing
EQUAL = 0.65  # what may be dearer by so much cannot be told apart
ALIKE = 0.5  # the share of its price of a line whose like is not explained either
BESIDE = 2.2  # the price of a known mistake beside one that nobody knows
TOGETHER = 2.0  # the price of two mistakes neither of which explains a line without the other
POOL = 24
PROBED = 2  # lines of a kind on which everything is tried; what explained none of them is not tried on the others
FAR = 3  # lines left out, beyond which two unknown mistakes at once could be anything


@dataclass(frozen=True, eq=False)
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
    """

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.written = judged.written
        self.hand = judged.hand
        self.problem = judged.hand.problem
        self.wrong = judged.wrong
        self.answers = Answers()
        self.good = [q for q, status in judged.status.items() if status != "wrong"]
        self._known = mistakes_in(self.problem)
        self._known += self._rates()
        self._price = {q: self._unexplained(q) for q in self.wrong}

    @remembered
    def kinds(self, q: Quantity) -> frozenset[str]:
        """Return the kinds of lines whose mistakes show in a line: its own, and of those left out before it."""
        return frozenset(map(self.problem.line_kind, self.hand.chain(q)))

    def _acts(self, m: Mistake, q: Quantity) -> bool:
        if m.unit is not None and Quantity("a", m.unit) not in self.hand.chain(q):
            return False
        return not self.kinds(q).isdisjoint(m.lines)

    @remembered
    def made(self, q: Quantity, flaws: Flaws) -> list[Interval]:
        """Return what a line should be if these mistakes are made, by each way of working it out."""
        return self.judged.made(q, flaws)

    def explains(self, q: Quantity, causes: tuple[Cause, ...]) -> bool:
        """Tell whether a line is as it is if these mistakes are made."""
        made = self.made(q, self._of(q, causes))
        slips = [c for c in causes if type(c) is Slip and c.line == q]
        meant = slips[0].meant if slips else (self.hand.written[q],)
        return any(mine.meets(x) for mine in meant for x in made)

    @remembered
    def _of(self, q: Quantity, causes: tuple[Cause, ...]) -> Flaws:
        """Return which of some mistakes show in a line."""
        rules = [c for c in causes if type(c) is Mistake]
        acting = [c for c in rules if self._acts(c, q)]
        drawn = {kind for c in acting for kind in c.draws}
        return frozenset(c.flaw for c in rules if c in acting or not drawn.isdisjoint(c.lines))

    def cost(self, causes: tuple[Cause, ...], most: float = math.inf) -> float:
        """Return how unlikely it is that these mistakes, and no others, made the working; inf if beyond `most`."""
        total = sum(c.price for c in causes)
        slips = {c.line for c in causes if type(c) is Slip}
        unknown = [
            q for q in self.wrong
            if not ((q in slips or self._of(q, causes)) and self.explains(q, causes))
        ]  # fmt: skip
        total += self._left(frozenset(unknown))
        total += BESIDE * bool(unknown and causes)
        for q in self.good:
            if total >= most:
                return math.inf
            if self._of(q, causes) and not self.explains(q, causes):
                total += CONTRADICTED
        return total

    @remembered
    def _left(self, lines: frozenset[Quantity]) -> float:
        """Return the price of lines that nothing explains."""
        prices: dict[str, list[float]] = {}
        for q in lines:
            prices.setdefault(q.kind, []).append(self._price[q])
        # what nobody knows, and made one line of a kind wrong, made the others wrong, too
        return sum(ALIKE * sum(x) + (1.0 - ALIKE) * max(x) for x in prices.values())

    def _unexplained(self, q: Quantity) -> float:
        mine, other = self.hand.written[q], self.judged.follows(q)
        width = max(mine.hi - mine.lo + min(other.hi - other.lo, abs(mine.middle)), 1e-300)
        return max(math.log(max(2.0 * abs(mine.middle) / width, 1.0)), 3.0)

    # ------------------------------------------------------------ what may be the matter

    def _rates(self) -> list[Mistake]:
        """Return the learning rate that the new weights show, if they all show one, and it is not known."""
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

    def _slips(self, q: Quantity) -> list[Slip]:
        """Return the slips that may have been made in a line."""
        w, mine = self.written[q], self.hand.written[q]
        half = (mine.hi - mine.lo) / 2
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

        found = [
            Slip(q, "it is twice as large", 2.8, (mine.times(0.5),)),
            Slip(q, "it is half as large", 2.8, (mine.times(2.0),)),
            Slip(q, "its sign is lost", 2.8, (-mine,)),
            Slip(q, "the point is one place off", 3.2, (mine.times(0.1), mine.times(10.0))),
            Slip(q, "two digits are swapped", 4.0, around(swapped)),
            Slip(q, "one digit is another", 6.2, around(changed)),
        ]
        order = self.problem.order.index(q)
        copied = [
            p for p, other in self.written.items()
            if other.value == w.value and w.digits > 1 and self.judged.status[p] == "right"
            and (p.kind == q.kind or self.problem.order.index(p) < order)
        ]  # fmt: skip
        if copied:
            found.append(Slip(q, "the number of another line stands there", 5.6, (_ANY,)))
        return found

    def _changing(self, q: Quantity) -> list[Mistake]:
        """Return the mistakes that make a line another."""

        def ends(flaws: Flaws) -> list[tuple[float, float]]:
            return [(x.lo, x.hi) for x in self.made(q, flaws)]

        plain = ends(NONE)
        acting = (m for m in self._known if self._acts(m, q))
        return [m for m in acting if ends(frozenset([m.flaw])) != plain]

    def _pairs(self, q: Quantity, changing: list[Mistake]) -> Iterable[tuple[Cause, ...]]:
        """Return the pairs of mistakes that may show in a line."""
        yield from combinations(changing, 2)
        for m in changing:
            for other in self._known if m.draws else []:
                if not self._acts(other, q) and not set(m.draws).isdisjoint(other.lines):
                    yield m, other

    def _pool(self) -> tuple[list[Cause], set[Cause]]:
        """Return what may be the matter, and what of it explains a line alone."""
        lone: set[Cause] = set()
        score: dict[Cause, float] = {}
        pairs: dict[tuple[Cause, ...], None] = {}
        alike: Counter[object] = Counter()
        searched = set()
        slips = {q: self._slips(q) for q in self.wrong}
        for q in sorted(self.wrong, key=lambda q: len(self.hand.chain(q))):
            of = q.of[0] if isinstance(q.of, tuple) else q.of
            like = (self.kinds(q), of is None, of in self.problem.inputs)
            changing = [m for m in score if type(m) is Mistake and self._acts(m, q)]
            single = [m for m in changing if self.explains(q, (m,))]
            tried = list(pairs)
            if not single and alike[like] < PROBED:
                alike[like] += 1
                changing = self._changing(q)
                single = [m for m in changing if self.explains(q, (m,))]
                if not single and like not in searched:
                    searched.add(like)
                    tried = list(filter(_compatible, self._pairs(q, changing)))
            for m in single:
                score[m] = score.get(m, 0.0) + 2.0
            if not single:
                found = [p for p in tried if not lone.isdisjoint(p) and self.explains(q, p)]
                if not found and len(self.hand.chain(q)) <= FAR:
                    found = [p for p in tried if lone.isdisjoint(p) and self.explains(q, p)]
                for pair in found:
                    pairs[pair] = None
                    for cause in pair:
                        score[cause] = score.get(cause, 0.0) + 1.0
            lone.update(single)
            for slip in slips[q]:
                if self.explains(q, (slip,)):
                    score[slip] = 1.5
                    lone.add(slip)
        for q in self.wrong:  # a slip in a line that is wrong already
            acting = [c for c in lone if type(c) is Mistake and self._acts(c, q)]
            if not any(self.explains(q, (c,)) for c in acting) and lone.isdisjoint(slips[q]):
                for slip in slips[q]:
                    if any(self.explains(q, (slip, m)) for m in acting):
                        score[slip] = 0.5
        return sorted(score, key=lambda c: (-score[c], c.price))[:POOL], lone

    @cached_property
    def least(self) -> float:
        """How unlikely the working is, explained as well as it can be; a measure for its readings."""
        return self.cost(self._search[0])

    @cached_property
    def _search(self) -> tuple[tuple[Cause, ...], list[Cause]]:
        """The cheapest set of mistakes, and all that may be the matter."""
        pool, lone = self._pool()
        chosen: tuple[Cause, ...] = ()
        least = self.cost(())
        drawers = [c for c in pool if type(c) is Mistake and c.draws]
        touched = {
            c: frozenset([c.line] if type(c) is Slip else [
                q for q in self.wrong if self._of(q, (c,)) or any(self._of(q, (c, d)) for d in drawers)
            ]) for c in pool
        }  # fmt: skip
        for size in range(1, LARGEST + 1):
            for causes in combinations(pool, size):
                price = sum(c.price for c in causes)
                if price >= least or not _compatible(causes):
                    continue
                if size > 1:
                    price += TOGETHER * lone.isdisjoint(causes)
                    rest = frozenset(self.wrong).difference(*(touched[c] for c in causes))
                    if price + self._left(rest) + BESIDE * bool(rest) >= least:
                        continue
                cost = self.cost(causes, least) + TOGETHER * (size > 1 and lone.isdisjoint(causes))
                if cost < least - 1e-9:
                    chosen, least = causes, cost
        return chosen, pool

    def best(self) -> tuple[list[Named], bool]:
        """Return the mistakes to name, and whether there are more of them than are named."""
        (chosen, pool), least, named = self._search, self.least, []
        for cause in chosen:
            others = tuple(c for c in chosen if c is not cause)
            if self.cost(others) <= least:
                continue
            lines = [q for q in self.wrong if self.explains(q, chosen)]
            lines = [q for q in lines if not self.explains(q, others)]
            if not lines or (len(lines) == 1 and self.judged.gap(lines[0]) <= CLOSE):
                continue
            equal = [
                c for c in pool
                if c not in chosen and _compatible([*others, c]) and self.cost((*others, c)) <= least + EQUAL
            ]  # fmt: skip
            named.append(Named(lines, [cause, *equal[:3]]))
        named.sort(key=lambda n: self.problem.order.index(n.lines[0]))
        return named[:NAMED], len(chosen) > NAMED


_ANY = Interval(-math.inf, math.inf)


def _compatible(causes: Iterable[Cause]) -> bool:
    names = [c.flaw[0] if type(c) is Mistake else c.line for c in causes]  # type: ignore[union-attr]
    return len(set(names)) == len(names)
