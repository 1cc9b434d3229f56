"""The sources of a grouping: the blocks of the arguments and the groups, by number, with their matrices at a point."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Group, Grouping


class Sources:
    """Which numbers the operands of the groups are. Slots and constants, as operands hold them, are called refs.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        n: the number of examples, which stand one a row; None for a single one, whose numbers stand one below the other.
        values, gradients: a matrix for each source, with a row for each number and a column for each example.

    Attributes:
        blocks, groups: the sources by their number.
        result: the source of the result, if it is one number that is not constant.
        uses: for each source (user, number of the operand) wherever a group takes numbers of it.
    """

    def __init__(
        self,
        grouping: Grouping,
        blocks: Sequence[Block],
        n: int | None,
        values: Sequence[Any],
        gradients: Sequence[Any],
    ) -> None:
        self.blocks: dict[int, Block] = dict(enumerate(blocks))
        self.groups: dict[int, Group] = dict(enumerate(grouping.groups, len(blocks)))
        self.n, self._values, self._gradients = n, values, gradients
        self._all: dict[int, Block | Group] = {**self.blocks, **self.groups}
        self._places = grouping.places
        several = isinstance(grouping.result, (list, tuple))
        self.result = None if several else self.of(grouping.result)
        self.uses: dict[int, list[tuple[int, int]]] = {source: [] for source in self._all}
        for user, group in self.groups.items():
            for i, refs in enumerate(group.operands):
                for source in self.among(refs):
                    self.uses[source].append((user, i))

    def of(self, ref: Any) -> int | None:
        """Return the source of a slot; None for a constant."""
        return self._places[ref][0] if type(ref) is int else None

    def among(self, refs: Iterable[Any]) -> list[int]:
        """Return the sources that refs lie in, each once."""
        return list(dict.fromkeys(self._places[ref][0] for ref in refs if type(ref) is int))

    def places(self, refs: Iterable[int]) -> list[int]:
        """Return where slots lie in their source."""
        return [self._places[ref][1] for ref in refs]

    def size(self, source: int) -> int:
        return len(self._all[source].slots)

    def batched(self, source: int) -> bool:
        return self._all[source].batched

    def in_rows(self, source: int) -> bool:
        """Tell whether a source stands in rows, one for each example."""
        return self.n is not None and self._all[source].batched

    def any_in_rows(self, refs: Iterable[Any]) -> bool:
        return any(map(self.in_rows, self.among(refs)))

    def users(self, source: int) -> set[int]:
        return {user for user, _ in self.uses[source]}

    # ------------------------------------------------------------ numbers at the point

    def value(self, source: int) -> Any:
        return self._standing(source, self._values)

    def gradient(self, source: int) -> Any:
        return self._standing(source, self._gradients)

    def _standing(self, source: int, matrices: Sequence[Any]) -> Any:
        return matrices[source].T if self.in_rows(source) else matrices[source]

    def values(self, refs: Sequence[Any]) -> Any:
        """Return an operand, in rows if any of it stands so."""
        matrix = self._gathered(refs, self._values)
        return matrix.T if self.any_in_rows(refs) else matrix

    def gradients(self, refs: Sequence[Any]) -> Any:
        """Return the gradient by each number of a parameter, one below the other."""
        return self._gathered(refs, self._gradients)

    def _gathered(self, refs: Sequence[Any], matrices: Sequence[Any]) -> Any:
        rows = []
        for ref in refs:
            source, place = self._places[ref] if type(ref) is int else (None, 0)
            rows.append([ref] if source is None else matrices[source][place])
        width = max(map(len, rows), default=1)
        return np.array([np.broadcast_to(row, width) for row in rows])
