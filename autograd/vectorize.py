"""VectorProgram: a recorded scalar function in matrix form, run on arrays.

Every value is a matrix here: a row for each scalar of a group, a column for each example, or a single
column where all examples share it. The same rules of the table that serve scalars serve these arrays.
"""

from collections.abc import Iterator, Sequence
from typing import Any

try:
    import numpy as np
except ImportError:
    raise ImportError(
        "vectorize needs NumPy: pip install numpy, or pip install 'scalar-autograd[numpy]'"
    ) from None

from autograd.blocks import Block, blocks_in, describe_given, fitted, shape_of
from autograd.equations import latex, page
from autograd.grouping import Grouping
from autograd.picking import State
from autograd.recording import Recording
from autograd.schedule import Schedule
from autograd.structure import describe, leaves, rebuild

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
        chosen = (batched,) if isinstance(batched, int) else tuple(batched)
        count = len(recording.arguments)
        for i in chosen:
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
        self._schedules: dict[Any, Schedule] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return VectorProgram, (self.recording, self.batched, self.reduction)

    def __repr__(self) -> str:
        return (
            f"<VectorProgram of {len(self.recording.instructions)} operations in "
            f"{len(self.grouping.groups)} groups, batched={self.batched}, reduction={self.reduction!r}>"
        )

    def __str__(self) -> str:
        """Return the matrix equations: forward, backward and update, for one example and for n."""
        return page(self.grouping, self.blocks, self.reduction == "mean")

    def latex(self) -> str:
        """Return the equations of `print` as LaTeX `aligned` environments."""
        return latex(self.grouping, self.blocks, self.reduction == "mean")

    def __call__(self, *args: Any) -> Any:
        """Return the function's result: an array, reduced over the examples if a reduction is set.

        Raises:
            TypeError: if the arguments have another structure than the traced ones.
            ValueError: if an array has another shape, or the mean of no examples is asked for.
        """
        run = _Run(self, args)
        with np.errstate(all="ignore"):  # IEEE rules answer, without a warning
            rows = [run.reduced(parts) for parts in zip(*run.results())]
            return run.structured(rows)

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
        run = _Run(self, args)
        with np.errstate(all="ignore"):
            return run.value_and_grad()

    def _schedule(self, xp: Any, inputs: Sequence[Any]) -> Schedule:
        types = {x.dtype for x in inputs}
        dtype = types.pop() if len(types) == 1 else xp.result_type(*inputs) if types else xp.float64
        key = xp.__name__, dtype
        if key not in self._schedules:
            # Freed once, a block so large keeps glibc from returning the memory of every chunk of
            # examples to the system, only to ask for it again: that costs as much as the arithmetic.
            np.empty(1 << 20)
            sizes = [len(block.slots) for block in self.blocks]
            batched = [block.batched for block in self.blocks]
            self._schedules[key] = Schedule(self.grouping, sizes, batched, xp, dtype)
        return self._schedules[key]


class _Run:
    """One evaluation: the arguments as matrices, in chunks of examples that fit into the cache."""

    def __init__(self, program: VectorProgram, args: tuple[Any, ...]) -> None:
        self.program = program
        given = fitted(program._template, args)
        if given is None:
            wanted = describe(program.recording.arguments)
            raise TypeError(f"traced for arguments {wanted}, but {describe_given(args)} was given")
        self.xp = xp = _namespace(given)
        self.inputs = [block.matrix(x, xp) for block, x in zip(program.blocks, given)]
        counts = {m.shape[1] for block, m in zip(program.blocks, self.inputs) if block.batched}
        if len(counts) > 1:
            raise ValueError(
                f"batched arguments differ in their number of examples: {sorted(counts)}"
            )
        self.count = counts.pop() if counts else None
        if self.count == 0 and program.reduction == "mean":
            raise ValueError("the mean over no examples is undefined; give at least one")
        self.schedule = program._schedule(xp, self.inputs)

    def _shared(self) -> State:
        """Return the state after the steps that are the same for all examples."""
        state = self.schedule.start(self.inputs)
        for step in self.schedule.shared:
            step.forward(state)
        return state

    def _chunks(self, shared: State) -> Iterator[tuple[State, int]]:
        """Yield the state after the other steps, and the number of examples, of each chunk."""
        schedule, blocks = self.schedule, self.program.blocks
        count = self.count or 0
        chunk = max(32, _ROOM // max(schedule.rows_per_example, 1))
        for start in range(0, count, chunk):
            stop = min(start + chunk, count)
            inputs = self.inputs
            if stop - start < count:
                inputs = [
                    x[:, start:stop] if block.batched else x for block, x in zip(blocks, inputs)
                ]
            state = schedule.chunk(shared, inputs, stop - start)
            for step in schedule.varying:
                step.forward(state)
            yield state, stop - start

    def results(self) -> Iterator[list[Any]]:
        """Yield, chunk by chunk, each number of the result as a row."""
        shared = self._shared()
        if self.count is None:
            yield [pick(shared) for pick in self.schedule.result]
        for state, count in self._chunks(shared):
            yield [self._widened(pick(state), count) for pick in self.schedule.result]

    def value_and_grad(self) -> tuple[Any, tuple[Any, ...]]:
        schedule, xp, program = self.schedule, self.xp, self.program
        (result,) = schedule.result
        shared = self._shared()
        scale = 1.0 / self.count if self.count and program.reduction == "mean" else 1.0
        rows = []
        found: list[list[Any]] = [[] for _ in program.blocks]
        if self.count is None:
            rows.append(result(shared))
            result.give(xp.ones_like(rows[0]), shared, shared.pending)
        for state, count in self._chunks(shared):
            rows.append(self._widened(result(state), count))
            result.give(xp.full_like(rows[-1], scale), state, state.pending)
            schedule.backward(schedule.varying, state)
            for source, block in enumerate(program.blocks):
                if block.batched:
                    found[source].append(self._gradient(source, state, count))
        if rows:
            schedule.backward(schedule.shared, shared)
        gradients = []
        for source, block in enumerate(program.blocks):
            if not block.batched:
                matrix = self._gradient(source, shared, 1)
            elif len(found[source]) == 1:
                matrix = found[source][0]
            else:
                matrix = xp.concat(found[source], axis=1) if found[source] else self.inputs[source]
            gradients.append(block.array(matrix, schedule.layout))
        following = iter(gradients)
        return self.reduced(rows), rebuild(program._template, lambda _: next(following))

    def _widened(self, matrix: Any, count: int) -> Any:
        """Return the matrix with a column for each example."""
        if matrix.shape[1] == count:
            return matrix
        return self.xp.broadcast_to(matrix, (matrix.shape[0], count))

    def _gradient(self, source: int, state: State, count: int) -> Any:
        matrix = self.schedule.collect[source](state.pending[source]) if self.count != 0 else None
        if matrix is None:
            shape = (len(self.program.blocks[source].slots), count)
            return self.xp.zeros(shape, dtype=self.schedule.dtype)
        return self._widened(matrix, count)

    def reduced(self, rows: Sequence[Any]) -> Any:
        """Return the rows of all chunks as one array, reduced as the program says."""
        xp, reduction = self.xp, self.program.reduction
        if self.count is None:
            return xp.reshape(rows[0], ())
        if not rows:
            return xp.zeros(() if reduction else (0,), dtype=self.schedule.dtype)
        row = rows[0] if len(rows) == 1 else xp.concat(rows, axis=1)
        if reduction is None:
            return xp.reshape(row, (-1,))
        total = xp.sum(row)
        return total / self.count if reduction == "mean" else total

    def structured(self, rows: list[Any]) -> Any:
        """Return the numbers of the result in its structure."""
        result = self.program.recording.result
        if not isinstance(result, (list, tuple)):
            return rows[0]
        shape = shape_of(result)
        if shape is None:
            following = iter(rows)
            return rebuild(result, lambda _: next(following))
        stacked = self.xp.stack(rows, axis=-1)
        return self.xp.reshape(stacked, (*stacked.shape[:-1], *shape))


def _namespace(given: Sequence[Any]) -> Any:
    for x in leaves(list(given)):
        if hasattr(x, "__array_namespace__") and not isinstance(x, np.generic):
            return x.__array_namespace__()
    return np
