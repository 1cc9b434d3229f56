"""Lessons: published examples, worksheets, and the marking of hand-worked numbers."""

from nn.lessons.answers import read_working
from nn.lessons.examples import Example
from nn.lessons.gallery import example, examples
from nn.lessons.marking import Marking, check_working
from nn.lessons.names import quantities
from nn.lessons.worksheet import Worksheet, make_worksheet

__all__ = [
    "Example",
    "Marking",
    "Worksheet",
    "check_working",
    "example",
    "examples",
    "make_worksheet",
    "quantities",
    "read_working",
]


def __dir__() -> list[str]:
    return __all__
