"""The parts of a credit graph on their canvas: edges with their pills, units, what marks a lit path, the legend."""

import math
from collections.abc import Set

from autograd.notation import shown, subscript
from autograd.pictures.canvas import Canvas, Curve, Point
from autograd.pictures.palette import DASHES, sign_part
from autograd.pictures.text import SIZE, text_width
from nn.credit.assignment import Edge, Key, Node
from nn.credit.pictures.layout import (
    MARGIN,
    OUTPUT_SHIFT,
    Layout,
    input_line,
    pill_lines,
    unit_lines,
    weight_line,
)

DIM = 0.3  # how much is left of what a lit path leaves aside
# Of a pattern, only the large credits stand out: how much is left of an edge whose share is above a limit.
_FADES = ((0.5, 1.0), (0.25, 0.8), (0.1, 0.65), (0.03, 0.5), (-1.0, 0.3))


def owner(item: int | Key) -> str:
    """Return the name of a node or an edge in the classes of the SVG: 1, 5-1, b-1."""
    if isinstance(item, int):
        return str(item)
    source, target = item
    return f"{'b' if source is None else source}-{target}"


class CreditGraph:
    """Draws a credit graph on a canvas.

    Each part has two classes in the SVG: its kind (line, pill, weight, credit, unit, a, z, target, delta, bias; of
    the marks halo, forward, back, return, meet) and `of-` with its owner (see `owner`).

    Args:
        layout: what there is, and where it stands.
        nodes, edges: what is lit; the rest is dimmed.
        path: the edge on which error and activation meet.
        marks: the edges that get marks, because they are lit, or may be lit later.
        joined: whether edges into a layer that look alike are one part, without tooltips, in far fewer bytes;
            there must be no pills.
        waiting: whether a pill with room for one line has two at the same place, its weight and its credit: whoever
            shows the picture hides the one or the other.
    """

    def __init__(
        self,
        layout: Layout,
        nodes: Set[int],
        edges: Set[Key],
        path: Key | None = None,
        marks: Set[Key] = frozenset(),
        joined: bool = False,
        waiting: bool = False,
    ) -> None:
        credit = layout.credit
        self.credit, self.layout, self.path, self.joined = credit, layout, path, joined
        self.nodes, self.edges, self.marks, self.waiting = nodes, edges, marks, waiting
        self.canvas = Canvas(layout.width, layout.height)
        sizes = [abs(e.credit) for e in credit.edges.values() if math.isfinite(e.credit)]
        self._largest = max(sizes, default=0.0)
        # what lies below comes first: the rest, then the lit path on its halo; small credits before large
        order = list(credit.edges)
        if not layout.tails:
            order.sort(key=lambda key: self._share(credit.edges[key]))
        self._lines([key for key in order if key not in edges])
        for key in order:
            if key in marks:
                self._halo(key)
        self._lines([key for key in order if key in edges])
        for key in credit.edges:
            if key in marks:
                self._marks(key)
        for layer, p in layout.biases.items():
            self._bias(layer, p)
        for node in credit.nodes.values():
            self._unit(node)
        for key in layout.pills:
            self._pill(key, credit.edges[key])
        for p, note in layout.notes:
            self._note(p, note)

    def owner(self, item: int | Key) -> str:
        """Return the name of a node or an edge, or of all edges into a layer if they are joined."""
        if self.joined and not isinstance(item, int):
            return f"into-{self.credit.nodes[item[1]].layer}"
        return owner(item)

    def _fade(self, lit: bool) -> float:
        return 1.0 if lit else DIM

    # ---------------------------------------------------------------- edges

    def _share(self, edge: Edge) -> float:
        """Return how large an edge's credit is beside the largest."""
        if not math.isfinite(edge.credit):
            return 0.3
        return abs(edge.credit) / self._largest if self._largest else 0.0

    def _width(self, edge: Edge) -> float:
        return 1.2 + (5.4 if self.layout.shows == "full" else 4.2) * self._share(edge)

    def _halo(self, key: Key) -> None:
        width = self._width(self.credit.edges[key]) + (9.0 if self.layout.tails else 4.0)
        kind = f"halo of-{owner(key)}"
        self.canvas.curve(*self._curves(key), part="halo", width=width, kind=kind)

    def _lines(self, keys: list[Key]) -> None:
        if not self.joined:
            for key in keys:
                self._line(key)
            return
        alike: dict[tuple[str, str, float, float], list[Curve]] = {}
        for key in keys:
            edge = self.credit.edges[key]
            part, width, fade = self._look(edge)
            look = self.owner(key), part, round(2.0 * width) / 2.0, fade
            alike.setdefault(look, []).append(self.layout.heads[key])
        for (name, part, width, fade), curves in alike.items():
            self.canvas.curve(
                *curves, part=part, width=width, style=DASHES[part], fade=fade,
                kind=f"line of-{name}",
            )  # fmt: skip

    def _look(self, edge: Edge) -> tuple[str, float, float]:
        """Return how an edge looks: its part, its width, and how much is left of its colour."""
        lit = (edge.source, edge.target) in self.edges
        fade = self._fade(lit)
        if not self.layout.tails and not (lit and self.path):
            fade *= next(fade for limit, fade in _FADES if self._share(edge) > limit)
        return sign_part(edge.credit), self._width(edge), fade

    def _line(self, key: Key) -> None:
        edge, curves = self.credit.edges[key], self._curves(key)
        part, width, fade = self._look(edge)
        kind = f"line of-{owner(key)}"
        if self.layout.tails:
            curve, size = curves[-1], 8.5 + width
            tip = curve.points[3]
            base = curve.until(1.0 - 0.66 * size / math.dist(curve.points[0], tip))
            heading = math.atan2(tip.y - base.points[3].y, tip.x - base.points[3].x)
            self.canvas.arrowhead(tip, heading, part, size, fade=fade, kind=kind)
            curves[-1] = base
        self.canvas.curve(
            *curves, part=part, width=width, style=DASHES[part], fade=fade, kind=kind,
            told=_told(edge),
        )  # fmt: skip

    def _curves(self, key: Key) -> list[Curve]:
        return [c for c in (self.layout.tails.get(key), self.layout.heads[key]) if c is not None]

    def _marks(self, key: Key) -> None:
        """Mark which way the numbers travel: δ back from the head, z forward from the tail."""
        head, tail = self.layout.heads[key], self.layout.tails.get(key)
        edge, name = self.credit.edges[key], owner(key)
        self._travel(head, math.pi, (0.3, 0.6) if tail else (0.45,), f"back of-{name}")
        if tail is None:
            return
        every = self.path is None  # then each edge may be the one where they meet, in its turn
        if every or key == self.path:
            self._travel(tail, 0.0, (0.45, 0.78), f"forward of-{name}")
            self._beside(tail, edge.z_name, 0.5, f"meet of-{name}")
            self._beside(head, f"δ{subscript(edge.target)}", 0.35, f"meet of-{name}")
        if every or key != self.path:
            self._travel(tail, math.pi, (0.3, 0.6), f"return of-{name}")

    def _travel(self, curve: Curve, turn: float, places: tuple[float, ...], kind: str) -> None:
        for t in places:
            heading, p = curve.heading(t) + turn, curve.at(t)
            tip = Point(p.x + 7 * math.cos(heading), p.y + 7 * math.sin(heading))
            self.canvas.arrowhead(tip, heading, "ink", 15.0, outline="card", kind=kind)

    def _beside(self, curve: Curve, text: str, t: float, kind: str) -> None:
        p, heading = curve.at(t), curve.heading(t)
        place = Point(p.x + 18 * math.sin(heading), p.y - 18 * math.cos(heading))
        self.canvas.text(place, text, bold=True, italic=True, kind=kind)

    def _pill(self, key: Key, edge: Edge) -> None:
        p, part, name = self.layout.pills[key], sign_part(edge.credit), owner(key)
        fade = self._fade(key in self.edges)
        width = self.layout.pill_widths[self.credit.nodes[edge.target].layer]
        height, size = self.layout.style.pill[1], self.layout.style.pill_text
        self.canvas.pill(
            p, width, height, part, fade=fade, kind=f"pill of-{name}", told=_told(edge)
        )
        *above, credit = pill_lines(edge, self.layout.shows)
        down = 9.0 if above else 0.0
        if above or self.waiting:
            self.canvas.text(
                Point(p.x, p.y - down), weight_line(edge, self.layout.shows), size=size, fade=fade,
                kind=f"weight of-{name}",
            )  # fmt: skip
        self.canvas.text(
            Point(p.x, p.y + down), credit, part, size=size, bold=True, fade=fade,
            kind=f"credit of-{name}",
        )  # fmt: skip

    # ---------------------------------------------------------------- units

    def _unit(self, node: Node) -> None:
        canvas, style, shows = self.canvas, self.layout.style, self.layout.shows
        p, lit, i = self.layout.units[node.index], node.index in self.nodes, node.index
        fade = self._fade(lit)
        canvas.circle(
            p, style.radius, pen=3.0 if self.path and lit else 1.6, fade=fade, kind=f"unit of-{i}"
        )
        canvas.text(p, str(i), size=style.number, bold=True, fade=fade, kind=f"unit of-{i}")
        if node.delta is None:
            place = Point(p.x - style.radius - 10, p.y)
            canvas.text(
                place, input_line(node, shows), size=style.small, anchor="end", fade=fade,
                kind=f"unit of-{i}",
            )  # fmt: skip
            return
        self._delta(node, node.delta, p, fade)
        lines = unit_lines(self.credit, node, shows)
        pitch = style.small + 4
        for k, (kind, line) in enumerate(lines):
            part, named = "muted" if kind == "target" else "ink", f"{kind} of-{i}"
            if self.layout.beside(node):
                y = p.y + (k - (len(lines) - 1) / 2) * pitch
                place = Point(p.x + style.radius + 10, y)
                canvas.text(
                    place, line, part, size=style.small, anchor="start", fade=fade, kind=named
                )
                continue
            shift = OUTPUT_SHIFT if i in self.credit.layers[-1] else 0.0
            place = Point(p.x + shift, p.y + style.radius + 15 + k * pitch)
            # an edge that passes here must not run through the text
            canvas.pill(place, 0.92 * text_width(line, style.small), pitch, "card", kind=named)
            canvas.text(place, line, part, size=style.small, fade=fade, kind=named)

    def _delta(self, node: Node, delta: float, p: Point, fade: float) -> None:
        style, near = self.layout.style, self.layout.shows == "pattern"
        index = "" if near else subscript(node.index)
        text = f"δ{index} = {shown(delta, sign=True)}"
        place = Point(p.x + 6.0 * (not near), p.y - style.radius - (11.0 if near else 17.0))
        width, part = text_width(text, style.small, bold=True) + 12, sign_part(delta)
        kind = f"delta of-{node.index}"
        self.canvas.pill(place, width, style.small + 9, part, fade=fade, kind=kind)
        self.canvas.text(place, text, part, size=style.small, bold=True, fade=fade, kind=kind)

    def _bias(self, layer: int, p: Point) -> None:
        fade = self._fade(any((None, j) in self.edges for j in self.credit.layers[layer]))
        self.canvas.circle(p, self.layout.style.radius / 2, fade=fade, kind="bias")
        self.canvas.text(p, "1", size=self.layout.style.small, italic=True, fade=fade, kind="bias")

    def _note(self, p: Point, text: str) -> None:
        size = self.layout.style.small
        self.canvas.pill(p, text_width(text, size) + 8.0, size + 6.0, "card")
        self.canvas.text(p, text, "muted", size=size)

    # ---------------------------------------------------------------- legend

    def legend(self) -> None:
        """Say what colour, dash and width mean."""
        canvas, y = self.canvas, self.layout.height - 26
        found = {sign_part(edge.credit) for edge in self.credit.edges.values()}
        x = MARGIN
        for part, text in (
            ("plus", "credit ∂L/∂w > 0 (solid)"),
            ("minus", "< 0 (dashed)"),
            ("zero", "0"),
            ("odd", "nan or ∞ (dotted)"),
        ):
            if part in ("plus", "minus") or part in found:
                middle = Point(x + 19, y)
                line = Curve((Point(x, y), middle, middle, Point(x + 38, y)))
                width = 1.2 if part == "zero" else 4.0
                canvas.curve(line, part=part, width=width, style=DASHES[part])
                canvas.text(Point(x + 46, y), text, "muted", size=13, anchor="start")
                x += 62 + 0.92 * text_width(text, 13)
        canvas.text(Point(x, y), "width by |δ·z|", "muted", size=13, anchor="start")
        self.footer("∂L/∂wᵢ⇝ⱼ = δⱼ·zᵢ")

    def footer(self, text: str) -> None:
        """Write a formula into the corner."""
        place = Point(self.layout.width - MARGIN, self.layout.height - 26)
        self.canvas.text(place, text, size=SIZE + 0.5, anchor="end")


def _told(edge: Edge) -> str:
    return f"{edge.name} = {shown(edge.weight)}, credit {shown(edge.credit, 4, sign=True)}"
