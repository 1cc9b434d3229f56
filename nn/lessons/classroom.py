"""A class: a worksheet for each name, and the marks of all of them."""

import csv
import io
import itertools
import json
import os
import random
import re
import secrets
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.files import write_whole
from autograd.tables import as_csv
from nn.credit import Credit
from nn.lessons.marking import Marking, Scheme, mark
from nn.lessons.marking.working import Sheet
from nn.lessons.reading import decoded
from nn.lessons.worksheets import Worksheet, make_worksheet
from nn.lessons.worksheets.worksheet import DAMAGED

LONGEST = 60  # letters of a folder
HEADS = ("name", "full name", "student", "names")  # of the column of names
ANSWERS = (".md", ".txt", ".csv", ".json", ".tex", ".markdown", "")
COLUMNS = [
    "name", "file", "marks", "of", "right", "follows", "wrong", "unread", "left_blank", "mistakes", "notation", "remarks",
]  # fmt: skip
_KEPT = "class.json"
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def read_roster(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of a class: a line each, or the column "name" (else the first) of a CSV file.

    Raises:
        ValueError: if there is no name in it.
        OSError: if it cannot be read.
    """
    text = decoded(Path(path).read_bytes())
    rows = [list(map(str.strip, row)) for row in rows_of(text) if any(map(str.strip, row))]
    first = [cell.casefold() for cell in rows[0]] if rows else []
    heads = [k for k, cell in enumerate(first) if cell in HEADS]
    column, body = (heads[0], rows[1:]) if heads else (0, rows)
    cells = [row[column] for row in body if len(row) > column and row[column]]
    names = [unicodedata.normalize("NFC", cell) for cell in cells]
    if not names:
        known = "a line each, or a column called name"
        raise ValueError(f"{os.fspath(path)!r} holds no names: {known}")
    return names


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a text, separated by what stands most often in its first line: comma, semicolon or tab."""
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def folders(names: Iterable[str]) -> dict[str, str]:
    """Return a folder for each name, no two alike on any system, and the name that it belongs to.

    >>> folders(["Ada L.", "ada l", "../../etc", "李雷"])
    {'Ada-L': 'Ada L.', 'ada-l-2': 'ada l', 'etc': '../../etc', '李雷': '李雷'}
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else "-" for c in name)
        base = re.sub("-+", "-", kept).strip("-")[:LONGEST] or "nameless"
        if _RESERVED.fullmatch(base):
            base = f"{base}-"
        numbered = (f"{base}-{count}" for count in itertools.count(2))
        folder = next(f for f in itertools.chain([base], numbered) if f.casefold() not in used)
        used.add(folder.casefold())
        found[folder] = name
    return found


def make_class(
    names: Iterable[str],
    out: str | os.PathLike[str],
    seed: int | None = None,
    overwrite: bool = False,
    **options: Any,
) -> dict[str, Worksheet]:
    """Write a different worksheet for each name, and return them by folder.

    What students get is in out/students, a folder each; answers and seeds are in out/teacher.

    Args:
        names: the names, in any script.
        out: the folder of the class.
        seed: makes the same sheets again; else nobody can guess them.
        overwrite: whether what is there may be lost.
        **options: as for `make_worksheet`: sizes, activation, lr, …

    >>> import tempfile
    >>> sheets = make_class(["Ada", "Grace"], tempfile.mkdtemp(), seed=1)
    >>> len(sheets)
    2
    """  # fmt: skip
    root = Path(out)
    secret = secrets.randbits(64) if seed is None else seed
    sheets: dict[str, Worksheet] = {}
    for folder, name in folders(names).items():
        own = random.Random(f"{secret} {folder}").getrandbits(48)
        sheets[folder] = make_worksheet(own, name=name, **options)
    kept = root / "teacher" / _KEPT
    if kept.exists() and not overwrite:
        other = (
            "choose another folder, or say that it may be lost with overwrite=True (--overwrite)"
        )
        raise FileExistsError(f"{kept} belongs to another class: {other}")
    for folder, sheet in sheets.items():
        sheet.save(root / "students" / folder, overwrite, root / "teacher" / folder)
    content = {folder: json.loads(sheet.json()) for folder, sheet in sheets.items()}
    write_whole(kept, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return sheets


def load_class(out: str | os.PathLike[str]) -> dict[str, Worksheet]:
    """Return the worksheets of a class by folder.

    Raises:
        ValueError: if it holds no class.
        OSError: if it cannot be read.
    """
    kept = Path(out) / "teacher" / _KEPT
    try:
        content = json.loads(kept.read_text(encoding="utf-8"))
        return {folder: Worksheet.from_settings(given) for folder, given in content.items()}
    except FileNotFoundError:
        made = "a class is made by backprop worksheet --roster names.csv --out FOLDER"
        raise ValueError(f"there is no {kept}: {made}") from None
    except DAMAGED as error:
        raise ValueError(f"{kept} does not hold a class: {error}") from None


@dataclass(frozen=True)
class Marked:
    """One working of a class.

    Attributes:
        name: whose it is.
        file: which file was marked; empty if there was none.
        report: its marks; None if there was nothing to mark.
        remark: why there was nothing to mark, or what else is to be said.
    """

    name: str
    file: str
    report: Marking | None
    remark: str = ""


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class.

    Attributes:
        marked: each working, by the folder or name under which its sheet was given.
        of: what a working can earn.
    """

    marked: dict[str, Marked]
    of: float

    def csv(self) -> str:
        """Return the marks as CSV, for spreadsheets: no name in it can be a formula."""
        rows: list[list[object]] = [[*COLUMNS]]
        for m in self.marked.values():
            r = m.report
            counts = [r.count(s) for s in ("right", "follows", "wrong", "unread")] if r else [0] * 4
            causes = "; ".join(" or ".join(causes) for causes in r.causes) if r else ""
            remarks = " ".join([m.remark, *(r.remarks if r else ())]).strip()
            if r and r.copied:
                remarks += f" Right, but not from the numbers before: {', '.join(r.copied)}."
            texts = [m.name, m.file, causes, r.notation if r else "", remarks.strip()]
            name, file, causes, notation, remarks = map(plain_cell, texts)
            rows.append([name, file, f"{r.marks if r else 0.0:.2f}", f"{self.of:g}", *counts,
                             len(r.blank) if r else "", causes, notation, remarks])  # fmt: skip
        return "\ufeff" + as_csv(rows, "\r\n")

    def summary(self) -> str:
        """Return the report of the class, as Markdown: marks, on which line they were lost, which mistake how often."""
        reports = [m.report for m in self.marked.values() if m.report is not None]
        marks = sorted(r.marks for r in reports)
        counted = f"{len(reports)} of {len(self.marked)} workings were marked."
        lines = ["# Report of the class", "", counted]
        if marks:
            half = f"half of them up to {statistics.median(marks):.4g}"
            lines.append(f"Marks of {self.of:g}: from {marks[0]:.4g} to {marks[-1]:.4g}, {half}.")
        wrong = Counter(line.name for r in reports for line in r.lines if line.status == "wrong")
        blank = Counter(itertools.chain.from_iterable(r.blank for r in reports))
        causes = Counter(causes[0] for r in reports for causes in r.causes)
        lines += _counted("Lines that were wrong", "line", wrong)
        lines += _counted("Lines left blank", "line", blank)
        lines += _counted("Mistakes", "a likely cause", causes)
        missing = [m for m in self.marked.values() if m.report is None]
        if missing:
            lines += ["", "## Not marked", ""]
            lines += [f"- {_markdown(m.name)}: {_markdown(m.remark)}" for m in missing]
        return "\n".join([*lines, ""])


def _counted(title: str, head: str, counts: Counter[str]) -> list[str]:
    rows = [f"| {what} | {count} |" for what, count in counts.most_common(30)]
    return ["", f"## {title}", "", f"| {head} | how often |", "|---|---:|", *rows] if rows else []


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> plain_cell("=1+1"), plain_cell("Ada")
    ("'=1+1", 'Ada')
    """
    formula = text.lstrip().startswith(("=", "+", "-", "@", "−", "＝", "＋", "－", "＠"))
    return f"'{text}" if formula or text.startswith(("\t", "\r", "\n")) else text


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", " ".join(text.split()))


def mark_class(
    folder: str | os.PathLike[str],
    sheets: Mapping[str, Sheet | Credit],
    scheme: Scheme | None = None,
    notation: str | None = None,
) -> ClassMarks:
    """Mark the workings of a class: for each name the file folder/name.md (.txt, .csv, …), or what is in folder/name.

    Args:
        folder: where the workings are.
        sheets: for each name what it answers: a Worksheet or a Credit.
        scheme: how many marks the parts are worth.
        notation: in the letters of which book all are written; without it that is recognised for each.

    >>> import pathlib, tempfile
    >>> from nn.lessons import make_worksheet
    >>> sheet, folder = make_worksheet(seed=1), pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "ada.md").write_text(sheet.key)
    >>> mark_class(folder, {"ada": sheet}).of
    100.0
    """
    root, scheme = Path(folder), scheme or Scheme()
    found = {key: _marked(root, key, sheet, scheme, notation) for key, sheet in sheets.items()}
    return ClassMarks(found, sum(scheme.parts.values()))


def _marked(
    root: Path, key: str, sheet: Sheet | Credit, scheme: Scheme, notation: str | None
) -> Marked:
    name = getattr(sheet, "name", "") or key
    inside = sorted((root / key).glob("*"))
    beside = [root / f"{key}{ending}" for ending in ANSWERS]
    known = [p for p in [*inside, *beside] if p.suffix.lower() in ANSWERS and p.name[0] != "."]
    files = list(filter(Path.is_file, known))
    written = _filled_in(files, sheet)
    if not written:
        found = [*inside, *(p for p in root.glob("*") if p.stem == key)]
        strange = sorted(p.name for p in found if p.is_file() and p not in files and _handed_in(p))
        said = "there are no answers yet" if files else "there is no file"
        if strange:
            said += (
                f" that can be read: {', '.join(strange)} must be saved as text, .md or .txt say"
            )
        return Marked(name, "", None, said)
    # the sheet itself, filled in, before other files
    path, *more = sorted(written, key=lambda p: (p.stem != "worksheet", p.name))
    others = f"There are other files, too: {', '.join(p.name for p in more)}." if more else ""
    file = path.relative_to(root).as_posix()
    try:
        return Marked(name, file, mark(path, sheet, scheme=scheme, notation=notation), others)
    except (ValueError, OSError, RecursionError) as error:
        return Marked(name, file, None, f"could not be marked: {error}. {others}".strip())


def _filled_in(files: Sequence[Path], sheet: Sheet | Credit) -> list[Path]:
    """Return the files in which more stands than in the empty sheet."""
    empty = (sheet.problem, sheet.latex()) if isinstance(sheet, Worksheet) else ()
    blank = {text.strip() for text in empty}
    return [p for p in files if p.read_bytes().decode("utf-8", "replace").strip() not in blank]


def _handed_in(path: Path) -> bool:
    """Tell whether a file may be an answer, in whatever format: it is not hidden, and no part of the sheet."""
    return path.name[0] not in ".~" and path.name not in ("blank.svg", "worksheet.html")


def write_feedback(marks: ClassMarks, out: str | os.PathLike[str]) -> Path:
    """Write a page of feedback for each working into out/feedback, the report into out/teacher, and return its path."""
    root = Path(out)
    (root / "feedback").mkdir(parents=True, exist_ok=True)
    (root / "teacher").mkdir(exist_ok=True)
    for key, m in marks.marked.items():
        body = f"```\n{m.report}\n```" if m.report else _markdown(m.remark)
        page = f"# Feedback for {_markdown(m.name)}\n\n{body}\n"
        write_whole(root / "feedback" / f"{key}.md", page.encode())
    report = root / "teacher" / "report.md"
    write_whole(report, marks.summary().encode())
    return report
