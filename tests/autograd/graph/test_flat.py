"""A graph as flat lists has the nodes, the order and the operands of the graph."""

import random

import pytest

import autograd as ag
from autograd import Value
from autograd.graph.flat import Flat
from autograd.graph.reverse import errors, leaf_numbers
from autograd.graph.walks import topological


def random_graph(seed):
    rng = random.Random(seed)
    made = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    for _ in range(20):
        pick = [rng.choice(made) for _ in range(4)]
        kind = rng.randrange(7)
        made.append([
            lambda p: p[0] + p[1],
            lambda p: 2.0 * p[0],
            lambda p: ag.dot(p[:2], p[2:], rng.choice([0.5, p[0], 0.0])),
            lambda p: ag.sum([p[0], p[0], 1.5, p[1]]),
            lambda p: ag.where(p[0] > p[1], p[2], p[3]),
            lambda p: ag.clip(p[0], -0.5, 0.5),
            lambda p: ag.dot(p[:2], [1.0, 2.0]).tanh(),
        ][kind](pick))  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(40))
def test_nodes_in_order_with_their_operands(seed):
    made = random_graph(seed)
    flat = Flat((made[-1], made[-2]))
    assert {v: k for k, v in enumerate(flat.values)} == flat.places
    inner = [v for v in topological(made[-1]) if v.parents]
    assert list(map(id, (v for v in flat.values if v.parents)))[: len(inner)] == list(
        map(id, inner)
    )
    assert {id(v) for v in topological(made[-2])} <= set(map(id, flat.places))
    for k, v in enumerate(flat.values):
        assert [id(flat.values[p]) for p in flat.parents[k]] == [id(p) for p in v.parents]
        assert flat.computed[k] == tuple(p for p in flat.parents[k] if flat.values[p].parents)
        assert (k in flat.made) == bool(v.parents)
        assert (flat.ops[k], flat.numbers[k]) == (v.op, v.data)
        assert all(p < k for p in flat.parents[k])
        if v.op == "dot":
            sides = tuple(tuple(flat.places[p] for p in side) for side in (v._a, v._b))
            assert flat.sides[k] == sides


def test_units_of_a_layer_share_what_they_read():
    xs = tuple(Value(float(k)) for k in range(3))
    ws = [[Value(0.1 * k) for k in range(3)] for _ in range(2)]
    one, other = (ag.dot(w, xs, 0.5) for w in ws)
    flat = Flat((one * other,))
    (_, read), (_, also_read) = flat.sides.values()
    assert read is also_read


def test_deep_graph():
    v = Value(1.0)
    for _ in range(20_000):
        v = v + 1.0
    assert len(Flat((v,)).values) == 40_001


def test_numbers_of_leaves_but_those_that_a_dot_keeps():
    w, x, b, c = Value(2.0), Value(3.0), Value(4.0), Value(5.0)
    assert leaf_numbers((ag.dot([w], [x], b) * c).tanh()) == {b: 4.0, c: 5.0}
    assert leaf_numbers(ag.dot([w], [3.0]))[w] == 2.0
    assert leaf_numbers(ag.sum([w, x])) == {w: 2.0, x: 3.0}


def test_the_error_of_a_bias_that_was_computed():
    w, x = Value(2.0), Value(3.0)
    bias = w * x
    root = ag.dot([w], [x], bias)
    assert errors(root) == {root: 1.0, bias: 1.0}
