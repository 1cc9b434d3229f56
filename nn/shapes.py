"""Whether weights, biases and activations fit each other, layer by layer."""

from collections.abc import Sequence
from reprlib import repr as brief
from typing import TypeAlias

from autograd import Value
from nn.activations import activation
from nn.arguments import expect, is_sequence
from nn.layers import Layer, Matrix, Number, UnitActivations, parameter

LayerActivations: TypeAlias = str | UnitActivations | Sequence[UnitActivations]


def per_layer(
    given: LayerActivations, output: UnitActivations, layers: int
) -> list[UnitActivations]:
    """Return the activation of each layer, or those of its units, from what an MLP is given."""
    if isinstance(given, str) or callable(given):
        return [activation(given)] * (layers - 1) + [output]
    wanted = "activation is a name, a function of a Value, or a list of these"
    expect(is_sequence(given), wanted, given)
    functions = list(given)
    if len(functions) == layers - 1:
        functions.append(output)
    if len(functions) != layers:
        raise ValueError(f"{layers} layers, but {len(functions)} activations")
    return functions


def check_matrix(k: int, matrix: Matrix, before: Layer | None) -> int:
    """Return the number of units of a layer, given its matrix and the layer before it."""
    if type(matrix).__module__.split(".")[0] == "torch":
        raise TypeError(
            f"the weights of layer {k} are a tensor of PyTorch, which has a row per unit, and here it is a row per "
            "input: give [layer.weight.T.tolist() for layer in ...], or MLP.from_model(model)"
        )
    rows = list(matrix) if is_sequence(matrix) else []
    if not rows or not all(is_sequence(row) and len(row) for row in rows):
        raise ValueError(
            f"the weights of layer {k} are a matrix, one row per input and one column per unit, "
            f"but {brief(matrix)} was given"
        )
    widths = {len(row) for row in matrix}
    if len(widths) > 1:
        raise ValueError(
            f"the rows of the weights of layer {k} have different lengths: {sorted(widths)}"
        )
    if before is not None and len(matrix) != (wanted := len(before.neurons)):
        # as it is, or with the matrix before it the other way round, too
        turned = len(matrix[0]) in (wanted, before.inputs)
        raise ValueError(
            f"layer {k} needs one row of weights for each of the {wanted} units before it, "
            f"but has {len(matrix)} row{'s' * (len(matrix) != 1)} (a row per input, a column per unit)"
            + ". Transposed? PyTorch and most books have a row per unit: give W.T"
            * turned
        )
    return len(matrix[0])


def check_biases(k: int, biases: Sequence[Number | None], units: int) -> list[Value | None]:
    """Return the biases of a layer as parameters, one for each of its units, or None for a unit without."""
    expect(is_sequence(biases), f"the biases of layer {k} are a sequence of numbers", biases)
    if len(biases) != units:
        raise ValueError(f"layer {k} has {units} units, but {len(biases)} biases")
    return [None if b is None else parameter(b) for b in biases]
