"""Marking workings: `mark` one, and what its marks are made of."""

from nn.lessons.marking.report import Line, Marking, marked
from nn.lessons.marking.scheme import Scheme
from nn.lessons.marking.working import mark

__all__ = ["Line", "Marking", "Scheme", "mark", "marked"]
