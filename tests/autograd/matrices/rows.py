"""A function of two numbers for each row of the table, and where to ask it."""

from collections.abc import Callable
from typing import Any

import autograd as ag
from autograd.primitives import TABLE


def using(name: str) -> Callable[[Any, Any], Any]:
    """Return a function that applies the row to what it is given, to what is computed, and to constants."""
    row = TABLE[name]
    if name in ("sum", "logsumexp"):
        return lambda x, y: getattr(ag, name)([x, y, x * y])
    if name == "dot":
        return lambda x, y: ag.dot([x, y], [y, 2.0], x)
    if name == "where":
        return lambda x, y: row((x < y) & (y > 0.0), x * y, 0.5) + row(x < 1.65, 0.25, y)
    if name == "clip":
        return lambda x, y: row(x, 0.0, 1.0) * y + row(y, 0.0, 9.0)
    if len(row.partials) == 1:
        return lambda x, y: row(x) * y
    return lambda x, y: row(x, y) * y + row(x, 1.5) * row(1.25, y) + row(x, 3.0)


def point(name: str) -> tuple[float, float]:
    """Return two numbers in the domain of the row."""
    return (1.6, 1.7) if TABLE[name].domain[0][0] == 1.0 else (0.6, 0.7)
