"""The credit of a batch: each edge's credit, summed over the examples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import autograd as ag
from autograd.notation import Table, factor, shown, significant, table
from nn.arguments import learning_rate
from nn.credit.credit import Credit
from nn.credit.networks.rows import Uses, Weights
from nn.credit.parts import Edge, Key, Known, Use

if TYPE_CHECKING:  # each is loaded where it is first asked for
    from autograd.pictures.drawing import Drawing
    from autograd.pictures.page import Live
    from autograd.pictures.palette import Theme
    from nn.credit.check import CreditCheck
    from nn.credit.pictures.player import Player
    from nn.credit.telling.derivation import Derivation


@dataclass(frozen=True, eq=False, repr=False)
class BatchEdge:
    """A weight, or a bias, with its credit summed over a batch.

    Attributes:
        source, target, name, layered_name, weight: as for Edge.
        credit: Σ δ·z over the examples, or its mean.
        mean: whether it is the mean.
    """

    source: int | None
    target: int
    name: str
    layered_name: str
    weight: float
    credit: float
    mean: bool = False

    def __repr__(self) -> str:
        credit = f"{'mean' if self.mean else 'Σ'} δ·z = {shown(self.credit, 4, sign=True)}"
        return f"<{self.name} = {shown(self.weight, 4)}: {credit}>"


class BatchEdges(Known[Key, BatchEdge]):
    """The edges by (source, target)."""

    kind = "edge"


@dataclass(frozen=True, eq=False, repr=False)
class BatchCredit:
    """Who is to blame for the errors of several examples.

    Attributes:
        examples: the Credit of each example.
        edges: each BatchEdge by (source, target).
        loss: the sum of the examples' losses.
        share: what an example's loss counts for: 1, or 1/n where the mean is taken.

    >>> from nn import MLP, assign_credit
    >>> net = MLP.from_weights([[[2.0]]])
    >>> assign_credit(net, [[3.0], [1.0]], [5.0, 1.0], batch=True)
    <credit summed over 2 examples, 1-1 linear network, L = 1.000>
    """

    examples: list[Credit]
    edges: dict[Key, BatchEdge]
    loss: float
    share: float = 1.0

    def __reduce__(self) -> Any:
        return type(self), (self.examples, self.edges, self.loss, self.share)

    @property
    def whole(self) -> Credit:
        """The batch as if it were one example: its loss, and at each unit and edge the sum of δ and of δ·z.

        What passed forward is that of the first example; it is not to be shown.
        """
        first = self.examples[0]
        nodes = dict(first.nodes)
        for i, node in nodes.items():
            if node.delta is not None:
                deltas = [example.nodes[i].delta or 0.0 for example in self.examples]
                nodes[i] = replace(node, delta=ag.sum(deltas) / self._count, target=None)
        edges: dict[Key, Edge] = {}
        for key, edge in first.edges.items():
            edges[key] = edge._replace(
                delta=nodes[edge.target].delta or 0.0, credit=self.edges[key].credit
            )
        whole = replace(first, nodes=nodes, edges=edges, loss=self.loss, total=self._total)

        def summed(first: Edge | Use, *others: Edge | Use) -> Edge | Use:
            if isinstance(first, Edge):
                return edges[first.key]
            each = [first.credit, *(other.credit for other in others)]
            return replace(first, credit=ag.sum(each) / self._count)

        def uses(of: Sequence[int]) -> list[Uses]:
            each = zip(*[example.weights.sums.uses(of) for example in self.examples])
            return [[summed(*use) for use in zip(*several)] for several in each]

        vars(whole)["weights"] = self.weights.with_totals(self.weights.sums.totals, uses)
        return whole

    @cached_property
    def weights(self) -> Weights:
        """Each weight by its name, with its uses in the first example: its credit is over all uses in all examples."""
        first, each = self.examples[0].weights, [e.weights.sums.totals for e in self.examples]
        totals = [ag.sum(list[float](of_each)) / self._count for of_each in zip(*each)]
        return first.with_totals(totals, first.sums.uses)

    def updates(self, lr: float = 0.1) -> dict[Key, float]:
        """Return what one step of gradient descent on the summed loss makes of each weight.

        Args:
            lr: the learning rate η.
        """
        return self.weights.updates(self.examples[0].edges, lr)

    def live(self, lr: float = 0.1) -> "Live":
        """Return the examples as a page that recomputes while one drags a weight, one of them shown at a time.

        Args:
            lr: the learning rate η that the page begins with.
        """
        from nn.credit.pictures.live.network import live_network

        return live_network(self.examples, lr)

    def after(self, lr: float = 0.1) -> "BatchCredit":
        """Return the credit of the same examples once the updates are made.

        Args:
            lr: the learning rate η.
        """
        new = self.weights.moved(lr)
        examples = [example.with_weights(new) for example in self.examples]
        return summed(examples, mean=self.share != 1.0)

    def derivation(self, source: int | None, target: int, place: int = 0) -> "Derivation":
        """Return the credit of one edge in each example, and their sum; of a shared weight the sum over its uses, too.

        Args:
            source, target: the edge; None as the source for a bias.
            place: 1, 2, … where the same two nodes are joined once more.

        Raises:
            KeyError: if there is no such edge.
        """
        from nn.credit.telling.derivation import Derivation, Line

        first = self.examples[0].edge(source, target, place)
        edges = [example.edges[first.key] for example in self.examples]
        weight = self.weights.get(first.parameter)
        shared = weight is not None and len(weight.uses) > 1
        called = f"this use of {first.called}" if shared else first.gradient_name
        symbols = f"{first.delta_name}·{first.z_name}"
        lines = [
            Line(f"example {k}: {called}", symbols, f"{factor(e.delta)}·{factor(e.z)}", e.credit)
            for k, e in enumerate(edges, 1)
        ]
        if len(lines) > TERMS:
            lines[TERMS - 1 : -1] = []
        mean = f"1/{len(edges)}·" if self.share != 1.0 else ""

        def total(left: str, symbols: str, terms: list[float], value: float) -> None:
            numbers = [factor(x) for x in terms]
            if len(numbers) > TERMS:
                numbers[TERMS - 1 : -1] = ["…"]
            lines.append(Line(left, f"{mean}Σ {symbols}", f"{mean}({' + '.join(numbers)})", value))

        total(called, symbols, [e.credit for e in edges], self.edges[first.key].credit)
        if weight is not None and shared:
            each = [example.weights[first.parameter].credit for example in self.examples]
            name = first.names.gradient(first.parameter)
            total(name, "over its uses in each example", each, weight.credit)
        return Derivation(first, lines)

    def draw(
        self, path: Key | None = None, theme: "Theme" = "auto", transparent: bool = False
    ) -> "Drawing":
        """Return the credit graph: at each unit the sum of its errors (or the mean), at each edge that of its credits.

        Args:
            path: an edge (source, target) whose way back to the errors is lit.
            theme: "light", "dark", or "auto": as the reader's system is.
            transparent: whether the picture has no ground of its own, for slides.
        """
        from nn.credit.pictures.picture import credit_drawing

        return credit_drawing(self.whole, path, theme=theme, transparent=transparent)

    def steps(self, lr: float = 0.1) -> "Player":
        """Return the story of the batch, step by step, as a page to click through.

        Args:
            lr: the learning rate η of the update at its end.
        """
        from nn.credit.pictures.player import Player
        from nn.credit.telling.batch_story import batch_story

        whole, after = self.whole, self.after(lr).whole
        told = batch_story(whole, self.examples, learning_rate(lr), after)
        return Player(whole, lr, told, after)

    @property
    def _count(self) -> float:
        """What sums are divided by."""
        return 1.0 if self.share == 1.0 else float(len(self.examples))

    @property
    def _total(self) -> str:
        return "Σ" if self.share == 1.0 else "mean "

    def check(self) -> "CreditCheck":
        """Put Σ δ·z beside central differences of the loss of the batch, edge by edge."""
        from nn.credit.check import CreditCheck, check_heads

        checks = [example.check() for example in self.examples]
        first = checks[0]
        keys = [key for key in first.credit if all(key in check.credit for check in checks)]

        def total(numbers: Iterable[float]) -> float:
            return ag.sum(numbers) / self._count

        return CreditCheck(
            {key: total(check.credit[key] for check in checks) for key in keys},
            {key: total(check.numerical[key] for check in checks) for key in keys},
            {key: first.names[key] for key in keys},
            first.left_out + len(first.credit) - len(keys),
            check_heads(self.examples[0], self._total.strip()),
        )

    def table(self, lr: float = 0.1) -> Table:
        """Return every edge as text: weight, credit and the new weight.

        Args:
            lr: the learning rate η.
        """
        new, first = self.updates(lr), self.examples[0]
        made = [
            (first.edges[key].called, edge.weight, edge.credit, new.get(key))
            for key, edge in self.edges.items()
        ]
        moved = self.weights.moved(lr)
        made += [
            (f"{w.name}, {len(w.uses)} uses", w.weight, w.credit, moved[w.name])
            for w in self.weights.values()
            if len(w.uses) > 1
        ]
        rows = [
            [name, shown(w, 6), shown(g, 6, sign=True), "" if after is None else shown(after, 6)]
            for name, w, g, after in made
        ]
        names = first.names
        rate = f"new weight ({names.rate} = {lr:g})"
        return table(["edge", "weight", f"{self._total.strip()} {names.product}", rate], rows)

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        """Return the table of the edges, for notebooks."""
        return self.table().html(repr(self).strip("<>"))

    def __repr__(self) -> str:
        over = "summed over" if self.share == 1.0 else "of the mean of"
        first = self.examples[0]
        return f"<credit {over} {len(self.examples):,} example{'s' * (len(self.examples) > 1)}, {first.title}, L = {significant(self.loss)}>"


TERMS = 6  # examples whose credits are written out


def summed(examples: list[Credit], mean: bool = False) -> BatchCredit:
    """Return the credit of several examples of one network, added from left to right.

    Args:
        examples: the credit of each.
        mean: whether the sum is divided by how many there are.
    """
    count = float(len(examples)) if mean else 1.0
    edges = BatchEdges()
    if any(set(example.edges) != set(examples[0].edges) for example in examples):
        raise ValueError(
            "the examples take different ways through the network, so their edges cannot be added: ask for the credit of "
            "each, or give examples of one length"
        )
    each = [dict(example.edges.items()) for example in examples]
    for key, e in each[0].items():
        if other := next((found[key] for found in each if found[key].of != e.of), None):
            raise ValueError(
                f"the examples use different weights, {e.called} and {other.called}, so that their edges cannot be "
                "added: ask for the credit of each"
            )
        total = ag.sum([0.0, *(found[key].credit for found in each)]) / count
        edges[key] = BatchEdge(e.source, e.target, e.name, e.layered_name, e.weight, total, mean)
    loss = ag.sum([0.0, *(example.loss for example in examples)])
    return BatchCredit(examples, edges, loss / count, 1.0 / count)
