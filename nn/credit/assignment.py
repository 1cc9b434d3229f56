"""Credit assignment: ∂L/∂w_{i⇝j} = δ_j·z_i, the local error at an edge's head times the activation at its tail.

Nothing is computed a second time here. The pre-activation of a unit is one `dot` node of the recorded graph, so
δ_j is the gradient of that node, z_i is its local derivative by the weight, and their product is the gradient
of the weight: the very same float.

Nodes are numbered backwards from the output: the outputs 0, 1, …, then each hidden layer from its first unit,
then the inputs from the last to the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, Self, TypeAlias

import autograd as ag
from autograd import Value
from autograd.graph.reverse import gradients
from autograd.modes import recorded
from autograd.notation import Table, shown, subscript, superscript, table
from autograd.numbers import as_float
from nn.activations import Activation, activation_name
from nn.arguments import expect, is_sequence, learning_rate, plain
from nn.layers import check_width
from nn.losses import Loss, cross_entropy, loss_formula, loss_name
from nn.network import MLP

Key = tuple[int | None, int]


@dataclass(frozen=True, eq=False)
class Node:
    """A unit or an input of the network, with what passed through it.

    Attributes:
        index: its number, counted backwards from the output.
        layer: 0 for the inputs, then 1, 2, … to the output layer.
        name: what the slides call its output: x₃, z₁, ŷ.
        a: its pre-activation; None for an input.
        z: its output; of an input the number fed in.
        slope: f′(a), the slope of its activation; None for an input.
        delta: δ = ∂L/∂a; None for an input.
        target: what the output should have been; None if that is not one number, or no output.
    """

    index: int
    layer: int
    name: str
    a: float | None
    z: float
    slope: float | None
    delta: float | None
    target: float | None

    @property
    def target_name(self) -> str:
        """What the target of an output is called: y, or y₁ where there are several."""
        return self.name.replace("ŷ", "y")


@dataclass(frozen=True, eq=False)
class Edge:
    """A weight i⇝j, or the bias of unit j, with its credit.

    Attributes:
        source: the node at its tail; None for a bias, whose z is 1.
        target: the node at its head.
        name: w₃⇝₁; of a bias b₁.
        layered_name: w⁽¹⁾₃₁, from input 3 to unit 1 of layer 1; of a bias b⁽¹⁾₁.
        weight: its number.
        delta: δ of its head.
        z: the output of its tail.
        credit: ∂L/∂w = delta·z.
    """

    source: int | None
    target: int
    name: str
    layered_name: str
    weight: float
    delta: float
    z: float
    credit: float

    @property
    def z_name(self) -> str:
        """What z is called: z₃; of a bias 1."""
        return "1" if self.source is None else f"z{subscript(self.source)}"


class Edges(dict[Key, Edge]):
    """Edges by (source, target); of one that is not there it says which there are."""

    def __missing__(self, key: Any) -> NoReturn:
        known = ", ".join(f"{e.name} ({e.source}, {e.target})" for e in self.values())
        if len(known) > 300:
            known = known[:297] + "..."
        if not is_sequence(key) or len(key) != 2:
            raise KeyError(f"an edge is (source, target), but {key!r} was given; there are {known}")
        source, target = key
        wanted = f"edge from {source!r} to" if source is not None else "bias of node"
        raise KeyError(f"no {wanted} {target!r}; there are {known}")


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who is to blame for the error of one example: every node and every edge of the network.

    Attributes:
        nodes: each Node by its number.
        edges: each Edge by (source, target), from the output backwards; a bias by (None, target).
        layers: the numbers of the nodes in each layer from the inputs to the outputs, top to bottom.
        loss: the loss L of the example.
        loss_function: the function that computed it.
        activation_functions: the activation of each layer after the inputs.
        y: the target as it was given.
    """

    nodes: dict[int, Node]
    edges: dict[Key, Edge]
    layers: list[list[int]]
    loss: float
    loss_function: Loss
    activation_functions: list[Activation]
    y: Any

    @classmethod
    def of(cls, net: MLP, x: Sequence[Any], y: Any, loss: Loss) -> Self:
        """Return the credit of one example; the arguments are those of `assign_credit`."""
        expect(isinstance(net, MLP), "credit is assigned in an MLP", net)
        expect(callable(loss), "a loss is a function of prediction and target", loss)
        x, y = plain(x), plain(y)
        if is_sequence(x) and len(x) and all(map(is_sequence, x)):
            raise ValueError("x is a list of examples: give one of them, or say batch=True")
        check_width(net.layers[0].inputs, x)
        with recorded():
            return cls(*_credit_of_one(net, x, y, loss))

    @property
    def loss_name(self) -> str:
        """The loss by name."""
        return loss_name(self.loss_function)

    @property
    def loss_formula(self) -> str:
        """The loss as a formula."""
        return loss_formula(self.loss_function, len(self.layers[-1]))

    @property
    def activations(self) -> list[str]:
        """The name of the activation of each layer after the inputs."""
        return [activation_name(f) for f in self.activation_functions]

    @property
    def title(self) -> str:
        """The network in a few words: 3-2-1 tanh network."""
        sizes = "-".join(str(len(layer)) for layer in self.layers)
        hidden = list(dict.fromkeys(self.activations[:-1] or self.activations))
        return f"{sizes} {', '.join(hidden)} network"

    @property
    def x(self) -> list[float]:
        """The input vector."""
        return [self.nodes[i].z for i in self.layers[0]]

    @property
    def prediction(self) -> list[float]:
        """The outputs ŷ."""
        return [self.nodes[i].z for i in self.layers[-1]]

    @cached_property
    def probabilities(self) -> dict[int, float]:
        """The probability that cross entropy gives to the class of each output: softmax(ŷ); else empty."""
        if self.loss_function is not cross_entropy:
            return {}
        return dict(zip(self.layers[-1], ag.softmax(self.prediction)))

    def updates(self, lr: float = 0.1) -> dict[Key, float]:
        """Return what one step of gradient descent makes of each weight: w − η·δ·z.

        Args:
            lr: the learning rate η.
        """
        lr = learning_rate(lr)
        return {key: edge.weight - lr * edge.credit for key, edge in self.edges.items()}

    def network(self, weights: dict[Key, float] | None = None) -> MLP:
        """Return a network like the one explained, with the weights of then, or with those given."""
        if weights is None:
            weights = {key: edge.weight for key, edge in self.edges.items()}
        matrices: list[list[list[float]]] = []
        biases: list[list[float] | None] = []
        for tails, heads in zip(self.layers, self.layers[1:]):
            matrices.append([[weights[i, j] for j in heads] for i in tails])
            has_bias = (None, heads[0]) in weights
            biases.append([weights[None, j] for j in heads] if has_bias else None)
        return MLP.from_weights(matrices, biases, self.activation_functions)

    def after(self, lr: float = 0.1) -> Self:
        """Return the credit of the same example once the updates are made: the loss should be smaller."""
        return self.of(self.network(self.updates(lr)), self.x, self.y, self.loss_function)

    def edge(self, source: int | None, target: int) -> Edge:
        """Return one edge.

        Raises:
            KeyError: if there is none, saying which there are.
        """
        return self.edges[source, target]

    def forward_table(self) -> Table:
        """Return the forward pass and the δs as text: one line per node."""
        rows = []
        for layer in self.layers:
            for i in layer:
                node = self.nodes[i]
                rows.append(
                    [
                        str(i),
                        node.name,
                        "" if node.a is None else shown(node.a, 6),
                        shown(node.z, 6),
                        "" if node.delta is None else shown(node.delta, 6, sign=True),
                    ]
                )
        return table(["node", "output", "a", "z", "δ"], rows)

    def table(self, lr: float = 0.1) -> Table:
        """Return every edge as text: weight, δ, z, δ·z and the new weight.

        Args:
            lr: the learning rate η of the new weights.
        """
        new = self.updates(lr)
        rows = [
            [
                edge.name,
                shown(edge.weight, 6),
                shown(edge.delta, 6, sign=True),
                shown(edge.z, 6),
                shown(edge.credit, 6, sign=True),
                shown(new[key], 6),
            ]
            for key, edge in self.edges.items()
        ]
        exact = [
            [edge.name, edge.weight, edge.delta, edge.z, edge.credit, new[key]]
            for key, edge in self.edges.items()
        ]
        return table(["edge", "weight", "δ", "z", "δ·z", f"new weight (η = {lr:g})"], rows, exact)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"<credit of {len(self.edges)} edges, {self.title}, {self.loss_formula} = {self.loss:.6g}>"


_Fields: TypeAlias = tuple[
    dict[int, Node], dict[Key, Edge], list[list[int]], float, Loss, list[Activation], Any
]


def _credit_of_one(net: MLP, x: Sequence[Any], y: Any, loss: Loss) -> _Fields:
    """Return the fields of an Assignment."""
    z: list[Value] = [Value(as_float(v)) for v in x]
    inputs = z
    pre: list[list[Value]] = []
    post: list[list[Value]] = []
    for layer in net.layers:
        a = layer.preactivations(z)
        z = [layer.activation(unit) for unit in a]
        expect({*map(type, z)} == {Value}, "an activation gives a Value of the pre-activation", z)
        pre.append(a)
        post.append(z)
    out = loss(z[0] if len(z) == 1 else z, y)
    if not isinstance(out, Value):
        raise TypeError(
            f"a loss gives a Value computed from the prediction, but {loss_name(loss)} gave "
            f"{type(out).__name__}: {out!r}"
        )
    return _explained(net, inputs, pre, post, out, y, loss)


def _explained(
    net: MLP,
    inputs: list[Value],
    pre: list[list[Value]],
    post: list[list[Value]],
    out: Value,
    y: Any,
    loss: Loss,
) -> _Fields:
    upstream = gradients(out)
    layers = _numbering(net.sizes)
    targets = _targets(y, len(post[-1]), loss)
    nodes: dict[int, Node] = {}
    for column, i in enumerate(layers[0]):
        z = inputs[column].data
        nodes[i] = Node(i, 0, f"x{subscript(column + 1)}", None, z, None, None, None)
    for k, (a_layer, z_layer) in enumerate(zip(pre, post), 1):
        last = k == len(pre)
        for unit, i in enumerate(layers[k]):
            a, z_value = a_layer[unit], z_layer[unit]
            if not last:
                name = f"z{subscript(i)}"
            else:
                name = "ŷ" if len(z_layer) == 1 else f"ŷ{subscript(i)}"
            slope = _slope(net.layers[k - 1].activation, a.data)
            delta = upstream.get(id(a), 0.0)
            target = targets[unit] if last else None
            nodes[i] = Node(i, k, name, a.data, z_value.data, slope, delta, target)
    edges = Edges()
    for k in range(len(pre), 0, -1):
        place = {i: row for row, i in enumerate(layers[k - 1])}
        for i in sorted(layers[k - 1]):
            for column, j in enumerate(layers[k]):
                w = net.layers[k - 1].neurons[column].w[place[i]].data
                edges[i, j] = _edge(nodes, i, j, w, _layered(k, place[i], column))
        for column, j in enumerate(layers[k]):
            b = net.layers[k - 1].neurons[column].b
            if b is not None:
                edges[None, j] = _edge(nodes, None, j, b.data, _layered(k, None, column))
    ordered = {i: nodes[i] for i in sorted(nodes)}
    return ordered, edges, layers, out.data, loss, net.activations(), y


def _slope(f: Activation, a: float) -> float:
    """Return f′(a); of a Value made for it, so that nothing below the unit is walked again."""
    probe = Value(a)
    return gradients(f(probe)).get(id(probe), 0.0)


def _edge(nodes: dict[int, Node], i: int | None, j: int, weight: float, layered: str) -> Edge:
    delta, z = nodes[j].delta, 1.0 if i is None else nodes[i].z
    assert delta is not None  # only inputs have none, and no edge ends there
    name = f"b{subscript(j)}" if i is None else f"w{subscript(i)}⇝{subscript(j)}"
    return Edge(i, j, name, layered, weight, delta, z, delta * z)


def _layered(layer: int, row: int | None, column: int) -> str:
    if row is None:
        return f"b⁽{superscript(layer)}⁾{subscript(column + 1)}"
    comma = "‚" if row > 8 or column > 8 else ""
    return f"w⁽{superscript(layer)}⁾{subscript(row + 1)}{comma}{subscript(column + 1)}"


def _numbering(sizes: Sequence[int]) -> list[list[int]]:
    """Return the numbers of the nodes in each layer, from the inputs to the outputs."""
    layers, following = [], 0
    for size in reversed(sizes):
        layers.append(list(range(following, following + size)))
        following += size
    layers.reverse()
    layers[0].reverse()  # the inputs are numbered from the last to the first
    return layers


def _targets(y: Any, outputs: int, loss: Loss) -> Sequence[float | None]:
    if loss is cross_entropy and not is_sequence(y):
        return [float(k == y) for k in range(outputs)]
    given = list(y) if is_sequence(y) else [y]
    if len(given) != outputs or not all(isinstance(t, (int, float)) for t in given):
        return [None] * outputs
    return [float(t) for t in given]
