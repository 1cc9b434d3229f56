"""Models of PyTorch, Keras and scikit-learn, taken over by what their objects say of themselves."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from autograd.structure import name_of
from nn.exchange.chain import Chain, transposed


def from_model(model: Any) -> Chain:
    """Return the layers of a model of another tool, which is not imported for it.

    Args:
        model: a `torch.nn.Sequential` or `torch.nn.Linear`, a `keras.Sequential`, or an MLPClassifier or
            MLPRegressor of scikit-learn, in single or double precision. A softmax at its end is left out:
            the outputs are then the logits, which `cross_entropy` takes.

    Raises:
        TypeError: if it is of none of these kinds.
        ValueError: if it has a layer that is not a dense layer or a known activation, which is named.
    """
    home = _home(model)
    for start, read in _READERS.items():
        if home.startswith(start):
            return read(model)
    raise TypeError(
        "from_model takes a torch.nn.Sequential, a keras.Sequential, or an MLPClassifier or MLPRegressor of "
        f"scikit-learn, but {home} was given; of a model of your own, give the function to assign_credit, or "
        "the weights to MLP.from_weights"
    )


def _home(x: Any) -> str:
    return f"{type(x).__module__}.{type(x).__name__}"


def _numbers(chain: Chain, layer: str, array: Any) -> Any:
    """Return an array or a tensor as lists of floats, if they are those of single or double precision."""
    dtype = str(array.dtype).rpartition(".")[2]
    if dtype not in ("float32", "float64"):
        raise chain.refuse(layer, f"has weights of type {dtype}; convert them to float64")
    return array.tolist()


# ---------------------------------------------------------------- PyTorch


def _torch(model: Any) -> Chain:
    chain = Chain(type(model).__name__)
    for name, layer in _torch_layers(model, ""):
        kind = type(layer).__name__
        shown = f"layer {name} ({kind})" if name else kind
        if not _home(layer).startswith("torch.nn.modules."):
            raise chain.refuse(shown, "is a module of its own kind")
        if kind == "Linear":
            bias = None if layer.bias is None else _numbers(chain, shown, layer.bias.detach())
            weight = _numbers(chain, shown, layer.weight.detach())
            chain.dense(shown, transposed(weight), bias)
        elif kind in ("Softmax", "LogSoftmax"):
            chain.softmax(shown)
        elif kind.startswith("Dropout"):
            if layer.training and layer.p > 0.0:
                out = "leaves units out while it is in training mode"
                raise chain.refuse(shown, f"{out}: call model.eval() first")
        elif kind in _TORCH_ACTIVATIONS:
            chain.expect(shown, _TORCH_ACTIVATIONS[kind], partial(getattr, layer))
            chain.activation(shown, kind)
        else:
            raise chain.refuse(shown, "is not supported")
    return chain


# The activations that are layers, and the values of their parameters that are ours.
_TORCH_ACTIVATIONS: dict[str, dict[str, Any]] = {
    **{kind: {} for kind in ("Identity", "Tanh", "Sigmoid", "ReLU", "SiLU")},
    "GELU": {"approximate": "none"},
    "LeakyReLU": {"negative_slope": 0.01},
    "ELU": {"alpha": 1.0},
    "Softplus": {"beta": 1, "threshold": 20},
}
_KERAS_ACTIVATIONS: dict[str, dict[str, Any]] = {
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "LeakyReLU": {"negative_slope": 0.01},
    "ELU": {"alpha": 1.0},
}


def _torch_layers(module: Any, name: str) -> Iterator[tuple[str, Any]]:
    if _home(module) != "torch.nn.modules.container.Sequential":
        yield name, module
        return
    for child, layer in module.named_children():
        yield from _torch_layers(layer, f"{name}.{child}" if name else child)


# ---------------------------------------------------------------- Keras


def _keras(model: Any) -> Chain:
    chain = Chain(type(model).__name__)
    if not hasattr(model, "layers"):
        raise chain.refuse("it", "has no list of layers")
    if type(model).__name__ != "Sequential":
        raise chain.refuse("it", "is not a keras.Sequential, so its layers need not be in a row")
    for layer in model.layers:
        kind = type(layer).__name__
        shown = f"layer {layer.name} ({kind})"
        if not _home(layer).startswith("keras."):
            raise chain.refuse(shown, "is a layer of its own kind")
        if kind == "Dense":
            if not getattr(layer, "built", True):
                raise chain.refuse(shown, "has no weights yet: build the model, or call it once")
            kernel, *rest = layer.get_weights()
            bias = _numbers(chain, shown, rest[0]) if rest else None
            chain.dense(shown, _numbers(chain, shown, kernel), bias)
            _keras_activation(chain, shown, layer.activation)
        elif kind == "Activation":
            _keras_activation(chain, shown, layer.activation)
        elif kind == "Softmax":
            chain.softmax(shown)
        elif kind in _KERAS_ACTIVATIONS:
            chain.expect(shown, _KERAS_ACTIVATIONS[kind], partial(getattr, layer))
            chain.activation(shown, kind)
        elif kind not in ("InputLayer", "Dropout"):  # a dropout is idle outside training
            raise chain.refuse(shown, "is not supported")
    return chain


def _keras_activation(chain: Chain, shown: str, f: Any) -> None:
    if not str(getattr(f, "__module__", "")).startswith("keras."):
        raise chain.refuse(shown, "has an activation of its own")
    name = name_of(f)
    if name in ("softmax", "log_softmax"):
        chain.softmax(shown)
    elif name == "leaky_relu":  # its slope is 0.2 there
        raise chain.refuse(shown, "has the slope 0.2, and only 0.01 is known")
    else:
        chain.activation(shown, name)


# ---------------------------------------------------------------- scikit-learn


def _sklearn(model: Any) -> Chain:
    name = type(model).__name__
    chain = Chain(name)
    if not hasattr(model, "coefs_"):
        if not name.startswith("MLP"):
            raise chain.refuse("it", "is no MLPClassifier and no MLPRegressor")
        raise chain.refuse("it", "is not fitted yet: call its fit first")
    last = len(model.coefs_) - 1
    for k, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_)):
        shown = f"layer {k + 1}"
        chain.dense(shown, _numbers(chain, shown, weight), _numbers(chain, shown, bias))
        name = model.out_activation_ if k == last else model.activation
        if name == "softmax":
            chain.softmax(shown)
        else:
            chain.activation(shown, name)
    return chain


_READERS: dict[str, Callable[[Any], Chain]] = {"torch.nn.": _torch, "keras.": _keras, "sklearn.": _sklearn}  # fmt: skip
