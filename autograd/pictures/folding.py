"""What a computation graph is drawn as: which nodes are one, which leaves are repeated, what nodes are called."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograd.graph.walks import topological
from autograd.notation import superscript
from autograd.value import Value

NAME = 14  # characters of a formula that names a node
_INFIX = {"add": (" + ", 1), "sub": (" − ", 1), "mul": ("·", 2), "div": ("/", 2)}
_PARAMETER = re.compile(r"(w|W|b|v|weight|bias|θ|theta|β|γ)([\d_.,\[\]()⁽⁾₀-₉⁰-⁹⇝]|$)")
_WEIGHT = re.compile(r"(w|W|weight|θ|theta)([\d_.,\[\]()⁽⁾₀-₉⁰-⁹⇝]|$)")


def _uses(nodes: Iterable[Value]) -> Counter[int]:
    """Return how often each node is an operand, by its id."""
    return Counter(id(parent) for v in nodes for parent in v.parents)


def sums(nodes: Sequence[Value]) -> dict[int, list[Value]]:
    """Return the sums added from left to right, ((a + b) + c) + d, that are drawn as one.

    Returns:
        For the last addition of each, by its id, all its additions, itself first. Of these the others have no label
        and no other use.
    """
    uses, there = _uses(nodes), {id(v) for v in nodes}
    found: dict[int, list[Value]] = {}
    inner: set[int] = set()
    for v in nodes:
        if v.op != "add" or id(v) in inner:
            continue
        chain = [v]
        left = v.parents[0]
        while left.op == "add" and not left.label and uses[id(left)] == 1 and id(left) in there:
            chain.append(left)
            left = left.parents[0]
        if len(chain) > 1:
            found[id(v)] = chain
        inner |= {id(w) for w in chain}
    return found


def units(nodes: Sequence[Value]) -> dict[int, Value]:
    """Return the units of a network: the dot of each, by the id of the node that gives its output."""
    uses = _uses(nodes)
    found = {id(v): v for v in nodes if v.op == "dot"}
    for v in nodes:
        if len(v.parents) == 1 and id(v.parents[0]) in found and uses[id(v.parents[0])] == 1:
            found[id(v)] = found.pop(id(v.parents[0]))
    return found


def weights(dot: Value) -> list[Value]:
    """Return the weights of a dot, and its bias if it has one."""
    n = len(dot.parents) // 2
    return [*dot.parents[:n], *dot.parents[2 * n :]]


def own(units: Mapping[int, Value], nodes: Iterable[Value]) -> set[int]:
    """Return the leaves, by their ids, that are nothing but weights and biases of these units."""
    uses = _uses(nodes)
    found = Counter(id(w) for dot in units.values() for w in weights(dot) if not w.parents)
    return {leaf for leaf, n in found.items() if n == uses[leaf]}


def spine(nodes: Sequence[Value]) -> set[int]:
    """Return, by their ids, the nodes that are the operand with the longest way below it of some operation."""
    there = {id(v) for v in nodes}
    height: dict[int, int] = {}
    found: set[int] = set()
    for v in topological(nodes[0], lambda v: [p for p in v.parents if id(p) in there]):
        below = [parent for parent in v.parents if id(parent) in there]
        height[id(v)] = max((height[id(parent)] + 1 for parent in below), default=0)
        if height[id(v)] > 1:
            found.add(id(max(below, key=lambda parent: height[id(parent)])))
    return found


def far_used(nodes: Sequence[Value]) -> set[int]:
    """Return the leaves to repeat at each use, because edges to all their uses would span the picture.

    Layout time grows with the lengths of edges more than with the number of nodes, of which the nearest to the root
    come first.
    """
    depth: dict[int, int] = {}
    for v in nodes:
        depth.setdefault(id(v), 0)
        for parent in v.parents:
            depth[id(parent)] = max(depth.get(id(parent), 0), depth[id(v)] + 1)
    at: dict[int, list[int]] = {}
    for v in nodes:
        for parent in v.parents:
            if not parent.parents:
                at.setdefault(id(parent), []).append(depth[id(v)])
    return {leaf for leaf, uses in at.items() if sum(uses) - len(uses) * min(uses) > 12}


def kinds(nodes: Iterable[Value]) -> dict[int, str]:
    """Return what each leaf is, by its id: "constant", "parameter" or "input".

    Of a dot the weights and the bias are parameters. Elsewhere names tell: where something is called w, so are
    leaves called w, b or θ, and the rest are inputs.
    """
    leaves: dict[int, Value] = {}
    parameters: set[int] = set()
    for v in nodes:
        if not v.parents:
            leaves[id(v)] = v
        elif v.op == "dot":
            parameters |= {id(w) for w in weights(v)}
    if any(_WEIGHT.match(v.label) for v in leaves.values()):
        parameters |= {key for key, v in leaves.items() if _PARAMETER.match(v.label)}
    return {
        key: "constant" if v.op == "constant" else "parameter" if key in parameters else "input"
        for key, v in leaves.items()
    }


def name(v: Value) -> str:
    """Return what a node is called: its label, or its formula if that is short; else nothing."""
    if v.label:
        return v.label
    return _formula(v)[0] if v.parents else ""


def _formula(v: Value, depth: int = 3) -> tuple[str, int]:
    """Return a short formula, or nothing, and how strongly its outermost operation binds."""
    if v.label:
        simple = (len(v.label) <= 6 and v.label.isidentifier()) or "⇝" in v.label
        return (v.label if simple else "", 3)
    if v.op == "constant":
        return f"{v.data:g}".replace("-", "−"), 3 if v.data >= 0 else 0
    if not v.parents or depth == 0 or len(v.parents) > 2:
        return "", 0
    parts = [_formula(parent, depth - 1) for parent in v.parents]
    if not all(text for text, _ in parts):
        return "", 0
    text, strength = _written(v, parts)
    return (text, strength) if len(text) <= NAME else ("", 0)


def _written(v: Value, parts: list[tuple[str, int]]) -> tuple[str, int]:
    def operand(k: int, least: int) -> str:
        text, strength = parts[k]
        return text if strength >= least else f"({text})"

    if v.op in _INFIX:
        sign, strength = _INFIX[v.op]
        right = strength + (v.op in ("sub", "div"))
        return f"{operand(0, strength)}{sign}{operand(1, right)}", strength
    if v.op == "pow":
        power = v.parents[1].data
        if v.parents[1].op == "constant" and power >= 0.0 and power.is_integer() and power < 100.0:
            return f"{operand(0, 3)}{superscript(int(power))}", 3
        return "", 0
    if v.op == "square":
        return f"{operand(0, 3)}²", 3
    if v.op == "neg":
        return f"−{operand(0, 2)}", 0
    if len(parts) == 1 and v.op.isalpha():
        return f"{v.op}({parts[0][0]})", 3
    return "", 0
