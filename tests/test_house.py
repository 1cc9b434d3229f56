"""The house: files that one reads in a sitting, rooms that one can know."""

import re
from pathlib import Path

import pytest

PACKAGES = [Path(__file__).parents[1] / name for name in ("autograd", "nn")]
FILES = sorted(file for package in PACKAGES for file in package.rglob("*.py"))
LONGEST = {"autograd/value.py": 600}  # of the others 400
ROOM = 1_800


def lines(file):
    return file.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize(
    "file", FILES, ids=lambda file: file.relative_to(PACKAGES[0].parent).as_posix()
)
def test_a_file_is_read_in_a_sitting(file):
    name = file.relative_to(PACKAGES[0].parent).as_posix()
    assert lines(file) <= LONGEST.get(name, 400)


def test_a_room_can_be_known():
    rooms = {file.parent for file in FILES} - {*PACKAGES}  # the top of nn holds several subjects
    crowded = {
        room.as_posix(): n for room in rooms if (n := sum(map(lines, room.glob("*.py")))) > ROOM
    }
    assert crowded == {}


def test_a_room_says_what_it_is_for():
    for folder in {file.parent for file in FILES}:
        text = (folder / "__init__.py").read_text(encoding="utf-8")
        assert text.startswith('"""')
        assert "def " not in text.replace("def __dir__", "").replace("def __getattr__", ""), folder


def test_imports_are_plain():
    """What is imported by name is somebody else's, so that no arrow is hidden from the contracts."""
    named = {
        (file.name, given)
        for file in FILES
        for given in re.findall(r"(?:import_module|__import__)\((.*?)\)", file.read_text("utf-8"))
    }
    assert named == {
        ("lazy.py", "homes[name]"),  # each is imported where only types are checked, too
        ("doctor.py", "module"),
        ("display.py", '"IPython.display"'),
        ("__main__.py", '"IPython"'),
    }
