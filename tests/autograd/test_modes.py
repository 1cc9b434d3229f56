"""Modes hold for what the function that entered them calls, and for nobody else; nothing stays on."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

import autograd as ag
from autograd import Value, detect_anomaly, modes, no_grad

MODES = [no_grad, detect_anomaly]


def is_on(mode):
    """Tell whether the mode is on for whoever asks."""
    if mode is no_grad:
        return not (Value(2.0) * 3.0).parents
    try:
        Value(0.0).log()
    except FloatingPointError:
        return True
    return False


def is_on_inside(mode):
    with mode():
        return is_on(mode)


@pytest.fixture(autouse=True)
def nothing_stays_on():
    yield
    assert not any(map(is_on, MODES))
    assert not modes.active


# ---------------------------------------------------------------- in and out


@pytest.mark.parametrize("mode", MODES)
def test_modes_nest_and_may_be_entered_again(mode):
    outer = mode()
    with outer:
        with outer:
            assert is_on(mode)
        assert is_on(mode)
    assert not is_on(mode)
    with outer:
        assert is_on(mode)


def test_the_innermost_decides_about_recording():
    with no_grad():
        with modes.recorded():
            assert not is_on(no_grad)
            with no_grad():
                assert is_on(no_grad)
        assert is_on(no_grad)
    with detect_anomaly(), no_grad():
        assert all(map(is_on, MODES))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kept", [True, False])
def test_an_exit_fetched_before_the_mode_is_entered(mode, kept):
    one = mode()
    leave = one.__exit__
    one.__enter__()
    assert is_on(mode)
    (leave if kept else one.__exit__)(None, None, None)
    assert not is_on(mode)
    assert not modes.active


@pytest.mark.parametrize("mode", MODES)
def test_an_exit_fetched_where_another_function_enters_the_mode(mode):
    class Own:
        def __init__(self):
            self.mode = mode()
            self.leave = self.mode.__exit__

        def __enter__(self):
            self.mode.__enter__()

        def __exit__(self, *exc_info):
            self.leave(*exc_info)

    own = [Own() for _ in range(3)]
    for one in own:
        with one:
            assert is_on(mode)
        assert not is_on(mode)


@pytest.mark.parametrize("mode", MODES)
def test_exits_out_of_order(mode):
    first, second = mode(), no_grad()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert is_on(mode) == (mode is no_grad)
    second.__exit__(None, None, None)
    assert not is_on(mode)
    second.__exit__(None, None, None)  # once more than it was entered


@pytest.mark.parametrize("mode", MODES)
def test_modes_entered_for_somebody_else(mode):
    @contextlib.contextmanager
    def through_a_generator():
        with mode():
            yield

    @contextlib.asynccontextmanager
    async def through_a_coroutine():
        with mode():
            yield

    class Context:
        def __enter__(self):
            self.mode = mode()
            self.mode.__enter__()

        def __exit__(self, *exc_info):
            self.mode.__exit__(*exc_info)

    async def user():
        async with through_a_coroutine():
            return is_on(mode)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mode())
        assert is_on(mode)
    assert not is_on(mode)
    with through_a_generator():
        assert is_on(mode)
    assert not is_on(mode)
    with Context():
        assert is_on(mode)
    assert asyncio.run(user())


@pytest.mark.parametrize("mode", MODES)
def test_a_context_of_unittest(mode):
    class Case(unittest.TestCase):
        def test(self) -> None:
            self.enterContext(mode())
            assert is_on(mode)

    result = Case("test").run()
    assert result.wasSuccessful(), result.failures
    assert not is_on(mode)
    assert not modes.active


def test_a_function_that_never_leaves_takes_its_mode_along():
    kept = []

    def forgetful():
        kept.append(no_grad())
        kept[0].__enter__()
        assert is_on(no_grad)

    forgetful()
    assert not is_on(no_grad)
    kept.clear()


# ---------------------------------------------------------------- decorators


@pytest.mark.parametrize("mode", MODES)
def test_decorated_functions_generators_and_coroutines(mode):
    @mode()
    def function(depth):
        return is_on(mode) and (depth == 0 or function(depth - 1))

    @mode()
    def generator():
        """Say so."""
        sent = yield is_on(mode)
        yield is_on(mode) and sent
        return is_on(mode)

    @mode()
    async def coroutine():
        await asyncio.sleep(0)
        return is_on(mode)

    assert function(3)
    running = generator()
    assert next(running)
    assert not is_on(mode)
    assert running.send(True)
    assert not is_on(mode)
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value
    assert asyncio.run(coroutine())
    assert (generator.__name__, generator.__doc__) == ("generator", "Say so.")


@pytest.mark.parametrize("mode", MODES)
def test_brackets_that_a_decorator_lacks_are_asked_for(mode):
    with pytest.raises(TypeError, match=rf"needs brackets: @{mode.__name__}\(\)"):
        mode(lambda: 1)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_decorated_is_said(mode):
    async def values():
        yield 1.0

    for given in (values, Value, 3.0):
        with pytest.raises(TypeError, match=rf"with {mode.__name__}\(\):"):
            mode()(given)


def test_one_decorated_function_in_two_threads():
    inside, may_leave = threading.Barrier(2), [threading.Event(), threading.Event()]

    @no_grad()
    def wait(i):
        inside.wait(5)
        may_leave[i].wait(5)
        return is_on(no_grad)

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(lambda i=i: (wait(i), is_on(no_grad))) for i in range(2)]
        may_leave[0].set()  # the first that entered leaves first
        assert results[0].result(5) == (True, False)
        may_leave[1].set()
        assert results[1].result(5) == (True, False)


# ---------------------------------------------------------------- flows of control


@pytest.mark.parametrize("mode", MODES)
def test_overlapping_tasks(mode):
    async def task(before, inside, log):
        await asyncio.sleep(before)
        with mode():
            log.append(is_on(mode))
            await asyncio.sleep(inside)
            log.append(is_on(mode))
        log.append(not is_on(mode))

    async def bystander(log):
        for _ in range(8):
            log.append(not is_on(mode))
            await asyncio.sleep(0.002)

    async def main(log):
        await asyncio.gather(task(0, 0.006, log), task(0.003, 0.009, log), bystander(log))

    log = []
    asyncio.run(main(log))
    assert len(log) == 14
    assert all(log)


@pytest.mark.parametrize("mode", MODES)
def test_two_suspended_generators(mode):
    def generator():
        with mode():
            while True:
                yield is_on(mode)

    def delegating():
        yield from generator()

    first, second = delegating(), delegating()
    assert next(first)
    assert next(second)
    assert not is_on(mode)
    with ThreadPoolExecutor(1) as pool:  # a generator may go on in another thread
        assert pool.submit(next, first).result()
    first.close()
    assert next(second)
    assert not is_on(mode)
    del second
    assert not is_on(mode)


@pytest.mark.parametrize("mode", MODES)
def test_threads_have_modes_of_their_own(mode):
    with ThreadPoolExecutor(1) as pool, mode():
        assert not pool.submit(is_on, mode).result()
        assert is_on(mode)


def test_a_mode_opened_while_another_thread_notes_that_there_is_only_one(monkeypatch):
    noting, may_note = threading.Event(), threading.Event()
    is_sole, here = modes._Entry.is_sole, threading.get_ident()

    def slowly(entry):
        answer = is_sole(entry)
        if answer and threading.get_ident() != here:
            noting.set()
            may_note.wait(10)
        return answer

    monkeypatch.setattr(modes._Entry, "is_sole", slowly)
    with ThreadPoolExecutor(1) as pool, no_grad():
        other = pool.submit(is_on_inside, no_grad)
        noting.wait(10)
        with modes.recording():
            may_note.set()
            assert other.result()
            assert not is_on(no_grad)


def test_greenlets_have_modes_of_their_own(monkeypatch):
    """They let any function wait, so the block lasts while its frame is not on the stack: as here."""
    monkeypatch.setitem(sys.modules, "greenlet", ModuleType("greenlet"))

    def wait_inside():
        mode = no_grad()
        leave = mode.__exit__
        mode.__enter__()
        assert is_on(no_grad)
        return leave

    leave = wait_inside()
    assert not is_on(no_grad)
    leave()


def test_worker_threads_inside_a_transform_and_a_trace():
    with ThreadPoolExecutor(1) as pool:

        def inner(x):
            return x * pool.submit(lambda: ag.grad(lambda y: x * y)(1.0)).result()

        assert ag.grad(inner)(4.0) == 8.0
        assert ag.trace(inner, 4.0)(5.0) == 25.0
        branch = lambda x: pool.submit(lambda: x if x > 0 else -x).result()  # noqa: E731
        with pytest.raises(TypeError, match=r"autograd\.where"):
            ag.trace(branch, 1.0)
        squared = lambda x: pool.submit(lambda: x * x.detach()).result()  # noqa: E731
        assert ag.trace(squared, 2.0).value_and_grad(3.0) == (9.0, (3.0,))
        # another thread's own comparisons are no business of the trace
        free = lambda x: x * pool.submit(lambda: 2.0 if Value(1.0) > 0 else 3.0).result()  # noqa: E731
        assert ag.trace(free, 1.0)(4.0) == 8.0


# ---------------------------------------------------------------- interrupts


def block(mode):
    x = Value(2.0)
    with mode():
        return x * x


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_error_at_any_instruction_leaves_nothing_on(mode, error):
    """Inject it before each instruction of the module, of the `with` and of what they call."""
    own = (modes.__file__, __file__)

    def run(place):
        count = 0

        def tracer(frame, event, arg):
            nonlocal count
            if frame.f_code.co_filename not in own or frame.f_code.co_name == "run":
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                count += 1
                if count == place:
                    raise error
            return tracer

        before = sys.gettrace()
        try:
            sys._getframe().f_trace_opcodes = True  # before, or Python 3.12 sends no such events
            sys.settrace(tracer)
            try:
                x = Value(2.0)
                with mode():
                    x * x
                block(mode)
            finally:
                sys.settrace(before)
        except error:
            assert not is_on(mode), "in the handler, where the traceback is still alive"
        assert not is_on(mode)
        return count

    total = run(0)
    assert total > 100
    for place in range(1, total + 1):
        run(place)


INTERRUPTED = """
import random, signal
from autograd import Value, detect_anomaly, modes, no_grad
from nn import MLP, fit

def interrupt(*args):
    raise KeyboardInterrupt

def loop(seconds):
    signal.setitimer(signal.ITIMER_REAL, seconds)
    while True:
        with no_grad(), detect_anomaly():
            pass

def train(seconds):
    signal.setitimer(signal.ITIMER_REAL, seconds)
    fit(net, [[0.5]], [1.0], epochs=1000, progress=False, metrics=metrics)
    signal.setitimer(signal.ITIMER_REAL, 0.0)

def is_clean():
    Value(0.0).log()  # detect_anomaly would raise
    return bool((Value(2.0) * 3.0).parents)

signal.signal(signal.SIGALRM, interrupt)
net, rng = MLP(1, [1], rng=0), random.Random(0)
metrics = {"error": lambda net, xs, ys: (net(xs[0]) - ys[0]).data}
for k in range(ROUNDS):
    try:
        train(rng.uniform(1e-5, 2e-3)) if k % 2 else loop(rng.uniform(1e-5, 5e-4))
    except KeyboardInterrupt:
        assert is_clean(), "in the handler, where the traceback is still alive"
    assert is_clean()
assert not modes.active
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that interrupts")
@pytest.mark.parametrize("rounds", [400, pytest.param(6000, marks=pytest.mark.slow)])
def test_a_tight_loop_and_fit_interrupted_again_and_again(rounds):
    """In a process of its own: what else runs here, in callbacks of the collector, would swallow interrupts."""
    code = INTERRUPTED.replace("ROUNDS", str(rounds))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
