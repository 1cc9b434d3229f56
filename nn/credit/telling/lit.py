"""What is lit when one asks who is to blame: the way of the error from the outputs to an edge."""

from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key


def lit(credit: Assignment, path: Key) -> tuple[frozenset[int], frozenset[Key]]:
    """Return the nodes and the edges by which the error reaches an edge, with the edge and its tail."""
    source, target = path[:2]
    nodes, edges = way_back(credit, [target])
    return frozenset(nodes if source is None else nodes | {source}), frozenset(edges | {path})


def way_back(credit: Assignment, units: list[int]) -> tuple[set[int], set[Key]]:
    """Return some nodes with the nodes and the edges by which an error comes to them; of layers all that could."""
    nodes, edges, stack = set(units), set[Key](), list(units)
    while stack:
        for way in credit.out_of(stack.pop()):
            if not credit.layers and not credit.nodes[way.target].delta:
                continue
            if isinstance(way, Edge):
                edges.add(way.key)
            if way.target not in nodes:
                nodes.add(way.target)
                stack.append(way.target)
    return nodes, edges
