"""fit(vectorize=True): the parameters are one array while nobody looks, and Values whenever somebody does."""

import os
import signal
import threading

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, Adam, fit, squared_error
from nn.losses import l2
from nn.optim import Optimizer
from nn.training.arrays import Vectorized

XS = [[0.1 * i, 0.3 - 0.05 * i * i] for i in range(9)]
YS = [0.5 * x - y for x, y in XS]

OPTIMIZERS = {
    "plain": lambda: SGD(lr=0.05),
    "decay": lambda: SGD(lr=0.05, weight_decay=0.1),
    "momentum": lambda: SGD(lr=0.05, momentum=0.9),
    "nesterov": lambda: SGD(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "schedule": lambda: SGD(lr=lambda step: 0.1 / (step + 1)),
    "adam": lambda: Adam(lr=0.05),
    "adam with decay": lambda: Adam(lr=0.05, weight_decay=0.1),
    "adamw": lambda: Adam(lr=0.05, weight_decay=0.1, decoupled=True),
    "no eps": lambda: Adam(lr=0.05, eps=0.0),
}


def network():
    return MLP(2, [3, 1], rng=0)


def both(optimizer, **options):
    """Return what eager and vectorised training make of a network."""
    made = []
    for vectorize in (False, True):
        net, rule = network(), optimizer()
        history = fit(
            net, XS, YS, squared_error, rule, progress=False, vectorize=vectorize, **options
        )
        numbers = [p.data for p in net.parameters()]
        slopes = [p.grad for p in net.parameters()]
        made.append((numbers, slopes, history, rule))
    return made


def assert_same(eager, vectorised):
    assert vectorised[0] == pytest.approx(eager[0], rel=1e-10, abs=1e-12)
    assert vectorised[1] == pytest.approx(eager[1], rel=1e-8, abs=1e-12)
    assert vectorised[2].losses == pytest.approx(eager[2].losses, rel=1e-10)
    assert vectorised[2].stopped == eager[2].stopped
    assert vectorised[3].steps == eager[3].steps


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_array_moves_as_its_numbers_do(name):
    """To the last bit, and whichever of both a step is given."""
    rng = np.random.default_rng(0)
    data, rules = rng.normal(size=20), [OPTIMIZERS[name]() for _ in range(3)]
    courses = [data.tolist(), data, data]
    for step in range(6):
        grads = rng.normal(size=20) * (rng.random(20) > 0.3)
        grads[0] = 0.0
        courses = [
            rules[0].update(courses[0], grads.tolist()),
            rules[1].update(courses[1], grads),
            rules[2].update([*map(float, courses[2])], [grads, grads.tolist()][step % 2]),
        ]
        assert type(courses[0]) is list
        assert type(courses[1]) is np.ndarray
        assert courses[0] == [*courses[1]] == [*courses[2]]


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_on_an_array_is_training(name, batch_size):
    penalty = l2(0.01) if batch_size else None
    assert_same(*both(OPTIMIZERS[name], epochs=12, batch_size=batch_size, penalty=penalty))


class OwnMove(Optimizer):
    def move(self, data, grads, lr):
        assert type(data) is type(grads) is list
        assert {*map(type, data), *map(type, grads)} == {float}
        return [w - lr * ((g > 0) - (g < 0)) for w, g in zip(data, grads)]


class OwnRule(SGD):
    def move(self, data, grads, lr):
        assert type(data) is list
        return [w - lr * g for w, g in zip(data, map(abs, grads))]


class OwnUpdate(SGD):
    def update(self, data, grads):
        assert type(data) is list
        return super().update(data, [max(-0.1, min(0.1, g)) for g in grads])


class OwnStep(SGD):
    def step(self, parameters):
        super().step(parameters)
        for p in parameters:
            p.data = max(-0.5, min(0.5, p.data))


@pytest.mark.parametrize("kind", [OwnMove, OwnRule, OwnUpdate, OwnStep])
def test_optimisers_of_ones_own(kind):
    assert_same(*both(lambda: kind(lr=0.01), epochs=8, batch_size=5))


def test_callbacks_and_metrics_see_the_parameters_and_may_change_them():
    seen = {}

    def watch(epoch):
        parameters = epoch.net.parameters()
        numbers = [(p.data, p.grad) for p in parameters]
        seen.setdefault(id(epoch.net), []).append(numbers)
        for p in parameters:
            p.data = max(-0.4, min(0.4, p.data))

    def largest(net, xs, ys):
        return max(abs(p.data) for p in net.parameters())

    options = {"callbacks": [watch], "metrics": {"largest": largest}, "epochs": 6}
    eager, vectorised = both(lambda: SGD(lr=0.1, momentum=0.5), **options)
    assert_same(eager, vectorised)
    first, second = seen.values()
    np.testing.assert_allclose(second, first, rtol=1e-9, atol=1e-12)
    assert vectorised[2].metrics["largest"] == pytest.approx(eager[2].metrics["largest"])


class Annealed:
    """A network with a temperature, as a plain number or as a Value, which callbacks lower."""

    def __init__(self, temperature):
        self.net, self.temperature = network(), temperature

    def __call__(self, x):
        return self.net(x) / self.temperature

    def parameters(self):
        return self.net.parameters()


def cool(net):
    if isinstance(net.temperature, Value):
        net.temperature.data *= 0.7
    else:
        net.temperature *= 0.7


def another_layer(net):
    if net.temperature == 2.0:
        net.net.layers[0], net.temperature = MLP(2, [3, 1], rng=5).layers[0], 1.0


@pytest.mark.parametrize("changed", [cool, another_layer])
@pytest.mark.parametrize("temperature", [lambda: 2.0, lambda: Value(2.0)], ids=["number", "Value"])
@pytest.mark.parametrize("penalty", [None, l2(0.01)], ids=["", "penalty"])
def test_what_a_callback_changes_beside_the_parameters_counts(changed, temperature, penalty):
    losses = []
    for vectorize in (False, True):
        net = Annealed(temperature())
        history = fit(
            net, XS, YS, squared_error, SGD(lr=0.05), epochs=6, progress=False, vectorize=vectorize,
            callbacks=[lambda epoch: changed(epoch.net)], penalty=penalty, validation=(XS[:2], YS[:2]),
        )  # fmt: skip
        losses.append(history.losses + history.validation)
    assert losses[1] == pytest.approx(losses[0], rel=1e-9)


def test_another_thread_may_use_the_network_while_it_is_recorded():
    net = network()
    found = []

    def used():
        y = net(XS[0])
        y.backward()
        found.append(type(y.data))

    def loss(prediction, target):
        thread = threading.Thread(target=used)
        thread.start()
        thread.join()
        return squared_error(prediction, target)

    fit(net, XS, YS, loss, epochs=2, vectorize=True, progress=False)
    assert len(found) > 3
    assert set(found) == {float}


def test_a_callback_that_ends_the_training_with_an_error_loses_no_step():
    def stop(epoch):
        for p in epoch.net.parameters():
            p.data = 0.25
        raise RuntimeError

    for vectorize in (False, True):
        net = network()
        with pytest.raises(RuntimeError):
            fit(net, XS, YS, callbacks=[stop], progress=False, vectorize=vectorize)
        assert {p.data for p in net.parameters()} == {0.25}


@pytest.mark.parametrize(("options", "times"), [({}, 1), ({"callbacks": [lambda epoch: None]}, 5)])
def test_the_values_are_written_once_an_epoch_at_most(options, times, monkeypatch):
    stored, store = [], Vectorized.store

    def counted(self):
        stored.append(self._ahead)
        store(self)

    monkeypatch.setattr(Vectorized, "store", counted)
    fit(network(), XS, YS, epochs=5, batch_size=2, progress=False, vectorize=True, **options)
    assert sum(stored) == times


@pytest.mark.parametrize("vectorize", [False, True])
def test_ctrl_c_within_a_step_ends_the_training_after_it(vectorize):
    class Interrupted(SGD):
        def update(self, data, grads):
            if self.steps == 7:
                os.kill(os.getpid(), signal.SIGINT)
            return super().update(data, grads)

    net, expected, optimizer = network(), network(), Interrupted(lr=0.1, momentum=0.9)
    options = {"batch_size": 3, "progress": False, "vectorize": vectorize}
    history = fit(net, XS, YS, optimizer=optimizer, epochs=50, **options)
    assert (history.stopped, history.steps, optimizer.steps) == ("interrupted", 8, 8)
    assert len(history) == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    seen = []

    class Counted(SGD):
        def update(self, data, grads):
            new = super().update(data, grads)
            seen.append([*new])
            return new

    fit(expected, XS, YS, optimizer=Counted(lr=0.1, momentum=0.9), epochs=4, **options)
    assert [p.data for p in net.parameters()] == seen[7]


@pytest.mark.parametrize("vectorize", [False, True])
def test_ctrl_c_in_a_callback(vectorize):
    def stop(epoch):
        if epoch.index == 2:
            os.kill(os.getpid(), signal.SIGINT)

    net, optimizer = network(), SGD(lr=0.1)
    history = fit(
        net, XS, YS, optimizer=optimizer, callbacks=[stop], progress=False, vectorize=vectorize
    )
    expected = network()
    fit(expected, XS, YS, optimizer=SGD(lr=0.1), epochs=3, progress=False, vectorize=vectorize)
    assert (history.stopped, len(history), optimizer.steps) == ("interrupted", 3, 3)
    assert net.state_dict() == expected.state_dict()


def test_a_run_that_blows_up_leaves_the_parameters_before_that_step():
    found = []
    for vectorize in (False, True):
        net = network()
        with pytest.raises(FloatingPointError, match="step"):
            fit(net, XS, YS, optimizer=SGD(lr=1e5), progress=False, vectorize=vectorize)
        numbers = [p.data for p in net.parameters()]
        assert np.isfinite(numbers).all()
        found.append(numbers)
    np.testing.assert_allclose(*found, rtol=1e-6)


@pytest.mark.parametrize("vectorize", [False, True])
def test_the_gradients_left_behind_are_spent(vectorize):
    net = network()
    fit(net, XS, YS, epochs=2, progress=False, vectorize=vectorize)
    with pytest.warns(RuntimeWarning, match="not set to 0"):
        SGD().step(net.parameters())


def test_training_goes_on_where_it_ended():
    """An optimiser keeps its state from array to list and back."""
    nets = [network(), network()]
    optimizers = [Adam(lr=0.05), Adam(lr=0.05)]
    for part in range(4):
        for net, optimizer, vectorize in zip(nets, optimizers, (False, part % 2 == 0)):
            fit(net, XS, YS, optimizer=optimizer, epochs=3, progress=False, vectorize=vectorize)
    numbers = [[p.data for p in net.parameters()] for net in nets]
    assert {type(x) for x in numbers[1]} == {float}
    assert numbers[1] == pytest.approx(numbers[0], rel=1e-9)


@pytest.mark.parametrize("penalty", [None, l2(0.1)], ids=["plain", "penalty"])
def test_validation_is_measured_on_arrays(penalty, monkeypatch):
    validation = [[0.3, 0.2], [0.9, -0.4]], [0.1, 0.7]
    eager, arrays = both(OPTIMIZERS["plain"], epochs=5, penalty=penalty, validation=validation)
    assert_same(eager, arrays)
    assert arrays[2].validation == pytest.approx(eager[2].validation, rel=1e-12)
    calls = []
    called = MLP.__call__
    monkeypatch.setattr(MLP, "__call__", lambda net, x: calls.append(x) or called(net, x))
    for epochs in (1, 30):
        calls.append(None)
        fit(network(), XS, YS, epochs=epochs, vectorize=True, validation=validation, progress=False)
    assert calls[1:].index(None) * 2 == len(calls) - 2  # as often for many epochs as for one


def test_validation_of_classes_is_measured_on_arrays():
    xs, classes = [[0.1, 0.2], [0.8, 0.3], [0.5, -0.6]], [0, 2, 1]
    losses = []
    for vectorize in (False, True):
        net = MLP(2, [3], rng=1)
        history = fit(
            net, xs, classes, "cross_entropy", epochs=4, vectorize=vectorize, progress=False,
            validation=([[0.4, 0.4], [0.0, 1.0]], [1, [0.2, 0.3, 0.5]]),
        )  # fmt: skip
        losses.append(history.validation)
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)


@pytest.mark.parametrize("optimizer", ["plain", "adam"])
def test_machine_code_trains_as_eager_does(optimizer):
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    eager, _ = both(OPTIMIZERS[optimizer], epochs=5, batch_size=4)
    net, rule = network(), OPTIMIZERS[optimizer]()
    history = fit(
        net, XS, YS, squared_error, rule, 5, 4, vectorize=True, compile=True, progress=False
    )
    values = [[p.data for p in net.parameters()], [p.grad for p in net.parameters()]]
    assert_same(eager, (*values, history, rule))
    assert history.engine == "machine code"
    assert "by machine code" in repr(history)


def test_history_says_what_ran():
    assert [x[2].engine for x in both(OPTIMIZERS["plain"], epochs=1)] == ["Values", "NumPy"]


def test_compile_goes_with_vectorize():
    with pytest.raises(ValueError, match="give both"):
        fit(network(), XS, YS, compile=True)
