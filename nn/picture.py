"""The credit graph: every unit with its a, z and δ, every weight with its credit δ·z."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd.drawing import Drawing
from autograd.labels import SIZE, text_width
from autograd.notation import number, subscript
from autograd.svg import DASHES, sign_part
from nn.canvas import Canvas, Curve, Point
from nn.derivation import slope_symbol
from nn.layout import MARGIN, SMALLER, Layout, input_line, pill_lines, unit_lines

if TYPE_CHECKING:
    from nn.credit import Credit, Edge, Key, Node

DIM = 0.3  # how much is left of what a lit path leaves aside


def lit(credit: "Credit", path: "Key") -> "tuple[set[int], set[Key]]":
    """Return the nodes and the edges by which the error reaches an edge, and the activation that meets it."""
    source, target = path
    nodes = {target} if source is None else {source, target}
    edges = {path}
    heads = [target]
    for layer in credit.layers[credit.nodes[target].layer + 1 :]:
        edges |= {(i, j) for i in heads for j in layer}
        nodes |= set(layer)
        heads = layer
    return nodes, edges


def credit_drawing(credit: "Credit", path: "Key | None" = None) -> Drawing:
    """Return the credit graph of one example.

    Args:
        credit: what `assign_credit` found.
        path: an edge (source, target) whose way back to the error is lit; a bias is (None, target).

    Raises:
        KeyError: if there is no such edge.
    """
    if path is not None:
        credit.edge(*path)
    picture = _Picture(credit, path)
    return Drawing(picture.draw().source, picture.title, description(credit), pinned=True)


def description(credit: "Credit") -> str:
    """Return the picture in words."""
    loss = f"{credit.loss_name} L = {credit.loss_formula} = {number(credit.loss, 4)}"
    edges = sorted(
        credit.edges.values(), key=lambda e: -abs(e.credit) if e.credit == e.credit else 0.0
    )
    most = ", ".join(f"{e.name} {number(e.credit, sign=True)}" for e in edges[:8])
    return f"{credit.title}, {loss}. The largest credits of {len(edges)}: {most}."


class _Picture:
    def __init__(self, credit: "Credit", path: "Key | None") -> None:
        self.credit = credit
        self.path = path
        self.nodes, self.edges = (
            lit(credit, path) if path else (set(credit.nodes), set(credit.edges))
        )
        self.title, self.subtitle = self._headings()
        self.layout = Layout(credit, text_width(self.subtitle) * 0.92 + 2 * MARGIN)
        self.canvas = Canvas(self.layout.width, self.layout.height)
        sizes = [abs(e.credit) for e in credit.edges.values() if math.isfinite(e.credit)]
        self.largest = max(sizes, default=0.0)

    def _headings(self) -> tuple[str, str]:
        credit = self.credit
        if self.path is None:
            name = credit.loss_name[:1].upper() + credit.loss_name[1:]
            loss = f"{name}: L = {credit.loss_formula} = {number(credit.loss, 3)}"
            if credit.loss_formula == credit.loss_name:
                loss = f"{name}: L = {number(credit.loss, 3)}"
            rule = "every weight’s credit = error at its head × activation at its tail"
            return f"Credit assignment, {credit.title}", f"{loss} · {rule}"
        edge = credit.edge(*self.path)
        head = credit.nodes[edge.target]
        delta = f"δ{subscript(edge.target)}"
        met = "1" if edge.source is None else f"z{subscript(edge.source)} (►)"
        last = len(credit.layers) - 1
        if head.layer == last:
            way = f"The error {delta} (◄) meets {met} on the edge"
        else:
            errors = "error " if len(credit.layers[last]) == 1 else "errors "
            start = errors + ", ".join(f"δ{subscript(k)}" for k in credit.layers[last][:3])
            way = f"The {start} flows back (◄) to become {delta}; it meets {met} on the edge"
            if errors == "errors ":
                way = way.replace("flows", "flow").replace("; it meets", ", which meets")
        product = delta if edge.source is None else f"{delta}·z{subscript(edge.source)}"
        return f"Who is responsible for {edge.name}?", f"{way}: credit = {product}"

    def fade(self, item: "int | Key") -> float:
        return 1.0 if item in self.nodes or item in self.edges else DIM

    def draw(self) -> Canvas:
        canvas, credit = self.canvas, self.credit
        # what lies below comes first: the rest, then the lit path
        for key in sorted(credit.edges, key=lambda key: key in self.edges):
            self._edge(credit.edges[key])
        if self.path:
            for key in self.edges:
                self._marks(key)
        for layer, p in self.layout.biases.items():
            self._bias(layer, p)
        for node in credit.nodes.values():
            self._unit(node)
        for edge in credit.edges.values():
            self._pill(edge)
        canvas.text(Point(MARGIN, 30), self.title, size=20, bold=True, anchor="start")
        canvas.text(Point(MARGIN, 55), self.subtitle, "muted", anchor="start")
        self._legend()
        return canvas

    # ---------------------------------------------------------------- edges

    def _width(self, edge: "Edge") -> float:
        if not math.isfinite(edge.credit):
            return 3.0
        share = abs(edge.credit) / self.largest if self.largest else 0.0
        return 1.2 + share * (5.6 if self.layout.style.pill[1] else 5.0)

    def _curves(self, key: "Key") -> list[Curve]:
        return [c for c in (self.layout.tails.get(key), self.layout.heads[key]) if c is not None]

    def _edge(self, edge: "Edge") -> None:
        key = edge.source, edge.target
        colour, width, fade = sign_part(edge.credit), self._width(edge), self.fade(key)
        if (
            not self.layout.tails
            and self.path is None
            and self.largest
            and math.isfinite(edge.credit)
        ):
            share = (
                abs(edge.credit) / self.largest
            )  # of a pattern, only the large credits stand out
            fade = next(
                f
                for limit, f in ((0.5, 1.0), (0.25, 0.8), (0.1, 0.65), (0.03, 0.5), (-1.0, 0.3))
                if share > limit
            )
        if self.path and key in self.edges:
            for curve in self._curves(key):
                self.canvas.curve(curve, "halo", width + 9.0)
        told = f"{edge.name} = {number(edge.weight)}, credit {number(edge.credit, 4, sign=True)}"
        curves = self._curves(key)
        if self.layout.tails:
            head, size = curves[-1], 8.5 + width
            short = head.until(1.0 - 0.8 * size / math.dist(head.points[0], head.points[3]))
            curves[-1] = short
            angle = math.atan2(
                head.points[3].y - short.points[3].y, head.points[3].x - short.points[3].x
            )
            self.canvas.arrowhead(head.points[3], angle, colour, size, fade=fade)
        for curve in curves:
            self.canvas.curve(
                curve,
                colour,
                width,
                style=DASHES[colour],
                fade=fade,
                edgetooltip=told,
                tooltip=told,
            )

    def _marks(self, key: "Key") -> None:
        """Mark which way the numbers travel: δ back from the head, z forward from the tail."""
        head = self.layout.heads[key]
        backward: list[Curve] = [head]
        forward: list[Curve] = []
        if self.layout.tails:
            (forward if key == self.path else backward).append(self.layout.tails[key])
        for curve in backward:
            for t in (0.3, 0.6):
                self._mark(curve, t, math.pi)
        for curve in forward:
            for t in (0.45, 0.78):
                self._mark(curve, t, 0.0)
        if key == self.path and forward:
            edge = self.credit.edges[key]
            z = "1" if edge.source is None else f"z{subscript(edge.source)}"
            self._beside(forward[0], z, 0.5)
            self._beside(head, f"δ{subscript(edge.target)}", 0.35)

    def _mark(self, curve: Curve, t: float, turn: float) -> None:
        heading, p = curve.heading(t) + turn, curve.at(t)
        tip = Point(p.x + 7 * math.cos(heading), p.y + 7 * math.sin(heading))
        self.canvas.arrowhead(tip, heading, "ink", 15.0, outline="card")

    def _beside(self, curve: Curve, text: str, t: float) -> None:
        p, heading = curve.at(t), curve.heading(t)
        side = Point(math.sin(heading), -math.cos(heading))  # the left hand of who walks along
        self.canvas.text(Point(p.x + 18 * side.x, p.y + 18 * side.y), text, bold=True, italic=True)

    def _pill(self, edge: "Edge") -> None:
        key = edge.source, edge.target
        if key not in self.layout.pills:
            return
        p, colour, fade = self.layout.pills[key], sign_part(edge.credit), self.fade(key)
        width = self.layout.pill_widths[self.credit.nodes[edge.target].layer]
        self.canvas.pill(
            p, width, self.layout.style.pill[1], colour, fade=fade,
            tooltip=f"{edge.name} = {number(edge.weight)}, credit {number(edge.credit, 4, sign=True)}",
        )  # fmt: skip
        *above, credit = pill_lines(edge, self.layout.shows)
        size = SMALLER.get(self.layout.shows, SIZE)
        down = 9.0 if above else 0.0
        for line in above:
            self.canvas.text(Point(p.x, p.y - down), line, fade=fade)
        self.canvas.text(Point(p.x, p.y + down), credit, colour, size=size, bold=True, fade=fade)

    # ---------------------------------------------------------------- units

    def _unit(self, node: "Node") -> None:
        canvas, style, p, fade = (
            self.canvas,
            self.layout.style,
            self.layout.units[node.index],
            self.fade(node.index),
        )
        pen = 3.0 if self.path and fade == 1.0 else 1.6
        canvas.circle(p, style.radius, pen=pen, fade=fade)
        canvas.text(p, str(node.index), size=style.number, bold=True, fade=fade)
        if node.delta is None:
            place = Point(p.x - style.radius - 10, p.y)
            canvas.text(
                place,
                input_line(node, self.layout.shows),
                size=style.small,
                anchor="end",
                fade=fade,
            )
            return
        name = "" if self.layout.shows == "pattern" else f"δ{subscript(node.index)} = "
        text = name + number(node.delta, sign=True)
        near = self.layout.shows == "pattern"
        place = Point(p.x + 6.0 * (not near), p.y - style.radius - (9.0 if near else 17.0))
        width = text_width(text, style.small, bold=True) + 12
        colour = sign_part(node.delta)
        canvas.pill(place, width, style.small + 9, colour, fade=fade)
        canvas.text(place, text, colour, size=style.small, bold=True, fade=fade)
        for k, line in enumerate(unit_lines(self.credit, node, self.layout.shows)):
            place = Point(p.x, p.y + style.radius + 15 + k * (style.small + 4))
            shade = "muted" if line.startswith("target") else "ink"
            canvas.text(place, line, shade, size=style.small, fade=fade)

    def _bias(self, layer: int, p: Point) -> None:
        fade = 1.0 if any(self.fade((None, j)) == 1.0 for j in self.credit.layers[layer]) else DIM
        self.canvas.circle(p, self.layout.style.radius / 2, fade=fade)
        self.canvas.text(p, "1", size=self.layout.style.small, italic=True, fade=fade)

    # ---------------------------------------------------------------- legend

    def _legend(self) -> None:
        canvas, y = self.canvas, self.layout.height - 26
        if self.path:
            canvas.text(
                Point(self.layout.width - MARGIN, y), self.product(), size=14.5, anchor="end"
            )
            return
        found = {sign_part(edge.credit) for edge in self.credit.edges.values()}
        x = MARGIN
        for colour, text, always in (
            ("plus", "credit ∂L/∂w > 0 (solid)", True),
            ("minus", "< 0 (dashed)", True),
            ("zero", "0", False),
            ("odd", "nan or ∞ (dotted)", False),
        ):
            if not always and colour not in found:
                continue
            line = _line(Point(x, y), Point(x + 38, y))
            canvas.curve(line, colour, 1.2 if colour == "zero" else 4.0, style=DASHES[colour])
            canvas.text(Point(x + 46, y), text, "muted", size=13, anchor="start")
            x += 46 + 0.92 * text_width(text, 13) + 16
        canvas.text(Point(x, y), "width by |δ·z|", "muted", size=13, anchor="start")
        canvas.text(
            Point(self.layout.width - MARGIN, y), "∂L/∂wᵢ⇝ⱼ = δⱼ·zᵢ", size=14.5, anchor="end"
        )

    def product(self) -> str:
        """Return the credit of the lit edge as a product: from the output on, if there is one way only."""
        assert self.path is not None
        credit, edge = self.credit, self.credit.edge(*self.path)
        behind = credit.layers[credit.nodes[edge.target].layer + 1 :]
        start = (
            behind[-1][0] if behind and all(len(layer) == 1 for layer in behind) else edge.target
        )
        symbols = [f"δ{subscript(start)}"]
        delta = credit.nodes[start].delta
        assert delta is not None
        numbers = [number(delta, sign=True)]
        way = (
            [layer[0] for layer in reversed(behind)] + [edge.target] if start != edge.target else []
        )
        for head, tail in pairwise(way):
            node, weight = credit.nodes[tail], credit.edges[tail, head]
            symbols.append(weight.name)
            numbers.append(number(weight.weight))
            slope = slope_symbol(credit.activations[node.layer - 1], tail)
            if slope and node.slope is not None:
                symbols.append(slope)
                numbers.append(number(node.slope))
        if edge.source is not None:
            symbols.append(f"z{subscript(edge.source)}")
            numbers.append(number(edge.z))
        return f"{'·'.join(symbols)} = {' · '.join(numbers)} = {number(edge.credit, 3, sign=True)}"


def _line(a: Point, b: Point) -> Curve:
    return Curve((a, Point((2 * a.x + b.x) / 3, a.y), Point((a.x + 2 * b.x) / 3, b.y), b))
