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
            right = rule(*operands)
            return 1.001 * right + (0.001 if row.name == "step" else 0.0)  # the right one is 0

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


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (lambda x: x**3, (0.0,)),
        (lambda x: x**5, (0.0,)),
        (lambda x: x - ag.sin(x), (0.0,)),
        (lambda x, y: x**3 - 3.0 * x * y**2, (0.0, 0.0)),
        (lambda x: ag.sin(1000.0 * x), (1.0,)),
        (lambda x: 1.0 / x, (1e-100,)),
        (ag.hypot, (1e-10, 1e-10)),
        (lambda x: ag.softplus(1e8 * (x - 1.0)), (1.0 + 1e-9,)),
        (lambda x, y: ag.tanh(x) * 2.0, (0.3, 0.4)),
    ],
    ids=map(str, range(9)),
)
def test_flat_steep_and_tiny_functions_are_found_right(f, at):
    assert check_gradients(f, *at).ok


@pytest.mark.parametrize("exponent", [-1, 2, 3, 4.0])
def test_a_power_of_a_negative_number_has_a_kink_only_in_a_variable_exponent(exponent):
    assert check_gradients(lambda x: x**exponent, -0.4).ok
    report = check_gradients(lambda x, y: x**y, -0.4, exponent, order=1)
    assert report.kinks


def test_where_rounding_hides_the_difference_nothing_is_claimed():
    report = check_gradients(lambda x: x + 1e15, 1.0, order=1)
    assert report.entries[0].verdict.startswith("cannot tell at this step")
    assert not report.ok
    assert "elu at 0" in check_gradients(ag.elu, 0.0).entries[1].verdict


ALL = [row for row in TABLE.values() if row.name != "where"]


def _drawn(interval, chance):
    """Return a number of the domain: common, whole, near an end, or of another magnitude."""
    low, high = interval
    while True:
        kind = chance.randrange(4)
        if kind == 0:
            x = chance.uniform(max(low, -5.0), min(high, 5.0))
        elif kind == 1:
            x = float(chance.randint(-5, 5))
        elif kind == 2:
            end = chance.choice([e for e in (*interval, 0.0) if math.isfinite(e)])
            x = end + chance.choice((-1, 1)) * 10.0 ** chance.uniform(-12, 0)
        else:
            x = chance.choice((-1, 1)) * 10.0 ** chance.uniform(-100, 100)
        if low < x < high:
            return x


def _applied(row):
    """Return a function that applies the row, and how many numbers it takes."""
    if row.name in ("sum", "logsumexp"):
        return (lambda *xs: getattr(ag, row.name)(xs)), 3
    if row.name == "dot":
        return (lambda *xs: ag.dot(xs[:2], xs[2:4], xs[4])), 5
    if row.name == "clip":
        return (lambda x: ag.clip(x, -1.0, 2.0)), 1
    return row, len(row.partials)


def _accusations(count, seed):
    """Check right rules over their domains; return what was held against them."""
    chance = random.Random(seed)
    found = []
    for k in range(count):
        row = ALL[k % len(ALL)]
        f, size = _applied(row)
        at = [_drawn(row.domain[min(i, len(row.domain) - 1)], chance) for i in range(size)]
        try:
            check_gradients(f, *at)
        except GradientError as error:
            found.append((row.name, at, str(error).partition("\n")[0]))
    return found


def test_no_right_rule_is_accused_anywhere_in_its_domain():
    assert _accusations(250, seed=1) == []


@pytest.mark.slow
def test_no_right_rule_is_accused_at_thousands_of_points():
    assert _accusations(3_000, seed=2) == []


def test_rules_wrong_by_a_thousandth_are_caught_at_random_points():
    chance = random.Random(3)
    for row in NUMERIC:
        for i, rule in enumerate(row.partials):
            at = [
                chance.uniform(max(low, 0.2) if low < 1.0 else 1.2, min(high, 3.0) - 0.1)
                for low, high in row.domain
            ]
            slope = row.partial(i, *at, row(*at))
            if abs(slope) < 1e-6:
                continue
            wrong = _with_partial(row, i, lambda *xs, rule=rule: 1.001 * rule(*xs))
            with pytest.raises(GradientError):
                check_gradients(wrong, *at, order=1)


@pytest.mark.parametrize("jump", [1.0, 1e-3])
def test_a_jump_that_the_graph_does_not_show_is_never_found_right(jump):
    report = check_gradients(lambda x: x * 2.0 + jump * math.floor(x.data), 2.0)
    assert not report.ok


def test_what_is_no_function_is_told():
    with pytest.raises(
        TypeError, match=r"takes the function first, then where to compare; got 2\.0"
    ):
        check_gradients(2.0, ag.exp)
