"""What is right: the operations of the table and their derivatives in arithmetic of any precision.

Nothing here knows how the engine differentiates: derivatives are differences of the value, at a
precision that is raised until two settings agree.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp, mpf

from autograd.primitive import Interval, Primitive

EXACT: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "neg": lambda x: -x,
    "pos": lambda x: +x,
    "abs": abs,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x if x else mp.inf,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)) if x > 0 else mp.exp(x) / (1 + mp.exp(x)),
    "softplus": lambda x: max(x, 0) + mp.log1p(mp.exp(-abs(x))),
    "relu": lambda x: max(x, mpf(0)),
    "step": lambda x: mpf(x > 0),
    "leaky_relu": lambda x: x if x > 0 else mpf(0.01) * x,
    "elu": lambda x: x if x > 0 else mp.expm1(x),
    "silu": lambda x: x * EXACT["sigmoid"](x),
    "gelu": lambda x: x * EXACT["erfc"](-x / mp.sqrt(2)) / 2,
    # mpmath takes its time, or refuses, where nothing is left of the function
    "erf": lambda x: mp.erf(x) if abs(x) < 60 else mp.sign(x),
    "erfc": lambda x: mp.erfc(x) if abs(x) < 60 else mpf(0 if x > 0 else 2),
    "gaussian": lambda x: mp.exp(-x * x),
    "sech_squared": lambda x: mp.sech(x) ** 2,
    "maximum": max,
    "minimum": min,
    "logaddexp": lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
    "clip": lambda x, low, high: min(max(x, low), high),
}
for _name in "exp expm1 log log1p log10 sqrt sin cos tan asin acos atan sinh cosh tanh".split():
    EXACT[_name] = getattr(mp, _name)
for _name in "asinh acosh atanh atan2 hypot".split():
    EXACT[_name] = getattr(mp, _name)

# Derivatives that are plainer than the value.
SLOPES: dict[str, Callable[[Any], Any]] = {
    "erf": lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
    "erfc": lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
}

_TELLING = (
    2400  # bits that tell a saturated value from its limit wherever the derivative is a float
)


def derivatives(f: Callable[[Any], Any], x: float, order: int) -> list[Any]:
    """Return f(x) and its derivatives up to the order, right to twenty-five digits."""
    before: list[Any] = []
    start = 150 + abs(math.frexp(x)[1])
    for bits in (start << k for k in range(6)):
        with mp.workprec(bits):
            found = list(mp.diffs(f, mpf(x), order))
        if before and all(_agree(a, b, bits) for a, b in zip(before, found)):
            return found
        before = found
    raise AssertionError(f"no two precisions agree at {x!r}: {[mp.nstr(d) for d in before]}")


def _agree(a: Any, b: Any, bits: int) -> bool:
    if a != 0 and abs(a - b) <= mpf(10) ** -25 * abs(b):
        return True
    return bits >= _TELLING and max(abs(a), abs(b)) < mpf(2) ** -1080


def derivatives_of(row: Primitive, x: float, order: int) -> list[Any]:
    """Return the value of a row of one operand and its derivatives up to the order."""
    f, slope = EXACT[row.name], SLOPES.get(row.name)
    if slope is None:
        return derivatives(f, x, order)
    return [f(mpf(x)), *derivatives(slope, x, order - 1)]


def partial(f: Callable[..., Any], operands: Sequence[float], i: int) -> Any:
    """Return the derivative of f by its i-th operand."""

    def along(x: Any) -> Any:
        return f(*[x if k == i else mpf(operand) for k, operand in enumerate(operands)])

    return derivatives(along, operands[i], 1)[1]


def ulps(got: float, exact: Any) -> float:
    """Return how many units in the last place lie between a float and the exact number."""
    return float(abs(mpf(got) - exact) / mpf(math.ulp(float(exact))))


def is_normal(*numbers: Any) -> bool:
    """Tell whether all numbers are floats of full precision: not denormal, not beyond the range."""
    return all(2.0**-1022 <= abs(x) <= 1.7976931348623157e308 for x in numbers)


_MAGNITUDES = [
    *(5e-324, 2.3e-308, 1e-160, 1e-8, 1e-3, 0.5, 1.0, 1.3, 5.0, 19.5, 26.0, 37.5, 200.0, 350.0),
    *(700.0, 711.0, 744.0, 99999.0, 1e16, 1e160, 1.7e308),
]


def samples(interval: Interval, random_points: int = 6) -> list[float]:
    """Return numbers from an open interval: its extremes, the neighbourhood of its ends, and chance."""
    low, high = interval
    chance = random.Random(f"{interval}")
    found = [0.0]
    found += [sign * size for size in _MAGNITUDES for sign in (1.0, -1.0)]
    found += [chance.choice((1, -1)) * 10.0 ** chance.uniform(-12, 6) for _ in range(random_points)]
    for end in interval:
        if math.isfinite(end):
            found += [end + d for d in (1e-3, -1e-3, 1e-9, -1e-9)]
            found += [math.nextafter(end, math.inf), math.nextafter(end, -math.inf)]
    return sorted({x for x in found if low < x < high})


def of_one_operand(row: Primitive) -> bool:
    """Tell whether a row maps one number to one number, with no constants beside it."""
    return len(row.partials) == 1 and row.name not in ("sum", "logsumexp", "clip")
