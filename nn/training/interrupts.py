"""Ctrl-C between steps, never within one."""

import signal
from contextlib import suppress
from typing import Any


class Whole:
    """A context in which Ctrl-C waits until its end: what belongs together is done together.

    It does so from `begin` on, until `end`; in between, Ctrl-C goes on to whoever was to get it before. In a thread
    other than the main one there is nothing to wait for: Ctrl-C does not reach it.
    """

    __slots__ = ("_before", "_within", "_waiting")

    def __init__(self) -> None:
        self._within = self._waiting = False

    def begin(self) -> None:
        """Let Ctrl-C come here first, if it does not yet."""
        before = signal.getsignal(signal.SIGINT)
        if before not in (None, self._receive):  # what was not set by Python cannot be set again
            self._before = before
            with suppress(ValueError):
                signal.signal(signal.SIGINT, self._receive)

    def end(self) -> None:
        """Let it come to whoever got it before, unless somebody else has asked for it since."""
        if signal.getsignal(signal.SIGINT) == self._receive:
            signal.signal(signal.SIGINT, self._before)

    def _receive(self, number: int, frame: Any) -> None:
        if self._within:
            self._waiting = True
            return
        self.end()
        signal.raise_signal(signal.SIGINT)
        self.begin()  # unless that raised, and what was begun is over

    def __enter__(self) -> None:
        self._within, self._waiting = True, False

    def __exit__(self, *exc_info: object) -> None:
        self._within = False
        if self._waiting:
            signal.raise_signal(signal.SIGINT)
