"""The function that runs the steps of a plan: what all examples share, then block by block what differs."""

from collections.abc import Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.native.arrays.memory import POINTERS, Source
from autograd.native.arrays.plan import Plan
from autograd.native.speller import LANES, hexadecimal
from autograd.native.text import NOTHING, Index, Text


class Body:
    """Writes `double name.run(ptr numbers, i64 count, double seed)`.

    Its first argument holds the places of the scratch memory, of each block's numbers, and of the results;
    `count` is the number of examples, `seed` the derivative to start from. It returns the result, added up.

    Args:
        plan: the steps.
        blocks: the arguments.
        result: the slots and constants that make up the result.

    Attributes:
        narrow: how much of the scratch memory the narrow rows take: it begins with them.
        size: how much it takes in all.
    """

    def __init__(self, plan: Plan, blocks: Sequence[Block], result: Sequence[Any]) -> None:
        self._plan, self._blocks, self._memory = plan, blocks, plan.memory
        self._batched = any(block.batched for block in blocks)
        self._result = [plan.find(x) for x in result]
        self._wide = [source is not None and source.wide for source, _ in self._result]
        self._total = self._memory.add(1, False).places[0]  # its parts are those of the result
        self.narrow = self._memory.narrow + LANES  # a vector may reach beyond the last row
        parts = LANES * self.narrow * self._batched
        self._sizes = self.narrow, self._memory.wide, self.narrow, self._memory.wide, parts
        self.size = sum(self._sizes)

    def text(self, name: str, gradient: bool) -> str:
        """Return the function."""
        text = Text(f"define internal double @{name}.run(ptr %numbers, i64 %count, double %seed)")
        memory = self._numbers(text, 0)
        for pointer, i in zip(POINTERS, range(len(POINTERS))):
            start = sum(self._sizes[:i])
            text.do(f"%{pointer} = getelementptr double, ptr {memory}, i64 {start}")
        pairs = [*zip(self._blocks, self._plan.sources)]
        places = [self._numbers(text, 1 + i) for i in range(len(pairs))]
        given = [(x, *pair) for x, pair in zip(places, pairs) if pair[0].slots]
        outs = [
            self._numbers(text, 1 + len(pairs) + i) for i in range(len(pairs) if gradient else 1)
        ]
        found = [(x, *pair) for x, pair in zip(outs, pairs) if pair[0].slots]
        for numbers, block, source in given:
            if not block.batched:
                self._copy(text, text.place("%n", source.places[0]), numbers, len(block.slots))
        self._pass(text, "forward", False)
        if self._batched:
            if gradient:
                self._clear(text, "%p", 0, LANES * self.narrow)
            size = self._memory.block
            blocks = text.new(f"udiv i64 {text.sum('%count', size - 1)}, {size}")
            with text.loop(blocks) as loop:
                first: Index = text.times(loop.index, size)
                left = text.new(f"sub i64 %count, {first}")
                few = text.new(f"icmp ult i64 {left}, {size}")
                m = text.new(f"select i1 {few}, i64 {left}, i64 {size}")
                vectors = text.new(f"udiv i64 {text.sum(m, LANES - 1)}, {LANES}")
                self._transpose(text, given, first, m, "%w")
                self._pass(text, "forward", True, vectors, m)
                if gradient:
                    self._gradient_of_block(text, vectors, m)
                    self._transpose(text, found, first, m, "%gw")
                else:
                    for i, (wide, (_, place)) in enumerate(zip(self._wide, self._result)):
                        if wide:
                            row = text.place(outs[0], text.times("%count", i), first)
                            self._copy(text, row, text.place("%w", place), m)
        if gradient:
            return text.end(f"double {self._rest_of_gradient(text, found)}")
        for i, (wide, (_, place)) in enumerate(zip(self._wide, self._result)):
            if not wide:
                x = text.number("%n", place)
                with text.loop("%count") as loop:
                    text.set_number(x, outs[0], text.times("%count", i), loop.index)
        return text.end(f"double {hexadecimal(0.0)}")

    def _gradient_of_block(self, text: Text, vectors: str, m: str) -> None:
        (wide,), ((_, place),) = self._wide, self._result
        if wide:
            with text.loop(vectors) as vector:
                x = text.load("%w", place, text.times(vector.index, LANES))
                alive = text.before(m, vector.index)
                text.add(text.chosen(alive, x, NOTHING), "%p", self._total * LANES)
        for source in self._memory.sources:
            if source.fill and source.wide:
                size = len(source.places) * self._memory.block
                self._clear(text, "%gw", source.places[0], size)
        if wide:
            seed = text.eight("%seed", "double")
            with text.loop(vectors) as vector:
                text.add(seed, "%gw", place, text.times(vector.index, LANES))
        self._pass(text, "backward", True, vectors, m)

    def _rest_of_gradient(self, text: Text, found: Sequence[tuple[str, Block, Source]]) -> str:
        """Write the backward pass through what all examples share; return the result."""
        if self._batched:
            with text.loop(self.narrow) as loop:
                parts = text.load("%p", text.times(loop.index, LANES))
                text.set_number(text.total(parts), "%gn", loop.index)
        else:
            self._clear(text, "%gn", 0, self.narrow)
        (wide,), ((source, place),) = self._wide, self._result
        if wide:
            total = text.number("%gn", self._total)
            result = text.new(f"fadd double {total}, {hexadecimal(0.0)}")
        else:
            n = text.new("uitofp i64 %count to double")
            result = text.new(f"fmul double {text.number('%n', place)}, {n}")
            if source is not None:
                text.add_number(text.new(f"fmul double %seed, {n}"), "%gn", place)
        self._pass(text, "backward", False)
        for numbers, block, arguments in found:
            if not block.batched:
                with text.loop(len(block.slots)) as loop:
                    x = text.number("%gn", arguments.places[0], loop.index)
                    x = text.new(f"fadd double {x}, {hexadecimal(0.0)}")  # −0.0 becomes 0.0
                    text.set_number(x, numbers, loop.index)
        return result

    # ------------------------------------------------------------ what is written often

    def _numbers(self, text: Text, i: int) -> str:
        return text.new(f"load ptr, ptr {text.place('%numbers', i, kind='ptr')}")

    def _copy(self, text: Text, to: str, origin: str, count: Index) -> None:
        size = text.times(count, 8)
        text.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {origin}, i64 {size}, i1 false)")

    def _clear(self, text: Text, base: str, start: int, size: int) -> None:
        with text.loop(size // LANES) as loop:
            text.store(NOTHING, base, start, text.times(loop.index, LANES))

    def _pass(
        self, text: Text, which: str, batched: bool, vectors: Index = 0, m: Index = 0
    ) -> None:
        """Call the steps, from the last to the first if it is backward."""
        pointers = ", ".join(f"ptr %{name}" for name in POINTERS)
        for step in self._plan.steps if which == "forward" else reversed(self._plan.steps):
            if step.batched == batched:
                arguments = f"{pointers}, i64 {vectors}, i64 {m}"
                text.do(f"call void @{step.name}.{which}({arguments})")

    def _transpose(
        self,
        text: Text,
        arrays: Sequence[tuple[str, Block, Source]],
        first: Index,
        m: str,
        base: str,
    ) -> None:
        """Copy the numbers of a block of examples to wide rows, or gradients from there."""
        for numbers, block, source in arrays:
            if block.batched:
                rows = len(block.slots)
                with text.loop(m) as example, text.loop(rows) as row:
                    along = text.times(row.index, self._memory.block)
                    inside = text.sum(source.places[0], along, example.index)
                    outside = text.times(text.sum(first, example.index), rows)
                    if base == "%w":
                        x = text.number(numbers, outside, row.index)
                        text.set_number(x, base, inside)
                    else:  # −0.0 becomes 0.0
                        x = text.new(f"fadd double {text.number(base, inside)}, {hexadecimal(0.0)}")
                        text.set_number(x, numbers, outside, row.index)
