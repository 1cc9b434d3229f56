"""The picture of a computation graph: a node for each Value and each operation, credit on the edges."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Literal

import graphviz

from autograd.explanation.credit import Edge, operand_edges
from autograd.graph.reverse import gradients
from autograd.notation import bracketed, significant
from autograd.pictures import folding
from autograd.pictures.palette import DASHES, colour, sign_part
from autograd.pictures.text import SIZE, clean, escaped, text_width
from autograd.primitives import TABLE
from autograd.value import Value

Direction = Literal["auto", "LR", "TB"]
MANY = 1000  # nodes: more are too many to be read
LABEL = 32  # characters of a label that are shown
WIDE = 1100.0  # points; what is wider from left to right is drawn top down
SMALL = 12.0  # the size of credits, in points
SPINE = {"weight": "9"}  # of edges on the longest ways, which run straight: others join beside them
NODESEP, RANKSEP = 0.1, 0.3  # inches


def nearest(root: Value, limit: int) -> tuple[list[Value], bool]:
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
    """A graph of Values as DOT: a node for each Value and one for each operation; see `draw`.

    Args:
        root, credit, fold, direction: as for `draw`.
        nodes: the Values to draw, the nearest to the root first.

    Attributes:
        count: how many Values are drawn: without what is folded into units and sums.
    """

    def __init__(
        self, root: Value, nodes: list[Value], credit: bool, fold: bool, direction: Direction
    ) -> None:
        self.root, self.nodes, self.direction = root, nodes, direction
        self.names = {id(v): f"v{k}" for k, v in enumerate(nodes)}
        self.gradients = gradients(root) if credit else None
        # nothing has come back to the inner nodes: whatever a leaf has collected is of another graph
        self.waiting = not credit and not any(v.grad for v in nodes if v.parents or v is root)
        self.repeated = folding.far_used(nodes)
        self.kinds = folding.kinds(nodes)
        self.units = folding.units(nodes) if fold else {}
        self.sums = folding.sums(nodes)
        self.spine = folding.spine(nodes)
        self.folded = {id(dot) for v, dot in self.units.items() if id(dot) != v}
        self.folded |= folding.own(self.units, nodes)
        self.folded |= {id(v) for _, *inner in self.sums.values() for v in inner}
        self.count = len(nodes) - len(self.folded & self.names.keys())
        upstream = self.gradients or {}
        self.shares = {id(v): operand_edges(v, upstream) for v in nodes}
        self._boxes: dict[str, dict[str, str]] = {}
        self._edges: list[tuple[str, str, dict[str, str]]] = []

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
        legend = self._legend()
        dot = graphviz.Digraph(
            "computation",
            graph_attr={
                "rankdir": self._direction(), "ordering": "in", "nodesep": f"{NODESEP:g}",
                "ranksep": f"{RANKSEP:g}", "bgcolor": colour("card"), "pad": "0.2",
            },
            node_attr={
                "shape": "box", "style": "rounded,filled", "fixedsize": "true",
                "fontname": "Helvetica", "fontsize": f"{SIZE:g}", "fontcolor": colour("ink"),
            },
            edge_attr={"color": colour("zero"), "arrowsize": "0.8"},
        )  # fmt: skip
        for name, box in self._boxes.items():
            dot.node(name, **box)
        for tail, head, look in self._edges:
            dot.edge(tail, head, **look)
        beside = graphviz.Digraph()  # the legend, beside the result, where there is room
        beside.attr(rank="same")
        for tail, head in pairwise([self.names[id(self.root)], *legend]):
            beside.edge(tail, head, style="invis")
        dot.subgraph(beside)
        return str(dot.source)

    def _direction(self) -> str:
        if self.direction != "auto":
            return self.direction
        lr, tb = self._widths()
        return "LR" if lr <= WIDE or lr <= tb else "TB"

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """How many edges the longest way from each node to the root has; the graph has no circles."""
        rank = {self.names[id(self.root)]: 0}
        into: dict[str, list[str]] = {}
        for tail, head, _ in self._edges:
            into.setdefault(head, []).append(tail)
        row = list(rank)
        depth = 0
        while row:
            depth += 1
            row = list(dict.fromkeys(tail for head in row for tail in into.get(head, ())))
            rank.update(dict.fromkeys(row, depth))
        return rank

    @property
    def span(self) -> int:
        """How many ranks all edges cross together: the time of a layout goes by it."""
        rank = self._ranks
        return sum(rank[tail] - rank[head] for tail, head, _ in self._edges)

    def _widths(self) -> tuple[float, float]:
        """Return about how wide the picture is in points, from left to right and top down."""
        rows: dict[int, list[float]] = {}
        for name, at in self._ranks.items():
            rows.setdefault(at, []).append(72.0 * float(self._boxes[name]["width"]))
        lr = sum(map(max, rows.values())) + 72.0 * RANKSEP * (len(rows) - 1)
        tb = max(sum(widths) + 72.0 * NODESEP * (len(widths) - 1) for widths in rows.values())
        return lr, tb

    # ---------------------------------------------------------------- nodes

    def _box(
        self, name: str, lines: Sequence[str], part: str, size: float = SIZE, kind: str = "", **given: str,
    ) -> None:  # fmt: skip
        """Add a box with lines of text."""
        room = max(text_width(line, size) for line in lines) + size
        if kind:
            given["class"] = kind
        self._boxes[name] = {
            # one string, of which nothing is read as HTML
            "label": graphviz.nohtml("\\n".join(escaped(line, 200) for line in lines)),
            "width": f"{room / 72:.2f}",
            "height": f"{(1.2 * size * len(lines) + 0.7 * size) / 72:.2f}",
            "color": colour("muted" if part == "unit" else part),
            "fillcolor": colour(part if part == "unit" else f"{part} fill"),
            **given,
        }

    def _data(self, v: Value) -> float:
        return v.data

    def _grad(self, v: Value) -> float:
        return v.grad if self.gradients is None else self.gradients.get(id(v), 0.0)

    def _value(self, v: Value, name: str) -> None:
        kind = self.kinds.get(id(v), "unit")
        owner = f"value of-{self.names[id(v)]}"
        data = significant(self._data(v))
        if kind == "constant":
            self._box(name, [data], "zero", kind=owner, style="rounded,filled,dashed")
            return
        called = [text] if (text := clean(folding.name(v), LABEL)) else []
        grad = "–" if self.waiting and not v.grad else significant(self._grad(v))
        part = "root" if v is self.root else "leaf" if kind == "parameter" else kind
        self._box(name, [*called, f"data {data}", f"grad {grad}"], part, kind=owner)

    def _operation(self, v: Value) -> None:
        name = self.names[id(v)]
        inner = self.units.get(id(v), v)
        symbol = TABLE[v.op].symbol
        if inner is not v:
            symbol += f"({TABLE[inner.op].symbol})"
        if id(v) in self.sums:
            symbol = TABLE["sum"].symbol
        room = text_width(symbol) + 16
        self._boxes[f"{name}-op"] = {
            "label": escaped(symbol), "shape": "circle" if room < 55 else "box",
            "width": f"{max(room, 32) / 72:.2f}", "height": "0.44", "fontcolor": colour("card"),
            "fillcolor": colour("ink"), "color": colour("ink"), "class": f"operation of-{name}",
        }  # fmt: skip
        self._edges.append((f"{name}-op", name, {**SPINE, "class": f"result of-{name}"}))
        operands = self._operands(v, inner)
        for k, edge in enumerate(operands):
            parent = edge.parent
            if id(parent) not in self.names:
                continue
            tail = self.names[id(parent)]
            if id(parent) in self.repeated:
                tail = f"{tail}-{name}-{k}"
                self._value(parent, tail)
            look = SPINE if id(parent) in self.spine else {}
            if self.gradients is None or parent.op == "constant":
                self._edges.append((tail, f"{name}-op", look))
            else:
                self._credit(tail, f"{name}-op", k, edge, look)
        if missing := sum(id(edge.parent) not in self.names for edge in operands):
            self._box(f"{name}-more", [f"… {missing} more"], "zero", style="rounded,dashed")
            self._edges.append((f"{name}-more", f"{name}-op", {"style": "dashed"}))

    def _operands(self, v: Value, inner: Value) -> list[Edge]:
        """Return the edges of an operation: of a unit those of its inputs, of a sum those of all its terms."""
        if id(v) in self.sums:
            *others, first = self.sums[id(v)]
            later = [self.shares[id(w)][1] for w in (first, *reversed(others))]
            return [self.shares[id(first)][0], *later]
        found = self.shares[id(inner)]
        n = len(found) // 2
        return found[n : 2 * n] if id(v) in self.units else found

    def _credit(self, tail: str, head: str, k: int, edge: Edge, look: dict[str, str]) -> None:
        """Draw an edge with a pill that says upstream × local = credit."""
        part, pill = sign_part(edge.credit), f"{head}-{k}"
        of = f"of-{head.removesuffix('-op')}-{k}"
        product = f"{significant(edge.upstream)} × {bracketed(significant(edge.local))}"
        lines = [product, f"= {significant(edge.credit, sign=True)}"]
        self._pill(pill, lines, part, kind=f"pill {of}")
        look = {"color": colour(part), "style": DASHES[part], "class": f"line {of}", **look}
        self._edges += [(tail, pill, {**look, "dir": "none"}), (pill, head, look)]

    def _pill(self, name: str, lines: Sequence[str], part: str, **given: str) -> None:
        self._box(name, lines, part, SMALL, fontsize=f"{SMALL:g}", fontcolor=colour(part), **given)

    # ---------------------------------------------------------------- legend

    def _legend(self) -> list[str]:
        """Say what the colours mean, in nodes of the same look; return their names."""
        found = {self.kinds[id(v)] for v in self.nodes if id(v) in self.kinds} - {"constant"}
        for kind in sorted(found) if len(found) > 1 else ():
            part = "leaf" if kind == "parameter" else kind
            self._box(f"legend-{kind}", [kind], part, SMALL, fontsize=f"{SMALL:g}")
        if self.gradients is not None:
            self._pill("legend-credit", ["upstream × local", "= credit"], "zero")
            for part, text in (("plus", "> 0"), ("minus", "< 0"), ("odd", "nan or ∞")):
                if any(colour(part) == look.get("color") for _, _, look in self._edges):
                    style = f"rounded,filled,{DASHES[part]}"
                    self._pill(f"legend-{part}", ["credit", text], part, style=style)
        return [name for name in self._boxes if name.startswith("legend-")]
