"""The nodes, the edges and the links of any network, from its anatomy."""

from dataclasses import replace
from functools import cache
from typing import Any

from autograd.notation import shown
from nn.activations import ACTIVATIONS
from nn.credit.finding.anatomy import Anatomy
from nn.credit.finding.joints import Joint
from nn.credit.finding.numbering import Cell
from nn.credit.finding.recording import Recording
from nn.credit.finding.units import Term, Unit
from nn.credit.networks.found import Found
from nn.credit.networks.layered import targets
from nn.credit.parts import Edge, Edges, Key, Link, Node, Nodes
from nn.losses import Loss
from nn.naming import edge_name, layered_name
from nn.notations import NOTATIONS, Names

LONGEST = 12  # a longer name of a weight gives way to w₃⇝₁, unless the weight has several uses


def credit_of_graph(recording: Recording, y: Any, loss: Loss) -> Found:
    """Return what is found in a recorded network."""
    anatomy = Anatomy(recording)
    graph = anatomy.graph
    outputs = [anatomy.cells[z].index for z in graph.outputs]
    wanted = dict(zip(outputs, targets(y, len(outputs), loss)))
    called = Names(NOTATIONS["slides"], outputs=outputs)
    nodes = _nodes(anatomy, wanted, called)
    index = {z: cell.index for z, cell in anatomy.cells.items()}
    links = _links(anatomy, index)
    inputs = [index[z] for z in graph.inputs]
    layers = [] if links else _layers(anatomy, nodes, inputs, outputs)
    functions = [[ACTIVATIONS[nodes[j].does] for j in layer] for layer in layers[1:]]

    @cache
    def edges() -> tuple[dict[Key, Edge], dict[tuple[int, int], Key]]:
        made, slots = _edges(anatomy, index)
        return _in_layers(layers, made) if layers else made, slots

    return Found(
        nodes, Edges(lambda: edges()[0]), layers, recording.loss.data, loss, functions, y, recording, outputs, links,
        anatomy, lambda: edges()[1], called,
    )  # fmt: skip


def _nodes(anatomy: Anatomy, wanted: dict[int, float | None], called: Names) -> dict[int, Node]:
    graph, recording = anatomy.graph, anatomy.recording
    given = {graph.places[id(v)]: name for v, name in recording.inputs if id(v) in graph.places}
    depth = 1 + max((cell.rank for cell in anatomy.cells.values() if cell.part), default=0)
    found = Nodes()
    for cell in anatomy.cells.values():
        i, z, part, v = cell.index, anatomy.graph.numbers[cell.z], cell.part, graph.values[cell.z]
        if i in wanted:
            name = called.z(i)
        elif part is None and graph.ops[cell.z] == "constant":
            name = shown(z)
        elif part is None:
            name = given.get(cell.z) or recording.names.get(id(v)) or v.label or called.z(i)
        else:
            name = ""
        a = slope = block = None
        if isinstance(part, Unit):
            a, slope = anatomy.graph.numbers[part.a], anatomy.slope(part)
        elif part is not None:
            block = part.block
        found[i] = Node(
            i, depth - cell.rank if part else 0, name, a, z, slope, anatomy.delta(cell), wanted.get(i),
            "unit" if a is not None else "joint" if part else "input", part.does if part else "", v.label, block,
            called,
        )  # fmt: skip
    return found


def _edges(
    anatomy: Anatomy, index: dict[int, int]
) -> tuple[dict[Key, Edge], dict[tuple[int, int], Key]]:
    """Return the edges from the output backwards, and the edge of each use of a weight."""
    graph = anatomy.graph
    terms: list[tuple[Cell, Term]] = []
    for cell in anatomy.cells.values():
        if isinstance(cell.part, Unit):
            weighted = [term for term in cell.part.terms if term.weight is not None]
            terms += [(cell, term) for term in sorted(weighted, key=lambda t: t.kind == "bias")]
    uses: dict[int, int] = {}  # how many a weight has
    for _, term in terms:
        w = graph.parents[term.node][term.weight or 0]
        uses[w] = uses.get(w, 0) + 1
    names: dict[int, str] = {}  # of a weight without one of its own, that of its first use
    edges: dict[Key, Edge] = {}
    slots: dict[tuple[int, int], Key] = {}
    places: dict[tuple[int | None, int], int] = {}
    for cell, term in terms:
        assert term.weight is not None
        k, j = term.node, cell.index
        w = graph.parents[k][term.weight]
        i = None if term.tail is None else index[graph.parents[k][term.tail]]
        place = places[i, j] = places.get((i, j), -1) + 1
        name = edge_name(i, j)
        name += f" ({place + 1})" if place else ""
        own = anatomy.recording.names.get(id(graph.values[w]), "")
        parameter = names.setdefault(w, own or name) if graph.is_parameter[w] else ""
        if own and (len(own) <= LONGEST or uses[w] > 1):
            name = own
        delta, z = anatomy.upstream[k], anatomy.partials[k][term.weight]
        edge = Edge(
            i, j, name, name, graph.numbers[w], delta, z, delta * z, term.sign, place, parameter
        )
        edges[edge.key] = edge
        slots[id(graph.values[k]), term.weight] = edge.key
    return edges, slots


def _link(anatomy: Anatomy, cell: Cell, term: Term, index: dict[int, int]) -> Link:
    assert term.tail is not None
    local = term.sign * anatomy.partials[term.node][term.tail]
    return Link(index[anatomy.graph.parents[term.node][term.tail]], cell.index, local, term.kind)


def _links(anatomy: Anatomy, index: dict[int, int]) -> list[Link]:
    """Return the ways of the error without a weight."""
    links: list[Link] = []
    for cell in anatomy.cells.values():
        part = cell.part
        if isinstance(part, Joint):
            local = anatomy.locals(part.z, part.members)
            links += [Link(index[p], cell.index, local.get(p, 0.0), "joint") for p in part.tails]
        elif part is not None:
            links += [_link(anatomy, cell, term, index) for term in part.links]
    return links


# ---------------------------------------------------------------- layers


def _layers(
    anatomy: Anatomy, nodes: dict[int, Node], inputs: list[int], outputs: list[int]
) -> list[list[int]]:
    """Return the layers of a network whose units are all joined to all of the layer before, once; else none."""
    graph = anatomy.graph
    units = [node for node in nodes.values() if node.kind == "unit"]
    if not inputs or len(units) + len(inputs) < len(nodes):
        return []
    depth = max(node.layer for node in nodes.values())
    layers = [inputs, *([] for _ in range(depth))]
    for node in units:
        layers[node.layer].append(node.index)
    if layers[-1] != outputs or any(node.does not in ACTIVATIONS for node in units):
        return []
    used: set[int] = set()  # weights, each of which may stand once
    below: dict[int, list[int]] = {}  # the numbers of tails, by the ids of what units share
    for cell in anatomy.cells.values():
        unit = cell.part
        if not isinstance(unit, Unit):
            continue
        if id(unit.tails) not in below:
            below[id(unit.tails)] = sorted(anatomy.cells[z].index for z in unit.tails)
        if below[id(unit.tails)] != sorted(layers[nodes[cell.index].layer - 1]):
            return []
        if not unit.plain:
            biases = sum(term.kind == "bias" for term in unit.terms)
            if biases > 1 or any(term.sign < 0.0 for term in unit.terms):
                return []
        weights = set(unit.own)
        if len(weights) < len(unit.own) or not used.isdisjoint(weights):
            return []
        if not all(map(graph.is_parameter.__getitem__, weights)):
            return []
        used |= weights
    return layers


def _in_layers(layers: list[list[int]], edges: dict[Key, Edge]) -> dict[Key, Edge]:
    """Return the edges of a layered network in the order of a perceptron's, with their layered names."""
    ordered: dict[Key, Edge] = {}
    for k in range(len(layers) - 1, 0, -1):
        rows: dict[int | None, int | None] = {i: row for row, i in enumerate(layers[k - 1])}
        for i in [*sorted(layers[k - 1]), None]:
            for column, j in enumerate(layers[k]):
                if (edge := edges.get((i, j))) is not None:
                    name = layered_name(k, rows.get(i), column)
                    ordered[i, j] = replace(edge, layered_name=name)
    return ordered
