"""Where nan or ∞ began: what is not finite though all that it was made of is."""

from math import isfinite

from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Link


def began(credit: Assignment) -> list[int | Key]:
    """Return the nodes and edges where the first numbers that are not finite came from.

    Going forward: an input, a weight, or a node whose inputs and weights are finite. If all is finite there, going
    back: a node whose error is not, though the errors that it is made of are.
    """
    nodes = credit.nodes

    def is_finite(way: Edge | Link) -> bool:
        return (
            isfinite(way.z) and isfinite(way.weight)
            if isinstance(way, Edge)
            else isfinite(nodes[way.source].z)
        )

    found: list[int | Key] = [
        key for key, edge in credit.edges.items() if not isfinite(edge.weight)
    ]
    found += [
        i
        for i, node in nodes.items()
        if not isfinite(node.z) and all(map(is_finite, credit.into(i)))
    ]
    if found:
        return found
    delta = {i: node.delta or 0.0 for i, node in nodes.items()}
    return [
        i
        for i, node in nodes.items()
        if node.kind != "input"
        and not isfinite(delta[i])
        and all(isfinite(delta[way.target]) for way in credit.out_of(i))
    ]
