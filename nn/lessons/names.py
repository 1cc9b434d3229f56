"""The numbers of a worked example by name, as a worksheet asks for them."""

from functools import lru_cache
from typing import Any

from autograd.notation import on_the_line
from nn.credit.credit import Credit
from nn.credit.telling.equations import equations
from nn.lessons.quantities import Quantity, right_numbers


def quantities(credit: Credit, lr: float) -> dict[str, float]:
    """Return every number of an example by its name, in the order in which one works them out.

    The names are those of `called`.

    Args:
        credit: the example.
        lr: the learning rate η of the new weights.
    """
    return {called(quantity, credit): x for quantity, x in right_numbers(credit, lr).items()}


def called(quantity: Quantity, credit: Credit) -> str:
    """Return the name of a quantity in the notation of a credit; that of the slides as one types it.

    In the slides they are a1, z1, ŷ (ŷ0, ŷ1 where there are several outputs), p0, L, δ1, ∂L/∂w3>1, ∂L/∂b1, new w3>1
    and new b1; a weight with a name of its own has that.
    """
    kind, of, names = quantity.kind, quantity.of, credit.names
    typed = names.notation.key == "slides"
    if of is None:
        return names.loss
    if not credit.layers:
        return _names_of(credit, typed)[kind, of]
    assert not isinstance(of, str)  # only weights with several uses go by a name
    if isinstance(of, tuple):
        i, j = of[:2]
        weight = names.weight(i, j)
        if typed:
            weight = f"b{j}" if i is None else f"w{i}>{j}"
        return names.gradient(weight) if kind == "gradient" else names.new(weight)
    if typed:
        single = len(credit.layers[-1]) == 1
        output = kind == "z" and of in credit.layers[-1]
        letter = "ŷ" if output else "δ" if kind == "delta" else kind
        return letter if output and single else f"{letter}{of}"
    return {"a": names.a, "z": names.z, "p": names.p, "delta": names.delta}[kind](of)


@lru_cache(maxsize=64)
def _names_of(credit: Credit, typed: bool) -> dict[tuple[str, Any], str]:
    """Return what the numbers of a network without layers are called, by kind and what they are of."""
    names = {e.id: e.names[0] for e in equations(credit)}
    return {of: on_the_line(n).replace("⇝", ">") if typed else n for of, n in names.items()}
