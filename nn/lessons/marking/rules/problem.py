"""An example as a sheet asks for it: its lines, and of which others each is made."""

import copy
from functools import cached_property
from itertools import starmap
from typing import Any

from autograd import Value
from nn.activations import Activation, activation_name
from nn.credit.credit import Credit
from nn.credit.parts import Edge
from nn.credit.telling.update import stepped
from nn.lessons.marking.rules.intervals import Interval, at, output
from nn.lessons.quantities import Kind, Quantity, right_numbers
from nn.optim import Optimizer


class Problem:
    """An example with what is asked of it: the lines, their right numbers, and how they hang together.

    Args:
        credit: the example.
        lr: the learning rate η of the new weights.
        optimizer: what makes the new weights, if it is not w − η·∂L/∂w.
    """

    def __init__(self, credit: Credit, lr: float, optimizer: Optimizer | None = None) -> None:
        self.credit = credit
        self.lr = lr
        self.optimizer = optimizer
        self.right = asked_numbers(credit, lr, optimizer)
        self.order = list(self.right)
        self.into: dict[int, list[Edge]] = {j: [] for layer in credit.layers for j in layer}
        self.out_of: dict[int, list[Edge]] = {j: [] for j in self.into}
        for edge in credit.edges.values():
            self.into[edge.target].append(edge)
            if edge.source is not None:
                self.out_of[edge.source].append(edge)
        self.functions: dict[int, Activation] = {}
        for layer, functions in zip(credit.layers[1:], credit.activation_functions):
            self.functions |= zip(layer, functions)
        self.outputs = credit.layers[-1]
        self.inputs = credit.layers[0]
        self.weights: dict[Any, float] = {
            key[:2]: edge.weight for key, edge in credit.edges.items()
        }

    def layer(self, j: int) -> list[int]:
        """Return the layer that a node stands in."""
        return next(layer for layer in self.credit.layers if j in layer)

    @cached_property
    def penalty(self) -> float:
        """What a penalty adds to the loss."""
        c = self.credit
        if c.recording.penalty is None:
            return 0.0
        outputs = [Value(x) for x in c.prediction]
        return c.loss - c.loss_function(outputs[0] if len(outputs) == 1 else outputs, c.y).data

    def share(self, q: Quantity) -> float:
        """Return what a penalty adds to the gradient of a weight, δ·z, before the update."""
        if self.credit.recording.penalty is None or not isinstance(q.of, tuple):
            return 0.0
        edge = self.credit.edges[q.of]
        return self.credit.weights[edge.parameter].credit - edge.credit

    def moved(self, q: Quantity, g: float) -> float:
        """Return the new weight that the optimiser makes of a gradient."""
        assert self.optimizer is not None
        name = q.of if isinstance(q.of, str) else self.credit.edges[q.of].parameter
        weights = self.credit.weights
        place, grads = list(weights).index(name), [w.credit for w in weights.values()]
        grads[place] = g
        data = [w.weight for w in weights.values()]
        return copy.deepcopy(self.optimizer).update(data, grads)[place]

    def weight_of(self, q: Quantity) -> float:
        """Return the weight whose gradient or new number a line is."""
        of = q.of[:2] if isinstance(q.of, tuple) and q.of not in self.weights else q.of
        return self.weights[of]

    def line_kind(self, q: Quantity) -> str:
        """Return the kind of a line: of a z "output" or "z", of a δ "out" or "hidden"."""
        if q.kind != "delta":
            return "output" if q.kind == "z" and q.of in self.outputs else q.kind
        return "out" if q.of in self.outputs else "hidden"

    def at_zero(self, j: int) -> Interval:
        """Return f(0) of a unit."""
        return output(self.functions[j], at(0.0))

    def needs(self, q: Quantity, from_z: bool = False) -> list[Quantity]:
        """Return the lines of which one is made, its slope from a or from z."""
        of: Any = q.of
        told: Kind = ("z", "p")[bool(self.credit.probabilities)]
        found: list[tuple[Kind, Any]]
        match q.kind:
            case "a":
                found = [("z", edge.source) for edge in self.into[of]]
            case "z":
                found = [("a", of)]
            case "p":
                found = [("z", j) for j in self.outputs]
            case "loss":
                found = [(told, j) for j in self.outputs]
            case "delta":
                found = [(told, of)] if of in self.outputs else self._behind(of)
                if activation_name(self.functions[of]) != "linear":
                    found.append(("z" if from_z else "a", of))
            case "gradient":
                found = [("delta", of[1]), ("z", of[0])]
            case "new":
                found = [("gradient", of)]
        return list(filter(self.right.__contains__, starmap(Quantity, found)))  # inputs have none

    def _behind(self, j: int) -> list[tuple[Kind, Any]]:
        return [("delta", edge.target) for edge in self.out_of[j]]


def asked_numbers(
    credit: Credit, lr: float, optimizer: Optimizer | None = None
) -> dict[Quantity, float]:
    """Return the right numbers of an example, the new weights as an optimiser makes them."""
    found = right_numbers(credit, lr)
    if optimizer is None:
        return found
    new = stepped(credit, optimizer)
    for q in found:
        if q.kind == "new":
            found[q] = new[q.of if isinstance(q.of, str) else credit.edges[q.of].parameter]
    return found
