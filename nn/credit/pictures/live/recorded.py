"""A network computed once more, so that a page can compute it again and again."""

from dataclasses import fields, replace
from typing import Any, TypeVar

import autograd as ag
from autograd import Value, modes
from autograd.pictures.live.places import Marks
from autograd.pictures.live.tape import Tape
from autograd.structure import leaves, rebuild
from nn.arguments import plain
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key

A = TypeVar("A", bound=Assignment)


class Recorded:
    """A network computed once more, with comparisons, inputs and targets recorded as Values.

    Attributes:
        tape: the graph of the loss.
        weights: the Value of each edge.
        a, z: the pre-activation and the output of each unit, and the inputs, by number.
        targets: the target of each output; empty where the loss does not compute with it.
        probabilities: under cross entropy that of each output.
    """

    def __init__(self, credit: Assignment) -> None:
        self.credit = credit
        net = credit.network()
        self.weights: dict[Key, Value] = {}
        self.a: dict[int, Value] = {}
        self.z = {i: Value(credit.nodes[i].z) for i in credit.layers[0]}
        y = plain(credit.y)
        if credit.probabilities:  # of a class, its probability: 1 for the right one
            y = [credit.nodes[i].target for i in credit.layers[-1]]
        try:
            free = rebuild(y, Value)
        except (TypeError, ValueError):  # no number that the loss computes with
            free = []
        with modes.tracing([*net.parameters(), *self.z.values(), *leaves(free)]):
            z = [self.z[i] for i in credit.layers[0]]
            for layer, tails, heads in zip(net.layers, credit.layers, credit.layers[1:]):
                units = layer.preactivations(z)
                z = [layer.activation(a) for a in units]
                self.a.update(zip(heads, units))
                self.z.update(zip(heads, z))
                for j, neuron in zip(heads, layer.neurons):
                    self.weights.update(((i, j), w) for i, w in zip(tails, neuron.w))
                    if neuron.b is not None:
                        self.weights[None, j] = neuron.b
            prediction = z[0] if len(z) == 1 else z
            loss, targets = credit.loss_function, []
            try:
                root = loss(prediction, y if free == [] else free)
                targets = list(leaves(free))
            except (TypeError, ValueError):
                root = loss(prediction, y)
            share = ag.softmax(z) if credit.probabilities else []
        if len(targets) != len(z):
            targets = []
        self.targets = dict(zip(credit.layers[-1], targets))
        self.probabilities = dict(zip(credit.layers[-1], share))
        self.tape = Tape(
            root,
            [
                *(self.weights[key] for key in in_order(credit)),
                *(self.z[i] for i in credit.layers[0]),
                *targets,
            ],
            [*self.a.values(), *self.z.values(), *share],
        )

    def named(self, marks: Marks, credit: A) -> A:
        """Return the credit with Places for its numbers."""
        tape, a, z = self.tape, self.a, self.z
        nodes = dict(credit.nodes)
        for i, node in credit.nodes.items():
            if node.a is None or node.slope is None or node.delta is None:
                nodes[i] = replace(node, z=marks.place(f"v{tape[z[i]]}", node.z))
                continue
            target = node.target
            if target is not None and i in self.targets:
                target = marks.place(f"v{tape[self.targets[i]]}", target)
            nodes[i] = replace(
                node, a=marks.place(f"v{tape[a[i]]}", node.a), z=marks.place(f"v{tape[z[i]]}", node.z),
                slope=marks.place(f"s{tape[z[i]]}.{tape[a[i]]}", node.slope),
                delta=marks.place(f"g{tape[a[i]]}", node.delta), target=target,
            )  # fmt: skip
        edges: dict[Key, Edge] = {}
        for key, edge in credit.edges.items():
            source, head = edge.source, tape[a[edge.target]]
            edges[key] = replace(
                edge, weight=marks.place(f"v{tape[self.weights[key]]}", edge.weight),
                delta=marks.place(f"g{head}", edge.delta), z=marks.place("o", 1.0) if source is None else nodes[source].z,
                credit=marks.place(
                    f"g{head}" if source is None else f"p{head}.{tape[z[source]]}", edge.credit
                ),
            )  # fmt: skip
        loss = marks.place(f"v{tape[tape.root]}", credit.loss)
        y = credit.y
        if self.targets and not credit.probabilities:
            each = iter([nodes[i].target for i in credit.layers[-1]])
            y = rebuild(plain(credit.y), lambda _: next(each))
        shares = {j: marks.place(f"v{tape[p]}", p.data) for j, p in self.probabilities.items()}
        # a class of its own, so that an excerpt of it, too, has these probabilities
        kind = type("Named", (type(credit),), {"probabilities": shares})
        given = {field.name: getattr(credit, field.name) for field in fields(credit)}
        named: Any = kind(**given | {"nodes": nodes, "edges": edges, "loss": loss, "y": y})
        return named  # type: ignore[no-any-return]


def in_order(credit: Assignment) -> list[Key]:
    """Return the edges as the page counts them: those into a unit side by side."""
    return sorted(credit.edges, key=lambda key: key[1])
