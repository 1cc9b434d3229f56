"""Lessons: published examples, worksheets, and the marking of hand-worked numbers."""

from nn.lessons.examples import Example
from nn.lessons.gallery import example
from nn.lessons.marking import mark
from nn.lessons.worksheet import Worksheet, make_worksheet

__all__ = [
    "Example",
    "Worksheet",
    "mark",
    "example",
    "make_worksheet",
]


def __dir__() -> list[str]:
    return __all__
