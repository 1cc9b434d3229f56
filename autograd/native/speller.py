"""Symbols spelled in LLVM's language: the rules of the table, on numbers or on eight at a time."""

import ctypes
import math
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from autograd.primitive import Primitive
from autograd.primitives import TABLE
from autograd.replay.symbols import HELPERS, Sheet, Symbol

LANES = 8  # numbers that are computed at once

# {t} the type of a number, {c} of a condition, {s} of a number in names; {0}, {1}, {2} the operands
_SPELLINGS = {
    "+": "fadd {t} {0}, {1}",
    "-": "fsub {t} {0}, {1}",
    "*": "fmul {t} {0}, {1}",
    "/": "fdiv {t} {0}, {1}",
    "neg": "fneg {t} {0}",
    "<": "fcmp olt {t} {0}, {1}",
    "<=": "fcmp ole {t} {0}, {1}",
    ">": "fcmp ogt {t} {0}, {1}",
    ">=": "fcmp oge {t} {0}, {1}",
    "==": "fcmp oeq {t} {0}, {1}",
    "!=": "fcmp une {t} {0}, {1}",
    "&": "and {c} {0}, {1}",
    "|": "or {c} {0}, {1}",
    "if": "select {c} {0}, {t} {1}, {t} {2}",
    "abs": "call {t} @llvm.fabs.{s}({t} {0})",
    "sqrt": "call {t} @llvm.sqrt.{s}({t} {0})",
    "copysign": "call {t} @llvm.copysign.{s}({t} {0}, {t} {1})",
    "fma": "call {t} @llvm.fmuladd.{s}({t} {0}, {t} {1}, {t} {2})",
}
# Operations on the bits of a number, one instruction after the other: {p} is the one before, {i} the type of
# the bits. 3fe6a09e667f3bcd are the bits of √½, and 3ff0000000000000 those of 1.
_SQRT_HALF, _ONE = 0x3FE6A09E667F3BCD, 0x3FF0000000000000
_BITS = {
    "two_to": (
        f"fadd {{t}} {{0}}, {{w}}(double {2.0**52 * 1.5 + 1023.0})",
        "bitcast {t} {p} to {i}",
        "shl {i} {p}, {w}(i64 52)",
        "bitcast {i} {p} to {t}",
    ),
    "exponent": (
        "bitcast {t} {0} to {i}",
        f"add {{i}} {{p}}, {{w}}(i64 {_ONE - _SQRT_HALF})",
        "lshr {i} {p}, {w}(i64 52)",
        "sub {i} {p}, {w}(i64 1023)",
        "sitofp {i} {p} to {t}",
    ),
    "significand": (
        "bitcast {t} {0} to {i}",
        f"add {{i}} {{p}}, {{w}}(i64 {_ONE - _SQRT_HALF})",
        f"and {{i}} {{p}}, {{w}}(i64 {2**52 - 1})",
        f"add {{i}} {{p}}, {{w}}(i64 {_SQRT_HALF})",
        "bitcast {i} {p} to {t}",
    ),
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
    """Writes symbols as instructions, each once.

    Args:
        wide: whether a number is a vector of eight.
        prefix: what the names of results begin with.

    Attributes:
        texts: how to write the symbols that are known already, by index.
        calls: the rows that are functions of C or of Python.
    """

    def __init__(self, wide: bool = False, prefix: str = "%") -> None:
        self._prefix = prefix
        self.number, self.suffix = (f"<{LANES} x double>", "v8f64") if wide else ("double", "f64")
        self.condition = f"<{LANES} x i1>" if wide else "i1"
        self._wide = wide
        self.texts: dict[int, str] = {}
        self.calls: set[str] = set()

    def operand(self, x: Any) -> str:
        """Return the text of a symbol that is written already, or of a constant."""
        if type(x) is Symbol:
            return self.texts[x.index]
        text = f"i1 {str(x).lower()}" if type(x) is bool else f"double {hexadecimal(x)}"
        return f"splat ({text})" if self._wide else text.split()[1]

    def lines(self, symbols: Iterable[Symbol]) -> Iterator[str]:
        """Yield the instructions that compute the symbols, which come after their operands."""
        for symbol in symbols:
            if symbol.index not in self.texts:
                name = self.texts[symbol.index] = f"{self._prefix}s{symbol.index}"
                *first, last = self._spell(symbol)
                yield from (f"{name}.{i} = {text}" for i, text in enumerate(first))
                yield f"{name} = {last}"

    def _spell(self, symbol: Symbol) -> list[str]:
        """Return the instructions of a symbol."""
        op, operands = symbol.op, [self.operand(x) for x in symbol.args]
        kinds = {"t": self.number, "c": self.condition, "s": self.suffix}
        if op in _SPELLINGS:
            return [_SPELLINGS[op].format(*operands, **kinds)]
        if op in _BITS:
            kinds |= {"i": f"<{LANES} x i64>", "w": "splat "}
            before = [f"{self._prefix}s{symbol.index}.{i}" for i in range(-1, len(_BITS[op]) - 1)]
            return [text.format(*operands, p=p, **kinds) for text, p in zip(_BITS[op], before)]
        if op == "~":
            return [f"xor {self.condition} {operands[0]}, {self.operand(True)}"]
        name = "pow" if op == "**" else op
        self.calls.add(name)
        arguments = ", ".join(f"{self.number} {x}" for x in operands)
        called = f"@each.{name}" if self._wide else _called(name)
        return [f"call {self.number} {called}({arguments})"]


def hexadecimal(x: float) -> str:
    """Return the bits of a number, as LLVM reads them."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


def declarations(calls: Iterable[str], wide: bool = False) -> Iterator[str]:
    """Yield what a module says of the functions that spelled symbols call."""
    names = sorted(calls)
    counts = {_c_name(name, wide): len(TABLE[name].partials) for name in names}
    yield _PURE
    for c_name, count in counts.items():
        if c_name:
            yield f"declare double @{c_name}({', '.join(['double'] * count)}) #0"
    if wide:
        for name in names:
            yield from _one_by_one(name)


def _c_name(name: str, wide: bool) -> str:
    """Return which function of C's library is a row; an empty text if it is Python's own."""
    f = TABLE[name].forward
    return "hypot" if wide and f is math.hypot else _C_NAMES.get(f, "")


def _called(name: str, wide: bool = False) -> str:
    c_name = _c_name(name, wide)
    return f"@{c_name}" if c_name else f"inttoptr (i64 {_callback(TABLE[name])} to ptr)"


def _one_by_one(name: str) -> Iterator[str]:
    """Yield the function on eight numbers that calls the one on numbers eight times."""
    count = len(TABLE[name].partials)
    operands = ", ".join(f"<{LANES} x double> %{i}" for i in range(count))
    yield f"define internal <{LANES} x double> @each.{name}({operands}) #0 {{"
    found = "undef"
    for lane in range(LANES):
        for i in range(count):
            yield f"  %x{lane}.{i} = extractelement <{LANES} x double> %{i}, i32 {lane}"
        numbers = ", ".join(f"double %x{lane}.{i}" for i in range(count))
        yield f"  %y{lane} = call double {_called(name, wide=True)}({numbers})"
        yield f"  %r{lane} = insertelement <{LANES} x double> {found}, double %y{lane}, i32 {lane}"
        found = f"%r{lane}"
    yield f"  ret <{LANES} x double> {found}\n}}"


_callbacks: dict[Primitive, Any] = {}  # never forgotten: machine code knows only where they are


def _callback(row: Primitive) -> int | None:
    """Return where C finds the row's value on floats."""
    if row not in _callbacks:
        count = len(row.partials)
        kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * count)
        _callbacks[row] = kind(row.value)
    return ctypes.cast(_callbacks[row], ctypes.c_void_p).value
