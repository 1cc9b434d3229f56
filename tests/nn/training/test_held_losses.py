"""Losses that hold a number back with detach, no_grad or .data: trained on arrays as example by example."""

import copy
import math

import pytest
from hypothesis import assume, given, settings, strategies as st

import autograd as ag
from autograd import no_grad
from nn import MLP, SGD, fit
from tests.random_programs import SMOOTH_AND_HELD, function, steps

XS, YS = [[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0]], [1.0, -1.0, 0.5]


def losses(loss, vectorize, **options):
    return fit(
        MLP(2, [3, 1], rng=0), XS, YS, loss, progress=False, vectorize=vectorize, **options
    ).losses


def _weighted(prediction, target):
    with no_grad():
        weight = 1.0 + ag.abs(prediction - target)
    return weight * (prediction - target) ** 2


@pytest.mark.parametrize(
    "loss",
    [
        lambda p, t: (p - t) ** 2 * (1.0 + ag.abs((p - t).detach())),
        lambda p, t: (p - t) ** 2 * (1.0 + ag.abs((p - t).data)),
        lambda p, t: (p - t) ** 2 * (1.0 + ag.abs(copy.deepcopy(p - t))),
        _weighted,
    ],
    ids=["detach", "data", "deepcopy", "no_grad"],
)
def test_a_weight_that_no_gradient_flows_through(loss):
    eager = losses(loss, vectorize=False, epochs=2)
    assert eager == pytest.approx([2.2720, 1.4997], abs=1e-4)
    assert losses(loss, vectorize=True, epochs=2) == pytest.approx(eager, rel=1e-13)


@settings(max_examples=20)
@given(steps(SMOOTH_AND_HELD, max_size=8), st.sampled_from([None, 2]))
def test_random_losses_train_on_arrays_as_example_by_example(program, batch_size):
    f = function(program)

    def loss(prediction, target):
        return (
            ag.tanh(f(prediction * 0.5, ag.tanh(prediction), ag.Value(1.0) * target))
            + 0.1 * prediction**2
        )

    options = {"epochs": 3, "optimizer": SGD(lr=0.01), "batch_size": batch_size}
    try:
        eager = losses(loss, vectorize=False, **options)
    except FloatingPointError:
        assume(False)
    assert all(map(math.isfinite, eager))
    assert losses(loss, vectorize=True, **options) == pytest.approx(eager, rel=1e-9, abs=1e-12)
