"""`python -m autograd`: the prompt, the doctor, and the table of operations for the documentation."""

import code
import os
import re
import select
import sys
from pathlib import Path

import pytest

from autograd import __main__ as command, doctor
from autograd.pictures.render import EngineNotFoundError
from autograd.primitives import TABLE

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def test_the_doctor_reports_versions_engines_and_no_clash(capsys):
    assert command.main(["doctor"]) == 0
    said = capsys.readouterr().out
    for words in (
        "scalar-autograd",
        "Python",
        "SVG by",
        "PDF by",
        "numpy",
        "name clash       none",
    ):
        assert words in said


def test_the_doctor_says_what_to_install(monkeypatch, capsys):
    def nothing(format):
        raise EngineNotFoundError("install Graphviz")

    monkeypatch.setattr(doctor, "find_engine", nothing)
    command.main(["doctor"])
    assert "SVG by           nothing: install Graphviz" in capsys.readouterr().out


@pytest.mark.parametrize("trace", ["autograd/core.py", "autograd-1.7.0.dist-info/METADATA"])
def test_the_doctor_sees_the_other_autograd(tmp_path, monkeypatch, capsys, trace):
    (tmp_path / "autograd").mkdir()
    assert doctor.clash(tmp_path / "autograd") == ""
    (tmp_path / trace).parent.mkdir(exist_ok=True)
    (tmp_path / trace).write_text("Metadata-Version: 2.1\nName: autograd\nVersion: 1.7.0\n")
    assert "different environments" in doctor.clash(tmp_path / "autograd")
    monkeypatch.setattr(doctor.autograd, "__file__", str(tmp_path / "autograd" / "__init__.py"))
    assert command.main(["doctor"]) == 1
    assert "pip uninstall" in capsys.readouterr().out


def test_the_prompt_has_the_names(monkeypatch):
    opened = {}
    monkeypatch.setitem(sys.modules, "IPython", None)  # as if it were not installed
    monkeypatch.setattr(code, "interact", lambda **options: opened.update(options))
    assert command.main([]) == 0
    names = opened["local"]
    assert {"Value", "grad", "explain", "tree", "draw", "trace", "ag"} <= set(names)
    assert eval("grad(ag.tanh)(0.0)", dict(names)) == 1.0
    assert "ag.tanh" in opened["banner"]


WITHOUT_IPYTHON = (
    "import sys; sys.modules['IPython'] = None; from autograd.__main__ import main; main([])"
)


def talk(*typed):
    """Return what a prompt without IPython answers to lines typed at a terminal, each up to the text that ends it."""
    pty = pytest.importorskip("pty", reason="there are no terminals here")
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"TERM": "dumb", "PYTHONPATH": str(GUIDE.parent)}
        os.execv(sys.executable, [sys.executable, "-c", WITHOUT_IPYTHON])
    answers = []
    for line, end in (("", ">>> "), *typed):
        os.write(terminal, line.encode())
        seen = b""
        while end.encode() not in seen:
            assert select.select([terminal], [], [], 60)[0], f"after {line!r} only {seen!r}"
            seen += os.read(terminal, 65536)
        answers.append(seen.decode())
    os.close(terminal)
    os.waitpid(process, 0)
    return answers


def test_the_prompt_without_ipython_completes_and_blames_nothing_else():
    pytest.importorskip("readline", reason="there is no readline here")
    banner, value, error, listed, completed = talk(
        ("Val\t(2.0)\n", ">>> "),
        ("unknown\n", ">>> "),
        ("nn.\t\t", ">>> nn."),  # the line again, below the list
        ("\b" * 3 + "datasets.moo\t4)[1]\n", ">>> "),
    )
    assert "all of autograd and nn is here" in banner
    assert "Value(data=2.0, grad=0.0)" in value
    assert "NameError: name 'unknown' is not defined" in error
    assert "IPython" not in error
    assert "During handling" not in error
    assert {"nn.datasets", "nn.lessons", "nn.plots"} <= set(listed.replace("(", " ").split())
    assert "[-1, -1, 1, 1]" in completed


def test_unknown_commands_are_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["docter"])
    assert "doctor" in capsys.readouterr().err


def test_the_table_of_operations_has_every_row(capsys):
    command.main(["table"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(TABLE) + 2
    assert {re.sub(r"(?<!\\)\|", "#", line).count("#") for line in lines} == {6}
    by_name = {line.split("`")[1]: line for line in lines[2:]}
    assert set(by_name) == set(TABLE)
    assert "relu′(0) = 0" in by_name["relu"]
    assert "`arcsin`" in by_name["asin"]
    assert "(−1, 1)" in by_name["atanh"]
    assert "(0, ∞)" in by_name["log"]


def test_the_guide_shows_the_table_as_it_is():
    found = re.search(
        r"<!-- operations -->\n(.*?)\n<!-- /operations -->", GUIDE.read_text(encoding="utf-8"), re.S
    )
    assert found is not None
    assert found[1].strip() == command.operations(), "run `python -m autograd table`"


def test_what_is_installed_but_broken_is_told(tmp_path, monkeypatch):
    """A package that fails to import is not one that is missing."""
    (tmp_path / "scipy.py").write_text("raise ImportError('libfortran is missing\\nand more')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "scipy", raising=False)
    found = dict(doctor.report())["scipy"]
    assert "but it cannot be imported: libfortran is missing\\nand more" in found
