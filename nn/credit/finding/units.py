"""Units in a recorded graph: sums of weighted numbers, and the activation through which all else sees them.

A unit is a tree of + − Σ and dots with a weight or a bias in it, whose inner nodes nobody else reads. All its slopes are
1 or −1, so that the error δ at its root, the pre-activation, is the same everywhere in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from autograd.notation import shown
from autograd.primitives import TABLE
from nn.activations import ACTIVATIONS
from nn.credit.finding.recorded import SEQUENCES, SUMS, Recorded

Kind = Literal["weight", "bias", "skip", "fixed", "product"]
Slot = int | tuple[int, int] | Literal["all"]  # an operand, a pair of them, or all pairs of a dot
ALL: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class Term:
    """What an operand in the tree of a unit adds to its pre-activation.

    Attributes:
        kind: a weight times a tail; a bias; a tail as it is; a plain number times a tail; or one of two computed
            numbers that are multiplied.
        node: the node whose operand it is.
        sign: −1 under a minus, in front of the node.
        weight: the place of the weight or bias among the operands, else None.
        tail: the place of the tail among the operands, or None.
    """

    kind: Kind
    node: int
    sign: float
    weight: int | None
    tail: int | None


class Unit:
    """A unit, as nodes of the recorded graph.

    Attributes:
        a, z: the pre-activation, and what the rest of the network sees of it.
        passed: the nodes from a to z, operands first; a is the first and z the last.
        does: what happens between a and z, in a word: the activation.
        tails: what a reads, from left to right; units of a layer may share them.
        own: its weights, and its bias.
        links: the terms without a weight.
        plain: whether it is one dot of weights and what they are multiplied by, with or without a bias.
    """

    def __init__(self, units: "Units", a: int, passed: list[int]) -> None:
        self.a, self.z, self.passed, self._units = a, passed[-1], passed, units
        self.does = activation(units.graph, passed)
        self.tails: Sequence[int] = []
        self.own: list[int] = []
        self.links: list[Term] = []
        self.plain = False
        graph, parts = units.graph, list(units.parts(a))
        for k, sign, slot in parts:
            if slot == ALL:
                ws, xs = graph.sides[k]
                self.own += ws
                self.plain = k == a
                self.tails = xs if self.plain else [*self.tails, *xs]
                continue
            for term in units.terms_of(k, sign, slot):
                if term.weight is None:
                    self.links.append(term)
                else:
                    self.own.append(graph.parents[k][term.weight])
                if term.tail is not None:
                    self.tails = [*self.tails, graph.parents[k][term.tail]]
        self.plain = self.plain and not self.links and len(parts) < 3

    def parts(self) -> Iterator[tuple[int, float, Slot]]:
        """Yield what a is the sum of: a node, −1 under a minus, and which of its operands."""
        return self._units.parts(self.a)

    def terms_of(self, k: int, sign: float, slot: Slot) -> list[Term]:
        """Return what operands of a node in its tree add to it."""
        return self._units.terms_of(k, sign, slot)

    @cached_property
    def terms(self) -> list[Term]:
        """What a is the sum of, term by term."""
        return [term for part in self.parts() for term in self.terms_of(*part)]


class Units:
    """The units of a recorded network.

    Args:
        graph: the recorded graph.

    Attributes:
        found: the units by their z.
        carrying: whether a weight or a bias is an operand of a node.
        absorbed: whether a node lies inside of the tree that reads it.
        inside: whether a node is part of a unit, z and all.
        effective: whether a node is an effective weight, made of parameters by arithmetic, or leads to one only.
    """

    def __init__(self, graph: Recorded) -> None:
        self.graph = graph
        count = len(graph.values)
        self._parameters = frozenset(graph.weights)
        self._without: dict[int, bool] = {}  # whether a shared tuple of operands holds no parameter
        self.effective = [False] * count
        self._find_effective()
        nodes = graph.made
        self.carrying, self.absorbed = [False] * count, [False] * count
        for k in nodes:
            self.carrying[k] = self._carries(k)
        for k in nodes:
            self.absorbed[k] = self._is_absorbed(k)
        self.inside = [False] * count
        self.found: dict[int, Unit] = {}
        for k in nodes:
            if self._is_root(k):
                self._add(k)

    # ---------------------------------------------------------------- what is a weight

    def _find_effective(self) -> None:
        """Find the weights that are made of parameters: they stand in a pair with what an input feeds."""
        graph = self.graph
        made = graph.is_parameter[:]
        some = False
        for k in graph.made:
            parents = graph.parents[k]
            # from the last on: what a weight is multiplied by mostly tells
            if parents and all(made[p] or graph.ops[p] == "constant" for p in reversed(parents)):
                made[k] = any(made[p] for p in parents)
                some = some or made[k]
        if not some:
            return
        for k in range(len(made) - 1, -1, -1):
            operands = graph.parents[k]
            if self.effective[k]:
                for p in operands:
                    self.effective[p] = p not in graph.leaves
                continue
            if not graph.fed[k] or not graph.in_network[k]:
                continue
            for s, t in graph.pairs(k):
                for one, other in ((operands[s], operands[t]), (operands[t], operands[s])):
                    if made[one] and one not in graph.leaves and graph.fed[other]:
                        self.effective[one] = True

    def weight_of(self, k: int, pair: tuple[int, int]) -> int | None:
        """Return which of two operands that are multiplied is the weight, or None."""
        s, t = pair
        one, other = (self.graph.parents[k][p] for p in pair)
        parameter = self.graph.is_parameter
        if parameter[one]:
            return None if one == other else s  # a square is no weight times a tail
        if parameter[other]:
            return t
        if self.effective[one] != self.effective[other]:
            return s if self.effective[one] else t
        return None

    def weighted(self, k: int) -> bool:
        """Tell whether a product or a dot has a weight."""
        operands = self.graph.parents[k]
        if self.graph.ops[k] not in ("mul", "dot"):
            return False
        if self.graph.is_parameter[operands[0]] and operands[0] != operands[len(operands) // 2]:
            return True  # most often the first pair tells
        return any(self.weight_of(k, pair) is not None for pair in self.graph.pairs(k))

    def _fixed(self, k: int) -> bool:
        """Tell whether a node is an input times a plain number."""
        graph = self.graph
        return graph.ops[k] == "mul" and all(p in graph.leaves for p in graph.parents[k])

    def is_bias(self, p: int) -> bool:
        """Tell whether what is added to a sum is a bias."""
        return self.graph.is_parameter[p] or self.effective[p]

    def _carries(self, k: int) -> bool:
        graph = self.graph
        if not graph.in_network[k] or self.effective[k]:
            return False
        if graph.ops[k] in SUMS:
            return any(map(self.is_bias, graph.parents[k]))
        bias = graph.bias(k)
        return self.weighted(k) or (bias is not None and self.is_bias(graph.parents[k][bias]))

    # ---------------------------------------------------------------- trees

    def _is_absorbed(self, k: int) -> bool:
        graph = self.graph
        if k in graph.leaves or self.effective[k] or not graph.inner(k):
            return False
        if graph.ops[k] not in SUMS and not self._fixed(k) and not self.carrying[k]:
            return False
        (user,) = graph.users[k]
        if self.effective[user]:
            return False
        bias = graph.bias(user)
        return graph.ops[user] in SUMS or (bias is not None and graph.parents[user][bias] == k)

    def _is_root(self, k: int) -> bool:
        graph = self.graph
        if self.absorbed[k] or self.effective[k] or not graph.in_network[k]:
            return False
        if graph.ops[k] not in (*SUMS, "mul", "dot"):
            return False
        return any(map(self.carrying.__getitem__, self.tree(k)))

    def tree(self, root: int) -> Iterator[int]:
        """Yield the nodes of a tree, the root first."""
        stack = [root]
        while stack:
            k = stack.pop()
            yield k
            stack += [p for p in reversed(self.graph.computed[k]) if self.absorbed[p]]

    def parts(self, root: int) -> Iterator[tuple[int, float, Slot]]:
        """Yield what a tree adds up, from left to right: a node, −1 under a minus, and which of its operands."""
        graph = self.graph
        stack: list[tuple[int, float, list[Slot]]] = [(root, 1.0, self._slots(root))]
        while stack:
            k, sign, slots = stack.pop()
            while slots:
                slot = slots.pop()
                if type(slot) is int and self.absorbed[p := graph.parents[k][slot]]:
                    minus = graph.ops[k] == "neg" or (graph.ops[k] == "sub" and slot)
                    stack += [(k, sign, slots), (p, -sign if minus else sign, self._slots(p))]
                    break
                yield k, sign, slot

    def terms_of(self, k: int, sign: float, slot: Slot) -> list[Term]:
        """Return what operands of a node in a tree add to it."""
        if slot == ALL:
            n = len(self.graph.sides[k][0])
            return [Term("weight", k, sign, s, n + s) for s in range(n)]
        if isinstance(slot, tuple):
            return self._pair(k, sign, slot)
        p = self.graph.parents[k][slot]
        if self.is_bias(p):
            return [Term("bias", k, sign, slot, None)]
        return [] if self.graph.ops[p] == "constant" else [Term("skip", k, sign, None, slot)]

    def _slots(self, k: int) -> list[Slot]:
        """Return the operands of a node in a tree, single, in pairs, or all pairs at once, the last first."""
        graph = self.graph
        if graph.ops[k] in SUMS:
            return list(range(len(graph.parents[k]) - 1, -1, -1))
        bias = graph.bias(k)
        pairs: list[Slot] = [ALL] if self._whole(k) else [*graph.pairs(k)]
        return [*([] if bias is None else [bias]), *reversed(pairs)]

    def _whole(self, k: int) -> bool:
        """Tell whether a dot is of parameters and of what is none."""
        graph = self.graph
        if k not in graph.sides or not self._parameters.issuperset(graph.sides[k][0]):
            return False
        xs = graph.sides[k][1]
        if id(xs) not in self._without:
            self._without[id(xs)] = self._parameters.isdisjoint(xs)
        return self._without[id(xs)]

    def _pair(self, k: int, sign: float, pair: tuple[int, int]) -> list[Term]:
        graph = self.graph
        weight = self.weight_of(k, pair)
        if weight is not None:
            return [Term("weight", k, sign, weight, pair[0] if weight == pair[1] else pair[1])]
        fixed = [s for s in pair if graph.ops[graph.parents[k][s]] == "constant"]
        if len(fixed) == 2:
            return []
        if fixed:
            return [Term("fixed", k, sign, None, pair[0] if fixed[0] == pair[1] else pair[1])]
        return [Term("product", k, sign, None, s) for s in pair]

    # ---------------------------------------------------------------- activations

    def _add(self, root: int) -> None:
        passed = self._passed(root)
        for k in (*self.tree(root), *passed):
            self.inside[k] = True
        self.found[passed[-1]] = Unit(self, root, passed)

    def _passed(self, a: int) -> list[int]:
        """Return the functions of a alone, up to the one through which everything else sees them."""
        graph, seen, passed = self.graph, [a], 1
        waiting = set(graph.users[a])  # who reads what was seen
        while waiting and not graph.read[seen[-1]]:
            k = min(waiting)
            if graph.ops[k] in SEQUENCES or self.absorbed[k]:
                break
            if not graph.variables(k).issubset(seen):
                break
            if passed == len(seen) and len(seen) > 1 and graph.values[seen[-1]].label:
                break  # what has a name stands for itself
            waiting.remove(k)
            seen.append(k)
            if not waiting:
                passed = len(seen)
            elif graph.read[k]:
                break
            waiting.update(graph.users[k])
        return seen[:passed]


def activation(graph: Recorded, passed: list[int]) -> str:
    """Return in a word what happens from a to z: tanh, relu ×2; linear, if nothing does."""
    words = []
    for before, k in pairwise(passed):
        op, parents = graph.ops[k], graph.parents[k]
        if graph.variables(k) != {before}:
            return "f"
        plain = [graph.values[p].data for p in parents if graph.ops[p] == "constant"]
        symbol = TABLE[op].symbol
        if len(parents) == 1:
            words.append("−" if op == "neg" else "" if op == "pos" else op)
        elif len(plain) == 1:
            said = shown(plain[0]).removesuffix(".00")
            words.append(
                f"{symbol}{said}"
                if parents[0] == before or op in ("add", "mul")
                else f"{said}{symbol}"
            )
        else:
            return "f"
    return " ".join(filter(None, words)) or "linear"


def outputs(units: Units) -> list[int]:
    """Return what seems to be the outputs of a network of which the loss alone is known.

    All that feeds no unit is the loss. An output takes only a named activation, and its tree ends before a plain number
    or an input is added: so the target of `prediction − y` stays outside.
    """
    graph = units.graph
    carriers = units.carrying
    below = [False] * len(carriers)  # whether it feeds a unit
    for k in range(len(carriers) - 1, -1, -1):
        if carriers[k] or below[k]:
            for p in graph.parents[k]:
                below[p] = True
    found: dict[int, None] = {}
    for k, carrier in enumerate(carriers):
        if not carrier or below[k]:
            continue
        top = k
        while graph.inner(top) and graph.ops[user := graph.users[top][0]] in SUMS:
            others = [p for p in graph.parents[user] if p != top]
            if not all(carriers[p] or (below[p] and p not in graph.leaves) for p in others):
                break
            top = user
        if graph.inner(top) and graph.ops[graph.users[top][0]] in ACTIVATIONS:
            top = graph.users[top][0]
        found[top] = None
    return list(found)
