"""Ctrl-C between steps, never within one."""

import signal
from types import TracebackType
from typing import Any


class Whole:
    """A context in which Ctrl-C waits until its end: what belongs together is done together.

    In a thread other than the main one there is nothing to wait for: Ctrl-C does not reach it.
    """

    __slots__ = ("_before", "_waiting")

    def __enter__(self) -> None:
        self._waiting = False
        self._before = signal.getsignal(signal.SIGINT)
        try:
            if self._before is not None:  # what was not set by Python cannot be set again
                signal.signal(signal.SIGINT, self._wait)
        except ValueError:
            self._before = None

    def _wait(self, number: int, frame: Any) -> None:
        self._waiting = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if self._waiting:
                signal.raise_signal(signal.SIGINT)
