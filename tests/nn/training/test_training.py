"""fit: the published run to the last digit, mini-batches, callbacks, Ctrl-C, and what goes wrong."""

import csv
import itertools
import math
import os
import random
import signal
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

import autograd as ag
from autograd import Value, no_grad
from nn import (
    MLP,
    SGD,
    Adam,
    Neuron,
    binary_cross_entropy_with_logits,
    cross_entropy,
    fit,
    half_squared_error,
    hinge,
    mean_absolute_error,
    squared_error,
)
from nn.credit import assign_credit
from nn.credit.history import credit_over_training
from nn.datasets import load_csv, yin_yang
from nn.losses import l2
from nn.training.history import EarlyStop, History, sparkline
from tests.worked import X, Y, network

DATA = Path(__file__).parents[2] / "data"
XS = [[0.8, -1.0], [-0.5, 0.3], [0.1, 0.7], [-0.9, -0.4], [0.3, 0.2]]
YS = [0.2, -0.4, 0.1, -0.3, 0.5]


def correct(net, xs, ys):
    return sum((net(x).data > 0) == (y > 0) for x, y in zip(xs, ys))


def demo(**options):
    xs, ys = load_csv(DATA / "moons-100.csv")
    net = MLP(2, [16, 16, 1], activation="relu", rng=1337)
    rate = SGD(lr=lambda step: 1.0 - 0.9 * step / 100)
    history = fit(net, xs, ys, hinge, rate, epochs=100, penalty=l2(1e-4), **options)
    return net, xs, ys, history


def published():
    with (DATA / "moons-100-losses.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [float(row["loss"]) for row in rows], [int(row["correct"]) for row in rows]


@pytest.mark.slow
def test_the_demo_of_micrograd_at_every_step():
    net, _, _, history = demo(metrics={"correct": correct})
    losses, right = published()
    assert len(net.parameters()) == 337
    assert history.losses == pytest.approx(losses, rel=0, abs=1e-12)
    # a metric is taken after the step, the file's count before it
    assert history.metrics["correct"][:-1] == right[1:]
    assert history.metrics["correct"][-1] == 100
    assert repr(history).endswith("correct 100>")


def test_the_demo_of_micrograd_on_arrays():
    net, xs, ys, history = demo(vectorize=True)
    assert history.losses == pytest.approx(published()[0], rel=1e-9)
    assert correct(net, xs, ys) == 100


@pytest.mark.parametrize(
    ("loss", "ys", "outputs"),
    [
        (half_squared_error, YS, 1),
        (squared_error, [[y, -y] for y in YS], 2),
        (mean_absolute_error, YS, 1),
        (hinge, [1, -1, 1, -1, 1], 1),
        (binary_cross_entropy_with_logits, [1, 0, 1, 0, 0.5], 1),
        (cross_entropy, [0, 2, 1, 1, 0], 3),
        (cross_entropy, [[0.5, 0.25, 0.25]] * 5, 3),
    ],
    ids=["half", "squared", "absolute", "hinge", "bce", "index", "probabilities"],
)
@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_arrays_give_the_same_numbers(loss, ys, outputs, batch_size, bias):
    runs = []
    for vectorize in (False, True):
        net = MLP(2, [4, outputs], activation="sigmoid", bias=bias, rng=0)
        options = {"batch_size": batch_size, "vectorize": vectorize, "penalty": l2(0.01)}
        history = fit(net, XS, ys, loss, Adam(0.05), epochs=5, **options)
        runs.append([*history.losses, *net.state_dict().values()])
    assert runs[1] == pytest.approx(runs[0], rel=1e-9, abs=1e-12)


def test_a_step_is_the_mean_gradient():
    net = MLP(2, [3, 1], rng=0)
    before = net.state_dict()
    total = ag.mean([half_squared_error(net(x), y) for x, y in zip(XS, YS)])
    total.backward()
    steps = [0.5 * p.grad for p in net.parameters()]
    history = fit(net, XS, YS, optimizer=SGD(lr=0.5), epochs=1)
    assert history.losses == pytest.approx([total.data], rel=1e-14)
    moved = [a - b for a, b in zip(before.values(), net.state_dict().values())]
    assert moved == pytest.approx(steps, rel=1e-12)


def test_the_default_optimizer_is_a_new_one_each_time():
    runs = []
    for optimizer in (None, SGD(lr=0.1), None):
        net = MLP(2, [3, 1], rng=0)
        runs.append(fit(net, XS, YS, optimizer=optimizer, epochs=5).losses)
    assert runs[0] == runs[1] == runs[2]


def test_mini_batches_are_seeded_and_see_every_example():
    def run(**options):
        seen = []

        def loss(p, y):
            seen.append(y)
            return half_squared_error(p, y)

        net = MLP(2, [3, 1], rng=0)
        losses = fit(net, XS, YS, loss, epochs=3, batch_size=2, **options).losses
        return losses, seen[len(YS) :]  # after the check

    losses, seen = run(rng=5)
    assert run(rng=5) == (losses, seen) == run(rng=random.Random(5))
    assert run(rng=6)[1] != seen
    for epoch in range(3):
        assert sorted(seen[5 * epoch : 5 * epoch + 5]) == sorted(YS)
    assert seen[:5] != seen[5:10]


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples():
    net = MLP(2, [1], rng=0)
    expected = math.fsum(half_squared_error(net(x), y).data for x, y in zip(XS, YS)) / 5
    assert fit(net, XS, YS, optimizer=SGD(0.0), epochs=1, batch_size=2).losses == pytest.approx(
        [expected]
    )


def test_arrays_and_other_sequences_are_examples():
    expected = fit(MLP(2, [3, 1], rng=0), XS, YS, epochs=3).losses
    for xs, ys in [
        (np.array(XS), np.array(YS)),
        ([np.array(x) for x in XS], list(map(np.float64, YS))),
        (tuple(map(tuple, XS)), tuple(YS)),
        (XS, [[y] for y in YS]),
    ]:
        assert fit(MLP(2, [3, 1], rng=0), xs, ys, epochs=3).losses == expected


def test_a_single_neuron_can_be_trained():
    unit = Neuron(2, "linear", rng=0)
    history = fit(unit, XS, [x[0] - x[1] for x in XS], epochs=200, optimizer=SGD(0.5))
    assert [p.data for p in unit.parameters()] == pytest.approx([1.0, -1.0, 0.0], abs=1e-4)
    assert history.losses[-1] < 1e-8


# ---------------------------------------------------------------- what ends a run


def test_callbacks_are_told_and_may_stop():
    told = []

    def stop(epoch):
        told.append((epoch.index, epoch.loss, epoch.metrics, epoch.net))
        return epoch.index == 2

    net = MLP(2, [3, 1], rng=0)
    history = fit(
        net,
        XS,
        YS,
        epochs=10,
        callbacks=[lambda epoch: np.bool_(stop(epoch)), lambda epoch: []],
        metrics={"n": lambda *_: 1},
    )
    assert history.stopped == "callback"
    assert [t[0] for t in told] == [0, 1, 2]
    assert [t[1] for t in told] == history.losses
    assert all(t[2] == {"n": 1.0} and t[3] is net for t in told)
    assert "3 epochs" in repr(history)
    assert "callback" in repr(history)


def test_early_stop():
    net, stop = MLP(2, [3, 1], rng=0), EarlyStop(patience=3, least=1e-3)
    history = fit(net, XS, YS, optimizer=SGD(0.2), epochs=1000, callbacks=[stop])
    assert history.stopped == "callback"
    assert len(history) < 200
    best = min(history.losses[:-3])
    assert all(loss > best - 2e-3 for loss in history.losses[-3:])
    again = fit(net, XS, YS, epochs=2, callbacks=[stop])
    assert again.stopped == "", "a new run starts afresh"
    with pytest.raises(ValueError, match="patience must be a whole number, at least 1; got 0"):
        EarlyStop(patience=0)


def test_ctrl_c_keeps_the_history_and_whole_steps():
    expected = MLP(2, [3, 1], rng=0)
    fit(expected, XS, YS, epochs=3)
    epochs = []

    def interrupted(p, y):
        if len(epochs) == 3 and y == YS[1]:  # in the middle of a batch
            os.kill(os.getpid(), signal.SIGINT)
        return half_squared_error(p, y)

    net = MLP(2, [3, 1], rng=0)
    with patch("nn.training.loop.time.perf_counter", side_effect=itertools.count(1000.0)):
        history = fit(net, XS, YS, interrupted, epochs=10, callbacks=[epochs.append])
    assert (history.stopped, len(history)) == ("interrupted", 3)
    assert 0.0 < history.seconds < 1000.0
    assert net.state_dict() == expected.state_dict()


def test_ctrl_c_in_a_metric():
    calls = []

    def interrupted(net, xs, ys):
        calls.append(net)
        if len(calls) == 2:  # the first is a trial
            raise KeyboardInterrupt
        return 0.0

    history = fit(MLP(2, [1], rng=0), XS, YS, metrics={"m": interrupted})
    assert (history.stopped, len(history)) == ("interrupted", 1)
    assert "interrupted: loss" in repr(history)


def test_no_epochs():
    net = MLP(2, [1], rng=0)
    before = net.state_dict()
    history = fit(net, XS, YS, epochs=0)
    assert (history.losses, net.state_dict()) == ([], before)
    assert repr(history).startswith("<History: 0 epochs in ")


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("xs", "ys", "error", "message"),
    [
        ([], [], ValueError, "no examples: xs is empty"),
        (XS, YS[:2], ValueError, "xs has 5 examples, but ys 2"),
        ([[1.0], *XS[1:]], YS, ValueError, r"xs\[0\]: 2 inputs expected, got 1"),
        ([*XS[:4], [1.0, 2.0, 3.0]], YS, ValueError, r"xs\[4\]: 2 inputs expected, got 3"),
        ([*XS[:4], 1.0], YS, TypeError, r"xs\[4\]: an input is a sequence of 2 numbers"),
        ([*XS[:4], [1.0, "2"]], YS, TypeError, r"xs\[4\]: .*str was given"),
        ([*XS[:4], [1.0, math.nan]], YS, ValueError, r"xs\[4\]: a finite number is needed"),
        (XS, [*YS[:4], math.inf], ValueError, r"ys\[4\]: a finite number is needed"),
        (XS, [*YS[:4], 10**400], OverflowError, r"ys\[4\]: this int is too large"),
        (XS, [*YS[:4], [1.0, 2.0]], ValueError, r"ys\[4\]: 1 output, but 2 targets"),
        (XS, [*YS[:4], None], TypeError, r"ys\[4\]: "),
        (None, YS, TypeError, "xs is a sequence with an item for each example, but None"),
        (XS, 1.0, TypeError, "ys is a sequence with an item for each example, but 1.0"),
        (XS, np.array(1.0), TypeError, "ys is a sequence with an item for each example, but 1.0"),
        (XS, dict.fromkeys(range(5)), TypeError, "ys is a sequence with .*, but {0: None"),
        (
            [{0.0, 1.0}, *XS[1:]],
            YS,
            TypeError,
            r"xs\[0\]: an input is a sequence of 2 .*, but {0.0",
        ),
    ],
    ids=range(16),
)
def test_examples_are_checked_before_any_work(xs, ys, error, message):
    net = MLP(2, [3, 1], rng=0)
    before = net.state_dict()
    with pytest.raises(error, match=message):
        fit(net, xs, ys)
    assert net.state_dict() == before


def test_examples_come_in_many_forms():
    class Frame:
        """Like a data frame: it iterates over the names of its columns."""

        def __iter__(self):
            return iter("ab")

        def to_numpy(self):
            return np.array(XS)

    def losses(xs, ys):
        return fit(MLP(2, [1], rng=0), xs, ys, epochs=2).losses

    expected = losses(XS, YS)
    for xs in (np.array(XS), Frame(), iter(XS), map(np.array, XS)):
        assert losses(xs, YS) == expected
    for ys in (np.array(YS), map(np.array, YS), [[y] for y in YS]):
        assert losses(XS, ys) == expected


def test_what_is_no_network():
    for net in (None, lambda x: x):
        with pytest.raises(TypeError, match="a network is called and has parameters, but"):
            fit(net, XS, YS)


@pytest.mark.parametrize(
    ("loss", "outputs", "bad", "message"),
    [
        (hinge, 1, 0, "hinge takes targets"),
        (binary_cross_entropy_with_logits, 1, -1, "targets from 0 to 1"),
        (cross_entropy, 3, 3, "the index of a class, from 0 to 2"),
        (cross_entropy, 1, 0, "one logit per class"),
        (lambda p, y: 1.0, 1, 0, "a loss gives a Value, but <lambda> gave float"),
    ],
    ids=["hinge", "bce", "index", "width", "no-value"],
)
def test_labels_out_of_range(loss, outputs, bad, message):
    with pytest.raises((ValueError, TypeError), match=r"ys\[\d\]: .*" + message):
        fit(MLP(2, [outputs], rng=0), XS, [1, 1, 1, 1, bad], loss)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": -1}, "epochs must be a whole number, at least 0; got -1"),
        ({"epochs": 1.5}, "epochs must be a whole number, at least 0; got 1.5"),
        ({"epochs": None}, "epochs must be a whole number, at least 0; got None"),
        ({"batch_size": 0}, "batch_size must be a whole number, at least 1; got 0"),
        ({"batch_size": 2.0}, "batch_size must be a whole number, at least 1; got 2.0"),
        ({"batch_size": "a"}, "batch_size must be a whole number, at least 1; got 'a'"),
        ({"batch_size": True}, "batch_size must be a whole number, at least 1; got True"),
        ({"rng": "a"}, "a seed.*, but 'a' was given"),
        ({"loss": "msw"}, "no loss is called 'msw'; known are squared_error, .*did you mean 'mse'"),
        ({"loss": 3}, "a loss is a name or a function of prediction and target, but 3 was given"),
        ({"optimizer": "adagrad"}, "no optimiser is called 'adagrad'; known are sgd, adam"),
        ({"optimizer": SGD}, r"an optimiser is made with brackets: SGD\(lr=0.1\)"),
        ({"optimizer": 0.1}, r"an optimiser is one such as SGD\(lr=0.1\).*, but 0.1 was given"),
        ({"lr": 0.1}, r"fit has no argument lr: did you mean optimizer=SGD\(lr=0.1\)\?"),
        ({"verbose": 0}, "fit has no argument verbose: did you mean progress="),
        ({"seed": 0}, "fit has no argument seed: did you mean rng="),
        ({"epoch": 0}, "fit has no argument epoch: did you mean epochs="),
        ({"zzz": 0}, "fit has no argument zzz; it has net, xs, ys, loss, "),
        (
            {"callbacks": [EarlyStop]},
            r"a callback is .* but the class EarlyStop was given: EarlyStop\(\)\?",
        ),
        ({"callbacks": [3]}, r"a callback is a function of \(epoch\), but 3 was given"),
        (
            {"callbacks": [lambda: 0]},
            r"a callback is called with \(epoch\), but <lambda> cannot be",
        ),
        ({"metrics": {"m": lambda net: 0}}, r"the metric 'm' is called with \(net, xs, ys\), but"),
        ({"metrics": {"m": 3}}, "the metric 'm' is a function of .*, but 3 was given"),
        ({"metrics": {"m": lambda *_: "a"}}, "the metric 'm' gives a number, but it gave 'a'"),
        ({"validation": 3}, r"validation is a pair \(xs, ys\), but 3 was given"),
        ({"validation": ([[1.0]], [1.0])}, r"validation: xs\[0\]: 2 inputs expected, got 1"),
        ({"penalty": 1e-4}, r"a penalty is a function such as l2\(1e-4\), but 0.0001"),
        ({"penalty": lambda parameters: 0.0}, "a penalty gives a Value .*, but 0.0"),
        (
            {"penalty": lambda parameters: 0.0, "vectorize": True},
            "a penalty gives a Value .*, but 0.0",
        ),
        ({"metrics": print}, "metrics is a dict of functions by name, but <built-in"),
        ({"callbacks": print}, "callbacks is a list of functions, but <built-in"),
    ],
)
def test_bad_settings(options, message):
    net = MLP(2, [1], rng=0)
    before = net.state_dict()
    with pytest.raises((ValueError, TypeError), match=message):
        fit(net, XS, YS, **options)
    assert net.state_dict() == before


def test_a_loss_that_is_not_finite_is_traced_to_its_operation_and_example():
    def loss(p, y):
        return (p - y).log() if y == 0.1 else half_squared_error(p, y)

    net = MLP.from_weights([[[0.0], [0.0]]], [[0.05]])
    before = net.state_dict()
    with pytest.raises(FloatingPointError, match=r"step 0, xs\[2\]: log made nan out of finite"):
        fit(net, XS, YS, loss)
    assert net.state_dict() == before


def test_a_gradient_that_is_not_finite_is_traced_too():
    def loss(p, y):
        return ((p - y) * 0.0).sqrt() if y == 0.1 else half_squared_error(p, y)

    with pytest.raises(FloatingPointError, match=r"step 0, xs\[2\]: .*sqrt"):
        fit(MLP(2, [1], rng=0), XS, YS, loss)
    net = MLP.from_weights([[[1.0], [-1.0]]])
    examples = [[2.0, 1.0], [1.0, 1.0]], [0.0, 0.0]
    for vectorize in (False, True):  # the loss is finite
        with pytest.raises(
            FloatingPointError, match=r"xs\[1\]: the gradient of layers.0.weight.0.0 is inf"
        ):
            fit(net, *examples, lambda p, y: p.sqrt(), vectorize=vectorize)


@pytest.mark.parametrize("vectorize", [False, True])
def test_a_run_that_blows_up(vectorize):
    net = MLP(2, [3, 1], activation="linear", rng=0)
    with pytest.raises(FloatingPointError, match=r"step [1-9]\d*"):
        fit(net, XS, YS, optimizer=SGD(lr=1e6), epochs=1000, vectorize=vectorize)
    assert all(math.isfinite(x) for x in net.state_dict().values())


def test_a_penalty_that_is_not_finite():
    with pytest.raises(FloatingPointError, match="step 0, the penalty: log made"):
        fit(MLP(2, [1], rng=0), XS, YS, penalty=lambda ps: (ps[0] * 0.0).log())


@pytest.mark.parametrize(
    ("loss", "lr", "message"),
    [
        (lambda p, y: p * math.inf, 0.1, r"step 0, xs\[0\]: the loss is -?inf"),
        (lambda p, y: p * 0.0 + 1e308, 0.1, "step 0: the sum over the batch overflows"),
        (
            lambda p, y: p * 1e10,
            1e300,
            "step 1 began with parameter 0 = -?inf: .* smaller learning",
        ),
    ],
    ids=["constant", "sum", "update"],
)
def test_infinities_that_no_operation_made(loss, lr, message):
    unit = Neuron.from_weights([1.0, 1.0], 0.5, "linear")
    with pytest.raises(FloatingPointError, match=message):
        fit(unit, [[1.0, 2.0]] * 5, YS, loss, SGD(lr))


def test_a_single_neuron_learns_on_arrays():
    eager, arrays = (fit(Neuron(2, rng=0), XS, YS, vectorize=v).losses for v in (False, True))
    assert arrays == pytest.approx(eager, rel=1e-12)


# ---------------------------------------------------------------- history


def test_sparkline():
    assert sparkline([1.0, 8.0, 128.0]) == "▁▄█"
    assert sparkline([-1.0, 0.0, 1.0])[::2] == "▁█"
    assert sparkline([2.0, 2.0]) == "▁▁"
    assert len(sparkline([float(k) for k in range(1000)])) == 30
    assert sparkline([]) == ""


def test_history_shows_its_course():
    history = History([4.0, 2.0, 1.0], 0.5, {"correct": [1.0, 2.0, 3.0]})
    assert repr(history) == "<History: 3 epochs in 0.5 s: loss 4 → 1 █▅▁, correct 3>"


def test_nothing_is_printed_where_nobody_watches(capsys):
    fit(MLP(2, [1], rng=0), XS, YS, epochs=2)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_bar_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    history = fit(MLP(2, [1], rng=0), XS, YS, epochs=2)
    assert f"loss {history.losses[-1]:.4g}" in capsys.readouterr().err
    fit(MLP(2, [1], rng=0), XS, YS, epochs=2, progress=False)
    assert capsys.readouterr().err == ""


def test_blame_over_training():
    net, xs, ys = network(), [X], [Y]
    c = assign_credit(net, xs[0], ys[0])
    course = credit_over_training(net, xs, ys, every=2, epochs=5)
    assert course.epochs == [0, 2, 4]
    assert {k: v[0] for k, v in course.credits.items()} == {k: e.credit for k, e in c.edges.items()}
    assert all(abs(v[-1]) < abs(v[0]) for v in course.credits.values())
    assert course.history.losses[0] == c.loss
    assert course.names[3, 1] == "w₃⇝₁"
    again = credit_over_training(MLP(2, [1], rng=0), iter(XS), iter(YS), epochs=1)
    assert again.epochs == [0, 1]
    with pytest.raises(ValueError, match="every must be a whole number, at least 1; got 0"):
        credit_over_training(net, xs, ys, every=0)


def test_plots():
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from nn.training.plots import plot_decision_boundary

    net = MLP(2, [3, 1], rng=0)
    ys = [1.0 if y > 0 else -1.0 for y in YS]
    course = credit_over_training(net, XS, ys, epochs=4, metrics={"correct": correct})
    ax = course.history.plot()
    assert list(ax.lines[0].get_ydata()) == course.history.losses
    (right,) = [other for other in ax.figure.axes if other is not ax]
    assert list(right.lines[0].get_ydata()) == course.history.metrics["correct"]
    ax = course.plot()
    assert [list(line.get_ydata()) for line in ax.lines[:-1]] == list(course.credits.values())
    ax = plot_decision_boundary(net, XS, ys, resolution=8)
    assert ax.collections[-1].get_offsets().tolist() == XS
    points, classes = yin_yang(9)
    several = MLP(2, [3], rng=0)
    ax = plot_decision_boundary(several, points, classes, resolution=8)
    shown = ax.collections[0].get_array().ravel().tolist()
    assert set(shown) <= {0.0, 1.0, 2.0}
    with pytest.raises(TypeError, match=r"resolution must be a whole number, at least 2; got 8\.5"):
        plot_decision_boundary(net, XS, ys, resolution=8.5)
    with pytest.raises(ValueError, match="xs has 5 examples, but ys 4"):
        plot_decision_boundary(net, XS, ys[:4])
    with pytest.raises(ValueError, match="inputs of two numbers"):
        plot_decision_boundary(net, [[1.0]], [1.0])
    plt.close("all")


def test_the_plane_shows_what_the_network_decides():
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from nn.training.plots import BLUE, VERMILION, plot_decision_boundary

    net = MLP.from_weights([[[1.0], [-0.5]]])
    ax = plot_decision_boundary(net, [[0.0, 0.0], [2.0, 10.0]], [1.0, -1.0], resolution=3)
    mesh, boundary, examples = ax.collections
    across, up = (-0.3, 1.0, 2.3), (-1.5, 5.0, 11.5)  # 15 % beyond the examples
    decided = [[u - 0.5 * v for u in across] for v in up]
    assert mesh.get_array().ravel().tolist() == pytest.approx([x for row in decided for x in row])
    assert mesh.get_clim() == pytest.approx((-6.05, 6.05))
    assert list(boundary.levels) == [0.0]
    expected = [matplotlib.colors.to_rgba(name) for name in (BLUE, VERMILION)]
    assert list(map(tuple, examples.get_facecolor())) == expected
    ax = plot_decision_boundary(net, [[-23.0, 0.0], [-3.0, 0.0]], [1.0, -1.0], resolution=2)
    assert ax.collections[0].get_array().max() == 0.5  # margin of 1 where all are alike
    flat = MLP.from_weights([[[1.0], [0.0]]])
    ax = plot_decision_boundary(flat, [[-23.0, 0.0], [-3.0, 0.0]], [1.0, -1.0], resolution=2)
    assert len(ax.collections) == 2, "never above 0: no boundary"
    ax = plot_decision_boundary(MLP(2, [3], rng=0), [[0.0, 0.0], [1.0, 1.0]], [1, 2], resolution=2)
    assert [shown.get_clim() for shown in ax.collections] == [(0, 9), (0, 9)]
    plt.close("all")


def test_a_plot_says_in_notebooks_what_it_shows():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from nn.training.plots import plot_decision_boundary

    history = History(losses=[1.0, 0.25, 0.125], metrics={"correct": [0.5, 0.75, 1.0]})
    figure, (left, right) = plt.subplots(1, 2)
    history.plot(ax=left)
    plot_decision_boundary(MLP(2, [3, 1], rng=0), XS, YS, ax=right, resolution=4)
    html = figure._repr_mimebundle_(include=None, exclude=None)["text/html"]
    assert html.startswith(
        '<img alt="loss over epoch: loss from 1.000 to 0.1250. '
        f'x₂ over x₁: {len(XS)} points. correct: correct from 0.5000 to 1.000" '
        'style="max-width:100%;height:auto" src="data:image/png;base64,'
    )
    left.clear()
    right.clear()
    right.plot([1.0, 2.0, 4.0])
    with plt.rc_context({"savefig.format": "svg"}):
        html = figure._repr_mimebundle_(include=None, exclude=None)["text/html"]
    assert html.startswith('<img alt="A plot: no lines. A plot: a line from 1.000 to 4.000.')
    assert 'src="data:image/png;base64,iVBOR' in html
    plt.close("all")


def test_plots_need_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        History([1.0]).plot()


def test_values_among_the_examples_are_refused():
    with pytest.raises(TypeError, match=r"xs\[0\]: .*a Value already"):
        fit(MLP(1, [1], rng=0), [[Value(1.0)]], [1.0])


@pytest.mark.parametrize("vectorize", [False, True])
def test_no_grad_outside_does_not_stop_the_learning(vectorize):
    net = MLP(2, [1], rng=0)
    with no_grad():
        losses = fit(net, [[1.0, 2.0]], [1.0], epochs=3, progress=False, vectorize=vectorize).losses
    assert losses[0] > losses[1] > losses[2]


def test_vectorized_targets_of_every_kind_give_the_eager_loss():
    xs = [[1.0, 2.0], [0.0, 1.0], [2.0, -1.0]]
    for ys in (
        [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)],
        [0, [0.0, 0.5, 0.5], 2],
        [0, 1, 2],
    ):
        eager, vectorized = (
            fit(
                MLP(2, [3], rng=0), xs, ys, cross_entropy, epochs=2, progress=False, vectorize=v
            ).losses
            for v in (False, True)
        )
        assert vectorized == pytest.approx(eager, rel=1e-12)


@pytest.mark.parametrize("vectorize", [False, True])
def test_a_parameter_in_two_places_collects_both_gradients(vectorize):
    a = Value(0.3)
    net = MLP.from_weights([[[a], [a]]])
    fit(net, [[1.0, 2.0]], [1.0], epochs=1, progress=False, vectorize=vectorize)
    assert a.data == pytest.approx(0.33, rel=1e-12)
