"""Pictures: DOT text that shows itself, and the computation graph of a Value."""

import itertools
import os
import warnings
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from autograd import render, svg
from autograd.computation_graph import LABEL, ComputationGraph
from autograd.explanation import expect_value
from autograd.labels import clean
from autograd.notation import number
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
        self.title = clean(title, 200)
        self.desc = clean(desc, 1000)
        self.pinned = pinned

    def svg(self, engine: str | None = None, prefix: str = "", css: str = "") -> str:
        """Return the picture as SVG: light or dark as the reader's system is, the same text every time.

        Args:
            engine: the program that draws; see render.find_engine.
            prefix: the picture's id; if not given, a digest of it.
            css: more rules for the picture, which they call `#ID`.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: as render.render.
        """
        prefix = prefix or svg.digest(self.source + self.title + self.desc)
        drawn = render.render(self.source, "svg", engine, self.pinned)
        try:
            return svg.finish(drawn, self.title, self.desc, prefix, css)
        except ElementTree.ParseError as error:
            raise render.RenderError(
                f"the engine printed no SVG ({error}); the DOT text is in .source"
            ) from None

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
FOLDED = 10  # times as many, where they may be folded into fewer


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
    return Drawing(graph.source, f"Computation graph{name}", desc)


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
