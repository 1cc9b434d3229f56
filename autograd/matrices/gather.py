"""Operands gathered from the rows of several matrices, and gradients gathered back into them."""

from collections.abc import Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Group


class State:
    """What one run has computed so far.

    Attributes:
        arrays: the matrix of each source, and a place where each step keeps what its backward needs.
        pending: for each source the contributions to its gradient.
        arrived: for each source numbers above 0 where a gradient arrives at all; looked at only where
            that depends on the branches taken by `where`.
        ones: a column with a one for each example, which adds up a matrix over the examples.
    """

    __slots__ = ("arrays", "pending", "arrived", "ones")

    def __init__(
        self, inputs: Sequence[Any], constants: Any, ones: Any, contributions: Sequence[int]
    ) -> None:
        sources = len(contributions)
        empty = [None] * (sources - len(inputs))
        self.arrays: list[Any] = [*inputs, *empty, constants, *([None] * sources)]
        self.pending: list[list[Any]] = [[None] * count for count in contributions]
        self.arrived: list[list[Any]] = [[None] * count for count in contributions]
        self.ones = ones


class Layout:
    """Where everything lies: the sources, and which rows of them are gathered.

    Args:
        xp: the array namespace.
        dtype: the type to compute in.
        places: slot to (source, row).
        sources: the blocks of the arguments, then the groups.
    """

    def __init__(
        self,
        xp: Any,
        dtype: Any,
        places: dict[int, tuple[int, int]],
        sources: Sequence[Block | Group],
    ) -> None:
        self.xp, self.dtype = xp, dtype
        self._ufuncs = hasattr(xp.add, "reduce")  # then its methods do: they cost half
        self.places, self.sizes = places, [len(source.slots) for source in sources]
        self.constants = len(sources)  # the source of constants follows the others
        self.batched = [*(source.batched for source in sources), False]
        self.conditional = [*(source.conditional for source in sources), False]
        self.reached = [*(source.reached for source in sources), False]
        self.values: list[float] = []
        self.contributions: list[list[list[int]]] = [[] for _ in sources]
        self._rows: dict[str, int] = {}

    def place(self, x: Any) -> tuple[int, int]:
        """Return the source and the row of a slot or a constant."""
        if type(x) is int:
            return self.places[x]
        row = self._rows.setdefault(repr(x), len(self.values))
        if row == len(self.values):
            self.values.append(x)
        return self.constants, row

    def matrix(self, block: Block, x: Any) -> Any:
        """Return an argument's array as a matrix with a row for each number, a column for each example."""
        if not block.batched:
            return self.reshape(x, (len(block.slots), 1))
        return self.reshape(x, (x.shape[0], len(block.slots))).T

    def array(self, block: Block, matrix: Any) -> Any:
        """Return the array that a matrix of an argument stands for."""
        if block.batched:
            return self.reshape(matrix.T, (matrix.shape[1], *block.shape))
        return self.reshape(matrix, block.shape)

    def typed(self, x: Any) -> Any:
        """Return an array in the type to compute in: what a choice between two numbers gives is of another."""
        if type(x) is float or x.dtype == self.dtype:
            return x
        return self.xp.astype(x, self.dtype)

    def reshape(self, array: Any, shape: tuple[int, ...]) -> Any:
        return array.reshape(shape) if self._ufuncs else self.xp.reshape(array, shape)

    def index(self, rows: Sequence[int]) -> Any:
        """Return the rows as a slice if they are consecutive, else as an index array."""
        first, rows = rows[0], [*rows]
        if rows == [*range(first, first + len(rows))]:
            return slice(first, first + len(rows))
        return self.xp.asarray(rows)

    def take(self, matrix: Any, index: Any) -> Any:
        if type(index) is slice:
            return matrix[index, ...]
        return matrix.take(index, 0) if self._ufuncs else self.xp.take(matrix, index, axis=0)

    def total(self, array: Any) -> Any:
        """Return the sum over the first axis."""
        return self.xp.add.reduce(array) if self._ufuncs else self.xp.sum(array, axis=0)

    def product(self, x: Any, y: Any) -> Any:
        """Return the matrix product."""
        return x.dot(y) if self._ufuncs else x @ y

    def inverse(self, order: Sequence[int]) -> Any:
        """Return the index that undoes a permutation; None if there is nothing to undo."""
        inverse = sorted(range(len(order)), key=order.__getitem__)
        return None if inverse == list(range(len(order))) else self.index(inverse)


class Pick:
    """The rows of several sources that make up an operand.

    Args:
        layout: where the rows lie.
        refs: the slots and constants wanted, one a row.
        differentiated: whether a gradient flows back through it.
        whole: whether every row is needed; otherwise a single row may stand for equal ones.

    Attributes:
        flows: whether a gradient that is wanted flows back through it.
        scalar: the number that it is, if it is one.
        batched, conditional: whether one of its sources is.
    """

    def __init__(
        self, layout: Layout, refs: Sequence[Any], differentiated: bool, whole: bool = True
    ) -> None:
        self._layout = layout
        self._order = self._inverse = None
        self.scalar: float | bool | None = None
        self.flows = self.batched = self.conditional = False
        if not whole and type(refs[0]) is not int and all(repr(x) == repr(refs[0]) for x in refs):
            self.scalar = refs[0]
            return
        places = [layout.place(x) for x in refs]
        self._repeated = not whole and len(places) > 1 and len(set(places)) == 1
        if self._repeated:
            places = places[:1]
        positions: dict[int, list[int]] = {}
        for source, row in places:
            positions.setdefault(source, []).append(row)
        self.batched = any(layout.batched[source] for source in positions)
        self.conditional = any(layout.conditional[source] for source in positions)
        self._parts: list[tuple[int, Any, int, int]] = []  # source, index, rows, contribution
        for source, rows in positions.items():
            number = -1
            if differentiated and layout.reached[source]:
                number = len(layout.contributions[source])
                layout.contributions[source].append(rows)
                self.flows = True
            self._parts.append((source, layout.index(rows), len(rows), number))
        if len(positions) > 1:
            self._interleave([source for source, _ in places], positions)
        self._source, index, _, _ = self._parts[0]
        size = -1 if self._source == layout.constants else layout.sizes[self._source]
        everything = type(index) is slice and index == slice(0, size)
        self._index = None if everything else index

    def _interleave(self, sources: list[int], positions: dict[int, list[int]]) -> None:
        following, seen = {}, 0
        for source, rows in positions.items():
            following[source], seen = seen, seen + len(rows)
        order = []
        for source in sources:
            order.append(following[source])
            following[source] += 1
        self._inverse = self._layout.inverse(order)
        self._order = None if self._inverse is None else self._layout.index(order)

    def __call__(self, state: State) -> Any:
        """Return the rows as one matrix, or the number that stands for all of them."""
        if self.scalar is not None:
            return self.scalar
        arrays, layout = state.arrays, self._layout
        if len(self._parts) == 1:
            matrix = arrays[self._source]
            return matrix if self._index is None else layout.take(matrix, self._index)
        parts = [layout.take(arrays[source], index) for source, index, _, _ in self._parts]
        width = max(part.shape[1] for part in parts)
        parts = [
            part if part.shape[1] == width else layout.xp.broadcast_to(part, (part.shape[0], width))
            for part in parts
        ]
        matrix = layout.xp.concat(parts, axis=0)
        return matrix if self._order is None else layout.take(matrix, self._order)

    def give(self, c: Any, state: State, pending: list[list[Any]]) -> None:
        """Hand the contribution c to the gradients of the sources."""
        if not self.flows:
            return
        layout = self._layout
        if not self.batched and c.shape[1] > 1:
            c = layout.product(c, state.ones)
        if self._repeated:
            c = layout.total(c)[None, ...]
        if self._inverse is not None:
            c = layout.take(c, self._inverse)
        start = 0
        for source, _, rows, number in self._parts:
            part = c if rows == c.shape[0] else c[start : start + rows, ...]
            start += rows
            if number >= 0:
                if part.shape[1] > 1 and not layout.batched[source]:
                    part = layout.product(part, state.ones)
                before = pending[source][number]
                pending[source][number] = part if before is None else before + part


_SMALL = 4096  # so much work costs less than one step more


class Collector:
    """Adds the contributions to the gradient of a source.

    Each row of the source gets the rows that were contributed to it; rows with equally many are
    added together at once.
    """

    def __init__(self, layout: Layout, source: int) -> None:
        size, contributions = layout.sizes[source], layout.contributions[source]
        self._layout = layout
        whole = list(range(size))
        self._whole = [k for k, rows in enumerate(contributions) if rows == whole]
        self._parts = [k for k, rows in enumerate(contributions) if rows != whole]
        self._parts.sort(key=lambda k: contributions[k][0])  # in order, they may just be stacked
        if not self._parts:
            return
        flat = [row for k in self._parts for row in contributions[k]]
        self._zero = False
        self._alike: list[tuple[int, int, Any]] = []  # times, rows, index
        self._inverse = None
        if len(flat) == size == len({*flat}):  # one for each row
            self._alike.append((1, size, layout.index(sorted(whole, key=flat.__getitem__))))
        else:
            self._add_alike(flat, size)
        self._stacked = not self._zero and [
            (times, type(index)) for times, _, index in self._alike
        ] == [(1, slice)]

    def _add_alike(self, flat: list[int], size: int) -> None:
        """Find the rows that equally much was contributed to."""
        layout = self._layout
        wanted: list[list[int]] = [[] for _ in range(size)]
        for place, row in enumerate(flat):
            wanted[row].append(place)
        most, end = max(map(len, wanted)), len(flat)
        # a row of zeros makes them equally many
        self._zero = most * size != end and most * size <= max(_SMALL, 2 * end)
        if self._zero:
            wanted = [places + [end] * (most - len(places)) for places in wanted]
        alike: dict[int, list[int]] = {}
        for row, places in enumerate(wanted):
            alike.setdefault(len(places), []).append(row)
        for times, rows in alike.items():
            places = [wanted[row][t] for t in range(times) for row in rows]
            self._alike.append((times, len(rows), layout.index(places or [0] * len(rows))))
        self._inverse = layout.inverse([row for rows in alike.values() for row in rows])

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
        layout = self._layout
        xp = layout.xp
        width = parts[0].shape[1]
        if self._zero:
            parts.append(xp.zeros_like(parts[0][:1, ...]))
        stacked = parts[0] if len(parts) == 1 else xp.concat(parts, axis=0)
        if self._stacked:
            return stacked
        sums = []
        for times, count, index in self._alike:
            if times == 0:
                sums.append(xp.zeros_like(layout.take(stacked, index)))
                continue
            rows = layout.take(stacked, index)
            if times > 1:
                rows = layout.total(layout.reshape(rows, (times, count, width)))
            sums.append(rows)
        matrix = sums[0] if len(sums) == 1 else xp.concat(sums, axis=0)
        return matrix if self._inverse is None else layout.take(matrix, self._inverse)
