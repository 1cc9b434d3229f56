"""Why lines are wrong: the cheapest set of mistakes that explains them."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations
from typing import TypeVar

from nn.lessons.marking.judging import Judged
from nn.lessons.marking.rules.hand import NONE, Flaws
from nn.lessons.marking.rules.intervals import Interval, hull
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
_C = TypeVar("_C", Mistake, Slip)


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
        self._score: dict[Cause, float] = {}  # how much speaks for what may be the matter
        self._lone: set[Cause] = set()  # what of it explains a line alone
        self._together: dict[tuple[Cause, ...], None] = {}  # pairs that explain a line
        # lines of a kind on which everything was tried, and the kinds of which all pairs were
        self._probed: Counter[object] = Counter()
        self._searched: set[object] = set()

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
        for q in filter(lines.__contains__, self.wrong):  # in their order, on which a sum hangs
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
        shown = list(filter(None, map(self._shown_rate, self.wrong)))
        lo, hi = max((x.lo for x in shown), default=0.0), min((x.hi for x in shown), default=0.0)
        if len(shown) < 2 or not 0.0 < lo <= hi:
            return []
        for digits in (1, 2):
            rate = float(f"{(lo + hi) / 2:.{digits}g}")
            known = [m.flaw[1] for m in self._known if m.flaw[0] == "rate"]
            if lo <= rate <= hi and not any(abs(rate - k) < 1e-9 for k in known):
                text = f"the learning rate is {rate:g} in the updates; it is {self.problem.lr:g}"
                return [Mistake(("rate", rate), text, ("new",), 3.8)]
        return []

    def _shown_rate(self, q: Quantity) -> Interval | None:
        """Return the learning rate that a new weight shows."""
        if q.kind != "new":
            return None
        g, step = self.hand.known("gradient", q.of, frozenset()), self.hand.written[q]
        if abs(g.middle) <= 4.0 * (g.hi - g.lo):
            return None
        w = self.problem.weight_of(q)
        return hull((w - s) / x for s in (step.lo, step.hi) for x in (g.lo, g.hi))

    @remembered
    def _slips(self, q: Quantity) -> list[Slip]:
        """Return the slips that may have been made in a line."""
        w, mine = self.written[q], self.hand.written[q]
        half = (mine.hi - mine.lo) / 2
        digits = f"{abs(w.value):.{max(w.decimals, 0)}f}"
        places = [k for k, digit in enumerate(digits) if digit.isdigit()]
        pairs = [k for k in places if k + 1 in places]
        swapped = {digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :] for k in pairs}
        changed = {digits[:k] + d + digits[k + 1 :] for k in places for d in "0123456789"}

        def around(texts: set[str]) -> tuple[Interval, ...]:
            numbers = (math.copysign(float(text), w.value) for text in texts - {digits})
            return tuple(Interval(x - half, x + half) for x in numbers)

        found = [
            Slip(q, "it is twice as large", 2.8, (mine.times(0.5),)),
            Slip(q, "it is half as large", 2.8, (mine.times(2.0),)),
            Slip(q, "its sign is lost", 2.8, (-mine,)),
            Slip(q, "the point is one place off", 3.2, (mine.times(0.1), mine.times(10.0))),
            Slip(q, "two digits are swapped", 4.0, around(swapped)),
            Slip(q, "one digit is another", 6.2, around(changed)),
        ]
        if self._copied(q):
            found.append(Slip(q, "the number of another line stands there", 5.6, (_ANY,)))
        return found

    def _copied(self, q: Quantity) -> bool:
        """Tell whether the number of a line is that of a right one, of the same kind or before it."""
        w, place = self.written[q], self.problem.order.index
        return w.digits > 1 and any(
            other.value == w.value
            and self.judged.status[p] == "right"
            and (p.kind == q.kind or place(p) < place(q))
            for p, other in self.written.items()
        )

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

    @cached_property
    def _pool(self) -> list[Cause]:
        """What may be the matter, the likeliest first."""
        for q in sorted(self.wrong, key=lambda q: len(self.hand.chain(q))):
            self._suspect(q)
        for q in self.wrong:  # a slip in a line that is wrong already
            slips = self._slips(q)
            acting = [c for c in self._lone if type(c) is Mistake and self._acts(c, q)]
            if not self._alone(q, acting) and self._lone.isdisjoint(slips):
                beside = (s for s in slips if any(self.explains(q, (s, m)) for m in acting))
                self._score |= dict.fromkeys(beside, 0.5)
        return sorted(self._score, key=lambda c: (-self._score[c], c.price))[:POOL]

    def _suspect(self, q: Quantity) -> None:
        """Add to what may be the matter what explains a line, alone, or else two together."""
        of = q.of[0] if isinstance(q.of, tuple) else q.of
        like = (self.kinds(q), of is None, of in self.problem.inputs)
        known = [m for m in self._score if type(m) is Mistake and self._acts(m, q)]
        single, tried = self._alone(q, known), list(self._together)
        if not single and self._probed[like] < PROBED:
            self._probed[like] += 1
            changing = self._changing(q)
            single = self._alone(q, changing)
            if not single and like not in self._searched:
                self._searched.add(like)
                tried = list(filter(_compatible, self._pairs(q, changing)))
        for m in single:
            self._score[m] = self._score.get(m, 0.0) + 2.0
        for pair in [] if single else self._explaining(q, tried):
            self._together[pair] = None
            for cause in pair:
                self._score[cause] = self._score.get(cause, 0.0) + 1.0
        slips = self._alone(q, self._slips(q))
        self._score |= dict.fromkeys(slips, 1.5)
        self._lone.update(single, slips)

    def _alone(self, q: Quantity, causes: Iterable[_C]) -> list[_C]:
        """Return what of some causes explains a line alone."""
        return [c for c in causes if self.explains(q, (c,))]

    def _explaining(self, q: Quantity, tried: list[tuple[Cause, ...]]) -> list[tuple[Cause, ...]]:
        """Return the pairs that explain a line: with what explains another alone, else of two that do not."""
        unknown = [pair for pair in tried if self._lone.isdisjoint(pair)]
        beside = [p for p in tried if not self._lone.isdisjoint(p) and self.explains(q, p)]
        far = len(self.hand.chain(q)) > FAR
        return beside if beside or far else [p for p in unknown if self.explains(q, p)]

    @cached_property
    def least(self) -> float:
        """How unlikely the working is, explained as well as it can be; a measure for its readings."""
        return self.cost(self._chosen)

    @cached_property
    def _chosen(self) -> tuple[Cause, ...]:
        """The cheapest set of mistakes."""
        pool = self._pool
        chosen: tuple[Cause, ...] = ()
        least = self.cost(())
        drawers = [c for c in pool if type(c) is Mistake and c.draws]
        touched = {c: self._touched(c, drawers) for c in pool}
        for causes in chain.from_iterable(combinations(pool, n + 1) for n in range(LARGEST)):
            price = sum(c.price for c in causes)
            if price >= least or not _compatible(causes):
                continue
            several = len(causes) > 1
            together = TOGETHER * (several and self._lone.isdisjoint(causes))
            rest = frozenset(self.wrong).difference(*(touched[c] for c in causes))
            if several and price + together + self._left(rest) + BESIDE * bool(rest) >= least:
                continue
            cost = self.cost(causes, least) + together
            if cost < least - 1e-9:
                chosen, least = causes, cost
        return chosen

    def _touched(self, cause: Cause, drawers: list[Mistake]) -> frozenset[Quantity]:
        """Return the wrong lines in which a mistake may show, alone or drawn by another."""
        if type(cause) is Slip:
            return frozenset([cause.line])
        sets = [(cause,), *((cause, other) for other in drawers)]
        return frozenset(q for q in self.wrong if any(self._of(q, causes) for causes in sets))

    def best(self) -> tuple[list[Named], bool]:
        """Return the mistakes to name, and whether there are more of them than are named."""
        chosen, least, named = self._chosen, self.least, list[Named]()
        for cause in chosen:
            others = tuple(c for c in chosen if c is not cause)
            lines = [
                q for q in self.wrong if self.explains(q, chosen) and not self.explains(q, others)
            ]
            near = len(lines) == 1 and self.judged.gap(lines[0]) <= CLOSE
            if lines and not near and self.cost(others) > least:
                named.append(Named(lines, [cause, *self._equal(others, chosen)[:3]]))
        named.sort(key=lambda n: self.problem.order.index(n.lines[0]))
        return named[:NAMED], len(chosen) > NAMED

    def _equal(self, others: tuple[Cause, ...], chosen: tuple[Cause, ...]) -> list[Cause]:
        """Return what may be the matter beside others as well as what was chosen."""
        free = [c for c in self._pool if c not in chosen and _compatible([*others, c])]
        return [c for c in free if self.cost((*others, c)) <= self.least + EQUAL]


_ANY = Interval(-math.inf, math.inf)


def _compatible(causes: Iterable[Cause]) -> bool:
    names = [c.flaw[0] if type(c) is Mistake else c.line for c in causes]  # type: ignore[union-attr]
    return len(set(names)) == len(names)
