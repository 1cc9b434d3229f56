"""VectorProgram: the numbers of the scalar engine, for any batch, in any array library."""

import gc
import math
import pickle
import re
import weakref
from collections import namedtuple
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

import autograd as ag
from autograd import trace, value_and_grad
from autograd.matrices.schedule import Schedule
from autograd.matrices.vectorize import VectorProgram
from autograd.structure import leaves
from tests.random_programs import OPERATIONS, SMOOTH, function, steps
from tests.strategies import by_rows, expressions, results

pytestmark = pytest.mark.usefixtures("engine")

numbers = st.floats(-2.0, 2.0)


def assert_close(found, expected, tolerance=1e-12):
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape
    unequal = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))
    with np.errstate(invalid="ignore"):
        limit = tolerance * np.maximum(np.abs(expected), 1.0)
        assert not (unequal & ~(np.abs(found - expected) <= limit)).any(), (found, expected)


# ---------------------------------------------------------------- random expressions


@settings(max_examples=120, deadline=None)
@given(
    steps(SMOOTH, 8),
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4),
    numbers,
    st.sampled_from(["mean", "sum"]),
)
def test_random_expressions(steps, points, shared, reduction):
    check_expression(function(steps), points, shared, reduction)


@settings(max_examples=80, deadline=None)
@given(
    steps(tuple(OPERATIONS), 6),
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3),
    numbers,
)
def test_random_expressions_over_the_whole_table(steps, points, shared):
    check_expression(function(steps), points, shared, "sum")


@settings(max_examples=100, deadline=None)
@given(
    expressions(40),
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4),
    numbers,
)
def test_well_conditioned_expressions_to_twelve_digits(expression, points, shared):
    def f(x, y, z):
        return ag.mean(results(expression, [x, y, z], by_rows)[-4:])

    p = trace(f, 0.1, 0.2, 0.3)
    each = [value_and_grad(f, (0, 1, 2))(x, y, shared) for x, y in points]
    xs, ys = np.array(points).T
    value, (gx, gy, gs) = p.vectorize((0, 1), "sum").value_and_grad(xs, ys, shared)
    assert_close(value, math.fsum(v for v, _ in each))
    for found, i in ((gx, 0), (gy, 1)):
        assert_close(found, [g[i] for _, g in each])
    assert_close(gs, math.fsum(g[2] for _, g in each))
    value, gradients = p.vectorize().value_and_grad(*points[0], shared)
    assert_close([value, *gradients], [each[0][0], *each[0][1]])


def check_expression(f, points, shared, reduction):
    p = trace(f, 0.1, 0.2, 0.3)
    each = [value_and_grad(f, (0, 1, 2))(x, y, shared) for x, y in points]
    table = np.array([[value, *gradients] for value, gradients in each])
    passed = [p.recording.values((x, y, shared)) for x, y in points]
    sizes = np.abs(np.array([*table.ravel(), *(v for row in passed for v in row)], dtype=float))
    # not so steep that the last bit of a function shows in the result
    assume(not ((sizes > 1e3) & np.isfinite(sizes)).any())
    assume(not ((sizes > 0.0) & (sizes < 1e-3)).any())
    weight = 1.0 / len(points) if reduction == "mean" else 1.0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    value, (gx, gy, gs) = p.vectorize((0, 1), reduction).value_and_grad(xs, ys, shared)
    with np.errstate(invalid="ignore"):
        assert_close(value, weight * table[:, 0].sum())
        assert_close(gs, weight * table[:, 3].sum())
    assert_close(gx, weight * table[:, 1])
    assert_close(gy, weight * table[:, 2])
    value, gradients = p.vectorize().value_and_grad(*points[0], shared)
    assert_close([value, *gradients], table[0])


# ---------------------------------------------------------------- random networks


ACTIVATIONS = (ag.tanh, ag.sigmoid, ag.relu, ag.softplus, ag.gelu, ag.atan)


def network(activation, operators):
    """Return the squared error of a network, made of dot nodes or of plain operators."""

    def dot(ws, xs, bias):
        if not operators:
            return ag.dot(ws, xs, bias)
        total = ws[0] * xs[0]
        for w, x in zip(ws[1:], xs[1:]):
            total = total + x * w if operators == "swapped" else total + w * x
        return total + bias

    def loss(layers, x, y):
        for weights, biases in layers[:-1]:
            x = [activation(dot(w, x, b)) for w, b in zip(weights, biases)]
        weights, biases = layers[-1]
        outputs = [dot(w, x, b) for w, b in zip(weights, biases)]
        return ag.sum([(a - t) ** 2 for a, t in zip(outputs, y)])

    return loss


def random_layers(rng, sizes):
    return [
        (rng.normal(size=(m, k)).tolist(), rng.normal(size=m).tolist()) for k, m in pairwise(sizes)
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=4),
    st.sampled_from(ACTIVATIONS),
    st.sampled_from([False, True, "swapped"]),
    st.sampled_from([1, 2, 100]),
    st.integers(0, 1000),
)
def test_random_networks(sizes, activation, operators, n, seed):
    rng = np.random.default_rng(seed)
    layers = random_layers(rng, sizes)
    xs, ys = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))
    p = trace(network(activation, operators), layers, xs[0].tolist(), ys[0].tolist())
    check_network(p, layers, xs, ys)


def test_ten_thousand_examples():
    rng = np.random.default_rng(0)
    layers = random_layers(rng, [2, 5, 1])
    xs, ys = rng.normal(size=(10_000, 2)), rng.normal(size=(10_000, 1))
    check_network(trace(network(ag.tanh, False), layers, [0.0, 0.0], [0.0]), layers, xs, ys)


def check_network(p, layers, xs, ys):
    n = len(xs)
    each = [p.value_and_grad(layers, x, y) for x, y in zip(xs.tolist(), ys.tolist())]
    value, gradients = p.vectorize(batched=(1, 2)).value_and_grad(layers, xs, ys)
    assert_close(value, math.fsum(v for v, _ in each) / n)
    expected = np.array([list(leaves(g)) for _, g in each])
    found = np.concatenate([np.ravel(g) for g in leaves(gradients[0])])
    inner = len(found)
    scale = np.abs(expected[:, :inner]).max()  # of the terms: their sum may cancel
    assert_close(found / scale, expected[:, :inner].mean(axis=0) / scale)
    assert_close(n * np.hstack(gradients[1:]), expected[:, inner:])


# ---------------------------------------------------------------- reductions and shapes


def line(w, x, y):
    return (w[0] * x + w[1] - y) ** 2


LINE = trace(line, [0.5, 0.1], 1.0, 2.0)
XS, YS = np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.0, 3.0])


def test_reductions():
    each = np.array([line([0.5, 0.1], x, y) for x, y in zip(XS, YS)])
    for reduction, expected in [("mean", each.mean()), ("sum", each.sum()), (None, each)]:
        assert_close(LINE.vectorize((1, 2), reduction)([0.5, 0.1], XS, YS), expected)
    with pytest.raises(ValueError, match="reduction"):
        LINE.vectorize((1, 2), None).value_and_grad([0.5, 0.1], XS, YS)
    with pytest.raises(ValueError, match="max"):
        LINE.vectorize(1, "max")


def test_no_examples():
    empty = np.zeros(0)
    value, (w, x, y) = LINE.vectorize((1, 2), "sum").value_and_grad([0.5, 0.1], empty, empty)
    assert (float(value), w.tolist(), x.shape, y.shape) == (0.0, [0.0, 0.0], (0,), (0,))
    b = LINE.vectorize((1, 2))
    for call in (b, b.value_and_grad):
        with pytest.raises(ValueError, match="mean"):
            call([0.5, 0.1], empty, empty)


def test_gradients_have_the_shapes_of_the_arguments():
    def f(params, x):
        return ag.dot(params["w"][0], x) * ag.sum(params["w"][1]) + params["c"]

    p = trace(f, {"w": [[1.0, 2.0], [3.0, 4.0]], "c": 5.0}, [6.0, 7.0])
    params = {"c": 5.0, "w": np.array([[1.0, 2.0], [3.0, 4.0]])}
    value, (g, gx) = p.vectorize(1, "sum").value_and_grad(params, np.ones((4, 2)))
    assert (value.shape, g["w"].shape, g["c"].shape, gx.shape) == ((), (2, 2), (), (4, 2))
    assert g["c"] == 4.0


def test_a_result_of_several_numbers():
    p = trace(lambda w, x: [w * x, x + 1.0, 7.0], 2.0, 3.0)
    assert p.vectorize(1, None)(2.0, [1.0, 2.0]).tolist() == [[2.0, 2.0, 7.0], [4.0, 3.0, 7.0]]
    assert p.vectorize(1, "sum")(2.0, [1.0, 2.0]).tolist() == [6.0, 5.0, 14.0]
    assert p.vectorize()(2.0, 3.0).tolist() == [6.0, 4.0, 7.0]
    with pytest.raises(TypeError, match="one number"):
        p.vectorize().value_and_grad(2.0, 3.0)


def test_a_result_that_all_examples_share():
    p = trace(lambda w, x: w * w, 2.0, 3.0)
    for reduction, times in (("mean", 1), ("sum", 3)):
        value, (w, x) = p.vectorize(1, reduction).value_and_grad(2.0, np.ones(3))
        assert (float(value), float(w), x.tolist()) == (4.0 * times, 4.0 * times, [0.0] * 3)


def test_slots_and_constants_are_told_apart():
    """Slot 2 is no 2.0, in sums, products and dots."""

    def f(xs, y):
        products = [x * y for x in xs] + [float(k) * y for k in range(4)]
        layer = [ag.dot(ws, [y, xs[0]]) for ws in (xs[:2], xs[2:], (0.0, 1.0), (2.0, 3.0))]
        return ag.sum([ag.tanh(a) for a in products + layer])

    xs = [0.3, -0.2, 0.7, 0.5]
    p = trace(f, xs, 0.4)
    for b, y in ((p.vectorize(), 0.4), (p.vectorize(1, "sum"), [0.4])):
        value, (gx, gy) = b.value_and_grad(xs, y)
        expected = p.value_and_grad(xs, 0.4)
        assert_close(value, expected[0])
        assert_close(gx, expected[1][0])
        assert_close(np.ravel(gy), [expected[1][1]])


def test_one_dot_with_several_biases():
    p = trace(
        lambda w, x, b: ag.sum([ag.exp(ag.dot(w, x, c)) for c in b]),
        [0.1, 0.2],
        [0.3, 0.4],
        [0.5, 0.6],
    )
    args = [0.1, 0.2], [0.3, 0.4], [0.5, 0.6]
    value, gradients = p.vectorize().value_and_grad(*args)
    expected = p.value_and_grad(*args)
    assert_close(value, expected[0])
    for g, e in zip(gradients, expected[1]):
        assert_close(g, e)


def test_nothing_to_compute():
    for f, expected in ((lambda w: 3.0, (3.0, 0.0)), (lambda w: w, (2.0, 1.0))):
        value, (w,) = trace(f, 2.0).vectorize().value_and_grad(2.0)
        assert (float(value), float(w)) == expected


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([0.5], XS, YS), r"w needs an array of shape \(2,\), but one of \(1,\)"),
        (([0.5, 0.1], XS[None], YS), r"x needs an array of shape \(n, ?\)"),
        (([0.5, 0.1], 1.0, YS), "x needs an array"),
        (([0.5, 0.1], XS, YS[:2]), r"differ in their number of examples: \[2, 3\]"),
    ],
)
def test_wrong_shapes(args, message):
    with pytest.raises(ValueError, match=message):
        LINE.vectorize((1, 2)).value_and_grad(*args)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.array([1.0, 2.0j, 0.0]), TypeError, "x needs plain real numbers, but complex128"),
        (["a", "b", "c"], TypeError, "x needs plain real numbers, but <U1"),
        ([None, 1.0, 2.0], TypeError, "x needs plain real numbers, but NoneType"),
        ([ag.Value(1.0), 1.0, 2.0], TypeError, r"but Value was given; take its \.data"),
        ([[1.0], 2.0, 3.0], ValueError, "x needs lists of equal lengths, or an array"),
        (np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]), TypeError, "x is a masked array"),
    ],
    ids=lambda x: None if isinstance(x, type) else repr(x)[:40],
)
def test_what_is_no_array_of_numbers(x, error, message):
    with pytest.raises(error, match=message):
        LINE.vectorize((1, 2)).value_and_grad([0.5, 0.1], x, YS)


def test_wrong_structures():
    w = [0.5, 0.1]
    for args in ((w, XS), (w, XS, YS, YS), (w, XS, {"y": 1.0}), (["a", "b"], XS, YS), (1j, XS, YS)):
        with pytest.raises(TypeError):
            LINE.vectorize((1, 2)).value_and_grad(*args)


def test_batched_names_an_argument():
    assert LINE.vectorize((-1, 1)).batched == (1, 2)
    assert LINE.vectorize(np.int64(1)).batched == (1,)
    with pytest.raises(ValueError, match="argument 3"):
        LINE.vectorize(3)
    for wrong in (1.0, "1", None, True, (0, 1.0)):
        with pytest.raises(TypeError, match=f"batched takes the place .* {re.escape(repr(wrong))}"):
            LINE.vectorize(wrong)


def test_equal_sums_stay_rows_of_their_own():
    p = trace(lambda x, y: ag.sum([x, y]) * (x + y), 1.0, 1.0)
    value, gradients = p.vectorize((0, 1)).value_and_grad(np.ones(2), np.full(2, 2.0))
    assert_close(value, 9.0)
    assert_close(gradients, [[3.0, 3.0], [3.0, 3.0]])
    assert_close(p.vectorize()(1.0, 2.0), 9.0)
    both = trace(lambda x, y: [x + y, ag.sum([x, y])], 1.0, 1.0).vectorize((0, 1), None)
    assert_close(both(np.ones(2), np.full(2, 2.0)), [[3.0, 3.0], [3.0, 3.0]])


def test_an_empty_dot_is_its_bias():
    p = trace(lambda x: ag.dot([], [], x) + x, 0.5)
    assert_close(p.vectorize().value_and_grad(0.5)[1], [2.0])


def test_a_named_tuple_of_unlike_parts():
    pair = namedtuple("pair", "w b")
    p = trace(lambda q: q.w[0] * q.b, pair([1.0, 2.0], 3.0))
    value, (gradient,) = p.vectorize().value_and_grad(pair([1.0, 2.0], 3.0))
    assert_close(value, 3.0)
    assert type(gradient) is pair
    assert_close(gradient.w, [3.0, 0.0])


def test_a_condition_that_constants_decide():
    def f(x, y):
        known = ag.where(True, 1.0, x) > 0.5  # no bool of Python while it is recorded
        both = known & (x > 0)
        return ag.where(both, x * y, y) + ag.where((y > 0) & (x > 1), x, y)

    p = trace(f, 1.0, 2.0)
    xs, ys = [2.0, -1.0, 0.5], [3.0, 1.0, -2.0]
    assert_close(p.vectorize((0, 1), None)(xs, ys), [p(x, y) for x, y in zip(xs, ys)])


def test_numbers_that_only_a_float_holds():
    value = LINE.vectorize((1, 2), "sum")([Fraction(1, 2), 0.1], [10**30, 1, 2], YS)
    assert_close(value, LINE.vectorize((1, 2), "sum")([0.5, 0.1], [1e30, 1.0, 2.0], YS))


def test_nothing_asked_nothing_given():
    assert trace(lambda x: [], 1.0).vectorize()(1.0) == []


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_of_numpy_is_an_array():
    p = trace(lambda w, x: ag.sum([ag.dot(row, x) for row in w]), [[0.1, 0.2]], [1.0, 2.0])
    w, x = [[0.5, -0.25]], np.array([1.0, 2.0])
    found = p.vectorize().value_and_grad(np.asmatrix(w), x)
    assert found[0] == 0.0
    assert type(found[1][0]) is np.ndarray
    assert found[1][0].tolist() == [[1.0, 2.0]]


# ---------------------------------------------------------------- meanings


def test_branch_not_taken_never_touches_the_gradient():
    def f(x):
        root = ag.sqrt(x)
        return ag.where(x > 0.0, root * ag.log(x), 2.0 * x) + ag.where(
            x < 1.0, x, ag.exp(1000.0 * x)
        )

    xs = [-1.0, 0.0, 0.25, 0.5]
    p = trace(f, 1.0)
    _, (g,) = p.vectorize(0, "sum").value_and_grad(xs)
    assert_close(g, [p.value_and_grad(x)[1][0] for x in xs])
    assert g[0] == g[1] == 3.0


@pytest.mark.parametrize("f", [ag.tanh, ag.sigmoid])
def test_tanh_and_sigmoid_keep_their_digits(f):
    b = trace(f, 0.5).vectorize()
    for x in (0.0, 1e-300, 1e-5, 0.0009765624, 0.0009765626, 0.5, 5.0, 20.0, 300.0, math.inf):
        for value in (x, -x):
            found, (slope,) = b.value_and_grad(value)
            expected = value_and_grad(f)(value)
            assert found == pytest.approx(expected[0], rel=3e-13, abs=0.0)
            assert slope == pytest.approx(expected[1], rel=3e-13, abs=0.0)


def test_one_matrix_product_a_layer():
    rng = np.random.default_rng(1)
    layers = random_layers(rng, [3, 4, 2])
    for operators in (False, True, "swapped"):
        p = trace(network(ag.tanh, operators), layers, [0.0] * 3, [0.0] * 2)
        groups = p.vectorize(batched=(1, 2)).grouping.groups
        assert [g.shape for g in groups if g.op == "dot"] == [(4, 1, 3), (2, 1, 4)]


def test_weights_in_one_long_argument_are_viewed():
    def f(w, x):
        units = [w[i : i + 3] for i in range(0, 12, 3)]
        return ag.sum([ag.tanh(ag.dot(unit, x, b)) for unit, b in zip(units, w[12:])])

    b = trace(f, [0.1] * 16, [1.0, 2.0, 3.0]).vectorize(batched=1)
    w = np.arange(16.0)
    schedule = Schedule(b.grouping, b.blocks, np, np.dtype(float))
    state = schedule.forward(schedule.constants, np.ones((5, 1)), [w, np.ones((5, 3))])
    product = schedule.steps[0]
    assert all(np.shares_memory(product.picks[i](state), w) for i in (0, 2))


def test_a_matrix_with_a_row_for_each_input_is_viewed_too():
    p = trace(
        lambda w, x: ag.sum([ag.tanh(ag.dot(column, x)) for column in zip(*w)]),
        [[0.1] * 2] * 3,
        [1.0, 2.0, 3.0],
    )
    b = p.vectorize(batched=1, reduction="sum")
    (product, *_) = b.grouping.groups
    assert (product.shape, product.by_inputs) == ((2, 1, 3), True)
    w, x = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([[1.0, -2.0, 0.5]])
    value, (gw, _) = b.value_and_grad(w, x)
    expected = p.value_and_grad(w.tolist(), x[0].tolist())
    assert_close(value, expected[0])
    assert_close(gw, expected[1][0])
    assert "W1 = w  " in str(b)


def test_a_scalar_graph_without_repetition():
    """Attention over a few positions, with sums of unequal lengths: levels, no batch."""

    def f(w, xs):
        total = 0.0
        for t in range(1, len(xs)):
            scores = [ag.exp(ag.dot(xs[t], [w[i] * x for x in xs[i]])) for i in range(t)]
            below = ag.sum(scores)
            total = total + ag.dot([s / below for s in scores], w[:t]) * xs[t][0]
        return total

    rng = np.random.default_rng(2)
    w, xs = rng.normal(size=6).tolist(), rng.normal(size=(6, 3)).tolist()
    p = trace(f, w, xs)
    value, gradients = p.vectorize().value_and_grad(w, xs)
    expected = p.value_and_grad(w, xs)
    assert_close(value, expected[0])
    assert_close(gradients[0], expected[1][0])
    assert_close(gradients[1], expected[1][1])


def test_pickled_it_is_the_same():
    b = LINE.vectorize((1, 2))
    copy = pickle.loads(pickle.dumps(b))
    assert repr(copy) == repr(b)
    assert copy([0.5, 0.1], XS, YS) == b([0.5, 0.1], XS, YS)


def test_arguments_are_left_alone():
    w, x, y = np.array([0.5, 0.1]), XS.copy(), YS.copy()
    _, gradients = LINE.vectorize((1, 2)).value_and_grad(w, x, y)
    for g in gradients:
        g += 1.0
    assert (w.tolist(), x.tolist(), y.tolist()) == ([0.5, 0.1], XS.tolist(), YS.tolist())


def test_a_branch_not_taken_stays_out_of_sums_and_dots():
    """Each row and each example has its own branch."""

    def f(x, y):
        kept = []
        for a in (x, y):
            parts = [ag.log(a), ag.sqrt(a), 1.0 / a]
            kept.append(ag.where(a > 0.0, ag.logsumexp(parts), a))
            kept.append(ag.where(a > 0.0, ag.sum(parts), 2.0 * a))
            kept.append(ag.where(a > 0.0, ag.dot(parts, [a, a * a, 3.0], ag.log(a)), a))
        return ag.sum(kept)

    p = trace(f, 1.0, 1.0)
    xs, ys = [2.0, -1.0, 0.5, 0.0], [-1.0, 3.0, 0.25, 1.5]
    _, gradients = p.vectorize((0, 1), "sum").value_and_grad(xs, ys)
    expected = [p.value_and_grad(x, y)[1] for x, y in zip(xs, ys)]
    assert np.isfinite(expected).all()
    for found, column in zip(gradients, zip(*expected)):
        assert_close(found, column)
    for x, y, g in zip(xs, ys, expected):
        assert_close(p.vectorize().value_and_grad(x, y)[1], g)


@pytest.mark.parametrize("f", [ag.tanh, ag.sigmoid, ag.cosh, ag.softplus, ag.silu, ag.gelu])
def test_saturated_units_take_the_way_of_all_others(f):
    """The same run on arrays answers, with as many calls, wherever the units are."""
    p = trace(lambda w, x: ag.sum([f(a * x) for a in w]), [1.0, 2.0], 1.0)
    b = VectorProgram(p, 1, "sum")
    for _ in range(2):
        b.value_and_grad([1.0, 2.0], [0.5, 0.25])
    (runs,) = b._known.values()
    run = runs.value_and_grad._functions[2]
    for w in ([711.0, -711.0], [1e4, 1e308]):
        _, (gradient, _) = b.value_and_grad(w, [1.0, -1.0])
        expected = [p.value_and_grad(w, x)[1][0] for x in (1.0, -1.0)]
        assert_close(gradient, np.sum(expected, axis=0))
        assert runs.value_and_grad._functions == {2: run}
        assert b._known == {("numpy", np.dtype(float)): runs}


def test_gradients_that_nobody_asks_for_are_not_computed():
    p = trace(lambda w, v, x: ag.tanh(ag.dot(w, x)) * v, [1.0, 2.0], 0.5, [1.0, 3.0])
    rng = np.random.default_rng(0)
    args = rng.normal(size=2), 0.25, rng.normal(size=(4, 2))
    value, (expected, *_) = VectorProgram(p, 2).value_and_grad(*args)

    def text(by):
        b = pickle.loads(pickle.dumps(VectorProgram(p, 2, by=by)))
        for _ in range(3):
            found, (gradient, *others) = b.value_and_grad(*args)
            assert found == value
            assert [x is None for x in others] == [by is not None] * 2
            np.testing.assert_array_equal(gradient, expected)
        (runs,) = b._known.values()
        return runs.value_and_grad._written[4][0]

    assert len(text((0,))) < len(text(None))


REFUSED_BY_PYTHON = {
    "x/0": lambda x: x / 0.0,
    "0/-0": lambda x: (x - x) / -0.0,
    "0**x": lambda x: 0.0**x,
    "taken": lambda x: ag.where(x > 0, x / 0.0, x),
    "not taken": lambda x: ag.where(x < 0, x / 0.0, x * 2.0),
}


@pytest.mark.parametrize("name", REFUSED_BY_PYTHON)
def test_constants_that_python_refuses_answer_as_ieee_does(name):
    p = trace(REFUSED_BY_PYTHON[name], 1.0)
    expected = p.value_and_grad(2.0)
    value, gradients = p.vectorize().value_and_grad(2.0)
    assert_close([value, *gradients], [expected[0], *expected[1]])
    value, (gradient,) = p.vectorize(0, "sum").value_and_grad(np.array([2.0, 2.0]))
    assert_close([value, *gradient], [2.0 * expected[0], *expected[1] * 2])


def test_a_sum_or_a_mean_of_one_number_is_that_number():
    def f(w, x):
        error = ag.mean([ag.sum([w * x])])
        error.label = "error"
        return ag.square(error)

    b = trace(f, 0.5, 2.0).vectorize(1)
    assert [(g.op, list(g.labels)) for g in b.grouping.groups] == [
        ("mul", ["error"]), ("square", [""])
    ]  # fmt: skip
    assert_close(b(0.5, [1.0, 2.0]), 0.625)
    constant = trace(lambda x: ag.sum([1.0]) / 1.0 + x, 0.5).vectorize()
    assert constant(2.0) == 3.0


def test_a_program_that_nobody_needs_is_freed_at_once():
    b = trace(line, [0.5, 0.1], 1.0, 2.0).vectorize((1, 2))
    b.value_and_grad([0.5, 0.1], XS, YS)
    freed = weakref.ref(b)
    gc.disable()
    try:
        del b
        assert freed() is None
    finally:
        gc.enable()


def test_an_argument_without_numbers():
    b = trace(lambda none, y: y * y, [], 1.0).vectorize(1, "sum")
    value, (nothing, gradient) = b.value_and_grad([], [1.0, 2.0])
    assert (value, nothing.tolist(), gradient.tolist()) == (5.0, [], [2.0, 4.0])
