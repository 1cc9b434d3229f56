"""The table of operations: every derivative that the engine knows, one row each.

A row is a `Primitive`: name, symbol, value, partial derivatives, those in words, and then what is not the rule: the
domain where it is not ℝ, the answer where `math` raises, the convention at a kink. Above a row stand the rules it
needs. A rule takes the operands and, for a derivative, the output; it is written with ordinary arithmetic and the
rows of this module, and so serves floats, Values, arrays and symbols (see `autograd.primitive`).
"""

import math
import operator
from functools import partial
from math import inf, nan
from typing import Any

from autograd.primitive import REALS, Interval, Primitive, divided, names_on_floats, raised

POSITIVE: Interval = (0.0, inf)
UNIT: Interval = (-1.0, 1.0)
FLAT = 0.0  # the slope of a flat row where it is constant: `NOTHING` on floats
ANGLES: Interval = (-1e5, 1e5)  # beyond, the oracle's own argument reduction is the subject

# fmt: off

# ---------------------------------------------------------------- where: the chooser

def _choose(condition: Any, a: Any, b: Any) -> Any: return a if condition else b
def _where_taken(condition: Any, a: Any, b: Any, out: Any) -> Any: return where(condition, 1.0, 0.0)
def _where_other(condition: Any, a: Any, b: Any, out: Any) -> Any: return where(condition, 0.0, 1.0)


def _where_on_arrays(namespace: Any, condition: Any, a: Any, b: Any) -> Any:
    if isinstance(condition, bool):
        return a if condition else b
    if isinstance(a, float) and isinstance(b, float):
        a = namespace.asarray(a)  # the standard wants an array among the two
    return namespace.where(condition, a, b)


where = Primitive("where", "where", _choose, (_where_taken, _where_other), "1 for the branch taken, 0 for the other",
                  array=_where_on_arrays, kink="the branch not taken never touches the gradient")


# ---------------------------------------------------------------- arithmetic

def _one(x: Any, y: Any, out: Any) -> Any: return 1.0
def _minus_one(x: Any, y: Any, out: Any) -> Any: return -1.0
def _negative_slope(x: Any, out: Any) -> Any: return -1.0
def _identity_slope(x: Any, out: Any) -> Any: return 1.0
def _other_factor(x: Any, y: Any, out: Any) -> Any: return y
def _first_factor(x: Any, y: Any, out: Any) -> Any: return x
def _numerator_slope(x: Any, y: Any, out: Any) -> Any: return 1.0 / y
def _denominator_slope(x: Any, y: Any, out: Any) -> Any: return -out / y


def unsettled(x: Any) -> Any:
    # 0, to be added to a slope that is a convention: its own slope is 0·√′(0), nan, for a convention has none
    finite = where(abs(x) < inf, x, 0.0)
    return 0.0 * sqrt(finite - finite)


def _base_slope(x: Any, y: Any, out: Any) -> Any:
    # y - 1 loses digits of a small or negative y, and the 1 itself of a y above 2**53; out/x keeps both
    rounds = (y < 0.5) | (y > 9007199254740992.0)
    inside = (x != 0.0) & (abs(x) < inf)
    outside = (x == 0.0) | (abs(x) == inf) | (x != x)
    finite = where(inside, x, 1.0)
    slope = where(rounds & inside, y * out / finite, y * x ** (y - 1.0))
    slope = where((y == 0.0) & outside, 0.0, slope)
    if type(y) is float:
        return slope
    return where((x == 0.0) & (y <= 1.0), slope + unsettled(y), slope)  # its slope by y has x^(y−1)·log x in it


def _exponent_slope(x: Any, y: Any, out: Any) -> Any:
    positive = where(x > 0.0, x, 1.0)
    at_one = unsettled(x) + where(y > 0.0, 0.0, unsettled(y))  # and below: x^(y−1)·log x jumps away from 0
    at_zero = where(y > 1.0, 0.0, where(y >= 0.0, at_one, -inf))
    return where(x > 0.0, out * log(positive), where(x == 0.0, at_zero, nan * out))


add      = Primitive("add", "+", operator.add, (_one, _one), "1, 1")
subtract = Primitive("sub", "−", operator.sub, (_one, _minus_one), "1, −1")
multiply = Primitive("mul", "×", operator.mul, (_other_factor, _first_factor), "y, x")
divide   = Primitive("div", "÷", operator.truediv, (_numerator_slope, _denominator_slope), "1/y, −(x/y)/y",
                     edge=divided)
power    = Primitive("pow", "**", math.pow, (_base_slope, _exponent_slope), "y·x^(y−1), x^y·log x",
                     (POSITIVE, REALS), edge=raised,
                     kink="d/dx x⁰ = 0 everywhere; d/dy 0^y = 0 for y ≥ 0, and ∂²/∂x∂y is nan there for y ≤ 1; "
                          "d/dy is nan for a negative base; where the value overflows, so does the slope")
negative = Primitive("neg", "−", operator.neg, (_negative_slope,), "−1")
identity = Primitive("pos", "+", operator.pos, (_identity_slope,), "1")


# ---------------------------------------------------------------- exponentials, logarithms and roots

def _output(x: Any, out: Any) -> Any: return out
def _exp_slope(x: Any, out: Any) -> Any: return exp(x)
def _log_slope(x: Any, out: Any) -> Any: return 1.0 / (x + 0.0)  # log(-0.0) is -inf, and its slope +inf all the same
def _log1p_slope(x: Any, out: Any) -> Any: return 1.0 / (1.0 + x)
def _log2_slope(x: Any, out: Any) -> Any: return 1.4426950408889634 / (x + 0.0)  # log2 e
def _log10_slope(x: Any, out: Any) -> Any: return 0.4342944819032518 / (x + 0.0)  # log10 e
def _sqrt_slope(x: Any, out: Any) -> Any: return 0.5 / (out + 0.0)  # sqrt(-0.0) is -0.0, and its slope +inf all the same
def _cbrt_slope(x: Any, out: Any) -> Any: return square(1.0 / out) / 3.0  # terms of one sign at every order
def _square(x: Any) -> Any: return x * x
def _square_slope(x: Any, out: Any) -> Any: return 2.0 * x
def _reciprocal(x: Any) -> Any: return 1.0 / x
def _reciprocal_slope(x: Any, out: Any) -> Any: return -out * out


def _overflows(x: float) -> float: return inf
def _overflows_odd(x: float) -> float: return math.copysign(inf, x)
def _log_edge(x: float) -> float: return -inf if x == 0.0 else nan
def _log1p_edge(x: float) -> float: return -inf if x == -1.0 else nan
def _atanh_edge(x: float) -> float: return math.copysign(inf, x) if abs(x) == 1.0 else nan


def _cbrt_on_arrays(namespace: Any, x: Any) -> Any:
    if hasattr(namespace, "cbrt"):
        return namespace.cbrt(x)
    return namespace.sign(x) * namespace.abs(x) ** (1.0 / 3.0)  # not in the array standard


exp        = Primitive("exp", "exp", math.exp, (_output,), "exp x", edge=_overflows)
expm1      = Primitive("expm1", "expm1", math.expm1, (_exp_slope,), "exp x", edge=_overflows)
log        = Primitive("log", "log", math.log, (_log_slope,), "1/x", (POSITIVE,), _log_edge)
log1p      = Primitive("log1p", "log1p", math.log1p, (_log1p_slope,), "1/(1+x)", ((-1.0, inf),), _log1p_edge)
log2       = Primitive("log2", "log2", math.log2, (_log2_slope,), "1/(x·log 2)", (POSITIVE,), _log_edge)
log10      = Primitive("log10", "log10", math.log10, (_log10_slope,), "1/(x·log 10)", (POSITIVE,), _log_edge)
sqrt       = Primitive("sqrt", "√", math.sqrt, (_sqrt_slope,), "1/(2√x)", (POSITIVE,), kink="sqrt′(0) = inf")
cbrt       = Primitive("cbrt", "∛", math.cbrt, (_cbrt_slope,), "1/(3∛x²)", array=_cbrt_on_arrays, kink="cbrt′(0) = inf")
square     = Primitive("square", "²", _square, (_square_slope,), "2x")
reciprocal = Primitive("reciprocal", "1/", _reciprocal, (_reciprocal_slope,), "−1/x²")


# ---------------------------------------------------------------- trigonometry

def _sin_slope(x: Any, out: Any) -> Any: return cos(x)
def _cos_slope(x: Any, out: Any) -> Any: return -sin(x)
def _tan_slope(x: Any, out: Any) -> Any: return 1.0 + out * out
def _asin_slope(x: Any, out: Any) -> Any: return 1.0 / sqrt(_one_minus_square(x))
def _acos_slope(x: Any, out: Any) -> Any: return -1.0 / sqrt(_one_minus_square(x))


def _one_minus_square(x: Any) -> Any:
    # 1 - x*x loses its digits near 1; the derivative of the product loses its own near 0
    return where(abs(x) < 0.5, 1.0 - x * x, (1.0 - x) * (1.0 + x))


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


def _hypot_slope_y(x: Any, y: Any, out: Any) -> Any: return _hypot_slope_x(y, x, out)
def _both_zero(x: Any, y: Any) -> Any: return (x == 0.0) & (y == 0.0)
def _on_the_cut(y: Any, x: Any) -> Any: return (y == 0.0) & (x <= 0.0)


sin   = Primitive("sin", "sin", math.sin, (_sin_slope,), "cos x", (ANGLES,))
cos   = Primitive("cos", "cos", math.cos, (_cos_slope,), "−sin x", (ANGLES,))
tan   = Primitive("tan", "tan", math.tan, (_tan_slope,), "1 + tan² x", (ANGLES,))
asin  = Primitive("asin", "asin", math.asin, (_asin_slope,), "1/√(1−x²)", (UNIT,), aliases=("arcsin",))
acos  = Primitive("acos", "acos", math.acos, (_acos_slope,), "−1/√(1−x²)", (UNIT,), aliases=("arccos",))
atan  = Primitive("atan", "atan", math.atan, (_atan_slope,), "1/(1+x²)", aliases=("arctan",))
atan2 = Primitive("atan2", "atan2", math.atan2, (_atan2_slope_y, _atan2_slope_x),
                  "x/(x²+y²), −y/(x²+y²) of atan2(y, x)", aliases=("arctan2",),
                  kink="nan at the origin; a jump across the negative x axis", kinks=_on_the_cut, conventional=False)
hypot = Primitive("hypot", "hypot", math.hypot, (_hypot_slope_x, _hypot_slope_y), "x/√(x²+y²), y/√(x²+y²)",
                  kink="slopes 0 at (0, 0); second derivatives nan there", kinks=_both_zero)


# ---------------------------------------------------------------- hyperbolic functions

def _sinh_slope(x: Any, out: Any) -> Any: return cosh(x)
def _cosh_slope(x: Any, out: Any) -> Any: return sinh(x)
def _tanh_slope(x: Any, out: Any) -> Any: return sech_squared(x)  # 1 - out*out is 0 from x = 19.07 on
def _asinh_slope(x: Any, out: Any) -> Any: return 1.0 / hypot(1.0, x)
def _acosh_slope(x: Any, out: Any) -> Any: return 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))
def _atanh_slope(x: Any, out: Any) -> Any: return 1.0 / _one_minus_square(x)


def _sech_squared(x: Any) -> Any:
    s = 1.0 / cosh(x)
    return s * s


def _sech_squared_slope(x: Any, out: Any) -> Any:
    return -2.0 * tanh(x) * out  # through cosh, a product such as sech³ x · sinh x would underflow


def _sech_squared_on_arrays(namespace: Any, x: Any) -> Any:
    e = namespace.exp(-2.0 * abs(x))  # faster than a cosh
    q = 2.0 / (1.0 + e)
    return e * q * q


def _tanh_paired(namespace: Any, x: Any) -> tuple[Any, Any]:
    return namespace.tanh(x), _sech_squared_on_arrays(namespace, x)


sinh  = Primitive("sinh", "sinh", math.sinh, (_sinh_slope,), "cosh x", edge=_overflows_odd)
cosh  = Primitive("cosh", "cosh", math.cosh, (_cosh_slope,), "sinh x", edge=_overflows)
tanh  = Primitive("tanh", "tanh", math.tanh, (_tanh_slope,), "1/cosh² x", paired=_tanh_paired)
sech_squared = Primitive("sech_squared", "sech²", _sech_squared, (_sech_squared_slope,), "−2·tanh x·sech² x",
                         array=_sech_squared_on_arrays)
asinh = Primitive("asinh", "asinh", math.asinh, (_asinh_slope,), "1/√(1+x²)", aliases=("arcsinh",))
acosh = Primitive("acosh", "acosh", math.acosh, (_acosh_slope,), "1/√(x²−1)", ((1.0, inf),), aliases=("arccosh",))
atanh = Primitive("atanh", "atanh", math.atanh, (_atanh_slope,), "1/(1−x²)", (UNIT,), _atanh_edge, aliases=("arctanh",))


# ---------------------------------------------------------------- error function and activations

def _special(name: str, namespace: Any, x: Any) -> Any:
    if hasattr(namespace, name):
        return getattr(namespace, name)(x)
    try:
        from scipy import special  # the array standard has no error function
    except ModuleNotFoundError:
        raise ImportError(
            f"{name} on arrays needs SciPy: pip install scipy (or 'scalar-autograd[numpy]')"
        ) from None
    out = getattr(special, name)(x)
    return out if type(out) is type(x) else namespace.asarray(out)  # back into the array's own library


def _gaussian(x: Any) -> Any: return exp(-x * x)


def _gaussian_slope(x: Any, out: Any) -> Any:
    near = where(abs(x) < 1e100, x, 0.0)  # far out the output is 0, and would meet an infinite factor
    return -2.0 * near * out


def _erf_slope(x: Any, out: Any) -> Any: return 1.1283791670955126 * gaussian(x)  # 2/√π
def _erfc_slope(x: Any, out: Any) -> Any: return -1.1283791670955126 * gaussian(x)


def _sigmoid(x: Any) -> Any:
    e = exp(-abs(x))  # never overflows
    return where(x >= 0.0, 1.0, e) / (1.0 + e)


def _sigmoid_paired(namespace: Any, x: Any) -> tuple[Any, Any]:
    e = namespace.exp(-abs(x))
    q = 1.0 / (1.0 + e)
    return namespace.where(x >= 0.0, q, e * q), e * q * q


def _sigmoid_slope(x: Any, out: Any) -> Any: return 0.25 * sech_squared(0.5 * x)  # 1 - out is 0 from x = 37 on
def _softplus(x: Any) -> Any: return where(x > 0.0, x, 0.0) + log1p(exp(-abs(x)))
def _softplus_slope(x: Any, out: Any) -> Any: return sigmoid(x)
def _relu(x: Any) -> Any: return where(x > 0.0, x, where(x <= 0.0, 0.0, nan))
def _relu_slope(x: Any, out: Any) -> Any: return where(x > 0.0, 1.0, where(x <= 0.0, FLAT, nan))
def _leaky_relu(x: Any) -> Any: return where(x > 0.0, x, 0.01 * x)
def _leaky_relu_slope(x: Any, out: Any) -> Any: return where(x > 0.0, 1.0, where(x <= 0.0, 0.01, nan))
def _step(x: Any) -> Any: return where(x > 0.0, 1.0, where(x <= 0.0, 0.0, nan))
def _step_slope(x: Any, out: Any) -> Any: return where(x == x, FLAT, nan)
def _elu(x: Any) -> Any: return where(x > 0.0, x, expm1(where(x > 0.0, 0.0, x)))
def _elu_slope(x: Any, out: Any) -> Any: return exp(where(x > 0.0, 0.0, x))
def _silu(x: Any) -> Any: return x * sigmoid(x)
def _silu_slope(x: Any, out: Any) -> Any: return sigmoid(x) + x * (0.25 * sech_squared(0.5 * x))
def _gelu(x: Any) -> Any: return 0.5 * x * erfc(-0.7071067811865476 * x)  # x·Φ(x)


def _gelu_slope(x: Any, out: Any) -> Any:
    density = 0.3989422804014327 * gaussian(0.7071067811865476 * x)  # 1/√2π
    return 0.5 * erfc(-0.7071067811865476 * x) + x * density


def _abs_slope(x: Any, out: Any) -> Any:
    return where(x > 0.0, 1.0, where(x < 0.0, -1.0, where(x == 0.0, 0.0, nan)))


def _at_zero(x: Any) -> Any: return x == 0.0


gaussian   = Primitive("gaussian", "gaussian", _gaussian, (_gaussian_slope,), "−2x·exp(−x²)")
erf        = Primitive("erf", "erf", math.erf, (_erf_slope,), "2/√π · exp(−x²)", array=partial(_special, "erf"))
erfc       = Primitive("erfc", "erfc", math.erfc, (_erfc_slope,), "−2/√π · exp(−x²)", array=partial(_special, "erfc"))
sigmoid    = Primitive("sigmoid", "σ", _sigmoid, (_sigmoid_slope,), "σ(x)·σ(−x)", paired=_sigmoid_paired)
softplus   = Primitive("softplus", "softplus", _softplus, (_softplus_slope,), "σ(x)")
relu       = Primitive("relu", "relu", _relu, (_relu_slope,), "1 if x > 0 else 0", flat=True,
                       kink="relu′(0) = 0, relu″(0) = nan", kinks=_at_zero)
leaky_relu = Primitive("leaky_relu", "leaky relu", _leaky_relu, (_leaky_relu_slope,), "1 if x > 0 else 0.01",
                       kink="leaky_relu′(0) = 0.01, leaky_relu″(0) = nan", kinks=_at_zero)
step       = Primitive("step", "step", _step, (_step_slope,), "0", flat=True,
                       kink="step(0) = 0, step′(0) = 0, step″(0) = nan", kinks=_at_zero)
elu        = Primitive("elu", "elu", _elu, (_elu_slope,), "1 if x > 0 else exp x",
                       kink="elu″(0) = 1, the left-hand one; elu′ is continuous", kinks=_at_zero, conventional=False)
silu       = Primitive("silu", "silu", _silu, (_silu_slope,), "σ(x) + x·σ(x)·σ(−x)")
gelu       = Primitive("gelu", "gelu", _gelu, (_gelu_slope,), "Φ(x) + x·φ(x)")
absolute   = Primitive("abs", "abs", operator.abs, (_abs_slope,), "sign x", aliases=("absolute", "fabs"),
                       kink="abs′(0) = 0, abs″(0) = nan", kinks=_at_zero)


# ---------------------------------------------------------------- choices between operands

def _maximum(x: Any, y: Any) -> Any: return where(x > y, x, where(x <= y, y, nan))
def _minimum(x: Any, y: Any) -> Any: return where(x < y, x, where(x >= y, y, nan))
def _first_larger(x: Any, y: Any, out: Any) -> Any:
    return where(x > y, 1.0, where(x < y, FLAT, where(x == y, 0.5, nan)))
def _first_smaller(x: Any, y: Any, out: Any) -> Any:
    return where(x < y, 1.0, where(x > y, FLAT, where(x == y, 0.5, nan)))


def _logaddexp(x: Any, y: Any) -> Any:
    larger = where(x > y, x, y)
    gap = where(x == y, 0.0, abs(x - y))  # inf - inf is nan, and no gap
    return larger + log1p(exp(-gap))


def _logaddexp_slope_x(x: Any, y: Any, out: Any) -> Any: return sigmoid(x - y)
def _logaddexp_slope_y(x: Any, y: Any, out: Any) -> Any: return sigmoid(y - x)
def _clip(x: Any, low: Any, high: Any) -> Any: return where(x < low, low, where(x > high, high, x))
def _clip_slope(x: Any, low: Any, high: Any, out: Any) -> Any:
    return where((x >= low) & (x <= high), 1.0, where(x == x, FLAT, nan))
def _equal(x: Any, y: Any) -> Any: return x == y
def _at_a_bound(x: Any, low: Any, high: Any) -> Any: return (x == low) | (x == high)


maximum   = Primitive("maximum", "max", _maximum, (_first_larger, _first_smaller), "1 for the larger, 0 for the other",
                      kink="a tie is split evenly, 0.5 each; second derivatives nan there", kinks=_equal, flat=True)
minimum   = Primitive("minimum", "min", _minimum, (_first_smaller, _first_larger), "1 for the smaller, 0 for the other",
                      kink="a tie is split evenly, 0.5 each; second derivatives nan there", kinks=_equal, flat=True)
logaddexp = Primitive("logaddexp", "logaddexp", _logaddexp, (_logaddexp_slope_x, _logaddexp_slope_y), "σ(x−y), σ(y−x)")
clip      = Primitive("clip", "clip", _clip, (_clip_slope,), "1 inside the bounds, 0 outside",
                      kink="slope 1 on the closed interval; second derivatives nan at its ends", kinks=_at_a_bound, flat=True)


# ---------------------------------------------------------------- sums over sequences

def _sum(xs: Any) -> Any:
    total = 0.0
    for x in xs:  # the builtin sum compensates from Python 3.12 on: other bits
        total = total + x
    return total


def _dot(ws: Any, xs: Any, bias: Any) -> Any:
    total = bias
    for w, x in zip(ws, xs, strict=True):
        total = total + w * x
    return total


def _logsumexp(xs: Any) -> Any:
    largest = xs[0]
    for x in xs[1:]:
        largest = where(x > largest, x, largest)
    shift = where(abs(largest) == inf, 0.0, largest)  # inf - inf would be nan
    total = 0.0
    for x in xs:
        total = total + exp(x - shift)
    return shift + log(total)


def _sum_slopes(xs: Any, out: Any) -> Any: return [1.0] * len(xs)
def _dot_slopes_w(ws: Any, xs: Any, bias: Any, out: Any) -> Any: return xs
def _dot_slopes_x(ws: Any, xs: Any, bias: Any, out: Any) -> Any: return ws
def _dot_slope_bias(ws: Any, xs: Any, bias: Any, out: Any) -> Any: return 1.0


def _logsumexp_slopes(xs: Any, out: Any) -> Any:
    weights = [exp(x - out) for x in xs]
    total = _sum(weights)  # not quite 1: the rounding of a large out, which the division takes away
    return [w / total for w in weights]


sum_      = Primitive("sum", "Σ", _sum, (_sum_slopes,), "1 for each")
dot       = Primitive("dot", "w·x+b", _dot, (_dot_slopes_w, _dot_slopes_x, _dot_slope_bias),
                      "x for each w, w for each x, 1 for the bias")
logsumexp = Primitive("logsumexp", "logsumexp", _logsumexp, (_logsumexp_slopes,), "softmax of the operands")

TABLE: dict[str, Primitive] = {row.name: row for row in list(globals().values()) if isinstance(row, Primitive)}
names_on_floats(globals())
