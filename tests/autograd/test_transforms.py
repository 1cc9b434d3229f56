"""grad, value_and_grad, jacobian, hessian: functions in, functions out, to any order."""

import collections
import copy
import functools
import math

import numpy as np
import pytest

import autograd as ag
from autograd import (
    Value,
    check_gradients,
    detect_anomaly,
    grad,
    hessian,
    jacobian,
    no_grad,
    trace,
    value_and_grad,
)
from autograd.structure import leaves
from nn import MLP


def f(x, y=2.0):
    """Return x²·y."""
    return x * x * y


# ---------------------------------------------------------------- grad


def test_argnums_choose_what_is_differentiated():
    assert grad(f)(3.0, 4.0) == 24.0
    assert grad(f, 1)(3.0, 4.0) == 9.0
    assert grad(f, -1)(3.0, 4.0) == 9.0
    assert grad(f, -2)(3.0, 4.0) == 24.0
    assert grad(f, (0, 1))(3.0, 4.0) == (24.0, 9.0)
    assert grad(f, (1,))(3.0, 4.0) == (9.0,)
    assert value_and_grad(f, (1, 0))(3.0, 4.0) == (36.0, (9.0, 24.0))
    assert grad(f)(3.0) == 12.0
    assert grad(f)(3.0, y=5.0) == 30.0
    for argnums in (2, -3, (0, 5)):
        with pytest.raises(TypeError, match="2 arguments were given"):
            grad(f, argnums)(3.0, 4.0)
    with pytest.raises(TypeError, match=r"^f is to be .* argument 1, but 1 argument was given$"):
        grad(f, 1)(3.0)


def test_results_are_plain_floats():
    value, gradient = value_and_grad(f)(3.0)
    assert type(value) is type(gradient) is float
    assert type(grad(lambda x: 2)(1)) is float
    assert all(type(entry) is float for row in hessian(f)(1.0, 2.0) for entry in row)


def test_names_and_docstrings_are_kept():
    for transform in (grad, value_and_grad, jacobian, hessian):
        g = transform(f)
        assert g.__name__ == f"{transform.__name__}(f)"
        assert g.__doc__ == f.__doc__
    assert grad(grad(f)).__name__ == "grad(grad(f))"
    assert grad(abs).__name__ == "grad(abs)"
    assert grad(functools.partial(f, y=2.0)).__name__ == "grad(partial)"
    assert hessian(f)(3.0, y=5.0) == [[10.0]]


def test_structures_come_back_as_they_went_in():
    def loss(p, x):
        return ag.dot(p["w"], x) + p["b"][0] * p["b"][1]

    p = {"w": [1.0, 2.0], "b": (3.0, 4.0)}
    assert grad(loss)(p, [5.0, 6.0]) == {"w": [5.0, 6.0], "b": (4.0, 3.0)}
    assert grad(loss, (0, 1))(p, [5.0, 6.0])[1] == [1.0, 2.0]
    assert p == {"w": [1.0, 2.0], "b": (3.0, 4.0)}
    assert grad(lambda xs: 1.0)([]) == []


def test_constants_and_unused_arguments():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x, y: y * 2.0)(2.0, 3.0) == 0.0
    assert grad(lambda x: x)(2.0) == 1.0
    assert grad(grad(lambda x: x))(2.0) == 0.0
    assert grad(grad(lambda x: 3))(2.0) == 0.0
    assert grad(lambda xs: xs[0])([1.0, 2.0]) == [1.0, 0.0]
    assert value_and_grad(lambda x: Value(4.0))(1.0) == (4.0, 0.0)
    assert jacobian(lambda x: [x, 1.0])(2.0) == [[1.0], [0.0]]
    assert hessian(lambda x, y: x)(1.0, 2.0) == [[0.0, 0.0], [0.0, 0.0]]


def test_gradients_of_the_user_are_left_alone():
    w = Value(2.0)
    w.grad = 7.0
    assert grad(lambda x: x * w)(3.0) == 2.0
    assert w.grad == 7.0


def test_what_returns_no_number_is_refused():
    with pytest.raises(TypeError, match=r"returned a list of 2 numbers; use jacobian"):
        grad(lambda x: [x, x])(1.0)

    def pair(x):
        return [x, x]

    with pytest.raises(
        TypeError, match=r"^hessian needs .* but pair .*; use jacobian of jacobian$"
    ):
        hessian(pair)(1.0)
    with pytest.raises(TypeError, match="NoneType"):
        grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match="str"):
        grad(lambda x: x)("1")


# ---------------------------------------------------------------- higher orders


@pytest.mark.parametrize("order", range(1, 6))
def test_any_order(order):
    def g(x):
        return ag.exp(2.0 * x)

    for _ in range(order):
        g = grad(g)
    got = g(0.3)
    assert got == pytest.approx(2.0**order * math.exp(0.6), rel=1e-14)


def test_published_derivatives_of_tanh():
    first, second, third = grad(ag.tanh), grad(grad(ag.tanh)), grad(grad(grad(ag.tanh)))
    assert first(2.0) == pytest.approx(0.070650824853164466, rel=1e-15)
    assert second(2.0) == pytest.approx(-0.13621868742711304, rel=1e-14)
    assert third(2.0) == pytest.approx(0.25265406509806273, rel=1e-14)
    assert first(1.0) == pytest.approx(0.41997434161402607, rel=1e-15)
    assert first(20.0) == pytest.approx(1.6993417021166356e-17, rel=1e-15)
    assert second(200.0) == pytest.approx(-1.5321557e-173, rel=1e-7)
    assert third(0.0) == -2.0


def test_perturbations_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0
    assert grad(lambda x: grad(lambda x: x * x)(x) * x)(3.0) == 12.0


def test_derivatives_of_derivatives_at_kinks():
    assert math.isnan(grad(grad(ag.relu))(0.0)), "its first derivative there is a convention"
    assert grad(grad(ag.abs))(-1.0) == 0.0
    assert grad(grad(lambda x: ag.where(x < 1, x, x.sqrt())))(0.0) == 0.0
    assert grad(grad(lambda x: x**2))(0.0) == 2.0
    assert grad(grad(grad(lambda x: x**3)))(0.0) == 6.0
    assert grad(grad(lambda x: x**1))(0.0) == 0.0


def test_transforms_record_inside_no_grad_and_leave_it_on():
    x = Value(1.0)
    with no_grad():
        assert grad(f)(3.0) == 12.0
        assert grad(grad(f))(3.0) == 4.0
        assert (x + 1).parents == ()

    def interrupted(y):
        raise KeyboardInterrupt

    with no_grad(), pytest.raises(KeyboardInterrupt):
        grad(interrupted)(1.0)
    assert type(grad(f)(3.0)) is float, "no transform is taken to be running still"


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian])
def test_an_anomaly_in_a_gradient_is_found(transform):
    def spoilt(x):
        return ag.sqrt(x) ** 2

    with detect_anomaly(), pytest.raises(FloatingPointError, match="sqrt"):
        transform(spoilt)(0.0)
    transform(spoilt)(0.0)
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"pow passes 1\.0 × nan"):
        transform(lambda y: (-2.0) ** y)(3.0)


def test_a_value_in_gives_values_out():
    x = Value(3.0)
    g = grad(f)(x)
    assert type(g) is Value
    g.backward()
    assert (g.data, x.grad) == (12.0, 4.0)
    for unused in (
        grad(lambda y: 1.0)(x),
        grad(lambda y: Value(2.0))(x),
        grad(lambda y, z: z)(x, 1.0),
    ):
        assert type(unused) is Value
        assert unused.data == 0.0
    constant = grad(lambda y: y + 0.0)(x)
    assert type(constant) is Value
    assert constant.data == 1.0


def test_a_gradient_can_be_traced():
    p = trace(grad(lambda x: x * ag.tanh(x)), 0.5)
    for x in (0.5, -2.0, 30.0):
        assert p(x) == pytest.approx(grad(lambda x: x * ag.tanh(x))(x), rel=1e-14)


# ---------------------------------------------------------------- jacobian, hessian


def test_jacobian_of_lists_and_of_several_arguments():
    assert jacobian(lambda x, y: [x * y, x + y, 3.0])(2.0, 3.0) == [
        [3.0, 2.0],
        [1.0, 1.0],
        [0.0, 0.0],
    ]
    assert jacobian(lambda xs: [xs[0] * xs[1], xs[1]])([2.0, 3.0]) == [[3.0, 2.0], [0.0, 1.0]]
    assert jacobian(f)(3.0, 4.0) == [24.0, 9.0]
    assert jacobian(lambda xs: xs)([1.0, 2.0]) == [[1.0, 0.0], [0.0, 1.0]]


def test_hessian_is_symmetric_and_right():
    def g(xs):
        x, y, z = xs
        return x * y * z + ag.sin(x * y) + z**3

    x, y, z = at = [0.5, -1.2, 2.0]
    H = hessian(g)(at)
    s, c = math.sin(x * y), math.cos(x * y)
    expected = [
        [-y * y * s, z + c - x * y * s, y],
        [z + c - x * y * s, -x * x * s, x],
        [y, x, 6 * z],
    ]
    for got, right in zip(H, expected):
        assert got == pytest.approx(right, rel=1e-13, abs=1e-15)
    assert hessian(lambda x, y: x * x * y)(2.0, 3.0) == [[6.0, 4.0], [4.0, 0.0]]


def test_softmax_and_its_jacobian():
    def right(xs):
        e = [math.exp(x - max(xs)) for x in xs]
        s = [v / sum(e) for v in e]
        return [[si * ((i == j) - sj) for j, sj in enumerate(s)] for i, si in enumerate(s)]

    for xs in ([0.1, -0.7, 2.0], [1000.0, 999.0, -1000.0]):
        got = jacobian(ag.softmax)(xs)
        for row, expected in zip(got, right(xs)):
            assert row == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_argnums_are_distinct_places():
    with pytest.raises(ValueError, match="twice"):
        grad(f, (0, -2))(2.0, 3.0)
    for argnums in ("x", None, 1.0):
        with pytest.raises(TypeError, match="argnums"):
            grad(f, argnums)(2.0, 3.0)


def test_jacobian_takes_numbers_only():
    with pytest.raises(TypeError, match="str was given"):
        jacobian(lambda x: ["a", x])(3.0)


def test_constants_that_python_refuses_at_every_order():
    assert grad(lambda x: x / 0.0)(1.0) == math.inf
    assert grad(grad(lambda x: x / 0.0))(1.0) == 0.0
    assert grad(grad(lambda x: x / 0.0 * x))(1.0) == math.inf
    assert hessian(lambda x: x / 0.0)(1.0) == [[0.0]]


# ---------------------------------------------------------------- what belongs to whom


def _normalized(xs):
    total = ag.sum(xs)
    xs[:] = [x / total for x in xs]
    return xs[0]


def _doubled(xs):
    xs[0] = xs[0] * 2
    return xs[0] * xs[1]


def _sorted(xs):
    xs.sort()
    return 3 * xs[0] + xs[1]


def _moved_on(xs):
    xs.append(xs.pop(0) * xs[0])
    return xs[-1] + xs[0]


def _renamed(d):
    d["w"] = d.pop("x") * d["y"][0]
    d["y"].clear()
    return d["w"]


IN_PLACE = [
    (_normalized, [1.0, 3.0], [0.1875, -0.0625]),
    (_doubled, [3.0, 4.0], [8.0, 6.0]),
    (_sorted, [5.0, 2.0], [1.0, 3.0]),
    (_moved_on, [3.0, 4.0], [4.0, 4.0]),
    (_renamed, {"x": 2.0, "y": [5.0]}, {"x": 5.0, "y": [2.0]}),
]


@pytest.mark.parametrize(("f", "at", "expected"), IN_PLACE)
def test_a_function_may_change_its_argument_in_place(f, at, expected):
    given = copy.deepcopy(at)
    numbers = list(leaves(expected))
    assert grad(f)(given) == expected
    assert value_and_grad(lambda x, y: f(y), 1)(given, given)[1] == expected
    assert value_and_grad(lambda x, y: x * f(y))(1.0, given)[1] == f(copy.deepcopy(at))
    assert grad(lambda x, *, y: x * f(y))(1.0, y=given) == f(copy.deepcopy(at))
    assert jacobian(f)(given) == numbers
    assert jacobian(grad(f))(given) == hessian(f)(given)
    assert check_gradients(f, given).ok
    # `sort` and its like compare, which a trace refuses
    if f is not _sorted:
        program = trace(f, given)
        assert program.value_and_grad(given) == (f(copy.deepcopy(at)), (expected,))
    assert given == at


def test_structures_keep_their_kind():
    counts = collections.Counter(a=2.0, b=3.0)
    assert grad(lambda d: d["a"] * d["b"] + d["missing"])(counts) == {"a": 3.0, "b": 2.0}
    matrix = np.array([1.0, 2.0])

    def f(x, array):
        array *= 2.0
        return x * float(array[0])

    assert grad(f)(3.0, matrix) == 2.0
    assert matrix.tolist() == [1.0, 2.0]


def test_what_depends_on_a_value_from_outside_is_a_value():
    x = Value(4.0)
    y = x * grad(lambda t: x * t)(1.0)
    y.backward()
    assert x.grad == 8.0
    for transform, read in [
        (lambda f: grad(f)(1.0), lambda v: v),
        (lambda f: value_and_grad(f)(1.0), lambda pair: pair[0] + pair[1]),
        (lambda f: jacobian(lambda t: [f(t), 1.0])(1.0), lambda rows: rows[0][0]),
        (lambda f: hessian(lambda t: f(t) * t)(1.0), lambda rows: rows[0][0]),
    ]:
        for f in (lambda t: x * t, lambda t: t * (x * 2.0), lambda t: ag.dot([t], [x])):
            assert type(read(transform(f))) is Value
    assert type(grad(lambda t, *, k: k * t)(1.0, k=x)) is Value
    assert type(value_and_grad(lambda t: x)(1.0)[0]) is Value


def test_what_depends_on_the_transforms_own_alone_is_a_float():
    x = Value(4.0)
    for f in (
        lambda t: t * t,
        lambda t: t * Value(3.0),
        lambda t: t * t.detach(),
        lambda t: t * x.data,
        lambda t: t * x.detach(),
        lambda t: t * copy.deepcopy(x),
        lambda t: ag.where(False, x, t),
        lambda t: t * grad(lambda s: s * t.data)(2.0),
    ):
        assert type(grad(f)(1.0)) is float
        assert all(type(v) is float for v in value_and_grad(f)(1.0))


def test_a_loss_with_a_derivative_of_the_net_by_its_input():
    net = MLP(1, [2, 1], rng=0)

    def loss():
        return (net([0.0]) - 1) ** 2 + (grad(lambda t: net([t]))(0.5) - 2) ** 2

    loss().backward()
    found = [p.grad for p in net.parameters()]
    assert found == pytest.approx(
        [0.5086, 0.0168, 1.8301, 0.4164, -2.8578, -2.2513, -2.0], abs=1e-4
    )
    for p, g in zip(net.parameters(), found):
        at, h = p.data, 1e-6
        p.data = at + h
        above = loss().data
        p.data = at - h
        assert (above - loss().data) / (2 * h) == pytest.approx(g, rel=1e-6, abs=1e-8)
        p.data = at


def test_under_no_grad_results_have_no_parents():
    x = Value(2.0)
    with no_grad():
        value, slope = value_and_grad(lambda t: t * t * x)(x)
    assert (value.data, slope.data) == (8.0, 8.0)
    assert value.parents == slope.parents == ()


def test_misuse_is_told():
    with pytest.raises(TypeError, match=r"grad\(f\)\(3\.0\)$"):
        grad(f, 3.0)
    with pytest.raises(TypeError, match="a function is needed, but float was given"):
        value_and_grad(3.0)
    with pytest.raises(
        TypeError, match=r"^argument 2 of hessian\(f\) must .* it is None; .* by keyword"
    ):
        hessian(f)(2.0, None)
    with pytest.raises(
        TypeError, match=r"^argument 1 of grad\(f\) must be a number, .* str was given"
    ):
        grad(f)("2")
    with pytest.raises(TypeError, match="argument 2 of trace"):
        trace(f, 1.0, None)
    with pytest.raises(TypeError, match="takes a function first; got 3"):
        trace(3.0, f)


def test_gradients_of_what_closes_over_values_are_checked():
    net, w = MLP(1, [2, 1], rng=0), Value(3.0)
    assert check_gradients(lambda t: t * t * w, 2.0).ok
    assert check_gradients(lambda t: net([t]), 0.5).ok


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_a_transform_that_is_given_the_point_says_where_it_goes(transform):
    f, name = (lambda x: x * x), transform.__name__
    with pytest.raises(TypeError, match=rf"(what is returned|call that): {name}\(f\)\(3\.0\)$"):
        transform(f, 3.0)
    said = rf"^{name}\(f\) gives a function; to differentiate at a point, call that: {name}\(f\)\(1\.0, 2\.0\)$"
    with pytest.raises(TypeError, match=said):
        transform(f, 1.0, 2.0)


def test_a_bool_is_no_place_of_an_argument():
    with pytest.raises(TypeError, match="argnums must be the place of an argument"):
        grad(lambda x, y: x * y, argnums=True)(2.0, 3.0)
