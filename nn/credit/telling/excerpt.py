"""The part of a network that a picture has room for: the ends of wide layers, the first and the last of many layers."""

from collections.abc import Container, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Link, Node

LAYERS, WIDTH, UNITS, EDGES = 10, 32, 80, 1600  # more are a grey cloud
PARTS, WAYS = 1000, 5000  # more, where there are no layers to leave out, take minutes and gigabytes
FEW = 2  # so many are shown where they stand: a note instead would take as much room

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Excerpt:
    """What is drawn of a network.

    Attributes:
        credit: the part that is drawn, as if it were a whole; its nodes keep their numbers, its layers do not.
        layers: for each layer drawn, which one of the network it is.
        units_left_out: how many units are left out below a unit, by its number.
        layers_left_out: how many layers are left out before one, by its place among those drawn.
    """

    credit: Assignment
    layers: list[int]
    units_left_out: dict[int, int]
    layers_left_out: dict[int, int]

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.units_left_out and not self.layers_left_out


def excerpt(credit: Assignment, path: Key | None = None) -> Excerpt:
    """Return the part of a network that is drawn; a small one is drawn whole.

    Args:
        credit: what `assign_credit` found.
        path: an edge that must be there.
    """
    ends = {i for i in path or () if i is not None}
    heads = [] if path is None else [credit.nodes[path[1]].layer]
    layers = _ends(range(len(credit.layers)), LAYERS, {k for j in heads for k in (j - 1, j)})
    full = [credit.layers[k] for k in layers]
    columns = _columns(full, ends)
    after = _left_out(range(len(credit.layers)), layers)
    layers_left_out = {layers.index(k) + 1: count for k, count in after.items()}
    units_left_out: dict[int, int] = {}
    for layer, column in zip(full, columns):
        units_left_out |= _left_out(layer, column)
    functions = [credit.activation_functions[k - 1] for k in layers[1:]]
    part = replace(_part(credit, columns, layers_left_out), activation_functions=functions)
    return Excerpt(part, layers, units_left_out, layers_left_out)


def _part(credit: Assignment, columns: list[list[int]], apart: Container[int]) -> Assignment:
    """Return some units of a layered network, in columns of which some are not joined to the one before."""
    at = {i: k for k, column in enumerate(columns) for i in column}
    nodes = {i: replace(node, layer=at[i]) for i, node in credit.nodes.items() if i in at}
    edges = {
        (i, j): edge
        for (i, j), edge in credit.edges.items()
        if j in at and at[j] not in apart and (i is None or i in at)
    }
    return replace(credit, nodes=nodes, edges=edges, layers=columns)


def _columns(layers: list[list[int]], wanted: set[int]) -> list[list[int]]:
    """Return of each layer what there is room for."""
    width = WIDTH
    while not _fits(columns := [_ends(layer, width, wanted) for layer in layers]) and width > 2:
        width -= 1
    return columns


def _fits(columns: list[list[int]]) -> bool:
    edges = sum((len(tails) + 1) * len(heads) for tails, heads in pairwise(columns))
    return sum(map(len, columns)) <= UNITS and edges <= EDGES


def _ends(items: Sequence[T], most: int, wanted: set[T]) -> list[T]:
    """Return the first and the last of many items, with those that are wanted and the few between two of these."""
    first, last = (most + 1) // 2, len(items) - most // 2
    ends = [k for k, item in enumerate(items) if k < first or k >= last or item in wanted]
    few = [k for a, b in pairwise(ends) if b - a - 1 <= FEW for k in range(a + 1, b)]
    return [items[k] for k in sorted(ends + few)]


def _left_out(items: Sequence[T], shown: Sequence[T]) -> dict[T, int]:
    """Return how many items are left out after one that is shown, where any are."""
    place = {item: k for k, item in enumerate(items)}
    gaps = {one: place[other] - place[one] - 1 for one, other in pairwise(shown)}
    return {one: gap for one, gap in gaps.items() if gap}


def drawn(credit: Assignment, path: Key | None = None) -> Assignment:
    """Return a network without plain zeros, from which nothing ever comes, and inputs that nobody reads; layers as they are.

    Args:
        credit: what `assign_credit` found.
        path: an edge that must be there.

    Raises:
        ValueError: if it has no layers and is too large for a picture.
    """
    if credit.layers:
        return credit
    inputs = [node for node in credit.nodes.values() if node.kind == "input"]
    part = without(credit, {n.index for n in inputs if n.name == "0.00" and n.z == 0.0}, path)
    nodes, ways = len(part.nodes), len(part.edges) + len(part.links)
    if nodes > PARTS or ways > WAYS:
        raise ValueError(
            f"a network without layers is drawn, and told in steps, with up to {PARTS:,} units and {WAYS:,} edges; "
            f"this one has {nodes:,} and {ways:,}: print(credit) and credit.equations() tell of all of them"
        )
    return part


def without(credit: Assignment, gone: Set[int], path: Key | None = None) -> Assignment:
    """Return a network without some nodes, and without inputs that nobody reads then.

    Args:
        credit: the network.
        gone: the numbers of the nodes.
        path: an edge that must be there, and so its tail.
    """
    edges = {k: edge for k, edge in credit.edges.items() if gone.isdisjoint(k[:2]) or k == path}
    links = [link for link in credit.links if gone.isdisjoint((link.source, link.target))]
    read = {edge.source for edge in edges.values()} | {link.source for link in links}
    read.update(credit.outputs)
    nodes = {
        i: node
        for i, node in credit.nodes.items()
        if (i in read if node.kind == "input" else i not in gone)
    }
    return part_of(credit, nodes, edges, links)


def part_of(
    credit: Assignment, nodes: dict[int, Node], edges: dict[Key, Edge], links: list[Link]
) -> Assignment:
    """Return some nodes and ways of a network as if they were all; the sums of its weights are over all their uses."""
    part = replace(credit, nodes=nodes, edges=edges, links=links)
    vars(part)["weights"] = credit.weights
    return part
