"""A progress bar where somebody watches: in a terminal or a notebook, and nowhere else."""

import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any, Generic, TypeVar

T = TypeVar("T")


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


def bar(items: Iterable[T], unit: str, wanted: bool = True, passing: bool = False) -> Bar[T]:
    """Return a tqdm bar over items, or a silent one if it is not wanted or nobody watches.

    A passing one comes only when a second has passed, and goes when all is done.
    """
    notebook = wanted and _in_notebook()
    if not notebook and not (wanted and sys.stderr is not None and sys.stderr.isatty()):
        return Bar(items)
    # a notebook's own bar shows itself when it is left early, however soon that is
    if notebook and not passing and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    shown: Any = tqdm(items, unit=unit, leave=not passing, delay=float(passing))
    found: Bar[T] = shown
    return found
