"""Formulas: brackets where they are needed and nowhere else, and numbers that tell whether shapes conform."""

import operator

import numpy as np
import pytest

from autograd.matrices.equations.formula import (
    ONE,
    Equation,
    Untrue,
    abridged,
    added,
    called,
    derivative,
    listed,
    number,
    ones,
    summed,
    symbol,
)
from autograd.matrices.equations.operations import operation

X = symbol("X", value=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
W = symbol("W", 1, np.array([[1.0, -1.0, 2.0], [0.5, 3.0, -2.0]]))
V = symbol("v", value=np.array([[2.0], [3.0], [4.0]]))
S = symbol("s", value=np.array([[3.0]]))


@pytest.mark.parametrize(
    ("formula", "text", "latex"),
    [
        (X @ W, "X W1", r"X\,W_{1}"),
        ((X @ W).T, "(X W1)ᵀ", r"\left(X\,W_{1}\right)^\top"),
        (X.T.T, "X", "X"),
        ((X**2).T, "(X²)ᵀ", r"\left(X^{2}\right)^\top"),
        ((X @ W.T.T).T @ X, "(X W1)ᵀ X", r"\left(X\,W_{1}\right)^\top\,X"),
        ((X + X) * X, "(X + X) ⊙ X", r"\left(X + X\right) \odot X"),
        (X * X * X, "(X ⊙ X) ⊙ X", r"\left(X \odot X\right) \odot X"),
        (X - (X - X), "X − (X − X)", r"X - \left(X - X\right)"),
        (X - X - X, "X − X − X", "X - X - X"),
        (-(X + X), "−(X + X)", r"-\left(X + X\right)"),
        (-X @ W, "(−X) W1", r"\left(-X\right)\,W_{1}"),
        (S * X, "s X", r"s\,X"),
        (number(2.0) * X, "2 X", r"2\,X"),
        (number(-2.0) * X, "(−2) X", r"\left(-2\right)\,X"),
        (ONE * X, "X", "X"),
        (X @ ONE, "X", "X"),
        (ones(3) @ S, "1 s", r"\mathbf{1}\,s"),
        (X / X / X, "X / X / X", r"\frac{\frac{X}{X}}{X}"),
        (X / (X / X), "X / (X / X)", r"\frac{X}{\frac{X}{X}}"),
        (X ** number(0.5), "X^0.5", "X^{0.5}"),
        ((X + X) ** number(-1.5), "(X + X)^(−1.5)", r"\left(X + X\right)^{-1.5}"),
        ((X + X) ** 2, "(X + X)²", r"\left(X + X\right)^{2}"),
        (called("max", [X + X, X], np.maximum), "max(X + X, X)", r"\max(X + X, X)"),
        (
            called("max", [X, X], np.maximum).T,
            "(max(X, X))ᵀ",
            r"\left(\max(X, X)\right)^\top",
        ),
        (called("tanh", [X + X], np.tanh), "tanh (X + X)", r"\tanh \left(X + X\right)"),
        (called("tanh", [X], np.tanh) * X, "tanh X ⊙ X", r"\tanh X \odot X"),
        (called("tanh′", [X], np.tanh), "tanh′(X)", r"\tanh'(X)"),
        (called("√", [X + X], np.sqrt), "√ (X + X)", r"\sqrt{X + X}"),
        (called("∛", [X], np.cbrt), "∛ X", r"\sqrt[3]{X}"),
        (operation("~", [X]), "not X", r"\lnot X"),
        (summed(X), "Σ X", r"\sum X"),
        (derivative(W, None), "∂L/∂W1", r"\frac{\partial L}{\partial W_{1}}"),
        (listed([X, X], "; ", None), "[X; X]", "[X; X]"),
        (listed([X] * 9, ", ", None), "[X, X, …, X]", r"[X, X, \ldots, X]"),
        (X.part("0, 1, …, 8", None), "X[0, 1, …, 8]", r"X[0, 1, \ldots, 8]"),
        ((X + X).part("0", None), "(X + X)[0]", r"\left(X + X\right)[0]"),
        (number(3e-7), "3·10⁻⁷", r"3 \cdot 10^{-7}"),
        (number(3e-7) * X, "3·10⁻⁷ X", r"3 \cdot 10^{-7}\,X"),
        (X @ number(2e20), "X (2·10²⁰)", r"X\,\left(2 \cdot 10^{20}\right)"),
        (number(float("-inf")), "−∞", r"-\infty"),
        (symbol("50% off"), "50% off", r"\mathrm{50\%\ off}"),
    ],
)
def test_how_it_is_written(formula, text, latex):
    assert (formula.text, formula.latex) == (text, latex)


def test_what_it_stands_for():
    x, w, v = X.value, W.value, V.value
    for formula, value in [
        (X @ W + number(0.0) * (X @ W), x @ w),
        (X * X - X / X, x * x - 1.0),
        (X.T @ V, x.T @ v),
        (S @ X, 3.0 * x),
        (-X + X**3, x**3 - x),
        (X ** number(2.0), x**2.0),
        (summed(X), x.sum(0, keepdims=True)),
        (added([X, X, X]), 3.0 * x),
        (called("max", [X, -X], np.maximum), abs(x)),
        (number(2.0) - number(0.5), 1.5),
    ]:
        np.testing.assert_array_equal(formula.value, value)
        assert Equation(symbol("y", value=np.asarray(formula.value)), formula).holds()


@pytest.mark.parametrize(
    ("f", "x", "y"),
    [
        (operator.matmul, X, X),
        (operator.add, X, V),
        (operator.sub, V, X),
        (operator.mul, X, V),
        (operator.truediv, X, W),
        (operator.pow, X, X.T),
        (lambda x, y: called("max", [x, y], np.maximum), X, V),
        (operator.truediv, number(1.0), number(0.0)),
        (operator.pow, number(0.0), number(-1.0)),
    ],
)
def test_what_does_not_conform_is_no_formula(f, x, y):
    with pytest.raises(Untrue, match=r"conform|shapes|refuses"):
        f(x, y)


def test_an_equation_of_other_shapes_does_not_hold():
    assert not Equation(symbol("y", value=np.ones((3, 2))), V).holds()


def test_an_equation_holds_to_rounding():
    three = symbol("y", value=np.array([[3.0]]))
    assert Equation(three, number(3.0 + 1e-14)).holds()
    assert not Equation(three, number(3.0 + 1e-7)).holds()
    assert not Equation(symbol("y", value=np.full((3, 1), 3.0)), S).holds()


def test_a_formula_that_nobody_reads_is_given_up():
    longest = added([X] * 500)
    with pytest.raises(Untrue, match="too long"):
        longest + X


def test_lists_are_abridged_from_five_on():
    assert abridged("abcd", "…") == "abcd"
    assert list(abridged("abcde", "…")) == ["a", "b", "…", "e"]
