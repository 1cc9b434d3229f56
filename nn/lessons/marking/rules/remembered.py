"""Methods that work out each answer once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Answers(dict[str, dict[Any, Any]]):
    """What the remembered methods of one object have answered, by their names."""

    def __missing__(self, method: str) -> dict[Any, Any]:
        return self.setdefault(method, {})


def remembered(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Return a method that keeps its answers, which are never None, in `answers` of its object and goes with it.

    `functools.cache` would keep the object, too, or be in a circle with it that only the garbage collector opens.
    """
    name = method.__name__

    @wraps(method)
    def asked(self: Any, *question: Any) -> Any:
        answers = self.answers[name]
        found = answers.get(question)
        if found is None:
            found = answers[question] = method(self, *question)  # type: ignore[call-arg]
        return found

    return asked  # type: ignore[return-value]
