"""Symbols: operands that make the rules of the table spell themselves out as Python.

A rule applied to symbols returns a symbol, and equal symbols of one sheet are one object. So what is
computed twice is written once, and what nothing needs is never written.
"""

import operator
from collections.abc import Sequence
from types import FunctionType
from typing import Any, final

from autograd.primitive import Primitive
from autograd.primitives import TABLE

_OPERATORS = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.neg,
    operator.pos,
    operator.abs,
)


def _before(op: str) -> Any:
    return lambda self, other: self.sheet.operation(op, self, other)


def _behind(op: str) -> Any:
    return lambda self, other: self.sheet.operation(op, other, self)


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

    __add__, __radd__ = _before("+"), _behind("+")
    __rsub__, __rtruediv__ = _behind("-"), _behind("/")
    __lt__, __le__, __gt__, __ge__ = map(_before, ("<", "<=", ">", ">="))
    __eq__, __ne__ = map(_before, ("==", "!="))
    __hash__ = object.__hash__

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0.0) else self.sheet.operation("-", self, other)

    def __mul__(self, other: Any) -> Any:
        return self.sheet.product(self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.sheet.product(other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, 1.0) else self.sheet.operation("/", self, other)

    def __pow__(self, other: Any) -> Any:
        return self.sheet.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.sheet.power(other, self)

    def __neg__(self) -> Any:
        return self.sheet.operation("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.sheet.operation("abs", self)

    def __and__(self, other: Any) -> Any:
        if type(other) is bool:  # of a constant exponent, say: the branch not taken is not written
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

    def power(self, x: Any, y: Any) -> Any:
        """Return x to the power of y; of a negative x that may be complex, but not with a whole exponent."""
        if type(y) is Symbol or not float(y).is_integer():
            return self.operation("pow", x, y)
        return x if y == 1.0 else self.operation("**", x, y)

    def apply(self, row: Primitive, *operands: Any) -> Any:
        """Return a row of the table applied to symbols and constants."""
        if row.name == "where":
            return self.where(*operands)
        if all(type(x) is float for x in operands):
            return row.value(*operands)
        if row.name == "pow":
            return self.power(*operands)
        spelled = row.forward in _OPERATORS or isinstance(row.forward, FunctionType)
        if spelled and row.name not in HELPERS:
            return row.forward(*operands)
        return self.operation(row.name, *operands)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        if type(condition) is bool:
            return a if condition else b
        return self.operation("if", condition, a, b)


# Rules that choose get a function of their own in the source; the others are spelled out.
HELPERS = {
    row.name
    for row in TABLE.values()
    if isinstance(row.forward, FunctionType)
    and "where" in row.forward.__code__.co_names
    and row.name != "logsumexp"
}
