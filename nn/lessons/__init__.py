"""Lessons: published examples, worksheets, and the marking of hand-worked numbers."""

from nn.lessons.classroom import make_class, mark_class
from nn.lessons.examples import Example
from nn.lessons.gallery import example
from nn.lessons.marking import Scheme, mark
from nn.lessons.worksheets import Worksheet, make_worksheet

__all__ = [
    "Example", "Scheme", "Worksheet", "mark", "mark_class", "example", "make_class",
    "make_worksheet",
]  # fmt: skip
__dir__ = __all__.copy  # what Tab shows
