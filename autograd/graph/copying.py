"""Copies and pickles of recorded graphs, made without recursion.

Both write a graph as a flat list of nodes, parents first, in which an operand is the place of its node.
"""

from collections.abc import Callable, Container, Iterator
from typing import Any

from autograd import primitives
from autograd.graph.conditions import Condition
from autograd.primitives import TABLE
from autograd.value import CONSTANT, Value, constant, leaf

_BELOW = object()


def deep_copy(root: Value, memo: dict[int, Any]) -> Value:
    """Return an independent graph, keeping all sharing: `copy.deepcopy` calls this."""

    def twin(x: Value) -> Any:
        return memo[id(x)]

    for node in _parents_first(root, memo):
        memo[id(node)] = _rebuilt(node, twin)
    return memo[id(root)]  # type: ignore[no-any-return]


def shallow_copy(v: Value) -> Value:
    """Return a second node with the same parents."""
    return _rebuilt(v, lambda parent: parent)


def reduce(root: Value) -> tuple[Any, ...]:
    """Return how to pickle a graph: its leaves, and how the rest is made of them.

    The rest is written in columns, which pickle faster than a million rows.
    """
    if root._op is None:
        return _new_leaf, (root._data, root._grad, root.label, root._stamp is CONSTANT)
    places: dict[int, int] = {}
    leaves: list[Value] = []
    inner: list[tuple[Any, ...]] = []

    def place(x: Value) -> Any:
        return places[id(x)]

    for node in _parents_first(root, places):
        if node._op is None:
            places[id(node)] = ~len(leaves)
            leaves.append(node)
        else:
            places[id(node)] = len(inner)
            inner.append(_state(node, place))
    return _unpickle, (leaves, list(zip(*inner)))


def _parents_first(root: Value, done: Container[int]) -> Iterator[Value]:
    """Yield every node below the root after all that it was made from; plain numbers stay numbers.

    Args:
        root: where to begin.
        done: the ids of the nodes to leave out; who asks for the nodes adds each as it comes.
    """
    stack: list[Any] = [root]
    while stack:
        v = stack.pop()
        if type(v) is Value:
            if id(v) in done:
                continue
            if v._op is None:
                yield v
            else:
                stack += (v, _BELOW, v._a)
                if type(v._b) is not float and v._b is not None:
                    stack.append(v._b)
                if (c := _third(v)) is not None:
                    stack.append(c)
        elif v is _BELOW:  # everything below the node that waits here is done
            yield stack.pop()
        elif type(v) is tuple:
            stack.extend(v)
        elif type(v) is Condition:
            stack.extend(v.operands)


def _third(v: Value) -> Any:
    """Return the third operand of the rows that have one; asking for an empty slot takes long."""
    has_one = type(v._da) is tuple or v._op is primitives.where or v._op is primitives.clip
    return v._c if has_one else None


def _translated(x: Any, translate: Callable[[Value], Any]) -> Any:
    """Return an operand with every Value in it translated."""
    kind = type(x)
    if kind is Value:
        return translate(x)
    if kind is tuple:
        return tuple([_translated(item, translate) for item in x])
    if kind is Condition:
        return Condition(x.symbol, _translated(x.operands, translate), x.holds)
    return x


def _state(v: Value, translate: Callable[[Value], Any]) -> tuple[Any, ...]:
    """Return what makes an inner node, its operands translated."""
    assert v._op is not None
    a, b, c = v._a, v._b, _third(v)
    return (
        v._op.name,
        v._data,
        getattr(v, "_grad", 0.0),
        getattr(v, "_label", ""),
        translate(a) if type(a) is Value else _translated(a, translate),
        translate(b) if type(b) is Value else _translated(b, translate),
        None if c is None else _translated(c, translate),
        v._da,
        v._db,
    )


def _rebuilt(v: Value, translate: Callable[[Value], Any]) -> Value:
    """Return a node like v, made from the translated operands."""
    if v._op is None:
        return _new_leaf(v._data, v._grad, v.label, v._stamp is CONSTANT)
    return _new_inner(*_state(v, translate))


def _new_leaf(data: float, grad: float, label: str, is_constant: bool) -> Value:
    v = constant(data) if is_constant else leaf(data)
    v._grad = grad
    if label:
        v._label = label
    return v


def _new_inner(
    op: str, data: float, grad: float, label: str, a: Any, b: Any, c: Any, da: Any, db: Any
) -> Value:
    v = object.__new__(Value)
    v._op = TABLE[op]
    v._data = data
    v._grad = grad
    v._a = a
    v._b = b
    v._c = c
    v._da = da
    v._db = db
    v._stamp = None
    if label:
        v._label = label
    return v


def _unpickle(leaves: list[Value], columns: list[Any]) -> Value:
    nodes: list[Value] = []

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
        nodes.append(_new_inner(op, data, grad, label, *operands, da, db))
    return nodes[-1]
