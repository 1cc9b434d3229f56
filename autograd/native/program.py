"""A traced program as machine code: the instructions of its Python source, on the same floats.

The symbols that are written down as Python are spelled for LLVM instead, in the same order and with the
same functions of C's library, so every result has the same bits.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.native.calls import DECLARATIONS, HEADER, Function, plain
from autograd.native.engine import Code
from autograd.native.speller import CONDITIONS, PlainSheet, Speller, declarations, hexadecimal
from autograd.replay.recording import Recording, fetch
from autograd.replay.source import gradients_in, values_in
from autograd.replay.statements import below
from autograd.replay.symbols import Symbol
from autograd.structure import leaves, rebuild

LONGEST = 20_000  # instructions; beyond, Python replays them one by one as it does without LLVM
_PART = 2_000  # symbols in one function: LLVM takes more than twice as long for twice as many
_CAREFUL = 2_000  # symbols that are worth its care


def refusal(recording: Recording) -> str:
    """Return why a recording cannot be compiled, in words; an empty text if it can."""
    if (object.__basicsize__, float.__basicsize__) != (HEADER, HEADER + 8) or sys.maxsize < 2**32:
        return "this Python lays out its objects in another way"
    if not plain(recording.arguments) or not plain(recording.result):
        return "a named tuple, or another structure of the user's own, is among the arguments"
    if len(recording.instructions) > LONGEST:
        return f"{len(recording.instructions):,} operations are more than {LONGEST:,}"
    return ""


def functions(
    recording: Recording, otherwise: dict[str, Callable[..., Any]], settled: set[tuple[bool, ...]]
) -> dict[str, Callable[..., Any]]:
    """Return `value` and, if the result is one number, `value_and_grad` as machine code.

    Args:
        recording: what to compile.
        otherwise: the functions of the same names that take what is not made of plain floats, and choices
            of branches that are not settled.
        settled: the choices of branches for which the compiled gradient sums in the right order.
    """
    names = ["value", *["value_and_grad"] * isinstance(recording.result, (int, float))]
    written = [_written(recording, name, otherwise[name], settled) for name in names]
    texts = [DECLARATIONS, *declarations({call for parts, _, _ in written for call in parts.calls})]
    for parts, face, result in written:
        texts += [*parts.texts, face.text(result)]
    largest = max(parts.size for parts, _, _ in written)
    code = Code("\n".join(texts), 1 if largest <= _CAREFUL else 0)
    return {name: code.function(name, *face.kept) for name, (_, face, _) in zip(names, written)}


def _written(
    recording: Recording, name: str, otherwise: Any, settled: set[tuple[bool, ...]]
) -> tuple["Parts", Function, str]:
    sheet, differentiate = PlainSheet(), name == "value_and_grad"
    symbols = values_in(recording, sheet, [f"x{i}" for i in range(len(recording.names))])
    gradients, branches = gradients_in(recording, sheet, symbols) if differentiate else ([], [])
    result: Any = rebuild(recording.result, lambda x: fetch(symbols, x))
    if differentiate:
        result = result, rebuild(recording.arguments, lambda slot: gradients[slot])
    parts = Parts(name, symbols[: len(recording.names)], [*leaves(result), *branches])
    face = Function(name, otherwise)
    cells = face.new(f"alloca double, i64 {max(1, len(parts.cells))}")

    def take(slot: int, given: str) -> None:
        face.of_type(float, given)
        content = face.new(f"getelementptr i8, ptr {given}, i64 {HEADER}")
        number = face.new(f"load double, ptr {content}")
        place = face.new(f"getelementptr double, ptr {cells}, i64 {slot}")
        face.lines.append(f"  store double {number}, ptr {place}")

    def computed(x: Any) -> str:
        if type(x) is not Symbol:
            return hexadecimal(float(x))
        place = face.new(f"getelementptr double, ptr {cells}, i64 {parts.cells[x.index]}")
        return face.new(f"load double, ptr {place}")

    def number(x: Any) -> str:
        return face.new(f"call ptr @PyFloat_FromDouble(double {computed(x)})")

    face.unpack(recording.arguments, take)
    face.lines += [f"  call void @{part}(ptr {cells})" for part in parts.names]
    if branches:
        face.known([face.new(f"fcmp une double {computed(x)}, 0.0") for x in branches], settled)
    return parts, face, face.build(result, number)


class Parts:
    """Functions that compute symbols one after the other, and leave in cells what is needed later.

    Args:
        name: what the functions' names begin with.
        variables: the symbols whose numbers are in the first cells.
        wanted: the symbols, and constants, that shall be in cells at the end.
    """

    def __init__(self, name: str, variables: Sequence[Symbol], wanted: Sequence[Any]) -> None:
        symbols = below(wanted)
        self.size = len(symbols)
        self.cells = {x.index: cell for cell, x in enumerate(variables)}
        self.calls: set[str] = set()
        self.names: list[str] = []
        self.texts: list[str] = []
        pieces = [symbols[i : i + _PART] for i in range(0, len(symbols), _PART)]
        for piece in pieces:
            inside = {x.index for x in piece}
            for x in (y for symbol in piece for y in symbol.args if type(y) is Symbol):
                if x.index not in inside:
                    self._cell(x)
        for x in wanted:
            if type(x) is Symbol:
                self._cell(x)
        for i, piece in enumerate(pieces):
            self.names.append(f"{name}.{i}")
            body = "\n  ".join(self._lines(piece))
            head = f"define internal void @{name}.{i}(ptr noalias %cells) {{"
            self.texts.append(f"{head}\n  {body}\n  ret void\n}}")

    def _cell(self, x: Symbol) -> None:
        self.cells.setdefault(x.index, len(self.cells))

    def _lines(self, piece: Sequence[Symbol]) -> Iterator[str]:
        speller, inside = Speller(), {x.index for x in piece}
        for x in dict.fromkeys(y for symbol in piece for y in symbol.args):
            if type(x) is Symbol and x.index not in inside:
                speller.texts[x.index] = name = f"%s{x.index}"
                yield f"{name}.at = getelementptr double, ptr %cells, i64 {self.cells[x.index]}"
                if x.op in CONDITIONS:
                    yield f"{name}.n = load double, ptr {name}.at"
                    yield f"{name} = fcmp une double {name}.n, 0.0"
                else:
                    yield f"{name} = load double, ptr {name}.at"
        yield from speller.lines(piece)
        for x in piece:
            if x.index in self.cells:
                name = f"%s{x.index}"
                yield f"{name}.to = getelementptr double, ptr %cells, i64 {self.cells[x.index]}"
                if x.op in CONDITIONS:
                    yield f"{name}.n = uitofp i1 {name} to double"
                    name += ".n"
                yield f"store double {name}, ptr %s{x.index}.to"
        self.calls |= speller.calls
