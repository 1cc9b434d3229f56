"""Compiled programs: the bits of the Python ones, which take what machine code does not."""

import gc
import math
import pickle
import platform
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from struct import pack

import pytest

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

import autograd as ag
from autograd import trace
from autograd.native import engine, program
from autograd.primitives import TABLE
from autograd.structure import leaves
from tests.autograd.native.memory import bytes_left_by
from tests.oracle import samples


def bits(tree):
    return [pack("d", x) if x == x else "nan" for x in leaves(tree)]


def wave(w, x):
    a = ag.dot(w, x, 0.5)
    return ag.tanh(a) * ag.exp(-a * a) + ag.hypot(a, w[0])


ARGS = [0.3, -0.2], [1.5, 0.7]
EXTREMES = [0.0, -0.0, 5e-324, 1.0, -1.0, 710.0, -745.5, 1e308, math.inf, -math.inf, math.nan]
OF_NUMBERS = [row for row in TABLE.values() if row.name not in ("where", "sum", "dot", "logsumexp")]


@pytest.mark.parametrize("row", OF_NUMBERS, ids=lambda row: row.name)
def test_every_row_has_the_bits_of_python(row):
    count = len(row.partials)
    bounds = (-1.0, 1.5) if row.name == "clip" else ()
    p = trace(lambda *xs: row(*xs, *bounds), *[0.5] * count)
    c = p.compile()
    points = [*EXTREMES, *samples(row.domain[0])]
    for i, x in enumerate(points):
        xs = [x, points[(3 * i + 1) % len(points)]][:count]
        assert bits(c.value_and_grad(*xs)) == bits(p.value_and_grad(*xs)), xs
        assert bits(c(*xs)) == bits(p(*xs)), xs


@pytest.mark.parametrize("part", [1, 7, 100])
def test_cut_into_parts_it_is_the_same(part, monkeypatch):
    def f(x, y):
        chosen = ag.where((x > 0.0) & (y < 1.0), x * y, ag.sin(x))
        return ag.where(x > 0.0, chosen * chosen, chosen) + ag.relu(chosen)

    p = trace(f, 0.5, 0.25)
    monkeypatch.setattr(program, "_PART", part)
    c = p.compile()
    for point in [(0.5, 0.25), (-0.5, 0.25), (0.5, 2.0)] * 2:
        assert bits(c.value_and_grad(*point)) == bits(p.value_and_grad(*point))


def test_thousands_of_operations():
    def f(x, y):
        for _ in range(1500):
            x, y = x + 0.5 * y, ag.sin(x)
        return x * y

    p = trace(f, 0.5, 0.25)
    assert bits(p.compile().value_and_grad(0.1, 0.2)) == bits(p.value_and_grad(0.1, 0.2))


def test_it_says_what_runs_it(monkeypatch):
    p = trace(wave, *ARGS)
    assert (p.engine, p.compile().engine) == ("Python", "machine code")
    monkeypatch.setattr(program, "LONGEST", 3)
    assert p.compile().engine == "Python, not machine code: 8 operations are more than 3"
    assert p.compile().value_and_grad(*ARGS) == p.value_and_grad(*ARGS)


def test_a_structure_of_the_users_own_runs_as_python():
    pair = namedtuple("pair", "w b")
    c = trace(lambda q: q.w * q.b, pair(1.0, 2.0)).compile()
    assert "named tuple" in c.engine
    assert c.value_and_grad(pair(2.0, 3.0)) == (6.0, (pair(3.0, 2.0),))


def test_what_is_not_made_of_floats_goes_through_python():
    p = trace(wave, *ARGS)
    c = p.compile()
    assert c.value_and_grad([0, 1], [1, True]) == p.value_and_grad([0.0, 1.0], [1.0, 1.0])
    for wrong in (([0.1], [0.1, 0.2]), ([0.1, 0.2],), ((0.1, 0.2), [0.1, 0.2]), ({}, [0.1, 0.2])):
        with pytest.raises(TypeError, match="traced for arguments"):
            c.value_and_grad(*wrong)


def test_a_function_outlives_its_program():
    f = trace(wave, *ARGS).compile().value_and_grad
    expected = f(*ARGS)
    gc.collect()
    assert f(*ARGS) == expected


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads memory from /proc")
def test_builds_leave_nothing_behind():
    def build(k):
        c = trace(lambda x, y: ag.tanh(x * float(k)) * y + 0.1 * k, 1.0, 2.0).compile()
        assert c.value_and_grad(1.0, 2.0)[0] == math.tanh(float(k)) * 2.0 + 0.1 * k

    assert bytes_left_by(build, 20) < 4_000  # a build that stays takes a hundred times as much


def test_threads_share_a_program():
    p = trace(wave, *ARGS)
    c = p.compile()
    points = [([0.1 * k, -0.2], [1.5, 0.01 * k]) for k in range(200)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda args: c.value_and_grad(*args), points))
        builds = list(pool.map(lambda _: trace(wave, *ARGS).compile()(*ARGS), range(8)))
    assert found == [p.value_and_grad(*args) for args in points]
    assert {*builds} == {p(*ARGS)}


BEFORE_THE_FORK = trace(wave, *ARGS).compile()


def run_after_the_fork():
    return BEFORE_THE_FORK.value_and_grad(*ARGS)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_runs_it():
    with get_context("fork").Pool(1) as pool:
        assert pool.apply(run_after_the_fork) == BEFORE_THE_FORK.value_and_grad(*ARGS)


def test_pickled_it_is_compiled_anew():
    c = pickle.loads(pickle.dumps(trace(wave, *ARGS).compile()))
    assert c.engine == "machine code"
    assert type(c.value_and_grad) is type(len)
    assert c.value_and_grad(*ARGS) == trace(wave, *ARGS).value_and_grad(*ARGS)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names features of x86")
@pytest.mark.parametrize("features", ["-fma,-avx512f", "-fma,-avx2,-avx,-avx512f"])
def test_a_plainer_processor_gives_the_same_bits(features, monkeypatch):
    p = trace(wave, *ARGS)
    monkeypatch.setattr(engine, "target", lambda: ("x86-64", features))
    assert bits(p.compile().value_and_grad(*ARGS)) == bits(p.value_and_grad(*ARGS))


@pytest.mark.parametrize("call", ["compile()", "vectorize(compile=True)"])
def test_without_llvmlite_the_extra_is_named(call):
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from autograd import trace\n"
        f"trace(lambda x: x * x, 1.0).{call}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError" in done.stderr
    assert "pip install llvmlite, or pip install 'scalar-autograd[native]'" in done.stderr


def test_nothing_is_loaded_before_it_is_asked_for():
    code = (
        "import sys, autograd\n"
        "autograd.trace(lambda x: x * x, 1.0).value_and_grad(2.0)\n"
        "assert not {'llvmlite', 'autograd.native'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
