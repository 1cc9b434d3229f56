"""Tables in a working: Markdown, tabs, CSV, columns of blanks; the name in any column, or in the head."""

import re
from collections.abc import Iterator, Sequence

from autograd.notation import DIGITS, RAISED
from nn.lessons.reading.phrases import RELATION, SETTINGS, Item, Phrases, value_of
from nn.lessons.reading.plain import NEW_ROW, NUMBER

_VALUE_HEADS = {
    "value", "result", "answer", "your answer", "wert", "ergebnis", "antwort", "rounded", "number", "valeur", "resultado",
    "output",
}  # fmt: skip
_PURE = re.compile(rf"\s*[*`_]*(?:=|≈)?\s*{NUMBER}\s*[*`_✓✗]*\s*")
_PARENTHESES = re.compile(r"\([^)]*\)")
_PAIR = re.compile(r"[=≈:]|[^\W\d_].*\s[-−–+]?\d*(?:[.,]\d|·10)")  # a name with its number
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
        cells = [a or b for a, b in re.findall(r'(?:^|,)(?:"([^"]*)"|([^,"]*))', text)]
        if len(cells) == 3 and re.fullmatch(r"[-−+]?\d+,\d{2,}", number := ",".join(cells[1:])):
            return [cells[0], number]
        return [] if re.fullmatch(NUMBER, text.strip()) else cells
    apart = re.search(r"\s{2}", masked.strip())
    return re.split(r"\s{2,}", text.strip()) if apart else []


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
        if rules[k]:
            continue
        ruled = any(rules[k + 1 : k + 2])
        names = [cell for cell in row if phrases.known(cell)]
        bare = not any(map(_PURE.fullmatch, row))
        pairs = any(_PAIR.search(_PARENTHESES.sub("", cell)) for cell in row)
        if ruled or (bare and (len(names) > 1 or (k == 0 and not pairs))):
            head = row
            if (ruled and bare) or not (len(row) == 2 and len(names) == 1):
                continue
        yield from _row(row, head, at + k, lines[k].strip(), phrases)


def _row(row: list[str], head: list[str], at: int, text: str, phrases: Phrases) -> Iterator[Item]:
    known = phrases.known
    composed = list(_composed(row, head, phrases))
    if composed:
        yield from (Item(name, number, at, f"{name} = {number}") for name, number in composed)
        return
    places = [k for k, cell in enumerate(row) if known(cell) and not _PURE.fullmatch(cell)]
    if not places:
        if row[0] not in SETTINGS:
            yield from phrases.line((" ; " if any(map(_PAIR.search, row)) else "   ").join(row), at)
        return
    place = places[0]
    titles = [cell.strip("*` ").casefold() for cell in head]
    wanted = [k for k, title in enumerate(titles) if title in _VALUE_HEADS and k != place]
    cells = [row[k] for k in wanted if k < len(row)] or [*reversed(row[place + 1 :]), *row[:place]]
    values = [value_of(RELATION.split(cell)[-1]) for cell in cells]
    number, why = next((v for v in values if v[0] or (v[1] and wanted)), ("", ""))
    beside = [*row[:place], *row[place + 1 :]]
    if not (number or why) and any(re.search(r"\d", c) for c in beside if not c.isdigit()):
        why = "no number stands beside it"
    yield Item(row[place], number, at, text, why)


def _composed(row: list[str], head: list[str], phrases: Phrases) -> Iterator[tuple[str, str]]:
    """Yield name and number where a name is above a column, or its letter is there and its index in the row, or so."""
    known = phrases.known
    labels = [c for c in row if c and not re.search(r"\d[.,]\d", re.sub(r"\[.*?\]", "", c))][:2]
    spelled = any(known(label) and not label.isdigit() for label in labels)
    for k, (title, cell) in enumerate(zip(head, row)):
        bare = re.sub(r"\s*\(.*?\)|(?<=\w)_\{?[ijk]\}?$|[ⱼᵢₖ]$", "", title.strip("*` ")).strip()
        if not _PURE.fullmatch(cell) or not bare or (cell.isdigit() and k == 0):
            continue
        number = cell.strip("*`_ =≈")
        if known(bare) and sum(map(known, head)) > 1 and not spelled:
            yield bare, number
            continue
        for label in labels:
            if label == cell:
                continue
            index = re.sub(rf"^[^\d{DIGITS}{RAISED}\[^_]+", "", label)
            letter, number_of = (label, bare) if bare.isdigit() else (bare, label)
            tries = [letter + number_of, f"{letter}_{number_of}"]
            tries += [bare + index] * bool(index and not known(f"gradient {label}"))
            if re.match(r"new\b|neu", bare.casefold()) and known(label):
                tries = [f"new {label}"]
            elif _GRADIENT.search(bare) and known(f"gradient {label}"):
                tries = [f"gradient {label}"]
            if name := next(filter(known, tries), ""):
                yield name, number
                break
