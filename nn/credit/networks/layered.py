"""The numbers of a multi-layer perceptron, whose layers are known.

Nothing is computed a second time here. The pre-activation of a unit is one `dot` node of the recorded graph, so
δ_j is the gradient of that node, z_i is its local derivative by the weight, and their product is the gradient
of the weight: the very same float.

Nodes are numbered backwards from the output: the outputs 0, 1, …, then each hidden layer from its first unit,
then the inputs from the last to the first.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from autograd import Value
from autograd.graph.reverse import errors, gradients
from autograd.notation import subscript
from autograd.numbers import as_float
from nn.activations import Activation, activation_name
from nn.arguments import expect, is_sequence
from nn.credit.finding.recording import Recording, Weights, loss_of, penalized
from nn.credit.networks.found import Found
from nn.credit.networks.rows import Edges, Row
from nn.credit.parts import Node, Nodes, Register
from nn.losses import Loss, Penalty, cross_entropy
from nn.naming import numbering
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
    # the numbers of then: a bias may be assigned later
    biases = [[None if n.b is None else n.b.data for n in layer.neurons] for layer in net.layers]
    functions = [[unit.activation for unit in layer.neurons] for layer in net.layers]

    def all_names() -> list[str]:
        return [name for name, _ in net.named_parameters()]

    register = Register(layers, all_names)

    @cache
    def rows() -> list[Row]:
        found, first = list[Row](), 0
        widths = (len(tails) * len(heads) for tails, heads in pairwise(layers))
        count_of_all = sum(widths) + sum(b is not None for bias in biases for b in bias)
        each_once = count_of_all == len(recording.parameters)
        for tails, heads, column, bias in zip(layers, layers[1:], pre, biases):
            zs, count = [nodes[i].z for i in tails], len(tails)
            read: list[list[int | None]] = [
                [*tails],
                [*tails, None],
            ]  # without a bias, and with one
            for j, a, b in zip(heads, column, bias):
                has = b is not None
                width = count + has
                of: Sequence[int] = range(first, first := first + width)
                if not each_once:
                    weights = *a.parents[:count], *a.parents[2 * count :]
                    of = [recording.places[p] for p in weights]
                numbers = [*a.partials[count : 2 * count], *([] if b is None else [b])]
                pieces = [(a, range(count), True), *[(a, [2 * count], True)][:has]]
                deltas = [nodes[j].delta or 0.0] * width
                found.append(Row(j, pieces, read[has], numbers, deltas, zs + [1.0] * has, [1.0] * width, of, register))  # fmt: skip
        return found

    return Found(
        nodes, Edges(rows, layers), layers, out.data, loss, functions, y, recording, layers[-1], rows=rows, register=register,
        names=called,
    )  # fmt: skip


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
            delta = upstream.get(a, 0.0)
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


def targets(y: Any, outputs: int, loss: Loss) -> Sequence[float | None]:
    """Return what each output should have been; None where that is not one number each."""
    if loss is cross_entropy and not is_sequence(y):
        return [float(k == y) for k in range(outputs)]
    given = list(y) if is_sequence(y) else [y]
    if len(given) != outputs or not all(isinstance(t, (int, float)) for t in given):
        return [None] * outputs
    return [float(t) for t in given]
