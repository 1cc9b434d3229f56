"""Copies and pickles of recorded graphs, made without recursion.

Both write a graph as a flat list of nodes, parents first, in which an operand is the place of its node.
"""

from collections.abc import Callable, Container, Iterator
from typing import Any, TypeVar

from autograd import modes, primitives
from autograd.graph.conditions import Condition
from autograd.graph.node import CONSTANT, Node, is_leaf
from autograd.graph.traced import detached, joined, refuse_traced
from autograd.primitive import Primitive
from autograd.primitives import TABLE

N = TypeVar("N", bound=Node)

_BELOW = object()


def deep_copy(root: N, memo: dict[int, Any]) -> N:
    """Return an independent graph, keeping all sharing: `copy.deepcopy` calls this.

    A trace records the copy of a traced number as it does `detach`.
    """
    if traces := modes.traces((root,)):
        memo[id(root)] = v = _detached(root, traces)
        return v

    def twin(x: Node) -> Any:
        return memo[id(x)]

    for node in _parents_first(root, memo):
        memo[id(node)] = _rebuilt(node, twin)
    return memo[id(root)]  # type: ignore[no-any-return]


def shallow_copy(v: N) -> N:
    """Return a second node with the same parents."""
    traces = modes.traces((v,))
    if traces and is_leaf(v):
        return _detached(v, traces)
    return joined(_rebuilt(v, lambda parent: parent), traces)


def _detached(x: N, traces: list[dict[int, Any]]) -> N:
    v = detached(object.__new__(type(x)), x, traces)
    v._label = getattr(x, "_label", "")
    return v


def reduce(root: N) -> tuple[Any, ...]:
    """Return how to pickle a graph: its leaves, and how the rest is made of them.

    The rest is written in columns, which pickle faster than a million rows.
    """
    refuse_traced(root, "pickling")
    if is_leaf(root):
        return _new_leaf, (type(root), *_leaf_state(root))
    places: dict[int, int] = {}
    leaves: list[N] = []
    inner: list[tuple[Any, ...]] = []

    def place(x: Node) -> Any:
        return places[id(x)]

    for node in _parents_first(root, places):
        if is_leaf(node):
            places[id(node)] = ~len(leaves)
            leaves.append(node)
        else:
            places[id(node)] = len(inner)
            inner.append(_state(node, place))
    return _unpickle, (type(root), leaves, list(zip(*inner)))


def _parents_first(root: N, done: Container[int]) -> Iterator[N]:
    """Yield every node below the root after all that it was made from; plain numbers stay numbers.

    Nodes whose ids are `done` are left out; who asks for the nodes adds each as it comes.
    """
    kind = type(root)
    stack: list[Any] = [root]
    while stack:
        v = stack.pop()
        if isinstance(v, kind):
            if id(v) in done:
                continue
            if is_leaf(v):
                yield v
            else:
                stack += (v, _BELOW, v._a, v._b, _third(v))
        elif v is _BELOW:  # everything below the node that waits here is done
            yield stack.pop()
        elif type(v) is tuple:
            stack.extend(v)
        elif type(v) is Condition:
            stack.extend(v.operands)


def _third(v: Node) -> Any:
    """Return the third operand of the rows that have one; asking for an empty slot takes long."""
    has_one = type(v._da) is tuple or v._op is primitives.where or v._op is primitives.clip
    return v._c if has_one else None


def _translated(x: Any, translate: Callable[[Node], Any]) -> Any:
    """Return an operand with every Value in it translated."""
    kind = type(x)
    if isinstance(x, Node):
        return translate(x)
    if kind is tuple:
        return tuple([_translated(item, translate) for item in x])
    if kind is Condition:
        return Condition(x.symbol, _translated(x.operands, translate), x.holds)
    return x


def _state(v: Node, translate: Callable[[Node], Any]) -> tuple[Any, ...]:
    """Return what makes an inner node, its operands translated."""
    assert v._op is not None
    a, b, c = v._a, v._b, _third(v)
    return (
        v._op.name,
        v._data,
        getattr(v, "_grad", 0.0),
        getattr(v, "_label", ""),
        translate(a) if isinstance(a, Node) else _translated(a, translate),
        translate(b) if isinstance(b, Node) else _translated(b, translate),
        None if c is None else _translated(c, translate),
        v._da,
        v._db,
    )


def _rebuilt(v: N, translate: Callable[[Any], Any]) -> N:
    """Return a node like v, made from the translated operands."""
    if is_leaf(v):
        return _new_leaf(type(v), *_leaf_state(v))
    return _new_inner(type(v), *_state(v, translate))


def _leaf_state(v: Node) -> tuple[float, float, str, bool]:
    return v._data, getattr(v, "_grad", 0.0), getattr(v, "_label", ""), v._stamp is CONSTANT


def _new_leaf(kind: type[N], data: float, grad: float, label: str, is_constant: bool) -> N:
    v = object.__new__(kind)
    v._data = data
    v._grad = grad
    v._op = None
    v._stamp = CONSTANT if is_constant else modes.moment
    if label:
        v._label = label
    return v


def _row(op: str) -> Primitive:
    if op not in TABLE:
        raise LookupError(
            f"this Value was made by the operation {op!r}, which is not known here; first define it as it was where "
            f"the Value was saved: ag.operation({op!r}, ...)"
        )
    return TABLE[op]


def _new_inner(
    kind: type[N], op: str, data: float, grad: float, label: str, a: Any, b: Any, c: Any, da: Any, db: Any
) -> N:  # fmt: skip
    v = object.__new__(kind)
    v._op, v._data, v._grad = _row(op), data, grad
    v._a, v._b, v._c, v._da, v._db, v._stamp = a, b, c, da, db, None
    if label:
        v._label = label
    return v


def _unpickle(kind: type[N], leaves: list[N], columns: list[Any]) -> N:
    nodes: list[N] = []

    def resolved(x: Any) -> Any:
        if type(x) is int:  # a place, that of a leaf below 0; numbers are floats
            return nodes[x] if x >= 0 else leaves[~x]
        if type(x) is tuple:
            return tuple([resolved(item) for item in x])
        if type(x) is Condition:
            return Condition(x.symbol, resolved(x.operands), x.holds)
        return x

    for op, data, grad, label, a, b, c, da, db in zip(*columns):
        operands = resolved(a), resolved(b), resolved(c)
        nodes.append(_new_inner(kind, op, data, grad, label, *operands, da, db))
    return nodes[-1]
