"""The story of one example, step by step: forward, the error, the credit of every edge, the update, forward again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from autograd.notation import factor, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Node
from nn.credit.telling.derivation import Line
from nn.credit.telling.excerpt import excerpt
from nn.credit.telling.lit import way_back
from nn.credit.telling.ways import Ways

Scale = Literal["edge", "unit", "layer"]
Stage = Literal["before", "updated", "after"]
Chapter = Literal["network", "forward", "error", "back", "update"]
_SOME, _MANY = 40, 340  # from so many edges on, those of a unit share a step; of a layer
_UNITS = 40  # from so many on, those of a layer share a step
TERMS = 4  # a sum of more is written with Σ
_LINES = 24  # of more lines, the rest is counted
NUMBERS = 8  # of more in one line, the rest is left out


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
        back: the edges on which the error comes back, with the weight: they carry δ·w.
        chapter: of which part of the story it is.
        stage: which numbers hold: all those before the update, those with the weights updated, or all those after it.
    """

    index: int
    title: str
    symbols: str
    numbers: str
    nodes: frozenset[int]
    edges: frozenset[Key]
    path: Key | None
    known: frozenset[tuple[str, int | Key]]
    back: frozenset[Key]
    chapter: Chapter
    stage: Stage

    def __str__(self) -> str:
        lines = [f"{self.index:>3}  {self.title}"]
        symbols, numbers = self.symbols.splitlines(), self.numbers.splitlines()
        lines += [f"     {line}" for line in (*symbols, *numbers)]
        return "\n".join(lines)


def scale(credit: Assignment) -> Scale:
    """Return what has a step of its own: each edge; each unit; or, in a large network, each layer.

    Where a picture leaves layers out, they share a step.
    """
    edges, units = len(credit.edges), sum(node.kind != "input" for node in credit.nodes.values())
    if edges >= _MANY or units >= _UNITS or (credit.layers and not excerpt(credit).whole):
        return "layer"
    return "unit" if edges >= _SOME else "edge"


def story(credit: Assignment, lr: float = 0.1) -> list[Step]:
    """Return the story of one example.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η of the update at its end.

    Returns:
        The network; forward, unit by unit; the loss; for each unit from the output back its δ and the credit
        of each edge into it; the updates; forward again, with the new loss. See `scale` for large networks.
    """
    return Teller(credit, lr, credit.after(lr)).steps


class Teller:
    """Tells the story of an example, in `steps`.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η of the update.
        after: the same once the updates are made.
    """

    def __init__(self, credit: Assignment, lr: float, after: Assignment) -> None:
        self.credit, self.lr, self.after, self.names = credit, lr, after, credit.names
        self._ways = Ways(credit)
        self.target = self.names.letter("target")
        self._wanted = self.names.wanted(self.target)
        self.steps: list[Step] = []
        self.known: set[tuple[str, int | Key]] = set()
        self.scale = scale(credit)
        self.chapter: Chapter = "network"
        layers = self._layers()
        self._network()
        self.chapter = "forward"
        self._forward_steps(layers)
        self.chapter = "error"
        self._loss()
        for layer in reversed(layers):
            for units in layer:
                self._delta(units)
                self.chapter = "back"
                self._credits(units)
        self.chapter = "update"
        self._updates()
        self._again()

    def _forward_steps(self, layers: list[list[list[int]]]) -> None:
        for layer in layers:
            for units in layer:
                self._forward(units)

    def _step(
        self,
        title: str,
        symbols: str,
        numbers: str = "",
        nodes: Iterable[int] | None = None,
        edges: Iterable[Key] | None = None,
        path: Key | None = None,
        back: Iterable[Key] = (),
        stage: Stage = "before",
    ) -> None:
        credit = self.credit
        self.steps.append(
            Step(
                len(self.steps) + 1, title, symbols, numbers,
                frozenset(credit.nodes if nodes is None else nodes),
                frozenset(credit.edges if edges is None else edges),
                path, frozenset(self.known), frozenset(back), self.chapter, stage,
            )
        )  # fmt: skip

    def _layers(self) -> list[list[list[int]]]:
        """Return what is told together: layer by layer, lists of units."""
        layers = self.credit.layers
        if self.scale != "layer":
            return [[[j] for j in layer] for layer in layers[1:]]
        groups: list[Iterable[int]] = []
        for before, k in pairwise(excerpt(self.credit).layers):
            groups += [range(before + 1, k), [k]] if k > before + 1 else [[k]]
        return [[[j for k in group for j in layers[k]]] for group in groups]

    def _into(self, j: int) -> list[Edge]:
        """Return the edges into a unit, its bias last."""
        return [way for way in self.credit.into(j) if isinstance(way, Edge)]

    def _network(self) -> None:
        credit = self.credit
        kinds = "weights and biases" if any(key[0] is None for key in credit.edges) else "weights"
        self._step(
            f"The network: {credit.title}",
            f"{self._counted(kinds)}; {self.names.loss} = {credit.loss_formula} ({credit.loss_name})",
            self._given(),
        )

    def _counted(self, kinds: str) -> str:
        return f"{len(self.credit.edges):,} {kinds}"

    def _given(self) -> str:
        """Return what goes in."""
        credit = self.credit
        inputs = [credit.nodes[i] for i in credit.layers[0]]
        target = "" if credit.y is None else f", {self._wanted} = {plain(credit.y)}"
        rest = ", …" if len(inputs) > NUMBERS else ""
        return ", ".join(f"{n.name} = {shown(n.z)}" for n in inputs[:NUMBERS]) + rest + target

    def _forward(self, units: list[int]) -> None:
        self.known |= {("z", j) for j in units}
        if len(units) == 1:
            self._forward_one(units[0])
            return
        credit = self.credit
        edges = [edge for j in units for edge in self._into(j)]
        names = {credit.nodes[j].does for j in units}
        f = names.pop() if len(names) == 1 else "f"
        a = self.names.a("j")
        self._step(
            f"Forward: {self._called(units)}",
            f"{self.names.sum('j', any(e.source is None for e in edges))},  "
            f"{self.names.z('j')} = {a if f == 'linear' else f'{f}({a})'}",
            listed(map(self._passed, units)),
            {*units, *(e.source for e in edges if e.source is not None)},
            {e.key for e in edges},
        )

    def _forward_one(self, j: int) -> None:
        node, ways = self.credit.nodes[j], self.credit.into(j)
        line = self._ways.forward(node, bool(self.credit.layers))
        lit = [j, *(way.source for way in ways if way.source is not None)]
        symbols, numbers = line.symbols, " = ".join(line.sides[2:])
        if node.kind == "joint":
            text = f"{node.name} = {symbols}", f"{node.name} = {numbers}"
            self._step(f"Forward: joint {j}", *text, lit, [])
            return
        f = "" if node.does == "linear" else node.does
        output = f"{f}({line.left})" if f else line.left
        squashed = f"{f}({shown(node.a or 0.0, 4)}) = " if f else ""
        self._step(
            f"Forward: unit {self.names.unit(j)}",
            f"{line.left} = {symbols},  {node.name} = {output}",
            f"{line.left} = {numbers},  {node.name} = {squashed}{shown(node.z, 4)}",
            lit,
            [edge.key for edge in self._into(j)],
        )

    def _passed(self, j: int) -> str:
        node = self.credit.nodes[j]
        return f"{node.a_name} = {shown(node.a or 0.0, 4):>7},  {node.name} = {shown(node.z, 4):>7}"

    def _loss(self) -> None:
        credit = self.credit
        outputs = [credit.nodes[i] for i in credit.outputs]
        numbers = ", ".join(f"{n.name} = {shown(n.z, 4)}" for n in outputs[:TERMS])
        self._step(
            "The error",
            f"{self.names.loss} = {credit.loss_formula}",
            f"{numbers}, {self.target} = {plain(credit.y)}: {self.names.loss} = {shown(credit.loss, 4)}",
            credit.outputs,
            [],
        )

    def _delta(self, units: list[int]) -> None:
        credit, names = self.credit, self.names
        self.known |= {("delta", j) for j in units}
        lines = [self._line(credit.nodes[j]) for j in units]
        first = lines[0]
        behind = self._behind(units)
        joint = credit.nodes[units[0]].kind == "joint"
        where = (
            f"at {self._called(units, 'joint' if joint else 'unit')}" if behind else "at the output"
        )
        if len(units) > 1:
            minus = "−" if names.sign < 0.0 else ""
            symbols = names.back("j") if behind else f"{minus}∂{names.loss}/∂{names.a('j')}"
            if joint and behind:
                symbols = f"Σₖ {names.delta('k')}·∂{names.z('k')}/∂{names.z('j')}"
            title = f"The error {where}: {first.left} to {lines[-1].left}"
            text = (
                f"{names.delta('j')} = {symbols}",
                listed(f"{line.left} = {_signed(line.value)}" for line in lines),
            )
        else:
            symbols, equals = first.symbols, f"{first.numbers} = "
            if behind and len(behind[0]) > TERMS:
                symbols, equals = names.back(units[0]), ""
            title = f"The error {where}: {first.left}"
            text = f"{first.left} = {symbols}", f"{first.left} = {equals}{_signed(first.value)}"
        nodes, ways = way_back(credit, units)
        self._step(title, *text, nodes, ways, back=ways)

    def _behind(self, units: list[int]) -> list[list[int]]:
        """Return the layers behind some units, from which the error comes."""
        return self.credit.layers[self.credit.nodes[units[0]].layer + 1 :]

    def _line(self, node: Node) -> Line:
        return self._ways.line(node)

    def _credits(self, units: list[int]) -> None:
        edges = [edge for j in units for edge in self._into(j)]
        if self.scale != "edge":
            self._credit(units, edges)
            return
        for edge in edges:
            self._credit(units, [edge])

    def _credit(self, units: list[int], edges: list[Edge]) -> None:
        """Tell the credit of one edge, with its path, or of all edges into some units."""
        keys: set[Key] = {e.key for e in edges}
        self.known |= {("credit", key) for key in keys}
        nodes, ways = way_back(self.credit, units)
        nodes |= {e.source for e in edges if e.source is not None}
        if len(edges) == 1:
            (edge,) = edges
            self._step(
                f"Credit of {edge.called}",
                f"{self._share(edge)} = {self._credit_symbols(edge.delta_name, edge.z_name)}",
                f"{self._share(edge)} = {self._product(edge)}",
                nodes,
                ways | keys,
                edge.key if self.scale == "edge" else None,
                back=ways,
            )
            return
        j = units[0] if len(units) == 1 else "j"
        symbols = self._credit_symbols(*self.names.credit(j).split("·"))
        self._step(
            f"Credit of the {len(edges):,} edges into {self._called(units)}",
            f"{self.names.gradient(self.names.weight('i', j))} = {symbols}",
            listed(f"{edge.called}  {self._product(edge)}" for edge in edges),
            nodes,
            ways | keys,
            back=ways,
        )

    def _outputs(self, credit: Assignment) -> str:
        """Return what comes out."""
        outputs = [credit.nodes[i] for i in credit.outputs[:TERMS]]
        return ", ".join(f"{node.name} = {shown(node.z, 4)}" for node in outputs) + ": "

    def _share(self, edge: Edge) -> str:
        return edge.gradient_name

    def _credit_symbols(self, delta: str, z: str) -> str:
        return f"{delta}·{z}"

    def _product(self, edge: Edge) -> str:
        """Return δ·z in numbers, in columns that line up from edge to edge."""
        delta, z = shown(edge.delta, 4, sign=True), factor(edge.z)
        return f"{delta:>7} · {z:>9} = {shown(edge.credit, 4, sign=True):>7}"

    def _updates(self) -> None:
        share = "" if self.credit.layers else self.names.gradient(self.names.letter("weight"))
        self._step(
            "The updates: every weight goes against its credit",
            self._rule(share),
            listed(self._changes()),
            stage="updated",
        )

    def _changes(self) -> Iterator[str]:
        """Yield what the updates do, weight by weight."""
        new = self.credit.updates(self.lr)
        for key, edge in self.credit.edges.items():
            yield self._change(edge.name, edge.weight, edge.credit, new[key])

    def _rule(self, share: str = "") -> str:
        """Return what an update does to a weight, in symbols, with the learning rate."""
        names = self.names
        w, rule = names.letter("weight"), names.notation.update
        if share:
            rule = f"{w} := {w} − {names.rate}·{share}"
        return f"{rule},  {names.rate} = {self.lr:g}"

    def _change(self, name: str, weight: float, credit: float, new: float) -> str:
        """Return what an update does to a weight, in numbers."""
        sign, step = ("−", credit) if self.names.sign > 0.0 else ("+", -credit)
        moved = f"{shown(weight, 4):>7} {sign} {self.lr:g}·{factor(step, short=True):<9}"
        return f"{name}  {moved} = {shown(new, 4):>7}"

    def _all(self, formula: str) -> str:
        """Return the formula of the loss of all that is told."""
        return formula

    def _called(self, units: list[int], what: str = "unit") -> str:
        """Return units by name; their numbers are in a row, even those of several layers."""
        first, last = self.names.unit(min(units)), self.names.unit(max(units))
        return f"{what} {first}" if len(units) == 1 else f"{what}s {first} to {last}"

    def _again(self) -> None:
        before, after = self.credit, self.after
        self.known = {fact for fact in self.known if fact[0] not in ("delta", "credit")}
        verdict = "smaller" if after.loss < before.loss else "not smaller: η may be too large"
        if after.loss == before.loss:
            verdict = "the same"
        self._step(
            f"Forward again: the loss is {verdict}",
            f"{self.names.loss} = {self._all(after.loss_formula)}",
            f"{self._outputs(after)}{self.names.loss} = {shown(after.loss, 4)}, before {shown(before.loss, 4)}",
            stage="after",
        )


def listed(lines: Iterable[str]) -> str:
    """Return lines as one text; of many the first, and how many more there are."""
    said = list(lines)
    rest = len(said) - _LINES
    return "\n".join([*said[:_LINES], f"… and {rest:,} more"] if rest > 0 else said)


def _signed(x: float) -> str:
    return shown(x, 4, sign=True)


def plain(y: object) -> str:
    """Return a target as it was given, numbers in our notation; of many the first."""
    if isinstance(y, (list, tuple)):
        rest = ", …" if len(y) > NUMBERS else ""
        return f"({', '.join(map(plain, y[:NUMBERS]))}{rest})"
    return shown(y) if isinstance(y, (int, float)) else str(y)
