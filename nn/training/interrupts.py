"""Ctrl-C between steps, never within one."""

import signal
from contextlib import suppress
from typing import Any


class Whole:
    """A context in which Ctrl-C waits until its end: what belongs together is done together.

    It does so from `begin` on, until `end`; in between, Ctrl-C goes on to whoever was to get it before. In a thread
    other than the main one there is nothing to wait for: Ctrl-C does not reach it.
    """

    __slots__ = ("_before", "_receive", "_within", "_waiting")

    def __init__(self) -> None:
        self._before: Any = None
        self._receive: Any = None
        self._within = self._waiting = False

    def begin(self) -> None:
        """Let Ctrl-C come here first, if it does not yet."""
        before = signal.getsignal(signal.SIGINT)
        if before in (None, self._receive):  # what was not set by Python cannot be set again
            return

        def receive(number: int, frame: Any) -> None:
            if self._within:
                self._waiting = True
                return
            ended = self.end()
            if callable(before):  # called itself: who gets it now may be somebody who calls us
                before(number, frame)
            elif before == signal.SIG_DFL:
                signal.signal(signal.SIGINT, before)
                signal.raise_signal(signal.SIGINT)
            if ended:
                self.begin()  # unless that raised, and what was begun is over

        self._before, self._receive = before, receive
        with suppress(ValueError):
            signal.signal(signal.SIGINT, receive)

    def end(self) -> bool:
        """Let it come to whoever got it before, unless somebody else has asked for it since; tell whether it does."""
        mine = signal.getsignal(signal.SIGINT) is self._receive
        if mine:
            signal.signal(signal.SIGINT, self._before)
        return mine

    def __enter__(self) -> None:
        self._within, self._waiting = True, False

    def __exit__(self, *exc_info: object) -> None:
        self._within = False
        if self._waiting:
            signal.raise_signal(signal.SIGINT)
