"""Ctrl-C between steps, never within one."""

import signal
from types import TracebackType
from typing import Any, Self


class Whole:
    """A context in which Ctrl-C waits until its end: what belongs together is done together.

    The handler of Ctrl-C is set once, by `begin`, and set back by `end`; or for one context alone, where nobody has
    begun. In a thread other than the main one there is nothing to wait for: Ctrl-C does not reach it.
    """

    __slots__ = ("_before", "_waiting", "_within", "_begun")

    def __init__(self) -> None:
        self._before: Any = None  # what was not set by Python cannot be set again
        self._waiting = self._within = self._begun = False

    def begin(self) -> Self:
        """Take care of Ctrl-C."""
        self._begun = True
        before = signal.getsignal(signal.SIGINT)
        try:
            if before is not None:
                signal.signal(signal.SIGINT, self._interrupted)
                self._before = before
        except ValueError:  # another thread
            pass
        return self

    def end(self) -> None:
        """Leave Ctrl-C to what took care of it before."""
        self._begun = False
        if self._before is not None:
            before, self._before = self._before, None
            signal.signal(signal.SIGINT, before)

    def _interrupted(self, number: int, frame: Any) -> None:
        if self._within:
            self._waiting = True
        elif callable(self._before):
            self._before(number, frame)
        elif self._before == signal.SIG_DFL:
            self.end()
            signal.raise_signal(number)

    def __enter__(self) -> None:
        self._within, self._waiting = True, False
        if not self._begun:
            self.begin()
            self._begun = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._within = False
        if not self._begun:
            self.end()
        if self._waiting:
            signal.raise_signal(signal.SIGINT)
