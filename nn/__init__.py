"""A thin neural-network package made of Values, which explains who is to blame for the error."""

from typing import TYPE_CHECKING

import autograd

if not hasattr(autograd, "Value"):
    raise ImportError(
        f"the autograd at {autograd.__file__} is not the one of scalar-autograd but, it seems, HIPS/autograd, which "
        "has the same import name: keep them in different environments. To repair this one: pip uninstall "
        "autograd scalar-autograd, then pip install -e . in the clone of scalar-autograd"
    )

from autograd.lazy import loader
from nn import datasets as datasets
from nn.credit import assign_credit
from nn.layers import Layer, Neuron
from nn.losses import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    hinge,
    mean_absolute_error,
    mean_squared_error,
    squared_error,
)
from nn.module import Module
from nn.network import MLP
from nn.optim import SGD, Adam
from nn.training import plots as plots
from nn.training.history import EarlyStop
from nn.training.loop import fit
from nn.training.metrics import accuracy

if TYPE_CHECKING:
    from nn import exchange as exchange, lessons as lessons

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "EarlyStop",
    "Layer",
    "Module",
    "Neuron",
    "accuracy",
    "assign_credit",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "fit",
    "half_squared_error",
    "hinge",
    "mean_absolute_error",
    "mean_squared_error",
    "squared_error",
]

__getattr__ = loader("nn", {"exchange": "nn.exchange", "lessons": "nn.lessons"})


def __dir__() -> list[str]:
    return sorted({*__all__, "datasets", "lessons", "plots"})
