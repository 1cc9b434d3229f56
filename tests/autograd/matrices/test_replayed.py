"""Functions without a batch that are done sooner scalar by scalar: the Program answers, in arrays."""

import pickle
import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import trace
from autograd.matrices import vectorize
from autograd.matrices.grouping import depth
from autograd.matrices.replayed import Replayed
from autograd.structure import leaves
from tests.random_programs import function, steps


@pytest.fixture(scope="module", autouse=True)
def arrays_do_everything():
    """Let the Program answer where it is faster, as ever."""


def answers(b, *args):
    """Return what answers a call."""
    batch, _ = b._prepared(args)
    return type(batch)


def irregular(x, y):
    rng = random.Random(0)
    values = [*x, y]
    for _ in range(100):
        values.append(ag.tanh(rng.choice(values) * rng.choice(values) + rng.choice(values)))
    return ag.sum(values[-20:])


def test_an_irregular_function_is_left_to_the_program():
    p = trace(irregular, [0.1, 0.2], 0.3)
    b = p.vectorize()
    x = np.array([0.5, -0.4])
    assert answers(b, x, 0.3) is Replayed
    value, (gx, gy) = b.value_and_grad(x, 0.3)
    expected, (ex, ey) = p.value_and_grad(x.tolist(), 0.3)
    assert (value, gx.tolist(), gy.tolist()) == (expected, ex, ey)  # the same bits
    assert (type(value), gx.dtype, gy.shape) == (np.float64, np.dtype(float), ())
    assert b(x, 0.3) == expected
    again = pickle.loads(pickle.dumps(b))
    assert again.value_and_grad(x, 0.3)[0] == expected


@pytest.mark.parametrize("batched", [0, 1, (0, 1)])
def test_a_batch_is_not(batched):
    b = trace(irregular, [0.1, 0.2], 0.3).vectorize(batched)
    x = np.array([[0.1, 0.2]] * 3) if batched != 1 else [0.1, 0.2]
    assert answers(b, x, np.full(3, 0.3) if batched != 0 else 0.3) is not Replayed


def test_nor_is_a_network():
    def loss(w, x):
        return ag.sum([ag.tanh(ag.dot(unit, x)) for unit in w])

    b = trace(loss, [[0.1] * 8] * 16, [0.5] * 8).vectorize()
    assert answers(b, np.full((16, 8), 0.1), np.full(8, 0.5)) is not Replayed


def test_nor_are_single_precision_and_other_libraries():
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    b = trace(irregular, [0.1, 0.2], 0.3).vectorize()
    single = np.float32([0.1, 0.2]), np.float32(0.3)
    assert answers(b, *single) is not Replayed
    value, gradients = b.value_and_grad(*single)
    assert {x.dtype for x in (value, *gradients)} == {np.dtype(np.float32)}
    assert answers(b, xp.asarray([0.1, 0.2]), xp.asarray(0.3)) is not Replayed


@settings(max_examples=60, deadline=None)
@given(steps(max_size=12), st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3))
def test_it_has_the_bits_of_the_program(program, point):
    p = trace(function(program), 0.1, 0.2, 0.3)
    b = p.vectorize()
    arrays = Replayed(p, b.blocks), [np.array(x) for x in point]
    value, gradients = arrays[0].value_and_grad(arrays[1])
    expected, slopes = p.value_and_grad(*point)
    np.testing.assert_array_equal([value, *gradients], [expected, *slopes])
    np.testing.assert_array_equal(arrays[0].results(arrays[1]), [p(*point)])


def test_structures_of_arguments_and_results():
    def f(params, x):
        v = irregular([params["w"][0][1], params["w"][1][0]], x[1])
        return [[v, x[0]], [v * v, params["b"]]]

    params = {"w": [[1.0, 0.5], [-0.25, 2.0]], "b": 3.0}
    p = trace(f, params, (0.1, 0.2))
    b = p.vectorize()
    given_ = {"b": 2.0, "w": np.array([[1.0, 0.5], [0.25, 2.0]])}, np.array([0.3, 0.4])
    assert answers(b, *given_) is Replayed
    expected = p({"w": given_[0]["w"].tolist(), "b": 2.0}, (0.3, 0.4))
    assert b(*given_).tolist() == expected
    total = trace(lambda params, x: ag.sum([*leaves(f(params, x))]), params, (0.1, 0.2)).vectorize()
    _, (g, gx) = total.value_and_grad(*given_)
    assert (list(g), g["w"].shape, gx.shape) == (["w", "b"], (2, 2), (2,))
    pairs = combinations([*leaves([g, gx])], 2)
    assert not any(np.shares_memory(*pair) for pair in pairs)
    ragged = trace(lambda x: [irregular([x, x], x), [x, x]], 0.5).vectorize()(0.25)
    assert [float(x) for x in leaves(ragged)][1:] == [0.25, 0.25]


def test_a_chain_is_not_grouped_at_all():
    def chain(x):
        y = x
        for _ in range(1_000):
            y = ag.tanh(y) * 1.5
        return y

    p = trace(chain, 0.5)
    b = p.vectorize()
    value, (slope,) = b.value_and_grad(0.25)
    assert "grouping" not in vars(b)
    assert (value, (slope,)) == p.value_and_grad(0.25)


def test_a_batch_of_a_chain_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(vectorize, "_DEEPEST", 100)

    def chain(n):
        def f(x):
            y = x
            for _ in range(n):
                y = ag.sin(y)
            return y

        return f

    trace(chain(100), 0.5).vectorize(0)
    with pytest.raises(ValueError, match=r"at least 101 operations wait .* 100 are the most"):
        trace(chain(101), 0.5).vectorize(0)
    trace(chain(101), 0.5).vectorize()
    many = trace(lambda x: ag.sum([a + 1.0 for a in x]), [0.5] * 200)
    many.vectorize(0)  # one below the other, not one after the other


def test_depth_is_at_most_the_number_of_groups():
    def f(x):
        total = 0.0
        for i, a in enumerate(x):
            total = total + a if i % 3 else ag.tanh(total) * a
        return total

    p = trace(f, [0.1] * 30)
    assert 10 < depth(p.recording) <= len(p.vectorize().grouping.groups)
    sums = trace(lambda x: x[0] + x[1] + x[2] + x[3], [0.1] * 4)
    assert depth(sums.recording) == len(sums.vectorize().grouping.groups) == 1
