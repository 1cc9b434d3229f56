"""What is found in a network on one example."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from autograd.modes import recorded
from nn.activations import Activation
from nn.credit.finding.anatomy import Anatomy
from nn.credit.finding.recording import Recording
from nn.credit.networks.rows import Edges, Row, Sums
from nn.credit.parts import Edge, Key, Link, Node, Register
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
        rows: gives the edges as rows, from the output backwards.
        register: what the edges have in common.
        alone: gives the sums as far as one weight goes, by its place; None where all are made at once.
        total: what stands before a number of several examples: "Σ" or "mean "; empty of one.
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
    # made anew, since a default would be an attribute of the class, and found before what is found late
    links: list[Link] = field(default_factory=list)
    anatomy: Anatomy | None = field(default_factory=lambda: None)
    rows: Callable[[], list[Row]] = field(default_factory=lambda: list)
    register: Register = field(default_factory=lambda: Register([], list))
    names: Names = field(default_factory=lambda: SLIDES)
    total: str = field(default_factory=str)
    alone: Callable[[int], Sums] | None = field(default_factory=lambda: None)

    @classmethod
    def late(cls, find: "Callable[[], Found]", **known: Any) -> Self:
        """Return what is found once something is asked for that is not known yet.

        Args:
            find: finds it.
            **known: what is known: attributes by name.
        """
        found = object.__new__(cls)
        vars(found).update(known, _find=find)
        return found

    if not TYPE_CHECKING:  # a type checker shall complain of what is no attribute

        def __getattr__(self, name: str) -> Any:
            find = vars(self).get("_find")
            if find is None or name not in Found.__dataclass_fields__:
                raise AttributeError(f"{type(self).__name__} has no {name}", name=name, obj=self)
            with recorded():
                vars(self).update(vars(find()))
            return getattr(self, name)

    def in_notation(self, notation: str | Notation) -> Self:
        """Return the same in the letters of another book.

        Args:
            notation: its name, of `nn.notations.NOTATIONS`.

        Raises:
            ValueError: if none has that name.
        """
        book = notation_of(notation)
        if book is vars(self).get("names", SLIDES).notation:  # found or not
            return self
        old = self.names
        names = Names(book, self.layers, self.outputs)
        nodes = type(self.nodes)(
            (
                i,
                replace(
                    n, names=names, given_name="" if n.given_name == old.z(i) else n.given_name
                ),
            )
            for i, n in self.nodes.items()
        )

        place = {j: k for layer in self.layers for k, j in enumerate(layer)}

        def unit_by_unit(key: Key) -> tuple[float, ...]:
            i, j, *_ = key
            return -self.nodes[j].layer, place[j], 1e9 if i is None else place[i]

        @cache
        def rows() -> list[Row]:
            return [replace(row, names=names) for row in self.rows()]

        order = unit_by_unit if place and book.key != "slides" else None
        edges = Edges(rows, self.layers, order)
        return replace(self, nodes=nodes, edges=edges, names=names, rows=rows, alone=None)
