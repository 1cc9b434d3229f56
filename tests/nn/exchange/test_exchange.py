"""Networks of PyTorch, Keras and scikit-learn: the same numbers, or a refusal that names the layer."""

import json
import math
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from nn import MLP
from nn.activations import ACTIVATIONS

DATA = Path(__file__).parents[2] / "data" / "exchange"
EXPECTED = json.loads((DATA / "expected.json").read_text())
FILES = sorted(p.name for p in DATA.iterdir() if p.suffix in (".onnx", ".npz", ".safetensors"))
ENDINGS = (".npz", ".safetensors", ".onnx", ".json")


def outputs(net, x):
    out = net(x)
    return out if isinstance(out, list) else [out]


@pytest.mark.parametrize("name", FILES)
def test_files_of_other_tools_give_their_outputs_and_gradients(name):
    stem = name.rpartition(".")[0].removesuffix("-old").removesuffix("-new")
    right = EXPECTED[stem]
    given = None if name.endswith(".onnx") else right["activations"]
    net = MLP.load(DATA / name, activation=given)
    out = outputs(net, right["x"])
    near = pytest.approx(right["output"], rel=1e-12, abs=1e-12)
    if stem.startswith("keras"):  # which multiplies in single precision, whatever its arrays hold
        near = pytest.approx(right["output"], rel=1e-6, abs=1e-7)
    assert [v.data for v in (ag.softmax(out) if right["softmax"] else out)] == near
    if right["gradients"]:
        ag.sum([v * v for v in out]).backward()
        for layer, matrix in zip(net.layers, right["gradients"]):
            for i, row in enumerate(matrix):
                found = [unit.w[i].grad for unit in layer.neurons]
                assert found == pytest.approx(row, rel=1e-11, abs=1e-12)


def test_a_step_is_not_written_as_onnx(tmp_path):
    for name in ("step", "perceptron"):
        with pytest.raises(ValueError, match=rf"ONNX has no operation {name}: save it as \.json"):
            MLP(1, [1], output_activation=name, rng=0).save(tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=5),
    st.lists(st.sampled_from([*ACTIVATIONS]), min_size=4, max_size=4),
    st.booleans(),
    st.sampled_from(ENDINGS),
    st.integers(0, 999),
)
def test_every_bit_comes_back(tmp_path_factory, sizes, names, bias, ending, seed):
    functions = names[: len(sizes) - 1]
    if ending == ".onnx":  # it has no operation that is 0 or 1
        functions = ["tanh" if f in ("step", "perceptron") else f for f in functions]
    net = MLP(sizes[0], sizes[1:], functions, bias=bias, rng=seed)
    for k, p in enumerate(net.parameters()):
        p.data = p.data * 3.0 ** (k - 5) if k % 3 else -0.0
    path = tmp_path_factory.mktemp("net") / f"net{ending}"
    net.save(path)
    again = MLP.load(path)
    assert repr(again.weights()) == repr(net.weights())
    assert repr(again.biases()) == repr(net.biases())
    assert again.activations() == net.activations()
    first = path.read_bytes()
    again.save(path)
    assert path.read_bytes() == first


def test_numpy_reads_what_is_written_and_we_read_numpy(tmp_path):
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    net = MLP(3, [2, 1], rng=0)
    net.save(tmp_path / "net.npz")
    arrays = np.load(tmp_path / "net.npz")
    assert arrays["W1"].tolist() == net.weights()[0]
    assert arrays["activation"].tolist() == ["tanh", "linear"]
    columns = {"W1": np.asfortranarray(arrays["W1"]), "b1": arrays["b1"].astype(">f8")}
    np.savez_compressed(tmp_path / "c.npz", W2=arrays["W2"], b2=arrays["b2"], **columns)
    again = MLP.load(tmp_path / "c.npz", activation="tanh")
    assert again.weights() == net.weights()
    assert again.biases() == net.biases()


def test_names_are_sorted_by_their_numbers(tmp_path):
    net = MLP(2, [3] * 12 + [1], rng=1)
    net.save(tmp_path / "net.safetensors")
    assert MLP.load(tmp_path / "net.safetensors").weights() == net.weights()


# ---------------------------------------------------------------- models, by what they say of themselves


class Tensor:
    def __init__(self, values, dtype="torch.float64"):
        self.values, self.dtype = values, dtype

    def detach(self):
        return self

    def tolist(self):
        return self.values


def a(kind, home="torch.nn.modules.activation", **attributes):
    """Return an object that calls itself by the name of a layer of PyTorch."""
    return type(kind, (), {"__module__": home, **attributes})()


def linear(weight, bias=None, dtype="torch.float64"):
    bias = None if bias is None else Tensor(bias, dtype)
    return a("Linear", "torch.nn.modules.linear", weight=Tensor(weight, dtype), bias=bias)


def sequential(*layers):
    children = [(str(k), layer) for k, layer in enumerate(layers)]
    return a("Sequential", "torch.nn.modules.container", named_children=lambda self: children)


TWO = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]  # two units, three inputs


def test_a_model_of_pytorch_has_a_row_per_unit():
    idle = a("Dropout", "torch.nn.modules.dropout", training=False, p=0.5)
    nested = sequential(a("ReLU"), idle)
    net = MLP.from_model(sequential(linear(TWO, [7.0, 8.0]), nested, linear([[9.0, 10.0]])))
    assert net.weights() == [[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], [[9.0], [10.0]]]
    assert net.biases() == [[7.0, 8.0], None]
    assert net.activations() == [ACTIVATIONS["relu"], ACTIVATIONS["linear"]]
    assert MLP.from_model(linear(TWO)).sizes == [3, 2]
    end = sequential(linear(TWO), a("Softmax"))
    assert MLP.from_model(end).activations() == [ACTIVATIONS["linear"]]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([linear(TWO), a("BatchNorm1d")], r"layer 1 \(BatchNorm1d\) is not supported"),
        ([linear(TWO), a("GELU", approximate="tanh")], r"layer 1 \(GELU\) has approximate 'tanh'"),
        ([linear(TWO), a("LeakyReLU", negative_slope=0.2)], "negative_slope 0.2, and only 0.01"),
        ([linear(TWO), a("ELU", alpha=2.0)], "alpha 2.0"),
        ([linear(TWO), a("Dropout", training=True, p=0.5)], r"model.eval\(\)"),
        ([linear(TWO), a("Tanh"), a("ReLU")], "follows another activation, tanh"),
        ([a("Tanh"), linear(TWO)], "before the first dense layer"),
        ([linear(TWO), a("Softmax"), linear([[1.0, 2.0]])], "comes after the softmax"),
        ([linear(TWO), a("Tanh"), a("Softmax")], "softmax of something else"),
        ([linear(TWO), linear([[1.0, 2.0, 3.0]])], "takes 3 inputs, but the layer before it has 2"),
        ([linear(TWO), linear([[1.0], [2.0]])], "is it transposed"),
        ([linear(TWO, dtype="torch.bfloat16")], "type bfloat16"),
        ([linear(TWO), a("Mine", "__main__")], "of its own kind"),
        ([], "no dense layer"),
    ],
)
def test_what_cannot_be_taken_over_is_named(layers, message):
    with pytest.raises(ValueError, match=message):
        MLP.from_model(sequential(*layers))


def test_models_of_no_known_kind():
    with pytest.raises(TypeError, match=r"a torch.nn.Sequential.*but builtins.dict was given"):
        MLP.from_model({})
    unfitted = a("MLPClassifier", "sklearn.neural_network")
    with pytest.raises(ValueError, match="call its fit first"):
        MLP.from_model(unfitted)
    with pytest.raises(ValueError, match=r"not a keras\.Sequential"):
        MLP.from_model(a("Functional", "keras.src.models", layers=[]))


def keras_layer(kind, **attributes):
    return a(kind, "keras.src.layers", name=kind.lower(), built=True, **attributes)


def keras_function(name, home="keras.src.activations"):
    def f(x):
        return x

    f.__name__, f.__module__ = name, home
    return f


def keras(*layers):
    return a("Sequential", "keras.src.models", layers=layers)


def dense(activation, kernel=((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))):
    weights = [Tensor([list(row) for row in kernel], "float64"), Tensor([7.0, 8.0], "float64")]
    return keras_layer("Dense", get_weights=lambda self: weights, activation=activation)


def test_a_model_of_keras_has_a_row_per_input():
    net = MLP.from_model(keras(keras_layer("InputLayer"), dense(keras_function("swish"))))
    assert net.weights() == [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]
    assert net.activations() == [ACTIVATIONS["silu"]]
    after = keras_layer("ReLU", max_value=None, negative_slope=0.0, threshold=0.0)
    net = MLP.from_model(keras(dense(keras_function("linear")), after))
    assert net.activations() == [ACTIVATIONS["relu"]]


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (dense(keras_function("leaky_relu")), "slope 0.2"),
        (dense(keras_function("<lambda>", "__main__")), "an activation of its own"),
        (dense(keras_function("hard_tanh")), "hard_tanh"),
        (keras_layer("Conv2D"), r"layer conv2d \(Conv2D\) is not supported"),
        (keras_layer("LeakyReLU", negative_slope=0.3), "slope 0.3"),
        (keras_layer("ELU", alpha=0.5), "alpha 0.5"),
    ],
)
def test_layers_of_keras_that_are_refused(layer, message):
    first = dense(keras_function("linear"), [[1.0, 2.0]])
    layer.get_weights = lambda: [Tensor(TWO[0:2], "float64")]
    with pytest.raises(ValueError, match=message):
        MLP.from_model(keras(first, layer))


# ---------------------------------------------------------------- files that cannot be read


def test_what_such_files_cannot_hold_is_refused(tmp_path):
    tied = Value(0.5)
    for net, message in (
        (MLP.from_weights([[[tied]], [[tied]]]), "parameters are tied"),
        (MLP(1, [2, 1], activation=[["tanh", "relu"]]), "layer 1 has units of different kinds"),
        (MLP.from_weights([[[1.0, 2.0]]], [[None, 3.0]]), "layer 1 has units"),
    ):
        with pytest.raises(ValueError, match=message + ".*save it as .json"):
            net.save(tmp_path / "net.onnx")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [".npz", ".safetensors", ".onnx"])
def test_a_damaged_file_is_told_by_its_name(tmp_path, ending):
    path = tmp_path / f"net{ending}"
    MLP(3, [2, 1], rng=0).save(path)
    whole = path.read_bytes()
    for part in (b"", whole[:7], whole[: len(whole) // 2], whole[:-3], b"\xff" * 99):
        path.write_bytes(part)
        with pytest.raises(ValueError, match=f"net{ending}"):
            MLP.load(path)


def test_activations_are_said_once(tmp_path):
    path = DATA / "torch-tanh.safetensors"
    with pytest.raises(ValueError, match="give activation="):
        MLP.load(path)
    MLP(3, [2, 1], rng=0).save(tmp_path / "net.npz")
    MLP(3, [2, 1], rng=0).save(tmp_path / "net.json")
    for name in ("net.npz", "net.json"):
        with pytest.raises(ValueError, match="leave activation= out"):
            MLP.load(tmp_path / name, activation="relu")
    with pytest.raises(ValueError, match="function of your own"):
        MLP(2, [1], output_activation=lambda v: v * 2).save(tmp_path / "own.onnx")
    assert not (tmp_path / "own.onnx").exists()


def safetensors(arrays):
    header, data = {}, b""
    for name, (kind, shape, raw) in arrays.items():
        header[name] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"0.weight": ("F16", [1, 1], b"00")}, "type F16"),
        ({"0.bias": ("F64", [1], bytes(8))}, "bias of a layer without weights"),
        ({"conv.weight": ("F64", [1, 1, 1], bytes(8))}, "1×1×1"),
        ({"w": ("F64", [1, 1], bytes(8))}, "no weight or bias"),
        ({"0.weight": ("F64", [2, 1], bytes(8))}, "16 are needed"),
        (
            {"0.weight": ("F64", [2, 3], bytes(48)), "1.weight": ("F64", [4, 5], bytes(160))},
            "takes 5 inputs, but the layer before it has 2 units",
        ),
    ],
)
def test_arrays_that_make_no_layers(tmp_path, arrays, message):
    (tmp_path / "net.safetensors").write_bytes(safetensors(arrays))
    with pytest.raises(ValueError, match=message):
        MLP.load(tmp_path / "net.safetensors", activation="tanh")


def test_a_file_of_objects_is_never_executed(tmp_path):
    np = pytest.importorskip("numpy", reason="NumPy is not installed")
    np.savez(tmp_path / "net.npz", W1=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="Python objects, which are never executed"):
        MLP.load(tmp_path / "net.npz", activation="tanh")
    with zipfile.ZipFile(tmp_path / "net.npz", "w") as archive:
        archive.writestr("W1.npy", b"no array")
    with pytest.raises(ValueError, match="'W1' is damaged"):
        MLP.load(tmp_path / "net.npz", activation="tanh")


def test_tensors_beside_the_model_must_be_there(tmp_path):
    (tmp_path / "net.onnx").write_bytes((DATA / "torch-wide-new.onnx").read_bytes())
    with pytest.raises(ValueError, match="which is not there: keep both files"):
        MLP.load(tmp_path / "net.onnx")


def test_no_framework_is_imported():
    import sys

    loaded = set(sys.modules)
    MLP.load(DATA / "torch-tanh-old.onnx")
    assert not {"torch", "keras", "onnx", "safetensors"} & (set(sys.modules) - loaded)
    assert math.isfinite(MLP.load(DATA / "torch-tanh-old.onnx")([1.0, 2.0, 3.0]).data)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_weights_that_are_not_finite_are_not_taken(tmp_path, number):
    np = pytest.importorskip("numpy")
    np.savez(tmp_path / "net.npz", np.full((2, 1), number))
    with pytest.raises(ValueError, match=f"does not hold a network: a weight is {number}"):
        MLP.load(tmp_path / "net.npz")
