"""The credit of a batch: in sums, pictures and a story, checked like that of one example."""

import math
import re

import pytest
from hypothesis import given, settings, strategies as st

from autograd import Value
from autograd.notation import shown
from nn import MLP, assign_credit
from nn.credit.batch import BatchCredit, summed
from nn.losses import cross_entropy
from tests.worked import network

XS = [[0.8, -1.0, 0.5], [0.1, 0.4, -0.6], [-1.0, 0.0, 1.0]]
YS = [0.2, 0.5, -0.3]


def batch() -> BatchCredit:
    return assign_credit(network(), XS, YS, batch=True)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.booleans(), st.integers(0, 1000))
def test_the_whole_is_the_sum_or_the_mean(count: int, mean: bool, seed: int) -> None:
    net = MLP(2, [2, 1], rng=seed)
    xs = [[math.sin(k + seed), math.cos(3 * k)] for k in range(count)]
    examples = [assign_credit(net, x, 0.5) for x in xs]
    found = summed(examples, mean)
    share = 1.0 / count if mean else 1.0
    for i in (0, 1, 2):
        total = sum(e.nodes[i].delta or 0.0 for e in examples) * share
        assert math.isclose(found.whole.nodes[i].delta or 0.0, total, rel_tol=1e-12, abs_tol=1e-15)
    for j in (0, 1, 2):  # what a bias is to blame for is the sum of the errors
        delta = found.whole.nodes[j].delta
        assert delta is not None
        assert found.edges[None, j].credit == delta
    assert found.check().ok
    assert math.isclose(found.whole.loss, found.loss)


def test_a_derivation_goes_example_by_example() -> None:
    found = batch()
    lines = str(found.derivation(3, 1)).splitlines()
    assert lines[1].strip() == "example 1: ∂L/∂w₃⇝₁ = δ₁·z₃ = 0.1363·0.5000 = +0.0682"
    assert lines[-1].strip() == "∂L/∂w₃⇝₁ = Σ δ₁·z₃ = (0.0682 + 0.3659 + 0.2742) = +0.7083"
    many = assign_credit(network(), XS * 20, YS * 20, batch=True).derivation(3, 1)
    assert len(many.steps) < 10
    assert " + … + " in many.steps[-1].numbers
    with pytest.raises(KeyError, match="no edge from 5 to 0"):
        found.derivation(5, 0)


def test_a_picture_of_a_batch_shows_sums_and_nothing_of_one_example() -> None:
    found = batch()
    texts = re.findall(r"<text[^>]*>(.*?)</text>", found.draw().svg())
    for edge in found.edges.values():
        z = f"z{edge.name[1]}"
        delta = f"δ{edge.name[-1]}"
        assert f"Σ{delta}·{z} = {shown(edge.credit, sign=True)}" in texts
    assert {"x₁", "x₂", "x₃", "Σδ₀ = +0.08"} <= set(texts)
    assert not [text for text in texts if re.match(r"(a|z|x).? = |ŷ|target", text)]
    path = re.findall(r"<text[^>]*>(.*?)</text>", found.draw(path=(5, 1)).svg())
    assert "Σδ₀·w₁⇝₀ = +0.06" in path
    assert any(text.endswith("credit = Σδ₁·z₅") for text in path)


def test_a_mean_is_called_a_mean() -> None:
    found = assign_credit(network(), XS, YS, batch="mean")
    page = found.steps().html()
    for said in (found.table(), found.draw().svg(), found.draw(path=(5, 1)).svg()):
        assert "mean δ" in said
        assert "Σ" not in said
    assert "mean δ₁·z₃ = +0.24" in page  # a third of the sum
    assert "Σδ" not in page


@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("notation", ["slides", "haykin"])
def test_a_number_of_a_batch_is_called_what_it_is(mean: bool, notation: str) -> None:
    w = {name: Value(0.4, label=name) for name in ("wx", "wh", "b")}

    def recurrent(x: list[Value]) -> Value:
        h = (w["wx"] * x[0] + w["b"]).tanh()
        return (w["wx"] * x[1] + w["wh"] * h + w["b"]).tanh()

    xs, ys = [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], [0.5, 0.7, -0.1]
    share: bool | str = "mean" if mean else True
    for net, x, y in ((recurrent, xs, ys), (network(), XS, YS)):
        found = assign_credit(
            net, x, y, batch=share, parameters=w if net is recurrent else None, notation=notation
        )
        names, total = found.examples[0].names, "mean" if mean else "Σ"
        loss = f"{names.loss} = {total} [{found.examples[0].loss_formula}]"
        assert f"{loss} = {shown(found.loss, 4)}" in found.draw().desc
        assert f"{loss} = {shown(found.loss, 4)}" in found.steps().html()
        drawn = found.draw().svg() + found.draw(path=next(iter(found.edges))).svg()
        one = re.compile(r"(?:[azxyov]|ŷ|net)[₀-₉]* = |target|wanted|= \(")
        assert not [t for t in re.findall(r"<text[^>]*>(.*?)</text>", drawn) if one.match(t)]
        assert f"{loss} = {shown(found.loss, 3)} · every number" in found.draw().source
        said = {step.title: step for step in found.steps().steps}
        terms = " + ".join(shown(example.loss, 4) for example in found.examples)
        terms = f"1/3·({terms})" if mean else terms
        assert (
            said["The error of the batch"].numbers
            == f"{names.loss} = {terms} = {shown(found.loss, 4)}"
        )
        assert said["Forward again: the loss is smaller"].symbols == loss
        heads = str(found.check()).splitlines()[0]
        assert f"{total} {names.product}" in heads
        assert f"({names.loss}(w+h)−{names.loss}(w−h))/2h" in heads


def test_losses_of_0_do_not_turn_a_mean_into_a_sum() -> None:
    net = MLP.from_weights([[[2.0]]])
    told = str(assign_credit(net, [[1.0], [2.0]], [2.0, 4.0], batch="mean").steps().steps)
    assert "the mean of L" in told
    assert repr(assign_credit(net, [[1.0]], [2.0], batch=True)).startswith(
        "<credit summed over 1 example, "
    )


def test_the_story_goes_through_the_examples_and_ends_with_a_smaller_loss() -> None:
    found = batch()
    player = found.steps(lr=0.1)
    titles = [step.title for step in player.steps]
    assert titles[:6] == [
        "The network: 3-2-1 tanh network",
        "Example 1 of 3",
        "Example 2 of 3",
        "Example 3 of 3",
        "The error of the batch",
        "The errors, example by example: δ₀",
    ]
    assert titles[-1] == "Forward again: the loss is smaller"
    said = {step.title: step.numbers for step in player.steps}
    assert said["Credit of w₃⇝₁"] == "∂L/∂w₃⇝₁ = 0.0682 + 0.3659 + 0.2742 = +0.7083"
    assert said["Forward again: the loss is smaller"].startswith("L = 0.5302, before 0.7648")
    assert math.isclose(found.after(0.1).loss, 0.5302, abs_tol=1e-4)
    mean = assign_credit(network(), XS, YS, batch="mean").steps()
    errors = next(s for s in mean.steps if s.title.startswith("The errors, example by example"))
    assert re.search(r"δ₀  1/3·\(.+ \+ .+ \+ .+\) = ", str(errors.numbers))
    page = player.html()
    assert "Σδ₁·z₃ = +0.71" in page
    long = assign_credit(network(), XS * 20, YS * 20, batch=True).steps()
    assert "48 more examples" in [step.title for step in long.steps]


def test_a_batch_of_classes() -> None:
    net = MLP(2, [3, 3], rng=1)
    found = assign_credit(net, [[0.5, -1.0], [1.0, 0.2]], [2, 0], loss=cross_entropy, batch=True)
    assert found.check().ok
    assert "Credit of a batch" in found.draw().svg()
    assert len(found.steps().html().encode()) < 150_000


def test_the_weights_of_a_batch_are_those_that_are_named():
    w, v = Value(0.5), Value(2.0)

    def of(parameters):
        return assign_credit(
            lambda x: w * (v * x[0]).tanh(),
            [[1.0], [2.0]],
            [0.5, 1.0],
            batch=True,
            parameters=parameters,
        )

    assert [len(c.weights) for p in ([w], [w, v]) for c in (of(p), *of(p).examples)] == [1] * 3 + [
        2
    ] * 3
    assert {c.title for c in of([w]).examples} == {"network, 1 unit, 1 joint"}


@pytest.mark.parametrize("told", [False, True])
def test_examples_with_different_weights_on_an_edge_are_not_added(told):
    e = [Value(0.1 * k, label=f"e{k}") for k in range(1, 4)]
    parameters = e if told else None

    def net(words):
        return sum(e[k] * (1.0 + e[k].tanh()) for k in words)

    with pytest.raises(ValueError, match="different weights"):
        assign_credit(net, [[0], [2]], [0.3, 0.1], batch=True, parameters=parameters)
    alike = assign_credit(net, [[1], [1]], [0.3, 0.1], batch=True, parameters=parameters)
    assert alike.check().ok


def test_examples_whose_edges_are_alike_and_whose_weights_are_not():
    a, b = Value(0.4), Value(0.7)  # without names: each is w₁⇝₀ in its example

    def net(x):
        return ((a if x[0] > 0.0 else b) * x[0]).tanh()

    with pytest.raises(ValueError, match="different weights: say which"):
        assign_credit(net, [[0.3], [-0.4]], [0.1, 0.2], batch=True)
    with pytest.raises(ValueError, match=r"different weights, .* credit of each"):
        assign_credit(net, [[0.3], [-0.4]], [0.1, 0.2], batch=True, parameters=[a, b])
