"""Walking a recorded graph: anything whose nodes have `.parents`.

Nothing here recurses, so a graph may be a million nodes deep.
"""

from collections.abc import Iterator
from typing import Protocol, TypeVar


class Node(Protocol):
    """A node of a directed acyclic graph, as far as this module needs to know it."""

    @property
    def parents(self) -> "tuple[Node, ...]": ...


N = TypeVar("N", bound=Node)


def walk(root: N) -> Iterator[N]:
    """Yield the root and every ancestor once, each before any of its parents is looked at.

    The walk is lazy: a caller that only wants to know whether a graph is large can stop early.
    """
    seen = {id(root)}
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)  # type: ignore[arg-type]  # a node's parents are of its kind


def topological(root: N) -> list[N]:
    """Return the root and its ancestors, every node after all of its parents.

    Args:
        root: the node to start from; it comes last.

    Returns:
        Each node once, in the order in which a depth-first search leaves them, parents from
        left to right: the same order for the same expression, run after run.
    """
    order: list[N] = []
    seen: set[int] = set()
    stack: list[tuple[N, bool]] = [(root, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((p, False) for p in reversed(node.parents) if id(p) not in seen)  # type: ignore[misc]
    return order
