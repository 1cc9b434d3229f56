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
from nn.elsewhere import table
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

if TYPE_CHECKING:
    from nn import (
        credit as credit,
        datasets as datasets,
        exchange as exchange,
        lessons as lessons,
        training as training,
    )
    from nn.credit import assign_credit
    from nn.notations import compare_notations
    from nn.training import EarlyStop, accuracy, fit, plots as plots

__all__ = [
    "MLP", "SGD", "Adam", "EarlyStop", "Layer", "Module", "Neuron", "accuracy", "assign_credit",
    "binary_cross_entropy_with_logits", "compare_notations", "cross_entropy", "fit",
    "half_squared_error", "hinge", "mean_absolute_error", "mean_squared_error", "squared_error",
]  # fmt: skip

# Loaded at first use: a network alone costs nobody the rooms around it.
__getattr__ = loader(
    "nn",
    {
        "EarlyStop": "nn.training.history",
        "accuracy": "nn.training.metrics",
        "assign_credit": "nn.credit.assign",
        "compare_notations": "nn.notations",
        "fit": "nn.training.loop",
        "plots": "nn.training.plots",
        **{
            room: f"nn.{room}" for room in ("credit", "datasets", "exchange", "lessons", "training")
        },
    },
    lambda: table("names"),
)


def __dir__() -> list[str]:
    return sorted({*__all__, "datasets", "lessons", "plots"})
