"""The step player: the story of one example as a page to click through, one picture whose parts change."""

import html
import json
import os
import re
from typing import TYPE_CHECKING, Any

from autograd.drawing import Drawing
from autograd.render import save
from autograd.svg import FONT, colour
from nn.credit_graph import CreditGraph, owner
from nn.layout import Layout, pill_lines, unit_lines
from nn.page import PAGE
from nn.picture import description
from nn.story import MANY, Step, story

if TYPE_CHECKING:
    from nn.credit import Credit

# How a part looks in a step: dimmed, not known yet, or, for the marks of a path, on. On paper the whole
# picture stands beside the whole story.
_STATES = (
    "#ID .halo,#ID .forward,#ID .back,#ID .return,#ID .meet{display:none}"
    "@media screen{"
    "#ID .on{display:inline}#ID .dim{opacity:.3}#ID .dim.on{opacity:1}"
    "#ID .unknown.line path{stroke:var(--zero);stroke-width:1.2;stroke-dasharray:none}"
    "#ID .unknown.line polygon{stroke:var(--zero);fill:var(--zero)}"
    "#ID .unknown.weight{transform:translateY(9px)}"  # into the middle of a pill that says nothing else
    "#ID .unknown.pill path{stroke:var(--zero);fill:var(--card)}"
    "#ID .unknown.a,#ID .unknown.z,#ID .unknown.delta,#ID .unknown.credit{visibility:hidden}"
    "}"
)
_CREDIT = (
    "credit",
    "line",
    "pill",
    "weight",
)  # the kinds that look different once a credit is known


class Player:
    """The story of one example as a page: buttons, arrow keys and a slider lead through its steps.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η of the update at its end.
    """

    def __init__(self, credit: "Credit", lr: float = 0.1) -> None:
        self.credit = credit
        self.lr = lr
        self.steps = story(credit, lr)

    def html(self, engine: str | None = None) -> str:
        """Return the page, complete in itself: it loads nothing from anywhere.

        Args:
            engine: the program that draws the picture; see autograd.render.find_engine.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: as autograd.render.render.
        """
        title = f"Credit assignment, {self.credit.title}"
        marks = {
            "TITLE": html.escape(title),
            "LIGHT": _variables(dark=False),
            "DARK": _variables(dark=True),
            "FONT": FONT,
            "COUNT": str(len(self.steps)),
            "PICTURE": self._picture(title).svg(engine, prefix="picture", css=_STATES),
            "LIST": "\n".join(map(_item, self.steps)),
            "STORY": _script(self._data()),
        }
        # one pass, so that a mark in the text of the story is left alone
        return re.sub("@([A-Z]+)@", lambda mark: marks[mark[1]], PAGE)

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the page to a file, whole or not at all."""
        save(path, self.html(engine).encode())

    def __repr__(self) -> str:
        return f"<Player: {len(self.steps)} steps of {self.credit.title}>"

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, for Jupyter; if it cannot be drawn, the story as text."""
        try:
            page = html.escape(self.html())
        except Exception as error:
            text = "\n".join(map(str, self.steps))
            return f"<pre>{html.escape(text)}\n\n{html.escape(str(error))}</pre>"
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="Credit assignment, step by step" '
            'style="width:100%;max-width:1000px;height:860px;border:0"></iframe>'
        )

    # ---------------------------------------------------------------- what the page is made of

    def _picture(self, title: str) -> Drawing:
        credit = self.credit
        graph = CreditGraph(
            credit,
            Layout(credit, top=16.0),
            frozenset(credit.nodes),
            frozenset(credit.edges),
            marks=frozenset(credit.edges if len(credit.edges) < MANY else ()),
        )
        graph.legend()
        return Drawing(graph.canvas.source, title, description(credit), pinned=True)

    def _data(self) -> dict[str, Any]:
        since: dict[str, int] = {}
        for k, step in enumerate(self.steps):
            for fact, item in step.known:
                for kind in _CREDIT if fact == "credit" else (fact,):
                    if isinstance(item, (int, tuple)):
                        since.setdefault(f"{kind} {owner(item)}", k)
        after = _texts(self.credit.after(self.lr))
        weights = {key: text for key, text in after.items() if key.startswith("weight")}
        return {
            "steps": [self._step(step) for step in self.steps],
            "since": dict(sorted(since.items())),
            "texts": {"updated": weights, "after": after},
        }

    def _step(self, step: Step) -> dict[str, Any]:
        credit = self.credit
        every = len(step.nodes) == len(credit.nodes) and len(step.edges) == len(credit.edges)
        lit = [owner(i) for i in sorted(step.nodes)]
        lit += [owner(key) for key in credit.edges if key in step.edges]
        return {
            "title": step.title,
            "symbols": step.symbols,
            "numbers": step.numbers,
            "stage": step.stage,
            "lit": None if every else lit,
            "marks": _marks(step),
            "forget": ("delta", *_CREDIT) if step.stage == "after" else (),
        }


def _marks(step: Step) -> list[str]:
    """Return the marks that are on in a step, as kind and owner."""
    if step.path is None:
        return []
    found = [f"{kind} {owner(step.path)}" for kind in ("halo", "forward", "back", "meet")]
    for key in sorted(step.edges - {step.path}, key=owner):
        found += [f"{kind} {owner(key)}" for kind in ("halo", "back", "return")]
    return found


def _texts(credit: "Credit") -> dict[str, str]:
    """Return what an example's numbers say in the picture, by kind and owner."""
    shows = Layout(credit).shows
    found = {}
    for key, edge in credit.edges.items():
        weight, *below = pill_lines(edge, shows)
        if below:
            found[f"weight {owner(key)}"] = weight
    for node in credit.nodes.values():
        if node.a is not None:
            lines = unit_lines(credit, node, shows)
            found |= {f"{kind} {node.index}": text for kind, text in lines if kind != "target"}
    return found


def _script(data: object) -> str:
    """Return data as a script's literal, in which nothing can end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _variables(dark: bool) -> str:
    parts = ("card", "ink", "muted", "unit", "plus", "zero")
    return " ".join(f"--{part}: {colour(part, dark=dark)};" for part in parts)


def _item(step: Step) -> str:
    lines = [step.title, step.symbols, step.numbers]
    title, symbols, numbers = map(html.escape, lines)
    return f"<li><strong>{title}</strong><span>{symbols}</span><span>{numbers}</span></li>"
