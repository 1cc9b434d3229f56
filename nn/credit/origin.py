"""Where nan or ∞ began: what is not finite though all that it was made of is."""

from math import isfinite

from nn.credit.assignment import Assignment, Key


def began(credit: Assignment) -> list[int | Key]:
    """Return the nodes and edges where the first numbers that are not finite came from.

    Going forward: an input, a weight, or a unit whose inputs and weights are finite. If all is finite there, going
    back: a unit whose error is not, though the errors that it is made of are.
    """
    nodes, into = credit.nodes, {j: list[Key]() for j in credit.nodes}
    for key in credit.edges:
        into[key[1]].append(key)
    found: list[int | Key] = [
        key for key, edge in credit.edges.items() if not isfinite(edge.weight)
    ]
    for i, node in nodes.items():
        edges = [credit.edges[key] for key in into[i]]
        if not isfinite(node.z) and all(
            isfinite(edge.z) and isfinite(edge.weight) for edge in edges
        ):
            found.append(i)
    if found:
        return found
    behind = {
        i: [key[1] for key in credit.edges if key[0] == i]
        for i, node in nodes.items()
        if node.a is not None
    }
    return [
        i
        for i, heads in behind.items()
        if not isfinite(nodes[i].delta or 0.0)
        and all(isfinite(nodes[k].delta or 0.0) for k in heads)
    ]
