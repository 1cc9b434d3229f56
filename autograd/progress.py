"""Progress where somebody watches: in a terminal or a notebook, and nowhere else."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from threading import Event, Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_LATE = 1.0  # seconds that nobody minds


class Bar(Generic[T]):
    """What is used of a bar, without the bar."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        """Show a text behind the bar."""

    def close(self) -> None:
        """Leave the bar as it is."""


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _watched() -> bool:
    with suppress(AttributeError, ValueError):  # None, or no whole file, or closed
        return _in_notebook() or bool(sys.stderr.isatty())
    return False


def bar(items: Iterable[T], unit: str, wanted: bool = True, passing: bool = False) -> Bar[T]:
    """Return a tqdm bar over items, or a silent one if it is not wanted or nobody watches.

    A passing one comes only when a second has passed, and goes when all is done.
    """
    if not wanted or not _watched():
        return Bar(items)
    # a notebook's own bar shows itself when it is left early, however soon that is
    if not passing and _in_notebook() and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    shown: Any = tqdm(items, unit=unit, leave=not passing, delay=_LATE * passing)
    found: Bar[T] = shown
    return found


@contextmanager
def patience(doing: str) -> Iterator[None]:
    """Show what is being done, and for how long already, from a second on until the end of the block.

    Args:
        doing: what that is.
    """
    if not _watched():
        yield
        return
    over = Event()
    clock = Thread(target=_tell, args=(doing, over), daemon=True)
    try:
        with suppress(RuntimeError):  # a browser has no threads, nor has a process that ends
            clock.start()
        yield
    finally:
        over.set()
        if clock.is_alive():
            clock.join(1.0)  # a terminal that stands still stops nothing else


def _tell(doing: str, over: Event) -> None:
    with suppress(Exception):  # the terminal may go away meanwhile
        if over.wait(_LATE):
            return
        from tqdm import tqdm

        shown = tqdm(desc=doing, leave=False, bar_format="{desc}, {elapsed}", delay=1.0)
        shown.delay = 0.0  # so far it only kept the beginning silent
        try:
            on = True
            while on:
                with tqdm.get_lock():  # which a refresh that fails keeps if it took it itself
                    shown.refresh(nolock=True)
                on = not over.wait(_LATE)
        except BaseException:
            shown.disable = True  # nothing to wipe away
            raise
        shown.close()
