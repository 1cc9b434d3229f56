"""Is a gradient right? Derivatives from the recorded graph beside differences of the function itself."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.graph.anomaly import HINTS
from autograd.graph.node import operand_numbers
from autograd.graph.rounding import TINY, UNIT, rounding_errors
from autograd.graph.walks import topological
from autograd.notation import shown, subscript, table
from autograd.structure import leaves, rebuild
from autograd.transforms import grad, hessian, one_number
from autograd.value import Value

RELATIVE = 1e-6  # how far the two may differ, relative to the larger
_CERTAIN = 1e-4  # a difference less certain than this, relative, proves nothing
_STEPS = 48  # refinements of a difference, at most
_NOTHING = 1e-290  # what is smaller may have been rounded away
_SHRINK = 1.6  # how much smaller the step is at each
_ORDERS = 7  # how often a difference is extrapolated
_WITNESSES = 3  # how many differences in a row must contradict, and agree with one another
UNTOLD = "cannot tell at this step: rounding hides the difference"


__all__ = ["GradientError", "GradientReport", "check_gradients"]
__dir__ = __all__.copy  # what Tab shows


class GradientError(AssertionError):
    """A derivative disagrees with the differences of its function.

    >>> check_gradients(lambda x: x * x.detach(), 3.0)
    Traceback (most recent call last):
    GradientError: the gradient is wrong
    """


@dataclass(frozen=True, eq=False)
class Entry:
    """One derivative under check.

    Attributes:
        name: ∂f/∂x₁ or ∂²f/∂x₁∂x₂, by the places of the numbers among the arguments, from 1.
        exact: what the engine says.
        numerical: what the differences say.
        error: how uncertain the differences are, by their own estimate.
        verdict: "ok", "differs", "not differentiable here: …", or "cannot tell at this step: …", where the numbers
            are too coarse for a difference to prove anything.
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

    >>> check_gradients(lambda x: x * x, 3.0)
                     engine  differences    apart  verdict
    ∂f/∂x₁      6.000000000  6.000000000  0.0e+00       ok
    ∂²f/∂x₁∂x₁  2.000000000  2.000000000  0.0e+00       ok
    """

    entries: list[Entry] = field(default_factory=list)
    kinks: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every derivative agrees, at a point without kinks."""
        return all(entry.verdict == "ok" for entry in self.entries)

    def __str__(self) -> str:
        rows = []
        for e in self.entries:
            exact, numerical = shown(e.exact, 9), shown(e.numerical, 9)
            rows.append([e.name, exact, numerical, f"{abs(e.exact - e.numerical):.1e}", e.verdict])
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
        "not differentiable here: relu at 0". Where rounding drowns every difference, as of x + 1e15 at 1, they
        read "cannot tell at this step".

    Raises:
        GradientError: if a derivative is wrong; its message names the entry.
        ValueError: if order is neither 1 nor 2.

    The extrapolation is Ridders' (1982), from steps as large as the number down to the smallest useful one. How
    certain a difference is, two things say: how much the last extrapolation changed it, and the rounding errors of
    the function itself (`graph.rounding`). Only three certain differences that agree with one another, at the
    smallest steps that tell anything, contradict the engine.

    >>> check_gradients(lambda x, y: x * y, 2.0, 3.0).ok
    True
    >>> print(check_gradients(abs, 0.0, order=1).entries[0].verdict)
    not differentiable here: abs at 0
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, but {order!r} was given")
    if not callable(f):
        raise TypeError(
            f"check_gradients(f, *args) takes the function first, then where to compare; got {f!r}"
        )
    point = [Value(x).data for x in leaves(args)]
    function = _of_a_list(f, args)
    kinks = _kinks(function([Value(x) for x in point]))
    report = GradientReport(kinks=kinks)
    exact = [[g] for g in _in_floats(grad(function))(point)]
    if order == 2 and point:
        exact = [[g, *row] for (g,), row in zip(exact, _in_floats(hessian(function))(point))]
    seconds: list[Entry] = []
    for j, by in enumerate(exact):
        answers = [_Answer(e) for e in by]
        crossed = [] if kinks else _listen(function, point, j, answers)
        for i, answer in enumerate(answers):
            where = subscript(j + 1)
            name = f"∂²f/∂x{where}∂x{subscript(i)}" if i else f"∂f/∂x{where}"
            verdict = answer.verdict(kinks or crossed)
            entry = Entry(name, answer.exact, answer.numerical, answer.error, verdict)
            (seconds if i else report.entries).append(entry)
    report.entries.extend(seconds)
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
        out = f(*rebuild(args, lambda _: next(remaining)))
        return one_number(out, "f", "check_gradients", "one of its results")

    return function


@dataclass
class _Answer:
    """What differences say about one derivative, from large steps to small ones."""

    exact: float
    numerical: float = math.nan  # the most certain difference so far
    error: float = math.inf  # and how uncertain it is
    pro: int = 0  # how many of the latest certain ones agree with the engine
    contra: int = 0  # or contradict it, and agree with one another
    scale: float = 0.0  # the size of the differences before extrapolation
    added_up: float = 0.0  # the same of the numbers that were added up to the function
    before: list[float] = field(default_factory=list)  # the extrapolations at the step before
    latest: tuple[float, float] = (math.nan, 0.0)  # the one that contradicted last, and its error

    @property
    def settled(self) -> bool:
        return self.pro >= 2

    def hear(self, difference: float, rounding: float, fine: bool) -> None:
        """Take in the difference at a step.

        Args:
            difference: the quotient.
            rounding: how far rounding may have moved it.
            fine: whether the step is small beside every number of the point; a coarse one cannot contradict.
        """
        if self.settled:
            return
        if not self.before:  # at a jump, smaller steps give larger differences without end
            self.scale = max(self.scale, abs(difference))
            self.added_up = rounding / UNIT
        row, factor = [difference], _SHRINK**2
        for older in self.before[:_ORDERS]:
            row.append(row[-1] + (row[-1] - older) / (factor - 1.0))
            factor *= _SHRINK**2
        changes = [
            (max(abs(new - row[m]), abs(new - self.before[m])) + 2.0 * rounding + TINY, new)
            for m, new in enumerate(row[1:])
        ]
        self.before = row
        if changes:
            error, numerical = min(changes)
            self._weigh(numerical, error, fine)

    def _weigh(self, numerical: float, error: float, fine: bool) -> None:
        if not math.isfinite(numerical + error):
            self.contra = 0  # what is too large for a float contradicts nothing
            return
        if error <= self.error:
            self.numerical, self.error = numerical, error
        finite = math.isfinite(self.exact)
        apart = abs(self.exact - numerical) if finite else math.inf
        size = max(abs(numerical), abs(self.exact) if finite else 0.0, RELATIVE * self.scale)
        # 0 has no relative error; there the numbers that were added up tell what is small
        least = _CERTAIN * (size if self.exact else max(size, RELATIVE * self.added_up, _NOTHING))
        if apart <= RELATIVE * size + 4.0 * error:
            if error <= least:
                self.pro, self.contra = self.pro + 1, 0
        elif fine and error <= 0.1 * min(apart, max(abs(numerical), RELATIVE * self.added_up)):
            alike = abs(numerical - self.latest[0]) <= 4.0 * (error + self.latest[1])
            self.pro, self.contra = 0, self.contra + 1 if self.contra and alike else 1
            self.latest = numerical, error

    def verdict(self, kinks: list[str]) -> str:
        if kinks:
            return f"not differentiable here: {'; '.join(kinks)}"
        if self.settled:
            return "ok"
        return "differs" if self.contra >= _WITNESSES else UNTOLD


def _listen(
    function: Callable[[list[Any]], Any], point: list[float], j: int, answers: list[_Answer]
) -> list[str]:
    """Let the answers hear the differences by number j: of the function and, if they ask, of its gradient.

    Returns:
        The kinks that are closer than any step, in words.
    """
    here, _ = _look(function, point, 1)
    crossing = True
    smallest = min(map(abs, filter(None, point)), default=math.inf)
    for start in _starts(point[j], smallest):
        for k in range(_STEPS):
            step = start / _SHRINK**k
            above, below, fine = point[j] + step, point[j] - step, step <= 0.2 * smallest
            if above == below:
                break
            sides = [
                _look(function, [*point[:j], x, *point[j + 1 :]], len(answers), here)
                for x in (above, below)
            ]
            beyond = any(signature != here for signature, _ in sides)
            crossing = crossing and beyond
            if beyond or k == 0:
                for answer in answers:
                    answer.before = []
            if not beyond:
                for answer, (a, da), (b, db) in zip(answers, *(seen for _, seen in sides)):
                    answer.hear((a - b) / (above - below), (da + db) / (above - below), fine)
            if all(answer.settled for answer in answers):
                return []
    return ["a kink or the edge of a domain is closer than any useful step"] if crossing else []


def _starts(x: float, smallest: float) -> list[float]:
    """Return the first steps to try: on the scale of most functions, of the number, of the smallest number."""
    usual = max(0.05 * max(min(abs(x), 1.0), 0.1), 1e-5 * abs(x))
    others = (0.1 * scale for scale in (abs(x), smallest) if 0.0 < scale < math.inf)
    return [usual, *dict.fromkeys(others)]


def _look(
    function: Callable[[list[Any]], Any],
    point: list[float],
    size: int,
    here: tuple[Any, ...] | None = None,
) -> tuple[tuple[Any, ...], list[tuple[float, float]]]:
    """Return the function's signature, its value and its derivatives, each with its rounding error.

    If its signature is not that of here, nothing else is looked at.
    """
    variables = [Value(x) for x in point]
    root = function(variables)
    signature = _signature(root)
    if here is not None and signature != here:
        return signature, []
    if not isinstance(root, Value):
        return signature, [(root, 0.0), *[(0.0, 0.0)] * (size - 1)]
    error, found, of_gradients = rounding_errors(root)
    seen = [(root.data, error)]
    if size > 1:
        seen += [(found.get(id(v), 0.0), of_gradients.get(id(v), 0.0)) for v in variables]
    return signature, seen


_PIECEWISE = {"relu", "leaky_relu", "abs", "maximum", "minimum", "clip", "where"}


def _signature(root: Value | float) -> tuple[Any, ...]:
    """Return which operations were done and which side of each kink they were on."""
    if not isinstance(root, Value):
        return (math.isfinite(root),)
    return tuple((v.op, _side(v), math.isfinite(v.data)) for v in topological(root))


def _side(v: Value) -> Any:
    if v.op == "elu":  # its slope does not jump
        return v.parents[0].data > 0.0
    return v.partials if v.op in _PIECEWISE else None


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
        at = ", ".join(f"{x:g}" for x in leaves(list(operands)))
        slopes = [d for w, d in zip(v.parents, v.partials) if w.op != "constant"]
        infinite = math.isfinite(v.data) and not all(map(math.isfinite, slopes))
        if (row.kinks is not None and row.kinks(*operands)) or infinite:
            found[f"{row.name} at {at}{HINTS.get(row.name, '')}"] = None
    return list(found)
