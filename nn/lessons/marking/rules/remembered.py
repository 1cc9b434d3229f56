"""Methods that work out each answer once."""

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered(method: Callable[Concatenate[Any, P], T]) -> cached_property[Callable[P, T]]:
    """Return a method that keeps its answers as long as its object lives; `cache` alone would keep the object, too."""

    def answers(self: Any) -> Any:
        return cache(partial(method, self))

    return cached_property(answers)
