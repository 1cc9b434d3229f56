"""Expressions that Hypothesis can draw and shrink, read by Values and by exact arithmetic alike."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from mpmath import mp

import autograd as ag
from autograd.primitive import Interval
from autograd.primitives import TABLE
from tests.oracle import EXACT

# An expression: (row, places of its operands among the results so far, counted from the last).
Expression = list[tuple[str, tuple[int, ...]]]

SEQUENCES = ("sum", "logsumexp", "dot")
ROWS = tuple(name for name in TABLE if name not in ("where", "clip"))


def expressions(max_size: int) -> st.SearchStrategy[Expression]:
    """Draw expressions of every operation, with shared results and unused ones."""
    places = st.tuples(*[st.integers(0, 20)] * 3)
    return st.lists(st.tuples(st.sampled_from(ROWS), places), min_size=1, max_size=max_size)


def results(expression: Expression, leaves: Sequence[Any], apply: Callable[..., Any]) -> list[Any]:
    """Return everything that the expression computes from the leaves, in order.

    Operands are first squeezed into the middle of the row's domain by tanh, so that long expressions stay
    as well conditioned as short ones; `apply` takes the name of a row and its operands.
    """
    found = list(leaves)
    for name, places in expression:
        operands = [found[-1 - place % len(found)] for place in places]
        if name not in SEQUENCES:
            row = TABLE[name]
            operands = [
                apply("add", apply("mul", apply("tanh", x), half), middle)
                for x, (middle, half) in zip(operands, map(_inside, row.domain))
            ]
        found.append(apply(name, *operands))
    return found


def _inside(domain: Interval) -> tuple[float, float]:
    """Return middle and half width of a stretch of the domain, clear of kinks at whole numbers."""
    low, high = domain
    if high == 1.0:
        return 0.11, 0.7
    return {0.0: (1.6, 1.1), 1.0: (2.6, 1.3), -1.0: (0.6, 1.1)}.get(low, (0.13, 1.4))


def by_rows(name: str, *operands: Any) -> Any:
    """Apply a row to Values or floats."""
    if name == "dot":
        a, b, c = operands
        return ag.dot([a, b], [c, 0.4], b)
    if name in SEQUENCES:
        return getattr(ag, name)(list(operands))
    return TABLE[name](*operands)


def exactly(name: str, *operands: Any) -> Any:
    """Apply a row to mpmath's numbers."""
    if name == "sum":
        return mp.fsum(operands)
    if name == "dot":
        a, b, c = operands
        return b + a * c + b * mp.mpf(0.4)
    if name == "logsumexp":
        return mp.log(mp.fsum(map(mp.exp, operands)))
    return EXACT[name](*map(mp.mpf, operands))
