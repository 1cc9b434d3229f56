"""A recorded graph as flat lists: its nodes by their places, operands first, and what they are to a network."""

from functools import cached_property

from autograd import Value, value
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
        values, places, parents, computed, made, sides, ops: as in Flat; what the loss does not need comes last.
        numbers: those of the time of recording.
        in_network: of each that is no leaf, whether an output needs it, or is it.
        read: whether it is an output, or the loss reads it.
        is_parameter, is_input: of each node.
        weights: the place of each parameter among all of them, those that the loss does not need too.
        inputs, outputs: the nodes, in the order in which they were given.
        user: a node of the network that reads it, one of those there are; −1 if there is none.
        several: what is read more than once.
        only: the one user, if nothing else sees a node: it has no label, and is no output; else −1.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__((recording.loss, *recording.outputs))
        places, of = self.places, recording.places
        numbered = enumerate(map(of.get, self.values[: self.made.start]))
        self.weights = {k: place for k, place in numbered if place is not None}
        self.inputs = [places[v] for v, _ in recording.inputs if v in places]
        self.is_parameter, self.is_input = [False] * len(places), [False] * len(places)
        for known, leaves in ((self.is_parameter, self.weights), (self.is_input, self.inputs)):
            for k in leaves:
                known[k] = True
        if recording.moment is not value.assigned:
            self._restore(recording.kept)
        self.see([places[v] for v in recording.outputs], places[recording.loss])

    def see(self, outputs: list[int], loss: int) -> None:
        """Find what the outputs need, and who reads what; without outputs the loss needs all."""
        count, ends, self.outputs = len(self.values), set(outputs or [loss]), outputs
        self.read, self.in_network = [k in ends for k in range(count)], [False] * count
        self.only, self.user, self.several = [-1] * count, [-1] * count, set[int]()
        read, user, several = self.read, self.user, self.several
        shared = set[int]()  # what units of a layer read, by the ids of their operands
        for k in reversed(self.made):
            if user[k] < 0 and k not in ends:
                for p in self.parents[k]:
                    read[p] = True
                continue
            self.in_network[k] = True
            if user[k] >= 0 and not (k in several or read[k] or self.values[k].label):
                self.only[k] = user[k]
            computed = self.computed[k]
            if id(computed) in shared:
                several.update(computed)
                continue
            shared.add(id(computed))
            for p in computed:
                if user[p] >= 0:
                    several.add(p)
                user[p] = k

    @cached_property
    def readers(self) -> dict[int, list[int]]:
        """Who reads each node that is no leaf, each reader once, the last first: as back-propagation goes through them."""
        found: dict[int, list[int]] = {}
        for k in reversed(self.made):
            for p in dict.fromkeys(self.computed[k]):
                found.setdefault(p, []).append(k)
        return found

    def users(self, k: int) -> list[int]:
        """Return the nodes of the network that have one as an operand."""
        return [user for user in self.readers.get(k, ()) if self.in_network[user]]

    def _restore(self, kept: dict[Value, float]) -> None:
        """Take the numbers of the time of recording: leaves may have been assigned since."""
        found: dict[int, float] = {}
        done = set[int]()  # slopes that the units of a layer share, by their ids
        for k, (ws, xs) in self.sides.items():
            v = self.values[k]
            if v._db is not None:
                found.update(zip(ws, v._db))
            if id(v._da) not in done:
                done.add(id(v._da))
                found.update(zip(xs, v._da))
        found.update((self.places[v], x) for v, x in kept.items())
        for k, x in found.items():
            self.numbers[k] = x

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
        op, parents = self.ops[k], self.parents[k]
        if op in SEQUENCES or op not in TABLE:
            return False
        if len(parents) == 1:
            return self.ops[parents[0]] != "constant"
        return len(self.variables(k)) == 1
