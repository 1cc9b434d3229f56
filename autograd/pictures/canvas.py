"""A canvas for pictures whose parts have fixed places: circles, pills, text and curves become pinned DOT."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import graphviz

from autograd.pictures.palette import PALETTE, colour
from autograd.pictures.text import SIZE, escaped

Anchor = Literal["start", "middle", "end"]


class Point(NamedTuple):
    """A place in points, y downwards."""

    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """A cubic Bézier curve."""

    points: tuple[Point, Point, Point, Point]

    def at(self, t: float) -> Point:
        """Return the point at t, from 0 to 1."""
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        p, q, r, s = self.points
        return Point(a * p.x + b * q.x + c * r.x + d * s.x, a * p.y + b * q.y + c * r.y + d * s.y)

    def until(self, t: float) -> "Curve":
        """Return the part from 0 to t (de Casteljau)."""
        rows = [list(self.points)]
        while len(rows[-1]) > 1:
            row = rows[-1]
            rows.append(
                [Point(p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)) for p, q in pairwise(row)]
            )
        a, b, c, d = (row[0] for row in rows)
        return Curve((a, b, c, d))

    def heading(self, t: float) -> float:
        """Return the direction at t as an angle."""
        before, after = self.at(max(0.0, t - 0.02)), self.at(min(1.0, t + 0.02))
        return math.atan2(after.y - before.y, after.x - before.x)


class Canvas:
    """Collects the parts of a picture as DOT.

    Args:
        width, height: its size in points.

    Attributes:
        boxes: the middle, the width and the height of each circle and each pill.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.boxes: list[tuple[Point, float, float]] = []
        self._count = 0
        self._dot = graphviz.Digraph(
            "picture",
            comment="drawn by: neato -n2 -Tsvg",
            graph_attr={"outputorder": "edgesfirst", "bgcolor": colour("card"), "pad": "0"},
            node_attr={
                "shape": "none", "fixedsize": "true", "margin": "0", "label": "", "fontname": "Helvetica",
                "fontsize": f"{SIZE:g}", "fontcolor": colour("ink"), "color": colour("ink"),
            },
            edge_attr={"dir": "none"},
        )  # fmt: skip
        for corner in (Point(0, 0), Point(width, height)):
            self._node(corner, 0.0, 0.0, style="invis")
        # edges run between the corners: their own places are pinned, too
        self._end = str(self._count)

    @property
    def source(self) -> str:
        """The DOT text."""
        return str(self._dot.source)

    def _node(self, p: Point, width: float, height: float, label: str = "", **given: str) -> None:
        self._count += 1
        self._dot.node(
            str(self._count),
            label or None,
            pos=f"{p.x:.1f},{-p.y:.1f}",
            width=f"{width / 72:.3f}",
            height=f"{height / 72:.3f}",
            **given,
        )

    def text(
        self, p: Point, text: str, part: str = "ink", *, size: float = SIZE, anchor: Anchor = "middle",
        bold: bool = False, italic: bool = False, fade: float = 1.0, limit: int = 200, kind: str = "",
    ) -> None:  # fmt: skip
        """Write a line of text, its middle at the height of p."""
        # The box only says where the line starts or ends: it has room, whatever font the engine measures with.
        width = {"start": self.width - p.x, "middle": 1.0, "end": p.x}[anchor]
        shift = {"start": width / 2, "middle": 0.0, "end": -width / 2}[anchor]
        style = ("Bold" if bold else "") + ("Oblique" if italic else "")
        label = escaped(text, limit)
        if anchor != "middle":
            label += "\\l" if anchor == "start" else "\\r"
        self._node(
            Point(p.x + shift, p.y), width, 1.5 * size, label,
            fontname=f"Helvetica{'-' * bool(style)}{style}", fontsize=f"{size:g}",
            fontcolor=colour(part, fade), **_named(kind),
        )  # fmt: skip

    def circle(
        self, p: Point, radius: float, part: str = "unit", *, pen: float = 1.6, fade: float = 1.0,
        rim: str = "ink", kind: str = "",
    ) -> None:  # fmt: skip
        """Draw a filled circle."""
        self.boxes.append((p, 2 * radius, 2 * radius))
        self._node(
            p, 2 * radius, 2 * radius, shape="circle", style="filled", fillcolor=colour(part, fade),
            color=colour(rim, fade), penwidth=f"{pen:g}", **_named(kind),
        )  # fmt: skip

    def pill(
        self, p: Point, width: float, height: float, part: str, *, pen: float = 1.0, fade: float = 1.0,
        kind: str = "", told: str = "", rim: str = "",
    ) -> None:  # fmt: skip
        """Draw a filled box with round corners."""
        self.boxes.append((p, width, height))
        filling = f"{part} fill" if f"{part} fill" in PALETTE else part
        self._node(
            p, width, height, shape="box", style="rounded,filled", fillcolor=colour(filling, fade),
            color=colour(rim or part, fade), penwidth=f"{pen:g}", **_named(kind, told),
        )  # fmt: skip

    def curve(
        self, *curves: Curve, part: str = "", width: float = 1.0, style: str = "solid", fade: float = 1.0,
        kind: str = "", told: str = "",
    ) -> None:  # fmt: skip
        """Draw curves that are one part of the picture; without a part of the palette nobody sees them
        (of the kind hover, a mouse finds them)."""
        places = [" ".join(f"{p.x:.1f},{-p.y:.1f}" for p in curve.points) for curve in curves]
        self._dot.edge(
            "1", self._end, pos=";".join(places),
            color=colour(part, fade) if part else "transparent", penwidth=f"{width:.2f}", style=style, **_named(kind, told),
        )  # fmt: skip

    def arrowhead(
        self, tip: Point, heading: float, part: str, size: float = 10.0, *, outline: str = "",
        fade: float = 1.0, kind: str = "",
    ) -> None:  # fmt: skip
        """Draw an arrowhead that points from its tip's heading."""
        base = f"{tip.x - size * math.cos(heading):.1f},{-tip.y + size * math.sin(heading):.1f}"
        self._dot.edge(
            "1", self._end, pos=f"e,{tip.x:.1f},{-tip.y:.1f} " + " ".join([base] * 4), dir="forward",
            arrowsize=f"{size / 10:.2f}", color=colour(outline or part, fade),
            fillcolor=colour(part, fade), penwidth="1", **_named(kind),
        )  # fmt: skip


def _named(kind: str, told: str = "") -> dict[str, str]:
    """Return the attributes that give a part its classes in the SVG, and its tooltip."""
    given = {"class": kind} if kind else {}
    if told:
        given["tooltip"] = escaped(told, 200)
    return given
