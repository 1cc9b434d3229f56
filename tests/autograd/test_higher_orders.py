"""Derivatives of derivatives: rows and pairs of rows at whole numbers, at kinks, and where they are constant."""

import itertools
import math
import operator
import random

import numpy as np
import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import Value, edges, grad, hessian, trace
from autograd.primitive import NOTHING
from autograd.primitives import TABLE
from tests.oracle import EXACT, of_one_operand

UNARY = [row for row in TABLE.values() if of_one_operand(row)]
BINARY = "add sub mul div pow atan2 hypot maximum minimum logaddexp".split()
OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
}
POINTS = [0.0, 1.0, -1.0, 2.0, 3.0, 0.3, -0.7]
PAIRS = list(itertools.product(UNARY, UNARY, POINTS))


def _smooth(row, x):
    """Tell whether the row has a finite slope at x, and no kink."""
    ((low, high),) = row.domain
    if not low < x < high or (row.kinks and row.kinks(x)):
        return False
    return math.isfinite(row.partial(0, x, row(x)))


def _agrees(found, exact):
    return found == pytest.approx(float(exact), rel=1e-9, abs=1e-9)


def _check_pair(inner, outer, x):
    """Compare three derivatives of outer(inner(x)) with differences at sixty digits."""
    if not _smooth(inner, x) or not _smooth(outer, inner(x)) or abs(inner(x)) > 50.0:
        return False
    derivative = lambda t: outer(inner(t))  # noqa: E731
    with mp.workdps(60):
        exact = list(mp.diffs(lambda t: EXACT[outer.name](EXACT[inner.name](t)), mpf(x), 3))
    if abs(exact[1]) > 1e30:  # tan(acos 0): a pole, which no float stands on
        return False
    scale = max(1.0, *(abs(float(e)) for e in exact))
    for e in exact[1:]:
        derivative = grad(derivative)
        assert _agrees(derivative(x) / scale, e / scale), (inner.name, outer.name, x)
    return True


def test_pairs_of_rows_up_to_the_third_order():
    chosen = random.Random(7).sample(PAIRS, 300)
    assert sum(_check_pair(*pair) for pair in chosen) > 100


@pytest.mark.slow
@pytest.mark.parametrize("inner", UNARY, ids=lambda row: row.name)
def test_all_pairs_of_rows_up_to_the_third_order(inner):
    for pair in PAIRS:
        if pair[0] is inner:
            _check_pair(*pair)


def _by(f, order):
    for argnum in order:
        f = grad(f, argnum)
    return f


def _on_an_edge(name, x, y):
    """Tell whether a row of two operands has a kink, a pole or the end of its domain here."""
    if name == "pow":
        return x <= 0.0
    if name == "div":
        return y == 0.0
    row = TABLE[name]
    return row.kinks is not None and row.kinks(x, y)


@pytest.mark.parametrize("name", BINARY)
def test_mixed_derivatives_at_whole_numbers(name):
    f = OPERATORS.get(name) or getattr(ag, name)
    orders = [order for n in (1, 2, 3) for order in itertools.product((0, 1), repeat=n)]
    for x, y in itertools.product((0.0, 1.0, 2.0, 3.0, -2.0, 0.5, 23.0), repeat=2):
        if _on_an_edge(name, x, y):
            continue
        counts = {(order.count(0), order.count(1)) for order in orders}
        with mp.workdps(50):
            exact = {times: mp.diff(EXACT[name], (mpf(x), mpf(y)), times) for times in counts}
        for order in orders:
            wanted = exact[order.count(0), order.count(1)]
            assert _agrees(_by(f, order)(x, y), wanted), (x, y, order)


def test_powers_whose_base_and_exponent_vary_together():
    assert hessian(lambda a, p: a**p)(2.0, 0.0) == [
        [0.0, 0.5],
        [0.5, pytest.approx(math.log(2) ** 2)],
    ]
    assert grad(grad(lambda x: (1 + x) ** x))(0.0) == 2.0
    for x, expected in ((1.0, [1.0, 2.0, 3.0, 8.0]), (2.0, [None, None, None, 64.501341827])):
        f = lambda t: t**t  # noqa: E731
        for e in expected:
            f = grad(f)
            assert e is None or f(x) == pytest.approx(e, rel=1e-9)


@pytest.mark.parametrize("name", BINARY)
def test_hessians_are_symmetric(name):
    f = OPERATORS.get(name) or getattr(ag, name)
    chance = random.Random(name)
    for _ in range(40):
        inner = [chance.choice(UNARY) for _ in range(4)]
        point = [chance.choice((0.0, 1.0, 2.0, -1.0, 0.5)) for _ in range(2)]

        def composed(x, y, inner=inner):
            a, b, c, d = inner
            return f(a(x) + b(y), c(x) * d(y))

        (_, upper), (lower, _) = hessian(composed)(*point)
        if math.isfinite(upper) or math.isfinite(lower):  # else a pole
            assert upper == pytest.approx(lower, rel=1e-9), (inner, point)


KINKS = [
    ("relu", (0.0,)),
    ("leaky_relu", (0.0,)),
    ("abs", (0.0,)),
    ("hypot", (0.0, 0.0)),
    ("maximum", (2.0, 2.0)),
    ("minimum", (2.0, 2.0)),
    ("clip", (0.0, 0.0, 2.0)),
    ("clip", (2.0, 0.0, 2.0)),
]


@pytest.mark.parametrize(("name", "operands"), KINKS)
@pytest.mark.parametrize("power", [1, 2, 3])
def test_where_the_first_derivative_is_a_convention_the_second_is_nan(name, operands, power):
    """Whatever is done with the result: never a silent 0. First derivatives keep the convention."""
    row = TABLE[name]
    n = len(row.partials)
    constants = operands[n:]

    def f(*xs):
        return getattr(ag, name)(*xs, *constants) ** power

    xs = operands[:n]
    conventions = [row.partial(i, *operands, row(*operands)) for i in range(n)]
    outer = power * row(*operands) ** (power - 1)
    for i in range(n):
        assert grad(f, i)(*xs) == outer * conventions[i]
        assert _by(f, (i, i))(*xs) != 0.0
        traced = trace(grad(f, i), *[x + 1.0 + 2.0 * k for k, x in enumerate(xs)])
        assert traced(*xs) == outer * conventions[i]
        assert math.isnan(traced.value_and_grad(*xs)[1][i])


def test_powers_at_a_base_of_zero_never_answer_a_silent_zero():
    power = operator.pow
    for y in (0.0, 0.5, 1.0):
        assert math.isnan(_by(power, (0, 1))(0.0, y))
        assert math.isnan(_by(power, (1, 0))(0.0, y))
    assert (_by(power, (0, 1))(0.0, 2.0), _by(power, (1, 0))(0.0, 2.0)) == (0.0, 0.0)
    for k, expected in ((0, 0.0), (1, 0.0), (2, 2.0), (3, 0.0)):
        assert grad(grad(lambda x, k=k: x**k))(0.0) == expected, "the exponent is constant"
    assert grad(lambda x: x**0)(math.nan) == 0.0


CONSTANT = [
    (lambda x: ag.sqrt(ag.relu(x)), -1.0),
    (lambda x: ag.log(ag.relu(x)), -1.0),
    (lambda x: ag.sqrt(ag.maximum(x, 0.0)), -2.0),
    (lambda x: ag.sqrt(ag.minimum(x, 0.0)), 2.0),
    (lambda x: ag.sqrt(ag.clip(x, 0.0, 1.0)), -2.0),
    (lambda x: ag.acos(ag.clip(x, -1.0, 1.0)), 2.0),
    (lambda x: ag.log(1.0 / ag.maximum(1e-200, x)), 0.0),
]


@pytest.mark.parametrize(("f", "x"), CONSTANT, ids=map(str, range(len(CONSTANT))))
def test_nothing_flows_back_where_an_operation_is_constant(f, x):
    """Not even 0·inf, in any of the ways to the gradient."""
    leaf = Value(x)
    f(leaf).backward()
    assert leaf.grad == 0.0
    assert grad(f)(x) == 0.0
    assert grad(lambda t: grad(f)(t))(x) == 0.0
    for example in (x, 0.5):
        assert trace(f, example).value_and_grad(x)[1] == (0.0,)
        assert trace(grad(f), example)(x) == 0.0
        _, (column,) = trace(f, example).vectorize(batched=(0,)).value_and_grad(np.array([x, x]))
        assert column.tolist() == [0.0, 0.0]


def test_what_flows_to_a_dead_unit_is_shown():
    x = Value(-1.0)
    y = (x * 2.0).relu().sqrt()
    y.backward()
    (edge,) = [e for e in edges(y) if e.child.op == "relu"]
    assert (edge.upstream, edge.local, edge.credit) == (math.inf, 0.0, 0.0)
    assert math.inf * NOTHING == NOTHING * math.inf == 0.0
    assert repr(y.parents[0].partials) == "(0.0,)"


def test_infinite_slopes_have_the_right_sign():
    assert grad(lambda x: ag.log(-ag.expm1(x)))(0.0) == -math.inf
    for f in (ag.log, ag.log2, ag.log10, ag.sqrt, ag.cbrt):
        assert grad(f)(-0.0) == grad(f)(0.0) == math.inf
    assert grad(grad(ag.sqrt))(0.0) == -math.inf
    assert grad(grad(grad(ag.cbrt)))(1e-200) == math.inf
    assert grad(lambda x: 2.0**x)(1024.0) == math.inf, "its value overflows"
