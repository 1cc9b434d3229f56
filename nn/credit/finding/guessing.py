"""Which leaves of a recorded graph are weights, where nobody says it."""

from collections.abc import Sequence, Set
from typing import Any

from autograd import Value
from autograd.graph.node import UNRECORDED, made_since
from autograd.graph.walks import topological
from nn.arguments import once


def guess(
    root: Value,
    outputs: Sequence[Value] = (),
    inputs: Set[int] = frozenset(),
    targets: Set[int] = frozenset(),
    called: int | None = None,
    indices: bool = False,
) -> list[Value]:
    """Return the leaves that look like weights.

    Of a network that was called these are the leaves that it uses and that were there before the call: the call itself
    makes initial states, masks and detached copies; what x and y were computed from is not looked at. What the loss
    alone uses may be anything, as may the leaves of a recorded loss, or of a network that uses nothing of its input.
    There it counts what is done with a leaf: a weight is multiplied by or added to something computed, alone or in a
    dot, or is a dot's bias; of two leaves that are multiplied it is the left one.

    Args:
        root: the loss.
        outputs: what the network gave, if it was called.
        inputs, targets: the ids of what it was called with, and of what the loss took.
        called, indices: the moment of the call, if it is known; whether it was given whole numbers alone.

    Raises:
        ValueError: if a leaf looks like a weight here and like an input there.
    """
    given = inputs | targets
    nodes = [v for v in _sources([root, *outputs], given) if id(v) not in given]
    used = set(map(id, _sources(outputs, given)))
    ignored = inputs | (targets - used)
    operands = [p for v in nodes for p in v.parents]  # in the order in which they are used
    leaves = once(v for v in (*operands, root, *outputs) if not v.op and id(v) not in ignored)
    certain = False
    older = [v for v in leaves if called is not None and not made_since(v, called)]
    if not used.isdisjoint(map(id, older)):  # or else it is a network that the call builds
        leaves, certain = older, indices or not used.isdisjoint(inputs)
    looks = _looks(nodes, set(map(id, leaves)))
    found = []
    for v in leaves:
        own = id(v) in used
        sure = certain and own and id(v) not in targets and v._stamp is not UNRECORDED
        look = {"weight"} if sure else looks.get(id(v), {"weight" if own else "input"})
        if len(look) == 2:
            raise ValueError(
                f"{v.label or repr(v)} looks like a weight in one place and like an input in another: say which "
                "leaves are weights with parameters=[...]"
            )
        if "weight" in look:
            found.append(v)
    return found


def _sources(ends: Sequence[Value], given: Set[int]) -> list[Value]:
    """Return some Values and all that they were made from, operands first, back to what was given."""

    def parents(v: Any) -> Any:
        return ends if v is ends else () if id(v) in given else v.parents

    found: list[Any] = list(topological(ends, parents))
    return found[:-1]  # the last is the list of the ends itself


def _looks(nodes: list[Value], leaves: Set[int]) -> dict[int, set[str]]:
    """Return what each of some leaves looks like: a weight, an input, or both."""
    looks: dict[int, set[str]] = {}

    def see(p: Value, look: str) -> None:
        if id(p) in leaves:
            looks.setdefault(id(p), set()).add(look)

    for v in nodes:
        parents = v.parents
        n = len(parents) // 2
        if v.op == "dot":
            pairs = [*zip(parents[:n], parents[n : 2 * n])]
            if len(parents) % 2:
                see(parents[-1], "weight")
        elif v.op == "mul":
            pairs = [(parents[0], parents[1])]
        else:
            pairs = []
            if v.op in ("add", "sum") and any(p.op not in ("", "constant") for p in parents):
                for p in parents:
                    see(p, "weight")
        for w, x in pairs:
            if w is not x:
                if id(w) not in leaves:
                    w, x = x, w
                see(w, "weight")
                see(x, "input")
    return looks
