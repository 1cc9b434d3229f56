"""The story of one example, step by step: forward, the error, the credit of every edge, the update, forward again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from autograd.notation import number, subscript
from nn.derivation import delta_line

if TYPE_CHECKING:
    from nn.credit import Credit, Edge, Key

MANY = 40  # from so many edges on, the edges into one unit share a step
Stage = Literal["before", "updated", "after"]
_TERMS = 4  # a sum of more is written with Σ


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the story.

    Attributes:
        index: its number, from 1.
        title: what happens.
        symbols: the formula in symbols; may have several lines.
        numbers: the same in numbers.
        nodes: the numbers of the nodes that are lit.
        edges: the edges that are lit.
        path: the edge on which error and activation meet; None if none does in this step.
        known: what the reader knows by now, as keys ("z", 1), ("delta", 1), ("credit", (3, 1)).
        stage: which numbers hold: all those before the update, those with the weights updated, or all those after it.
    """

    index: int
    title: str
    symbols: str
    numbers: str
    nodes: frozenset[int]
    edges: "frozenset[Key]"
    path: "Key | None"
    known: frozenset[tuple[str, object]]
    stage: Stage

    def __str__(self) -> str:
        lines = [f"{self.index:>3}  {self.title}"]
        symbols, numbers = self.symbols.splitlines(), self.numbers.splitlines()
        lines += [f"     {line}" for line in (*symbols, *numbers)]
        return "\n".join(lines)


def lit(credit: "Credit", path: "Key") -> "tuple[frozenset[int], frozenset[Key]]":
    """Return the nodes and the edges by which the error reaches an edge, with the edge and its tail."""
    source, target = path
    nodes = {target} if source is None else {source, target}
    edges = {path}
    heads = [target]
    for layer in credit.layers[credit.nodes[target].layer + 1 :]:
        edges |= {(i, j) for i in heads for j in layer}
        nodes |= set(layer)
        heads = layer
    return frozenset(nodes), frozenset(edges)


def story(credit: "Credit", lr: float = 0.1) -> list[Step]:
    """Return the story of one example.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η of the update at its end.

    Returns:
        The network; forward, unit by unit; the loss; for each unit from the output back its δ and the credit
        of each edge into it; the updates; forward again, with the new loss.
    """
    return _Teller(credit, lr).steps


class _Teller:
    def __init__(self, credit: "Credit", lr: float) -> None:
        self.credit, self.lr = credit, lr
        self.steps: list[Step] = []
        self.known: set[tuple[str, object]] = set()
        self.units = [i for layer in credit.layers[1:] for i in layer]
        self._network()
        for i in self.units:
            self._forward(i)
        self._loss()
        for layer in reversed(credit.layers[1:]):
            for j in layer:
                self._delta(j)
                self._credits(j)
        self._updates()
        self._again()

    def _step(
        self,
        title: str,
        symbols: str,
        numbers: str = "",
        nodes: "Iterable[int] | None" = None,
        edges: "Iterable[Key] | None" = None,
        path: "Key | None" = None,
        stage: Stage = "before",
    ) -> None:
        credit = self.credit
        self.steps.append(
            Step(
                len(self.steps) + 1, title, symbols, numbers,
                frozenset(credit.nodes if nodes is None else nodes),
                frozenset(credit.edges if edges is None else edges),
                path, frozenset(self.known), stage,
            )
        )  # fmt: skip

    def _into(self, j: int) -> "list[Edge]":
        """Return the edges into a unit, its bias last."""
        tails = self.credit.layers[self.credit.nodes[j].layer - 1]
        keys: list[Key] = [*((i, j) for i in tails), (None, j)]
        return [self.credit.edges[key] for key in keys if key in self.credit.edges]

    def _network(self) -> None:
        credit = self.credit
        inputs = [credit.nodes[i] for i in credit.layers[0]]
        target = "" if credit.y is None else f", target y = {_plain(credit.y)}"
        self._step(
            f"The network: {credit.title}",
            f"{len(credit.edges)} weights; L = {credit.loss_formula} ({credit.loss_name})",
            ", ".join(f"{n.name} = {number(n.z)}" for n in inputs[:8])
            + (", …" if len(inputs) > 8 else "")
            + target,
        )

    def _forward(self, j: int) -> None:
        credit, node = self.credit, self.credit.nodes[j]
        edges = self._into(j)
        assert node.a is not None
        activation = credit.activations[node.layer - 1]
        a = f"a{subscript(j)}"
        terms = [e.name if e.source is None else f"{e.name}·z{subscript(e.source)}" for e in edges]
        values = [
            _factor(e.weight) + ("" if e.source is None else f"·{_factor(e.z)}") for e in edges
        ]
        if len(edges) > _TERMS:
            bias = [e.name for e in edges if e.source is None]
            terms = [f"Σᵢ wᵢ⇝{subscript(j)}·zᵢ", *bias]
            values = [*values[:2], "…", values[-1]]
        f = "" if activation == "linear" else activation
        self.known |= {("a", j), ("z", j)}
        output = f"{node.name} = {f}({a})" if f else f"{node.name} = {a}"
        squashed = f"{f}({number(node.a, 4)}) = " if f else ""
        self._step(
            f"Forward: unit {j}",
            f"{a} = {' + '.join(terms)},  {output}",
            f"{a} = {' + '.join(values)} = {number(node.a, 4)},  {node.name} = {squashed}{number(node.z, 4)}",
            [j, *(e.source for e in edges if e.source is not None)],
            [(e.source, j) for e in edges],
        )

    def _loss(self) -> None:
        credit = self.credit
        outputs = [credit.nodes[i] for i in credit.layers[-1]]
        numbers = ", ".join(f"{n.name} = {number(n.z, 4)}" for n in outputs[:_TERMS])
        self.known.add(("loss", None))
        self._step(
            "The error",
            f"L = {credit.loss_formula}",
            f"{numbers}, y = {_plain(credit.y)}: L = {number(credit.loss, 4)}",
            credit.layers[-1],
            [],
        )

    def _delta(self, j: int) -> None:
        credit, node = self.credit, self.credit.nodes[j]
        behind = credit.layers[node.layer + 1 :]
        line = delta_line(credit, node)
        symbols, numbers = line.symbols, line.numbers
        if behind and len(behind[0]) > _TERMS:
            symbols = f"(Σₖ δₖ·w{subscript(j)}⇝ₖ)·f′(a{subscript(j)})"
            numbers = ""
        self.known.add(("delta", j))
        nodes, edges = {j}, set()
        heads = [j]
        for layer in behind:
            nodes |= set(layer)
            edges |= {(i, k) for i in heads for k in layer}
            heads = layer
        equals = f"{numbers} = " if numbers else ""
        self._step(
            f"The error at unit {j}: {line.left}"
            if behind
            else f"The error at the output: {line.left}",
            f"{line.left} = {symbols}",
            f"{line.left} = {equals}{number(line.value, 4, sign=True)}",
            nodes,
            edges,
        )

    def _credits(self, j: int) -> None:
        edges = self._into(j)
        if len(self.credit.edges) < MANY:
            for edge in edges:
                self._credit([edge])
        else:
            self._credit(edges)

    def _credit(self, edges: "list[Edge]") -> None:
        """Tell the credit of one edge, with its path, or of all edges into one unit."""
        j, key = edges[0].target, (edges[0].source, edges[0].target)
        self.known |= {("credit", (e.source, e.target)) for e in edges}
        nodes, paths = lit(self.credit, key)
        if len(edges) == 1:
            (edge,) = edges
            z = "1" if edge.source is None else f"z{subscript(edge.source)}"
            self._step(
                f"Credit of {edge.name}",
                f"∂L/∂{edge.name} = δ{subscript(j)}·{z}",
                f"∂L/∂{edge.name} = {_product(edge)}",
                nodes,
                paths,
                key,
            )
            return
        tails = {e.source for e in edges if e.source is not None}
        self._step(
            f"Credit of the {len(edges)} edges into unit {j}",
            f"∂L/∂wᵢ⇝{subscript(j)} = δ{subscript(j)}·zᵢ",
            "\n".join(f"{edge.name}  {_product(edge)}" for edge in edges),
            nodes | tails,
            paths | {(e.source, e.target) for e in edges},
        )

    def _updates(self) -> None:
        new = self.credit.updates(self.lr)
        lines = [
            f"{edge.name}  {number(edge.weight, 4):>7} − {self.lr:g}·{_factor(edge.credit):<9} = "
            f"{number(new[key], 4):>7}"
            for key, edge in self.credit.edges.items()
        ]
        rest = len(lines) - 24
        if rest > 0:
            lines[24:] = [f"… and {rest} more"]
        self.known.add(("update", None))
        self._step(
            "The updates: every weight goes against its credit",
            f"w := w − η·δ·z,  η = {self.lr:g}",
            "\n".join(lines),
            stage="updated",
        )

    def _again(self) -> None:
        before, after = self.credit, self.credit.after(self.lr)
        outputs = ", ".join(
            f"{after.nodes[i].name} = {number(after.nodes[i].z, 4)}"
            for i in after.layers[-1][:_TERMS]
        )
        self.known = {fact for fact in self.known if fact[0] not in ("delta", "credit")}
        verdict = "smaller" if after.loss < before.loss else "not smaller: η may be too large"
        self._step(
            f"Forward again: the loss is {verdict}",
            f"L = {after.loss_formula}",
            f"{outputs}: L = {number(after.loss, 4)}, before {number(before.loss, 4)}",
            stage="after",
        )


def _product(edge: "Edge") -> str:
    """Return δ·z in numbers, in columns that line up from edge to edge."""
    delta, z = number(edge.delta, 4, sign=True), number(edge.z, 4)
    return f"{delta:>7} · {z:>7} = {number(edge.credit, 4, sign=True):>7}"


def _factor(x: float) -> str:
    """Return a number as a factor: four digits if it needs more than two, in brackets if it is negative."""
    text = number(x, 4)
    if "e" not in text:
        text = text.removesuffix("00")
    return f"({text})" if text.startswith("−") else text


def _plain(y: object) -> str:
    """Return a target as it was given, numbers in our notation."""
    if isinstance(y, (list, tuple)):
        return "(" + ", ".join(map(_plain, y)) + ")"
    return number(float(y)) if isinstance(y, (int, float)) else str(y)
