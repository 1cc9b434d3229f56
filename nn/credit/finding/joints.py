"""Joints in a recorded graph: what stands between units and is none, a sum, a product, a softmax, a normalisation.

Nodes are merged by rules that look only at the neighbourhood, so that all time steps look alike: sums join sums and
products the sum that takes them; a function of one number joins the product or the sum that takes it, else what it is
a function of; a maximum joins a maximum. A label, an output or a second reader stop the merging.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from autograd.primitives import TABLE
from nn.credit.finding.recorded import SUMS, Recorded
from nn.credit.finding.units import Units

PRODUCTS = frozenset({"mul", "div", "pow"})
EXTREMES = frozenset({"maximum", "minimum"})
AGGREGATES = frozenset({"sum", "add", "logsumexp", "logaddexp", "hypot", *EXTREMES})
WIDEST = 512  # a block of more is not looked for: nobody could read it


@dataclass(eq=False, slots=True)
class Joint:
    """A joint, or one result of a block, as nodes of the recorded graph.

    Attributes:
        z: its value.
        members: the nodes it is made of, operands first; z is the last of them, or of a block one of them.
        tails: what it is a function of: nodes of units, of other joints, or leaves, as they come first.
        does: what it does, in a word: Σ×, softmax, max.
        block: the number of the block whose result it is; None for a joint of its own.
        own: of a result of a block, which of the numbers it mixes with something made of all.
    """

    z: int
    members: list[int]
    tails: list[int]
    does: str
    block: int | None = None
    own: int | None = None


class Joints:
    """The joints of a recorded network.

    Args:
        graph: the recorded graph.
        units: its units.

    Attributes:
        found: the joints by their z.
    """

    def __init__(self, graph: Recorded, units: Units) -> None:
        self.graph = graph
        self.material = [False] * len(graph.values)
        for k in graph.made:
            self.material[k] = graph.in_network[k] and not (units.inside[k] or units.effective[k])
        self.joined: dict[int, int] = {}  # which node a node is a part of
        self.found: dict[int, Joint] = {}
        from_blocks = Blocks(graph, self.material)
        for number, block in enumerate(from_blocks.found):
            self._add_block(number, block)
        self._join()
        for k in graph.made:
            if self.material[k] and k not in self.joined:
                self._add(k)

    def _join(self) -> None:
        graph = self.graph
        waiting = []
        for k in graph.made:
            user = graph.only[k]
            if not self.material[k] or user < 0:
                continue
            if self.material[user] and self._joins(k, user):
                self.joined[k] = user
            elif self.material[user] and graph.elementwise(user):
                waiting.append((k, user))
        # what it is a function of, unless a product or a sum takes the function
        for k, user in waiting:
            top = user
            while top in self.joined:
                top = self.joined[top]
            if graph.elementwise(top):
                self.joined[k] = user

    def _joins(self, k: int, user: int) -> bool:
        """Tell whether a node is a part of the only one that reads it."""
        graph = self.graph
        op, of = graph.ops[k], graph.ops[user]
        if graph.elementwise(k):
            return of in SUMS or of in PRODUCTS or graph.elementwise(user)
        if graph.elementwise(user):
            return False
        if op in SUMS or op == "mul":
            return of in SUMS or (of in PRODUCTS and op == "mul")
        return op in EXTREMES and of == op

    def _add(self, root: int) -> None:
        members, tails = list[int](), dict[int, None]()
        stack = [root]
        while stack:
            k = stack.pop()
            members.append(k)
            stack.extend(p for p in self.graph.parents[k] if self.joined.get(p) == k)
        members.sort()
        inside = set(members)
        for k in self._from_left(root, inside):
            tails[k] = None
        self.found[root] = Joint(root, members, list(tails), self._does(root, members))

    def _from_left(self, root: int, inside: set[int]) -> Iterator[int]:
        """Yield what is read from outside, from left to right."""
        stack, seen = [root], set[int]()
        while stack:
            k = stack.pop()
            if k in inside:
                if k not in seen:
                    seen.add(k)
                    stack.extend(reversed(self.graph.parents[k]))
            elif self.graph.ops[k] != "constant" and not self.graph.is_parameter[k]:
                yield k

    def _add_block(self, number: int, block: "Block") -> None:
        inside = set(block.members)
        tails = {k: None for r in block.results for k in self._from_left(r, inside)}
        for r in block.results:
            own = block.results[r]
            self.found[r] = Joint(r, block.members, list(tails), block.does, number, own)

    def _does(self, root: int, members: list[int]) -> str:
        """Return what a joint does, in a word of symbols: Σ×, ×tanh, max."""
        graph = self.graph
        ops = {graph.ops[k] for k in members if not graph.elementwise(k)}
        functions = [k for k in members if graph.elementwise(k)]
        named = [
            graph.ops[k] for k in functions if len(graph.parents[k]) == 1 and graph.ops[k] != "neg"
        ]
        if not ops:
            return named[-1] if named else TABLE[graph.ops[root]].symbol
        words = []
        if ops & SUMS or "dot" in ops:
            words.append("Σ")
        if ops & {"mul", "dot"}:
            words.append("×")
        other = sorted(ops - SUMS - {"mul", "dot"})
        words += [{"maximum": "max", "minimum": "min"}.get(op, TABLE[op].symbol) for op in other]
        return "".join([*words, *named])


# ---------------------------------------------------------------- blocks


@dataclass(frozen=True, eq=False)
class Block:
    """Joints that mean something only together: softmax, or a normalisation.

    Attributes:
        members: the nodes, operands first.
        results: those of them that are read from outside, and which of the numbers each has a part of its own in.
        does: softmax, norm, or mix.
    """

    members: list[int]
    results: dict[int, int | None]
    does: str


class Blocks:
    """Finds functions of the same n ≥ 2 numbers of which two or more mix one of the n with something made of all.

    Args:
        graph: the recorded graph.
        material: which nodes may be part of a block; those that are one are struck out.
    """

    def __init__(self, graph: Recorded, material: list[bool]) -> None:
        self.graph, self.material = graph, material
        # what a function of one number is a function of, through other such functions
        self.base: dict[int, int] = {}
        self.whole: dict[int, frozenset[int]] = {}  # of what is made of several, those
        # of what is made of all: who mixes which of them
        self.mixers: dict[frozenset[int], dict[int, int]] = {}
        self.home: dict[int, frozenset[int]] = {}  # of a mixer, what it mixes
        self.same: dict[frozenset[int], frozenset[int]] = {}  # equal ones are one
        for k in graph.made:
            if material[k]:
                self._look(k)
        self.found: list[Block] = []
        for all_, found in self.mixers.items():
            mixers = {k: x for k, x in found.items() if material[k]}
            if len(set(mixers.values())) > 1:
                self.found.append(self._block(all_, mixers))
                for k in self.found[-1].members:
                    material[k] = False  # it belongs to no other

    def _of(self, k: int) -> int:
        return self.base.get(k, k)

    def _look(self, k: int) -> None:
        graph = self.graph
        base, ops = self.base.get, graph.ops
        distinct = {base(p, p) for p in graph.parents[k] if ops[p] != "constant"}
        if len(distinct) == 1:
            self.base[k] = distinct.pop()
            return
        if len(distinct) == 2:
            one, other = distinct
            for x, g in ((one, other), (other, one)):
                all_ = self.whole.get(g)
                if all_ is not None and (x in all_ or self.home.get(x) is all_):
                    self._mixes(k, x, all_)
                    return
            if one in self.whole and self.whole[one] is self.whole.get(other):
                self.whole[k] = self.whole[one]
                return
        if graph.ops[k] in AGGREGATES or (graph.ops[k] == "dot" and self._of_squares(k)):
            self._gather(k)

    def _of_squares(self, k: int) -> bool:
        """Tell whether a dot adds up functions of one number each: squares, or multiples."""
        graph = self.graph
        operands = graph.parents[k]
        return all(
            len({self._of(operands[p]) for p in pair if graph.ops[operands[p]] != "constant"}) < 2
            for pair in graph.pairs(k)
        )

    def _gather(self, k: int) -> None:
        """Note what an aggregate is made of; of mixers, what they mix."""
        graph = self.graph
        operands = [p for p in graph.parents[k] if graph.ops[p] != "constant"]
        homes = {self.home.get(self._of(p)) for p in operands}
        if len(homes) == 1 and (home := homes.pop()) is not None:
            self.whole[k] = home
            return
        parts: set[int] = set()
        for p in operands:
            alike = graph.ops[p] == graph.ops[k] or {graph.ops[p], graph.ops[k]} == {"add", "sum"}
            whole = alike and p in self.whole and graph.inner(p)
            parts |= self.whole[p] if whole else {self._of(p)}
            if len(parts) > WIDEST:
                return
        made_of = frozenset(parts)
        self.whole[k] = self.same.setdefault(made_of, made_of)

    def _mixes(self, k: int, x: int, all_: frozenset[int]) -> None:
        home = all_ if x in all_ else self.home[x]
        known = self.mixers.setdefault(home, {})
        known[k] = known.get(x, x)
        self.home[k] = home

    def _belongs(self, p: int, all_: frozenset[int], inside: set[int]) -> bool:
        """Tell whether a node that a block reads is a part of it: made of all, or read by nobody else."""
        graph, base = self.graph, self._of(p)
        if self.whole.get(base) is all_ or self.home.get(base) is all_:
            return True
        return not graph.read[p] and all(user in inside for user in graph.users(p))

    def _block(self, all_: frozenset[int], mixers: dict[int, int]) -> Block:
        """Return the block of some mixers: they, their functions that nobody else's numbers enter, and what lies below."""
        graph = self.graph
        inside = set[int]()
        for k in mixers:
            while (user := graph.only[k]) >= 0 and self.material[user] and graph.elementwise(user):
                k = user
            inside.add(k)
        below = [-k for k in inside]
        heapify(below)
        while below:  # from above, so that all who read a node were seen before it
            for p in graph.parents[-heappop(below)]:
                if p in inside or p in all_ or not self.material[p]:
                    continue
                if self._belongs(p, all_, inside):
                    inside.add(p)
                    heappush(below, -p)
        members = sorted(inside)
        results = {
            k: mixers.get(self._of(k), mixers.get(k))
            for k in members
            if graph.read[k] or any(user not in inside for user in graph.users(k))
        }
        ops = {graph.ops[k] for k in members}
        for does, telling in (
            ("softmax", {"exp", "logsumexp"}),
            ("norm", {"sqrt", "pow", "hypot"}),
        ):
            if ops & telling:
                return Block(members, results, does)
        return Block(members, results, "mix")
