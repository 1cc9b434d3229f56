"""Whatever the command line is given, it ends in one line and status 2, and nothing is half-done."""

import argparse
import json
import shutil
from itertools import chain

import pytest

from nn.cli.entry import _parser, main

NET = {"weights": [[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]]}
FILES = {
    "net.json": json.dumps(NET),
    "broken.json": json.dumps(NET)[:40],
    "list.json": "[1, 2]",
    "nan.json": '{"weights": [[[NaN]]]}',
    "twice.json": '{"weights": [[[1]]], "weights": [[[2]]]}',
    "damaged.json": json.dumps({**NET, "checksum": "00000000"}),
    "newer.json": json.dumps({**NET, "version": 99}),
    "ragged.json": '{"weights": [[[1], [1, 2]]]}',
    "empty.json": "",
    "binary.json": "\x00\x01\x02",
    "good.csv": "a,b,y\n1,2,3\n4,5,6\n7,8,9\n",
    "labels.csv": "a,y\n1,red\n2,green\n3,blue\n",
    "one-label.csv": "a,y\n1,red\n2,red\n",
    "words.csv": "a,y\nred,1\nblue,2\n",
    "ragged.csv": "a,y\n1,2\n3\n",
    "missing.csv": "a,b,y\n1,,3\n4,5,6\n",
    "mixed.csv": "1,5;2\n1.5;2\n",
    "header.csv": "a,y\n",
    "empty.csv": "",
    "good.md": "| a1 | 1.19 |\n|---|---|\n| a2 | -0.54 |\n",
    "odd.txt": "a1 : what is this\n",
}
LONG = "x" * 300
# what cannot be written to, by a reason of its own; {} is an ending
OUTPUTS = [
    "no/such{}",
    "folder",
    "",
    f"{LONG}{{}}",
    "loop",
    "good.csv/x{}",
    "no\nsuch/x{}",
    "folder/",
    "x" * 100_000,
]

X, Y = ["--x", "0.8", "-1", "0.5"], ["--y", "0.2"]
EXAMPLE = [
    ["--x", "1"],
    ["--x", "1", "2"],
    ["--x", "1", "2", "3", "4"],
    ["--x", "1", "2", "three"],
    ["--x"],
    ["--x", "1,5", "2", "3"],
    ["--x", "1_0", "2", "3"],
    ["--x", "", "2", "3"],
    ["--x", "−−1", "2", "3"],
    [*X, "--y"],
    [*X, "--y", "1", "2"],
    [*X, "--y", "yes"],
    [*X, "--y", "1e"],
    ["--notation", "marzur"],
    ["--loss", "mse2"],
    ["--loss", ""],
    ["--loss", "cross_entropy"],
    ["--loss", "hinge"],
    ["--loss", "binary_cross_entropy_with_logits", "--y", "2"],
    ["--weights", "net.json"],
    ["--weights", "net.json", *X],
    ["--weights", "net.json", *Y],
    *(
        ["--weights", name, *X, *Y]
        for name in (
            *(
                "no.json",
                "folder",
                "",
                "loop",
                "broken.json",
                "list.json",
                "nan.json",
                "twice.json",
            ),
            *("damaged.json", "newer.json", "ragged.json", "empty.json", "binary.json", "good.csv"),
            *("net.npz", "net.onnx", "net.safetensors", LONG, "no\nsuch", "x" * 100_000),
        )
    ),
    ["--unknown"],
    ["more"],
]


def outputs(option, ending):
    return [[option, name.format(ending)] for name in OUTPUTS]


TABLE = {
    (): [
        ["nonsense"],
        ["--nonsense"],
        ["x" * 100_000],
        ["credit\n"],
        ["−1"],
        ["-1"],
        ["--version", "more"][1:],
    ],
    ("credit",): [
        *EXAMPLE,
        ["--lr", "nan"],
        ["--lr", "inf"],
        ["--lr", "-1"],
        ["--lr", "−1"],
        ["--lr", "fast"],
        ["--lr"],
        ["--out", "c.jpeg"],
        ["--out", "c"],
        *outputs("--out", ".svg"),
        ["--html", "c.pdf"],
        *outputs("--html", ".html"),
    ],
    ("explain",): [
        *EXAMPLE[:4],
        ["--edge", "1", "5"],
        ["--edge", "5"],
        ["--edge", "5", "1", "0"],
        ["--edge", "b", "1"],
        ["--edge", "five", "1"],
        ["--edge", "1.0", "0"],
        ["--edge", "9" * 5000, "1"],
        ["--edge", "\n", "1"],
    ],
    ("draw",): [
        *EXAMPLE[:4],
        ["--path", "1", "5"],
        ["--path", "x", "y"],
        ["--path"],
        ["--out", "c.jpeg"],
        *outputs("--out", ".svg"),
    ],
    ("live",): [
        *EXAMPLE,
        ["--lr", "nan"],
        ["--lr", "−1"],
        ["--out", "c.svg"],
        *outputs("--out", ".html"),
    ],
    ("train",): [
        *(["--epochs", word] for word in ("-1", "1.5", "many", "")),
        *(["--lr", word] for word in ("-1", "nan", "inf", "fast")),
        *(["--hidden", word] for word in ("0", "-3", "1.5", "100000", "x")),
        *(["--examples", word] for word in ("0", "-5", "1e3", "1000000000000")),
        *(["--batch-size", word] for word in ("0", "-1", "half")),
        *(["--patience", word] for word in ("0", "-1", "none")),
        *(["--seed", word] for word in ("1.5", "x")),
        ["--dataset", "nonsense"],
        ["--dataset", "linear", "--loss", "hinge"],
        ["--dataset", "linear", "--loss", "cross_entropy"],
        ["--activation", "softmax"],
        ["--optimizer", "newton"],
        ["--loss", "l3"],
        ["--missing", "zero"],
        ["--test", "0.2"],
        ["--scale"],
        ["--target", "y"],
        ["--inputs", "a"],
        ["--lr", "1e300", "--epochs", "5"],
        *(
            ["--data", name]
            for name in (
                *(
                    "no.csv",
                    "folder",
                    "",
                    "loop",
                    "words.csv",
                    "ragged.csv",
                    "missing.csv",
                    "mixed.csv",
                ),
                *("header.csv", "empty.csv", "one-label.csv", "no\nsuch.csv", LONG, "good.csv/x"),
            )
        ),
        ["--data", "labels.csv", "--loss", "hinge"],
        ["--data", "good.csv", "--target", "z"],
        ["--data", "good.csv", "--inputs", "z"],
        ["--data", "good.csv", "--inputs", "y"],
        ["--data", "good.csv", "--test", "2"],
        ["--data", "good.csv", "--test", "0.01"],
        ["--data", "good.csv", "--test", "nan"],
        ["--data", "missing.csv", "--missing", "refuse"],
        *outputs("--out", ".json"),
        *outputs("--history", ".csv"),
    ],
    ("predict",): [
        [],
        ["--weights", "net.json"],
        ["--data", "good.csv"],
        ["--weights", "net.json", "--data", "good.csv", *X],
        ["--weights", "net.json", "--x", "1"],
        ["--weights", "no.json", *X],
        ["--weights", "net.json", "--data", "no.csv"],
        ["--weights", "net.json", "--data", "labels.csv"],
        ["--weights", "net.json", "--data", "missing.csv"],
        ["--weights", "net.json", "--data", "good.csv", "--inputs", "a", "b"],
        ["--weights", "net.json", "--data", "good.csv", "--inputs", "a", "b", "z"],
        ["--weights", "net.json", "--data", "good.csv", "--missing", "drop"],
        *(["--weights", "net.json", *X, *more] for more in outputs("--out", ".csv")),
    ],
    ("gallery",): [
        ["marzur"],
        ["mazur", "more"],
        [""],
        ["--out", "c.gv"],
        ["mazur", "--out", "c.jpeg"],
        *(["mazur", *more] for more in outputs("--out", ".gv")),
    ],
    ("check",): [
        *([word] for word in ("no.md", "folder", "odd.txt", "loop", "", "no\nsuch.md", LONG)),
        [],
        ["good.csv", "--problem", "no.md"],
        ["good.csv", "--problem", "good.csv"],
        ["good.csv", "--problem", "no.md", "--seed", "3"],
        ["good.csv", "--weights", "net.json"],
    ],
    ("mark",): [
        [],
        ["missing"],
        ["folder"],
        ["folder", "--workings", "missing"],
        ["folder", "--scheme", "missing.toml"],
        ["folder", "--notation", "x"],
        ["folder", "--csv", "folder"],
        ["folder", "--nbgrader", "folder"],
        ["folder", "--gradescope", "good.csv"],
        ["folder", "--moodle", "missing.csv", "out.csv"],
    ],
    ("worksheet",): [
        ["--sizes", "2"],
        ["--sizes", "0", "1"],
        ["--sizes", "2", "x"],
        ["--sizes", "100000", "1"],
        ["--lr", "nan"],
        ["--lr", "x"],
        ["--activation", "softmax"],
        ["--output-activation", "softmax"],
        ["--loss", "x"],
        ["--level", "x"],
        ["--network", "x"],
        ["--network", "recurrent", "--sizes", "2", "1"],
        ["--network", "recurrent", "--loss", "cross_entropy"],
        ["--optimizer", "x"],
        ["--penalty", "x"],
        ["--roster", "not there.csv"],
        ["--seed", "x"],
        ["--out", "good.csv"],
        ["--out", "good.csv/x"],
        ["--out", LONG],
        ["--out", "loop"],
    ],
}
WORDS = list(
    chain.from_iterable([[*command, *w] for w in given] for command, given in TABLE.items())
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    return folder


@pytest.fixture
def here(prepared, tmp_path, monkeypatch):
    folder = tmp_path / "here"
    shutil.copytree(prepared, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def test_every_command_and_every_option_that_takes_something_is_among_them():
    assert len(WORDS) >= 150
    (commands,) = [a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert {command[0] for command in TABLE if command} == set(commands.choices)
    actions = chain.from_iterable(sub._actions for sub in commands.choices.values())
    options = {a.option_strings[-1] for a in actions if a.option_strings and a.nargs != 0}
    assert options <= set(chain.from_iterable(WORDS))


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_one_line_and_nothing_half_done(words, here, capsys):
    before = {path.name: path.is_file() and path.read_bytes() for path in here.iterdir()}
    try:
        status = main(words)
    except SystemExit as stop:
        status = stop.code
    said = capsys.readouterr()
    assert status == 2, said.out
    assert said.err.startswith("backprop")
    assert ": error: " in said.err
    assert said.err.count("\n") == 1
    assert said.err.endswith("\n")
    assert len(said.err) < 1100
    assert said.out == ""
    assert "Traceback" not in said.err
    after = {path.name: path.is_file() and path.read_bytes() for path in here.iterdir()}
    assert after == before


@pytest.mark.parametrize(
    ("words", "see"),
    [(["draw", "5", "1"], "backprop draw"), (["train", "--foo=3"], "backprop train"), (["--foo"], "backprop")],
)  # fmt: skip
def test_what_a_command_does_not_know_leads_to_its_own_help(capsys, words, see):
    with pytest.raises(SystemExit):
        main(words)
    told = capsys.readouterr().err
    assert told.startswith(f"{see}: error: unrecognized arguments: ")
    assert told.endswith(f"{words[-1]} (see {see} --help)\n")
