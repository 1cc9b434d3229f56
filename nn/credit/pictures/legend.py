"""What stands below a credit graph: what colour, dash and width mean, and a formula."""

from autograd.notation import shown
from autograd.pictures.canvas import Curve, Point
from autograd.pictures.palette import DASHES
from autograd.pictures.text import SIZE, text_width
from nn.credit.pictures.graph import FLOOR, CreditGraph
from nn.credit.pictures.layout import LEGEND, MARGIN


def legend(graph: CreditGraph) -> None:
    """Say what colour, dash and width mean, in the lower corners; at the right the rule."""
    show, credit, names = graph.words.show, graph.credit, graph.credit.names
    by_weight = names.gradient(names.weight("i", "j"))
    rule = f"{by_weight} = {credit.total}{names.credit()}"
    if show == "forward":
        rule = names.sum("j", bool(graph.layout.biases))
    if show == "blank":
        footer(graph, rule)
        return
    canvas, x, y = graph.canvas, MARGIN, graph.layout.height - 26
    found = {graph.part(graph.words.flow(edge)) for edge in credit.edges.values()}
    called = (
        credit.nodes[i].name if isinstance(i, int) else credit.edges[i].name
        for i in graph.began[:3]
    )
    where = f", from {' '.join(called)}" if graph.began else ""
    told = names.passed if show == "forward" else f"credit {names.gradient(names.letter('weight'))}"
    for part, text in (
        ("plus", f"{told} > 0 (solid)"),
        ("minus", "< 0 (dashed)"),
        ("zero", "0"),
        ("odd", f"nan or ∞ (dotted){where}"),
    ):
        if part in ("plus", "minus") or part in found:
            middle = Point(x + 19, y)
            line = Curve((Point(x, y), middle, middle, Point(x + 38, y)))
            width = 1.2 if part == "zero" else 4.0
            canvas.curve(line, part=part, width=width, style=DASHES[part])
            canvas.text(Point(x + 46, y), text, "muted", size=LEGEND, anchor="start")
            x += 62 + 0.92 * text_width(text, LEGEND)
    thickest = _thickest(graph)
    canvas.text(Point(x, y), thickest, "muted", size=LEGEND, anchor="start")
    end = x + text_width(thickest, LEGEND) + MARGIN + text_width(rule, SIZE)
    if end < graph.layout.width - MARGIN:  # else the heading says it
        footer(graph, rule)


def _thickest(graph: CreditGraph) -> str:
    names = graph.credit.names
    what = f"|{names.passed if graph.words.show == 'forward' else names.product.lstrip('−')}|"
    if graph.largest < FLOOR:
        return f"{what} below {shown(FLOOR)}: thin"
    return f"width by {what}, thickest = {shown(graph.largest)}"


def footer(graph: CreditGraph, text: str, aside: str = "") -> None:
    """Write a formula into the right corner, and something beside it into the left."""
    y = graph.layout.height - 26
    place = Point(graph.layout.width - MARGIN, y)
    graph.canvas.text(place, text, size=SIZE + 0.5, anchor="end")
    if aside:
        graph.canvas.text(Point(MARGIN, y), aside, "muted", size=LEGEND, anchor="start")
