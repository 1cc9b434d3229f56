"""The parts of a unit graph on their canvas: as in a credit graph, and joints, blocks, and ways without a weight."""

from collections.abc import Iterator

from autograd.notation import shown
from autograd.pictures.canvas import Curve, Point
from autograd.pictures.palette import sign_part
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Link, Node
from nn.credit.pictures.graph import CreditGraph, free
from nn.credit.pictures.layout import BOTTOM, Layout
from nn.credit.pictures.units.columns import FULL, Columns
from nn.credit.pictures.units.folding import shortened
from nn.credit.pictures.words import NOTHING

# Where along a way its credit may be written, the best first.
SPOTS = (0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8)


class UnitGraph(CreditGraph):
    """Draws a unit graph on a canvas; the arguments and the classes in the SVG are those of CreditGraph.

    A joint is small and grey; a link has the kind link, of its head and tail.
    """

    layout: Columns

    def _ways(self) -> None:
        """Draw the ways without a weight, below all else: one into a block for all of its results."""
        self._steps()
        nodes = self.credit.nodes
        drawn: set[tuple[int, int]] = set()
        for link, curves in self.layout.links:
            block = nodes[link.target].block
            head = link.target if block is None else ~block
            if (link.source, head) in drawn:
                continue
            drawn.add((link.source, head))
            lit = link.source in self.nodes and link.target in self.nodes
            self.canvas.curve(
                *curves, part="zero", width=1.4 if lit else 1.0, fade=0.65 if lit else 0.3,
                kind=f"link of-{link.source} of-{link.target}", told=self._told(link),
            )  # fmt: skip
        for link, curves in self.layout.links:
            if nodes[link.target].kind == "unit" and link.kind != "product":
                tip = curves[-1].points[3]
                sign = "−" if link.local < 0.0 else "+"
                text = sign if abs(link.local) == 1.0 else f"×{shown(link.local)}"
                self.canvas.text(Point(tip.x - 9.0, tip.y - 8.0), text, "muted", size=11)

    def _steps(self) -> None:
        """Write a heading above each time step, and part it from the next."""
        layout, before = self.layout, None
        for left, right, heading in layout.steps:
            top = layout.ceiling
            place = Point((left + right) / 2, top - 10.0)
            self.canvas.text(place, heading, "muted", size=12, kind="step")
            lines = [(Point(left, top), Point(right, top))]
            if before is not None:
                x = (before + left) / 2
                lines.append((Point(x, top - 14.0), Point(x, layout.height - BOTTOM)))
            for start, end in lines:
                line = Curve((start, start, end, end))
                self.canvas.curve(line, part="muted", style="dotted", fade=0.65, kind="step")
            before = right

    def _told(self, link: Link) -> str:
        tail, head = self.credit.nodes[link.source], self.credit.nodes[link.target]
        letter = head.names.letter("delta")
        return f"{tail.name} into {head.index}: {letter}·local = {shown(head.error * link.local, 4, sign=True)}"

    def _tags(self, order: list[Edge], largest: int) -> None:
        """Write the largest credits on their edges, where nothing else stands."""
        if self.path:
            super()._tags(order, largest)
            return
        taken = self.layout.boxes()
        most = len(taken) + (len(order) if len(order) <= FULL else 2 * largest)
        for edge in order:
            flow = self.words.flow(edge)
            if len(taken) == most or abs(flow) < NOTHING:
                break
            text = shown(flow, sign=True)
            size = self._tag_size(text)
            spots = [c.at(t) for c in reversed(self._curves(edge.key)) for t in SPOTS]
            if (p := free(spots, size, taken)) is not None:
                self._tag(edge, text, p)
                taken.append((p, *size))

    def _curves(self, key: Key) -> list[Curve]:
        return [*self.layout.ways.get(key, ()), self.layout.heads[key]]

    def _unit(self, node: Node) -> None:
        for p in self.layout.copies.get(node.index, ()):
            if node.block is not None:
                self._result(node, p)
            elif node.kind == "joint" or node.index in self.layout.fold.members:
                self._box(node, p)
            else:
                self._circle(node, p)

    def _circle(self, node: Node, p: Point) -> None:
        """Draw a unit or an input."""
        radius, small = self.layout.reach(node), self.layout.style.small
        fade = self._round(node, p, radius)
        if node.kind == "unit" and (said := self.layout.error(node)):
            self._delta(node, said, Point(p.x, p.y - radius - 11.0), (8.0, 6.0), fade)
        below = 0.65 * radius if node.kind == "input" else radius
        for k, (kind, line) in enumerate(self.layout.lines(node)):
            place = Point(p.x, p.y + below + 10.0 + k * (small + 3.0))
            self._below(node, kind, line, place, (0.9, small + 3.0), fade)

    def _box(self, node: Node, p: Point) -> None:
        """Draw a joint, small and grey, with what it does; or a vector."""
        canvas, style, i = self.canvas, self.layout.style, node.index
        lines, joint = self.layout.lines(node), node.kind == "joint"
        pitch, fade, kind = style.small + 3.0, self._fade(i in self.nodes), f"unit of-{i}"
        part = {"joint": "zero", "input": "input", "unit": "unit"}[node.kind]
        width, height = 2 * self.layout.reach(node), 8.0 + (1 + len(lines)) * pitch
        told = self._error_told(node) if joint else ""
        rim = "ink" if node.kind == "unit" else ""
        canvas.pill(p, width, height, part, fade=fade, kind=kind, told=told, rim=rim)
        called = self.layout.called(node)
        texts = [(f"{called} {node.does}" if joint else called, True, kind, "ink")]
        members = self.layout.fold.members.get(i, [node])
        whose: Iterator[Node | None] = iter([max(members, key=lambda n: abs(n.error or 0.0))])
        if self.layout.stacked:  # a number a line
            whose = iter(shortened(members, None, self.layout.shows == "pattern"))
        for named, line in lines:
            delta, of, sign = named == "delta", i, "ink"
            if delta:
                n = next(whose)
                of = n.index if n and self.layout.stacked and self.waiting else i
                sign = sign_part(n.error) if n else "zero"
            texts.append((line, delta, f"{named} of-{of}", sign))
        for k, (text, bold, named, ink) in enumerate(texts):
            place = Point(p.x, p.y + (k - (len(texts) - 1) / 2) * pitch)
            canvas.text(place, text, ink, size=style.small, bold=bold, fade=fade, kind=named)

    def _error_told(self, node: Node) -> str:
        letter = node.names.letter("delta")
        return f"{node.name} = {shown(node.z, 4)}, {letter} = {shown(node.error, 4, sign=True)}"

    def _result(self, node: Node, p: Point) -> None:
        """Draw a result of a block as a line in its box; with the first the box."""
        assert node.block is not None
        middle, width, height, members = self.layout.blocks[node.block]
        fade, size = self._fade(any(i in self.nodes for i in members)), self.layout.style.small
        if node.index == members[0]:
            kind = "unit " + " ".join(f"of-{i}" for i in members)
            self.canvas.pill(middle, width, height, "zero", fade=fade, kind=kind)
            title = Point(middle.x, middle.y - height / 2 + 11.0)
            self.canvas.text(title, node.does, size=size, bold=True, fade=fade, kind=kind)
        lit = self._fade(node.index in self.nodes)
        for kind, line in self.layout.lines(node):
            self.canvas.text(p, line, size=size, fade=lit, kind=f"{kind} of-{node.index}")


def kinds(credit: Assignment) -> tuple[type[Layout], type[CreditGraph]]:
    """Return who says where the parts of a credit graph stand, and who draws them: of layers, or of units."""
    return (Layout, CreditGraph) if credit.layers else (Columns, UnitGraph)
