"""An operation of one's own: a row of the table, made from functions that you write.

It takes floats and Values, and has derivatives of every order: the rules are differentiated in their turn. Whatever
the engine does with its own operations it does with yours. Rules are run on floats, Values, arrays and symbols alike,
so they are made of + − × ÷ **, and of functions such as ag.exp, not math.exp; where they choose, they choose by ag.where:

>>> import autograd as ag
>>> ramp = ag.operation(
...     "ramp",
...     forward=lambda x: ag.where(x > 0, x, 0.0),
...     partials=(lambda x, out: ag.where(x > 0, 1.0, 0.0),),
...     kinks=lambda x: x == 0,
... )
>>> print(ag.check_gradients(ramp, 0.0).entries[0].verdict)
not differentiable here: ramp at 0
"""

import inspect
import keyword
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autograd import functions
from autograd.gradient_check import GradientError, GradientReport, check_gradients
from autograd.graph.reverse import gradients
from autograd.primitive import Interval, Primitive, Rule
from autograd.primitives import TABLE
from autograd.program import trace
from autograd.replay.recording import DECISIONS
from autograd.replay.statements import below
from autograd.replay.symbols import Sheet, Symbol
from autograd.value import Value, unary

_POINTS = 16  # of a check; none is in the middle, where kinks like to be
_NAMES = ("x", "y")
_OTHERS = {"where", "sum", "dot", "logsumexp"}  # not of one number or two


def operation(
    name: str,
    forward: Rule,
    partials: Sequence[Rule],
    symbol: str = "",
    kinks: Callable[..., bool] | None = None,
) -> Callable[..., Any]:
    """Return an operation of your own, as good as the built-in ones; it is known by its name from now on.

    Args:
        name: what errors, explanations and pickles call it. A name that you gave before may be given anew: what is
            recorded, traced or loaded from then on has the new rules.
        forward: the value, a function of one or two numbers.
        partials: the partial derivative by each operand, a function of the operands and then the output.
        symbol: what pictures show; the name, if not given.
        kinks: tells whether the operands stand where the derivative jumps.

    Returns:
        A function of floats and Values.

    Raises:
        ValueError: if the name is not an identifier or is taken, or the number of partials or of their arguments does not fit.
        TypeError: if a rule is not a function, or does not run on symbols: it must be made of arithmetic and the functions
            of autograd.

    >>> gauss = operation("gauss", lambda x: functions.exp(-x * x), [lambda x, out: -2 * x * out])
    >>> gauss(Value(0.0))
    Value(data=1.0, grad=0.0)
    """
    _refuse_name(name)
    own = f"the operation {name!r}"
    if not isinstance(partials, (tuple, list)):
        raise TypeError(
            f"partials of {own} must be a tuple of functions, one for each operand; got {partials!r}"
        )
    rules = {f"forward of {own}": forward, **({f"kinks of {own}": kinks} if kinks else {})}
    slopes = {f"partials[{i}] of {own}": rule for i, rule in enumerate(partials)}
    for what, rule in [*rules.items(), *slopes.items()]:
        if not callable(rule):
            raise TypeError(f"{what} must be a function; got {rule!r}")
    count = _operands_of(forward)
    if count not in (1, 2):
        raise ValueError(
            f"forward of {own} must be a function of one or two numbers, but {count} are in its signature"
        )
    if len(partials) != count:
        raise ValueError(
            f"{own} needs a partial derivative for each operand of forward, {count}; got {len(partials)}"
        )
    names = _NAMES[:count]
    for what, rule in rules.items():
        _run_on_symbols(what, rule, names)
    for what, rule in slopes.items():
        _run_on_symbols(what, rule, (*names, "out"))
    row = Primitive(
        name,
        symbol or name,
        _on_any_number(forward),
        tuple(map(_on_any_number, partials)),
        "by its own rule",
        kinks=kinks,
    )
    one = count == 1
    function = functions.of_one_number(row, unary(row)) if one else functions.of_two_numbers(row)
    function.__name__ = function.__qualname__ = name
    function.__module__ = forward.__module__  # where pickle looks for it
    function.__doc__ = f"Return {name}({', '.join(names)}) of floats or Values."
    TABLE[name] = row
    _own.add(name)
    return function  # type: ignore[no-any-return]


_own: set[str] = set()  # the names that the user gave


def check_operation(
    op: Callable[..., Any], domain: Interval | Sequence[Interval] = (-2.0, 2.0)
) -> GradientReport:
    """Check an operation, your own or a built-in one, at points all over a domain.

    Compared are each partial derivative and the second derivatives with differences, and floats, graph and traced
    program with one another, bit for bit.

    Args:
        op: the operation.
        domain: an interval, or one for each operand.

    Returns:
        A report that prints as a table, with a line for each derivative at each point.

    Raises:
        GradientError: if something differs; its message names the rule and the point.
        TypeError, ValueError: if op is not an operation, or the domain is not made of intervals.

    >>> check_operation(functions.tanh).ok
    True
    """
    name = getattr(op, "__name__", "")
    if name not in TABLE or name in _OTHERS or not callable(op):
        raise TypeError(
            f"check_operation takes an operation, such as ag.tanh or one of your own; got {op!r}"
        )
    own, count = f"the operation {name!r}", len(TABLE[name].partials)
    report = GradientReport()
    for point in _points(domain, count):
        at = f"at {', '.join(f'{x} = {number:g}' for x, number in zip(_NAMES, point))}"
        value, variables = op(*point), [Value(x) for x in point]
        if not math.isfinite(value):
            raise GradientError(
                f"forward of {own} is {value} {at}; give a domain where it is finite"
            )
        for i in range(count):
            alone = lambda x, i=i, p=point: op(*p[:i], x, *p[i + 1 :])  # noqa: E731
            _checked(f"partials[{i}] of {own} is not its derivative {at}", alone, [point[i]], 1)
        here = _checked(
            f"the second derivative of {own}, by its partials, is wrong {at}", op, point, 2
        )
        report.entries.extend(replace(entry, name=f"{entry.name} {at}") for entry in here.entries)
        report.kinks.extend(here.kinks)
        root = op(*variables)
        slopes = gradients(root)
        graph = root.data, tuple(slopes.get(id(v), 0.0) for v in variables)
        program = trace(op, *point).value_and_grad(*point)
        if not value == program[0] == graph[0] or program != graph:
            raise GradientError(
                f"{own} is {value!r} of floats, {graph} by the graph, {program} by the program {at}"
            )
    return report


def _checked(told: str, f: Callable[..., Any], point: list[float], order: int) -> GradientReport:
    try:
        return check_gradients(f, *point, order=order)
    except GradientError as error:
        raise GradientError(f"{told}: {error}") from None


def _points(domain: Any, count: int) -> list[list[float]]:
    """Return points in the midst of equal parts of each interval, no two in the same part of any."""
    try:
        intervals = [domain] * count if isinstance(domain[0], (int, float)) else list(domain)
        if len(intervals) != count or not all(-math.inf < a < b < math.inf for a, b in intervals):
            raise ValueError
    except (TypeError, ValueError, LookupError):
        raise ValueError(
            f"domain must be an interval (low, high) of finite numbers, or {count} of them; got {domain!r}"
        ) from None
    places = [[(k * s + s // 2) % _POINTS + 0.5 for s in (1, 7)[:count]] for k in range(_POINTS)]
    return [[a + (b - a) * t / _POINTS for t, (a, b) in zip(p, intervals)] for p in places]


def _operands_of(forward: Rule) -> int:
    try:
        parameters = inspect.signature(forward).parameters.values()
    except ValueError:  # of some functions in C
        return 0
    return sum(p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD for p in parameters)


def _refuse_name(name: Any) -> None:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(
            f"the name of an operation must be one word, as for a variable; got {name!r}"
        )
    if name in _own:
        return
    if name in TABLE or name in DECISIONS or name == "constant" or hasattr(functions, name):
        raise ValueError(f"the name {name!r} is taken by autograd; give another one")


def _run_on_symbols(what: str, rule: Rule, names: Sequence[str]) -> None:
    """Refuse a rule that cannot be differentiated, written down or vectorised, with the remedy."""
    try:
        inspect.signature(rule).bind(*names)
    except TypeError:
        raise ValueError(f"{what} must be a function of {', '.join(names)}") from None
    try:
        result = rule(*map(Sheet().variable, names))
    except Exception as error:
        used = getattr(getattr(rule, "__code__", None), "co_names", [getattr(rule, "__name__", "")])
        f = next((n for n in used if hasattr(math, n) and hasattr(functions, n)), "exp")
        raise TypeError(
            f"{what} does not run on symbols, so it could not be differentiated or traced ({error}): write it with "
            f"+ - * / ** and the functions of autograd: ag.{f} in place of math.{f}, ag.where(x > 0, a, b) in place of if"
        ) from error
    for x in [result, *(x for symbol in below(result) for x in symbol.args)]:
        if type(x) not in (Symbol, float, int, bool):
            raise TypeError(
                f"{what} must return a number made of its arguments and plain numbers, but there is {x!r} in it"
            )


def _on_any_number(rule: Rule) -> Rule:
    """Return the rule so that it gives floats of floats, and raises where Python would go on with complex numbers.

    Where a rule raises, its row asks it again in IEEE arithmetic, which has no complex numbers.
    """

    def on_any_number(*operands: Any) -> Any:
        try:
            out = rule(*operands)
        except TypeError as error:  # a complex number on the way
            if all(type(x) is float for x in operands):
                raise ValueError(str(error)) from error
            raise
        if type(out) is complex:
            raise ValueError("a complex number")
        return float(out) if type(out) is int or type(out) is bool else out

    return on_any_number
