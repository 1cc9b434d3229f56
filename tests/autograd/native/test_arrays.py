"""Machine code that runs on arrays: the numbers of the scalar engine, and of a VectorProgram."""

import functools
import gc
import math
import pickle
import platform
import random
import sys
import zlib
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from mpmath import mp, mpf

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

import autograd as ag
from autograd import trace
from autograd.native import engine
from autograd.native.arrays import machine, plan, program
from autograd.primitive import Primitive
from autograd.primitives import TABLE
from autograd.structure import leaves
from tests.autograd.matrices import rows
from tests.autograd.matrices.test_vectorize import (
    assert_close,
    check_expression,
    network,
    random_layers,
)
from tests.autograd.native.memory import bytes_left_by
from tests.oracle import EXACT, derivatives_of, is_normal, of_one_operand, samples, ulps
from tests.random_programs import OPERATIONS, function, steps

numbers = st.floats(-2.0, 2.0)
SEQUENCES = ("sum", "dot", "logsumexp")
ROWS = [row for row in TABLE.values() if row.name not in ("where", "clip", *SEQUENCES)]
EXTREMES = [0.0, 5e-324, 1e-310, 1.0, 2.5, 354.5, 710.0, 745.2, 1400.0, 1e308, math.inf]
EXTREMES = [*EXTREMES, *(-x for x in EXTREMES), math.nan]


# ---------------------------------------------------------------- rows


@functools.cache
def compiled(row):
    count = len(row.partials)
    p = trace(lambda *xs: row(*xs), *[0.5] * count)
    return p, p.vectorize(tuple(range(count)), "sum", compile=True)


def measured(row, points):
    """Return value and slopes at each point: of the scalar engine, and of the code."""
    p, b = compiled(row)
    _, slopes = b.value_and_grad(*np.array(points).T)
    for i, point in enumerate(points):
        value, _ = b.value_and_grad(*[np.array([x]) for x in point])
        found = float(value), [float(slope[i]) for slope in slopes]
        yield point, p.value_and_grad(*point), found


def same(found, expected, tolerance):
    """Tell whether a number is right to some units in the last place, and of the right kind in any case."""
    if math.isnan(expected) or math.isinf(expected) or not is_normal(expected):
        equal = found == expected or (math.isnan(found) and math.isnan(expected))
        return equal or abs(found - expected) <= 1e-307
    return abs(found - expected) <= tolerance * math.ulp(expected)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_over_its_whole_domain(row):
    chance, sides = random.Random(row.name), [samples(x, 20) for x in row.domain]
    points = [tuple(chance.choice(side) for side in sides) for _ in range(60)]
    points += [(x, *(chance.choice(EXTREMES) for _ in sides[1:])) for x in EXTREMES]
    crossing = (
        1.0 if row.name in ("silu", "gelu") else 0.0
    )  # whose slopes are differences near zero
    for point, (value, slopes), (found, found_slopes) in measured(row, points):
        assert same(found, value, 4), (point, found, value)
        for slope, found_slope in zip(slopes, found_slopes):
            near = abs(slope - found_slope) <= 1e-15 * crossing
            assert near or same(found_slope, slope, 6), (point, found_slope, slope)


@pytest.mark.usefixtures("in_haste")
@pytest.mark.parametrize("name", TABLE)
def test_rows_beside_shared_numbers_and_constants(name):
    x, y = rows.point(name)
    p = trace(rows.using(name), x, y)
    expected, slopes = p.value_and_grad(x, y)
    for batched in (0, 1):
        numbers = [np.full(3, v) if i == batched else np.array(v) for i, v in enumerate((x, y))]
        b = p.vectorize(batched, "sum", compile=True)
        assert b.engine(*numbers) == "machine code"
        value, gradients = b.value_and_grad(*numbers)
        assert_close(value, 3.0 * expected)
        for i, (found, slope) in enumerate(zip(gradients, slopes)):
            assert_close(found, [slope] * 3 if i == batched else 3.0 * slope)


def test_zeros_keep_their_signs():
    for name in ("expm1", "log1p", "tanh", "sinh", "asinh", "atan", "erf", "sin", "neg", "cbrt"):
        p, b = compiled(TABLE[name])
        for x in (0.0, -0.0):
            found = b._rows([np.array([x])], 1)[0, 0]
            assert math.copysign(1.0, found) == math.copysign(1.0, p(x)), name


SUMS = {
    "sum": lambda x: ag.sum(x),
    "mean": lambda x: ag.mean(x),
    "dot": lambda x: ag.dot(x, [2.0, x[1] + 1.0, 1.0]),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_of_negative_zeros_is_positive_as_the_scalar_engine_has_it(name):
    p, x = trace(SUMS[name], [1.0, 2.0, 3.0]), np.full((2, 3), -0.0)
    for found in (p.vectorize(0, None)(x)[0], p.vectorize()(x[0])):
        assert math.copysign(1.0, found) == math.copysign(1.0, p([-0.0] * 3)) == 1.0


# the rounding of x·x in their own rules, which far out weighs as much as the number is large
ROUGH = ("gaussian", "gelu", "erf", "erfc", "silu", "cbrt")


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", [row for row in ROWS if of_one_operand(row)], ids=lambda row: row.name
)
def test_the_units_in_the_last_place(row):
    points = [(x,) for x in samples(row.domain[0], 150)]
    for (x,), (value, (slope,)), (found, (found_slope,)) in measured(row, points):
        with mp.workprec(2400):
            exact = EXACT[row.name](mpf(x))
        if is_normal(exact):
            allowed = max(4.0, ulps(value, exact) + 1.0) if row.name in ROUGH else 4.0
            assert ulps(found, exact) <= allowed, (x, found)
        exact = derivatives_of(row, x, 1)[1] if is_normal(x) else 0.0
        if is_normal(exact):
            allowed = max(6.0, ulps(slope, exact) + 3.0) if row.name in ROUGH else 6.0
            assert ulps(found_slope, exact) <= allowed, (x, found_slope)


def test_a_row_of_the_users_own_compiles_without_another_line(monkeypatch):
    cube = Primitive("cube", "³", lambda x: x**3, (lambda x, out: 3.0 * x * x,), "3x²")
    gamma = Primitive(
        "gamma", "Γ", math.gamma, (lambda x, out: out * x,), "–"
    )  # not in C by that name
    for row in (cube, gamma):
        monkeypatch.setitem(TABLE, row.name, row)
        xs = np.array([0.5, -1.25, 2.0])
        p = trace(lambda x, row=row: ag.tanh(row(x)) * x, 0.5)
        expected = [p.value_and_grad(x) for x in xs.tolist()]
        assert [p.compile().value_and_grad(x) for x in xs.tolist()] == expected
        value, (slopes,) = p.vectorize(0, "sum", compile=True).value_and_grad(xs)
        assert_close(value, math.fsum(v for v, _ in expected))
        assert_close(slopes, [g for _, (g,) in expected])


# ---------------------------------------------------------------- programs


@pytest.fixture
def in_haste(monkeypatch):
    """Compile most programs without LLVM's care, as large ones are; it takes three times as long."""

    def code(text, level):
        return engine.Code(text, level if zlib.crc32(text.encode()) % 4 == 0 else 0)

    monkeypatch.setattr(machine, "Code", code)


@pytest.fixture(autouse=True)
def compile_all(monkeypatch):
    """What the helpers of other tests vectorise is compiled here."""
    original = ag.program.Program.vectorize

    def vectorize(self, batched=(), reduction="mean", compile=True):
        return original(self, batched, reduction, compile)

    monkeypatch.setattr(ag.program.Program, "vectorize", vectorize)


@settings(max_examples=6)
@given(
    steps(tuple(OPERATIONS), 6),
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3),
    numbers,
)
def test_random_expressions(steps, points, shared):
    check_expression(function(steps), points, shared, "sum")


# what makes a vector of a vector v, shared weights w, the example's x and its y
MOVES = {
    "layer": lambda v, w, x, y: [ag.dot(row[: len(v)], v[:3], 0.1) for row in w],
    "tanh": lambda v, w, x, y: [ag.tanh(a) for a in v],
    "turned": lambda v, w, x, y: [a * b for a, b in zip(v, v[::-1])],
    "beside": lambda v, w, x, y: [*v, *x],
    "every other": lambda v, w, x, y: [*v[::2], *v[::2], v[-1]],
    "softmax": lambda v, w, x, y: [ag.exp(a - ag.logsumexp(v)) for a in v],
    "centred": lambda v, w, x, y: [a - ag.sum(v) / len(v) for a in v],
    "products": lambda v, w, x, y: [0.2 * ag.dot(v, v[i:] + v[:i]) for i in range(3)],
    "one way": lambda v, w, x, y: [ag.where(y > 0.1, a, k * a**2) for k, a in enumerate(v)],
    "weights alone": lambda v, w, x, y: [a * ag.dot(w[0], w[1]) for a in v],
    "chosen": lambda v, w, x, y: [
        ag.where((a > 0.0) & (y > 0.1), ag.silu(a), a * w[0][i % 3]) for i, a in enumerate(v)
    ],
}


@pytest.mark.usefixtures("in_haste")
@settings(max_examples=12)
@given(st.lists(st.sampled_from([*MOVES]), min_size=2, max_size=5), st.sampled_from([1, 9, 65]))
def test_vectors_whose_numbers_are_moved_about(names, n):
    def f(w, x, y):
        v = list(x)
        for name in names:
            v = MOVES[name](v, w, x, y)
        return ag.sum([(a - y) ** 2 for a in v])

    rng = np.random.default_rng(n)
    w, xs, ys = rng.normal(size=(4, 3)), rng.normal(size=(n, 3)), rng.normal(size=n)
    p = trace(f, w.tolist(), xs[0].tolist(), ys[0])
    for batched, args in (((1, 2), (w, xs, ys)), ((), (w, xs[0], ys[0]))):
        b = p.vectorize(batched)
        assert b.engine(*args) == "machine code"
        value, gradients = b.value_and_grad(*args)
        right, expected = p.vectorize(batched, compile=False).value_and_grad(*args)
        assert b(*args) == pytest.approx(right, rel=1e-11)
        assert value == pytest.approx(right, rel=1e-11)
        for found, wanted in zip(gradients, expected):
            assert_close(found, wanted, 1e-10 * max(1.0, np.abs(wanted).max()))


@functools.cache
def two_layers(reduction):
    """Return a network of two layers as NumPy and as machine code, which is made once for any number of examples."""
    layers = random_layers(np.random.default_rng(0), [3, 9, 5, 2])
    p = trace(network(ag.tanh, False), layers, [0.0] * 3, [0.0] * 2)
    return [p.vectorize((1, 2), reduction, compile=choice) for choice in (False, True)]


@pytest.mark.parametrize("n", [1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000])
def test_any_number_of_examples(n):
    rng = np.random.default_rng(n)
    layers = [tuple(map(np.array, layer)) for layer in random_layers(rng, [3, 9, 5, 2])]
    xs, ys = rng.normal(size=(n, 3)), rng.normal(size=(n, 2))
    for reduction in ("mean", "sum"):
        plain, code = two_layers(reduction)
        value, gradients = code.value_and_grad(layers, xs, ys)
        expected = plain.value_and_grad(layers, xs, ys)
        scale = n if reduction == "sum" else 1.0
        assert_close(value / scale, expected[0] / scale)
        for found, wanted in zip(leaves(gradients), leaves(expected[1])):
            assert_close(found / scale, wanted / scale)


@pytest.mark.usefixtures("in_haste")
@pytest.mark.parametrize("n", [None, 3, 100])
@pytest.mark.parametrize("length", [7, 8, 9, 17, 64, 65, 100, 600])
def test_sums_of_any_length(length, n):
    rng = np.random.default_rng(length)
    ws, xs = rng.normal(size=length), rng.normal(size=(n or 1, length))

    def f(ws, xs):
        squares = [x * x for x in xs]
        mixed = ag.sum([*squares, *ws[: length // 2], 1.5])
        return ag.tanh(ag.dot(ws, xs, 0.5) / length) * mixed + ag.dot(squares, xs) / length

    p = trace(f, ws.tolist(), xs[0].tolist())
    args = (ws, xs) if n else (ws, xs[0])
    batched = 1 if n else ()
    found = p.vectorize(batched).value_and_grad(*args)
    expected = p.vectorize(batched, compile=False).value_and_grad(*args)
    assert_close(found[0], expected[0])
    for a, b in zip(found[1], expected[1]):
        assert_close(a, b, 1e-11)


@pytest.mark.usefixtures("in_haste")
@pytest.mark.parametrize("columns", [1, 2, 8, 11])
@pytest.mark.parametrize("units", [1, 3, 8, 17])
def test_products_that_all_examples_share(units, columns):
    rng = np.random.default_rng(units)
    w, xs, b = rng.normal(size=(units, 5)), rng.normal(size=(columns, 5)), rng.normal(size=units)

    def f(w, xs, b):
        cells = [ag.tanh(ag.dot(row, x, c)) for x in xs for row, c in zip(w, b)]
        return ag.sum([y * y for y in cells])

    p = trace(f, w.tolist(), xs.tolist(), b.tolist())
    value, gradients = p.vectorize().value_and_grad(w, xs, b)
    expected = p.value_and_grad(w.tolist(), xs.tolist(), b.tolist())
    assert_close(value, expected[0])
    for found, wanted in zip(gradients, expected[1]):
        assert_close(found, np.array(wanted))


def test_a_million_examples():
    p = trace(lambda w, x: (w[0] * x + w[1]) ** 2, [0.5, 0.1], 1.0)
    xs = np.linspace(-1.0, 1.0, 1_000_000)
    value, (w, x) = p.vectorize(1).value_and_grad(np.array([0.5, 0.25]), xs)
    e = 0.5 * xs + 0.25
    assert value == pytest.approx(np.mean(e * e), rel=1e-12)
    assert w == pytest.approx([2.0 * np.mean(e * xs), 2.0 * np.mean(e)], rel=1e-12)
    assert_close(1e6 * x, e)


def test_an_infinite_slope_in_the_last_block_stays_with_its_example():
    p = trace(lambda w, x: ag.sqrt(w * x), 1.0, 1.0)
    xs = np.ones(13)
    value, (w, x) = p.vectorize(1, "sum").value_and_grad(np.array(1.0), xs)
    assert (value, w) == (13.0, 6.5)
    xs[-1] = 0.0
    _, (w, x) = p.vectorize(1, "sum").value_and_grad(np.array(1.0), xs)
    assert math.isnan(w)
    assert x.tolist() == [0.5] * 12 + [math.inf]


FLAT = {
    "relu": ag.relu,
    "maximum": lambda x: ag.maximum(x, 0.5) - 0.5,
    "clip": lambda x: ag.clip(x, 0.5, 2.0) - 0.5,
}


@pytest.mark.parametrize("name", FLAT)
def test_where_an_operation_is_constant_nothing_flows_back_not_even_infinity(name):
    p = trace(lambda w, x: ag.sqrt(FLAT[name](w * x)) + w, -1.0, 1.0)
    for batched, n in (((), 1), (1, 1), (1, 9)):
        x = np.ones(n) if batched else np.array(1.0)
        value, (w, slopes) = p.vectorize(batched, "sum").value_and_grad(np.array(-1.0), x)
        assert (value, w) == (-n, n)
        assert not np.any(slopes)


def test_what_stands_in_arrays_of_several_shapes():
    """Which way is taken hangs on x alone: where two numbers go one way at once, a third does so later."""

    def f(x, w):
        a, b, c = (ag.where(x > 0.5, ag.sin(y), k) for k, y in enumerate(w))
        return a + b + ag.tanh(ag.where(x > 0.5, c, 2.0)) * ag.tanh(c)

    w = np.array([0.5, -1.0, 2.0])
    p = trace(f, 1.0, w.tolist())
    for x in (np.array(1.0), np.array([1.0, 0.0, 2.0])):
        args = x, w
        b = p.vectorize(0 if x.ndim else (), "sum")
        assert b.engine(*args) == "machine code"
        each = [p.value_and_grad(float(k), w.tolist()) for k in x.ravel()]
        value, (_, slopes) = b.value_and_grad(*args)
        assert_close(value, sum(value for value, _ in each))
        assert_close(slopes, np.sum([slopes for _, (_, slopes) in each], axis=0))


def test_arguments_without_numbers():
    p = trace(lambda w, e: w[0] * 2.0 + w[1], [0.5, 1.0], [])
    for batched, e in ((1, np.zeros((4, 0))), ((), np.zeros(0))):
        b = p.vectorize(batched, "mean")
        assert b.engine(np.ones(2), e) == "machine code"
        value, (w, nothing) = b.value_and_grad(np.ones(2), e)
        assert (value, w.tolist(), nothing.shape) == (3.0, [2.0, 1.0], e.shape)


def test_a_result_without_numbers():
    b = trace(lambda x: [], 1.0).vectorize()
    assert b(np.array(1.0)) == []
    assert "no number" in b.engine(np.array(1.0))


# ---------------------------------------------------------------- arguments


LINE = trace(lambda w, x, y: (w[0] * x + w[1] - y) ** 2, [0.5, 0.1], 1.0, 2.0)
W, X, Y = np.array([0.5, 0.1]), np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.0, 3.0])


def test_arrays_whose_numbers_lie_apart():
    b = LINE.vectorize((1, 2))
    expected = b.value_and_grad(W, X, Y)
    table = np.array([X, Y, X]).T
    read_only = W.copy()
    read_only.flags.writeable = False
    described = W.astype(np.dtype(float, metadata={"unit": "m"}))
    for args in (
        (W, table[:, 0], table[:, 1]),
        (read_only, X, Y),
        (W[::-1][::-1], [*X], [*Y]),
        (described, X, Y),
    ):
        value, gradients = b.value_and_grad(*args)
        assert value == expected[0]
        for found, wanted in zip(gradients, expected[1]):
            assert type(found) is np.ndarray
            assert found.tolist() == wanted.tolist()
        assert b(*args) == b(W, X, Y)


def test_it_says_what_runs_a_call():
    b = LINE.vectorize((1, 2))
    assert type(b.value_and_grad) is type(len)
    assert b.engine(W, X, Y) == "machine code"
    assert b.engine([0.5, 0.1], [1.0, 2.0], [1, 2]) == "machine code"
    single = [x.astype(np.float32) for x in (W, X, Y)]
    assert b.engine(*single).startswith("NumPy, not machine code, which computes in double")
    assert b.value_and_grad(*single)[1][0].dtype == np.float32
    xp = pytest.importorskip("array_api_strict")
    strict = [xp.asarray(x) for x in (W, X, Y)]
    assert b.engine(*strict).startswith("array_api_strict, not machine code")
    assert type(b.value_and_grad(*strict)[0]) is type(strict[0])


def test_what_the_code_cannot_do_runs_in_numpy(monkeypatch):
    pair = namedtuple("pair", "w b")
    b = trace(lambda q, x: q.w[0] * x + q.b, pair([1.0, 1.0], 2.0), 1.0).vectorize(1, "sum")
    args = pair(np.ones(2), np.array(1.0)), X
    assert "named tuples" in b.engine(*args)
    gradient = b.value_and_grad(*args)[1][0]
    assert (gradient.w.tolist(), gradient.b) == ([2.0, 0.0], 3.0)
    xs = np.linspace(0.0, 1.0, 65)
    p = trace(lambda xs: ag.logsumexp(xs), xs.tolist())
    reason = "not machine code: logsumexp of 65 numbers is longer than 64"
    assert p.vectorize().engine(xs).endswith(reason)
    assert p.vectorize()(xs) == pytest.approx(p(xs.tolist()))
    monkeypatch.setattr(machine, "_SIZES", machine._DATA)
    assert "another way" in LINE.vectorize((1, 2)).engine(W, X, Y)


# ---------------------------------------------------------------- processes and processors


def test_threads_run_at_once():
    rng = np.random.default_rng(0)
    b = LINE.vectorize((1, 2))
    batches = [(W * k, rng.normal(size=5000), rng.normal(size=5000)) for k in range(40)]
    expected = [b.value_and_grad(*args) for args in batches]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda args: b.value_and_grad(*args), batches * 5))
    for (value, (w, _, _)), (right, (right_w, _, _)) in zip(found, expected * 5):
        assert value == right
        assert w.tolist() == right_w.tolist()


BEFORE_THE_FORK = LINE.vectorize((1, 2), compile=True)


def run_after_the_fork():
    return BEFORE_THE_FORK.value_and_grad(W, X, Y)[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_runs_it():
    with get_context("fork").Pool(1) as pool:
        assert pool.apply(run_after_the_fork) == run_after_the_fork()


def test_pickled_it_is_compiled_anew():
    b = pickle.loads(pickle.dumps(LINE.vectorize((1, 2), "sum")))
    assert type(b) is program.CompiledVectorProgram
    assert b.engine(W, X, Y) == "machine code"
    assert b.value_and_grad(W, X, Y)[0] == LINE.vectorize((1, 2), "sum").value_and_grad(W, X, Y)[0]


def test_a_function_outlives_its_program():
    f = LINE.vectorize((1, 2)).value_and_grad
    expected, _ = f(W, X, Y)
    gc.collect()
    assert f(W, X, Y)[0] == expected
    assert f([*W], [*X], [*Y])[0] == expected  # what the code does not take as it is


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names features of x86")
@pytest.mark.parametrize("features", ["", "+avx", "+avx2,+fma"])
def test_a_plainer_processor_gives_the_same_numbers(features, monkeypatch):
    monkeypatch.setattr(engine, "target", lambda: ("x86-64", features))
    rng = np.random.default_rng(0)
    layers = random_layers(rng, [3, 9, 2])
    p = trace(network(ag.tanh, False), layers, [0.0] * 3, [0.0] * 2)
    xs, ys = rng.normal(size=(21, 3)), rng.normal(size=(21, 2))
    value, gradients = p.vectorize((1, 2)).value_and_grad(layers, xs, ys)
    right, expected = p.vectorize((1, 2), compile=False).value_and_grad(layers, xs, ys)
    assert_close(value, right)
    for found, wanted in zip(leaves(gradients), leaves(expected)):
        assert_close(found, wanted)
    for name in ("exp", "log", "tanh", "softplus", "sigmoid"):
        test_every_row_over_its_whole_domain(TABLE[name])


@pytest.mark.usefixtures("in_haste")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")
def test_builds_leave_nothing_behind():
    def build(k):
        p = trace(lambda w, x: ag.tanh(w * x) * (0.5 + k), 1.0, 2.0)
        p.vectorize(1).value_and_grad(np.array(1.0), X)

    assert bytes_left_by(build, 15) < 8_000  # a build that stays takes a hundred times as much


# ---------------------------------------------------------------- growth


def size_of_code(p, batched):
    texts = []

    class Recorded(engine.Code):
        def __init__(self, text, level):
            texts.append(text)
            super().__init__(text, level)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "Code", Recorded)
        p.vectorize(batched, compile=True)
    return len(texts[0])


def test_the_code_grows_with_the_groups_and_not_with_their_operations():
    sizes = []
    for width in (8, 16, 64):
        layers = random_layers(np.random.default_rng(0), [width, width, width])
        p = trace(network(ag.tanh, False), layers, [0.0] * width, [0.0] * width)
        sizes.append(size_of_code(p, (1, 2)))
    assert max(sizes) < 1.2 * min(sizes)
    assert plan.refusal(p.vectorize((1, 2)).grouping) == ""
