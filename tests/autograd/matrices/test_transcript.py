"""A run written out: the numbers of the run itself, whatever the number of examples."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import trace
from autograd.matrices.schedule import Schedule
from autograd.matrices.transcript import Transcribed, Transcript
from autograd.primitives import TABLE
from autograd.structure import leaves
from tests.autograd.matrices.rows import point, using
from tests.random_programs import function, steps


def both(b, *args):
    """Return what a VectorProgram gives, and what the schedule gives that it wrote out."""
    n = None if not b.batched else len(args[b.batched[0]])
    schedule = Schedule(b.grouping, b.blocks, np, np.dtype(float))
    arrays = [np.asarray(x, dtype=float) for x in leaves([*args])]
    ones = np.ones((n or 1, 1))
    with np.errstate(all="ignore"):
        total, *gradients = schedule.value_and_grad(n, schedule.constants, ones, ones.T, *arrays)
    for _ in range(2):  # it is written out when it is called again
        value, found = b.value_and_grad(*args)
    return (value, *leaves([*found])), (total, *(0.0 if g is None else g for g in gradients))


def written(run, array):
    """Return the function that a run of one array, without a batch, is written out as."""
    transcribed = Transcribed(run, lambda *args: pytest.fail("it was not written out"))
    transcribed._called = True  # as if it had been
    transcribed(None, array)
    return transcribed._functions[None]


@settings(max_examples=100, deadline=None)
@given(steps(max_size=15), st.sampled_from([1, 2, 3, 5, 8]), st.sampled_from([(0, 1), (1,), ()]))
def test_it_has_the_bits_of_the_run(program, n, batched):
    b = trace(function(program), 0.1, 0.2, 0.3).vectorize(batched, "sum")
    rng = np.random.default_rng(n)
    args = [rng.normal(size=n) if i in batched else rng.normal() for i in range(3)]
    for found, expected in zip(*both(b, *args)):
        np.testing.assert_array_equal(found, np.broadcast_to(expected, np.shape(found)))


@pytest.mark.parametrize("size", [2, 3, 5, 7, 11, 15])
def test_sizes_that_numbers_of_examples_may_have(size):
    """A size that equals the number of examples of the run that was written down, but stays."""

    def f(w, v, x):
        hidden = [ag.tanh(ag.dot(row, x)) for row in w]
        return ag.dot(v, hidden) * ag.sum(x) + ag.sum([ag.dot(row, v) for row in w])

    rng = np.random.default_rng(size)
    w, v = rng.normal(size=(size, size)), rng.normal(size=size)
    b = trace(f, w.tolist(), v.tolist(), v.tolist()).vectorize(2, "sum")
    for n in (1, 2, size, size + 1, 3 * size):
        for found, expected in zip(*both(b, w, v, rng.normal(size=(n, size)))):
            np.testing.assert_array_equal(found, expected)


def test_a_batch_of_one_does_not_speak_for_others():
    """Of one example a row and a column have the same shape, and nothing is added up."""
    b = trace(lambda w, v, x: ag.tanh(w * x) * v + w, 0.5, 0.25, 1.0).vectorize(2, "sum")
    rng = np.random.default_rng(0)
    for n in (1, 2, 1, 3, 4, 1):
        for found, expected in zip(*both(b, 0.5, 0.25, rng.normal(size=n))):
            np.testing.assert_array_equal(found, expected)


def test_one_number_of_examples_written_down_twice_does_not_speak_for_others():
    """Two threads may write it down at once, as here one while the other does."""
    waiting = [np.ones((2, 1))]

    def run(n, a):
        if type(a) is not np.ndarray and waiting:
            runs(1, waiting.pop())
        return [a @ np.ones((1, 1)) if a.shape[1] == 1 else a]

    runs = Transcribed(run, run)
    for n in (1, 1, 3):
        assert runs(n, np.ones((2, n)))[0].shape == (2, n)


@pytest.mark.parametrize("name", TABLE)
def test_every_row_is_written_out(name):
    x, y = point(name)
    p = trace(using(name), x, y)
    for batched in ((), (0,), (0, 1)):
        b = p.vectorize(batched, "sum")
        for n in (5, 5, 7):
            b.value_and_grad(*([v] * n if i in batched else v for i, v in enumerate((x, y))))
        (runs,) = b._known.values()
        run = runs.value_and_grad._always or runs.value_and_grad._functions[None]
        assert run.__code__.co_filename == "<vectorised program>"


@pytest.mark.parametrize(("batched", "given"), [((), 3.0), (0, np.ones(2))])
def test_results_are_of_the_same_types_before_and_after(batched, given):
    b = trace(lambda x: x * x, 1.0).vectorize(batched, "sum")
    for _ in range(3):
        value, (gradient,) = b.value_and_grad(np.asarray(given))
        assert (type(value), type(gradient)) == (np.float64, np.ndarray)


def test_no_two_results_share_memory():
    def f(w, v, x, y):
        return ag.sum([a + b + c - d for a, b, c, d in zip(w, v, x, y)])

    w, v = np.ones(3), np.ones(3)
    x, y = np.ones((2, 3)), np.ones((2, 3))
    b = trace(f, [1.0] * 3, [1.0] * 3, [1.0] * 3, [1.0] * 3).vectorize((2, 3), "sum")
    _, gradients = b.value_and_grad(w, v, x, y)
    arrays = [w, v, x, y, *gradients]
    assert not any(np.shares_memory(*pair) for pair in combinations(arrays, 2))
    assert all(g.flags.writeable for g in gradients)


def test_arguments_are_never_written_to():
    def f(w, x):
        penalty = (
            w[0][0] ** 2 + w[1][0] ** 2
        )  # of a column, whose numbers are the argument's own memory
        return (ag.dot([w[0][0], w[1][0]], x) - 1.0) ** 2 + 0.1 * penalty

    p = trace(f, [[0.5], [0.25]], [1.0, 2.0])
    b = p.vectorize(1)
    for n in (1, 4, 100_000):  # one chunk and several
        w, x = np.array([[0.5], [0.25]]), np.ones((n, 2))
        w.flags.writeable = x.flags.writeable = False
        expected = p.value_and_grad(w.tolist(), [1.0, 1.0])
        for _ in range(2):
            value, (gw, gx) = b.value_and_grad(w, x)
            np.testing.assert_allclose(value, expected[0], rtol=1e-12)
            np.testing.assert_allclose(gw, expected[1][0], rtol=1e-12)
            np.testing.assert_allclose(n * gx[0], expected[1][1], rtol=1e-12)


def test_results_are_the_callers_own_where_nothing_is_written_out_too():
    xp = pytest.importorskip("array_api_strict", reason="array_api_strict is not installed")
    b = trace(lambda x, y, z: (x + y) * z, 1.0, 2.0, 3.0).vectorize((0, 1), "sum")
    _, (gx, gy, _) = b.value_and_grad(xp.ones(3), xp.ones(3), xp.asarray(3.0))
    gx += 100.0
    assert bool(xp.all(gy == 3.0))
    shared = trace(lambda w, x: w * w, 0.5, 1.0).vectorize(1, None)(2.0, np.ones(3))
    shared += 1.0
    assert shared.tolist() == [5.0, 5.0, 5.0]


def test_a_run_that_depends_on_the_number_of_examples_is_written_out_for_a_few_of_them_alone():
    def frozen(n, a):
        return [a + 2.0 * np.ones(np.shape(getattr(a, "array", a)))]

    def fine(n, a):
        return [a * 2.0 + a.reshape((n,))]

    runs = {run: Transcribed(run, run) for run in (frozen, fine)}
    for n in (4, 7, 4, 2, 3, 9, 11, 12, 4):
        a = np.arange(float(n))
        for run, written in runs.items():
            np.testing.assert_array_equal(written(n, a)[0], run(n, a)[0])
    assert [*runs[frozen]._functions.values()].count(frozen) == 3
    assert runs[fine]._always.__code__.co_filename == "<vectorised program>"
    assert len(runs[fine]._functions) == 1


def test_a_run_that_is_too_long_is_not_written_out(monkeypatch):
    def run(n, a):
        return [np.exp(np.sin(a) + 1.0)]

    monkeypatch.setattr("autograd.matrices.transcript._LONGEST", 3)
    runs = Transcribed(run, run)
    for _ in range(3):
        assert runs(None, np.zeros(2))[0].tolist() == run(None, np.zeros(2))[0].tolist()
    assert runs._always is run


def test_what_shows_the_memory_of_another_is_never_written_into():
    transcript = Transcript(None)
    a = transcript.argument(np.ones((2, 1)))
    wide = np.broadcast_to(a, (2, 3))
    assert (wide.root, (wide + 1.0).root) == (a.root, "v2")
    assert (a.T.root, a.reshape((2,)).root, a[:1].root) == (a.root,) * 3
    assert a.dot(a.T).root not in (a.root, a.T.name)
    run = written(lambda n, a: [np.broadcast_to(a, (2, 3)) * 2.0, a], np.ones((2, 1)))
    given_ = np.ones((2, 1))
    product, copy = run(None, given_)
    assert (product.tolist(), given_.tolist()) == ([[2.0] * 3] * 2, [[1.0]] * 2)
    assert not np.shares_memory(copy, given_)


def test_numbers_are_told_apart_to_the_last_bit():
    def run(n, a):
        return [a * 0.1 + a * 0.10000000000000002 + a * -0.0 + a * 0.0]

    sums = written(run, np.zeros(1))
    found = sums(None, np.array([3.0]))
    np.testing.assert_array_equal(found, [np.array([3.0 * 0.1 + 3.0 * 0.10000000000000002])])
    names = [x for x in sums.__globals__ if x.startswith("k")]
    assert len(names) == 4


def test_what_nobody_needs_is_not_called():
    def run(n, a):
        np.exp(a)
        return [a + a, None]

    double = written(run, np.zeros(2))
    assert "exp" not in double.__code__.co_names
    assert double(None, np.ones(2))[1] is None


def test_an_array_that_has_its_shape_again_is_the_array_itself():
    array = Transcript(None).argument(np.zeros((2, 3)))
    assert array.reshape((6,)).reshape((3, 2)).reshape((2, 3)) is array
