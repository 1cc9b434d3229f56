"""NumPy meets Values: scalars on the left, arrays on both sides, ufuncs, and no silent decay into floats."""

import functools
import math
import operator

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.primitives import TABLE

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
SCALARS = [np.float64, np.float32, np.float16, np.int64, np.uint8, np.longdouble]


def _value_and_slope(f, at):
    x = Value(at)
    y = f(x)
    assert type(y) is Value
    y.backward()
    return y.data, x.grad


@pytest.mark.parametrize("kind", SCALARS)
@pytest.mark.parametrize("op", OPERATORS)
def test_scalars_on_either_side_are_numbers(op, kind):
    for given in (lambda x: op(kind(2), x), lambda x: op(x, kind(2))):
        plain = (
            (lambda x: op(2.0, x))
            if given(Value(3.0)).data == op(2.0, 3.0)
            else lambda x: op(x, 2.0)
        )
        assert _value_and_slope(given, 3.0) == _value_and_slope(plain, 3.0)


def test_integers_do_not_wrap_around():
    assert (Value(np.int64(2**62)) * np.int64(4)).data == 1.8446744073709552e19
    assert (Value(1.0) / np.int64(2)).data == 0.5
    assert (Value(3.0) ** np.int64(2)).data == 9.0
    assert (np.int64(10) ** Value(-2.0)).data == pytest.approx(0.01, rel=1e-15)
    assert Value(np.bool_(True)).data == 1.0


@pytest.mark.parametrize("op", OPERATORS)
def test_arrays_on_either_side_work_element_by_element(op):
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    for given, plain in (
        (lambda x: op(array, x), lambda a, x: op(a, x)),
        (lambda x: op(x, array), lambda a, x: op(x, a)),
    ):
        x = Value(1.5)
        result = given(x)
        assert result.dtype == object
        assert result.shape == array.shape
        for got, a in zip(result.flat, array.flat):
            assert type(got) is Value
            assert got.data == plain(a, Value(1.5)).data
        result.sum().backward()
        slopes = [_value_and_slope(functools.partial(plain, a), 1.5)[1] for a in array.flat]
        assert x.grad == pytest.approx(sum(slopes), rel=1e-15)


def test_object_arrays_meet_each_other():
    xs = np.array([Value(1.0), Value(2.0)])
    y = (xs * xs + np.array([1.0, 2.0]) - xs / 2).sum()
    y.backward()
    assert y.data == 1 + 1 - 0.5 + 4 + 2 - 1
    assert [x.grad for x in xs] == [1.5, 3.5]
    matrix = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    out = (matrix @ np.array([1.0, -1.0])).sum()
    out.backward()
    assert out.data == -2.0
    assert [v.grad for v in matrix.flat] == [1.0, -1.0, 1.0, -1.0]


UFUNCS = [
    (row, name)
    for row in TABLE.values()
    for name in (row.name, *row.aliases)
    if len(row.partials) == 1 and isinstance(getattr(np, name, None), np.ufunc)
]


@pytest.mark.parametrize(("row", "name"), UFUNCS, ids=[name for _, name in UFUNCS])
def test_ufuncs_of_values_and_of_object_arrays(row, name):
    at = 1.25 if row.name == "acosh" else 0.4
    expected = _value_and_slope(row, at)
    assert _value_and_slope(getattr(np, name), at) == expected
    assert _value_and_slope(lambda x: getattr(np, name)(np.array([x, x]))[1], at) == expected


def test_every_ufunc_with_a_row_is_tested():
    names = {name for _, name in UFUNCS}
    assert names >= {
        "exp",
        "tanh",
        "arcsin",
        "arctanh",
        "absolute",
        "fabs",
        "cbrt",
        "square",
        "reciprocal",
    }


@pytest.mark.parametrize(("ufunc", "ours"), [(np.hypot, ag.hypot), (np.arctan2, ag.atan2)])
def test_ufuncs_of_two_operands(ufunc, ours):
    for f in (lambda u: lambda x: u(x, 2.0), lambda u: lambda x: u(x, x * 3.0)):
        assert _value_and_slope(f(ufunc), 0.5) == _value_and_slope(f(ours), 0.5)


def test_dot_mean_and_sum_keep_gradients():
    xs = np.array([Value(1.0), Value(2.0)])
    y = np.mean(xs)
    y.backward()
    assert (y.data, xs[0].grad, xs[1].grad) == (1.5, 0.5, 0.5)
    w = np.array([3.0, 4.0])
    z = np.dot(w, xs)
    for x in xs:
        x.grad = 0.0
    z.backward()
    assert (z.data, xs[0].grad, xs[1].grad) == (11.0, 3.0, 4.0)


def test_the_larger_by_numpy_picks_one_side():
    a, b = Value(1.0), Value(2.0)
    (np.maximum(a, b) * np.minimum(a, b)).backward()
    assert (a.grad, b.grad) == (2.0, 1.0)


def test_a_value_never_decays_into_a_float_array():
    v = Value(1.0)
    for decay in (
        lambda: np.array([v], dtype=float),
        lambda: np.asarray(v, dtype=float),
        lambda: np.array([v]).astype(float),
        lambda: np.zeros(2).__setitem__(0, v),
        lambda: np.float64(v),
    ):
        with pytest.raises((TypeError, ValueError)):
            decay()
    assert np.array([v]).dtype == object
    assert np.array(v).shape == ()


def test_arrays_are_no_numbers():
    for given in (np.array([1.0, 2.0]), np.array(1.0), np.complex128(1j), np.str_("1")):
        with pytest.raises(TypeError, match=type(given).__name__):
            Value(given)
    with pytest.raises(TypeError):
        Value(1.0) + np.complex128(1j)


def test_functions_take_arrays_of_values():
    xs = np.array([Value(0.5), Value(-0.5)])
    y = ag.logsumexp(xs) + ag.sum(xs) + ag.dot(np.array([1.0, 2.0]), xs) + ag.mean(xs)
    y.backward()
    assert y.data == pytest.approx(math.log(2 * math.cosh(0.5)) - 0.5, rel=1e-15)
    assert ag.tanh(np.array([0.1, 0.2])).tolist() == pytest.approx([math.tanh(0.1), math.tanh(0.2)])
    assert [v.data for v in ag.tanh(xs)] == [math.tanh(0.5), math.tanh(-0.5)]
    assert [v.data for v in ag.logaddexp(np.array([0.0, 1.0]), xs)] == [
        ag.logaddexp(0.0, 0.5),
        ag.logaddexp(1.0, -0.5),
    ]


def test_comparisons_with_numpy_numbers():
    v = Value(2.0)
    assert v == np.float64(2.0)
    assert np.float64(1.0) < v
    assert v >= np.int64(2)
    assert (np.array([1.0, 2.0, 3.0]) == v).tolist() == [False, True, False]
    assert ag.where(np.bool_(True), v, 1.0).data == 2.0


def test_variance_and_the_product_of_vectors_keep_gradients():
    for of_values, gradient in (
        (np.var, lambda x: 2.0 * (x - x.mean()) / x.size),
        (np.std, lambda x: (x - x.mean()) / x.size / x.std()),
        (lambda x: np.vdot(x, x), lambda x: 2.0 * x),
    ):
        numbers = np.array([1.0, 2.0, 4.0])
        leaves = [Value(x) for x in numbers]
        out = of_values(np.array(leaves))
        out.backward()
        assert out.data == pytest.approx(of_values(numbers))
        assert [v.grad for v in leaves] == pytest.approx(gradient(numbers).tolist())


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.bool_])
@pytest.mark.parametrize(
    ("name", "operands"),
    [(name, len(row.partials)) for name, row in TABLE.items() if hasattr(ag, name) and row.partials
     and name not in ("where", "sum", "dot", "logsumexp")],
)  # fmt: skip
def test_a_function_of_numpy_scalars_is_that_of_the_numbers_in_them(name, operands, kind):
    function = getattr(ag, name)
    numbers = [kind(1)] * (1 if name == "clip" else operands)
    result = function(*numbers)
    assert type(result) is float
    expected = function(*map(float, numbers))
    assert result == expected or expected != expected
