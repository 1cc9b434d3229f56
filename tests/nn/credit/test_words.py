"""What a credit says in words, whole: weights used twice, batches, formulas, names that are not there."""

import html

import pytest

import autograd as ag
from autograd import Value
from nn import MLP, assign_credit
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.recording import recording_of_loss
from nn.credit.finding.spelling import ATOM, spelled
from tests.nn.credit.networks import CASES


@pytest.fixture
def twice():
    """The credit of a chain in which one weight of two stands twice."""
    w, v = Value(0.5, label="w"), Value(-1.5, label="v")

    def net(x):
        once = ag.tanh(ag.dot([w], [x[0]]))
        return ag.dot([v], [ag.tanh(ag.dot([w], [once]))])

    return assign_credit(net, [1.0], 0.5)


def test_weights_tell_how_often_they_stand(twice):
    assert repr(twice.weights["w"]) == "<w = 0.5000: ∂L/∂w +1.0228, 2 uses>"
    assert repr(twice.weights["v"]) == "<v = −1.5000: ∂L/∂w −0.1908, 1 use>"
    with pytest.raises(KeyError, match="there is no weight 'u'; there are w, v"):
        twice.weights["u"]


def test_the_share_of_a_use_is_told_from_the_whole(twice):
    said = [step.symbols for step in twice.steps(lr=0.1).steps]
    assert "∂L/∂v = δ₀·z₁" in said
    assert [line for line in said if line.startswith("this use")] == [
        "this use: ∂L/∂w = δ₁·z₂",
        "this use: ∂L/∂w = δ₂·z₃",
    ]


def test_nodes_without_layers_stand_from_the_input_on(twice):
    nodes = [line.split()[0] for line in twice.forward_table().splitlines()[1:]]
    assert nodes == ["3", "2", "1", "0"]


def test_the_same_weights_give_the_same_credit_again(twice):
    again = twice.with_weights({"w": 0.5, "v": -1.5})
    assert (str(again), again.forward_table()) == (str(twice), twice.forward_table())


def test_weights_without_names_are_found_on_either_side_of_a_product():
    w, v = Value(0.5), Value(-1.5)
    credit = assign_credit(lambda x: ag.tanh(x[0] * w) * v, [2.0], 0.5)
    assert list(credit.weights) == ["w₂⇝₁", "w₁⇝₀"]
    plus = assign_credit(lambda x: +ag.dot([w], [x[0]]), [2.0], 0.5)
    assert plus.nodes[0].does == "linear"


def test_a_softmax_is_known_by_its_logarithm():
    w, v = Value(0.5), Value(-1.5)

    def net(x):
        scores = [ag.dot([weight], [x[0]]) for weight in (w, v)]
        return [score - ag.logsumexp(scores) for score in scores]

    credit = assign_credit(net, [2.0], [1.0, 0.0], lambda p, t: -ag.dot(p, t))
    assert [credit.nodes[k].does for k in (0, 1)] == ["softmax", "softmax"]


def test_a_notebook_is_told_what_the_table_is(twice):
    assert html.escape(repr(twice).strip("<>")) in twice._repr_html_()


def test_the_examples_of_a_batch_are_told_with_their_numbers():
    batch = assign_credit(MLP(2, [1], rng=0), [[1.0, -2.0], [0.5, 0.0]], [1.0, 0.0], batch=True)
    said = [step.symbols for step in batch.steps(lr=0.1).steps]
    assert any(line.startswith("x = (1, −2),  ") for line in said)


@pytest.mark.parametrize("name", ["classifier", "probabilities"])
def test_a_class_is_told_by_its_number(name):
    case = CASES[name]()
    told = [assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)]
    if name == "classifier":
        told.append(assign_credit(MLP(2, [3], rng=0), case.x, 2, loss="cross_entropy"))
    for credit in told:
        said = str(credit.steps())
        assert f"target y = {credit.y}\n" in said
        assert f", y = {credit.y}: L = " in said
    batch = assign_credit(MLP(2, [3], rng=0), [case.x], [2], "cross_entropy", batch=True)
    assert ", y = 2: L = " in str(batch.steps())
    shares = assign_credit(MLP(2, [2], rng=0), case.x, [0, 1], loss="cross_entropy")
    assert "y = (0.00, 1.00): L" in str(shares.steps())
    assert "y = 1.00: L" in str(assign_credit(MLP(2, [1], rng=0), case.x, 1).steps())


def test_formulas_are_written_with_the_brackets_they_need():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    for v, text in (
        (x - y, "x−y"),
        (x - (y - x), "x−(y−x)"),
        (-(x + y), "−(x+y)"),
        ((x + y) * x, "(x+y)·x"),
        (x / (y * x), "x/(y·x)"),
        ((x - y) ** 2, "(x−y)²"),
        (+x, "x"),
        ((x + y).square(), "(x+y)²"),
        (y.reciprocal(), "1/y"),
        (ag.dot([x, y], [y, 2.0], x), "x·y+y·2+x"),
        (ag.maximum(ag.maximum(x, y), 1.5), "max(x, y, 1.5)"),
        (x**0.5, "√(x)"),
    ):
        graph = Recorded(recording_of_loss(v, [x, y]))
        inner = [k for k, node in enumerate(graph.values) if node.parents]
        of = spelled(graph, inner, lambda k, graph=graph: (graph.values[k].label, ATOM), 60)
        assert of(graph.places[v])[0] == text


@pytest.mark.parametrize("name", CASES)
def test_a_derivation_says_where_a_use_is_and_no_number_twice(name):
    case = CASES[name]()
    c = assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)
    for key in c.edges:
        said = str(c.derivation(*key))
        assert "None" not in said
        assert " = 0 = 0" not in said


def test_a_use_as_a_bias_is_told_by_its_unit():
    b = Value(0.1, label="b")
    c = assign_credit(lambda x: b + ag.tanh(b + 2.0 * x[0]), [0.5], 1.0, parameters=[b])
    assert "this use of b, at 1 = δ₁·1" in str(c.derivation(None, 1))
