"""What stories and pictures say alike: a loss, what comes out, what should, lists that are not too long."""

from collections.abc import Iterable
from typing import Any

from autograd.notation import shown
from nn.arguments import is_sequence
from nn.credit.assignment import Assignment
from nn.losses import FORMULAS, cross_entropy

TERMS = 4  # a sum of more is written with Σ
_LINES = 24  # of more lines, the rest is counted
NUMBERS = 8  # of more in one line, the rest is left out


def formula(credit: Assignment) -> str:
    """Return the formula of a loss; of a batch that of the sum or mean of its examples."""
    one = credit.loss_formula
    return f"{credit.total.strip()} [{one}]" if credit.total else one


def outputs(credit: Assignment) -> str:
    """Return what comes out; of many outputs the first."""
    nodes = [credit.nodes[i] for i in credit.outputs[:TERMS]]
    return ", ".join(f"{node.name} = {shown(node.z, 4)}" for node in nodes)


def listed(lines: Iterable[str]) -> str:
    """Return lines as one text; of many the first, and how many more there are."""
    said = list(lines)
    rest = len(said) - _LINES
    return "\n".join([*said[:_LINES], f"… and {rest:,} more"] if rest > 0 else said)


def signed(x: float) -> str:
    """Return a number with its sign."""
    return shown(x, 4, sign=True)


def wanted(credit: Assignment) -> str:
    """Return a target as it was given: a class by its number, other numbers in our notation; of many the first."""
    loss, y = credit.loss_function, credit.y
    if loss is cross_entropy and not is_sequence(y):
        return f"{y:.0f}"

    def told(y: Any) -> str:
        if isinstance(y, (list, tuple)):
            rest = ", …" if len(y) > NUMBERS else ""
            return f"({', '.join(map(told, y[:NUMBERS]))}{rest})"
        # a loss of one's own may pick an output by a whole number, too
        number = isinstance(y, float) or (isinstance(y, int) and loss in FORMULAS)
        return shown(y) if number else str(y)

    return told(y)
