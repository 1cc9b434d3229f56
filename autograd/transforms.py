"""Functions that take a function of numbers and return its derivatives.

The function is run once on Values. Its gradient is then read from the recorded graph: as floats, or, when a
derivative of the derivative may be wanted, as Values.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any, Never

from autograd import modes
from autograd.graph.anomaly import check_backward
from autograd.graph.node import CONSTANT, UNRECORDED, made_since
from autograd.graph.reverse import differentiable_gradients, gradients, inner_nodes, reached_leaves
from autograd.numbers import as_float
from autograd.structure import copied, describe, leaves, name_of, no_numbers, rebuild
from autograd.value import Number, Value


class _Run:
    """A function run once on variables of its own, and the derivatives of what it returned.

    Args:
        f: the function.
        args, kwargs: what it is given; it gets a copy of their structure, and may change that in place.
        chosen: the places of the arguments to differentiate by.
        name: what the transform is called, for messages.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        chosen: tuple[int, ...],
        name: str,
    ) -> None:
        self._name, self._quiet = name, bool(modes.active) and modes.settings()[0]
        self._began = modes.begin_transform()
        with modes.recorded():
            self.variables = [self._variable(args[i], i) for i in chosen]
            lifted = [copied(x) for x in args]
            for i, variable in zip(chosen, self.variables):
                lifted[i] = copied(variable)
            self.out = f(*lifted, **{key: copied(x) for key, x in kwargs.items()})
        self._orders: dict[int, list[Value]] = {}
        # somebody outside may differentiate again by what is not ours
        self.as_values = any(
            [type(x) is Value for i in chosen for x in leaves(args[i])]
            + [self._depends_on_others(y) for y in leaves(self.out) if type(y) is Value]
        )

    def _variable(self, argument: Any, place: int) -> Any:
        """Return an argument with a variable for each number, so that other uses are not confused with it."""
        try:
            return rebuild(argument, lambda x: +x if type(x) is Value else Value(x))
        except TypeError as error:
            raise no_numbers(self._name, place, argument, error) from None

    def _depends_on_others(self, y: Value) -> bool:
        """Tell whether y depends on a Value that is older than this run, or on what is being traced."""
        if modes.active and modes.traces((y,)):
            return True
        self._orders[id(y)] = order = inner_nodes(y)
        return any(map(self._is_older, reached_leaves(order) if order else (y,)))

    def _is_older(self, leaf: Any) -> bool:
        if leaf._stamp is CONSTANT or leaf._stamp is UNRECORDED:
            return False
        return not made_since(leaf, self._began)

    def number(self, y: Any) -> Number:
        """Return a result as it is handed out: a Value if somebody may differentiate again."""
        if self.as_values:
            v: Value = y if type(y) is Value else Value(y)
            return v.detach() if self._quiet else v
        return y._data if type(y) is Value else as_float(y)

    def gradient(self, y: Any, variables: Any) -> Any:
        """Return ∂y/∂variable in the structure of the variables; 0 where y does not depend on it."""
        found = _derivatives(y, self.as_values, self._orders.get(id(y)))
        return rebuild(variables, lambda v: self.number(found.get(id(v), 0.0)))


def _derivatives(y: Any, as_values: bool, order: list[Value] | None = None) -> dict[int, Any]:
    """Return the derivatives of y by the ids of the nodes that it was made from."""
    if type(y) is not Value:
        return {}
    if modes.active and modes.settings()[1]:
        check_backward(y, 1.0)
    with modes.recorded():
        return differentiable_gradients(y) if as_values else gradients(y, 1.0, order)


def _expect_function(f: Any, transform: str, point: tuple[Any, ...] = ()) -> None:
    """Raise a TypeError unless f is a function, and given alone: not with the point to differentiate at."""
    if not callable(f):
        hint = ": of a Value that was computed, backward() finds the derivatives"
        raise TypeError(
            f"a function is needed, but {type(f).__name__} was given: {f!r}"
            + (hint if isinstance(f, Value) else "")
        )
    if point:
        at = ", ".join(map(repr, point))
        raise TypeError(
            f"{transform}(f) gives a function; to differentiate at a point, call that: {transform}(f)({at})"
        )


def _places(
    f: Callable[..., Any], argnums: Any, transform: str, point: tuple[Any, ...]
) -> tuple[int, ...]:
    """Return argnums as a tuple.

    Raises:
        TypeError: if f is not a function, or argnums are not whole numbers.
    """
    _expect_function(f, transform, (argnums, *point) if point else ())
    try:
        places = argnums if isinstance(argnums, tuple) else (argnums,)
        if any(isinstance(place, bool) for place in places):
            raise TypeError
        return tuple(map(operator.index, places))
    except TypeError:
        raise TypeError(
            f"argnums must be the place of an argument or a tuple of places; got {argnums!r}. To differentiate "
            f"at a point, call what is returned: {transform}(f)({argnums!r})"
        ) from None


def _selected(args: tuple[Any, ...], chosen: tuple[int, ...], name: str) -> tuple[int, ...]:
    for i in chosen:
        if not -len(args) <= i < len(args):
            raise TypeError(
                f"{name} is to be differentiated by argument {i}, but {len(args)} "
                f"argument{'s were' if len(args) != 1 else ' was'} given"
            )
    places = tuple(i % len(args) for i in chosen)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums {chosen!r} name the same argument twice")
    return places


def one_number(out: Any, name: str, transform: str, instead: str) -> Any:
    if type(out) is Value:
        return out
    if isinstance(out, (list, tuple, dict)):
        raise TypeError(
            f"{transform} needs a function that returns one number, but {name} returned a "
            f"{describe(out)}; use {instead}"
        )
    if out is None:
        raise TypeError(f"{name} returned None (NoneType): does it lack its `return`?")
    return as_float(out)


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *point: Never
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that gives f's value and its gradient.

    Args:
        f: a function of numbers, or of nested lists, tuples and dicts of numbers, that returns one number.
        argnums: the argument to differentiate by, or a tuple of them.

    Returns:
        A function of the same arguments that returns (value, gradient): floats in the structure of the
        argument, and for a tuple of argnums a tuple of gradients. Where the result depends on a Value from
        outside (an argument, a keyword, one that f closes over), the results are Values, so that they can
        be differentiated in turn. What f does to its lists in place changes only its own copy of them.

    Raises:
        TypeError: if f returns anything but one number, or argnums name no argument.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    return _value_and_grad(f, argnums, "value_and_grad", point)


def _value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...], transform: str, point: tuple[Any, ...]
) -> Callable[..., tuple[Any, Any]]:
    numbers = _places(f, argnums, transform, point)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = _selected(args, numbers, name_of(f))
        run = _Run(f, args, kwargs, chosen, f"grad({name_of(f)})")
        out = one_number(run.out, name_of(f), "grad", "jacobian")
        gradient = run.gradient(out, tuple(run.variables))
        return run.number(out), gradient if isinstance(argnums, tuple) else gradient[0]

    wrapper.__name__ = wrapper.__qualname__ = f"value_and_grad({name_of(f)})"
    return wrapper


def grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, *point: Never
) -> Callable[..., Any]:
    """Return the function that gives f's gradient.

    Args:
        f: a function of numbers, or of nested lists, tuples and dicts of numbers, that returns one number.
        argnums: the argument to differentiate by, or a tuple of them.

    Returns:
        A function of the same arguments that returns the gradient, as `value_and_grad` does.

    Raises:
        TypeError: if f returns anything but one number, or argnums name no argument.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = _value_and_grad(f, argnums, "grad", point)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    wrapper.__name__ = wrapper.__qualname__ = f"grad({name_of(f)})"
    return wrapper


def jacobian(f: Callable[..., Any], *point: Never) -> Callable[..., Any]:
    """Return the function that gives the derivative of each of f's results by each of its arguments.

    Args:
        f: a function of numbers, or of one list of numbers, that returns a list of numbers.

    Returns:
        A function of the same arguments that returns nested lists: one row per result, one entry per
        number among the arguments, from left to right. If f returns one number, that one row.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0]]
    """

    _expect_function(f, "jacobian", point)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return _rows(f, args, kwargs, wrapper.__name__)

    wrapper.__name__ = wrapper.__qualname__ = f"jacobian({name_of(f)})"
    return wrapper


def _rows(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
) -> list[Any]:
    """Return a row of derivatives for each of f's results; of one result, that row alone."""
    run = _Run(f, args, kwargs, tuple(range(len(args))), name)
    columns, out = list(leaves(run.variables)), run.out
    if isinstance(out, (list, tuple, dict)):
        results = [y if type(y) is Value else as_float(y) for y in leaves(out)]
        return [run.gradient(y, columns) for y in results]
    return run.gradient(one_number(out, name_of(f), name, "a list"), columns)  # type: ignore[no-any-return]


def hessian(f: Callable[..., Any], *point: Never) -> Callable[..., list[list[Any]]]:
    """Return the function that gives f's second derivatives.

    Args:
        f: a function of numbers, or of one list of numbers, that returns one number.

    Returns:
        A function of the same arguments that returns nested lists: entry i, j is ∂²f/∂x_i∂x_j over all
        the numbers among the arguments, from left to right.

    >>> hessian(lambda x, y: x * x * y)(2.0, 3.0)
    [[6.0, 4.0], [4.0, 0.0]]
    """

    _expect_function(f, "hessian", point)

    def gradient(*args: Any, **kwargs: Any) -> list[Any]:
        columns = list(leaves(args))  # before f may change the arguments in place
        out = one_number(f(*args, **kwargs), name_of(f), "hessian", "jacobian of jacobian")
        found = _derivatives(out, as_values=True)
        return [found.get(id(v), 0.0) for v in columns]

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> list[list[Any]]:
        return _rows(gradient, args, kwargs, wrapper.__name__)

    wrapper.__name__ = wrapper.__qualname__ = f"hessian({name_of(f)})"
    return wrapper
