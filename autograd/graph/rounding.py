"""How far rounding may have moved a computed number and its gradient: running error analysis.

Each operation rounds its result to a float and passes the errors of its operands on, multiplied by its slopes
(Wilkinson 1963; Higham, Accuracy and Stability of Numerical Algorithms, section 3.3). On the way back, a gradient
takes up the errors of the slopes, which are those of their operands.
"""

import math
from typing import Any

from autograd import primitives
from autograd.graph.node import Node, operand_numbers
from autograd.graph.reverse import flows, gradients, inner_nodes
from autograd.primitive import Primitive
from autograd.structure import rebuild

UNIT = 2.0**-52  # relative error of one operation, with one rounding to spare
TINY = 2.0**-1073  # its absolute error where the result is next to nothing


def rounding_errors(root: Node) -> tuple[float, dict[int, float], dict[int, float]]:
    """Return a bound of the rounding error of a number, its gradient by the node's id, and the bounds of that.

    The leaves are taken to be exact. A bound is infinite where a slope is.
    """
    order = inner_nodes(root)
    errors: dict[int, float] = {}
    for v in order:
        carried = UNIT * abs(v._data) + TINY
        for parent, slope in flows(v):
            carried += abs(slope) * errors.get(id(parent), 0.0)
        errors[id(v)] = _bound(carried)
    found = gradients(root, 1.0, order)
    of_gradients = {id(root): 0.0}
    for v in reversed(order):
        g, error = found[id(v)], of_gradients[id(v)]
        for (parent, slope), of_slope in zip(flows(v), _slope_errors(v, errors)):
            taken_up = error * abs(slope) + abs(g) * of_slope + UNIT * abs(g * slope) + TINY
            of_gradients[id(parent)] = of_gradients.get(id(parent), 0.0) + _bound(taken_up)
    return errors.get(id(root), 0.0), found, of_gradients


def _bound(total: float) -> float:
    return total if total == total else math.inf


def _slope_errors(v: Node, errors: dict[int, float]) -> list[float]:
    """Return how far each slope of a node may be off, in the order of `flows`."""
    ways = list(flows(v))
    exact = [UNIT * abs(slope) for _, slope in ways]
    if v._op is primitives.where or not any(id(parent) in errors for parent, _ in ways):
        return exact
    row, numbers = operand_numbers(v)
    assert row is not None
    off = rebuild(list(v._operands()), lambda x: errors.get(id(x), 0.0))
    above, below = (_slopes(v, row, _moved(numbers, off, sign)) for sign in (1.0, -1.0))
    bounds = zip(exact, ways, above, below)
    return [_bound(e + max(abs(a - s), abs(b - s))) for e, (_, s), a, b in bounds]


def _moved(numbers: Any, off: Any, sign: float) -> Any:
    if isinstance(numbers, (list, tuple)):
        return [_moved(x, e, sign) for x, e in zip(numbers, off)]
    return numbers + sign * off if off else numbers


def _slopes(v: Node, row: Primitive, numbers: list[Any]) -> list[float]:
    """Return the slopes at other numbers, by the operands that the gradient flows to."""
    out = row.value(*numbers)
    bias = v._c if row is primitives.dot else None
    slopes: list[float] = []
    for i, recorded in enumerate((v._da, v._db, bias)):
        if recorded is not None:
            slope = row.partial(i, *numbers, out)
            slopes += slope if isinstance(slope, (list, tuple)) else [slope]
    return slopes
