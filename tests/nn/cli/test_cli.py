"""The command `backprop`: the main job, any net from a file, and one-line errors."""

import json
import subprocess
import sys

import pytest

from autograd import __version__
from nn.cli.entry import main
from tests import worked

WEIGHTS = {"weights": worked.WEIGHTS, "activation": "tanh"}
EXAMPLE = ["--x", "0.8", "-1", "0.5", "--y", "0.2"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def weights(here):
    (here / "net.json").write_text(json.dumps(WEIGHTS))
    return "net.json"


def test_main_job(here, capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    for row in (
        "w₁⇝₀   0.700000  +0.627899   0.830579  +0.521520",
        "w₂⇝₀  −0.500000  +0.627899  −0.492988  −0.309547",
        "w₃⇝₁   0.500000  +0.136315   0.500000  +0.068158",
        "w₃⇝₂  −0.600000  −0.237648   0.500000  −0.118824",
        "w₄⇝₁  −0.300000  +0.136315  −1.000000  −0.136315",
        "w₄⇝₂   0.400000  −0.237648  −1.000000  +0.237648",
        "w₅⇝₁   0.800000  +0.136315   0.800000  +0.109052",
        "w₅⇝₂   0.200000  −0.237648   0.800000  −0.190119",
    ):
        assert row in out
    assert "ŷ = 0.827899, L = 0.197129" in out
    assert "after these updates L = 0.150008" in out
    assert "first iteration" in out
    assert str(here / "credit.svg") in out
    assert (here / "credit.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert (here / "steps.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert (here / "live.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_a_living_page_of_a_net_from_a_file(weights, here, capsys):
    assert main(["live", "--weights", weights, *EXAMPLE, "--lr", "0.3"]) == 0
    assert str(here / "live.html") in capsys.readouterr().out
    assert '"eta":0.3' in (here / "live.html").read_text(encoding="utf-8")


def test_learning_brings_the_loss_down(here, capsys):
    main([])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    losses = [float(line.split("L = ")[1]) for line in lines if "L = " in line]
    assert len(losses) == 3
    assert losses[0] > losses[1] > losses[2]


def test_credit_of_a_net_from_a_file(weights, here, capsys):
    assert main(["credit", "--weights", weights, *EXAMPLE, "--lr", "0.1", "--out", "c.svg"]) == 0
    assert "+0.068158" in capsys.readouterr().out
    assert (here / "c.svg").exists()


def test_negative_numbers_with_exponents_are_numbers(weights, capsys):
    assert main(["credit", "--weights", weights, "--x", "8e-1", "-1e0", ".5", "--y", "0.2"]) == 0
    assert "+0.068158" in capsys.readouterr().out


def test_explain_and_draw(here, capsys):
    assert main(["explain", "--edge", "5", "1"]) == 0
    assert "δ₁·z₅ = 0.1363·0.8000 = +0.1091" in capsys.readouterr().out
    assert main(["draw", "--path", "5", "1", "--out", "path.svg"]) == 0
    assert (here / "path.svg").exists()


def test_steps_in_the_terminal(here, capsys):
    assert main(["credit", "--steps"]) == 0
    out = capsys.readouterr().out
    assert out.index("δ₀") < out.index("δ₁·z₃") < out.index("δ₂·z₃")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["credit", "--weights", "missing.json", *EXAMPLE], "missing.json"),
        (["credit", "--weights", "broken.json", *EXAMPLE], "broken.json"),
        (["credit", "--weights", "foreign.json", *EXAMPLE], "weights"),
        (["credit", "--weights", "net.json", "--x", "1", "--y", "0"], "3 inputs expected, got 1"),
        (["credit", "--weights", "net.json", "--x", "1", "2", "3", "--y", "0", "1"], "1 output"),
        (["credit", "--weights", "net.json"], "--x and --y"),
        (["credit", *EXAMPLE, "--out", "no/such/folder/c.svg"], "no/such/folder"),
        (["credit", *EXAMPLE, "--out", "c.jpeg"], "jpeg"),
        (["draw", "--path", "1", "5"], "no edge from 1 to 5"),
        (
            ["draw", "--path", "3", "1", "--notation", "mitchell"],
            "no edge from 3 to 1; there are w₆₄, w₆₅, w₄₁",
        ),
        (["explain", "--edge", "b", "0"], "no bias of node 0; there are w₁⇝₀, w₂⇝₀"),
        (
            ["draw", "--path", "one", "5"],
            "or the name of a weight, w₅⇝₂ say, but 'one' '5'",
        ),
        (["explain", "--edge", "a", "b"], "or the name of a weight, w₅⇝₂ say, but 'a' 'b'"),
        (
            ["credit", "--lr", "nan", "--out", "c.svg"],
            "the learning rate must be a finite number, at least 0; got nan",
        ),
        (
            ["credit", "--lr", "inf", "--html", "c.html"],
            "the learning rate must be a finite number, at least 0",
        ),
        (
            ["credit", "--lr", "-1", "--steps"],
            "the learning rate must be a finite number, at least 0; got -1.0",
        ),
        (
            ["worksheet", "--lr", "nan"],
            "the learning rate must be a finite number, at least 0; got nan",
        ),
        (["worksheet", "--sizes", "100000", "1"], "100,000 weights are too many"),
    ],
)
def test_errors_are_one_line(weights, here, capsys, arguments, message):
    (here / "broken.json").write_text('{"weights": [[[0.8, 0.2], [-0')
    (here / "foreign.json").write_text('["not", "a", "network"]')
    before = sorted(p.name for p in here.iterdir())
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    assert sorted(p.name for p in here.iterdir()) == before, "nothing may be left behind"


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nonsense"], ["credit", "--lr", "fast"]])
def test_unknown_words_are_one_line_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"scalar-autograd {__version__}\n"


def test_module_is_the_same_command(here):
    done = subprocess.run(
        [sys.executable, "-m", "nn", "credit", "--lr", "0.1"], capture_output=True, check=True
    )
    assert "δ·z" in done.stdout.decode()


@pytest.mark.parametrize(
    ("notation", "words", "told"),
    [("slides", ["w5>1"], "∂L/∂w₅⇝₁"), ("slides", ["5", "1"], "∂L/∂w₅⇝₁"), ("mazur", ["i1", "h1"], "∂E_total/∂w₁"),
     ("mazur", ["w1"], "∂E_total/∂w₁"), ("han-kamber", ["1", "4"], "∂E/∂w₁₄: minus the error"), ("nielsen", ["w2_11"], "∂C/∂w²₁₁"),
     ("haykin", ["5", "1"], "∂E/∂w⁽¹⁾₁₁: minus the error"), ("cs231n", ["W1[0,0]"], "dW1[0,0]"), ("ng", ["dW^[1]_{11}"], "dW^[1]₁₁")],
)  # fmt: skip
def test_an_edge_is_told_in_the_letters_of_a_book(notation, words, told, tmp_path, capsys):
    assert main(["explain", "--notation", notation, "--edge", *words]) == 0
    assert capsys.readouterr().out.startswith(told)
    out = tmp_path / "lit.svg"
    assert main(["draw", "--notation", notation, "--path", *words, "--out", str(out)]) == 0
    assert out.exists()
