"""The groups of a recording as machine code: of each a function forward and one backward."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograd.native.arrays.kernels import WideSheet
from autograd.native.arrays.memory import POINTERS, Memory, Operand, Places, Source, give_sum, whole
from autograd.native.speller import CONDITIONS, Speller
from autograd.native.text import LANES, NOTHING, VECTOR, Index, Text
from autograd.primitive import Primitive
from autograd.replay.statements import below
from autograd.replay.symbols import Symbol
from autograd.structure import leaves, rebuild

_DEAR = 3  # operations; a slope that takes more is computed beside the value, and kept


class Step(ABC):
    """A group: what it computes, and what it hands on to the gradients of its operands.

    Args:
        name: of its functions.
        out: where the results go.

    Attributes:
        operands: those to which a gradient may flow.
        calls: the rows that are functions of C's library or of Python.
    """

    def __init__(self, name: str, out: Source) -> None:
        self.name, self.out, self.batched = name, out, out.wide
        self.operands: list[Operand] = []
        self.calls: set[str] = set()

    @abstractmethod
    def forward(self, text: Text) -> None:
        """Write what it computes."""

    @abstractmethod
    def backward(self, text: Text) -> None:
        """Write what it hands on."""

    def function(self, which: str) -> str:
        """Return the function `forward` or `backward`."""
        pointers = ", ".join(f"ptr %{name}" for name in POINTERS)
        head = f"define internal void @{self.name}.{which}({pointers}, i64 %vectors, i64 %examples)"
        text = Text(head)
        getattr(self, which)(text)
        return text.end()


class Elementwise(Step):
    """A rule of the table on rows of numbers.

    Args:
        name, out: as for `Step`.
        rule: the row of the table; for a decision a function of symbols.
        tree: the operands, as the rule takes them.
        memory: gives rows for what is kept.
        reached: whether a gradient arrives.
    """

    def __init__(
        self,
        name: str,
        rule: Any,
        tree: Sequence[Any],
        out: Source,
        memory: Memory,
        reached: bool,
    ) -> None:
        super().__init__(name, out)
        self.operands = [*leaves(tree)]
        self._out = Operand.of(memory, out)
        sheet = WideSheet()
        self._symbols = {x: sheet.variable("x") for x in self.operands if x.places}
        given: Any = rebuild([*tree], lambda x: self._symbols.get(x, x.constant))
        self._slopes: list[tuple[Operand, Any, Any]] = []  # operand, slope, on what condition
        self._kept: list[tuple[Operand, Any]] = []  # rows for what forward computes for backward
        if not isinstance(rule, Primitive):
            value = self._value = rule(*given)
            if type(value) is bool or (type(value) is Symbol and value.op in CONDITIONS):
                self._value = sheet.where(value, 1.0, 0.0)
            return
        if rule.name == "where":
            self._value, sides = sheet.where(*given), (given[0], ~given[0])
            self._slopes = [(x, 1.0, side) for x, side in zip(self.operands[1:], sides)]
            return
        self._value, found = sheet.value_and_slopes(rule, given)
        self._symbols[self._out] = sheet.variable("out")
        plain = sheet.slopes(rule, given, self._symbols[self._out]) if reached else []
        for x, slope, again in zip(self.operands, leaves(found), leaves(plain)):
            if x.flows and (rule.paired or len(below(again)) > _DEAR):
                kept = Operand.of(memory, memory.add(len(out.places), out.wide))
                self._kept.append((kept, slope))
                again = self._symbols[kept] = sheet.variable("kept")
            self._slopes.append((x, again, None))

    def forward(self, text: Text) -> None:
        results = [(self._out, self._value), *self._kept]
        with self._rows(text) as places, text.loop(self._vectors()) as loop:
            speller = self._spelled(text, places, loop.index, [x for _, x in results])
            for operand, x in results:
                base = "%w" if self.batched else "%n"
                found = speller.operand(x)
                text.store(found, base, places[operand], text.times(loop.index, LANES))

    def backward(self, text: Text) -> None:
        slopes = [found for found in self._slopes if found[0].flows]
        if not slopes:
            return
        summed = [x for x, _, _ in slopes if x.summed]
        wanted = [y for _, slope, side in slopes for y in (slope, side)]
        with self._rows(text) as places:
            with text.loop(self._vectors(), [NOTHING] * len(summed)) as loop:
                base = "%gw" if self.batched else "%gn"
                g = text.load(base, places[self._out], text.times(loop.index, LANES))
                speller = self._spelled(text, places, loop.index, wanted)
                arrived = text.arrived(g) if self.out.conditional else ""
                for x, slope, side in slopes:
                    c = g
                    if type(slope) is not float or slope != 1.0:
                        c = text.vector("fmul", g, speller.operand(slope))
                    if x.conditional or self.out.conditional or side is not None:
                        c = text.vector("fadd", c, "zeroinitializer")
                    for condition in (arrived, "" if side is None else speller.operand(side)):
                        c = text.chosen(condition, c, NOTHING) if condition else c
                    c = x.alive(text, loop.index, c)
                    if x.summed:
                        before = loop.values[len(loop.next)]
                        loop.next.append(text.vector("fadd", before, c))
                    else:
                        x.give(text, places[x], loop.index, c)
            for x, c in zip(summed, loop.next):
                give_sum(text, places[x], c, self.batched)

    def _vectors(self) -> Index:
        return "%vectors" if self.batched else whole(len(self.out.places)) // LANES

    @contextmanager
    def _rows(self, text: Text) -> Iterator[dict[Operand, Index]]:
        """Write a loop over the rows, or none where eight are taken at a time; yield the operands' places."""
        operands = [*self.operands, self._out, *(x for x, _ in self._kept)]
        with text.loop(len(self.out.places) if self.batched else 1) as loop:
            yield {x: x.at(text, loop.index) for x in operands}

    def _spelled(
        self, text: Text, places: dict[Operand, Index], vector: Index, wanted: Sequence[Any]
    ) -> Speller:
        """Write the symbols that are wanted, after loading what they are made of."""
        speller, symbols = Speller(text, wide=True), below(wanted)
        met = {x for symbol in symbols for x in symbol.args if type(x) is Symbol}
        met |= {x for x in wanted if type(x) is Symbol}
        for x, symbol in self._symbols.items():
            if symbol in met:
                found = x.load(text, places[x], vector)
                if x.condition:
                    found = text.new(f"fcmp une {VECTOR} {found}, zeroinitializer")
                speller.texts[symbol.index] = found
        speller.write(symbols)
        self.calls |= speller.calls
        return speller


class Product(Step):
    """The dots of every row of a narrow matrix with every column of another, on top of what `out` begins with.

    Where nothing differs from example to example, the columns take the place of the examples.

    Args:
        name, out: as for `Step`.
        shape: rows, columns, and inputs of each dot.
        matrix: where the first of the matrix lies, the way to the next row, and to the next input.
        inputs: the other: its rows, those for the first input of all columns, then those for the second.
        lines: the places of its rows, and of the results' rows.
        begun: whether they begin with what lies there.
        vectors: how many vectors are in a row where nothing differs from example to example.
    """

    def __init__(
        self,
        name: str,
        shape: tuple[int, int, int],
        matrix: tuple[int, int, int],
        inputs: Sequence[Operand],
        lines: tuple[Places, Places],
        out: Source,
        begun: bool,
        vectors: int = 0,
    ) -> None:
        super().__init__(name, out)
        self._units, self._columns, self._length = shape
        self._start, *self._ways = matrix
        self._inputs, self._outs = lines
        self.operands, self._begun = [*inputs], begun
        self._vectors: Index = "%vectors" if self.batched else vectors
        self._base = "w" if self.batched else "n"

    def _weight(self, text: Text, unit: Sequence[Index], k: Sequence[Index]) -> str:
        """Return eight times a number of the matrix; its row and its input are sums."""
        ways = [text.times(i, way) for ij, way in zip((unit, k), self._ways) for i in ij]
        return text.eight(text.number("%n", self._start, *ways))

    def _row(self, text: Text, line: Places, column: Index, *row: Index) -> Index:
        """Return the place of a row of the inputs or of the results; which one is a sum."""
        return line.at(text, text.sum(column, *(text.times(i, self._columns) for i in row)))

    def forward(self, text: Text) -> None:
        for column, unit, size in self._tiles(text, self._units):
            outs = [self._row(text, self._outs, column, unit, j) for j in range(size)]
            with text.loop(self._vectors) as loop:
                lane = text.times(loop.index, LANES)
                base = f"%{self._base}"
                start = [
                    text.load(base, at, lane) if self._begun else "zeroinitializer" for at in outs
                ]
                with text.loop(self._length, start) as k:
                    x = text.load(base, self._row(text, self._inputs, column, k.index), lane)
                    k.next = [
                        text.fma(self._weight(text, (unit, j), (k.index,)), x, before)
                        for j, before in enumerate(k.values)
                    ]
                for at, found in zip(outs, k.next):
                    text.store(found, base, at, lane)

    def backward(self, text: Text) -> None:
        base = f"%g{self._base}"
        give = text.store if any(x.first for x in self.operands) else text.add
        for column, first, size in self._tiles(text, self._length):
            ins = [self._row(text, self._inputs, column, first, j) for j in range(size)]
            with text.loop(self._vectors) as loop:
                lane = text.times(loop.index, LANES)
                with text.loop(self._units, ["zeroinitializer"] * size) as unit:
                    g = text.load(base, self._row(text, self._outs, column, unit.index), lane)
                    unit.next = [
                        text.fma(self._weight(text, (unit.index,), (first, j)), g, before)
                        for j, before in enumerate(unit.values)
                    ]
                for at, c in zip(ins, unit.next):
                    give(c, base, at, lane)
        for row, rows in tiles(text, self._units, 4):
            for k, width in tiles(text, self._length, 4):
                self._to_matrix(text, row, rows, k, width)

    def _to_matrix(self, text: Text, unit: Index, rows: int, k: Index, width: int) -> None:
        """Hand on to a tile of the matrix what all columns and examples contribute."""
        with text.loop(self._columns, ["zeroinitializer"] * rows * width) as column:
            outs = [self._row(text, self._outs, column.index, unit, i) for i in range(rows)]
            ins = [self._row(text, self._inputs, column.index, k, j) for j in range(width)]
            with text.loop(self._vectors, column.values) as loop:
                lane = text.times(loop.index, LANES)
                gs = [text.load(f"%g{self._base}", at, lane) for at in outs]
                xs = [text.load(f"%{self._base}", at, lane) for at in ins]
                if self.batched:  # both, for 0·inf is nan
                    alive = text.before("%examples", loop.index)
                    gs = [text.chosen(alive, g, "zeroinitializer") for g in gs]
                    xs = [text.chosen(alive, x, "zeroinitializer") for x in xs]
                pairs = [(g, x) for g in gs for x in xs]
                loop.next = [text.fma(*pair, before) for pair, before in zip(pairs, loop.values)]
            column.next = loop.next
        for i, found in enumerate(column.next):
            ways = text.times(unit, self._ways[0]), text.times(k, self._ways[1])
            near = i // width * self._ways[0] + i % width * self._ways[1]
            give_sum(text, text.sum(self._start, near, *ways), found, self.batched)

    def _tiles(self, text: Text, total: int) -> Iterator[tuple[Index, Index, int]]:
        """Yield inside of loops over columns and tiles of a range: column, first of the tile, size."""
        with text.loop(self._columns) as column:
            for first, size in tiles(text, total, LANES):
                yield column.index, first, size


def tiles(text: Text, total: int, size: int) -> Iterator[tuple[Index, int]]:
    """Yield the first index and the size of the tiles of a range, inside a loop over them, then of the rest."""
    count, rest = divmod(total, size)
    if count:
        with text.loop(count) as loop:
            yield text.times(loop.index, size), size
    if rest:
        yield count * size, rest
