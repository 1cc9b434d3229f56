"""The credit of every edge of a graph, and back-propagation step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from autograd.graph.reverse import flows, gradients, inner_nodes
from autograd.graph.walks import in_order
from autograd.notation import one_line, shown, significant, table
from autograd.primitives import TABLE
from autograd.progress import bar
from autograd.tables import MOST
from autograd.value import Value


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Edge:
    """One operand of one operation, and its share of the blame.

    Attributes:
        parent: the operand, at the edge's tail.
        child: the result, at its head.
        local: ∂child/∂parent, as recorded.
        upstream: ∂root/∂child.
        credit: upstream × local, this edge's contribution to ∂root/∂parent.

    >>> w, x = Value(0.5, label="w"), Value(4.0, label="x")
    >>> edges(w * x)[0]
    <w → ×: upstream 1.0000 × local 4.0000 = +4.0000>
    """

    parent: Value
    child: Value
    local: float
    upstream: float
    credit: float

    def __str__(self) -> str:
        return f"{named(self.parent)} → {named(self.child)}: {self.product}"

    @property
    def product(self) -> str:
        """The credit as the product that it is."""
        return (
            f"upstream {shown(self.upstream, 4)} × local {shown(self.local, 4)} = "
            f"{shown(self.credit, 4, sign=True)}"
        )

    def __repr__(self) -> str:
        return f"<{self}>"


def expect_value(name: str, x: object) -> None:
    """Raise a TypeError unless x, which a function of this name was given, is a Value."""
    if not isinstance(x, Value):
        kind = type(x).__name__
        raise TypeError(f"{name} takes a Value, the result of a computation, but {kind} was given")


def edges(root: Value) -> list[Edge]:
    """Return every edge of the graph below a Value with its credit, and touch no `.grad`.

    Args:
        root: the result whose derivatives are wanted.

    Returns:
        One Edge per operand of each operation, the root's first: the order of back-propagation. A repeated
        operand has an edge for each time. The credits of the edges that leave a node sum to its gradient.

    >>> w, x = Value(0.5, label="w"), Value(4.0, label="x")
    >>> [(e.parent.label, e.upstream, e.local, e.credit) for e in edges(w * x)]
    [('w', 1.0, 4.0, 4.0), ('x', 1.0, 0.5, 0.5)]
    """
    expect_value("edges", root)
    upstream = gradients(root)
    order = [child for child in bar(in_order(root), "node", passing=True) if child._op is not None]
    children = bar(order[::-1], "node", passing=True)
    return [edge for child in children for edge in operand_edges(child, upstream)]


def operand_edges(child: Value, upstream: Mapping[int, float]) -> list[Edge]:
    """Return the edge of each operand of a node, given ∂root/∂node by the node's id, as `gradients` gives it."""
    g, found = upstream.get(id(child)), []
    for parent, local in zip(child.parents, child.partials):
        # A branch that `where` did not take has no share, whatever 0 × inf would say.
        cut = g is None or (child.op == "where" and local == 0.0)
        found.append(Edge(parent, child, local, g or 0.0, 0.0 if cut else (g or 0.0) * local))
    return found


def named(v: Value) -> str:
    """Return what a node is called: its label, or the symbol of its operation."""
    if v.label:
        return one_line(v.label)
    return TABLE[v.op].symbol if v.op in TABLE else v.op or "leaf"


def made(v: Value) -> str:
    """Return what a node is called and, if that is a label, how it was made."""
    return f"{named(v)} = {TABLE[v.op].symbol}" if v.label and v.op in TABLE else named(v)


# ---------------------------------------------------------------- back-propagation, one node at a time


@dataclass(frozen=True, eq=False)
class Step:
    """What back-propagation does at one node: it hands its gradient on to its operands.

    Attributes:
        index: the number of the step, from 1.
        node: the node whose gradient is complete.
        upstream: that gradient, ∂root/∂node.
        edges: the node's edges, with their credits.
        totals: for each edge, the sum that its parent has collected so far, this credit included.

    >>> x = Value(3.0, label="x")
    >>> next(steps(2.0 * x)).totals
    (2.0,)
    """

    index: int
    node: Value
    upstream: float
    edges: tuple[Edge, ...]
    totals: tuple[float, ...]

    def __str__(self) -> str:
        data, grad = shown(self.node.data, 4), shown(self.upstream, 4)
        lines = [f"step {self.index}: {made(self.node)}  data {data}  grad {grad}"]
        for edge, total in zip(self.edges, self.totals):
            lines.append(f"   → {named(edge.parent)}: {edge.product}, sum {shown(total, 4)}")
        return "\n".join(lines)

    __repr__ = __str__


class Steps(Iterator[Step]):
    """The steps of back-propagation, made one after the other; at a prompt and in a notebook they show themselves.

    Args:
        root: the result whose derivatives are wanted.
        seed: the derivative to start from.

    >>> steps(3.0 * Value(2.0, label="x"))
    step 1: ×  data 6.0000  grad 1.0000
       → x: upstream 1.0000 × local 3.0000 = +3.0000, sum 3.0000
    """

    def __init__(self, root: Value, seed: float) -> None:
        self._root, self._seed = root, seed
        self._steps = _steps(root, seed)

    def __next__(self) -> Step:
        return next(self._steps)

    def __repr__(self) -> str:
        """Return the first steps as text; the iterator stays where it is."""
        told = [*map(str, islice(_steps(self._root, self._seed), MOST + 1))]
        more = ["… and more: for step in steps(y) goes through all"] if len(told) > MOST else []
        nothing = f"{named(self._root)} is not computed from anything"
        return "\n".join([*told[:MOST], *more]) or nothing

    def _repr_html_(self) -> str:
        """Return the first steps as a table; the iterator stays where it is."""
        rows = [
            [
                str(step.index) if k == 0 else "", made(step.node) if k == 0 else "", named(edge.parent),
                significant(edge.upstream), significant(edge.local), significant(edge.credit, sign=True),
                significant(total),
            ]
            for step in islice(_steps(self._root, self._seed), MOST)
            for k, (edge, total) in enumerate(zip(step.edges, step.totals))
        ]  # fmt: skip
        headings = ["step", "node", "operand", "upstream", "× local", "= credit", "sum so far"]
        return table(headings, rows).html("Back-propagation, one node at a time")


def steps(root: Value, seed: float = 1.0) -> Steps:
    """Follow `backward` one node at a time, without writing any `.grad`.

    Args:
        root: the result whose derivatives are wanted.
        seed: the derivative to start from.

    Returns:
        An iterator of Steps, in the order of back-propagation; printed, it tells the first of them.

    >>> x = Value(3.0, label="x")
    >>> print(steps(x * x))
    step 1: ×  data 9.0000  grad 1.0000
       → x: upstream 1.0000 × local 3.0000 = +3.0000, sum 3.0000
       → x: upstream 1.0000 × local 3.0000 = +3.0000, sum 6.0000
    """
    expect_value("steps", root)
    return Steps(root, seed)


def _steps(root: Value, seed: float) -> Iterator[Step]:
    found = {id(root): seed}
    for index, node in enumerate(reversed(inner_nodes(root)), 1):
        g = found[id(node)]
        node_edges, totals = [], []
        for parent, local in flows(node):
            total = found[id(parent)] = found.get(id(parent), 0.0) + g * local
            node_edges.append(Edge(parent, node, local, g, g * local))
            totals.append(total)
        yield Step(index, node, g, tuple(node_edges), tuple(totals))
