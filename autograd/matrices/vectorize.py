"""VectorProgram: a recorded scalar function in matrix form, run on arrays.

Every value is a matrix here: a row for each scalar of a group, a column for each example, or a single
column where all examples share it. The same rules of the table that serve scalars serve these arrays.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce
from typing import Any

try:
    import numpy as np
except ImportError:
    raise ImportError(
        "vectorize needs NumPy: pip install numpy, or pip install 'scalar-autograd[numpy]'"
    ) from None

from autograd.matrices.arguments import Block, blocks_in, fitted, shape_of
from autograd.matrices.equations.pages import latex, page
from autograd.matrices.grouping import Grouping
from autograd.matrices.schedule import Schedule
from autograd.matrices.transcript import Run, transcribe
from autograd.replay.recording import Recording
from autograd.structure import describe, describe_arguments, leaves, rebuild

_ROOM = 1 << 17  # numbers that a chunk of examples may fill: what a core's cache holds


class VectorProgram:
    """A recorded function that runs on arrays, with whole batches of examples if so wished.

    Arguments are arrays, or nested lists, in the structure of the traced ones: wherever that is a
    rectangular nest of lists, an array of its shape; in batched arguments with a leading axis more.
    Arrays of any library that follows the array API standard will do. A VectorProgram changes nothing, so it may
    be used from several threads; and it can be pickled and run in another process.
    """

    def __init__(
        self,
        recording: Recording,
        batched: int | tuple[int, ...] = (),
        reduction: str | None = "mean",
    ) -> None:
        if reduction not in ("mean", "sum", None):
            raise ValueError(f'reduction is "mean", "sum" or None, but {reduction!r} was given')
        count = len(recording.arguments)
        chosen = batched if isinstance(batched, (list, tuple)) else (batched,)
        for i in chosen:
            if isinstance(i, bool) or not hasattr(i, "__index__"):
                raise TypeError(
                    f"batched takes the place of an argument, or a tuple of places, but {batched!r} was given"
                )
            if not -count <= i < count:
                raise ValueError(f"batched names argument {i}, but there are {count}")
        self.recording = recording
        self.batched = tuple(sorted({i % count for i in chosen}))
        self.reduction = reduction
        # the arguments with a block in place of each rectangular nest of numbers
        self._template = tuple(
            blocks_in(tree, recording.parameters[i], i in self.batched)
            for i, tree in enumerate(recording.arguments)
        )
        self.blocks: list[Block] = list(leaves(self._template))
        varying = {slot for block in self.blocks if block.batched for slot in block.slots}
        self.grouping = Grouping(recording, [block.slots for block in self.blocks], varying)
        self._known: dict[Any, _Runs] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return VectorProgram, (self.recording, self.batched, self.reduction)

    def __repr__(self) -> str:
        return (
            f"<VectorProgram of {len(self.recording.instructions)} operations in "
            f"{len(self.grouping.groups)} groups, batched={self.batched}, reduction={self.reduction!r}>"
        )

    def __str__(self) -> str:
        """Return the matrix equations: forward, backward and update, for one example and for n."""
        return page(self.grouping, self.blocks, self.reduction == "mean", self.recording)

    def latex(self) -> str:
        """Return the equations of `print` as LaTeX `aligned` environments."""
        return latex(self.grouping, self.blocks, self.reduction == "mean", self.recording)

    def __call__(self, *args: Any) -> Any:
        """Return the function's result: an array, reduced over the examples if a reduction is set.

        Raises:
            TypeError: if the arguments have another structure than the traced ones.
            ValueError: if an array has another shape, or the mean of no examples is asked for.
        """
        call = _Call(self, args)
        with np.errstate(all="ignore"):  # IEEE rules answer, without a warning
            return call.results()

    def value_and_grad(self, *args: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return the reduced value and its gradient by each argument, arrays of the arguments' shapes.

        Raises:
            TypeError: if the arguments have another structure than the traced ones, or the function
                does not return one number.
            ValueError: if an array has another shape, the mean of no examples is asked for, or
                reduction is None.
        """
        if isinstance(self.recording.result, (list, tuple)):
            raise TypeError(
                "value_and_grad needs a function that returns one number, but a "
                f"{describe(self.recording.result)} was recorded"
            )
        if self.reduction is None and self.batched:
            raise ValueError('a gradient needs one number: reduction must be "mean" or "sum"')
        call = _Call(self, args)
        with np.errstate(all="ignore"):
            return call.value_and_grad()

    def _runs(self, xp: Any, arrays: Sequence[Any]) -> "_Runs":
        types = {x.dtype for x in arrays}
        dtype = types.pop() if len(types) == 1 else xp.result_type(*arrays) if types else xp.float64
        key = xp.__name__, dtype
        if key not in self._known:
            # Freed once, a block so large keeps glibc from returning the memory of every chunk of
            # examples to the system, only to ask for it again: that costs as much as the arithmetic.
            np.empty(1 << 20)
            schedule = Schedule(self.grouping, self.blocks, xp, dtype)
            self._known[key] = _Runs(schedule, self.blocks, bool(self.batched))
        return self._known[key]


class _Runs:
    """The runs of a schedule: on NumPy arrays, where Python counts, written out at first use."""

    def __init__(self, schedule: Schedule, blocks: Sequence[Block], batched: bool) -> None:
        self._schedule, self._blocks, self._batched = schedule, blocks, batched
        self.xp, self.dtype = schedule.xp, schedule.dtype
        varying, shared = max(schedule.varying, 1), schedule.shared
        # what the examples share is done again for each chunk of them: let it not be the most of the work
        self.chunk = max(32, _ROOM // varying, shared // varying)

    @cached_property
    def results(self) -> Run:
        """`Schedule.results`."""
        return self._written(self._schedule.results, self.before)

    @cached_property
    def value_and_grad(self) -> Run:
        """`Schedule.value_and_grad`."""
        return self._written(self._schedule.value_and_grad, lambda n: self.before(n, 1.0))

    def before(self, n: int | None, *seeds: float) -> list[Any]:
        """Return what a run of n examples takes before the arguments: constants, ones, rows of seeds."""
        columns = n or 1
        rows = [self.full(seed, 1, columns) for seed in seeds]
        return [self._schedule.constants, self.full(1.0, columns, 1), *rows]

    def full(self, x: float, *shape: int) -> Any:
        return self.xp.full(shape, x, dtype=self.dtype)

    def _written(self, run: Run, before: Callable[[int | None], list[Any]]) -> Run:
        # copies, lest two results share memory, or one with an argument
        def copied(*args: Any) -> list[Any]:
            return [x if x is None else self.xp.asarray(x, copy=True) for x in run(*args)]

        if self.xp is not np:
            return copied

        def arrays(n: int | None) -> list[Any]:
            shapes = [((n or 1,) if x.batched else ()) + x.shape for x in self._blocks]
            return before(n) + [self.full(0.0, *shape) for shape in shapes]

        return transcribe(run, arrays, self._batched) or copied


class _Call:
    """One call: the arguments as arrays, in chunks of examples that fit into the cache."""

    def __init__(self, program: VectorProgram, args: tuple[Any, ...]) -> None:
        self.program = program
        given: list[Any] = []
        if not fitted(program._template, args, given):
            wanted = describe_arguments(program.recording.arguments)
            raise TypeError(
                f"traced for arguments {wanted}, but {describe_arguments(args)} was given"
            )
        self.xp = xp = _namespace(given)
        self.arrays = [block.checked(x, xp) for block, x in zip(program.blocks, given)]
        counts = {x.shape[0] for block, x in zip(program.blocks, self.arrays) if block.batched}
        if len(counts) > 1:
            raise ValueError(
                f"batched arguments differ in their number of examples: {sorted(counts)}"
            )
        self.count = counts.pop() if counts else None
        if self.count == 0 and program.reduction == "mean":
            raise ValueError("the mean over no examples is undefined; give at least one")
        self.runs = runs = program._runs(xp, self.arrays)
        self.arrays = [
            x if x.dtype == runs.dtype else xp.astype(x, runs.dtype) for x in self.arrays
        ]

    def results(self) -> Any:
        parts = [
            self.runs.results(n, *self.runs.before(n), *arrays) for n, arrays in self._chunks()
        ]
        if not parts:  # no examples
            parts = [
                [self.runs.full(0.0, 1, 0)] * len(list(leaves([self.program.recording.result])))
            ]
        return self._structured([self._reduced(rows) for rows in zip(*parts)])

    def value_and_grad(self) -> tuple[Any, tuple[Any, ...]]:
        program, blocks = self.program, self.program.blocks
        scale = 1.0 / self.count if self.count and program.reduction == "mean" else 1.0
        parts = [
            self.runs.value_and_grad(n, *self.runs.before(n, scale), *arrays)
            for n, arrays in self._chunks()
        ]
        if not parts:
            parts = [[self.runs.full(0.0), *[None] * len(blocks)]]
        total, *gradients = parts[0] if len(parts) == 1 else self._joined(parts)
        value = total / self.count if self.count and program.reduction == "mean" else total
        found = iter(
            [
                self.runs.full(0.0, *x.shape) if g is None else g
                for g, x in zip(gradients, self.arrays)
            ]
        )
        return value, rebuild(program._template, lambda _: next(found))

    def _joined(self, parts: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the sum, and the gradients, of all chunks."""
        totals, *columns = zip(*parts)
        joined = [reduce(operator.add, totals)]
        for block, column in zip(self.program.blocks, columns):
            if column[0] is None:
                joined.append(None)
            elif block.batched:
                joined.append(self.xp.concat(column, axis=0))
            else:
                joined.append(reduce(operator.add, column))
        return joined

    def _chunks(self) -> Iterator[tuple[int | None, list[Any]]]:
        """Yield the number of examples, and the arguments, of each chunk."""
        count, chunk = self.count, self.runs.chunk
        if count is None or 0 < count <= chunk:
            yield count, self.arrays
            return
        pairs = list(zip(self.program.blocks, self.arrays))
        for start in range(0, count, chunk):
            stop = min(start + chunk, count)
            yield (
                stop - start,
                [x[start:stop, ...] if block.batched else x for block, x in pairs],
            )

    def _reduced(self, rows: Sequence[Any]) -> Any:
        """Return the rows of all chunks as one array, reduced as the program says."""
        xp, reduction = self.xp, self.program.reduction
        if self.count is None:
            return xp.reshape(rows[0], ())
        row = rows[0] if len(rows) == 1 else xp.concat(rows, axis=1)
        if reduction is None:
            return xp.reshape(row, (-1,))
        total = xp.sum(row)
        return total / self.count if reduction == "mean" else total

    def _structured(self, rows: list[Any]) -> Any:
        """Return the numbers of the result in its structure."""
        result = self.program.recording.result
        if not isinstance(result, (list, tuple)):
            return rows[0]
        shape = shape_of(result)
        if shape is None or not rows:
            following = iter(rows)
            return rebuild(result, lambda _: next(following))
        stacked = self.xp.stack(rows, axis=-1)
        return self.xp.reshape(stacked, (*stacked.shape[:-1], *shape))


def _namespace(given: Sequence[Any]) -> Any:
    for x in leaves(list(given)):
        if hasattr(x, "__array_namespace__") and not isinstance(x, np.generic):
            return x.__array_namespace__()
    return np
