"""The numbers of a worked example by name, as people write them by hand."""

import re

from nn.credit.credit import Credit
from nn.lessons.quantities import Quantity, right_numbers

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹₋−", "01234567890123456789--")
_KINDS = {
    "a": "a",
    "net": "a",
    "z": "z",
    "h": "z",
    "δ": "δ",
    "delta": "δ",
    "ŷ": "ŷ",
    "yhat": "ŷ",
    "l": "L",
    "p": "p",
    "loss": "L",
}


def quantities(credit: Credit, lr: float) -> dict[str, float]:
    """Return every number of an example by its name, in the order in which one works them out.

    The names are a1, z1, ŷ (ŷ0, ŷ1 where there are several outputs), L, δ1, ∂L/∂w3>1, ∂L/∂b1,
    new w3>1 and new b1.

    Args:
        credit: the example.
        lr: the learning rate η of the new weights.
    """
    return {called(quantity, credit): x for quantity, x in right_numbers(credit, lr).items()}


def called(quantity: Quantity, credit: Credit) -> str:
    """Return the name of a quantity."""
    kind, of = quantity.kind, quantity.of
    if isinstance(of, tuple):
        name = edge_name(*of[:2])
        return f"∂L/∂{name}" if kind == "gradient" else f"new {name}"
    if of is None:
        return "L"
    return output_name(of, credit) if kind == "z" else f"{'δ' if kind == 'delta' else kind}{of}"


def output_name(j: int, credit: Credit) -> str:
    """Return the name of the output of unit j: z1, or ŷ of an output unit."""
    outputs = credit.layers[-1]
    if j not in outputs:
        return f"z{j}"
    return "ŷ" if len(outputs) == 1 else f"ŷ{j}"


def edge_name(i: int | None, j: int) -> str:
    """Return the name of a weight, w3>1, or of a bias, b1."""
    return f"b{j}" if i is None else f"w{i}>{j}"


def canonical(name: str, credit: Credit) -> str:
    """Return the name in `quantities` that somebody's way of writing it means.

    Known are subscripts or plain digits; delta for δ; yhat or z0 for ŷ; dL/dw, dw, ∂w or grad w for ∂L/∂w; w3->1,
    w3→1, w3⇝1, w31 or the layered w⁽¹⁾₃₁ for w3>1; a weight without more is its new one.

    Args:
        name: what was written.
        credit: the example that it is about.

    Raises:
        ValueError: if it means nothing in this example.
    """
    plain = _plain(name)
    layered = {_plain(edge.layered_name): edge_name(*key) for key, edge in credit.edges.items()}
    is_new = re.fullmatch(r"(new)?(.*?)(new|'|′|\+)?", plain)
    assert is_new is not None
    bare = is_new.group(2)
    gradient = re.fullmatch(r"(?:∂l/∂|dl/d|grad|∂|d)([wb].*)", bare)
    weight = gradient.group(1) if gradient else bare
    weight = layered.get(weight, weight)
    edge = re.fullmatch(r"w(\d+)>(\d+)|w(\d)(\d)|b(\d+)", weight)
    if edge is not None:
        i, j = edge.group(1) or edge.group(3), edge.group(2) or edge.group(4)
        weight = f"b{edge.group(5)}" if edge.group(5) else f"w{i}>{j}"
        result = f"∂L/∂{weight}" if gradient else f"new {weight}"
    else:
        unit = re.fullmatch(r"([a-zδŷ]+?)(\d*)", bare)
        kind = _KINDS.get(unit.group(1), "") if unit else ""
        result = kind + (unit.group(2) if unit else "")
        if kind in ("z", "ŷ") and unit is not None:
            outputs = credit.layers[-1]
            j = int(unit.group(2) or outputs[0])
            # a bare ŷ is the only output; z0 is its output too
            result = output_name(j, credit) if unit.group(2) or len(outputs) == 1 else ""
    names = list(quantities(credit, 0.0))
    if result not in names:
        known = ", ".join(names) if len(names) < 16 else ", ".join(names[:15]) + ", ..."
        raise ValueError(f"{name.strip()!r} is no number of this network; known are {known}")
    return result


def _plain(name: str) -> str:
    text = name.translate(_DIGITS).lower()
    text = re.sub(r"->|→|⇝|~>", ">", text)
    return re.sub(r"[\s_{}()⁽⁾*$\\`]", "", text)
