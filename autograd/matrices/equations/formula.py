"""Formulas of matrices, built as text, as LaTeX, and as the numbers they stand for at one point.

The numbers tell whether a formula is true, and whether its shapes conform: one that is not is never printed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from autograd.notation import superscript

T = TypeVar("T")
_LONGEST = 2000  # characters; nobody reads on


class Untrue(Exception):  # noqa: N818  # no error: another form is tried
    """An equation that does not hold, or that cannot be written."""


@dataclass(frozen=True, eq=False, slots=True)
class Formula:
    """A formula.

    Attributes:
        text, latex: how it is written.
        value: its matrix at the point; a float for a number that suits any shape; None if its parts do not conform.
        binding: how tightly its last operator binds.
    """

    text: str
    latex: str
    value: Any
    binding: int = 9

    def within(self, binding: int) -> "Formula":
        """Return the formula for use beside an operator that binds so tightly."""
        if self.binding >= binding:
            return self
        return Formula(f"({self.text})", rf"\left({self.latex}\right)", self.value)

    @property
    def is_one(self) -> bool:
        """Whether it is the number 1."""
        return type(self.value) is float and self.text == "1"


def joined(parts: Sequence[Formula], text: str, latex: str, binding: int, value: Any) -> Formula:
    parts = [part.within(binding + (i > 0)) for i, part in enumerate(parts)]
    texts, latexes = text.join(p.text for p in parts), latex.join(p.latex for p in parts)
    if len(texts) > _LONGEST:
        raise Untrue("too long")
    return Formula(texts, latexes, value, binding)


def alike(f: Callable[..., Any], *operands: Formula) -> Any:
    """Return f of matrices of one shape, or of numbers; None if the shapes differ or there is no such number."""
    values = [x.value for x in operands]
    shapes = {value.shape for value in values if type(value) is not float and value is not None}
    if any(value is None for value in values) or len(shapes) > 1:
        return None
    try:
        return f(*values) if shapes else float(f(*values))
    except ArithmeticError:  # of numbers that Python refuses, as in 1/0.0
        return None


def added(parts: Sequence[Formula]) -> Formula:
    total = parts[0]
    for part in parts[1:]:
        total = joined([total, part], " + ", " + ", 4, alike(lambda x, y: x + y, total, part))
    return total


def subtracted(x: Formula, y: Formula) -> Formula:
    return joined([x, y], " − ", " - ", 4, alike(lambda x, y: x - y, x, y))


def product(x: Formula, y: Formula) -> Formula:
    """Return the matrix product; a number, or a matrix of one, is a factor of whatever it stands beside."""
    if x.is_one or y.is_one:
        return y if x.is_one else x
    a, b = x.value, y.value
    if a is None or b is None:
        value = None
    elif type(a) is float or type(b) is float:
        value = a * b
    elif a.shape[1] == b.shape[0]:
        value = a @ b
    else:
        value = a * b if (1, 1) in (a.shape, b.shape) else None
    return joined([x, y], " ", r"\,", 6, value)


def elementwise(x: Formula, y: Formula) -> Formula:
    if x.is_one or y.is_one:
        return y if x.is_one else x
    value = alike(lambda x, y: x * y, x, y)
    return joined([x.within(7), y.within(7)], " ⊙ ", r" \odot ", 5, value)


def transposed(x: Formula) -> Formula:
    value = x.value if x.value is None or type(x.value) is float else x.value.T
    if x.text.endswith("ᵀ") and x.binding == 8:
        return Formula(x.text[:-1], x.latex.removesuffix(r"^\top"), value)
    x = x.within(9)
    return Formula(f"{x.text}ᵀ", rf"{x.latex}^\top", value, 8)


def negated(x: Formula) -> Formula:
    x = x.within(6)
    return Formula(f"−{x.text}", f"-{x.latex}", None if x.value is None else -x.value, 4)


def number(x: float) -> Formula:
    text = f"{x:g}".replace("-", "−").replace("inf", "∞")
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        latex = text.replace("−", "-").replace("∞", r"\infty")
        return Formula(text, latex, float(x), 9 if x >= 0.0 else 4)
    power = int(exponent.replace("−", "-"))
    raised = f"10{'⁻' * (power < 0)}{superscript(abs(power))}"
    latex = rf"{mantissa} \cdot 10^{{{power}}}".replace("−", "-")
    return Formula(f"{mantissa}·{raised}", latex, float(x), 6 if x >= 0.0 else 4)


def symbol(base: str, index: int | str = "", value: Any = None) -> Formula:
    latex = {"δ": r"\delta", "Δ": r"\Delta", "ŷ": r"\hat{y}", "Ŷ": r"\hat{Y}", "η": r"\eta"}
    name = latex.get(base, base if len(base) == 1 else rf"\mathrm{{{_escaped(base)}}}")
    return Formula(f"{base}{index}", f"{name}_{{{index}}}" if index != "" else name, value)


def _escaped(name: str) -> str:
    return "".join("\\" + c if c in "#$%&_{}" else c for c in name if c not in "\\^~")


def ones(value: Any) -> Formula:
    """Return a column of ones: not the number."""
    return Formula("1", r"\mathbf{1}", value)


def squared(x: Formula, times: int = 2) -> Formula:
    """Return a power with a whole exponent, element by element."""
    x = x.within(9)
    value = None if x.value is None else x.value**times
    return Formula(f"{x.text}{superscript(times)}", f"{x.latex}^{{{times}}}", value, 8)


def raised(x: Formula, y: Formula) -> Formula:
    """Return x to the power y, element by element."""
    text, latex = f"{x.within(9).text}^{y.within(9).text}", f"{x.within(9).latex}^{{{y.latex}}}"
    return Formula(text, latex, alike(lambda x, y: x**y, x, y), 8)


def quotient(x: Formula, y: Formula) -> Formula:
    """Return x over y, element by element."""
    value = alike(lambda x, y: x / y, x, y)
    text = joined([x, y.within(7)], " / ", "/", 5, value).text
    return Formula(text, rf"\frac{{{x.latex}}}{{{y.latex}}}", value, 5)


def indexed(x: Formula, where: str, value: Any) -> Formula:
    """Return a part of x."""
    x = x.within(9)
    return Formula(f"{x.text}[{where}]", f"{x.latex}[{where}]".replace("…", r"\ldots"), value)


def abridged(parts: Sequence[T], gap: T) -> Sequence[T]:
    """Return the parts of a list as they are shown: of many, the first two and the last."""
    return parts if len(parts) < 5 else [*parts[:2], gap, parts[-1]]


def listed(parts: Sequence[Formula], between: str, value: Any) -> Formula:
    """Return a matrix made of parts."""
    inner = joined(abridged(parts, symbol("…")), between, between, 0, value)
    return Formula(f"[{inner.text}]", f"[{inner.latex}]", value)


def applied(name: str, latex: str, x: Formula, value: Any) -> Formula:
    """Return a function written before its operand, without brackets where none are needed."""
    inner = x.within(8)
    shown = rf"\sqrt{{{x.latex}}}" if latex == r"\sqrt" else f"{latex} {inner.latex}"
    return Formula(f"{name} {inner.text}", shown, value, 7)


def summed(x: Formula) -> Formula:
    """Return the sum over the rows of x."""
    value = x.value if x.value is None or type(x.value) is float else x.value.sum(0, keepdims=True)
    return applied("Σ", r"\sum", x, value)


def called(
    name: str, operands: Sequence[Formula], f: Callable[..., Any], always: bool = False
) -> Formula:
    """Return a function of the table, element by element: tanh A, max(x, y), tanh′(A).

    Args:
        name: how it is written.
        operands: what it is applied to.
        f: computes it.
        always: whether brackets stand around a single operand too.
    """
    latex, value = _function(name), alike(f, *operands)
    if len(operands) == 1 and not always:
        return applied(name, latex, operands[0], value)
    inner = joined(operands, ", ", ", ", 0, None)
    return Formula(f"{name}({inner.text})", rf"{latex}({inner.latex})", value, 8)


def _function(name: str) -> str:
    if name == "not":
        return r"\lnot"
    word, raised = name.rstrip("′²₁₂₃"), name[len(name.rstrip("′²₁₂₃")) :]
    word = {"√": "√" if not raised else "sqrt", "∛": "cbrt"}.get(word, word)
    latex = {"σ": r"\sigma", "√": r"\sqrt"}.get(
        word, rf"\operatorname{{{_escaped(word)}}}".replace(" ", r"\ ")
    )
    return latex + raised.replace("′", "'").replace("²", "^{2}").translate(_LOWERED)


_LOWERED = str.maketrans({"₁": "_{1}", "₂": "_{2}", "₃": "_{3}"})


def derivative(x: Formula, value: Any) -> Formula:
    text, latex = f"∂L/∂{x.within(9).text}", rf"\frac{{\partial L}}{{\partial {x.latex}}}"
    return Formula(text, latex, value, 8)


ONE = number(1.0)
