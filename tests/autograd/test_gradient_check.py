"""The checker is itself checked: right rules pass, wrong ones are caught, kinks are named."""

import math
import random
import re

import pytest

import autograd as ag
from autograd import Value, check_gradients, hessian
from autograd.gradient_check import GradientError
from autograd.primitive import Primitive
from autograd.primitives import TABLE


def _row(forward, slope, name="wrong"):
    return Primitive(name, name, forward, (slope,), "", ((-math.inf, math.inf),))


@pytest.mark.parametrize(
    "row", [r for r in TABLE.values() if r.name != "where"], ids=lambda r: r.name
)
def test_right_rules_pass(row):
    chance = random.Random(row.name)
    low, high = (max(row.domain[0][0], -2.0), min(row.domain[0][1], 2.5))
    draw = [low + (high - low) * chance.uniform(0.2, 0.8) for _ in range(3)]
    functions = {
        "sum": lambda x, y, z: ag.sum([x, y * z]),
        "logsumexp": lambda x, y, z: ag.logsumexp([x, y, z]),
        "dot": lambda x, y, z: ag.dot([x, y], [z, x], y),
        "clip": lambda x, y, z: ag.clip(x, -3, 3) * y,
    }
    f = functions.get(
        row.name,
        (lambda x, y, z: row(x) * y) if len(row.partials) == 1 else (lambda x, y, z: row(x, y) * z),
    )
    report = check_gradients(f, *draw)
    assert report.ok
    assert report.kinks == []
    assert len(report.entries) == 3 + 9


NUMERIC = [
    row for row in TABLE.values() if row.name not in ("where", "clip", "sum", "dot", "logsumexp")
]


def _point(row, i):
    """Return operands at which the i-th slope is not zero."""
    at = (0.6, 1.3) if row.name in ("minimum", "atan2") else (1.3, 0.6)
    if row.domain[0][1] == 1.0:
        return (0.4,)
    return (at if i == 0 else at[::-1])[: len(row.partials)]


def _with_partial(row, i, rule):
    partials = [*row.partials[:i], rule, *row.partials[i + 1 :]]
    return Primitive(row.name, row.symbol, row.forward, tuple(partials), "", row.domain, row.edge)


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_every_rule_wrong_by_a_thousandth_is_caught(row):
    for i, rule in enumerate(row.partials):
        at = _point(row, i)
        assert check_gradients(_with_partial(row, i, rule), *at).ok

        def first(*operands, rule=rule):
            return 1.001 * rule(*operands)

        with pytest.raises(GradientError, match=f"^∂f/∂x{'₁₂'[i]} is"):
            check_gradients(_with_partial(row, i, first), *at, order=1)

        def second(*operands, rule=rule):
            slope = rule(*operands)
            return 1.001 * slope - 0.001 * slope.data if isinstance(slope, Value) else slope

        wrong = _with_partial(row, i, second)
        assert check_gradients(wrong, *at, order=1).ok
        if any(hessian(row)(*at)[i]):
            with pytest.raises(GradientError, match="∂²f/∂x"):
                check_gradients(wrong, *at)


@pytest.mark.parametrize("x", [0.7, -30.0, 1e-3, 1e3])
def test_a_rule_wrong_by_a_thousandth_is_caught(x):
    wrong = _row(TABLE["sin"].forward, lambda x, out: 1.001 * TABLE["cos"](x))
    with pytest.raises(GradientError, match=r"∂f/∂x₁ .*by the engine") as caught:
        check_gradients(wrong, x)
    assert isinstance(caught.value, AssertionError)
    assert "differs" in str(caught.value)


def test_a_wrong_second_derivative_is_caught():
    # right as a number, and wrong as a rule: the slope of the slope is a thousandth too large
    def slope(x, out):
        return TABLE["cos"](x) if isinstance(x, float) else wrong_cosine(x)

    wrong_cosine = _row(TABLE["cos"].forward, lambda x, out: -1.001 * TABLE["sin"](x))
    wrong = _row(TABLE["sin"].forward, slope)
    assert check_gradients(wrong, 0.7, order=1).ok
    with pytest.raises(GradientError, match="∂²f/∂x₁∂x₁"):
        check_gradients(wrong, 0.7)


def test_the_wrong_entry_is_named():
    wrong = Primitive(
        "wrong",
        "wrong",
        TABLE["mul"].forward,
        (lambda x, y, out: y, lambda x, y, out: 1.001 * x),
        "",
        (),
    )
    with pytest.raises(GradientError, match=r"^∂f/∂x₂ is"):
        check_gradients(wrong, 2.0, 3.0)


@pytest.mark.parametrize(
    ("f", "at", "words"),
    [
        (ag.relu, 0.0, "relu at 0"),
        (ag.relu, -0.0, "relu at"),
        (ag.leaky_relu, 0.0, "leaky_relu at 0"),
        (ag.abs, 0.0, "abs at 0"),
        (lambda x: ag.maximum(x, 2.0), 2.0, "maximum at 2, 2"),
        (lambda x: ag.minimum(x * x, x), 1.0, "minimum at 1, 1"),
        (lambda x: ag.clip(x, 0, 1), 1.0, "clip at 1"),
        (lambda x: ag.hypot(x, 0.0), 0.0, "hypot at 0, 0"),
        (ag.cbrt, 0.0, "cbrt at 0"),
        (ag.sqrt, 0.0, "sqrt at 0.*use hypot"),
        (lambda x: ag.sqrt(x * x + 0.0), 0.0, "sqrt at 0.*use hypot"),
    ],
)
def test_kinks_are_named(f, at, words):
    report = check_gradients(f, at)
    assert not report.ok
    assert report.kinks
    assert all("not differentiable here" in entry.verdict for entry in report.entries)
    assert re.search(words, report.entries[0].verdict)


def test_a_step_does_not_cross_a_kink_nearby():
    assert check_gradients(ag.relu, 1e-3).ok
    assert check_gradients(lambda x: ag.abs(x - 1.0), 1.0 + 1e-4).ok
    assert check_gradients(ag.log, 1e-3).ok
    assert check_gradients(lambda x: x if x < 1 else x * x, 0.999).ok


def test_structures_constants_and_unused_arguments():
    report = check_gradients(
        lambda p, t: p["w"][0] * t[1] + 0.0 * p["b"], {"w": [2.0], "b": 1.0}, (3.0, 4.0)
    )
    first = {entry.name: entry.exact for entry in report.entries[:4]}
    assert first == {"∂f/∂x₁": 4.0, "∂f/∂x₂": 0.0, "∂f/∂x₃": 0.0, "∂f/∂x₄": 2.0}
    assert check_gradients(lambda x: 3.0, 1.0).ok
    assert check_gradients(lambda: Value(3.0)).ok


def test_large_and_small_arguments():
    for f, x in (
        (ag.exp, 300.0),
        (ag.log, 1e200),
        (ag.square, 1e-100),
        (ag.tanh, 12.0),
        (ag.sin, 5e4),
    ):
        assert check_gradients(f, x).ok, (f, x)


def test_the_report_prints_as_a_table():
    lines = str(check_gradients(lambda x, y: x * y, 2.0, 3.0, order=1)).splitlines()
    assert lines[0].split() == ["engine", "differences", "apart", "verdict"]
    assert lines[1].split()[:2] == ["∂f/∂x₁", "3.000000000"]
    assert lines[1].endswith("ok")
    assert len(lines) == 3


def test_bad_use_is_refused():
    with pytest.raises(ValueError, match="order"):
        check_gradients(ag.sin, 1.0, order=3)
    with pytest.raises(TypeError, match="one number"):
        check_gradients(lambda x: [x, x], 1.0)
    with pytest.raises(TypeError, match="str"):
        check_gradients(ag.sin, "1")
