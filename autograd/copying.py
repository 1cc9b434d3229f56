"""Copies and pickles of recorded graphs, made without recursion."""

from collections.abc import Callable
from typing import Any, final

from autograd.conditions import Condition
from autograd.graph import topological
from autograd.primitives import TABLE
from autograd.value import CONSTANT, Value, constant, leaf


def _map_operands(v: Value, translate: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """Return _a, _b, _c with every Value translated, sequences and conditions included."""

    def mapped(x: Any) -> Any:
        if type(x) is Value:
            return translate(x)
        if type(x) is tuple:
            return tuple(map(mapped, x))
        if type(x) is Condition:
            return Condition(x.symbol, tuple(map(mapped, x.operands)), x.holds)
        return x

    return mapped(v._a), mapped(v._b), mapped(getattr(v, "_c", None))


def _rebuilt(v: Value, translate: Callable[[Any], Any]) -> Value:
    """Return a node like v, made from the translated operands."""
    if v._op is None:
        return _unpickle_leaf(v._data, v._grad, v.label, v._stamp is CONSTANT)
    parts = _map_operands(v, translate)
    return _unpickle_inner(v._op.name, v._data, v.grad, v.label, parts, (v._da, v._db))


def _unpickle_leaf(data: float, grad: float, label: str, is_constant: bool) -> Value:
    v = constant(data) if is_constant else leaf(data)
    v._grad = grad
    if label:
        v._label = label
    return v


def _unpickle_inner(
    op: str, data: float, grad: float, label: str, parts: tuple[Any, Any, Any], slopes: Any
) -> Value:
    v = object.__new__(Value)
    v._data = data
    v._grad = grad
    v._op = TABLE[op]
    v._a, v._b, v._c = parts
    v._da, v._db = slopes
    v._stamp = None
    if label:
        v._label = label
    return v


@final
class _Place:
    """In a pickle: the node at this place of the flat list."""

    __slots__ = ("i",)

    def __init__(self, i: int) -> None:
        self.i = i

    def __reduce__(self) -> tuple[Any, ...]:
        return _Place, (self.i,)


def _record(v: Value, place: dict[int, int]) -> Any:
    if v._op is None:
        return None
    parts = _map_operands(v, lambda parent: _Place(place[id(parent)]))
    return v._op.name, v._data, v.grad, v.label, parts, (v._da, v._db)


def _unpickle_graph(leaves: list[Value], records: list[Any]) -> Value:
    nodes: list[Value] = []
    remaining = iter(leaves)

    def resolve(x: Any) -> Any:
        if type(x) is _Place:
            return nodes[x.i]
        if type(x) is tuple:
            return tuple(map(resolve, x))
        if type(x) is Condition:
            return Condition(x.symbol, tuple(map(resolve, x.operands)), x.holds)
        return x

    for record in records:
        if record is None:
            nodes.append(next(remaining))
        else:
            op, data, grad, label, parts, slopes = record
            nodes.append(_unpickle_inner(op, data, grad, label, resolve(parts), slopes))
    return nodes[-1]


def shallow_copy(v: Value) -> Value:
    """Return a second node with the same parents."""
    return _rebuilt(v, lambda parent: parent)


def deep_copy(root: Value, memo: dict[int, Any]) -> Value:
    """Return an independent graph, keeping all sharing: `copy.deepcopy` calls this."""
    for node in topological(root):
        if id(node) not in memo:
            memo[id(node)] = _rebuilt(node, lambda parent: memo[id(parent)])
    return memo[id(root)]  # type: ignore[no-any-return]


def reduce(root: Value) -> tuple[Any, ...]:
    """Return how to pickle a graph: its leaves, and a flat list of how the rest is made of them."""
    if root._op is None:
        return _unpickle_leaf, (root._data, root._grad, root.label, root._stamp is CONSTANT)
    order = topological(root)
    place = {id(node): i for i, node in enumerate(order)}
    leaves = [node for node in order if node._op is None]
    return _unpickle_graph, (leaves, [_record(node, place) for node in order])
