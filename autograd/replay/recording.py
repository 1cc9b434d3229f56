"""What a function does to its arguments, as a flat list of instructions: plain data, no graph."""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd.numbers import as_float
from autograd.primitive import Primitive
from autograd.primitives import TABLE
from autograd.structure import describe_arguments

# An int is a slot; a float or a bool is a constant; a tuple is a sequence of operands.
Operand: TypeAlias = "int | float | tuple[int | float, ...]"


def _negated(x: Any) -> Any:
    return not x if isinstance(x, bool) else ~x


# what no gradient flows through
DECISIONS: dict[str, Callable[..., Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "~": _negated,
    "detach": operator.pos,
}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One recorded operation.

    Args:
        op: the name of a row of the table, or of a decision (a comparison, & | ~), or "detach".
        operands: what the row's rules take.
        label: the label of the recorded Value.
    """

    op: str
    operands: tuple[Any, ...]
    label: str = ""

    @property
    def row(self) -> Primitive | None:
        """The row of the table; None for what no gradient flows through."""
        return TABLE.get(self.op)

    def value(self, *operands: Any) -> Any:
        """Return the value on floats, by IEEE rules where Python raises."""
        return _function(self.op)(*operands)

    def differentiated(self) -> tuple[Any, ...]:
        """Return the operands to which a gradient may flow, in the order of `backward`."""
        row = TABLE.get(self.op)
        if row is None:
            return ()
        return self.operands[1:] if self.op == "where" else self.operands[: len(row.partials)]


def _function(op: str) -> Callable[..., Any]:
    return TABLE[op].value if op in TABLE else DECISIONS[op]


def decided(op: str, x: Any, y: Any) -> Any:
    """Return what & or | comes to when an operand is known: a bool or the other operand."""
    known, other = (x, y) if type(x) is bool else (y, x)
    return other if known is (op == "&") else known


def fetch(values: Sequence[Any], operand: Any) -> Any:
    """Return what the operand stands for: the content of a slot, a constant, a list of these."""
    if type(operand) is int:
        return values[operand]
    if type(operand) is tuple:
        return [values[x] if type(x) is int else x for x in operand]
    return operand


def depends(operands: Iterable[Any]) -> bool:
    """Tell whether there is a slot among the operands."""
    return any(type(x) is int or (type(x) is tuple and int in map(type, x)) for x in operands)


def slots_of(operands: Iterable[Any]) -> list[int]:
    """Return the slots among the operands, from left to right."""
    slots: list[int] = []
    for x in operands:
        if type(x) is int:
            slots.append(x)
        elif type(x) is tuple:
            slots += [y for y in x if type(y) is int]
    return slots


@dataclass(frozen=True, slots=True)
class Recording:
    """A function's operations on its arguments; what depends on no argument is a constant.

    Args:
        arguments: the tuple of arguments, with a slot in place of each number.
        parameters: a name for each argument.
        names: a name for each argument slot.
        instructions: instruction k fills slot `len(names) + k` from slots before it.
        result: what the function returns, with a slot or a constant in place of each number.
    """

    arguments: tuple[Any, ...]
    parameters: tuple[str, ...]
    names: tuple[str, ...]
    instructions: tuple[Instruction, ...]
    result: Any

    def flatten(self, args: tuple[Any, ...]) -> list[float]:
        """Return the numbers of the arguments in the order of their slots.

        Raises:
            TypeError: if the arguments have another structure than the recorded ones.
        """
        flat: list[float] = []
        if not _collect(self.arguments, args, flat):
            wanted, given = describe_arguments(self.arguments), describe_arguments(args)
            raise TypeError(
                f"traced for arguments {wanted}, but {given} was given; trace the function again for another "
                "structure; arrays are given as lists, x.tolist(), or to program.vectorize()"
            )
        return flat

    def values(self, flat: Sequence[float]) -> list[Any]:
        """Return the content of every slot for these arguments."""
        values = list(flat)
        functions = {op: _function(op) for op in {v.op for v in self.instructions}}
        for v in self.instructions:
            operands = [values[x] if type(x) is int else fetch(values, x) for x in v.operands]
            values.append(functions[v.op](*operands))
        return values

    def order(self, root: Any, values: Sequence[Any] | None = None) -> list[int]:
        """Return the slots that the gradient passes through, as `reverse.inner_nodes` does.

        Args:
            root: the slot to start from.
            values: the content of the slots, to follow only the branches taken; without them both
                branches of each `where` are followed.
        """
        first = len(self.names)
        order: list[int] = []
        seen: set[int] = set()
        stack: list[int | None] = [root] if type(root) is int and root >= first else []
        while stack:
            slot = stack.pop()
            if slot is None:
                order.append(stack.pop())  # type: ignore[arg-type]
            elif slot not in seen:
                seen.add(slot)
                stack += [slot, None]
                instruction = self.instructions[slot - first]
                operands = instruction.differentiated()
                known = values is not None or type(instruction.operands[0]) is bool
                if instruction.op == "where" and known:
                    operands = (self._taken(slot, values or ()),)
                stack += [x for x in slots_of(operands) if x >= first and x not in seen]
        return order

    def _taken(self, slot: int, values: Sequence[Any]) -> Any:
        condition, a, b = self.instructions[slot - len(self.names)].operands
        return a if fetch(values, condition) else b

    def gradients(self, root: Any, values: Sequence[Any], order: Sequence[int]) -> list[float]:
        """Return ∂root/∂argument for each argument slot, summed in the order of `backward`."""
        first = len(self.names)
        found = [0.0] * len(values)
        if type(root) is int:
            found[root] = 1.0
        for slot in reversed(order):
            instruction, g = self.instructions[slot - first], found[slot]
            if instruction.op == "where":
                taken = self._taken(slot, values)
                if type(taken) is int:
                    found[taken] += g
                continue
            row, operands = instruction.row, instruction.operands
            if row is None:
                continue
            plain = [values[x] if type(x) is int else fetch(values, x) for x in operands]
            for i, operand in enumerate(instruction.differentiated()):
                if type(operand) is int:
                    found[operand] += g * row.partial(i, *plain, values[slot])
                elif type(operand) is tuple:
                    for x, slope in zip(operand, row.partial(i, *plain, values[slot])):
                        if type(x) is int:
                            found[x] += g * slope
        return found[:first]


def _collect(template: Any, given: Any, flat: list[float]) -> bool:
    """Append the given numbers in the order of the template's slots; tell whether they fit."""
    if isinstance(template, dict):
        return (
            isinstance(given, dict)
            and given.keys() == template.keys()
            and all(_collect(item, given[key], flat) for key, item in template.items())
        )
    if isinstance(template, (list, tuple)):
        kind = list if isinstance(template, list) else tuple
        return (
            isinstance(given, kind)
            and len(given) == len(template)
            and all(_collect(item, x, flat) for item, x in zip(template, given))
        )
    if isinstance(given, (list, tuple, dict)):
        return False
    if hasattr(given, "__primitive__"):
        raise TypeError(
            "a Program computes with plain numbers and records nothing, but a Value was given: give x.data, or "
            "call the traced function itself where a gradient shall flow through it"
        )
    flat.append(as_float(given))
    return True
