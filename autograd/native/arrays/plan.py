"""A schedule as loops: what all examples share, block by block what differs, and sums at the end."""

from collections.abc import Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Group, Grouping
from autograd.matrices.schedule import Elementwise, Schedule
from autograd.native.arrays.array import Array, Library
from autograd.native.arrays.loops import BEFORE, DURING, Loops
from autograd.native.text import LANES, NOTHING, Text, hexadecimal
from autograd.structure import leaves

_BLOCK = 64  # examples that are done together, if there are
_CACHED = 1 << 16  # numbers that a block of examples should not exceed
_MOST = 2_000  # groups: each takes some two thousandths of a second to compile
_LONGEST = 64  # operands of another rule on sequences


def refusal(grouping: Grouping) -> str:
    """Return why the groups cannot be compiled, in words; an empty text if they can."""
    if len(grouping.groups) > _MOST:
        return f"{len(grouping.groups):,} groups of operations are more than {_MOST:,}"
    if not any(True for _ in leaves([grouping.result])):
        return "there is no number in the result"
    for group in grouping.groups:
        if group.length > _LONGEST and group.op not in ("sum", "dot"):
            return f"{group.op} of {group.length} numbers is longer than {_LONGEST}"
    return ""


class Plan:
    """The loops of a grouping: its schedule, run on arrays that write down what is done to them.

    Args:
        grouping: the groups.
        blocks: the arguments.
        mean: whether a result of several examples is their mean.

    Attributes:
        loops: the loops.
        count: how many numbers the result has.
    """

    def __init__(self, grouping: Grouping, blocks: Sequence[Block], mean: bool) -> None:
        sources: list[Block | Group] = [*blocks, *grouping.groups]
        size, numbers = _BLOCK, sum(len(x.slots) for x in sources if x.batched)
        while size > LANES and size * numbers > _CACHED:
            size //= 2
        self.blocks, self._batched = blocks, any(block.batched for block in blocks)
        self.loops, self._mean = Loops(size), mean
        library = Library(self.loops)
        schedule = _Schedule(grouping, blocks, library, Array.dtype)
        given = []
        for i, block in enumerate(blocks):
            phase = DURING if block.batched else BEFORE
            rows = self.loops.new((len(block.slots), 1), block.batched, phase)
            self.loops.exchange(i, rows, out=False)
            given.append(library.array(rows).T if block.batched else library.array(rows))
        ones = Array(library, 1.0, (1, 1), self._batched).T
        state = schedule.begun(schedule.constants, ones, given)
        for step in schedule.steps:
            step.forward(state)
            slopes = step.slopes(state) if isinstance(step, Elementwise) and step.reached else ()
            library.settle(state.arrays[step.source], *slopes)
        result = library.concat([pick(state) for pick in schedule.result], 0)
        result, self.count = self._each(result), len(schedule.result)
        rows = result.rows  # now, as they are needed for both
        forward = [*map(list, self.loops.phases)]
        self.loops.exchange(len(blocks) + 1, rows, out=True)
        self._phases = {"rows": self.loops.phases}
        self.loops.phases = forward
        self._seed = self._total = self.loops.new((1, 1), False, BEFORE)
        if schedule.differentiable:
            self._total = (result @ ones if self._batched else result).rows
            schedule.backward(self._each(library.array(self._seed)), state)
            for i, block in enumerate(blocks):
                g = schedule.gradient(i, state)
                symbol, space = 0.0 if g is None else g.symbol, (len(block.slots), 1)
                g = Array(library, symbol, space, block.batched)
                self.loops.exchange(len(blocks) + 1 + i, g.rows, out=True)
            self._phases["value_and_grad"] = self.loops.phases

    def _each(self, x: Array) -> Array:
        """Return an array with a column for each example, if there are."""
        return Array(x.library, x.symbol, x.space, self._batched)

    @property
    def _places(self) -> dict[str, int]:
        """Where the pointers of the loops point to in scratch memory."""
        loops = self.loops
        wide = loops.sums + loops.narrow + LANES  # a vector may reach beyond the last narrow row
        return {"n": loops.sums, "w": wide, "p": wide + loops.wide + loops.sums * LANES}

    @property
    def size(self) -> int:
        """How much scratch memory there is, with room to begin at a multiple of 64 bytes."""
        return self._places["p"] + 8

    def run(self, name: str) -> str:
        """Return the text of `double name.run(ptr arrays, i64 count)`.

        It takes the number of examples, and addresses: of the blocks' numbers, of scratch memory, and of what is to be
        filled. `rows.run` fills an array with the numbers of the result, a row for each example; `value_and_grad.run`
        fills one for each block with its gradient, and returns the result, reduced.
        """
        text = Text(f"define double @{name}.run(ptr %arrays, i64 %count)")
        memory = text.new(f"load ptr, ptr {text.place('%arrays', len(self.blocks), kind='ptr')}")
        memory = text.new(f"call ptr @llvm.ptrmask.p0.i64(ptr {text.place(memory, 7)}, i64 -64)")
        for pointer, place in self._places.items():
            text.do(f"%{pointer} = getelementptr double, ptr {memory}, i64 {place}")
        for place, x in self.loops.constants.values():
            text.set_number(hexadecimal(x), "%n", place)
        one = f"double {hexadecimal(1.0)}"
        scale = text.new("uitofp i64 %count to double") if self._mean else one.split()[1]
        text.set_number(text.new(f"fdiv {one}, {scale}"), "%n", int(self._seed.places[0, 0]))
        before, during, after = self._phases[name]
        sums = self.loops.sums
        text.do(*before)
        if sums:
            with text.loop(sums) as one_of_them:
                parts = text.times(one_of_them.index, LANES)
                text.store(NOTHING, "%p", -sums * LANES, parts)
        if self._batched:
            size = self.loops.block
            blocks = text.new(f"udiv i64 {text.sum('%count', size - 1)}, {size}")
            with text.loop(blocks) as k:
                text.do(f"%first = mul i64 {k.index}, {size}")
                left = text.new("sub i64 %count, %first")
                few = text.new(f"icmp ult i64 {left}, {size}")
                text.do(f"%examples = select i1 {few}, i64 {left}, i64 {size}")
                text.do(f"%vectors = udiv i64 {text.sum('%examples', LANES - 1)}, {LANES}")
                text.do(*during)
        if sums:
            with text.loop(sums) as one_of_them:
                parts = text.load("%p", -sums * LANES, text.times(one_of_them.index, LANES))
                text.set_number(text.total(parts), "%n", -sums, one_of_them.index)
        text.do(*after)
        total = text.number("%n", int(self._total.places[0, 0]))
        return text.end(f"double {text.new(f'fdiv double {total}, {scale}')}")


class _Schedule(Schedule):
    """A schedule that keeps what takes long to compute."""

    def gradient(self, source: int, state: Any) -> Any:
        g = super().gradient(source, state)
        self.xp.settle(g)
        return g
