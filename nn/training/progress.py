"""A progress bar where somebody watches: in a terminal or a notebook, and nowhere else."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def epochs_bar(epochs: int, wanted: bool) -> Any:
    """Return a tqdm bar over the epochs, or a silent one if it is not wanted or nobody watches."""
    notebook = wanted and _in_notebook()
    if not notebook and not (wanted and sys.stderr is not None and sys.stderr.isatty()):
        return _Silent(epochs)
    if notebook and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    return tqdm(range(epochs), unit="epoch", leave=True)


class _Silent:
    """What `fit` uses of a bar, without the bar."""

    def __init__(self, epochs: int) -> None:
        self._epochs = range(epochs)

    def __iter__(self) -> Iterator[int]:
        return iter(self._epochs)

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Have nothing to close."""
