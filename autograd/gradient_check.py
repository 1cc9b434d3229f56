"""Is a gradient right? Derivatives from the recorded graph beside differences of the function itself."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from autograd.graph.anomaly import HINTS
from autograd.graph.node import operand_numbers
from autograd.graph.walks import topological
from autograd.notation import shown, subscript, table
from autograd.structure import leaves, rebuild
from autograd.transforms import grad, hessian, one_number
from autograd.value import Value

RELATIVE = 1e-6  # how far the two may differ, relative to the larger
_STEPS = 9  # refinements of a difference
_SHRINK = 1.6  # how much smaller the step is at each


class GradientError(AssertionError):
    """A derivative disagrees with the differences of its function."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One derivative under check.

    Attributes:
        name: ∂f/∂x₁ or ∂²f/∂x₁∂x₂, by the places of the numbers among the arguments, from 1.
        exact: what the engine says.
        numerical: what the differences say.
        error: how uncertain the differences are, by their own estimate.
        verdict: "ok", "differs", or "not differentiable here: …".
    """

    name: str
    exact: float
    numerical: float
    error: float
    verdict: str


@dataclass(frozen=True, eq=False)
class GradientReport:
    """The result of a check; it prints as a table.

    Attributes:
        entries: one Entry per derivative.
        kinks: where the function is not differentiable at these arguments, in words.
    """

    entries: list[Entry] = field(default_factory=list)
    kinks: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every derivative agrees, at a point without kinks."""
        return all(entry.verdict == "ok" for entry in self.entries)

    def __str__(self) -> str:
        rows = [
            [
                entry.name,
                shown(entry.exact, 9),
                shown(entry.numerical, 9),
                f"{abs(entry.exact - entry.numerical):.1e}",
                entry.verdict,
            ]
            for entry in self.entries
        ]
        return table(["", "engine", "differences", "apart", "verdict"], rows)

    def __repr__(self) -> str:
        return str(self)


def check_gradients(f: Callable[..., Any], *args: Any, order: int = 2) -> GradientReport:
    """Compare the derivatives of f with central differences, refined by Richardson's rule.

    Args:
        f: a function of numbers, or of nested lists, tuples and dicts of numbers, that returns one number.
        args: where to compare.
        order: 1 for gradients only; 2 for second derivatives too.

    Returns:
        A report that prints as a table; x₁, x₂, … are the numbers of all arguments in order. At a kink the
        engine's derivative is a convention and the differences say something else: such entries read
        "not differentiable here: relu at 0".

    Raises:
        GradientError: if a derivative is wrong; its message names the entry.
        ValueError: if order is neither 1 nor 2.

    The extrapolation is Ridders' (1982), which halves the error's order at each refinement and reports the
    smallest error met.

    >>> check_gradients(lambda x, y: x * y, 2.0, 3.0).ok
    True
    >>> print(check_gradients(abs, 0.0, order=1).entries[0].verdict)
    not differentiable here: abs at 0
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, but {order!r} was given")
    point = [Value(x).data for x in leaves(args)]
    function = _of_a_list(f, args)
    kinks = _kinks(_record(function, point))
    report = GradientReport(kinks=kinks)
    gradient, second = _in_floats(grad(function)), _in_floats(hessian(function))
    exact = gradient(point)
    _compare(
        report, "∂f/∂x{0}", function, lambda x: [_value(function, x)], [[g] for g in exact], point
    )
    if order == 2 and point:
        _compare(report, "∂²f/∂x{0}∂x{1}", function, gradient, second(point), point)
    wrong = [entry for entry in report.entries if entry.verdict == "differs"]
    if wrong:
        raise GradientError(
            f"{wrong[0].name} is {wrong[0].exact!r} by the engine, but {wrong[0].numerical!r} "
            f"(± {wrong[0].error:.1e}) by differences\n{report}"
        )
    return report


def _in_floats(derivative: Callable[..., Any]) -> Callable[..., Any]:
    """Return a derivative that gives floats where f closes over Values, too."""
    return lambda point: rebuild(derivative(point), lambda g: g.data if type(g) is Value else g)


def _of_a_list(f: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[list[Any]], Any]:
    """Return f as a function of the flat list of its numbers."""

    def function(numbers: list[Any]) -> Any:
        remaining = iter(numbers)
        return one_number(
            f(*rebuild(args, lambda _: next(remaining))),
            "f",
            "check_gradients",
            "one of its results",
        )

    return function


def _record(function: Callable[[list[Any]], Any], point: list[float]) -> Value | float:
    out: Value | float = function([Value(x) for x in point])
    return out


def _value(function: Callable[[list[Any]], Any], point: list[float]) -> float:
    out = _record(function, point)
    return out.data if isinstance(out, Value) else out


def _compare(
    report: GradientReport,
    name: str,
    function: Callable[[list[Any]], Any],
    quantity: Callable[[list[float]], list[float]],
    exact: list[list[float]],
    point: list[float],
) -> None:
    """Add an entry for the derivative of each quantity by each number of the point."""
    for j, by in enumerate(exact):
        numerical, errors, crossed = _differences(function, quantity, point, j, len(by))
        for i, value in enumerate(by):
            subscripts = [subscript(k + 1) for k in (j, i)]
            verdict = _verdict(value, numerical[i], errors[i], report.kinks or crossed)
            report.entries.append(
                Entry(name.format(*subscripts), value, numerical[i], errors[i], verdict)
            )


def _verdict(exact: float, numerical: float, error: float, kinks: list[str]) -> str:
    if kinks:
        return f"not differentiable here: {'; '.join(kinks)}"
    if exact == numerical or (math.isnan(exact) and math.isnan(numerical)):
        return "ok"
    tolerance = RELATIVE * max(abs(exact), abs(numerical)) + 4.0 * min(
        error, 1e-4 * max(1.0, abs(exact))
    )
    return "ok" if abs(exact - numerical) <= tolerance else "differs"


def _differences(
    function: Callable[[list[Any]], Any],
    quantity: Callable[[list[float]], list[float]],
    point: list[float],
    j: int,
    size: int,
) -> tuple[list[float], list[float], list[str]]:
    """Return the derivatives of the quantities by number j, their errors, and the kinks in the way."""
    h, crossed = _clear_step(function, point, j)
    best, errors = [math.nan] * size, [math.inf] * size
    before: list[list[float]] = []
    for k in range(_STEPS):
        step = h / _SHRINK**k
        above, below = (quantity(_moved(point, j, sign * step)) for sign in (1.0, -1.0))
        width = (point[j] + step) - (point[j] - step)
        row = [[(a - b) / width for a, b in zip(above, below)]]
        factor = _SHRINK * _SHRINK
        for older in before:
            row.append([(factor * r - o) / (factor - 1.0) for r, o in zip(row[-1], older)])
            factor *= _SHRINK * _SHRINK
        for i in range(size):
            rounding = 2.0**-52 * max(abs(above[i]), abs(below[i])) / width
            for m in range(1, len(row)):
                error = rounding + max(
                    abs(row[m][i] - row[m - 1][i]), abs(row[m][i] - before[m - 1][i])
                )
                if error < errors[i]:
                    best[i], errors[i] = row[m][i], error
        before = row
    return best, errors, crossed


def _moved(point: list[float], j: int, by: float) -> list[float]:
    return [x + by if i == j else x for i, x in enumerate(point)]


def _clear_step(
    function: Callable[[list[Any]], Any], point: list[float], j: int
) -> tuple[float, list[str]]:
    """Return a step that crosses no kink, or the kinks that are closer than any useful step."""
    here = _signature(_record(function, point))
    # small beside the scale of most functions, and not lost in the rounding of a large number
    h = max(0.05 * max(min(abs(point[j]), 1.0), 0.1), 1e-5 * abs(point[j]))
    smallest = 1e-7 * max(abs(point[j]), 1e-3)
    while h > smallest:
        if all(_signature(_record(function, _moved(point, j, s * h))) == here for s in (1.0, -1.0)):
            return h, []
        h /= 4.0
    return smallest, ["a kink or the edge of a domain is closer than any useful step"]


_PIECEWISE = {"relu", "leaky_relu", "abs", "maximum", "minimum", "clip", "where"}


def _signature(root: Value | float) -> tuple[Any, ...]:
    """Return which operations were done and which side of each kink they were on."""
    if not isinstance(root, Value):
        return (math.isfinite(root),)
    nodes = topological(root)
    return tuple(
        (v.op, v.partials if v.op in _PIECEWISE else None, math.isfinite(v.data)) for v in nodes
    )


def _kinks(root: Value | float) -> list[str]:
    """Return where the function is not differentiable at this point, each place once."""
    if not isinstance(root, Value):
        return []
    found: dict[str, None] = {}
    if not math.isfinite(root.data):
        found[f"f is {shown(root.data)}, outside the domain of what it does"] = None
    for v in topological(root):
        row, operands = operand_numbers(v)
        if row is None:
            continue
        at = ", ".join(f"{x:g}" for x in _flat(operands))
        infinite = math.isfinite(v.data) and not all(map(math.isfinite, v.partials))
        if (row.kinks is not None and row.kinks(*operands)) or infinite:
            found[f"{row.name} at {at}{HINTS.get(row.name, '')}"] = None
    return list(found)


def _flat(operands: Iterable[Any]) -> Iterable[float]:
    for x in operands:
        yield from x if isinstance(x, list) else [x]
