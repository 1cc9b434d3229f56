"""What stands in a working: names with their numbers, wherever and however they are written."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

from nn.lessons.reading.phrases import PROMPT, SETTINGS, Item, Known, Phrases, value_of
from nn.lessons.reading.plain import NEW_ROW, NUMBER, plain
from nn.lessons.reading.tables import block, table

_LONGEST = 30  # lines of a matrix
_LABELS, _VALUES = ("name", "quantity", "label"), ("value", "answer", "result", "number")
_OPEN = re.compile(r"[=:≈]\s*(?:[\w.]*array|tensor|Matrix)?\s*\(?\s*\[")
_GOES_ON = re.compile(r"\s*[=≈](?!=)\s*\S|\s+[+·×*/]\s*[\d(]")
_UNFINISHED = re.compile(r"[-+−·×*/]\s*$")
_NUMBERS = re.compile(rf"\[{{0,2}}(?:\s*{NUMBER}\s*,?(?=[\s\]]|$))+\s*\]{{0,2}}")


def items(text: str, known: Known, listed: Known) -> list[Item]:
    """Return what stands in a working; blanks are left out.

    Args:
        text: the working.
        known: tells whether a text is the name of a number.
        listed: tells whether it is the name of a matrix or a column.
    """
    found = list[Item]()
    with suppress(ValueError, RecursionError):
        content = json.loads(text, parse_float=str, parse_int=str)
        found = list(_from_json(content, "", known))
    found = found or list(_from_text(plain(text).split("\n"), Phrases(known, listed)))
    return [item for item in found if item.number or item.rows or item.why or item.setting]


def _from_text(lines: Sequence[str], phrases: Phrases) -> Iterator[Item]:
    k = 0
    while k < len(lines):
        if rows := block(lines, k):
            yield from table(rows, k + 1, phrases, lines[k : k + len(rows)])
            k += len(rows)
            continue
        line, count = _printed(lines, k, phrases) or _statement(lines[k : k + _LONGEST])
        for part in line.split(NEW_ROW):
            yield from phrases.line(part, k + 1)
        k += count


def _statement(lines: Sequence[str]) -> tuple[str, int]:
    """Return the first line with those that go on with it, a matrix or a long calculation, and how many they are."""
    line, count = lines[0], 1
    for following in lines[1:]:
        if _OPEN.search(line) and line.count("[") > line.count("]"):
            line += " " if line.rstrip().endswith((",", "[", "(", ";")) else " ; "
        elif "=" not in line or not (_GOES_ON.match(following) or _UNFINISHED.search(line)):
            break
        line, count = f"{line} {following.strip()}", count + 1
    return line, count


def _printed(lines: Sequence[str], k: int, phrases: Phrases) -> tuple[str, int] | None:
    """Return a name with the numbers that a program printed below it, in one line, and how many lines they were."""
    line = PROMPT.sub("", lines[k].strip())
    name = line.rstrip(" =:≈")
    at = k + 1
    while name != line and at < len(lines) and not lines[at].strip():
        at += 1
    below = [PROMPT.sub("", row.strip()) for row in lines[at : at + _LONGEST]]
    rows = [row.strip(" []") for row in takewhile(_NUMBERS.fullmatch, below)]
    prompted = line != lines[k].strip() or (below and below[0] != lines[at].strip())
    if not rows or not (name != line or prompted) or not phrases.named(name):
        return None
    alone = len(rows) == 1 and re.fullmatch(NUMBER, rows[0])
    said = rows[0] if alone else f"[{' ; '.join(rows)}]"
    return f"{name} = {said}", at + len(rows) - k


def _from_json(content: Any, name: str, known: Known) -> Iterator[Item]:
    if isinstance(content, dict):
        for called, v in _named(content, name, known):
            yield from _from_json(v, called, known)
    elif isinstance(content, list) and content and all(isinstance(v, dict) for v in content):
        for v in content:
            yield from _from_json(v, name, known)
    elif isinstance(content, list):
        yield _list(content, name)
    elif content is not None and name:
        said, given = str(content), name in SETTINGS
        (number, why), text = value_of(said), f"{name} = {said}"
        setting = said * (given and not re.fullmatch(NUMBER, said.strip()))
        if known(name) or given:
            yield Item(name, number, 0, text, why, setting=setting)
        elif re.search(r"\d[.,]\d", number):
            yield Item("", "", 0, text, "it names no number of this network")


def _named(content: dict[str, Any], name: str, known: Known) -> Iterator[tuple[str, Any]]:
    """Yield what stands in an object, each with its name, which may go on from that of the object."""
    label = next((content[k] for k in _LABELS if isinstance(content.get(k), str)), "")
    value = next((content[k] for k in _VALUES if k in content), None)
    if label and value is not None:
        yield label, value
        return
    for k, v in ((plain(k), v) for k, v in content.items()):
        joined = (name + k, f"{name} {k}", f"{k}_{name}") if name else ()
        yield next(filter(known, (k, *joined)), k), v


def _list(content: list[Any], name: str) -> Item:
    rows = content if content and all(isinstance(row, list) for row in content) else [content]
    said = json.dumps(content)
    if name in SETTINGS or any(isinstance(v, list) for row in rows for v in row):
        return Item(name, "", 0, f"{name} = {said}", setting=said.replace('"', ""))
    numbers = tuple(tuple("" if v is None else str(v) for v in row) for row in rows)
    return Item(name, "", 0, f"{name} = {said}", rows=numbers)
