"""The living page of an expression: drag a leaf, and every number and every gradient follows."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import replace

from autograd.explanation.credit import Edge, expect_value, made, named
from autograd.graph.reverse import inner_nodes
from autograd.graph.walks import topological
from autograd.notation import bracketed, significant
from autograd.pictures.computation_graph import MANY, ComputationGraph, nearest
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.page import Contents, Live
from autograd.pictures.live.places import Marks, Place
from autograd.pictures.live.tape import Tape
from autograd.pictures.text import clean
from autograd.replay.statements import Namer
from autograd.value import Value

_INTRODUCTION = (
    "Drag a leaf, or focus one and use the arrow keys or type a number: every number and every gradient follows. "
    "Click a node to see its share of the blame: upstream × local, for each of its operands."
)
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}


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
    return Live(lambda: _contents(root, nodes, float(lr), learning), _name(root))


def _name(root: Value) -> str:
    if root.label or not 0 < len(root.parents) < 4:
        return clean(named(root), 60)
    operands = [named(parent) for parent in root.parents]
    said = (
        f" {named(root)} ".join(operands) if len(operands) > 1 else f"{named(root)} {operands[0]}"
    )
    return clean(said, 60)


class _LiveGraph(ComputationGraph):
    """A computation graph drawn with Places.

    Attributes:
        drawn: the edges drawn into each node, by its id.
    """

    def __init__(self, root: Value, nodes: list[Value], tape: Tape, marks: Marks) -> None:
        super().__init__(root, nodes, credit=True, fold=False, direction="auto")
        self._tape, self._marks = tape, marks
        self.drawn = {
            id(v): [self._live(edge, k) for edge, k in self._numbered(v)]
            for v in nodes
            if v.parents and id(v) not in self.folded
        }

    def _data(self, v: Value) -> Place:
        return self._marks.place(f"v{self._tape[v]}", v.data)

    def _grad(self, v: Value) -> Place:
        return self._marks.place(f"g{self._tape[v]}", (self.gradients or {}).get(id(v), 0.0))

    def _numbered(self, v: Value) -> Iterator[tuple[Edge, int]]:
        """Yield the edges drawn into a node, each with the place of its operand."""
        used: set[tuple[int, int]] = set()
        for edge in super()._operands(v, v):
            child, parents = edge.child, edge.child.parents
            k = next(
                k for k, parent in enumerate(parents)
                if parent is edge.parent and (id(child), k) not in used
            )  # fmt: skip
            used.add((id(child), k))
            yield edge, k + (child.op == "where")  # the choice comes before its branches

    def _live(self, edge: Edge, k: int) -> Edge:
        slot, place = self._tape[edge.child], self._marks.place
        return replace(
            edge, upstream=place(f"g{slot}", edge.upstream), local=place(f"l{slot}.{k}", edge.local, "("),
            credit=place(f"c{slot}.{k}", edge.credit),
        )  # fmt: skip

    def _operands(self, v: Value, inner: Value) -> list[Edge]:
        return self.drawn[id(v)]


def _contents(root: Value, nodes: list[Value], lr: float, learning: set[int] | None) -> Contents:
    leaves = [v for v in topological(root) if not v.op]
    tape, marks = Tape(root, leaves, nodes), Marks()
    graph = _LiveGraph(root, nodes, tape, marks)
    labels = _labels(nodes)
    drawing = Drawing(graph.source, f"{_name(root)}, live", "Its numbers are in the table.")
    kinds = ["weight" if learning is None or id(v) in learning else "input" for v in leaves]
    leaves = [v for _, v in sorted(zip(kinds, leaves), key=lambda pair: pair[0] == "input")]
    variables = [
        (labels[id(v)], labels[id(v)], tape[v], kind)
        for v, kind in zip(leaves, sorted(kinds, reverse=True))  # those that learn come first
    ]
    owners = [*graph.names.values()]
    signs, links = {}, []
    for v in nodes:
        for k, edge in enumerate(graph.drawn.get(id(v), ())):
            owner = f"{graph.names[id(v)]}-{k}"
            owners.append(owner)
            if isinstance(edge.credit, Place) and edge.parent.op != "constant":
                signs[owner] = edge.credit.quantity
            links.append((graph.names[id(edge.parent)], graph.names[id(v)], owner))
    places = {owner: k for k, owner in enumerate(owners)}
    labelled = {labels[id(v)]: v for v in nodes if v.op != "constant" and (v.label or not v.op)}
    many = f"{tape.frozen} choices of where stay as they were made."
    notes = [[], ["1 choice of where stays as it was made."], [many]][min(tape.frozen, 2)]
    return Contents(
        f"{_name(root)}, live", html.escape(" ".join([_INTRODUCTION, *notes])),
        "Click a node or an edge.", _name(root), drawing,
        marks, tape, _table(graph, nodes, labels), list(_story(graph, places)),
        list(_cards(graph, nodes)),
        data={
            "eta": lr, "result": _name(root), "widest": 5.0, "pattern": False, "kinds": {"weight": "leaf", "input": "input"},
            "variables": variables, "signs": signs,
            "lines": dict.fromkeys(signs, 1), "links": links, "owners": owners,
            "grips": [
                (graph.names[id(v)], labels[id(v)], "value") for v in leaves
            ],
            "buttons": [
                (graph.names[id(v)], "", "value") for v in nodes if v.op not in ("", "constant") and id(v) not in graph.folded
            ],
            "report": {
                "value": {label: f"v{tape[v]}" for label, v in labelled.items()},
                "grad": {label: f"g{tape[v]}" for label, v in labelled.items()},
            },
            "examples": [], "presets": [], "python": marks.template(_python(graph, root)),
        },
    )  # fmt: skip


def _labels(nodes: list[Value]) -> dict[int, str]:
    """Return what nodes are called, each by a name of its own."""
    found: dict[int, str] = {}
    counts: dict[str, int] = {}
    for v in nodes:
        name = clean(named(v), 32)
        counts[name] = counts.get(name, 0) + 1
        found[id(v)] = name if counts[name] == 1 else f"{name} ({counts[name]})"
    return found


def _table(graph: _LiveGraph, nodes: list[Value], labels: dict[int, str]) -> str:
    rows = [
        f'<tr><th scope="row">{html.escape(labels[id(v)])}</th><td>{significant(graph._data(v))}</td>'
        f"<td>{significant(graph._grad(v))}</td></tr>"
        for v in nodes
        if v.op != "constant"
    ]
    heading = '<th scope="col">node</th><th scope="col">data</th><th scope="col">grad</th>'
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _shares(graph: _LiveGraph, v: Value) -> list[str]:
    return [f"→ {named(edge.parent)}: {_product(edge)}" for edge in graph.drawn.get(id(v), ())]


def _product(edge: Edge) -> str:
    upstream, local = significant(edge.upstream), bracketed(significant(edge.local))
    return f"upstream {upstream} × local {local} = {significant(edge.credit, sign=True)}"


def _story(graph: _LiveGraph, places: dict[str, int]) -> Iterator[str]:
    """Yield the chapters: the value, then what back-propagation does at each node."""
    root = graph.root
    yield f"<li><strong>Forward: {html.escape(made(root))}</strong><span>data {significant(graph._data(root))}</span></li>"
    for v in reversed(inner_nodes(root)):
        if id(v) in graph.folded:
            continue
        name = graph.names[id(v)]
        of = [places[name]]
        for k, edge in enumerate(graph.drawn.get(id(v), ())):
            of += [places[f"{name}-{k}"], places[graph.names[id(edge.parent)]]]
        lines = [
            f"data {significant(graph._data(v))}, grad {significant(graph._grad(v))}",
            *_shares(graph, v),
        ]
        said = "".join(f"<span>{html.escape(line)}</span>" for line in lines)
        lit = " ".join(map(str, dict.fromkeys(of)))
        yield f'<li data-lit="{lit}"><strong>Back: {html.escape(made(v))}</strong>{said}</li>'


def _cards(graph: _LiveGraph, nodes: list[Value]) -> Iterator[str]:
    """Yield what is said of each node: what it hands on; of each edge the product."""
    for v in nodes:
        if id(v) in graph.folded:
            continue
        name = graph.names[id(v)]
        total = f"∂{named(graph.root)}/∂{named(v)} = {significant(graph._grad(v))}"
        yield f'<p data-of="{name}">{html.escape(total)}</p>'
        for k, edge in enumerate(graph.drawn.get(id(v), ())):
            line = f"{named(v)} → {named(edge.parent)}: {_product(edge)}"
            yield f'<p data-of="{name}-{k}">{html.escape(line)}</p>'


def _python(graph: _LiveGraph, root: Value) -> str:
    """Return the expression as Python, one statement for each node."""
    namer, names, lines = Namer(("ag", "Value")), dict[int, str](), list[str]()
    for v in topological(root):
        if v.op == "constant":
            names[id(v)] = repr(v.data) if v.data - v.data == 0.0 else f'float("{v.data}")'
            continue
        name = names[id(v)] = namer.name(v.label, "v")
        if not v.op:
            place = graph._marks.place(f"v{graph._tape[v]}", v.data)
            lines.append(f"{name} = Value({place.exact()}, label={v.label!r})")
            continue
        parts = [names[id(parent)] for parent in v.parents]
        lines.append(f"{name} = {_spelled(v, parts)}")
    return "\n".join(
        [
            "import autograd as ag",
            "from autograd import Value",
            "",
            *lines,
            f"{names[id(root)]}.backward()",
        ]
    )


def _spelled(v: Value, parts: list[str]) -> str:
    """Return an operation on operands that have names."""
    if v.op in _SIGNS:
        left, right = (f"({part})" if part.startswith("-") else part for part in parts)
        return f"{left} {_SIGNS[v.op]} {right}"
    if v.op in ("neg", "pos"):
        return f"{'-' if v.op == 'neg' else '+'}{parts[0]}"
    if v.op == "dot":
        n = len(parts) // 2
        bias = "".join(f", {part}" for part in parts[2 * n :])
        return f"ag.dot([{', '.join(parts[:n])}], [{', '.join(parts[n : 2 * n])}]{bias})"
    if v.op in ("sum", "logsumexp"):
        return f"ag.{v.op}([{', '.join(parts)}])"
    given = [
        repr(x) for x in v._operands() if type(x) is bool or (v.op == "clip" and type(x) is float)
    ]
    order = [*given, *parts] if v.op == "where" else [*parts, *given]
    return f"ag.{v.op}({', '.join(order)})"
