"""A small network with friendly numbers to work out by hand: drawn, written down, and its answer key."""

from nn.lessons.worksheets.making import LEVELS, make_worksheet
from nn.lessons.worksheets.worksheet import Worksheet

__all__ = ["LEVELS", "Worksheet", "make_worksheet"]
