"""The parts of a credit graph on their canvas: edges with their pills, units, what marks a lit path, the legend."""

import math
from collections.abc import Sequence, Set
from functools import cached_property

from autograd.notation import shown
from autograd.pictures.canvas import Canvas, Curve, Point
from autograd.pictures.palette import DASHES, sign_part
from autograd.pictures.text import SIZE, text_width
from nn.credit.parts import Edge, Key, Node
from nn.credit.pictures.layout import OUTPUT_SHIFT, Layout
from nn.credit.pictures.words import NOTHING
from nn.credit.telling.origin import began

DIM = 0.3  # how much is left of what a lit path leaves aside
# Of a pattern, only the large credits stand out: how much is left of an edge whose share is above a limit.
FLOOR = 1e-6  # widths and shades are relative to the largest credit, or to this: a network that is right is not guilty
LARGEST = 3  # credits of a pattern that are written on their edges
_FADES = ((0.5, 1.0), (0.25, 0.8), (0.1, 0.65), (0.03, 0.5), (-1.0, 0.3))


def owner(item: int | Key) -> str:
    """Return the name of a node or an edge in the classes of the SVG: 1, 5-1, b-1."""
    if isinstance(item, int):
        return str(item)
    source, *rest = item
    return "-".join(map(str, ["b" if source is None else source, *rest]))


Box = tuple[Point, float, float]


def free(spots: Sequence[Point], size: tuple[float, float], boxes: Sequence[Box]) -> Point | None:
    """Return the first of some places where a text of some width and height covers none of the boxes."""
    for p in spots:
        inner = ((abs(p.x - q.x) - w / 2, abs(p.y - q.y) - h / 2) for q, w, h in boxes)
        if not any(x < size[0] / 2 and y < size[1] / 2 for x, y in inner):
            return p
    return None


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
            shows the picture hides the one or the other, and finds edges by mouse.
        largest: where there are no pills, how many of the largest credits are written on their edges; if any, a mouse near
            an edge finds its tooltip.
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
        largest: int = 0,
    ) -> None:
        credit = layout.credit
        self.words = layout.words
        self.credit, self.layout, self.path, self.joined = credit, layout, path, joined
        self.nodes, self.edges, self.waiting = nodes, edges, waiting
        self._hovers = largest > 0 and not layout.tails and not waiting
        self.canvas = Canvas(layout.width, layout.height)
        told = self.words.show != "blank" and self.words.known is None
        self.began = began(credit) if told else []
        self._ways()
        self._draw_edges(marks)
        marked = [edge for edge in credit.edges.values() if edge.key in marks]
        for edge in marked:
            self._marks(edge)
        for layer, p in layout.biases.items():
            self._bias(layer, p)
        for node in credit.nodes.values():
            self._unit(node)
        for key in layout.pills:
            self._pill(credit.edges[key])
        if not layout.tails:
            self._tags(self._order[::-1], largest)
        for edge in filter(self._may_meet, marked):
            self._meet(edge)
        for p, note in layout.notes:
            self._note(p, note)

    @cached_property
    def largest(self) -> float:
        """The largest number that passes along an edge."""
        flows = map(self.words.flow, self.credit.edges.values())
        return max((abs(flow) for flow in flows if math.isfinite(flow)), default=0.0)

    @cached_property
    def _order(self) -> list[Edge]:
        """The edges; where there are no pills, those with small credits first."""
        every = list(self.credit.edges.values())
        if not self.layout.tails:
            every.sort(key=lambda edge: self._share(self.words.flow(edge)))
        return every

    def _draw_edges(self, marks: Set[Key]) -> None:
        """Draw the edges: what lies below comes first, the rest, then the lit path on its halo."""
        self._lines([edge for edge in self._order if edge.key not in self.edges])
        for edge in self._order:
            if edge.key in marks:
                self._halo(edge)
        self._lines([edge for edge in self._order if edge.key in self.edges])
        if self._hovers:
            for edge in self._order:
                self._hover(edge)

    def owner(self, item: int | Key) -> str:
        """Return the name of a node or an edge, or of all edges into a layer if they are joined."""
        if self.joined and not isinstance(item, int):
            return f"into-{self.credit.nodes[item[1]].layer}"
        return owner(item)

    def _ways(self) -> None:
        """Draw what lies below the edges: here nothing."""

    def _fade(self, lit: bool) -> float:
        return 1.0 if lit else DIM

    # ---------------------------------------------------------------- edges

    def _share(self, flow: float) -> float:
        """Return how large what passes along an edge is beside the largest."""
        return abs(flow) / max(self.largest, FLOOR) if math.isfinite(flow) else 0.3

    def part(self, flow: float) -> str:
        return "zero" if abs(flow) < NOTHING else sign_part(flow)

    def _width(self, flow: float) -> float:
        widest = 5.4 if self.layout.shows == "full" else 4.2
        return 1.2 + widest * min(1.0, self._share(flow))

    def back(self, edge: Edge) -> tuple[str, str, float]:
        """Return how an edge looks while the error comes back on it: its line, its part and its width."""
        flow = edge.delta * edge.weight
        return self.words.back_line(edge), self.part(flow), round(self._width(flow), 1)

    def _halo(self, edge: Edge) -> None:
        width = self._look(edge)[1] + (9.0 if self.layout.tails else 4.0)
        kind = f"halo of-{owner(edge.key)}"
        self.canvas.curve(*self._curves(edge.key), part="halo", width=width, kind=kind)

    def _lines(self, edges: list[Edge]) -> None:
        if not self.joined:
            for edge in edges:
                self._line(edge)
            return
        alike: dict[tuple[str, str, float, float], list[Curve]] = {}
        for edge in edges:
            part, width, fade = self._look(edge)
            look = self.owner(edge.key), part, round(2.0 * width) / 2.0, fade
            alike.setdefault(look, []).append(self.layout.heads[edge.key])
        for (name, part, width, fade), curves in alike.items():
            style, kind = DASHES[part], f"line of-{name}"
            self.canvas.curve(*curves, part=part, width=width, style=style, fade=fade, kind=kind)

    def _look(self, edge: Edge) -> tuple[str, float, float]:
        """Return how an edge looks: its part, its width, and how much is left of its colour."""
        lit, flow = edge.key in self.edges, self.words.flow(edge)
        fade = self._fade(lit)
        if not self.layout.tails and not (lit and self.path):
            fade *= next(fade for limit, fade in _FADES if self._share(flow) > limit)
        return self.part(flow), self._width(flow), fade

    def _line(self, edge: Edge) -> None:
        curves, kind = self._curves(edge.key), f"line of-{owner(edge.key)}"
        part, width, fade = self._look(edge)
        if self.layout.tails:
            curve, size = curves[-1], 8.5 + width
            tip = curve.points[3]
            base = curve.until(1.0 - 0.66 * size / math.dist(curve.points[0], tip))
            heading = math.atan2(tip.y - base.points[3].y, tip.x - base.points[3].x)
            self.canvas.arrowhead(tip, heading, part, size, fade=fade, kind=kind)
            curves[-1] = base
        self.canvas.curve(
            *curves, part=part, width=width, style=DASHES[part], fade=fade, kind=kind,
            told="" if self._hovers else self.words.told(edge),
        )  # fmt: skip

    def _hover(self, edge: Edge) -> None:
        """Lay over a thin line what a mouse can find, with the tooltip."""
        curve, kind = self.layout.heads[edge.key], f"hover of-{owner(edge.key)}"
        self.canvas.curve(curve, width=10.0, kind=kind, told=self.words.told(edge))

    def _tags(self, order: list[Edge], largest: int) -> None:
        """Write the largest credits on their edges, or that of the edge that is asked about."""
        for edge in [self.credit.edges[self.path]] if self.path else order[:largest]:
            flow = self.words.flow(edge)
            if abs(flow) < NOTHING:
                continue
            text = shown(flow, sign=True)
            if self.path:
                text = f"{self.credit.total}{edge.delta_name}·{edge.z_name} = {text}"
            *others, head = self._curves(edge.key)
            spots = [head.at(t) for t in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)]
            spots += [curve.at(t) for curve in reversed(others) for t in (0.5, 0.3, 0.7)]
            size = self._tag_size(text)
            p = free(spots, size, self.canvas.boxes) or spots[0]
            start, *_, tip = head.points
            if edge.source is None and math.dist(start, tip) < size[0]:  # a bias from nowhere
                p = Point(start.x - size[0] / 2 - 4.0, start.y)
            self._tag(edge, text, p)

    def _tag(self, edge: Edge, text: str, p: Point) -> None:
        """Write a text on an edge."""
        of = owner(edge.key) if self.waiting else self.owner(edge.key)
        size = self.layout.style.pill_text
        part, told = self.part(self.words.flow(edge)), self.words.told(edge)
        self.canvas.pill(p, *self._tag_size(text), part, kind=f"pill of-{of}", told=told)
        self.canvas.text(p, text, part, size=size, bold=True, kind=f"credit of-{of}")

    def _tag_size(self, text: str) -> tuple[float, float]:
        size = self.layout.style.pill_text
        return text_width(text, size, bold=True) + 10.0, size + 8.0

    def _curves(self, key: Key) -> list[Curve]:
        return [c for c in (self.layout.tails.get(key), self.layout.heads[key]) if c is not None]

    def _marks(self, edge: Edge) -> None:
        """Mark which way the numbers travel: δ back from the head, z forward from the tail."""
        head, tail = self.layout.heads[edge.key], self.layout.tails.get(edge.key)
        name = owner(edge.key)
        self._travel(head, math.pi, (0.3, 0.6) if tail else (0.45,), f"back of-{name}")
        if self._may_meet(edge) and tail:
            self._travel(tail, 0.0, (0.45, 0.78), f"forward of-{name}")
        if edge.key != self.path and tail:
            self._travel(tail, math.pi, (0.3, 0.6), f"return of-{name}")

    def _may_meet(self, edge: Edge) -> bool:
        """Tell whether δ and z meet on an edge, where there is room: where a page waits, on each in its turn."""
        every = self.path is None and self.waiting
        return edge.key in self.layout.tails and (every or edge.key == self.path)

    def _travel(self, curve: Curve, turn: float, places: tuple[float, ...], kind: str) -> None:
        for t in places:
            heading, p = curve.heading(t) + turn, curve.at(t)
            tip = Point(p.x + 7 * math.cos(heading), p.y + 7 * math.sin(heading))
            self.canvas.arrowhead(tip, heading, "ink", 15.0, outline="card", kind=kind)

    def _meet(self, edge: Edge) -> None:
        """Write what meets on an edge: z beside its tail, δ beside its head."""
        *before, head = self._curves(edge.key)
        self._beside(before[::-1], edge.z_name, 0.5, f"meet of-{owner(edge.key)}")
        self._beside([head], edge.delta_name, 0.35, f"meet of-{owner(edge.key)}")

    def _beside(self, curves: list[Curve], text: str, middle: float, kind: str) -> None:
        """Write a text beside the middle of a curve, or, where something stands there, farther on."""
        places, spots = sorted((k / 20 for k in range(3, 18)), key=lambda t: abs(t - middle)), []
        for curve in curves:
            for p, heading in ((curve.at(t), curve.heading(t)) for t in places):
                x, y = 18 * math.sin(heading), 18 * math.cos(heading)
                spots += [Point(p.x + x, p.y - y), Point(p.x - x, p.y + y)]
        size = text_width(text, SIZE, bold=True), 0.8 * SIZE
        p = free(spots, size, self.canvas.boxes) or spots[0]
        self.canvas.text(p, text, bold=True, italic=True, kind=kind)

    def _pill(self, edge: Edge) -> None:
        p, name, words, style = (
            self.layout.pills[edge.key],
            owner(edge.key),
            self.words,
            self.layout.style,
        )
        part, fade = self.part(words.flow(edge)), self._fade(edge.key in self.edges)
        width = self.layout.pill_widths[self.credit.nodes[edge.target].layer]
        self.canvas.pill(
            p, width, style.pill[1], part, fade=fade, kind=f"pill of-{name}", told=words.told(edge)
        )
        weight, flow = words.weight_line(edge), words.flow_line(edge)
        if words.room == "credit" and words.show == "blank":  # the weight is given
            flow = ""
        elif words.room == "credit" and flow and not self.waiting:
            weight = ""
        size, down = style.pill_text, 0.0
        if words.room == "full" and weight and flow:
            down = 9.0 * min(1.25, size / SIZE)
        if weight:
            above, kind = Point(p.x, p.y - down), f"weight of-{name}"
            self.canvas.text(above, weight, size=size, fade=fade, kind=kind)
        if flow:
            below, kind = Point(p.x, p.y + down), f"credit of-{name}"
            self.canvas.text(below, flow, part, size=size, bold=True, fade=fade, kind=kind)

    # ---------------------------------------------------------------- units

    def _unit(self, node: Node) -> None:
        p, radius, i = self.layout.units[node.index], self.layout.style.radius, node.index
        fade, small = self._round(node, p, radius), self.layout.style.small
        if node.delta is None:
            place = Point(p.x - radius - 10, p.y)
            said, kind = self.words.input(node), f"unit of-{i}"
            self.canvas.text(place, said, size=small, anchor="end", fade=fade, kind=kind)
            return
        lines, pitch = self.words.unit(node), small + 4
        if said := self.words.delta(node):
            near = self.layout.shows == "pattern"
            above = Point(p.x + 6.0 * (not near), p.y - radius - (11.0 if near else 17.0))
            top_line = p.y - (len(lines) - 1) / 2 * pitch - small / 2
            if self.layout.beside(node) and top_line < above.y + (small + 9.0) / 2:
                wide = (
                    text_width(said, small, bold=True) + 12.0
                )  # it ends before what stands beside
                above = Point(min(above.x, p.x + radius + 8.0 - wide / 2), above.y)
            self._delta(node, said, above, (12.0, 9.0), fade)
        shift = OUTPUT_SHIFT if i in self.credit.layers[-1] else 0.0
        for k, (kind, line) in enumerate(lines):
            if self.layout.beside(node):
                place = Point(p.x + radius + 10, p.y + (k - (len(lines) - 1) / 2) * pitch)
                part = "muted" if kind == "target" else "ink"
                self.canvas.text(
                    place, line, part, size=small, anchor="start", fade=fade, kind=f"{kind} of-{i}"
                )
            else:
                place = Point(p.x + shift, p.y + radius + 15 + k * pitch)
                self._below(node, kind, line, place, (0.92, pitch), fade)

    def _round(self, node: Node, p: Point, radius: float) -> float:
        """Draw a node with its number; return how much is left of its colours."""
        canvas, i, lit = self.canvas, node.index, node.index in self.nodes
        fade, kind = self._fade(lit), f"unit of-{i}"
        if i in self.began:
            canvas.circle(p, radius + 6.0, "odd fill", rim="odd", pen=2.0, kind=f"began of-{i}")
        if node.kind == "input" and not self.credit.layers:
            canvas.pill(p, 2 * radius, 1.3 * radius, "input", fade=fade, kind=kind)
        else:
            canvas.circle(p, radius, pen=3.0 if self.path and lit else 1.6, fade=fade, kind=kind)
        number = self.layout.style.number
        canvas.text(p, node.names.mark(i), size=number, bold=True, fade=fade, kind=kind)
        return fade

    def _below(
        self, node: Node, kind: str, line: str, p: Point, room: tuple[float, float], fade: float
    ) -> None:
        """Write a line below a node, on a card: an edge that passes there must not run through it."""
        size, named = self.layout.style.small, f"{kind} of-{node.index}"
        wide, pitch = room
        self.canvas.pill(p, wide * text_width(line, size), pitch, "card", kind=named)
        part = "muted" if kind in ("target", "does") else "ink"
        self.canvas.text(p, line, part, size=size, fade=fade, kind=named)

    def _delta(
        self, node: Node, text: str, p: Point, room: tuple[float, float], fade: float
    ) -> None:
        """Write the error of a unit into a pill, with some room about it."""
        size, kind = self.layout.style.small, f"delta of-{node.index}"
        part = "zero" if self.words.show == "blank" else sign_part(node.error)
        width = text_width(text, size, bold=True) + room[0]
        self.canvas.pill(p, width, size + room[1], part, fade=fade, kind=kind)
        self.canvas.text(p, text, part, size=size, bold=True, fade=fade, kind=kind)

    def _bias(self, layer: int, p: Point) -> None:
        fade = self._fade(any((None, j) in self.edges for j in self.credit.layers[layer]))
        self.canvas.circle(p, self.layout.style.radius / 2, fade=fade, kind="bias")
        self.canvas.text(p, "1", size=self.layout.style.small, italic=True, fade=fade, kind="bias")

    def _note(self, p: Point, text: str) -> None:
        size = self.layout.style.small
        self.canvas.pill(p, text_width(text, size) + 8.0, size + 6.0, "card")
        self.canvas.text(p, text, "muted", size=size)
