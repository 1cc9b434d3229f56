"""The living page of a network: drag a weight, an input or the target, and activations, errors and credits follow."""

import html
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from autograd.notation import shown, table
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.page import Contents, Live, runs, shortened
from autograd.pictures.live.places import Marks, stale
from nn.arguments import learning_rate
from nn.credit.assignment import Assignment
from nn.credit.derivation import delta_line
from nn.credit.pictures.graph import CreditGraph, owner
from nn.credit.pictures.layout import Layout
from nn.credit.pictures.live.presets import presets, python
from nn.credit.pictures.live.recorded import Recorded, in_order
from nn.credit.story import Step, scale, story
from nn.notations import SLIDES

_MOST = 1500  # weights: those of more would not fit into 150 KB
_MANY, _SHORT = 96, 40  # edges: of more, the table without scripts has the largest
_LINES = 6  # of a chapter; of more the first four
_TERMS = 4  # a sum of more is written with Σ
_INTRODUCTION = (
    "Drag a weight, an input or the target, or focus one and use the arrow keys or type a number. Click an edge to see "
    "the way of the error to it, a unit to see how its error comes about. Positive credit: more of this weight makes "
    "the loss larger, so the update takes it down."
)
_HINT = "The largest credit now: <span id=most></span>. Click an edge or a unit to see how its number comes about."


def live_network(credits: Sequence[Assignment], lr: float = 0.1, hosted: bool = False) -> Live:
    """Return the living page of one example, or of several of one network.

    Args:
        credits: what `assign_credit` found for each example.
        lr: the learning rate η that the page begins with.
        hosted: whether the page stands in a widget, which it tells of every change.

    Raises:
        ValueError: if the network has too many weights for a page of 150 KB.
        TypeError: if the network or its loss branches on a number by other means than `autograd.where`.
    """
    lr = learning_rate(lr)
    if len(credits[0].edges) > _MOST:
        raise ValueError(
            f"a living page has room for about {_MOST:,} weights; this network has {len(credits[0].edges):,}: "
            "credit.draw() and credit.steps() show an excerpt of it"
        )
    recorded = Recorded(credits[0])
    coda = _script("widget") if hosted else ""
    return Live(lambda: _contents(credits, recorded, lr, coda), credits[0].title)


def values(credit: Assignment) -> dict[str, float]:
    """Return the numbers that the page of an example begins with, by the names of its variables."""
    recorded = Recorded(credit)
    found = {owner(key): edge.weight for key, edge in credit.edges.items()}
    numbers = recorded.tape.numbers
    return found | {name: numbers[slot] for _, name, _, slot, _ in _given(recorded)}


def _contents(credits: Sequence[Assignment], recorded: Recorded, lr: float, coda: str) -> Contents:
    credit, tape, marks = credits[0], recorded.tape, Marks()
    credit = credit.in_notation(credit.names.notation, negated=credit.names.sign < 0.0)
    named = recorded.named(marks, credit)
    layout = Layout(named, top=16.0)
    told = scale(credit)
    graph = CreditGraph(
        layout, named.nodes.keys(), named.edges.keys(),
        marks=named.edges.keys() if told == "edge" else frozenset(), waiting=True,
        joined=layout.shows == "pattern",
    )  # fmt: skip
    graph.largest = marks.place("m", graph.largest)
    graph.legend()
    title = f"Who is to blame? A {credit.title}, live"
    drawing = Drawing(graph.canvas.source, title, "Its numbers are in the table.", pinned=True)
    given = list(_given(recorded))
    edges = [(key, named.edges[key]) for key in in_order(credit)]
    steps = [step for step in story(named, lr) if step.stage == "before"]
    places: dict[Any, int] = {}
    for item in (*sorted(named.nodes), *(key for key, _ in edges)):
        places[item] = len(places)
    return Contents(
        title, _INTRODUCTION, _HINT, f"{named.names.loss} = {credit.loss_formula}", drawing, marks, tape,
        f"<pre>{html.escape(_table(credit, lr))}</pre>",
        [_chapter(step, places) for step in steps],
        list(_cards(named)), prelude=
        "\n".join(_script(name) for name in ("network", *["pattern"] * (layout.shows == "pattern"))),
        data={
            "eta": lr, "result": "L", "widest": 6.6 if layout.shows == "full" else 5.4, "pattern": layout.shows == "pattern", "full": layout.shows == "full",
            "kinds": {kind: kind for kind in ("weight", "input", "target")},
            "given": given,
            "edges": [owner(key) for key, _ in edges],
            "labels": {owner(key): e.name for key, e in edges if e.name != SLIDES.weight(*key[:2])},
            "names": {
                i: [named.names.delta(i), named.names.tail(i)] for i in sorted(named.nodes)
            },
            "units": {j: [tape[a], tape[recorded.z[j]]] for j, a in sorted(recorded.a.items())},
            "examples": _examples(credits, recorded) if len(credits) > 1 else [],
            "presets": list(presets(credit)), "python": marks.template(python(named)),
        },
        coda=coda,
        # a pill with room for one line has two at the same place
        css="#ID .weight{display:none}" if layout.shows == "credit" else "",
    )  # fmt: skip


def _script(name: str) -> str:
    return shortened(
        resources.files("nn.credit.pictures.live")
        .joinpath(f"{name}.js")
        .read_text(encoding="utf-8")
    )


def _given(recorded: Recorded) -> Iterator[tuple[str, str, str, int, str]]:
    """Yield inputs and targets: the number of the node, the variable's name and label, its slot and its kind."""
    credit, tape = recorded.credit, recorded.tape
    for row, i in enumerate(credit.layers[0], 1):
        yield str(i), f"x{row}", credit.nodes[i].name, tape[recorded.z[i]], "input"
    for j, target in recorded.targets.items():
        name = "y" if len(recorded.targets) == 1 else f"y{j}"
        yield str(j), name, credit.nodes[j].target_name, tape[target], "target"


def _examples(credits: Sequence[Assignment], recorded: Recorded) -> list[dict[str, Any]]:
    tape, found = recorded.tape, []
    for k, credit in enumerate(credits, 1):
        values = [(tape[recorded.z[i]], credit.nodes[i].z) for i in credit.layers[0]]
        for j, target in recorded.targets.items():
            values.append((tape[target], credit.nodes[j].target or 0.0))
        if not recorded.targets and credit.y != credits[0].y:
            raise ValueError(
                f"example {k} has another target than the first, and the loss {credit.loss_name} does not compute "
                "with its target as a number: show one example at a time"
            )
        found.append({"label": f"example {k}", "values": values})
    return found


def _chapter(step: Step, places: Mapping[Any, int]) -> str:
    lit = {place for item, place in places.items() if item in step.nodes or item in step.edges}
    attributes = f' data-lit="{runs(sorted(lit))}"' if len(lit) < len(places) else ""
    if step.path is not None:
        attributes += f' data-path="{owner(step.path)}"'
    numbers = step.numbers.splitlines()
    if len(numbers) > _LINES:
        numbers[4:] = [f"… and {len(numbers) - 4} more, in the table"]
    lines = [text for text in (step.symbols, "\n".join(numbers)) if text and not stale(text)]
    body = "".join(f"<span>{html.escape(text)}</span>" for text in lines)
    return f"<li{attributes}><strong>{html.escape(step.title)}</strong>{body}</li>"


def _cards(named: Assignment) -> Iterator[str]:
    """Yield what is said of each unit."""
    for j, node in named.nodes.items():
        if node.delta is None:
            continue
        behind = named.layers[node.layer + 1] if node.layer + 1 < len(named.layers) else []
        line = delta_line(named, node)
        a, symbols, numbers = node.a_name, line.symbols, f" = {line.numbers}"
        if len(behind) > _TERMS:
            symbols, numbers = named.names.back(j), ""
        yield _card(
            str(j), f"{line.left} = {symbols}{'' if stale(numbers) else numbers} = {shown(line.value, 4, True)}",
            "back",
        )  # fmt: skip
        f = node.does
        passed = f"{a} = {shown(node.a or 0.0, 4)},  {node.name} = "
        passed += a if f == "linear" else f"{f}({a}) = {shown(node.z, 4)}"
        if f != "linear" and node.slope is not None:
            passed += f",  f′({a}) = {shown(node.slope, 4)}"
        yield _card(str(j), passed)


def _table(credit: Assignment, lr: float) -> str:
    """Return the table for readers without scripts; of many edges only what is asked for most."""
    if len(credit.edges) <= _MANY:
        return credit.table(lr)
    most = sorted(credit.edges.values(), key=lambda e: -abs(e.credit))[:_SHORT]
    rows = [[e.name, shown(e.weight, 4), shown(e.credit, 4, True)] for e in most]
    heading = f"The largest of {len(credit.edges):,} credits:\n"
    return heading + table(["edge", "weight", credit.names.product], rows)


def _card(of: str, text: str, kind: str = "") -> str:
    return f'<p data-of="{of}"{f" class={kind}" * bool(kind)}>{html.escape(text)}</p>'
