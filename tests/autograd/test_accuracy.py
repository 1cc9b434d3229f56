"""Every derivative of the table against arithmetic of high precision, over its whole domain."""

import itertools
import math
import random

import pytest
from mpmath import mp, mpf

from autograd import grad, hessian, hypot
from autograd.primitive import Primitive
from autograd.primitives import TABLE
from tests.oracle import (
    EXACT,
    derivatives_of,
    is_normal,
    of_one_operand,
    partial,
    samples,
    ulps,
)

LARGEST = mpf(1.7976931348623157e308)
ULPS = {"cbrt": 16, "pow": 16}
RELATIVE = {
    "erf": 1e-12,
    "erfc": 1e-12,
    "silu": 1e-12,
    "gelu": 1e-12,
    "gaussian": 1e-12,
    "logaddexp": 1e-12,
}
# A relative error means nothing where a derivative crosses zero; these do, inside the domain.
CROSSINGS = {
    ("silu", 1): [-1.2784645427610738],
    ("silu", 2): [2.3993572805154677, -2.3993572805154677],
    ("gelu", 1): [-0.7517915246935645],
    ("gelu", 2): [math.sqrt(2), -math.sqrt(2)],
    ("gelu", 3): [0.0, 2.0, -2.0],
}

UNARY = [row for row in TABLE.values() if of_one_operand(row)]
BINARY = [row for row in TABLE.values() if len(row.partials) == 2 and row.name != "where"]
OF_SEQUENCES = {"sum", "dot", "logsumexp"}
WITH_CONSTANTS = {"where", "clip"}


def test_every_row_is_measured():
    """A new row must state a domain and be known to the oracle, or take part by another test below."""
    for row in TABLE.values():
        assert len(row.domain) == len(row.partials), f"{row.name} needs one interval per operand"
        assert all(low < high for low, high in row.domain), row.name
        assert row.derivative, row.name
    measured = {row.name for row in [*UNARY, *BINARY]}
    assert measured | OF_SEQUENCES | WITH_CONSTANTS == set(TABLE)
    assert measured <= set(EXACT)


@pytest.mark.parametrize("size", [1e-160, 1e-20, 1.0, 1e20, 1e100])
def test_hypot_keeps_its_digits_at_every_order(size: float):
    rng = random.Random(0)
    with mp.workprec(2000):
        for _ in range(100):
            x, y = (rng.choice([-1, 1]) * size * 10 ** rng.uniform(-20, 20) for _ in "xy")
            a, b = mpf(x), mpf(y)
            h = mp.sqrt(a * a + b * b)
            (xx, xy), (_, yy) = hessian(hypot)(x, y)
            found = xx, xy, yy, grad(grad(grad(hypot)))(x, y)
            exact = b * b / h**3, -a * b / h**3, a * a / h**3, -3 * a * b * b / h**5
            for f, e in zip(found, exact):
                if 1e-290 < abs(e) < 1e290:
                    assert abs(f - e) <= 1e-14 * abs(e)


@pytest.mark.parametrize("y", [2.0**53 - 1, 2.0**53, 2.0**53 + 2, 1e16 + 2, 1e16 + 4, 3e16])
@pytest.mark.parametrize("x", [1 - 1e-14, 1 - 1e-15, 1 + 5e-15, 1 + 2e-14])
def test_powers_beyond_the_whole_numbers_of_a_float(x: float, y: float):
    """There y - 1 is rounded to a neighbour of itself, and x**(y - 1) would be off by a factor x."""
    with mp.workprec(400):
        exact = mpf(y) * mpf(x) ** (mpf(y) - 1)
        assert ulps(grad(lambda x, y: x**y)(x, y), exact) <= ULPS["pow"]


@pytest.mark.slow
@pytest.mark.parametrize("row", UNARY, ids=lambda row: row.name)
def test_derivatives_of_one_operand(row: Primitive):
    f = row.__call__
    orders = [lambda x: f(x), grad(f), grad(grad(f)), grad(grad(grad(f)))]
    checked = 0
    for x in samples(row.domain[0]):
        pole = x == 0.0 and row.name in ("reciprocal", "cbrt")
        if pole or (x == 0.0 and row.kink):
            continue
        exact = derivatives_of(row, x, 3)
        for order, (derivative, right) in enumerate(zip(orders, exact)):
            crossings = CROSSINGS.get((row.name, order), ())
            if any(abs(x - zero) < 0.05 for zero in crossings):
                continue
            got = derivative(x)
            where = (
                f"derivative {order} of {row.name} at {x!r}: {got!r}, right is {mp.nstr(right, 20)}"
            )
            if is_normal(right) and (x == 0.0 or is_normal(x)):
                error = _relative(got, right) if order > 1 else ulps(got, right)
                allowed = _allowed(row, order, right)
                assert error <= allowed, f"{where}, off by {error:.3g}, allowed {allowed:.3g}"
                checked += 1
            elif abs(right) <= LARGEST:
                assert math.isfinite(got), where
                assert abs(got - right) <= 2.0**-1020 + 1e-10 * abs(right), where
                checked += right == 0
    assert checked >= 40


def _relative(got, right):
    return float(abs(got - right) / abs(right))


def _allowed(row, order, right):
    """Return the units in the last place allowed, or from the second derivative on the relative error."""
    if order > 1:
        return 1e-10
    in_ulps = float(RELATIVE.get(row.name, 0.0) * abs(right)) / math.ulp(float(right))
    return max(in_ulps, ULPS.get(row.name, 8))


def _pairs(row):
    sides = [samples(interval, 6) for interval in row.domain]
    chance = random.Random(row.name)
    ordinary = [-20.5, -3.0, -1.0, -0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 40.0]
    pairs = [
        pair
        for pair in itertools.product(ordinary, repeat=2)
        if all(low < x < high for x, (low, high) in zip(pair, row.domain))
    ]
    return pairs + [tuple(chance.choice(side) for side in sides) for _ in range(80)]


@pytest.mark.slow
@pytest.mark.parametrize("row", BINARY, ids=lambda row: row.name)
def test_partials_of_two_operands(row: Primitive):
    checked = 0
    for operands in _pairs(row):
        if (row.kinks and row.kinks(*operands)) or not all(map(is_normal, operands)):
            continue
        value = EXACT[row.name](*map(mpf, operands))
        for i in range(2):
            right = partial(EXACT[row.name], operands, i)
            got = row.partial(i, *operands, row.value(*operands))
            where = (
                f"partial {i} of {row.name} at {operands!r}: {got!r}, right is {mp.nstr(right, 20)}"
            )
            if is_normal(value, right):
                assert ulps(got, right) <= _allowed(row, 1, right), where
                checked += 1
            elif abs(right) <= LARGEST and is_normal(value):
                assert math.isfinite(got), where
    assert checked >= 100


@pytest.mark.parametrize("row", [*UNARY, *BINARY], ids=lambda row: row.name)
def test_values_and_slopes_at_ordinary_points(row: Primitive):
    """A quick look at what the tests above measure at length."""
    low, high = row.domain[0]
    for x in (-2.3, -0.7, -0.01, 0.02, 0.6, 1.4, 3.1):
        if not low < x < high:
            continue
        operands = (x, 0.9)[: len(row.partials)]
        out = row(*operands)
        with mp.workdps(50):
            value = EXACT[row.name](*map(mpf, operands))
        assert ulps(out, value) <= 8, (row.name, operands)
        for i in range(len(operands)):
            right = partial(EXACT[row.name], operands, i)
            assert abs(row.partial(i, *operands, out) - right) <= 1e-14 * max(abs(right), 1e-2)
