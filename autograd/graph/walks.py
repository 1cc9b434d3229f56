"""Walking a recorded graph: anything whose nodes have `.parents`.

Nothing here recurses, so a graph may be a million nodes deep.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

N = TypeVar("N")

_parents: Callable[[Any], Sequence[Any]] = attrgetter("parents")


def topological(root: N, parents: Callable[[N], Sequence[N]] = _parents) -> list[N]:
    """Return what `in_order` yields."""
    return list(in_order(root, parents))


def in_order(root: N, parents: Callable[[N], Sequence[N]] = _parents) -> Iterator[N]:
    """Yield the root and its ancestors, every node after all of its parents; the root comes last.

    Each node comes once, in the order in which a depth-first search leaves them, parents from left to right: the
    same order for the same expression, run after run.
    """
    seen: set[int] = set()
    stack: list[N | None] = [root]  # None: the parents of the node beneath are done
    while stack:
        node = stack.pop()
        if node is None:
            done: Any = stack.pop()
            yield done
        elif id(node) not in seen:
            seen.add(id(node))
            stack += (node, None)
            stack.extend([p for p in reversed(parents(node)) if id(p) not in seen])
