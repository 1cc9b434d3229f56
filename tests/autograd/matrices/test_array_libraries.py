"""A VectorProgram in single precision, and on arrays of other libraries: no machine code runs on either."""

import numpy as np
import pytest

import autograd as ag
from autograd import trace
from autograd.primitives import TABLE
from autograd.structure import leaves
from tests.autograd.matrices.rows import point, using
from tests.autograd.matrices.test_vectorize import assert_close, network, random_layers
from tests.random_programs import OPERATIONS


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"erf", "erfc", "gelu", "cbrt"}))
def test_array_api_standard(name):
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    p = trace(lambda a, b, c: OPERATIONS[name](a * 1.0, b * 1.0, c * 1.0), 0.3, 0.4, 0.6)
    b = p.vectorize((0, 1))
    args = [[0.3, 0.7], [0.4, 0.2], 0.6]
    value, gradients = b.value_and_grad(*(xp.asarray(x) for x in args))
    expected = b.value_and_grad(*args)
    assert type(value) is type(xp.asarray(1.0))
    assert_close(float(value), expected[0])
    for g, e in zip(gradients, expected[1]):
        assert_close(np.asarray(g), e)


def test_array_api_network():
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    rng = np.random.default_rng(3)
    layers = random_layers(rng, [3, 4, 2])
    xs, ys = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    b = trace(network(ag.relu, True), layers, [0.0] * 3, [0.0] * 2).vectorize(batched=(1, 2))
    there = [tuple(xp.asarray(x) for x in layer) for layer in layers]
    value, gradients = b.value_and_grad(there, xp.asarray(xs), xp.asarray(ys))
    expected = b.value_and_grad(layers, xs, ys)
    assert_close(float(value), expected[0])
    for g, e in zip(leaves(gradients), leaves(expected[1])):
        assert_close(np.asarray(g), e)


@pytest.mark.parametrize(
    ("library", "name"),
    [("numpy", name) for name in TABLE]
    # the standard has no such functions
    + [("array_api_strict", name) for name in TABLE if name not in ("erf", "gelu", "cbrt")],
)
def test_single_precision_stays_single(library, name):
    xp = pytest.importorskip(library, reason=f"{library} is not installed")
    x, y = point(name)
    p = trace(using(name), x, y)
    for batched in ((), (0,), (1,), (0, 1)):
        b = p.vectorize(batched)
        numbers = [[v] * 3 if i in batched else v for i, v in enumerate((x, y))]
        single = [xp.asarray(v, dtype=xp.float32) for v in numbers]
        value, gradients = b.value_and_grad(*single)
        assert all(v.dtype == xp.float32 for v in (value, *gradients, b(*single)))
        expected, slopes = b.value_and_grad(*(xp.astype(v, xp.float64) for v in single))
        for found, precise in zip((value, *gradients), (expected, *slopes)):
            assert_close(np.asarray(found), np.asarray(precise), 1e-5)
