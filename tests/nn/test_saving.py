"""Networks as files: exact round trips, and files that are refused and change nothing."""

import json
import math
import sys

import pytest
from hypothesis import given, settings, strategies as st

from nn import MLP, assign_credit
from nn.cli.entry import main

any_float = st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None)  # it writes files
@given(st.lists(any_float, min_size=9, max_size=9))
def test_every_float_comes_back_as_it_was(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("net") / "net.json"
    a, b, c, d, e, f, g, h, i = numbers
    net = MLP.from_weights([[[a, b], [c, d]], [[e], [f]]], [[g, h], [i]], "relu", "sigmoid")
    net.save(path)
    loaded = MLP.load(path)
    before, after = net.state_dict(), loaded.state_dict()
    assert list(before) == list(after)
    assert [x.hex() for x in before.values()] == [x.hex() for x in after.values()]
    assert loaded.activations() == net.activations()


def test_layers_without_bias(tmp_path):
    net = MLP.from_weights([[[0.5]], [[2.0]]], [None, [1.0]])
    net.save(tmp_path / "net.json")
    assert MLP.load(tmp_path / "net.json").biases() == [None, [1.0]]


def test_weights_alone_are_enough(tmp_path):
    path = tmp_path / "net.json"
    path.write_text('{"weights": [[[1, 2]], [[3], [4]]]}')
    net = MLP.load(path)
    assert net.weights() == [[[1.0, 2.0]], [[3.0], [4.0]]]
    assert repr(net) == "MLP(1, [2, 1], activations=['tanh', 'linear'], 4 parameters)"


def test_an_activation_of_ones_own_is_refused(tmp_path):
    path = tmp_path / "net.json"
    path.write_text("old")
    net = MLP(1, [1], output_activation=lambda a: a * a)
    with pytest.raises(ValueError, match=r"function of your own.*save net.state_dict"):
        net.save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    folder = tmp_path / "taken.json"
    folder.mkdir()
    with pytest.raises(OSError, match="taken"):
        MLP(1, [1], rng=0).save(folder)
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


GOOD = {"format": "scalar-autograd network", "version": 1, "weights": [[[1.0]]], "biases": None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "damaged or cut off, or is no JSON"),
        (json.dumps(GOOD)[:-5], "damaged or cut off"),
        ("[" * 100_000, "damaged or cut off"),
        (b"\xff\xfe\x00", "damaged or cut off"),
        ("[1, 2]", 'an object with "weights"'),
        ("{}", 'an object with "weights"'),
        ({**GOOD, "format": "onnx"}, "its format is 'onnx'"),
        ({**GOOD, "version": 2}, "its version is 2, and this program reads up to 1"),
        ({**GOOD, "version": "1"}, "its version is '1'"),
        ({**GOOD, "optimizer": {}}, "'optimizer' is not known"),
        ({**GOOD, "weights": [[["1.0"]]]}, '"1.0" among the weights is not a number'),
        ({**GOOD, "weights": [[[True]]]}, "true among the weights is not a number"),
        ({**GOOD, "weights": [[[[1.0]]]]}, "among the weights is not a number"),
        ({**GOOD, "weights": [[1.0]]}, "lists of lists of numbers"),
        ({**GOOD, "weights": 1.0}, "lists of lists of numbers"),
        ({**GOOD, "weights": []}, "at least one layer"),
        ({**GOOD, "weights": [[[10**400]]]}, "too large for a float"),
        ({**GOOD, "weights": [[[1.0], [1.0, 2.0]]]}, "different lengths"),
        ({**GOOD, "biases": [[1.0, 2.0]]}, "1 units, but 2 biases"),
        ({**GOOD, "biases": ["x"]}, "lists of lists of numbers"),
        ({**GOOD, "biases": "x"}, "lists of lists of numbers"),
        ({**GOOD, "activation": "exec"}, "no activation is called 'exec'"),
        ({**GOOD, "activation": [["tanh"]]}, "a name or a function"),
        ({**GOOD, "activation": 3}, "activation is a name, .* but 3 was given"),
        ({**GOOD, "activation": {}}, "activation is a name, .* but {} was given"),
    ],
    ids=range(25),
)
def test_files_that_are_refused(tmp_path, content, message):
    path = tmp_path / "net.json"
    raw = content if isinstance(content, bytes) else None
    text = content if isinstance(content, str) else None
    path.write_bytes(raw or (text if text is not None else json.dumps(content)).encode())
    with pytest.raises(ValueError, match=message) as caught:
        MLP.load(path)
    assert "net.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        MLP.load(tmp_path / "none.json")


def test_the_command_line_reads_the_same_files(tmp_path, capsys):
    net = MLP(2, [2, 1], rng=3)
    net.save(tmp_path / "net.json")
    words = ["credit", "--weights", str(tmp_path / "net.json"), "--x", "1", "-2", "--y", "0.5"]
    assert main(words) == 0
    credit = assign_credit(net, [1.0, -2.0], 0.5)
    assert credit.table(0.1) in capsys.readouterr().out
    assert main([*words[:2], str(tmp_path / "no.json"), *words[3:]]) == 2


def test_numbers_that_are_not_finite_are_written(tmp_path):
    MLP.from_weights([[[math.inf, math.nan, sys.float_info.min]]]).save(tmp_path / "net.json")
    a, b, c = MLP.load(tmp_path / "net.json").weights()[0][0]
    assert (a, math.isnan(b), c) == (math.inf, True, sys.float_info.min)
