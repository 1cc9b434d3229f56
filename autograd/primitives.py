"""The table of operations: every derivative that the engine knows, one row each.

A rule is a plain function written with ordinary arithmetic and the rows of this module, so the same
text serves four kinds of number:

- floats: the rule is bound to `math` and runs at full speed (first derivatives);
- `Value`s: the rule records a graph of its own (derivatives of derivatives);
- arrays: the rule runs in the array's own namespace (vectorised replay);
- symbols: the rule spells itself out (source text, LaTeX).

Python raises where IEEE 754 answers (1/0, exp 710, log 0). Only there is a rule run again on `Ieee`
numbers, whose operators never raise.

The partial derivatives of a row take its operands and then its output, because the output is
often the cheapest ingredient (exp′ = exp).
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FunctionType
from typing import Any

from autograd.structure import rebuild

Rule = Callable[..., Any]
Interval = tuple[float, float]

inf = math.inf
nan = math.nan
REALS: Interval = (-inf, inf)


class Ieee(float):
    """A float whose operators answer as IEEE 754 does instead of raising.

    >>> Ieee(1.0) / 0.0
    inf
    """

    __slots__ = ()

    def __primitive__(self, row: "Primitive", operands: Sequence[Any]) -> "Ieee":
        return Ieee(row.settle(*operands))

    def __neg__(self) -> "Ieee":
        return Ieee(-float(self))

    def __abs__(self) -> "Ieee":
        return Ieee(abs(float(self)))

    def __add__(self, other: float) -> "Ieee":
        return Ieee(float(self) + float(other))

    def __sub__(self, other: float) -> "Ieee":
        return Ieee(float(self) - float(other))

    def __rsub__(self, other: float) -> "Ieee":
        return Ieee(float(other) - float(self))

    def __mul__(self, other: float) -> "Ieee":
        return Ieee(float(self) * float(other))

    def __truediv__(self, other: float) -> "Ieee":
        return Ieee(_divide_settled(float(self), float(other)))

    def __rtruediv__(self, other: float) -> "Ieee":
        return Ieee(_divide_settled(float(other), float(self)))

    def __pow__(self, other: float, modulus: None = None) -> "Ieee":
        return Ieee(power.settle(float(self), float(other)))

    def __rpow__(self, other: float, modulus: None = None) -> "Ieee":
        return Ieee(power.settle(float(other), float(self)))

    __radd__ = __add__
    __rmul__ = __mul__


_FLOAT_NAMES: dict[str, Any] = {}  # the globals of rules bound to floats, filled below the table


def _bind_to_floats(rule: Rule) -> Rule:
    """Return the rule with every row it names replaced by that row's function on floats.

    A rule written in another module stays as it is, and calls whole rows.
    """
    if not isinstance(rule, FunctionType) or rule.__globals__ is not globals():
        return rule
    return FunctionType(rule.__code__, _FLOAT_NAMES, rule.__name__, rule.__defaults__)


@dataclass(frozen=True, eq=False)
class Primitive:
    """One operation: its name, its value, its partial derivatives, and where they hold.

    Calling a row applies it to whatever it is given: floats, Values, arrays or symbols.

    Args:
        name: the name of the function or operator, and the row's key in `TABLE`.
        symbol: how pictures and tables write it.
        forward: the value: a function of `math`, or a rule.
        partials: one rule per operand, taking the operands and then the output.
        derivative: the partial derivatives in words, for the table in the documentation.
        domain: one interval per operand, from which tests draw their samples.
        edge: what IEEE 754 answers where a function of `math` raises; nan if not given.
        array: the name in an array namespace, or a function of the namespace and the operands;
            empty where the forward rule serves arrays too.
        kink: the convention where the derivative jumps, in words.
        kinks: tells whether the operands stand on a kink.
        aliases: further method names, those under which NumPy's object loops look for it.
        infix: whether `symbol` stands between the operands.
        paired: value and slope on arrays at once, a function of the namespace and the operand, where
            one costly function serves both.
    """

    name: str
    symbol: str
    forward: Rule
    partials: tuple[Rule, ...]
    derivative: str
    domain: tuple[Interval, ...]
    edge: Rule | None = None
    array: str | Rule = ""
    kink: str = ""
    kinks: Callable[..., bool] | None = None
    aliases: tuple[str, ...] = ()
    infix: bool = False
    paired: Callable[[Any, Any], tuple[Any, Any]] | None = None
    on_floats: Rule = field(init=False)  # forward at full speed; may raise
    slopes: tuple[Rule, ...] = field(init=False)  # partials at full speed; may raise

    def __post_init__(self) -> None:
        object.__setattr__(self, "on_floats", _bind_to_floats(self.forward))
        object.__setattr__(self, "slopes", tuple(map(_bind_to_floats, self.partials)))

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
        return _plain(self.partials[i](*map(_ieee, operands_and_output)))

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


def _ieee(x: Any) -> Any:
    return [_ieee(item) for item in x] if isinstance(x, (list, tuple)) else Ieee(x)


def _plain(x: Any) -> Any:
    return [_plain(item) for item in x] if isinstance(x, (list, tuple)) else float(x)


def slopes_of(rule: Rule, operands: Sequence[Any]) -> Any:
    """Apply a rule to Values, arrays or symbols; where plain numbers meet, as in 1/0.0, IEEE rules answer."""
    try:
        return rule(*operands)
    except ArithmeticError:
        settled = rule(*rebuild(list(operands), lambda x: Ieee(x) if type(x) is float else x))
        return rebuild(settled, lambda x: float(x) if type(x) is Ieee else x)


# ---------------------------------------------------------------- answers where Python raises


def _divide_settled(x: float, y: float) -> float:
    if y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return nan
    return math.copysign(inf, x) * math.copysign(1.0, y)


def _power_settled(x: float, y: float) -> float:
    if x == 0.0:  # a pole, odd or even
        return math.copysign(inf, x) if y % 2.0 == 1.0 else inf
    if x < 0.0 and y != math.floor(y):
        return nan
    return -inf if x < 0.0 and y % 2.0 == 1.0 else inf  # overflow


def _overflows(x: float) -> float:
    return inf


def _overflows_odd(x: float) -> float:
    return math.copysign(inf, x)


def _log_settled(x: float) -> float:
    return -inf if x == 0.0 else nan


def _log1p_settled(x: float) -> float:
    return -inf if x == -1.0 else nan


def _atanh_settled(x: float) -> float:
    return math.copysign(inf, x) if abs(x) == 1.0 else nan


# ---------------------------------------------------------------- where: the chooser


def _choose(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


def _where_on_arrays(namespace: Any, condition: Any, a: Any, b: Any) -> Any:
    if isinstance(condition, bool):
        return a if condition else b
    if isinstance(a, float) and isinstance(b, float):
        a = namespace.asarray(a)  # the standard wants an array among the two
    return namespace.where(condition, a, b)


def _where_taken(condition: Any, a: Any, b: Any, out: Any) -> Any:
    return where(condition, 1.0, 0.0)


def _where_other(condition: Any, a: Any, b: Any, out: Any) -> Any:
    return where(condition, 0.0, 1.0)


where = Primitive(
    "where",
    "where",
    _choose,
    (_where_taken, _where_other),
    "1 for the branch taken, 0 for the other",
    (REALS, REALS),
    array=_where_on_arrays,
    kink="the branch not taken never touches the gradient",
)


# ---------------------------------------------------------------- arithmetic


def _one(x: Any, y: Any, out: Any) -> Any:
    return 1.0


def _minus_one(x: Any, y: Any, out: Any) -> Any:
    return -1.0


def _negative_slope(x: Any, out: Any) -> Any:
    return -1.0


def _identity_slope(x: Any, out: Any) -> Any:
    return 1.0


def _other_factor(x: Any, y: Any, out: Any) -> Any:
    return y


def _first_factor(x: Any, y: Any, out: Any) -> Any:
    return x


def _numerator_slope(x: Any, y: Any, out: Any) -> Any:
    return 1.0 / y


def _denominator_slope(x: Any, y: Any, out: Any) -> Any:
    return -out / y


def _base_slope(x: Any, y: Any, out: Any) -> Any:
    # y - 1 loses digits of a small or negative y, which a large |log x| would magnify, and the 1 itself of
    # a y above 2**53; out/x keeps both.
    rounds = (y < 0.5) | (y > 9007199254740992.0)
    inside = (x != 0.0) & (abs(x) != inf)
    finite = where(inside, x, 1.0)
    slope = where(rounds & inside, y * out / finite, y * x ** (y - 1.0))
    return where(y == 0.0, 0.0, slope)


def _exponent_slope(x: Any, y: Any, out: Any) -> Any:
    positive = where(x > 0.0, x, 1.0)
    at_zero = where(y >= 0.0, 0.0, -inf)
    return where(x > 0.0, out * log(positive), where(x == 0.0, at_zero, nan * out))


add = Primitive("add", "+", operator.add, (_one, _one), "1, 1", (REALS, REALS), infix=True)
subtract = Primitive(
    "sub", "−", operator.sub, (_one, _minus_one), "1, −1", (REALS, REALS), infix=True
)
multiply = Primitive(
    "mul", "×", operator.mul, (_other_factor, _first_factor), "y, x", (REALS, REALS), infix=True
)
divide = Primitive(
    "div",
    "÷",
    operator.truediv,
    (_numerator_slope, _denominator_slope),
    "1/y, −(x/y)/y",
    (REALS, REALS),
    edge=_divide_settled,
    infix=True,
)
power = Primitive(
    "pow",
    "**",
    math.pow,
    (_base_slope, _exponent_slope),
    "y·x^(y−1), x^y·log x",
    ((0.0, inf), REALS),
    edge=_power_settled,
    array="pow",
    kink="d/dx x⁰ = 0 everywhere; d/dy 0^y = 0 for y ≥ 0; d/dy is nan for a negative base",
    infix=True,
)
negative = Primitive("neg", "−", operator.neg, (_negative_slope,), "−1", (REALS,))
identity = Primitive("pos", "+", operator.pos, (_identity_slope,), "1", (REALS,))


# ---------------------------------------------------------------- exponentials and logarithms


def _output(x: Any, out: Any) -> Any:
    return out


def _exp_slope(x: Any, out: Any) -> Any:
    return exp(x)


def _log_slope(x: Any, out: Any) -> Any:
    return 1.0 / x


def _log1p_slope(x: Any, out: Any) -> Any:
    return 1.0 / (1.0 + x)


def _log2_slope(x: Any, out: Any) -> Any:
    return 1.4426950408889634 / x  # log2 e


def _log10_slope(x: Any, out: Any) -> Any:
    return 0.4342944819032518 / x  # log10 e


def _sqrt_slope(x: Any, out: Any) -> Any:
    return 0.5 / abs(out)  # sqrt(-0.0) is -0.0, and its slope is +inf all the same


def _cbrt_slope(x: Any, out: Any) -> Any:
    return 1.0 / (3.0 * out * out)


def _square(x: Any) -> Any:
    return x * x


def _square_slope(x: Any, out: Any) -> Any:
    return 2.0 * x


def _reciprocal(x: Any) -> Any:
    return 1.0 / x


def _reciprocal_slope(x: Any, out: Any) -> Any:
    return -out * out


exp = Primitive("exp", "exp", math.exp, (_output,), "exp x", (REALS,), _overflows, "exp")
expm1 = Primitive(
    "expm1", "expm1", math.expm1, (_exp_slope,), "exp x", (REALS,), _overflows, "expm1"
)
log = Primitive("log", "log", math.log, (_log_slope,), "1/x", ((0.0, inf),), _log_settled, "log")
log1p = Primitive(
    "log1p",
    "log1p",
    math.log1p,
    (_log1p_slope,),
    "1/(1+x)",
    ((-1.0, inf),),
    _log1p_settled,
    "log1p",
)
log2 = Primitive(
    "log2", "log2", math.log2, (_log2_slope,), "1/(x·log 2)", ((0.0, inf),), _log_settled, "log2"
)
log10 = Primitive(
    "log10",
    "log10",
    math.log10,
    (_log10_slope,),
    "1/(x·log 10)",
    ((0.0, inf),),
    _log_settled,
    "log10",
)
sqrt = Primitive(
    "sqrt", "√", math.sqrt, (_sqrt_slope,), "1/(2√x)", ((0.0, inf),), None, "sqrt", "sqrt′(0) = inf"
)


def _cbrt_on_arrays(namespace: Any, x: Any) -> Any:
    if hasattr(namespace, "cbrt"):
        return namespace.cbrt(x)
    return namespace.sign(x) * namespace.abs(x) ** (1.0 / 3.0)  # not in the array standard


cbrt = Primitive(
    "cbrt",
    "∛",
    math.cbrt,
    (_cbrt_slope,),
    "1/(3∛x²)",
    (REALS,),
    None,
    _cbrt_on_arrays,
    "cbrt′(0) = inf",
)
square = Primitive("square", "²", _square, (_square_slope,), "2x", (REALS,))
reciprocal = Primitive("reciprocal", "1/", _reciprocal, (_reciprocal_slope,), "−1/x²", (REALS,))


# ---------------------------------------------------------------- trigonometry


def _sin_slope(x: Any, out: Any) -> Any:
    return cos(x)


def _cos_slope(x: Any, out: Any) -> Any:
    return -sin(x)


def _tan_slope(x: Any, out: Any) -> Any:
    return 1.0 + out * out


def _one_minus_square(x: Any) -> Any:
    # 1 - x*x loses its digits near 1; the derivative of the product loses its own near 0
    return where(abs(x) < 0.5, 1.0 - x * x, (1.0 - x) * (1.0 + x))


def _asin_slope(x: Any, out: Any) -> Any:
    return 1.0 / sqrt(_one_minus_square(x))


def _acos_slope(x: Any, out: Any) -> Any:
    return -1.0 / sqrt(_one_minus_square(x))


def _atan_slope(x: Any, out: Any) -> Any:
    s = 1.0 / hypot(1.0, x)  # x*x would overflow in the higher derivatives
    return s * s


def _atan2_slope_y(y: Any, x: Any, out: Any) -> Any:
    r = hypot(y, x)
    return x / r / r


def _atan2_slope_x(y: Any, x: Any, out: Any) -> Any:
    r = hypot(y, x)
    return -y / r / r


def _hypot_slope_x(x: Any, y: Any, out: Any) -> Any:
    # by the quotient of the smaller and the larger: in 1/out - x*x/out**3, the slope of x/out, digits cancel
    first = abs(x) > abs(y)
    larger, smaller = where(first, x, y), where(first, y, x)
    quotient = smaller / where(larger == 0.0, inf, larger)  # 0 at (0, 0), with slope 0
    sign = where(larger < 0.0, -1.0, 1.0)
    return where(first, sign, sign * quotient) / hypot(1.0, quotient)


def _hypot_slope_y(x: Any, y: Any, out: Any) -> Any:
    return _hypot_slope_x(y, x, out)


def _both_zero(x: float, y: float) -> bool:
    return x == 0.0 and y == 0.0


UNIT: Interval = (-1.0, 1.0)
ANGLES: Interval = (-1e5, 1e5)  # beyond, the oracle's own argument reduction is the subject

sin = Primitive("sin", "sin", math.sin, (_sin_slope,), "cos x", (ANGLES,), None, "sin")
cos = Primitive("cos", "cos", math.cos, (_cos_slope,), "−sin x", (ANGLES,), None, "cos")
tan = Primitive("tan", "tan", math.tan, (_tan_slope,), "1 + tan² x", (ANGLES,), None, "tan")
asin = Primitive(
    "asin",
    "asin",
    math.asin,
    (_asin_slope,),
    "1/√(1−x²)",
    (UNIT,),
    None,
    "asin",
    aliases=("arcsin",),
)
acos = Primitive(
    "acos",
    "acos",
    math.acos,
    (_acos_slope,),
    "−1/√(1−x²)",
    (UNIT,),
    None,
    "acos",
    aliases=("arccos",),
)
atan = Primitive(
    "atan",
    "atan",
    math.atan,
    (_atan_slope,),
    "1/(1+x²)",
    (REALS,),
    None,
    "atan",
    aliases=("arctan",),
)
atan2 = Primitive(
    "atan2",
    "atan2",
    math.atan2,
    (_atan2_slope_y, _atan2_slope_x),
    "x/(x²+y²), −y/(x²+y²) of atan2(y, x)",
    (REALS, REALS),
    array="atan2",
    kink="nan at the origin; a jump across the negative x axis",
    kinks=lambda y, x: y == 0.0 and x <= 0.0,
    aliases=("arctan2",),
)
hypot = Primitive(
    "hypot",
    "hypot",
    math.hypot,
    (_hypot_slope_x, _hypot_slope_y),
    "x/√(x²+y²), y/√(x²+y²)",
    (REALS, REALS),
    array="hypot",
    kink="slopes 0 at (0, 0)",
    kinks=_both_zero,
)


# ---------------------------------------------------------------- hyperbolic functions


def _sinh_slope(x: Any, out: Any) -> Any:
    return cosh(x)


def _cosh_slope(x: Any, out: Any) -> Any:
    return sinh(x)


def _tanh_slope(x: Any, out: Any) -> Any:
    return sech_squared(x)  # 1 - out*out is 0 from x = 19.07 on


def _sech_squared(x: Any) -> Any:
    s = 1.0 / cosh(x)
    return s * s


def _sech_squared_slope(x: Any, out: Any) -> Any:
    return -2.0 * tanh(x) * out  # through cosh, a product such as sech³ x · sinh x would underflow


def _asinh_slope(x: Any, out: Any) -> Any:
    return 1.0 / hypot(1.0, x)


def _acosh_slope(x: Any, out: Any) -> Any:
    return 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))


def _atanh_slope(x: Any, out: Any) -> Any:
    return 1.0 / _one_minus_square(x)


def _sech_squared_on_arrays(namespace: Any, x: Any) -> Any:
    e = namespace.exp(-2.0 * abs(x))  # faster than a cosh
    q = 2.0 / (1.0 + e)
    return e * q * q


def _tanh_paired(namespace: Any, x: Any) -> tuple[Any, Any]:
    return namespace.tanh(x), _sech_squared_on_arrays(namespace, x)


sinh = Primitive(
    "sinh", "sinh", math.sinh, (_sinh_slope,), "cosh x", (REALS,), _overflows_odd, "sinh"
)
cosh = Primitive("cosh", "cosh", math.cosh, (_cosh_slope,), "sinh x", (REALS,), _overflows, "cosh")
tanh = Primitive(
    "tanh",
    "tanh",
    math.tanh,
    (_tanh_slope,),
    "1/cosh² x",
    (REALS,),
    None,
    "tanh",
    paired=_tanh_paired,
)
sech_squared = Primitive(
    "sech_squared",
    "sech²",
    _sech_squared,
    (_sech_squared_slope,),
    "−2·tanh x·sech² x",
    (REALS,),
    array=_sech_squared_on_arrays,
)
asinh = Primitive(
    "asinh",
    "asinh",
    math.asinh,
    (_asinh_slope,),
    "1/√(1+x²)",
    (REALS,),
    None,
    "asinh",
    aliases=("arcsinh",),
)
acosh = Primitive(
    "acosh",
    "acosh",
    math.acosh,
    (_acosh_slope,),
    "1/√(x²−1)",
    ((1.0, inf),),
    None,
    "acosh",
    aliases=("arccosh",),
)
atanh = Primitive(
    "atanh",
    "atanh",
    math.atanh,
    (_atanh_slope,),
    "1/(1−x²)",
    (UNIT,),
    _atanh_settled,
    "atanh",
    aliases=("arctanh",),
)


# ---------------------------------------------------------------- error function and activations


def _special(name: str, namespace: Any, x: Any) -> Any:
    try:
        from scipy import special  # the array standard has no error function
    except ImportError:
        raise ImportError(
            f"{name} on arrays needs SciPy: pip install scipy (or 'scalar-autograd[numpy]')"
        ) from None
    out = getattr(special, name)(x)
    # back into the array's own library
    return out if type(out) is type(x) else namespace.asarray(out)


def _gaussian(x: Any) -> Any:
    return exp(-x * x)


def _gaussian_slope(x: Any, out: Any) -> Any:
    near = where(
        abs(x) < 1e100, x, 0.0
    )  # far out the output is 0, and would meet an infinite factor
    return -2.0 * near * out


def _erf_slope(x: Any, out: Any) -> Any:
    return 1.1283791670955126 * gaussian(x)  # 2/√π


def _erfc_slope(x: Any, out: Any) -> Any:
    return -1.1283791670955126 * gaussian(x)


def _sigmoid(x: Any) -> Any:
    e = exp(-abs(x))  # never overflows
    return where(x >= 0.0, 1.0, e) / (1.0 + e)


def _sigmoid_slope(x: Any, out: Any) -> Any:
    return 0.25 * sech_squared(0.5 * x)  # 1 - out is 0 from x = 37 on


def _sigmoid_paired(namespace: Any, x: Any) -> tuple[Any, Any]:
    e = namespace.exp(-abs(x))
    q = 1.0 / (1.0 + e)
    return namespace.where(x >= 0.0, q, e * q), e * q * q


def _softplus(x: Any) -> Any:
    return where(x > 0.0, x, 0.0) + log1p(exp(-abs(x)))


def _softplus_slope(x: Any, out: Any) -> Any:
    return sigmoid(x)


def _relu(x: Any) -> Any:
    return where(x > 0.0, x, where(x <= 0.0, 0.0, nan))


def _relu_slope(x: Any, out: Any) -> Any:
    return where(x > 0.0, 1.0, where(x <= 0.0, 0.0, nan))


def _leaky_relu(x: Any) -> Any:
    return where(x > 0.0, x, 0.01 * x)


def _leaky_relu_slope(x: Any, out: Any) -> Any:
    return where(x > 0.0, 1.0, where(x <= 0.0, 0.01, nan))


def _elu(x: Any) -> Any:
    return where(x > 0.0, x, expm1(where(x > 0.0, 0.0, x)))


def _elu_slope(x: Any, out: Any) -> Any:
    return exp(where(x > 0.0, 0.0, x))


def _silu(x: Any) -> Any:
    return x * sigmoid(x)


def _silu_slope(x: Any, out: Any) -> Any:
    return sigmoid(x) + x * (0.25 * sech_squared(0.5 * x))


def _gelu(x: Any) -> Any:
    return 0.5 * x * erfc(-0.7071067811865476 * x)  # x·Φ(x)


def _gelu_slope(x: Any, out: Any) -> Any:
    density = 0.3989422804014327 * gaussian(0.7071067811865476 * x)  # 1/√2π
    return 0.5 * erfc(-0.7071067811865476 * x) + x * density


def _abs_slope(x: Any, out: Any) -> Any:
    return where(x > 0.0, 1.0, where(x < 0.0, -1.0, where(x == 0.0, 0.0, nan)))


def _at_zero(x: float) -> bool:
    return x == 0.0


gaussian = Primitive(
    "gaussian", "gaussian", _gaussian, (_gaussian_slope,), "−2x·exp(−x²)", (REALS,)
)
erf = Primitive(
    "erf",
    "erf",
    math.erf,
    (_erf_slope,),
    "2/√π · exp(−x²)",
    (REALS,),
    None,
    partial(_special, "erf"),
)
erfc = Primitive(
    "erfc",
    "erfc",
    math.erfc,
    (_erfc_slope,),
    "−2/√π · exp(−x²)",
    (REALS,),
    None,
    partial(_special, "erfc"),
)
sigmoid = Primitive(
    "sigmoid",
    "σ",
    _sigmoid,
    (_sigmoid_slope,),
    "σ(x)·σ(−x)",
    (REALS,),
    paired=_sigmoid_paired,
)
softplus = Primitive("softplus", "softplus", _softplus, (_softplus_slope,), "σ(x)", (REALS,))
relu = Primitive(
    "relu",
    "relu",
    _relu,
    (_relu_slope,),
    "1 if x > 0 else 0",
    (REALS,),
    kink="relu′(0) = 0",
    kinks=_at_zero,
)
leaky_relu = Primitive(
    "leaky_relu",
    "leaky relu",
    _leaky_relu,
    (_leaky_relu_slope,),
    "1 if x > 0 else 0.01",
    (REALS,),
    kink="leaky_relu′(0) = 0.01",
    kinks=_at_zero,
)
elu = Primitive(
    "elu",
    "elu",
    _elu,
    (_elu_slope,),
    "1 if x > 0 else exp x",
    (REALS,),
    kink="elu″(0) = 1, the left-hand one; elu′ is continuous",
)
silu = Primitive("silu", "silu", _silu, (_silu_slope,), "σ(x) + x·σ(x)·σ(−x)", (REALS,))
gelu = Primitive("gelu", "gelu", _gelu, (_gelu_slope,), "Φ(x) + x·φ(x)", (REALS,))
absolute = Primitive(
    "abs",
    "abs",
    operator.abs,
    (_abs_slope,),
    "sign x",
    (REALS,),
    kink="abs′(0) = 0",
    kinks=_at_zero,
    aliases=("absolute", "fabs"),
)


# ---------------------------------------------------------------- choices between operands


def _maximum(x: Any, y: Any) -> Any:
    return where(x > y, x, where(x <= y, y, nan))


def _minimum(x: Any, y: Any) -> Any:
    return where(x < y, x, where(x >= y, y, nan))


def _first_larger(x: Any, y: Any, out: Any) -> Any:
    return where(x > y, 1.0, where(x < y, 0.0, where(x == y, 0.5, nan)))


def _first_smaller(x: Any, y: Any, out: Any) -> Any:
    return where(x < y, 1.0, where(x > y, 0.0, where(x == y, 0.5, nan)))


def _logaddexp(x: Any, y: Any) -> Any:
    larger = where(x > y, x, y)
    gap = where(x == y, 0.0, abs(x - y))  # inf - inf is nan, and no gap
    return larger + log1p(exp(-gap))


def _logaddexp_slope_x(x: Any, y: Any, out: Any) -> Any:
    return sigmoid(x - y)


def _logaddexp_slope_y(x: Any, y: Any, out: Any) -> Any:
    return sigmoid(y - x)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return where(x < low, low, where(x > high, high, x))


def _clip_slope(x: Any, low: Any, high: Any, out: Any) -> Any:
    return where((x >= low) & (x <= high), 1.0, where(x == x, 0.0, nan))


def _equal(x: float, y: float) -> bool:
    return x == y


maximum = Primitive(
    "maximum",
    "max",
    _maximum,
    (_first_larger, _first_smaller),
    "1 for the larger, 0 for the other",
    (REALS, REALS),
    kink="a tie is split evenly, 0.5 each",
    kinks=_equal,
)
minimum = Primitive(
    "minimum",
    "min",
    _minimum,
    (_first_smaller, _first_larger),
    "1 for the smaller, 0 for the other",
    (REALS, REALS),
    kink="a tie is split evenly, 0.5 each",
    kinks=_equal,
)
logaddexp = Primitive(
    "logaddexp",
    "logaddexp",
    _logaddexp,
    (_logaddexp_slope_x, _logaddexp_slope_y),
    "σ(x−y), σ(y−x)",
    (REALS, REALS),
)
clip = Primitive(
    "clip",
    "clip",
    _clip,
    (_clip_slope,),
    "1 inside the bounds, 0 outside",
    (REALS,),
    kink="slope 1 on the closed interval",
    kinks=lambda x, low, high: x in (low, high),
)


# ---------------------------------------------------------------- sums over sequences


def _sum(xs: Any) -> Any:
    total = 0.0
    for x in xs:  # the builtin sum compensates from Python 3.12 on: other bits
        total = total + x
    return total


def _sum_slopes(xs: Any, out: Any) -> Any:
    return [1.0] * len(xs)


def _dot(ws: Any, xs: Any, bias: Any) -> Any:
    total = bias
    for w, x in zip(ws, xs, strict=True):
        total = total + w * x
    return total


def _dot_slopes_w(ws: Any, xs: Any, bias: Any, out: Any) -> Any:
    return xs


def _dot_slopes_x(ws: Any, xs: Any, bias: Any, out: Any) -> Any:
    return ws


def _dot_slope_bias(ws: Any, xs: Any, bias: Any, out: Any) -> Any:
    return 1.0


def _logsumexp(xs: Any) -> Any:
    largest = xs[0]
    for x in xs[1:]:
        largest = where(x > largest, x, largest)
    shift = where(abs(largest) == inf, 0.0, largest)  # inf - inf would be nan
    total = 0.0
    for x in xs:
        total = total + exp(x - shift)
    return shift + log(total)


def _logsumexp_slopes(xs: Any, out: Any) -> Any:
    weights = [exp(x - out) for x in xs]
    total = _sum(weights)  # not quite 1: the rounding of a large out, which the division takes away
    return [w / total for w in weights]


sum_ = Primitive("sum", "Σ", _sum, (_sum_slopes,), "1 for each", (REALS,))
dot = Primitive(
    "dot",
    "w·x+b",
    _dot,
    (_dot_slopes_w, _dot_slopes_x, _dot_slope_bias),
    "x for each w, w for each x, 1 for the bias",
    (REALS, REALS, REALS),
)
logsumexp = Primitive(
    "logsumexp", "logsumexp", _logsumexp, (_logsumexp_slopes,), "softmax of the operands", (REALS,)
)


TABLE: dict[str, Primitive] = {
    row.name: row for row in list(globals().values()) if isinstance(row, Primitive)
}

_FLOAT_NAMES.update(globals())
_FLOAT_NAMES.update(
    {name: row.on_floats for name, row in list(globals().items()) if isinstance(row, Primitive)}
)
