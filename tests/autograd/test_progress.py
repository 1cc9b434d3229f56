"""Bars: in a terminal, and nowhere else; those of what is mostly quick only when it is slow."""

import io
import sys
import threading
import time

import pytest

from autograd import Value, draw, edges, explain, progress, trace
from autograd.progress import bar, patience
from nn import MLP, assign_credit, fit


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def watch(monkeypatch):
    def begin():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return begin


def test_who_watches_sees_a_bar(watch):
    terminal = watch()
    assert list(bar(range(3), "epoch")) == [0, 1, 2]
    assert "3/3 [" in terminal.getvalue()
    assert "epoch" in terminal.getvalue()
    before = terminal.getvalue()
    assert list(bar(range(3), "epoch", wanted=False)) == [0, 1, 2]
    assert terminal.getvalue() == before


def test_a_bar_in_passing_comes_late_and_goes(watch):
    terminal = watch()
    assert list(bar("abc", "node", passing=True)) == ["a", "b", "c"]
    assert terminal.getvalue() == "", "quick enough"
    shown = bar(range(10**9), "node", passing=True)
    shown.start_t -= 2.0  # it has taken two seconds
    shown.mininterval = 0.0
    seen = iter(shown)
    for _ in range(100):
        next(seen)
    assert "/1000000000 [" in terminal.getvalue()
    seen.close()
    assert terminal.getvalue().endswith(" \r"), "wiped away"


def test_what_has_a_bar_gives_the_same_in_a_terminal(watch):
    terminal = watch()
    x = Value(2.0, label="x")
    y = x * x + x
    watched = str(explain(y, x)), [str(edge) for edge in edges(y)]
    terminal.isatty = lambda: False
    assert watched == (str(explain(y, x)), [str(edge) for edge in edges(y)])
    assert terminal.getvalue() == ""


def test_a_bar_in_passing_that_is_left_early_shows_nothing_in_a_notebook(
    watch, monkeypatch, capsys
):
    terminal = watch()
    monkeypatch.setattr("autograd.progress._in_notebook", lambda: True)
    seen = iter(bar(range(10), "edge", passing=True))
    next(seen)
    seen.close()
    assert (terminal.getvalue(), capsys.readouterr().out) == ("", "")


def test_what_takes_long_is_told_and_wiped_away(watch, monkeypatch):
    terminal = watch()
    with patience("counting"):
        pass
    assert terminal.getvalue() == "", "quick enough"
    monkeypatch.setattr(progress, "_LATE", 0.0)
    with patience("counting"):
        for _ in range(10_000):
            if "counting, 00:00" in terminal.getvalue():
                break
            time.sleep(0.001)
    assert "counting, 00:00" in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r"), "wiped away"


def test_what_may_take_long_says_so(watch, monkeypatch):
    pytest.importorskip("numpy")
    told = []
    monkeypatch.setattr(progress, "_tell", lambda doing, over: told.append(doing))

    def f(x):
        y = x
        for _ in range(10):
            y = y * x
        return y

    def tells():
        w = Value(0.5, label="w")
        program = trace(f, 2.0)
        assert program.source.startswith("def value")
        assert program(2.0) == 2048.0
        assert program(2) == 2048.0
        assert program.vectorize(0).value_and_grad([1.0, 2.0])[0] == 1024.5
        draw(w * 2.0).svg()
        assign_credit(lambda x: (w * x[0]).tanh(), [1.0], 0.5, parameters=[w]).draw()
        fit(MLP(1, [1]), [[1.0]], [1.0], epochs=1, progress=False)
        found, told[:] = [*told], []
        return found

    assert tells() == [], "nobody watches"
    watch()
    assert tells() == [
        "tracing", "writing 10 operations", "compiling 10 operations", "replaying operations one by one",
        "grouping 10 operations", "scheduling 10 groups", "running 10 groups", "drawing", "drawing",
        "checking the examples",
    ]  # fmt: skip


class Gone(Terminal):
    def write(self, text):
        raise BrokenPipeError


@pytest.mark.parametrize("stream", ["none", "closed", "no file", "gone", "no threads"])
def test_nobody_need_be_there_to_be_told(stream, monkeypatch):
    closed = io.StringIO()
    closed.close()
    streams = {"none": None, "closed": closed, "no file": object(), "gone": Gone()}
    monkeypatch.setattr(progress, "_LATE", 0.0)
    monkeypatch.setattr(sys, "stderr", streams.get(stream, Terminal()))
    if stream == "no threads":

        def start(thread):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", start)
    with patience("counting"):
        time.sleep(0.05)
    assert trace(lambda x: x * x, 3.0)(2.0) == 4.0
