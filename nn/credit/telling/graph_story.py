"""The story of any network: joints and skips beside units, and weights that are used more than once."""

from collections.abc import Iterator

from autograd.notation import factor, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.telling.excerpt import drawn
from nn.credit.telling.story import TERMS, Teller, listed


class GraphTeller(Teller):
    """Tells the story of a network without layers; see Teller."""

    def __init__(self, credit: Assignment, lr: float, after: Assignment) -> None:
        part = drawn(credit)
        self._weights = credit.weights
        self._shared = {w.name: w for w in self._weights.values() if len(w.uses) > 1}
        super().__init__(part, lr, after)

    def _together(self) -> list[list[list[int]]]:
        """Return what is told together: each unit and joint; or, of many, those of one rank and kind."""
        nodes = [node for node in self.credit.nodes.values() if node.kind != "input"]
        if self.scale != "layer":
            return [[[node.index]] for node in reversed(nodes)]
        found: dict[tuple[int, str, str], list[int]] = {}
        for node in nodes:
            found.setdefault((node.layer, node.kind, node.does), []).append(node.index)
        return [[units] for units in sorted(found.values(), key=lambda units: -min(units))]

    def _counted(self, kinds: str) -> str:
        edges, weights = len(self.credit.edges), len(self._weights)
        plainly = f"{edges:,} {kinds}"
        return plainly if edges <= weights else f"{weights:,} {kinds} with {edges:,} uses"

    def _inner(self, units: list[int]) -> tuple[bool, bool]:
        return not set(units) <= set(self.credit.outputs), False

    def _share(self, edge: Edge) -> str:
        return f"{'this use: ' if edge.parameter in self._shared else ''}{edge.gradient_name}"

    def _updates(self) -> None:
        if self._shared:
            self._sums()
        super()._updates()

    def _changes(self) -> Iterator[str]:
        wide = max(map(len, self._weights), default=0)
        for w in self._weights.values():
            yield self._change(
                w.name.ljust(wide), w.weight, w.credit, w.weight - self.lr * w.credit
            )

    def _sums(self) -> None:
        """Tell that a weight with several uses has one credit, their sum."""
        lines = []
        for weight in self._shared.values():
            shares = [factor(use.credit) for use in weight.uses]
            if len(shares) > TERMS:
                shares = [*shares[:3], f"… {len(shares) - 3} more"]
            total = shown(weight.credit, 4, sign=True)
            lines.append(f"{self.names.gradient(weight.name)} = {' + '.join(shares)} = {total}")
        uses = {use.key for w in self._shared.values() for use in w.uses if isinstance(use, Edge)}
        w = self.names.letter("weight")
        self._step(
            "Weights that are used more than once: one credit each, the sum over the uses",
            f"{self.names.gradient(w)} = Σ {self.names.credit()} over all edges i⇝j on which {w} stands",
            listed(lines),
            edges=uses,
        )
