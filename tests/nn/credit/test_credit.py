"""Credit assignment: δ·z is the gradient of the weight, and the worked network has the known numbers."""

import copy
import math
import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given, strategies as st

import nn
from autograd import Value, no_grad
from nn import MLP, assign_credit, cross_entropy, half_squared_error, squared_error
from nn.losses import l2
from tests.counting import calls
from tests.nn.credit.networks import CASES
from tests.worked import WEIGHTS, X, Y, network

# Recomputed with 60-digit arithmetic and central differences.
WORKED = network()
CREDIT = {
    (1, 0): 0.5215197998783641,
    (2, 0): -0.30954674560328093,
    (3, 1): 0.068157553103927223,
    (3, 2): -0.11882409265217668,
    (4, 1): -0.13631510620785445,
    (4, 2): 0.23764818530435335,
    (5, 1): 0.10905208496628356,
    (5, 2): -0.19011854824348268,
}
UPDATED = {
    (1, 0): 0.64784802001216359,
    (2, 0): -0.46904532543967191,
    (3, 1): 0.49318424468960728,
    (3, 2): -0.58811759073478233,
    (4, 1): -0.28636848937921456,
    (4, 2): 0.37623518146956466,
    (5, 1): 0.78909479150337164,
    (5, 2): 0.21901185482434827,
}


def test_worked_network():
    c = assign_credit(WORKED, X, Y)
    assert c.loss == pytest.approx(0.19712869722678446, rel=1e-14)
    assert c.layers == [[5, 4, 3], [1, 2], [0]]
    assert [c.nodes[i].z for i in (5, 4, 3)] == X
    assert c.nodes[1].a == pytest.approx(1.19, rel=1e-14)
    assert c.nodes[2].a == pytest.approx(-0.54, rel=1e-14)
    assert c.nodes[1].z == pytest.approx(0.83057886853852843, rel=1e-14)
    assert c.nodes[2].z == pytest.approx(-0.49298796667532434, rel=1e-14)
    assert c.nodes[0].delta == pytest.approx(0.62789919131463207, rel=1e-14)
    assert c.nodes[1].delta == pytest.approx(0.13631510620785445, rel=1e-14)
    assert c.nodes[2].delta == pytest.approx(-0.23764818530435335, rel=1e-14)
    assert list(c.edges) == list(CREDIT)
    assert {k: e.credit for k, e in c.edges.items()} == pytest.approx(CREDIT, rel=1e-13)
    assert c.updates(lr=0.1) == pytest.approx(UPDATED, rel=1e-14)
    after = c.after(lr=0.1)
    assert after.loss == pytest.approx(0.15000787916996815, rel=1e-13)
    assert after.prediction == [pytest.approx(0.74773694264668355, rel=1e-14)]


def test_both_names_of_a_weight_are_known():
    c = assign_credit(WORKED, X, Y)
    assert (c.edges[3, 1].name, c.edges[3, 1].layered_name) == ("w₃⇝₁", "w⁽¹⁾₃₁")
    assert c.edges[5, 1].layered_name == "w⁽¹⁾₁₁"
    assert c.edges[2, 0].layered_name == "w⁽²⁾₂₁"


def test_squared_error_doubles_every_number():
    half, whole = (
        assign_credit(WORKED, X, Y, loss) for loss in (half_squared_error, squared_error)
    )
    for key, edge in half.edges.items():
        assert whole.edges[key].credit == pytest.approx(2.0 * edge.credit, rel=1e-15)
    assert "½" in half.loss_formula
    assert "½" not in whole.loss_formula


def test_zero_input_has_no_blame_and_no_sign():
    c = assign_credit(WORKED, [0.0, -1.0, 0.5], Y)
    assert c.edges[5, 1].credit == 0.0
    assert " −0.000000" not in c.table()


def test_linear_model_of_the_first_slides():
    net = MLP(3, [1], bias=False, rng=3)
    c = assign_credit(net, X, Y)
    error = c.prediction[0] - Y
    assert c.nodes[0].delta == error
    for (i, _), edge in c.edges.items():
        assert edge.credit == error * c.nodes[i].z
        assert c.updates(0.05)[i, 0] == edge.weight - 0.05 * error * c.nodes[i].z
    assert c.title == "3-1 linear network"


ACTIVATIONS = ["tanh", "relu", "sigmoid", "leaky_relu", "gelu", "silu", "elu", "linear", Value.sin]
finite = st.floats(-3, 3)


@given(st.data())
def test_credit_is_the_gradient_of_the_weight(data):
    """By construction: for any net δ·z is the very float that backward leaves in the weight."""
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    net = MLP(
        sizes[0],
        sizes[1:],
        activation=data.draw(st.sampled_from(ACTIVATIONS)),
        output_activation=data.draw(st.sampled_from(ACTIVATIONS)),
        bias=data.draw(st.booleans()),
        rng=data.draw(st.integers(0, 999)),
    )
    x = data.draw(st.lists(finite, min_size=sizes[0], max_size=sizes[0]))
    losses = [half_squared_error, squared_error, nn.mean_absolute_error, nn.mean_squared_error]
    loss = data.draw(st.sampled_from(losses))
    y = data.draw(st.lists(finite, min_size=sizes[-1], max_size=sizes[-1]))
    c = assign_credit(net, x, y, loss)
    assert all(p.grad == 0.0 for p in net.parameters()), "assign_credit must leave the net alone"
    loss(net(x), y).backward()
    for layer, tails, heads in zip(net.layers, c.layers, c.layers[1:]):
        for unit, j in zip(layer.neurons, heads):
            for w, i in zip(unit.w, tails):
                assert c.edges[i, j].credit == c.edges[i, j].delta * c.edges[i, j].z == w.grad
            if unit.b is not None:
                assert c.edges[None, j].credit == unit.b.grad


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu", "silu"])
@pytest.mark.parametrize("bias", [False, True])
def test_check_agrees_with_central_differences(activation, bias):
    net = MLP(3, [3, 2], activation=activation, bias=bias, rng=5)
    check = assign_credit(net, X, [0.3, -0.1]).check()
    assert check.ok
    assert "✗" not in str(check)
    classes = assign_credit(net, X, 1, cross_entropy)
    assert classes.check().ok
    assert [classes.nodes[k].target for k in (0, 1)] == [0.0, 1.0]


def test_check_finds_a_wrong_credit():
    check = assign_credit(WORKED, X, Y).check()
    check.credit[3, 1] *= 1.001
    assert not check.ok
    assert "✗" in str(check)


def test_derivation_reaches_the_edge():
    c = assign_credit(WORKED, X, Y)
    d = c.derivation(5, 1)
    assert [line.value for line in d.steps] == [
        c.nodes[0].delta,
        c.nodes[1].delta,
        c.edges[5, 1].credit,
    ]
    assert r"\delta_{1} \cdot z_{5}" in d.latex
    deep = assign_credit(MLP(2, [2, 2, 2], rng=1), [1.0, 2.0], [0.0, 1.0])
    assert [line.left for line in deep.derivation(None, 4).steps] == [
        "δ₀",
        "δ₁",
        "δ₂",
        "δ₃",
        "δ₄",
        "∂L/∂b₄",
    ]


@pytest.mark.parametrize(
    ("loss", "outputs", "words"),
    [
        (half_squared_error, 1, "δ₀ = ŷ−y = 0.5000 − 1.0000 = −0.5000"),
        (squared_error, 1, "δ₀ = 2·(ŷ−y) = 2·(0.5000 − 1.0000) = −1.0000"),
        (nn.mean_squared_error, 2, "δ₀ = 2·(ŷ₀−y₀)/2 = 2·(0.5000 − 1.0000)/2 = −0.5000"),
        (nn.mean_absolute_error, 1, "δ₀ = sign(ŷ−y) = sign(0.5000 − 1.0000) = −1.0000"),
        (nn.binary_cross_entropy_with_logits, 1, "δ₀ = σ(ŷ)−y = 0.6225 − 1.0000 = −0.3775"),
        (
            nn.binary_cross_entropy_with_logits,
            2,
            "δ₀ = (σ(ŷ₀)−y₀)/2 = (0.6225 − 1.0000)/2 = −0.1888",
        ),
        (nn.cross_entropy, 2, "δ₀ = softmax(ŷ)₀−y₀ = 0.3775 − 1.0000 = −0.6225"),
    ],
)
def test_the_error_at_the_output_in_symbols_and_numbers(loss, outputs, words):
    net = MLP.from_weights([[[0.5, 1.0][:outputs]]])
    credit = assign_credit(net, [1.0], [1.0, 0.0][:outputs], loss)
    assert words in str(credit.derivation(outputs, 0))


@pytest.mark.parametrize("loss", nn.losses.LOSSES.values())
def test_the_numbers_of_the_error_at_the_output_are_its_delta(loss):
    net = MLP(2, [3], output_activation="tanh", rng=0)
    credit = assign_credit(net, [0.5, -1.0], [1, -1, 1] if loss is nn.hinge else [1, 0, 0], loss)
    for j in range(3):
        line = credit.derivation(None, j).steps[-2]
        plain = line.numbers.replace("−", "-").replace("·", "*")
        value = eval(plain, {"sign": lambda x: math.copysign(1.0, x)})
        assert value == pytest.approx(line.value, abs=3e-4)


def test_derivation_of_an_unknown_edge_says_which_there_are():
    with pytest.raises(KeyError, match="w₃⇝₁"):
        assign_credit(WORKED, X, Y).derivation(1, 3)


def test_matrices_conform():
    first, second = assign_credit(WORKED, X, Y).matrices()
    assert WEIGHTS[0] == first.W
    assert first.Z == X
    for i, z in enumerate(first.Z):
        for j, delta in enumerate(first.delta):
            assert first.gradient[i][j] == z * delta
    for i, row in enumerate(second.W):  # δ₁ = (W⁽²⁾δ) ⊙ (1 − tanh² A⁽¹⁾)
        expected = row[0] * second.delta[0] * (1 - math.tanh(first.A[i]) ** 2)
        assert first.delta[i] == pytest.approx(expected, rel=1e-14)
    assert "∂L/∂W⁽¹⁾ = Z⁽¹⁾ δ⁽¹⁾ᵀ  (3×2)" in str(first)


def test_batch_sums_the_credit_of_its_examples():
    xs, ys = [X, [0.1, 0.2, 0.3], [-1.0, 0.0, 1.0]], [0.2, -0.5, 1.0]
    batch = assign_credit(WORKED, xs, ys, batch=True)
    assert len(batch.examples) == 3
    for key, edge in batch.edges.items():
        assert edge.credit == sum(c.edges[key].credit for c in batch.examples) or edge.credit == (
            pytest.approx(sum(c.edges[key].credit for c in batch.examples), rel=1e-15)
        )
    with pytest.raises(ValueError, match="xs has 3 examples, but ys 2"):
        assign_credit(WORKED, xs, ys[:2], batch=True)
    with pytest.raises(ValueError, match="no examples: xs is empty"):
        assign_credit(WORKED, [], [], batch=True)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="3 inputs expected, got 2"):
        assign_credit(WORKED, [1.0, 2.0], Y)
    with pytest.raises(ValueError, match="1 output, but 2 targets"):
        assign_credit(WORKED, X, [0.1, 0.2])
    with pytest.raises(TypeError, match="a loss gives a Value"):
        assign_credit(WORKED, X, Y, lambda prediction, target: 0.5)
    with pytest.raises(TypeError, match="str was given"):
        assign_credit(WORKED, ["a", 1.0, 2.0], Y)
    with pytest.raises(TypeError, match=r"a sequence of 3 numbers, but {-1.0, 0.5, 0.8} was given"):
        assign_credit(WORKED, set(X), Y)
    with pytest.raises(ValueError, match=r"x is a list of examples: .* batch=True"):
        assign_credit(WORKED, [X, X], [Y, Y])
    with pytest.raises(
        TypeError, match=r"ys is a sequence with an item for each example, but 0\.2"
    ):
        assign_credit(WORKED, [X, X], Y, batch=True)
    with pytest.raises(TypeError, match=r"credit is assigned in a network.*, but \[0.8"):
        assign_credit(X, WORKED, Y)
    with pytest.raises(TypeError, match="a loss is a name or a function of prediction and target"):
        assign_credit(WORKED, X, Y, 3)
    with pytest.raises(ValueError, match="no loss is called 'msle'"):
        assign_credit(WORKED, X, Y, "msle")
    assert assign_credit(WORKED, X, Y, "squared error").loss_function is squared_error


def test_an_activation_that_loses_the_graph():
    net = MLP(1, [2, 1], activation=lambda a: a.data, rng=0)
    with pytest.raises(TypeError, match=r"an activation gives a Value .*, but \[-?\d"):
        assign_credit(net, [1.0], 0.0)


def test_keys_are_looked_up_as_in_a_dict():
    edges = assign_credit(network(), X, Y).edges
    assert edges[np.int64(5), np.int32(1)] is edges[5, 1]
    for key in ((np.array([5, 4]), 1), ([5], 1), (5, [1]), (Value(5.0), 1)):
        assert key not in edges
        with pytest.raises(KeyError, match="no edge from"):
            edges[key]


def test_weights_are_looked_through_as_a_dict_is():
    weights = assign_credit(network(), X, Y).weights
    assert [*reversed(weights)] == [*weights][::-1]
    assert [*reversed(weights.values())] == [weights[name] for name in weights][::-1]
    assert type(weights.values()) is type({}.values())


def test_edges_that_are_none():
    credit = assign_credit(WORKED, X, Y)
    with pytest.raises(KeyError, match="no edge from '5' to '1'; there are"):
        credit.derivation("5", "1")
    with pytest.raises(KeyError, match=r"no edge from 9 to 9; there are w₁⇝₀ \(1, 0\)"):
        credit.edges[9, 9]
    with pytest.raises(KeyError, match=r"an edge is \(source, target\), but 9 was given"):
        credit.edges[9]
    with pytest.raises(KeyError, match="no bias of node 1; there are"):
        credit.derivation(None, 1)
    for path in (5, (5, 1, 0, 0)):
        with pytest.raises(TypeError, match=r"the edge \(source, target\) at its end, but"):
            credit.draw(path=path)


def test_arrays_are_examples():
    credit = assign_credit(WORKED, np.array(X), np.array(Y))
    assert credit.nodes[0].target == Y
    assert credit.table() == assign_credit(WORKED, X, Y).table()
    batch = assign_credit(WORKED, np.array([X, X]), np.array([Y, Y]), batch=True)
    assert batch.loss == 2 * credit.loss


@pytest.mark.parametrize("lr", [math.nan, math.inf, -0.1, "fast"])
def test_learning_rates_that_are_none(lr):
    credit = assign_credit(WORKED, X, Y)
    batch = assign_credit(WORKED, [X], [Y], batch=True)
    for ask in (credit.updates, credit.after, credit.table, batch.updates):
        with pytest.raises(
            (ValueError, TypeError), match=f"the learning rate must be .*; got {lr!r}"
        ):
            ask(lr)


def test_no_grad_outside_takes_no_credit_away():
    with no_grad():
        c = assign_credit(WORKED, X, Y)
        assert c.check().ok
    assert c.edges[3, 1].credit == pytest.approx(CREDIT[3, 1], rel=1e-13)


def test_work_is_linear_in_the_depth():
    once, twice = (
        calls(
            partial(assign_credit, MLP(2, [2] * depth + [1], rng=0), [0.3, -0.4], 0.2), builtin=True
        ).total()
        for depth in (24, 48)
    )
    assert twice < 2.2 * once


def test_a_line_of_the_derivation_does_not_walk_all_outputs():
    once, twice = (
        calls(
            assign_credit(MLP(2, [n], rng=0), [0.3, -0.4], 1, cross_entropy).steps, builtin=True
        ).total()
        for n in (50, 100)
    )
    assert twice < 2.5 * once


# ---------------------------------------------------------------- copies and pickles


def made(name):
    """Return a credit."""
    net, xs = MLP(3, [2, 1], rng=1), [[0.1, 0.2, 0.3], [0.5, -0.4, 0.2]]
    if name == "layers":
        return assign_credit(net, xs[0], 0.5, notation="nielsen")
    if name == "batch":
        return assign_credit(net, xs, [0.5, 0.2], batch="mean")
    if name == "penalty":
        return assign_credit(net, xs[0], 0.5, penalty=l2(0.1))
    if name == "loss":
        return assign_credit((net(xs[0]) - 0.5) ** 2 + 0.1 * net.parameters()[0] ** 2)
    case = CASES[name]()
    return assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)


def pickled(c):
    return pickle.loads(pickle.dumps(c))


def told(c):
    """Return all that a credit says in short."""
    said = str(c), repr(c), str(c.updates(0.3)), c.check().ok
    return said if hasattr(c, "examples") else (*said, str(c.forward_table()), str(c.after(0.01)))


@pytest.mark.parametrize("name", ["layers", "batch", "penalty", "loss", *CASES])
@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_says_the_same(again, looked, name):
    c, same = made(name), made(name)
    if looked:
        assert c.weights
    local = "<locals>" in getattr(c, "loss_function", MLP).__qualname__
    if again is pickled and local:  # as pickle itself says of such a function
        with pytest.raises((AttributeError, pickle.PicklingError), match="loss"):
            again(c)
        return
    assert told(again(c)) == told(same)


def test_a_copy_has_the_numbers_of_the_time_of_recording():
    w = Value(0.5, label="w")
    c = assign_credit(lambda x: (w * x[0]).tanh() + w, [0.7], 0.2, parameters=[w])
    wanted = str(c)
    w.data = 99.0
    assert str(copy.deepcopy(c)) == str(pickled(c)) == wanted


def test_the_sum_of_a_batch_is_not_copied_alone():
    batch = assign_credit(WORKED, [X, X], [Y, 0.0], batch=True)
    with pytest.raises(TypeError, match="copy the batch"):
        copy.deepcopy(batch.whole)
