"""The groups of a recording as steps on arrays, forward and backward, in any array namespace.

Every value is a matrix: a row for each scalar of a source (a block of an argument, or a group), a
column for each example, or a single column where all examples share it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.grouping import Group, Grouping
from autograd.primitives import TABLE, Primitive
from autograd.recording import DECISIONS

Arrays = list[Any]  # the matrix of each source
Pending = list[list[Any]]  # for each source the contributions to its gradient


class Schedule:
    """The steps of a grouping, ready to run on arrays of one namespace.

    Args:
        grouping: the groups.
        sizes: the number of rows of each block of the arguments.
        batched: of each block, whether it has a column for each example.
        xp: the array namespace.
        like: an array of the type to compute in.
    """

    def __init__(
        self, grouping: Grouping, sizes: Sequence[int], batched: Sequence[bool], xp: Any, dtype: Any
    ) -> None:
        self.xp = xp
        self.dtype = dtype
        groups = grouping.groups
        self.places = grouping.places
        self.sizes = [*sizes, *(len(group.slots) for group in groups)]
        self.batched = [*batched, *(group.batched for group in groups)]
        self.conditional = [*(False for _ in sizes), *(group.conditional for group in groups)]
        self.contributions: list[list[Any]] = [[] for _ in self.sizes]
        self._constants: dict[str, int] = {}
        self._constant_values: list[float] = []
        self.steps = [
            _step(self, source, group) for source, group in enumerate(groups, start=len(sizes))
        ]
        self.shared = [step for step in self.steps if not step.batched]
        self.varying = [step for step in self.steps if step.batched]
        one = not isinstance(grouping.result, list)
        self.result = [Pick(self, [x], differentiated=one) for x in _flat(grouping.result)]
        self.gather = [
            Gatherer(self, size, parts) for size, parts in zip(self.sizes, self.contributions)
        ]
        self.constants = xp.reshape(xp.asarray(self._constant_values, dtype=dtype), (-1, 1))

    def constant(self, x: float) -> int:
        """Return the row of a constant in the source of constants."""
        row = self._constants.setdefault(repr(x), len(self._constants))
        if row == len(self._constant_values):
            self._constant_values.append(x)
        return row

    def pending(self) -> Pending:
        return [[None] * len(parts) for parts in self.contributions]

    def index(self, positions: Sequence[int]) -> Any:
        """Return positions as a slice if they are consecutive, else as an index array."""
        first = positions[0]
        if list(positions) == list(range(first, first + len(positions))):
            return slice(first, first + len(positions))
        return self.xp.asarray(list(positions))

    def rows(self, matrix: Any, index: Any) -> Any:
        if type(index) is slice:
            return matrix[index, ...]
        return self.xp.take(matrix, index, axis=0)

    def forward(self, steps: Iterable["Step"], arrays: Arrays) -> None:
        for step in steps:
            arrays[step.source] = step.forward(arrays)

    def backward(
        self, steps: Sequence["Step"], arrays: Arrays, pending: Pending, reached: Pending
    ) -> None:
        """Run the chain rule through the steps from last to first.

        Args:
            pending: the contributions to each gradient.
            reached: numbers above 0 where a gradient arrives at all; where it arrives only through
                branches of `where`, the branches not taken must not spoil it with 0·inf.
        """
        for step in reversed(steps):
            if step.reached:
                g = self.gather[step.source](pending[step.source])
                mask = None
                if step.conditional:
                    mask = self.gather[step.source](reached[step.source]) > 0.0
                step.backward(arrays, g, mask, pending, reached)


def _flat(tree: Any) -> list[Any]:
    return [x for item in tree for x in _flat(item)] if isinstance(tree, list) else [tree]


class Pick:
    """The rows of several sources that make up an operand.

    Args:
        schedule: the schedule it belongs to.
        refs: the slots and constants wanted, one a row.
        differentiated: whether a gradient flows back through it.
        whole: whether every row is needed; otherwise a single row may stand for equal ones.
        batched: whether the gradient that flows back has a column for each example.
    """

    def __init__(
        self,
        schedule: Schedule,
        refs: Sequence[Any],
        differentiated: bool,
        whole: bool = True,
        batched: bool = True,
    ) -> None:
        self._schedule = schedule
        self._differentiated, self._batched = differentiated, batched
        self.scalar: float | bool | None = None
        if not whole and type(refs[0]) is not int and all(repr(x) == repr(refs[0]) for x in refs):
            self.scalar = refs[0]
            return
        constants = len(schedule.sizes)
        places = [
            schedule.places[x] if type(x) is int else (constants, schedule.constant(x)) for x in refs
        ]
        self.repeated = not whole and len(places) > 1 and len(set(places)) == 1
        if self.repeated:
            places = places[:1]
        positions: dict[int, list[int]] = {}
        for source, position in places:
            positions.setdefault(source, []).append(position)
        self._parts: list[tuple[int, Any, int, int]] = []  # source, index, rows, contribution
        self._order = self._inverse = None
        for source, rows in positions.items():
            number = -1
            if differentiated and source != constants:
                number = len(schedule.contributions[source])
                schedule.contributions[source].append(rows)
            self._parts.append((source, schedule.index(rows), len(rows), number))
        if len(positions) > 1:
            starts, seen = {}, 0
            for source, rows in positions.items():
                starts[source], seen = seen, seen + len(rows)
            order = []
            for source, _ in places:
                order.append(starts[source])
                starts[source] += 1
            if order != list(range(len(order))):
                self._order = schedule.index(order)
                self._inverse = schedule.index(sorted(range(len(order)), key=order.__getitem__))
        self.batched = any(s < constants and schedule.batched[s] for s in positions)
        self.conditional = any(s < constants and schedule.conditional[s] for s in positions)
        source, index, rows, _ = self._parts[0]
        self._only: tuple[int, Any] | None = None
        if len(self._parts) == 1:
            everything = source < constants and index == slice(0, schedule.sizes[source])
            self._only = source, None if type(index) is slice and everything else index

    def __call__(self, arrays: Arrays) -> Any:
        """Return the rows as one matrix."""
        if self.scalar is not None:
            return self.scalar
        schedule = self._schedule
        if self._only:
            source, index = self._only
            return arrays[source] if index is None else schedule.rows(arrays[source], index)
        xp = schedule.xp
        parts = [schedule.rows(arrays[source], index) for source, index, _, _ in self._parts]
        width = max(part.shape[1] for part in parts)
        parts = [
            part if part.shape[1] == width else xp.broadcast_to(part, (part.shape[0], width))
            for part in parts
        ]
        matrix = xp.concat(parts, axis=0)
        return matrix if self._order is None else schedule.rows(matrix, self._order)

    def give(self, c: Any, pending: Pending) -> None:
        """Hand the contribution c to the gradients of the sources."""
        if not self._differentiated or self.scalar is not None:
            return
        schedule = self._schedule
        xp = schedule.xp
        if self._batched and not self.batched and c.shape[1] > 1:
            c = xp.sum(c, axis=1, keepdims=True)
        if self.repeated:
            c = xp.sum(c, axis=0, keepdims=True)
        if self._inverse is not None:
            c = schedule.rows(c, self._inverse)
        start = 0
        for source, _, rows, number in self._parts:
            part = c if rows == c.shape[0] else c[start : start + rows, ...]
            start += rows
            if number < 0:
                continue
            if self._batched and self.batched and not schedule.batched[source]:
                part = xp.sum(part, axis=1, keepdims=True)
            before = pending[source][number]
            pending[source][number] = part if before is None else before + part


class Gatherer:
    """Adds the contributions to the gradient of a source.

    Each row of the source gets the rows that were contributed to it; rows with equally many are
    added together at once.
    """

    def __init__(self, schedule: Schedule, size: int, contributions: list[list[int]]) -> None:
        self._schedule, self._size = schedule, size
        whole = list(range(size))
        self._whole = [k for k, rows in enumerate(contributions) if rows == whole]
        self._parts = [k for k, rows in enumerate(contributions) if rows != whole]
        self._parts.sort(key=lambda k: contributions[k][0])
        wanted: list[list[int]] = [[] for _ in range(size)]
        place = 0
        for k in self._parts:
            for row in contributions[k]:
                wanted[row].append(place)
                place += 1
        alike: dict[int, list[int]] = {}
        for row, places in enumerate(wanted):
            alike.setdefault(len(places), []).append(row)
        self._alike = []
        order: list[int] = []
        for times, rows in alike.items():
            flat = [wanted[row][t] for t in range(times) for row in rows]
            self._alike.append((times, len(rows), schedule.index(flat) if flat else None))
            order += rows
        inverse = sorted(range(size), key=order.__getitem__)
        self._inverse = schedule.index(inverse) if size and inverse != whole else None

    def __call__(self, contributions: list[Any]) -> Any:
        """Return the gradient; None if nothing was contributed."""
        total = None
        for k in self._whole:
            total = contributions[k] if total is None else total + contributions[k]
        if self._parts:
            added = self._added([contributions[k] for k in self._parts])
            total = added if total is None else total + added
        return total

    def _added(self, parts: list[Any]) -> Any:
        schedule = self._schedule
        xp = schedule.xp
        stacked = parts[0] if len(parts) == 1 else xp.concat(parts, axis=0)
        width = stacked.shape[1]
        sums = []
        for times, count, index in self._alike:
            if times == 0:
                sums.append(xp.zeros((count, width), dtype=stacked.dtype))
                continue
            rows = schedule.rows(stacked, index)
            if times > 1:
                rows = xp.sum(xp.reshape(rows, (times, count, width)), axis=0)
            sums.append(rows)
        matrix = sums[0] if len(sums) == 1 else xp.concat(sums, axis=0)
        return matrix if self._inverse is None else schedule.rows(matrix, self._inverse)


# ---------------------------------------------------------------- steps


def _step(schedule: Schedule, source: int, group: Group) -> "Step":
    if group.shape:
        return Product(schedule, source, group)
    return (Sequences if group.length else Elementwise)(schedule, source, group)


class Step:
    """A group on arrays."""

    def __init__(self, schedule: Schedule, source: int, group: Group) -> None:
        self.schedule, self.xp, self.source = schedule, schedule.xp, source
        self.batched, self.reached, self.conditional = (
            group.batched,
            group.reached,
            group.conditional,
        )
        self.row = TABLE.get(group.op)
        self.size = len(group.slots)
        whole = bool(group.length)
        flows = self._flows(group)
        self.picks = [
            Pick(schedule, refs, i in flows and self.reached, whole and i < 2, self.batched)
            for i, refs in enumerate(group.operands)
        ]

    def _flows(self, group: Group) -> Sequence[int]:
        if self.row is None:
            return ()
        return (1, 2) if group.op == "where" else range(len(self.row.partials))

    def forward(self, arrays: Arrays) -> Any:
        raise NotImplementedError

    def backward(
        self, arrays: Arrays, g: Any, mask: Any, pending: Pending, reached: Pending
    ) -> None:
        raise NotImplementedError

    def _give(
        self, pick: Pick, c: Any, mask: Any, pending: Pending, reached: Pending
    ) -> None:
        """Hand on a contribution, and that it arrives, but only where the gradient arrived here."""
        if pick.scalar is not None:
            return
        if mask is not None:
            c = self.xp.where(mask, c, self.xp.zeros_like(c))
        pick.give(c, pending)
        if pick.conditional:
            arrived = self.xp.ones_like(c)
            if mask is not None:
                arrived = self.xp.where(mask, arrived, self.xp.zeros_like(c))
            pick.give(arrived, reached)


class Elementwise(Step):
    """An operation on rows of numbers."""

    def __init__(self, schedule: Schedule, source: int, group: Group) -> None:
        super().__init__(schedule, source, group)
        self._decide = DECISIONS.get(group.op)
        self._chooses = group.op == "where"

    def forward(self, arrays: Arrays) -> Any:
        operands = [pick(arrays) for pick in self.picks]
        if self._decide:
            return self._decide(*operands)
        return self.row.on_arrays(self.xp, *operands)

    def backward(
        self, arrays: Arrays, g: Any, mask: Any, pending: Pending, reached: Pending
    ) -> None:
        operands = [pick(arrays) for pick in self.picks]
        if self._chooses:
            choice = operands[0]
            for pick, taken in zip(self.picks[1:], (choice, ~choice)):
                both = taken if mask is None else taken & mask
                self._give(pick, g, both, pending, reached)
            return
        out = arrays[self.source]
        for pick, rule in zip(self.picks, self.row.partials):
            if pick.scalar is None:
                slope = rule(*operands, out)
                c = g if type(slope) is float and slope == 1.0 else g * slope
                self._give(pick, c, mask, pending, reached)


class Sequences(Step):
    """An operation on sequences of one length: item k of all of them is a block of rows."""

    def __init__(self, schedule: Schedule, source: int, group: Group) -> None:
        super().__init__(schedule, source, group)
        self._length = group.length

    def _operands(self, arrays: Arrays) -> list[Any]:
        operands = []
        for i, pick in enumerate(self.picks):
            x = pick(arrays)
            if i < 2:
                x = self.xp.reshape(x, (self._length, self.size, x.shape[1]))
            operands.append(x)
        return operands

    def forward(self, arrays: Arrays) -> Any:
        operands = self._operands(arrays)
        name = self.row.name
        if name == "sum":
            return self.xp.sum(operands[0], axis=0)
        if name == "dot":
            return self.xp.sum(operands[0] * operands[1], axis=0) + operands[2]
        return self.row.forward([operands[0][k, ...] for k in range(self._length)])

    def backward(
        self, arrays: Arrays, g: Any, mask: Any, pending: Pending, reached: Pending
    ) -> None:
        operands = self._operands(arrays)
        rows = (self._length * self.size, g.shape[1])
        name = self.row.name
        if name == "logsumexp":
            xs = [operands[0][k, ...] for k in range(self._length)]
            slopes = [self.xp.stack(self.row.partials[0](xs, arrays[self.source]), axis=0)]
        else:
            slopes = [self.xp.ones_like(operands[0])] if name == "sum" else operands[1::-1]
        if name == "dot":
            self._give(self.picks[2], g, mask, pending, reached)
        if mask is not None:
            mask = self.xp.reshape(self.xp.stack([mask] * self._length, axis=0), rows)
        for pick, slope in zip(self.picks, slopes):
            c = self.xp.reshape(slope * g[None, ...], rows)
            self._give(pick, c, mask, pending, reached)


class Product(Step):
    """The dots of several rows with several columns: a matrix product."""

    def __init__(self, schedule: Schedule, source: int, group: Group) -> None:
        self._units, self._columns, self._length = group.shape
        super().__init__(schedule, source, group)

    def _factors(self, arrays: Arrays) -> tuple[Any, Any]:
        w, x = self.picks[0](arrays), self.picks[1](arrays)
        w = self.xp.reshape(w, (self._units, self._length))
        return w, self.xp.reshape(x, (self._length, -1))

    def forward(self, arrays: Arrays) -> Any:
        w, x = self._factors(arrays)
        out = self.xp.reshape(w @ x, (self.size, -1))
        bias = self.picks[2]
        return out if bias.scalar == 0.0 else out + bias(arrays)

    def backward(
        self, arrays: Arrays, g: Any, mask: Any, pending: Pending, reached: Pending
    ) -> None:
        xp = self.xp
        w, x = self._factors(arrays)
        self._give(self.picks[2], g, mask, pending, reached)
        if self.batched and not self.picks[1].batched:
            g = xp.sum(g, axis=1, keepdims=True)
        d = xp.reshape(g, (self._units, -1))
        dw = xp.reshape(d @ x.T, (-1, 1))
        self._give(self.picks[0], dw, mask, pending, reached)
        dx = xp.reshape(w.T @ d, (self._length * self._columns, -1))
        self._give(self.picks[1], dx, mask, pending, reached)
