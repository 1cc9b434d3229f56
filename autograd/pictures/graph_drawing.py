"""`draw`: the picture of a computation graph, which becomes a page that recomputes where one asks for it."""

import warnings
from typing import get_args

from autograd.explanation.credit import expect_value
from autograd.notation import significant
from autograd.pictures.computation_graph import LABEL, MANY, ComputationGraph, Direction, nearest
from autograd.pictures.drawing import Drawing
from autograd.pictures.page import Live
from autograd.pictures.palette import Theme
from autograd.pictures.text import clean
from autograd.value import Value

FEW = 300  # nodes that are drawn without a warning
FOLDED = 10  # times as many as else, where they may be folded into fewer
MOST = 5000  # nodes that are drawn where they are asked for: more are drawn by no engine in time
LONGEST = 6000  # ranks that all edges may cross together: a layout takes a millisecond for each


def draw(
    root: Value,
    credit: bool = False,
    max_nodes: int | None = None,
    fold: bool = False,
    direction: Direction = "auto",
    theme: Theme = "auto",
    transparent: bool = False,
) -> "GraphDrawing":
    """Return the computation graph below a Value: its label, data and grad at each node, operations between.

    A node without a label is called by its formula, if that is short; a sum added from left to right is one
    operation. Before `backward`, "grad –" stands at the nodes.

    Args:
        root: the result.
        credit: whether every edge carries its credit, upstream × local, but those from constants; the gradients
            shown are then those of the root, whether or not `backward` was called.
        max_nodes: draw the part nearest to the root, at most so many Values, in a larger graph.
        fold: whether a unit of a network (w·x + b and the activation after it) is one node, its
            parameters left out.
        direction: "LR", from left to right; "TB", top down; or "auto": from left to right where that fits a page.
        theme: "light", "dark", or "auto": as the reader's system is.
        transparent: whether the picture has no ground of its own, for slides.

    Raises:
        TypeError: if root is not a Value.
        ValueError: if the graph has more than 1,000 nodes, those folded away not counted, and max_nodes is not given;
            if its edges are too long to be laid out;
            or max_nodes, the direction or the theme is none that there is.

    Warns:
        UserWarning: if it has more than 300: such a picture is slow to draw and hard to read.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b, credit=True)
    <Drawing: Computation graph>
    >>> draw(a * b).live()
    <Live: a × b>
    """
    expect_value("draw", root)
    if max_nodes is not None and not 1 <= max_nodes <= MOST:
        raise ValueError(f"max_nodes is from 1 to {MOST:,}; got {max_nodes:,}")
    if direction not in get_args(Direction):
        raise ValueError(f'a direction is "auto", "LR" or "TB"; got {direction!r}')
    nodes, complete = nearest(root, max_nodes or (FOLDED * MANY if fold else MANY))
    graph = (
        ComputationGraph(root, nodes, credit, fold, direction) if complete or max_nodes else None
    )
    if graph is None or (graph.count > MANY and max_nodes is None):
        raise ValueError(
            f"the graph has more than {MANY:,} nodes, too many to be read: draw(root, max_nodes=100) shows "
            "the part nearest to the root, print(tree(root)) the same as text"
        )
    source = graph.source
    if graph.span > LONGEST:
        raise ValueError(
            f"the edges of this graph of {graph.count:,} nodes are so long that no engine lays it out in time: "
            "draw(root, max_nodes=100) shows the part nearest to the root, fold=True the units of a network as one "
            "node each, print(tree(root)) the same as text"
        )
    if graph.count > FEW and max_nodes is None:
        warnings.warn(
            f"a graph of {graph.count} nodes is slow to draw and hard to read; draw(root, max_nodes=100) "
            "shows the part nearest to the root",
            stacklevel=2,
        )
    name = f" of {clean(root.label, LABEL)}" if root.label else ""
    extent = "" if complete else ", the part nearest to the root"
    desc = f"{graph.count} nodes{extent}; data {significant(root.data)} at the root."
    drawing = GraphDrawing(
        source, f"Computation graph{name}", desc, theme=theme, transparent=transparent
    )
    drawing.root = root
    return drawing


class GraphDrawing(Drawing):
    """The picture of a computation graph.

    Attributes:
        root: the result.
    """

    root: Value

    def live(self, lr: float = 0.1) -> Live:
        """Return the graph as a page that recomputes while one drags a leaf; see `autograd.live`."""
        from autograd.pictures.live.expression import live  # loaded where it is first asked for

        return live(self.root, lr)
