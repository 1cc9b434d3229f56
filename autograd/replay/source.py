"""The straight-line Python of a recording: forward, then the chain rule, statement by statement."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from autograd.graph.reverse import Arriving, contribution
from autograd.primitive import slopes_of
from autograd.replay.recording import DECISIONS, Instruction, Recording, fetch, slots_of
from autograd.replay.statements import Namer, Writer, helpers
from autograd.replay.symbols import Sheet, Symbol
from autograd.structure import rebuild

# what guarded functions call their own
_RESERVED = ("args", "named", "refuse", "replay_value", "replay_value_and_grad", "settled")
_COMMENT = "# backward: each derivative is the one above it times the local slope"


def write_source(recording: Recording, guarded: bool = False) -> str:
    """Return a module with the function `value` and, if the result is one number, `value_and_grad`.

    Args:
        recording: what to spell out.
        guarded: whether the functions shall know when not to be trusted. They then call
            `replay_value(args)` or `replay_value_and_grad(args)` for arguments that are not plain floats
            in the recorded structure and where Python raises; the latter with the branches taken as a
            second argument if they are not among the `settled`.
    """
    calls: set[str] = set()
    functions = [_function(recording, False, guarded, calls)]
    if isinstance(recording.result, (int, float)):
        functions.append(_function(recording, True, guarded, calls))
    definitions = helpers(calls)
    imports = sorted(calls - set(definitions) - {"abs"})
    head = [f"from math import {', '.join(imports)}"] if imports else []
    return "\n\n\n".join([*head, *definitions.values(), *functions]) + "\n"


def _function(recording: Recording, differentiate: bool, guarded: bool, calls: set[str]) -> str:
    name = "value_and_grad" if differentiate else "value"
    namer, sheet = Namer(_RESERVED), Sheet()
    names = [namer.name(name, "x") for name in recording.names]
    symbols = values_in(recording, sheet, names)
    gradients, branches = gradients_in(recording, sheet, symbols) if differentiate else ([], [])
    result = rebuild(recording.result, lambda x: fetch(symbols, x))
    writer = Writer(namer, [result, gradients, branches if guarded else []])
    arguments = Arguments(recording, names, namer)
    body = [*(arguments.guarded() if guarded else arguments.statements), *writer.statements(result)]
    returned = arguments.display(result, writer.text)
    if differentiate:
        backward = list(writer.statements(gradients))
        body += [_COMMENT, *backward] if backward else []
        texts = [writer.text(g) for g in gradients]
        returned += ", " + arguments.display(recording.arguments, lambda slot: texts[slot])
    if guarded and branches:
        body += writer.statements(branches)  # of an operand that an operation makes no use of
        taken = arguments.display(tuple(branches), writer.text)
        body += [f"if {taken} not in settled:", f"    return replay_{name}(args, {taken})"]
    body.append(f"return {returned}")
    calls |= writer.calls
    parameters = ", ".join(arguments.parameters)
    if guarded:
        parameters = "*args, **named"
        body = ["if named:", "    refuse(named)", "try:", *(f"    {line}" for line in body)]
        body += ["except (ArithmeticError, ValueError, LookupError, TypeError):", "    pass"]
        body.append(f"return replay_{name}(args)")
    return f"def {name}({parameters}):\n" + "\n".join(f"    {line}" for line in body)


# ---------------------------------------------------------------- the symbols of values and gradients


def values_in(recording: Recording, sheet: Sheet, names: list[str]) -> list[Any]:
    """Return the symbol, or the constant, in every slot."""
    symbols: list[Any] = [sheet.variable(name) for name in names]
    for instruction in recording.instructions:
        operands = [fetch(symbols, x) for x in instruction.operands]
        row = instruction.row
        symbol = sheet.apply(row, *operands) if row else DECISIONS[instruction.op](*operands)
        if type(symbol) is Symbol and not symbol.name:
            symbol.name = instruction.label
        symbols.append(symbol)
    return symbols


def gradients_in(
    recording: Recording, sheet: Sheet, symbols: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Apply the chain rule in the order of `Value.backward`, so that the sums have the same bits."""
    first, forward = len(recording.names), len(sheet)
    branches: list[Any] = []
    # the constant 2.0 would be taken for slot 2
    arriving = Arriving(recording.result if type(recording.result) is int else None)
    found, reached = arriving.found, arriving.reached
    for slot in reversed(recording.order(recording.result)):
        if slot not in found:  # below a branch that constants decide against
            continue
        instruction = recording.instructions[slot - first]
        operands = [fetch(symbols, x) for x in instruction.operands]
        g, condition = found[slot], reached[slot]
        if type(g) is Symbol and g.index >= forward and g.of is None:
            g.of = symbols[slot]
        if type(g) is Symbol and g.op == "if" and g.args[0] is condition:
            g = g.args[1]  # the condition is that of the contributions below
        if instruction.op == "where":
            if type(operands[0]) is Symbol:
                branches.append(operands[0])
            slots = [x if type(x) is int else None for x in instruction.operands[1:]]
            arriving.choose(operands[0], slots, g, condition)
            continue
        for x, amount in _handed_back(instruction, [*operands, symbols[slot]], g):
            arriving.add(x, amount, condition)
    # + 0.0 makes 0.0 of -0.0, as a sum that starts from 0.0 does
    gradients = [found.get(slot, 0.0) + 0.0 for slot in range(first)]
    for g, symbol in zip(gradients, symbols):
        if type(g) is Symbol:
            g.of, g.name = symbol, f"d_{symbol.name}"
    return gradients, branches


def _handed_back(
    instruction: Instruction, operands_and_output: list[Any], g: Any
) -> Iterator[tuple[int, Any]]:
    """Yield the slots among the operands, and what each gets of the gradient g."""
    row = instruction.row
    if row is None:
        return
    for rule, operand in zip(row.partials, instruction.differentiated()):
        if slots_of((operand,)):
            slopes = slopes_of(rule, operands_and_output)
            pairs = zip(operand, slopes) if type(operand) is tuple else [(operand, slopes)]
            for x, slope in pairs:
                if type(x) is int:
                    yield x, slope * g if type(slope) is float else contribution(row, g, slope)


# ---------------------------------------------------------------- arguments taken apart


class Arguments:
    """How a function takes its arguments apart and shows structures like theirs.

    Attributes:
        parameters: the names of the parameters.
        statements: the assignments of numbers to variables.
    """

    def __init__(self, recording: Recording, names: list[str], namer: Namer) -> None:
        self._names, self._namer = names, namer
        self._containers: dict[int, str] = {}
        self._refusals: list[str] = []
        self.statements: list[str] = []
        self.parameters = [
            self._name(*pair) for pair in zip(recording.arguments, recording.parameters)
        ]
        for tree, parameter in zip(recording.arguments, self.parameters):
            self._unpack(tree, parameter)
        self._refusals += [f"type({name}) is not float" for name in names]

    def guarded(self) -> list[str]:
        """Return the statements for a tuple `args`, with an error if it holds anything unexpected."""
        refused = [f"if {' or '.join(self._refusals)}:", "    raise TypeError"]
        return [
            f"{_sequence('(', self.parameters)} = args",
            *self.statements,
            *(refused if self._refusals else []),
        ]

    def _name(self, tree: Any, wish: str) -> str:
        return self._names[tree] if isinstance(tree, int) else self._namer.name(wish, "x")

    def _unpack(self, tree: Any, name: str) -> None:
        if isinstance(tree, int):
            return
        self._containers[id(tree)] = name
        items = list(tree.values() if isinstance(tree, dict) else tree)
        parts = [self._name(item, f"{name}_{i}") for i, item in enumerate(items, 1)]
        if isinstance(tree, dict) and all(map(_literal, tree)):
            self.statements += [
                f"{part} = {name}[{_literal(key)}]" for part, key in zip(parts, tree)
            ]
            self._refusals.append(f"type({name}) is not dict or len({name}) != {len(parts)}")
        else:
            values = f"{name}.values()" if isinstance(tree, dict) else name
            if isinstance(tree, dict):
                known = _sequence("[", [_literal(repr(key)) for key in tree])
                self.statements += [
                    f"if list(map(repr, {name})) != {known}:",
                    '    raise ValueError("the keys, or their order, are not those of the traced dict")',
                ]
            self.statements.append(f"{_sequence('(', parts)} = {values}")
            # keys that the source cannot name cannot be checked in it either
            kind = "tuple" if isinstance(tree, tuple) else "list"
            refusal = f"type({name}) is not {kind}"
            self._refusals.append("True" if isinstance(tree, dict) else refusal)
        for item, part in zip(items, parts):
            self._unpack(item, part)

    def display(self, tree: Any, text: Callable[[Any], str]) -> str:
        """Return the source text of a nested structure with text(x) in place of each number x."""
        if not isinstance(tree, (list, tuple, dict)):
            return text(tree)
        items = [
            self.display(item, text) for item in (tree.values() if isinstance(tree, dict) else tree)
        ]
        if isinstance(tree, dict):
            if not all(map(_literal, tree)):
                return f"dict(zip({self._containers[id(tree)]}, {_sequence('(', items)}))"
            return (
                "{" + ", ".join(f"{_literal(key)}: {item}" for key, item in zip(tree, items)) + "}"
            )
        return _sequence("[" if isinstance(tree, list) else "(", items)


def _literal(key: Any) -> str:
    """Return Python that gives the key of a dict; empty if there is none.

    Text that might be mistaken for source is spelled by its code points.
    """
    if type(key) is tuple:
        items = list(map(_literal, key))
        return _sequence("(", items) if all(items) else ""
    if type(key) is str and not re.fullmatch(r"[A-Za-z0-9_. -]*", key):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in key) + '"'
    plain = type(key) in (str, int, bool, type(None))
    return repr(key) if plain or (type(key) is float and math.isfinite(key)) else ""


def _sequence(bracket: str, items: list[str]) -> str:
    if bracket == "[":
        return f"[{', '.join(items)}]"
    return f"({', '.join(items)}{',' * (len(items) == 1)})"
