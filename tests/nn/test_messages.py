"""What is said of the commonest mistakes with networks: what was given, and what to do."""

import importlib
import re

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.elsewhere import OF_THE_PACKAGE
from nn import MLP, SGD, Adam, EarlyStop, accuracy, assign_credit, datasets, fit
from nn.cli.entry import main
from nn.elsewhere import table
from tests.worked import network, worked

XS, YS = datasets.xor()


class Tensor(list):
    """What PyTorch's are like."""


Tensor.__module__ = "torch.nn.parameter"


def train(**options):
    return fit(MLP(2, [1], rng=0), XS, YS, epochs=1, progress=False, **options)


def batch():
    return assign_credit(network(), [[0.8, -1.0, 0.5], [1.0, 2.0, 3.0]], [0.2, 0.1], batch=True)


WRONG = [
    # of networks
    (lambda: MLP.from_weights([Tensor([[1.0]])]), TypeError, r"row per unit.*\.T\.tolist\(\).*MLP\.from_model\(model\)"),
    (lambda: MLP.from_weights([[[1, 2, 3], [4, 5, 6]], [[1, 2, 3]]]), ValueError, r"has 1 row \(.*Transposed\? .*give W\.T"),
    (lambda: MLP.from_weights([[[1, 2, 3], [4, 5, 6]], [[1, 2]]]), ValueError, r"has 1 row \(.*Transposed\? .*give W\.T"),
    (lambda: MLP(2, [2], output_activation="softmax"), ValueError, "all units of a layer.*cross_entropy"),
    (lambda: MLP([3, 2, 1]), TypeError, r"MLP\(3, \[2, 1\]\)"),
    (lambda: network()(1, 2, 3), TypeError, r"net\(\[1, 2, 3\]\)"),
    (lambda: network().fit(XS, YS), AttributeError, r"nn\.fit\(net, xs, ys\)"),
    (lambda: network().forward(XS[0]), AttributeError, r"net\(x\), or net\.predict\(xs\)"),
    (lambda: network().predict([1.0, 2.0, 3.0]), TypeError, r"predict\(\[x\]\)\[0\]"),
    # of training
    (lambda: fit(network(), [[1, 2, 3]] * 2, ["a", "b"]), TypeError, "'a' was given: number the classes 0, 1, 2"),
    (lambda: train(loss="mean_square_error"), ValueError, r"known are squared_error, .*did you mean 'mean_squared_error'\?"),
    (lambda: train(optimizer="rmsprop"), ValueError, "no optimiser is called 'rmsprop'; known are sgd, adam"),
    (lambda: train(lr=0.1), TypeError, r"did you mean optimizer=SGD\(lr=0\.1\)\?"),
    (lambda: train(verbose=1), TypeError, r"did you mean progress=\?"),
    (lambda: train(seed=1), TypeError, r"did you mean rng=0"),
    (lambda: train(callbacks=[EarlyStop]), TypeError, r"EarlyStop\(\)\?"),
    (lambda: train(callbacks=EarlyStop()), TypeError, "callbacks is a list of functions, but <EarlyStop"),
    (lambda: train(metrics=[accuracy]), TypeError, "metrics is a dict of functions by name, but"),
    (lambda: train(metrics={"share": lambda net: 0.0}), TypeError, r"'share' is called with \(net, xs, ys\)"),
    (lambda: train(metrics={"share": lambda *_: "much"}), TypeError, "'share' gives a number, but it gave 'much'"),
    (lambda: train(validation=0.2), TypeError, r"a pair \(xs, ys\), but 0\.2"),
    (lambda: train(batch_size=0), ValueError, "must be a whole number, at least 1; got 0"),
    (lambda: SGD(learning_rate=0.1), TypeError, r"did you mean lr=\?"),
    (lambda: Adam().zero_grad(), AttributeError, r"net\.zero_grad\(\)"),
    (lambda: SGD().step(), TypeError, r"optimizer\.step\(net\.parameters\(\)\)"),
    # of credit
    (lambda: worked().nodes[7], KeyError, "there are nodes 0 to 5"),
    (lambda: worked().edges[5, 0], KeyError, r"no edge from 5 to 0; there are w₁⇝₀ \(1, 0\)"),
    (lambda: worked().weights["Whh"], KeyError, "there is no weight 'Whh'; there are layers.0.weight.0.0"),
    (lambda: batch().edges[5, 0], KeyError, r"there is no edge \(5, 0\); there are \(1, 0\), \(2, 0\)"),
    (lambda: worked().derivation(5, 0), KeyError, "no edge from 5 to 0"),
    (lambda: worked().draw(path=5), TypeError, r"a path is the edge \(source, target\)"),
    # of files
    (lambda: worked().steps().save("x.pdf"), ValueError, r"saved as \.html or \.tex, but 'x\.pdf'"),
    (lambda: worked().live().save("x.pdf"), ValueError, r"saved as \.html or \.htm, but 'x\.pdf'"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "error", "said"), WRONG, ids=map(str, range(len(WRONG))))
def test_what_is_said_of_a_mistake(typed, error, said):
    with pytest.raises(error, match=said):
        typed()


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (b"PK\x03\x04", r"PyTorch \(\.pt\) and Keras.*MLP\.from_model\(model\)"),
        (b"\x80\x02}", r"pickle.*MLP\.from_model\(model\)"),
        (b"\x89HDF\r\n", r"Keras.*MLP\.from_model\(keras\.saving\.load_model\(path\)\)"),
        (b"\x93NUMPY", r"numpy\.savez"),
        (b"{", "damaged or cut off"),
    ],
)
def test_a_file_of_another_tool_is_named(tmp_path, begin, said):
    path = tmp_path / "net.pt"
    path.write_bytes(begin)
    with pytest.raises(ValueError, match=said):
        MLP.load(path)


@pytest.mark.parametrize("suffix", [".npz", ".onnx", ".safetensors"])
def test_a_damaged_file_is_told(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(ValueError, match="it is damaged, or not a"):
        MLP.load(path)


def test_an_attribute_that_is_not_there_is_suggested():
    for thing, name in ((network(), "parameter"), (SGD(), "lrate"), (nn, "ReLU")):
        with pytest.raises(AttributeError) as caught:
            getattr(thing, name)
        assert (caught.value.name, caught.value.obj) == (name, thing)  # from which Python suggests


def test_a_step_without_zero_grad():
    net, optimizer = MLP(2, [1], rng=0), SGD()
    loss = nn.squared_error(net([1.0, 2.0]), 1.0)
    loss.backward()
    optimizer.step(net.parameters())
    loss.backward()
    with pytest.warns(
        RuntimeWarning, match=r"still contain those of that step: call net\.zero_grad\(\)"
    ):
        optimizer.step(net.parameters())


SQUASHED = MLP(2, [2, 1], output_activation="sigmoid", rng=0)


class Softmax(MLP):
    def __call__(self, x, *more):
        return ag.softmax(super().__call__(x))


@pytest.mark.parametrize(
    ("net", "ys", "options", "said"),
    [
        (SQUASHED, [0, 1, 1, 0], {"loss": "bce"}, "takes logits.* been through a sigmoid already: leave the output"),
        (SQUASHED, [0, 1, 1, 0], {"loss": "bce", "vectorize": True}, "been through a sigmoid already"),
        (Softmax(2, [2], rng=0), [0, 1, 1, 0], {"loss": "cross_entropy"}, "been through a softmax already"),
        (MLP(2, [8, 1], rng=0), YS, {"optimizer": SGD(lr=9.0)}, r"rose from .* to .*: try a smaller learning rate"),
    ],
    ids=map(str, range(4)),
)  # fmt: skip
def test_a_mistake_that_can_be_seen_is_told(net, ys, options, said):
    with pytest.warns(Warning, match=said):
        fit(net, XS, ys, **{"epochs": 20, "progress": False, **options})


def test_the_data_of_what_was_computed_cannot_be_set():
    y = Value(2.0) * 3.0
    with pytest.raises(
        AttributeError, match="this Value is the result of mul, so its data cannot be set"
    ):
        y.data = 1.0


def test_a_printed_minus_is_read_back(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["credit", "--x", "0.8", "−1.0", "0.5", "--out", "credit.gv"]) == 0
    assert "−1.000000" in capsys.readouterr().out


def test_a_worksheet_without_answers_and_one_without_hidden_layers(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["worksheet", "--seed", "1"]) == 0
    assert main(["check", "worksheet/worksheet.md"]) == 2
    assert "it has no answers yet: write numbers beside their names" in capsys.readouterr().err
    assert main(["worksheet", "--sizes", "3", "2", "--activation", "sigmoid", "--out", "w"]) == 2
    assert "give --output-activation" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("package", "name", "hint"),
    [
        ("autograd", "Tensor", "it is autograd.Value"),
        ("autograd", "vmap", "vectorize"),
        ("autograd", "numpy", "autograd.exp"),
        ("nn", "Linear", "Layer(3, 2)"),
        ("nn", "CrossEntropyLoss", 'loss="cross_entropy"'),
        ("nn", "AdamW", "Adam("),
    ],
)
def test_names_of_other_libraries_are_answered(package, name, hint):
    module = importlib.import_module(package)
    assert not hasattr(module, name)
    with pytest.raises(
        AttributeError, match=rf"module '{package}' has no attribute '{name}': .*{re.escape(hint)}"
    ):
        getattr(module, name)


def test_names_that_other_libraries_have_are_none_of_ours():
    for package, known in (("autograd", OF_THE_PACKAGE), ("nn", table("names"))):
        module = importlib.import_module(package)
        names = [name for several in known.values() for name in several]
        assert len(set(names)) == len(names)
        assert [name for name in names if hasattr(module, name)] == []
