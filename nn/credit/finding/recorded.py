"""A recorded graph as flat lists: its nodes by their places, operands first, and what they are to a network."""

from autograd import Value
from autograd.graph.flat import Flat
from autograd.primitives import TABLE
from nn.credit.finding.recording import Recording

SUMS = frozenset({"add", "sub", "neg", "sum"})  # a tree of these hands the error on as it is
SEQUENCES = frozenset({"sum", "dot", "logsumexp"})


class Recorded(Flat[Value]):
    """What a network did, as lists in which a node is the number of its place.

    Args:
        recording: what was recorded. What is not needed for the outputs belongs to the loss; without outputs, all
            belongs to the network.

    Attributes:
        values, places, parents, computed, leaves, made, sides, ops: as in Flat; what the loss does not need comes last.
        numbers: those of the time of recording.
        in_network: of each that is no leaf, whether an output needs it, or is it.
        read: whether it is an output, or the loss reads it.
        is_parameter, is_input: of each node.
        weights: the place of each parameter among all of them, those that the loss does not need too.
        inputs, outputs: the nodes, in the order in which they were given.
        only: the one user, if nothing else sees a node: it has no label, and is no output; else −1.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__((recording.loss, *recording.outputs))
        places, count = self.places, len(self.values)
        self._restore(recording.kept)
        self.weights = {places[i]: k for i, k in recording.places.items() if i in places}
        self.inputs = [places[id(v)] for v, _ in recording.inputs if id(v) in places]
        self.is_parameter, self.is_input = [False] * count, [False] * count
        for known, leaves in ((self.is_parameter, self.weights), (self.is_input, self.inputs)):
            for k in leaves:
                known[k] = True
        self.see([places[id(v)] for v in recording.outputs], places[id(recording.loss)])

    def see(self, outputs: list[int], loss: int) -> None:
        """Find what the outputs need, and who reads what; without outputs the loss needs all."""
        count = len(self.values)
        self.outputs = outputs
        self.read, self.in_network = [False] * count, [not outputs] * count
        for k in outputs or [loss]:
            self.read[k] = self.in_network[k] = True
        self.only, self._last = [-1] * count, [-1] * count
        self._several: dict[int, list[int]] = {}
        last, several = self._last, self._several
        for k in reversed(self.made):
            if not self.in_network[k]:
                for p in self.parents[k]:
                    self.read[p] = True
                continue
            if last[k] >= 0 and not (k in several or self.read[k] or self.values[k].label):
                self.only[k] = last[k]
            for p in self.computed[k]:
                self.in_network[p] = True
                if last[p] < 0:
                    last[p] = k
                else:
                    several.setdefault(p, [last[p]]).append(k)

    def users(self, k: int) -> list[int]:
        """Return the nodes of the network that have one as an operand, as often as they have it, the last first."""
        return self._several.get(k) or ([self._last[k]] if self._last[k] >= 0 else [])

    def _restore(self, kept: dict[int, float]) -> None:
        """Take the numbers of the time of recording: leaves may have been assigned since."""
        numbers = self.numbers
        for k, (ws, xs) in self.sides.items():
            slopes = self.values[k].partials
            for p, x in zip(ws, slopes[len(ws) :]):
                numbers[p] = x
            if not self.leaves.isdisjoint(xs):
                for p, x in zip(xs, slopes):
                    numbers[p] = x
        for key, x in kept.items():
            numbers[self.places[key]] = x

    def variables(self, k: int) -> set[int]:
        """Return the operands of a node that are no plain numbers."""
        return {p for p in self.parents[k] if self.ops[p] != "constant"}

    def inner(self, k: int) -> bool:
        """Tell whether nothing but its one user sees a node."""
        return self.only[k] >= 0

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
