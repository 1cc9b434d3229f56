"""What is expected of an argument, and what is said when something else was given."""

import math
import operator
import random
from collections.abc import Iterable, Iterator, Mapping
from reprlib import repr as brief
from typing import Any, TypeVar

from autograd import Value
from autograd.numbers import as_float
from nn.elsewhere import hints

T = TypeVar("T")


def expect(ok: bool, wanted: str, given: Any) -> None:
    """Raise a TypeError that says what was wanted and what was given, unless all is well."""
    if not ok:
        raise TypeError(f"{wanted}, but {brief(given)} was given")


def named(kind: str, given: str, known: Mapping[str, T]) -> T:
    """Return what is known by a name, or raise a ValueError that says which names are."""
    if given in known:
        return known[given]
    near = _near(given, known)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"no {kind} is called {given!r}; known are {', '.join(known)}{hint}")


def _near(name: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches  # only for a message

    return get_close_matches(name, list(known), 1)


def refuse_unknown(function: str, given: Iterable[str], known: Iterable[str], kind: str) -> None:
    """Raise a TypeError for the first of the arguments given, by name, that a function does not have.

    It says what to write instead: `elsewhere.hints` of a kind tell what arguments of other libraries are here.
    """
    known = list(known)
    for name in given:
        if name not in known:
            near = _near(name, known)
            hint = hints(kind).get(name) or (f"{near[0]}=" if near else "")
            raise TypeError(
                f"{function} has no argument {name}"
                + (f": did you mean {hint}?" if hint else f"; it has {', '.join(known)}")
            )


def whole(name: str, given: Any, least: int = 1) -> int:
    """Return a whole number, be it Python's or NumPy's.

    Raises:
        TypeError: if it is something else. A bool is: `fit(net, xs, ys, loss, optimizer, 100, True)` has
            a flag in the place of a number.
        ValueError: if it is less than the least.
    """
    message = f"{name} must be a whole number, at least {least}; got {brief(given)}"
    if not hasattr(given, "__index__") or isinstance(given, bool):
        raise TypeError(message)
    n = operator.index(given)
    if n < least:
        raise ValueError(message)
    return n


def real(name: str, given: Any, below: float = math.inf) -> float:
    """Return a finite number from 0, to below a bound if there is one.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is out of bounds, or nan.
    """
    refused: type[Exception] = ValueError
    try:
        x = as_float(given)
        if 0.0 <= x < below:
            return x
    except TypeError:
        refused = TypeError
    bound = f" and below {below:g}" if below < math.inf else ""
    raise refused(f"{name} must be a finite number, at least 0{bound}; got {brief(given)}")


def learning_rate(given: Any) -> float:
    """Return a learning rate η: 0 leaves all as it is."""
    return real("the learning rate", given)


def read_number(text: str) -> float:
    """Return the number that a text spells; its minus may be the one that is printed (−).

    Raises:
        ValueError: if it does not spell one.

    >>> read_number(" −1.5e-3 ")
    -0.0015
    """
    if "_" in text:
        raise ValueError(f"{text!r} is not a number")
    return float(text.replace("−", "-"))


def is_sequence(x: Any) -> bool:
    """Tell whether x has elements in an order: not text, not a dict or a set, not an array of no axes."""
    return type(x) is list or (
        hasattr(x, "__len__")
        and hasattr(x, "__getitem__")
        and not isinstance(x, (str, bytes, Mapping))
        and getattr(x, "ndim", 1) > 0
    )


def plain(x: Any) -> Any:
    """Return an array, a data frame or a NumPy scalar as lists and floats; reckoning with them is faster."""
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()  # a data frame is a sequence of its columns' names, not of its rows
    return x.tolist() if hasattr(x, "tolist") else x


def paired(xs: Any, ys: Any) -> tuple[list[Any], list[Any]]:
    """Return inputs and targets as plain lists.

    Raises:
        ValueError, TypeError: if there are none, or not equally many, or they are not sequences.
    """
    lists = []
    for name, given in (("xs", plain(xs)), ("ys", plain(ys))):
        ordered = is_sequence(given) or isinstance(given, Iterator)
        expect(ordered, f"{name} is a sequence with an item for each example", given)
        lists.append(list(map(plain, given)))
    inputs, targets = lists
    if not inputs:
        raise ValueError("there are no examples: xs is empty")
    if len(inputs) != len(targets):
        examples = f"{len(inputs)} example{'s' * (len(inputs) != 1)}"
        raise ValueError(f"xs has {examples}, but ys {len(targets)}: give a target for each")
    return inputs, targets


def generator(rng: int | random.Random | None) -> random.Random:
    """Return the generator of random numbers that a seed, or a generator itself, stands for."""
    if isinstance(rng, random.Random):
        return rng
    if rng is None:
        return random.Random()
    expect(hasattr(rng, "__index__"), "a seed is a whole number or a random.Random", rng)
    return random.Random(operator.index(rng))


def once(parameters: Iterable[Value]) -> list[Value]:
    """Return the parameters in their order, one that stands in several places only once."""
    found = list(parameters)
    return list(dict(zip(map(id, found), found)).values())


def arguments_of(made: type) -> list[str]:
    """Return the names of the arguments that a class is made with; none if it takes any."""
    import inspect  # which takes as long to import as all of the engine

    given = list(inspect.signature(made.__init__).parameters.values())[1:]  # type: ignore[misc]
    return [] if any(p.kind is p.VAR_KEYWORD for p in given) else [p.name for p in given]
