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
