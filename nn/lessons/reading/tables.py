"""Tables in a working: Markdown, tabs, CSV, columns of blanks; the name in any column, or in the head."""

import re
from collections.abc import Iterator, Sequence

from autograd.notation import DIGITS, RAISED
from nn.lessons.reading.phrases import RELATION, SETTINGS, Item, Known, Phrases, value_of
from nn.lessons.reading.plain import NEW_ROW, NUMBER

_VALUE_HEADS = {
    "value", "result", "answer", "your answer", "wert", "ergebnis", "antwort", "rounded", "number", "valeur", "resultado",
    "output",
}  # fmt: skip
_PURE = re.compile(rf"\s*[*`_]*(?:=|≈)?\s*{NUMBER}\s*[*`_✓✗]*\s*")
_PARENTHESES = re.compile(r"\([^)]*\)")
_PAIR = re.compile(r"[=≈:]|[^\W\d_].*\s[-−–+]?\d*(?:[.,]\d|·10)")  # a name with its number
_INDEX = re.compile(r"\s*\(.*?\)|(?<=\w)_\{?[ijk]\}?$|[ⱼᵢₖ]$")  # of any unit, or a remark
_DECIMAL, _INSIDE = re.compile(r"\d[.,]\d"), re.compile(r"\[.*?\]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_RULE = re.compile(r"[\s:\-]*")
_GRADIENT = re.compile(r"grad|credit|^[−-]?[^ ·]+·[^ ·]+$|∂|^d[lejc]/d", re.IGNORECASE)


def cells_of(line: str) -> list[str]:
    """Return the cells of a line, if it is one of a table.

    >>> cells_of("| a1 | 1.19 |"), cells_of("h1;0,5933"), cells_of("dW1[0,1] 0.5"), cells_of("net_h1,0.3775")
    (['a1', '1.19'], ['h1', '0,5933'], [], ['net_h1', '0.3775'])
    """
    text = line.replace(NEW_ROW, " ").rstrip()
    if text.count("|") >= 2 or text.lstrip().startswith("|"):
        return [c.strip() for c in text.strip().strip("|").split("|")]
    if "\t" in text.strip():
        return [c.strip() for c in text.split("\t")]
    masked = re.sub(r"\[[^\]]*\]|\{[^}]*\}|\([^)]*\)", "", text)
    parts = re.split("[,;]", text)
    prose = len(parts) > 1 and any(len(_WORD.findall(p)) > 3 for p in parts)
    if prose or re.search(r"[=≈]", masked):
        return []
    if ";" in masked.strip(" ;"):
        return [c.strip().strip('"') for c in text.split(";")]
    if re.search(r"\S,\S|\",\"", masked) and not re.search(r", |\s[-−+]?\d+,\d", text):
        return _comma_separated(text)
    return re.split(r"\s{2,}", text.strip()) if re.search(r"\s{2}", masked.strip()) else []


def _comma_separated(text: str) -> list[str]:
    cells = [a or b for a, b in re.findall(r'(?:^|,)(?:"([^"]*)"|([^,"]*))', text)]
    if len(cells) == 3 and re.fullmatch(r"[-−+]?\d+,\d{2,}", number := ",".join(cells[1:])):
        return [cells[0], number]
    return [] if re.fullmatch(NUMBER, text.strip()) else cells


def block(lines: Sequence[str], start: int) -> list[list[str]]:
    """Return the rows of the table that begins in a line; empty if none does."""
    rows: list[list[str]] = []
    for line in lines[start:]:
        cells = cells_of(line)
        if len(cells) < 2 or (rows and abs(len(cells) - len(rows[0])) > 2):
            break
        rows.append(cells)
    return rows if len(rows) > 1 or (rows and lines[start].lstrip().startswith("|")) else []


def table(rows: list[list[str]], at: int, phrases: Phrases, lines: Sequence[str]) -> Iterator[Item]:
    """Yield what stands in a table.

    Args:
        rows: its cells.
        at: the number of its first line.
        phrases: what finds names in text.
        lines: its lines.
    """
    head: list[str] = []
    rules = [all(map(_RULE.fullmatch, row)) for row in rows]
    for k, row in enumerate(rows):
        ruled, names = any(rules[k + 1 : k + 2]), sum(map(phrases.known, row))
        bare = not any(map(_PURE.fullmatch, row))
        pairs = any(_PAIR.search(_PARENTHESES.sub("", cell)) for cell in row)
        if rules[k]:
            continue
        if ruled or (bare and (names > 1 or (k == 0 and not pairs))):
            head = row
            if (ruled and bare) or not (len(row) == 2 and names == 1):
                continue
        yield from _row(row, head, at + k, lines[k].strip(), phrases)


def _row(row: list[str], head: list[str], at: int, text: str, phrases: Phrases) -> list[Item]:
    known = phrases.known
    if composed := list(_composed(row, head, known)):
        return [Item(name, number, at, f"{name} = {number}") for name, number in composed]
    for place, cell in enumerate(row):
        if known(cell) and not _PURE.fullmatch(cell):
            number, why = _answer(row, place, head)
            return [Item(cell, number, at, text, why)]
    joint = " ; " if any(map(_PAIR.search, row)) else "   "
    return [] if row[0] in SETTINGS else phrases.line(joint.join(row), at)


def _answer(row: list[str], place: int, head: list[str]) -> tuple[str, str]:
    """Return the number that stands beside a name, in the column of the answers if there is one; or why there is none."""
    titles = [cell.strip("*` ").casefold() for cell in head]
    wanted = [cell for k, (cell, title) in enumerate(zip(row, titles)) if title in _VALUE_HEADS and k != place]  # fmt: skip
    beside = [*reversed(row[place + 1 :]), *row[:place]]
    values = [value_of(RELATION.split(cell)[-1]) for cell in wanted or beside]
    found = next((v for v in values if v[0] or (v[1] and wanted)), ("", ""))
    if not any(found) and any(re.search(r"\d", c) for c in beside if not c.isdigit()):
        return "", "no number stands beside it"
    return found


def _composed(row: list[str], head: list[str], known: Known) -> Iterator[tuple[str, str]]:
    """Yield name and number where a name is above a column, or its letter is there and its index in the row, or so."""
    labels = [c for c in row if c and not _DECIMAL.search(_INSIDE.sub("", c))][:2]
    columns = sum(map(known, head)) > 1 and all(map(str.isdigit, filter(known, labels)))
    for k, (title, cell) in enumerate(zip(head, row)):
        bare = _INDEX.sub("", title.strip("*` ")).strip()
        if not _PURE.fullmatch(cell) or not bare or (cell.isdigit() and k == 0):
            continue
        whole = [bare] if columns and known(bare) else []
        joined = (_joined(bare, label, known) for label in filter(cell.__ne__, labels))
        if name := next(filter(None, whole or joined), ""):
            yield name, cell.strip("*`_ =≈")


def _joined(title: str, label: str, known: Known) -> str:
    """Return the name that the title of a column makes with the label of a row; empty if none is known."""
    if re.match(r"new\b|neu", title.casefold()) and known(label):
        tries = [f"new {label}"]
    elif known(f"gradient {label}") and _GRADIENT.search(title):
        tries = [f"gradient {label}"]
    else:
        letter, number = (label, title) if title.isdigit() else (title, label)
        index = re.sub(rf"^[^\d{DIGITS}{RAISED}\[^_]+", "", label)
        tries = [letter + number, f"{letter}_{number}"]
        tries += [title + index] * bool(index and not known(f"gradient {label}"))
    return next(filter(known, tries), "")
