"""Losses: their values, their derivatives by central differences, and the targets they refuse."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from autograd import Value, grad, trace
from nn import MLP, assign_credit, losses
from nn.activations import ACTIVATIONS
from nn.losses import (
    FORMULAS,
    LOSSES,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    hinge,
    l2,
    loss_formula,
    loss_name,
    mean_absolute_error,
    mean_squared_error,
    squared_error,
)

scores = st.floats(-30.0, 30.0)
pairs = st.lists(st.tuples(scores, scores), min_size=1, max_size=4)


def predicted(numbers):
    return [Value(x) for x in numbers]


@given(pairs)
def test_squared_and_absolute_errors(examples):
    p, y = map(list, zip(*examples))
    n = len(p)
    squares = math.fsum((a - b) ** 2 for a, b in examples)
    assert squared_error(predicted(p), y).data == pytest.approx(squares)
    assert half_squared_error(predicted(p), y).data == pytest.approx(squares / 2)
    assert mean_squared_error(predicted(p), y).data == pytest.approx(squares / n)
    distance = math.fsum(abs(a - b) for a, b in examples) / n
    assert mean_absolute_error(predicted(p), y).data == pytest.approx(distance)


@given(scores, st.sampled_from([-1, 1, -1.0, 1.0]))
def test_hinge(s, y):
    assert hinge(Value(s), y).data == pytest.approx(max(0.0, 1.0 - y * s))


@given(scores, st.floats(0.0, 1.0))
def test_binary_cross_entropy(s, y):
    p, q = 1 / (1 + math.exp(-s)), 1 / (1 + math.exp(s))
    expected = -y * math.log(p) - (1 - y) * math.log(q)
    assert binary_cross_entropy_with_logits(Value(s), y).data == pytest.approx(expected, abs=1e-13)


@given(st.lists(scores, min_size=2, max_size=5), st.data())
def test_cross_entropy(logits, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    expected = math.log(math.fsum(math.exp(s - logits[target]) for s in logits))
    found = cross_entropy(predicted(logits), target)
    assert found.data == pytest.approx(expected, abs=1e-13)
    certain = [float(k == target) for k in range(len(logits))]
    assert cross_entropy(predicted(logits), certain).data == pytest.approx(found.data, abs=1e-12)


TARGETS = {
    "hinge": [1, -1],
    "binary_cross_entropy_with_logits": [0.0, 0.3],
    "cross_entropy": 1,
}


@pytest.mark.parametrize("name", LOSSES)
def test_derivatives_are_central_differences(name):
    loss, at, h = LOSSES[name], [0.3, -0.7], 1e-5
    y = TARGETS.get(name, [0.5, 0.1])
    found = predicted(at)
    loss(found, y).backward()
    for k, v in enumerate(found):
        up, down = ([x + sign * h * (i == k) for i, x in enumerate(at)] for sign in (1, -1))
        numerical = (loss(predicted(up), y).data - loss(predicted(down), y).data) / (2 * h)
        assert v.grad == pytest.approx(numerical, rel=1e-8)


def test_stable_far_out():
    v = Value(-1000.0)
    out = binary_cross_entropy_with_logits(v, 1.0)
    out.backward()
    assert (out.data, v.grad) == (1000.0, -1.0)
    both = predicted([1000.0, 1000.0])
    out = cross_entropy(both, 0)
    out.backward()
    assert out.data == pytest.approx(math.log(2.0), rel=1e-12)
    assert [v.grad for v in both] == [-0.5, 0.5]


def test_slope_of_half_squared_error_is_the_error_itself():
    assert grad(lambda p: half_squared_error(p, 0.2))(0.8) == 0.8 - 0.2


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "message"),
    [
        (squared_error, [0.1, 0.2], [1.0], "2 outputs, but 1 target"),
        (squared_error, 0.1, [1.0, 2.0], "1 output, but 2 targets"),
        (hinge, 0.1, 0, "hinge takes targets −1 and 1, but 0.0 was given"),
        (binary_cross_entropy_with_logits, 0.1, -1, "targets from 0 to 1, but -1.0 was given"),
        (cross_entropy, 0.1, 0, "one logit per class"),
        (cross_entropy, [0.1, 0.2], 2, "from 0 to 1, but 2 was given"),
        (cross_entropy, [0.1, 0.2], -1, "from 0 to 1, but -1 was given"),
        (cross_entropy, [0.1, 0.2], 0.5, "from 0 to 1, but 0.5 was given"),
        (cross_entropy, [0.1, 0.2], None, "from 0 to 1, but None was given"),
        (cross_entropy, [0.1, 0.2], [0.3, 0.3], "add up to 1"),
        (cross_entropy, [0.1, 0.2], [1.5, -0.5], "not negative"),
        (cross_entropy, [0.1, 0.2], [math.nan, 1.0], "not negative"),
        (cross_entropy, [0.1, 0.2], [1.0, math.nan], "not negative"),
        (cross_entropy, [0.1, 0.2], [math.inf, 0.0], "add up to 1"),
        (cross_entropy, [0.1, 0.2], math.nan, "from 0 to 1, but nan was given"),
        (hinge, 0.1, math.nan, "targets −1 and 1, but nan"),
        (binary_cross_entropy_with_logits, 0.1, math.nan, "from 0 to 1, but nan"),
    ],
)
def test_refused(loss, prediction, target, message):
    value = predicted(prediction) if isinstance(prediction, list) else Value(prediction)
    with pytest.raises(ValueError, match=message):
        loss(value, target)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_floats_in_a_float_out(loss):
    """The numbers are those of Values, whether they come in lists, arrays or one by one."""
    outputs, target = [0.5, -2.0], 1 if loss is cross_entropy else [1.0, 1.0]
    right = loss(predicted(outputs), target).data
    for numbers in (outputs, np.array(outputs)):
        assert type(found := loss(numbers, target)) is float
        assert found == right
    assert loss(predicted(outputs), np.array(target)).data == right
    if loss is not cross_entropy:
        assert type(loss(0.5, 1.0)) is float
        assert loss(0.5, np.array(1.0)) == loss(Value(0.5), 1).data


@pytest.mark.parametrize("loss", [f for f in LOSSES.values() if f is not cross_entropy])
@pytest.mark.parametrize(
    "odd", [None, "1", {1.0: 2}, {1.0}, iter([1.0])], ids=lambda x: type(x).__name__
)
def test_what_is_no_number_is_refused(loss, odd):
    for prediction, target in ((Value(0.5), odd), (odd, 1.0)):
        with pytest.raises(TypeError, match=f"one real number, but {type(odd).__name__} was given"):
            loss(prediction, target)


@pytest.mark.parametrize("strength", [-1.0, math.nan, math.inf, "strong"])
def test_the_strength_of_a_penalty(strength):
    with pytest.raises(
        (ValueError, TypeError),
        match=f"strength .* must be a finite number, at least 0; got {strength!r}",
    ):
        l2(strength)


def test_l2():
    parameters = predicted([1.0, -2.0])
    out = l2(0.5)(parameters)
    out.backward()
    assert (out.data, [p.grad for p in parameters]) == (2.5, [1.0, -2.0])


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_can_be_recorded(name):
    y = TARGETS.get(name, [0.5, 0.1])
    y = [0.0, 1.0] if name == "cross_entropy" else y
    program = trace(lambda p, y: LOSSES[name](p, y), [0.3, -0.7], y)
    assert program([0.9, 0.2], y) == LOSSES[name](predicted([0.9, 0.2]), y).data


@pytest.mark.parametrize("name", LOSSES)
# a step has no slope, and the perceptron's is its rule's
@pytest.mark.parametrize("act", sorted(ACTIVATIONS.keys() - {"step", "perceptron"}))
@pytest.mark.filterwarnings("ignore:.*takes logits:UserWarning")
def test_credit_of_every_loss_and_activation(name, act):
    weights = [[[0.3, 0.2, 0.5], [0.1, 0.4, -0.3]], [[0.6, -0.2], [0.3, 0.5], [-0.1, 0.4]]]
    net = MLP.from_weights(weights, [[0.1, 0.2, 0.1], [0.1, 0.2]], act, act)
    credit = assign_credit(net, [0.7, -0.4], TARGETS.get(name, [0.5, 0.1]), LOSSES[name])
    assert credit.check().ok
    assert any(edge.credit for edge in credit.edges.values())


def test_the_target_of_a_class_is_shown_for_each_output():
    net = MLP.from_weights([[[0.3, 0.2, 0.5]]])
    for y in (1, [0.0, 1.0, 0.0]):
        credit = assign_credit(net, [1.0], y, cross_entropy)
        assert [credit.nodes[j].target for j in credit.layers[-1]] == [0.0, 1.0, 0.0]


def test_names():
    assert set(FORMULAS) == set(LOSSES.values())
    assert loss_formula(half_squared_error) == "½(ŷ−y)²"
    assert [loss_formula(loss, outputs=3) for loss in (half_squared_error, losses.mean_squared_error)] == [
        "½Σ(ŷ−y)²", loss_formula(losses.mean_squared_error)
    ]  # fmt: skip
    assert loss_name(losses.half_squared_error) == "half squared error"
    assert loss_formula(lambda p, t: p) == "<lambda>"
