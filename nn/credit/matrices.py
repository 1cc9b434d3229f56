"""The matrix form of a network: W, Z, A, δ and ∂L/∂W = Z δᵀ of each layer."""

from dataclasses import dataclass

from autograd.notation import shown, superscript
from nn.credit.assignment import Assignment


@dataclass(frozen=True, eq=False)
class LayerMatrices:
    """One layer in matrix form, in the slides' symbols; columns are lists of numbers.

    Attributes:
        index: the number of the layer, from 1.
        W: one row per input, one column per unit.
        Z: the column that enters the layer.
        A: the pre-activations, Wᵀ Z (+ b).
        delta: the column δ.
        gradient: ∂L/∂W = Z δᵀ, in the shape of W.
        bias: the column b, or None.
    """

    index: int
    W: list[list[float]]
    Z: list[float]
    A: list[float]
    delta: list[float]
    gradient: list[list[float]]
    bias: list[float] | None

    def __str__(self) -> str:
        k = f"⁽{superscript(self.index)}⁾"
        blocks = [
            (f"W{k}", self.W),
            (f"Z{k}", [[v] for v in self.Z]),
            (f"A{k} = W{k}ᵀ Z{k}" + (" + b" if self.bias else ""), [[v] for v in self.A]),
            (f"δ{k}", [[v] for v in self.delta]),
            (f"∂L/∂W{k} = Z{k} δ{k}ᵀ", self.gradient),
        ]
        return "\n".join(
            f"{name}  ({len(rows)}×{len(rows[0])})\n"
            + "\n".join("  [" + "  ".join(f"{shown(v, 4):>8}" for v in row) + " ]" for row in rows)
            for name, rows in blocks
        )


def layer_matrices(credit: Assignment) -> list[LayerMatrices]:
    """Return every layer in matrix form, from the first to the last."""
    found = []
    for k, (tails, heads) in enumerate(zip(credit.layers, credit.layers[1:]), 1):
        nodes = credit.nodes
        bias = None
        if (None, heads[0]) in credit.edges:
            bias = [credit.edges[None, j].weight for j in heads]
        found.append(
            LayerMatrices(
                k,
                [[credit.edges[i, j].weight for j in heads] for i in tails],
                [nodes[i].z for i in tails],
                [nodes[j].a or 0.0 for j in heads],
                [nodes[j].delta or 0.0 for j in heads],
                [[credit.edges[i, j].credit for j in heads] for i in tails],
                bias,
            )
        )
    return found
