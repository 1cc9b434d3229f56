"""A traced program as machine code: the instructions of its Python source, on the same floats.

The symbols that are written down as Python are spelled for LLVM instead, in the same order and with the
same functions of C's library, so every result has the same bits.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.native.calls import DECLARATIONS, HEADER, Function, unreadable
from autograd.native.engine import Code
from autograd.native.speller import CONDITIONS, PlainSheet, Speller, declarations
from autograd.native.text import Text, hexadecimal
from autograd.replay.recording import Recording, fetch
from autograd.replay.source import gradients_in, values_in
from autograd.replay.statements import below
from autograd.replay.symbols import Symbol
from autograd.structure import leaves, rebuild

LONGEST = 20_000  # instructions; beyond, Python replays them one by one as it does without LLVM
_PART = 2_000  # symbols in a function: for twice as many, LLVM takes more than twice as long
_CAREFUL = 2_000  # symbols that are worth its care


def refusal(recording: Recording) -> str:
    """Return why a recording cannot be compiled, in words; an empty text if it can."""
    if len(recording.instructions) > LONGEST:
        return f"{len(recording.instructions):,} operations are more than {LONGEST:,}"
    return unreadable((*recording.arguments, recording.result))


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
    faces = {name: Function(name, otherwise[name]) for name in names}
    parts = [_write(recording, name, face, settled) for name, face in faces.items()]
    calls = {call for x in parts for call in x.calls}
    texts = [DECLARATIONS, *declarations(calls), *(text for x in parts for text in x.texts)]
    texts += [face.end(f"ptr {x.result}") for face, x in zip(faces.values(), parts)]
    level = 1 if max(x.size for x in parts) <= _CAREFUL else 0
    code = Code("\n".join(texts), level)
    return {name: code.function(name, *face.kept) for name, face in faces.items()}


def _write(
    recording: Recording, name: str, face: Function, settled: set[tuple[bool, ...]]
) -> "Parts":
    """Write a function that Python calls, and the parts that it calls."""
    sheet, differentiate = PlainSheet(), name == "value_and_grad"
    symbols = values_in(recording, sheet, [f"x{i}" for i in range(len(recording.names))])
    gradients, branches = gradients_in(recording, sheet, symbols) if differentiate else ([], [])
    result: Any = rebuild(recording.result, lambda x: fetch(symbols, x))
    if differentiate:
        result = result, rebuild(recording.arguments, lambda slot: gradients[slot])
    parts = Parts(name, symbols[: len(recording.names)], [*leaves(result), *branches])
    cells = face.new(f"alloca double, i64 {max(1, len(parts.cells))}")

    def take(slot: int, given: str) -> None:
        face.of_type(float, given)
        face.set_number(face.number(given, HEADER // 8), cells, slot)

    def number(x: Any) -> str:
        known = type(x) is not Symbol
        content = hexadecimal(float(x)) if known else face.number(cells, parts.cells[x])
        return face.float(content)

    face.unpack(recording.arguments, take)
    for i in range(len(parts.texts)):
        face.do(f"call void @{name}.{i}(ptr {cells})")
    if branches:
        numbers = [face.number(cells, parts.cells[x]) for x in branches]
        face.known([face.new(f"fcmp une double {x}, 0.0") for x in numbers], settled)
    parts.result = face.build(result, number)
    return parts


class Parts:
    """Functions that compute symbols one after the other, and leave in cells what is needed later.

    Args:
        name: what the functions' names begin with.
        variables: the symbols whose numbers are in the first cells.
        wanted: the symbols, and constants, that shall be in cells at the end.

    Attributes:
        cells: of each symbol that has one.
        result: the object that the function returns which calls them.
    """

    def __init__(self, name: str, variables: Sequence[Symbol], wanted: Sequence[Any]) -> None:
        symbols = below(wanted)
        pieces = [symbols[i : i + _PART] for i in range(0, len(symbols), _PART)]
        given = [_given(piece) for piece in pieces]
        kept = [*variables, *(x for piece in given for x in piece), *wanted]
        kept = [*dict.fromkeys(x for x in kept if type(x) is Symbol)]
        self.cells = {x: cell for cell, x in enumerate(kept)}
        self.size, self.calls, self.result = len(symbols), set[str](), ""
        self.texts = [self._text(f"{name}.{i}", *x) for i, x in enumerate(zip(pieces, given))]

    def _text(self, name: str, piece: Sequence[Symbol], given: Sequence[Symbol]) -> str:
        text = Text(f"define internal void @{name}(ptr noalias %cells)")
        speller = Speller(text)
        for x in given:
            found = text.number("%cells", self.cells[x])
            truth = x.op in CONDITIONS  # kept as 1.0 or 0.0
            speller.texts[x.index] = text.new(f"fcmp une double {found}, 0.0") if truth else found
        speller.write(piece)
        for x in piece:
            if x in self.cells:
                found = speller.operand(x)
                if x.op in CONDITIONS:
                    found = text.new(f"uitofp i1 {found} to double")
                text.set_number(found, "%cells", self.cells[x])
        self.calls |= speller.calls
        return text.end()


def _given(piece: Sequence[Symbol]) -> list[Symbol]:
    """Return the symbols that a piece needs and does not compute."""
    inside = {*piece}
    found = dict.fromkeys(x for symbol in piece for x in symbol.args if type(x) is Symbol)
    return [x for x in found if x not in inside]
