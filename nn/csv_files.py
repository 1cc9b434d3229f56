"""Examples from a file of separated values: text labels, decimal commas, missing values, scaling, a test split."""

import csv
import math
import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nn.arguments import generator, read_number, real, whole

SEPARATORS = ";\t,"  # a comma last: it may stand in a number
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
INDEX_NAMES = {"", "#", "id", "index", "no", "no.", "nr", "nr.", "row", "rownames", "unnamed: 0"}
MOST_SINGLE = 10  # examples that may each be of another class
THOUSANDS = re.compile(r"[-+−]?\d{1,3},\d{3}")
DECIMAL_COMMA = re.compile(r"\s*[-+−]?\d*,\d+(?:[eE][-+−]?\d+)?\s*")


_Rows = list[tuple[int, list[str]]]  # the number of each line, and its cells


class _Pair(NamedTuple):
    xs: list[list[float]]
    ys: list[Any]


class CsvExamples(_Pair):
    """Examples of a file: `xs, ys = examples`, and what is known of them.

    Attributes:
        xs: the input vectors.
        ys: for each its target: a number, or the number of its class.
        inputs: the names of the columns of xs.
        target: the name of the column of ys.
        classes: the labels of the classes 0, 1, 2, …, if the targets were text.
        scaling: for each column of xs the mean that was taken off and the deviation it was divided by, if it was.
        test: the examples that were held back, if some were.
    """

    inputs: list[str]
    target: str
    classes: list[str]
    scaling: list[tuple[float, float]]
    test: "CsvExamples | None"

    def scaled(self, x: Sequence[float]) -> list[float]:
        """Return one more input vector, scaled as these examples were."""
        return [(v - mean) / spread for v, (mean, spread) in zip(x, self.scaling)] or list(x)

    def __repr__(self) -> str:
        test = "" if self.test is None else f", {len(self.test.xs)} more held back"
        classes = f" ({', '.join(self.classes)})" if self.classes else ""
        return f"<{len(self.xs)} examples{test}: {', '.join(self.inputs)} → {self.target}{classes}>"


@dataclass(frozen=True)
class _Lines:
    """The cells of a file, line by line, and what is said of a bad one."""

    path: str
    names: list[str]
    rows: list[tuple[int, list[str]]]
    named: bool
    commas: bool  # whether columns are separated by them

    def column(self, wanted: int | str) -> int:
        """Return the place of a column, by its name or its number."""
        width, known = len(self.names), ", ".join(self.names)
        if isinstance(wanted, str) and wanted not in self.names:
            raise ValueError(f"{self.path} has no column {wanted!r}; it has {known}")
        if isinstance(wanted, str):
            return self.names.index(wanted)
        if not -width <= wanted < width:
            few = f"{width} columns: too few for a target in column {wanted}"
            raise ValueError(f"{self.path} has {few}")
        return wanted % width

    def bad(self, row: int, what: str) -> ValueError:
        return ValueError(f"{self.path}, line {self.rows[row][0]}: {what}")


def load_csv(
    path: str | os.PathLike[str],
    target: int | str = -1,
    test: float = 0.0,
    scale: bool = False,
    *,
    inputs: Sequence[int | str] | None = None,
    missing: str = "refuse",
    seed: int = 0,
) -> CsvExamples:
    """Read examples from a file: `xs, ys = load_csv(path)`.

    Columns are separated by commas, semicolons or tabs; where it is not commas, numbers may have a decimal comma.
    A first line without numbers names the columns. A first column that only counts the rows is left out, with a
    warning. Targets that are text become the classes 0, 1, 2, … in the order of the alphabet.

    Args:
        path: the file.
        target: the column of the target by name or number; the last if not given.
        test: the share of the examples to hold back, from 0 to 1, or how many; they are in `.test`.
        scale: whether to bring each input to mean 0 and deviation 1 over the examples that are not held back.
        inputs: the columns of the inputs; all others if not given.
        missing: what becomes of rows without a value: "refuse", "drop", or "mean" for that of the column.
        seed: of the choice of those held back.

    Returns:
        A CsvExamples of xs and ys, which also knows the names of the columns and classes.

    Raises:
        ValueError: if the file is empty or ragged, an input is not a number, a value is missing, or there is no such
            column.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "iris.csv")
    >>> _ = file.write_text("petal;sepal;species\\n1,5;2;setosa\\n4,0;3;virginica\\n")
    >>> load_csv(file, target="species")
    <2 examples: petal, sepal → species (setosa, virginica)>
    """
    if missing not in ("refuse", "drop", "mean"):
        raise ValueError(f"missing must be 'refuse', 'drop' or 'mean'; got {missing!r}")
    lines = _read(path)
    goal = lines.column(target)
    if inputs is None:
        left_out = (goal, _index_column(lines, goal))
        wanted = [k for k in range(len(lines.names)) if k not in left_out]
    else:
        wanted = [lines.column(name) for name in inputs]
    if not wanted or goal in wanted:
        others = "the inputs are other columns than the target, at least one"
        raise ValueError(f"{lines.path}: {others}")
    numbers = _numbers(lines, wanted)
    ys, classes = _targets(lines, goal)
    _check_complete(lines, wanted, goal, numbers, ys, missing)
    keep = [r for r, y in enumerate(ys) if y is not None]
    if missing != "mean":
        keep = [r for r in keep if None not in numbers[r]]
    if not keep:
        raise ValueError(f"{lines.path} holds no complete example")
    held = _held_back(len(keep), test, seed)
    training = [r for k, r in enumerate(keep) if k not in held]
    names = [lines.names[c] for c in wanted]
    known = [numbers[r] for r in training]
    means = _means(names, known) if scale or missing == "mean" else [0.0] * len(names)
    filled = _filled(numbers, means)
    scaling: list[tuple[float, float]] = []
    for c, mean in enumerate(means if scale else []):
        norm = math.hypot(*(filled[r][c] - mean for r in training))
        scaling.append((mean, norm / math.sqrt(len(training)) or 1.0))

    def part(rows: list[int], beside: CsvExamples | None) -> CsvExamples:
        table = CsvExamples([filled[r] for r in rows], [ys[r] for r in rows])
        table.inputs, table.target = names, lines.names[goal]
        table.classes, table.scaling, table.test = classes, scaling, beside
        table.xs[:] = map(table.scaled, table.xs)
        return table

    return part(training, part([keep[k] for k in sorted(held)], None) if held else None)


def read_inputs(
    path: str | os.PathLike[str],
    count: int,
    inputs: Sequence[int | str] | None = None,
    missing: str = "refuse",
) -> list[list[float]]:
    """Read input vectors from a file, which may hold other columns, too.

    Args:
        path: the file.
        count: how many inputs there are.
        inputs: their columns by name or number; all columns if not given, or if they have no names there.
        missing: what is put where a value is missing: "mean", that of the column; "refuse" if nothing.

    Raises:
        ValueError: if there are not so many columns, or a value is missing; and as for `load_csv`.
    """
    lines = _read(path, least=1)
    wanted = list(range(len(lines.names)))
    if inputs is not None and (lines.named or not all(isinstance(name, str) for name in inputs)):
        wanted = [lines.column(name) for name in inputs]
    if len(wanted) != count:
        raise ValueError(
            f"{lines.path} has {len(wanted)} columns, but the network {count} input{'s' * (count != 1)}: say "
            "which columns they are (inputs=)"
        )
    names, numbers = [lines.names[c] for c in wanted], _numbers(lines, wanted)
    if missing == "mean":
        return _filled(numbers, _means(names, numbers))
    for r, row in enumerate(numbers):
        if None in row:
            say = "say missing='mean' to put the mean of the column"
            raise lines.bad(r, f"no value in {names[row.index(None)]}: {say}")
    return _filled(numbers, [0.0] * count)


def _read(path: str | os.PathLike[str], least: int = 2) -> _Lines:
    separator, rows = _separated(path)
    header = bool(rows) and all(_number(cell) is None for cell in rows[0][1])
    width = len(rows[0][1]) if rows else 0
    names = [name.strip() for name in rows.pop(0)[1]] if header else []
    if not rows:
        raise ValueError(f"{path} holds no examples")
    while not (names and names[-1]) and _end_empty(rows, width):
        names = names[:-1]
        rows, width = [(n, row[:-1]) for n, row in rows], width - 1
    if width < least:
        apart = "inputs and target are separated by commas, semicolons or tabs"
        raise ValueError(f"{path} has a single column: {apart}")
    names = names or [f"column {k + 1}" for k in range(width)]
    lines = _Lines(str(path), names, rows, header, separator == ",")
    for r, (_, row) in enumerate(rows):
        if len(row) != width:
            raise lines.bad(r, f"{len(row)} columns, but {width} before")
    return lines


def _separated(path: str | os.PathLike[str]) -> tuple[str, _Rows]:
    """Return the separator of a file, one that makes all lines equally long if there is one, and the cells."""
    raw = Path(path).read_bytes()
    utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if utf16 else "utf-8-sig")
        found = _every_way(text)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} does not hold separated values as UTF-8 text: {error}") from None
    wide = [(separator, rows) for separator, rows in found if rows and len(rows[0][1]) > 1]
    even = [way for way in wide if len({len(row) for _, row in way[1]}) == 1]
    return (even or wide or found)[0]


def _every_way(text: str) -> list[tuple[str, _Rows]]:
    """Return the cells of a text by each separator that fits: cells in quotes are cells with the right one alone."""
    found = []
    errors = []
    for separator in SEPARATORS:
        try:
            found.append((separator, _split(text, separator)))
        except csv.Error as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return found


def _end_empty(rows: _Rows, width: int) -> bool:
    """Tell whether each line ends with a separator: the last of several columns is empty throughout."""
    return width > 1 and all(len(row) == width and not row[-1].strip() for _, row in rows)


def _split(text: str, separator: str) -> _Rows:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


def _number(cell: str) -> float | None:
    """Return the number that a cell holds, with a decimal comma or point; None if it is none."""
    try:
        return read_number(cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell)
    except ValueError:
        return None


def _index_column(lines: _Lines, goal: int) -> int | None:
    """Return the place of a first column that only counts the rows, and say so."""
    cells = [row[0].strip() for _, row in lines.rows]
    if goal == 0 or len(lines.names) < 3 or lines.names[0].lower() not in INDEX_NAMES:
        return None
    counted = list(map(int, cells)) if all(map(str.isdecimal, cells)) else [2]
    if counted[0] > 1 or counted != list(range(counted[0], counted[0] + len(cells))):
        return None
    warnings.warn(
        f"{lines.path}: the first column, {lines.names[0]!r}, only counts the rows, so it is left out; say which "
        "columns are inputs (inputs=) to have it as one",
        stacklevel=3,
    )
    return 0


def _numbers(lines: _Lines, wanted: list[int]) -> list[list[float | None]]:
    """Return the inputs of each row; None where a value is missing."""
    cells = [[row[c].strip() for c in wanted] for _, row in lines.rows]
    present = [cell for row in cells for cell in row if cell.lower() not in MISSING]
    rows: list[list[float | None]] = []
    for r, row in enumerate(cells):
        numbers = [None if cell.lower() in MISSING else _number(cell) for cell in row]
        for c, cell, x in zip(wanted, row, numbers):
            if cell.lower() not in MISSING and (x is None or not math.isfinite(x)):
                why = "inputs are finite numbers, and inputs= says which columns they are"
                raise lines.bad(r, f"{lines.rows[r][1][c]!r} is not a number; {why}")
            if lines.commas and THOUSANDS.fullmatch(cell):
                plain = cell.replace(",", "")
                raise lines.bad(
                    r,
                    f"{cell!r} may be {plain} or {cell.replace(',', '.')}: write it without the comma",
                )
        rows.append(numbers)
    comma = next(filter(DECIMAL_COMMA.fullmatch, present), "")
    point = next((cell for cell in present if "." in cell), "")
    if comma and point:
        both = f"decimal commas ({comma}) and decimal points ({point})"
        raise ValueError(f"{lines.path} has {both}: which is it?")
    return rows


def _targets(lines: _Lines, goal: int) -> tuple[list[Any], list[str]]:
    """Return the target of each row, None where it is missing, and the labels of the classes if they are text."""
    cells = [row[goal].strip() for _, row in lines.rows]
    if any(_number(cell) is not None for cell in cells):
        return [row[0] for row in _numbers(lines, [goal])], []
    # a label may read "NA" or "none": only an empty cell is missing among labels
    labels = [cell for cell in cells if cell]
    classes = sorted(set(labels))
    if len(classes) == len(labels) > MOST_SINGLE:
        raise ValueError(
            f"{lines.path}: every target is another text ({labels[0]}, {labels[1]}, ...): is "
            f"{lines.names[goal]} the target? target= says which column is"
        )
    return [classes.index(cell) if cell else None for cell in cells], classes


def _check_complete(
    lines: _Lines, wanted: list[int], goal: int, numbers: list[list[float | None]], ys: list[Any], missing: str
) -> None:  # fmt: skip
    """Refuse missing values unless it was said what to do with them; those of a target cannot be filled in."""
    empty = [(r, goal) for r, y in enumerate(ys) if y is None]
    if missing == "refuse":
        empty += [(r, c) for r, row in enumerate(numbers) for c, v in zip(wanted, row) if v is None]
    if empty and missing != "drop":
        r, c = min(empty)
        lack = f"{len({r for r, _ in empty})} of {len(ys)} rows lack one"
        say = "say missing='drop' to leave such rows out"
        if missing == "refuse":
            say += ", or missing='mean' to put the mean of the column"
        raise lines.bad(r, f"no value in {lines.names[c]}; {lack}: {say}")


def _held_back(count: int, test: float, seed: int) -> set[int]:
    """Return which of so many examples are held back: a share of them, or so many if it is a whole number."""
    if hasattr(test, "__index__"):
        held = whole("test", test, least=0)
    else:
        held = round(real("test", test, below=1.0) * count)
    if test and not 0 < held < count:
        share = f"the share of the {count} examples to hold back, or how many"
        raise ValueError(f"test is {share}: some, but not all; got {test:g}")
    order = list(range(count))
    generator(seed).shuffle(order)
    return set(order[:held])


def _means(names: Sequence[str], rows: Sequence[Sequence[float | None]]) -> list[float]:
    """Return the mean of each column over the rows that have a value there."""
    means = []
    for name, column in zip(names, zip(*rows)):
        present = [x for x in column if x is not None]
        if not present:
            raise ValueError(f"no example to learn from has a value in {name}")
        try:
            means.append(math.fsum(present) / len(present))
        except OverflowError:
            raise ValueError(f"the numbers in {name} are too large for their mean") from None
    return means


def _filled(rows: Sequence[Sequence[float | None]], means: Sequence[float]) -> list[list[float]]:
    """Return rows with the mean of the column where a value is missing."""
    return [[mean if x is None else x for x, mean in zip(row, means)] for row in rows]
