"""Symbols: operands that make the rules of the table spell themselves out as Python.

A rule applied to symbols returns a symbol, and equal symbols of one sheet are one object. So what is
computed twice is written once, and what nothing needs is never written.
"""

import builtins
import keyword
import math
import operator
from collections.abc import Iterable, Iterator, Sequence
from types import FunctionType
from typing import Any, final
from unicodedata import normalize

from autograd.primitives import TABLE, Primitive

_OPERATORS = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.neg,
    operator.pos,
    operator.abs,
)
# How tightly an operator binds, as in Python's grammar; names, numbers and calls are 9.
_BINDING = {"if": 0, "|": 1, "&": 2, "~": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4}
_BINDING |= {"+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "**": 8}
_WORDS = {"|": "or", "&": "and"}
_INLINE = (
    12  # a statement holds so many operations: Python's parser has a limit, and so have readers
)


@final
class Symbol:
    """An expression on a sheet: an operation and its operands, symbols or constants."""

    __slots__ = ("sheet", "index", "op", "args", "name", "of")

    def __init__(self, sheet: "Sheet", index: int, op: str, args: tuple[Any, ...]) -> None:
        self.sheet = sheet
        self.index = index
        self.op = op
        self.args = args
        self.name = ""  # what to call it, if it shall have a statement of its own
        self.of: Symbol | None = None  # what it is the derivative by

    def __primitive__(self, row: Primitive, operands: Sequence[Any]) -> Any:
        return self.sheet.apply(row, *operands)

    def __add__(self, other: Any) -> Any:
        return self.sheet.operation("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return self.sheet.operation("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0.0) else self.sheet.operation("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.sheet.operation("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self.sheet.product(self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.sheet.product(other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1.0) else self.sheet.operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.sheet.operation("/", other, self)

    def __pow__(self, other: Any) -> Any:
        return self if _is(other, 1.0) else self.sheet.operation("**", self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.sheet.operation("**", other, self)

    def __neg__(self) -> Any:
        return self.sheet.operation("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.sheet.operation("abs", self)

    def __lt__(self, other: Any) -> Any:
        return self.sheet.operation("<", self, other)

    def __le__(self, other: Any) -> Any:
        return self.sheet.operation("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return self.sheet.operation(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return self.sheet.operation(">=", self, other)

    def __eq__(self, other: object) -> Any:
        return self.sheet.operation("==", self, other)

    def __ne__(self, other: object) -> Any:
        return self.sheet.operation("!=", self, other)

    def __and__(self, other: Any) -> Any:
        if type(other) is bool:
            return self if other else False
        return self.sheet.operation("&", self, other)

    def __or__(self, other: Any) -> Any:
        if type(other) is bool:
            return True if other else self
        if other is self:
            return self
        if any(x.op == "~" and x.args[0] is y for x, y in ((self, other), (other, self))):
            return True
        return self.sheet.operation("|", self, other)

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> Any:
        return self.sheet.operation("~", self)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a symbol has no truth value: a rule of the table must use where")


def _is(x: Any, number: float) -> bool:
    return type(x) is float and x == number


class Sheet:
    """Where symbols are written: it keeps one symbol for each expression."""

    def __init__(self) -> None:
        self._symbols: dict[tuple[Any, ...], Symbol] = {}

    def __len__(self) -> int:
        return len(self._symbols)

    def operation(self, op: str, *args: Any) -> Symbol:
        """Return the symbol of this operation, the same one for the same operands."""
        key = (op, *[x.index if type(x) is Symbol else repr(x) for x in args])
        symbol = self._symbols.get(key)
        if symbol is None:
            symbol = self._symbols[key] = Symbol(self, len(self._symbols), op, args)
        return symbol

    def variable(self, name: str) -> Symbol:
        """Return a new symbol for a variable that somebody else assigns."""
        symbol = self.operation("variable", float(len(self._symbols)))
        symbol.name = name
        return symbol

    def product(self, x: Any, y: Any) -> Any:
        """Return x·y, without factors of one: they change no bit."""
        for one, other in ((x, y), (y, x)):
            if _is(one, 1.0):
                return other
            if _is(one, -1.0):
                return -other
        return self.operation("*", x, y)

    def apply(self, row: Primitive, *operands: Any) -> Any:
        """Return a row of the table applied to symbols and constants."""
        if row.name == "where":
            return self.where(*operands)
        if row.name == "pow":
            x, y = operands
            # x ** y of a negative x may be complex; with a whole exponent it may not
            return x**y if type(y) is float and y.is_integer() else self.operation("pow", x, y)
        # A rule of sequences is spelled out; one of numbers gets a helper, unless it is short.
        spelled = row.forward in _OPERATORS or isinstance(row.forward, FunctionType)
        if spelled and row.name not in _HELPERS:
            return row.forward(*operands)
        return self.operation(row.name, *operands)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        if type(condition) is bool:
            return a if condition else b
        return self.operation("if", condition, a, b)


_HELPERS = {
    row.name
    for row in TABLE.values()
    if isinstance(row.forward, FunctionType)
    and row.name not in ("where", "square", "reciprocal", "sum", "dot", "logsumexp")
}


# ---------------------------------------------------------------- writing Python


class Namer:
    """Gives out variable names: the wished-for one where it is safe and free, else a number."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        words = (*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *dir(math))
        self._taken = {*words, *TABLE, *reserved}
        self._counts: dict[str, int] = {}

    def name(self, wish: str, stem: str) -> str:
        # Python itself reads a name in its normal form: two spellings could be one variable
        if not wish.isidentifier() or wish[0] == "_" or wish != normalize("NFKC", wish):
            wish = ""
        if not wish or wish in self._taken:
            count = self._counts.get(stem, 0) + 1
            while f"{stem}{count}" in self._taken:
                count += 1
            self._counts[stem] = count
            wish = f"{stem}{count}"
        self._taken.add(wish)
        return wish


class Writer:
    """Writes the statements that compute symbols, each operand before its use.

    Args:
        namer: gives the names of the variables.
        uses: every symbol that will be written; what is used more than once gets a variable.
    """

    def __init__(self, namer: Namer, uses: Iterable[Any]) -> None:
        self.namer = namer
        self.calls: set[str] = set()  # the functions and constants that the text mentions
        self._uses = _count_uses(uses)
        self._names: dict[int, str] = {}
        self._texts: dict[int, tuple[str, int, int]] = {}  # text, binding, number of operations

    def statements(self, wanted: Any) -> Iterator[str]:
        """Yield the assignments that `text(wanted)` needs and that were not yet written."""
        for symbol in _below(wanted, self._names, self._texts):
            text, binding, size = self._spell(symbol)
            simple = symbol.op == "neg" and binding > 6
            if self._uses[symbol.index] > 1 and not simple or symbol.name or size > _INLINE:
                of = "" if symbol.of is None else self._names.get(symbol.of.index)
                wish = symbol.name or (f"d_{of}" if of else "")
                name = self.namer.name(wish, "v" if symbol.of is None else "d")
                self._names[symbol.index] = name
                yield f"{name} = {text}"
            else:
                self._texts[symbol.index] = text, binding, size

    def text(self, x: Any) -> str:
        """Return the expression for a symbol, a constant, or a nested structure of them."""
        return self._operand(x)[0]

    def _operand(self, x: Any) -> tuple[str, int, int]:
        if type(x) is not Symbol:
            text = repr(x)
            if text.lstrip("-") in ("inf", "nan"):
                self.calls.add(text.lstrip("-"))
            return text, 7 if text.startswith("-") else 9, 0
        name = x.name if x.op == "variable" else self._names.get(x.index)
        return (name, 9, 0) if name else self._texts[x.index]

    def _spell(self, symbol: Symbol) -> tuple[str, int, int]:
        op, parts = symbol.op, [self._operand(x) for x in symbol.args]
        size = 1 + sum(part[2] for part in parts)
        binding = _BINDING.get(op, 9)
        if op not in _BINDING:
            self.calls.add(op)
            return f"{op}({', '.join(part[0] for part in parts)})", 9, size

        def wrapped(i: int, tight: int) -> str:
            text, loose, _ = parts[i]
            return text if loose >= tight else f"({text})"

        if op == "if":
            text = f"{wrapped(1, 1)} if {wrapped(0, 1)} else {wrapped(2, 0)}"
        elif op == "neg":
            text = f"-{wrapped(0, 7)}"
        elif op == "~":
            text = f"not {wrapped(0, 3)}"
        elif op == "**":
            text = f"{wrapped(0, 9)} ** {wrapped(1, 8)}"
        else:
            left = binding + 1 if binding == 4 else binding  # a < b < c would be a chain
            text = f"{wrapped(0, left)} {_WORDS.get(op, op)} {wrapped(1, binding + 1)}"
        return text, binding, size


def _symbols_in(x: Any) -> Iterator[Symbol]:
    if type(x) is Symbol:
        yield x
    elif isinstance(x, (list, tuple)):
        for item in x:
            yield from _symbols_in(item)


def _below(wanted: Any, *done: dict[int, Any]) -> list[Symbol]:
    """Return the wanted symbols and those below them, operands first, except variables and the done."""
    found: dict[int, Symbol] = {}
    stack = list(_symbols_in(wanted))
    while stack:
        symbol = stack.pop()
        if symbol.op != "variable" and symbol.index not in found:
            if not any(symbol.index in names for names in done):
                found[symbol.index] = symbol
                stack += [x for x in symbol.args if type(x) is Symbol]
    return [found[index] for index in sorted(found)]


def _count_uses(wanted: Iterable[Any]) -> dict[int, int]:
    uses: dict[int, int] = {}
    roots = list(_symbols_in(list(wanted)))
    for symbol in _below(roots):
        for x in symbol.args:
            if type(x) is Symbol:
                uses[x.index] = uses.get(x.index, 0) + 1
    for symbol in roots:
        uses[symbol.index] = uses.get(symbol.index, 0) + 1
    return uses


def helpers(calls: set[str]) -> dict[str, str]:
    """Return a definition for each function among the calls that `math` does not have.

    What the definitions call in their turn is added to the calls.
    """
    definitions: dict[str, str] = {}
    while missing := sorted((calls & _HELPERS) - set(definitions)):
        for name in missing:
            row, sheet = TABLE[name], Sheet()
            code = row.forward.__code__
            parameters = code.co_varnames[: code.co_argcount]
            result = row.forward(*map(sheet.variable, parameters))
            writer = Writer(Namer(parameters), [result])
            lines = [*writer.statements(result), f"return {writer.text(result)}"]
            calls |= writer.calls
            head = f"def {name}({', '.join(parameters)}):\n"
            definitions[name] = head + "\n".join(f"    {line}" for line in lines)
    return definitions
