"""Where the parts of a credit graph stand: columns of units, and columns of pills between them."""

import copy
import math
from collections.abc import Set
from dataclasses import dataclass

from autograd.pictures.canvas import Curve, Point
from autograd.pictures.drawing import LEGIBLE
from autograd.pictures.svg import PAGE
from autograd.pictures.text import text_width
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Node
from nn.credit.pictures.words import Show, Words
from nn.credit.telling.excerpt import excerpt

FULL, CREDIT_ONLY = 8, 36  # up to so many edges between two layers, a pill shows two lines, or one
PILLS = 96  # up to so many edges in all have one
PATTERN = 880.0  # points between the first and the last column, where there are no pills
LEGEND = 13.0  # the size of its text
NOTE = 180.0  # points where layers are left out
MARGIN, TOP, BOTTOM, LEAST_WIDTH = 22.0, 84.0, 62.0, 760.0

OUTPUT_SHIFT = 14.0  # to the right, of what is written below an output: no edge leaves on that side


@dataclass(frozen=True)
class Style:
    """The measures of a picture, in points.

    Attributes:
        radius: of a unit; a bias is half as large.
        pitch: the least distance between the units of a column.
        most: the greatest.
        pill: the least width of an edge's pill, and its height; 0 if there are none.
        pill_pitch: the distances between pills, least and greatest.
        ease: how far apart the pills of a few edges are at least.
        number: the size of a unit's number.
        small: the size of the text beside a unit.
        pill_text: the size of the text in a pill.
    """

    radius: float
    pitch: float
    most: float
    pill: tuple[float, float]
    pill_pitch: tuple[float, float]
    ease: float
    number: float
    small: float
    pill_text: float


STYLES = {
    "full": Style(30.0, 150.0, 178.0, (130.0, 42.0), (62.0, 110.0), 79.0, 20.0, 14.0, 14.0),
    "credit": Style(21.0, 98.0, 150.0, (62.0, 20.0), (26.0, 60.0), 26.0, 15.0, 12.0, 12.0),
    "pattern": Style(15.0, 56.0, 120.0, (0.0, 0.0), (0.0, 0.0), 0.0, 13.0, 11.0, 11.0),
}
# The same for a slide: larger text, and flat.
SLIDE = {
    "full": Style(31.0, 132.0, 160.0, (150.0, 52.0), (56.0, 90.0), 56.0, 26.0, 20.0, 20.0),
    "credit": Style(22.0, 84.0, 130.0, (80.0, 26.0), (30.0, 60.0), 30.0, 19.0, 17.0, 17.0),
    "pattern": Style(15.0, 50.0, 110.0, (0.0, 0.0), (0.0, 0.0), 0.0, 15.0, 15.0, 15.0),
}
TEX = 0.86  # how wide TeX's mathematics is, beside the fonts of an SVG
SLIDE_PAGE = 417.0  # points that a picture may be wide on a slide


def detail(credit: Assignment) -> str:
    """Return how much can be shown of so many edges at most: "full", "credit" or "pattern"."""
    heads = [credit.nodes[edge.target].layer for edge in credit.edges.values()]
    most = max(heads.count(layer) for layer in set(heads))
    if most > CREDIT_ONLY or len(heads) > PILLS:
        return "pattern"
    return "full" if most <= FULL else "credit"


def column(n: int, top: float, height: float, most: float) -> list[float]:
    """Return n even places about the middle of a height, at a greatest distance from each other."""
    step = min(height / n, most)
    return [top + height / 2 + (k - (n - 1) / 2) * step for k in range(n)]


class Layout:
    """Where the parts of a credit graph stand.

    Args:
        credit: what `assign_credit` found.
        least_width: how wide the picture is at least.
        top: how much room is left above, for headings.
        path: an edge that must be there.
        show: which of the numbers are written; see Words.
        back: the edges by which an error comes back to the one that is asked about.
        roomy: whether pills have room for what comes back, too.
        slide: whether it is for a slide: with larger text, and flat.
        tagged: of how many credits, the largest, a unit graph without pills has room for the numbers, however wide that is.

    Attributes:
        credit: the part of the network that is drawn.
        words: what is written in it.
        shows: how much there is room for: "full", "credit" or "pattern".
        style: the measures that go with it.
        units: the middle of each node, by its number.
        biases: the middle of the small 1 that feeds the biases of a layer, by the number of that layer.
        pills: the middle of each edge's pill.
        pill_widths: the width of the pills before a layer, by the number of that layer.
        tails: the curve of each edge from its tail to its pill; empty if there are no pills.
        heads: the curve of each edge from its pill to its head, or the whole edge.
        notes: where something is left out, and what.
        width, height: the size of the picture.
    """

    def __init__(
        self,
        credit: Assignment,
        least_width: float = 0.0,
        top: float = TOP,
        path: Key | None = None,
        show: Show = "both",
        back: Set[Key] = frozenset(),
        roomy: bool = False,
        slide: bool = False,
        tagged: int = 0,
    ) -> None:
        self._tagged = tagged
        self._least_width, self._top, self._path = least_width, top, path
        self._show: Show = show
        self._back, self._roomy, self._slide = back, roomy, slide
        self._arrange(credit)

    def _arrange(self, credit: Assignment) -> None:
        top, slide = self._top, self._slide
        styles, page = (SLIDE, SLIDE_PAGE) if slide else (STYLES, PAGE)
        self._part = excerpt(credit, self._path)
        self.credit = credit = self._part.credit
        self.tails: dict[Key, Curve] = {}
        self.heads: dict[Key, Curve] = {}
        self._gaps: dict[int, list[Edge]] = {}
        for edge in credit.edges.values():
            self._gaps.setdefault(credit.nodes[edge.target].layer, []).append(edge)

        shows, x, inner = list(STYLES), 0.0, 0.0
        for self.shows in shows[shows.index(detail(credit)) :]:
            self.style = styles[self.shows]
            self.words = Words(credit, self.shows, self._show, self._back)
            self.units: dict[int, Point] = {}
            self.biases: dict[int, Point] = {}
            self.pills: dict[Key, Point] = {}
            self.pill_widths: dict[int, float] = {}
            self.notes: list[tuple[Point, str]] = []
            inner = self._height()
            x = self._place(inner)
            smallest = self.style.small if slide else min(self.style.small, LEGEND)
            if smallest * page / x >= LEGIBLE:
                break  # else it shows less, in less room
        shift = 0.0 if slide else max(0.0, (max(self._least_width, LEAST_WIDTH) - x) / 2)
        for places in (self.units, self.biases, self.pills):
            for key, p in places.items():
                places[key] = Point(p.x + shift, p.y)  # type: ignore[index]
        self.notes = [(Point(p.x + shift, p.y), note) for p, note in self.notes]
        self.width = x + 2 * shift
        self.height = top + inner + (top if slide else BOTTOM)
        for layer in self._gaps:
            self._connect(layer)

    def showing(self, credit: Assignment, words: Words) -> "Layout":
        """Return the same places for other numbers of the same network."""
        other = copy.copy(self)
        other.credit, other.words = excerpt(credit).credit, words
        return other

    def beside(self, node: Node) -> bool:
        """Tell whether a node's numbers stand at its right, because there is no room below."""
        return self.shows != "full" and node.index in self.credit.layers[-1]

    def _bias(self, layer: int) -> bool:
        """Tell whether the layer after this one has biases."""
        return any(edge.source is None for edge in self._gaps.get(layer + 1, []))

    def _slots(self, layer: list[int]) -> list[int | str]:
        """Return what stands in a column: the units, and a note where some are left out."""
        slots: list[int | str] = []
        for i in layer:
            slots.append(i)
            if i in self._part.units_left_out:
                slots.append(f"… {self._part.units_left_out[i]:,} more")
        return slots

    def _height(self) -> float:
        style = self.style
        heights = []
        for k, layer in enumerate(self.credit.layers):
            pitch = style.pitch if k else min(style.pitch, 3.2 * style.radius)
            heights.append(pitch * (len(self._slots(layer)) + self._bias(k)))
        if style.pill[1]:
            least, _ = style.pill_pitch
            for edges in self._gaps.values():
                ease = style.ease if len(edges) <= 6 else least
                heights.append(ease * len(edges))
        return max(*heights, 180.0)

    def _place(self, height: float) -> float:
        """Place the columns from left to right; return the width."""
        credit, style = self.credit, self.style
        inputs = [self.words.input(credit.nodes[i]) for i in credit.layers[0]]
        x = MARGIN + max(text_width(line, style.small) for line in inputs) + 10.0 + style.radius
        for k, layer in enumerate(credit.layers):
            if k:
                x = self._place_gap(k, x, height)
            beside = 1 if self._bias(k) else 0
            slots = self._slots(layer)
            places = column(len(slots) + beside, self._top, height, style.most)
            if beside:
                self.biases[k + 1] = Point(x, places[-1])
            for slot, y in zip(slots, places):
                if isinstance(slot, int):
                    self.units[slot] = Point(x, y)
                else:
                    self.notes.append((Point(x, y), slot))
        last = credit.layers[-1]
        texts = [t for i in last for _, t in self.words.unit(credit.nodes[i])]
        room = max((text_width(t, style.small) for t in texts), default=0.0)
        if self.beside(credit.nodes[last[0]]):
            return x + style.radius + 10.0 + room + MARGIN
        return x + max(room / 2 + OUTPUT_SHIFT, style.radius + 36.0) + MARGIN

    def _place_gap(self, k: int, x: float, height: float) -> float:
        """Place the pills before layer k; return where its units stand."""
        style, edges = self.style, self._gaps.get(k, [])
        if not edges:
            note = f"… {self._part.layers_left_out[k]:,} more layers"
            self.notes.append((Point(x + NOTE / 2, self._top + height / 2), note))
            return x + NOTE
        if not style.pill[1]:
            room = (PATTERN - NOTE * len(self._part.layers_left_out)) / len(self._gaps)
            return x + min(max(190.0, min(320.0, 0.42 * height)), room)
        order = sorted(edges, key=self._vertical)
        lines = [line for edge in edges for line in self.words.pill(edge)]
        if self._roomy and k > 1:
            lines += [self.words.back_line(edge) for edge in edges if edge.source is not None]
        widest = max(text_width(t, style.pill_text, bold=True) for t in lines)
        if self._slide:
            widest *= TEX
        width = max(style.pill[0], widest + 18.0)
        self.pill_widths[k] = width
        near = 70.0 if len(self.credit.layers) <= 4 else 48.0
        near *= 0.78 if self._slide else 1.0
        middle = x + style.radius + near + width / 2
        places = column(len(edges), self._top, height, style.pill_pitch[1])
        for edge, y in zip(order, places):
            self.pills[edge.key] = Point(middle, y)
        # steep edges need room to swing in under the units' numbers; deep networks need to be compact
        heads = column(len(self.credit.layers[k]), self._top, height, style.most)
        steepest = max(abs(y - heads[self._vertical(e)[1]]) for e, y in zip(order, places))
        swing = min(max(near, 0.8 * steepest), 1.8 * near)
        return middle + width / 2 + swing + style.radius

    def _vertical(self, edge: Edge) -> tuple[int, int]:
        """Return the places of an edge's tail and head in their columns, a bias last."""
        layers, head = self.credit.layers, self.credit.nodes[edge.target]
        tails = layers[head.layer - 1]
        tail = len(tails) if edge.source is None else tails.index(edge.source)
        return tail, layers[head.layer].index(edge.target)

    def tail(self, edge: Edge) -> tuple[Point, float]:
        """Return the middle and the radius of the circle that an edge leaves."""
        if edge.source is not None:
            return self.units[edge.source], self.style.radius
        return self.biases[self.credit.nodes[edge.target].layer], self.style.radius / 2

    def _connect(self, layer: int) -> None:
        """Draw the curves of the edges into a layer."""
        edges, radius = sorted(self._gaps[layer], key=self._vertical), self.style.radius
        if not self.style.pill[1]:
            for edge in edges:
                self.heads[edge.key] = _straight(*self.tail(edge), self.units[edge.target], radius)
            return
        leaving: dict[int | None, list[Key]] = {}
        arriving: dict[int, list[Key]] = {}
        for edge in edges:
            leaving.setdefault(edge.source, []).append(edge.key)
            arriving.setdefault(edge.target, []).append(edge.key)
        half = self.pill_widths[layer] / 2
        for keys in leaving.values():
            ends = [Point(p.x - half, p.y) for p in map(self.pills.__getitem__, keys)]
            tail = self.tail(self.credit.edges[keys[0]])
            self.tails.update(zip(keys, _fan(*tail, ends, 0.0)))
        for j, keys in arriving.items():
            ends = [Point(p.x + half, p.y) for p in map(self.pills.__getitem__, keys)]
            for key, curve in zip(keys, _fan(self.units[j], radius + 3.0, ends, math.pi)):
                start, first, second, end = curve.points
                self.heads[key] = Curve((end, second, first, start))


def _fan(centre: Point, radius: float, ends: list[Point], side: float) -> list[Curve]:
    """Return curves from a circle to points in a column beside it, spread along its border.

    Args:
        centre, radius: the circle.
        ends: the points, from top to bottom.
        side: the angle of the side they leave from: 0 for the right, π for the left.
    """
    forward = math.cos(side)
    spread = min(0.9, 0.3 * (len(ends) - 1))
    curves = []
    for k, end in enumerate(ends):
        rank = 2 * k / (len(ends) - 1) - 1 if len(ends) > 1 else 0.0
        lean = math.atan2(end.y - centre.y, abs(end.x - centre.x))
        angle = max(-1.0, min(1.0, rank * spread + 0.15 * lean))
        way = Point(forward * math.cos(angle), math.sin(angle))
        start = Point(centre.x + radius * way.x, centre.y + radius * way.y)
        reach = abs(end.x - start.x)
        first = Point(start.x + forward * 0.62 * reach, start.y + 0.2 * reach * way.y)
        second = Point(end.x - forward * 0.46 * reach, end.y)
        curves.append(Curve((start, first, second, end)))
    return curves


def _straight(tail: Point, tail_radius: float, head: Point, head_radius: float) -> Curve:
    """Return the straight line between two circles."""
    angle = math.atan2(head.y - tail.y, head.x - tail.x)
    way = Point(math.cos(angle), math.sin(angle))
    start = Point(tail.x + tail_radius * way.x, tail.y + tail_radius * way.y)
    end = Point(head.x - head_radius * way.x, head.y - head_radius * way.y)
    between = [
        Point(start.x + t * (end.x - start.x), start.y + t * (end.y - start.y))
        for t in (1 / 3, 2 / 3)
    ]
    return Curve((start, *between, end))  # type: ignore[arg-type]
