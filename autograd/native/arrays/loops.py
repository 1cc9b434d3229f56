"""The loops of a program on arrays, and the scratch memory that they share.

What all examples share lies in narrow rows, one number each, from `%n` on; what differs from example to example in
wide rows, with a number for each example of a block, from `%w` on. Each loop fills rows of its own, eight examples at
a time, or eight rows where all examples share them. Sums over the examples are narrow rows, too, and lie before `%n`;
each is kept in eight parts, which lie before `%p`, and are added up after the last block.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from autograd.matrices.arguments import namespace
from autograd.native.speller import CONDITIONS, Speller
from autograd.native.text import LANES, NOTHING, VECTOR, Index, Text
from autograd.replay.statements import below
from autograd.replay.symbols import Sheet, Symbol

np = namespace(())
BEFORE, DURING, AFTER = range(3)  # the loop over blocks of examples
_POINTERS = "ptr %n, ptr %w, ptr %p, ptr %arrays"
_EXAMPLES = "i64 %first, i64 %examples, i64 %vectors"
DEAR = 4  # operations; a symbol that takes so many is computed once, and kept


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of numbers in memory.

    Attributes:
        places: where each begins, in the shape of the array without the examples.
        wide: whether there is a number for each example of a block.
        phase: when they are filled.
        truth: whether the numbers are 1.0 for true and 0.0 for false.
    """

    places: Any
    wide: bool
    phase: int
    truth: bool = False


class Loops:
    """Loops while they are written, each a function of its own.

    Args:
        block: how many examples are done together.

    Attributes:
        sheet: where the symbols are written.
        texts: the functions.
        phases: the calls before, during and after the loop over blocks of examples.
        calls: the rows of the table that are functions of C's library or of Python.
        sums, narrow, wide: how many numbers they take.
        constants: places of constants and their numbers, by their texts.
        tables: of places; they must live as long as the code.
    """

    def __init__(self, block: int) -> None:
        self.block, self.sheet = block, Sheet()
        self.texts: list[str] = []
        self.phases: list[list[str]] = [[], [], []]
        self.calls: set[str] = set()
        self.sums = self.narrow = self.wide = 0
        self.constants: dict[str, tuple[int, float]] = {}
        self.tables: list[array[int]] = []
        self._stored: dict[int, Rows] = {}  # by the index of a symbol
        self._variables: dict[Any, Symbol] = {}  # by their rows
        self._copies: dict[Any, Rows] = {}  # by the originals

    # ------------------------------------------------------------ where things are

    def new(self, shape: Sequence[int], wide: bool, phase: int, truth: bool = False) -> Rows:
        """Return new rows, one after the other."""
        count, step = int(np.prod(shape)), self.block if wide else 1
        start = self.wide if wide else self.narrow
        if wide:
            self.wide += count * step
        else:
            self.narrow += whole(count)
        places = np.arange(start, start + count * step, step).reshape(shape)
        return Rows(places, wide, phase, truth)

    def variable(self, rows: Rows) -> Symbol:
        """Return the symbol of what stands in rows, the same one for the same rows."""
        key = rows.places.tobytes(), rows.places.shape, rows.wide
        if key not in self._variables:
            self._variables[key] = symbol = self.sheet.variable("x")
            self._stored[symbol.index] = rows
        return self._variables[key]

    def rows(self, x: Any, shape: Sequence[int]) -> Rows:
        """Return the rows where a symbol or a constant is; what is in none yet is computed."""
        if type(x) is Symbol:
            if x.index not in self._stored:
                self.settle([x])
            rows = self._stored[x.index]
        else:
            if repr(x) not in self.constants:
                self.constants[repr(x)] = int(self.new((1,), False, BEFORE).places[0]), float(x)
            rows = Rows(np.array(self.constants[repr(x)][0]), False, BEFORE, type(x) is bool)
        return replace(rows, places=np.broadcast_to(rows.places, shape))

    def moved(self, x: Any, shape: Sequence[int], f: Callable[[Any], Any]) -> Any:
        """Return a symbol with the rows of an array of this shape in other places: where f puts them."""
        found: dict[int, Any] = {}

        def now(y: Any) -> Any:
            if type(y) is Symbol and y.index in self._stored:
                rows = self._stored[y.index]
                places = f(np.broadcast_to(rows.places, shape))
                return self.variable(replace(rows, places=places))
            return found[y.index] if type(y) is Symbol else y

        for y in below([x], self._stored):
            found[y.index] = self.sheet.operation(y.op, *map(now, y.args))
        return now(x)

    def widened(self, rows: Rows) -> Rows:
        """Return the same numbers for each example of a block."""
        if rows.wide or rows.places.size == 0:
            return rows
        different, which = np.unique(rows.places, return_inverse=True)
        wide = self._copied(replace(rows, places=different), wide=True)
        return replace(wide, places=wide.places[which].reshape(rows.places.shape))

    def _copied(self, rows: Rows, wide: bool = False) -> Rows:
        """Return the same numbers in rows that lie one after the other."""
        key = rows.places.tobytes(), rows.places.shape, wide
        if key not in self._copies:
            found = self._filled([self.variable(rows)], rows.places.shape, wide)
            self._copies[key] = found[0]
        return self._copies[key]

    def table(self, places: Any) -> str:
        """Return the address of a table of places."""
        self.tables.append(array("q", places.ravel().tolist()))
        return f"inttoptr (i64 {self.tables[-1].buffer_info()[0]} to ptr)"

    # ------------------------------------------------------------ what is computed row by row

    def settle(self, symbols: Sequence[Any], least: int = 1) -> None:
        """Compute those of the symbols that take so many operations at least, and keep them: those alike in one loop.

        A symbol may stand in arrays of several shapes, each of which repeats it. It is computed in its own.
        """
        alike: dict[Any, dict[int, Symbol]] = {}
        for x in symbols:
            if type(x) is Symbol and len(below([x], self._stored, *alike.values())) >= least:
                read = self._read([x], below([x], self._stored)).values()
                shape = np.broadcast_shapes(*[rows.places.shape for rows in read])
                phase = max([rows.phase for rows in read], default=BEFORE)
                kind = shape, phase, any(rows.wide for rows in read)
                alike.setdefault(kind, {})[x.index] = x
        for (shape, *_), kept in alike.items():
            self._stored |= zip(kept, self._filled([*kept.values()], shape))

    def _read(self, symbols: Sequence[Symbol], inside: Sequence[Symbol]) -> dict[Symbol, Rows]:
        """Return what a loop reads that computes the symbols, with those inside of them."""
        met = dict.fromkeys(x for s in inside for x in s.args if type(x) is Symbol)
        met |= dict.fromkeys(symbols)
        return {x: self._stored[x.index] for x in met if x.index in self._stored}

    def total(self, x: Any, shape: Sequence[int]) -> Rows:
        """Return the sum over the first axis."""
        symbol = x if type(x) is Symbol else self.variable(self.rows(x, shape))
        return self._filled([symbol], shape[1:], terms=shape[0], start="zeroinitializer")[0]

    def _filled(
        self,
        symbols: Sequence[Symbol],
        shape: Sequence[int],
        wide: bool = False,
        terms: int = 1,
        start: str = NOTHING,
    ) -> list[Rows]:
        """Return new rows of this shape with the symbols, or with their sums, from `start` on, over one axis more before it."""
        inside = below(symbols, self._stored)
        known = self._read(symbols, inside)
        phase = max([rows.phase for rows in known.values()], default=BEFORE)
        wide = wide or any(rows.wide for rows in known.values())
        truths = [known[x].truth if x in known else x.op in CONDITIONS for x in symbols]
        outs = [self.new(shape, wide, phase, truth) for truth in truths]
        full = terms, *shape
        operands = [(x.index, _Operand(self, y, full, wide)) for x, y in known.items()]
        count = int(np.prod(shape))
        vectors: Index = "%vectors" if wide else whole(count) // LANES
        rows = count if wide else 1
        with self.function(phase) as text, text.loop(rows) as row, text.loop(vectors) as vector:
            with text.loop(terms, [start] * len(symbols)) as term:
                speller = Speller(text, wide=True)
                for index, operand in operands:
                    found = operand.load(text, term.index, row.index, vector.index)
                    speller.texts[index] = found
                speller.write(inside)
                for before, x, truth in zip(term.values, symbols, truths):
                    found = speller.operand(x)
                    if truth:
                        found = text.new(f"uitofp <{LANES} x i1> {found} to {VECTOR}")
                    term.next.append(text.vector("fadd", before, found))
            step, lane = text.times(row.index, self.block), text.times(vector.index, LANES)
            for out, found in zip(outs, term.next):
                text.store(found, "%w" if wide else "%n", int(out.places.flat[0]), step, lane)
        self.calls |= speller.calls
        return outs

    @contextmanager
    def function(self, phase: int) -> Iterator[Text]:
        """Write a function around what is written inside; it is called in a phase."""
        name = f"loop{len(self.texts)}"
        # before and after, examples are alike: a whole block is filled
        once = f"i64 0, i64 {self.block}, i64 {self.block // LANES}"
        given = ", ".join([_POINTERS, _EXAMPLES if phase == DURING else once])
        self.phases[phase].append(f"call void @{name}({given})")
        self.texts.append(name)
        text = Text(f"define internal void @{name}({_POINTERS}, {_EXAMPLES})")
        yield text
        self.texts[self.texts.index(name)] = text.end()

    # ------------------------------------------------------------ products

    def product(self, w: Rows, x: Rows) -> Rows:
        """Return the matrix product of narrow rows and others."""
        (units, _), (_, columns) = w.places.shape, x.places.shape
        phase, width = max(w.phase, x.phase), whole(columns)
        if x.wide:
            out = self.new((units, columns), True, phase)
            w = w if _line(w.places) else self._copied(w)
            self._product(w.places, x.places, out, "%vectors")
            return out
        # in rows of the other, the columns take the place of the examples
        if width * units > whole(units) * columns:  # if that is the wider side
            turned = self.product(*(replace(y, places=y.places.T) for y in (x, w)))
            return replace(turned, places=turned.places.T)
        line = _line(x.places)
        if columns > 1 and (line is None or line[2] != 1):
            padded = np.pad(x.places, ((0, 0), (0, width - columns)), mode="edge")
            x = self._copied(replace(x, places=padded))
        out = self.new((units, width), False, phase)
        first = replace(out, places=out.places[:, :1])
        self._product(w.places, x.places[:, :1], first, width // LANES)
        return replace(out, places=out.places[:, :columns])

    def _product(self, matrix: Any, rows: Any, out: Rows, vectors: Index) -> None:
        """Fill rows with a product, eight of them together."""
        (units, length), columns = matrix.shape, rows.shape[1]
        base = "%w" if out.wide else "%n"
        ws, xs, outs = (Grid(self, x) for x in (matrix, rows, out.places))
        with self.function(out.phase) as text, text.loop(columns) as column:
            for unit, size in tiles(text, units, LANES):
                places = [outs.at(text, column.index, unit, j) for j in range(size)]
                with text.loop(vectors) as vector:
                    lane = text.times(vector.index, LANES)
                    with text.loop(length, ["zeroinitializer"] * size) as k:
                        x = text.load(base, xs.at(text, column.index, k.index), lane)
                        for j, before in enumerate(k.values):
                            w = text.number("%n", ws.at(text, k.index, unit, j))
                            k.next.append(text.fma(text.eight(w), x, before))
                    for place, found in zip(places, k.next):
                        text.store(found, base, place, lane)

    def over_examples(self, g: Rows, x: Rows) -> Rows:
        """Return the matrix product g xᵀ of wide rows: a sum over the examples."""
        (units, columns), (length, _) = g.places.shape, x.places.shape
        self.sums += whole(units * length)
        start = -self.sums
        places = np.arange(start, start + units * length).reshape(units, length)
        gs, xs = Grid(self, g.places), Grid(self, x.places)
        with self.function(DURING) as text:
            for unit, rows in tiles(text, units, 4):
                for k, width in tiles(text, length, 4):
                    zeros = ["zeroinitializer"] * (rows * width)
                    with text.loop(columns, zeros) as column:
                        ups = [gs.at(text, column.index, unit, i) for i in range(rows)]
                        downs = [xs.at(text, column.index, k, j) for j in range(width)]
                        with text.loop("%vectors", column.values) as vector:
                            lane = text.times(vector.index, LANES)
                            alive = text.before("%examples", vector.index)
                            left, right = (  # both, for 0·inf is nan
                                [
                                    text.chosen(alive, text.load("%w", at, lane), zeros[0])
                                    for at in side
                                ]
                                for side in (ups, downs)
                            )
                            pairs = [(y, z) for y in left for z in right]
                            for pair, before in zip(pairs, vector.values):
                                vector.next.append(text.fma(*pair, before))
                        column.next = vector.next
                    for i, found in enumerate(column.next):
                        near = (start + i // width * length + i % width) * LANES
                        ways = text.times(unit, length * LANES), text.times(k, LANES)
                        text.add(found, "%p", near, *ways)
        return Rows(places, False, AFTER)

    # ------------------------------------------------------------ arrays

    def exchange(self, number: int, rows: Rows, out: bool) -> None:
        """Copy an array, which has one example after the other, to rows; or rows out to it."""
        phase = DURING if rows.wide else AFTER if out else BEFORE
        size, base = rows.places.size, "%w" if rows.wide else "%n"
        if size == 0:
            return
        grid = Grid(self, rows.places.reshape(-1, 1))
        with self.function(phase) as text:
            given = text.new(f"load ptr, ptr {text.place('%arrays', number, kind='ptr')}")
            count: Index = "%examples" if rows.wide else 1
            with text.loop(count) as example, text.loop(size) as row:
                inside = text.sum(grid.at(text, 0, row.index), example.index)
                start = text.times(text.sum("%first", example.index), size)
                outside = text.sum(start, row.index)
                if out:
                    text.set_number(text.number(base, inside), given, outside)
                else:
                    text.set_number(text.number(given, outside), base, inside)


class Grid:
    """A matrix of places: evenly spaced, or else a table."""

    def __init__(self, loops: Loops, places: Any) -> None:
        self._line, self._width = _line(places), places.shape[1]
        self._table = "" if self._line else loops.table(places)

    def at(self, text: Text, column: Index, *row: Index) -> Index:
        """Return the place in a column and a row, whose number is a sum."""
        if self._line:
            start, down, along = self._line
            return text.sum(start, *(text.times(i, down) for i in row), text.times(column, along))
        index = text.sum(*(text.times(i, self._width) for i in row), column)
        return text.new(f"load i64, ptr {text.place(self._table, index, kind='i64')}")


class _Operand:
    """Rows that a loop loads: eight examples of one at a time, or eight of those that all examples share."""

    def __init__(self, loops: Loops, rows: Rows, shape: Sequence[int], wide: bool) -> None:
        places = np.broadcast_to(rows.places, shape).reshape(shape[0], -1)
        line, self._base, self._truth = _line(places), "%w" if rows.wide else "%n", rows.truth
        step = line[2] if line else None
        self._beside = rows.wide or (not wide and step == 1)  # the eight lie side by side
        self._table = ""
        if not wide and step not in (0, 1):
            more = whole(places.shape[1]) - places.shape[1]
            places = np.pad(places, ((0, 0), (0, more)), mode="edge")
            self._table, self._width = loops.table(places), places.shape[1]
        else:
            self._grid = Grid(loops, places)

    def load(self, text: Text, term: Index, row: Index, vector: Index) -> str:
        lane = text.times(vector, LANES)
        if self._table:
            index = text.sum(text.times(term, self._width), lane)
            found = text.gather("%n", text.place(self._table, index, kind="i64"))
        else:
            at = self._grid.at(text, row, term)
            beside = self._beside
            found = text.load(self._base, at, lane) if beside else text.eight(text.number("%n", at))
        return text.new(f"fcmp une {VECTOR} {found}, zeroinitializer") if self._truth else found


def _line(places: Any) -> tuple[int, int, int] | None:
    """Return where a matrix of places begins, and the ways to the next row and column, if they are even."""
    start = int(places[0, 0])
    down = int(places[1, 0]) - start if places.shape[0] > 1 else 0
    along = int(places[0, 1]) - start if places.shape[1] > 1 else 0
    rows, columns = np.ogrid[: places.shape[0], : places.shape[1]]
    return (start, down, along) if (places == start + down * rows + along * columns).all() else None


def whole(rows: int) -> int:
    """Return a number of rows, rounded up to whole vectors."""
    return -(-rows // LANES) * LANES


def tiles(text: Text, total: int, size: int) -> Iterator[tuple[Index, int]]:
    """Yield the first index and the size of the tiles of a range, inside a loop over them, then of the rest."""
    count, rest = divmod(total, size)
    if count:
        with text.loop(count) as loop:
            yield text.times(loop.index, size), size
    if rest:
        yield count * size, rest
