"""An operation of the table on formulas, element by element: its value, and what its operands get of a gradient."""

from collections.abc import Sequence

import numpy as np

from autograd import latex
from autograd.matrices.equations.formula import ONE, Formula, alike, called, joined, number
from autograd.primitive import slopes_of
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS

_LATEX = {"&": r"\land", "|": r"\lor", "<=": r"\le", ">=": r"\ge", "!=": r"\ne"}


def operation(op: str, operands: Sequence[Formula]) -> Formula:
    """Return a row of the table, or a decision, applied to operands."""
    x = operands[0]
    if op in ("add", "sub", "mul", "div", "neg"):  # operators, which formulas have, too
        return TABLE[op].forward(*operands)  # type: ignore[no-any-return]
    if op == "pow":
        return x ** operands[1]
    if op == "square":
        return x**2
    if op == "reciprocal":
        return ONE / x
    if op == "~":
        return called("not", operands, np.logical_not)
    if op == "detach":
        return called("detach", operands, np.positive)
    if op in DECISIONS:
        decide = {"&": np.logical_and, "|": np.logical_or}.get(op, DECISIONS[op])
        latex = f" {_LATEX.get(op, op)} "
        return joined(operands, f" {op} ", latex, 2, alike(decide, *operands))
    return called(TABLE[op].symbol, operands, lambda *xs: TABLE[op].on_arrays(np, *xs))


def pulled_back(g: Formula, op: str, i: int, operands: Sequence[Formula], out: Formula) -> Formula:
    """Return what operand i of an operation gets of the gradient g: g times the slope."""
    x, y = operands[0], operands[-1]
    match op, i:
        case ("add", _) | ("sub", 0):
            return g
        case ("sub" | "neg", _):
            return -g
        case "mul", _:
            return g * operands[1 - i]
        case "div", 0:
            return g / y
        case "div", _:
            return -(g * out / y)
        case "pow", 0:
            return g * (y * x ** (number(y.value - 1.0) if y.is_number else y - ONE))
        case "pow", _:
            return g * (out * called("log", [x], np.log))
        case "reciprocal", _:
            return g * -(out**2)
        case "square", _:
            return g * (number(2.0) * x)
        case "exp", _:
            return g * out
        case "tanh", _:  # as on slides; computed as 1/cosh², which keeps its digits in saturation
            return g * (ONE - called("tanh²", [x], lambda x: np.tanh(x) ** 2))
        case "where", _:
            taken = x if i == 1 else operation("~", [x])
            return g * Formula(f"[{taken.text}]", f"[{taken.latex}]", taken.value * 1.0)
    rule = TABLE[op].partials[i]
    name = (op if latex.raised(TABLE[op].symbol) else TABLE[op].symbol) + (
        "′" if len(operands) == 1 else f"′{'₁₂₃'[i]}"
    )
    return g * called(name, operands, lambda *xs: slopes_of(rule, [*xs, out.value]))
