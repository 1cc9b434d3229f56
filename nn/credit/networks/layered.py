"""The numbers of a multi-layer perceptron, whose layers are known.

Nothing is computed a second time here. The pre-activation of a unit is one `dot` node of the recorded graph, so
δ_j is the gradient of that node, z_i is its local derivative by the weight, and their product is the gradient
of the weight: the very same float.

Nodes are numbered backwards from the output: the outputs 0, 1, …, then each hidden layer from its first unit,
then the inputs from the last to the first.
"""

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.graph.reverse import errors, gradients
from autograd.notation import subscript
from autograd.numbers import as_float
from nn.activations import Activation, activation_name
from nn.arguments import expect, is_sequence
from nn.credit.finding.recording import Penalty, Recording, Weights, loss_of, penalized
from nn.credit.networks.found import Found
from nn.credit.parts import Edge, Edges, Key, Node, Nodes
from nn.layers import Neuron
from nn.losses import Loss, cross_entropy
from nn.naming import edge_name, layered_name, numbering
from nn.network import MLP
from nn.notations import NOTATIONS, Names


def credit_of_layers(
    net: MLP, x: Sequence[Any], y: Any, loss: Loss, penalty: Penalty | None
) -> Found:
    """Return what is found in a perceptron on one example."""
    inputs = z = [Value(as_float(v)) for v in x]
    pre: list[list[Value]] = []
    post: list[list[Value]] = []
    for layer in net.layers:
        a = layer.preactivations(z)
        z = [unit.activation(v) for unit, v in zip(layer.neurons, a)]
        expect({*map(type, z)} == {Value}, "an activation gives a Value of the pre-activation", z)
        pre.append(a)
        post.append(z)
    out = loss_of(z[0] if len(z) == 1 else z, y, loss)
    if penalty is not None:
        out = penalized(out, penalty, net.parameters())
    names = [(v, f"x{subscript(k)}") for k, v in enumerate(inputs, 1)]
    recording = Recording(out, z, Weights.of_network(net), names, net, penalty)
    layers = numbering(net.sizes)
    called = Names(NOTATIONS["slides"], layers, layers[-1])
    nodes = _nodes(net, recording, called, pre, post, targets(y, len(z), loss))
    units = [
        [_recorded(unit, a) for unit, a in zip(layer.neurons, column)]
        for layer, column in zip(net.layers, pre)
    ]

    functions = [[unit.activation for unit in layer.neurons] for layer in net.layers]

    def slots() -> dict[tuple[int, int], Key]:
        found: dict[tuple[int, int], Key] = {}
        for tails, heads, column in zip(layers, layers[1:], pre):
            for j, a in zip(heads, column):
                found |= {(id(a), slot): (i, j) for slot, i in enumerate(tails)}
                found[id(a), 2 * len(tails)] = (None, j)
        return found

    return Found(
        nodes, Edges(lambda: _edges(layers, nodes, units, recording)), layers, out.data, loss, functions, y,
        recording, layers[-1], slots=slots, names=called,
    )  # fmt: skip


def _recorded(unit: Neuron, a: Value) -> tuple[Neuron, Value, float]:
    """Return a unit with its pre-activation, which keeps the weights' numbers, and the number of its bias."""
    return unit, a, 0.0 if unit.b is None else unit.b.data


def _nodes(
    net: MLP,
    recording: Recording,
    called: Names,
    pre: list[list[Value]],
    post: list[list[Value]],
    wanted: Sequence[float | None],
) -> dict[int, Node]:
    upstream, layers = errors(recording.loss), called.layers
    nodes: dict[int, Node] = {}
    for i, (x, name) in zip(layers[0], recording.given):
        nodes[i] = Node(i, 0, name, None, x.data, None, None, None, "input", names=called)
    for k, (a_layer, z_layer) in enumerate(zip(pre, post), 1):
        last = k == len(pre)
        for unit, i in enumerate(layers[k]):
            f = net.layers[k - 1].neurons[unit].activation
            a, z_value = a_layer[unit], z_layer[unit]
            delta = upstream.get(id(a), 0.0)
            target = wanted[unit] if last else None
            slope = _slope(f, a, z_value)
            nodes[i] = Node(
                i, k, "", a.data, z_value.data, slope, delta, target, "unit", activation_name(f), names=called
            )  # fmt: skip
    return Nodes((i, nodes[i]) for i in sorted(nodes))


def _slope(f: Activation, a: Value, z: Value) -> float:
    """Return f′(a), as it was recorded if f is one operation."""
    if z is a:
        return 1.0
    if z._a is a and z._b is None and type(z._da) is float:
        return z._da
    probe = Value(a.data)  # made for it, so that nothing below the unit is walked again
    return gradients(f(probe)).get(id(probe), 0.0)


def _edges(
    layers: list[list[int]],
    nodes: dict[int, Node],
    units: list[list[tuple[Neuron, Value, float]]],
    recording: Recording,
) -> dict[Key, Edge]:
    edges: dict[Key, Edge] = {}
    names = recording.names
    for k in range(len(units), 0, -1):
        place = {i: row for row, i in enumerate(layers[k - 1])}
        numbers = [a.partials[len(place) :] for _, a, _ in units[k - 1]]
        for i in sorted(place):
            for column, j in enumerate(layers[k]):
                w, name = numbers[column][place[i]], names[id(units[k - 1][column][0].w[place[i]])]
                edges[i, j] = _edge(nodes, i, j, w, layered_name(k, place[i], column), name)
        for column, j in enumerate(layers[k]):
            unit, _, bias = units[k - 1][column]
            if unit.b is not None:
                layered, name = layered_name(k, None, column), names[id(unit.b)]
                edges[None, j] = _edge(nodes, None, j, bias, layered, name)
    return edges


def _edge(
    nodes: dict[int, Node], i: int | None, j: int, weight: float, layered: str, parameter: str
) -> Edge:
    delta, z = nodes[j].delta, 1.0 if i is None else nodes[i].z
    assert delta is not None  # only inputs have none, and no edge ends there
    return Edge(i, j, edge_name(i, j), layered, weight, delta, z, delta * z, parameter=parameter)


def targets(y: Any, outputs: int, loss: Loss) -> Sequence[float | None]:
    """Return what each output should have been; None where that is not one number each."""
    if loss is cross_entropy and not is_sequence(y):
        return [float(k == y) for k in range(outputs)]
    given = list(y) if is_sequence(y) else [y]
    if len(given) != outputs or not all(isinstance(t, (int, float)) for t in given):
        return [None] * outputs
    return [float(t) for t in given]
