"""What is watched during a training: accuracy, validation examples, what can be seen to go wrong."""

import csv
import io
import warnings

import pytest

import autograd as ag
from nn import MLP, SGD, Adam, EarlyStop, accuracy, fit, half_squared_error
from nn.activations import ACTIVATIONS
from nn.losses import LOSSES, binary_cross_entropy_with_logits, cross_entropy, mean_squared_error
from nn.optim import Optimizer
from nn.training.examples import RISES, warn_of_divergence
from nn.training.history import Epoch, History

XS = [[0.1, 0.2], [0.5, -0.5], [-0.3, 0.9], [-0.8, -0.1]]
YS = [0.5, -0.25, 0.75, 0.1]
POINTS = [[-2.0], [-1.0], [0.25], [3.0]]


def identity(output="linear"):
    return MLP.from_weights([[[1.0]]], output_activation=output)


# ---------------------------------------------------------------- accuracy


def test_accuracy_of_one_output():
    assert accuracy(identity(), POINTS, [-1, 1, 1, 1]) == 0.75
    assert accuracy(identity("sigmoid"), POINTS, [0, 0, 1, 0]) == 0.75
    assert accuracy(identity(), POINTS, [0, 0, 1, 1], threshold=0) == 1.0
    assert accuracy(identity(), POINTS, [0, 0, 0, 1], threshold=0.5) == 1.0
    assert accuracy(identity(), POINTS, [[-1], [-1], [1], [1]]) == 1.0
    with pytest.raises(ValueError, match=r"threshold=0 where .*logits, or threshold=0\.5"):
        accuracy(identity(), POINTS, [0, 0, 1, 1])
    with pytest.raises(
        ValueError, match=r"^targets of one output are the classes −1 and 1, or 0 and 1$"
    ):
        accuracy(identity(), POINTS, [0, 0, 1, 2], threshold=0)


def test_accuracy_of_several_outputs():
    net = MLP.from_weights([[[1.0, -1.0, 0.0]]])
    assert net.predict([[2.0], [-2.0]]) == [[2.0, -2.0, 0.0], [-2.0, 2.0, -0.0]]
    assert accuracy(net, [[2.0], [-2.0]], [0, 2]) == 0.5
    assert accuracy(net, [[2.0], [-2.0]], [[1, 0, 0], [0, 1, 0]]) == 1.0
    with pytest.raises(ValueError, match="targets of 3 outputs are classes from 0 to 2"):
        accuracy(net, [[2.0]], [3])


def test_accuracy_is_a_metric():
    history = fit(
        identity("sigmoid"), POINTS, [0, 0, 1, 1], epochs=3, metrics={"accuracy": accuracy}
    )
    assert history.metrics["accuracy"] == [1.0] * 3


# ---------------------------------------------------------------- predictions


def test_predict_gives_numbers():
    net = MLP(2, [3, 1], rng=0)
    assert net.predict(XS) == [net(x).data for x in XS]
    assert net.predict(iter(map(tuple, XS))) == net.predict(XS)
    with pytest.raises(TypeError, match=r"xs\[0\] is 1.0, but .* predict\(\[x\]\)\[0\]"):
        net.predict([1.0, 2.0])
    with pytest.raises(ValueError, match=r"xs\[1\]: 2 inputs expected, got 1"):
        net.predict([[1.0, 2.0], [1.0]])
    with pytest.raises(TypeError, match="predict takes a list of input vectors, but 3 was given"):
        net.predict(3)


# ---------------------------------------------------------------- validation


def test_validation_examples_are_not_learned_from():
    alone, watched = MLP(2, [3, 1], rng=0), MLP(2, [3, 1], rng=0)
    fit(alone, XS, YS, epochs=5)
    seen = []
    history = fit(
        watched, XS, YS, epochs=5, validation=([[1.0, 1.0]], [2.0]), callbacks=[seen.append]
    )
    assert watched.state_dict() == alone.state_dict()
    assert history.validation == [epoch.validation for epoch in seen]
    assert history.validation[-1] == half_squared_error(watched([1.0, 1.0]), 2.0).data
    assert "validation loss" in repr(history)


def test_early_stop_listens_to_the_validation_examples():
    opposite = (XS, [-y for y in YS])
    history = fit(
        MLP(2, [3, 1], rng=0),
        XS,
        YS,
        epochs=500,
        validation=opposite,
        callbacks=[EarlyStop(patience=2)],
    )
    assert history.stopped == "callback"
    best = min(range(len(history)), key=history.validation.__getitem__)
    assert len(history) == best + 3
    assert history.losses[-1] < history.losses[0], "the other loss still fell"
    assert repr(EarlyStop(3)) == "<EarlyStop(patience=3, least=0)>"


# ---------------------------------------------------------------- the history


def test_history_as_a_table_and_as_csv():
    history = fit(
        MLP(2, [3, 1], rng=0),
        XS,
        YS,
        epochs=50,
        validation=(XS, YS),
        metrics={"worst, of all": lambda net, xs, ys: max(map(abs, net.predict(xs)))},
    )
    rows = list(csv.reader(io.StringIO(history.csv())))
    assert rows[0] == ["epoch", "loss", "validation loss", "worst, of all"]
    columns = list(zip(*rows[1:]))
    assert [int(k) for k in columns[0]] == list(range(1, 51))
    assert [float(x) for x in columns[1]] == history.losses
    assert [float(x) for x in columns[2]] == history.validation
    assert [float(x) for x in columns[3]] == history.metrics["worst, of all"]
    lines = str(history).splitlines()
    assert len(lines) == 21
    assert lines[0].split()[:2] == ["epoch", "loss"]
    assert [lines[k].split()[0] for k in (1, -1)] == ["1", "50"]
    assert len(history.table(rows=1).splitlines()) == 2
    assert str(History()) == "<History: 0 epochs in 0 s>"
    short = History([1.0, 2.0], metrics={"m": [5.0]}, stopped="interrupted")
    assert short.csv() == "epoch,loss,m\n1,1.0,5.0\n2,2.0,\n"
    assert short.table().splitlines()[-1].split() == ["2", "2.000"]


# ---------------------------------------------------------------- names


def test_losses_and_optimisers_by_name():
    names = {**LOSSES, "mse": mean_squared_error, "Mean squared error": mean_squared_error}
    for name, loss in names.items():
        outputs, ys = (3, [0, 1, 2, 0]) if loss is cross_entropy else (1, [1, 1, 1, 1])
        by_name, by_itself = (
            fit(MLP(2, [outputs], rng=0), XS, ys, given, epochs=2).losses for given in (name, loss)
        )
        assert by_name == by_itself
    for name, optimizer in {"sgd": SGD(), "Adam": Adam()}.items():
        by_name, by_itself = (
            fit(MLP(2, [1], rng=0), XS, YS, optimizer=given, epochs=3).losses
            for given in (name, optimizer)
        )
        assert by_name == by_itself


class Signs(Optimizer):
    """An optimiser of one's own."""

    def __init__(self, lr, patience=1):
        super().__init__(lr)
        self.patience = patience

    def move(self, data, grads, lr):
        return [w - lr * ((g > 0) - (g < 0)) for w, g in zip(data, grads)]


def test_an_optimiser_of_ones_own():
    net = identity()
    fit(net, [[1.0]], [2.0], optimizer=Signs(lr=0.25), epochs=3)
    assert net.parameters()[0].data == 1.75
    assert repr(Signs(lr=0.5)) == "<Signs(lr=0.5, patience=1) after 0 steps>"
    with pytest.raises(TypeError, match="Signs has no argument eta: did you mean lr="):
        Signs(eta=0.1)

    class Odd(Signs):
        def move(self, data, grads, lr):
            return []

    with pytest.raises(ValueError, match=r"Odd\.move must return a number for each of 1 .*\[\]"):
        fit(net, [[1.0]], [2.0], optimizer=Odd(lr=0.1))
    with pytest.raises(TypeError, match="Optimizer is not an optimiser: it has no rule, move"):
        fit(net, [[1.0]], [2.0], optimizer=Optimizer(0.1))


HABITS = [
    (lambda: SGD(learning_rate=0.1), "SGD has no argument learning_rate: did you mean lr="),
    (lambda: Adam(beta_1=0.9), r"no argument beta_1: did you mean betas=\(0.9, 0.999\)"),
    (lambda: SGD(momentun=0.9), "SGD has no argument momentun: did you mean momentum="),
    (lambda: MLP(2, [1], seed=0), "MLP has no argument seed: did you mean rng=0"),
    (lambda: MLP(2, hidden=[1]), r"MLP has no argument hidden: did you mean units=\[2, 1\]"),
    (lambda: MLP([3, 2, 1]), r"one after the other: MLP\(3, \[2, 1\]\)"),
    (lambda: identity()(1, 2, 3), r"one argument, a list: net\(\[1, 2, 3\]\)"),
    (lambda: identity().fit(XS, YS), r"MLP has no fit: it is trained by nn.fit\(net, xs, ys\)"),
    (lambda: identity().forward([1.0]), r"MLP has no forward: its output is net\(x\)"),
    (lambda: identity().nonsense, "MLP has no nonsense$"),
    (lambda: SGD().zero_grad(), r"SGD has no zero_grad: it is net.zero_grad\(\) here"),
    (lambda: SGD().step(), r"a step is given the parameters: optimizer.step\(net.parameters\(\)\)"),
    (lambda: MLP(1, [1], output_activation="softmax"), "leave the output linear and train with"),
    (lambda: MLP(1, [1], output_activation="tahn"), "no activation is called .* mean 'tanh'"),
    (lambda: fit(identity(), [[1.0]], ["a"]), r"ys\[0\]: a target is .* number the classes 0, 1"),
    (
        lambda: MLP.from_weights([[[1, 2, 3]], [[1, 2, 3]]]),
        r"has 1 row .*Transposed\? .*: give W.T",
    ),
]


@pytest.mark.parametrize(("attempt", "message"), HABITS, ids=range(len(HABITS)))
def test_habits_from_elsewhere_are_answered(attempt, message):
    with pytest.raises((TypeError, ValueError, AttributeError), match=message):
        attempt()


def test_matrices_of_pytorch_are_not_taken_the_wrong_way_round():
    class Tensor(list):
        """Like a tensor of PyTorch, in what is looked at."""

    Tensor.__module__ = "torch"
    with pytest.raises(TypeError, match=r"a row per unit, .*layer.weight.T.tolist\(\)"):
        MLP.from_weights([Tensor([[1.0, 2.0], [3.0, 4.0]])])


# ---------------------------------------------------------------- mistakes that can be seen


@pytest.mark.parametrize("loss", [binary_cross_entropy_with_logits, cross_entropy])
def test_a_sigmoid_before_a_loss_that_has_one(loss):
    outputs, y = (2, 0) if loss is cross_entropy else (1, 1)
    for name in ACTIVATIONS:
        net = MLP(1, [outputs], output_activation=name, rng=0)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fit(net, [[1.0]], [y], loss, epochs=1)
        assert bool(said) == (name == "sigmoid")
        if said:
            assert "a sigmoid already: leave the output layer linear" in str(said[0].message)
            assert said[0].filename == __file__


def test_a_softmax_before_cross_entropy():
    class Probabilities(MLP):
        def __call__(self, x):
            return ag.softmax(super().__call__(x))

    for count in (2, 3):
        with pytest.warns(UserWarning, match="been through a softmax already"):
            fit(Probabilities(1, [count], rng=0), [[1.0]], [0], cross_entropy, epochs=1)


def test_targets_of_several_structures_and_what_torch_calls_something_else():
    def loss(p, y):
        return half_squared_error(p, y[0] if isinstance(y, list) else y)

    message = (
        r"^vectorize=True takes targets of one structure, but ys\[0\] is a number and ys\[1\] a"
    )
    with pytest.raises(ValueError, match=message):
        fit(identity(), [[1.0], [2.0]], [1.0, [0.0]], loss, vectorize=True)
    with pytest.raises(
        AttributeError, match=r"no state_dict: it is copy.deepcopy\(optimizer\) here"
    ):
        _ = SGD().state_dict


def test_what_a_callback_is_told():
    assert repr(Epoch(3, 0.25, {"accuracy": 0.5}, None, 0.125)) == (
        "<epoch 3: loss 0.25, validation loss 0.125, accuracy 0.5>"
    )
    stop = EarlyStop(patience=2)
    assert [stop(Epoch(k, float("nan"), {}, None)) for k in (5, 6)] == [False, True]


def test_a_loss_that_stays_as_bad_as_it_is_does_not_diverge():
    warn_of_divergence([1.0, *[20.0] * RISES])
    warn_of_divergence([1.0, 3.0, 5.0, 7.0, 10.0])
    with pytest.warns(RuntimeWarning, match="rose from 1 to 23"):
        warn_of_divergence([1.0, 20.0, 21.0, 22.0, 23.0])


def test_a_run_that_diverges():
    with pytest.warns(
        RuntimeWarning, match=r"loss rose from .* to .*: try a smaller learning rate"
    ):
        fit(identity(), [[1.0]], [2.0], optimizer=SGD(lr=2.5), epochs=30)
    with pytest.raises(FloatingPointError, match=r"step \d+.*try a smaller learning rate"):
        fit(identity(), [[1.0]], [2.0], optimizer=SGD(lr=2.5), epochs=3000)
