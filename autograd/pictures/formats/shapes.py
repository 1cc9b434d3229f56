"""A finished SVG as shapes and texts in one system of coordinates, for what draws them in another format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from autograd.pictures.compact_svg import SVG

Point = tuple[float, float]
_TRANSLATION = re.compile(r"translate\((\S+) (\S+)\)")
_PART = re.compile(r"([MLC])([^MLC]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_KAPPA = 0.5522847498  # how far the handles of a curve stand out that is a quarter of a circle


@dataclass(frozen=True)
class Shape:
    """A line or an area.

    Attributes:
        classes: what it is, and whose part: ("pill", "of-1-0").
        moves: one after the other ("M", point), ("L", point) or ("C", handle, handle, point); y grows downwards.
        fill, stroke: six-digit colours, or "none".
        width: of the stroke.
        dashes: lengths of dashes and gaps; empty for a solid line.
    """

    classes: tuple[str, ...]
    moves: tuple[tuple[str, tuple[Point, ...]], ...]
    fill: str
    stroke: str
    width: float
    dashes: tuple[float, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The least and the greatest x, then y, of its points."""
        points = [point for _, points in self.moves for point in points[-1:]]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), max(xs), min(ys), max(ys)


@dataclass(frozen=True)
class Words:
    """A line of text.

    Attributes:
        classes: what it is, and whose part.
        x, y: where it starts, ends or is centred, as the anchor says, on its base line.
        text: what it says.
        size: of the font.
        anchor: "start", "middle" or "end".
        fill: its colour.
        bold, italic: its style.
    """

    classes: tuple[str, ...]
    x: float
    y: float
    text: str
    size: float
    anchor: str
    fill: str
    bold: bool
    italic: bool


@dataclass(frozen=True)
class Picture:
    """All parts of a picture, the hindmost first, and its size in points."""

    width: float
    height: float
    parts: tuple[Shape | Words, ...]


def picture(svg: str) -> Picture:
    """Return the parts of a picture that `svg.finish` made."""
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    return Picture(width, height, tuple(_parts(root, {}, (0.0, 0.0), ())))


def _parts(
    element: ElementTree.Element, inherited: dict[str, str], origin: Point, classes: tuple[str, ...]
) -> Iterator[Shape | Words]:
    said = inherited | element.attrib
    if moved := _TRANSLATION.search(said.pop("transform", "")):
        origin = origin[0] + float(moved[1]), origin[1] + float(moved[2])
    classes = tuple(element.get("class", "").split()) or classes
    tag, fill = element.tag.removeprefix(SVG), said.get("fill", "#000000")
    if tag in ("svg", "g", "a"):
        for child in element:
            yield from _parts(child, said, origin, () if "graph" in classes else classes)
    elif tag == "text":
        text = "".join(element.itertext())
        x, y = origin[0] + float(said["x"]), origin[1] + float(said["y"])
        size, anchor = float(said.get("font-size", "14")), said.get("text-anchor", "start")
        bold, italic = said.get("font-weight") == "bold", said.get("font-style") == "italic"
        yield Words(classes, x, y, text, size, anchor, fill, bold, italic)
    elif tag in ("path", "polygon", "polyline", "ellipse"):
        moves = tuple(
            (kind, tuple((x + origin[0], y + origin[1]) for x, y in points))
            for kind, points in _moves(tag, element.attrib)
        )
        stroke, width = said.get("stroke", "none"), float(said.get("stroke-width", "1"))
        dashes = tuple(map(float, _NUMBER.findall(said.get("stroke-dasharray", ""))))
        yield Shape(classes, moves, fill, stroke, width, dashes)


def _moves(tag: str, said: dict[str, str]) -> Iterator[tuple[str, tuple[Point, ...]]]:
    if tag == "ellipse":
        x, y, a, b = (float(said[key]) for key in ("cx", "cy", "rx", "ry"))
        k, m = _KAPPA * a, _KAPPA * b
        yield "M", ((x + a, y),)
        yield "C", ((x + a, y + m), (x + k, y + b), (x, y + b))
        yield "C", ((x - k, y + b), (x - a, y + m), (x - a, y))
        yield "C", ((x - a, y - m), (x - k, y - b), (x, y - b))
        yield "C", ((x + k, y - b), (x + a, y - m), (x + a, y))
    elif tag == "path":
        for kind, text in _PART.findall(said["d"]):
            yield kind, _points(text)
    else:
        first, *others = _points(said["points"])
        yield from [("M", (first,)), *(("L", (point,)) for point in others)]


def _points(text: str) -> tuple[Point, ...]:
    values = [float(n) for n in _NUMBER.findall(text)]
    return tuple(zip(values[::2], values[1::2]))
