"""Small inputs from public bug reports of autograd engines, each standing for a kind that must work."""

import copy
import pickle

import pytest

import autograd as ag
from autograd import Value, check_gradients, detect_anomaly, edges, grad, tree


def _slopes(f, *numbers):
    leaves = [Value(x) for x in numbers]
    y = f(*leaves)
    y.backward()
    return y.data, *(leaf.grad for leaf in leaves)


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (lambda a, b: a - b, (5.0, 3.0), (2.0, 1.0, -1.0)),
        (lambda x: 2 / x, (4.0,), (0.5, -0.125)),
        (lambda x: x / 2, (4.0,), (2.0, 0.5)),
        (lambda x: 2 - x, (4.0,), (-2.0, -1.0)),
        (lambda x: 2**x, (3.0,), (8.0, 5.545177444479562)),
        (lambda x: x.exp(), (1.0,), (2.718281828459045, 2.718281828459045)),
        (lambda x: x * x, (3.0,), (9.0, 6.0)),
        (lambda a: a + a, (3.0,), (6.0, 2.0)),
        (lambda x: -(1.0 * -x), (3.0,), (3.0, 1.0)),
        (lambda x: x**-1, (4.0,), (0.25, -0.0625)),
        (lambda x: abs(x), (-4.0,), (4.0, -1.0)),
        (lambda x: ag.maximum(x, 0), (0.0,), (0.0, 0.5)),
        (lambda x: x.sigmoid(), (-1000.0,), (0.0, 0.0)),
        (lambda a, b: ag.logsumexp([a, b]), (1000.0, 1000.0), (1000.6931471805599, 0.5, 0.5)),
        (lambda a, b: ag.atan2(a, b), (1.0, 0.0), (1.5707963267948966, 0.0, -1.0)),
    ],
)
def test_values_and_slopes(f, at, expected):
    assert _slopes(f, *at) == pytest.approx(expected, rel=1e-15)


def test_the_slope_of_tanh_far_out():
    assert grad(ag.tanh)(20.0) == pytest.approx(1.6993417021166356e-17, rel=1e-15)
    assert grad(ag.tanh)(-9.010913848876953) == pytest.approx(5.9604583204e-08, rel=1e-10)
    assert grad(ag.sigmoid)(-700.0) == pytest.approx(9.8596765437597708e-305, rel=1e-14)
    assert grad(ag.sigmoid)(40.0) == pytest.approx(4.2483542552915890e-18, rel=1e-14)


def test_squaring_a_node_has_two_edges():
    x = Value(3.0)
    assert [edge.credit for edge in edges(x * x)] == [3.0, 3.0]


def test_the_length_of_a_vector_at_the_origin():
    assert _slopes(ag.hypot, 0.0, 0.0) == (0.0, 0.0, 0.0)
    value, *slopes = _slopes(lambda a, b: (a**2 + b**2).sqrt(), 0.0, 0.0)
    assert value == 0.0
    assert all(slope != slope for slope in slopes)
    assert "hypot" in str(check_gradients(lambda a, b: (a**2 + b**2).sqrt(), 0.0, 0.0))
    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"sqrt.* hypot"):
        _slopes(lambda a, b: (a**2 + b**2).sqrt(), 0.0, 0.0)


def test_a_loop_that_depends_on_the_number():
    def doubled(x):
        while x < 1000:
            x = x * 2
        return x

    assert _slopes(doubled, 2.0) == (1024.0, 512.0)


def test_builtin_functions_choose_by_the_number():
    a, b = Value(1.0), Value(2.0)
    assert max(a, b) is b
    assert sum([a, b]).data == 3.0
    assert sorted([b, a])[0] is a


@pytest.mark.parametrize("depth", [1000, 100_000])
def test_depth(depth):
    x = y = Value(1.0, label="x")
    for _ in range(depth):
        y = y + 1
    y.backward()
    assert x.grad == 1.0
    assert len(str(tree(y)).splitlines()) == 201
    x.grad = 0.0
    for again in (copy.deepcopy, lambda graph: pickle.loads(pickle.dumps(graph))):
        twin, leaf = again([y, x])
        twin.backward()
        assert (twin.data, leaf.grad, x.grad) == (depth + 1.0, 1.0, 0.0)


def test_wide_sums():
    xs = [Value(1.0) for _ in range(50_000)]
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    total.backward()
    ag.sum(xs).backward()
    assert {x.grad for x in xs} == {2.0}
