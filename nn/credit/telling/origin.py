"""Where nan or ∞ began: what is not finite though all that it was made of is."""

from collections.abc import Iterable
from math import isfinite

from nn.credit.assignment import Assignment
from nn.credit.parts import Key


def began(credit: Assignment) -> list[int | Key]:
    """Return the nodes and edges where the first numbers that are not finite came from.

    Going forward: an input, a weight, or a node whose inputs and weights are finite. If all is finite there, going
    back: a node whose error is not, though the errors that it is made of are.
    """
    ways, nodes = credit.ways, credit.nodes.items()
    weights = [key for key, edge in credit.edges.items() if not isfinite(edge.weight)]
    heads = {key[1] for key in weights}
    forward = _first({i: node.z for i, node in nodes}, ((w.source, w.target) for w in ways))
    found = [*weights, *(i for i in forward if i not in heads)]
    back = {i: node.delta or 0.0 for i, node in nodes}
    return found or [*_first(back, ((way.target, way.source) for way in ways))]


def _first(numbers: dict[int, float], ways: Iterable[tuple[int | None, int | None]]) -> list[int]:
    """Return which numbers are not finite, though all that lead to them are."""
    odd = {i for i, x in numbers.items() if not isfinite(x)}
    reached = {head for tail, head in ways if tail in odd}
    return [i for i in numbers if i in odd and i not in reached]
