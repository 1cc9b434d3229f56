"""What a thread may switch on: no_grad, detect_anomaly, and tracing for `trace`."""

import threading
from contextlib import AbstractContextManager, ContextDecorator, nullcontext

active = 0  # how many modes are on in all threads: the hot path looks no further while it is 0
_active_lock = threading.Lock()


class _Modes(threading.local):
    no_grad = False
    anomaly = False
    tracing = False
    transforms = 0  # how many grads, jacobians ... are running their functions


local = _Modes()


def _count(change: int) -> None:
    global active
    with _active_lock:
        active += change


class _Mode(ContextDecorator):
    """A context that sets one mode of this thread and restores it on every exit."""

    _name: str
    _setting = True

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        before = getattr(local, self._name)
        counted = False
        try:  # an interrupt may come between any two of these
            self._before.append(before)
            setattr(local, self._name, self._setting)
            _count(1)
            counted = True
        except BaseException:
            setattr(local, self._name, before)
            del self._before[-1:]
            if counted:
                _count(-1)
            raise

    def __exit__(self, *exc_info: object) -> None:
        setattr(local, self._name, self._before.pop())
        _count(-1)


class no_grad(_Mode):
    """Compute without recording: results have data, but no parents.

    Also a decorator. It holds for this thread only and is restored on every exit.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """

    _name = "no_grad"


class recording(_Mode):
    """Record although an outer `no_grad` is on: a transform needs the graph of its function."""

    _name = "no_grad"
    _setting = False


def recorded() -> AbstractContextManager[None]:
    """Return a context in which operations are recorded, at no cost where they are anyway."""
    return recording() if local.no_grad else nullcontext()


class detect_anomaly(_Mode):
    """Stop at the first operation that makes a nan or an inf out of finite operands.

    Inside, such an operation raises FloatingPointError, and so does a backward pass in which a
    gradient becomes nan. The message names the operation, its operands and their labels.

    >>> from autograd import Value
    >>> with detect_anomaly():
    ...     Value(0.0, label="x").log()
    Traceback (most recent call last):
    FloatingPointError: log made -inf out of finite operands: log(x = 0.0)
    """

    _name = "anomaly"


class tracing(_Mode):
    """Record comparisons as conditions, so that a replay can decide them anew."""

    _name = "tracing"
