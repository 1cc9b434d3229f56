"""Nodes that belong to a trace: whatever is computed from its variables.

Their numbers change from replay to replay, so what is done with them is recorded, or refused.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from autograd import modes
from autograd.graph.node import DETACHED, Node

N = TypeVar("N", bound=Node)


def joined(v: N, traces: Iterable[dict[int, Any]]) -> N:
    """Let a node belong to the traces, and return it."""
    for nodes in traces:
        nodes[id(v)] = v
    return v


def detached(v: N, x: Node, traces: Iterable[dict[int, Any]]) -> N:
    """Make a new node v the number of x, through which no gradient flows back, and return it."""
    v._data, v._op, v._a = x._data, DETACHED, x
    v._b = v._da = v._db = v._stamp = None
    return joined(v, traces)


def refuse_traced(v: Node, doing: str, instead: str = "") -> None:
    """Raise a TypeError if v is traced: what is done with its number would not be done again in a replay."""
    if modes.active and modes.traces((v,)):
        raise TypeError(f"{doing} a traced number would freeze it into every replay{instead}")
