"""Items in columns: in which order, at which height, and the curves between them.

Ranks are known, so Graphviz need not find them: items of a column are ordered by barycentres and placed by isotonic
regression, and the curves are handed to Graphviz with the places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from autograd.pictures.canvas import Curve, Point

GAP = 12.0  # between what stands in a column
SWEEPS = 8


@dataclass(eq=False)
class Item:
    """Something that stands in a column.

    Attributes:
        level: its column; those of pills are odd.
        width, height: its size.
        before, after: what it is joined to in the columns beside it.
        y: the height of its middle.
    """

    level: int
    width: float = 0.0
    height: float = 10.0
    before: list["Item"] = field(default_factory=list)
    after: list["Item"] = field(default_factory=list)
    y: float = 0.0


def arrange(levels: list[list[Item]]) -> float:
    """Order the items of each column, give each a height, and return how high all is together."""
    _order(levels)
    _stack(levels)
    items = [item for column in levels for item in column]
    low = min(item.y - item.height / 2 for item in items)
    for item in items:
        item.y -= low
    return max(item.y + item.height / 2 for item in items)


def _order(levels: list[list[Item]]) -> None:
    """Order each column by the middles of what its items are joined to, back and forth."""
    for column in levels:
        _number(column)
    best, least = [list(column) for column in levels], float("inf")
    for sweep in range(SWEEPS):
        backwards = sweep % 2 == 0
        for column in reversed(levels) if backwards else levels:
            wanted = [
                _mean([o.y for o in (i.after if backwards else i.before)], i.y) for i in column
            ]
            order = sorted(range(len(column)), key=wanted.__getitem__)
            column[:] = [column[k] for k in order]
            _number(column)
        if (count := sum(map(_crossings, levels))) < least:
            best, least = [list(column) for column in levels], count
    for column, found in zip(levels, best):
        column[:] = found


def _number(column: list[Item]) -> None:
    for k, item in enumerate(column):
        item.y = float(k)


def _stack(levels: list[list[Item]]) -> None:
    """Give each item a height near the middle of what it is joined to, without overlaps."""
    for column in levels:
        y = 0.0
        for item in column:
            item.y = y + item.height / 2
            y += item.height + GAP
        for item in column:
            item.y -= y / 2
    for sweep in range(2 * SWEEPS):
        for column in reversed(levels) if sweep % 2 == 0 else levels:
            wanted = [_mean([o.y for o in (*item.before, *item.after)]) for item in column]
            for item, y in zip(column, isotonic(wanted, [i.height + GAP for i in column])):
                item.y = y


def join(one: Item, other: Item) -> None:
    """Note that a way leads from an item to one in the next column."""
    if not any(item is other for item in one.after):
        one.after.append(other)
        other.before.append(one)


def _mean(values: Sequence[float], otherwise: float = 0.0) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(column: Sequence[Item]) -> int:
    """Count the crossings between a column and the next."""
    ends = [o.y for item in column for o in sorted(item.after, key=lambda o: o.y)]
    if len(ends) > 400:
        return 0
    return sum(1 for k, y in enumerate(ends) for z in ends[:k] if z > y)


def isotonic(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return the places nearest to those that are wanted, in order and without overlaps.

    The pool-adjacent-violators algorithm: Barlow et al. 1972, Statistical Inference under Order Restrictions.

    Args:
        wanted: the middle that each would like.
        sizes: how much room each takes.
    """
    offsets: list[float] = []
    total = 0.0
    for before, size in zip([0.0, *sizes], sizes):
        total += (before + size) / 2 if offsets else 0.0
        offsets.append(total)
    pools: list[tuple[float, int]] = []  # the mean of some neighbours, and how many they are
    for y, offset in zip(wanted, offsets):
        mean, count = y - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [y + offset for y, offset in zip(flat, offsets)]


def through(points: Sequence[Point]) -> list[Curve]:
    """Return curves that go level through points from left to right."""
    curves = []
    for p, q in pairwise(points):
        if q.x - p.x > 0.1 or q.y != p.y:
            bend = 0.5 * (q.x - p.x)
            curves.append(Curve((p, Point(p.x + bend, p.y), Point(q.x - bend, q.y), q)))
    return curves


def ended(curve: Curve, end: Point) -> Curve:
    """Return a curve that ends a little further on, level."""
    start, first, _, last = curve.points
    return Curve((start, first, Point(min(last.x, end.x - 4.0), end.y), end))
