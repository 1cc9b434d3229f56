"""The gradients of a batch from the recorded loss of one example, run on arrays."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, trace
from autograd.matrices.vectorize import VectorProgram

# isort: split
# after vectorize, which says what to install where NumPy is missing
import numpy as np

from nn.arguments import expect
from nn.losses import Loss, cross_entropy
from nn.network import MLP


class Vectorized:
    """Computes what `fit` needs of a batch with the matrix form of the loss.

    Args:
        net: the network. An MLP, because its parameters have to be arguments of what is recorded.
        xs, ys, loss, penalty: as for `fit`.

    Raises:
        TypeError: if the network is no MLP, or the loss or an activation branches on a number.
    """

    def __init__(
        self,
        net: Any,
        xs: Sequence[Sequence[float]],
        ys: Sequence[Any],
        loss: Loss,
        penalty: Callable[[list[Value]], Value] | None,
    ) -> None:
        expect(isinstance(net, MLP), "vectorize=True needs an MLP", net)
        self.net = net
        if loss is cross_entropy:
            # the index of a class picks an output, which a recording would freeze
            classes = range(net.sizes[-1])
            ys = [
                list(y) if hasattr(y, "__len__") else [float(k == y) for k in classes] for y in ys
            ]
        functions = net.activations()

        def example_loss(weights: Any, biases: Any, x: Any, y: Any) -> Value:
            twin = MLP.from_weights(weights, [b or None for b in biases], functions)
            value = loss(twin(x), y)
            return value if penalty is None else value + penalty(twin.parameters())

        program = trace(example_loss, net.weights(), _given(net), xs[0], ys[0])
        self.program: VectorProgram = program.vectorize(batched=(2, 3), reduction="mean")
        self.xs = np.array(xs, dtype=float)
        self.ys = np.array(ys, dtype=float)

    def gradients(self, batch: Sequence[int]) -> float:
        """Return the mean loss of a batch, and leave its gradient in the parameters' `.grad`."""
        whole = len(batch) == len(self.xs)
        xs, ys = (self.xs, self.ys) if whole else (self.xs[batch], self.ys[batch])
        value, (weights, biases, *_) = self.program.value_and_grad(
            [np.array(w) for w in self.net.weights()],
            [np.array(b) for b in _given(self.net)],
            xs,
            ys,
        )
        self.net.zero_grad()
        for layer, w, b in zip(self.net.layers, weights, biases):
            for j, unit in enumerate(layer.neurons):
                for p, g in zip(unit.w, w[:, j].tolist()):
                    p.grad += g  # a parameter may stand in several places
                if unit.b is not None:
                    unit.b.grad += float(b[j])
        return float(value)


def _given(net: MLP) -> list[list[float]]:
    """Return the biases of each layer; none for a layer without."""
    return [b or [] for b in net.biases()]
