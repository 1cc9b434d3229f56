"""Pictures: DOT text that shows itself, and the computation graph of a Value."""

import itertools
import os
import warnings
from collections.abc import Mapping
from typing import Any

import graphviz

from autograd import render, svg
from autograd.labels import SIZE, clean, escaped, text_width
from autograd.notation import number
from autograd.primitives import TABLE
from autograd.reverse import gradients
from autograd.svg import DASHES, colour, sign_part
from autograd.value import Value

_displays = itertools.count(1)


class Drawing:
    """A picture as DOT text, which Graphviz draws.

    Args:
        source: the DOT text.
        title, desc: what a reader who cannot see the picture is told.
        pinned: whether the text says where everything stands, so that nothing is laid out.
    """

    def __init__(self, source: str, title: str, desc: str, pinned: bool = False) -> None:
        self.source = source
        self.title = title
        self.desc = desc
        self.pinned = pinned

    def svg(self, engine: str | None = None, prefix: str = "", css: str = "") -> str:
        """Return the picture as SVG: light or dark as the reader's system is, the same text every time.

        Args:
            engine: the program that draws; see render.find_engine.
            prefix: goes before every id; if not given, a digest of the picture.
            css: more rules for the picture, which they call `#ID`.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: as render.render.
        """
        prefix = prefix or svg.digest(self.source + self.title + self.desc)
        drawn = render.render(self.source, "svg", engine, self.pinned)
        return svg.finish(drawn, self.title, self.desc, prefix, css)

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the picture to a file, whole or not at all.

        Args:
            path: where to; its suffix says how: .svg, .png, .pdf or .gv (the DOT text).
            engine: the program that draws; see render.find_engine.

        Raises:
            ValueError: if the suffix is another.
            OSError: if the file cannot be written.
            FileNotFoundError, RuntimeError, TimeoutError: as render.render.
        """
        suffix = render.format_of(path)
        if suffix == "gv":
            content = self.source.encode()
        elif suffix == "svg":
            content = self.svg(engine).encode()
        else:
            content = render.render(self.source, suffix, engine, self.pinned)
        render.save(path, content)

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> Mapping[str, Any]:
        """Return the picture for Jupyter, with text beside it; if it cannot be drawn, the reason."""
        text = f"{self.title}\n{self.desc}"
        try:
            # cells of one page must not share ids, even where they show the same picture
            prefix = f"{svg.digest(self.source)}-{next(_displays)}"
            return {"image/svg+xml": self.svg(prefix=prefix), "text/plain": text}
        except Exception as error:
            return {"text/plain": f"{text}\n({error})"}


# ---------------------------------------------------------------- the computation graph

FEW, MANY = 300, 1000  # up to so many nodes a graph is drawn; drawn with a warning
_LABEL = 32  # characters of a label that are shown


def draw(
    root: Value, credit: bool = False, max_nodes: int | None = None, fold: bool = False
) -> Drawing:
    """Return the computation graph below a Value: its label, data and grad at each node, operations between.

    Args:
        root: the result.
        credit: whether every edge carries its credit, upstream × local; the gradients shown are then
            those of the root, whether or not `backward` was called.
        max_nodes: draw the part nearest to the root, at most so many Values, in a larger graph.
        fold: whether a unit of a network (w·x + b and the activation after it) is one node, its
            parameters left out.

    Raises:
        TypeError: if root is not a Value.
        ValueError: if the graph has more than 1,000 nodes and max_nodes is not given.

    Warns:
        UserWarning: if it has more than 300: such a picture is slow to draw and hard to read.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"draw takes a Value, the result of a computation, not {type(root).__name__}"
        )
    if max_nodes is not None and max_nodes < 1:
        raise ValueError(f"max_nodes is at least 1, but {max_nodes} was given")
    nodes, complete = _nearest(root, max_nodes or MANY)
    if not complete and max_nodes is None:
        raise ValueError(
            f"the graph has more than {MANY:,} nodes, too many to be read: draw(root, max_nodes=100) shows "
            "the part nearest to the root, print(tree(root)) the same as text"
        )
    if len(nodes) > FEW and max_nodes is None:
        warnings.warn(
            f"a graph of {len(nodes)} nodes is slow to draw and hard to read; draw(root, max_nodes=100) "
            "shows the part nearest to the root",
            stacklevel=2,
        )
    graph = _Graph(root, nodes, credit, fold)
    name = f" of {clean(root.label, _LABEL)}" if root.label else ""
    extent = "" if complete else ", the part nearest to the root"
    desc = f"{len(nodes)} nodes{extent}; data {number(root.data, 4)} at the root."
    return Drawing(graph.dot.source, f"Computation graph{name}", desc)


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


class _Graph:
    """The DOT text of the nodes kept."""

    def __init__(self, root: Value, nodes: list[Value], credit: bool, fold: bool) -> None:
        self.root = root
        self.names = {id(v): f"v{k}" for k, v in enumerate(nodes)}
        self.gradients = gradients(root) if credit else None
        self.repeated = _far_used(nodes)
        self.activations = _folded(nodes) if fold else {}
        self.dot = graphviz.Digraph(
            "computation",
            graph_attr={
                "rankdir": "LR", "ordering": "in", "nodesep": "0.16", "ranksep": "0.38",
                "bgcolor": colour("card"), "pad": "0.2",
            },
            node_attr={
                "shape": "box", "style": "rounded,filled", "fixedsize": "true", "height": "0.42",
                "fontname": "Helvetica", "fontsize": f"{SIZE:g}", "fontcolor": colour("ink"),
            },
            edge_attr={
                "color": colour("zero"), "arrowsize": "0.8", "fontname": "Helvetica-Bold", "fontsize": "12",
            },
        )  # fmt: skip
        skipped = {id(dot) for dot in self.activations.values()}
        hidden = {
            id(w)
            for dot in self.activations.values()
            for w in (
                *dot.parents[: len(dot.parents) // 2],
                *dot.parents[len(dot.parents) // 2 * 2 :],
            )
            if not w.op
        }
        for v in reversed(nodes):
            if id(v) not in skipped | hidden | self.repeated:
                self._value(v, self.names[id(v)])
        for v in reversed(nodes):
            if v.parents and id(v) not in skipped:
                self._operation(v)

    def _grad(self, v: Value) -> float:
        return v.grad if self.gradients is None else self.gradients.get(id(v), 0.0)

    def _value(self, v: Value, name: str) -> None:
        cells = [clean(v.label, _LABEL)] if v.label else []
        part, style = ("unit", "rounded,filled") if v.op else ("leaf", "rounded,filled")
        if v is self.root:
            part = "root"
        if v.op == "constant":
            part, style = "zero", "rounded,filled,dashed"
            cells.append(f"constant {number(v.data, 4)}")
        else:
            cells += [f"data {number(v.data, 4)}", f"grad {number(self._grad(v), 4)}"]
        text = "  │  ".join(cells)
        self.dot.node(
            name, escaped(text, 200), width=f"{(text_width(text) + 22) / 72:.2f}", style=style,
            color=colour("muted" if part == "unit" else part),
            fillcolor=colour(part if part == "unit" else f"{part} fill"),
        )  # fmt: skip

    def _operation(self, v: Value) -> None:
        name = self.names[id(v)]
        row, inner = TABLE[v.op], self.activations.get(id(v), v)
        symbol = row.symbol if inner is v else f"{row.symbol}({TABLE[inner.op].symbol})"
        room = text_width(symbol) + 16
        round_one = (
            {"shape": "circle", "width": "0.5"} if room < 44 else {"width": f"{room / 72:.2f}"}
        )
        self.dot.node(
            f"{name}-op", escaped(symbol), fontcolor=colour("card"), fillcolor=colour("ink"),
            color=colour("ink"), **round_one,
        )  # fmt: skip
        self.dot.edge(f"{name}-op", name)
        operands = list(zip(inner.parents, inner.partials))
        if inner is not v:
            operands = operands[len(operands) // 2 : len(operands) // 2 * 2]
        missing = 0
        for k, (parent, local) in enumerate(operands):
            if id(parent) not in self.names:
                missing += 1
                continue
            tail = self.names[id(parent)]
            if id(parent) in self.repeated:
                tail = f"{tail}-{name}-{k}"
                self._value(parent, tail)
            self.dot.edge(tail, f"{name}-op", **self._credit(inner, local))
        if missing:
            text = f"… {missing} more"
            self.dot.node(
                f"{name}-more", text, style="rounded,dashed", color=colour("zero"),
                fontcolor=colour("muted"), width=f"{(text_width(text) + 16) / 72:.2f}",
            )  # fmt: skip
            self.dot.edge(f"{name}-more", f"{name}-op", style="dashed")

    def _credit(self, child: Value, local: float) -> dict[str, str]:
        if self.gradients is None:
            return {}
        upstream = self.gradients.get(id(child))
        # a branch that `where` did not take has no share, whatever 0 × inf would say
        share = 0.0 if upstream is None or (child.op == "where" and not local) else upstream * local
        text = f"{number(upstream or 0.0)} × {number(local)} = {number(share, sign=True)}"
        part = sign_part(share)
        return {
            "label": escaped(f" {text} "),
            "fontcolor": colour(part),
            "color": colour(part),
            "style": DASHES[part],
        }


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


def _folded(nodes: list[Value]) -> dict[int, Value]:
    """Return for each activation of a unit the dot below it that nothing else uses."""
    uses: dict[int, int] = {}
    for v in nodes:
        for parent in v.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    return {
        id(v): v.parents[0]
        for v in nodes
        if len(v.parents) == 1 and v.parents[0].op == "dot" and uses[id(v.parents[0])] == 1
    }
