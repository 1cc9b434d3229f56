"""The story of any network: joints and skips beside units, and weights that are used more than once."""

from autograd.notation import factor, shown, subscript
from nn.credit.assignment import Assignment
from nn.credit.derivation import Line
from nn.credit.excerpt import drawn
from nn.credit.parts import Edge, Link, Node
from nn.credit.story import NUMBERS, TERMS, Teller, listed, plain
from nn.credit.ways import Ways


class GraphTeller(Teller):
    """Tells the story of a network without layers; see Teller."""

    def __init__(self, credit: Assignment, lr: float, after: Assignment) -> None:
        self._ways = Ways(credit)
        self._weights = credit.weights
        self._shared = {w.name: w for w in self._weights.values() if len(w.uses) > 1}
        super().__init__(drawn(credit), lr, after)

    def _layers(self) -> list[list[list[int]]]:
        """Return what is told together: each unit and joint; or, of many, those of one rank and kind."""
        nodes = [node for node in self.credit.nodes.values() if node.kind != "input"]
        if self.scale != "layer":
            return [[[node.index]] for node in reversed(nodes)]
        found: dict[tuple[int, str, str], list[int]] = {}
        for node in nodes:
            found.setdefault((node.layer, node.kind, node.does), []).append(node.index)
        return [[units] for units in sorted(found.values(), key=lambda units: -min(units))]

    def _into(self, j: int) -> list[Edge]:
        return [way for way in self.credit.into(j) if isinstance(way, Edge)]

    def _links(self, j: int) -> list[Link]:
        return [way for way in self.credit.into(j) if isinstance(way, Link)]

    def _counted(self, kinds: str) -> str:
        edges, weights = len(self.credit.edges), len(self._weights)
        plainly = f"{edges:,} {kinds}"
        return plainly if edges <= weights else f"{weights:,} {kinds} with {edges:,} uses"

    def _given(self) -> str:
        inputs = [node for node in reversed(self.credit.nodes.values()) if node.kind == "input"]
        said = [f"{node.name} = {shown(node.z)}" for node in inputs[:NUMBERS]]
        said += ["…"] if len(inputs) > NUMBERS else []
        said += [] if self.credit.y is None else [f"target y = {plain(self.credit.y)}"]
        return ", ".join(said)

    def _forward_one(self, j: int) -> None:
        node, edges, links = self.credit.nodes[j], self._into(j), self._links(j)
        ways: list[Edge | Link] = [*edges, *links]
        tails = [way.source for way in ways]
        lit = [j, *(i for i in tails if i is not None)]
        if node.kind == "joint":
            names = [self.credit.nodes[link.source].name for link in links]
            read = ", ".join(names[:NUMBERS]) + (", …" if len(names) > NUMBERS else "")
            self._step(
                f"Forward: joint {j}",
                f"{node.name} = {node.does}({read})",
                f"{node.name} = {shown(node.z, 4)}",
                lit,
                [],
            )
            return
        assert node.a is not None
        a, f = f"a{subscript(j)}", "" if node.does == "linear" else node.does
        terms = [self._term(way) for way in ways]
        rest = f" + … {len(terms) - 3} more" if len(terms) > TERMS else ""
        said = terms[:3] if rest else terms
        symbols, numbers = (
            " + ".join(side).replace("+ −", "− ") + rest for side in zip(*said, strict=True)
        )
        squashed = f"{f}({shown(node.a, 4)}) = " if f else ""
        self._step(
            f"Forward: unit {j}",
            f"{a} = {symbols},  {node.name} = {f'{f}({a})' if f else a}",
            f"{a} = {numbers} = {shown(node.a, 4)},  {node.name} = {squashed}{shown(node.z, 4)}",
            lit,
            [edge.key for edge in edges],
        )

    def _term(self, way: Edge | Link) -> tuple[str, str]:
        """Return what a way adds to a pre-activation, in symbols and in numbers."""
        if isinstance(way, Edge):
            sign = "−" if way.sign * (way.z if way.source is None else 1.0) < 0.0 else ""
            weight = factor(way.weight, short=True)
            if way.source is None:
                return sign + way.name, sign + weight
            return f"{sign}{way.name}·{way.z_name}", f"{sign}{weight}·{factor(way.z, short=True)}"
        tail = self.credit.nodes[way.source]
        sign, size = "−" if way.local < 0.0 else "", abs(way.local)
        times = "" if size == 1.0 else f"{shown(size)}·"
        return (
            f"{sign}{times}z{subscript(way.source)}",
            f"{sign}{times}{factor(tail.z, short=True)}",
        )

    def _behind(self, units: list[int]) -> list[list[int]]:
        return [] if set(units) <= set(self.credit.outputs) else [[]]

    def _line(self, node: Node) -> Line:
        return self._ways.line(node)

    def _credits(self, units: list[int]) -> None:
        if any(map(self._into, units)):
            super()._credits(units)

    def _share(self, edge: Edge) -> str:
        return f"{'this use: ' if edge.parameter in self._shared else ''}∂L/∂{edge.name}"

    def _updates(self) -> None:
        if self._shared:
            self._sums()
        lines = [
            f"{w.name}  {shown(w.weight, 4):>7} − {self.lr:g}·{factor(w.credit, short=True):<9} = "
            f"{shown(w.weight - self.lr * w.credit, 4):>7}"
            for w in self._weights.values()
        ]
        self._step(
            "The updates: every weight goes against its credit",
            f"w := w − η·∂L/∂w,  η = {self.lr:g}",
            listed(lines),
            stage="updated",
        )

    def _sums(self) -> None:
        """Tell that a weight with several uses has one credit, their sum."""
        lines = []
        for weight in self._shared.values():
            shares = [shown(use.credit, 4, sign=True) for use in weight.uses]
            if len(shares) > TERMS:
                shares = [*shares[:3], f"… {len(shares) - 3} more"]
            total = shown(weight.credit, 4, sign=True)
            lines.append(f"∂L/∂{weight.name} = {' '.join(shares)} = {total}")
        uses = {use.key for w in self._shared.values() for use in w.uses if isinstance(use, Edge)}
        self._step(
            "Weights that are used more than once: one credit each, the sum over the uses",
            "∂L/∂w = Σ δⱼ·zᵢ over all edges i⇝j on which w stands",
            listed(lines),
            edges=uses,
        )
