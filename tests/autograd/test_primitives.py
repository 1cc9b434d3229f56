"""The table of operations: every row, on every kind of number, at every float."""

import itertools
import math
import sys
from types import FunctionType

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from mpmath import mp, mpf

import autograd as ag
from autograd import Value, detect_anomaly, grad, hessian, jacobian, primitive, primitives
from autograd.primitive import Ieee, Primitive
from autograd.primitives import TABLE
from tests.oracle import ulps

NUMERIC = [
    row for row in TABLE.values() if row.name not in ("where", "clip", "sum", "dot", "logsumexp")
]
UNARY = [row for row in NUMERIC if len(row.partials) == 1]
LINEAR = {"neg", "pos", "add", "sub"}
ORDINARY = [0.0, -0.0, 0.3, 0.5, -0.5, 0.0009765625, 1.0, -1.0, 1.5, 2.0, -2.0, 3.0, -3.0, 710.0]
TELLING = [*ORDINARY, -710.0, 5e-324, 1e-200, -1e-200, 1e200, -1e200, 2.5, -2.5]
TELLING += [math.inf, -math.inf, math.nan]
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
    assert all(isinstance(slope, float) for slope in slopes)
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


@pytest.mark.parametrize("name", UFUNCS)
def test_telling_numbers_follow_ieee_754_as_numpy_does(name):
    points = _telling(TABLE[name])
    with np.errstate(all="ignore"):
        expected = UFUNCS[name](*(np.array(column) for column in zip(*points)))
    for operands, number in zip(points, expected.tolist()):
        assert _close(TABLE[name](*operands), number, 1e-14), operands


def _telling(row):
    return list(itertools.product(TELLING, repeat=len(row.partials)))


def _close(got, expected, tolerance):
    return _same(got, expected) or math.isclose(got, expected, rel_tol=tolerance, abs_tol=1e-321)


def _identical(a, b):
    return type(a) is type(b) is float and a.hex() == b.hex()


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_ieee_arithmetic_gives_the_floats_that_plain_arithmetic_gives(row: Primitive):
    for operands in _telling(row):
        out = row.value(*operands)
        assert _identical(row.settle(*operands), out), operands
        for i, rule in enumerate(row.partials):
            settled = rule(*map(Ieee, (*operands, out)))
            assert _identical(float(row.partial(i, *operands, out)), float(settled)), (i, operands)


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_arrays_give_the_floats_that_floats_give(row: Primitive):
    tolerance = 3e-13 if row.paired else 1e-14
    points = _telling(row)
    columns = [np.array(column) for column in zip(*points)]
    with np.errstate(all="ignore"):
        outs = row(*columns)
        slopes = [np.broadcast_to(rule(*columns, outs), outs.shape) for rule in row.partials]
        paired = row.paired(np, *columns) if row.paired else (outs, slopes[0])
    for place, operands in enumerate(points):
        out = row(*operands)
        for value in (outs[place], paired[0][place]):
            assert _close(value, out, tolerance), operands
            assert out != 0.0 or math.copysign(1.0, value) == math.copysign(1.0, out), operands
        for i, slope in enumerate(slopes):
            expected = row.partial(i, *operands, out)
            assert _close(slope[place], expected, 1e-12), (i, operands)
        assert _close(paired[1][place], row.partial(0, *operands, out), 1e-12), operands


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_finite_results_come_without_a_warning_from_arrays(row: Primitive):
    """Pytest turns a warning into an error."""
    for operands in itertools.product(ORDINARY, repeat=len(row.partials)):
        if math.isfinite(row(*operands)):
            row(*(np.array([x]) for x in operands))


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_what_is_not_taken_makes_no_anomaly(row: Primitive):
    """Where all derivatives up to the second are finite, so is what the rules compute on the way."""
    extremes = (0.0, -0.0, 0.5, 1.0, -1.0, 710.0, 1e200)
    for operands in itertools.product(extremes, repeat=len(row.partials)):
        if (row.name, *operands) == ("pow", 0.0, 0.0):
            continue  # 0 · 0⁻¹ is computed, though 0 is taken
        first, second = jacobian(row.__call__)(*operands), hessian(row.__call__)(*operands)
        if all(map(math.isfinite, (row(*operands), *first, *itertools.chain(*second)))):
            with detect_anomaly():
                hessian(row.__call__)(*operands)


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
        ((0.0, 0.3), (math.inf, 0.0)),
        ((math.inf, 0.3), (0.0, math.inf)),
        ((math.inf, 2.0), (math.inf, math.inf)),
        ((1e200, 2.0), (2e200, None)),
        ((1e-200, 1.75), (1.75e-150, 0.0)),
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


@pytest.mark.parametrize(
    ("y", "allowed"),
    [(0.5, 0.75), (2.0, 0.0), (0.3, 4.0), (-396.0, 4.0), (-396.5, 4.0), (2.0**53, 0.75)],
)
def test_digits_of_the_slope_of_a_power(y, allowed):
    near_one = [1.0 + k * 2.0**-52 for k in range(-9, 9)]
    for x in (1e-300, 0.1, 1.7, 3.3, 5.1, 6.0, 7.7, 1e300, *near_one):
        out = TABLE["pow"](x, y)
        if 2.0**-1022 < out < math.inf:
            with mp.workdps(50):
                exact = mpf(y) * mpf(x) ** (mpf(y) - 1)
            assert ulps(TABLE["pow"].partial(0, x, y, out), exact) <= allowed, x


def test_rules_of_the_table_are_bound_to_functions_of_floats():
    def rule(x, times=2.0):
        return primitives.exp(x) * times

    names = {"primitives": primitives}
    elsewhere = FunctionType(rule.__code__, names, "rule", (2.0,))
    row = Primitive("twice", "2·", elsewhere, (elsewhere,), "2 exp x", (primitive.REALS,))
    assert row.on_floats is row.slopes[0] is elsewhere

    def rule_of_the_table(x, times=2.0):
        return exp(x) * times  # noqa: F821

    within = FunctionType(rule_of_the_table.__code__, vars(primitives), "within", (2.0,))
    row = Primitive("twice", "2·", within, (within,), "2 exp x", (primitive.REALS,))
    for bound in (row.on_floats, *row.slopes):
        assert bound(0.0) == 2.0
        assert bound.__name__ == "within"
        with pytest.raises(OverflowError):  # math.exp itself, not the row
            bound(1000.0)
    assert row(1000.0) == math.inf


@pytest.mark.parametrize(
    ("name", "on", "off"),
    [
        ("relu", [(0.0,), (-0.0,)], [(1.0,), (-0.1,)]),
        ("leaky_relu", [(0.0,)], [(1.0,), (-0.1,)]),
        ("step", [(0.0,), (-0.0,)], [(1.0,), (-0.1,)]),
        ("abs", [(0.0,)], [(1.0,), (-0.1,)]),
        ("elu", [(0.0,)], [(1.0,), (-0.1,)]),
        ("atan2", [(0.0, -1.0), (-0.0, -2.0), (0.0, 0.0)], [(0.0, 1.0), (1.0, 0.0), (1.0, -1.0)]),
        ("hypot", [(0.0, 0.0)], [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]),
        ("maximum", [(1.0, 1.0)], [(1.0, 2.0)]),
        ("minimum", [(1.0, 1.0)], [(1.0, 2.0)]),
        ("clip", [(0.0, 0.0, 2.0), (2.0, 0.0, 2.0)], [(1.0, 0.0, 2.0), (3.0, 0.0, 2.0)]),
    ],
)
def test_kinks_are_told(name, on, off):
    assert [TABLE[name].kinks(*operands) for operands in on] == [True] * len(on)
    assert [TABLE[name].kinks(*operands) for operands in off] == [False] * len(off)


def test_every_row_with_kinks_is_tested():
    (marker,) = [m for m in test_kinks_are_told.pytestmark if m.name == "parametrize"]
    assert {name for name, _, _ in marker.args[1]} == {
        row.name for row in TABLE.values() if row.kinks
    }


@pytest.mark.parametrize(
    ("name", "operands", "slopes"),
    [
        ("hypot", (1.0, 0.0), (1.0, 0.0)),
        ("hypot", (0.0, -1.0), (0.0, -1.0)),
        ("hypot", (3.0, 4.0), (0.6, 0.8)),
        ("maximum", (2.0, 1.0), (1.0, 0.0)),
        ("maximum", (1.0, 2.0), (0.0, 1.0)),
        ("minimum", (2.0, 1.0), (0.0, 1.0)),
        ("minimum", (1.0, 2.0), (1.0, 0.0)),
        ("where", (True, 5.0, 7.0), (1.0, 0.0)),
        ("where", (False, 5.0, 7.0), (0.0, 1.0)),
        ("leaky_relu", (0.5,), (1.0,)),
        ("leaky_relu", (-0.5,), (0.01,)),
        ("clip", (-1.0, 0.0, 2.0), (0.0,)),
        ("clip", (0.0, 0.0, 2.0), (1.0,)),
        ("clip", (2.0, 0.0, 2.0), (1.0,)),
        ("clip", (3.0, 0.0, 2.0), (0.0,)),
    ],
)
def test_slopes_beside_kinks(name, operands, slopes):
    row = TABLE[name]
    out = row(*operands)
    assert tuple(row.partial(i, *operands, out) for i in range(len(slopes))) == slopes


@pytest.mark.parametrize(
    ("name", "operands", "out"),
    [
        ("relu", (0.0,), 0.0),
        ("relu", (-0.0,), 0.0),
        ("leaky_relu", (-0.0,), -0.0),
        ("elu", (-0.0,), -0.0),
        ("clip", (-0.0, 0.0, 1.0), -0.0),
        ("clip", (0.0, -1.0, -0.0), 0.0),
        ("maximum", (0.0, -0.0), -0.0),
        ("maximum", (-0.0, 0.0), 0.0),
        ("minimum", (0.0, -0.0), -0.0),
        ("minimum", (-0.0, 0.0), 0.0),
    ],
)
def test_signs_of_zero(name, operands, out):
    """Inside the bounds of clip a number is left as it is; of two equal ones the second is taken."""
    assert _identical(TABLE[name](*operands), out)


def test_the_slope_of_a_gaussian_where_nothing_is_left_of_it():
    for x in (1e100, -1e100, 1e200, -1e200, math.inf, -math.inf):
        assert _identical(TABLE["gaussian"].partial(0, x, 0.0), -0.0)


def test_second_derivatives_at_kinks():
    assert grad(grad(ag.elu))(0.0) == 1.0
    assert math.isnan(grad(grad(ag.hypot))(0.0, 0.0))
    assert math.isnan(grad(grad(lambda y: (-2.0) ** y))(2.0))


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
        public = row.name not in ("neg", "pos", "sech_squared", "gaussian", "step")
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
    for xs in itertools.permutations([0.0, 1.0, 1000.0]):
        assert ag.logsumexp(xs) == 1000.0


def test_ieee_arithmetic_takes_sequences():
    numbers = [0.5, -1.0, 2.0]
    for name, operands in (
        ("sum", (numbers,)),
        ("logsumexp", (numbers,)),
        ("dot", (numbers, [3.0, 1.0, 0.25], 1.0)),
    ):
        row = TABLE[name]
        out = row.value(*operands)
        assert _identical(row.settle(*operands), out)
        settled = [rule(*map(primitive._ieee, (*operands, out))) for rule in row.partials]
        plain = [row.partial(i, *operands, out) for i in range(len(settled))]
        assert primitive._plain(settled) == plain
    assert TABLE["logsumexp"].settle([-math.inf, -math.inf]) == -math.inf
    assert TABLE["reciprocal"](0) == math.inf  # an int is divided by as a float is


def test_where_plain_numbers_meet_a_rule_is_settled_and_gives_plain_numbers():
    def rule(x, y, out):
        return [1.0 / y, x, (x * y,)]

    x = Value(2.0)
    infinite, same, (product,) = primitive.slopes_of(rule, (x, 0.0, x))
    assert _identical(infinite, math.inf)
    assert same is x
    assert (product.data, product.parents[1].data) == (0.0, 0.0)


def test_a_dot_of_unequal_lengths_is_refused_by_the_row_itself():
    with pytest.raises(ValueError, match="shorter"):
        TABLE["dot"]([1.0, 2.0], [1.0], 0.0)


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


# ---------------------------------------------------------------- arrays


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_an_array_of_values_gives_nodes_of_the_row(row: Primitive):
    at = 1.25 if row.name == "acosh" else 0.25
    values = np.array([Value(at), Value(at + 0.5)])
    nodes = row(*[values] * len(row.partials))
    for node, value in zip(nodes, values):
        operands = [value] * len(row.partials)
        assert (node.op, node.parents) == (row.name, tuple(operands))
        assert node.data == row(*operands).data


def test_where_on_arrays_keeps_their_precision():
    row = TABLE["where"]
    single = np.array([1.0, 2.0], dtype=np.float32)
    for condition in (True, False, np.array([True, False])):
        for a, b in ((single, 5.0), (5.0, single), (single, -single)):
            out = row(condition, a, b)
            assert getattr(out, "dtype", single.dtype) == single.dtype
            expected = np.where(condition, a, b)
            assert np.broadcast_to(out, 2).tolist() == expected.tolist()
    assert row(np.array([True, False]), 1.0, 2.0).tolist() == [1.0, 2.0]


def test_a_namespace_without_a_cube_root():
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    assert not hasattr(xp, "cbrt")
    roots = TABLE["cbrt"](xp.asarray([-8.0, 0.0, 27.0, -1.0]))
    assert np.asarray(roots) == pytest.approx([-2.0, 0.0, 3.0, -1.0], rel=1e-15)


def test_tanh_on_arrays_keeps_its_digits_where_the_series_ends():
    for x in (0.0009765625, 0.001, 0.01):
        assert ag.tanh(np.array([x]))[0] == pytest.approx(math.tanh(x), rel=5e-14, abs=0.0)


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_functions_that_need_scipy_say_so(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match=f"^{name} on arrays needs SciPy: pip install scipy"):
        TABLE[name](np.array([0.5]))


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_error_functions_stay_in_the_library_of_their_array(name):
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    for x in (np.float64(0.5), np.ma.masked_array([0.5, 0.2], [0, 1]), xp.asarray([0.5])):
        out = TABLE[name](x)
        assert type(out) is type(x)
        assert np.ravel(out)[0] == pytest.approx(getattr(math, name)(0.5), rel=1e-15)


def test_the_step_at_its_kink():
    assert [TABLE["step"](x) for x in (0.0, -0.0, 1e-300, -1e-300)] == [0.0, 0.0, 1.0, 0.0]
    assert math.isnan(TABLE["step"](math.nan))


def test_the_slopes_of_hypot_at_its_kink_are_not_minus_0():
    hypot = TABLE["hypot"]
    assert [math.copysign(1.0, hypot.partial(i, 0.0, 0.0, 0.0)) for i in (0, 1)] == [1.0, 1.0]
