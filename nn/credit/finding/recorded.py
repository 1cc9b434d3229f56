"""A recorded graph as flat lists: its nodes by their places, operands first."""

from collections.abc import Sequence
from dataclasses import dataclass

from autograd import Value
from autograd.graph.walks import topological
from autograd.primitives import TABLE

SUMS = frozenset({"add", "sub", "neg", "sum"})  # a tree of these hands the error on as it is
SEQUENCES = frozenset({"sum", "dot", "logsumexp"})


@dataclass(frozen=True, eq=False)
class _Ends:
    """What lies above several nodes, for a walk that begins at all of them."""

    parents: tuple[Value, ...]


class Recorded:
    """What a network did, as lists in which a node is the number of its place.

    Args:
        loss: the loss.
        outputs: what the network gave. What is not needed for it belongs to the loss; without outputs, all
            belongs to the network.
        parameters, inputs: leaves.

    Attributes:
        values: the nodes, operands first; those that the loss does not need come last.
        places: the place of a node, by its id.
        numbers: the number of each.
        ops: the name of the row that made each; "" and "constant" are leaves.
        parents: the operands of each.
        users: for each node the nodes of the network that have it as an operand, as often as they have it, in order.
        in_network: whether an output needs it, or is it.
        read: whether it is an output, or the loss reads it.
        is_parameter, is_input: of each node.
        weights: the place of a parameter among all of them.
        inputs, outputs: the nodes, in the order in which they were given.
        fed: whether an input has a part in it.
    """

    def __init__(
        self,
        loss: Value,
        outputs: Sequence[Value],
        parameters: Sequence[Value],
        inputs: Sequence[Value],
    ) -> None:
        ends: tuple[Value, ...] = (loss, *outputs)
        self.values: list[Value] = topological(_Ends(ends))[:-1]  # type: ignore[assignment]
        values, count = self.values, len(self.values)
        self.places = places = {id(v): k for k, v in enumerate(values)}
        self.numbers = [v.data for v in values]  # of now: a leaf may be assigned later
        self.ops = [v.op for v in values]
        self.parents = [tuple([places[id(p)] for p in v.parents]) for v in values]
        self.is_parameter = [False] * count
        self.is_input = [False] * count
        for known, leaves in ((self.is_parameter, parameters), (self.is_input, inputs)):
            for leaf in leaves:
                if id(leaf) in places:
                    known[places[id(leaf)]] = True
        order = [places[id(p)] for p in parameters if id(p) in places]
        self.weights = {k: place for place, k in enumerate(order)}
        self.inputs = [places[id(v)] for v in inputs if id(v) in places]
        self.is_leaf = [op in ("", "constant") for op in self.ops]
        self.outputs = [places[id(v)] for v in outputs]
        self.in_network = self._needed_for(self.outputs) if outputs else [True] * count
        self.users: list[list[int]] = [[] for _ in values]
        self.read = [False] * count
        self.fed = self.is_input[:]
        for k, parents in enumerate(self.parents):
            if not self.in_network[k]:
                for p in parents:
                    self.read[p] = True
                continue
            for p in parents:
                self.users[p].append(k)
                if self.fed[p]:
                    self.fed[k] = True
        for k in self.outputs or [places[id(loss)]]:
            self.read[k] = True

    def _needed_for(self, ends: list[int]) -> list[bool]:
        needed = [False] * len(self.values)
        for k in ends:
            needed[k] = True
        for k in range(len(needed) - 1, -1, -1):
            if needed[k]:
                for p in self.parents[k]:
                    needed[p] = True
        return needed

    def variables(self, k: int) -> set[int]:
        """Return the operands of a node that are no plain numbers."""
        return {p for p in self.parents[k] if self.ops[p] != "constant"}

    def inner(self, k: int) -> bool:
        """Tell whether nothing but its one user sees a node: it has no label, and is no output."""
        return len(self.users[k]) == 1 and not self.read[k] and not self.values[k].label

    def pairs(self, k: int) -> list[tuple[int, int]]:
        """Return which operands of a product or a dot belong together, as places among its operands."""
        if self.ops[k] == "mul":
            return [(0, 1)]
        if self.ops[k] != "dot":
            return []
        n = len(self.parents[k]) // 2
        return [(s, n + s) for s in range(n)]

    def bias(self, k: int) -> int | None:
        """Return the place of a dot's bias among its operands, if it has one."""
        count = len(self.parents[k])
        return count - 1 if self.ops[k] == "dot" and count % 2 else None

    def elementwise(self, k: int) -> bool:
        """Tell whether a node is a function of one number, and of plain ones."""
        known = self.ops[k] in TABLE and self.ops[k] not in SEQUENCES
        return known and len(self.variables(k)) == 1
