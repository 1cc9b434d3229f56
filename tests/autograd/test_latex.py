"""Text as LaTeX: whatever is typed, what comes out is whole and shows what went in."""

import math
import re

import pytest
from hypothesis import given, strategies as st

from autograd import latex
from autograd.notation import factor, shown

TYPED = st.text(st.sampled_from("ab1 _%$#&{}\\^~<>'\"δ₁²⇝ŷ·−′√") | st.characters(codec="utf-8"))


@given(TYPED)
def test_any_text_gives_balanced_latex_without_active_characters(text):
    for written in (f(text) for f in (latex.name, latex.formula, latex.escaped)):
        bare = re.sub(r"\\[\\{}_%$#&]", "", written)
        assert bare.count("{") == bare.count("}")
        assert not re.search("[%$#&~]", bare)
        if "_" not in text:
            assert all(found == "_{" for found in re.findall("_.", bare))


@given(st.floats(-1e300, 1e300) | st.sampled_from([math.inf, -math.inf, math.nan]))
def test_a_number_as_written_keeps_its_value(x):
    text = latex.number(factor(x))
    digits = (
        text.strip("()").replace(r" \cdot 10^{", "e").replace("}", "").replace(r"\infty", "inf")
    )
    assert float(digits) == pytest.approx(x, rel=1e-3, abs=1e-4, nan_ok=True)
    assert text == latex.formula(factor(x)).replace(r"\operatorname{nan}", "nan")


def test_a_short_factor_drops_two_zeros_and_no_digit():
    assert [factor(x, short=True) for x in (0.5, -0.5, 0.1234, 1e-9)] == [
        "0.50",
        "(−0.50)",
        "0.1234",
        shown(1e-9, 4),
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("net_h1 = w_i", r"\mathrm{net}_{\mathrm{h1}} = w_{i}"),
        ("E_total·δ_j", r"E_{\mathrm{total}} \cdot \delta_{j}"),
        ("tanh²a₁", r"\tanh^{2}a_{1}"),
        ("∂L/∂w₁⇝₀", r"\partial L/\partial w_{1 \leadsto 0}"),
        ("10⇝4", r"10 \leadsto 4"),
        ("dz^[1]₁·2.5e−7", r"dz^{[1]}_{1} \cdot 2.5 \cdot 10^{-7}"),
    ],
)
def test_formulas(text, written):
    assert latex.formula(text) == written


def test_every_character_that_latex_would_read_is_escaped():
    written = latex.escaped(r"\^~{}_%$#& a1")
    assert written == r"\backslash\hat{}\sim\{\}\_\%\$\#\&\ a1"
    assert latex.name("a b") == r"\mathrm{a\ b}"
    assert [latex.name(text) for text in ("w", "w12", "ab")] == ["w", "w_{12}", r"\mathrm{ab}"]
