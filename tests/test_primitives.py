"""The table of operations: every row, on every kind of number, at every float."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import autograd as ag
from autograd import Value, detect_anomaly
from autograd.primitives import TABLE, Ieee, Primitive

NUMERIC = [
    row for row in TABLE.values() if row.name not in ("where", "clip", "sum", "dot", "logsumexp")
]
UNARY = [row for row in NUMERIC if len(row.partials) == 1]
LINEAR = {"neg", "pos", "add", "sub"}
WILD = st.floats() | st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 710.0, -710.0, 5e-324, 1e308]
)


def _same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
@settings(max_examples=40)
@given(st.data())
def test_no_float_makes_a_number_raise(row: Primitive, data):
    operands = [data.draw(WILD) for _ in row.partials]
    out = row(*operands)
    assert type(out) is float
    slopes = [row.partial(i, *operands, out) for i in range(len(operands))]
    assert {type(slope) for slope in slopes} == {float}
    leaves = [Value(x) for x in operands]
    y = row(*leaves)
    y.backward()
    assert _same(y.data, out)
    for leaf, slope in zip(leaves, slopes):
        assert _same(leaf.grad, slope)


@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_nan_stays_nan(row: Primitive):
    x = Value(math.nan)
    y = row(x)
    y.backward()
    assert math.isnan(y.data)
    assert math.isnan(x.grad) or row.name in LINEAR


@pytest.mark.parametrize(
    "row", [r for r in NUMERIC if len(r.partials) == 2], ids=lambda row: row.name
)
@pytest.mark.parametrize("operands", [(math.nan, 1.5), (1.5, math.nan), (math.nan, math.nan)])
def test_nan_in_either_operand_stays_nan(row: Primitive, operands):
    assert math.isnan(row(*operands)) or row.name == "pow"


UFUNCS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": np.power}
UFUNCS |= {
    row.name: getattr(np, row.name)
    for row in NUMERIC
    if isinstance(getattr(np, row.name, None), np.ufunc)
}


@pytest.mark.parametrize("name", UFUNCS)
@settings(max_examples=40)
@given(st.data())
def test_values_follow_ieee_754_as_numpy_does(name, data):
    row = TABLE[name]
    operands = [data.draw(WILD) for _ in row.partials]
    with np.errstate(all="ignore"):
        expected = float(UFUNCS[name](*map(np.float64, operands)))
    got = row(*operands)
    assert _same(got, expected) or math.isclose(got, expected, rel_tol=1e-14, abs_tol=1e-321)
    if got == 0.0 == expected and name not in ("pow", "maximum", "minimum"):
        assert math.copysign(1.0, got) == math.copysign(1.0, expected)


@given(st.floats(), st.floats())
@example(1.0, 0.0)
@example(-1.0, 0.0)
@example(1.0, -0.0)
@example(0.0, 0.0)
@example(-0.0, -1.0)
@example(1e300, 1e300)
@example(-2.0, 0.5)
@example(-0.0, -3.0)
def test_ieee_numbers_answer_as_numpy_does(x, y):
    a, b = Ieee(x), np.float64(y)
    with np.errstate(all="ignore"):
        for got, expected in (
            (a + y, x + b),
            (y + a, b + x),
            (a - y, x - b),
            (y - a, b - x),
            (a * y, x * b),
            (y * a, b * x),
            (a / y, x / b),
            (y / a, b / x),
            (a**y, x**b),
            (y**a, b**x),
            (-a, -x),
            (abs(a), abs(x)),
        ):
            assert type(got) is Ieee
            assert _same(got, float(expected)) or math.isclose(
                got, expected, rel_tol=1e-14, abs_tol=1e-321
            )


@pytest.mark.parametrize(
    ("operands", "slopes"),
    [
        ((2.0, 3.0), (12.0, 5.5451774444795625)),
        ((-2.0, 3.0), (12.0, math.nan)),
        ((-2.0, 0.0), (0.0, math.nan)),
        ((0.0, 0.0), (0.0, 0.0)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 2.0), (0.0, 0.0)),
        ((0.0, 0.5), (math.inf, 0.0)),
        ((0.0, -1.0), (-math.inf, -math.inf)),
        ((-2.0, 0.5), (math.nan, math.nan)),
        ((1e-320, 1.0), (1.0, None)),
        ((5.0, -0.0), (0.0, math.log(5.0))),
    ],
)
def test_slopes_of_a_power(operands, slopes):
    base, exponent = map(Value, operands)
    (base**exponent).backward()
    for leaf, slope in zip((base, exponent), slopes):
        assert (
            slope is None
            or _same(leaf.grad, slope)
            or math.isclose(leaf.grad, slope, rel_tol=1e-15)
        )


def test_each_row_says_its_convention_and_keeps_it():
    for row in TABLE.values():
        if row.kinks is not None:
            assert row.kink, f"{row.name} has kinks, and must say what it does there"
    for name, slope in (("relu", 0.0), ("abs", 0.0), ("leaky_relu", 0.01)):
        assert TABLE[name].kinks(0.0)
        assert not TABLE[name].kinks(0.1)
        assert TABLE[name].partial(0, 0.0, 0.0) == slope


def test_names_symbols_and_methods():
    for name, row in TABLE.items():
        assert row.name == name
        assert row.symbol
        assert repr(row) == f"<primitive {name}: {row.derivative}>"
    for row in UNARY:
        public = row.name not in ("neg", "pos", "sech_squared", "gaussian")
        assert hasattr(ag, row.name) == hasattr(Value, row.name) == public
        for alias in row.aliases:
            assert getattr(Value, alias) is getattr(Value, row.name)


@pytest.mark.parametrize(
    "row", [r for r in NUMERIC if hasattr(ag, r.name)], ids=lambda row: row.name
)
def test_functions_take_floats_and_values_and_refuse_the_rest(row: Primitive):
    function = getattr(ag, row.name)
    at = (
        [1.5, 0.25][: len(row.partials)]
        if row.name in ("acosh", "hypot")
        else [0.5, 0.25][: len(row.partials)]
    )
    assert function(*at) == function(*map(Value, at)).data == row(*at)
    assert type(function(*[1] * len(at))) is float
    assert function.__name__ == row.name
    assert row.derivative in function.__doc__
    for bad in ("1", None, 1j):
        with pytest.raises(TypeError, match=type(bad).__name__):
            function(*[bad] * len(at))
    with pytest.raises(TypeError, match=rf"{row.name}\(\) takes {len(at)} positional"):
        function(*at, 1.0)


def test_a_rule_of_ones_own_is_a_row():
    scale = 3.0
    row = Primitive(
        "triple", "3·", lambda x: scale * x, (lambda x, out: scale,), "3", ((-1.0, 1.0),)
    )
    x = Value(2.0, label="x")
    y = row(x)
    y.backward()
    assert (y.data, x.grad, y.op) == (6.0, 3.0, "triple")


# ---------------------------------------------------------------- functions of a sequence


def test_sums_go_from_left_to_right():
    xs = [0.1] * 10
    assert ag.sum(xs) == 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 != 1.0
    assert ag.sum(map(Value, xs)).data == ag.sum(xs)
    assert ag.sum([1e16, 1.0, -1e16]) == 0.0
    assert ag.dot([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]) == 0.0
    assert ag.dot([1.0, -1e16], [1.0, 1.0], 1e16) == 0.0


def test_nothing_to_sum():
    assert ag.sum([]) == 0.0
    assert ag.dot([], []) == 0.0
    assert ag.dot([], [], 2.0) == 2.0
    for function in (ag.mean, ag.logsumexp, ag.softmax):
        with pytest.raises(ValueError, match="nothing"):
            function([])


def test_sequences_are_checked():
    for function in (ag.sum, ag.mean, ag.logsumexp, ag.softmax):
        for bad in (1.0, "12", {1.0: 2.0}):
            with pytest.raises(TypeError, match=r"one sequence of numbers.*\(\[a, b, c\]\)"):
                function(bad)
        with pytest.raises(TypeError, match="NoneType"):
            function([1.0, None])
    with pytest.raises(ValueError, match="but 1 and 2 were given"):
        ag.dot([1.0], [1.0, 2.0])


def test_slopes_of_sequences():
    x, y, b = Value(2.0), Value(3.0), Value(1.0)
    z = ag.dot([x, y, 4.0], [y, 5.0, x], b)
    z.backward()
    assert (z.data, x.grad, y.grad, b.grad) == (2 * 3 + 15 + 8 + 1, 3 + 4, 2 + 5, 1.0)
    x, y = Value(1000.0), Value(1000.0)
    z = ag.logsumexp([x, y])
    z.backward()
    assert (z.data, x.grad, y.grad) == (1000.6931471805599, 0.5, 0.5)
    loss = ag.logsumexp([x, y]) - x
    assert loss.data == pytest.approx(0.6931471805599453, rel=1e-13)
    assert [v.data for v in ag.softmax([Value(1000.0), 0.0])] == [1.0, 0.0]
    assert ag.mean(x for x in (1.0, 2.0)) == 1.5
    for infinite in (math.inf, -math.inf):
        assert ag.logsumexp([infinite, infinite]) == infinite


def test_clip_and_where_check_their_arguments():
    with pytest.raises(TypeError, match="plain numbers"):
        ag.clip(Value(1.0), Value(0.0), 2.0)
    with pytest.raises(ValueError, match="low <= high"):
        ag.clip(1.0, 2.0, 0.0)
    with pytest.raises(TypeError, match="str"):
        ag.clip("1", 0.0, 1.0)
    assert (ag.clip(1.7, 0, 1), ag.clip(-1.7, 0), ag.clip(1.7, high=1.5)) == (1.0, 0.0, 1.5)
    assert Value(3.0).clip(0, 1).data == 1.0
    assert ag.where(True, 1, 2.0) == 1.0
    assert type(ag.where(False, 1, 2)) is float
    with pytest.raises(TypeError, match="comparison"):
        ag.where(1.0, 2.0, 3.0)


# ---------------------------------------------------------------- anomalies, row by row


@pytest.mark.parametrize(
    ("row", "operands"),
    [
        ("log", (0.0,)),
        ("log", (-1.0,)),
        ("exp", (710.0,)),
        ("sqrt", (-1.0,)),
        ("div", (1.0, 0.0)),
        ("pow", (0.0, -1.0)),
        ("pow", (-8.0, 1 / 3)),
        ("mul", (1e200, 1e200)),
        ("add", (1e308, 1e308)),
        ("atanh", (1.0,)),
        ("reciprocal", (0.0,)),
        ("cosh", (800.0,)),
    ],
)
def test_an_anomaly_names_the_operation_and_its_operands(row, operands):
    leaves = [Value(x, label=f"v{i}") for i, x in enumerate(operands)]
    with detect_anomaly(), pytest.raises(FloatingPointError, match=f"^{row} made ") as caught:
        TABLE[row](*leaves)
    for i, x in enumerate(operands):
        assert f"v{i} = {x!r}" in str(caught.value)
    TABLE[row](*leaves)  # and outside all is quiet


def test_an_anomaly_in_a_sequence_is_named():
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"dot made inf .*w = 1e"):
        ag.dot([Value(1e200, label="w")], [Value(1e200)])


def test_open_bounds_and_infinities_that_came_in_are_no_anomalies():
    with detect_anomaly():
        assert ag.clip(Value(1.0), 0.0).data == 1.0
        assert (Value(math.inf) + 1.0).data == math.inf
