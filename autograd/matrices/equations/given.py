"""Where the parameters and inputs of layers lie in the arguments: W1 = w[0]ᵀ, X = x."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.matrices.equations.formula import Equation, Formula, Untrue, listed, symbol
from autograd.matrices.equations.sources import Sources
from autograd.matrices.grouping import Group


def is_given(sources: Sources, refs: Sequence[Any]) -> bool:
    """Tell whether refs lie in one argument, or are whole ones, one below the other."""
    among = sources.among(refs)
    if not among or max(among) >= len(sources.blocks) or any(type(ref) is not int for ref in refs):
        return False
    return len(among) == 1 or [*refs] == [x for one in among for x in sources.blocks[one].slots]


def weights_given(sources: Sources, w: Formula, group: Group) -> Equation:
    """Return the equation of a layer's weights, which have a row for each input."""
    assert group.shape
    units, _, length = group.shape
    among = sources.among(group.operands[0])
    first = sources.blocks[among[0]]
    if len(among) > 1:
        turned = units > 1 and not group.by_inputs
    elif 1 in (units, length):  # both lie alike in memory: the shape tells
        turned = first.shape == (units, length) != (1, 1)
    else:
        turned = len(first.shape) > 1 and not group.by_inputs
    return given(sources, w, group.operands[0], turned, each_a_row=units > 1)


def given(
    sources: Sources,
    name: Formula,
    refs: Sequence[Any],
    turned: bool = False,
    each_a_row: bool = False,
) -> Equation:
    """Return the equation of a parameter or an input.

    Args:
        sources, name, refs: the sources; how it is called; its slots.
        turned: whether the arguments have a row for each unit.
        each_a_row: whether each of several arguments is a row of a matrix.
    """
    found = _found(sources, refs, each_a_row, marked=False)
    if turned or found.text != name.text:
        found = _found(sources, refs, each_a_row, marked=True)
    return Equation(name, found.T if turned else found)


def _found(sources: Sources, refs: Sequence[Any], each_a_row: bool, marked: bool) -> Formula:
    among = sources.among(refs)
    parts = [_argument(sources, source, marked) for source in among]
    if len(parts) == 1:
        places = sources.places(refs)
        whole = sorted(places) == [*range(sources.size(among[0]))]
        return parts[0] if whole else _slice(sources, among[0], parts[0], places)
    if any(len(sources.blocks[source].shape) > 1 for source in among):
        raise Untrue("several matrices")
    beside = sources.any_in_rows(refs)
    stacked = [part.value.reshape(1, -1) if each_a_row else part.value for part in parts]
    return listed(parts, ", " if beside else "; ", np.concatenate(stacked, axis=int(beside)))


def _argument(sources: Sources, source: int, marked: bool) -> Formula:
    """Return an argument in its own shape; a list of numbers is a column.

    Marked, a name that a layer's symbol may have, too, is told from that.
    """
    block, matrix = sources.blocks[source], sources.value(source)
    if len(block.shape) == 2 and not sources.in_rows(source):
        matrix = matrix.reshape(block.shape)
    argument = symbol(block.name, value=matrix)
    if marked and re.fullmatch(r"[WbZA]\d+|X", block.name):
        latex = rf"{argument.latex}\text{{ as given}}"
        return replace(argument, text=f"{argument.text} as given", latex=latex, binding=0)
    return argument


def _slice(sources: Sources, source: int, argument: Formula, places: list[int]) -> Formula:
    """Return consecutive numbers, or rows, of an argument."""
    block, first, last = sources.blocks[source], min(places), max(places) + 1
    width = block.shape[1] if len(block.shape) == 2 else 1
    if len(places) != last - first or first % width or last % width or block.batched:
        raise Untrue("numbers from here and there")
    a, b = first // width, last // width
    shown = f"{a}" if width > 1 and b == a + 1 else f"{a}:{b}"
    return argument.part(shown, argument.value[a:b])
