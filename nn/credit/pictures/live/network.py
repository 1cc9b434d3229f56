"""The living page of a network: drag a weight, an input or the target, and activations, errors and credits follow."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograd.notation import shown, table
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.page import Contents, shortened
from autograd.pictures.live.places import quantity, stale
from autograd.pictures.live.written import python as expression
from autograd.pictures.page import Live, runs, stored
from autograd.structure import rebuild
from nn.arguments import learning_rate, plain
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.pictures.graph import LARGEST, owner
from nn.credit.pictures.layout import Layout
from nn.credit.pictures.legend import legend
from nn.credit.pictures.live.presets import python
from nn.credit.pictures.live.taped import Taped
from nn.credit.pictures.units.columns import Columns
from nn.credit.pictures.units.unit_graph import kinds
from nn.credit.telling.story import Step, Teller
from nn.credit.telling.ways import Ways
from nn.notations import SLIDES

_MOST = 1500  # weights: those of more would not fit into 150 KB
_MANY, _SHORT = 64, 40  # edges: of more, the table without scripts has the largest
_LINES = 6  # of a chapter; of more the first four
_TERMS = 4  # a sum of more is written with Σ
_INTRODUCTION = (
    "Drag a weight, an input or the target, or focus one and use the arrow keys or type a number. Click an edge to see "
    "the way of the error to it, a unit to see how its error comes about. Positive credit: more of this weight makes "
    "the loss larger, so the update takes it down."
)
_HINT = "Click the largest credit, an edge or a unit to see how its number comes about."


def live_network(credits: Sequence[Assignment], lr: float = 0.1, hosted: bool = False) -> Live:
    """Return the living page of one example, or of several of one network.

    Args:
        credits: what `assign_credit` found for each example.
        lr: the learning rate η that the page begins with.
        hosted: whether the page stands in a widget, which it tells of every change.

    Raises:
        ValueError: if the network has too many weights for a page of 150 KB.
        TypeError: if a layered network or its loss branches on a number by other means than `autograd.where`.
    """
    lr = learning_rate(lr)
    if len(credits[0].edges) > _MOST:
        raise ValueError(
            f"a living page has room for about {_MOST:,} weights; this network has {len(credits[0].edges):,}: "
            "credit.draw() and credit.steps() show an excerpt of it"
        )
    taped = Taped(credits[0])
    coda = _script("widget") if hosted else ""
    return Live(lambda engine: _contents(credits, taped, lr, coda).page(engine), credits[0].title)


def values(taped: Taped) -> dict[str, float]:
    """Return the numbers that the page of an example begins with, by the names of its variables."""
    credit, numbers = taped.credit, taped.tape.numbers
    found = {owner(key): edge.weight for key, edge in credit.edges.items()}
    if not credit.layers:
        found = {name: weight.weight for name, weight in credit.weights.items()}
    return found | {name: numbers[slot] for _, name, _, slot, _ in _given(taped)}


def with_values(taped: Taped, numbers: Mapping[str, float]) -> Assignment:
    """Return the credit of an example with other numbers, by the names of the page's variables."""
    credit, given = taped.credit, [float(numbers[name]) for _, name, *_ in _given(taped)]
    x, targets = given[: len(taped.inputs)], iter(given[len(taped.inputs) :])
    y = [*targets] if credit.probabilities else credit.y
    if taped.targets and not credit.probabilities:
        y = rebuild(plain(credit.y), lambda _: next(targets))
    if credit.layers:
        net = credit.network({key: float(numbers[owner(key)]) for key in credit.edges})
        penalty = credit.recording.penalty
        now = credit.of(net, x, y, credit.loss_function, penalty=penalty)
    else:
        weights = [float(numbers[name]) for name in credit.weights]
        now = credit.of_recording(taped.again(weights, x, y), y, credit.loss_function)
    return now.in_notation(credit.names.notation)


def _contents(credits: Sequence[Assignment], taped: Taped, lr: float, coda: str) -> Contents:
    credit, named, marks = taped.credit, taped.named(), taped.marks
    arrange, draw = kinds(credit)
    layout = arrange(named, top=16.0, tagged=LARGEST)
    pattern = layout.shows == "pattern"
    joined = bool(credit.layers) and pattern
    graph = draw(
        layout, layout.credit.nodes.keys(), layout.credit.edges.keys(), joined=joined, waiting=True,
        largest=LARGEST * pattern,
    )  # fmt: skip
    graph.largest = marks.place("x", graph.largest)
    legend(graph)
    title = f"Who is to blame? A {credit.title}, live"
    drawing = Drawing(graph.canvas.source, title, "Its numbers are in the table.", pinned=True)
    items = [*sorted(named.nodes), *taped.order]
    places: dict[Any, int] = {item: k for k, item in enumerate(items)}
    steps = [step for step in Teller(named, lr, named).steps if step.stage == "before"]
    rooms = ["network", *["unlayered"] * (not credit.layers), "table", *["pattern"] * joined]
    examples = _examples(credits, taped) if len(credits) > 1 else []
    data = {"eta": lr, "room": layout.shows, "examples": examples, **_data(taped, named)}
    if folds := _folds(layout):
        data["folds"] = folds
        coda = f"{_script('folded')}\n{coda}"
    return Contents(
        title, _INTRODUCTION, _HINT, f"{named.names.loss} = {credit.loss_formula}", drawing, marks, taped.tape,
        f"<pre>{html.escape(_table(credit, lr))}</pre>", [_chapter(step, places) for step in steps], list(_cards(named)),
        "\n".join(map(_script, rooms)), coda, data,
    )  # fmt: skip


def _folds(layout: Layout) -> dict[str, list[str]]:
    """Return the edges, or the units, for which a part of a folded picture stands, by the owner of that part."""
    if not isinstance(layout, Columns):
        return {}
    edges = {
        owner(key): [owner(e.key) for e in several] for key, several in layout.fold.stands.items()
    }
    return edges | {
        owner(i): [owner(n.index) for n in nodes] for i, nodes in layout.fold.members.items()
    }


def _data(taped: Taped, named: Assignment) -> dict[str, Any]:
    """Return what the scripts know of a network beside its tape."""
    slots, edges = taped.slots, [named.edges[key] for key in taped.order]
    flipped = named.names.sign < 0.0  # errors are of the other sign than the derivative
    units = {j: n for j, n in sorted(named.nodes.items()) if n.kind == "unit"}
    data = {
        "flip": "-" * flipped, "minus": "−" * flipped, "result": named.names.loss,
        "learns": "weight", "given": list(_given(taped)),
        "units": {j: [_slot(n.a), slots[j]] for j, n in units.items()},
        "names": {
            i: called for i in named.nodes
            if (called := [named.names.delta(i), named.names.tail(i)]) != [SLIDES.delta(i), SLIDES.tail(i)]
        },
        "links": [[str(link.source), str(link.target), ""] for link in named.links], **_wrong(named), **_letters(named),
    }  # fmt: skip
    if named.layers:
        usual = [SLIDES.weight(e.source, e.target) for e in edges]
        rows = [[owner(e.key), e.name][: 1 + (e.name != name)] for e, name in zip(edges, usual)]
        return {**data, "edges": rows, "python": taped.marks.template(python(named))}
    tape, joints = taped.tape, {j: n for j, n in named.nodes.items() if n.kind == "joint"}
    given = {*units, *joints, *taped.inputs}
    text = expression(tape.root, lambda v: taped.marks.place(f"v{tape[v]}", v.data))
    return {
        **data, "python": taped.marks.template(text),
        "edges": [
            [owner(e.key), e.name, e.called, e.parameter, "−" * ((e.sign < 0.0) is not flipped), *map(quantity, (e.weight, e.delta, e.z))]
            for e in edges
        ],
        "joints": {j: [quantity(n.delta), slots[j]] for j, n in joints.items()},
        "fixed": {i: slots[i] for i in named.nodes if i not in given},
        "weights": [[w.name, taped.parameters[w.name], len(w.uses)] for w in named.weights.values()],
        "insides": [[start, runs(part)] for start, part in taped.insides],
    }  # fmt: skip


def _wrong(named: Assignment) -> dict[str, Any]:
    """Return what may go wrong in the first units: the weights that make them flat, and a sum that makes one dead."""
    first = [
        (node, ways) for node in named.nodes.values()
        if node.kind == "unit" and (ways := named.into(node.index))
        and all(way.source is None or named.nodes[way.source].kind == "input" for way in ways)
    ]  # fmt: skip
    flat = {
        _slot(way.weight) for node, ways in first for way in ways
        if isinstance(way, Edge) and way.parameter and way.source is not None and node.does in ("tanh", "sigmoid")
    }  # fmt: skip
    dead = [_slot(node.a) for node, _ in first if node.does.startswith("relu")]
    return {**({"flat": runs(sorted(flat))} if flat else {}), **({"dead": dead[0]} if dead else {})}


def _slot(x: Any) -> int:
    return int(quantity(x)[1:])


def _script(name: str) -> str:
    return shortened(stored("nn.credit.pictures.live", f"{name}.js"))


def _given(taped: Taped) -> Iterator[tuple[str, str, str, int, str]]:
    """Yield inputs and targets: the number of the node, the variable's name and label, its slot and its kind."""
    credit = taped.credit
    taken = set() if credit.layers else set(taped.parameters)  # a weight may be called x1

    def free(name: str) -> str:
        return free(f"{name}′") if name in taken else name

    for row, i in enumerate(taped.inputs, 1):
        yield str(i), free(f"x{row}"), credit.nodes[i].name, taped.slots[i], "input"
    for j, slot in taped.targets.items():
        name = "y" if len(taped.targets) == 1 else f"y{j}"
        yield str(j), free(name), credit.nodes[j].target_name, slot, "target"


def _letters(named: Assignment) -> dict[str, Any]:
    """Return what the script must know of a notation other than that of the slides, which it knows itself."""
    names = named.names
    if names.notation.key == "slides":
        return {}
    by = {owner(key): edge.gradient_name for key, edge in named.edges.items()}
    return {"letters": [names.letter("delta"), names.letter("z"), names.product], "by": by}


def _examples(credits: Sequence[Assignment], taped: Taped) -> list[dict[str, Any]]:
    found = []
    for k, credit in enumerate(credits, 1):
        if not taped.targets and credit.y != credits[0].y:
            raise ValueError(
                f"example {k} has another target than the first, and the loss {credit.loss_name} does not compute "
                "with its target as a number: show one example at a time"
            )
        values = [(taped.slots[i], credit.nodes[i].z) for i in taped.inputs]
        values += [(slot, credit.nodes[j].target or 0.0) for j, slot in taped.targets.items()]
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
    """Yield what is said of each unit and each joint: its error, and what it hands on."""
    ways = Ways(named)
    for j, node in named.nodes.items():
        if node.delta is None:
            continue
        line = ways.line(node)
        symbols, numbers = line.symbols, f" = {line.numbers}" * (line.numbers != line.symbols)
        if named.layers and len(named.out_of(j)) > _TERMS:
            symbols, numbers = named.names.back(j), ""
        yield _card(
            str(j), f"{line.left} = {symbols}{'' if stale(numbers) else numbers} = {shown(line.value, 4, True)}",
            "back",
        )  # fmt: skip
        a, f, z = node.a_name, node.does, shown(node.z, 4)
        if node.kind == "joint":
            yield _card(str(j), f"{node.name} = {ways.forward(node).symbols} = {z}")
            continue
        passed = f"{a} = {shown(node.a or 0.0, 4)},  {node.name} = "
        passed += a if f == "linear" else f"{f}({a}) = {z}"
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
