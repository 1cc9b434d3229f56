"""Arrays that write down what is done to them: a schedule that runs on them becomes loops of machine code.

An operation on numbers makes a symbol of symbols, which is computed where somebody asks for rows. What only moves rows
about computes nothing: it tells where they lie. So the chain rule on arrays is written once, in the schedule, for NumPy
and for machine code.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from autograd.matrices.arguments import namespace
from autograd.native.arrays.kernels import KERNELS
from autograd.native.arrays.loops import BEFORE, DEAR, Loops, Rows

np = namespace(())


class Array:
    """A matrix while code is written; wide, it has a column for each example of a block.

    Attributes:
        library: the array library.
        symbol: what stands in it: a symbol, or a constant.
        space: its shape without the examples.
        wide: whether it has a column for each example.
        turned: whether it is wide, and the examples are rows.
    """

    dtype = np.dtype(float)

    def __init__(
        self,
        library: "Library",
        symbol: Any,
        space: Sequence[int],
        wide: bool,
        turned: bool = False,
    ) -> None:
        self.library, self.symbol, self.space = library, symbol, tuple(space)
        self.wide, self.turned = wide, turned

    def __array_namespace__(self) -> "Library":
        return self.library

    @property
    def shape(self) -> tuple[int, ...]:
        *rows, columns = self.space
        shape = *rows, columns * self.library.loops.block if self.wide else columns
        return shape[::-1] if self.turned else shape

    @property
    def rows(self) -> Rows:
        """Where it is in memory; it is computed if it was not yet."""
        loops = self.library.loops
        rows = loops.rows(self.symbol, self.space)
        return loops.widened(rows) if self.wide else rows

    @property
    def T(self) -> "Array":  # noqa: N802  # NumPy's name
        if self.wide:
            return Array(self.library, self.symbol, self.space, True, not self.turned)
        return self.moved(np.transpose)

    def moved(self, f: Callable[[Any], Any]) -> "Array":
        """Return the array whose rows lie where f says, given where they lie here."""
        # eight narrow rows from here and there are dear
        self.library.settle(self, least=DEAR if self.wide else 1)
        symbol = self.library.loops.moved(self.symbol, self.space, f)
        return Array(self.library, symbol, f(np.empty(self.space)).shape, self.wide)

    def __getitem__(self, index: Any) -> "Array":
        return self.moved(lambda places: places[index])

    def __matmul__(self, other: "Array") -> "Array":
        loops = self.library.loops
        product = loops.over_examples if other.turned else loops.product
        return self.library.array(product(self.rows, other.rows))


def _operator(name: str, behind: bool = False) -> Callable[..., Array]:
    f = getattr(operator, f"__{name}__")
    if behind:
        return lambda self, other: self.library.applied(f, other, self)
    return lambda self, *others: self.library.applied(f, self, *others)


for _name in ("add", "sub", "mul", "truediv", "pow", "and", "or"):
    setattr(Array, f"__{_name}__", _operator(_name))
    setattr(Array, f"__r{_name}__", _operator(_name, behind=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne", "pos", "neg", "abs", "invert"):
    setattr(Array, f"__{_name}__", _operator(_name))


class Library:
    """The array library of a schedule, as the standard has it, for what it takes of that.

    Args:
        loops: the loops that it writes.
    """

    def __init__(self, loops: Loops) -> None:
        self.loops = loops

    def array(self, rows: Rows) -> Array:
        """Return the array that lies in rows."""
        return Array(self, self.loops.variable(rows), rows.places.shape, rows.wide)

    def applied(self, f: Callable[..., Any], *operands: Any) -> Array:
        """Return a function of numbers, element by element."""
        arrays = [x for x in operands if type(x) is Array]
        symbol = f(*[x.symbol if type(x) is Array else x for x in operands])
        space = np.broadcast_shapes(*[x.space for x in arrays])
        return Array(self, symbol, space, any(x.wide for x in arrays))

    def __getattr__(self, name: str) -> Callable[..., Array]:
        f = KERNELS.get(name) or partial(self.loops.sheet.operation, name)
        return partial(self.applied, f)

    def where(self, condition: Any, a: Any, b: Any) -> Array:
        return self.applied(self.loops.sheet.where, condition, a, b)

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        """Return an index, or a number, as it is; a list of numbers as an array of that type."""
        if dtype is None:
            return x
        places = [self.loops.rows(item, ()).places for item in x]
        return self.array(Rows(np.array(places, int), False, BEFORE))

    def zeros_like(self, x: Array) -> Array:
        return Array(self, 0.0, x.space, x.wide)

    def ones_like(self, x: Array) -> Array:
        return Array(self, 1.0, x.space, x.wide)

    def reshape(self, x: Array, shape: tuple[int, ...]) -> Array:
        if shape == x.shape:
            return x
        if x.wide and shape[-1] > 0:
            shape = *shape[:-1], shape[-1] // self.loops.block
        return x.moved(lambda places: places.reshape(shape))

    def take(self, x: Array, index: Any, axis: int) -> Array:
        return x.moved(lambda places: places.take(index, axis))

    def broadcast_to(self, x: Array, shape: tuple[int, ...]) -> Array:
        """Return an array with a column for each example of a block."""
        return Array(self, x.symbol, x.space, True)

    def concat(self, arrays: Sequence[Array], axis: int) -> Array:
        return self._together(np.concatenate, arrays, axis)

    def stack(self, arrays: Sequence[Array], axis: int) -> Array:
        return self._together(np.stack, arrays, axis)

    def _together(self, f: Callable[..., Any], arrays: Sequence[Array], axis: int) -> Array:
        self.settle(*arrays, least=1)
        rows = [x.rows for x in arrays]
        if any(x.wide for x in rows):
            rows = [*map(self.loops.widened, rows)]
        places, phase = f([x.places for x in rows], axis), max(x.phase for x in rows)
        return self.array(replace(rows[0], places=places, phase=phase))

    def sum(self, x: Array, axis: int) -> Array:
        rows = self.loops.total(x.symbol, x.space)
        return Array(self, self.loops.variable(rows), x.space[1:], x.wide)

    def settle(self, *kept: Any, least: int = DEAR) -> None:
        """Compute what takes so many operations at least."""
        self.loops.settle([x.symbol for x in kept if type(x) is Array], least)
