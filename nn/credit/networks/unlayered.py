"""The nodes, the edges and the links of any network, from its anatomy."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any

from autograd import Value
from autograd.notation import shown
from nn.activations import ACTIVATIONS
from nn.credit.finding.anatomy import Anatomy
from nn.credit.finding.joints import Joint
from nn.credit.finding.numbering import Cell
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.recording import Recording
from nn.credit.finding.units import Term, Unit
from nn.credit.networks.found import Found
from nn.credit.networks.layered import targets
from nn.credit.networks.rows import Edges, Row, Sums, sums_of
from nn.credit.parts import Edge, Link, Node, Nodes, Register
from nn.losses import Loss
from nn.notations import NOTATIONS, Names

LONGEST = 12  # a longer name of a weight gives way to w₃⇝₁, unless the weight has several uses


def credit_of_graph(
    recording: Recording, y: Any, loss: Loss, graph: Recorded | None = None
) -> Found:
    """Return what is found in a recorded network."""
    anatomy = Anatomy(recording, graph)
    graph = anatomy.graph
    outputs = [anatomy.cells[z].index for z in graph.outputs]
    wanted = dict(zip(outputs, targets(y, len(outputs), loss)))
    called = Names(NOTATIONS["slides"], outputs=outputs)
    nodes = _nodes(anatomy, wanted, called)
    index = {z: cell.index for z, cell in anatomy.cells.items()}
    links = _links(anatomy, index)
    read: dict[int, list[int | None]] = {}  # the numbers of tails that units share, by their ids
    inputs = [index[z] for z in graph.inputs]
    layers = [] if links else _layers(anatomy, nodes, inputs, outputs)
    functions = [[ACTIVATIONS[nodes[j].does] for j in layer] for layer in layers[1:]]

    @cache
    def row(target: int) -> Row:
        return _row(anatomy, target, index, read, register)

    @cache
    def rows() -> list[Row]:
        return [found for j in nodes if nodes[j].kind == "unit" and (found := row(j)).tails]

    def alone(place: int) -> Sums:
        p = recording.parameters[place]
        users, heads = anatomy.around(p)
        return sums_of(recording, map(row, heads), {p: place}, users)

    def all_names() -> list[str]:
        names = [recording.names.get(p, "") for p in recording.parameters]
        if not all(names):  # of a weight without a name, that of its first use
            first: dict[int, Edge] = {}
            bare = Register(layers, list)  # the rows hold the register: it holds none of them
            for j in (j for j in nodes if nodes[j].kind == "unit"):
                row = _row(anatomy, j, index, read, bare)
                for k, edge in zip(row.of, row.edges):
                    first.setdefault(k, edge)
            for k, name in enumerate(names):
                names[k] = name or (first[k].name if k in first else f"parameter {k + 1}")
        return names

    def own_names() -> list[str]:
        parts = (cell.part for cell in anatomy.cells.values())
        uses = Counter(w for part in parts if isinstance(part, Unit) for w in part.own)
        several = {graph.weights[w] for w, n in uses.items() if n > 1 and w in graph.weights}
        names = [recording.names.get(p, "") for p in recording.parameters]
        return [n if len(n) <= LONGEST or k in several else "" for k, n in enumerate(names)]

    register = Register(layers, all_names, own_names)
    return Found(
        nodes, Edges(rows, layers, row=row), layers, recording.loss.data, loss, functions, y, recording, outputs, links, anatomy,
        rows, register, called, alone=alone,
    )  # fmt: skip


def _nodes(anatomy: Anatomy, wanted: dict[int, float | None], called: Names) -> dict[int, Node]:
    graph, recording = anatomy.graph, anatomy.recording
    given = {graph.places[v]: name for v, name in recording.inputs if v in graph.places}
    depth = 1 + max((cell.rank for cell in anatomy.cells.values() if cell.part), default=0)
    found = Nodes()
    for cell in anatomy.cells.values():
        i, z, part, v = cell.index, anatomy.graph.numbers[cell.z], cell.part, graph.values[cell.z]
        if i in wanted:
            name = called.z(i)
        elif part is None and graph.ops[cell.z] == "constant":
            name = shown(z)
        elif part is None:
            name = given.get(cell.z) or recording.names.get(v) or v.label or called.z(i)
        else:
            name = ""
        a = slope = block = None
        if isinstance(part, Unit):
            a, slope = anatomy.graph.numbers[part.a], anatomy.slope(part)
        elif part is not None:
            block = part.block
        found[i] = Node.of(
            i, depth - cell.rank if part else 0, name, a, z, slope, anatomy.delta(cell), wanted.get(i),
            "unit" if a is not None else "joint" if part else "input", part.does if part else "", v.label, block,
            called,
        )  # fmt: skip
    return found


def _row(
    anatomy: Anatomy, target: int, index: dict[int, int], read: dict[int, list[int | None]], register: Register
) -> Row:  # fmt: skip
    """Return the edges into a unit."""
    graph, unit = anatomy.graph, anatomy.by_index[target].part
    if not isinstance(unit, Unit):
        raise KeyError(target)
    pieces, tails = list[tuple[Value, Sequence[int], bool]](), list[int | None]()
    weights, deltas, zs, signs, of = (list[Any]() for _ in range(5))
    for term in sorted(unit.terms, key=lambda term: term.kind == "bias"):
        k, s = term.node, term.weight
        operands, v = graph.parents[k], graph.values[k]
        if term.kind == "dot":
            ws, xs = graph.sides[k]
            slots, alone = range(len(ws)), True
            if id(xs) not in read:
                read[id(xs)] = [index[x] for x in xs]
            tails += read[id(xs)]
            zs += v._da
        elif s is not None:
            slots, ws = range(s, s + 1), (operands[s],)
            alone = len(operands) < 3 and not graph.is_parameter[operands[s - 1]]
            tails.append(None if term.tail is None else index[operands[term.tail]])
            zs.append(anatomy.partials[k][s])
        else:
            continue
        pieces.append((v, slots, alone))
        weights += map(graph.numbers.__getitem__, ws)
        deltas += [anatomy.upstream(k)] * len(ws)
        signs += [term.sign] * len(ws)
        of += map(graph.weights.get, ws, repeat(-1))
    places = list(_places(tails)) if len(set(tails)) < len(tails) else None
    return Row(target, pieces, tails, weights, deltas, zs, signs, of, register, places)


def _places(tails: list[int | None]) -> Iterator[int]:
    """Yield of each tail how often it came before: two nodes may be joined once more."""
    seen = Counter[int | None]()
    for i in tails:
        yield seen[i]
        seen[i] += 1


def _link(anatomy: Anatomy, cell: Cell, term: Term, index: dict[int, int]) -> Link:
    assert term.tail is not None
    operands, local = anatomy.graph.parents[term.node], anatomy.partials[term.node][term.tail]
    times = None
    if term.kind == "product":  # the factors stand half of the operands apart
        half = len(operands) // 2
        times = index[operands[(term.tail + half) % (2 * half)]]
    return Link(index[operands[term.tail]], cell.index, term.sign * local, term.kind, times)


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
    units = [(c.index, c.part) for c in anatomy.cells.values() if isinstance(c.part, Unit)]
    layers = [inputs, *([] for _ in range(max((nodes[j].layer for j, _ in units), default=0)))]
    for j, unit in units:
        layers[nodes[j].layer].append(j)
        if unit.does not in ACTIVATIONS or not _plain(unit):
            return []
    own = [*chain.from_iterable(unit.own for _, unit in units)]  # each may stand once
    whole = inputs and len(units) + len(inputs) == len(nodes) and layers[-1] == outputs
    known = len(own) == len(set(own)) and all(map(anatomy.graph.is_parameter.__getitem__, own))
    return layers if whole and known and _joined(anatomy, units, nodes, layers) else []


def _joined(
    anatomy: Anatomy, units: list[tuple[int, Unit]], nodes: dict[int, Node], layers: list[list[int]]
) -> bool:
    """Tell whether each unit reads all of the layer before."""
    below: dict[int, list[int]] = {}  # the numbers of tails, by the ids of what units share
    for j, unit in units:
        if id(unit.tails) not in below:
            below[id(unit.tails)] = sorted(anatomy.cells[z].index for z in unit.tails)
        if below[id(unit.tails)] != sorted(layers[nodes[j].layer - 1]):
            return False
    return True


def _plain(unit: Unit) -> bool:
    """Tell whether a unit adds what it reads as a unit of a layer does: no minus, and one bias at most."""
    if unit.plain:
        return True
    biases = sum(term.kind == "bias" for term in unit.terms)
    return biases <= 1 and all(term.sign > 0.0 for term in unit.terms)
