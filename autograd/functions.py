"""Functions of Values and floats: `exp`, `tanh`, `dot`, `where` and the rest of the table.

Each takes a float and gives a float, or takes a Value and records a Value. They are meant to be
reached through the package, `import autograd as ag; ag.tanh(x)`, so that `ag.sum` and `ag.abs` never shadow
a builtin.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, Never, Protocol, overload

from autograd import primitives
from autograd.graph.conditions import Condition
from autograd.numbers import as_float, clip_bounds, is_array
from autograd.primitive import Primitive
from autograd.sequences import dot_node, sequence_node
from autograd.value import Number, Value, apply, binary

__all__ = [
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "square", "reciprocal",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "hypot", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "erf", "erfc", "sigmoid", "softplus", "relu", "leaky_relu", "elu",
    "silu", "gelu", "abs", "maximum", "minimum", "clip", "where", "logaddexp", "sum", "mean",
    "dot", "logsumexp", "softmax",
]  # fmt: skip
__dir__ = __all__.copy  # what Tab shows


class UnaryFunction(Protocol):
    """A function of one number: a float gives a float, a Value a Value."""

    @overload
    def __call__(self, x: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, /) -> float: ...


class BinaryFunction(Protocol):
    """A function of two numbers: two floats give a float; with a Value among them, a Value."""

    @overload
    def __call__(self, x: Value, y: Number, /) -> Value: ...
    @overload
    def __call__(self, x: float, y: Value, /) -> Value: ...
    @overload
    def __call__(self, x: float, y: float, /) -> float: ...


def _described(function: Any, row: Primitive, operands: str, call: str, result: float) -> Any:
    function.__name__ = function.__qualname__ = row.name
    function.__doc__ = (
        f"Return {row.name}({operands}) of floats or Values.\n\nSlope: {row.derivative}."
        + (f" Convention: {row.kink}." if row.kink else "")
        + f"\n\n>>> {call}\n{result!r}"
    )
    return function


def general(row: Primitive, *operands: Any) -> Any:
    """Apply a row to Values, symbols, arrays or numbers; anything else is an error."""
    if any(hasattr(x, "__primitive__") or is_array(x) for x in operands):
        return row(*operands)
    for x in operands:
        if isinstance(x, (list, tuple)):
            count = "one number" if len(operands) == 1 else f"{len(operands)} numbers"
            others = ", ..." * (len(operands) - 1)
            called = f"ag.{row.name}" if row.name in globals() else row.name
            raise TypeError(
                f"{row.name} takes {count}, but a {type(x).__name__} was given; apply it to each element: "
                f"[{called}(v{others}) for v in values]"
            )
    return row.value(*map(as_float, operands))


def of_one_number(row: Primitive, method: Callable[[Value], Value]) -> Any:
    """Return a row as a function of anything, given the method that applies it to a Value."""

    def function(x: Any, /) -> Any:
        return method(x) if type(x) is Value else general(row, x)

    return function


def of_two_numbers(row: Primitive) -> Any:
    """Return a row as a function of any two operands."""

    def function(x: Any, y: Any, /) -> Any:
        if type(x) is Value or type(y) is Value:
            out = binary(row, x, y)
            if out is not NotImplemented:  # as beside an array
                return out
        return general(row, x, y)

    return function


def _unary(row: Primitive, call: str, result: float) -> Any:
    function = of_one_number(row, getattr(Value, row.name))
    return _described(function, row, "x", call, result)


def _binary(row: Primitive, call: str, result: float) -> Any:
    return _described(of_two_numbers(row), row, "x, y", call, result)


exp: UnaryFunction = _unary(primitives.exp, "exp(1.0)", 2.718281828459045)
expm1: UnaryFunction = _unary(primitives.expm1, "expm1(1e-20)", 1e-20)
log: UnaryFunction = _unary(primitives.log, "log(0.0)", -math.inf)
log1p: UnaryFunction = _unary(primitives.log1p, "log1p(1e-20)", 1e-20)
log2: UnaryFunction = _unary(primitives.log2, "log2(8.0)", 3.0)
log10: UnaryFunction = _unary(primitives.log10, "log10(1000.0)", 3.0)
sqrt: UnaryFunction = _unary(primitives.sqrt, "sqrt(2.0)", 1.4142135623730951)
cbrt: UnaryFunction = _unary(primitives.cbrt, "cbrt(-8.0)", -2.0)
square: UnaryFunction = _unary(primitives.square, "square(-3.0)", 9.0)
reciprocal: UnaryFunction = _unary(primitives.reciprocal, "reciprocal(4.0)", 0.25)
sin: UnaryFunction = _unary(primitives.sin, "sin(0.5)", 0.479425538604203)
cos: UnaryFunction = _unary(primitives.cos, "cos(0.0)", 1.0)
tan: UnaryFunction = _unary(primitives.tan, "tan(0.0)", 0.0)
asin: UnaryFunction = _unary(primitives.asin, "asin(2.0)", math.nan)
acos: UnaryFunction = _unary(primitives.acos, "acos(1.0)", 0.0)
atan: UnaryFunction = _unary(primitives.atan, "atan(math.inf)", 1.5707963267948966)
sinh: UnaryFunction = _unary(primitives.sinh, "sinh(1000.0)", math.inf)
cosh: UnaryFunction = _unary(primitives.cosh, "cosh(0.0)", 1.0)
tanh: UnaryFunction = _unary(primitives.tanh, "tanh(0.0)", 0.0)
asinh: UnaryFunction = _unary(primitives.asinh, "asinh(0.0)", 0.0)
acosh: UnaryFunction = _unary(primitives.acosh, "acosh(1.0)", 0.0)
atanh: UnaryFunction = _unary(primitives.atanh, "atanh(1.0)", math.inf)
erf: UnaryFunction = _unary(primitives.erf, "erf(0.0)", 0.0)
erfc: UnaryFunction = _unary(primitives.erfc, "erfc(0.0)", 1.0)
sigmoid: UnaryFunction = _unary(primitives.sigmoid, "sigmoid(0.0)", 0.5)
softplus: UnaryFunction = _unary(primitives.softplus, "softplus(1000.0)", 1000.0)
relu: UnaryFunction = _unary(primitives.relu, "relu(-2.0)", 0.0)
leaky_relu: UnaryFunction = _unary(primitives.leaky_relu, "leaky_relu(-2.0)", -0.02)
elu: UnaryFunction = _unary(primitives.elu, "elu(-1000.0)", -1.0)
silu: UnaryFunction = _unary(primitives.silu, "silu(0.0)", 0.0)
gelu: UnaryFunction = _unary(primitives.gelu, "gelu(10.0)", 10.0)
abs: UnaryFunction = _unary(primitives.absolute, "abs(-3.0)", 3.0)
atan2: BinaryFunction = _binary(primitives.atan2, "atan2(0.0, -1.0)", 3.141592653589793)
hypot: BinaryFunction = _binary(primitives.hypot, "hypot(3.0, 4.0)", 5.0)
maximum: BinaryFunction = _binary(primitives.maximum, "maximum(2.0, 7.0)", 7.0)
minimum: BinaryFunction = _binary(primitives.minimum, "minimum(2.0, math.nan)", math.nan)
logaddexp: BinaryFunction = _binary(primitives.logaddexp, "logaddexp(1000.0, -1000.0)", 1000.0)


@overload
def clip(x: Value, low: float = ..., high: float = ...) -> Value: ...
@overload
def clip(x: float, low: float = ..., high: float = ...) -> float: ...
def clip(x: Any, low: float = -math.inf, high: float = math.inf) -> Any:
    """Return x held between two plain numbers, with slope 1 on the closed interval.

    Args:
        x: a float or Value.
        low, high: the bounds, plain numbers.

    Raises:
        TypeError: if a bound is a Value; maximum and minimum differentiate by both sides.
        ValueError: if low is above high.

    >>> clip(1.7, 0, 1)
    1.0
    """
    return general(primitives.clip, x, *clip_bounds(low, high))


@overload
def where(condition: "bool | Condition", a: Value, b: Number) -> Value: ...
@overload
def where(condition: "bool | Condition", a: float, b: Value) -> Value: ...
@overload
def where(condition: "bool | Condition", a: float, b: float) -> float: ...
def where(condition: Any, a: Any, b: Any) -> Any:
    """Return a where the condition holds, else b; the other one never touches the gradient.

    Args:
        condition: a bool, or the result of a comparison of Values.
        a, b: floats or Values.

    Raises:
        TypeError: if the condition is neither; compare a number first.

    >>> x = Value(0.0)
    >>> y = where(x < 1, x, x.sqrt())
    >>> y.backward()
    >>> x.grad
    1.0
    """
    if type(condition).__name__ in ("bool", "bool_"):  # Python's or NumPy's
        condition = bool(condition)
    elif type(condition) is not Condition:
        # a rule of one's own is run on symbols and on arrays, of bools here
        kind = str(getattr(condition, "dtype", ""))
        array = hasattr(condition, "__array_namespace__") and "bool" in kind
        symbol = type(condition) is not Value and hasattr(condition, "__primitive__")
        if symbol or array:
            return primitives.where(condition, a, b)
        raise TypeError(
            "where takes a bool or a comparison such as x > 0, but "
            f"{type(condition).__name__} was given: {condition!r}"
        )
    if type(condition) is Condition or type(a) is Value or type(b) is Value:
        return apply(primitives.where, condition, a, b)
    return as_float(a) if condition else as_float(b)


# ---------------------------------------------------------------- functions of a sequence


def _sequence(xs: Any, name: str, more: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    if not more and (type(xs) is list or type(xs) is tuple):
        return tuple(xs)
    if more or isinstance(xs, (str, bytes, dict)) or not hasattr(xs, "__iter__"):
        given = f"{1 + len(more)} arguments were" if more else f"{type(xs).__name__} was"
        raise TypeError(
            f"{name} takes one sequence of numbers, but {given} given; write {name}([a, b, c])"
        )
    return tuple(xs)


def _over(row: Primitive, xs: tuple[Any, ...]) -> Any:
    if Value in map(type, xs):
        return sequence_node(row, xs)
    return row.value(tuple(map(as_float, xs)))


@overload
def sum(xs: Iterable[Value]) -> Value: ...
@overload
def sum(xs: Iterable[float]) -> float: ...
@overload
def sum(xs: Iterable[Number]) -> Number: ...
def sum(xs: Any, *more: Any) -> Any:
    """Return the sum of a sequence, added from left to right; 0.0 if it is empty.

    Args:
        xs: floats or Values.

    >>> sum([1.0, 2.0, 3.5])
    6.5
    """
    return _over(primitives.sum_, _sequence(xs, "sum", more))


@overload
def mean(xs: Iterable[Value]) -> Value: ...
@overload
def mean(xs: Iterable[float]) -> float: ...
@overload
def mean(xs: Iterable[Number]) -> Number: ...
def mean(xs: Any, *more: Any) -> Any:
    """Return the arithmetic mean of a sequence.

    Args:
        xs: floats or Values.

    Raises:
        ValueError: if the sequence is empty.

    >>> mean([1.0, 2.0])
    1.5
    """
    items = _sequence(xs, "mean", more)
    if not items:
        raise ValueError("the mean of nothing is undefined; give at least one number")
    return _over(primitives.sum_, items) / len(items)


def dot(ws: Iterable[Number], xs: Iterable[Number], bias: Number = 0.0) -> Any:
    """Return bias + Σ w·x as one node, added from left to right: a neuron's pre-activation.

    Args:
        ws, xs: two sequences of floats or Values, of equal length.
        bias: the number to start from.

    Returns:
        A Value, or a float if all operands are floats.

    Raises:
        ValueError: if the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0], 0.5)
    11.5
    """
    ws, xs = _sequence(ws, "dot"), _sequence(xs, "dot")
    if len(ws) != len(xs):
        raise ValueError(
            f"dot takes two sequences of equal length, but {len(ws)} and {len(xs)} were given"
        )
    if type(bias) is Value or Value in map(type, ws + xs):
        return dot_node(ws, xs, bias)
    return primitives.dot.value(tuple(map(as_float, ws)), tuple(map(as_float, xs)), as_float(bias))


def logsumexp(xs: Iterable[Number], *more: Never) -> Any:
    """Return log Σ exp x, which never overflows; its slopes are the softmax of xs.

    Raises:
        ValueError: if the sequence is empty.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    items = _sequence(xs, "logsumexp", more)
    if not items:
        raise ValueError("logsumexp of nothing is undefined; give at least one number")
    return _over(primitives.logsumexp, items)


def softmax(xs: Iterable[Number], *more: Never) -> list[Any]:
    """Return exp x_i / Σ exp x_j for each x_i: positive numbers that sum to one.

    Args:
        xs: floats or Values.

    Raises:
        ValueError: if the sequence is empty.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    items = _sequence(xs, "softmax", more)
    if not items:
        raise ValueError("softmax of nothing is undefined; give at least one number")
    items = tuple([x if type(x) is Value else as_float(x) for x in items])
    largest = _over(primitives.logsumexp, items)
    weights = [exp(x - largest) for x in items]
    total = _over(primitives.sum_, tuple(weights))  # 1 but for the rounding of a large logsumexp
    return [w / total for w in weights]
