"""From scalars to vectors: a recording levelled and grouped by operation.

Only indices are handled here; `vectorize` runs the groups on arrays and `equations` prints them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any, TypeAlias

from autograd.matrices.grouping.simplify import SUMS, Operation, Simplified
from autograd.replay.recording import DECISIONS, Recording, slots_of
from autograd.structure import leaves

Sides: TypeAlias = tuple[tuple[bool, bool], ...]
_SMALL = 4096  # so much work costs less than one step more


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
        by_inputs: of a matrix product, whether the matrix has a row for each input, as it lies in the
            arguments, instead of a row for each unit.
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
    by_inputs: bool = False


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
            self.places.update(zip(block, zip(repeat(source), count())))
        self._operations = operations = simplified.operations
        varying = _mark(operations, batched, self.result)
        kinds: dict[Any, list[int]] = {}
        for slot, v in operations.items():
            lengths = tuple(len(x) for x in v.operands if type(x) is tuple)
            if v.op in SUMS:  # zeros make them equally long
                lengths = (len(lengths) > 0,)
            # the varying side of a product is known by what it is made of
            sides = _sides(v, operations, varying) if v.op == "dot" else ()
            key = (v.batched, v.level, v.op, lengths, v.reached, v.conditional, sides)
            kinds.setdefault(key, []).append(slot)
        self.groups: list[Group] = []
        for key in sorted(kinds, key=lambda key: key[:2]):
            for group in self._grouped(kinds[key], key[-1]):
                source = len(blocks) + len(self.groups)
                self.places.update(zip(group.slots, zip(repeat(source), count())))
                self.groups.append(group)

    def links(self) -> int:
        """Return how many sources the operands of all groups are taken from: few where a function is regular."""
        return sum(
            len({self.places[x][0] for x in refs if type(x) is int})
            for group in self.groups
            for refs in group.operands
        )

    def _grouped(self, slots: list[int], sides: Sides) -> Iterator[Group]:
        first = self._operations[slots[0]]
        if first.op == "dot" and not first.conditional:
            rest: list[int] = []
            blocks = list(self._products(slots, sides))
            worthwhile = 1 if len(blocks) <= 2 else 64 if first.batched else 1024
            for rows, columns, members in blocks:
                if (
                    len(members) * len(self._operations[members[0]].operands[0]) >= worthwhile
                    and rows
                ):
                    yield self._product(rows, columns, members)
                else:
                    rest += members
            slots = rest
        if first.op in ("sum", "dot"):
            yield from map(self._elementwise, _padded(slots, self._operations))
        elif slots:
            yield self._elementwise(slots)

    def _elementwise(self, slots: list[int]) -> Group:
        """Order the operations as their operands lie, so that these are slices wherever possible."""
        operations = self._operations
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
        return self._group(slots, columns, length, None)

    def _place(self, operands: Iterable[Any]) -> list[tuple[int, int]]:
        return [self.places[slot] for slot in slots_of(operands)]

    def _products(
        self, slots: list[int], sides: Sides
    ) -> Iterator[tuple[list[Any], list[Any], list[int]]]:
        """Yield (matrix rows, input columns, slots row by row) of each full product."""
        (first_varies, _), (second_varies, _) = sides
        if first_varies and second_varies:  # both vary from example to example
            yield from (([], [], [slot]) for slot in slots)
            return
        swapped = first_varies or (not second_varies and self._matrix_is_second(slots, sides))
        partners: dict[Any, dict[Any, int]] = {}
        for slot in slots:
            ws, xs, _ = self._operations[slot].operands
            row, column = map(_exact, (xs, ws) if swapped else (ws, xs))
            if column in partners.setdefault(row, {}):  # the same dot with another bias
                yield [], [], [slot]
            else:
                partners[row][column] = slot
        alike: dict[Any, list[Any]] = {}
        for row, paired in partners.items():
            alike.setdefault((frozenset(paired), len(row[0])), []).append(row)
        for (shared, _), rows in alike.items():
            rows.sort(key=self._place)
            columns = sorted(shared, key=self._place)
            members = [partners[r][c] for r in rows for c in columns]
            yield [row for row, _ in rows], [column for column, _ in columns], members

    def _matrix_is_second(self, slots: list[int], sides: Sides) -> bool:
        """Tell which side of unbatched dots is the matrix: that of more rows, or else the argument."""
        firsts, seconds = ({self._operations[x].operands[i] for x in slots} for i in (0, 1))
        if len(firsts) != len(seconds):
            return len(seconds) > len(firsts)
        return sides[0][1] and not sides[1][1]

    def _product(self, rows: list[Any], columns: list[Any], slots: list[int]) -> Group:
        matrix = [x for row in rows for x in row]
        inputs = [column[k] for k in range(len(columns[0])) for column in columns]
        bias = [self._operations[slot].operands[2] for slot in slots]
        shape = (len(rows), len(columns), len(columns[0]))
        by_inputs = [row[k] for k in range(shape[2]) for row in rows]
        turned = self._consecutive(by_inputs) and not self._consecutive(matrix)
        operands = [by_inputs if turned else matrix, inputs, bias]
        group = self._group(slots, operands, shape[2], shape)
        group.by_inputs = turned
        return group

    def _group(self, slots: list[int], operands: list[list[Any]], length: int, shape: Any) -> Group:
        v = self._operations[slots[0]]
        labels = [self._operations[slot].label for slot in slots]
        kind = v.batched, v.reached, v.conditional
        return Group(v.op, slots, operands, *kind, length, shape, labels)

    def _consecutive(self, refs: list[Any]) -> bool:
        places = (self.places[x] if type(x) is int else (-1, 0) for x in refs)
        source, row = next(places)
        return all(place == (source, row + i) for i, place in enumerate(places, 1))


def depth(recording: Recording) -> int:
    """Return how many groups there are at least: operations one after the other, sums of sums as one."""
    first, levels = len(recording.names), [0] * len(recording.names)
    for v in recording.instructions:
        level = 0
        for x in slots_of(v.operands):
            merged = v.op in SUMS and x >= first and recording.instructions[x - first].op in SUMS
            level = max(level, levels[x] + (not merged))
        levels.append(level)
    return max(levels, default=0)


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


def _mark(operations: dict[int, Operation], batched: set[int], result: Any) -> set[int]:
    """Set level, batched and conditional of every operation; return the slots that differ from example to example."""
    varying = set(batched)
    for slot, v in operations.items():
        v.batched = not varying.isdisjoint(v.slots)
        if v.batched:
            varying.add(slot)
    certain = set(slots_of(leaves(result)))
    reached = set(certain)
    for slot in reversed(list(operations)):
        v = operations[slot]
        for x in operations.keys() & v.slots:
            # as late as possible: equal tails of unequal beginnings meet
            operations[x].level = min(operations[x].level, v.level - 1)
        v.reached, v.conditional = slot in reached, slot not in certain
        if v.op in DECISIONS:
            v.reached = False
        if not v.reached:
            continue
        reached.update(slots_of(v.operands[1:]) if v.op == "where" else v.slots)
        if not v.conditional and v.op != "where":
            certain.update(v.slots)
    return varying


def _exact(refs: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[type, ...]]:
    """Return a key for slots and constants: as bare numbers, slot 2 would equal the constant 2.0."""
    return refs, tuple(map(type, refs))


def _sides(v: Operation, operations: dict[int, Operation], varying: set[int]) -> Sides:
    """Tell of both sides of a dot whether they vary with the examples, and whether they are computed."""
    sides = [slots_of((side,)) for side in v.operands[:2]]
    return tuple([(not varying.isdisjoint(x), not operations.keys().isdisjoint(x)) for x in sides])
