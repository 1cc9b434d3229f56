"""Networks as files: exact round trips, and files that are refused and change nothing."""

import json
import math

import pytest
from hypothesis import given, settings, strategies as st

from autograd import Value
from nn import MLP, assign_credit, saving
from nn.activations import ACTIVATIONS
from nn.cli.entry import main

any_float = st.floats(allow_nan=False, allow_infinity=False)


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
    with pytest.raises(
        ValueError, match=r"function of your own.*linear, tanh.*save net.state_dict"
    ):
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
        ("", "damaged or cut off, or is not a JSON file"),
        (json.dumps(GOOD)[:-5], "damaged or cut off"),
        ("[" * 100_000, "damaged or cut off"),
        (b"\xff\xfe\x00", "damaged or cut off"),
        ("[1, 2]", 'an object with "weights"'),
        ("{}", 'an object with "weights"'),
        ({**GOOD, "format": "onnx"}, "its format is 'onnx'"),
        ({**GOOD, "version": 3}, "its version is 3, and this program reads up to 2"),
        ({**GOOD, "version": 0}, "its version is 0"),
        (
            {**GOOD, "checksum": "00000000"},
            "its checksum does not fit .* delete .checksum. from it",
        ),
        ('{"weights": [[[NaN]]]}', "NaN is not a number that JSON knows"),
        ('{"weights": [[[-Infinity]]]}', "-Infinity is not a number that JSON knows"),
        ('{"weights": [[[1e999]]]}', "too large for a float"),
        ('{"weights": [[[1]]], "weights": [[[2]]]}', "'weights' is given twice"),
        (
            {**GOOD, "tied": [["layers.0.weight.0.0", "layers.0.bias.0"]]},
            "'layers.0.bias.0' is tied, but",
        ),
        (
            {
                **GOOD,
                "weights": [[[1.0], [2.0]]],
                "tied": [["layers.0.weight.0.0", "layers.0.weight.1.0"]],
            },
            r"layers\.0\.weight\.0\.0 and layers\.0\.weight\.1\.0 are tied, but have different numbers",
        ),
        ({**GOOD, "tied": [["layers.0.weight.0.0"]] * 2}, "or is tied twice"),
        ({**GOOD, "tied": "w"}, "network: tied parameters are lists of names"),
        ({**GOOD, "tied": [["w"], 1]}, "network: tied parameters are lists of names$"),
        ({**GOOD, "classes": [1]}, r"the classes are a list of names, not \[1\]"),
        (b"PK\x03\x04", "a zip archive, as PyTorch .* then MLP"),
        (b"\x89HDF\r\n", "an HDF5 file, as Keras writes"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"\x80\x05", "a pickle"),
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
        ({**GOOD, "activation": [[["tanh"]]]}, "a name or a function"),
        ({**GOOD, "activation": 3}, "activation is a name, .* but 3 was given"),
        ({**GOOD, "activation": {}}, "activation is a name, .* but {} was given"),
    ],
    ids=lambda given: None,
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"weights": [[[null]]]}', "null among the weights is not a number"),
        ('{"weights": [[[1]]], "biases": [["b"]]}', '"b" among the biases is not a number'),
        ('{"weights": [5]}', "the weights are lists of lists of numbers, not 5"),
        ('{"weights": [[[1]]], "biases": 3}', "the biases are lists of lists of numbers, not 3"),
        ('{"weights": [[[1]]], "inputs": 5}', "the inputs are a list of names, not 5"),
        ('{"activation": "tanh", "weights": [], "weights": []}', "'weights' is given twice"),
        ('{"weight": 1}', ': an object with "weights" is needed'),
    ],
)
def test_a_refusal_says_what_was_found(tmp_path, content, said):
    path = tmp_path / "net.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"net\.json") as caught:
        MLP.load(path)
    assert str(caught.value).endswith(said)


def test_the_activation_of_the_output_comes_back(tmp_path):
    net = MLP(2, [2, 1], output_activation="sigmoid", rng=0)
    net.save(tmp_path / "net.json")
    assert MLP.load(tmp_path / "net.json")([1.0, 2.0]).data == net([1.0, 2.0]).data
    (tmp_path / "by_hand.json").write_text('{"weights": [[[2.0]]], "output_activation": "tanh"}')
    assert MLP.load(tmp_path / "by_hand.json")([0.5]).data == math.tanh(1.0)


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


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_not_finite_are_not_saved(tmp_path, number):
    with pytest.raises(ValueError, match=r"layers.0.weight.1.0 is -?(inf|nan): only finite"):
        MLP.from_weights([[[1.0], [number]]]).save(tmp_path / "net.json")
    assert list(tmp_path.iterdir()) == []


def test_any_digit_that_is_changed_is_found(tmp_path):
    path = tmp_path / "net.json"
    net = MLP.from_weights([[[0.1, 2.5e-300], [1 / 3, 1e22]]], [[0.0, 1.0]], ["sigmoid"])
    net.save(path)
    text = path.read_text()
    digits = [k for k, letter in enumerate(text) if letter.isdigit()]
    assert len(digits) > 30
    for k in digits:
        path.write_text(text[:k] + str((int(text[k]) + 1) % 10) + text[k + 1 :])
        with pytest.raises(ValueError, match=r"net\.json"):
            MLP.load(path)
    # laid out in another way
    path.write_text(json.dumps(dict(reversed(json.loads(text).items()))))
    assert MLP.load(path).state_dict() == net.state_dict()


def test_files_of_the_first_version_and_by_hand_need_no_checksum(tmp_path):
    path = tmp_path / "net.json"
    for content in (GOOD, {"weights": [[[1.0]]]}, {"weights": [[[1.0]]], "version": 2}):
        path.write_text(json.dumps(content))
        assert MLP.load(path).weights() == [[[1.0]]]
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert MLP.load(path).weights() == [[[1.0]]], "an editor may begin the file with a mark"


def test_a_file_can_be_read_by_people(tmp_path):
    net = MLP.from_weights([[[0.5, -1.0]], [[2.0], [3.0]]], [None, [0.0]], [["relu", "tanh"]])
    net.save(tmp_path / "net.json")
    lines = (tmp_path / "net.json").read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["{", ' "format": "scalar-autograd network",', ' "version": 2,']
    content = json.loads("".join(lines))
    assert content["activation"] == [["relu", "tanh"], "linear"]
    assert (content["weights"], content["biases"]) == (net.weights(), [None, [0.0]])


def test_tied_parameters_beside_others(tmp_path):
    w, b, path = Value(0.5), Value(0.25), tmp_path / "net.json"
    net = MLP.from_weights([[[w, 2.0]], [[w], [3.0]]], [[b, 0.75], [b]])
    net.save(path)
    assert json.loads(path.read_text())["tied"] == [
        ["layers.0.weight.0.0", "layers.1.weight.0.0"],
        ["layers.0.bias.0", "layers.1.bias.0"],
    ]
    twin = MLP.load(path)
    assert (twin.weights(), twin.biases()) == (net.weights(), net.biases())
    assert len(twin.parameters()) == len(net.parameters()) == 5


def test_names_of_inputs_and_classes_are_kept(tmp_path):
    w, names = Value(0.5), {"inputs": ["größe"], "classes": ["no", "yes"]}
    content = saving.content([[[w]]], [[None]], [[ACTIVATIONS["tanh"]]], names=names)
    saving.save(tmp_path / "net.json", content)
    assert "größe" in (tmp_path / "net.json").read_text(encoding="utf-8")
    content = saving.read(tmp_path / "net.json")
    assert {key: content[key] for key in names} == names
    assert MLP.load(tmp_path / "net.json").weights() == [[[0.5]]]


@pytest.mark.parametrize("ending", [".pt", ".h5", ".keras", ".PKL", ".npy"])
def test_no_file_is_called_like_one_that_another_tool_writes(tmp_path, ending):
    with pytest.raises(ValueError, match=rf"\.json, \.npz, .* got the ending {ending.lower()}"):
        MLP(2, [1], rng=0).save(tmp_path / f"net{ending}")
    assert list(tmp_path.iterdir()) == []


def test_what_a_file_is_comes_before_what_was_said_of_it(tmp_path):
    (tmp_path / "net.json").write_text("{")
    with pytest.raises(ValueError, match="damaged or cut off"):
        MLP.load(tmp_path / "net.json", activation="tanh")
