"""exp, log, tanh and their relatives without a branch, for eight numbers at a time.

They are rules on symbols like those of the table, made of + − × ÷, of `where`, and of four operations on
the bits of a number: `fma`, `two_to` (2ᵏ for a whole k from −1022 to 1023), and the `exponent` and the
`significand` in [√½, √2) of a positive number.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.replay.symbols import Symbol

inf, nan = math.inf, math.nan

_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # log 2 in two parts
_ROUND = 6755399441055744.0  # 1.5·2⁵²: added and taken away, it leaves a whole number
_EXP = [1.0 / math.factorial(k) for k in range(2, 14)]
# log m = 2·(s + s³/3 + s⁵/5 + ...) of s = (m − 1)/(m + 1): the terms after s, over s
_LOG = [2.0 / (2 * k + 1) for k in range(1, 12)]


def _rounded(x: Any) -> Any:
    return (x + _ROUND) - _ROUND


def _polynomial(x: Symbol, coefficients: Sequence[float]) -> Any:
    total: Any = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = x.sheet.operation("fma", total, x, c)
    return total


def _exp_parts(x: Symbol) -> tuple[Any, Any, Any, Any]:
    """Return q, s and t with exp x = (1 + q)·s·t, and k with s·t = 2ᵏ; two factors, for s·t may not be a float."""
    sheet = x.sheet
    x = sheet.where(x > 1400.0, 1400.0, sheet.where(x < -1400.0, -1400.0, x))
    k = _rounded(x * (1.0 / math.log(2.0)))
    r = sheet.operation("fma", k, -_LOG2_LOW, sheet.operation("fma", k, -_LOG2_HIGH, x))
    q = sheet.operation("fma", r * r, _polynomial(r, _EXP), r)
    half = _rounded(0.5 * k)
    return q, sheet.operation("two_to", half), sheet.operation("two_to", k - half), k


def exp(x: Symbol) -> Any:
    q, s, t, _ = _exp_parts(x)
    return (1.0 + q) * s * t


def expm1(x: Symbol) -> Any:
    q, s, t, k = _exp_parts(x)
    scale = s * t
    near = x.sheet.operation("fma", q, scale, scale - 1.0)
    far = x.sheet.where(k > 60.0, (1.0 + q) * s * t, near)
    return x.sheet.where(x == 0.0, x, far)  # −0.0 stays what it is


def tanh(x: Symbol) -> Any:
    y = -2.0 * abs(x)  # the names and the order of sech² on arrays, which shares what is equal
    e = exp(y)
    return x.sheet.operation("copysign", (-0.5 * expm1(y)) * (2.0 / (1.0 + e)), x)


def log(x: Symbol) -> Any:
    sheet = x.sheet
    tiny = x < 2.2250738585072014e-308
    normal = sheet.where(tiny, x * 2.0**54, x)
    k = sheet.operation("exponent", normal) - sheet.where(tiny, 54.0, 0.0)
    f = sheet.operation("significand", normal) - 1.0
    s = f / (2.0 + f)
    z = s * s
    square = 0.5 * f * f
    rest = s * (square + z * _polynomial(z, _LOG))
    found = k * _LOG2_HIGH - ((square - (rest + k * _LOG2_LOW)) - f)
    at_most_zero = sheet.where(x == 0.0, -inf, nan)
    return sheet.where(x > 0.0, sheet.where(x < inf, found, x), at_most_zero)


def log1p(x: Symbol) -> Any:
    u = 1.0 + x
    lost = x - (u - 1.0)  # what the sum left out of x
    correction = x.sheet.where(u - 1.0 == x, 0.0, lost / u)
    return x.sheet.operation("copysign", log(u) + correction, x)


KERNELS: dict[str, Callable[[Symbol], Any]] = {
    f.__name__: f for f in (exp, expm1, tanh, log, log1p)
}
