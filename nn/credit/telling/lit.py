"""What is lit when one asks who is to blame: the way of the error from the outputs to an edge."""

from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key


def lit(credit: Assignment, path: Key) -> tuple[frozenset[int], frozenset[Key]]:
    """Return the nodes and the edges by which the error reaches an edge, with the edge and its tail."""
    source, target = path[:2]
    nodes, edges = way_back(credit, [target])
    return frozenset(nodes if source is None else nodes | {source}), frozenset(edges | {path})


def way_back(credit: Assignment, units: list[int]) -> tuple[set[int], set[Key]]:
    """Return units with the nodes and the edges by which the error comes to the first layer among them."""
    first, nodes = credit.nodes[units[0]].layer, set(units)
    edges: set[Key] = set()
    if not credit.layers:
        return _in_graph(credit, units)
    heads = [j for j in credit.layers[first] if j in nodes]
    for layer in credit.layers[first + 1 :]:
        nodes |= set(layer)
        edges |= {(i, k) for i in heads for k in layer}
        heads = layer
    return nodes, edges


def _in_graph(credit: Assignment, units: list[int]) -> tuple[set[int], set[Key]]:
    """Return some nodes with the nodes and the edges by which an error comes to them."""
    nodes, edges, stack = set(units), set[Key](), list(units)
    while stack:
        for way in credit.out_of(stack.pop()):
            if not credit.nodes[way.target].delta:
                continue
            if isinstance(way, Edge):
                edges.add(way.key)
            if way.target not in nodes:
                nodes.add(way.target)
                stack.append(way.target)
    return nodes, edges
