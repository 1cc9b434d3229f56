"""The step player: the story of one example as a page to click through, one picture whose parts change."""

import html
import os
from collections.abc import Callable, Mapping
from typing import Any

from autograd.files import ending, write_whole
from autograd.pictures.display import framed, show
from autograd.pictures.drawing import Drawing
from autograd.pictures.formats.tikz import tex
from autograd.pictures.page import document, filled, runs, stored
from autograd.pictures.palette import Theme
from autograd.pictures.svg import SMALLEST
from nn.credit.assignment import Assignment
from nn.credit.parts import Key
from nn.credit.pictures.frames import Frames, talk
from nn.credit.pictures.graph import CreditGraph
from nn.credit.pictures.legend import legend
from nn.credit.pictures.picture import credit_drawing, description
from nn.credit.pictures.units.unit_graph import kinds
from nn.credit.pictures.words import Words
from nn.credit.telling.story import Step, Teller, scale

# Of more edges in a story told layer by layer, those into a layer that look alike are one part.
MANY = 200


class Player:
    """The story of one example as a page: buttons, arrow keys and a slider lead through its steps.

    The page is below 150 KB, however large the network: the larger it is, the more a step tells at once (see
    `nn.credit.telling.story.scale`), and of very wide layers, or very many, the picture shows the ends (see `nn.credit.telling.excerpt`).

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η of the update at its end.
        steps: its story; if not given, that of one example.
        after: the same once the updates are made; if not given, it is computed.

    >>> from nn.lessons import example
    >>> example("worked").credit().steps()
    <Player: 18 steps of 3-2-1 tanh network>
    """

    def __init__(
        self,
        credit: Assignment,
        lr: float = 0.1,
        steps: list[Step] | None = None,
        after: Assignment | None = None,
    ) -> None:
        self.credit, self.lr = credit, lr
        self.after = credit.after(lr) if after is None else after
        self.steps = Teller(credit, lr, self.after).steps if steps is None else steps

    def html(self, engine: str | None = None) -> str:
        """Return the page, complete in itself: it loads nothing from anywhere.

        Args:
            engine: the program that draws the picture, `dot` say; the embedded one if not given.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: if no engine is there, or it fails, or takes too long.
        """
        title = f"Credit assignment, {self.credit.title}"
        graph = self._graph()
        legend(graph)
        width, height = graph.layout.width, graph.layout.height
        least = max(620.0, SMALLEST * width)
        drawing = Drawing(graph.canvas.source, title, description(self.credit), pinned=True)
        body = filled(
            _file("player.html"),
            ROOM=graph.layout.shows,
            CHAPTERS="\n".join(
                f'<button data-step="{k}">{chapter}</button>'
                for chapter, k in self._chapters().items()
            ),
            COUNT=str(len(self.steps)),
            PICTURE=drawing.svg(engine, prefix="picture"),
            LIST="\n".join(map(_item, self.steps)),
        )
        style = filled(_file("player.css"), LOWEST=f"{least * height / width:.0f}")
        script = stored("autograd.pictures", "document.js") + _file("player.js")
        return document(title, least, style, body, self._data(graph), script)

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the story to a file, whole or not at all.

        Args:
            path: where to; its ending says what: .html the page, .tex a talk for LaTeX with beamer, a page a step.
            engine: as for `html`.

        Raises:
            ValueError: if its name ends otherwise.
        """
        write_whole(path, WRITERS[ending(path, WRITERS, "a player")](self, engine))

    def draw(self, step: int, theme: Theme = "auto", transparent: bool = False) -> Drawing:
        """Return the picture of one step, for a slide, to be saved as SVG, PDF, PNG or TeX.

        Args:
            step: its number, from 1.
            theme, transparent: as for `autograd.draw`.

        Raises:
            ValueError: if there is no such step.
        """
        if type(step) is not int or not 1 <= step <= len(self.steps):
            raise ValueError(f"the story has the steps 1 to {len(self.steps)}; got {step!r}")
        frames = Frames(self.credit, self.steps, self.after)
        return frames.drawing(self.steps[step - 1], theme, transparent)

    def __repr__(self) -> str:
        return f"<Player: {len(self.steps)} steps of {self.credit.title}>"

    def __str__(self) -> str:
        """Return the story as text."""
        return "\n".join(map(str, self.steps))

    def show(self) -> None:
        """Show the page: in a notebook below the cell, elsewhere in a browser; errors as those of `Drawing.show`."""
        show(self, self.html, "steps")

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> Mapping[str, Any]:
        """Return the page in a frame of its own, for Jupyter; for paper, and where it cannot be drawn, picture and story."""
        story = str(self)
        shown = dict(self.drawing()._repr_mimebundle_())
        shown["text/plain"] = f"{shown['text/plain']}\n\n{story}"
        if picture := shown.get("text/html"):
            shown["text/html"] = framed(self.html(), picture, story, self.drawing().title)
        if "text/latex" in shown:
            lines = (rf"\noindent {tex(line)}\par" for line in story.splitlines())
            shown["text/latex"] += "\n".join(lines)
        return shown

    def drawing(self) -> Drawing:
        """Return the picture of the whole story."""
        return credit_drawing(self.credit)

    def _chapters(self) -> dict[str, int]:
        """Return the first step of each chapter."""
        found: dict[str, int] = {}
        for k, step in enumerate(self.steps):
            found.setdefault(step.chapter, k)
        return found

    # ---------------------------------------------------------------- what the page is made of

    def _graph(self) -> CreditGraph:
        arrange, draw = kinds(self.credit)
        layout = arrange(self.credit, top=16.0, roomy=True)
        nodes, edges = layout.credit.nodes.keys(), layout.credit.edges.keys()
        told = scale(self.credit)
        return draw(
            layout, nodes, edges, marks=edges if told == "edge" else frozenset(),
            joined=told == "layer" and len(edges) > MANY, waiting=True,
        )  # fmt: skip

    def _data(self, graph: CreditGraph) -> dict[str, Any]:
        """Return what the script must know beside the picture and the list of steps, which it reads.

        Each node and each edge drawn is a number here, its place among the owners; so are all edges of one owner.
        """
        owners: dict[str, int] = {}
        places: dict[int | Key, int] = {}
        # most steps light the edges into a unit: side by side they are one run
        edges = sorted(graph.credit.edges, key=lambda key: key[1])
        items: list[int | Key] = [*graph.credit.nodes, *edges]
        for item in items:
            places[item] = owners.setdefault(graph.owner(item), len(owners))
        # since which step a part is known, and the error of a node
        known, errors = [0] * len(owners), [0] * len(graph.credit.nodes)
        for k in reversed(range(len(self.steps))):
            for fact, item in self.steps[k].known:
                if (place := places.get(item)) is not None:
                    (errors if fact == "delta" else known)[place] = k
        pills = graph.layout.shows != "pattern"
        back = {
            places[key]: graph.back(edge)
            for key, edge in graph.credit.edges.items()
            if pills and key[0] is not None and graph.credit.nodes[key[0]].layer
        }
        chapters = self._chapters()  # without weights nothing goes back beyond the output
        return {
            "links": pills and scale(self.credit) == "edge",  # each edge has a step of its own
            "backward": chapters.get("back", chapters["update"]),
            "back": back,
            "owners": list(owners),
            "known": known,
            "errors": errors,
            "steps": [_state(step, places) for step in self.steps],
            "after": _numbers(graph.layout.words.of(self.after), places),
        }


def _state(step: Step, places: Mapping[int | Key, int]) -> dict[str, object]:
    """Return how a step differs from one that lights everything before the update."""
    state: dict[str, object] = {}
    lit = {place for item, place in places.items() if item in step.nodes or item in step.edges}
    if len(lit) < len(set(places.values())):
        state["lit"] = runs(sorted(lit))
    if step.path is not None:
        state["path"] = places[step.path]
    if carries := {places[key] for key in step.back if key in places}:
        state["back"] = runs(sorted(carries))
    if step.stage != "before":
        state["stage"] = step.stage
    return state


def _numbers(words: Words, places: Mapping[int | Key, int]) -> dict[str, dict[int, str]]:
    """Return the numbers of an example that stand at the end of lines in the picture, by kind and place."""
    credit = words.credit
    found: dict[str, dict[int, str]] = {"weight": {}, "a": {}, "z": {}}
    for item, place in places.items():
        lines: list[tuple[str, str]] = []
        if not isinstance(item, int) and words.room != "pattern":
            lines = [("weight", words.weight_line(credit.edges[item]))]
        elif isinstance(item, int) and credit.nodes[item].kind != "input":
            lines = words.node(credit.nodes[item])
        for kind, line in lines:
            if kind in found:
                found[kind][place] = line.split(" ")[-1]
    return found


def _file(name: str) -> str:
    return stored("nn.credit.pictures", name)


def _item(step: Step) -> str:
    lines = [step.title, step.symbols, step.numbers]
    title, symbols, numbers = map(html.escape, lines)
    return f"<li><strong>{title}</strong><span>{symbols}</span><span>{numbers}</span></li>"


# what a player can be saved as, by the ending of the file
WRITERS: dict[str, Callable[[Player, str | None], bytes]] = {
    "html": lambda player, engine: player.html(engine).encode(),
    "tex": lambda player, _: talk(
        Frames(player.credit, player.steps, player.after, slide=True)
    ).encode(),
}
