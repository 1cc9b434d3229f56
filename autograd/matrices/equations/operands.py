"""Operands of the groups of a recorded function as formulas: whole sources, parts of them, constants, stacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from autograd.matrices.arguments import Block
from autograd.matrices.equations.formula import (
    Formula,
    Untrue,
    abridged,
    indexed,
    listed,
    number,
    ones,
    product,
    transposed,
)
from autograd.matrices.grouping import Group, Grouping


@dataclass(frozen=True, eq=False)
class Point:
    """What the blocks of the arguments and the groups are somewhere, and their gradients.

    Attributes:
        n: the number of examples; 1 without a batch.
        values, gradients: a matrix for each, with a row for each number and a column for each example.
    """

    n: int
    values: list[Any]
    gradients: list[Any]


class Operands:
    """The operands of a grouping.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        point: where the formulas have numbers.
        rows: whether to write one example a row, as for a batch, instead of one column.
    """

    def __init__(
        self, grouping: Grouping, blocks: Sequence[Block], point: Point, rows: bool
    ) -> None:
        self._places, self._blocks, self._rows, self._point = grouping.places, blocks, rows, point
        self._groups = dict(enumerate(grouping.groups, len(blocks)))
        self._values: dict[int, Formula] = {}  # how each source is written
        self.n = point.n if rows else None

    # ------------------------------------------------------------ sources and their numbers

    def _source(self, x: Any) -> int | None:
        return self._places[x][0] if type(x) is int else None

    def _origins(self, refs: Iterable[Any]) -> list[int]:
        return list(dict.fromkeys(self._places[x][0] for x in refs if type(x) is int))

    def _size(self, source: int) -> int:
        return len(self._place_of(source).slots)

    def _place_of(self, source: int) -> Block | Group:
        return self._blocks[source] if source < len(self._blocks) else self._groups[source]

    def _in_rows(self, place: Block | Group) -> bool:
        """Tell whether a source stands in rows, one for each example."""
        return self._rows and place.batched

    def _varies(self, refs: Iterable[Any]) -> bool:
        """Tell whether an operand stands in rows, one for each example."""
        return any(self._in_rows(self._place_of(source)) for source in self._origins(refs))

    def _turned_to_rows(self, source: int, matrix: Any) -> Any:
        return matrix.T if self._in_rows(self._place_of(source)) else matrix

    def _gathered(self, refs: Sequence[Any], matrices: Sequence[Any]) -> Any:
        """Return the rows of an operand, with a column for each example if it varies."""
        rows = [
            [x] if type(x) is not int else matrices[self._places[x][0]][self._places[x][1]]
            for x in refs
        ]
        width = max(map(len, rows), default=1)
        return np.array([np.broadcast_to(row, width) for row in rows])

    def _true(self, refs: Sequence[Any]) -> Any:
        matrix = self._gathered(refs, self._point.values)
        return matrix.T if self._varies(refs) else matrix

    def _ones(self, count: int) -> Formula:
        return ones(np.ones((count, 1)))

    @property
    def _each(self) -> Formula:
        """A column with a one for each example."""
        return self._ones(self._point.n)

    # ------------------------------------------------------------ operands

    def _operand(self, refs: Sequence[Any], varies: bool, factor: bool = False) -> Formula:
        """Return an operand of a group.

        Args:
            refs: its slots and constants.
            varies: whether the group stands in rows, one for each example.
            factor: whether a single number that all examples share may stay what it is.
        """
        count = len(refs)
        equal = len(set(map(repr, refs))) == 1
        if equal and type(refs[0]) is not int:
            return number(float(refs[0]))
        if equal and count > 1:  # one for all
            x = self._operand(refs[:1], varies)
            return self._repeated(x, count, varies)
        x = self._part(refs)
        if varies and not self._varies(refs) and not (factor and count == 1):
            return product(self._each, transposed(x) if count > 1 else x)
        return x

    def _repeated(self, x: Formula, count: int, varies: bool) -> Formula:
        """Return one number as often as there are operations."""
        many = self._ones(count)
        return product(x, transposed(many)) if varies else product(many, x)

    def _part(self, refs: Sequence[Any]) -> Formula:
        """Return numbers of one source, or of several, one below the other."""
        varies = self._varies(refs)
        parts = []
        for source, run in groupby(refs, self._source):
            some = list(run)
            if source is None:
                parts += [number(float(x)) for x in some]
            elif len(set(map(self._places.__getitem__, some))) < len(some):  # some of them twice
                parts += [self._of_source(source, [x], varies and len(refs) > 1) for x in some]
            else:
                parts.append(self._of_source(source, some, varies and len(some) < len(refs)))
        if len(parts) == 1:
            return parts[0]
        return listed(parts, ", " if varies else "; ", self._true(refs))

    def _of_source(self, source: int, refs: Sequence[Any], beside_others: bool) -> Formula:
        """Return numbers of one source, in rows if those beside them are."""
        part = self._values[source]
        places = [self._places[x][1] for x in refs]
        if places != list(range(self._size(source))):
            part = indexed(part, self._index(source, places), self._true(refs))
        if beside_others and not self._varies(refs):
            part = product(self._each, transposed(part) if len(refs) > 1 else part)
        return part

    def _index(self, source: int, places: list[int]) -> str:
        """Return an index as Python writes it, counted from 0."""
        place = self._place_of(source)
        if isinstance(place, Block) and len(place.shape) > 1 and not place.batched:
            if len(places) > 1 or len(place.shape) > 2:
                raise Untrue("part of a matrix")
            return "][".join(map(str, divmod(places[0], place.shape[1])))
        first = places[0]
        if len(places) == 1:
            text = f"{first}"
        elif places == list(range(first, first + len(places))):
            text = f"{first}:{first + len(places)}"
        else:
            text = ", ".join(abridged(list(map(str, places)), "…"))
        return f":, {text}" if self._in_rows(place) else text
