"""Ctrl-C, wherever it comes: parameters, optimiser and history tell of the same step."""

import os
import random
import signal
import sys
import threading

import pytest

from nn import MLP, SGD, fit
from nn.training.interrupts import Whole

RNG = random.Random(0)
XS = [[RNG.uniform(-1, 1)] for _ in range(6)]
YS = [RNG.uniform(-1, 1) for _ in range(6)]


class Watched(SGD):
    """Keeps what it made of the parameters at each step."""

    def __init__(self, start):
        super().__init__(0.1, momentum=0.9)
        self.course = [start]

    def move(self, data, grads, lr):
        new = super().move(data, grads, lr)
        self.course.append(new)
        return new


def run(stop=None):
    """Train, interrupted at one line of the code that runs; count the lines."""
    net, lines = MLP(1, [2, 1], rng=0), 0
    optimizer = Watched([p.data for p in net.parameters()])

    def trace(frame, event, argument):
        nonlocal lines
        if "/nn/" not in frame.f_code.co_filename and "/autograd/" not in frame.f_code.co_filename:
            return None  # what others do at any time, a callback of the collector say, loses what it raises
        lines += 1
        if lines == stop:
            os.kill(os.getpid(), signal.SIGINT)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        history = fit(net, XS, YS, optimizer=optimizer, epochs=2, batch_size=2)
    except KeyboardInterrupt:  # before the first step, or after the last
        history = None
    finally:
        sys.settrace(before)
    return net, optimizer, history, lines


def test_after_ctrl_c_all_tell_of_the_same_step():
    run()  # what is done but once
    *_, lines = run()
    seen = set()
    for stop in range(1, lines, max(1, lines // 200)):
        net, optimizer, history, passed = run(stop)
        assert [p.data for p in net.parameters()] == optimizer.course[-1]
        assert optimizer.steps == len(optimizer.course) - 1
        if history is not None:
            seen.add(history.steps)
            assert (history.stopped == "interrupted") == (passed >= stop)
            assert optimizer.steps == history.steps
            assert len(history) == -(-history.steps // 3), "an epoch that had begun counts"
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert seen == set(range(7))


def test_what_is_done_together_is_not_interrupted():
    done, caught = [], []
    together = Whole()

    def interrupted():
        with together:
            os.kill(os.getpid(), signal.SIGINT)
            done.append("first")
            done.append("second")

    together.begin()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done == ["first", "second"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "all is over"
    together.begin()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def own(number, frame):
        caught.append(len(done))

    signal.signal(signal.SIGINT, own)
    try:
        together.begin()
        interrupted()
        together.end()
        assert caught == [4], "a handler of somebody's own is called afterwards"
        assert signal.getsignal(signal.SIGINT) is own
        together.end()
        assert signal.getsignal(signal.SIGINT) is own, "there was nothing to give back"
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_who_gets_ctrl_c_is_changed_while_a_network_is_trained():
    caught = []

    def own(number, frame):
        caught.append(number)

    def callback(epoch):
        if epoch.index == 0:
            signal.signal(signal.SIGINT, own)
        if epoch.index == 1:
            os.kill(os.getpid(), signal.SIGINT)

    try:
        history = fit(MLP(1, [1], rng=0), XS, YS, epochs=3, callbacks=[callback])
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert (caught, len(history), history.stopped) == ([signal.SIGINT], 3, "")


@pytest.mark.parametrize(
    ("first", "stopped"),
    [(signal.default_int_handler, "interrupted"), (signal.SIG_IGN, ""), (lambda *_: None, "")],
)
def test_who_gets_ctrl_c_asks_who_got_it_before(first, stopped):
    caught = []

    def callback(epoch):
        if epoch.index < 2:
            older = signal.getsignal(signal.SIGINT)
            signal.signal(signal.SIGINT, lambda *given: caught.append(older) or older(*given))
        if epoch.index == 2:
            os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, first)
    try:
        history = fit(MLP(1, [1], rng=0), XS, YS, epochs=4, callbacks=[callback])
        assert (history.stopped, len(caught)) == (stopped, 2)
        assert len(history) == (3 if stopped else 4)
        own = signal.getsignal(signal.SIGINT)
        if not stopped:
            os.kill(os.getpid(), signal.SIGINT)
            assert len(caught) == 4
        assert signal.getsignal(signal.SIGINT) is own, "all is over"
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_training_in_a_thread():
    histories = []
    net = MLP(1, [1], rng=0)
    thread = threading.Thread(target=lambda: histories.append(fit(net, XS, YS, epochs=3)))
    thread.start()
    thread.join()
    assert len(histories[0]) == 3
