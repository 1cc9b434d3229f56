"""Symbols spelled in LLVM's language: the rules of the table, on numbers or on eight at a time."""

import ctypes
import math
from collections.abc import Iterable, Iterator
from typing import Any

from autograd.native.text import LANES, VECTOR, Text, hexadecimal
from autograd.primitive import Primitive
from autograd.primitives import TABLE
from autograd.replay.symbols import HELPERS, Sheet, Symbol

# The bits of √½ and those of 1, as whole numbers.
_SQRT_HALF, _ONE = 0x3FE6A09E667F3BCD, 0x3FF0000000000000
# The instructions of an operation, one after the other. {0}, {1}, {2} are the operands, {p} is the result of the
# instruction before; {t} is the type of a number, {c} of a condition, {i} of the bits of a number, {s} that of a number in
# names; {w} makes a constant as wide as they are, {true} is one.
_SPELLINGS = {
    "+": ["fadd {t} {0}, {1}"],
    "-": ["fsub {t} {0}, {1}"],
    "*": ["fmul {t} {0}, {1}"],
    "/": ["fdiv {t} {0}, {1}"],
    "neg": ["fneg {t} {0}"],
    "<": ["fcmp olt {t} {0}, {1}"],
    "<=": ["fcmp ole {t} {0}, {1}"],
    ">": ["fcmp ogt {t} {0}, {1}"],
    ">=": ["fcmp oge {t} {0}, {1}"],
    "==": ["fcmp oeq {t} {0}, {1}"],
    "!=": ["fcmp une {t} {0}, {1}"],
    "&": ["and {c} {0}, {1}"],
    "|": ["or {c} {0}, {1}"],
    "~": ["xor {c} {0}, {true}"],
    "if": ["select {c} {0}, {t} {1}, {t} {2}"],
    "abs": ["call {t} @llvm.fabs.{s}({t} {0})"],
    "sqrt": ["call {t} @llvm.sqrt.{s}({t} {0})"],
    "copysign": ["call {t} @llvm.copysign.{s}({t} {0}, {t} {1})"],
    "fma": ["call {t} @llvm.fmuladd.{s}({t} {0}, {t} {1}, {t} {2})"],
    "two_to": [
        f"fadd {{t}} {{0}}, {{w}}(double {2.0**52 * 1.5 + 1023.0})",
        "bitcast {t} {p} to {i}",
        "shl {i} {p}, {w}(i64 52)",
        "bitcast {i} {p} to {t}",
    ],
    "exponent": [
        "bitcast {t} {0} to {i}",
        f"add {{i}} {{p}}, {{w}}(i64 {_ONE - _SQRT_HALF})",
        "lshr {i} {p}, {w}(i64 52)",
        "sub {i} {p}, {w}(i64 1023)",
        "sitofp {i} {p} to {t}",
    ],
    "significand": [
        "bitcast {t} {0} to {i}",
        f"add {{i}} {{p}}, {{w}}(i64 {_ONE - _SQRT_HALF})",
        f"and {{i}} {{p}}, {{w}}(i64 {2**52 - 1})",
        f"add {{i}} {{p}}, {{w}}(i64 {_SQRT_HALF})",
        "bitcast {i} {p} to {t}",
    ],
}
CONDITIONS = {"<", "<=", ">", ">=", "==", "!=", "&", "|", "~"}

# Functions of `math` that are those of C's library, bit for bit (hypot is Python's own).
_IN_C = """exp expm1 log log1p log2 log10 cbrt sin cos tan asin acos atan atan2 sinh cosh tanh
    asinh acosh atanh erf erfc pow"""
_C_NAMES = {getattr(math, name): name for name in _IN_C.split()}
_PURE = "attributes #0 = { nobuiltin nounwind willreturn memory(none) }"


class PlainSheet(Sheet):
    """A sheet on which rules that choose are spelled out like all others."""

    def apply(self, row: Primitive, *operands: Any) -> Any:
        if row.name in HELPERS and any(type(x) is Symbol for x in operands):
            return row.forward(*operands)
        return super().apply(row, *operands)


class Speller:
    """Writes symbols as instructions of a function, each once.

    Args:
        text: the function.
        wide: whether a number is a vector of eight.

    Attributes:
        texts: how to write the symbols that are known already, by index.
        calls: the rows that are functions of C or of Python.
    """

    def __init__(self, text: Text, wide: bool = False) -> None:
        self._text, self._wide = text, wide
        self._kinds = {"t": "double", "c": "i1", "s": "f64", "true": "true"}
        if wide:
            bits, condition = (f"<{LANES} x {kind}>" for kind in ("i64", "i1"))
            self._kinds = {"t": VECTOR, "c": condition, "s": "v8f64", "true": "splat (i1 true)"}
            self._kinds |= {"i": bits, "w": "splat "}
        self.texts: dict[int, str] = {}
        self.calls: set[str] = set()

    def operand(self, x: Any) -> str:
        """Return the text of a symbol that is written already, or of a constant."""
        if type(x) is Symbol:
            return self.texts[x.index]
        text = f"i1 {str(x).lower()}" if type(x) is bool else f"double {hexadecimal(x)}"
        return f"splat ({text})" if self._wide else text.split()[1]

    def write(self, symbols: Iterable[Symbol]) -> None:
        """Write the instructions that compute the symbols, which come after their operands."""
        for symbol in symbols:
            if symbol.index in self.texts:
                continue
            op, operands, found = symbol.op, [self.operand(x) for x in symbol.args], ""
            for spelling in _SPELLINGS.get(op) or [self._call(op, len(operands))]:
                found = self._text.new(spelling.format(*operands, p=found, **self._kinds))
            self.texts[symbol.index] = found

    def _call(self, op: str, count: int) -> str:
        name = "pow" if op == "**" else op
        self.calls.add(name)
        called = f"@each.{name}" if self._wide else _called(name)
        return f"call {{t}} {called}({', '.join(f'{{t}} {{{i}}}' for i in range(count))})"


def declarations(calls: Iterable[str], wide: bool = False) -> Iterator[str]:
    """Yield what a module says of the functions that spelled symbols call."""
    names = sorted(calls)
    counts = {_c_name(name, wide): len(TABLE[name].partials) for name in names}
    yield _PURE
    for c_name, count in counts.items():
        if c_name:
            yield f"declare double @{c_name}({', '.join(['double'] * count)}) #0"
    if wide:
        yield from map(_one_by_one, names)


def _c_name(name: str, wide: bool) -> str:
    """Return which function of C's library is a row; an empty text if it is Python's own."""
    f = TABLE[name].forward
    return "hypot" if wide and f is math.hypot else _C_NAMES.get(f, "")


def _called(name: str, wide: bool = False) -> str:
    c_name = _c_name(name, wide)
    return f"@{c_name}" if c_name else f"inttoptr (i64 {_callback(TABLE[name])} to ptr)"


def _one_by_one(name: str) -> str:
    """Return the function on eight numbers that calls the one on numbers eight times."""
    places = range(len(TABLE[name].partials))
    operands = ", ".join(f"{VECTOR} %{i}" for i in places)
    text, found = Text(f"define internal {VECTOR} @each.{name}({operands}) #0"), "undef"
    for lane in range(LANES):
        numbers = [text.new(f"extractelement {VECTOR} %{i}, i32 {lane}") for i in places]
        arguments = ", ".join(f"double {x}" for x in numbers)
        y = text.new(f"call double {_called(name, wide=True)}({arguments})")
        found = text.new(f"insertelement {VECTOR} {found}, double {y}, i32 {lane}")
    return text.end(f"{VECTOR} {found}")


_callbacks: dict[Primitive, Any] = {}  # never forgotten: machine code knows only where they are


def _callback(row: Primitive) -> int | None:
    """Return where C finds the row's value on floats."""
    if row not in _callbacks:
        count = len(row.partials)
        kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * count)
        _callbacks[row] = kind(row.value)
    return ctypes.cast(_callbacks[row], ctypes.c_void_p).value
