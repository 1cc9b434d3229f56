"""Modes of a thread: on inside, restored on every way out, be it an interrupt on the way in."""

import pytest

from autograd import Value, detect_anomaly, modes, no_grad


@pytest.mark.parametrize("mode", [no_grad, detect_anomaly])
def test_an_interrupt_on_the_way_in_leaves_nothing_behind(monkeypatch, mode):
    count = modes._count

    def interrupted(change):
        count(change)
        if change > 0:
            count(-change)  # as if it had come before the count
            raise KeyboardInterrupt

    monkeypatch.setattr(modes, "_count", interrupted)
    context = mode()
    with pytest.raises(KeyboardInterrupt), context:
        raise AssertionError("not reached")
    monkeypatch.undo()
    assert modes.active == 0
    assert not modes.local.no_grad
    assert not modes.local.anomaly
    with context:  # and the context is as new
        assert modes.active == 1
    assert modes.active == 0
    assert (Value(2.0) * 3.0).parents


def test_modes_nest_and_may_be_entered_again():
    outer = no_grad()
    with outer, outer:
        assert not (Value(2.0) * 3.0).parents
    assert (Value(2.0) * 3.0).parents
