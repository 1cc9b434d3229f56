"""Optimisers against hand computation over several steps."""

import math

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, fit, half_squared_error
from nn.optim import Optimizer

GRADS = [[1.0, -2.0], [0.5, 0.25], [-1.0, 3.0]]


def run(optimizer, start=(1.0, -1.0), grads=GRADS):
    data = list(start)
    for g in grads:
        data = optimizer.update(data, g)
    return data


def test_sgd():
    assert run(SGD(lr=0.5)) == [0.75, -1.625]


def test_sgd_with_momentum():
    # v: 1, −2 → 0.5+0.5·1 = 1, 0.25−1 = −0.75 → −1+0.5 = −0.5, 3−0.375 = 2.625
    assert run(SGD(lr=0.1, momentum=0.5)) == pytest.approx(
        [1 - 0.1 * (1 + 1 - 0.5), -1 - 0.1 * (-2 - 0.75 + 2.625)]
    )


def test_sgd_with_nesterov():
    # g + 0.5·v: 1.5, −3 → 0.5+0.5 = 1, 0.25−0.375 = −0.125 → −1−0.25 = −1.25, 3+1.3125 = 4.3125
    assert run(SGD(lr=0.1, momentum=0.5, nesterov=True)) == pytest.approx(
        [1 - 0.1 * (1.5 + 1 - 1.25), -1 - 0.1 * (-3 - 0.125 + 4.3125)]
    )


def test_sgd_with_weight_decay():
    assert SGD(lr=0.1, weight_decay=0.5).update([2.0], [1.0]) == [2.0 - 0.1 * (1.0 + 0.5 * 2.0)]


def test_adam_first_step_is_the_learning_rate():
    # the bias corrections cancel: m̂ = g and v̂ = g², so the step is η·g/(|g|+ε)
    new = Adam(lr=0.01).update([1.0, 1.0, 1.0], [1e-3, -5.0, 0.0])
    assert new == pytest.approx([1 - 1e-5 / (1e-3 + 1e-8), 1 + 0.05 / (5 + 1e-8), 1.0], rel=1e-14)


def by_hand(betas, eps, lr, l2=0.0, decoupled=0.0):
    """The equations of Kingma & Ba, algorithm 1, literally, for one parameter at a time."""
    results = []
    for k, w in enumerate((1.0, -1.0)):
        m = v = 0.0
        for t, grads in enumerate(GRADS, 1):
            g = grads[k] + l2 * w
            w -= lr * decoupled * w
            m = betas[0] * m + (1 - betas[0]) * g
            v = betas[1] * v + (1 - betas[1]) * g**2
            m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
            w -= lr * m_hat / (math.sqrt(v_hat) + eps)
        results.append(w)
    return results


@pytest.mark.parametrize(("betas", "eps"), [((0.9, 0.999), 1e-8), ((0.5, 0.8), 0.1)])
def test_adam_over_several_steps(betas, eps):
    adam = Adam(lr=0.1, betas=betas, eps=eps)
    assert run(adam) == pytest.approx(by_hand(betas, eps, 0.1), rel=1e-13)
    l2 = Adam(lr=0.1, betas=betas, eps=eps, weight_decay=0.2)
    assert run(l2) == pytest.approx(by_hand(betas, eps, 0.1, l2=0.2), rel=1e-13)
    adamw = Adam(lr=0.1, betas=betas, eps=eps, weight_decay=0.2, decoupled=True)
    assert run(adamw) == pytest.approx(by_hand(betas, eps, 0.1, decoupled=0.2), rel=1e-13)


def test_schedule_is_a_function_of_the_step():
    seen = []
    optimizer = SGD(lr=lambda step: seen.append(step) or 1.0 / (step + 1))
    assert run(optimizer) == pytest.approx(
        [1 - (1 + 0.5 / 2 - 1 / 3), -1 - (-2 + 0.25 / 2 + 3 / 3)]
    )
    assert seen == [0, 1, 2]
    assert optimizer.steps == 3


@pytest.mark.parametrize(
    "make", [lambda: SGD(0.1, momentum=0.9), lambda: Adam(0.1)], ids=["SGD", "Adam"]
)
def test_step_writes_what_update_returns(make):
    parameters = [Value(1.0), Value(-1.0)]
    stepping = make()
    for grads in GRADS:
        for p, g in zip(parameters, grads):
            p.grad = g
        stepping.step(parameters)
    assert [p.data for p in parameters] == run(make())


def test_state_belongs_to_one_network():
    optimizer = SGD(0.1, momentum=0.9)
    optimizer.update([1.0, 2.0], [0.1, 0.1])
    with pytest.raises(ValueError, match="keeps the state of one network"):
        optimizer.update([1.0, 2.0, 3.0], [0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match="2 parameters and 1 gradients"):
        optimizer.update([1.0, 2.0], [0.1])


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (SGD, {"lr": -0.1}, "the learning rate must be a finite number, at least 0; got"),
        (SGD, {"lr": math.nan}, "the learning rate must be a finite number, at least 0; got"),
        (SGD, {"momentum": 1.0}, "momentum must be a finite number, at least 0 and below 1"),
        (SGD, {"nesterov": True}, "needs a momentum"),
        (
            SGD,
            {"weight_decay": -1.0},
            "the weight decay must be a finite number, at least 0; got -1.0",
        ),
        (
            Adam,
            {"betas": (0.9, 1.0)},
            "each beta must be a finite number, at least 0 and below 1; got 1.0",
        ),
        (Adam, {"betas": 0.9}, "betas are two numbers, but 0.9"),
        (Adam, {"betas": (0.9,)}, r"betas are two numbers, but \(0.9,\)"),
        (Adam, {"eps": math.nan}, "eps must be a finite number, at least 0; got nan"),
        (Adam, {"eps": "small"}, "eps must be a finite number, at least 0; got 'small'"),
        (SGD, {"lr": math.inf}, "the learning rate must be a finite number, at least 0; got inf"),
        (SGD, {"lr": "fast"}, "the learning rate must be a finite number, at least 0; got 'fast'"),
        (
            SGD,
            {"lr": MLP(1, [1]).parameters()},
            r"SGD\(lr=0\.1\)\.step\(net\.parameters\(\)\)",
        ),
        (SGD, {"lr": MLP(1, [1])}, r"SGD\(lr=0\.1\)\.step\(net\.parameters\(\)\)"),
    ],
)
def test_bad_settings(kind, settings, message):
    with pytest.raises((ValueError, TypeError), match=message):
        kind(**settings)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_learning_rate_of_0_stands_still(kind):
    assert kind(lr=0).update([1.0, 2.0], [3.0, 0.0]) == [1.0, 2.0]


@pytest.mark.parametrize("rate", [math.nan, -1.0, "fast", None])
def test_a_schedule_that_gives_no_learning_rate(rate):
    optimizer = SGD(lr=lambda step: rate)
    with pytest.raises(
        (ValueError, TypeError), match=f"the learning rate must be .*; got {rate!r}"
    ):
        optimizer.update([1.0], [1.0])
    assert optimizer.steps == 0


def test_a_step_takes_any_iterable_of_values():
    def moved(give):
        net = MLP(2, [1], rng=0)
        half_squared_error(net([1.0, 2.0]), 0.0).backward()
        SGD(lr=0.1).step(give(net))
        return net.state_dict()

    assert moved(lambda net: iter(net.parameters())) == moved(MLP.parameters)
    for odd in (lambda net: net, lambda net: [1.0], lambda net: net.state_dict()):
        with pytest.raises(TypeError, match=r"a step moves Values: net\.parameters\(\), but"):
            moved(odd)


def test_an_optimizer_without_a_rule():
    with pytest.raises(TypeError, match="has no rule"):
        Optimizer(0.1).update([1.0], [1.0])


def test_momentum_over_two_examples():
    """Sigmoid 2-1-1, every parameter 0.1, η = 0.3: (1, 0) → 1, then (0, 1) → 0; half squared error."""
    net = MLP.from_weights([[[0.1], [0.1]], [[0.1]]], [[0.1], [0.1]], "sigmoid", "sigmoid")
    fit(
        net,
        [[1.0, 0.0]],
        [1.0],
        optimizer=(optimizer := SGD(lr=0.3, momentum=0.9)),
        epochs=1,
    )
    fit(net, [[0.0, 1.0]], [0.0], optimizer=optimizer, epochs=1)
    assert [p.data for p in net.parameters()] == pytest.approx(
        [
            *(0.10161743545543, 0.09879852785433, 0.10041596330976),
            *(0.11347416438339, 0.12452152136346),
        ],
        rel=1e-12,
    )


def test_adam_down_a_parabola():
    adam, theta, course = Adam(lr=0.1), Value(5.0), []
    for _ in range(3):
        theta.grad = 0.0
        (theta**2).backward()
        adam.step([theta])
        course.append(theta.data)
    assert course == pytest.approx(
        [4.9000000001, 4.8000577568688559, 4.7002132913333907], rel=1e-15
    )


def test_adam_without_epsilon():
    """As in a textbook's exercise: the first step is η against the sign; without a gradient there is none."""
    adam = Adam(lr=0.1, eps=0.0)
    assert adam.update([1.0, 1.0, 1.0], [3.0, -1e-3, 0.0]) == pytest.approx([0.9, 1.1, 1.0])
    assert adam.update([1.0, 1.0, 1.0], [0.0, 0.0, 2.0])[2] < 1.0
