"""How the steps of a plan are run: what all examples share, then block by block what differs."""

from collections.abc import Iterator, Sequence

from autograd.matrices.arguments import Block
from autograd.native.arrays.memory import POINTERS, Source
from autograd.native.arrays.plan import Plan
from autograd.native.text import LANES, NOTHING, Index, Text, hexadecimal

_ZERO = f"double {hexadecimal(0.0)}"  # added to −0.0, a gradient that did not arrive, it gives 0.0


class Body:
    """Writes a run of a plan into a function.

    Args:
        text: the function.
        plan: the steps.
        memory: the address of as much scratch memory as the plan takes.
        count: the number of examples.
    """

    def __init__(self, text: Text, plan: Plan, memory: str, count: str) -> None:
        self._text, self._plan, self._count = text, plan, count
        self._size = plan.memory.block
        for i, pointer in enumerate(POINTERS):
            start = sum(plan.sizes[:i])
            text.do(f"%{pointer} = getelementptr double, ptr {memory}, i64 {start}")

    def rows(self, inputs: Sequence[str], out: str) -> None:
        """Write the numbers of the result, a row for each, with a column for each example.

        Args:
            inputs: the addresses of the numbers of each block.
            out: where the rows go.
        """
        text = self._text
        rows = [(text.times(self._count, i), *x) for i, x in enumerate(self._plan.result)]
        self._forward(inputs)
        if self._plan.batched:
            with text.loop(self._blocks()) as loop:
                first, m, _ = self._forward_of_block(inputs, loop.index)
                for row, source, place in rows:
                    if source is not None and source.wide:
                        self._copy(text.place(out, row, first), text.place("%w", place), m)
        for row, source, place in rows:
            if source is None or not source.wide:
                x = text.number("%n", place)
                with text.loop(self._count) as loop:
                    text.set_number(x, out, row, loop.index)

    def value_and_gradients(self, inputs: Sequence[str], outs: Sequence[str], seed: str) -> str:
        """Write the gradients by the numbers of each block; return the result, added up.

        Args:
            inputs: the addresses of these numbers.
            outs: where the gradients go.
            seed: the derivative to start from.
        """
        text = self._text
        ((source, place),) = self._plan.result
        wide = source is not None and source.wide
        self._forward(inputs)
        if self._plan.batched:
            self._clear("%p", 0, LANES * self._plan.narrow)
            with text.loop(self._blocks()) as loop:
                first, m, vectors = self._forward_of_block(inputs, loop.index)
                if wide:
                    self._add_up(place, m, vectors)
                for rows in self._plan.memory.sources:
                    if rows.fill and rows.wide:
                        self._clear("%gw", rows.places[0], len(rows.places) * self._size)
                if wide:
                    eight = text.eight(seed)
                    with text.loop(vectors) as vector:
                        text.add(eight, "%gw", place, text.times(vector.index, LANES))
                self._pass("backward", True, vectors, m)
                self._transpose(outs, first, m, "%gw")
            with text.loop(self._plan.narrow) as loop:
                parts = text.load("%p", text.times(loop.index, LANES))
                text.set_number(text.total(parts), "%gn", loop.index)
        else:
            self._clear("%gn", 0, self._plan.narrow)
        if wide:
            result = text.new(f"fadd {_ZERO}, {text.number('%gn', self._plan.total)}")
        else:
            n = text.new(f"uitofp i64 {self._count} to double")
            result = text.new(f"fmul double {text.number('%n', place)}, {n}")
            if source is not None:
                text.add_number(text.new(f"fmul double {seed}, {n}"), "%gn", place)
        self._pass("backward", False)
        for out, block, arguments in self._beside(outs, batched=False):
            with text.loop(len(block.slots)) as loop:
                x = text.number("%gn", arguments.places[0], loop.index)
                text.set_number(text.new(f"fadd {_ZERO}, {x}"), out, loop.index)
        return result

    # ------------------------------------------------------------ forward

    def _forward(self, inputs: Sequence[str]) -> None:
        """Write what all examples share."""
        for numbers, block, source in self._beside(inputs, batched=False):
            place = self._text.place("%n", source.places[0])
            self._copy(place, numbers, len(block.slots))
        self._pass("forward", False)

    def _blocks(self) -> str:
        """Return how many blocks the examples are."""
        last = self._text.sum(self._count, self._size - 1)
        return self._text.new(f"udiv i64 {last}, {self._size}")

    def _forward_of_block(self, inputs: Sequence[str], k: Index) -> tuple[Index, str, str]:
        """Write what a block of examples needs; return its first, their number, and that in vectors."""
        text, size = self._text, self._size
        first = text.times(k, size)
        left = text.new(f"sub i64 {self._count}, {first}")
        few = text.new(f"icmp ult i64 {left}, {size}")
        m = text.new(f"select i1 {few}, i64 {left}, i64 {size}")
        vectors = text.new(f"udiv i64 {text.sum(m, LANES - 1)}, {LANES}")
        self._transpose(inputs, first, m, "%w")
        self._pass("forward", True, vectors, m)
        return first, m, vectors

    def _add_up(self, place: int, m: str, vectors: str) -> None:
        """Add the results of a block to the parts of the total."""
        text = self._text
        with text.loop(vectors) as vector:
            x = text.load("%w", place, text.times(vector.index, LANES))
            alive = text.before(m, vector.index)
            text.add(text.chosen(alive, x, NOTHING), "%p", self._plan.total * LANES)

    # ------------------------------------------------------------ what is written often

    def _beside(
        self, addresses: Sequence[str], batched: bool
    ) -> Iterator[tuple[str, Block, Source]]:
        """Yield the blocks that there is something of, beside their addresses and their rows."""
        for address, block, source in zip(addresses, self._plan.blocks, self._plan.sources):
            if block.slots and block.batched == batched:
                yield address, block, source

    def _copy(self, to: str, origin: str, count: Index) -> None:
        size = self._text.times(count, 8)
        arguments = f"ptr {to}, ptr {origin}, i64 {size}, i1 false"
        self._text.do(f"call void @llvm.memcpy.p0.p0.i64({arguments})")

    def _clear(self, base: str, start: int, size: int) -> None:
        with self._text.loop(size // LANES) as loop:
            self._text.store(NOTHING, base, start, self._text.times(loop.index, LANES))

    def _pass(self, which: str, batched: bool, vectors: Index = 0, m: Index = 0) -> None:
        """Call the steps, from the last to the first if it is backward."""
        pointers = ", ".join(f"ptr %{name}" for name in POINTERS)
        for step in self._plan.steps if which == "forward" else reversed(self._plan.steps):
            if step.batched == batched:
                arguments = f"{pointers}, i64 {vectors}, i64 {m}"
                self._text.do(f"call void @{step.name}.{which}({arguments})")

    def _transpose(self, addresses: Sequence[str], first: Index, m: str, base: str) -> None:
        """Copy the numbers of a block of examples to wide rows, or gradients from there."""
        text = self._text
        for address, block, source in self._beside(addresses, batched=True):
            rows = len(block.slots)
            with text.loop(m) as example, text.loop(rows) as row:
                along = text.times(row.index, self._size)
                inside = text.sum(source.places[0], along, example.index)
                outside = text.times(text.sum(first, example.index), rows)
                if base == "%w":
                    text.set_number(text.number(address, outside, row.index), base, inside)
                else:
                    x = text.new(f"fadd {_ZERO}, {text.number(base, inside)}")
                    text.set_number(x, address, outside, row.index)
