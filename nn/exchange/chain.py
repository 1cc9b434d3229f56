"""What can be taken over from another tool: dense layers, one after the other, each with an activation."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from nn.activations import ACTIVATIONS

Matrix = list[list[float]]

# What the activations are called elsewhere. None of these takes a parameter there.
NAMES = {name: name for name in ACTIVATIONS}
NAMES |= {"identity": "linear", "none": "linear", "logistic": "sigmoid", "swish": "silu", "leakyrelu": "leaky_relu"}  # fmt: skip


class Chain:
    """Dense layers in a row, as they are read, and what `MLP.from_weights` makes a network of.

    Attributes:
        weights: for each layer its matrix, one row per input and one column per unit.
        biases: for each layer its biases, or None.
        activations: for each layer the name of its activation.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.weights: list[Matrix] = []
        self.biases: list[list[float] | None] = []
        self.activations: list[str] = []
        self._ended = ""

    def refuse(self, layer: str, why: str) -> ValueError:
        """Return the error that names the layer which cannot be taken over."""
        return ValueError(
            f"{self.origin}: {layer} {why}. A network here is dense layers with one activation each; of any "
            "other, write the forward pass with Values and give that function to assign_credit"
        )

    def dense(self, layer: str, weight: Matrix, bias: list[float] | None) -> None:
        """Add a dense layer; its matrix has a row per input."""
        self._expect_open(layer)
        if not weight or not weight[0]:
            raise self.refuse(layer, "has no weights")
        if self.weights and len(weight) != len(self.weights[-1][0]):
            fits = len(weight[0]) == len(self.weights[-1][0])
            before = f"the layer before it has {len(self.weights[-1][0])} units"
            takes = f"{layer} takes {len(weight)} inputs, but {before}"
            raise ValueError(f"{self.origin}: {takes}{': is it transposed?' * fits}")
        if bias is not None and len(bias) != len(weight[0]):
            units = f"{layer} has {len(weight[0])} units, but {len(bias)} biases"
            raise ValueError(f"{self.origin}: {units}")
        self.weights.append(weight)
        self.biases.append(bias)
        self.activations.append("linear")

    def expect(self, layer: str, ours: Mapping[str, Any], given: Callable[[str], Any]) -> None:
        """Refuse an activation whose parameters are not ours; numbers in single precision are near enough."""
        for name, right in ours.items():
            found = given(name)
            near = isinstance(right, float) and math.isclose(found, right, rel_tol=1e-7)
            if found != right and not near:
                raise self.refuse(layer, f"has {name} {found!r}, and only {right!r} is known")

    def activation(self, layer: str, name: str) -> None:
        """Say which activation follows the last layer."""
        self._expect_open(layer)
        known = NAMES.get(name.lower())
        if known is None:
            others = ", ".join(ACTIVATIONS)
            raise self.refuse(layer, f"is the activation {name}, and known are {others}")
        if not self.weights:
            raise self.refuse(layer, "comes before the first dense layer")
        if known == "linear":
            return
        if self.activations[-1] != "linear":
            raise self.refuse(layer, f"follows another activation, {self.activations[-1]}")
        self.activations[-1] = known

    def softmax(self, layer: str) -> None:
        """End the network before a softmax: its outputs are the logits that `cross_entropy` takes."""
        self._expect_open(layer)
        if not self.weights or self.activations[-1] != "linear":
            raise self.refuse(layer, "is a softmax of something else than a dense layer's outputs")
        self._ended = layer

    def _expect_open(self, layer: str) -> None:
        if self._ended:
            raise self.refuse(layer, f"comes after the softmax {self._ended}")

    def layers(self) -> tuple[list[Matrix], list[list[float] | None], list[str], str]:
        """Return what `MLP.from_weights` takes: weights, biases, activations, and that of the output.

        Raises:
            ValueError: if there is no layer.
        """
        if not self.weights:
            raise ValueError(f"{self.origin}: there is no dense layer in it")
        return self.weights, self.biases, self.activations[:-1], self.activations[-1]


def transposed(matrix: Any) -> Matrix:
    """Return a matrix with a row per input, of one that has a row per unit."""
    return [list(column) for column in zip(*matrix)]
