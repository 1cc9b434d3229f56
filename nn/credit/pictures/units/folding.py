"""A large unit graph made smaller: time steps left out, vectors and convolution windows as one node each.

Units are one vector if they have the same tails, and weights of one matrix: Wq11, Wq12 … Its edges are one pill, with
the largest credit. Windows share their weights, whatever they read. Time steps are found by the weights: how often the
same one was used on the way from the inputs.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import TypeVar

from autograd.notation import DIGITS, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Link, Node, Nodes
from nn.credit.pictures.words import Show, Words
from nn.credit.telling.excerpt import part_of, without

ENDS = 2  # so many time steps are drawn at the beginning and at the end
WIDE = 4  # of longer vectors the first number is written, and the last
REPEATS = 3  # so often the same weights come again where a time step has a box


T = TypeVar("T")
U = TypeVar("U")


@dataclass(eq=False)
class Folded:
    """What is drawn of a unit graph.

    Attributes:
        credit: the part that is drawn, as if it were a whole; a vector is its first unit.
        members: the nodes of each vector, by the number of the first.
        uses: the edges that stand in one pill, by its key; of a pill with more than one.
        stands: the edges for which an edge stands, by its key, where it is not itself alone.
        steps: the nodes of each time step, by its number from 1; empty if nothing comes again.
        left_out: how many time steps are left out.
        gap: the column in place of those.
    """

    credit: Assignment
    members: dict[int, list[Node]] = field(default_factory=dict)
    uses: dict[Key, list[Edge]] = field(default_factory=dict)
    stands: dict[Key, list[Edge]] = field(default_factory=dict)
    steps: dict[int, list[int]] = field(default_factory=dict)
    left_out: int = 0
    gap: int = 0


def foldings(credit: Assignment, steps: dict[int, list[int]]) -> Iterator[Folded]:
    """Yield a unit graph as it is, then folded more and more.

    Args:
        credit: the network.
        steps: the nodes of each time step.
    """
    whole = Folded(credit, steps=steps)
    yield whole
    short = _without_middle(whole)
    yield short
    yield _in_vectors(short, _reads)
    yield _in_vectors(short, _matrices)


# ---------------------------------------------------------------- time


def time_steps(credit: Assignment) -> dict[int, list[int]]:
    """Return the nodes of each time step: those behind as many uses of the weights that come again."""
    shared = {name for name, weight in credit.weights.items() if len(weight.uses) >= REPEATS - 1}
    step, found = _steps(credit, shared), dict[int, list[int]]()
    for j in sorted(_inside(credit, shared), reverse=True):
        found.setdefault(step[j], []).append(j)
    numbered = dict(enumerate((found[k] for k in sorted(found)), 1))
    if len(numbered) == REPEATS - 1:
        return numbered if _alike(credit, *numbered.values()) else {}
    return numbered if len(numbered) >= REPEATS else {}


def _steps(credit: Assignment, shared: Set[str]) -> dict[int, int]:
    """Return how often a weight was used on the way to each node, at most, of those weights that come again.

    Where none comes again on one way, a weight counts on all ways into a node: of two steps the second has others than
    the first on its way, where the first began with zeros.
    """
    uses: dict[int, Counter[str]] = {}
    repeated: set[str] = set()
    for beside in (False, True):
        for j in sorted(credit.nodes, reverse=True):
            ways = credit.into(j)
            own = [{way.parameter} & shared if isinstance(way, Edge) else set() for way in ways]
            uses[j] = Counter()
            for way, names in zip(ways, [set().union(*own)] * len(ways) if beside else own):
                before = Counter[str]() if way.source is None else uses[way.source]
                uses[j] |= before + Counter(names)
        counts = reduce(or_, uses.values(), Counter[str]())
        if repeated := {w for w in shared if counts[w] >= REPEATS - 1}:
            break
    return {j: max((found[w] for w in repeated), default=0) for j, found in uses.items()}


def _inside(credit: Assignment, shared: Set[str]) -> set[int]:
    """Return the nodes of time steps: without the inputs, and without what reads the last step."""
    nodes, inside = credit.nodes, set[int]()

    def of_unit(edges: list[Edge]) -> bool:
        again = any(edge.source is not None and edge.parameter in shared for edge in edges)
        # of two steps only the second has weights by which it reads the first
        return again and all(e.source in inside for e in edges if e.parameter not in shared)

    for j in sorted(nodes, reverse=True):
        ways = credit.into(j)
        if nodes[j].kind == "unit":
            found = of_unit([way for way in ways if isinstance(way, Edge) and way.parameter])
        else:
            read = {way.source for way in ways if way.source is not None} - inside
            found = bool(ways) and all(nodes[i].kind == "input" for i in read)
        if found:
            inside.add(j)
    return inside


def _alike(credit: Assignment, one: list[int], other: list[int]) -> bool:
    """Tell whether the units of two steps are alike, but for weights by which the first would read zeros.

    Zeros are not drawn, nor what is multiplied by one.
    """

    def look(step: list[int]) -> tuple[list[str], set[str]]:
        ways = (way for j in step for way in credit.into(j))
        units = (node for j in step if (node := credit.nodes[j]).kind == "unit")
        does = sorted(unit.does.split(" ")[0] for unit in units)
        return does, {way.parameter for way in ways if isinstance(way, Edge)}

    (does, read), (does_too, read_too) = look(one), look(other)
    return does == does_too and read <= read_too and len(one) <= len(other)


def _without_middle(whole: Folded) -> Folded:
    """Leave out the time steps between the first and the last."""
    steps = whole.steps
    left_out = [k for k in steps if ENDS < k <= len(steps) - ENDS]
    if not left_out:
        return whole
    part = without(whole.credit, {i for k in left_out for i in steps[k]})
    shown = {k: found for k, found in steps.items() if k not in left_out}
    layers = sorted({node.layer for node in part.nodes.values() if node.kind != "input"})
    last = [part.nodes[i].layer for k in shown if k > ENDS for i in shown[k]]
    gap = layers.index(min(last))
    place = {layer: k + 1 + (k >= gap) for k, layer in enumerate(layers)}
    nodes = {i: replace(n, layer=place.get(n.layer, 0)) for i, n in part.nodes.items()}
    part = part_of(part, nodes, dict(part.edges), part.links)
    return Folded(part, steps=shown, left_out=len(left_out), gap=gap + 1)


# ---------------------------------------------------------------- vectors

Alike = Callable[[Assignment, Node], Hashable]


def matrix(name: str) -> str:
    """Return the name of the matrix that a weight is in: Wq of Wq12, layers.0.weight of layers.0.weight.1.2."""
    bare = name.split("⇝")[0].rstrip(DIGITS + "0123456789., []()")
    return bare or name


def _matrices(credit: Assignment, node: Node) -> Hashable:
    """Return what windows have in common: the matrices whose weights they have."""
    return frozenset(matrix(way.name) for way in credit.into(node.index) if isinstance(way, Edge))


def _reads(credit: Assignment, node: Node) -> Hashable:
    """Return what the units of a vector have in common: the matrix, and what they read."""
    ways = credit.into(node.index)
    tails = frozenset(way.source for way in ways if isinstance(way, Edge))
    return tails, _matrices(credit, node)


def _vectors(credit: Assignment, alike: Alike) -> dict[int, int]:
    """Return the first node of the vector of each: units as told, joints that read the same, inputs that the same read."""
    nodes, vector = credit.nodes, dict[int, int]()
    first: dict[Hashable, int] = {}

    def join(node: Node, *key: Hashable) -> None:
        vector[node.index] = first.setdefault((node.kind, node.does, *key), node.index)

    for node in nodes.values():
        if node.kind == "unit":
            join(node, node.layer, alike(credit, node))
        elif node.block is not None:
            vector[node.index] = node.index
    for i in sorted(nodes, reverse=True):
        if i not in vector and nodes[i].kind == "joint":
            # a number of the input that each adds tells nothing
            tails = frozenset(vector[way.source] for way in credit.into(i) if way.source in vector)
            join(nodes[i], nodes[i].layer, tails)
    for i, node in nodes.items():
        if i not in vector:
            join(node, frozenset(vector[way.target] for way in credit.out_of(i)))
    return vector


def _in_vectors(part: Folded, alike: Alike) -> Folded:
    """Make nodes that are alike one."""
    credit, nodes = part.credit, part.credit.nodes
    vector = _vectors(credit, alike)
    members: dict[int, list[Node]] = {}
    for i, first in vector.items():
        members.setdefault(first, []).append(nodes[i])
    uses = _pills(credit, vector)
    edges = {key: one for key, (one, *_) in uses.items()}
    links: dict[tuple[int, int, str], Link] = {}
    for link in credit.links:
        i, j = vector[link.source], vector[link.target]
        links[i, j, link.kind] = link._replace(source=i, target=j)
    kept = Nodes((i, node) for i, node in nodes.items() if vector[i] == i)
    return replace(
        part,
        credit=part_of(credit, kept, edges, list(links.values())),
        steps={k: [i for i in found if i in kept] for k, found in part.steps.items()},
        members={i: found for i, found in members.items() if len(found) > 1},
        uses={key: several for key, (_, *several) in uses.items() if len(several) > 1},
        stands={
            key: several for key, (_, *several) in uses.items() if [e.key for e in several] != [key]
        },
    )


def _pills(credit: Assignment, vector: dict[int, int]) -> dict[Key, list[Edge]]:
    """Return the edges that stand in one pill, by its key, and before them the edge that stands for them: the largest."""
    uses: dict[tuple[int | None, int, str], list[Edge]] = {}
    for edge in credit.edges.values():
        source = None if edge.source is None else vector[edge.source]
        uses.setdefault((source, vector[edge.target], matrix(edge.name)), []).append(edge)
    places, pills = Counter[Key](), dict[Key, list[Edge]]()
    for (source, target, _), several in uses.items():
        largest = max(several, key=lambda edge: abs(edge.credit))
        place = places[source, target]
        places[source, target] += 1
        one = largest._replace(source=source, target=target, place=place, given_name=largest.name)
        pills[one.key] = [one, *several]
    return pills


def ranged(nodes: list[Node]) -> str:
    """Return the numbers of the nodes of a vector: 40…41; 11, 14."""
    numbers = sorted(node.index for node in nodes)
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}…{numbers[-1]}"
    return ", ".join(map(str, numbers)) if len(numbers) < 4 else f"{numbers[0]}, …, {numbers[-1]}"


def shortened(items: Iterable[T], gap: U, narrow: bool) -> list[T | U]:
    """Return what stands in a vector; of many the first and the last, with a gap between."""
    told: list[T | U] = list(items)
    if len(told) > (WIDE // 2 if narrow else WIDE):
        told = [told[0], gap, told[-1]]
    return told


class FoldedWords(Words):
    """The numbers of a folded graph: a pill of several weights says how many they are, and the largest credit."""

    def __init__(self, fold: Folded, room: str, show: Show, back: Set[Key]) -> None:
        super().__init__(fold.credit, room, show, back)
        self.fold = fold

    def weight_line(self, edge: Edge) -> str:
        """Return what a pill says of its weights."""
        if (uses := self.fold.uses.get(edge.key)) is None:
            return super().weight_line(edge)
        return f"{matrix(edge.name)}  {len(uses)} weights"

    def flow_line(self, edge: Edge) -> str:
        """Return what a pill says of what passes along its edges."""
        if edge.key not in self.fold.uses:
            return super().flow_line(edge)
        return f"most {self.number(self.flow(edge), sign=True)}"

    def pill(self, edge: Edge) -> tuple[str, ...]:
        """Return what a pill says: of several weights always how many there are."""
        if edge.key not in self.fold.uses:
            return super().pill(edge)
        lines = self.weight_line(edge), self.flow_line(edge)
        return lines if self.room == "full" else (" ".join(lines[::-1]),)

    def told(self, edge: Edge) -> str:
        """Return the tooltip of a pill."""
        if edge.key not in self.fold.uses:
            return super().told(edge)
        return f"{self.weight_line(edge)}, the largest credit {shown(edge.credit, 4, sign=True)} on {edge.name}"
