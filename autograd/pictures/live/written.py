"""The state of a living page as Python: the expression, a statement for each node."""

from collections.abc import Callable

from autograd import functions
from autograd.graph.walks import topological
from autograd.pictures.live.places import Place
from autograd.replay.statements import Namer
from autograd.value import Value

_OPERATORS = {
    "add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "div": "{} / {}", "pow": "{} ** {}", "neg": "-{}", "pos": "+{}",
}  # fmt: skip
_MOST = 150  # operations: of more, the leaves alone


def python(root: Value, place: Callable[[Value], Place]) -> str:
    """Return an expression as Python, given what tells the number of a leaf."""
    namer, names, leaves, lines = Namer(("ag", "Value")), dict[int, str](), list[str](), list[str]()
    for v in topological(root):
        if v.op == "constant":
            text = repr(v.data) if v.data - v.data == 0.0 else f'float("{v.data}")'
            names[id(v)] = f"({text})" if text.startswith("-") else text
            continue
        names[id(v)] = namer.name(v.label, "v")
        if v.op:
            lines.append(f"{names[id(v)]} = {_spelled(v, [names[id(p)] for p in v.parents])}")
        else:
            leaves.append(f"{names[id(v)]} = Value({place(v).exact()}, label={v.label!r})")
    lines = [] if len(lines) > _MOST else [*lines, f"{names[id(root)]}.backward()"]
    return "\n".join(["import autograd as ag", "from autograd import Value", "", *leaves, *lines])


def _spelled(v: Value, parts: list[str]) -> str:
    """Return an operation on operands that have names."""
    if v.op in _OPERATORS:
        return _OPERATORS[v.op].format(*parts)
    if v.op == "dot":
        n = len(parts) // 2
        parts = [f"[{', '.join(parts[:n])}]", f"[{', '.join(parts[n : 2 * n])}]", *parts[2 * n :]]
    elif v.op in ("sum", "logsumexp"):
        parts = [f"[{', '.join(parts)}]"]
    else:  # a choice comes first, bounds last
        plain = [repr(x) for x in v._operands() if type(x) is bool or (v.op == "clip" and type(x) is float)]  # fmt: skip
        parts = [*plain, *parts] if v.op == "where" else [*parts, *plain]
    room = "ag." if hasattr(functions, v.op) else ""  # an operation of one's own has its own name
    return f"{room}{v.op}({', '.join(parts)})"
