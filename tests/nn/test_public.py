"""What a user of nn sees at a prompt: names, and what is printed of each public object."""

import subprocess
import sys

import pytest

import autograd as ag
import nn
from autograd import Value
from nn import MLP, SGD, Adam, EarlyStop, Layer, Module, Neuron, assign_credit, datasets, fit
from nn.lessons import example, make_worksheet, mark
from nn.losses import l2
from nn.optim import Optimizer
from nn.training import History
from tests.worked import worked


def test_dir_shows_what_a_user_needs_and_nothing_else():
    assert set(dir(nn)) == {*nn.__all__, "datasets", "lessons", "plots"}
    for module in (
        nn.datasets,
        nn.losses,
        nn.optim,
        nn.training,
        nn.credit,
        nn.exchange,
        nn.lessons,
    ):
        assert dir(module) == sorted(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_lessons_are_loaded_when_they_are_asked_for():
    program = (
        "import sys, nn; assert 'nn.lessons' not in sys.modules; nn.lessons.example('worked'); "
        "assert not hasattr(nn, 'lesson')"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


class Line(Module):
    def __init__(self):
        self.w, self.b = Value(2.0), Value(0.5)

    def __call__(self, x):
        return self.w * x[0] + self.b


class Still(Optimizer):
    def move(self, data, grads, lr):
        return data


def halved(step):
    return 0.5**step


def trained():
    seen = []
    xs, ys = datasets.xor()
    options = {
        "epochs": 2,
        "progress": False,
        "validation": (xs, ys),
        "metrics": {"one": lambda *_: 1.0},
    }
    history = fit(MLP(2, [1], rng=0), xs, ys, callbacks=[seen.append], **options)
    history.seconds = 0.5
    return history, seen[0]


def batch(kind):
    net = worked().network()
    return assign_credit(net, [[0.8, -1.0, 0.5], [1.0, 2.0, 3.0]], [0.2, 0.1], batch=kind)


def product():
    w, x = Value(0.5, label="w"), Value(4.0, label="x")
    return (w * x).tanh()


REPRS = {
    "Value(data=0.5, grad=0.0, label='w')": lambda: Value(0.5, label="w"),
    "step 1: tanh  data 0.9640  grad 1.0000\n"
    "   → ×: upstream 1.0000 × local 0.0707 = +0.0707, sum 0.0707\n"
    "step 2: ×  data 2.0000  grad 0.0707\n"
    "   → w: upstream 0.0707 × local 4.0000 = +0.2826, sum 0.2826\n"
    "   → x: upstream 0.0707 × local 0.5000 = +0.0353, sum 0.0353": lambda: ag.steps(product()),
    "leaf is not computed from anything": lambda: ag.steps(Value(1.0)),
    "<× → tanh: upstream 1.0000 × local 0.0707 = +0.0707>": lambda: ag.edges(product())[0],
    "<Drawing: Computation graph>": lambda: ag.draw(product()),
    "<Program of 1 operation, (number, number) -> number>": lambda: ag.trace(
        lambda w, x: w * x, 1.0, 2.0
    ),
    "no_grad()": ag.no_grad,
    "detect_anomaly()": ag.detect_anomaly,
    "Neuron(3, 'tanh', bias=True)": lambda: Neuron(3),
    "Layer(3, 2, 'tanh', bias=True)": lambda: Layer(3, 2),
    "MLP(3, [2, 1], activations=['tanh', 'linear'], 11 parameters)": lambda: MLP(3, [2, 1]),
    "<Line: 2 parameters>": Line,
    "<SGD(lr=0.1, momentum=0.9) after 0 steps>": lambda: SGD(0.1, 0.9),
    "<SGD(lr=halved) after 0 steps>": lambda: SGD(halved),
    "<Adam(lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.1) after 0 steps>": lambda: Adam(
        weight_decay=0.1
    ),
    "<Still(lr=0.5) after 0 steps>": lambda: Still(0.5),
    "<EarlyStop(patience=10, least=0)>": EarlyStop,
    "<History: 0 epochs in 0 s>": History,
    "<History: 2 epochs in 0.5 s: loss 0.774 → 0.7029 █▁, validation loss 0.6523, one 1>": lambda: (
        trained()[0]
    ),
    "<epoch 0: loss 0.774, validation loss 0.7029, one 1>": lambda: trained()[1],
    "<credit of 8 edges, 3-2-1 tanh network, ½(ŷ−y)² = 0.197129>": worked,
    "<unit 1, z₁: a 1.1900, z 0.8306 (tanh), δ +0.1363>": lambda: worked().nodes[1],
    "<unit 0, ŷ: a 0.8279, z 0.8279 (linear), δ +0.6279, y 0.2000>": lambda: worked().nodes[0],
    "<input 5, x₁: z 0.8000>": lambda: worked().nodes[5],
    "<w₅⇝₁ = 0.8000: δ₁·z₅ = 0.1363·0.8000 = +0.1091>": lambda: worked().edges[5, 1],
    "<8 edges: w₁⇝₀ (1, 0), w₂⇝₀ (2, 0), w₃⇝₁ (3, 1), w₃⇝₂ (3, 2), w₄⇝₁ (4, 1), w₄⇝₂ (4, 2), w₅⇝₁ (5, 1), w₅⇝₂ (5, 2)>": lambda: (
        worked().edges
    ),
    "<layers.0.weight.0.0 = 0.8000: ∂L/∂w +0.1091, 1 use>": lambda: worked().weights[
        "layers.0.weight.0.0"
    ],
    "<Player: 18 steps of 3-2-1 tanh network>": lambda: worked().steps(),
    "<Live: 3-2-1 tanh network>": lambda: worked().live(),
    "<credit summed over 2 examples, 3-2-1 tanh network, L = 0.5903>": lambda: batch(True),
    "<credit of the mean of 2 examples, 3-2-1 tanh network, L = 0.2952>": lambda: batch("mean"),
    "<w₅⇝₁ = 0.8000: Σ δ·z = +0.1867>": lambda: batch(True).edges[5, 1],
    "<w₅⇝₁ = 0.8000: mean δ·z = +0.0933>": lambda: batch("mean").edges[5, 1],
}


@pytest.mark.parametrize("shown", REPRS)
def test_what_is_shown_of_public_objects(shown):
    assert repr(REPRS[shown]()) == shown


@pytest.mark.parametrize(
    "made",
    [
        lambda: worked().derivation(5, 1), lambda: worked().matrices(), lambda: worked().matrices()[0],
        lambda: worked().check(), lambda: worked().table(), lambda: batch(True).check(), lambda: ag.tree(product()),
        lambda: ag.explain(root := product(), root.parents[0]), lambda: trained()[0].table(),
        lambda: ag.check_gradients(ag.tanh, 1.0),
    ],
    ids=map(str, range(10)),
)  # fmt: skip
def test_what_is_text_is_shown_as_it_reads(made):
    thing = made()
    assert repr(thing) == str(thing)


def test_functions_that_were_made_say_of_what():
    assert repr(ag.grad(ag.tanh)).startswith("<function grad(tanh) at ")
    assert repr(ag.hessian(ag.tanh)).startswith("<function hessian(tanh) at ")
    assert repr(l2(0.5)) == "l2(0.5)"


def test_a_printed_player_tells_the_story():
    story = str(worked().steps())
    assert story.count("\n") >= 17
    assert "δ₁" in story


def test_lessons_are_there_by_their_names():
    sheet = make_worksheet(seed=1)
    assert str(sheet) == sheet.problem
    assert mark({"δ0": "0.63"}, example("worked").credit()).ok
