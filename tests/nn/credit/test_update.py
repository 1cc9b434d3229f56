"""The step of an optimiser in equations, and the probabilities under cross entropy."""

import copy
import re

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, assign_credit, cross_entropy, half_squared_error
from nn.credit.telling.update import stepped

EXAMPLES = ([1.0, 0.0], 1.0), ([0.0, 1.0], 0.0)
OPTIMIZERS = [
    SGD(0.3), SGD(0.3, momentum=0.9), SGD(0.3, momentum=0.9, nesterov=True), SGD(0.3, weight_decay=0.01), Adam(0.1),
    Adam(0.1, weight_decay=0.1), Adam(0.1, weight_decay=0.1, decoupled=True), Adam(0.1, eps=0.0),
]  # fmt: skip


def net():
    return MLP.from_weights([[[0.1], [0.1]], [[0.1]]], [[0.1], [0.1]], "sigmoid", "sigmoid")


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_the_last_equation_gives_what_the_optimiser_does(optimizer):
    optimizer, n = copy.deepcopy(optimizer), net()
    for x, y in EXAMPLES:
        c = assign_credit(n, x, y)
        told = {key: c.derivation(*key, optimizer=optimizer).update for key in c.edges}
        before = copy.deepcopy(optimizer)
        n.zero_grad()
        half_squared_error(n(x), y).backward()
        optimizer.step(n.parameters())
        after = dict(n.named_parameters())
        assert stepped(c, before) == {name: p.data for name, p in after.items()}
        for key, lines in told.items():
            assert lines[-1].value == after[c.edges[key].parameter].data
            for line in lines:  # what is printed can be worked out again
                text = line.numbers.replace("²", "**2").replace("·", "*").replace("−", "-")
                assert eval(text) == pytest.approx(line.value, abs=6e-4, rel=2e-2)


def test_momentum_as_published():
    n, optimizer = net(), SGD(0.3, momentum=0.9)
    for x, y in EXAMPLES:
        n.load_state_dict(stepped_with(n, x, y, optimizer))
    found = [p.data for p in n.parameters()]
    right = [
        0.10161743545543,
        0.09879852785433,
        0.10041596330976,
        0.11347416438339,
        0.12452152136346,
    ]
    assert sorted(found) == pytest.approx(sorted(right), abs=1e-12)


def stepped_with(n, x, y, optimizer):
    c = assign_credit(n, x, y)
    new = stepped(c, optimizer)
    optimizer.update([w.weight for w in c.weights.values()], [w.credit for w in c.weights.values()])
    return new


def test_adam_as_published():
    w, optimizer, found = 5.0, Adam(0.1), []
    for _ in range(3):
        value = Value(w, label="θ")
        c = assign_credit(
            lambda x, value=value: value * x[0], [1.0], 0.0, lambda p, t: p * p, parameters=[value]
        )
        new = stepped(c, optimizer)
        optimizer.update([w], [next(iter(c.weights.values())).credit])
        (w,) = new.values()
        found.append(w)
    assert found == pytest.approx([4.9000000001, 4.8000577568688559, 4.7002132913333907], rel=1e-12)


def test_the_state_is_told_and_left_alone():
    c, optimizer = assign_credit(net(), *EXAMPLES[0]), Adam(0.1)
    text = str(c.derivation(1, 0, optimizer=optimizer))
    assert re.search(r"m = β₁·m \+ \(1−β₁\)·∂L/∂w₁⇝₀ = 0.9·0.000 \+ 0.1·", text)
    assert "new w₁⇝₀ = w₁⇝₀ − η·m̂/(√ŝ + ε)" in text
    assert text == str(c.derivation(1, 0, optimizer=optimizer))
    assert optimizer.steps == 0
    assert (
        r"\sqrt" in c.derivation(1, 0, optimizer=optimizer).latex
        or "surd" in c.derivation(1, 0, optimizer=optimizer).latex
    )


def test_probabilities_stand_in_table_and_derivation():
    n = MLP.from_weights([[[0.1, -0.2, 0.3]]])
    c = assign_credit(n, [1.0], 2, cross_entropy)
    table = str(c.forward_table())
    for p in ("0.337585", "0.250089", "0.412327"):
        assert p in table
    assert (
        "p₂ = softmax(ŷ)₂ = exp(0.3000)/(exp(0.1000) + exp(−0.2000) + exp(0.3000)) = +0.4123"
        in str(c.derivation(3, 2))
    )
    assert r"\exp" in c.derivation(3, 2).latex
    assert "p" not in str(assign_credit(n, [1.0], [0.0, 0.0, 0.0]).forward_table()).split()
