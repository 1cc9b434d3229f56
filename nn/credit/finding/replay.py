"""A recorded graph once more with other numbers, without calling the function that recorded it.

A decision that Python took with `if` stays as it was, and so does the side that a `where` took.
"""

from typing import Any

from autograd import Value
from autograd.graph.node import made_by
from autograd.modes import recorded
from autograd.value import apply
from nn.credit.finding.recorded import Recorded


def number_with(graph: Recorded, root: Value, changed: dict[int, float]) -> float:
    """Return the number of a node with other numbers for some leaves; nothing is recorded."""
    numbers, places = graph.numbers[:], graph.places
    for k, x in changed.items():
        numbers[k] = x
    for k in range(places[root] + 1):
        row, operands = made_by(graph.values[k])
        if row is not None:
            numbers[k] = row.value(*(numbers_of(x, numbers, places) for x in operands))
    return numbers[places[root]]


def record_again(graph: Recorded, changed: dict[int, float]) -> list[Value]:
    """Return the nodes recorded once more with other numbers for some leaves, in the same order."""
    new: list[Value] = []
    with recorded():
        for k, v in enumerate(graph.values):
            row, operands = made_by(v)
            if row is None:
                node = Value(changed.get(k, graph.numbers[k]))
            else:
                node = apply(row, *(_nodes(x, new, graph) for x in operands))
            if v.label:
                node.label = v.label
            new.append(node)
    return new


def numbers_of(x: object, numbers: Any, places: dict[Value, int]) -> Any:
    """Return an operand as numbers.

    Args:
        x: a node, a tuple of nodes, or what is no node.
        numbers: those of the nodes, by their places.
        places: the places of the nodes.
    """
    if isinstance(x, tuple):
        return [numbers[places[item]] for item in x]
    if isinstance(x, Value):
        return numbers[places[x]]
    return getattr(x, "holds", x)


def _nodes(x: object, new: list[Value], graph: Recorded) -> object:
    """Return an operand as new nodes; plain numbers stay plain."""
    if isinstance(x, tuple):
        return tuple([_nodes(item, new, graph) for item in x])
    if isinstance(x, Value):
        k = graph.places[x]
        return graph.numbers[k] if graph.ops[k] == "constant" else new[k]
    return getattr(x, "holds", x)
