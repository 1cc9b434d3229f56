"""Formulas of matrices, built as text and as LaTeX at once."""

from collections.abc import Sequence
from typing import NamedTuple

from autograd.notation import superscript


class Formula(NamedTuple):
    """A formula as text and as LaTeX; `binding` says how tightly its last operator binds."""

    text: str
    latex: str
    binding: int = 9

    def within(self, binding: int) -> "Formula":
        """Return the formula for use beside an operator that binds so tightly."""
        if self.binding >= binding:
            return self
        return Formula(f"({self.text})", rf"\left({self.latex}\right)")


def joined(parts: Sequence[Formula], text: str, latex: str, binding: int) -> Formula:
    parts = [part.within(binding + (i > 0)) for i, part in enumerate(parts)]
    return Formula(text.join(p.text for p in parts), latex.join(p.latex for p in parts), binding)


def added(parts: Sequence[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else joined(parts, " + ", " + ", 4)


def product(x: Formula, y: Formula) -> Formula:
    """Return the matrix product, or the product of numbers."""
    if ONE in (x, y):
        return y if x == ONE else x
    return joined([x, y], " ", r"\,", 6)


def elementwise(x: Formula, y: Formula) -> Formula:
    if ONE in (x, y):
        return y if x == ONE else x
    return joined([x.within(7), y.within(7)], " ⊙ ", r" \odot ", 5)


def transposed(x: Formula) -> Formula:
    if x.text.endswith("ᵀ") and x.binding == 8:
        return Formula(x.text[:-1], x.latex.removesuffix(r"^\top"))
    x = x.within(9)
    return Formula(f"{x.text}ᵀ", rf"{x.latex}^\top", 8)


def negated(x: Formula) -> Formula:
    x = x.within(6)
    return Formula(f"−{x.text}", f"-{x.latex}", 4)


def number(x: float) -> Formula:
    text = f"{x:g}".replace("-", "−")
    return Formula(text, text.replace("−", "-").replace("inf", r"\infty"), 9 if x >= 0.0 else 4)


def symbol(base: str, index: int | str = "") -> Formula:
    latex = {"δ": r"\delta", "Δ": r"\Delta", "ŷ": r"\hat{y}", "Ŷ": r"\hat{Y}", "η": r"\eta"}
    name = latex.get(base, base if len(base) == 1 else rf"\mathrm{{{_escaped(base)}}}")
    return Formula(f"{base}{index}", f"{name}_{{{index}}}" if index != "" else name)


def _escaped(name: str) -> str:
    return "".join("\\" + c if c in "#$%&_{}" else c for c in name if c not in "\\^~")


ONE = number(1.0)
ONES = Formula("1", r"\mathbf{1}")  # a column of ones: not the number
PER_EXAMPLE = Formula("1/n", r"\tfrac{1}{n}")


def squared(x: Formula, times: int = 2) -> Formula:
    """Return a power with a whole exponent."""
    x = x.within(9)
    return Formula(f"{x.text}{superscript(times)}", f"{x.latex}^{{{times}}}", 8)


def raised(x: Formula, y: Formula) -> Formula:
    """Return x to the power y, element by element."""
    return Formula(
        f"{x.within(9).text}^{y.within(9).text}", f"{x.within(9).latex}^{{{y.latex}}}", 8
    )


def quotient(x: Formula, y: Formula) -> Formula:
    """Return x over y, element by element."""
    return joined([x, y], " / ", "/", 5)


def indexed(x: Formula, rows: str) -> Formula:
    """Return some rows of x."""
    x = x.within(9)
    return Formula(f"{x.text}[{rows}]", f"{x.latex}[{rows}]".replace("…", r"\ldots"))


def applied(name: str, latex: str, x: Formula) -> Formula:
    """Return a function written before its operand, without brackets where none are needed."""
    x = x.within(8)
    return Formula(f"{name} {x.text}", f"{latex} {x.latex}", 7)


def called(name: str, operands: Sequence[Formula], always: bool = False) -> Formula:
    """Return a function of the table: tanh A, max(x, y), tanh′(A)."""
    latex = _function(name)
    if len(operands) == 1 and not always:
        return applied(name, latex, operands[0])
    inner = joined(operands, ", ", ", ", 0)
    return Formula(f"{name}({inner.text})", rf"{latex}({inner.latex})", 8)


def _function(name: str) -> str:
    if name == "not":
        return r"\lnot"
    word, raised = name.rstrip("′²₁₂₃"), name[len(name.rstrip("′²₁₂₃")) :]
    latex = {"σ": r"\sigma", "√": r"\sqrt"}.get(word, rf"\operatorname{{{_escaped(word)}}}")
    return latex + raised.replace("′", "'").replace("²", "^{2}").translate(_LOWERED)


_LOWERED = str.maketrans({"₁": "_{1}", "₂": "_{2}", "₃": "_{3}"})


def derivative(x: Formula) -> Formula:
    return Formula(f"∂L/∂{x.within(9).text}", rf"\frac{{\partial L}}{{\partial {x.latex}}}", 8)
