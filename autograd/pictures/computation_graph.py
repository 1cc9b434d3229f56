"""The picture of a computation graph: a node for each Value and each operation, credit on the edges."""

import warnings
from functools import cached_property

import graphviz

from autograd.explanation.credit import Edge, edges, expect_value
from autograd.graph.reverse import gradients
from autograd.notation import number
from autograd.pictures.drawing import Drawing
from autograd.pictures.palette import DASHES, Theme, colour, sign_part
from autograd.pictures.text import SIZE, clean, escaped, text_width
from autograd.primitives import TABLE
from autograd.value import Value

LABEL = 32  # characters of a label that are shown


FEW, MANY = 300, 1000  # up to so many nodes a graph is drawn; drawn with a warning
FOLDED = 10  # times as many, where they may be folded into fewer


def draw(
    root: Value,
    credit: bool = False,
    max_nodes: int | None = None,
    fold: bool = False,
    theme: Theme = "auto",
    transparent: bool = False,
) -> Drawing:
    """Return the computation graph below a Value: its label, data and grad at each node, operations between.

    Args:
        root: the result.
        credit: whether every edge carries its credit, upstream × local; the gradients shown are then
            those of the root, whether or not `backward` was called.
        max_nodes: draw the part nearest to the root, at most so many Values, in a larger graph.
        fold: whether a unit of a network (w·x + b and the activation after it) is one node, its
            parameters left out.
        theme: "light", "dark", or "auto": as the reader's system is.
        transparent: whether the picture has no ground of its own, for slides.

    Raises:
        TypeError: if root is not a Value.
        ValueError: if the graph has more than 1,000 nodes, those folded away not counted, and max_nodes is not given.

    Warns:
        UserWarning: if it has more than 300: such a picture is slow to draw and hard to read.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b, credit=True)
    <Drawing: Computation graph>
    """
    expect_value("draw", root)
    if max_nodes is not None and max_nodes < 1:
        raise ValueError(f"max_nodes is at least 1, but {max_nodes} was given")
    nodes, complete = _nearest(root, max_nodes or (FOLDED * MANY if fold else MANY))
    graph = ComputationGraph(root, nodes, credit, fold) if complete or max_nodes else None
    if graph is None or (graph.count > MANY and max_nodes is None):
        raise ValueError(
            f"the graph has more than {MANY:,} nodes, too many to be read: draw(root, max_nodes=100) shows "
            "the part nearest to the root, print(tree(root)) the same as text"
        )
    if graph.count > FEW and max_nodes is None:
        warnings.warn(
            f"a graph of {graph.count} nodes is slow to draw and hard to read; draw(root, max_nodes=100) "
            "shows the part nearest to the root",
            stacklevel=2,
        )
    name = f" of {clean(root.label, LABEL)}" if root.label else ""
    extent = "" if complete else ", the part nearest to the root"
    desc = f"{graph.count} nodes{extent}; data {number(root.data, 4)} at the root."
    return Drawing(
        graph.source, f"Computation graph{name}", desc, theme=theme, transparent=transparent
    )


def _nearest(root: Value, limit: int) -> tuple[list[Value], bool]:
    """Return the nodes nearest to the root, and whether these are all; look no further than the limit."""
    found, seen = [root], {id(root)}
    for node in found:
        for parent in node.parents:
            if id(parent) not in seen:
                if len(found) == limit:
                    return found, False
                seen.add(id(parent))
                found.append(parent)
    return found, True


class ComputationGraph:
    """A graph of Values as DOT: a node for each Value and one for each operation.

    Args:
        root: the result.
        nodes: the Values to draw, the nearest to the root first.
        credit: whether every edge carries upstream × local.
        fold: whether a unit of a network is one node, its parameters left out.

    Attributes:
        count: how many Values are drawn: without what is folded into units.
    """

    def __init__(self, root: Value, nodes: list[Value], credit: bool, fold: bool) -> None:
        self.root, self.nodes = root, nodes
        self.names = {id(v): f"v{k}" for k, v in enumerate(nodes)}
        self.gradients = gradients(root) if credit else None
        self.shares: dict[int, list[Edge]] = {}
        for edge in edges(root) if credit else ():
            self.shares.setdefault(id(edge.child), []).append(edge)
        self.repeated = _far_used(nodes)
        self.units = _units(nodes) if fold else {}
        self.folded = {id(dot) for v, dot in self.units.items() if id(dot) != v}
        for dot in self.units.values():  # their weights and biases
            n = len(dot.parents) // 2
            self.folded |= {
                id(w) for w in (*dot.parents[:n], *dot.parents[2 * n :]) if not w.parents
            }
        self.count = len(nodes) - len(self.folded & self.names.keys())
        self._dot = graphviz.Digraph(
            "computation",
            graph_attr={
                "rankdir": "LR", "ordering": "in", "nodesep": "0.16", "ranksep": "0.38",
                "bgcolor": colour("card"), "pad": "0.2",
            },
            node_attr={
                "shape": "box", "style": "rounded,filled", "fixedsize": "true", "height": "0.42",
                "fontname": "Helvetica", "fontsize": f"{SIZE:g}", "fontcolor": colour("ink"),
            },
            edge_attr={"color": colour("zero"), "arrowsize": "0.8"},
        )  # fmt: skip

    @cached_property
    def source(self) -> str:
        """The DOT text."""
        elsewhere = self.folded | self.repeated
        for v in reversed(self.nodes):
            if id(v) not in elsewhere:
                self._value(v, self.names[id(v)])
        for v in reversed(self.nodes):
            if v.parents and id(v) not in self.folded:
                self._operation(v)
        return str(self._dot.source)

    def _grad(self, v: Value) -> float:
        return v.grad if self.gradients is None else self.gradients.get(id(v), 0.0)

    def _value(self, v: Value, name: str) -> None:
        cells = [clean(v.label, LABEL)] if v.label else []
        part, style = ("unit", "rounded,filled") if v.op else ("leaf", "rounded,filled")
        if v is self.root:
            part = "root"
        if v.op == "constant":
            part, style = "zero", "rounded,filled,dashed"
            cells.append(f"constant {number(v.data, 4)}")
        else:
            cells += [f"data {number(v.data, 4)}", f"grad {number(self._grad(v), 4)}"]
        text = "  │  ".join(cells)
        self._dot.node(
            name, escaped(text, 200), width=f"{(text_width(text) + 22) / 72:.2f}", style=style,
            color=colour("muted" if part == "unit" else part),
            fillcolor=colour(part if part == "unit" else f"{part} fill"),
        )  # fmt: skip

    def _operation(self, v: Value) -> None:
        name = self.names[id(v)]
        inner = self.units.get(id(v), v)
        symbol = TABLE[v.op].symbol
        if inner is not v:
            symbol += f"({TABLE[inner.op].symbol})"
        room = text_width(symbol) + 16
        self._dot.node(
            f"{name}-op", escaped(symbol), shape="circle" if room < 55 else "box",
            width=f"{max(room, 36) / 72:.2f}",
            fontcolor=colour("card"), fillcolor=colour("ink"), color=colour("ink"),
        )  # fmt: skip
        self._dot.edge(f"{name}-op", f"{name}:w")
        n = len(inner.parents) // 2
        inputs = range(n, 2 * n) if id(v) in self.units else range(len(inner.parents))
        missing = 0
        for k in inputs:
            parent = inner.parents[k]
            if id(parent) not in self.names:
                missing += 1
                continue
            tail = self.names[id(parent)]
            if id(parent) in self.repeated:
                tail = f"{tail}-{name}-{k}"
                self._value(parent, tail)
            if self.gradients is None:
                self._dot.edge(f"{tail}:e", f"{name}-op")
            else:
                self._credit(tail, f"{name}-op", k, self.shares[id(inner)][k])
        if missing:
            text = f"… {missing} more"
            self._dot.node(
                f"{name}-more", text, style="rounded,dashed", color=colour("zero"),
                fontcolor=colour("muted"), width=f"{(text_width(text) + 16) / 72:.2f}",
            )  # fmt: skip
            self._dot.edge(f"{name}-more", f"{name}-op", style="dashed")

    def _credit(self, tail: str, head: str, k: int, edge: Edge) -> None:
        """Draw an edge with a pill that says upstream × local = credit."""
        share = number(edge.credit, sign=True)
        text = f"{number(edge.upstream)} × {number(edge.local)} = {share}"
        part, pill = sign_part(edge.credit), f"{head}-{k}"
        self._dot.node(
            pill, text, fontname="Helvetica-Bold", fontsize="12", height="0.3", fontcolor=colour(part),
            color=colour(part), fillcolor=colour(f"{part} fill"),
            width=f"{(text_width(text, 12, bold=True) + 10) / 72:.2f}",
        )  # fmt: skip
        self._dot.edge(f"{tail}:e", f"{pill}:w", dir="none", color=colour(part), style=DASHES[part])
        self._dot.edge(f"{pill}:e", head, color=colour(part), style=DASHES[part])


def _far_used(nodes: list[Value]) -> set[int]:
    """Return the leaves to repeat at each use, because edges to all their uses would span the picture.

    Layout time grows with the lengths of edges more than with the number of nodes.
    """
    depth: dict[int, int] = {}
    for v in nodes:  # the nearest come first
        depth.setdefault(id(v), 0)
        for parent in v.parents:
            depth[id(parent)] = max(depth.get(id(parent), 0), depth[id(v)] + 1)
    uses: dict[int, list[int]] = {}
    for v in nodes:
        for parent in v.parents:
            if not parent.op or parent.op == "constant":
                uses.setdefault(id(parent), []).append(depth[id(v)])
    return {leaf for leaf, at in uses.items() if len(at) > 2 and sum(at) - len(at) * min(at) > 12}


def _units(nodes: list[Value]) -> dict[int, Value]:
    """Return the units of a network: the dot of each, by the id of the node that gives its output."""
    uses: dict[int, int] = {}
    for v in nodes:
        for parent in v.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    units = {id(v): v for v in nodes if v.op == "dot"}
    for v in nodes:
        if len(v.parents) == 1 and id(v.parents[0]) in units and uses[id(v.parents[0])] == 1:
            units[id(v)] = units.pop(id(v.parents[0]))
    return units
