"""The living page of an expression: drag a leaf, and every number and every gradient follows."""

import html
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from autograd.explanation.credit import Edge, expect_value, made, named
from autograd.graph.reverse import inner_nodes
from autograd.graph.walks import topological
from autograd.notation import bracketed, significant
from autograd.pictures.computation_graph import MANY, ComputationGraph, nearest
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.page import Contents
from autograd.pictures.live.places import Marks, Place, quantity
from autograd.pictures.live.tape import Tape
from autograd.pictures.live.written import python
from autograd.pictures.page import Live, runs
from autograd.pictures.text import clean
from autograd.value import Value

_INTRODUCTION = (
    "Drag a leaf, or focus one and use the arrow keys or type a number: every number and every gradient follows. "
    "Click a node to see its share of the blame: upstream × local, for each of its operands."
)


def live(root: Value, lr: float = 0.1, parameters: Iterable[Value] | None = None) -> Live:
    """Return an expression as a page that recomputes while one drags a leaf.

    Args:
        root: the result; every leaf below it can be dragged.
        lr: the learning rate η that the page begins with.
        parameters: the leaves that learn when an update is asked for; if not given, all do.

    Raises:
        TypeError: if root is not a Value, or an operation of one's own does not run on symbols.
        ValueError: if the graph has more than 1,000 nodes, or η is not a positive number.

    A choice of `where` that was made when the graph was recorded stays as it is; the page says so.

    >>> live(Value(2.0, label="a") * Value(-3.0, label="b"))
    <Live: a × b>
    """
    expect_value("live", root)
    if isinstance(lr, bool) or not isinstance(lr, (int, float)) or not 0.0 <= lr < float("inf"):
        raise ValueError(f"the learning rate is a number from 0; got {lr!r}")
    nodes, complete = nearest(root, MANY)
    if not complete:
        raise ValueError(
            f"the graph has more than {MANY:,} nodes, too many to be read: make a page of a part of it, "
            "or print(tree(root))"
        )
    learning = None if parameters is None else {id(v) for v in parameters}
    return Live(lambda engine: _contents(root, nodes, float(lr), learning).page(engine), _name(root))  # fmt: skip


def _name(root: Value) -> str:
    operands = [named(parent) for parent in root.parents]
    if root.label or not 0 < len(operands) < 4:
        return clean(named(root), 60)
    return clean(f" {named(root)} ".join(operands) if operands[1:] else f"{named(root)} {operands[0]}", 60)  # fmt: skip


class _LiveGraph(ComputationGraph):
    """A computation graph drawn with Places.

    Attributes:
        shown: the nodes drawn.
        drawn: the edges drawn into each of them, by its name.
        labels: what nodes are called, each by a name of its own.
    """

    def __init__(self, root: Value, nodes: list[Value], tape: Tape, marks: Marks) -> None:
        super().__init__(root, nodes, credit=True, fold=False, direction="auto")
        self._tape, self._place = tape, marks.place
        self.shares = {key: [*map(self._live, edges, count())] for key, edges in self.shares.items()}  # fmt: skip
        self.shown = [v for v in nodes if id(v) not in self.folded]
        self.drawn = {self.names[id(v)]: self._operands(v, v) for v in self.shown}
        self.labels: dict[int, str] = {}
        counts = Counter[str]()
        for v in nodes:
            name = clean(named(v), 32)
            counts[name] += 1
            self.labels[id(v)] = name if counts[name] == 1 else f"{name} ({counts[name]})"

    def _live(self, edge: Edge, k: int) -> Edge:
        slot, k = self._tape[edge.child], k + (edge.child.op == "where")  # the choice comes first
        return replace(
            edge, upstream=self._place(f"g{slot}", edge.upstream), local=self._place(f"l{slot}.{k}", edge.local, "("),
            credit=self._place(f"c{slot}.{k}", edge.credit),
        )  # fmt: skip

    def _data(self, v: Value) -> Place:
        return self._place(f"v{self._tape[v]}", v.data)

    def _grad(self, v: Value) -> Place:
        return self._place(f"g{self._tape[v]}", (self.gradients or {}).get(id(v), 0.0))

    def numbers(self, v: Value) -> list[str]:
        """Return the data and the grad of a node."""
        return [significant(self._data(v)), significant(self._grad(v))]


def _contents(root: Value, nodes: list[Value], lr: float, learning: set[int] | None) -> Contents:
    leaves = [v for v in topological(root) if not v.op]
    learns = {id(v) for v in leaves if learning is None or id(v) in learning}
    leaves.sort(key=lambda v: id(v) not in learns)
    tape, marks = Tape(root, leaves, nodes), Marks()
    graph = _LiveGraph(root, nodes, tape, marks)
    names, labels = graph.names, graph.labels
    drawing = Drawing(graph.source, f"{_name(root)}, live", "Its numbers are in the table.")
    links = [
        (names[id(edge.parent)], head, f"{head}-{k}", edge)
        for head, found in graph.drawn.items() for k, edge in enumerate(found)
    ]  # fmt: skip
    signs = {owner: quantity(edge.credit) for *_, owner, edge in links if edge.parent.op != "constant"}  # fmt: skip
    owners = [*names.values(), *(owner for _, _, owner, _ in links)]
    told = {labels[id(v)]: tape[v] for v in nodes if v.op != "constant" and (v.label or not v.op)}
    inner = [v for v in graph.shown if v.op not in ("", "constant")]
    flat = [v for v in reversed(inner) if v.op in ("tanh", "sigmoid")]
    dead = [v for v in reversed(inner) if v.op == "relu"]
    data = {
        "eta": lr, "result": _name(root), "room": "expression", "learns": "leaf", "examples": [],
        "variables": [(labels[id(v)], labels[id(v)], tape[v], "leaf" if id(v) in learns else "input") for v in leaves],
        "signs": signs, "lines": dict.fromkeys(signs, 1), "links": [link[:3] for link in links], "ids": owners,
        "handles": [
            *((names[id(v)], labels[id(v)], "", "value") for v in leaves),
            *((names[id(v)], "", "", "value") for v in inner),
            *((owner, "", "", "pill") for owner in signs),
        ],
        "report": {
            what: {label: f"{what[0]}{slot}" for label, slot in told.items()} for what in ("value", "grad")
        },
        "units": {names[id(v)]: (tape[v.parents[0]], tape[v], labels[id(v)]) for v in flat},
        "python": marks.template(python(root, graph._data)),
    }  # fmt: skip
    if flat:
        data["flat"] = runs(sorted({tape[v] for v in topological(flat[0]) if id(v) in learns}))
    if dead:
        data["dead"] = tape[dead[0].parents[0]]
    places = {owner: k for k, owner in enumerate(owners)}
    cards = [
        f'<p data-of="{names[id(v)]}">{html.escape(f"∂{named(root)}/∂{named(v)} = {graph.numbers(v)[1]}")}</p>'
        for v in leaves
    ]  # fmt: skip
    return Contents(
        f"{_name(root)}, live", _INTRODUCTION, "Click the largest credit, a node or an edge to see how its number comes about.",
        _name(root), drawing, marks, tape, _table(graph), list(_story(graph, places)), cards, "", "", data,
    )  # fmt: skip


def _table(graph: _LiveGraph) -> str:
    rows = [
        f'<tr><th scope="row">{html.escape(graph.labels[id(v)])}</th>{"".join(f"<td>{x}</td>" for x in graph.numbers(v))}</tr>'
        for v in graph.nodes if v.op != "constant"
    ]  # fmt: skip
    heading = "".join(f'<th scope="col">{name}</th>' for name in ("node", "data", "grad"))
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _story(graph: _LiveGraph, places: dict[str, int]) -> Iterator[str]:
    """Yield the chapters: the value, then what back-propagation does at each node, which is also what is said of it."""
    root = graph.root
    yield f"<li><strong>Forward: {html.escape(made(root))}</strong><span>data {graph.numbers(root)[0]}</span></li>"
    for v in reversed(inner_nodes(root)):
        if id(v) in graph.folded:
            continue
        name = graph.names[id(v)]
        data, grad = graph.numbers(v)
        lit, said = [name], f"<span>data {data}, grad {grad}</span>"
        for k, edge in enumerate(graph.drawn[name]):
            lit += [f"{name}-{k}", graph.names[id(edge.parent)]]
            upstream, local = significant(edge.upstream), bracketed(significant(edge.local))
            text = f"{named(v)} → {named(edge.parent)}: upstream {upstream} × local {local} = {significant(edge.credit, sign=True)}"  # fmt: skip
            said += f'<span data-of="{name}-{k}">{html.escape(text)}</span>'
        at = " ".join(str(places[owner]) for owner in dict.fromkeys(lit))
        yield f'<li data-lit="{at}" data-of="{name}"><strong>Back: {html.escape(made(v))}</strong>{said}</li>'
