"""Every number of a credit in the order in which one works it out by hand, with the rule that gives it.

The rules are computed on the recorded graph, piece by piece, from one number that people write down to the next: of
any network, with any activation, on any kind of number that the table of operations takes, intervals say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from autograd import primitives
from autograd.graph.node import made_by
from autograd.notation import factor, shown, subscript
from autograd.primitive import slopes_of
from nn.arguments import learning_rate
from nn.credit.assignment import Assignment
from nn.credit.derivation import delta_line
from nn.credit.finding.joints import Joint
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.replay import numbers_of
from nn.credit.finding.units import Unit
from nn.credit.parts import Edge, Node, Use
from nn.credit.ways import Ways, share

Kind = Literal["weight", "z", "a", "L", "δ", "share", "gradient", "new"]
Id: TypeAlias = tuple[Kind, Any]
Known: TypeAlias = Mapping[Id, Any]
Rule: TypeAlias = Callable[[Known], Any]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number of a credit, and where it comes from.

    Attributes:
        kind: "weight"; "z", the number of an input, a unit or a joint; "a"; "L"; "δ"; "share", δ·z of one of several uses
            of a weight; "gradient", ∂L/∂w; "new", the weight after an update.
        of: the number of a node, the key of an edge, or the name of a weight; "" for the loss.
        names: what it is called, the name of the slides first.
        value: the number.
        reads: the ids of the quantities that its rule reads; empty for what is given.
        symbols, numbers: the right-hand side of its rule, as it is printed; empty for what is given.
        rule: computes it from the quantities that it reads, given by id; None for what is given.
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
        """(kind, of): unlike names, it is one quantity's alone."""
        return self.kind, self.of


def quantities(credit: Assignment, lr: float = 0.1) -> list[Quantity]:
    """Return the weights and inputs, which are given; then a and z forward, L, δ back, ∂L/∂w, and the new weights.

    Args:
        credit: what `assign_credit` found: any network.
        lr: the learning rate η of the new weights.

    >>> from nn import MLP, assign_credit
    >>> c = assign_credit(MLP.from_weights([[[0.5], [-0.5]]], activation="tanh"), [1.0, 2.0], 0.5)
    >>> for q in quantities(c):
    ...     print(q.names[0], "=", *(f"{text} =" for text in (q.symbols, q.numbers) if text), f"{q.value:.4f}")
    w₂⇝₀ = 0.5000
    w₁⇝₀ = -0.5000
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
    >>> known = {q.id: q.value for q in quantities(c)}
    >>> all(abs(q.rule(known) - q.value) < 1e-12 for q in quantities(c) if q.rule)
    True
    """
    return list(_Worked(credit, lr).all())


class _Piece:
    """What was computed from some quantities to one node, on any kind of number.

    Args:
        graph: the recorded graph.
        root: the place of the node.
        known: the quantities by the places of their nodes.
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

    def numbers(self, known: Known) -> dict[int, Any]:
        """Return the numbers of all nodes."""
        graph, found = self.graph, {k: known[name] for k, name in self.reads.items()}
        for k in self.members:
            row, operands = made_by(graph.values[k])
            found[k] = graph.numbers[k]
            if row is not None:
                found[k] = row(*(numbers_of(x, found, graph.places) for x in operands))
        return found

    def slopes(self, known: Known) -> dict[Id, Any]:
        """Return the derivatives of the root by what it reads; those that are 0 by a convention are left out."""
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
                place = graph.places.get(id(p))
                if place is not None and not (type(slope) is float and slope == 0.0):
                    found[place] = g * slope + found[place] if place in found else g * slope
        return {name: found[k] for k, name in self.reads.items() if k in found}


class _Worked:
    """Lists the quantities of a credit.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η.
    """

    def __init__(self, credit: Assignment, lr: float) -> None:
        self.credit, self.lr = credit, learning_rate(lr)
        recording, anatomy = credit.recording, credit.anatomy
        self.ways = Ways(credit)
        self.graph = graph = (
            anatomy.graph
            if anatomy
            else Recorded(recording.loss, recording.outputs, recording.parameters, [])
        )
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
        for p, called in zip(recording.parameters, credit.weights):
            if id(p) in graph.places:
                known[graph.places[id(p)]] = "weight", called
        self.pieces: dict[Id, _Piece] = {
            ("L", ""): _Piece(graph, graph.places[id(recording.loss)], known)
        }
        for i, k in self.z.items():
            node = credit.nodes[i]
            own = {k} if node.block is None else blocks[node.block]
            if i in self.a:
                self.pieces["a", i] = _Piece(graph, self.a[i], known, own)
                self.pieces["z", i] = _Piece(graph, k, {self.a[i]: ("a", i)})
            elif node.kind == "joint":
                self.pieces["z", i] = _Piece(graph, k, known, own)
        self.readers: dict[Id, list[Id]] = {}  # which pieces read a quantity
        for name, piece in self.pieces.items():
            for read in dict.fromkeys(piece.reads.values()):
                self.readers.setdefault(read, []).append(name)

    def _in_layers(self) -> None:
        """Find the nodes of a perceptron."""
        credit, graph = self.credit, self.graph
        by_id = {id(v): k for k, v in enumerate(graph.values)}
        for (v, slot), key in credit.slots().items():
            operands = graph.parents[by_id[v]]
            self.a[key[1]] = by_id[v]
            if key[0] is not None:
                self.z[key[0]] = operands[slot + len(operands) // 2]
        for j, v in zip(credit.outputs, graph.outputs):
            self.z[j] = v
        self.z = {i: self.z[i] for i in credit.nodes}

    def all(self) -> Iterator[Quantity]:
        """Yield the quantities."""
        credit = self.credit
        inner = [n for n in credit.nodes.values() if n.kind != "input"]
        for weight in credit.weights.values():
            yield Quantity("weight", weight.name, self._names(weight.name), weight.weight)
        for node in reversed(credit.nodes.values()):
            if node.kind == "input":
                yield Quantity("z", node.index, _z_names(node), node.z)
        for node in sorted(inner, key=lambda node: (node.layer, node.index)):
            yield from self._forward(node)
        yield self._of(("L", ""), ("L",), credit.loss, credit.loss_formula, "")
        for node in inner:
            yield self._error(node)
        yield from self._credits()

    def _names(self, weight: str) -> tuple[str, ...]:
        uses = self.credit.weights[weight].uses
        edges = [use for use in uses if not isinstance(use, Use)]
        if len(uses) != 1 or not edges:
            return (weight,)
        return tuple(dict.fromkeys([edges[0].name, edges[0].layered_name, weight]))

    def _of(
        self, name: Id, names: tuple[str, ...], value: float, symbols: str, numbers: str
    ) -> Quantity:
        """Return a quantity that is computed as it was recorded."""
        piece = self.pieces[name]

        def rule(known: Known) -> Any:
            return piece.numbers(known)[piece.root]

        reads = tuple(dict.fromkeys(piece.reads.values()))
        return Quantity(*name, names, value, reads, symbols, numbers, rule)

    def _forward(self, node: Node) -> Iterator[Quantity]:
        line = self.ways.forward(node)
        if node.kind == "joint":
            yield self._of(("z", node.index), _z_names(node), node.z, line.symbols, line.numbers)
            return
        assert node.a is not None
        yield self._of(("a", node.index), (line.left,), node.a, line.symbols, line.numbers)
        f, a = ("" if node.does == "linear" else node.does), factor(node.a)
        symbols, numbers = (
            (f"{f}({line.left})", f"{f}({shown(node.a, 4)})") if f else (line.left, a)
        )
        yield self._of(("z", node.index), _z_names(node), node.z, symbols, numbers)

    def _error(self, node: Node) -> Quantity:
        """Return the δ of a unit or a joint: what comes back to its z, times the slope of its activation."""
        j = node.index
        z: Id = ("z", j)
        line = delta_line(self.credit, node) if self.credit.layers else self.ways.line(node)
        readers = [name for name in self.readers.get(z, ()) if not self._same_block(name, node)]
        loss_is_z = self.pieces["L", ""].reads.get(self.pieces["L", ""].root) == z
        slope = self.pieces[z] if node.kind == "unit" else None

        def rule(known: Known) -> Any:
            total: Any = 1.0 if loss_is_z else 0.0
            for name in [] if loss_is_z else readers:
                total = total + self._back(name, known) * self.pieces[name].slopes(known).get(
                    z, 0.0
                )
            return total if slope is None else total * slope.slopes(known).get(("a", j), 0.0)

        reads = [*self._behind(readers), *([] if slope is None else slope.reads.values())]
        assert node.delta is not None
        return Quantity(
            "δ",
            j,
            (line.left,),
            node.delta,
            tuple(dict.fromkeys(reads)),
            line.symbols,
            line.numbers,
            rule,
        )

    def _same_block(self, name: Id, node: Node) -> bool:
        reader = self.credit.nodes.get(name[1])
        return node.block is not None and reader is not None and reader.block == node.block

    def _back(self, name: Id, known: Known) -> Any:
        """Return ∂L/∂ the root of a piece: 1, or the δ of its cell."""
        return 1.0 if name[0] == "L" else known["δ", name[1]]

    def _behind(self, readers: Iterable[Id]) -> Iterator[Id]:
        """Yield what the slopes of pieces, and the errors at their roots, are computed from."""
        for name in readers:
            if name[0] != "L":
                yield "δ", name[1]
            yield from self.pieces[name].reads.values()

    def _share(self, edge: Edge) -> Quantity:
        """Return what one of several uses of a weight adds to its gradient."""
        delta: Id = ("δ", edge.target)
        tail: Id | None = None if edge.source is None else ("z", edge.source)

        def rule(known: Known) -> Any:
            return edge.sign * known[delta] * (edge.z if tail is None else known[tail])

        symbols, numbers, value = share(edge)
        reads = (delta,) if tail is None else (delta, tail)
        names = (f"∂L/∂{edge.called}",)
        return Quantity("share", edge.key, names, value, reads, symbols, numbers, rule)

    def _credits(self) -> Iterator[Quantity]:
        credit, lr = self.credit, self.lr
        new: list[Quantity] = []
        read: tuple[Id, ...]
        edges = [edge.parameter for edge in credit.edges.values()]
        for edge in credit.edges.values():
            if edge.parameter and len(credit.weights[edge.parameter].uses) > 1:
                yield self._share(edge)
        for name in dict.fromkeys([*filter(None, edges), *credit.weights]):
            weight = credit.weights[name]
            readers = self.readers.get(("weight", name), [])

            def rule(known: Known, name: str = name, readers: list[Id] = readers) -> Any:
                total: Any = 0.0
                for one in readers:
                    slope = self.pieces[one].slopes(known).get(("weight", name), 0.0)
                    total = total + self._back(one, known) * slope
                return total

            symbols, numbers = self.ways.total(weight)
            names = self._names(name)
            yield Quantity(
                "gradient", name, tuple(f"∂L/∂{n}" for n in names), weight.credit,
                tuple(dict.fromkeys(self._behind(readers))), symbols, numbers, rule,
            )  # fmt: skip
            after = weight.weight - lr * weight.credit

            def update(known: Known, name: str = name) -> Any:
                return known["weight", name] - lr * known["gradient", name]

            symbols = f"{names[0]} − {lr:g}·∂L/∂{names[0]}"
            numbers = f"{factor(weight.weight)} − {lr:g}·{factor(weight.credit)}"
            called, read = tuple(f"new {n}" for n in names), (("weight", name), ("gradient", name))
            new.append(Quantity("new", name, called, after, read, symbols, numbers, update))
        yield from new


def _z_names(node: Node) -> tuple[str, ...]:
    """Return what the number of a node is called."""
    return tuple(dict.fromkeys(filter(None, (node.name, f"z{subscript(node.index)}", node.label))))
