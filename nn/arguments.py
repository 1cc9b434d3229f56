"""What is expected of an argument, and what is said when something else was given."""

import math
import operator
import random
from collections.abc import Iterable, Iterator, Mapping
from reprlib import repr as brief
from typing import Any

from autograd import Value
from autograd.numbers import as_float


def expect(ok: bool, wanted: str, given: Any) -> None:
    """Raise a TypeError that says what was wanted and what was given, unless all is well."""
    if not ok:
        raise TypeError(f"{wanted}, but {brief(given)} was given")


def whole(name: str, given: Any, least: int = 1) -> int:
    """Return a whole number, be it Python's or NumPy's.

    Raises:
        TypeError: if it is something else. A bool is: `fit(net, xs, ys, loss, optimizer, 100, True)` has
            a flag in the place of a number.
        ValueError: if it is less than the least.
    """
    wanted = f"{name} is a whole number from {least}"
    expect(hasattr(given, "__index__") and not isinstance(given, bool), wanted, given)
    n = operator.index(given)
    if n < least:
        raise ValueError(f"{wanted}, but {given!r} was given")
    return n


def real(name: str, given: Any, below: float = math.inf) -> float:
    """Return a finite number from 0, to below a bound if there is one.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is out of bounds, or nan.
    """
    wanted = f"{name} is a finite number from 0" + (
        f" to below {below:g}" if below < math.inf else ""
    )
    try:
        x = as_float(given)
    except TypeError:
        raise TypeError(f"{wanted}, but {brief(given)} was given") from None
    if not 0.0 <= x < below:
        raise ValueError(f"{wanted}, but {given!r} was given")
    return x


def learning_rate(given: Any) -> float:
    """Return a learning rate η: 0 leaves all as it is."""
    return real("a learning rate", given)


def is_sequence(x: Any) -> bool:
    """Tell whether x has elements in an order: not text, not a dict or a set, not an array of no axes."""
    return (
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
        ValueError, TypeError: if there are none, or not equally many, or they are no sequences.
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
    return list({id(p): p for p in parameters}.values())
