"""What a row of the table of operations is, and how it is applied to whatever it is given.

A row holds a value and its partial derivatives as rules: plain functions written with ordinary arithmetic and other
rows. The same text of a rule serves four kinds of number:

- floats: the rule is bound to `math` and runs at full speed (first derivatives);
- `Value`s: the rule records a graph of its own (derivatives of derivatives);
- arrays: the rule runs in the array's own namespace (vectorised replay);
- symbols: the rule spells itself out (source text, LaTeX).

Python raises where IEEE 754 answers (1/0, exp 710, log 0). Only there is a rule run again on `Ieee`
numbers, whose operators never raise.
"""

import math
import operator
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from autograd.structure import rebuild

Rule = Callable[..., Any]
Interval = tuple[float, float]

inf = math.inf
nan = math.nan
REALS: Interval = (-inf, inf)


class Primitive:
    """One operation: its name, its value, its partial derivatives, and where they hold.

    Calling a row applies it to whatever it is given: floats, Values, arrays or symbols.

    Args:
        name: the name of the function or operator, and the row's key in `TABLE`.
        symbol: how pictures and tables write it.
        forward: the value: a function of `math`, or a rule.
        partials: one rule per operand, taking the operands and then the output, which is often the cheapest
            ingredient (exp′ = exp).
        derivative: the partial derivatives in words, for the table in the documentation.
        domain: one interval per operand, from which tests draw their samples; the reals if not given.
        edge: what IEEE 754 answers where a function of `math` raises; nan if not given.
        array: the name in an array namespace, or a function of the namespace and the operands; if not given, the
            row's own name where `math` has the value under that name, else the forward rule serves arrays too.
        kink: the convention where the derivative jumps, in words.
        kinks: tells whether the operands stand on a kink.
        aliases: further method names, those under which NumPy's object loops look for it.
        paired: value and slope on arrays at once, a function of the namespace and the operand, where
            one costly function serves both.
        conventional: whether the slopes at a kink are conventions; if not, it is the value that jumps there, or a
            later derivative.
        flat: whether the operation is constant in an operand wherever its slope by that is 0. Nothing flows back
            there, whatever arrives: not even 0·inf.
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: Rule,
        partials: tuple[Rule, ...],
        derivative: str,
        domain: tuple[Interval, ...] = (),
        edge: Rule | None = None,
        array: str | Rule = "",
        kink: str = "",
        kinks: Callable[..., bool] | None = None,
        aliases: tuple[str, ...] = (),
        paired: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        conventional: bool = True,
        flat: bool = False,
    ) -> None:
        self.name, self.symbol, self.aliases = name, symbol, aliases
        self.forward, self.partials, self.derivative = forward, partials, derivative
        self.domain, self.edge = domain or (REALS,) * len(partials), edge
        named_alike = getattr(math, name, None) is forward
        self.array, self.paired = array or (name if named_alike else ""), paired
        self.kink, self.kinks, self.conventional, self.flat = kink, kinks, conventional, flat
        self.on_floats = _bind_to_floats(forward)  # at full speed; may raise
        self.slopes = tuple(map(_bind_to_floats, partials))  # so are these

    def __repr__(self) -> str:
        return f"<primitive {self.name}: {self.derivative}>"

    def __call__(self, *operands: Any) -> Any:
        for x in operands:
            if hasattr(x, "__primitive__"):
                return x.__primitive__(self, operands)
        arrays = [x for x in operands if hasattr(x, "__array_namespace__")]
        if not arrays:
            return self.value(*operands)
        namespace = arrays[0].__array_namespace__()
        if any(getattr(x.dtype, "hasobject", False) for x in arrays):  # NumPy arrays of Values
            return namespace.frompyfunc(self, len(operands), 1)(*operands)
        return self.on_arrays(namespace, *operands)

    def value(self, *operands: Any) -> Any:
        """Return the operation's value on floats, by IEEE rules where Python raises."""
        try:
            return self.on_floats(*operands)
        except (ArithmeticError, ValueError):
            return self.settle(*operands)

    def partial(self, i: int, *operands_and_output: Any) -> Any:
        """Return the i-th partial derivative on floats, by IEEE rules where Python raises."""
        try:
            slope = self.slopes[i](*operands_and_output)
            if type(slope) is not complex:  # Python's answer to (-2.0) ** 0.5
                return slope
        except (ArithmeticError, ValueError):
            pass
        slope = _plain(self.partials[i](*map(_ieee, operands_and_output)))
        return NOTHING if self.flat and slope == 0.0 else slope

    def settle(self, *operands: Any) -> Any:
        """Return the value in IEEE arithmetic, which answers where Python raises."""
        if isinstance(self.forward, FunctionType) and self.edge is None:
            return _plain(self.forward(*map(_ieee, operands)))
        plain = tuple(map(_plain, operands))
        try:
            return self.forward(*plain)
        except (ArithmeticError, ValueError):
            return self.edge(*plain) if self.edge else nan

    def on_arrays(self, namespace: Any, *operands: Any) -> Any:
        """Return the value on arrays, computed by the arrays' own namespace."""
        if callable(self.array):
            return self.array(namespace, *operands)
        if self.array:
            return getattr(namespace, self.array)(*operands)
        return self.forward(*operands)


def slopes_of(rule: Rule, operands: Sequence[Any]) -> Any:
    """Apply a rule to Values, arrays or symbols; where plain numbers meet, as in 1/0.0, IEEE rules answer."""
    try:
        return rule(*operands)
    except ArithmeticError:
        settled = rule(*rebuild(list(operands), lambda x: Ieee(x) if type(x) is float else x))
        return rebuild(settled, lambda x: float(x) if type(x) is Ieee else x)


class Nothing(float):
    """The slope of an operation where it is constant: 0, and 0 times an infinity that arrives is 0, too.

    >>> inf * NOTHING
    0.0
    """

    __slots__ = ()

    def __mul__(self, other: float) -> float:
        return 0.0

    __rmul__ = __mul__  # Python asks the subclass first

    def __reduce__(self) -> str:
        return "NOTHING"


NOTHING = Nothing(0.0)


# ---------------------------------------------------------------- rules at full speed

_TABLE = "autograd.primitives"
FLOAT_NAMES: dict[str, Any] = {}  # what the table's rules see while they are bound to floats


def names_on_floats(table: dict[str, Any]) -> None:
    """Tell what the names of the table's module mean to rules that are bound to floats: call it at its end."""
    FLOAT_NAMES.update(table)
    rows = {name: row for name, row in table.items() if isinstance(row, Primitive)}
    FLOAT_NAMES.update({name: row.on_floats for name, row in rows.items()}, FLAT=NOTHING)


def _bind_to_floats(rule: Rule) -> Rule:
    """Return the rule with every row it names replaced by that row's function on floats.

    This is what makes one text of a rule do for all kinds of number at no cost. A name such as `cosh` in a rule's body
    is not a closure but a look-up in the function's globals, at each call. In the table's own module the name is the row,
    which must first find out what it was given. So the very same code is made into a second function whose globals are
    `FLOAT_NAMES`, where the name is `math.cosh`: no operand is asked for its type, no wrapper is called. The dictionary
    is filled when the table is complete, which is early enough: a rule looks a name up when it runs.

    A function of `math` is at full speed already. A rule written in another module stays as it is, and calls whole rows.
    """
    if not isinstance(rule, FunctionType) or rule.__globals__.get("__name__") != _TABLE:
        return rule
    return FunctionType(rule.__code__, FLOAT_NAMES, rule.__name__, rule.__defaults__)


# ---------------------------------------------------------------- answers where Python raises


def divided(x: float, y: float) -> float:
    """Return x/y as IEEE 754 has it."""
    if y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return nan
    return math.copysign(inf, x) * math.copysign(1.0, y)


def raised(x: float, y: float) -> float:
    """Return x**y as IEEE 754 has it, which knows no complex numbers."""
    try:
        return math.pow(x, y)
    except (ArithmeticError, ValueError):
        odd = y % 2.0 == 1.0
    if x == 0.0:  # a pole, odd or even
        return math.copysign(inf, x) if odd else inf
    if x < 0.0 and y != math.floor(y):
        return nan
    return -inf if x < 0.0 and odd else inf  # overflow


def _answering(compute: Callable[[float, float], float], turned: bool = False) -> Any:
    """Return an operator's method; turned, that of the operand on the right."""

    def method(self: float, other: float, modulus: None = None) -> "Ieee":
        x, y = float(self), float(other)
        return Ieee(compute(y, x) if turned else compute(x, y))

    return method


class Ieee(float):
    """A float whose operators answer as IEEE 754 does instead of raising.

    >>> Ieee(1.0) / 0.0
    inf
    """

    __slots__ = ()

    def __primitive__(self, row: Primitive, operands: Sequence[Any]) -> "Ieee":
        return Ieee(row.settle(*operands))

    def __neg__(self) -> "Ieee":
        return Ieee(-float(self))

    def __abs__(self) -> "Ieee":
        return Ieee(abs(float(self)))

    __add__ = __radd__ = _answering(operator.add)
    __mul__ = __rmul__ = _answering(operator.mul)
    __sub__, __rsub__ = _answering(operator.sub), _answering(operator.sub, turned=True)
    __truediv__, __rtruediv__ = _answering(divided), _answering(divided, turned=True)
    __pow__, __rpow__ = _answering(raised), _answering(raised, turned=True)


def _ieee(x: Any) -> Any:
    return [_ieee(item) for item in x] if isinstance(x, (list, tuple)) else Ieee(x)


def _plain(x: Any) -> Any:
    return [_plain(item) for item in x] if isinstance(x, (list, tuple)) else float(x)
