"""A class: a sheet for each name, its marks, its report, and the files of other systems."""

import csv
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest

from nn.cli.entry import main
from nn.lessons import Worksheet, make_class, make_worksheet, mark, mark_class
from nn.lessons.class_files import NBGRADER, gradescope, moodle, nbgrader
from nn.lessons.classroom import (
    COLUMNS,
    folders,
    load_class,
    plain_cell,
    read_roster,
    write_feedback,
)

DATA = Path(__file__).parents[2] / "data" / "class-files"
NAMES = [
    "Abel, Anna",
    "Bob Ökonom",
    "李雷",
    '=HYPERLINK("x")',
    "../../etc/passwd",
    "anna abel",
    "ABEL ANNA",
    "CON",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    return root, make_class(NAMES, root, seed=5)


def workings(sheet, **changes):
    return "\n".join(f"{name} = {changes.get(name, x)}" for name, x in sheet.rounded.items())


def test_everybody_gets_another_sheet(room):
    root, sheets = room
    assert [sheet.name for sheet in sheets.values()] == NAMES
    assert len({str(sheet.settings) for sheet in sheets.values()}) == len(NAMES)
    again = load_class(root)
    assert {k: w.key for k, w in again.items()} == {k: w.key for k, w in sheets.items()}


def test_students_get_no_answers_and_no_seeds(room):
    root, sheets = room
    for folder, sheet in sheets.items():
        files = sorted((root / "students" / folder).iterdir())
        assert [p.name for p in files] == [
            "blank.svg",
            "worksheet.html",
            "worksheet.md",
            "worksheet.tex",
        ]
        for path in files:
            text = path.read_text(encoding="utf-8")
            assert str(sheet.seed) not in text
            assert "key" not in text.lower()
            numbers = set(sheet.rounded.values())
            assert sum(f" {x} " in text or f">{x}<" in text for x in numbers) == 0
    assert not list(root.glob("students/**/*key*"))
    assert (root / "teacher" / "class.json").exists()


def test_folders_are_safe_and_differ_on_every_system():
    found = folders(NAMES)
    assert len({folder.casefold() for folder in found}) == len(NAMES)
    assert all(re.fullmatch(r"[\w-]+", folder) for folder in found)
    assert "CON" not in found
    assert "李雷" in found
    assert list(folders(["", "???"])) == ["nameless", "nameless-2"]
    assert max(map(len, folders(["x" * 500]))) <= 60


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"Anna\nBob\n", ["Anna", "Bob"]),
        (b'\xef\xbb\xbfname,mail\n"Abel, Anna",a\nBob,b\n', ["Abel, Anna", "Bob"]),
        ("Nr;Name\n1;Änne\n2;李雷\n".encode("utf-16"), ["Änne", "李雷"]),
        (b"Anna\r\n\r\n Bob \r\n", ["Anna", "Bob"]),
        (b"Anna\rBob\r", ["Anna", "Bob"]),
    ],
)
def test_rosters(tmp_path, content, names):
    path = tmp_path / "names.csv"
    path.write_bytes(content)
    assert read_roster(path) == names


def test_a_roster_without_names(tmp_path):
    (tmp_path / "names.csv").write_text("name\n")
    with pytest.raises(ValueError, match="holds no names"):
        read_roster(tmp_path / "names.csv")


def test_marks_of_a_class(room, tmp_path):
    _, sheets = room
    keys = list(sheets)
    anna, bob, lei, link = (sheets[k] for k in keys[:4])
    (tmp_path / f"{keys[0]}.txt").write_text(workings(anna), encoding="utf-8")
    twice = f"{2 * anna.credit.loss:.4f}"
    (tmp_path / keys[1]).mkdir()
    (tmp_path / keys[1] / "worksheet.md").write_text(
        workings(bob, L=f"{2 * bob.credit.loss:.4f}"), encoding="utf-8"
    )
    (tmp_path / keys[2]).mkdir()
    (tmp_path / keys[2] / "worksheet.md").write_text(lei.problem, encoding="utf-8")
    (tmp_path / f"{keys[3]}.txt").write_text(workings(link, L=twice), encoding="utf-8")
    marks = mark_class(tmp_path, sheets)
    by = {m.name: m for m in marks.marked.values()}
    assert by["Abel, Anna"].report.marks == pytest.approx(100.0)
    assert by["Bob Ökonom"].report.marks == pytest.approx(95.0)
    assert by["李雷"].report is None
    assert by["李雷"].remark == "there are no answers yet"
    assert by["CON"].remark == "there is no file"
    text = marks.csv()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert (
        list(rows[0])
        == COLUMNS
        == next(csv.reader((DATA / "marks.csv").read_text("utf-8-sig").splitlines()))
    )
    assert rows[1]["mistakes"].startswith("the loss is twice what it should be")
    assert (rows[1]["right"], rows[1]["wrong"], rows[1]["marks"]) == ("21", "1", "95.00")
    assert rows[3]["name"] == '\'=HYPERLINK("x")'
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    summary = marks.summary()
    assert "3 of 8 workings were marked" in summary
    assert "| L | 2 |" in summary
    write_feedback(marks, tmp_path)
    page = (tmp_path / "feedback" / f"{keys[1]}.md").read_text(encoding="utf-8")
    assert "# Feedback for Bob Ökonom" in page
    assert "is twice what follows from your own numbers" in page


def test_what_is_no_formula():
    for text in ("=1", "+1", "-1", "@x", " =1", "−1", "\t=1"):
        assert plain_cell(text).startswith("'")
    assert plain_cell("") == ""


def test_gradescope(room):
    _, sheets = room
    sheet = next(iter(sheets.values()))
    report = mark(workings(sheet, L="9.9999"), sheet)
    found, known = (
        json.loads(gradescope(report)),
        json.loads((DATA / "results.json").read_text("utf-8")),
    )
    assert set(known) <= set(found)
    assert set(known["tests"][0]) == set(found["tests"][0])
    assert found["score"] == report.marks == 95.0
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(95.0, abs=0.01)
    assert [t["name"] for t in found["tests"] if t["status"] == "failed"] == ["L"]
    assert {type(found[k]) for k in ("score", "output", "visibility")} == {float, str}


def test_nbgrader(room, tmp_path, capsys):
    _, sheets = room
    head = (DATA / "nbgrader_grades.csv").read_text("utf-8").splitlines()[0]
    text = nbgrader(mark_class(tmp_path, sheets), "sheet1")
    assert text.splitlines()[0] == head == ",".join(NBGRADER)
    assert len(text.splitlines()) == 1 + len(sheets)
    sheet = next(iter(sheets.values()))
    (tmp_path / "key.json").write_text(sheet.json(), encoding="utf-8")
    cell = (
        (DATA / "nbgrader_cell.txt")
        .read_text("utf-8")
        .replace("/srv/nbgrader/backprop1.json", (tmp_path / "key.json").as_posix())
    )
    *lines, last = [line for line in cell.splitlines() if line and line[0] != "#"]
    names = {"my_working": workings(sheet)}
    exec("\n".join(lines), names)
    assert eval(last, names) == 100.0
    assert capsys.readouterr().err == ""


HEADS = {
    "de": "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Abgabe),"
    "Zuletzt geändert (Bewertung),Feedback als Kommentar"
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_moodle(tmp_path, language):
    text = (DATA / "moodle_worksheet.csv").read_text("utf-8")
    if language in HEADS:
        text = "\n".join([HEADS[language], *text.splitlines()[1:]]) + "\n"
    sheet = make_worksheet(3, name="Anna Abel")
    (tmp_path / "anna.txt").write_text(workings(sheet, L="9.9999"), encoding="utf-8")
    (tmp_path / "other.txt").write_text(workings(sheet), encoding="utf-8")
    other = Worksheet.of(sheet.credit, sheet.lr, name="Somebody Else")
    filled, left = moodle(text, mark_class(tmp_path, {"anna": sheet, "other": other}))
    assert left == ["Somebody Else"]
    before, after = list(csv.reader(text.splitlines())), list(csv.reader(filled.splitlines()))
    assert after[0] == before[0]
    assert after[1][4] == "20.90"
    assert "21 right" in after[1][-1]
    assert [cell for k, cell in enumerate(after[1]) if k not in (4, 9)] == [
        c for k, c in enumerate(before[1]) if k not in (4, 9)
    ]
    for bad in ("", "a,b\n1,2\n", "a,b,c,d\nx,y,z,w\n"):
        with pytest.raises(ValueError, match="Moodle"):
            moodle(bad, mark_class(tmp_path, {"anna": sheet}))


def test_commands(tmp_path, capsys):
    (tmp_path / "names.csv").write_text("Anna\nBob\n")
    out = tmp_path / "class"
    words = [
        "worksheet",
        "--roster",
        str(tmp_path / "names.csv"),
        "--out",
        str(out),
        "--level",
        "first",
    ]
    assert main(words) == 0
    assert main(words) == 2, "another class is there"
    assert "belongs to another class" in capsys.readouterr().err
    sheets = load_class(out)
    for name, sheet in sheets.items():
        (out / "students" / name / "answers.txt").write_text(workings(sheet), encoding="utf-8")
    scheme = tmp_path / "marks.toml"
    scheme.write_text("delta = 10\n")
    files = [tmp_path / name for name in ("marks.csv", "nb.csv", "results")]
    options = [
        x for pair in zip(("--csv", "--nbgrader", "--gradescope"), map(str, files)) for x in pair
    ]
    assert main(["mark", str(out), "--scheme", str(scheme), *options]) == 0
    assert "2 of 2 workings were marked." in capsys.readouterr().out
    assert "10.00,10," in files[0].read_text("utf-8-sig")
    assert json.loads((files[2] / "Bob" / "results.json").read_text("utf-8"))["score"] == 10.0
    assert main(["mark", str(tmp_path)]) == 2
    assert "a class is made by backprop worksheet --roster" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--network", "recurrent", "--optimizer", "adam"], ["--network", "convolution", "--penalty", "0.05"],
                                     ["--level", "most", "--optimizer", "momentum"]], ids=" ".join)  # fmt: skip
def test_a_class_of_any_network_is_marked_by_its_keys(tmp_path, options):
    (tmp_path / "names.txt").write_text("Ada\nعمر\n", encoding="utf-8")
    out = tmp_path / "class"
    assert (
        main(["worksheet", "--roster", str(tmp_path / "names.txt"), "--out", str(out), *options])
        == 0
    )
    for name, sheet in load_class(out).items():
        answers = {n: x for n, x in sheet.rounded.items() if not n.startswith("new ")}
        text = "\n".join(f"{n} = {x}" for n, x in answers.items())
        (out / "students" / name / "answers.txt").write_text(text, encoding="utf-8")
    assert main(["mark", str(out), "--csv", str(tmp_path / "marks.csv")]) == 0
    rows = list(csv.DictReader((tmp_path / "marks.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["marks"], row["wrong"], row["unread"]) for row in rows] == [
        ("85.00", "0", "0")
    ] * 2


# What Gradescope documents of results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/
SHOWN = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMATS = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEST = {"score": {"type": "number"}, "max_score": {"type": "number"}, "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"}, "name_format": FORMATS, "number": {"type": "string"}, "output": {"type": "string"},
        "output_format": FORMATS, "tags": {"type": "array"}, "visibility": SHOWN, "extra_data": {"type": "object"}}  # fmt: skip
RESULTS = {"score": {"type": "number"}, "execution_time": {"type": "number"}, "output": {"type": "string"},
           "output_format": FORMATS, "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": SHOWN,
           "stdout_visibility": SHOWN, "extra_data": {"type": "object"}, "leaderboard": {"type": "array"},
           "tests": {"type": "array", "items": {"type": "object", "properties": TEST, "additionalProperties": False}}}  # fmt: skip


@pytest.mark.parametrize("working", ["right", "L = 9.9999\nnonsense 0.1234", "a1 = 0.0000"])
def test_gradescope_takes_it(room, working):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    _, sheets = room
    sheet = next(iter(sheets.values()))
    report = mark(workings(sheet) if working == "right" else working, sheet)
    found = json.loads(gradescope(report), parse_constant=pytest.fail)
    schema = {"type": "object", "properties": RESULTS, "additionalProperties": False}
    jsonschema.validate(found, schema)
    assert all(0.0 <= test["score"] <= test["max_score"] for test in found["tests"])
    assert found["score"] == pytest.approx(sum(test["score"] for test in found["tests"]), abs=0.01)


@pytest.mark.slow
def test_nbgrader_reads_the_mark_of_a_cell(room, tmp_path):
    utils = pytest.importorskip("nbgrader.utils", reason="nbgrader is not installed")
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    _, sheets = room
    sheet = next(iter(sheets.values()))
    (tmp_path / "key.json").write_text(sheet.json(), encoding="utf-8")
    cell = (DATA / "nbgrader_cell.txt").read_text("utf-8")
    cell = cell.replace("/srv/nbgrader/backprop1.json", (tmp_path / "key.json").as_posix())
    given = {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 100,
        "schema_version": 3,
    }
    points = {
        workings(sheet): 100.0,
        workings(sheet, L="9.9999"): 95.0,
        "a1 = 0.0000": 0.0,
    }
    cells, tests = [], []
    for k, text in enumerate(points):
        tests.append(
            nbformat.v4.new_code_cell(cell, metadata={"nbgrader": {**given, "grade_id": f"w{k}"}})
        )
        cells += [nbformat.v4.new_code_cell(f"my_working = {text!r}"), tests[-1]]
    nbclient.NotebookClient(nbformat.v4.new_notebook(cells=cells)).execute()
    assert [utils.determine_grade(test) for test in tests] == [(p, 100.0) for p in points.values()]


@pytest.mark.slow
def test_nbgrader_writes_such_a_table_itself(room, tmp_path, monkeypatch):
    api = pytest.importorskip("nbgrader.api", reason="nbgrader is not installed")
    plugins = pytest.importorskip("nbgrader.plugins")
    # nbgrader runs a program that is installed with it
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    _, sheets = room
    ours = list(csv.DictReader(io.StringIO(nbgrader(mark_class(tmp_path, sheets)))))
    with api.Gradebook("sqlite://") as book:
        book.add_assignment("worksheet")
        for row in ours:
            book.add_student(row["student_id"], **{k: row[k] for k in ("first_name", "last_name")})
        plugins.CsvExportPlugin(to=str(tmp_path / "grades.csv")).export(book)
    written = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    theirs = list(csv.DictReader(io.StringIO(written)))
    assert list(theirs[0]) == list(ours[0])
    handed_in = {row["student_id"]: row for row in ours}
    for row in theirs:  # nobody handed in: nbgrader knows of no notebook, so of no points
        assert row | {"max_score": "100.0"} == handed_in[row["student_id"]]


def imported(text, strings):
    """Return what Moodle takes from a worksheet: UTF-8, commas, columns found by their heads, rows as long as the head."""
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    places = [head.index(name) for name in strings]
    assert all(len(row) == len(head) for row in rows)
    return [[row[k] for k in places] for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_moodle_imports_it(tmp_path, delimiter):
    rows = list(csv.reader(io.StringIO((DATA / "moodle_worksheet.csv").read_text("utf-8"))))
    sheet = make_worksheet(3, name="Anna Abel")
    (tmp_path / "anna.txt").write_text(workings(sheet), encoding="utf-8")
    saved = io.StringIO()
    csv.writer(saved, delimiter=delimiter).writerows(rows)  # as a spreadsheet keeps it
    filled, left = moodle("\ufeff" + saved.getvalue(), mark_class(tmp_path, {"anna": sheet}))
    strings = "Identifier", "Grade", "Last modified (grade)", "Feedback comments"
    assert left == []
    assert imported(filled, strings) == [
        ["Participant 1017", "22.00", "-", "All 22 lines are right: 100 of 100 marks."]
    ]


def test_what_is_handed_in_in_a_format_that_cannot_be_read_is_named(room, tmp_path):
    _, sheets = room
    inside, beside, none, *_ = list(sheets)
    sheets[inside].save(tmp_path / inside)
    for name in (f"{inside}/scan.pdf", f"{beside}.docx", f"{none}.html~", ".hidden.docx"):
        (tmp_path / name).write_bytes(b"PK\x03\x04")
    (tmp_path / inside / "~$scan.docx").touch()
    marked = mark_class(tmp_path, sheets).marked
    assert [marked[k].remark for k in (inside, beside)] == [
        "there are no answers yet that can be read: scan.pdf must be saved as text, .md or .txt say",
        f"there is no file that can be read: {beside}.docx must be saved as text, .md or .txt say",
    ]
