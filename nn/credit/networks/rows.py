"""Edges and weights by the whole operands of a node: a large network has very many."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import repeat

from autograd.graph.reverse import errors, flows, inner_nodes
from nn.credit.networks.found import Found
from nn.credit.parts import Edge, Key, Register, Use, Weight, Weights
from nn.notations import SLIDES


def row(
    tails: Sequence[int], target: int, weights: Iterable[float], delta: float, zs: Sequence[float], sign: float,
    of: Iterable[int], register: Register,
) -> list[Edge]:  # fmt: skip
    """Return the edges from all tails of a unit, made at once: a large network has very many."""
    fields = zip(
        tails, repeat(target), weights, repeat(delta), zs, [delta * z for z in zs], repeat(sign), repeat(0),
        of, repeat(register), repeat(SLIDES), repeat(""),
    )  # fmt: skip
    return list(map(partial(tuple.__new__, Edge), fields))


def in_layers(
    layers: list[list[int]], into: Mapping[int, Mapping[int | None, Edge]]
) -> dict[Key, Edge]:
    """Return the edges of a layered network from the output backwards, by their tails, the biases of a layer last.

    Args:
        layers: the numbers of the nodes in each.
        into: the edges into each unit, by their tails.
    """
    found: dict[Key, Edge] = {}
    for tails, heads in zip(reversed(layers[:-1]), reversed(layers)):
        order = sorted(tails)
        columns = [map(into[j].__getitem__, order) for j in heads]
        for i, edges in zip(order, zip(*columns)):  # by whole rows: there may be very many
            found.update(zip(zip(repeat(i), heads), edges))
        found.update({(None, j): into[j][None] for j in heads if None in into[j]})
    return found


def weights_of(found: Found) -> Weights:
    """Return each weight by its name, with its uses: its credit is their sum, added from 0.0."""
    recording, rows = found.recording, found.rows()
    parameters = recording.parameters
    of = recording.places
    uses: list[list[Edge | Use]] = [[] for _ in parameters]
    free: dict[int, bool] = {}  # whether operands that units share are no parameters
    upstream = cache(lambda: errors(recording.loss))
    for v in reversed(inner_nodes(recording.loss)):
        on = rows.get(id(v), {})
        if on and v._b is not None and type(v._da) is tuple:  # a dot
            if (tails := id(v._b)) not in free:
                free[tails] = of.keys().isdisjoint(map(id, v._b))
            count = len(v._a)
            bias = [2 * count] if id(v._c) in of else []
            if free[tails] and [*on] == [*range(count), *bias]:
                for edge in on.values():
                    if edge.of >= 0:  # else it is made of parameters
                        uses[edge.of].append(edge)
                continue
        parents = v.parents
        if of.keys().isdisjoint(map(id, parents)):
            continue
        slot = -1
        for p, slope in flows(v):
            slot = next(k for k in range(slot + 1, len(parents)) if parents[k] is p)
            if (k := of.get(id(p))) is None:
                continue
            if (use := on.get(slot)) is None:
                name = recording.names.get(id(p)) or f"parameter {k + 1}"
                delta = upstream()[id(v)]
                uses[k].append(Use(name, v.label or v.op, delta, slope, delta * slope))
            else:
                uses[k].append(use)
    numbers = [p.data for p in parameters]
    if found.anatomy is not None:  # those of the time of recording
        graph = found.anatomy.graph
        numbers = [
            graph.numbers[graph.places[i]] if i in graph.places else x for i, x in zip(of, numbers)
        ]
    totals = []
    for k, several in enumerate(uses):
        total = 0.0
        for one in several:
            total += one.credit
            if type(one) is Edge:
                numbers[k] = one.weight
        totals.append(total)
    names = found.register.names
    made = map(partial(tuple.__new__, Weight), zip(names, numbers, totals, uses))
    return Weights(zip(names, made))
