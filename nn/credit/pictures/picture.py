"""The credit graph of an example as a Drawing: every unit with its a, z and δ, every weight with its credit δ·z."""

from itertools import pairwise

from autograd.notation import shown, subscript
from autograd.pictures.canvas import Point
from autograd.pictures.drawing import Drawing
from autograd.pictures.text import SIZE, fitting, text_width
from nn.credit.assignment import Assignment, Key
from nn.credit.derivation import delta_line, slope_symbol
from nn.credit.pictures.graph import CreditGraph
from nn.credit.pictures.layout import MARGIN, Layout
from nn.credit.story import lit

WIDEST = 1150.0  # points that a heading may take: more would make the rest too small


def credit_drawing(credit: Assignment, path: Key | None = None) -> Drawing:
    """Return the credit graph of one example; of a large network the first and the last units and layers.

    Args:
        credit: what `assign_credit` found.
        path: an edge (source, target) whose way back to the error is lit; a bias is (None, target).

    Raises:
        KeyError: if there is no such edge.
    """
    if path is None:
        title, subtitle, formula = f"Credit assignment, {credit.title}", _rule(credit), ""
        nodes, edges = frozenset(credit.nodes), frozenset(credit.edges)
    else:
        title = f"Who is responsible for {credit.edge(*path).name}?"
        subtitle, formula = _way(credit, path), product(credit, path)
        nodes, edges = lit(credit, path)
    title, subtitle = fitting(title, WIDEST, 20, bold=True), fitting(subtitle, WIDEST)
    # titles come out narrower than estimated, formulas do not
    heading = 0.92 * max(text_width(title, 20, bold=True), text_width(subtitle))
    layout = Layout(credit, max(heading, 1.05 * text_width(formula)) + 2 * MARGIN, path=path)
    graph = CreditGraph(layout, nodes, edges, path, edges if path else frozenset())
    graph.canvas.text(Point(MARGIN, 30), title, size=20, bold=True, anchor="start")
    graph.canvas.text(Point(MARGIN, 55), subtitle, "muted", size=SIZE, anchor="start")
    if path is None:
        graph.legend()
    else:
        graph.footer(formula)
    return Drawing(graph.canvas.source, title, description(credit), pinned=True)


def description(credit: Assignment) -> str:
    """Return the picture in words."""
    loss = f"{credit.loss_name} L = {credit.loss_formula} = {shown(credit.loss, 4)}"
    known = [e for e in credit.edges.values() if e.credit == e.credit]
    largest = sorted(known, key=lambda e: -abs(e.credit))[:8]
    most = ", ".join(f"{e.name} {shown(e.credit, sign=True)}" for e in largest)
    return (
        f"{credit.title}, {loss}. The largest of {len(credit.edges):,} credits: {most or 'none'}."
    )


def _rule(credit: Assignment) -> str:
    name = credit.loss_name[:1].upper() + credit.loss_name[1:]
    formula = "" if credit.loss_formula == credit.loss_name else f"{credit.loss_formula} = "
    return (
        f"{name}: L = {formula}{shown(credit.loss, 3)} · "
        "every weight’s credit = error at its head × activation at its tail"
    )


def _way(credit: Assignment, path: Key) -> str:
    """Return in words how the error comes to an edge."""
    target = path[1]
    delta = f"δ{subscript(target)}"
    z = credit.edges[path].z_name
    credit_is = f"credit = {delta}·{z}"
    outputs = credit.layers[-1]
    if target in outputs:
        return f"The error {delta} (◄) meets {z} (►) on the edge: {credit_is}"
    if len(outputs) == 1:
        start = f"The error δ{subscript(outputs[0])} flows"
    else:
        to = "and" if len(outputs) == 2 else "to"
        start = f"The errors δ{subscript(outputs[0])} {to} δ{subscript(outputs[-1])} flow"
    return f"{start} back (◄) to become {delta}, which meets {z} (►) on the edge: {credit_is}"


def product(credit: Assignment, path: Key) -> str:
    """Return the credit of an edge as a product: from the output on if the error comes by one way only.

    Where it comes by a few ways, their sum is written out; where it comes by many, δ stands for it.
    """
    edge, head = credit.edges[path], credit.nodes[path[1]]
    z = edge.z_name
    result = shown(edge.credit, 3, sign=True)
    behind = credit.layers[head.layer + 1 :]
    if behind and 1 < len(behind[0]) <= 3:
        line = delta_line(credit, head)
        return f"{line.symbols}·{z} = {line.numbers}·{shown(edge.z, 4)} = {result}"
    way = [edge.target]
    if all(len(layer) == 1 for layer in behind):
        way = [*(layer[0] for layer in reversed(behind)), edge.target]
    factors = [(f"δ{subscript(way[0])}", shown(credit.nodes[way[0]].delta or 0.0, sign=True))]
    for k, i in pairwise(way):
        node, weight = credit.nodes[i], credit.edges[i, k]
        factors.append((weight.name, shown(weight.weight)))
        slope = slope_symbol(credit.activations[node.layer - 1], i)
        if slope and node.slope is not None:
            factors.append((slope, shown(node.slope)))
    symbols, numbers = zip(*factors, (z, shown(edge.z)))
    return f"{'·'.join(symbols)} = {' · '.join(numbers)} = {result}"
