"""What `detect_anomaly` looks for: the first nan or infinity, forward or backward."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from autograd.graph.node import Node
from autograd.graph.reverse import flows, inner_nodes
from autograd.primitive import Primitive
from autograd.structure import leaves


def named(x: Any) -> str:
    """Return an operand as messages show it: `label = number`, or its kind and number."""
    if not hasattr(x, "__primitive__"):
        return repr(x)
    name = x.label or (x.op if x.op not in ("", "constant") else "x")
    return f"{name} = {x._data!r}"


def _described(row: Primitive, operands: Iterable[Any]) -> str:
    shown = []
    for x in operands:
        items = x if isinstance(x, tuple) else (x,)
        shown += [named(item) for item in items[:6]] + (["..."] if len(items) > 6 else [])
    return f"{row.name}({', '.join(shown)})"


HINTS = {"sqrt": " (for the length of a vector use hypot, whose slopes at (0, 0) are 0)"}


def check_forward(
    row: Primitive, operands: Sequence[Any], plain: Sequence[Any], out: float
) -> None:
    if not math.isfinite(out) and all(map(math.isfinite, leaves(list(plain)))):
        raise FloatingPointError(
            f"{row.name} made {out!r} out of finite operands: {_described(row, operands)}"
            + HINTS.get(row.name, "")
        )


def check_backward(root: Node, seed: float) -> None:
    """Raise at the first node that makes a gradient nan, and say where an infinity began."""
    found = {id(root): seed}
    source = ""
    for v in reversed(inner_nodes(root)):
        g = found[id(v)]
        for parent, slope in flows(v):
            total = found[id(parent)] = found.get(id(parent), 0.0) + g * slope
            assert v._op is not None
            if total != total:
                raise FloatingPointError(
                    f"a gradient became nan in backward: {v._op.name} passes {g!r} × {slope!r} "
                    f"(upstream × local) to {named(parent)}, in {_described(v._op, v._operands())}"
                    + (source or HINTS.get(v._op.name, ""))
                )
            if math.isinf(total) and math.isfinite(g) and not source:
                source = (
                    f"; the infinity began at {_described(v._op, v._operands())}, "
                    f"{g!r} × {slope!r}{HINTS.get(v._op.name, '')}"
                )
