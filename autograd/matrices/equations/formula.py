"""Formulas of matrices, built as text, as LaTeX, and as the numbers they stand for at one point.

The numbers tell whether a formula is true, and whether its shapes conform: one that is not is never printed.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from autograd import latex
from autograd.notation import superscript

T = TypeVar("T")
_LONGEST = 2000  # characters; nobody reads on


class Untrue(Exception):  # noqa: N818  # no error: another form is tried
    """An equation that does not hold, or that cannot be written."""


@dataclass(frozen=True, eq=False, slots=True)
class Formula:
    """A formula. Its operators are those of NumPy: @ between matrices, * / ** element by element.

    Attributes:
        text, latex: how it is written.
        value: its matrix at the point; a float for a number that suits any shape.
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
    def is_number(self) -> bool:
        """Whether it is a number that suits any shape."""
        return type(self.value) is float

    @property
    def is_one(self) -> bool:
        return self.is_number and self.text == "1"

    def __add__(self, other: "Formula") -> "Formula":
        return joined([self, other], " + ", " + ", 4, alike(operator.add, self, other))

    def __sub__(self, other: "Formula") -> "Formula":
        return joined([self, other], " − ", " - ", 4, alike(operator.sub, self, other))

    def __neg__(self) -> "Formula":
        x = self.within(6)
        return Formula(f"−{x.text}", f"-{x.latex}", -x.value, 4)

    def __matmul__(self, other: "Formula") -> "Formula":
        """Return the matrix product; a number, or a matrix of one, is a factor of whatever it stands beside."""
        if self.is_one or other.is_one:
            return other if self.is_one else self
        a, b = self.value, other.value
        if self.is_number or other.is_number:
            value = a * b
        elif a.shape[1] == b.shape[0]:
            value = a @ b
        elif (1, 1) in (a.shape, b.shape):
            value = a * b
        else:
            raise Untrue("a product of matrices that do not conform")
        return joined([self, other], " ", r"\,", 6, value)

    def __mul__(self, other: "Formula") -> "Formula":
        """Return the product element by element: x ⊙ y, but for single numbers x y."""
        if any(x.is_number or x.value.size == 1 for x in (self, other)):
            return self @ other
        value = alike(operator.mul, self, other)
        return joined([self.within(7), other.within(7)], " ⊙ ", r" \odot ", 5, value)

    def __truediv__(self, other: "Formula") -> "Formula":
        value = alike(operator.truediv, self, other)
        text = joined([self, other.within(7)], " / ", "/", 5, value).text
        return Formula(text, rf"\frac{{{self.latex}}}{{{other.latex}}}", value, 5)

    def __pow__(self, other: "Formula | int") -> "Formula":
        x = self.within(9)
        if isinstance(other, int):
            text, latex = f"{x.text}{superscript(other)}", f"{x.latex}^{{{other}}}"
            return Formula(text, latex, x.value**other, 8)
        value = alike(operator.pow, self, other)
        return Formula(f"{x.text}^{other.within(9).text}", f"{x.latex}^{{{other.latex}}}", value, 8)

    @property
    def T(self) -> "Formula":  # noqa: N802  # NumPy's name
        value = self.value if self.is_number else self.value.T
        if self.text.endswith("ᵀ") and self.binding == 8:
            return Formula(self.text[:-1], self.latex.removesuffix(r"^\top"), value)
        x = self.within(9)
        return Formula(f"{x.text}ᵀ", rf"{x.latex}^\top", value, 8)

    def part(self, index: str, value: Any) -> "Formula":
        x = self.within(9)
        return Formula(f"{x.text}[{index}]", f"{x.latex}[{index}]".replace("…", r"\ldots"), value)


@dataclass(frozen=True, eq=False, slots=True)
class Equation:
    """left = right; or left ← right, an assignment."""

    left: Formula
    right: Formula
    sign: str = "="

    @property
    def text(self) -> str:
        return f"{self.left.text} {self.sign} {self.right.text}"

    def holds(self) -> bool:
        """Tell whether both sides are the same matrix at the point."""
        left, right = self.left.value, self.right.value
        if type(right) is not float and right.shape != left.shape:
            return False
        return bool(np.allclose(left, right, rtol=1e-9, atol=1e-12))


def joined(
    parts: Sequence[Formula], between: str, in_latex: str, binding: int, value: Any
) -> Formula:
    """Return the parts with an operator between them."""
    parts = [part.within(binding + (i > 0)) for i, part in enumerate(parts)]
    text = between.join(part.text for part in parts)
    if len(text) > _LONGEST:
        raise Untrue("too long")
    return Formula(text, in_latex.join(part.latex for part in parts), value, binding)


def alike(f: Callable[..., Any], *operands: Formula) -> Any:
    """Return f of matrices of one shape, or of numbers.

    Raises:
        Untrue: if the shapes differ, or there is no such number.
    """
    values = [x.value for x in operands]
    shapes = {value.shape for value in values if type(value) is not float}
    if len(shapes) > 1:
        raise Untrue("matrices of different shapes, element by element")
    try:
        return f(*values) if shapes else float(f(*values))
    except ArithmeticError as error:
        raise Untrue("a number that Python refuses, as 1/0.0") from error


# ---------------------------------------------------------------- the smallest formulas


def number(x: float) -> Formula:
    text = f"{x:g}".replace("-", "−").replace("inf", "∞")
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return Formula(text, latex.number(text), float(x), 9 if x >= 0.0 else 4)
    power = int(exponent.replace("−", "-"))
    raised = f"10{'⁻' * (power < 0)}{superscript(abs(power))}"
    return Formula(f"{mantissa}·{raised}", latex.number(text), float(x), 6 if x >= 0.0 else 4)


def symbol(base: str, index: int | str = "", value: Any = None) -> Formula:
    shown = latex.formula(base) if len(base) == 1 else latex.name(base)
    return Formula(f"{base}{index}", f"{shown}_{{{index}}}" if index != "" else shown, value)


def ones(count: int) -> Formula:
    """Return a column of ones: not the number."""
    return Formula("1", r"\mathbf{1}", np.ones((count, 1)))


ONE = number(1.0)


# ---------------------------------------------------------------- formulas of formulas


def added(parts: Sequence[Formula]) -> Formula:
    return reduce(operator.add, parts)


def summed(x: Formula) -> Formula:
    """Return the sum over the rows of x."""
    value = x.value if x.is_number else x.value.sum(0, keepdims=True)
    return applied("Σ", r"\sum", x, value)


def derivative(x: Formula, value: Any) -> Formula:
    text, latex = f"∂L/∂{x.within(9).text}", rf"\frac{{\partial L}}{{\partial {x.latex}}}"
    return Formula(text, latex, value, 8)


def abridged(parts: Sequence[T], gap: T) -> Sequence[T]:
    """Return the parts of a list as they are shown: of many, the first two and the last."""
    return parts if len(parts) < 5 else [*parts[:2], gap, parts[-1]]


def listed(parts: Sequence[Formula], between: str, value: Any) -> Formula:
    """Return a matrix made of parts."""
    inner = joined(abridged(parts, symbol("…")), between, between, 0, value)
    return Formula(f"[{inner.text}]", f"[{inner.latex}]", value)


def applied(name: str, in_latex: str, x: Formula, value: Any) -> Formula:
    """Return a function written before its operand, without brackets where none are needed."""
    inner = x.within(8)
    if latex.raised(name):  # a power: its sign stands behind
        return Formula(f"{inner.text}{name}", f"{inner.latex}{in_latex}", value, 8)
    root = {"√": r"\sqrt", "∛": r"\sqrt[3]"}.get(name)
    shown = f"{root}{{{x.latex}}}" if root else f"{in_latex} {inner.latex}"
    return Formula(f"{name} {inner.text}", shown, value, 7)


def called(name: str, operands: Sequence[Formula], f: Callable[..., Any]) -> Formula:
    """Return a function of the table, element by element: tanh A, max(x, y), tanh′(A)."""
    value, shown = alike(f, *operands), latex.function(name.replace("not", "¬"))
    if len(operands) == 1 and "′" not in name:
        return applied(name, shown, operands[0], value)
    inner = joined(operands, ", ", ", ", 0, None)
    return Formula(f"{name}({inner.text})", rf"{shown}({inner.latex})", value, 8)
