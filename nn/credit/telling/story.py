"""The story of one example, step by step: forward, the error, the credit of every edge, the update, forward again."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from autograd.notation import factor, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Node, Weight
from nn.credit.telling.excerpt import drawn, excerpt
from nn.credit.telling.lit import way_back
from nn.credit.telling.phrases import NUMBERS, TERMS, formula, listed, outputs, signed, wanted
from nn.credit.telling.ways import Ways

Scale = Literal["edge", "unit", "layer"]
Stage = Literal["before", "updated", "after"]
Chapter = Literal["network", "forward", "error", "back", "update"]
_SOME, _MANY = 40, 340  # from so many edges on, those of a unit share a step; of a layer
_UNITS = 40  # from so many on, those of a layer share a step


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
        self.credit = credit = drawn(credit)
        self.lr, self.after, self.names = lr, after, credit.names
        self._ways = Ways(credit)
        self._shared = {w.name: w for w in credit.weights.values() if len(w.uses) > 1}
        self.steps: list[Step] = []
        self.known: set[tuple[str, int | Key]] = set()
        self.scale = scale(credit)
        self.chapter: Chapter = "network"
        together = self._together()
        self._network()
        self.chapter = "forward"
        self._forward_steps(together)
        self.chapter = "error"
        self._loss()
        for units in sorted(together, key=min):
            self._delta(units)
            self.chapter = "back"
            self._credits(units)
        self.chapter = "update"
        self._updates()
        self._again()

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

    def _together(self) -> list[list[int]]:
        """Return what is told together: each unit and joint; or, of many, those of a layer, or of one rank and kind."""
        credit = self.credit
        inner = [node for node in credit.nodes.values() if node.kind != "input"]
        by_layer = sorted(inner, key=lambda node: node.layer)
        if self.scale != "layer":
            return [[node.index] for node in (by_layer if credit.layers else reversed(inner))]
        shown = excerpt(credit).layers if credit.layers else []

        def kind(node: Node) -> object:
            if not shown:
                return node.layer, node.kind, node.does
            place = bisect_left(shown, node.layer)  # layers left out before one that is shown
            return place, node.layer == shown[place]

        found: dict[object, list[int]] = {}
        for node in by_layer:
            found.setdefault(kind(node), []).append(node.index)
        return sorted(found.values(), key=lambda units: -min(units))

    def _into(self, units: Iterable[int]) -> list[Edge]:
        """Return the edges into some units, a bias last."""
        ways = (way for j in units for way in self.credit.into(j))
        return [way for way in ways if isinstance(way, Edge)]

    def _called(self, units: list[int], what: str = "unit") -> str:
        """Return units by name; their numbers are in a row, even those of several layers."""
        first, last = self.names.unit(min(units)), self.names.unit(max(units))
        return f"{what} {first}" if len(units) == 1 else f"{what}s {first} to {last}"

    def _target(self, credit: Assignment) -> str:
        return f"{self.names.letter('target')} = {wanted(credit)}"

    # ---------------------------------------------------------------- forward

    def _network(self) -> None:
        credit = self.credit
        kinds = "weights and biases" if any(key[0] is None for key in credit.edges) else "weights"
        self._step(
            f"The network: {credit.title}",
            f"{self._counted(kinds)}; {self.names.loss} = {credit.loss_formula} ({credit.loss_name})",
            self._given(),
        )

    def _counted(self, kinds: str) -> str:
        edges, weights = len(self.credit.edges), len(self.credit.weights)
        plainly = f"{edges:,} {kinds}"
        return plainly if edges <= weights else f"{weights:,} {kinds} with {edges:,} uses"

    def _given(self) -> str:
        """Return what goes in, and what should come out."""
        inputs = [node for node in reversed(self.credit.nodes.values()) if node.kind == "input"]
        said = [f"{node.name} = {shown(node.z)}" for node in inputs[:NUMBERS]]
        said += ["…"] if len(inputs) > NUMBERS else []
        said += [] if self.credit.y is None else [self.names.wanted(self._target(self.credit))]
        return ", ".join(said)

    def _forward_steps(self, together: list[list[int]]) -> None:
        for units in together:
            self.known |= {("z", j) for j in units}
            if len(units) == 1:
                self._forward_one(units[0])
            else:
                self._forward(units)

    def _forward(self, units: list[int]) -> None:
        edges, names = self._into(units), self.names
        does = {self.credit.nodes[j].does for j in units}
        f, a = (does.pop() if len(does) == 1 else "f"), names.a("j")
        lines = (
            f"{n.a_name} = {shown(n.a or 0.0, 4):>7},  {n.name} = {shown(n.z, 4):>7}"
            for n in map(self.credit.nodes.__getitem__, units)
        )
        self._step(
            f"Forward: {self._called(units)}",
            f"{names.sum('j', any(e.source is None for e in edges))},  "
            f"{names.z('j')} = {a if f == 'linear' else f'{f}({a})'}",
            listed(lines),
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
            [edge.key for edge in self._into([j])],
        )

    def _loss(self) -> None:
        credit, loss = self.credit, self.names.loss
        self._step(
            "The error",
            f"{loss} = {credit.loss_formula}",
            f"{outputs(credit)}, {self._target(credit)}: {loss} = {shown(credit.loss, 4)}",
            credit.outputs,
            [],
        )

    # ---------------------------------------------------------------- back

    def _delta(self, units: list[int]) -> None:
        credit, names = self.credit, self.names
        self.known |= {("delta", j) for j in units}
        lines = [self._ways.line(credit.nodes[j]) for j in units]
        first, last = lines[0], lines[-1]
        joint = credit.nodes[units[0]].kind == "joint"
        inner = not set(units) <= set(credit.outputs)
        called = first.left if len(units) == 1 else f"{first.left} to {last.left}"
        where = self._called(units, "joint" if joint else "unit") if inner else "the output"
        if len(units) > 1:
            symbols = f"{names.minus}∂{names.loss}/∂{names.a('j')}"
            if inner:
                symbols = names.back("j")
            if inner and joint:
                symbols = f"Σₖ {names.delta('k')}·∂{names.z('k')}/∂{names.z('j')}"
            symbols = f"{names.delta('j')} = {symbols}"
            numbers = listed(f"{line.left} = {signed(line.value)}" for line in lines)
        elif inner and credit.layers and len(credit.out_of(units[0])) > TERMS:
            symbols = f"{first.left} = {names.back(units[0])}"
            numbers = f"{first.left} = {signed(first.value)}"
        else:
            symbols = f"{first.left} = {first.symbols}"
            numbers = f"{first.left} = {first.numbers} = {signed(first.value)}"
        nodes, ways = way_back(credit, units)
        self._step(f"The error at {where}: {called}", symbols, numbers, nodes, ways, back=ways)

    def _credits(self, units: list[int]) -> None:
        edges = self._into(units)
        if self.scale == "edge":
            for edge in edges:
                self._credit(units, [edge])
        elif edges:
            self._credit(units, edges)

    def _credit(self, units: list[int], edges: list[Edge]) -> None:
        """Tell the credit of one edge, with its path, or of all edges into some units."""
        keys: set[Key] = {e.key for e in edges}
        self.known |= {("credit", key) for key in keys}
        nodes, ways = way_back(self.credit, units)
        nodes |= {e.source for e in edges if e.source is not None}
        path = None
        if len(edges) == 1:
            (edge,) = edges
            title, share = f"Credit of {edge.called}", self._share(edge)
            symbols = f"{share} = {self._of_all(f'{edge.delta_name}·{edge.z_name}')}"
            numbers = f"{share} = {self._product(edge)}"
            path = edge.key if self.scale == "edge" else None
        else:
            title = f"Credit of the {len(edges):,} edges into {self._called(units)}"
            j, names = (units[0] if len(units) == 1 else "j"), self.names
            gradient = names.gradient(names.weight("i", j))
            symbols = f"{gradient} = {self._of_all(names.credit(j))}"
            numbers = listed(f"{edge.called}  {self._product(edge)}" for edge in edges)
        self._step(title, symbols, numbers, nodes, ways | keys, path, ways)

    def _of_all(self, symbols: str) -> str:
        """Return what stands for one example as it stands for all."""
        return f"{self.credit.total.strip()} {symbols}".lstrip()

    def _share(self, edge: Edge) -> str:
        return f"{'this use: ' if edge.parameter in self._shared else ''}{edge.gradient_name}"

    def _product(self, edge: Edge) -> str:
        """Return δ·z in numbers, in columns that line up from edge to edge."""
        delta, z = shown(edge.delta, 4, sign=True), factor(edge.z)
        return f"{delta:>7} · {z:>9} = {signed(edge.credit):>7}"

    # ---------------------------------------------------------------- the update

    def _updates(self) -> None:
        names = self.names
        rule, w = names.notation.update, names.letter("weight")
        if self._shared:
            self._sums()
        if not self.credit.layers:
            rule = f"{w} := {w} − {names.rate}·{names.gradient(w)}"
        self._step(
            "The updates: every weight goes against its credit",
            f"{rule},  {names.rate} = {self.lr:g}",
            listed(self._changes()),
            stage="updated",
        )

    def _sums(self) -> None:
        """Tell that a weight with several uses has one credit, their sum."""
        lines = []
        for weight in self._shared.values():
            shares = [factor(use.credit) for use in weight.uses]
            if len(shares) > TERMS:
                shares = [*shares[:3], f"… {len(shares) - 3} more"]
            gradient = self.names.gradient(weight.name)
            lines.append(f"{gradient} = {' + '.join(shares)} = {signed(weight.credit)}")
        uses = {use.key for w in self._shared.values() for use in w.uses if isinstance(use, Edge)}
        w = self.names.letter("weight")
        self._step(
            "Weights that are used more than once: one credit each, the sum over the uses",
            f"{self.names.gradient(w)} = Σ {self.names.credit()} over all edges i⇝j on which {w} stands",
            listed(lines),
            edges=uses,
        )

    def _changes(self) -> Iterator[str]:
        """Yield what the updates do, weight by weight; of layers by the names of the edges."""
        credit = self.credit
        if credit.layers:
            for edge in credit.edges.values():
                yield self._change(edge.name, credit.weights[edge.parameter])
            return
        wide = max(map(len, credit.weights), default=0)
        for weight in credit.weights.values():
            yield self._change(weight.name.ljust(wide), weight)

    def _change(self, name: str, w: Weight) -> str:
        """Return what an update does to a weight, in numbers."""
        sign, step = ("−", w.credit) if self.names.sign > 0.0 else ("+", -w.credit)
        moved = f"{shown(w.weight, 4):>7} {sign} {self.lr:g}·{factor(step, short=True):<9}"
        return f"{name}  {moved} = {shown(w.weight - self.lr * w.credit, 4):>7}"

    def _again(self) -> None:
        before, after, loss = self.credit, self.after, self.names.loss
        self.known = {fact for fact in self.known if fact[0] not in ("delta", "credit")}
        verdict = "smaller" if after.loss < before.loss else "not smaller: η may be too large"
        if after.loss == before.loss:
            verdict = "the same"
        found = "" if after.total else f"{outputs(after)}: "
        self._step(
            f"Forward again: the loss is {verdict}",
            f"{loss} = {formula(after)}",
            f"{found}{loss} = {shown(after.loss, 4)}, before {shown(before.loss, 4)}",
            stage="after",
        )
