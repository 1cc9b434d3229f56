"""A node of a recorded graph: one number, and how it was made.

`Value` is a node with operators. The walks, copies and checks of a graph need no more than this.
"""

import operator
from typing import Any

from autograd import primitives
from autograd.graph.conditions import Condition
from autograd.primitive import Primitive

CONSTANT = object()  # the stamp of a leaf that stands for a plain number in an expression
UNRECORDED = object()  # the stamp of a result of `no_grad`, which forgets what it was made from
SPENT = object()  # the stamp of a leaf whose gradient was used, and not assigned since

# What a traced function goes on with after `detach` and under `no_grad`: the same number, and no rule for a gradient.
DETACHED = Primitive("detach", "detach", operator.pos, (), "none", ())


class Node:
    """A number and how it was made."""

    # Operands and slopes sit in slots of the node itself: one object a node for the collector to follow.
    # _op is the row that made it (None for a leaf), _a and _b are its operands (a float is a constant, a tuple a
    # sequence), _da and _db the slopes recorded with them (None where no gradient flows), _c what else the row
    # needs: dot's bias, clip's bounds, where's condition.
    #
    # _stamp tells three things, for a slot is faster than a set of ids. Of a leaf: that it is a CONSTANT or
    # UNRECORDED, or that an optimiser has used its gradient. Of an inner node: how far the latest search has come with it, see
    # `reverse.inner_nodes`, which asks for no leaf's.
    __slots__ = (
        "_data", "_grad", "_op", "_a", "_b", "_da", "_db", "_c", "_stamp", "_label", "__weakref__",
    )  # fmt: skip

    _data: float
    _grad: float
    _op: Primitive | None
    _a: Any
    _b: Any
    _da: Any
    _db: Any
    _c: Any
    _stamp: object
    _label: str

    def _operands(self) -> tuple[Any, ...]:
        """Return the operands as the rules of the row take them."""
        row = self._op
        if type(self._da) is tuple:
            if self._b is None:
                return (self._a,)
            return self._a, self._b, 0.0 if self._c is None else self._c
        if row is primitives.where:
            return self._c, self._a, self._b
        if row is primitives.clip:
            return self._a, *self._c
        return (self._a,) if self._b is None else (self._a, self._b)


def is_leaf(v: Node) -> bool:
    """Tell whether no gradient flows on from a node."""
    return v._op is None or v._op is DETACHED


def made_since(v: Node, moment: int) -> bool:
    """Tell whether a leaf was made after a moment of `modes.begin_transform`, as far as it still shows when."""
    return type(v._stamp) is int and v._stamp >= moment


def plain(x: Any) -> Any:
    """Return an operand's number: of a node its data, of a sequence the list of numbers."""
    if isinstance(x, Node):
        return x._data
    if type(x) is tuple:
        return [item._data for item in x]
    if type(x) is Condition:
        return x.holds
    return x


def operand_numbers(v: Node) -> tuple[Primitive | None, tuple[Any, ...]]:
    """Return the row that made a node and the numbers it was applied to; None for a leaf."""
    if v._op is None:
        return None, ()
    return v._op, tuple(map(plain, v._operands()))


def made_by(v: Node) -> tuple[Primitive | None, tuple[Any, ...]]:
    """Return the row that made a node and what it was applied to: nodes, plain numbers, tuples of nodes; None for a leaf."""
    return (None, ()) if v._op is None else (v._op, v._operands())


def spend_gradient(v: Node) -> bool:
    """Mark a leaf's gradient as used, and tell whether it was used before and never set since."""
    again = v._stamp is SPENT
    if v._op is None:
        v._stamp = SPENT
    return again
