"""Bounds of rounding errors hold, and are not far from what happens."""

import math
import random

import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import Value
from autograd.graph.reverse import gradients
from autograd.graph.rounding import TINY, UNIT, rounding_errors

FUNCTIONS = [
    (lambda x, y: ag.sin(1000.0 * x) * y, lambda x, y: mp.sin(1000 * x) * y),
    (lambda x, y: (x + 1e8) - 1e8 + y, lambda x, y: (x + mpf(1e8)) - mpf(1e8) + y),
    (lambda x, y: ag.exp(x * 20.0) / (1.0 + y * y), lambda x, y: mp.exp(x * 20) / (1 + y * y)),
    (
        lambda x, y: ag.dot([x * 3.0, y], [y / 7.0, x * y], ag.tanh(x)),
        lambda x, y: mp.tanh(x) + x * 3 * (y / 7) + y * (x * y),
    ),
    (
        lambda x, y: ag.logsumexp([100.0 * x, y - 3.0, x * y]),
        lambda x, y: mp.log(mp.exp(100 * x) + mp.exp(y - 3) + mp.exp(x * y)),
    ),
    (
        lambda x, y: ag.where(x > 0.0, ag.clip(x * y, 0.0, 9.0), y) - x / 3.0,
        lambda x, y: x * y - x / 3,
    ),
]


@pytest.mark.parametrize(("f", "exact"), FUNCTIONS, ids=map(str, range(len(FUNCTIONS))))
def test_the_error_stays_within_the_bound(f, exact):
    chance = random.Random(4)
    for _ in range(50):
        point = [chance.uniform(0.1, 2.0) for _ in range(2)]
        leaves = [Value(x) for x in point]
        root = f(*leaves)
        error, _, of_gradients = rounding_errors(root)
        found = gradients(root)
        with mp.workdps(200):
            numbers = list(map(mpf, point))
            assert abs(exact(*numbers) - root.data) <= error
            for i, leaf in enumerate(leaves):
                slope = mp.diff(exact, tuple(numbers), (1 - i, i))
                assert abs(slope - found[id(leaf)]) <= of_gradients[id(leaf)]
        assert error <= 100.0 * UNIT * max(1e8, abs(root.data))


def test_what_is_exact_has_no_error():
    x = Value(2.0)
    assert rounding_errors(x) == (0.0, {id(x): 1.0}, {id(x): 0.0})
    y = x * 3.0
    error, found, of_gradients = rounding_errors(y)
    assert found == gradients(y)
    assert error == 6.0 * UNIT + TINY
    assert of_gradients[id(x)] == pytest.approx(6.0 * UNIT)


def test_an_infinite_slope_bounds_nothing():
    x = Value(0.0)
    error, _, of_gradients = rounding_errors(ag.sqrt(x * 1.0))
    assert error == of_gradients[id(x)] == math.inf


@pytest.mark.parametrize("factor", [5.0, 0.25, 0.0])
def test_each_rounding_is_counted_once(factor):
    """Of u·v with u = 3x: what u may be off moves v's slope; a slope and its product are rounded."""
    x, v = Value(7.0), Value(factor)
    u = x * 3.0
    error, _, of_gradients = rounding_errors(u * v)
    of_u = 21.0 * UNIT + TINY
    assert error == pytest.approx(21.0 * factor * UNIT + TINY + factor * of_u, rel=1e-12)
    by_u = 2.0 * factor * UNIT + TINY
    assert of_gradients[id(u)] == by_u
    assert of_gradients[id(v)] == pytest.approx(42.0 * UNIT + of_u, rel=1e-12)
    by_x = by_u * 3.0 + factor * 3.0 * UNIT + 3.0 * factor * UNIT + TINY
    assert of_gradients[id(x)] == pytest.approx(by_x, rel=1e-12)


def test_the_branch_taken_passes_everything_on():
    u = Value(7.0) * 3.0
    _, _, of_gradients = rounding_errors(ag.where(True, u, 2.0))
    assert of_gradients[id(u)] == 2.0 * UNIT + TINY
