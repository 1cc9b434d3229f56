"""Edges and weights as columns, a row of edges for each unit: a large network has very many."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, count, islice, repeat
from operator import mul
from typing import Any, NamedTuple, TypeAlias, TypeVar

from autograd import Value
from autograd.graph.reverse import errors, flows, inner_nodes
from nn.arguments import is_sequence, learning_rate
from nn.credit.finding.recording import Recording
from nn.credit.parts import Edge, Key, Register, Use, Weight, cut
from nn.notations import SLIDES, Names

T = TypeVar("T")
Uses: TypeAlias = list[Edge | Use]
FEW = 8  # weights that are looked at one by one; then all are made


@dataclass(eq=False)
class Row:
    """The edges into one unit, its biases last, as columns.

    Attributes:
        pieces: the nodes on whose operands they stand, one after the other: each with the places of its weights
            among the operands, and whether none of the others is a parameter.
        tails: the numbers of the nodes at their tails; None, of a bias.
        weights, deltas, zs, signs, of: as for Edge, of each.
        target, register, names: as for Edge, of all.
        places: those of the edges, where two nodes are joined twice.
    """

    target: int
    pieces: list[tuple[Value, Sequence[int], bool]]
    tails: list[int | None]
    weights: Sequence[float]
    deltas: list[float]
    zs: Sequence[float]
    signs: list[float]
    of: Sequence[int]
    register: Register
    places: list[int] | None = None
    names: Names = SLIDES

    @cached_property
    def credits(self) -> list[float]:
        """The credit of each."""
        return list(map(mul, self.deltas, self.zs))

    @cached_property
    def edges(self) -> list[Edge]:
        """The edges, made when one of them is looked at."""
        fields = zip(
            self.tails, repeat(self.target), self.weights, self.deltas, self.zs, self.credits, self.signs,
            self.places or repeat(0), self.of, repeat(self.register), repeat(self.names), repeat(""),
        )  # fmt: skip
        return list(map(partial(tuple.__new__, Edge), fields))

    @property
    def keys(self) -> Iterator[Key]:
        """The keys of the edges."""
        if self.places is None:
            return zip(self.tails, repeat(self.target))
        return (
            (i, self.target, p) if p else (i, self.target) for i, p in zip(self.tails, self.places)
        )

    @property
    def operands(self) -> Iterator[tuple[Value, int]]:
        """Of each the node on whose operand it stands, and the place of that."""
        return ((node, slot) for node, slots, _ in self.pieces for slot in slots)

    @cached_property
    def by_tail(self) -> dict[Any, int]:
        """Which of the edges comes from a node, by its number and the place."""
        return dict(zip(zip(self.tails, self.places or repeat(0)), count()))


class Edges(Mapping[Any, Edge]):
    """Edges by (source, target), made when they are looked at; of one that is not there it says which there are.

    Args:
        rows: gives the rows, from the output backwards.
        layers: of a layered network the numbers of the nodes in each layer: there edges go by their tails.
        order: by which keys are sorted, if they do not stand as they are found.
        row: gives one row by its target, if that is less work.
    """

    def __init__(
        self,
        rows: Callable[[], list[Row]],
        layers: Sequence[Sequence[int]] = (),
        order: Callable[[Key], Any] | None = None,
        row: Callable[[Any], Row] | None = None,
    ) -> None:
        self._rows, self._layers, self._order, self._row = rows, layers, order, row

    @cached_property
    def _into(self) -> dict[Any, Row]:
        """The rows by their targets."""
        return {row.target: row for row in self._rows()}

    @cached_property
    def _made(self) -> dict[Any, Edge]:
        return dict(self.each(lambda row: row.edges))

    def each(self, column: Callable[[Row], Sequence[T]]) -> Iterator[tuple[Key, T]]:
        """Yield something of each edge with the key of the edge.

        Args:
            column: gives it for the edges of a row.
        """
        if self._layers and self._order is None:
            return self._by_tails(column)
        items = chain.from_iterable(zip(row.keys, column(row)) for row in self._rows())
        if (order := self._order) is None:
            return items
        return iter(sorted(items, key=lambda item: order(item[0])))

    def _by_tails(self, column: Callable[[Row], Sequence[T]]) -> Iterator[tuple[Key, T]]:
        """Yield the same layer by layer, and there by the tails, the biases last; by whole rows, as there may be many."""
        found: list[Iterable[tuple[Key, T]]] = []
        for tails, heads in zip(reversed(self._layers[:-1]), reversed(self._layers)):
            columns: list[Sequence[T]] = []
            biases: list[tuple[Key, T]] = []
            for row in map(self._into.__getitem__, heads):
                things = column(row)
                if len(row.tails) > len(tails):
                    biases.append(((None, row.target), things[-1]))
                if row.tails[: len(tails)] != tails:
                    by_tail = dict(zip(row.tails, things))
                    things = [by_tail[i] for i in tails]
                columns.append(things)
            across = dict(zip(tails, zip(*columns)))
            found += [zip(zip(repeat(i), heads), across[i]) for i in sorted(tails)]
            found.append(biases)
        return chain.from_iterable(found)

    def _find(self, key: Any) -> Edge | None:
        if not is_sequence(key) or len(key) not in (2, 3):
            return None
        source, target, place = (*key, 0)[:3]
        try:
            row = self._row(target) if self._row else self._into[target]
            return row.edges[row.by_tail[source, place]]
        except (KeyError, TypeError):  # a part of it may be a list
            return None

    def __getitem__(self, key: Any) -> Edge:
        if (found := self._find(key)) is None:
            raise KeyError(self._missing(key))
        return found

    def __contains__(self, key: object) -> bool:
        return self._find(key) is not None

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self.each(lambda row: row.tails))

    def values(self) -> Any:
        """Return the edges, at once."""
        return self._made.values()

    def items(self) -> Any:
        """Return the keys with the edges, at once."""
        return self._made.items()

    def __len__(self) -> int:
        return sum(len(row.tails) for row in self._rows())

    def __repr__(self) -> str:
        return f"<{len(self)} edges: {self._known()}>"

    def _known(self) -> str:
        first = islice(self.each(lambda row: row.edges), 100)
        return cut(", ".join(f"{e.name} {e.key}" for _, e in first))

    def _missing(self, key: Any) -> str:
        known = self._known()
        if not is_sequence(key) or len(key) not in (2, 3):
            return f"an edge is (source, target), but {key!r} was given; there are {known}"
        source, target, *_ = key
        wanted = f"edge from {source!r} to" if source is not None else "bias of node"
        return f"no {wanted} {target!r}; there are {known}"


class Sums(NamedTuple):
    """What the weights of a network are, by their places.

    Attributes:
        numbers, totals: the number of each, and ∂L/∂w.
        uses: gives those of some weights, by their places.
    """

    numbers: Sequence[float]
    totals: Sequence[float]
    uses: Callable[[Sequence[int]], list[Uses]]


class Weights(Mapping[str, Weight]):
    """The weights by their names, made when they are looked at.

    Args:
        names: gives their names.
        sums: gives what all of them are.
        alone: gives the same as far as one of them goes, by its place, if that is less work.
    """

    def __init__(
        self,
        names: Callable[[], Sequence[str]],
        sums: Callable[[], Sums],
        alone: Callable[[int], Sums] | None = None,
    ) -> None:
        self._names, self._sums, self._alone = names, sums, alone
        self._made: dict[str, Weight] = {}

    @cached_property
    def sums(self) -> Sums:
        """What all of them are."""
        return self._sums()

    @cached_property
    def names(self) -> Sequence[str]:
        """The name of each."""
        return self._names()

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(zip(self.names, count()))

    def with_totals(
        self, totals: Sequence[float], uses: Callable[[Sequence[int]], list[Uses]]
    ) -> "Weights":
        """Return the same with other credit, and other uses."""
        return Weights(lambda: self.names, lambda: self.sums._replace(totals=totals, uses=uses))

    def moved(self, lr: float) -> dict[str, float]:
        """Return what a step of gradient descent makes of each.

        Args:
            lr: the learning rate η.
        """
        return dict(zip(self.names, self._moved(lr)))

    def updates(self, edges: Mapping[Any, Edge], lr: float) -> dict[Key, float]:
        """Return the same by the edges on which they stand.

        Args:
            edges: those of the network.
            lr: the learning rate η.
        """
        if isinstance(edges, Edges):
            of: Iterable[tuple[Key, int]] = edges.each(lambda row: row.of)
        else:
            of = ((key, edge.of) for key, edge in edges.items())
        new = self._moved(lr)
        return {key: new[k] for key, k in of if k >= 0}

    def _moved(self, lr: float) -> list[float]:
        lr = learning_rate(lr)
        return [w - lr * g for w, g in zip(self.sums.numbers, self.sums.totals)]

    def _make(self, names: Sequence[str], sums: Sums) -> None:
        places = [self._places[name] for name in names]
        numbers, totals = (map(of.__getitem__, places) for of in sums[:2])
        fields = zip(names, numbers, totals, sums.uses(places))
        self._made.update(zip(names, map(partial(tuple.__new__, Weight), fields)))

    def _others(self) -> list[str]:
        return [name for name in self._places if name not in self._made]

    def __getitem__(self, name: str) -> Weight:
        if name not in self._made:
            if name not in self._places:
                known = cut(", ".join(islice(self, 300)))
                raise KeyError(f"there is no weight {name!r}; there are {known}")
            few = len(self._made) < FEW
            alone = self._alone if few and "sums" not in vars(self) else None
            sums = alone(self._places[name]) if alone else self.sums
            self._make([name] if few else self._others(), sums)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return repr(dict(self))

    def _all(self) -> dict[str, Weight]:
        """Return the weights by their names, made at once."""
        if others := self._others():
            self._make(others, self.sums)
        return {name: self._made[name] for name in self._places}

    def values(self) -> Any:
        """Return the weights, at once."""
        return self._all().values()

    def items(self) -> Any:
        """Return the names with the weights, at once."""
        return self._all().items()


def sums_of(
    recording: Recording, rows: Iterable[Row], of: Mapping[Value, int], nodes: set[Value] | None = None
) -> Sums:  # fmt: skip
    """Return what the weights are: the credit of each is the sum over its uses, added from 0.0.

    Args:
        recording: what was recorded.
        rows: the edges.
        of: the weights, and their places.
        nodes: those that have them as operands; all of them, if it is not given.
    """
    known = recording.numbers or [p.data for p in recording.parameters]
    numbers = [*known, 0.0]  # the last is of what is no parameter, whose place is −1
    totals = [0.0] * len(numbers)
    found = list(_uses(recording, rows, of, nodes))
    for use, ks in found:
        if isinstance(use, Use):
            totals[ks[0]] += use.credit
            continue
        some = slice(ks[0], ks[-1] + 1) if ks else slice(0)
        for k, share, weight in zip(use.of[some], use.credits[some], use.weights[some]):
            totals[k] += share
            numbers[k] = weight

    def uses(places: Sequence[int]) -> list[Uses]:
        by: dict[int, Uses] = {p: [] for p in places}
        for use, ks in found:
            for k in ks:
                p = use.of[k] if isinstance(use, Row) else k
                if p in by:
                    by[p].append(use.edges[k] if isinstance(use, Row) else use)
        return [*by.values()]

    return Sums(numbers, totals, uses)


def _uses(
    recording: Recording, rows: Iterable[Row], of: Mapping[Value, int], nodes: set[Value] | None
) -> Iterator[tuple[Row | Use, Sequence[int]]]:
    """Yield the uses of parameters as back-propagation meets them: some edges of a row; or another, with its parameter."""
    on: dict[Value, list[tuple[Row, Sequence[int], Sequence[int], bool]]] = {}
    for row in rows:
        first = 0
        for node, slots, alone in row.pieces:
            ks = range(first, first := first + len(slots))
            on.setdefault(node, []).append((row, ks, slots, alone))
    upstream = None
    for v in reversed(inner_nodes(recording.loss)):
        if nodes is not None and v not in nodes:
            continue
        found = on.get(v, [])
        if found and found[0][3]:
            yield from ((row, ks) for row, ks, _, _ in found)
            continue
        parents = v.parents
        if of.keys().isdisjoint(parents):
            continue
        edges = {s: (row, k) for row, ks, slots, _ in found for k, s in zip(ks, slots)}
        slot = -1
        for p, slope in flows(v):
            slot = next(k for k in range(slot + 1, len(parents)) if parents[k] is p)
            if (place := of.get(p)) is None:
                continue
            if slot in edges:
                row, k = edges[slot]
                yield row, (k,)
                continue
            if upstream is None:
                upstream = errors(recording.loss)
            name = recording.names.get(p) or f"parameter {place + 1}"
            delta = upstream[v]
            yield Use(name, v.label or v.op, delta, slope, delta * slope), (place,)
