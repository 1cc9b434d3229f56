"""Marks as other systems take them: Gradescope, nbgrader and Moodle."""

import json
from collections import Counter
from datetime import UTC, datetime

from autograd.tables import as_csv
from nn.lessons.classroom import ClassMarks, Marked, plain_cell, rows_of
from nn.lessons.marking import Marking


def gradescope(report: Marking) -> str:
    """Return a results.json of Gradescope: a test for each line, and the mistakes above them."""
    tests = [
        {
            "name": line.name,
            "number": str(k),
            "score": round(line.marks, 4),
            "max_score": round(line.worth, 4),
            "status": "passed" if line.ok and not line.note else "failed",
            "output": ". ".join(filter(None, [line.status, line.note])),
            "visibility": "visible",
        }
        for k, line in enumerate(report.lines, 1)
        if line.right is not None
    ]
    content = {
        "score": round(report.marks, 4),
        "output": "\n".join([report.verdict, *report.mistakes, *report.facts, *report.remarks]),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"mistakes": [causes[0] for causes in report.causes], "of": report.of},
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


NBGRADER = [
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
]  # fmt: skip


def nbgrader(marks: ClassMarks, assignment: str = "worksheet") -> str:
    """Return the marks as the CSV of `nbgrader export`.

    Args:
        marks: the marks; the folder of each is the student's id.
        assignment: the name of the assignment.
    """
    rows = [NBGRADER]
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    for key, m in marks.marked.items():
        last, comma, first = m.name.partition(", ")
        if not comma:
            first, _, last = m.name.rpartition(" ")
        score, given = f"{round(m.report.marks, 4) if m.report else 0.0}", now if m.report else ""
        row = [
            assignment,
            "",
            given,
            key,
            last,
            first,
            "",
            score,
            "0.0",
            score,
            f"{float(marks.of)}",
        ]
        rows.append(list(map(plain_cell, row)))
    return as_csv(rows)


def moodle(sheet: str, marks: ClassMarks) -> tuple[str, list[str]]:
    """Fill marks and feedback into a grading worksheet that was downloaded from Moodle, whatever its language.

    The columns are known by what stands in them: the highest grade is the same in every row, and the grade stands
    before it; the feedback is the last column.

    Args:
        sheet: the text of the worksheet.
        marks: the marks, whose names are found among the cells.

    Returns:
        The text, filled in, with commas between the cells, as Moodle imports it, whatever a spreadsheet has made of it;
        and the names that are not in it.

    Raises:
        ValueError: if it is no such worksheet.
    """
    text = sheet.removeprefix("\ufeff")
    rows = rows_of(text)
    body = [row for row in rows[1:] if row]
    top = _highest(rows[:1], body)
    counts = Counter(_plain(m.name) for m in marks.marked.values())
    by_name = {_plain(m.name): m for m in marks.marked.values() if counts[_plain(m.name)] == 1}
    left = set(counts)  # of two with one name nobody knows which is which
    for row in body:
        name = next((_plain(cell) for cell in row if _plain(cell) in by_name), None)
        if name is not None:
            left.discard(name)
            _fill_in(row, top, by_name[name], marks.of)
    missing = [m.name for m in marks.marked.values() if _plain(m.name) in left]
    return "\ufeff" * (text != sheet) + as_csv(rows), missing


def _highest(head: list[list[str]], body: list[list[str]]) -> int:
    """Return the column with the highest grade."""
    width = {len(row) for row in [*head, *body]}
    if not body or len(width) > 1:
        has = "has a head, and a row of as many cells for each student"
        raise ValueError(f"a grading worksheet of Moodle {has}")
    columns = list(enumerate(zip(*body)))
    same = [k for k, cells in columns[1:] if len(set(cells)) == 1 and _number(cells[0])]
    if not same or len(columns) < 4:
        all_of_it = "download the worksheet from Moodle, all columns"
        raise ValueError(f"there is no column with the highest grade in it: {all_of_it}")
    return same[-1]


def _fill_in(row: list[str], top: int, m: Marked, of: float) -> None:
    if m.report is not None:
        grade = f"{m.report.marks / of * (_number(row[top]) or 0.0):.2f}"
        row[top - 1] = grade.replace(".", ",") if "," in row[top] else grade
    row[-1] = plain_cell(_feedback(m))


def _feedback(m: Marked) -> str:
    if m.report is None:
        return m.remark
    return " ".join([m.report.verdict, *m.report.mistakes, *m.report.facts])


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", ".")) or None
    except ValueError:
        return None


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("'", "").split())
