"""How the steps of a plan are run: what all examples share, then block by block what differs."""

from collections.abc import Iterator, Sequence

from autograd.matrices.arguments import Block
from autograd.native.arrays.memory import POINTERS, Source
from autograd.native.arrays.plan import Plan
from autograd.native.text import LANES, NOTHING, Index, Text, hexadecimal

_ZERO = f"double {hexadecimal(0.0)}"  # added to −0.0, a gradient that did not arrive, it gives 0.0


class Run(Text):
    """`double name.run(ptr memory, ptr in0, ..., ptr out0, ..., i64 count, double seed)`, while it is written.

    It takes the addresses of scratch memory, of the numbers of each block and of what is to be filled, the number of
    examples, and the derivative to start from.

    Args:
        name: of the function that runs it.
        plan: the steps.
        outs: how many arrays are to be filled.
    """

    def __init__(self, name: str, plan: Plan, outs: int) -> None:
        self._inputs = [f"%in{i}" for i in range(len(plan.blocks))]
        self._outs = [f"%out{i}" for i in range(outs)]
        pointers = ", ".join(f"ptr {x}" for x in ("%memory", *self._inputs, *self._outs))
        super().__init__(
            f"define internal double @{name}.run({pointers}, i64 %count, double %seed)"
        )
        self._plan, self._size = plan, plan.memory.block
        for i, pointer in enumerate(POINTERS):
            start = sum(plan.sizes[:i])
            self.do(f"%{pointer} = getelementptr double, ptr %memory, i64 {start}")

    def rows(self) -> str:
        """Return the whole text: the numbers of the result, a row for each, with a column for each example."""
        (out,) = self._outs
        rows = [(self.times("%count", i), *x) for i, x in enumerate(self._plan.result)]
        self._forward()
        if self._plan.batched:
            with self.loop(self._blocks()) as loop:
                first, m, _ = self._forward_of_block(loop.index)
                for row, source, place in rows:
                    if source is not None and source.wide:
                        self._copy(self.place(out, row, first), self.place("%w", place), m)
        for row, source, place in rows:
            if source is None or not source.wide:
                x = self.number("%n", place)
                with self.loop("%count") as loop:
                    self.set_number(x, out, row, loop.index)
        return self.end(_ZERO)

    def value_and_gradients(self) -> str:
        """Return the whole text: the gradients by the numbers of each block; it returns the result, added up."""
        ((source, place),) = self._plan.result
        wide = source is not None and source.wide
        self._forward()
        if self._plan.batched:
            self._clear("%p", 0, LANES * self._plan.narrow)
            with self.loop(self._blocks()) as loop:
                first, m, vectors = self._forward_of_block(loop.index)
                if wide:
                    self._add_up(place, m, vectors)
                for rows in self._plan.memory.sources:
                    if rows.fill and rows.wide:
                        self._clear("%gw", rows.places[0], len(rows.places) * self._size)
                if wide:
                    eight = self.eight("%seed")
                    with self.loop(vectors) as vector:
                        self.add(eight, "%gw", place, self.times(vector.index, LANES))
                self._pass("backward", True, vectors, m)
                self._transpose(self._outs, first, m, "%gw")
            with self.loop(self._plan.narrow) as loop:
                parts = self.load("%p", self.times(loop.index, LANES))
                self.set_number(self.total(parts), "%gn", loop.index)
        else:
            self._clear("%gn", 0, self._plan.narrow)
        if wide:
            result = self.new(f"fadd {_ZERO}, {self.number('%gn', self._plan.total)}")
        else:
            n = self.new("uitofp i64 %count to double")
            result = self.new(f"fmul double {self.number('%n', place)}, {n}")
            if source is not None:
                self.add_number(self.new(f"fmul double %seed, {n}"), "%gn", place)
        self._pass("backward", False)
        for out, block, arguments in self._beside(self._outs, batched=False):
            with self.loop(len(block.slots)) as loop:
                x = self.number("%gn", arguments.places[0], loop.index)
                self.set_number(self.new(f"fadd {_ZERO}, {x}"), out, loop.index)
        return self.end(f"double {result}")

    # ------------------------------------------------------------ forward

    def _forward(self) -> None:
        """Write what all examples share."""
        for numbers, block, source in self._beside(self._inputs, batched=False):
            place = self.place("%n", source.places[0])
            self._copy(place, numbers, len(block.slots))
        self._pass("forward", False)

    def _blocks(self) -> str:
        """Return how many blocks the examples are."""
        last = self.sum("%count", self._size - 1)
        return self.new(f"udiv i64 {last}, {self._size}")

    def _forward_of_block(self, k: Index) -> tuple[Index, str, str]:
        """Write what a block of examples needs; return its first, their number, and that in vectors."""
        size = self._size
        first = self.times(k, size)
        left = self.new(f"sub i64 %count, {first}")
        few = self.new(f"icmp ult i64 {left}, {size}")
        m = self.new(f"select i1 {few}, i64 {left}, i64 {size}")
        vectors = self.new(f"udiv i64 {self.sum(m, LANES - 1)}, {LANES}")
        self._transpose(self._inputs, first, m, "%w")
        self._pass("forward", True, vectors, m)
        return first, m, vectors

    def _add_up(self, place: int, m: str, vectors: str) -> None:
        """Add the results of a block to the parts of the total."""
        with self.loop(vectors) as vector:
            x = self.load("%w", place, self.times(vector.index, LANES))
            alive = self.before(m, vector.index)
            self.add(self.chosen(alive, x, NOTHING), "%p", self._plan.total * LANES)

    # ------------------------------------------------------------ what is written often

    def _beside(
        self, addresses: Sequence[str], batched: bool
    ) -> Iterator[tuple[str, Block, Source]]:
        """Yield the blocks that there is something of, beside their addresses and their rows."""
        for address, block, source in zip(addresses, self._plan.blocks, self._plan.sources):
            if block.slots and block.batched == batched:
                yield address, block, source

    def _copy(self, to: str, origin: str, count: Index) -> None:
        size = self.times(count, 8)
        arguments = f"ptr {to}, ptr {origin}, i64 {size}, i1 false"
        self.do(f"call void @llvm.memcpy.p0.p0.i64({arguments})")

    def _clear(self, base: str, start: int, size: int) -> None:
        with self.loop(size // LANES) as loop:
            self.store(NOTHING, base, start, self.times(loop.index, LANES))

    def _pass(self, which: str, batched: bool, vectors: Index = 0, m: Index = 0) -> None:
        """Call the steps, from the last to the first if it is backward."""
        pointers = ", ".join(f"ptr %{name}" for name in POINTERS)
        for step in self._plan.steps if which == "forward" else reversed(self._plan.steps):
            if step.batched == batched:
                arguments = f"{pointers}, i64 {vectors}, i64 {m}"
                self.do(f"call void @{step.name}.{which}({arguments})")

    def _transpose(self, addresses: Sequence[str], first: Index, m: str, base: str) -> None:
        """Copy the numbers of a block of examples to wide rows, or gradients from there."""
        for address, block, source in self._beside(addresses, batched=True):
            rows = len(block.slots)
            with self.loop(m) as example, self.loop(rows) as row:
                along = self.times(row.index, self._size)
                inside = self.sum(source.places[0], along, example.index)
                outside = self.times(self.sum(first, example.index), rows)
                if base == "%w":
                    self.set_number(self.number(address, outside, row.index), base, inside)
                else:
                    x = self.new(f"fadd {_ZERO}, {self.number(base, inside)}")
                    self.set_number(x, address, outside, row.index)
