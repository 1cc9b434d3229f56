"""Functions that take a function of numbers and return its derivatives.

The function is run once on Values. Its gradient is then read from the recorded graph: as floats, or, when a
derivative of the derivative may be wanted, as Values.
"""

import functools
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd import modes
from autograd.graph.anomaly import check_backward
from autograd.graph.reverse import differentiable_gradients, gradients
from autograd.numbers import as_float
from autograd.structure import describe, leaves, rebuild
from autograd.value import Number, Value


@contextmanager
def _inside_transform() -> Iterator[None]:
    modes.local.transforms += 1
    try:
        with modes.recorded():
            yield
    finally:
        modes.local.transforms -= 1


def _wanted_as_values(arguments: Any) -> bool:
    """Tell whether somebody outside may differentiate the result again."""
    return (
        modes.local.transforms > 0
        or modes.local.tracing
        or any(type(x) is Value for x in leaves(arguments))
    )


def _fresh(x: Any) -> Value:
    """Return a variable of this transform's own, so that other uses of x are not confused with it."""
    return +x if type(x) is Value else Value(x)


def _selected(args: tuple[Any, ...], argnums: int | tuple[int, ...], name: str) -> tuple[int, ...]:
    try:
        chosen = tuple(map(operator.index, argnums if isinstance(argnums, tuple) else (argnums,)))
    except TypeError:
        raise TypeError(
            f"argnums is the place of an argument or a tuple of places, but {argnums!r} was given"
        ) from None
    for i in chosen:
        if not -len(args) <= i < len(args):
            raise TypeError(
                f"{name} is to be differentiated by argument {i}, but {len(args)} "
                f"argument{'s were' if len(args) != 1 else ' was'} given"
            )
    places = tuple(i % len(args) for i in chosen)
    if len(set(places)) < len(places):
        raise ValueError(f"argnums {argnums!r} name the same argument twice")
    return places


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", type(f).__name__)


def _run(
    f: Callable[..., Any], args: tuple[Any, ...], chosen: tuple[int, ...], kwargs: dict[str, Any]
) -> tuple[list[Any], Any]:
    """Return the variables put in place of the chosen arguments, and what f returns for them."""
    variables = [rebuild(args[i], _fresh) for i in chosen]
    lifted = list(args)
    for i, variable in zip(chosen, variables):
        lifted[i] = variable
    with _inside_transform():
        return variables, f(*lifted, **kwargs)


def _gradient(out: Any, variables: Any, as_values: bool) -> Any:
    """Return ∂out/∂variable in the structure of the variables; 0 where out does not depend on it."""
    if type(out) is not Value:
        return rebuild(variables, lambda v: Value(0.0) if as_values else 0.0)
    if modes.local.anomaly:
        check_backward(out, 1.0)
    with _inside_transform():
        found: Any = differentiable_gradients(out) if as_values else gradients(out)

    def of(v: Value) -> Number:
        g = found.get(id(v), 0.0)
        return Value(g) if as_values and type(g) is not Value else g

    return rebuild(variables, of)


def one_number(out: Any, name: str, transform: str, instead: str) -> Any:
    if type(out) is Value:
        return out
    if isinstance(out, (list, tuple, dict)):
        raise TypeError(
            f"{transform} needs a function that returns one number, but {name} returned a "
            f"{describe(out)}; use {instead}"
        )
    return as_float(out)


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that gives f's value and its gradient.

    Args:
        f: a function of numbers, or of nested lists, tuples and dicts of numbers, that returns one number.
        argnums: the argument to differentiate by, or a tuple of them.

    Returns:
        A function of the same arguments that returns (value, gradient): floats in the structure of the
        argument, and for a tuple of argnums a tuple of gradients. Where an argument is a Value, or inside
        another transform, the results are Values, so that they can be differentiated in turn.

    Raises:
        TypeError: if f returns anything but one number, or argnums name no argument.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = _selected(args, argnums, _name(f))
        as_values = _wanted_as_values(args)
        variables, out = _run(f, args, chosen, kwargs)
        out = one_number(out, _name(f), "grad", "jacobian")
        gradient = _gradient(out, tuple(variables), as_values)
        value = out if as_values or type(out) is not Value else out.data
        return value, gradient if isinstance(argnums, tuple) else gradient[0]

    wrapper.__name__ = f"value_and_grad({_name(f)})"
    return wrapper


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
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
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    wrapper.__name__ = f"grad({_name(f)})"
    return wrapper


def jacobian(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that gives the derivative of each of f's results by each of its arguments.

    Args:
        f: a function of numbers, or of one list of numbers, that returns a list of numbers.

    Returns:
        A function of the same arguments that returns nested lists: one row per result, one entry per
        number among the arguments, from left to right. If f returns one number, that one row.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0]]
    """

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        as_values = _wanted_as_values(args)
        variables, out = _run(f, args, tuple(range(len(args))), kwargs)
        columns = list(leaves(variables))
        if isinstance(out, (list, tuple, dict)):
            results = [y if type(y) is Value else as_float(y) for y in leaves(out)]
            return [_gradient(y, columns, as_values) for y in results]
        return _gradient(one_number(out, _name(f), "jacobian", "a list"), columns, as_values)

    wrapper.__name__ = f"jacobian({_name(f)})"
    return wrapper


def hessian(f: Callable[..., Any]) -> Callable[..., list[list[Any]]]:
    """Return the function that gives f's second derivatives.

    Args:
        f: a function of numbers, or of one list of numbers, that returns one number.

    Returns:
        A function of the same arguments that returns nested lists: entry i, j is ∂²f/∂x_i∂x_j over all
        the numbers among the arguments, from left to right.

    >>> hessian(lambda x, y: x * x * y)(2.0, 3.0)
    [[6.0, 4.0], [4.0, 0.0]]
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        columns = list(leaves(args))  # Values already: they are the jacobian's variables
        out = one_number(f(*args, **kwargs), _name(f), "hessian", "jacobian of jacobian")
        return _gradient(out, columns, as_values=True)

    rows = jacobian(gradient)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> list[list[Any]]:
        return rows(*args, **kwargs)  # type: ignore[no-any-return]

    wrapper.__name__ = f"hessian({_name(f)})"
    return wrapper
