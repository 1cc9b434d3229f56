"""Random programs for property-based tests: lists of steps that Hypothesis can shrink."""

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import autograd as ag
from autograd.primitives import TABLE

CONSTANTS = (0.0, 1.0, -2.5, 0.3, 2.0)
SKIPPED = ("where", "sum", "dot", "logsumexp", "clip")

OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "+": lambda a, b, c: a + b,
    "-": lambda a, b, c: a - b,
    "*": lambda a, b, c: a * b,
    "/": lambda a, b, c: a / b,
    "**": lambda a, b, c: a**b,
    "-x": lambda a, b, c: -a,
    "+x": lambda a, b, c: +a,
    "2x": lambda a, b, c: a * 2.0,
    "1-x": lambda a, b, c: 1 - a,
    "3/x": lambda a, b, c: 3.0 / a,
    "2**x": lambda a, b, c: 2.0**a,
    "**2": lambda a, b, c: a**2,
    "**0.5": lambda a, b, c: abs(a) ** 0.5,
    "where 0": lambda a, b, c: ag.where(a < 0.5, b, 0.0),
    "clip": lambda a, b, c: ag.clip(a, -1.0, 1.5),
    "sum": lambda a, b, c: ag.sum([a, b, c]),
    "dot": lambda a, b, c: ag.dot([a, b], [b, c], c),
    "logsumexp": lambda a, b, c: ag.logsumexp([a, b, c]),
    "where": lambda a, b, c: ag.where(a < b, b, c),
    "where &": lambda a, b, c: ag.where((a >= 0.0) & (c != b), a, c),
    "where |": lambda a, b, c: ag.where((a > b) | (c == a), b, a),
}


def _row(name: str, count: int) -> Callable[[Any, Any, Any], Any]:
    f = getattr(ag, name)
    return lambda *operands: f(*operands[:count])


OPERATIONS |= {
    name: _row(name, len(row.partials))
    for name, row in TABLE.items()
    if name not in SKIPPED and hasattr(ag, name)
}
SMOOTH = (
    *("+", "-", "*", "**2", "-x", "sum", "dot", "logsumexp", "tanh", "sigmoid", "softplus", "sin"),
    *("cos", "exp", "atan", "erf", "gelu", "silu", "where", "relu", "maximum", "clip", "abs"),
)


def _unrecorded(a: Any, b: Any, c: Any) -> Any:
    with ag.no_grad():
        return a * b + c


def _recorded_again(a: Any, b: Any, c: Any) -> Any:
    return ag.grad(lambda t: t * ag.sin(t) * b)(a)


HELD: dict[str, Callable[[Any, Any, Any], Any]] = {
    "detach": lambda a, b, c: b.detach() * a,
    ".data": lambda a, b, c: a - b.data,
    "Value(.data)": lambda a, b, c: ag.Value(a.data),
    "no_grad": _unrecorded,
    "deepcopy": lambda a, b, c: copy.deepcopy([a, b])[1] * c,
    "copy": lambda a, b, c: copy.copy(a) * b,
    "grad": _recorded_again,
}
OPERATIONS |= HELD
SMOOTH_AND_HELD = (*SMOOTH, *HELD)

Steps = list[tuple[str, int, int, int]]


def steps(names: Any = tuple(OPERATIONS), max_size: int = 25) -> st.SearchStrategy[Steps]:
    places = st.integers(0, 40)
    return st.lists(
        st.tuples(st.sampled_from(names), places, places, places), min_size=1, max_size=max_size
    )


def function(steps: Steps) -> Callable[..., Any]:
    """Return the function that takes the steps, each on arguments, constants or results so far."""

    def f(*args: Any) -> Any:
        values = [*map(ag.Value, CONSTANTS), *args]
        for name, *places in steps:
            values.append(OPERATIONS[name](*[values[-1 - place % len(values)] for place in places]))
        total = args[0] * 1.0
        for value in values[-4:]:
            total = total + value
        return total

    return f
