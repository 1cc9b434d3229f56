"""The credit of a batch: each edge's credit, summed over the examples."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd.notation import Table, shown, significant, table
from nn.arguments import learning_rate
from nn.credit.assignment import Key
from nn.credit.credit import Credit

if TYPE_CHECKING:
    from autograd.pictures.live.page import Live


@dataclass(frozen=True, eq=False)
class BatchEdge:
    """A weight, or a bias, with its credit summed over a batch.

    Attributes:
        source, target, name, layered_name, weight: as for Edge.
        credit: Σ δ·z over the examples.
    """

    source: int | None
    target: int
    name: str
    layered_name: str
    weight: float
    credit: float


@dataclass(frozen=True, eq=False)
class BatchCredit:
    """Who is to blame for the errors of several examples.

    Attributes:
        examples: the Credit of each example.
        edges: each BatchEdge by (source, target).
        loss: the sum of the examples' losses.
    """

    examples: list[Credit]
    edges: dict[Key, BatchEdge]
    loss: float

    def updates(self, lr: float = 0.1) -> dict[Key, float]:
        """Return what one step of gradient descent on the summed loss makes of each weight."""
        lr = learning_rate(lr)
        return {key: edge.weight - lr * edge.credit for key, edge in self.edges.items()}

    def live(self, lr: float = 0.1) -> "Live":
        """Return the examples as a page that recomputes while one drags a weight, one of them shown at a time.

        Args:
            lr: the learning rate η that the page begins with.
        """
        from nn.credit.pictures.live.network import live_network

        return live_network(self.examples, lr)

    def table(self, lr: float = 0.1) -> Table:
        """Return every edge as text: weight, Σ δ·z and the new weight."""
        new = self.updates(lr)
        rows = [
            [edge.name, shown(edge.weight, 6), shown(edge.credit, 6, sign=True), shown(new[key], 6)]
            for key, edge in self.edges.items()
        ]
        return table(["edge", "weight", "Σ δ·z", f"new weight (η = {lr:g})"], rows)

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        """Return the table of the edges, for notebooks."""
        title = f"credit summed over {len(self.examples):,} examples, L = {significant(self.loss)}"
        return self.table().html(title)


def summed(examples: list[Credit]) -> BatchCredit:
    """Return the credit of several examples of one network, added from left to right."""
    edges: dict[Key, BatchEdge] = {}
    for key, edge in examples[0].edges.items():
        total = 0.0
        for example in examples:
            total += example.edges[key].credit
        edges[key] = BatchEdge(
            edge.source, edge.target, edge.name, edge.layered_name, edge.weight, total
        )
    loss = 0.0
    for example in examples:
        loss += example.loss
    return BatchCredit(examples, edges, loss)
