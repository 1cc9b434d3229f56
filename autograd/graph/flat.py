"""A recorded graph as flat lists, in which a node is the number of its place.

Most operands of a network are weights, and a layer shares the tuple of what it reads: what can be done for a whole
tuple of operands is done once for it.
"""

from collections.abc import Sequence
from itertools import chain, count
from typing import Generic, TypeVar

from autograd.graph.node import CONSTANT, Node

N = TypeVar("N", bound=Node)

Places = tuple[int, ...]


class Flat(Generic[N]):
    """The nodes above some ends, and their operands.

    Args:
        ends: where to begin; all that only the later ones need comes last.

    Attributes:
        values: the nodes: the leaves, then the others, operands first.
        places: the place of each node.
        parents: the operands of each.
        computed: those of them that are no leaves.
        made: the places of the nodes that are no leaves.
        sides: of each node with two sequences of operands, the operands of each; equal ones are one tuple.
        ops: the name of the row that made each node; "" and "constant" are leaves.
        numbers: their numbers of now.
    """

    def __init__(self, ends: Sequence[N]) -> None:
        made = _operands_first(ends)
        # operands; tuples of them by their ids
        few, held = list[N](ends), dict[int, tuple[N, ...]]()
        for v in made:
            if type(v._da) is not tuple:
                few += v.parents  # type: ignore[attr-defined]
                continue
            held[id(v._a)] = v._a
            if v._b is not None:
                held[id(v._b)] = v._b
            if v._c is not None:
                few.append(v._c)
        leaves = dict.fromkeys([v for v in chain(few, *held.values()) if v._op is None])
        first = len(leaves)
        self.values: list[N] = [*leaves, *made]
        self.places: dict[N, int] = dict(zip(self.values, count()))
        self.made = range(first, len(self.values))
        self.ops = ["constant" if v._stamp is CONSTANT else "" for v in leaves]
        self.ops += [v._op.name for v in made]  # type: ignore[union-attr]
        self.numbers = [v._data for v in self.values]
        self.sides: dict[int, tuple[Places, Places]] = {}
        self.parents: list[Places] = [()] * first
        self.computed: list[Places] = [()] * first
        place = self.places.__getitem__
        same: dict[Places, Places] = {}
        found: dict[int, tuple[Places, Places]] = {}
        for key, one in held.items():
            places = tuple(map(place, one))
            places = same.setdefault(places, places)
            found[key] = places, tuple([k for k in places if k >= first])
        parents: Places
        for k, v in enumerate(made, first):
            if type(v._da) is not tuple:
                parents = (place(v._a),) if v._b is None else (place(v._a), place(v._b))
                computed = tuple([p for p in parents if p >= first])
            else:
                parents, computed = found[id(v._a)]
                if v._b is not None:
                    more, of_them = found[id(v._b)]
                    self.sides[k] = parents, more
                    parents, computed = parents + more, computed + of_them
                if v._c is not None:
                    bias = place(v._c)
                    parents = *parents, bias
                    computed = (*computed, bias) if bias >= first else computed
            self.parents.append(parents)
            self.computed.append(computed)


def _operands_first(ends: Sequence[N]) -> list[N]:
    """Return the nodes above some ends that are no leaves, each after its operands; see `inner_nodes` for the stamps."""
    opened, closed = object(), object()
    kind = type(ends[0])
    order: list[N] = []
    settled: set[int] = set()  # tuples of operands that are all closed
    stack = [v for v in reversed(ends) if v._op is not None]
    while stack:
        v = stack.pop()
        if v._stamp is opened:
            v._stamp = closed
            order.append(v)
        elif v._stamp is not closed:
            v._stamp = opened
            stack.append(v)
            if type(v._da) is not tuple:
                a, b = v._a, v._b  # plain numbers are left out
                if type(b) is kind and b._op is not None and b._stamp is not closed:
                    stack.append(b)
                if type(a) is kind and a._op is not None and a._stamp is not closed:
                    stack.append(a)
                continue
            if v._c is not None and v._c._op is not None:
                stack.append(v._c)
            for one in (v._b, v._a):
                if one is not None and id(one) not in settled:
                    waiting = [p for p in one if p._op is not None and p._stamp is not closed]
                    stack += reversed(waiting)
                    if not waiting:
                        settled.add(id(one))
    return order
