"""A recorded graph as flat lists, in which a node is the number of its place.

Most operands of a network are weights, and a layer shares the tuple of what it reads: what can be done for a whole
tuple of operands is done once for it.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any, Generic, TypeVar

from autograd.graph.node import CONSTANT, Node

N = TypeVar("N", bound=Node)

Places = tuple[int, ...]
_OPEN = -1  # the place of a node that waits for its operands


class Flat(Generic[N]):
    """The nodes above some ends, and their operands.

    Args:
        ends: where to begin; all that only the later ones need comes last.

    Attributes:
        values: the nodes, operands first.
        places: the place of a node, by its id.
        parents: the operands of each.
        computed: those of them that are no leaves.
        leaves: the places of the leaves.
        made: those of the other nodes, in order.
        sides: of each node with two sequences of operands, the operands of each; equal ones are one tuple.
        ops: the name of the row that made each node; "" and "constant" are leaves.
        numbers: their numbers of now.
    """

    def __init__(self, ends: Sequence[N]) -> None:
        self.values: list[N] = []
        self.places: dict[int, int] = {}
        self.parents: list[Places] = []
        self.computed: list[Places] = []
        self.leaves: set[int] = set()
        self.made: list[int] = []
        self.sides: dict[int, tuple[Places, Places]] = {}
        self.ops: list[str] = []
        self._known: dict[int, tuple[Places, Places]] = {}  # of shared tuples, by their ids
        self._same: dict[Places, Places] = {}
        places, leaves, known, stack = self.places, self.leaves, self._known, list(reversed(ends))
        while stack:
            v = stack.pop()
            key = id(v)
            place = places.get(key)
            if place is not None and place != _OPEN:
                continue
            if v._op is None:
                self._add_leaves((v,))
                continue
            few: Sequence[Any] = ()  # operands that stand in no sequence
            sides: Sequence[Sequence[Any]] = ()
            if type(v._da) is not tuple:
                few = v.parents  # type: ignore[attr-defined]
            else:
                sides = (v._a,) if v._b is None else (v._a, v._b)
                if v._c is not None:
                    few = (v._c,)
            if place is None:
                depth = len(stack)
                for p in few:
                    if id(p) not in places:
                        if p._op is None:
                            self._add_leaves((p,))
                        else:
                            stack.insert(depth, p)
                for one in reversed(sides):
                    if id(one) not in known and self._add_leaves(one) < len(one):
                        stack += [p for p in reversed(one) if id(p) not in places]
                if len(stack) > depth:
                    places[key] = _OPEN
                    stack.insert(depth, v)
                    continue
            parents: Places = ()
            computed: Places = ()
            for one in sides:
                more, of_them = known.get(id(one)) or self._found(one)
                parents, computed = parents + more, computed + of_them
                if one is v._b:
                    self.sides[len(self.values)] = known[id(v._a)][0], more
            if few:
                more = tuple([places[id(p)] for p in few])
                parents, computed = (
                    parents + more,
                    computed + tuple([k for k in more if k not in leaves]),
                )
            self._add(v, parents, computed)
        self.numbers = [v._data for v in self.values]

    def _add(self, v: N, parents: Places, computed: Places) -> None:
        place = len(self.values)
        self.places[id(v)] = place
        self.made.append(place)
        self.values.append(v)
        self.ops.append(v._op.name)  # type: ignore[union-attr]
        self.parents.append(parents)
        self.computed.append(computed)

    def _add_leaves(self, nodes: Sequence[N]) -> int:
        """Give places to the leaves among some nodes that have none, and return how many there are."""
        places, first = self.places, len(self.values)
        new = {key: v for v in nodes if v._op is None and (key := id(v)) not in places}
        if new:
            places.update(zip(new, count(first)))
            self.values += new.values()
            self.ops += ["constant" if v._stamp is CONSTANT else "" for v in new.values()]
            self.parents += [()] * len(new)
            self.computed += [()] * len(new)
            self.leaves.update(range(first, len(self.values)))
        return len(new)

    def _found(self, operands: Sequence[N]) -> tuple[Places, Places]:
        """Return the places of operands, and of those of them that are no leaves."""
        leaves, places = self.leaves, self.places
        found = tuple(map(places.__getitem__, map(id, operands)))
        found = self._same.setdefault(found, found)
        computed = () if leaves.issuperset(found) else tuple([k for k in found if k not in leaves])
        self._known[id(operands)] = found, computed
        return found, computed
