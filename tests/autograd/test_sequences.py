"""A layer's weights remember their numbers, and never a number too long."""

import copy
import pickle
import random

import pytest

import autograd as ag
from autograd import Value
from autograd.graph.inner_loops import hand_back, weighted_sum
from autograd.sequences import Units


@pytest.fixture
def w():
    return Value(2.0, label="w")


@pytest.fixture
def units(w):
    return Units([((w, Value(3.0)), 0.5)])


def test_numbers_are_read_once_between_two_assignments(w, units):
    before = units.numbers()
    assert units.numbers() is before == [(2.0, 3.0)]
    w.data = 2.0
    assert units.numbers() is not before


def test_an_assignment_is_seen_at_once(w, units):
    (a,) = units.nodes([1.0, 1.0])
    w.data = 10.0
    (b,) = units.nodes([1.0, 1.0])
    assert (a.data, b.data) == (5.5, 13.5)


def test_slopes_stay_those_of_the_recording(w, units):
    x = Value(1.0)
    (a,) = units.nodes([x, 1.0])
    w.data = 10.0
    a.backward()
    assert (x.grad, w.grad) == (2.0, 1.0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_read_anew(w, units, copied):
    units.numbers()
    w.data = 10.0
    twin = copied(units)
    assert twin.numbers() == [(10.0, 3.0)]
    (a,) = twin.nodes([1.0, 1.0])
    a.parents[0].data = 4.0
    assert (twin.numbers(), units.numbers()) == ([(4.0, 3.0)], [(10.0, 3.0)])


def test_a_unit_of_another_width_is_refused(units):
    with pytest.raises(ValueError, match="2 weights, but 3 inputs"):
        units.nodes([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"^1, 2 weights, but 3 inputs$"):
        Units([((Value(1.0), Value(2.0)), 0.0), ((Value(1.0),), 0.0)]).nodes([1.0, 2.0, 3.0])


@pytest.mark.parametrize("width", [0, 1, 2, 3, 16, 64, 65, 200])
def test_what_is_written_out_has_the_bits_of_the_loop(width):
    rng = random.Random(width)
    ws, xs = ([rng.gauss(0.0, 1.0) for _ in range(width)] for _ in "wx")
    total = start = rng.random()
    for w, x in zip(ws, xs):
        total += w * x
    assert weighted_sum[width](start, ws, xs) == total
    shared = Value(0.5)
    parents = [shared if i % 3 == 2 else Value(0.5) for i in range(width)]
    hand_back[width](0.3, parents, xs)
    expected = 0.0
    for parent, x in zip(parents, xs):
        if parent is shared:
            expected += 0.3 * x
        else:
            assert parent.grad == 0.3 * x
    assert shared.grad == expected


def test_weights_that_were_computed_may_serve_units_on_several_levels():
    leaves = [Value(0.3), Value(-0.2)]
    ws = tuple(leaf.exp() for leaf in leaves)  # one tuple for both levels
    units = Units([(ws, 0.1)])
    (h,) = units.nodes([Value(0.5), 1.0])
    (y,) = units.nodes([h, h])
    y.backward()

    def plain(a, b):
        u, v = a.exp(), b.exp()
        h = 0.1 + u * 0.5 + v * 1.0
        return 0.1 + u * h + v * h

    assert [leaf.grad for leaf in leaves] == pytest.approx(ag.grad(plain, (0, 1))(0.3, -0.2), 1e-15)
