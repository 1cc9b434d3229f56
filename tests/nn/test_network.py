"""Networks: shapes, order of parameters, activations, initialisation, and what is refused."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from nn import MLP, Layer, Neuron
from nn.activations import ACTIVATIONS, activation, activation_name, is_known

numbers = st.floats(-3.0, 3.0)


def test_neuron_is_activation_of_bias_plus_dot():
    unit = Neuron.from_weights([-3.0, 1.0], 6.5, "tanh")
    out = unit([2.0, 0.5])
    assert out.data == math.tanh(6.5 - 3.0 * 2.0 + 1.0 * 0.5)
    assert [p.data for p in unit.parameters()] == [-3.0, 1.0, 6.5]
    assert out.parents[0].op == "dot", "the pre-activation is one node"


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=2), st.data())
def test_layer_is_the_matrix_product(rows, data):
    x = data.draw(st.lists(numbers, min_size=2, max_size=2))
    net = MLP.from_weights([rows])
    expected = [x[0] * a + x[1] * b for a, b in zip(*rows)]
    assert [v.data for v in net(x)] == pytest.approx(expected, abs=1e-12)
    assert net.weights() == [rows]


def test_shapes_names_and_order():
    net = MLP(3, [2, 1], rng=0)
    assert net.sizes == [3, 2, 1]
    assert len(net.parameters()) == 11
    names = [name for name, _ in net.named_parameters()]
    assert names[:5] == [
        *("layers.0.weight.0.0", "layers.0.weight.1.0", "layers.0.weight.2.0"),
        *("layers.0.bias.0", "layers.0.weight.0.1"),
    ]
    assert [id(p) for _, p in net.named_parameters()] == list(map(id, net.parameters()))
    assert net.layers[0].neurons[1].w[2].data == net.state_dict()["layers.0.weight.2.1"]
    assert len(MLP(3, [2, 1], bias=False).parameters()) == 8
    assert len(Layer(3, 2).parameters()) == 8
    assert repr(net) == "MLP(3, [2, 1], activations=['tanh', 'linear'], 11 parameters)"
    assert repr(net.layers[0]) == "Layer(3, 2, 'tanh', bias=True)"
    assert repr(net.layers[1].neurons[0]) == "Neuron(2, 'linear', bias=True)"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    f = activation(name)
    own = {"linear": 0.3, "step": 1.0, "perceptron": 1.0}
    expected = own[name] if name in own else getattr(ag, name)(0.3)
    assert f(Value(0.3)).data == expected
    assert activation_name(f) == name
    assert is_known(f)
    if name not in own:
        assert activation(getattr(ag, name)) is f, "the engine's function is the same activation"
    net = MLP(1, [2, 1], activation=name, rng=0)
    assert net.activations() == [f, activation("linear")]


def test_activation_per_layer_and_of_ones_own():
    def bent(a):
        return a * a.sigmoid()

    net = MLP(1, [2, 2, 1], activation=["relu", bent], output_activation="sigmoid", rng=0)
    assert [activation_name(f) for f in net.activations()] == ["relu", "bent", "sigmoid"]
    assert not is_known(bent)
    assert MLP(1, [2, 1], activation=["relu", "tanh"]).activations()[1] is activation("tanh")
    with pytest.raises(ValueError, match="3 layers, but 1 activations"):
        MLP(1, [2, 2, 1], activation=["relu"])
    with pytest.raises(ValueError, match="no activation is called 'tang'"):
        MLP(1, [1], activation="tang", output_activation="tang")
    with pytest.raises(TypeError, match="a name or a function"):
        MLP(1, [1], output_activation=3)


@pytest.mark.parametrize(
    ("init", "bound"),
    [("uniform", 1.0), ("xavier", math.sqrt(6 / (40 + 30))), ("he", math.sqrt(6 / 40))],
)
def test_initialisation_is_uniform_within_its_bound(init, bound):
    weights = [w for row in MLP(40, [30], init=init, rng=1).weights()[0] for w in row]
    assert max(map(abs, weights)) <= bound
    assert max(map(abs, weights)) > 0.98 * bound
    deviation = math.sqrt(math.fsum(w * w for w in weights) / len(weights))
    assert deviation == pytest.approx(bound / math.sqrt(3), rel=0.05)


def test_seeds():
    assert MLP(2, [2], rng=7).state_dict() == MLP(2, [2], rng=random.Random(7)).state_dict()
    assert MLP(2, [2], rng=7).state_dict() != MLP(2, [2], rng=8).state_dict()
    drawn = random.Random(7)  # neuron by neuron, as micrograd does
    expected = [drawn.uniform(-1, 1) for _ in range(4)]
    units = MLP(2, [2], rng=7).layers[0].neurons
    assert [w.data for unit in units for w in unit.w] == expected
    assert [unit.b.data for unit in units] == [0.0, 0.0]
    before = random.getstate()
    MLP(2, [2], rng=7)
    assert random.getstate() == before, "the global generator is left alone"


def test_values_become_the_parameters_as_they_are():
    w, b = Value(2.0), Value(1.0)
    net = MLP.from_weights([[[w]]], [[b]])
    net([3.0]).backward()
    assert list(map(id, net.parameters())) == [id(w), id(b)]
    assert (w.grad, b.grad) == (3.0, 1.0)


def test_zero_grad():
    net = MLP(2, [2, 1], rng=0)
    net([1.0, 2.0]).backward()
    assert any(p.grad for p in net.parameters())
    net.zero_grad()
    assert not any(p.grad for p in net.parameters())


def test_state_dict_round_trip_and_refusals():
    a, b = MLP(2, [2, 1], rng=1), MLP(2, [2, 1], rng=2)
    b.load_state_dict(a.state_dict())
    assert b.state_dict() == a.state_dict()
    before = b.state_dict()
    with pytest.raises(ValueError, match=r"missing layers.0.bias.0, .*; unknown extra"):
        b.load_state_dict({"extra": 1.0})
    with pytest.raises(TypeError, match="one real number"):
        b.load_state_dict({**before, "layers.1.bias.0": "1"})
    with pytest.raises(ValueError, match="unknown 1, extra"):
        b.load_state_dict({**before, "extra": 0.0, 1: 0.0})
    with pytest.raises(TypeError, match="a state is a dict of numbers by name, but MLP"):
        b.load_state_dict(a)
    assert b.state_dict() == before


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([1.0, 2.0], ValueError, "3 inputs expected, got 2"),
        ([1.0] * 4, ValueError, "3 inputs expected, got 4"),
        (1.0, TypeError, "a sequence of 3 numbers, but 1.0 was given"),
        ("abc", TypeError, "but 'abc' was given"),
        ([1.0, None, 2.0], TypeError, "one real number, but NoneType"),
        ({1.0: 0, 2.0: 0, 3.0: 0}, TypeError, r"but \{1.0: 0, 2.0: 0, 3.0: 0\} was given"),
        ({1.0, 2.0, 3.0}, TypeError, r"but \{1.0, 2.0, 3.0\} was given"),
        (np.array(1.0), TypeError, r"but array\(1\.\) was given"),
        ([[1.0, 2.0, 3.0]] * 2, ValueError, "3 inputs expected, got 2 rows: give one example"),
    ],
    ids=str,
)
def test_inputs_that_do_not_fit(x, error, message):
    with pytest.raises(error, match=message):
        MLP(3, [2, 1], rng=0)(x)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((2, []), ValueError, "at least one layer"),
        (
            (2, 3),
            TypeError,
            r"units lists the units of each layer, such as \[2, 1\], but 3 was given",
        ),
        ((0, [1]), ValueError, "inputs must be a whole number, at least 1; got 0"),
        ((2, [2, -1]), ValueError, "units must be a whole number, at least 1; got -1"),
        ((2, [2.5]), TypeError, "units must be a whole number, at least 1; got 2.5"),
        ((2, [True]), TypeError, "units must be a whole number, at least 1; got True"),
        (("2", [1]), TypeError, "inputs must be a whole number, at least 1; got '2'"),
        ((2, "31"), TypeError, "units lists the units of each layer"),
        ((2, [1], 5), TypeError, "activation is a name, a function .*, but 5 was given"),
        ((2, [1], "tanh", "linear", True, "a"), TypeError, "a seed.*, but 'a' was given"),
    ],
    ids=str,
)
def test_widths_that_do_not_fit(arguments, error, message):
    with pytest.raises(error, match=message):
        MLP(*arguments)


def test_whole_numbers_of_numpy_are_widths_and_seeds():
    net = MLP(np.int64(2), np.array([3, 1]), rng=np.int64(0))
    assert net.sizes == [2, 3, 1]
    assert net.state_dict() == MLP(2, [3, 1], rng=0).state_dict()


@pytest.mark.parametrize("widths", [[], [1, 2]])
def test_units_that_make_no_layer(widths):
    with pytest.raises(
        ValueError, match=f"equally many inputs, but \\[{str(widths)[1:-1]}\\] were"
    ):
        Layer.from_neurons([Neuron(width) for width in widths])


def test_unknown_initialisation():
    with pytest.raises(ValueError, match="no initialisation is called 'zeros'"):
        MLP(1, [1], init="zeros")


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([], None, "at least one layer"),
        ([[]], None, "layer 1 are a matrix"),
        ([[1.0, 2.0]], None, "layer 1 are a matrix"),
        ([[[1.0], [2.0, 3.0]]], None, r"different lengths: \[1, 2\]"),
        ([[[1.0, 2.0]], [[1.0]]], None, "each of the 2 units before it, but has 1 row "),
        ([[[1.0]]], [[1.0], [1.0]], "1 layers of weights, but 2 of biases"),
        ([[[1.0]]], [[1.0, 2.0]], "layer 1 has 1 units, but 2 biases"),
        (None, None, "a matrix for each layer, but None"),
        ({"a": [[1.0]]}, None, "a matrix for each layer, but {'a'"),
        ([1.0], None, "layer 1 are a matrix, .* but 1.0 was given"),
        ([[[1.0], 2.0]], None, r"layer 1 are a matrix, .* but \[\[1.0\], 2.0\] was given"),
        ([["ab"]], None, "layer 1 are a matrix"),
        ([[[1.0]]], 1.0, "biases .*, but 1.0"),
        ([[[1.0]]], [1.0], "the biases of layer 1 are a sequence of numbers, but 1.0"),
        ([[[1.0, 2.0]]], [["a", 1.0]], "one real number, but str"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit(weights, biases, message):
    with pytest.raises((ValueError, TypeError), match=message):
        MLP.from_weights(weights, biases)


def test_the_parameters_of_a_network_stay_its_own():
    net = MLP(2, [2, 1], rng=0)
    for change in ("w", "b", "activation"):
        with pytest.raises(AttributeError):
            setattr(net.layers[0].neurons[0], change, None)
    with pytest.raises(AttributeError):
        net.layers[0].neurons = []
