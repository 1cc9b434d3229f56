"""From the groups of a recording to steps of machine code: where everything lies, and in which order it is done."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Group, Grouping
from autograd.native.arrays.memory import Memory, Operand, Places, Source, whole
from autograd.native.arrays.steps import Elementwise, Product, Step
from autograd.native.text import LANES
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS
from autograd.structure import leaves

_BLOCK = 64  # examples that are done together, if there are
_CACHED = 1 << 16  # numbers that a block of examples should not exceed
_TERMS = 8  # of a sum that are added at once
_MOST = 2_000  # groups: each takes some two thousandths of a second to compile
_LONGEST = 64  # operands of another rule on sequences


def refusal(grouping: Grouping) -> str:
    """Return why the groups cannot be compiled, in words; an empty text if they can."""
    if len(grouping.groups) > _MOST:
        return f"{len(grouping.groups):,} groups of operations are more than {_MOST:,}"
    for group in grouping.groups:
        if group.length > _LONGEST and group.op not in ("sum", "dot"):
            return f"{group.op} of {group.length} numbers is longer than {_LONGEST}"
    return ""


class Plan:
    """The steps of a grouping, and the memory that they share.

    Attributes:
        steps: in the order in which they are done forward.
        sources: the rows of each block.
        batched: whether there are examples.
        result: of each number of the result its source, if it is no constant, and its place.
        total: the place of the result, added up.
        narrow: how much of the memory the narrow rows take, with which it begins.
        sizes: how much is behind each of the `POINTERS`.
    """

    def __init__(self, grouping: Grouping, blocks: Sequence[Block]) -> None:
        rows = sum(len(x.slots) for x in blocks if x.batched)
        rows += sum(len(x.slots) for x in grouping.groups if x.batched)
        size = _BLOCK
        while size > LANES and size * rows > _CACHED:
            size //= 2
        self.memory = Memory(size)
        self.steps: list[Step] = []
        self.sources = [self.memory.add(len(x.slots), x.batched) for x in blocks]
        self._where: dict[int, tuple[Source, int]] = {}  # where a slot is: its source and its place
        for block, source in zip(blocks, self.sources):
            self._where.update(zip(block.slots, ((source, place) for place in source.places)))
        self._new_slots = count(-1, -1)
        for group in grouping.groups:
            self._group(group)
        if type(grouping.result) is int:
            seeded, _ = self._where[grouping.result]
            seeded.touched = seeded.fill = True
        for step in reversed(self.steps):
            self._find_first(step)
        for source in self.sources:
            source.fill |= not source.touched
        self.blocks, self.batched = blocks, any(block.batched for block in blocks)
        self.result = [self.find(x) for x in leaves([grouping.result])]
        self.total = self.memory.add(1, False).places[0]
        self.narrow = self.memory.narrow + LANES  # a vector may reach beyond the last row
        both = self.narrow, self.memory.wide
        self.sizes = *both, *both, LANES * self.narrow * self.batched

    def find(self, x: Any) -> tuple[Source | None, int]:
        """Return the source and the place of a slot; of a constant its place, and of None one left over."""
        if type(x) is int:
            return self._where[x]
        return None, 0 if x is None else self.memory.constant(x)

    def _find_first(self, step: Step) -> None:
        """Find out which contributions of a step fill rows that hold nothing yet."""
        if not step.out.touched:
            step.out.touched = step.out.fill = True
        operands = [x for x in step.operands if x.flows]
        for x in operands:
            sources = {source for source, _ in x.targets}
            others = {source for y in operands if y is not x for source, _ in y.targets}
            places = sorted(place for _, place in x.targets)
            source, _ = x.targets[0]
            x.first = source.wide and not source.touched and sources.isdisjoint(others)
            x.first = x.first and places == [*source.places]
            for source in sources:
                if not source.touched:
                    source.touched, source.fill = True, not x.first

    # ------------------------------------------------------------ operands

    def _operand(
        self, refs: Sequence[Any], group: Group, flows: bool, batched: bool, wide: bool = False
    ) -> Operand:
        """Return an operand of a group.

        Args:
            refs: the slots and constants, one a row; None for a row left over.
            group: the group.
            flows: whether a gradient flows there.
            batched: whether the step differs from example to example.
            wide: whether the rows must be wide.
        """
        if isinstance(refs[0], float) and not wide and len({*map(repr, refs)}) == 1:
            return Operand(self.memory, (), (), False, batched, refs[0])
        sources, places = map(list, zip(*map(self.find, refs)))
        narrow = [i for i, source in enumerate(sources) if source is None or not source.wide]
        wide = batched and (wide or len(narrow) < len(refs))
        if wide and narrow:  # some rows differ from example to example, and some do not
            copies = self._copied([refs[i] for i in narrow], group, flows, True)
            for i, place in zip(narrow, copies.places):
                sources[i], places[i] = copies, place
        found = Operand(self.memory, sources, places, wide, batched)
        found.flows = flows and bool(found.targets)
        return found

    def _copied(self, refs: Sequence[Any], group: Group, flows: bool, batched: bool) -> Source:
        """Return new rows with these numbers: a step more."""
        operand = self._operand(refs, group, flows, batched)
        out = self.memory.add(len(refs), batched, operand.conditional or group.conditional)
        self._elementwise(TABLE["pos"], [operand], out, flows)
        return out

    def _dense(self, refs: Sequence[Any], group: Group) -> int:
        """Return where narrow rows begin that lie one after the other: they are copied there if they do not."""
        places = [self.find(x)[1] for x in refs]
        if places == [*range(places[0], places[0] + len(places))]:
            return places[0]
        return self._copied(refs, group, group.reached, False).places[0]

    # ------------------------------------------------------------ steps

    def _group(self, group: Group) -> None:
        if group.shape and group.batched:
            self._product(group, *group.shape)
        elif group.shape:
            self._narrow_product(group, *group.shape)
        elif group.length > _TERMS and group.op in ("sum", "dot"):
            self._long_sum(group)
        else:
            self._rule(group.op, group.operands, group.length, group.slots, group)

    def _rule(
        self, op: str, operands: Sequence[Any], length: int, slots: Sequence[int], group: Group
    ) -> None:
        """Plan the rule of a row, or a decision, for these slots; the first operands may be sequences."""
        size, rule = len(slots), DECISIONS.get(op) or TABLE[op]
        flowing = range(1, 3) if op == "where" else range(len(getattr(rule, "partials", ())))
        tree: list[Any] = []
        for i, refs in enumerate(operands):
            sequence = length > 0 and i < 2
            parts = [refs[k * size : (k + 1) * size] for k in range(length)] if sequence else [refs]
            flows = group.reached and i in flowing
            found = [self._operand(part, group, flows, group.batched) for part in parts]
            tree.append(found if sequence else found[0])
        for x in tree if op in ("&", "|", "~") else tree[: op == "where"]:
            x.condition = True
        self._elementwise(rule, tree, self._out(slots, group), group.reached)

    def _name(self) -> str:
        return f"g{len(self.steps)}"

    def _out(self, slots: Sequence[int], group: Group) -> Source:
        out = self.memory.add(len(slots), group.batched, group.conditional)
        self._where.update(zip(slots, ((out, place) for place in out.places)))
        return out

    def _elementwise(self, rule: Any, tree: Sequence[Any], out: Source, reached: bool) -> None:
        self.steps.append(Elementwise(self._name(), rule, tree, out, self.memory, reached))

    def _long_sum(self, group: Group) -> None:
        """Plan a sum as sums of a few terms each, the sum of these, and so on."""
        op, size, length = group.op, len(group.slots), group.length
        *sides, bias = group.operands if op == "dot" else [*group.operands, [0.0] * size]
        while length > _TERMS:
            parts = -(-length // _TERMS)
            rest = [0.0] * (parts * _TERMS - length) * size
            slots = [next(self._new_slots) for _ in range(parts * size)]
            operands = [[*side, *rest] for side in sides]
            zeros = [[0.0] * len(slots)] * (op == "dot")
            self._rule(op, [*operands, *zeros], _TERMS, slots, group)
            op, sides, length = "sum", [slots], parts
        self._rule("sum", [[*sides[0], *bias]], length + 1, group.slots, group)

    def _begun(self, bias: Sequence[Any], group: Group, out: Source) -> bool:
        """Let results begin with a bias; tell whether there is one."""
        if all(x is None or (type(x) is float and x == 0.0) for x in bias):
            return False
        operand = self._operand(bias, group, group.reached, group.batched)
        self._elementwise(TABLE["pos"], [operand], out, group.reached)
        return True

    def _product(self, group: Group, units: int, columns: int, length: int) -> None:
        matrix, inputs, bias = group.operands
        down, along = (1, units) if group.by_inputs else (length, 1)
        start = self._dense(matrix, group)
        operand = self._operand(inputs, group, group.reached, True, wide=True)
        out = self._out(group.slots, group)
        begun = self._begun(bias, group, out)
        lines = Places(self.memory, operand.places), Places(self.memory, out.places)
        shape, at = (units, columns, length), (start, down, along)
        self.steps.append(Product(self._name(), shape, at, [operand], lines, out, begun))

    def _narrow_product(self, group: Group, units: int, columns: int, length: int) -> None:
        """Plan a product that all examples share: its wider side takes the place of the examples."""
        matrix, inputs, bias = group.operands
        down, along = (1, units) if group.by_inputs else (length, 1)
        order = [(u, c) for u in range(units) for c in range(columns)]
        rows = [inputs[k * columns : (k + 1) * columns] for k in range(length)]
        if whole(columns) * units > whole(units) * columns:  # turned: the inputs become the matrix
            rows = [matrix[k * along :: down][:units] for k in range(length)]
            matrix, (down, along), units, columns = inputs, (1, columns), columns, units
            order = [(c, u) for u, c in order]
        width = whole(columns)
        rest = [None] * (width - columns)
        start = self._dense(matrix, group)
        first = self._dense([x for row in rows for x in (*row, *rest)], group)
        out = self.memory.add(units * width, False)
        biases: list[Any] = [None] * (units * width)
        for slot, x, (u, c) in zip(group.slots, bias, order):
            self._where[slot] = out, out.places[u * width + c]
            biases[u * width + c] = x
        begun = self._begun(biases, group, out)
        inner = Places(self.memory, range(first, first + length * width, width))
        lines = inner, Places(self.memory, out.places[::width])
        shape, at, vectors = (units, 1, length), (start, down, along), width // LANES
        self.steps.append(Product(self._name(), shape, at, [], lines, out, begun, vectors))
