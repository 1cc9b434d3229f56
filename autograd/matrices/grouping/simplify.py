"""A recording simplified for arrays: equal values once, sums of products put together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, TypeAlias

from autograd.replay.recording import Recording, decided, depends, slots_of
from autograd.structure import leaves, rebuild

SUMS = ("add", "sum", "dot")
_Terms: TypeAlias = tuple[list[Any], list[Any], list[Any]]  # factors, what they multiply, the rest


@dataclass(slots=True)
class Operation:
    """One scalar operation after simplification, with its place in the levels."""

    op: str
    operands: tuple[Any, ...]
    label: str = ""
    slots: list[int] = field(init=False)  # among the operands
    level: int = 0
    batched: bool = False  # whether it differs from example to example
    reached: bool = False  # whether a gradient arrives
    conditional: bool = False  # whether it arrives only through branches of `where`

    def __post_init__(self) -> None:
        self.slots = slots_of(self.operands)


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
        self._varying, self._arguments = set(batched), len(recording.names)
        self._alias: dict[int, Any] = {}
        self.operations: dict[int, Operation] = {}
        self._new_slots = count(len(recording.names) + len(recording.instructions))
        self._merge_equal(recording)
        self.result = rebuild(recording.result, self._now)
        self._collect_sums()
        self._drop_unused()

    def _now(self, x: Any) -> Any:
        return self._alias.get(x, x) if type(x) is int else x

    def _merge_equal(self, recording: Recording) -> None:
        known: dict[Any, int] = {}
        shared: dict[int, tuple[Any, ...]] = {}
        for slot, instruction in enumerate(recording.instructions, len(recording.names)):
            operands: list[Any] = []
            for x in instruction.operands:
                if type(x) is tuple:
                    if id(x) not in shared:
                        shared[id(x)] = tuple(map(self._now, x)) if self._alias else x
                    operands.append(shared[id(x)])
                else:
                    operands.append(self._now(x))
            if not depends(operands):
                self._alias[slot] = instruction.value(*operands)
                continue
            op, operands = _plainer(instruction.op, operands)
            if op == "pos":
                self._alias[slot] = only = operands[0]
                if type(only) is int and only in self.operations:
                    self.operations[only].label = self.operations[only].label or instruction.label
                continue
            key = op, repr(operands)  # lest 0.0 be -0.0, or the constant 2.0 slot 2
            if known.setdefault(key, slot) != slot:
                self._alias[slot] = known[key]
            else:
                new = self.operations[slot] = Operation(op, tuple(operands), instruction.label)
                if not self._varying.isdisjoint(new.slots):
                    self._varying.add(slot)

    def _collect_sums(self) -> None:
        """Turn chains of additions into `sum`, and where they add products, into `dot`."""
        operations, self.operations = self.operations, {}
        uses = Counter(chain.from_iterable(v.slots for v in operations.values()))
        for slot in slots_of(leaves(self.result)):
            uses[slot] += 2  # a result stays an operation of its own
        sums: dict[int, _Terms] = {}
        for slot, operation in operations.items():
            if operation.op not in SUMS:
                continue
            whole: _Terms | None = None
            own: _Terms = [], [], []
            ws, xs, rest = own
            for x in _terms(operation):
                once = type(x) is int and uses[x] == 1
                if once and x in sums:
                    whole = _joined(whole, sums.pop(x))
                elif once and x in operations and operations[x].op == "mul":
                    for factors, factor in zip(own, operations[x].operands):
                        factors.append(factor)
                else:
                    rest.append(x)
            if operation.op == "dot":
                ws += operation.operands[0]
                xs += operation.operands[1]
            sums[slot] = _joined(whole, own)
        for slot, operation in operations.items():
            if slot in sums:
                self._write_sum(slot, operation, *sums[slot])
            else:
                self.operations[slot] = operation

    def _write_sum(
        self, slot: int, operation: Operation, ws: list[Any], xs: list[Any], others: list[Any]
    ) -> None:
        if len(ws) < 2 and operation.op == "add" and len(ws) + len(others) == 2:
            self.operations[slot] = operation
            return
        rest: list[Any] = [x for x in others if type(x) is int]
        constant = sum((x for x in others if type(x) is float), 0.0)
        if constant or not rest:
            rest = [*rest, constant]
        if not ws:
            self.operations[slot] = _sum(rest, operation.label)
            return
        if len(rest) > 1:
            bias = next(self._new_slots)
            self.operations[bias] = _sum(rest, "")
            rest = [bias]
        turned = [i for i, (w, x) in enumerate(zip(ws, xs)) if self._rank(w) > self._rank(x)]
        for i in turned:  # weights first
            ws[i], xs[i] = xs[i], ws[i]
        same = operation.op == "dot" and len(ws) == len(operation.operands[0]) and not turned
        if not same or rest[0] is not operation.operands[2]:
            operands = tuple(ws), tuple(xs), rest[0]
            operation = Operation("dot", operands, operation.label)
        self.operations[slot] = operation

    def _rank(self, x: Any) -> int:
        """Return a number that is higher for a factor that varies from example to example, and one that is computed."""
        return 2 * (x in self._varying) + (x >= self._arguments) if type(x) is int else 0

    def _drop_unused(self) -> None:
        used = set(slots_of(leaves(self.result)))
        for slot in reversed(list(self.operations)):
            if slot in used:
                used.update(self.operations[slot].slots)
            else:
                del self.operations[slot]


def _plainer(op: str, operands: list[Any]) -> tuple[str, list[Any]]:
    """Return the same operation in a form that costs less; "pos" if it is its operand."""
    if op == "where" and type(operands[0]) is bool:
        return "pos", [operands[1] if operands[0] else operands[2]]
    if op == "dot" and not operands[0]:
        return "pos", operands[2:]
    if op == "sum" and len(operands[0]) == 1:  # of the errors of a single output, say
        return "pos", [*operands[0]]
    if op == "div" and type(operands[1]) is float and operands[1] == 1.0:  # and their mean
        return "pos", operands[:1]
    if op in ("&", "|") and any(type(x) is bool for x in operands):
        return "pos", [decided(op, *operands)]
    if op == "pow" and type(operands[1]) is float and operands[1] in (1.0, 2.0):
        return ("pos" if operands[1] == 1.0 else "square"), operands[:1]
    return op, operands


def _terms(operation: Operation) -> Sequence[Any]:
    """Return what an operation adds up, besides the products of a dot."""
    if operation.op == "dot":
        return operation.operands[2:]
    return operation.operands[0] if operation.op == "sum" else operation.operands


def _joined(whole: _Terms | None, more: _Terms) -> _Terms:
    """Return the terms of both; the first are made more in place: they may be a million."""
    if whole is None:
        return more
    for terms, further in zip(whole, more):
        terms += further
    return whole


def _sum(terms: list[Any], label: str) -> Operation:
    if len(terms) == 2:
        return Operation("add", tuple(terms), label)
    return Operation("sum", (tuple(terms),), label)
