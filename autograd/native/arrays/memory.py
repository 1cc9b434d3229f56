"""Scratch memory: where every number of a program lies, and how eight of them are reached at a time.

What all examples share lies in narrow rows, one number each, from `%n` on; what differs from example to
example in wide rows, with a number for each example of a block, from `%w` on. Gradients lie at the same
places from `%gn` and `%gw` on. What a block of examples adds to the gradient of a narrow row is kept in eight
parts, from `%p` on, which are added up after the last block.

A gradient that did not arrive is −0.0, which changes no sum; one that arrived never is.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd.native.text import LANES, NOTHING, VECTOR, Index, Text

POINTERS = ("n", "w", "gn", "gw", "p")


@dataclass(eq=False)
class Source:
    """Rows of numbers: a block of the arguments, the results of a group, or copies of other rows.

    Attributes:
        places: where each row lies.
        wide: whether the rows are wide.
        conditional: whether it may be that no gradient arrives.
        touched: whether a contribution to its gradient was met already, going backward.
        fill: whether its gradient is set to nothing before each block of examples.
    """

    places: Sequence[int]
    wide: bool
    conditional: bool = False
    touched: bool = False
    fill: bool = False


class Memory:
    """How much memory there is, what lies in it from the beginning, and tables of places.

    Args:
        block: how many examples a wide row holds.

    Attributes:
        sources: all that were added.
        constants: places and numbers by text.
    """

    def __init__(self, block: int) -> None:
        self.block = block
        # the first numbers stay 0.0: what reads one more than there are reads these, and writes there in vain
        self.narrow, self.wide = LANES, 0
        self.sources: list[Source] = []
        self.constants: dict[str, tuple[int, float]] = {}
        self.tables: list[array[int]] = []

    def add(self, rows: int, wide: bool, conditional: bool = False) -> Source:
        if wide:
            places = range(self.wide, self.wide + rows * self.block, self.block)
            self.wide += rows * self.block
        else:
            places = range(self.narrow, self.narrow + rows)
            self.narrow += whole(rows)
        self.sources.append(Source(places, wide, conditional))
        return self.sources[-1]

    def constant(self, x: float) -> int:
        if repr(x) not in self.constants:
            self.constants[repr(x)] = self.add(1, False).places[0], float(x)
        return self.constants[repr(x)][0]

    def table(self, places: Sequence[int]) -> str:
        """Return the address of a table of places."""
        self.tables.append(array("q", places))
        return f"inttoptr (i64 {self.tables[-1].buffer_info()[0]} to ptr)"


def whole(rows: int) -> int:
    """Return a number of rows, rounded up to whole vectors."""
    return -(-rows // LANES) * LANES


class Places:
    """Places in memory by number: a line where they are evenly spaced, else a table.

    Args:
        memory: keeps the table.
        places: the places.
        dense: whether only consecutive places are a line.
    """

    def __init__(self, memory: Memory, places: Sequence[int], dense: bool = False) -> None:
        self.start = places[0]
        self.step = 1 if dense else places[1] - places[0] if len(places) > 1 else 0
        even = all(x == self.start + i * self.step for i, x in enumerate(places))
        if dense and not even:  # whole vectors of places
            places = [*places, *[0] * (whole(len(places)) - len(places))]
        self.table = "" if even else memory.table(places)

    def at(self, text: Text, index: Index) -> Index:
        """Return the place number `index`."""
        if self.table:
            return text.new(f"load i64, ptr {text.place(self.table, index, kind='i64')}")
        return text.sum(self.start, text.times(index, self.step))


class Operand:
    """The numbers of one operand of a group, a row for each operation; or one constant for all.

    Args:
        memory: where they lie.
        sources: of each row; None for a constant.
        places: of each row; none at all if there is one constant for all.
        wide: whether the rows are wide.
        batched: whether the group differs from example to example. Eight examples of one row are
            taken at a time then, else eight rows.
        constant: the constant for all.

    Attributes:
        summed: whether a whole vector of contributions is added up to one number's gradient.
        condition: whether its numbers are 1.0 for true and 0.0 for false.
        flows: whether a gradient goes there.
        conditional: whether it may be that none arrives there.
        first: whether no other contribution comes before.
    """

    def __init__(
        self,
        memory: Memory,
        sources: Sequence[Source | None],
        places: Sequence[int],
        wide: bool,
        batched: bool,
        constant: Any = None,
    ) -> None:
        self.constant, self.places, self._batched = constant, places, batched
        self.targets = [(x, place) for x, place in zip(sources, places) if x is not None]
        self.condition = self.flows = self.first = False
        self.conditional = any(x.conditional for x, _ in self.targets)
        same = len(set(places)) == 1 and not batched
        self.summed = same or (batched and not wide)
        self._line = Places(memory, places or [0], dense=not (same or batched))
        self._base = "w" if wide else "n"

    @classmethod
    def of(cls, memory: Memory, source: Source) -> "Operand":
        """Return the rows of a source, all of them."""
        sources = [source] * len(source.places)
        return cls(memory, sources, source.places, source.wide, source.wide)

    def at(self, text: Text, row: Index) -> Index:
        """Return the place of a row; of the first one where eight rows are taken at a time."""
        return self._line.at(text, row) if self._batched else self._line.start

    def load(self, text: Text, at: Index, vector: Index) -> str:
        """Return eight numbers: of the row at a place, or of eight rows."""
        if self.summed:
            return text.eight(text.number("%n", at))
        if self._line.table and not self._batched:
            every = f"<{LANES} x i1> splat (i1 true), {VECTOR} zeroinitializer"
            pointers = f"<{LANES} x ptr> {self._scattered(text, '%n', vector)}, i32 8"
            return text.new(f"call {VECTOR} @llvm.masked.gather.v8f64.v8p0({pointers}, {every})")
        return text.load(f"%{self._base}", at, text.times(vector, LANES))

    def _scattered(self, text: Text, base: str, vector: Index) -> str:
        """Return the addresses of eight rows that do not lie one after the other."""
        table = text.place(self._line.table, text.times(vector, LANES), kind="i64")
        places = text.new(f"load <{LANES} x i64>, ptr {table}, align 8")
        return text.new(f"getelementptr double, ptr {base}, <{LANES} x i64> {places}")

    def alive(self, text: Text, vector: Index, c: str) -> str:
        """Return contributions without those beyond the last example, or the last row."""
        if self._batched:
            needed, limit = self._base == "n", "%examples"
        else:
            needed, limit = not self._line.table, str(len(self.places))
            needed = needed and len(self.places) % LANES > 0
        return text.chosen(text.before(limit, vector), c, NOTHING) if needed else c

    def give(self, text: Text, at: Index, vector: Index, c: str) -> None:
        """Add contributions to the gradients of eight numbers."""
        if self._line.table and not self._batched:
            pointers = self._scattered(text, "%gn", vector)
            for lane in range(LANES):
                place = text.new(f"extractelement <{LANES} x ptr> {pointers}, i32 {lane}")
                text.add_number(text.new(f"extractelement {VECTOR} {c}, i32 {lane}"), place)
        else:
            give = text.store if self.first else text.add
            give(c, f"%g{self._base}", at, text.times(vector, LANES))


def give_sum(text: Text, at: Index, c: str, batched: bool) -> None:
    """Add eight contributions to the gradient of one narrow row: in parts while more blocks may follow."""
    if batched:
        text.add(c, "%p", text.times(at, LANES))
    else:
        text.add_number(text.total(c), "%gn", at)
