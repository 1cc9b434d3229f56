"""Makes the files beside it, once, with PyTorch, Keras and scikit-learn: weights, outputs and gradients of theirs.

    python -m pip install torch onnx onnxscript safetensors keras scikit-learn
    KERAS_BACKEND=torch python tests/data/exchange/make.py

Gradients are those of the sum of the squared outputs, matrices with a row per input.
"""

import json
from itertools import pairwise
from pathlib import Path

import keras
import numpy as np
import onnx
import torch
from safetensors.torch import save_file
from sklearn.neural_network import MLPClassifier, MLPRegressor
from torch import nn

keras.config.set_floatx("float64")
HERE = Path(__file__).parent
RNG = np.random.default_rng(0)
expected = {}


def note(name, x, output, activations, gradients=None, softmax=False):
    expected[name] = {
        "x": x,
        "output": np.ravel(output).tolist(),
        "activations": activations,
        "gradients": gradients,
        "softmax": softmax,
    }


def forget_where(path):
    """Take out of a file the traces of the machine it was made on."""
    model = onnx.load(path, load_external_data=False)
    for part in (model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
    onnx.save(model, path)
    beside = path.with_name(path.name + ".data")
    if beside.exists() and not beside.stat().st_size:
        beside.unlink()


def torch_net(name, sizes, activations, bias=True, dtype=torch.float64):
    torch.manual_seed(len(name))
    layers = []
    for k, (i, o) in enumerate(pairwise(sizes)):
        layers.append(nn.Linear(i, o, bias=bias).to(dtype))
        if k < len(activations):
            layers.append(activations[k])
    net = nn.Sequential(*layers)
    x = RNG.normal(size=sizes[0]).tolist()
    save_file(net.state_dict(), HERE / f"{name}.safetensors")
    example = (torch.zeros(1, sizes[0], dtype=dtype),)
    torch.onnx.export(net, example, HERE / f"{name}-old.onnx", dynamo=False)
    torch.onnx.export(net, example, HERE / f"{name}-new.onnx", dynamo=True)
    forget_where(HERE / f"{name}-new.onnx")
    double = net.double()
    output = double(torch.tensor(x, dtype=torch.float64))
    (output**2).sum().backward()
    gradients = [layer.weight.grad.T.tolist() for layer in double if isinstance(layer, nn.Linear)]
    names = {"LeakyReLU": "leaky_relu"}
    kinds = [names.get(type(a).__name__, type(a).__name__.lower()) for a in activations]
    note(name, x, output.detach().numpy(), kinds, gradients)


torch_net("torch-tanh", [3, 2, 1], [nn.Tanh()])
torch_net("torch-single", [2, 5, 3, 4], [nn.ReLU(), nn.SiLU()], dtype=torch.float32)
torch_net("torch-no-bias", [4, 3, 2], [nn.Sigmoid()], bias=False)
torch_net("torch-others", [2, 3, 4, 3, 2], [nn.GELU(), nn.LeakyReLU(), nn.ELU()])
torch_net("torch-eleven", [3, *[2, 3] * 5, 1], [nn.Tanh() for _ in range(10)])
torch_net("torch-wide", [5, 40, 2], [nn.Tanh()])

for name, last in (("keras-linear", "linear"), ("keras-softmax", "softmax")):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,))])
    for units, activation in ((4, "gelu"), (2, "tanh"), (3, last)):
        layer = keras.layers.Dense(
            units, activation, dtype="float64", bias_initializer="random_normal"
        )
        model.add(layer)
    x = RNG.normal(size=3).tolist()
    np.savez(HERE / f"{name}.npz", *model.get_weights())
    output = model.predict(np.array([x]), verbose=0)
    note(name, x, output, ["gelu", "tanh"], softmax=last == "softmax")

X = RNG.normal(size=(40, 3))
for name, model, y in (
    ("sklearn-regressor", MLPRegressor(hidden_layer_sizes=(4, 5)), RNG.normal(size=(40, 2))),
    (
        "sklearn-classifier",
        MLPClassifier(hidden_layer_sizes=(4,), activation="logistic"),
        RNG.integers(0, 3, 40),
    ),
):
    model.set_params(max_iter=30, random_state=0).fit(X, y)
    np.savez(HERE / f"{name}.npz", *model.coefs_, *model.intercepts_)
    classifier = isinstance(model, MLPClassifier)
    output = (model.predict_proba if classifier else model.predict)(X[:1])
    hidden = {"logistic": "sigmoid"}.get(model.activation, model.activation)
    note(name, X[0].tolist(), output, [hidden] * (len(model.coefs_) - 1), softmax=classifier)

(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
