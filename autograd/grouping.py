"""From scalars to vectors: a recording simplified, levelled, and grouped by operation.

Only indices are handled here; `vectorize` runs the groups on arrays and `equations` prints them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

from autograd.recording import DECISIONS, Recording, slots_of
from autograd.structure import leaves

_SUMS = ("add", "sum", "dot")
Sides: TypeAlias = tuple[tuple[bool, bool], ...]
_SMALL = 4096  # so much work costs less than one step more


@dataclass(slots=True)
class Operation:
    """One scalar operation after simplification, with its place in the levels."""

    op: str
    operands: tuple[Any, ...]
    label: str = ""
    level: int = 0
    batched: bool = False  # whether it differs from example to example
    reached: bool = False  # whether a gradient arrives
    conditional: bool = False  # whether it arrives only through branches of `where`


class Simplified:
    """A recording with equal values computed once and sums of products put together.

    Attributes:
        operations: slot to operation, every one after its operands.
        result: the recording's result with the slots that are left.

    Args:
        recording: what to simplify.
        batched: the slots of arguments that differ from example to example.
    """

    def __init__(self, recording: Recording, batched: set[int]) -> None:
        self._varying = set(batched)
        self._alias: dict[int, Any] = {}
        self.operations: dict[int, Operation] = {}
        self._new_slots = count(len(recording.names) + len(recording.instructions))
        self._merge_equal(recording)
        self.result = _mapped(recording.result, self._now)
        self._collect_sums()
        self._drop_unused()

    def _now(self, x: Any) -> Any:
        return self._alias.get(x, x) if type(x) is int else x

    def _merge_equal(self, recording: Recording) -> None:
        known: dict[Any, int] = {}
        shared: dict[int, tuple[Any, ...]] = {}
        for slot, instruction in enumerate(recording.instructions, len(recording.names)):
            operands = []
            for x in instruction.operands:
                if type(x) is tuple:
                    if id(x) not in shared:
                        shared[id(x)] = tuple(map(self._now, x))
                    operands.append(shared[id(x)])
                else:
                    operands.append(self._now(x))
            op, operands = _plainer(instruction.op, operands)
            if op == "pos":
                self._alias[slot] = operands[0]
                continue
            if not any(True for _ in slots_of(tuple(operands))):
                self._alias[slot] = instruction.value(*operands)
                continue
            key = (op, repr(operands) if 0.0 in operands else tuple(operands))  # 0.0 == -0.0
            if key in known:
                self._alias[slot] = known[key]
            else:
                known[key] = slot
                self.operations[slot] = Operation(op, tuple(operands), instruction.label)
                if not self._varying.isdisjoint(slots_of(tuple(operands))):
                    self._varying.add(slot)

    def _collect_sums(self) -> None:
        """Turn chains of additions into `sum`, and where they add products, into `dot`."""
        uses: dict[int, int] = {}
        for operation in self.operations.values():
            for slot in slots_of(operation.operands):
                uses[slot] = uses.get(slot, 0) + 1
        for slot in slots_of(tuple(leaves(self.result))):
            uses[slot] = uses.get(slot, 0) + 2  # a result stays an operation of its own
        terms: dict[int, list[Any]] = {}  # of each sum: a pair is a product, anything else a term
        for slot, operation in self.operations.items():
            if operation.op in _SUMS:
                chain: list[Any] = []
                alone: list[Any] = []
                for x in _terms(operation):
                    inner = terms.pop(x, None) if type(x) is int and uses[x] == 1 else None
                    if inner is None:
                        alone.append(x)
                    elif chain:
                        chain += inner
                    else:
                        chain = inner  # made longer in place: it may be a million terms long
                chain += alone
                terms[slot] = chain
        operations, self.operations = self.operations, {}
        for slot, operation in operations.items():
            if slot in terms:
                for i, x in enumerate(chain := terms[slot]):
                    if (
                        type(x) is int
                        and uses[x] == 1
                        and x in operations
                        and operations[x].op == "mul"
                    ):
                        chain[i] = operations[x].operands
                self._write_sum(slot, operation, chain)
            else:
                self.operations[slot] = operation

    def _write_sum(self, slot: int, operation: Operation, chain: list[Any]) -> None:
        pairs = [x for x in chain if type(x) is tuple]
        rest: list[Any] = [x for x in chain if type(x) is int]
        constant = sum((x for x in chain if type(x) is float), 0.0)
        if len(pairs) < 2 and operation.op == "add" and len(chain) == 2:
            self.operations[slot] = operation
            return
        if constant or not rest:
            rest = [*rest, constant]
        if pairs:
            if len(rest) > 1:
                bias = next(self._new_slots)
                self.operations[bias] = _sum(rest, "")
                rest = [bias]
            if operation.op != "dot":  # w·x or x·w: weights first, as in a dot
                pairs = [tuple(sorted(pair, key=self._rank)) for pair in pairs]
            ws, xs = zip(*pairs)
            self.operations[slot] = Operation("dot", (ws, xs, rest[0]), operation.label)
        else:
            self.operations[slot] = _sum(rest, operation.label)

    def _rank(self, x: Any) -> tuple[bool, bool]:
        """Return whether a factor varies from example to example, and whether it is computed."""
        return (x in self._varying, x in self.operations) if type(x) is int else (False, False)

    def _drop_unused(self) -> None:
        used = set(slots_of(tuple(leaves(self.result))))
        for slot in reversed(list(self.operations)):
            if slot in used:
                used.update(slots_of(self.operations[slot].operands))
            else:
                del self.operations[slot]


def _plainer(op: str, operands: list[Any]) -> tuple[str, list[Any]]:
    """Return the same operation in a form that costs less; "pos" if it is its operand."""
    if op == "where" and type(operands[0]) is bool:
        return "pos", [operands[1] if operands[0] else operands[2]]
    if op == "pow" and type(operands[1]) is float and operands[1] in (1.0, 2.0):
        return ("pos" if operands[1] == 1.0 else "square"), operands[:1]
    return op, operands


def _terms(operation: Operation) -> Iterator[Any]:
    if operation.op == "dot":
        ws, xs, bias = operation.operands
        yield bias
        yield from zip(ws, xs)
    elif operation.op == "sum":
        yield from operation.operands[0]
    else:
        yield from operation.operands


def _sum(terms: list[Any], label: str) -> Operation:
    if len(terms) == 2:
        return Operation("add", tuple(terms), label)
    return Operation("sum", (tuple(terms),), label)


def _mapped(tree: Any, f: Callable[[Any], Any]) -> Any:
    if isinstance(tree, (list, tuple)):
        return [_mapped(item, f) for item in tree]
    return f(tree)


# ---------------------------------------------------------------- groups


@dataclass(slots=True, eq=False)
class Group:
    """Operations of one kind that are done at once.

    Attributes:
        op: the row or decision.
        slots: what it computes, in this order; of a matrix product, row by row.
        operands: for each operand the slots and constants, one per operation; of a sequence the
            first items of all operations, then the second, and so on.
        shape: of a matrix product (units, columns, inputs), else None.
        batched: whether it differs from example to example.
        reached: whether a gradient arrives.
        conditional: whether it arrives only through branches of `where`.
        length: of the sequences; 0 where operands are single numbers.
    """

    op: str
    slots: list[int]
    operands: list[list[Any]]
    batched: bool
    reached: bool
    conditional: bool
    length: int = 0
    shape: tuple[int, int, int] | None = None
    labels: Sequence[str] = ()


class Grouping:
    """The groups of a recording in an order in which they can be computed.

    Attributes:
        groups: the groups; those that are the same for all examples come first.
        result: the recording's result with the slots that are left.
        places: slot to (source, position). Sources are the blocks of the arguments, then the groups.
    """

    def __init__(self, recording: Recording, blocks: Sequence[range], batched: set[int]) -> None:
        simplified = Simplified(recording, batched)
        self.result = simplified.result
        self.places: dict[int, tuple[int, int]] = {}
        for source, block in enumerate(blocks):
            self.places.update((slot, (source, i)) for i, slot in enumerate(block))
        operations = simplified.operations
        _mark(operations, batched, self.result)
        kinds: dict[Any, list[int]] = {}
        for slot, v in operations.items():
            lengths = tuple(len(x) for x in v.operands if type(x) is tuple)
            if v.op in _SUMS:  # zeros make them equally long
                lengths = (len(lengths) > 0,)
            # the varying side of a product is known by what it is made of
            sides = _sides(v, operations, batched) if v.op == "dot" else ()
            key = (v.batched, v.level, v.op, lengths, v.reached, v.conditional, sides)
            kinds.setdefault(key, []).append(slot)
        self.groups: list[Group] = []
        for key in sorted(kinds, key=lambda key: key[:2]):
            for group in self._grouped(kinds[key], operations, key[-1]):
                source = len(blocks) + len(self.groups)
                self.places.update((slot, (source, i)) for i, slot in enumerate(group.slots))
                self.groups.append(group)

    def _grouped(
        self, slots: list[int], operations: dict[int, Operation], sides: Sides
    ) -> Iterator[Group]:
        first = operations[slots[0]]
        if first.op == "dot" and not first.conditional:
            rest: list[int] = []
            blocks = list(self._products(slots, operations, sides))
            worthwhile = 1 if len(blocks) <= 2 else 64 if first.batched else 1024
            for rows, columns, members in blocks:
                if len(members) * len(operations[members[0]].operands[0]) >= worthwhile and rows:
                    yield self._product(rows, columns, members, operations)
                else:
                    rest += members
            slots = rest
        if first.op in ("sum", "dot"):
            yield from (self._elementwise(s, operations) for s in _padded(slots, operations))
        elif slots:
            yield self._elementwise(slots, operations)

    def _elementwise(self, slots: list[int], operations: dict[int, Operation]) -> Group:
        """Order the operations as their operands lie, so that these are slices wherever possible."""
        slots = sorted(slots, key=lambda slot: self._place(operations[slot].operands))
        first = operations[slots[0]]
        columns: list[list[Any]] = []
        length = 0
        for i, operand in enumerate(first.operands):
            rows = [operations[slot].operands[i] for slot in slots]
            if type(operand) is tuple:
                length = max(map(len, rows))
                columns.append(
                    [row[k] if k < len(row) else 0.0 for k in range(length) for row in rows]
                )
            else:
                columns.append(rows)
        return _group(first, slots, columns, length, None, operations)

    def _place(self, operands: Iterable[Any]) -> list[tuple[int, int]]:
        return [self.places[slot] for slot in slots_of(tuple(operands))]

    def _products(
        self, slots: list[int], operations: dict[int, Operation], sides: Sides
    ) -> Iterator[tuple[list[Any], list[Any], list[int]]]:
        """Yield (matrix rows, input columns, slots row by row) of each full product."""
        (first_varies, _), (second_varies, _) = sides
        if first_varies and second_varies:  # both vary from example to example
            yield from (([], [], [slot]) for slot in slots)
            return
        swapped = first_varies or (
            not second_varies and self._matrix_is_second(slots, operations, sides)
        )
        partners: dict[Any, dict[Any, int]] = {}
        for slot in slots:
            ws, xs, _ = operations[slot].operands
            row, column = (xs, ws) if swapped else (ws, xs)
            partners.setdefault(row, {})[column] = slot
        alike: dict[Any, list[Any]] = {}
        for row, paired in partners.items():
            alike.setdefault((frozenset(paired), len(row)), []).append(row)
        for (shared, _), rows in alike.items():
            rows.sort(key=self._place)
            columns = sorted(shared, key=self._place)
            yield rows, columns, [partners[r][c] for r in rows for c in columns]

    def _matrix_is_second(
        self, slots: list[int], operations: dict[int, Operation], sides: Sides
    ) -> bool:
        """Tell which side of unbatched dots is the matrix: that of more rows, or else the argument."""
        firsts, seconds = ({operations[slot].operands[i] for slot in slots} for i in (0, 1))
        if len(firsts) != len(seconds):
            return len(seconds) > len(firsts)
        return sides[0][1] and not sides[1][1]

    def _product(
        self,
        rows: list[Any],
        columns: list[Any],
        slots: list[int],
        operations: dict[int, Operation],
    ) -> Group:
        first = operations[slots[0]]
        matrix = [x for row in rows for x in row]
        inputs = [column[k] for k in range(len(columns[0])) for column in columns]
        bias = [operations[slot].operands[2] for slot in slots]
        shape = (len(rows), len(columns), len(columns[0]))
        return _group(first, slots, [matrix, inputs, bias], shape[2], shape, operations)


def _group(
    first: Operation,
    slots: list[int],
    operands: list[list[Any]],
    length: int,
    shape: tuple[int, int, int] | None,
    operations: dict[int, Operation],
) -> Group:
    labels = [operations[slot].label for slot in slots]
    kind = first.batched, first.reached, first.conditional
    return Group(first.op, slots, operands, *kind, length, shape, labels)


def _padded(slots: list[int], operations: dict[int, Operation]) -> Iterator[list[int]]:
    """Split sums of unequal lengths so that zeros at most double the work, unless it is small."""
    lengths = {slot: len(operations[slot].operands[0]) for slot in slots}
    ordered = sorted(slots, key=lengths.__getitem__)
    start = 0
    for end in range(1, len(ordered) + 1):
        longest = lengths[ordered[end]] if end < len(ordered) else math.inf
        work = longest * (end - start + 1)
        if work > _SMALL and work > 2 * sum(lengths[slot] for slot in ordered[start : end + 1]):
            yield ordered[start:end]
            start = end


def _mark(operations: dict[int, Operation], batched: set[int], result: Any) -> None:
    """Set level, batched and conditional of every operation."""
    for v in operations.values():
        v.batched = any(
            operations[slot].batched if slot in operations else slot in batched
            for slot in slots_of(v.operands)
        )
    certain = set(slots_of(tuple(leaves(result))))
    reached = set(certain)
    for slot in reversed(list(operations)):
        v = operations[slot]
        for x in slots_of(v.operands):
            if x in operations:  # as late as possible: equal tails of unequal beginnings meet
                operations[x].level = min(operations[x].level, v.level - 1)
        v.reached, v.conditional = slot in reached, slot not in certain
        if v.op in DECISIONS or not v.reached:
            continue
        flows = v.operands[1:] if v.op == "where" else v.operands
        reached.update(slots_of(flows))
        if not v.conditional and v.op != "where":
            certain.update(slots_of(flows))


def _sides(
    v: Operation, operations: dict[int, Operation], batched: set[int]
) -> Sides:
    """Tell of both sides of a dot whether they vary with the examples, and whether they are computed."""
    sides = []
    for side in v.operands[:2]:
        slots = list(slots_of((side,)))
        varies = any(operations[x].batched if x in operations else x in batched for x in slots)
        sides.append((varies, any(x in operations for x in slots)))
    return tuple(sides)
