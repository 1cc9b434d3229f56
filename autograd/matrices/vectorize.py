"""VectorProgram: a recorded scalar function in matrix form, run on arrays.

Every value is a matrix here: a row for each scalar of a group, a column for each example, or a single
column where all examples share it. The same rules of the table that serve scalars serve these arrays.
"""

import operator
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from typing import Any

try:
    import numpy as np
except ModuleNotFoundError:
    raise ImportError(
        "vectorize needs NumPy: pip install numpy, or pip install 'scalar-autograd[numpy]'"
    ) from None

from autograd.matrices.arguments import Arguments, Block, shape_of
from autograd.matrices.equations.pages import latex, page
from autograd.matrices.grouping import Grouping, depth
from autograd.matrices.replayed import A_LINK, Replayed, Scalar, work
from autograd.matrices.schedule import Schedule
from autograd.matrices.transcript import Run, Transcribed
from autograd.progress import patience
from autograd.structure import describe, rebuild, refuse_names

_DOUBLE = np.dtype(np.float64)
_DEEPEST = 50_000  # groups; each takes some 100 µs and 8 KB when it is first run
_ROOM = 1 << 17  # numbers that a chunk of examples may fill: what a core's cache holds


class VectorProgram:
    """A recorded function that runs on arrays, with whole batches of examples if so wished.

    Arguments are arrays, or nested lists, in the structure of the traced ones: wherever that is a
    rectangular nest of lists, an array of its shape; in batched arguments with a leading axis more.
    Arrays of any library that follows the array API standard will do. A VectorProgram changes nothing, so it may
    be used from several threads; and it can be pickled and run in another process.

    Args:
        program, batched, reduction: the Program, and how: see `Program.vectorize`.
        by: the arguments to differentiate by, if not by all: `value_and_grad` has None for the others.

    >>> from autograd import trace
    >>> b = trace(lambda w, x: w * x, 1.0, 2.0).vectorize(batched=1)
    >>> float(b(3.0, [1.0, 2.0]))
    4.5
    """

    def __init__(
        self,
        program: Scalar,
        batched: int | tuple[int, ...] = (),
        reduction: str | None = "mean",
        by: tuple[int, ...] | None = None,
    ) -> None:
        recording = program.recording
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
        self.recording, self._program = recording, program
        self.batched = tuple(sorted({i % count for i in chosen}))
        self.reduction, self._by = reduction, by
        if self.batched and len(recording.instructions) > _DEEPEST < (deep := depth(recording)):
            raise ValueError(
                f"at least {deep:,} operations wait for each other here, and arrays do them one after the other: "
                f"for a batch, {_DEEPEST:,} are the most; call the Program example by example"
            )
        self._arguments = Arguments(recording, self.batched, by)
        self.blocks = self._arguments.blocks
        self._known: dict[Any, _Runs] = {}
        self._last: tuple[Any, Any] = None, None  # the shapes of the last call, and its batch

    @cached_property
    def grouping(self) -> Grouping:
        """The operations in groups that are done at once."""
        varying = {slot for block in self.blocks if block.batched for slot in block.slots}
        with patience(f"grouping {len(self.recording.instructions):,} operations"):
            return Grouping(self.recording, [block.slots for block in self.blocks], varying)

    def __reduce__(self) -> tuple[Any, ...]:
        return VectorProgram, (self._program, self.batched, self.reduction, self._by)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} of {len(self.recording.instructions)} operations in "
            f"{len(self.grouping.groups)} groups, batched={self.batched}, reduction={self.reduction!r}>"
        )

    def __str__(self) -> str:
        """Return the matrix equations: forward, backward and update, for one example and for n."""
        return page(self.grouping, self.blocks, self.reduction == "mean", self.recording)

    def latex(self) -> str:
        """Return the equations of `print` as LaTeX `aligned` environments."""
        return latex(self.grouping, self.blocks, self.reduction == "mean", self.recording)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return the function's result: an array, reduced over the examples if a reduction is set.

        Raises:
            TypeError: if the arguments have another structure than the traced ones.
            ValueError: if an array has another shape, or the mean of no examples is asked for.
        """
        refuse_names(self.recording.parameters, named)
        batch, arrays = self._prepared(args)
        with np.errstate(all="ignore"):  # IEEE rules answer, without a warning
            return self._structured(batch.xp, batch.results(arrays))

    def each(self, *args: Any) -> Any:
        """Return the function's result for each example, whatever the reduction."""
        xp, dtype, arrays, count = self._arguments.checked(self._arguments.taken_apart(args))
        batch = Batch(self._runs(xp, dtype), None, count)
        with np.errstate(all="ignore"):
            return self._structured(xp, batch.results(arrays))

    def value_and_grad(self, *args: Any, **named: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return the reduced value and its gradient by each argument, arrays of the arguments' shapes.

        Raises:
            TypeError: if the arguments have another structure than the traced ones, or the function
                does not return one number.
            ValueError: if an array has another shape, the mean of no examples is asked for, or
                reduction is None.
        """
        if named:
            refuse_names(self.recording.parameters, named)
        if isinstance(self.recording.result, (list, tuple)):
            raise TypeError(
                "value_and_grad needs a function that returns one number, but a "
                f"{describe(self.recording.result)} was recorded"
            )
        if self.reduction is None and self.batched:
            raise ValueError('a gradient needs one number: reduction must be "mean" or "sum"')
        batch, arrays = self._prepared(args)
        with np.errstate(all="ignore"):
            value, gradients = batch.value_and_grad(arrays)
        return value, self._arguments.put_together(gradients)

    def engine(self, *args: Any) -> str:
        """Return what runs a call with these arguments, in words: an array library, or the Program.

        >>> from autograd import trace
        >>> trace(lambda x: x * x, 2.0).vectorize(batched=0).engine([1.0, 2.0, 3.0])
        'NumPy'
        """
        xp, dtype, _, _ = self._arguments.checked(self._arguments.taken_apart(args))
        if xp is not np:
            return str(xp.__name__)
        return "the Program" if dtype == _DOUBLE and self._irregular else "NumPy"

    def _structured(self, xp: Any, rows: list[Any]) -> Any:
        """Return the numbers of the result in its structure."""
        result = self.recording.result
        if not isinstance(result, (list, tuple)):
            return rows[0]
        shape = shape_of(result)
        if shape is None or not rows:
            following = iter(rows)
            return rebuild(result, lambda _: next(following))
        stacked = xp.stack(rows, axis=-1)
        return xp.reshape(stacked, (*stacked.shape[:-1], *shape))

    def _prepared(self, args: tuple[Any, ...]) -> tuple["Batch | Replayed", list[Any]]:
        """Return what a call needs besides its numbers, and these as arrays."""
        given = self._arguments.taken_apart(args)
        shapes = [x.shape for x in given if type(x) is np.ndarray and x.dtype is _DOUBLE]
        known, last = self._last  # read and written at once, as there may be other threads
        if shapes == known:  # as in training, where nothing but the numbers changes
            return last, given
        xp, dtype, arrays, count = self._arguments.checked(given)
        batch: Batch | Replayed
        if xp is np and dtype == _DOUBLE and self._irregular:
            batch = Replayed(self._program, self.blocks)
        else:
            batch = Batch(self._runs(xp, dtype), self.reduction, count)
        if len(shapes) == len(given):
            self._last = shapes, batch
        return batch, arrays

    @cached_property
    def _irregular(self) -> bool:
        """Whether the Program is done before arrays have gone through all groups."""
        if self.batched:
            return False
        worth = work(self.recording) / A_LINK
        return depth(self.recording) > worth or self.grouping.links() > worth

    def _runs(self, xp: Any, dtype: Any) -> "_Runs":
        key = xp.__name__, dtype
        if key not in self._known:
            # Freed once, a block so large keeps glibc from returning the memory of every chunk of
            # examples to the system, only to ask for it again: that costs as much as the arithmetic.
            np.empty(1 << 20)
            grouping = self.grouping
            with patience(f"scheduling {len(grouping.groups):,} groups"):
                schedule = Schedule(grouping, self.blocks, xp, dtype)
            self._known[key] = _Runs(schedule, self.blocks)
        return self._known[key]


class _Runs:
    """The runs of a schedule: on NumPy arrays, where Python counts, written out at first use."""

    def __init__(self, schedule: Schedule, blocks: Sequence[Block]) -> None:
        self._schedule, self.blocks = schedule, blocks
        self.xp, self.dtype, self.numbers = schedule.xp, schedule.dtype, schedule.numbers
        varying, shared = max(schedule.varying, 1), schedule.shared
        # what the examples share is done again for each chunk of them: let it not be the most of the work
        self.chunk = max(32, _ROOM // varying, shared // varying)

    @cached_property
    def results(self) -> Run:
        """`Schedule.results`."""
        return self._written(self._schedule.results)

    @cached_property
    def value_and_grad(self) -> Run:
        """`Schedule.value_and_grad`."""
        return self._written(self._schedule.value_and_grad)

    def before(self, n: int | None, *seeds: float) -> list[Any]:
        """Return what a run of n examples takes before the arguments: constants, ones, rows of seeds."""
        columns = n or 1
        rows = [self.full(seed, 1, columns) for seed in seeds]
        return [self._schedule.constants, self.full(1.0, columns, 1), *rows]

    def full(self, x: float, *shape: int) -> Any:
        return self.xp.full(shape, x, dtype=self.dtype)

    def _written(self, run: Run) -> Run:
        run = patience(f"running {len(self._schedule.steps):,} groups")(run)
        xp, fixed = self.xp, (type(None), np.generic)

        # copies, lest two results share memory, or one with an argument, which scalars cannot
        def copied(*args: Any) -> list[Any]:
            return [x if isinstance(x, fixed) else xp.asarray(x, copy=True) for x in run(*args)]

        return Transcribed(run, copied) if xp is np else copied


class Batch:
    """Calls with equally many examples, in chunks of them that fit into the cache.

    Raises:
        ValueError: if the mean of no examples is asked for.
    """

    def __init__(self, runs: _Runs, reduction: str | None, count: int | None) -> None:
        if count == 0 and reduction == "mean":
            raise ValueError("the mean over no examples is undefined; give at least one")
        self._runs, self._reduction, self._count, self.xp = runs, reduction, count, runs.xp
        self._mean = bool(count) and reduction == "mean"
        self._scale = 1.0 / count if count and self._mean else 1.0
        self._kept: dict[Any, list[Any]] = {}  # constants, ones and seeds, by number of examples

    def _before(self, n: int | None, *seeds: float) -> list[Any]:
        key = n, *seeds
        if key not in self._kept:
            self._kept[key] = self._runs.before(n, *seeds)
        return self._kept[key]

    def results(self, arrays: list[Any]) -> list[Any]:
        """Return each number of the result, reduced as the program says."""
        run = self._runs.results
        parts = [run(n, *self._before(n), *chunk) for n, chunk in self._chunks(arrays)]
        if not parts:  # no examples
            parts = [[self._runs.full(0.0, 1, 0)] * self._runs.numbers]
        return [self.reduced(rows) for rows in zip(*parts)]

    def value_and_grad(self, arrays: list[Any]) -> tuple[Any, list[Any]]:
        """Return the reduced value, and the gradient by each array."""
        run, scale = self._runs.value_and_grad, self._scale
        parts = [run(n, *self._before(n, scale), *chunk) for n, chunk in self._chunks(arrays)]
        if not parts:
            parts = [[self._runs.full(0.0), *[None] * len(arrays)]]
        value, *gradients = parts[0] if len(parts) == 1 else self._joined(parts)
        for i, block in enumerate(self._runs.blocks):
            if gradients[i] is None and block.reached:
                gradients[i] = self._runs.full(0.0, *arrays[i].shape)
        return value / self._count if self._mean else value, gradients

    def _joined(self, parts: Sequence[Sequence[Any]]) -> list[Any]:
        """Return the sum, and the gradients, of all chunks."""
        totals, *columns = zip(*parts)
        joined = [reduce(operator.add, totals)]
        for block, column in zip(self._runs.blocks, columns):
            if column[0] is None:
                joined.append(None)
            elif block.batched:
                joined.append(self.xp.concat(column, axis=0))
            else:
                joined.append(reduce(operator.add, column))
        return joined

    def _chunks(self, arrays: list[Any]) -> Iterable[tuple[int | None, list[Any]]]:
        """Return the number of examples, and the arguments, of each chunk."""
        count, chunk = self._count, self._runs.chunk
        if count is None or 0 < count <= chunk:
            return [(count, arrays)]
        parts = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]
        pairs = [*zip(self._runs.blocks, arrays)]
        return (
            (part.stop - part.start, [x[part, ...] if block.batched else x for block, x in pairs])
            for part in parts
        )

    def reduced(self, rows: Sequence[Any]) -> Any:
        """Return the rows of all chunks as one array, reduced as the program says."""
        xp = self.xp
        if self._count is None:
            return xp.reshape(rows[0], ())
        row = rows[0] if len(rows) == 1 else xp.concat(rows, axis=1)
        if self._reduction is None:
            return xp.reshape(row, (-1,))
        return xp.sum(row) / self._count if self._mean else xp.sum(row)
