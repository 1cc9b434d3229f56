"""The credit graph of an example as a Drawing: every unit with its a, z and δ, every weight with its credit δ·z."""

from itertools import pairwise
from typing import get_args

from autograd.notation import bracketed, shown
from autograd.pictures.canvas import Point
from autograd.pictures.drawing import Drawing
from autograd.pictures.palette import Theme
from autograd.pictures.text import SIZE, fitting, text_width
from autograd.progress import patience
from nn.arguments import expect, is_sequence
from nn.credit.assignment import Assignment
from nn.credit.parts import Key
from nn.credit.pictures.graph import LARGEST
from nn.credit.pictures.layout import LEGEND, MARGIN
from nn.credit.pictures.legend import footer, legend
from nn.credit.pictures.units.unit_graph import kinds
from nn.credit.pictures.words import BLANK, Show
from nn.credit.telling.derivation import slope_of
from nn.credit.telling.lit import lit
from nn.credit.telling.phrases import formula
from nn.credit.telling.ways import Ways

WIDEST = 1150.0  # points that a heading may take: more would make the rest too small


def credit_drawing(
    credit: Assignment,
    path: Key | None = None,
    show: Show = "both",
    theme: Theme = "auto",
    transparent: bool = False,
) -> Drawing:
    """Return the credit graph of one example; of a large network the first and the last units and layers.

    Args:
        credit: what `assign_credit` found.
        path: an edge (source, target) whose way back to the error is lit; a bias is (None, target).
        show: "forward" the activations, "backward" the errors and credits, "both", or "blank" to be filled in.
        theme, transparent: as for `autograd.draw`.

    Raises:
        KeyError: if there is no such edge.
        ValueError: if there is no such thing to show, or no way back in it.
    """
    pair = path is None or (is_sequence(path) and len(path) in (2, 3))
    expect(pair, "a path is the edge (source, target) at its end", path)
    if show not in get_args(Show):
        raise ValueError(f'show is "forward", "backward", "both" or "blank"; got {show!r}')
    if path is not None and show in ("forward", "blank"):
        raise ValueError(
            f'a path is the way of an error: show is "both" or "backward"; got {show!r}'
        )
    loss, aside, back = _loss(credit, show), "", frozenset[Key]()
    if path is None:
        kind = credit.total or show
        title, below, rule = f"{_TITLES[kind]}, {credit.title}", "", _RULES[kind]
        if credit.names.sign < 0.0:
            rule = rule.replace("credit = error", "credit = minus the error")
        subtitle = rule if show == "forward" else f"{loss} · {rule}"
        nodes, edges = frozenset[int](), frozenset[Key]()
    else:
        title = f"Who is responsible for {credit.edges[path].name}?"
        below = "" if credit.total else product(credit, path)
        subtitle, aside = _way(credit, path), loss
        nodes, edges = lit(credit, path)
        back = edges - {path}
    title, subtitle = fitting(title, WIDEST, 20, bold=True), fitting(subtitle, WIDEST)
    # titles come out narrower than estimated, formulas do not
    heading = 0.92 * max(text_width(title, 20, bold=True), text_width(subtitle))
    footing = 1.05 * text_width(below) + text_width(aside, LEGEND) + 20.0 * bool(aside)
    arrange, draw = kinds(credit)
    width = max(heading, footing) + 2 * MARGIN
    with patience("drawing"):
        layout = arrange(credit, width, path=path, show=show, back=back)
        if path is None:  # in a folded graph an edge may stand for others
            nodes, edges = frozenset(layout.credit.nodes), frozenset(layout.credit.edges)
        marks = edges if path else frozenset[Key]()
        graph = draw(layout, nodes, edges, path, marks, largest=LARGEST)
    graph.canvas.text(Point(MARGIN, 30), title, size=20, bold=True, anchor="start")
    graph.canvas.text(Point(MARGIN, 55), subtitle, "muted", size=SIZE, anchor="start")
    if path is None:
        legend(graph)
    else:
        footer(graph, below, aside)
    told = f"{credit.title}, to be worked out." if show == "blank" else description(credit)
    return Drawing(graph.canvas.source, title, told, True, theme, transparent)


_TITLES = {
    "both": "Credit assignment", "forward": "Forward", "backward": "Backward", "blank": "Credit assignment",
    "Σ": "Credit of a batch", "mean ": "Credit of a batch",
}  # fmt: skip
_RULE = "every weight’s credit = error at its head × activation at its tail"
_RULES = {
    "both": _RULE, "blank": _RULE, "backward": _RULE, "Σ": "every number is the sum over the examples",
    "mean ": "every number is the mean over the examples",
    "forward": "every unit sums weight × activation over the edges into it, and applies its function",
}  # fmt: skip


def description(credit: Assignment) -> str:
    """Return the picture in words."""
    loss = f"{credit.loss_name} {credit.names.loss} = {formula(credit)} = {shown(credit.loss, 4)}"
    known = [e for e in credit.edges.values() if e.credit == e.credit]
    largest = sorted(known, key=lambda e: -abs(e.credit))[:8]
    most = ", ".join(f"{e.name} {shown(e.credit, sign=True)}" for e in largest)
    return (
        f"{credit.title}, {loss}. The largest of {len(credit.edges):,} credits: {most or 'none'}."
    )


def _loss(credit: Assignment, show: Show) -> str:
    """Return the loss with its name, its formula and its number."""
    name = credit.loss_name[:1].upper() + credit.loss_name[1:]
    called = formula(credit)
    equals = "" if called == credit.loss_name else f"{called} = "
    return f"{name}: {credit.names.loss} = {equals}{BLANK if show == 'blank' else shown(credit.loss, 3)}"


def _way(credit: Assignment, path: Key) -> str:
    """Return in words how the error comes to an edge."""
    target = path[1]
    edge = credit.edges[path]
    delta, z = edge.delta_name.removeprefix("−"), edge.z_name
    credit_is = f"credit = {credit.total}{edge.delta_name}·{z}"
    if target in credit.outputs:
        return f"The error {delta} (◄) meets {z} (►) on the edge: {credit_is}"
    first, last = (credit.names.delta(credit.outputs[k]) for k in (0, -1))
    start = f"The errors {first} {'and' if len(credit.outputs) == 2 else 'to'} {last} flow"
    if len(credit.outputs) == 1:
        start = f"The error {first} flows"
    return f"{start} back (◄) to become {delta}, which meets {z} (►) on the edge: {credit_is}"


def product(credit: Assignment, path: Key) -> str:
    """Return the credit of an edge as a product: from the output on if the error comes by one way only.

    Where it comes by a few ways, their sum is written out; where it comes by many, δ stands for it.
    """
    edge, head = credit.edges[path], credit.nodes[path[1]]
    z, minus = edge.z_name, edge.names.minus
    result = shown(edge.credit, 3, sign=True)
    if not credit.layers:
        text = f"{edge.delta_name}·{z} = {bracketed(shown(edge.delta, 4))}·{bracketed(shown(edge.z, 4))} = {result}"
        shared = credit.weights.get(edge.parameter)
        if shared is None or len(shared.uses) == 1:
            return text
        total = shown(shared.credit, 3, sign=True)
        return f"{text};  {edge.names.gradient(shared.name)}, the sum over {len(shared.uses)} uses, = {total}"
    behind = credit.layers[head.layer + 1 :]
    if behind and 1 < len(behind[0]) <= 3:
        line = Ways(credit).line(head)
        return f"{minus}{line.symbols}·{z} = {minus}{line.numbers}·{bracketed(shown(edge.z, 4))} = {result}"
    way = [edge.target]
    if all(len(layer) == 1 for layer in behind):
        way = [*(layer[0] for layer in reversed(behind)), edge.target]
    last = credit.nodes[way[0]]
    factors = [(f"{minus}{last.delta_name}", shown(last.delta or 0.0, sign=True))]
    for k, i in pairwise(way):
        node, weight = credit.nodes[i], credit.edges[i, k]
        factors.append((weight.name, shown(weight.weight)))
        if (slope := slope_of(node)) is not None:
            factors.append((slope[0], shown(slope[1])))
    symbols, numbers = zip(*factors, (z, shown(edge.z)))
    return f"{'·'.join(symbols)} = {' · '.join(map(bracketed, numbers))} = {result}"
