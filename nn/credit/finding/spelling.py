"""What was computed from some numbers to one, written out: z₃·z₇ + z₄·z₅, tanh(z₃)."""

from collections.abc import Callable, Iterable

from autograd.notation import shown, superscript
from autograd.primitives import TABLE
from nn.credit.finding.recorded import Recorded

Spelled = tuple[str, int]  # a text, and how tightly it holds together
SUM, PRODUCT, ATOM = 1, 2, 3
CUT: Spelled = ("(…)", ATOM)  # what is too long
WIDE = 6  # of longer sums, the first three and the last are written


def number(x: float) -> Spelled:
    """Return a plain number."""
    text = shown(x, 4).rstrip("0").rstrip(".") if "e" not in shown(x, 4) else shown(x, 4)
    return text, SUM if text.startswith("−") else ATOM


def spelled(
    graph: Recorded, members: Iterable[int], leaf: Callable[[int], Spelled], most: int
) -> Callable[[int], Spelled]:
    """Return a function that tells how nodes are written.

    Args:
        graph: the recorded graph.
        members: the nodes that are written out, operands first.
        leaf: tells how others are written; plain numbers are written as they are.
        most: what is longer than so many letters is cut.
    """
    texts: dict[int, Spelled] = {}

    def of(k: int) -> Spelled:
        if k in texts:
            return texts[k]
        return number(graph.numbers[k]) if graph.ops[k] == "constant" else leaf(k)

    for k in members:
        found = _one(graph, k, of)
        texts[k] = found if len(found[0]) <= most else CUT
    return of


def _one(graph: Recorded, k: int, of: Callable[[int], Spelled]) -> Spelled:
    op, operands = graph.ops[k], [of(p) for p in graph.parents[k]]
    if op in ("add", "sum"):
        return _sum(operands)
    if op == "sub":
        return f"{tight(operands[0], SUM)}−{tight(operands[1], PRODUCT)}", SUM
    if op == "neg":
        return f"−{tight(operands[0], PRODUCT)}", SUM
    if op == "mul":
        return _product(*operands)
    if op == "div":
        return f"{tight(operands[0], PRODUCT)}/{tight(operands[1], ATOM)}", PRODUCT
    if op == "dot":
        bias = graph.bias(k)
        products = [_product(operands[s], operands[t]) for s, t in graph.pairs(k)]
        return _sum([*products, *([] if bias is None else [operands[bias]])])
    if op == "pow":
        return _power(*operands)
    if op in ("square", "reciprocal", "pos"):
        inner = tight(operands[0], ATOM)
        return {"square": (f"{inner}²", ATOM), "reciprocal": (f"1/{inner}", PRODUCT)}.get(
            op, operands[0]
        )
    name = {"maximum": "max", "minimum": "min", "sqrt": "√", "cbrt": "∛"}.get(op, TABLE[op].name)
    inside = [
        text[4:-1]
        if level == ATOM and text.startswith(f"{name}(") and name in ("max", "min")
        else text
        for text, level in operands
    ]
    return f"{name}({', '.join(inside)})", ATOM


def tight(part: Spelled, level: int) -> str:
    """Return a text, in brackets if it does not hold together as tightly as it must."""
    text, own = part
    return text if own >= level else f"({text})"


def _product(one: Spelled, other: Spelled) -> Spelled:
    return f"{tight(one, PRODUCT)}·{tight(other, PRODUCT)}", PRODUCT


def _sum(parts: list[Spelled]) -> Spelled:
    if len(parts) < 2:
        return parts[0] if parts else ("0", ATOM)
    texts = [text for text, _ in parts]
    if len(texts) > WIDE:
        texts = [*texts[:3], "…", texts[-1]]
    return "+".join(texts).replace("+−", "−"), SUM


def _power(base: Spelled, exponent: Spelled) -> Spelled:
    inner, power = tight(base, ATOM), exponent[0]
    if power in ("0.5", "−0.5"):
        root = f"√({base[0]})"
        return (root, ATOM) if power == "0.5" else (f"1/{root}", PRODUCT)
    if power.isdecimal() and len(power) < 3:
        return inner + superscript(int(power)), ATOM
    return f"pow({base[0]}, {power})", ATOM
