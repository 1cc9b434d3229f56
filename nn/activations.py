"""Activation functions by name."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

import autograd as ag
from autograd import Value, primitives
from autograd.structure import name_of
from nn.arguments import expect, named

Activation: TypeAlias = Callable[[Value], Value]


def linear(a: Value) -> Value:
    """Return the pre-activation itself."""
    return a


def step(a: Value) -> Value:
    """Return 1 above 0, else 0: the unit of a perceptron. Its slope is 0 everywhere, so no error flows back."""
    z: Value = primitives.step(a)
    return z


def perceptron(a: Value) -> Value:
    """Return 1 above 0, else 0, with the slope taken to be 1, as the perceptron's rule of learning has it."""
    return step(a) + (a - a.detach())


_ROWS = ("tanh", "relu", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus")
ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    **{name: getattr(Value, name) for name in _ROWS},
    "step": step,
    "perceptron": perceptron,
}
_NAMES = {f: name for name, f in ACTIVATIONS.items()}
# the same functions as they are reached from the engine
_NAMES |= {getattr(ag, name): name for name in ACTIVATIONS if hasattr(ag, name)}


def activation(given: str | Activation) -> Activation:
    """Return the activation function of a name; a function of Values is returned as it is.

    Raises:
        ValueError: if no activation has that name.
        TypeError: if it is neither a name nor a function.
    """
    if given == "softmax":
        raise ValueError(
            "softmax acts on all units of a layer together, so it is not the activation of one: leave the output "
            "linear and train with the loss cross_entropy, which has the softmax in it"
        )
    if isinstance(given, str):
        return named("activation", given, ACTIVATIONS)
    expect(callable(given), "an activation is a name or a function of a Value", given)
    return ACTIVATIONS[_NAMES[given]] if given in _NAMES else given


def activation_name(f: Activation) -> str:
    """Return the name of an activation, of a function of the user's own its `__name__`."""
    return _NAMES[f] if f in _NAMES else name_of(f)


def shared_name(functions: Iterable[Activation]) -> str | list[str]:
    """Return the name of the activation of a layer's units; where they have different ones, of each."""
    names = list(map(activation_name, functions))
    return names[0] if len(set(names)) == 1 else names


def is_known(f: Activation) -> bool:
    """Tell whether an activation can be found again by its name."""
    return f in _NAMES
