"""The part of a network that a picture has room for: the ends of wide layers, the first and the last of many layers."""

from collections.abc import Sequence
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
    ends, wanted = set[int](), set[int]()
    if path is not None:
        ends = {i for i in path if i is not None}
        head = credit.nodes[path[1]].layer
        wanted = {head - 1, head}
    layers = _ends(range(len(credit.layers)), LAYERS, wanted)
    full = [credit.layers[k] for k in layers]
    width = WIDTH
    while not _fits(columns := [_ends(layer, width, ends) for layer in full]) and width > 2:
        width -= 1
    gaps = [b - a - 1 for a, b in pairwise(layers)]
    layers_left_out = {k: gap for k, gap in enumerate(gaps, 1) if gap}
    units_left_out: dict[int, int] = {}
    for layer, column in zip(full, columns):
        place = {i: k for k, i in enumerate(layer)}
        for i, j in pairwise(column):
            if gap := place[j] - place[i] - 1:
                units_left_out[i] = gap
    at = {i: k for k, column in enumerate(columns) for i in column}
    part = replace(
        credit,
        nodes={i: replace(node, layer=at[i]) for i, node in credit.nodes.items() if i in at},
        edges={
            (i, j): edge
            for (i, j), edge in credit.edges.items()
            if j in at and at[j] not in layers_left_out and (i is None or i in at)
        },
        layers=columns,
        activation_functions=[credit.activation_functions[k - 1] for k in layers[1:]],
    )
    return Excerpt(part, layers, units_left_out, layers_left_out)


def _ends(items: Sequence[T], most: int, wanted: set[T]) -> list[T]:
    """Return the first and the last of many items, with those that are wanted and the few between two of these."""
    first, last = (most + 1) // 2, len(items) - most // 2
    ends = [k for k, item in enumerate(items) if k < first or k >= last or item in wanted]
    few = [k for a, b in pairwise(ends) if b - a - 1 <= FEW for k in range(a + 1, b)]
    return [items[k] for k in sorted(ends + few)]


def _fits(columns: list[list[int]]) -> bool:
    edges = sum((len(tails) + 1) * len(heads) for tails, heads in pairwise(columns))
    return sum(map(len, columns)) <= UNITS and edges <= EDGES


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
    nodes = credit.nodes
    zeros = {i for i, n in nodes.items() if n.kind == "input" and n.name == "0.00" and n.z == 0.0}
    edges = {k: edge for k, edge in credit.edges.items() if edge.source not in zeros or k == path}
    links = [link for link in credit.links if link.source not in zeros]
    read = {edge.source for edge in edges.values()} | {link.source for link in links}
    kept = {i: n for i, n in nodes.items() if n.kind != "input" or i in read}
    ways = len(edges) + len(links)
    if len(kept) > PARTS or ways > WAYS:
        raise ValueError(
            f"a network without layers is drawn, and told in steps, with up to {PARTS:,} units and {WAYS:,} edges; "
            f"this one has {len(kept):,} and {ways:,}: print(credit) and credit.equations() tell of all of them"
        )
    return part_of(credit, kept, edges, links)


def part_of(
    credit: Assignment, nodes: dict[int, Node], edges: dict[Key, Edge], links: list[Link]
) -> Assignment:
    """Return some nodes and ways of a network as if they were all; the sums of its weights are over all their uses."""
    part = replace(credit, nodes=nodes, edges=edges, links=links)
    vars(part)["weights"] = credit.weights
    return part
