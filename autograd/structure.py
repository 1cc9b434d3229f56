"""Arguments made of numbers: nested lists, tuples and dicts, taken apart and put together again."""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_NESTS = (list, tuple, dict)


def leaves(tree: Any) -> Iterator[Any]:
    """Yield the numbers of a nested list, tuple or dict, from left to right."""
    items = tree.values() if isinstance(tree, dict) else tree
    for item in items if isinstance(tree, _NESTS) else (tree,):
        if isinstance(item, _NESTS):
            yield from leaves(item)
        else:
            yield item


def rebuild(tree: Any, f: Callable[[Any], Any]) -> Any:
    """Return a structure like the tree's with f applied to each of its numbers.

    >>> rebuild({"w": [1, 2], "b": 3}, lambda x: 10 * x)
    {'w': [10, 20], 'b': 30}
    """
    alike: Any
    if isinstance(tree, (list, tuple)):
        items = [rebuild(item, f) if isinstance(item, _NESTS) else f(item) for item in tree]
        if isinstance(tree, tuple):
            # a named tuple takes its items one by one
            return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
        if type(tree) is list:
            return items
        alike = copy.copy(tree)
        alike[:] = items
        return alike
    if isinstance(tree, dict):
        pairs = {key: rebuild(item, f) for key, item in tree.items()}
        if type(tree) is dict:
            return pairs
        alike = copy.copy(tree)
        for key, item in pairs.items():  # `update` of a Counter adds
            alike[key] = item
        return alike
    return f(tree)


def copied(tree: Any) -> Any:
    """Return the structure anew around the same numbers: what is done to one in place does not change the other."""
    return rebuild(tree, lambda x: copy.copy(x) if getattr(x, "shape", ()) else x)


def describe(tree: Any) -> str:
    """Return the structure in a few words, for messages.

    >>> describe(([1.0, 2.0], {"b": 3.0}))
    '(list of 2 numbers, {b: number})'
    """
    if getattr(tree, "shape", ()):
        return f"array of shape {tuple(tree.shape)}"
    if isinstance(tree, (list, tuple)):
        kind = type(tree).__name__
        inner = [describe(item) for item in tree[:4]]
        if tree and all(describe(item) == inner[0] for item in tree):
            if inner[0] == "number":
                return f"{kind} of {len(tree)} number{'s' * (len(tree) != 1)}"
            several = f"{len(tree)}: {inner[0]} each"
            return f"{kind} of {several if len(tree) > 1 else inner[0]}"
        shown = ", ".join(inner + ["..."] * (len(tree) > 4))
        return f"({shown})" if isinstance(tree, tuple) else f"[{shown}]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {describe(item)}" for key, item in tree.items()) + "}"
    return "number"


def describe_arguments(args: tuple[Any, ...]) -> str:
    """Return the structure of a function's arguments in a few words, for messages.

    >>> describe_arguments(([1.0, 2.0], [3.0, 4.0]))
    '(list of 2 numbers, list of 2 numbers)'
    """
    return f"({', '.join([describe(x) for x in args[:8]] + ['...'] * (len(args) > 8))})"


def refuse_names(parameters: Iterable[str], named: Iterable[str]) -> None:
    """Raise a TypeError if arguments of a program were given by name, telling its parameters by place."""
    if given := list(named):
        raise TypeError(
            f"a program takes its arguments by place, ({', '.join(parameters)}), but "
            f"{', '.join(given)} {'was' if len(given) == 1 else 'were'} given by name"
        )


def no_numbers(name: str, place: int, argument: Any, error: TypeError) -> TypeError:
    """Return the error for an argument, at a place from 0, that is not made of numbers."""
    why = "it is None; what is not a number goes in by keyword, or is closed over"
    return TypeError(
        f"argument {place + 1} of {name} must be a number, or a list, tuple or dict of numbers: "
        f"{why if argument is None else error}"
    )


def name_of(f: Any) -> str:
    """Return the name of a function, or of the class of what is called like one."""
    return str(getattr(f, "__name__", type(f).__name__))
