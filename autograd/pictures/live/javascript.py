"""The rows of the table as JavaScript: their rules run on symbols, which are then spelled out.

There is no second set of derivatives: what a page computes with is what the engine computes with.
"""

import itertools
import math
from collections.abc import Iterable
from typing import Any

from autograd.pictures.live.tape import Operation
from autograd.primitive import slopes_of
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS
from autograd.replay.statements import Namer, Writer
from autograd.replay.symbols import HELPERS, Sheet, Symbol
from autograd.structure import leaves

_MATH = frozenset(
    {
        "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt",
        "cos", "cosh", "exp", "expm1", "hypot", "log", "log10", "log1p", "log2",
        "sin", "sinh", "sqrt", "tan", "tanh",
    }
)  # fmt: skip
# What JavaScript lacks, or answers otherwise than IEEE 754 and Python (1 to the power of nan is 1).
# erf is a series of positive terms near 0; erfc a continued fraction further out.
_PORTS = {
    "pow": "(x,y)=>x===1||x===-1&&(y===1/0||y===-1/0)?1:Math.pow(x,y)",
    "erf": (
        "x=>{const m=Math.abs(x);if(m>2)return Math.sign(x)*(1-erfc(m));let s=x,t=x,n=1;"
        "for(;n<60;n++)s+=t*=2*x*x/(2*n+1);return 1.1283791670955126*exp(-x*x)*s}"
    ),
    "erfc": (
        "x=>{if(!(x>=2))return 1-erf(x);let f=0,n=120;for(;n;n--)f=n/2/(x+f);"
        "return exp(-x*x)/(x+f)/1.7724538509055159}"
    ),
}
_NEEDS = {"erf": {"erfc", "exp"}, "erfc": {"erf", "exp"}}
_SPELT = {"==": "===", "!=": "!==", "&": "&&", "|": "||"}
_UNARY = {"neg": "-", "~": "!"}
_BINARY = ("+", "-", "*", "/", "<", "<=", ">", ">=", *_SPELT)


class Script(Writer):
    """Writes symbols as JavaScript."""

    def _operand(self, x: Any) -> tuple[str, int, int]:
        if type(x) is Symbol:
            return super()._operand(x)
        if type(x) is bool:
            return str(x).lower(), 9, 0
        if not math.isfinite(x):
            return ("0/0" if math.isnan(x) else "1/0" if x > 0 else "-1/0"), 0, 0
        text = repr(x).removesuffix(".0")
        return text, 0 if text.startswith("-") else 9, 0

    def _spell(self, symbol: Symbol) -> tuple[str, int, int]:
        op, parts = symbol.op, [self._operand(x) for x in symbol.args]
        size = 1 + sum(part[2] for part in parts)
        inner = [text if binding == 9 else f"({text})" for text, binding, _ in parts]
        if op == "if":
            return f"{inner[0]}?{inner[1]}:{inner[2]}", 0, size
        if op in _UNARY:
            return f"{_UNARY[op]}{inner[0]}", 0, size
        if op in _BINARY:
            if op in "+*":  # from left to right, as without brackets
                inner[0] = parts[0][0] if parts[0][1] == "+*".index(op) + 1 else inner[0]
            if op == "+" and parts[1][1] == 2:  # a product needs none in a sum
                inner[1] = parts[1][0]
            binding = "+*".index(op) + 1 if op in "+*" else 0
            return f"{inner[0]}{_SPELT.get(op, op)}{inner[1]}", binding, size
        op = "pow" if op == "**" else op
        self.calls.add(op)
        return f"{op}({','.join(part[0] for part in parts)})", 9, size


def key(operation: Operation) -> str:
    """Return what an operation is called in a page."""
    name, shape = operation
    return ":".join([name, *(str(n) for n in shape if n is not None)])


def script(operations: Iterable[Operation]) -> str:
    """Return JavaScript that defines `table`: of each operation the value f and the derivatives d.

    Both take the operands as one flat array, the derivatives the output, too. There is a derivative for each
    operand that a gradient flows to; none where it may not. `flat` says that nothing flows back where it is 0.

    Raises:
        TypeError: if the rule of an operation does not run on symbols.
    """
    calls: set[str] = set()
    rows = [f'"{key(operation)}":{_row(operation, calls)}' for operation in operations]
    known: dict[str, str] = {}
    while missing := sorted(calls - set(known) - _MATH):
        for name in missing:
            known[name] = _PORTS.get(name) or _helper(name, calls)
            calls |= _NEEDS.get(name, set())
    named = [f"{{{','.join(sorted(calls & _MATH))}}}=Math"] * bool(calls & _MATH)
    named += [f"{name}={text}" for name, text in known.items()]
    head = f"let {','.join(named)};" if named else ""
    # in a function of their own: their names are nobody else's
    return f"let table=(()=>{{{head}return{{{','.join(rows)}}}}})();\n"


def _row(operation: Operation, calls: set[str]) -> str:
    name, shape = operation
    sheet, places = Sheet(), itertools.count()
    operands: list[Any] = []
    for n in shape:
        symbols = [sheet.variable(f"a[{next(places)}]") for _ in range(1 if n is None else n)]
        operands.append(symbols[0] if n is None else symbols)
    if name in DECISIONS:
        value, slopes = DECISIONS[name](*operands), []
    elif name == "where":  # nothing flows to the branch not taken, whatever stands there
        return "{f:a=>a[0]?a[1]:a[2],d:a=>a[0]?[,1]:[,,1]}"
    else:
        out = sheet.variable("o")
        try:
            value = sheet.apply(TABLE[name], *operands)
            slopes = [slopes_of(rule, [*operands, out]) for rule in TABLE[name].partials]
        except (TypeError, ValueError) as error:
            raise _cannot(name, str(error)) from error
    flat = ",flat:1" * (name in TABLE and TABLE[name].flat)
    return f"{{f:{_function('a', value, calls)},d:{_function('a,o', list(leaves(slopes)), calls)}{flat}}}"


def _helper(name: str, calls: set[str]) -> str:
    """Return a row that another row's rule names, as a function of its own."""
    if name not in HELPERS:
        raise _cannot(name, "a page has no such function")
    code, sheet = TABLE[name].forward.__code__, Sheet()
    parameters = code.co_varnames[: code.co_argcount]
    value = TABLE[name].forward(*map(sheet.variable, parameters))
    return _function(",".join(parameters), value, calls)


def _function(parameters: str, result: Any, calls: set[str]) -> str:
    writer = Script(Namer(parameters.split(",")), [result])
    statements = ",".join(x.replace(" = ", "=", 1) for x in writer.statements(result))
    several = isinstance(result, list)
    text = f"[{','.join(map(writer.text, result))}]" if several else writer.text(result)
    calls |= writer.calls
    head = parameters if parameters.isalpha() else f"({parameters})"
    return f"{head}=>{{let {statements};return {text}}}" if statements else f"{head}=>{text}"


def _cannot(name: str, why: str) -> TypeError:
    return TypeError(
        f"the operation {name!r} cannot be computed in a page, because its rule does not run on symbols ({why}); "
        "write it with operators and the functions of autograd"
    )
