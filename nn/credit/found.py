"""What is found in a network on one example."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from nn.activations import Activation
from nn.credit.finding.anatomy import Anatomy
from nn.credit.parts import Edge, Edges, Key, Link, Node
from nn.credit.recording import Recording
from nn.losses import Loss
from nn.notations import SLIDES, Names, Notation, notation_of


@dataclass(frozen=True, eq=False)
class Found:
    """The numbers of a network on one example.

    Attributes:
        nodes: each Node by its number.
        edges: each Edge by (source, target), from the output backwards; a bias by (None, target).
        layers: of a layered network the numbers of the nodes in each layer from the inputs to the outputs, top to bottom.
        loss: the loss L of the example.
        loss_function: the function that computed it.
        activation_functions: of a layered network the activations of each layer after the inputs, one per unit.
        y: the target as it was given.
        recording: what was recorded.
        outputs: the numbers of the outputs.
        links: the ways of the error that have no weight.
        anatomy: the network taken apart; None if its layers are known.
        names: what things are called.
        slots: gives the key of the edge that a parameter stands on, by the id of the node whose operand it is, and by
            its place among the operands.
    """

    nodes: dict[int, Node]
    edges: Mapping[Any, Edge]
    layers: list[list[int]]
    loss: float
    loss_function: Loss
    activation_functions: list[list[Activation]]
    y: Any
    recording: Recording
    outputs: list[int]
    links: list[Link] = field(default_factory=list)
    anatomy: Anatomy | None = None
    slots: Callable[[], dict[tuple[int, int], Key]] = dict
    names: Names = SLIDES

    def in_notation(self, notation: str | Notation, negated: bool = False) -> Self:
        """Return the same in the letters of another book.

        Args:
            notation: its name, of `nn.notations.NOTATIONS`.
            negated: as for Names.

        Raises:
            ValueError: if none has that name.
        """
        old = self.names
        names = Names(notation_of(notation), self.layers, self.outputs, negated)
        if names.notation is old.notation and not negated:
            return self
        nodes = type(self.nodes)(
            (i, replace(n, names=names, name=names.z(i) if n.name == old.z(i) else n.name))
            for i, n in self.nodes.items()
        )

        def edges() -> dict[Key, Edge]:
            place = {j: k for layer in self.layers for k, j in enumerate(layer)}
            keys: list[Key] = list(self.edges)
            if place:  # unit by unit, as books have it; in the slides by the tail
                keys.sort(
                    key=lambda k: (-self.nodes[k[1]].layer, place[k[1]], place.get(k[0], 1e9))  # type: ignore[arg-type]
                )
            return {key: _renamed(self.edges[key], old, names) for key in keys}

        return replace(self, nodes=nodes, edges=Edges(edges), names=names)


def _renamed(edge: Edge, old: Names, names: Names) -> Edge:
    usual, name = old.weight(edge.source, edge.target), edge.name
    if name == usual or name.startswith(f"{usual} ("):
        name = names.weight(edge.source, edge.target) + name.removeprefix(usual)
    return replace(edge, name=name, names=names)
