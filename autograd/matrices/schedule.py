"""The groups of a recording as steps on arrays, forward and backward, in any array namespace.

Every value is a matrix: a row for each scalar of a source (a block of an argument, or a group), a
column for each example, or a single column where all examples share it. A layer tanh(Wx + b) is two steps:

    step            takes (`Pick`)                    forward          backward, given g: hands on
    Product         W, x, b from the arguments        A = W x + b      g xᵀ to W, Wᵀ g to x, g to b
    Elementwise     A                                 Z = tanh A       g ⊙ tanh′A to A

Forward runs the steps from first to last, each on what it takes out of the matrices so far. Backward runs them
from last to first: a step's g is the sum of what was handed to its rows (`Collector`); what all examples share
gets the sum over them. Where `where` chooses, a mask keeps a branch not taken from handing on anything.

The arrays may be NumPy's, or another library's, or write down what is done to them: as calls of NumPy (`transcript`), or
as loops of machine code (`autograd.native.arrays`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from autograd.graph.reverse import contribution
from autograd.matrices.arguments import Block
from autograd.matrices.gather import Collector, Layout, Pick, State
from autograd.matrices.grouping import Group, Grouping
from autograd.primitive import slopes_of
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS
from autograd.structure import leaves


class Schedule:
    """The steps of a grouping, ready to run on arrays of one namespace.

    Args:
        grouping: the groups.
        blocks: the arguments.
        xp: the array namespace.
        dtype: the type to compute in.
    """

    def __init__(self, grouping: Grouping, blocks: Sequence[Block], xp: Any, dtype: Any) -> None:
        groups = grouping.groups
        self.xp, self.dtype = xp, dtype
        self._blocks = blocks
        self._layout = layout = Layout(xp, dtype, grouping.places, [*blocks, *groups])
        self.steps = [_step(layout, i, group) for i, group in enumerate(groups, len(blocks))]
        self.differentiable = not isinstance(grouping.result, (list, tuple))
        self.result = [
            Pick(layout, [x], differentiated=self.differentiable) for x in leaves(grouping.result)
        ]
        self.numbers = len(self.result)
        self._collect = [Collector(layout, source) for source in range(len(layout.sizes))]
        self.constants = layout.reshape(xp.asarray(layout.values, dtype=dtype), (-1, 1))
        self.sizes = layout.sizes
        # how many rows vary from example to example, and how many do not
        self.varying = sum(n for n, batched in zip(layout.sizes, layout.batched) if batched)
        self.shared = sum(layout.sizes) - self.varying

    def results(self, n: int | None, constants: Any, ones: Any, *arrays: Any) -> list[Any]:
        """Return each number of the result as a row.

        Args:
            n: the number of examples; None without a batch.
            constants: the column of that name.
            ones: a column of n ones; of a single one without a batch.
            *arrays: the arguments.
        """
        state = self.forward(constants, ones, arrays)
        return [self._widened(pick(state), n) for pick in self.result]

    def value_and_grad(
        self, n: int | None, constants: Any, ones: Any, seed: Any, *arrays: Any
    ) -> list[Any]:
        """Return the result, added up over the examples, and each argument's gradient; None if there is none.

        Args:
            n, constants, ones, *arrays: as for `results`.
            seed: the row of the derivatives to start from.
        """
        layout, state = self._layout, self.forward(constants, ones, arrays)
        (result,) = self.result
        row = self._widened(result(state), n)
        self.backward(seed, state)
        gradients = []
        for source, block in enumerate(self._blocks):
            matrix = self.gradient(source, state)
            if matrix is not None:
                matrix = self._widened(matrix, n if block.batched else None)
                matrix = layout.array(block, matrix)
            gradients.append(matrix)
        return [layout.total(layout.reshape(row, (-1,))), *gradients]

    def begun(self, constants: Any, ones: Any, arrays: Sequence[Any]) -> State:
        """Return the state before all steps."""
        layout = self._layout
        inputs = [layout.matrix(block, x) for block, x in zip(self._blocks, arrays)]
        return State(inputs, constants, ones, [len(parts) for parts in layout.contributions])

    def forward(self, constants: Any, ones: Any, arrays: Sequence[Any]) -> State:
        """Return the state after all steps."""
        state = self.begun(constants, ones, arrays)
        for step in self.steps:
            step.forward(state)
        return state

    def backward(self, seed: Any, state: State) -> None:
        """Run the chain rule through all steps, from last to first."""
        (result,) = self.result
        result.give(seed, state, state.pending)
        for step in reversed(self.steps):
            if isinstance(step, Differentiable) and step.reached:
                mask = None
                if step.conditional:  # a branch not taken must not spoil the gradient with 0·inf
                    mask = self._collect[step.source](state.arrived[step.source]) > 0.0
                step.backward(state, self.gradient(step.source, state), mask)

    def gradient(self, source: int, state: State) -> Any:
        """Return the gradient by a block of the arguments or a group; None if nothing arrives."""
        return self._collect[source](state.pending[source])

    def _widened(self, matrix: Any, n: int | None) -> Any:
        """Return the matrix with a column for each example."""
        if n is None or matrix.shape[1] == n:
            return matrix
        return self.xp.repeat(matrix, n, axis=1)


def _step(layout: Layout, source: int, group: Group) -> "Step":
    if group.shape:
        return Product(layout, source, group)
    if group.op in DECISIONS:
        return Decision(layout, source, group)
    if group.op == "where":
        return Choice(layout, source, group)
    return (Sequences if group.length else Elementwise)(layout, source, group)


class Step(ABC):
    """A group on arrays."""

    def __init__(self, layout: Layout, source: int, group: Group) -> None:
        self.xp, self.typed = layout.xp, layout.typed
        self.reshape, self.total, self.product = layout.reshape, layout.total, layout.product
        self.source = source
        self.kept = layout.constants + 1 + source  # where forward leaves what backward needs
        self.batched, self.reached = group.batched, group.reached
        self.conditional = group.conditional
        self.size = len(group.slots)
        flows = self.flows(group) if group.reached else ()
        equal = not group.length and all(len({*map(repr, x)}) == 1 for x in group.operands)
        self.picks = [  # of equal operations every row is needed
            Pick(layout, refs, i in flows, whole=equal or (group.length > 0 and i < 2))
            for i, refs in enumerate(group.operands)
        ]

    def flows(self, group: Group) -> Sequence[int]:
        """Return the numbers of the operands to which a gradient flows."""
        return ()

    @abstractmethod
    def forward(self, state: State) -> None:
        """Compute the group, and keep what backward needs."""


class Decision(Step):
    """Comparisons, and what & | ~ make of them."""

    def __init__(self, layout: Layout, source: int, group: Group) -> None:
        super().__init__(layout, source, group)
        self._decide = DECISIONS[group.op]

    def forward(self, state: State) -> None:
        state.arrays[self.source] = self._decide(*[pick(state) for pick in self.picks])


class Differentiable(Step):
    """A group through which a gradient flows."""

    def flows(self, group: Group) -> Sequence[int]:
        return range(len(TABLE[group.op].partials))

    @abstractmethod
    def backward(self, state: State, g: Any, mask: Any) -> None:
        """Hand the gradient g of the group on to its operands, where the mask, if there is one, lets it."""

    def give(self, pick: Pick, c: Any, mask: Any, state: State) -> None:
        """Hand on a contribution, and that it arrives, but only where the gradient arrived here."""
        if mask is not None:
            c = self.xp.where(mask, c, self.xp.zeros_like(c))
        pick.give(c, state, state.pending)
        if pick.conditional:
            arrived = self.xp.ones_like(c)
            if mask is not None:
                arrived = self.xp.where(mask, arrived, self.xp.zeros_like(c))
            pick.give(arrived, state, state.arrived)


class Choice(Differentiable):
    """Choices of `where`."""

    def flows(self, group: Group) -> Sequence[int]:
        return 1, 2

    def forward(self, state: State) -> None:
        condition, a, b = [pick(state) for pick in self.picks]
        state.arrays[self.kept] = condition
        state.arrays[self.source] = self.typed(TABLE["where"](condition, a, b))

    def backward(self, state: State, g: Any, mask: Any) -> None:
        condition = state.arrays[self.kept]
        for pick, taken in zip(self.picks[1:], (condition, ~condition)):
            if pick.flows:
                self.give(pick, g, taken if mask is None else taken & mask, state)


class Elementwise(Differentiable):
    """An operation on rows of numbers."""

    def __init__(self, layout: Layout, source: int, group: Group) -> None:
        super().__init__(layout, source, group)
        self._row = TABLE[group.op]
        self._paired = self._row.paired

    def forward(self, state: State) -> None:
        arrays, operands = state.arrays, [pick(state) for pick in self.picks]
        if self._paired:
            arrays[self.source], arrays[self.kept] = self._paired(self.xp, *operands)
        else:
            arrays[self.kept] = operands
            arrays[self.source] = self.typed(self._row(*operands))

    def slopes(self, state: State) -> Iterator[Any]:
        """Yield the slope by each operand to which a gradient flows."""
        kept, out = state.arrays[self.kept], state.arrays[self.source]
        for pick, rule in zip(self.picks, self._row.partials):
            if pick.flows:
                yield kept if self._paired else self.typed(slopes_of(rule, [*kept, out]))

    def backward(self, state: State, g: Any, mask: Any) -> None:
        flowing = [pick for pick in self.picks if pick.flows]
        for pick, slope in zip(flowing, self.slopes(state)):
            self.give(pick, contribution(self._row, g, slope), mask, state)


class Sequences(Differentiable):
    """An operation on sequences of one length: the first items of all are a block of rows."""

    def __init__(self, layout: Layout, source: int, group: Group) -> None:
        super().__init__(layout, source, group)
        self._row = TABLE[group.op]
        self._length = group.length

    def forward(self, state: State) -> None:
        name = self._row.name
        operands = [pick(state) for pick in self.picks]
        blocks = [self.reshape(x, (self._length, self.size, -1)) for x in operands[:2]]
        state.arrays[self.kept] = blocks
        if name == "sum":
            out = self.total(blocks[0])
        elif name == "dot":
            out = self.total(blocks[0] * blocks[1])
            out = out if self.picks[2].scalar == 0.0 else out + operands[2]
        else:
            out = self._row.forward([blocks[0][k, ...] for k in range(self._length)])
        state.arrays[self.source] = out

    def backward(self, state: State, g: Any, mask: Any) -> None:
        xp, name, blocks = self.xp, self._row.name, state.arrays[self.kept]
        if name == "sum":
            slopes = [xp.ones_like(blocks[0])]
        elif name == "dot":
            slopes = [blocks[1], blocks[0]]
            self.give(self.picks[2], g, mask, state)
        else:
            items = [blocks[0][k, ...] for k in range(self._length)]
            (rule,) = self._row.partials
            slopes = [xp.stack(rule(items, state.arrays[self.source]), axis=0)]
        rows = (self._length * self.size, -1)
        if mask is not None:
            mask = self.reshape(xp.stack([mask] * self._length, axis=0), rows)
        for pick, slope in zip(self.picks, slopes):
            self.give(pick, self.reshape(slope * g[None, ...], rows), mask, state)


class Product(Differentiable):
    """The dots of several rows with several columns: a matrix product."""

    def __init__(self, layout: Layout, source: int, group: Group) -> None:
        super().__init__(layout, source, group)
        assert group.shape is not None
        self._units, self._columns, self._length = group.shape
        self._by_inputs = group.by_inputs

    def forward(self, state: State) -> None:
        w, x, bias = [pick(state) for pick in self.picks]
        if self._by_inputs:
            w = self.reshape(w, (self._length, self._units)).T
        else:
            w = self.reshape(w, (self._units, self._length))
        if self._columns > 1:
            x = self.reshape(x, (self._length, -1))
        state.arrays[self.kept] = w, x
        out = self.product(w, x)
        if self._columns > 1:
            out = self.reshape(out, (self.size, -1))
        state.arrays[self.source] = out if self.picks[2].scalar == 0.0 else out + bias

    def backward(self, state: State, g: Any, mask: Any) -> None:
        w, x = state.arrays[self.kept]
        weights, inputs, bias = self.picks
        if bias.flows:
            self.give(bias, g, mask, state)
        if self.batched and not inputs.batched:
            g = self.product(g, state.ones)
        if self._columns > 1:
            g = self.reshape(g, (self._units, -1))
        if weights.flows:
            dw = self.product(x, g.T) if self._by_inputs else self.product(g, x.T)
            self.give(weights, self.reshape(dw, (-1, 1)), mask, state)
        if inputs.flows:
            dx = self.product(w.T, g)
            if self._columns > 1:
                dx = self.reshape(dx, (self._length * self._columns, -1))
            self.give(inputs, dx, mask, state)
