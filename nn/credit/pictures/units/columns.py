"""Where the parts of a unit graph stand: depth, or time, in columns, pills before their heads, long ways through dummies.

Ranks are known, so Graphviz need not find them: items of a column are ordered by barycentres and placed by isotonic
regression, and the curves are handed to Graphviz with the places.
"""

from collections.abc import Iterable
from copy import copy
from itertools import product
from typing import Any

from autograd.notation import DIGITS, shown
from autograd.pictures.canvas import Curve, Point
from autograd.pictures.drawing import LEGIBLE
from autograd.pictures.svg import PAGE
from autograd.pictures.text import text_width
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Link, Node
from nn.credit.pictures.layout import BOTTOM, LEAST_WIDTH, LEGEND, MARGIN, STYLES, Layout
from nn.credit.pictures.placing import Item, arrange, ended, join, through
from nn.credit.pictures.units.folding import FoldedWords, foldings, ranged, shortened, time_steps
from nn.credit.pictures.words import NOTHING, Words
from nn.credit.telling.excerpt import drawn

FULL, SOME = 30, 60  # so many pills with two lines, with one
HEADING = 22.0  # above a time step
# So many credits, the largest, have room where there are no pills: the first that a page has room for, of few edges.
TAGGED = (FULL, 6, 4, 2, 0)
EASES = (2.0, 1.6, 1.3, 1.0)  # how wide columns stand apart, as far as a page has room


class Columns(Layout):
    """Where the parts of a unit graph stand; the arguments are those of Layout, and so are attributes, but for these.

    Attributes:
        copies: the middles of each node: an input stands in every column that reads it.
        blocks: the middle and the size of each block, with the numbers of its results.
        links: the curves of each link.
        fold: what is folded.
        ceiling: the height above which nothing but headings stands.
        steps: from where to where each time step reaches, and its heading.
    """

    def _arrange(self, credit: Assignment) -> None:
        top = self._top
        whole = self._show == "blank" or self._path is not None or self._roomy or self._slide
        may_fold = not (whole or credit.total)
        part = drawn(credit, self._path)
        steps = time_steps(credit)  # plain zeros tell, too
        for self.fold in foldings(part, steps):
            width = self._fitted()
            if self.shows != "pattern" or not may_fold:
                break
        else:  # it cannot be folded so far: what has no pills is shown as it is folded least
            few = (f for f in foldings(part, steps) if len(f.credit.edges) <= SOME)
            self.fold = next(few, self.fold)
            width = self._fitted()
        shift = max(0.0, (max(self._least_width, LEAST_WIDTH) - width) / 2)
        lift = HEADING if self.fold.steps else 0.0
        self.ceiling = top + lift - 8.0
        self._settle(top + lift, shift)
        self.width = width + 2 * shift
        self.height = top + lift + self._tall + BOTTOM
        self._curve()

    def _fitted(self) -> float:
        """Find how much there is room for, and return the width."""
        self.credit = credit = self.fold.credit
        self.stacked = False  # whether the numbers of a vector stand one below the other
        self._ways: list[Edge | Link] = [*credit.edges.values(), *credit.links]
        pills, width, most = len(credit.edges), 0.0, PAGE
        rooms = [("full", False), ("credit", False), ("credit", True), ("pattern", True)]
        for self.shows, self.terse in rooms[0 if pills <= FULL else 1 if pills <= SOME else 3 :]:
            self.style = STYLES[self.shows]
            self.words = FoldedWords(self.fold, self.shows, self._show, self._back)
            most = PAGE * min(self.style.small, LEGEND) / LEGIBLE
            self._build()
            if (width := self._widened(most)) <= most:
                return width
        if self.fold.members:  # too wide still: their numbers stand in columns
            self.stacked = True
            self._build()
            return self._widened(most)
        return width

    def _widened(self, most: float) -> float:
        """Give columns, and credits that are written between them, what room a page has; return the width."""
        width = 0.0
        tags: tuple[int, ...] = TAGGED[-1:]
        if self.shows == "pattern":
            tags = tuple(n for n in TAGGED[len(self.credit.edges) > FULL :] if n >= self._tagged)
        for tagged, ease in product(tags, EASES):
            if (width := self._spread(ease, tagged)) <= most:
                break
        return width

    def beside(self, node: Node) -> bool:
        """Tell whether a node's numbers stand at its right: never."""
        return False

    def showing(self, credit: Assignment, words: Words) -> "Columns":
        """Return the same places with other numbers and words."""
        other = copy(self)
        other.credit, other.words = drawn(credit), words
        return other

    # ---------------------------------------------------------------- what stands where

    def _build(self) -> None:
        credit = self.credit
        self._items: dict[tuple[Any, ...], Item] = {}
        for node in credit.nodes.values():
            if node.kind != "input":
                self._node(node, node.layer)
        for way in self._ways:
            head = self._at(way.target, credit.nodes[way.target].layer)
            end = head
            if isinstance(way, Edge) and self.style.pill[1]:
                end = Item(head.level - 1, self._pill_width(way), self.style.pill[1])
                self._items["pill", way.key] = end
                join(end, head)
            if way.source is not None:
                self._chain(way.source, credit.nodes[way.target].layer, end)
        if self.fold.left_out:
            width = text_width(self._left_out, self.style.small) + 30.0
            self._items["note", 0] = Item(2 * self.fold.gap, width, 30.0)
        self._levels: dict[int, list[Item]] = {}
        for item in self._items.values():
            self._levels.setdefault(item.level, []).append(item)
        self._tall = arrange([self._levels[k] for k in sorted(self._levels)])

    @property
    def _left_out(self) -> str:
        return f"… {self.fold.left_out} more steps"

    def called(self, node: Node) -> str:
        """Return the number of a node, or those of a vector."""
        members = self.fold.members.get(node.index)
        return str(node.index) if members is None else ranged(members)

    def _node(self, node: Node, column: int) -> Item:
        key = ("block", node.block) if node.block is not None else ("node", node.index, column)
        if key not in self._items:
            self._items[key] = Item(2 * column, *self._size(node))
        return self._items[key]

    def _at(self, index: int, column: int) -> Item:
        node = self.credit.nodes[index]
        return self._node(node, column if node.kind == "input" else node.layer)

    @property
    def _radius(self) -> float:
        return 24.0 if self.shows == "full" else self.style.radius

    def _results(self, block: int | None) -> list[Node]:
        return [node for node in self.credit.nodes.values() if node.block == block]

    def _size(self, node: Node) -> tuple[float, float]:
        small, number = self.style.small, self.style.number
        if node.block is not None:
            results = self._results(node.block)
            texts = [text for result in results for _, text in self.lines(result)]
            width = max(text_width(text, small) for text in [*texts, node.does])
            return width + 16.0, 26.0 + len(results) * (small + 5.0)
        lines = [text for _, text in self.lines(node)]
        wide = max((text_width(line, small) for line in lines), default=0.0)
        if node.kind == "joint":
            head = text_width(f"{self.called(node)} {node.does}", small, bold=True)
            return max(head, wide) + 14.0, 12.0 + (1 + len(lines)) * (small + 3.0)
        if node.index in self.fold.members:
            head = text_width(self.called(node), number, bold=True)
            return max(head, wide) + 14.0, number + 16.0 + len(lines) * (small + 4.0)
        radius, above = self._radius, 0.0
        if node.kind == "unit" and (said := self.error(node)):
            above, wide = small + 10.0, max(wide, text_width(said, small, bold=True) + 8.0)
        return max(2 * radius, wide), 2 * (radius + max(above, (small + 4.0) * len(lines)))

    def lines(self, node: Node) -> list[tuple[str, str]]:
        """Return what is written at a node, as pairs of kind and text."""
        words, many = self.words, bool(self.credit.total)  # of many, nothing of one example
        if (members := self.fold.members.get(node.index)) is not None:
            return self._vector(node, members)
        z = f"{node.name} = {words.number(node.z)}"
        if node.kind == "input":
            text = words.input(node)
            return [("z", node.name if node.name == text.split(" = ")[-1] else text)]
        if node.block is not None:
            name = node.names.tail(node.index)
            return [("z", name if many else f"{name} = {words.number(node.z)}")]
        if node.kind == "joint":
            return [] if many or self.shows == "pattern" else [("z", z.split(" = ")[-1])]
        if self.shows == "pattern":
            return []
        name = node.name.rstrip(DIGITS) if self.terse else node.name
        lines = [] if many else [("z", f"{name} = {words.number(node.z)}")]
        if node.does != "linear":
            lines.insert(0, ("does", node.does))
        if node.target is not None and words.show != "forward":
            said = f"{node.target_name} = {shown(node.target)}"
            lines.append(("target", said if self.terse else node.names.wanted(said)))
        return lines

    def _vector(self, node: Node, members: list[Node]) -> list[tuple[str, str]]:
        """Return what is written in a vector: its numbers, and its errors."""
        words, narrow = self.words, self.shows == "pattern"
        equals = " " if narrow else " = "

        def told(kind: str, letter: str, numbers: Iterable[str]) -> list[tuple[str, str]]:
            said = shortened(numbers, "…", narrow)
            if not self.stacked:
                return [(kind, f"{letter}{equals}({', '.join(said)})")]
            return [(kind, f"{letter} {said[0]}"), *((kind, text) for text in said[1:])]

        total = self.credit.total
        lines = [("z", node.name[:1])]
        if not total:
            lines = told("z", node.name[:1], (words.number(n.z) for n in members))
        if node.kind != "unit":
            return lines
        if node.does != "linear":
            lines.insert(0, ("does", node.does))
        if words.delta(node):
            errors = (words.number(n.error, sign=True) for n in members)
            lines += told("delta", f"{total}{node.names.letter('delta')}", errors)
        return lines

    def _pill_width(self, edge: Edge) -> float:
        least = 62.0 if self.shows == "credit" else 84.0
        wide = max(text_width(t, self.style.pill_text, bold=True) for t in self.words.pill(edge))
        return max(least, wide + 14.0)

    def _chain(self, source: int, column: int, end: Item) -> None:
        """Join a tail to a pill or a head, through a dummy in each column between; ways from one tail share them."""
        item = self._at(source, column - 1)
        for level in range(item.level + 1, end.level):
            key = ("dummy", source, level)
            if key not in self._items:
                self._items[key] = Item(level)
            dummy = self._items[key]
            join(item, dummy)
            item = dummy
        join(item, end)

    def _spread(self, ease: float, tagged: int) -> float:
        """Give each column its place from left to right; return the width.

        Args:
            ease: how much room there is between columns.
            tagged: how many credits, the largest, have room on their edges.
        """
        self._x: dict[int, float] = {}
        self._wide = {k: max(item.width for item in items) for k, items in self._levels.items()}
        x, order, gap = MARGIN, sorted(self._levels), 0.0
        room: dict[int, float] = {}  # that credits take before a column
        for edge in sorted(self.credit.edges.values(), key=lambda e: -abs(e.credit))[:tagged]:
            if abs(flow := self.words.flow(edge)) >= NOTHING:
                level = 2 * self.credit.nodes[edge.target].layer
                tag = text_width(shown(flow, sign=True), self.style.pill_text, bold=True) + 14.0
                room[level] = max(room.get(level, 0.0), tag)
        bare = 2.0 if self.shows == "pattern" and not (self.fold.uses or tagged) else 1.0
        for level, following in zip(order, [*order[1:], order[-1]]):
            wide = self._wide[level]
            self._x[level] = x + wide / 2
            steep = max((abs(i.y - o.y) for i in self._levels[level] for o in i.after), default=0.0)
            near = 10.0 if not wide or not self._wide[following] else 18.0
            gap = ease * max(bare * near, min(56.0, 0.17 * steep))
            gap = max(gap, room.get(following, 0.0))
            x += wide + gap
        return x - gap + MARGIN

    def error(self, node: Node) -> str:
        """Return what is written above a unit: its error; without its number where room is short."""
        said = self.words.delta(node)
        return said.replace(node.delta_name, node.names.letter("delta")) if self.terse else said

    def _settle(self, top: float, shift: float) -> None:
        """Say where all is, for whoever draws it."""
        self._shift = shift
        self.units: dict[int, Point] = {}
        self.copies: dict[int, list[Point]] = {}
        self.pills: dict[Key, Point] = {}
        self.pill_widths: dict[int, float] = {}
        self.blocks: dict[int, tuple[Point, float, float, list[int]]] = {}
        self.biases: dict[int, Point] = {}
        self.notes: list[tuple[Point, str]] = []
        self._points = {
            id(item): Point(self._x[item.level] + shift, item.y + top)
            for item in self._items.values()
        }
        for (kind, of, *_), item in self._items.items():
            p = self._points[id(item)]
            if kind == "node":
                self.copies.setdefault(of, []).append(p)
            elif kind == "block":
                members = [node.index for node in self._results(of)]
                self.blocks[of] = p, item.width, item.height, members
                pitch, top_of_lines = self.style.small + 5.0, p.y - item.height / 2 + 20.0
                for k, i in enumerate(members):
                    self.copies[i] = [Point(p.x, top_of_lines + (k + 0.5) * pitch)]
            elif kind == "note":
                self.notes.append((p, self._left_out))
            elif kind == "pill":
                self.pills[of] = p
                layer = self.credit.nodes[of[1]].layer
                self.pill_widths[layer] = max(self.pill_widths.get(layer, 0.0), item.width)
        self.units = {i: points[0] for i, points in self.copies.items()}
        self.steps = self._step_spans()

    def boxes(self) -> list[tuple[Point, float, float]]:
        """Return the middle, the width and the height of all that stands in the picture."""
        items = (item for item in self._items.values() if item.width)
        return [(self._points[id(item)], item.width, item.height) for item in items]

    def _step_spans(self) -> list[tuple[float, float, str]]:
        """Return from where to where each time step reaches, and its heading; none if two would overlap."""
        found: list[tuple[float, float, str]] = []
        for step, nodes in self.fold.steps.items():
            levels = [2 * self.credit.nodes[i].layer for i in nodes]
            pills = [
                2 * self.credit.nodes[k[1]].layer - 1 for k in self.pills if k[1] in set(nodes)
            ]
            left, right = self._left(min(levels + pills)), self._right(max(levels))
            if found and left <= found[-1][1]:
                return []
            found.append((left, right, f"t = {step}"))
        return found

    # ---------------------------------------------------------------- curves

    def reach(self, node: Node) -> float:
        """Return how far a node reaches to the left and to the right of its middle."""
        if node.block is not None:
            return self.blocks[node.block][1] / 2
        if node.kind == "joint" or node.index in self.fold.members:
            return self._size(node)[0] / 2
        return self._radius

    def _curve(self) -> None:
        self.tails: dict[Key, Curve] = {}
        self.heads: dict[Key, Curve] = {}
        self.ways: dict[Key, list[Curve]] = {}
        self.links: list[tuple[Link, list[Curve]]] = []
        for way in self._ways:
            head, p = self.credit.nodes[way.target], self.units[way.target]
            end = Point(p.x - self.reach(head), p.y + self._fan(way, head))
            # level on the last stretch, so that nothing runs through what stands above the head
            last = Point(min(self._left(2 * head.layer), end.x), end.y)
            points = self._course(way, head)
            if isinstance(way, Link):
                self.links.append((way, through([*points, last, end])))
            elif way.key in self.pills:
                pill, half = self.pills[way.key], self.pill_widths[head.layer] / 2
                if points:
                    self.ways[way.key] = through([*points, Point(pill.x - half, pill.y)])
                    self.tails[way.key] = self.ways[way.key][-1]
                self.heads[way.key] = ended(through([Point(pill.x + half, pill.y), last])[0], end)
            else:
                from_nowhere = [Point(max(end.x - 34.0, 6.0), end.y), end]
                curves = through([*points, last] if points else from_nowhere)
                self.ways[way.key] = curves[:-1] if points else []
                self.heads[way.key] = ended(curves[-1], end)

    def _course(self, way: Edge | Link, head: Node) -> list[Point]:
        """Return where a way runs from its tail to the column before its head, or its pill; of a bias nothing."""
        if way.source is None:
            return []
        tail, item = self.credit.nodes[way.source], self._at(way.source, head.layer - 1)
        p = self._points[id(item)] if tail.block is None else self.units[way.source]
        points = [Point(p.x + self.reach(tail), p.y), Point(self._right(item.level), p.y)]
        pilled = isinstance(way, Edge) and way.key in self.pills
        for level in range(item.level + 1, 2 * head.layer - pilled):
            if (dummy := self._items.get(("dummy", way.source, level))) is not None:
                y = self._points[id(dummy)].y
                points += [Point(self._left(level), y), Point(self._right(level), y)]
        return points

    def _left(self, level: int) -> float:
        return self._x[level] + self._shift - self._wide[level] / 2

    def _right(self, level: int) -> float:
        return self._x[level] + self._shift + self._wide[level] / 2

    def _fan(self, way: Edge | Link, head: Node) -> float:
        """Return how far above or below the middle of its head a way ends."""
        if head.block is not None:
            p, *_ = self.blocks[head.block]
            return p.y - self.units[head.index].y
        ways = self.credit.into(head.index)
        order = sorted(range(len(ways)), key=lambda k: self._start(ways[k]))
        place = next((n for n, k in enumerate(order) if ways[k] is way), 0)
        boxed = head.kind == "joint" or head.index in self.fold.members
        room = 9.0 if boxed else 0.5 * self.reach(head)
        return 0.0 if len(ways) < 2 else room * (2.0 * place / (len(ways) - 1) - 1.0)

    def _start(self, way: Edge | Link) -> float:
        if isinstance(way, Edge) and way.key in self.pills:
            return self.pills[way.key].y
        return self.units[way.source].y if way.source in self.units else 0.0
