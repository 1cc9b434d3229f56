"""Every number of a credit in the order in which one works it out by hand, with the rule that gives it.

The rules are computed on the recorded graph, piece by piece, from one number that people write down to the next: of
any network, with any activation, on any kind of number that the table of operations takes, intervals say.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from autograd import Value, primitives
from autograd.graph.node import made_by
from autograd.notation import factor, shown
from autograd.primitive import slopes_of
from nn.arguments import learning_rate
from nn.credit.assignment import Assignment
from nn.credit.finding.joints import Joint
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.replay import numbers_of
from nn.credit.finding.units import Unit
from nn.credit.parts import Edge, Key, Node, Weight
from nn.credit.telling.derivation import Line, probability_line
from nn.credit.telling.ways import Ways, share

Kind = Literal["weight", "z", "a", "p", "loss", "delta", "share", "gradient", "new"]
Id: TypeAlias = tuple[Kind, Any]
Known: TypeAlias = Mapping[Id, Any]
Rule: TypeAlias = Callable[[Known], Any]


@dataclass(frozen=True, eq=False)
class Equation:
    """A number of a credit, and the rule that gives it.

    Attributes:
        kind: "weight"; "z", the number of an input, a unit or a joint; "a"; "L"; "delta"; "share", δ·z of one of several uses
            of a weight; "gradient", ∂L/∂w; "new", the weight after an update.
        of: the number of a node, the key of an edge, or the name of a weight; "" for the loss.
        names: what it is called, the name of the slides first.
        value: the number.
        reads: the ids of the numbers that its rule reads; empty for what is given.
        symbols, numbers: the right-hand side of its rule, as it is printed; empty for what is given.
        rule: computes it from the numbers that it reads, given by id; None for what is given.
    """

    kind: Kind
    of: Any
    names: tuple[str, ...]
    value: float
    reads: tuple[Id, ...] = ()
    symbols: str = ""
    numbers: str = ""
    rule: Rule | None = None

    @property
    def id(self) -> Id:
        """(kind, of): unlike names, it is one number's alone."""
        return self.kind, self.of


def equations(credit: Assignment, lr: float = 0.1) -> list[Equation]:
    """Return the weights and inputs, which are given; then a and z forward, L, δ back, ∂L/∂w, and the new weights.

    Args:
        credit: what `assign_credit` found: any network.
        lr: the learning rate η of the new weights.

    >>> from nn import MLP, assign_credit
    >>> c = assign_credit(MLP.from_weights([[[0.5], [-0.5]]], activation="tanh"), [1.0, 2.0], 0.5)
    >>> for q in equations(c):
    ...     print(q.names[0], "=", *(f"{text} =" for text in (q.symbols, q.numbers) if text), f"{q.value:.4f}")
    w₁⇝₀ = -0.5000
    w₂⇝₀ = 0.5000
    x₁ = 1.0000
    x₂ = 2.0000
    a₀ = w₂⇝₀·z₂ + w₁⇝₀·z₁ = 0.50·1.00 + (−0.50)·2.00 = -0.5000
    ŷ = a₀ = (−0.5000) = -0.5000
    L = ½(ŷ−y)² = 0.5000
    δ₀ = ŷ−y = −0.5000 − 0.5000 = -1.0000
    ∂L/∂w₁⇝₀ = δ₀·z₁ = (−1.0000)·2.0000 = -2.0000
    ∂L/∂w₂⇝₀ = δ₀·z₂ = (−1.0000)·1.0000 = -1.0000
    new w₁⇝₀ = w₁⇝₀ − 0.1·∂L/∂w₁⇝₀ = (−0.5000) − 0.1·(−2.0000) = -0.3000
    new w₂⇝₀ = w₂⇝₀ − 0.1·∂L/∂w₂⇝₀ = 0.5000 − 0.1·(−1.0000) = 0.6000
    >>> known = {q.id: q.value for q in equations(c)}
    >>> all(abs(q.rule(known) - q.value) < 1e-12 for q in equations(c) if q.rule)
    True
    """
    return list(_Working(credit, lr).all())


class _Piece:
    """What was computed from some numbers to one node, on any kind of number.

    Args:
        graph: the recorded graph.
        root: the place of the node.
        known: the ids of the numbers that people know, by the places of their nodes.
        own: those of them that it does not begin with, since it ends there.
    """

    def __init__(
        self, graph: Recorded, root: int, known: Mapping[int, Id], own: Set[int] = frozenset()
    ) -> None:
        self.graph, self.root = graph, root
        self.reads: dict[int, Id] = {}
        members, stack = set[int](), [root]
        while stack:
            k = stack.pop()
            if k in known and k not in own:
                self.reads[k] = known[k]
            elif k not in members:
                members.add(k)
                stack.extend(reversed(graph.parents[k]))
        self.members = sorted(members)
        # the numbers last read and the slopes found: each weight of a piece asks for them
        self._last: tuple[list[Any], dict[int, Any]] | None = None

    def numbers(self, known: Known) -> dict[int, Any]:
        """Return the numbers of all nodes."""
        graph, found = self.graph, {k: known[name] for k, name in self.reads.items()}
        for k in self.members:
            row, operands = made_by(graph.values[k])
            found[k] = graph.numbers[k]
            if row is not None:
                found[k] = row(*(numbers_of(x, found, graph.places) for x in operands))
        return found

    def slopes(self, known: Known) -> Mapping[int, Any]:
        """Return the derivatives of the root by the nodes it reads; those that are 0 by a convention are left out."""
        read = [known[name] for name in self.reads.values()]
        if self._last is not None and all(x is y for x, y in zip(read, self._last[0])):
            return self._last[1]
        graph, found = self.graph, dict[int, Any]({self.root: 1.0})
        numbers = self.numbers(known)
        for k in reversed(self.members):
            row, operands = made_by(graph.values[k])
            if row is None or k not in found:
                continue
            g, given = found.pop(k), [numbers_of(x, numbers, graph.places) for x in operands]
            if row is primitives.where:
                chosen = operands[1 if given[0] else 2]
                flows = [(chosen, 1.0)]
            else:
                flows = []
                for x, rule in zip(operands, row.partials):
                    slope = slopes_of(rule, [*given, numbers[k]])
                    flows += zip(x, slope) if isinstance(x, tuple) else [(x, slope)]
            for p, slope in flows:
                place = graph.places.get(p) if isinstance(p, Value) else None
                if place is not None and not (type(slope) is float and slope == 0.0):
                    found[place] = g * slope + found[place] if place in found else g * slope
        self._last = read, found
        return found


class _Working:
    """Lists the equations of a credit.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η.
    """

    def __init__(self, credit: Assignment, lr: float) -> None:
        self.credit, self.lr = credit, learning_rate(lr)
        recording, anatomy = credit.recording, credit.anatomy
        self.ways = Ways(credit)
        self.graph = graph = credit.graph
        self.a: dict[int, int] = {}  # the place of the pre-activation of a unit
        self.z: dict[int, int] = {}  # and of the number of a node
        blocks: dict[int, set[int]] = {}  # the places of the results of each block
        if anatomy is None:
            self._in_layers()
        else:
            for cell in anatomy.cells.values():
                self.z[cell.index] = cell.z
                if isinstance(cell.part, Unit):
                    self.a[cell.index] = cell.part.a
                elif isinstance(cell.part, Joint) and cell.part.block is not None:
                    blocks.setdefault(cell.part.block, set()).add(cell.z)
        known: dict[int, Id] = {k: ("z", i) for i, k in self.z.items()}
        self.places: dict[str, int] = {}  # of the weights, by their names
        for p, weight in zip(recording.parameters, credit.weights.values()):
            if (place := graph.places.get(p)) is not None:
                self.places[weight.name] = place
                known[place] = "weight", self._of(weight)
        self.pieces: dict[Id, _Piece] = {
            ("loss", None): _Piece(graph, graph.places[recording.loss], known)
        }
        for i, k in self.z.items():
            node = credit.nodes[i]
            own = {k} if node.block is None else blocks[node.block]
            if i in self.a:
                self.pieces["a", i] = _Piece(graph, self.a[i], known, own)
                self.pieces["z", i] = _Piece(graph, k, {self.a[i]: ("a", i)})
            elif node.kind == "joint":
                self.pieces["z", i] = _Piece(graph, k, known, own)
        self.readers: dict[
            int, list[tuple[Id, _Piece]]
        ] = {}  # of each node, but of none that is an a
        for called, piece in self.pieces.items():
            for k, name in piece.reads.items():
                if name[0] != "a":
                    self.readers.setdefault(k, []).append((called, piece))

    def _in_layers(self) -> None:
        """Find the nodes of a perceptron."""
        credit, graph = self.credit, self.graph
        for row in credit.rows():
            self.a[row.target] = k = graph.places[row.pieces[0][0]]
            operands = graph.parents[k]
            read = zip(row.tails, operands[len(operands) // 2 :])
            self.z |= {i: z for i, z in read if i is not None}
        for j, v in zip(credit.outputs, graph.outputs):
            self.z[j] = v
        self.z = {i: self.z[i] for i in credit.nodes}

    def all(self) -> Iterator[Equation]:
        """Yield the equations."""
        credit, edges = self.credit, self.credit.edges.values()
        inner = [node for node in credit.nodes.values() if node.kind != "input"]
        weights = [credit.weights[name] for name in credit.stands]
        for weight in weights:
            yield Equation("weight", self._of(weight), self._names(weight), weight.weight)
        for node in reversed(credit.nodes.values()):
            if node.kind == "input":
                yield Equation("z", node.index, _z_names(node), node.z)
        for node in sorted(inner, key=lambda node: (node.layer, node.index)):
            yield from self._forward(node)
        for j, p in credit.probabilities.items():
            yield self._probability(j, p)
        loss = Line(credit.names.loss, credit.loss_formula, value=credit.loss)
        yield self._computed(("loss", None), (loss.left,), loss)
        yield from map(self._error, inner)
        yield from (
            self._share(e)
            for e in edges
            if e.parameter and len(credit.weights[e.parameter].uses) > 1
        )
        yield from map(self._gradient, weights)
        yield from map(self._new, weights)

    def _computed(self, of: Id, names: tuple[str, ...], line: Line) -> Equation:
        """Return an equation that is computed as it was recorded."""
        piece = self.pieces[of]

        def rule(known: Known) -> Any:
            return piece.numbers(known)[piece.root]

        reads = tuple(dict.fromkeys(piece.reads.values()))
        return Equation(*of, names, line.value, reads, line.symbols, line.numbers, rule)

    def _forward(self, node: Node) -> Iterator[Equation]:
        line = self.ways.forward(node)
        if node.kind != "joint":
            assert node.a is not None
            yield self._computed(("a", node.index), (line.left,), line)
            f, a = node.does, line.left
            symbols, numbers = f"{f}({a})", f"{f}({shown(node.a, 4)})"
            if f == "linear":
                symbols, numbers = a, factor(node.a)
            line = Line(node.name, symbols, numbers, node.z)
        yield self._computed(("z", node.index), _z_names(node), line)

    def _probability(self, j: int, p: float) -> Equation:
        reads: tuple[Id, ...] = tuple(("z", i) for i in self.credit.outputs)

        def rule(known: Known) -> Any:
            return primitives.exp(known["z", j] - primitives.logsumexp([known[z] for z in reads]))

        line = probability_line(self.credit, j)
        return Equation("p", j, (line.left,), p, reads, line.symbols, line.numbers, rule)

    def _error(self, node: Node) -> Equation:
        """Return the δ of a unit or a joint: what comes back to its z, times the slope of its activation."""
        j, line = node.index, self.ways.line(node)
        back, reads = self._back(self.z[j])
        rule: Rule = back
        if node.kind != "joint":
            slope, a = self.pieces["z", j], self.a[j]

            def sloped(known: Known) -> Any:
                return back(known) * slope.slopes(known).get(a, 0.0)

            rule = sloped
            reads = tuple(dict.fromkeys([*reads, *slope.reads.values()]))
        assert node.delta is not None
        return Equation(
            "delta", j, (line.left,), node.delta, reads, line.symbols, line.numbers, rule
        )

    def _back(self, k: int) -> tuple[Rule, tuple[Id, ...]]:
        """Return the rule for ∂L/∂ a node that pieces read, Σ δ·∂(piece)/∂(node), and what that reads."""
        ways = self.readers.get(k, [])

        def rule(known: Known) -> Any:
            total: Any = 0.0
            for (kind, j), piece in ways:
                delta = 1.0 if kind == "loss" else known["delta", j]
                total = total + delta * piece.slopes(known).get(k, 0.0)
            return total

        reads: dict[Id, None] = {}
        for (kind, j), piece in ways:
            reads.update(dict.fromkeys(piece.reads.values()))
            if kind != "loss":
                reads["delta", j] = None
        return rule, tuple(reads)

    def _share(self, edge: Edge) -> Equation:
        """Return what one of several uses of a weight adds to its gradient."""
        reads: list[Id] = [("delta", edge.target)]
        if edge.source is not None:
            reads.append(("z", edge.source))

        def rule(known: Known) -> Any:
            delta, *z = (known[name] for name in reads)
            return edge.sign * delta * (z[0] if z else edge.z)

        symbols, numbers, value = share(edge)
        names = (edge.names.gradient(edge.called),)
        return Equation("share", edge.key, names, value, tuple(reads), symbols, numbers, rule)

    def _gradient(self, weight: Weight) -> Equation:
        place = self.places.get(weight.name)
        back, reads = (_nothing, ()) if place is None else self._back(place)
        names = tuple(map(self.credit.names.gradient, self._names(weight)))
        symbols, numbers = self.ways.total(weight)
        return Equation(
            "gradient", self._of(weight), names, weight.credit, reads, symbols, numbers, back
        )

    def _new(self, weight: Weight) -> Equation:
        of, names, lr = self._of(weight), self._names(weight), self.lr
        before: Id = ("weight", of)
        gradient: Id = ("gradient", of)

        def rule(known: Known) -> Any:
            return known[before] - lr * known[gradient]

        symbols = f"{names[0]} − {lr:g}·{self.credit.names.gradient(names[0])}"
        numbers = f"{factor(weight.weight)} − {lr:g}·{factor(weight.credit)}"
        value, called = weight.weight - lr * weight.credit, tuple(map(self.credit.names.new, names))
        return Equation("new", of, called, value, (before, gradient), symbols, numbers, rule)

    def _names(self, weight: Weight) -> tuple[str, ...]:
        edge = self._alone(weight)
        if edge is None:
            return (weight.name,)
        return tuple(dict.fromkeys([edge.name, edge.layered_name, weight.name]))

    def _of(self, weight: Weight) -> Key | str:
        edge = self._alone(weight)
        return weight.name if edge is None else edge.key

    def _alone(self, weight: Weight) -> Edge | None:
        """Return the edge of a weight that stands on one alone."""
        use = weight.uses[0] if len(weight.uses) == 1 else None
        return use if isinstance(use, Edge) else None


def _nothing(known: Known) -> float:
    return 0.0


def _z_names(node: Node) -> tuple[str, ...]:
    """Return what the number of a node is called."""
    return tuple(dict.fromkeys(filter(None, (node.name, node.names.tail(node.index), node.label))))
