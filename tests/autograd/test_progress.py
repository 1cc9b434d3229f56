"""Bars: in a terminal, and nowhere else; those of what is mostly quick only when it is slow."""

import io
import sys

import pytest

from autograd import Value, edges, explain
from autograd.progress import bar


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
