"""Reverse-mode differentiation: the walk from a root back to its leaves.

`Value.backward` walks as `gradients` does and writes what it finds; the sums are formed in the same
order, so the numbers have the same bits.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from autograd import primitives
from autograd.graph.conditions import Condition
from autograd.graph.node import Node
from autograd.graph.walks import topological
from autograd.primitive import Primitive, slopes_of

N = TypeVar("N", bound=Node)


def gradients(root: N, seed: float = 1.0, order: list[N] | None = None) -> dict[int, float]:
    """Return ∂root/∂node by the node's id, and write nothing: `backward` without the writing.

    The sums are formed in the order of `backward`, so the numbers have the same bits. Whoever has the
    `inner_nodes` of the root already gives them.

    Written plainly, this is all of back-propagation:

    >>> def plainly(root):
    ...     found = {root: 1.0}
    ...     for v in reversed(topological(root)):  # every node before those it was made from
    ...         for parent, slope in zip(v.parents, v.partials):
    ...             found[parent] = found.get(parent, 0.0) + found[v] * slope  # upstream times local
    ...     return found
    >>> from autograd import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> L = (x * y).tanh() + x
    >>> found = plainly(L)
    >>> gradients(L) == {id(v): found[v] for v in found}
    True
    """
    found: dict[int, float] = {id(root): seed}
    for v in reversed(inner_nodes(root) if order is None else order):
        g = found[id(v)]
        for parent, slope in flows(v):
            found[id(parent)] = found.get(id(parent), 0.0) + g * slope
    return found


def flows(v: N) -> Iterable[tuple[N, float]]:
    """Yield (operand, slope) wherever the gradient of a node flows, in the order of `backward`."""
    if v._op is None:
        return
    if type(v._da) is tuple:
        yield from zip(v._a, v._da)
        if v._db is not None:
            yield from zip(v._b, v._db)
        if v._c is not None:
            yield v._c, 1.0
        return
    if v._da is not None:
        yield v._a, v._da
    if v._db is not None:
        yield v._b, v._db


def inner_nodes(root: N, clear: bool = False) -> list[N]:
    """Return the nodes that the gradient passes through, every node after those it was made from.

    Leaves are left out: nothing flows on from them. Stamps in a slot of the node say how far the search
    has come with it, which is faster than a set; new ones each time, so nothing has to be cleaned up.

    Args:
        root: where to begin.
        clear: whether to set the gradients of the nodes to 0 on the way.
    """
    opened, closed = object(), object()  # waiting for its operands; in its place
    settled: set[int] = set()  # tuples of operands that are all closed: a layer shares them
    order: list[N] = []
    if root._op is None:
        return order
    stack = [root]
    append, push, pop = order.append, stack.append, stack.pop
    while stack:
        v = pop()
        stamp = v._stamp
        if stamp is opened:
            v._stamp = closed
            if clear:
                v._grad = 0.0
            append(v)
            continue
        if stamp is closed:
            continue
        d = v._da
        if type(d) is tuple:
            v._stamp = opened
            push(v)
            for operands in (v._a,) if v._db is None else (v._a, v._b):
                if id(operands) in settled:
                    continue
                waiting = len(stack)
                for a in operands:
                    if a._op is not None and a._stamp is not closed:
                        push(a)
                if len(stack) == waiting:
                    settled.add(id(operands))
            a = v._c
            if a is not None and a._op is not None and a._stamp is not closed:
                push(a)
            continue
        a = v._a if d is not None else None
        b = v._b if v._db is not None else None
        if a is not None and a._op is not None and a._stamp is not closed:
            v._stamp = opened
            push(v)
            push(a)
            if b is not None and b._op is not None and b._stamp is not closed:
                push(b)
        elif b is not None and b._op is not None and b._stamp is not closed:
            v._stamp = opened
            push(v)
            push(b)
        else:  # nothing to wait for: half of the nodes of most graphs
            v._stamp = closed
            if clear:
                v._grad = 0.0
            append(v)
    return order


def reached_leaves(order: Iterable[Node]) -> Iterator[Node]:
    """Yield the leaves to which the gradient flows from these nodes, as often as it does."""
    for v in order:
        if type(v._da) is tuple:
            yield from (p for p, _ in flows(v) if p._op is None)
            continue
        if v._da is not None and v._a._op is None:
            yield v._a
        if v._db is not None and v._b._op is None:
            yield v._b


def leaf_numbers(root: N) -> dict[N, float]:
    """Return the numbers of the leaves below a root, but those that a dot keeps as its slopes: these are most of them."""
    found, kind = dict[N, float](), type(root)
    for v in inner_nodes(root):
        row = v._op
        if row is primitives.dot and v._db is not None:
            operands: Iterable[Any] = (v._c,)
        elif type(v._da) is tuple:
            operands = (*v._a, *(v._b or ()), v._c)
        else:
            operands = (v._a, v._b)
        for p in operands:
            if type(p) is kind and p._op is None:
                found[p] = p._data
    return found


def errors(root: N) -> dict[N, float]:
    """Return ∂root/∂node for the root and the nodes that are no leaves: `gradients` without the leaves.

    Most operands of a network are weights; leaving them out halves the walk. The numbers have the same bits.
    """
    found: dict[N, float] = {root: 1.0}
    get = found.get
    plain = set[int]()  # tuples of leaves alone, which a layer shares, by their ids
    for v in reversed(inner_nodes(root)):
        g, d = found[v], v._da
        if type(d) is not tuple:
            if d is not None and v._a._op is not None:
                found[v._a] = get(v._a, 0.0) + g * d
            if v._db is not None and v._b._op is not None:
                found[v._b] = get(v._b, 0.0) + g * v._db
            continue
        for operands, slopes in ((v._a, d), (v._b, v._db)):
            if slopes is None or id(operands) in plain:
                continue
            some = False
            for p, slope in zip(operands, slopes):
                if p._op is not None:
                    found[p] = get(p, 0.0) + g * slope
                    some = True
            if not some:
                plain.add(id(operands))
        if v._c is not None and v._c._op is not None:
            found[v._c] = get(v._c, 0.0) + g
    return found


class Arriving:
    """Gradients on their way back, by the keys of the nodes, and for each the condition under which it arrives, or True.

    A `where` that was decided by a recorded condition hands its gradient to both branches, each under the
    condition that it is taken; so does whatever only a branch leads to.
    """

    def __init__(self, root: Any) -> None:
        self.found: dict[Any, Any] = {root: 1.0}
        self.reached: dict[Any, Any] = {root: True}

    def add(self, key: Any, amount: Any, condition: Any) -> None:
        if condition is not True:
            amount = primitives.where(condition, amount, 0.0)
        self.found[key] = self.found[key] + amount if key in self.found else amount
        known = self.reached.get(key, False)
        self.reached[key] = True if known is True or condition is True else condition | known

    def choose(self, chosen: Any, branches: Iterable[Any], g: Any, condition: Any) -> None:
        """Hand on the gradient of a `where`; of a branch that is a plain number the key is None."""
        sides = (chosen, not chosen) if type(chosen) is bool else (chosen, ~chosen)
        for side, key in zip(sides, branches):
            if side is not False and key is not None:
                self.add(key, g, side if condition is True else condition & side)


def differentiable_gradients(root: Node) -> dict[int, Any]:
    """Return ∂root/∂node by the node's id as Values: the rules applied to Values record a graph."""
    arriving = Arriving(id(root))
    order = inner_nodes(root)
    if any(v._op is primitives.where and type(v._c) is Condition for v in order):
        order = topological(root)  # with both branches
    for v in reversed(order):
        row = v._op
        if row is None or id(v) not in arriving.found:
            continue
        operands, g, condition = v._operands(), arriving.found[id(v)], arriving.reached[id(v)]
        if row is primitives.where:
            chosen, *branches = operands
            keys = [id(x) if hasattr(x, "__primitive__") else None for x in branches]
            arriving.choose(chosen, keys, g, condition)
            continue
        for operand, rule in zip(operands, row.partials):
            if type(operand) is tuple:
                for parent, slope in zip(operand, slopes_of(rule, [*operands, v])):
                    arriving.add(id(parent), contribution(row, g, slope), condition)
            elif hasattr(operand, "__primitive__"):
                slope = slopes_of(rule, [*operands, v])
                amount = settled_contribution(row, operands, g, slope)
                arriving.add(id(operand), amount, condition)
    return arriving.found


def contribution(row: Primitive, g: Any, slope: Any) -> Any:
    """Return upstream times local, g·slope, on any kind of number; nothing where a flat row is constant."""
    if type(slope) is float and slope == 1.0:
        return g
    if not row.flat:
        return g * slope
    return primitives.where(slope == 0.0, 0.0, g * slope)


def settled_contribution(row: Primitive, operands: Sequence[Any], g: Any, slope: Any) -> Any:
    """Return `contribution` so that it may be differentiated again.

    Where the slope is a convention, what it says of its own change would be a silent 0; it becomes nan.
    """
    amount = contribution(row, g, slope)
    if row.kinks is None or not row.conventional:
        return amount
    at_kink = row.kinks(*operands)
    for x in operands:
        if at_kink is not False and hasattr(x, "__primitive__"):
            amount = amount + primitives.where(at_kink, primitives.unsettled(x), 0.0)
    return amount
