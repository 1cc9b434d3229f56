"""A network computed once more, so that a page can compute it again and again."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

import autograd as ag
from autograd import Value, modes
from autograd.notation import subscript
from autograd.pictures.live.places import Marks
from autograd.pictures.live.tape import Tape
from autograd.structure import leaves, rebuild
from nn.arguments import plain
from nn.credit.assignment import Assignment
from nn.credit.finding.joints import Joint
from nn.credit.finding.numbering import Cell
from nn.credit.finding.recording import Recording, Weights, penalized
from nn.credit.finding.units import Unit
from nn.credit.networks.unlayered import credit_of_graph
from nn.credit.parts import Edge, Key, Node, Weight


class Taped:
    """A network computed once more, with inputs and targets recorded as Values, and comparisons where layers are known.

    Attributes:
        tape: the graph of the loss.
        marks: where its numbers are written.
        slots: the slot of the output of each node, by number.
        inputs: the numbers of the inputs, in their order.
        parameters: the slot of each weight, by its name.
        targets: the slot of the target of each output; empty where the loss does not compute with it.
        order: the edges as the page counts them, those into a unit side by side.
        insides: parts of the tape with derivatives of their own: the slot they begin with, and the slots they go through.
    """

    def __init__(self, credit: Assignment) -> None:
        self.credit, self.marks = credit, Marks()
        again, targets, share = _once_more(credit)
        found = credit_of_graph(again, credit.y, credit.loss_function)
        assert found.anatomy is not None
        self.anatomy, self._graph = found.anatomy, found.anatomy.graph
        self.order = sorted(credit.edges, key=lambda key: key[1])
        self._uses = {key: at for r in found.rows() for key, at in zip(r.keys, r.operands)}
        inputs = [v for v, _ in again.inputs]
        self.tape = tape = self._tape(again, inputs, targets, share)
        self._at = [tape[v] for v in self._graph.values]
        cells, places = self.anatomy.cells, [self._graph.places.get(v, -1) for v in inputs]
        self.slots = {cell.index: self._at[z] for z, cell in cells.items()}
        self.inputs = [cells[place].index for place in places if place in cells]
        self.parameters = {name: tape[v] for name, v in zip(credit.weights, again.parameters)}
        self.targets = {j: tape[v] for j, v in zip(credit.outputs, targets)}
        self._shares = dict(zip(credit.outputs, share))
        self.insides: list[tuple[int, list[int]]] = []

    def _tape(
        self, again: Recording, inputs: list[Value], targets: list[Value], share: list[Value]
    ) -> Tape:
        # of a layered network a page finds the weights by their places: those into a unit side by side
        first = map(self._weight, self.order) if self.credit.layers else ()
        names = [*self.credit.weights, *(f"x{k}" for k in range(1, len(inputs) + 1))]
        for v, name in zip((*again.parameters, *inputs), names):  # Values of our own
            v.label = name
        computed = [v for v in self._graph.values if v.op not in ("", "constant")]
        known = [*first, *again.parameters, *inputs, *targets]
        return Tape(again.loss, known, [*computed, *share])

    def _weight(self, key: Key) -> Value:
        node, operand = self._uses[key]
        return self._graph.values[self._graph.parents[self._graph.places[node]][operand]]

    def again(self, weights: Iterable[float], x: Iterable[float], y: Any) -> Recording:
        """Return what was recorded of a network without layers, with other numbers."""
        anatomy, old = self.credit.anatomy, self.credit.recording
        assert anatomy is not None
        places = anatomy.graph.places
        inputs = (v for v, _ in old.inputs if places.get(v) in anatomy.cells)
        changed = [*zip(old.parameters, weights), *zip(inputs, x)]
        new = anatomy.again({places[v]: n for v, n in changed if v in places})
        if self.targets:
            new = replace(new, loss=_loss(self.credit, new, y, rebuild(y, Value))[0])
        return new

    def _inside(self, start: int, nodes: Iterable[int]) -> int:
        part = self._at[start], sorted(self._at[k] for k in nodes)
        if part not in self.insides:
            self.insides.append(part)
        return self.insides.index(part)

    def named(self) -> Assignment:
        """Return the credit with Places for its numbers."""
        credit, place, graph = self.credit, self.marks.place, self._graph
        cells = self.anatomy.cells.values()
        nodes = {**credit.nodes} | {cell.index: self._node(cell) for cell in cells}
        edges = {key: self._edge(key, edge) for key, edge in credit.edges.items()}
        locals_ = (quantity for cell in cells for quantity in self._locals(cell))
        links = [
            link._replace(local=place(quantity, link.local)) if quantity else link
            for link, quantity in zip(credit.links, locals_, strict=True)
        ]
        root = graph.places[self.tape.root]
        loss = self._inside(root, (k for k, inside in enumerate(graph.in_network) if not inside))
        read = {i: place(f"i{loss}.{self.slots[i]}", x) for i, x in credit.read_by_loss.items()}
        shares = {j: place(f"v{self.tape[p]}", p.data) for j, p in self._shares.items()}
        # a class of its own, so that an excerpt of it, too, has these numbers
        own = {"probabilities": shares, "read_by_loss": read, "weights": self._weights(edges)}
        kind = type("Named", (type(credit),), own)
        given = {field.name: getattr(credit, field.name) for field in fields(credit)} | {
            "nodes": nodes, "edges": edges, "links": links, "y": self._y(nodes), "anatomy": self.anatomy,
            "loss": place(f"v{self.tape[self.tape.root]}", credit.loss),
        }  # fmt: skip
        named: Assignment = kind(**given)
        return named

    def _weights(self, edges: dict[Key, Edge]) -> dict[str, Weight]:
        place = self.marks.place
        return {
            name: weight._replace(
                weight=place(f"v{slot}", weight.weight), credit=place(f"g{slot}", weight.credit),
                uses=[edges[use.key] if isinstance(use, Edge) else use for use in weight.uses],
            )
            for (name, weight), slot in zip(self.credit.weights.items(), self.parameters.values())
        }  # fmt: skip

    def _y(self, nodes: dict[int, Node]) -> Any:
        wanted = [nodes[i].target for i in self.credit.outputs]
        if not self.targets or self.credit.probabilities:
            return wanted if self.targets else self.credit.y
        each = iter(wanted)
        return rebuild(plain(self.credit.y), lambda _: next(each))

    def _node(self, cell: Cell) -> Node:
        node, part, place = self.credit.nodes[cell.index], cell.part, self.marks.place
        z = self._at[cell.z]
        new: dict[str, Any] = {}
        if self._graph.ops[cell.z] != "constant":
            new["z"] = place(f"v{z}", node.z)
        if isinstance(part, Unit):
            a = self._at[part.a]
            assert node.a is not None
            new["a"] = place(f"v{a}", node.a)
            new["slope"] = place(f"s{z}.{a}", node.slope or 0.0)
            new["delta"] = place(f"g{a}", node.delta or 0.0)
        elif part is not None:
            delta = f"g{z}"
            if part.block is not None:  # as far as it is read from outside
                members = set(part.members)
                outside = (k for k in range(len(self._graph.values)) if k not in members)
                root = self._graph.places[self.tape.root]
                delta = f"i{self._inside(root, outside)}.{z}"
            new["delta"] = place(delta, node.delta or 0.0)
        if node.target is not None and cell.index in self.targets:
            new["target"] = place(f"v{self.targets[cell.index]}", node.target)
        return replace(node, **new)

    def _locals(self, cell: Cell) -> Iterator[str]:
        """Yield what the links into a node multiply the error by; nothing for what never changes."""
        part = cell.part
        if isinstance(part, Joint):
            inside = self._inside(part.z, part.members)
            yield from (f"i{inside}.{self._at[p]}" for p in part.tails)
        elif part is not None:
            for term in part.links:
                if term.kind == "skip":
                    yield ""
                else:
                    yield f"{'m' if term.sign < 0 else 'l'}{self._at[term.node]}.{term.tail}"

    def _edge(self, key: Key, edge: Edge) -> Edge:
        place = self.marks.place
        node, operand = self._uses[key]
        n = self._at[self._graph.places[node]]
        if edge.source is not None:
            z, credit = f"v{self.slots[edge.source]}", f"p{n}.{self.slots[edge.source]}"
        elif edge.z > 0.0:
            z, credit = "o", f"g{n}"
        else:
            z, credit = f"l{n}.{operand}", f"c{n}.{operand}"
        return edge._replace(
            weight=place(f"v{self.tape[self._weight(key)]}", edge.weight), delta=place(f"g{n}", edge.delta),
            z=place(z, edge.z), credit=place(credit, edge.credit),
        )  # fmt: skip


def _once_more(credit: Assignment) -> tuple[Recording, list[Value], list[Value]]:
    """Return the network recorded once more, with the loss; the targets; and the probabilities, where there are any."""
    y = plain(credit.y)
    if credit.probabilities:  # of a class, its probability: 1 for the right one
        y = [credit.nodes[i].target for i in credit.outputs]
    try:
        free: Any = rebuild(y, Value)
    except (TypeError, ValueError):  # no number that the loss computes with
        free = []
    again = _again(credit, [*leaves(free)])
    with modes.tracing([*again.parameters, *again.outputs, *leaves(free)]):
        root, targets = _loss(credit, again, y, free)
        share = ag.softmax(again.outputs) if credit.probabilities else []
    # where another shape was meant, another number comes out
    if credit.anatomy is not None and repr(root.data) != repr(credit.loss):
        root, targets = again.loss, []
    return replace(again, loss=root), targets, share


def _again(credit: Assignment, targets: list[Value]) -> Recording:
    """Return the network recorded once more; its loss is that of the recording, or nothing yet."""
    if credit.anatomy is not None:
        return credit.anatomy.again({})
    net, x = credit.network(), [*map(Value, credit.x)]
    z = x
    with modes.tracing([*net.parameters(), *x, *targets]):
        for layer in net.layers:
            units = layer.preactivations(z)
            z = [unit.activation(a) for unit, a in zip(layer.neurons, units)]
    inputs = [(v, f"x{subscript(k)}") for k, v in enumerate(x, 1)]
    return Recording(z[0], z, Weights(net.parameters, dict), inputs, net)


def _loss(credit: Assignment, again: Recording, y: Any, free: Any) -> tuple[Value, list[Value]]:
    """Return the loss, computed with the targets as Values if it can be, and these Values."""
    penalty, out, targets = credit.recording.penalty, again.outputs, [*leaves(free)]
    prediction: Any = out[0] if len(out) == 1 else out
    if credit.anatomy is not None and len(targets) == len(out):  # shaped like the target
        each = iter(out)
        prediction = rebuild(free, lambda _: next(each))

    def loss(target: Any) -> Value:
        root: Value = credit.loss_function(prediction, target)
        return root if penalty is None else penalized(root, penalty, again.parameters)

    try:
        root = loss(free if targets else y)
    except Exception:  # a loss of one's own may want its target, or its prediction, as they were
        return (loss(y) if credit.anatomy is None else again.loss), []
    return root, targets if len(targets) == len(out) else []
