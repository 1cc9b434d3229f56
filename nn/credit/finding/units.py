"""Units in a recorded graph: sums of weighted numbers, and the activation through which all else sees them.

A unit is a tree of + − Σ and dots with a weight or a bias in it, whose inner nodes nobody else reads. All its slopes are
1 or −1, so that the error δ at its root, the pre-activation, is the same everywhere in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from autograd.notation import shown
from autograd.primitives import TABLE
from nn.activations import ACTIVATIONS
from nn.credit.finding.recorded import SEQUENCES, SUMS, Recorded

ADDENDS = SUMS | {"mul", "dot"}  # what the tree of a unit is made of
Kind = Literal["dot", "weight", "bias", "skip", "fixed", "product"]


class Term(NamedTuple):
    """What operands in the tree of a unit add to its pre-activation.

    Attributes:
        kind: all pairs of a dot, each a weight times a tail; one such pair; a bias; a tail as it is; a plain number
            times a tail; or one of two computed numbers that are multiplied.
        node: the node whose operands they are.
        sign: −1 under a minus, in front of the node.
        weight: the place of the weight or bias among the operands, else None.
        tail: the place of the tail among the operands, or None.
    """

    kind: Kind
    node: int
    sign: float
    weight: int | None = None
    tail: int | None = None


@dataclass(eq=False, slots=True)
class Unit:
    """A unit, as nodes of the recorded graph.

    Attributes:
        a, z: the pre-activation, and what the rest of the network sees of it.
        passed: the nodes from a to z, operands first; a is the first and z the last.
        does: what happens between a and z, in a word: the activation.
        terms: what a is the sum of, from left to right.
        tails: what a reads, from left to right; units of a layer may share them.
        own: its weights, and its bias.
        links: the terms without a weight.
        plain: whether it is one dot of weights and what they are multiplied by, with or without a bias.
    """

    a: int
    z: int
    passed: list[int]
    does: str
    terms: list[Term]
    tails: Sequence[int]
    own: list[int]
    links: list[Term]
    plain: bool


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
        made_of_parameters = [k for k in graph.made if self.effective[k]]
        self._biases = self._parameters.union(made_of_parameters)  # what is one where it is added
        self.carrying, self.absorbed = [False] * count, [False] * count
        self.inside = [False] * count
        self.found: dict[int, Unit] = {}
        for root in self._roots():
            unit = self._unit(root)
            self.found[unit.z] = unit

    # ---------------------------------------------------------------- what is a weight

    def _find_effective(self) -> None:
        """Find the weights that are made of parameters: they stand in a pair with what an input feeds."""
        graph, ops = self.graph, self.graph.ops
        made = graph.is_parameter[:]

        def fixed(k: int) -> bool:
            # from the last on: what a weight is multiplied by mostly tells
            return all(made[p] or ops[p] == "constant" for p in reversed(graph.parents[k]))

        if not any(map(fixed, [k for k in graph.made if not graph.computed[k]])):
            return
        for k in graph.made:
            made[k] = fixed(k) and any(made[p] for p in graph.parents[k])
        fed = graph.is_input[:]
        for k in graph.made:
            fed[k] = any(map(fed.__getitem__, graph.parents[k]))
        for k in reversed(graph.made):
            operands = graph.parents[k]
            if self.effective[k]:
                for p in operands:
                    self.effective[p] = p in graph.made
            elif fed[k] and graph.in_network[k]:
                for s, t in graph.pairs(k):
                    for one, other in ((operands[s], operands[t]), (operands[t], operands[s])):
                        if made[one] and one in graph.made and fed[other]:
                            self.effective[one] = True

    def weight_of(self, k: int, pair: tuple[int, int]) -> int | None:
        """Return which of two operands that are multiplied is the weight, or None."""
        s, t = pair
        operands, parameter = self.graph.parents[k], self.graph.is_parameter
        one, other = operands[s], operands[t]
        if parameter[one]:
            return None if one == other else s  # a square is no weight times a tail
        if parameter[other]:
            return t
        if self.effective[one] != self.effective[other]:
            return s if self.effective[one] else t
        return None

    def _carries(self, k: int) -> bool:
        """Tell whether a weight or a bias is an operand of a sum, a product or a dot."""
        operands, op = self.graph.parents[k], self.graph.ops[k]
        some = not self._biases.isdisjoint(operands)
        if op in SUMS or not some:
            return some
        if op == "mul":
            return self.weight_of(k, (0, 1)) is not None
        if self._whole(k) or (len(operands) % 2 and operands[-1] in self._biases):
            return True
        return any(self.weight_of(k, pair) is not None for pair in self.graph.pairs(k))

    # ---------------------------------------------------------------- trees

    def _roots(self) -> list[int]:
        """Find the trees, and return their roots."""
        graph, effective, absorbed = self.graph, self.effective, self.absorbed
        ops, carrying = graph.ops, self.carrying
        weighs, roots = [False] * len(ops), list[int]()  # whether one carries in the tree so far
        for k in graph.made:
            op = ops[k]
            if op not in ADDENDS or effective[k] or not graph.in_network[k]:
                continue
            carrying[k] = carries = self._carries(k)
            weighs[k] = weighs[k] or carries
            user = graph.only[k]
            if user >= 0 and (ops[user] in SUMS or self._is_bias(k, user)):
                fixed = op == "mul" and not graph.computed[k]  # an input times a plain number
                absorbed[k] = not effective[user] and (op in SUMS or carries or fixed)
            if absorbed[k]:
                weighs[user] = weighs[user] or weighs[k]
            elif weighs[k]:
                roots.append(k)
        return roots

    def _is_bias(self, k: int, dot: int) -> bool:
        """Tell whether a node is the bias of a dot."""
        operands = self.graph.parents[dot]
        return operands[-1] == k and self.graph.bias(dot) is not None

    def _terms(self, root: int) -> list[Term]:
        """Return what a tree adds up, from left to right."""
        graph, absorbed, biases = self.graph, self.absorbed, self._biases
        found: list[Term] = []
        stack: list[Term | tuple[int, float]] = [(root, 1.0)]
        while stack:
            item = stack.pop()
            if isinstance(item, Term):
                found.append(item)
                continue
            k, sign = item
            self.inside[k] = True
            op, parents = graph.ops[k], graph.parents[k]
            if op == "mul":
                found += self._pair(k, sign, (0, 1))
                continue
            slots: Sequence[int] = range(len(parents))
            if op == "dot":
                if self._whole(k):
                    found.append(Term("dot", k, sign))
                else:
                    for pair in graph.pairs(k):
                        found += self._pair(k, sign, pair)
                slots = slots[-1:] if len(parents) % 2 else ()
            parts: list[Term | tuple[int, float]] = []
            for slot in slots:
                p = parents[slot]
                if absorbed[p]:
                    minus = op == "neg" or (op == "sub" and slot)
                    parts.append((p, -sign if minus else sign))
                elif p in biases:
                    parts.append(Term("bias", k, sign, slot))
                elif graph.ops[p] != "constant":
                    parts.append(Term("skip", k, sign, None, slot))
            stack += reversed(parts)
        return found

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

    def _unit(self, root: int) -> Unit:
        graph, terms, passed = self.graph, self._terms(root), self._passed(root)
        for k in passed:
            self.inside[k] = True
        tails: Sequence[int] = ()
        own: list[int] = []
        links: list[Term] = []
        for term in terms:
            k, weight, tail = term.node, term.weight, term.tail
            if term.kind == "dot":
                ws, xs = graph.sides[k]
                own += ws
                tails = [*tails, *xs] if tails else xs  # units of a layer share them
                continue
            if weight is None:
                links.append(term)
            else:
                own.append(graph.parents[k][weight])
            if tail is not None:
                if not isinstance(tails, list):
                    tails = list(tails)
                tails.append(graph.parents[k][tail])
        plain = graph.ops[root] == "dot" and terms[0].kind == "dot" and not links and len(terms) < 3
        return Unit(root, passed[-1], passed, activation(graph, passed), terms, tails, own, links, plain)  # fmt: skip

    # ---------------------------------------------------------------- activations

    def _passed(self, a: int) -> list[int]:
        """Return the functions of a alone, up to the one through which everything else sees them."""
        graph, seen = self.graph, [a]
        while graph.user[k := seen[-1]] >= 0 and not graph.read[k] and k not in graph.several:
            user, named = graph.user[k], k != a and graph.values[k].label
            if len(graph.parents[user]) > 1 or self._ends(user) or named:
                break
            seen.append(user)
        passed, waiting = len(seen), self._users(seen[-1])  # who reads what was seen
        while waiting and not graph.read[seen[-1]]:
            k = min(waiting)
            if self._ends(k):
                break
            others = [p for p in graph.parents[k] if p not in seen]
            if any(graph.ops[p] != "constant" for p in others):
                break
            if passed == len(seen) and len(seen) > 1 and graph.values[seen[-1]].label:
                break  # what has a name stands for itself
            waiting.remove(k)
            seen.append(k)
            if not waiting:
                passed = len(seen)
            elif graph.read[k]:
                break
            waiting |= self._users(k)
        return seen[:passed]

    def _ends(self, k: int) -> bool:
        """Tell whether a node is no function of a unit alone, whatever else is."""
        return self.graph.ops[k] in SEQUENCES or self.absorbed[k]

    def _users(self, k: int) -> set[int]:
        """Return who reads a node; of many, one is enough that ends the way."""
        user = self.graph.user[k]
        if k in self.graph.several and not self._ends(user):
            return set(self.graph.users(k))
        return {user} if user >= 0 else set()


def activation(graph: Recorded, passed: list[int]) -> str:
    """Return in a word what happens from a to z: tanh, relu ×2; linear, if nothing does."""
    words = []
    if len(passed) == 1:
        return "linear"
    for before, k in pairwise(passed):
        op, parents = graph.ops[k], graph.parents[k]
        if len(parents) == 1 and parents[0] == before:
            words.append("−" if op == "neg" else "" if op == "pos" else op)
            continue
        if graph.variables(k) != {before}:
            return "f"
        plain = [graph.values[p].data for p in parents if graph.ops[p] == "constant"]
        symbol = TABLE[op].symbol
        if len(plain) == 1:
            said = shown(plain[0]).removesuffix(".00")
            after = parents[0] == before or op in ("add", "mul")
            words.append(f"{symbol}{said}" if after else f"{said}{symbol}")
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
        while graph.inner(top) and graph.ops[user := graph.only[top]] in SUMS:
            others = [p for p in graph.parents[user] if p != top]
            if not all(carriers[p] or (below[p] and p in graph.made) for p in others):
                break
            top = user
        if graph.inner(top) and graph.ops[graph.only[top]] in ACTIVATIONS:
            top = graph.only[top]
        found[top] = None
    return list(found)
