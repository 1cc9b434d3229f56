"""Credit of any network: units are found in the recorded graph, and the numbers are those of back-propagation."""

import math
import re
import struct
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import Value
from autograd.notation import shown
from nn import MLP, Layer, Neuron, assign_credit, cross_entropy, half_squared_error
from nn.credit import Credit
from nn.credit.parts import Edge, Use
from nn.losses import l2
from tests.nn.credit.networks import (
    CASES,
    SPELLINGS,
    Case,
    elman,
    lstm,
)
from tests.nn.credit.unit_graphs import Drawn, graphs


def bits(x: float) -> bytes:
    """Return a float's bytes; of nan all the same."""
    return b"nan" if math.isnan(x) else struct.pack("<d", x)


def credit_of(case: Case) -> Credit:
    return assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)


def assert_sums_are_gradients(c: Credit) -> None:
    """Σ δ·z over the uses of each weight has the bits of what `backward` leaves in `.grad`."""
    parameters = c.recording.parameters
    before = [p.grad for p in parameters]
    for p in parameters:
        p.grad = 0.0
    c.recording.loss.backward()
    for p, weight in zip(parameters, c.weights.values(), strict=True):
        assert bits(weight.credit) == bits(p.grad), weight.name
        total = 0.0
        for use in weight.uses:
            total += use.credit
            assert bits(use.credit) == bits(use.delta * use.z)
        assert bits(total) == bits(weight.credit)
    for p, g in zip(parameters, before):
        p.grad = g


def assert_numbers_go_backwards(c: Credit) -> None:
    """Every consumer has a smaller number, inputs the largest, and numbers leave nothing out."""
    assert sorted(c.nodes) == list(range(len(c.nodes)))
    for i, node in c.nodes.items():
        assert all(way.target < i for way in c.out_of(i))
        assert node.kind != "input" or not c.into(i)


def assert_error_comes_by_the_ways(c: Credit, skip: set[int] = frozenset()) -> None:  # type: ignore[assignment]
    """δ = (Σ δ·local)·f′ at every node that the loss does not read itself."""
    for i, node in c.nodes.items():
        if node.kind == "input" or i in c.outputs or i in skip:
            continue
        parts = [c.nodes[way.target].delta * local(way) for way in c.out_of(i)]  # type: ignore[operator]
        wanted = sum(parts) * (1.0 if node.slope is None else node.slope)
        scale = 1.0 + sum(map(abs, parts))
        assert node.delta == pytest.approx(wanted, rel=1e-9, abs=1e-12 * scale), node


def local(way: Any) -> float:
    return way.weight * way.sign if isinstance(way, Edge) else way.local


# ---------------------------------------------------------------- networks of every kind


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_of_back_propagation(name, spelling):
    c = credit_of(CASES[name](spelling))
    assert_sums_are_gradients(c)
    assert_numbers_go_backwards(c)
    assert_error_comes_by_the_ways(c)
    assert c.check().ok
    assert c.after(0.01).loss < c.loss


@pytest.mark.parametrize("name", CASES)
def test_the_same_network_in_other_words_has_the_same_units(name):
    dots, *others = (credit_of(CASES[name](spelling)) for spelling in SPELLINGS)
    for other in others:
        assert [n.kind for n in other.nodes.values()] == [n.kind for n in dots.nodes.values()]
        for i, node in dots.nodes.items():
            assert other.nodes[i].z == pytest.approx(node.z, rel=1e-12, abs=1e-15)
            if node.delta is not None:
                assert other.nodes[i].delta == pytest.approx(node.delta, rel=1e-12, abs=1e-15)
        assert set(other.edges) == set(dots.edges)
        for key, edge in dots.edges.items():
            assert other.edges[key].name == edge.name
            assert other.edges[key].weight == edge.weight
            assert other.edges[key].credit == pytest.approx(edge.credit, rel=1e-12, abs=1e-15)


def test_elman_network_over_time():
    # sigmoid, three steps, the loss at the end; recomputed with central differences
    wx, wh, wy = Value(0.6, label="Wxh"), Value(0.4, label="Whh"), Value(0.5, label="Why")

    def net(x):
        h = 0.0
        for number in x:
            h = (wx * number + wh * h).sigmoid()
        return wy * h

    c = assign_credit(net, [1.0, 2.0, 3.0], 4.0)
    assert c.loss == pytest.approx(6.31321494443688, rel=1e-14)
    assert c.weights["Wxh"].credit == pytest.approx(-0.529891306597, rel=1e-11)
    assert c.weights["Whh"].credit == pytest.approx(-0.144125057021, rel=1e-11)
    assert c.weights["Why"].credit == pytest.approx(-3.17409068986, rel=1e-11)
    assert [n.kind for n in c.nodes.values()] == ["unit"] * 4 + ["input"] * 4
    assert [len(c.weights[name].uses) for name in ("Wxh", "Whh", "Why")] == [3, 3, 1]
    assert "Wxh, 3 uses" in str(c)
    assert [c.nodes[i].name for i in sorted(c.nodes)][-3:] == ["x₃", "x₂", "x₁"]


def test_two_layers_with_one_weight():
    w = Value(0.5)
    net = MLP.from_weights([[[w]], [[w]]])
    c = assign_credit(net, [1.0], 2.0)
    assert len(c.weights) == 1
    assert c.after(0.1).loss == pytest.approx(1.3237221969, rel=1e-9)
    assert c.after(0.1).after(0.1).loss == pytest.approx(_trained(0.5, 2), rel=1e-12)


def _trained(w: float, steps: int) -> float:
    for _ in range(steps):
        y, t = w * math.tanh(w), math.tanh(w)
        w -= 0.1 * (y - 2.0) * (t + w * (1.0 - t * t))
    return 0.5 * (w * math.tanh(w) - 2.0) ** 2


def test_two_dimensional_convolution():
    kernel = [[Value(v) for v in row] for row in ([0.1, 0.2], [-0.1, 0.3])]
    read = [Value(v) for v in (0.5, -0.4, 0.3, 0.2)]

    def net(x):
        maps = [
            ag.relu(ag.sum([kernel[a][b] * x[i + a][j + b] for a in (0, 1) for b in (0, 1)]))
            for i in (0, 1)
            for j in (0, 1)
        ]
        return ag.dot(read, maps)

    image = [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0]]
    c = assign_credit(net, image, 1.0, parameters=[*kernel, read])
    found = [w.credit for w in c.weights.values()][:4]
    assert found == pytest.approx([0.073, -1.387, -0.292, 0.146], rel=1e-9)
    assert len(c.edges) == 4 * 4 + 4
    assert {key[0] for key in c.edges if key[1] == 1} != {key[0] for key in c.edges if key[1] == 2}


def test_dropout_masks():
    w1 = [[0.5, -0.2, 0.1, 0.4], [0.3, 0.6, 0.2, -0.1]]
    w2 = [[0.2, 0.1, -0.3], [0.4, -0.1, 0.2], [0.3, 0.5, 0.1], [-0.2, 0.3, 0.4]]
    w3 = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]
    layers = [[[Value(v) for v in row] for row in w] for w in (w1, w2, w3)]

    def net(x):
        for w, mask in zip(layers, ((2.0, 0.0, 2.0, 0.0), (1.5, 1.5, 0.0), None)):
            x = [ag.dot(column, x) for column in zip(*w)]
            if mask is not None:
                x = [a.relu() * m for a, m in zip(x, mask)]
        return x

    c = assign_credit(net, [1.0, 2.0], [1.0, 0.0], parameters=layers)
    assert c.loss == pytest.approx(0.1816625, rel=1e-12)
    found = [w.credit for w in c.weights.values()]
    assert found[:8] == pytest.approx([-0.08475, 0, -0.2169, 0, -0.1695, 0, -0.4338, 0], abs=1e-12)
    wanted = [-0.32505, -0.28215, 0, 0, 0, 0, -0.14775, -0.12825, 0, 0, 0, 0]
    assert found[8:20] == pytest.approx(wanted, abs=1e-12)
    assert {n.does for n in c.nodes.values()} >= {"relu ×2", "relu ×0", "relu ×1.50", "linear"}


def test_batch_norm():
    gamma, beta = Value(1.5, label="γ"), Value(0.5, label="β")
    x = [Value(v) for v in (1.0, 2.0, 3.0, 4.0)]
    mean = ag.mean(x)
    scale = ag.sqrt(ag.mean([ag.square(v - mean) for v in x]) + 1e-5)
    out = [gamma * ((v - mean) / scale) + beta for v in x]
    loss = ag.sum([k * ag.square(v) for k, v in zip((0.1, 0.2, 0.3, 0.4), out)])
    c = assign_credit(loss, parameters=[gamma, beta], outputs=out)
    assert c.weights["γ"].credit == pytest.approx(3.4471878068483, rel=1e-10)
    assert c.weights["β"].credit == pytest.approx(2.3416354199689, rel=1e-10)
    slopes = [
        sum(c.nodes[link.target].delta * link.local for link in c.out_of(i))
        for i, n in sorted(c.nodes.items(), reverse=True)
        if n.kind == "input"
    ]
    wanted = [0.35998471024621, -0.36000125661532, -0.35999298343076, 0.36000952979987]
    assert slopes == pytest.approx(wanted, rel=1e-8)
    assert {n.does for n in c.nodes.values() if n.kind == "joint"} == {"norm"}


def test_attention():
    wk = [[Value(v) for v in row] for row in ([1.0, 1.0], [0.0, 1.0])]
    tokens = [[Value(v) for v in token] for token in ([1.0, 0.0], [0.0, 2.0], [1.0, 1.0])]
    keys = [[ag.dot(column, token) for column in zip(*wk)] for token in tokens]
    out = []
    for q in tokens:
        shares = ag.softmax([ag.dot(q, k) / 2.0**0.5 for k in keys])
        out += [ag.dot(shares, column) for column in zip(*tokens)]
    c = assign_credit(ag.sum(out), parameters=[v for row in wk for v in row], outputs=out)
    wanted = [-0.099674376291572, -0.11191171351743, 0.40149984842645, 0.38053977848062]
    assert [w.credit for w in c.weights.values()] == pytest.approx(wanted, rel=1e-10)
    assert c.check().ok


def test_softmax_output_has_its_probabilities():
    net = MLP.from_weights([[[0.1, -0.2, 0.3]]], activation="linear")
    c = assign_credit(net, [1.0], 0, cross_entropy)
    assert list(c.probabilities.values()) == pytest.approx([0.337585, 0.250089, 0.412327], abs=5e-7)


def test_a_penalty_has_lines_of_its_own():
    net = MLP.from_weights([[[0.3], [-0.5]]], activation="linear", output_activation="sigmoid")
    c = assign_credit(net, [0.2, 0.4], 0.0, lambda p, y: p, penalty=l2(0.5))
    found = [w.credit for w in c.weights.values()]
    assert found == pytest.approx([0.349755798116734, -0.400488403766532], rel=1e-12)
    assert [type(use) for use in next(iter(c.weights.values())).uses].count(Use) == 1
    assert "in square" in str(c)
    assert c.check().ok
    c.after(0.1).after(0.1)

    w = Value(0.3, label="w")
    alone = assign_credit(lambda x: (w * x).sigmoid(), 0.2, 0.0, penalty=l2(0.5))
    assert [type(use) for use in alone.weights["w"].uses].count(Use) == 1
    assert_sums_are_gradients(alone)


def test_of_layers_that_share_a_weight_the_sum_over_its_uses_is_told():
    w = Value(0.5)
    c = assign_credit(MLP.from_weights([[[w], [Value(-0.3)]], [[w]]]), [1.0, -0.5], 0.2)
    assert c.layers
    (shared,) = (weight for weight in c.weights.values() if len(weight.uses) == 2)
    for use in shared.uses:
        assert isinstance(use, Edge)
        assert c.derivation(*use.key).steps[-1].value == shared.credit
    told = str(c.steps(lr=1.0))
    assert "2 weights with 3 uses" in told
    assert told.count(f"=  {shared.weight - shared.credit:.4f}") == 2


@pytest.mark.parametrize("layers", [True, False])
def test_a_penalty_is_in_the_derivations_and_the_updates(layers: bool):
    net = MLP(2, [2, 1], rng=3)
    given = (net, None) if layers else (net.__call__, net)
    c = assign_credit(given[0], [0.5, -1.0], 0.4, parameters=given[1], penalty=l2(0.1))
    for edge in c.edges.values():
        weight = c.weights[edge.parameter]
        *_, one, total = c.derivation(*edge.key).steps
        assert "None" not in one.left
        assert (one.value, total.value) == (edge.credit, weight.credit)
    *_, sums, updates, _ = c.steps(lr=1.0).steps
    assert len(sums.numbers.splitlines()) == len(updates.numbers.splitlines()) == len(c.weights)
    for line in updates.numbers.replace("−", "-").splitlines():
        found = re.search(r"(\S+) - 1·\(?([^ )]+)\)? +=\s+(\S+)$", line)
        assert found is not None
        old, change, new = map(float, found.groups())
        assert new == pytest.approx(old - change, abs=2e-4)


# ---------------------------------------------------------------- what is given


def test_a_perceptron_by_hand_is_the_perceptron():
    net = MLP(3, [2, 2], output_activation="sigmoid", rng=0)
    x, y = [0.8, -1.0, 0.5], [0.2, 0.1]
    there = assign_credit(net, x, y)
    here = assign_credit(lambda x: net(x), x, y, parameters=net)
    assert here.layers == there.layers
    assert here.title == there.title
    assert list(here.edges) == list(there.edges)
    for key, edge in there.edges.items():
        assert here.edges[key].layered_name == edge.layered_name
        assert bits(here.edges[key].credit) == bits(edge.credit)
        assert bits(here.edges[key].z) == bits(edge.z)
    for i, node in there.nodes.items():
        assert (here.nodes[i].z, here.nodes[i].delta) == (node.z, node.delta)
    assert here.updates() == there.updates()
    assert here.after().loss == there.after().loss
    assert list(here.weights) == list(there.weights)
    assert str(here.derivation(4, 2)) == str(there.derivation(4, 2))
    assert str(here.matrices()[0]) == str(there.matrices()[0])
    assert here.draw().source == there.draw().source


def test_subclass_that_computes_in_its_own_way():
    class Residual(MLP):
        def __call__(self, x):
            return super().__call__(x) + x[0]

    net = Residual.from_weights([[[0.5]]])
    c = assign_credit(net, [1.0], 2.0)
    assert c.loss == 0.125
    assert c.edges[1, 0].credit == -0.5
    assert [link.kind for link in c.links] == ["skip"]


def test_layers_put_together_by_hand():
    class Net:
        def __init__(self):
            self.a, self.b = Layer(2, 3, "relu", rng=1), Layer(2, 3, "tanh", rng=2)
            self.out = Layer(3, 1, "linear", rng=3)

        def __call__(self, x):
            return self.out([p * q for p, q in zip(self.a(x), self.b(x))])[0]

        def parameters(self):
            return self.a.parameters() + self.b.parameters() + self.out.parameters()

    c = assign_credit(Net(), [0.5, -0.3], 0.2)
    assert [n.does for n in c.nodes.values()].count("×") == 3
    assert len(c.weights) == 9 + 9 + 4
    assert c.title == "Net, 7 units, 3 joints"
    assert c.check().ok


def test_recorded_loss_alone():
    w, b = [Value(0.4), Value(-0.2)], Value(0.1)
    v = Value(0.7)
    x = [Value(1.0, label="x1"), Value(-2.0, label="x2")]
    y = v * (w[0] * x[0] + w[1] * x[1] + b).tanh()
    loss = 0.5 * (y - 0.3) ** 2
    c = assign_credit(loss)
    same = assign_credit(loss, parameters=[*w, b, v], outputs=y)
    assert {k: e.credit for k, e in c.edges.items()} == {k: e.credit for k, e in same.edges.items()}
    assert [n.kind for n in c.nodes.values()] == ["unit", "unit", "input", "input"]
    assert c.nodes[0].delta == y.data - 0.3
    assert c.layers == [[3, 2], [1], [0]]
    assert c.loss_formula == "recorded loss"
    with pytest.raises(TypeError, match="give assign_credit\\(L\\) alone"):
        assign_credit(loss, [1.0], 0.0)


def test_a_leaf_that_looks_like_both_is_asked_about():
    w = Value(0.4, label="w")
    x = Value(0.5, label="x")
    loss = ag.square(x + w * x - 1.0)
    with pytest.raises(ValueError, match="x looks like a weight in one place and like an input"):
        assign_credit(loss)
    c = assign_credit(loss, parameters=[w])
    assert c.weights["w"].credit == pytest.approx(2 * (0.5 + 0.2 - 1.0) * 0.5)


def test_what_the_call_itself_makes_is_no_weight():
    w, u, v = Value(0.4, label="w"), Value(-0.3, label="u"), Value(0.7, label="v")

    def net(x):
        h = Value(0.0)  # on the right of u, and on the left of a gate
        for number in x:
            gate = (w * number + u * h).sigmoid()
            h = h * (1 - gate) + gate * Value(2.0) * (Value(0.5) * w * number).tanh()
        return v * h + v.detach() * w

    guessed = assign_credit(net, [0.5, -1.0], 0.3)
    told = assign_credit(net, [0.5, -1.0], 0.3, parameters=[w, u, v])
    assert {k: x.credit for k, x in guessed.weights.items()} == {
        k: x.credit for k, x in told.weights.items()
    }
    assert {k: e.credit for k, e in guessed.edges.items()} == {
        k: e.credit for k, e in told.edges.items()
    }


LEARNED = {  # what stands before the call, is a weight, whatever is done with it
    "in a power": lambda a, b, x: a**x,
    "in a function": lambda a, b, x: ag.exp(a) * x + ag.sin(b * x),
    "a threshold": lambda a, b, x: ag.tanh(a * x - b),
    "standardised": lambda a, b, x: (x - a) / b,
    "two in a row": lambda a, b, x: a * b * x,
    "here a factor, there a term": lambda a, b, x: a + a * b * x,
    "a sum": lambda a, b, x: a + b + ag.sin(x),
    "behind what was computed": lambda a, b, x: ag.sin(x) ** ag.square(b),
}


@pytest.mark.parametrize("name", LEARNED)
def test_no_weight_is_lost_for_what_is_done_with_it(name):
    a, b = Value(1.3, label="a"), Value(-0.7, label="b")
    target = Value(0.5, label="y")
    c = assign_credit(lambda x: LEARNED[name](a, b, x), 1.5, target)
    half = 0.5 * (LEARNED[name](a, b, Value(1.5)) - 0.5) ** 2
    half.backward()
    grads = {p.label: p.grad for p in (a, b) if p.grad}
    assert {k: w.credit for k, w in c.weights.items()} == pytest.approx(grads)
    told = assign_credit(lambda x: LEARNED[name](a, b, x), 1.5, target, parameters=[a, b])
    assert str(c) == str(told)


def test_every_weight_of_the_table_has_its_new_number():
    a, b = Value(1.3, label="a"), Value(-0.7, label="b")
    c = assign_credit(lambda x: b * x + ag.exp(a) + a**x, 1.5, 0.5)
    new = {p.name: shown(p.weight - 0.1 * p.credit, 6) for p in c.weights.values()}
    last = {line.split()[0].rstrip(","): line.split()[-1] for line in str(c).splitlines()[1:]}
    assert last == new
    assert str(c).count(new["a"]) == 3  # two uses and their sum


def test_of_indices_no_weight_is_lost_either():
    e = [[Value(0.1 * (3 * i + j), label=f"e{i}{j}") for j in range(2)] for i in range(4)]

    def net(words):
        return ag.tanh(sum(e[i][0] * sum(e[i]) for i in words))

    c = assign_credit(net, [0, 3], 0.5)
    assert set(c.weights) == {"e00", "e01", "e30", "e31"}


@pytest.mark.parametrize("words", [2, [2, 1], ([2], [1])])
def test_what_an_embedding_is_multiplied_by_is_a_weight(words):
    e, u = [Value(0.1 * k, label=f"e{k}") for k in range(3)], Value(0.5, label="u")

    def net(words):
        first = words if isinstance(words, int) else words[0]
        return ag.tanh(e[first if isinstance(first, int) else first[0]] * u)

    assert set(assign_credit(net, words, 0.5).weights) == {"e2", "u"}


def test_what_captures_its_input_goes_by_looks():
    w, x = Value(0.4, label="w"), Value(0.5, label="x")
    c = assign_credit(lambda _: (w * x).tanh(), 0.0, 0.3)
    assert set(c.weights) == {"w"}
    assert c.edges[1, 0].credit == c.weights["w"].credit


@pytest.mark.parametrize("y", [0.3, Value(0.3)])
def test_weights_that_the_first_call_makes_are_weights(y):
    made = {}

    def net(x):
        w = made.setdefault("w", Value(0.4, label="w"))
        return (w * x[0] + made.setdefault("v", Value(0.2, label="v")) * x[1]).tanh()

    assert set(assign_credit(net, [0.5, -1.0], y).weights) == {"w", "v"}
    assert set(assign_credit(net, [0.5, -1.0], y).weights) == {"w", "v"}


GIVEN = {  # what x and y were computed from, and what stands in them, is no weight
    "centred inputs": lambda p, q: ([p - (p + q) / 2.0, q - (p + q) / 2.0], 0.3),
    "inputs in a function": lambda p, q: ([ag.sin(p), q / 2.0], 0.3),
    "scaled inputs": lambda p, q: ([p * 2.0, p * q], 0.3),
    "a target in a function": lambda p, q: ([0.5, -1.0], ag.sin(p) - q),
    "a target in an object": lambda p, q: ([0.5, -1.0], SimpleNamespace(y=p)),
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_x_and_y_are_made_of_is_no_weight(name):
    w, b = Value(0.4, label="w"), Value(-0.3, label="b")
    x, y = GIVEN[name](Value(0.7), Value(0.2))

    def loss(prediction, target):
        return half_squared_error(prediction, getattr(target, "y", target))

    c = assign_credit(lambda x: (w * x[0] + ag.sin(b * x[1])).tanh(), x, y, loss)
    assert set(c.weights) == {"w", "b"}


@pytest.mark.parametrize("told", [False, True])
def test_inputs_that_were_computed_have_numbers_of_their_own(told):
    w, u, p, q = (Value(x, label=name) for name, x in zip("wupq", (0.4, -0.3, 0.7, 0.2)))
    mean = (p + q) / 2.0

    def net(x):
        return (w * x[0] + u * x[1]).tanh()

    c = assign_credit(net, [p - mean, q - mean], 0.3, parameters=[w, u] if told else None)
    assert {edge.z for edge in c.edges.values()} == {p.data - mean.data, q.data - mean.data}
    assert_numbers_go_backwards(c)
    assert_error_comes_by_the_ways(c)
    assert all((c.draw().source, c.steps().html(), c.live().html()))


def test_a_weight_may_be_the_target():
    w, b = Value(0.4, label="w"), Value(-0.3, label="b")
    assert set(assign_credit(lambda x: w * x[0] + b, [0.5], b).weights) == {"w", "b"}


def test_a_target_that_the_network_is_told_is_no_weight():
    w, u, y = Value(0.4, label="w"), Value(-0.3, label="u"), Value(0.3, label="y")
    c = assign_credit(lambda x: w * x[0] + u * y, [0.5], y)  # teacher forcing
    assert set(c.weights) == {"w", "u"}


@pytest.mark.parametrize("given", ["network", "loss"])
def test_a_weight_without_a_use_has_the_number_of_then(given):
    used, unused = Value(0.5, label="u"), Value(0.25, label="n")

    def net(x):
        return used * x[0]

    both = [used, unused]
    if given == "network":
        credit = assign_credit(net, [2.0], 0.5, parameters=both)
    else:
        out = net([Value(2.0)])
        credit = assign_credit(half_squared_error(out, 0.5), parameters=both, outputs=out)
    for p in both:
        p.data = 9.0
    assert [w.weight for w in credit.weights.values()] == [0.5, 0.25]


def test_a_pair_that_is_joined_twice():
    u, v = Value(0.4, label="u"), Value(0.3, label="v")
    c = assign_credit(lambda x: ag.dot([u, v], [x, x]), 2.0, 1.0)
    assert list(c.edges) == [(1, 0), (1, 0, 1)]
    assert c.edges[1, 0].parameter == "u"
    assert c.edges[1, 0, 0] is c.edges[1, 0]
    assert c.edges[1, 0, 1].parameter == "v"
    with pytest.raises(KeyError, match="there are u"):
        c.edges[5, 0]


def test_under_a_minus_the_error_changes_its_sign():
    w, b = Value(0.5, label="w"), Value(0.1, label="b")
    c = assign_credit(lambda x: 1.0 - (w * x[0] - b), [2.0], 1.0, parameters=[w, b])
    edge, bias = c.edges[1, 0], c.edges[None, 0]
    assert (edge.sign, edge.delta_name) == (-1.0, "−δ₀")
    assert edge.delta == -c.nodes[0].delta
    assert (bias.z, bias.credit) == (-1.0, c.nodes[0].delta)
    assert_sums_are_gradients(c)


def test_effective_weight():
    v, g = [Value(0.6), Value(0.8)], Value(2.0, label="g")

    def net(x):
        norm = ag.sqrt(ag.sum([ag.square(vi) for vi in v]))
        return ag.dot([g * vi / norm for vi in v], x).tanh()

    c = assign_credit(net, [0.5, -1.0], 0.2, parameters={"v": v, "g": g})
    assert [n.kind for n in c.nodes.values()] == ["unit", "input", "input"]
    assert [e.parameter for e in c.edges.values()] == ["", ""]
    assert c.weights["g"].uses
    assert_sums_are_gradients(c)
    assert c.check().ok
    assert c.after(0.1).loss < c.loss


def test_whole_numbers_alone_stay_what_they_are():
    table = {"rows": [[Value(0.1), Value(0.2)], [Value(-0.4), Value(0.3)]]}
    w = [Value(1.0), Value(-1.0)]
    c = assign_credit(
        lambda x: ag.dot(w, [e.tanh() for e in table["rows"][x[0]]]),
        [1],
        0.5,
        parameters={**table, "w": w},
    )
    assert c.x == []
    assert_sums_are_gradients(c)
    assert c.check().ok


def test_bad_input_is_refused():
    w = Value(1.0, label="w")
    with pytest.raises(TypeError, match="a network gives a Value"):
        assign_credit(lambda x: 3.0, [1.0], 0.0)
    with pytest.raises(TypeError, match="a parameter is a Value"):
        assign_credit(lambda x: w * x, 1.0, 0.0, parameters=[1.0])
    with pytest.raises(ValueError, match="is the result of mul"):
        assign_credit(lambda x: w * x, 1.0, 0.0, parameters=[w * 2])
    with pytest.raises(ValueError, match="batch is False, True"):
        assign_credit(lambda x: w * x, 1.0, 0.0, batch="max")
    with pytest.raises(ValueError, match="no unit was found"):
        assign_credit(ag.square(Value(1.0)))
    with pytest.raises(ValueError, match="an MLP is of a layered network"):
        assign_credit(elman().net, elman().x, 0.5).network()


def test_nothing_is_left_behind():
    calls = []
    case = lstm()

    def net(x):
        calls.append(x)
        return case.net(x)

    c = assign_credit(net, case.x, case.y, parameters=case.parameters)
    c.after(0.1)
    assert c.check().ok
    assert len(calls) == 1
    assert all(p.grad == 0.0 for p in c.recording.parameters)
    before = str(c)
    for p in c.recording.parameters:
        p.data = 99.0
    assert str(c) == before
    assert c.check().ok


def test_batch_of_a_recurrent_network():
    case = elman(steps=2)
    xs, ys = [[1.0, -0.5], [0.25, 0.8]], [0.5, -0.5]
    total = assign_credit(case.net, xs, ys, batch=True, parameters=case.parameters)
    mean = assign_credit(case.net, xs, ys, batch="mean", parameters=case.parameters)
    for key, edge in total.edges.items():
        assert mean.edges[key].credit == edge.credit / 2.0
    assert mean.loss == total.loss / 2.0
    assert total.after(0.1).loss < total.loss
    first, second = (use.key for use in total.examples[0].weights["Wx1"].uses)
    assert total.updates()[first] == total.updates()[second]
    assert total.check().ok
    assert total.draw().source
    assert total.examples[0].steps().steps
    story = total.steps(0.1)
    assert "Σ δ" in str(story)
    assert story.steps[-1].numbers.endswith(f"before {shown(total.loss, 4)}")
    for weight in total.whole.weights.values():  # what is told of it adds up
        shares = [use.credit for use in weight.uses]
        assert weight.credit == pytest.approx(math.fsum(shares), abs=1e-12)
    with pytest.raises(ValueError, match="the examples take different ways"):
        assign_credit(case.net, [[1.0], [0.5, 0.2]], ys, batch=True, parameters=case.parameters)


def test_a_shared_weight_in_a_batch_has_one_credit():
    case = elman(steps=3)
    xs, ys = [[1.0, -0.5, 0.3], [0.25, 0.8, -0.1]], [0.5, -0.5]
    for batch, share in ((True, 1.0), ("mean", 0.5)):
        c = assign_credit(case.net, xs, ys, batch=batch, parameters=case.parameters)
        losses = [ag.square(case.net(x) - y) * (0.5 * share) for x, y in zip(xs, ys)]
        ag.sum(losses).backward()
        for p, weight in zip(c.examples[0].recording.parameters, c.weights.values()):
            assert weight.credit == pytest.approx(p.grad, rel=1e-12)
            p.grad = 0.0
        text = str(c)
        assert "Wh11 3⇝1" in text
        assert re.search(r"Wh11, 2 uses +−0\.260000", text)
        last = c.derivation(3, 1).steps[-1]
        assert last.left == "∂L/∂Wh11"
        assert last.value == c.weights["Wh11"].credit
        assert "this use of Wh11 3⇝1" in str(c.derivation(3, 1))
        assert c.whole.weights["Wh11"].credit == c.weights["Wh11"].credit


def test_batch_of_a_network_with_effective_weights():
    g, v = Value(2.0, label="g"), Value(0.5, label="v")
    c = assign_credit(
        lambda x: ag.dot([g * v], x), [[1.0], [2.0]], [0.5, 0.1], batch=True, parameters=[g, v]
    )
    assert str(c).splitlines()[1].split()[-1].startswith("+")  # no new weight: it is made of two
    assert c.after(0.1).loss < c.loss


def test_examples_without_saying_batch_are_recognised():
    case = elman(steps=2)
    with pytest.raises(
        TypeError, match="x and y look like 2 examples: if they are, say batch=True"
    ):
        assign_credit(case.net, [[1.0, 2.0], [0.5, 1.0]], [0.1, 0.2], parameters=case.parameters)


def test_what_is_of_layers_says_so():
    c = credit_of(elman())
    with pytest.raises(
        ValueError,
        match=r"the matrix form is of a layered .*: net, 9 units, where Wx1 has 4 uses.*. Its numbers are in table",
    ):
        c.matrices()


@pytest.mark.parametrize("name", ["dropout", "classifier", "probabilities", "layer_norm"])
def test_matrices_between_joints(name):
    """Wᵀ Z + b is the column of sums, and Z δᵀ the credits of the weights."""
    c = credit_of(CASES[name]())
    told = 0
    for m in c.matrices():
        for column, a in enumerate(m.A):
            total = sum(row[column] * z for row, z in zip(m.W, m.Z)) + (m.bias or [0.0] * 9)[column]
            assert total == pytest.approx(a)
        assert m.gradient == [[pytest.approx(z * d) for d in m.delta] for z in m.Z]
        told += len(m.Z) * len(m.delta) + len(m.bias or [])
    assert told == len(c.edges)


def test_the_parts_of_a_layer_have_its_number():
    w = {name: Value(0.1 * k, label=name) for k, name in enumerate("abcdef", 1)}

    def net(x):
        halves = [
            ag.tanh(ag.dot([w["a"], w["b"]], x[:2])),
            ag.tanh(ag.dot([w["c"], w["d"]], x[2:])),
        ]
        return ag.dot([w["e"], w["f"]], halves)

    c = assign_credit(net, [1.0, 2.0, 3.0, 4.0], 0.5, parameters=w)
    assert [m.index for m in c.matrices()] == [1, 1, 2]
    assert [m.blocks[0][0] for m in c.matrices()] == ["W⁽¹⁾₁", "W⁽¹⁾₂", "W⁽²⁾"]
    assert [m.blocks[0][0] for m in c.in_notation("nielsen").matrices()] == ["w²₁", "w²₂", "w³"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("residual", "unit 1 adds x₁, without a weight"),
        ("transformer", "unit 59 adds a bias twice"),
    ],
)
def test_no_matrices_where_a_unit_is_more_than_they(name, why):
    with pytest.raises(ValueError, match=f"the matrix form .* where {why}"):
        credit_of(CASES[name]()).matrices()


def test_a_loss_that_takes_logits_warns_of_a_sigmoid_once():
    w = Value(0.5, label="w")
    xs, loss = [1.0, 2.0], "bce"
    for net in (MLP(1, [1], output_activation="sigmoid", rng=1), lambda x: (w * x[0]).sigmoid()):
        for x, y, batch in (([1.0], 1.0, False), ([[x] for x in xs], [1.0, 0.0], True)):
            with pytest.warns(UserWarning, match="takes logits.* been through a sigmoid") as told:
                c = assign_credit(net, x, y, loss, batch=batch)
            assert len(told) == 1
            assert told[0].filename == __file__
            c.after(0.1)  # says it no more


def test_layer_of_mixed_units():
    units = [
        Neuron.from_weights([0.5, -0.4], 0.1, "tanh"),
        Neuron.from_weights([0.3, 0.2], None, "relu"),
        Neuron.from_weights([-0.7, 0.6], 0.2, "linear"),
    ]
    net = MLP(2, [3, 1], activation=[["tanh", "relu", "linear"], "sigmoid"], rng=0)
    net.layers[0] = Layer.from_neurons(units)
    x, y = [0.8, -1.0], 0.3
    there = assign_credit(net, x, y)
    here = assign_credit(lambda x: net(x), x, y, parameters=net)
    assert there.activations == ["tanh, relu, linear", "sigmoid"]
    assert here.layers == there.layers
    assert [n.does for n in here.nodes.values()] == [n.does for n in there.nodes.values()]
    assert (None, 2) not in there.edges
    for c in (here, there):
        assert_sums_are_gradients(c)
        assert c.check().ok
        assert c.after(0.1).loss < c.loss
        assert c.draw().source
        assert c.steps().steps
    assert {k: e.credit for k, e in here.edges.items()} == {
        k: e.credit for k, e in there.edges.items()
    }
    slopes = [there.nodes[j].slope for j in (1, 2, 3)]
    assert slopes[1:] == [1.0, 1.0]
    assert "relu′(a₂)" in str(there.derivation(5, 2))


# ---------------------------------------------------------------- random networks


@given(graphs())
@settings(max_examples=150)
def test_random_networks(drawn: Drawn):
    c = assign_credit(drawn.loss, parameters=drawn.parameters, outputs=drawn.outputs)
    assert_sums_are_gradients(c)
    assert_numbers_go_backwards(c)
    assert_error_comes_by_the_ways(c)
    # two equal numbers are a kink; norms of norms of what is nearly equal are too steep for differences
    steep = max(abs(w.credit) for w in c.weights.values()) > 100.0
    if "maximum" not in c.anatomy.graph.ops and not steep:
        assert c.check().ok
    str(c)
    c.forward_table()


@given(graphs(special=True))
@settings(max_examples=150)
def test_random_networks_with_zeros_infinities_and_nan(drawn: Drawn):
    c = assign_credit(drawn.loss, parameters=drawn.parameters, outputs=drawn.outputs)
    assert_sums_are_gradients(c)
    assert_numbers_go_backwards(c)
    upstream = {(id(e.child), id(e.parent)): e for e in ag.edges(drawn.loss)}
    assert upstream
    str(c)


# ---------------------------------------------------------------- derivations


def assert_recomputes(line: str) -> None:
    """The numbers of an equation that are printed give its printed result, to what their digits allow."""
    *_, numbers, result = line.split(" = ")
    text = numbers.translate(str.maketrans({"−": "-", "·": "*", "…": "0"}))
    if re.fullmatch(r"[\d\s().*/+e-]+", text):
        exact = float(result.replace("−", "-"))
        assert eval(text) == pytest.approx(exact, abs=4e-3 * (1.0 + abs(exact))), line


@pytest.mark.parametrize("name", CASES)
def test_derivation_recomputes(name):
    c = credit_of(CASES[name]())
    keys = list(c.edges)
    for key in keys[:: max(1, len(keys) // 5)]:
        derivation = c.derivation(*key)
        for line in str(derivation).splitlines()[1:]:
            if line.count(" = ") > 1:
                assert_recomputes(line)
        weight = c.weights[c.edges[key].parameter]
        assert derivation.steps[-1].value == weight.credit
        assert derivation.latex.count("{") == derivation.latex.count("}")


def test_derivation_through_gates_and_softmax_in_plain_words():
    text = str(credit_of(CASES["gru"]()).derivation(13, 8))
    assert "δ₂ = δ₁·(z₆−z₃)·sigmoid′(a₂) = " in text
    assert "∂L/∂Wn = δ₃·z₁₂ + δ₈·z₁₃ + δ₁₁·z₁₄ = " in text
    c = credit_of(CASES["probabilities"]())
    assert "δ₃ = −δ₁·z₁·z₀ = " in str(c.derivation(6, 3))
    assert "δ₄ = δ₁·z₁·(1−z₁) = " in str(c.derivation(6, 4))
    assert "2 ways, by which no error comes (δ = 0), are left out" in str(c.derivation(6, 3))


def test_the_strongest_way_is_one_product():
    c = credit_of(elman())
    lines = [str(line) for line in c.derivation(12, 8).steps]
    (told,) = (line for line in lines if line.startswith("the strongest way"))
    assert told.startswith(
        "the strongest way, 60 % of it = "
        "δ₀·v2·(1−tanh²a₂)·Wh22·(1−tanh²a₄)·Wh22·(1−tanh²a₆)·Wh22·(1−tanh²a₈)·z₁₂ = "
    )
    assert_recomputes(told)
    share = next(line.value for line in c.derivation(12, 8).steps if "strongest" in line.left)
    assert share / c.edges[12, 8].credit == pytest.approx(0.6, abs=0.005)
    # three ways of a third each
    w = Value(0.5, label="w")
    u = [Value(0.7, label=f"u{k}") for k in range(3)]

    def net(x):
        h = (w * x).tanh()
        return ag.sum([p * h for p in u])

    even = assign_credit(net, 1.0, 0.0, parameters=[w, *u])
    assert "strongest" not in str(even.derivation(2, 1))


def test_derivation_over_many_steps_names_the_first_and_the_last():
    case = elman(steps=4)
    c = assign_credit(case.net, [0.1 * k for k in range(1, 31)], 0.5, parameters=case.parameters)
    text = str(c.derivation(*list(c.edges)[-1]))
    assert "… 26 more" in text
    assert len(text.splitlines()) < 14


def test_an_activation_ends_before_what_adds_up():
    w, v = Value(0.5, label="w"), Value(-0.4, label="v")
    nets = {
        "minus": lambda x: -(w * x[0]).tanh() + v * x[0],
        "sum": lambda x: ag.sum([(w * x[0]).tanh()]) * v,
    }
    for net in nets.values():
        c = assign_credit(net, [0.7], 0.2, parameters=[w, v])
        (use,) = c.weights["w"].uses
        assert c.nodes[use.target].does == "tanh"
