"""What the commands have in common."""

import argparse
from collections.abc import Callable
from typing import Protocol, TypeAlias

Run: TypeAlias = Callable[[argparse.Namespace], int | None]


class AddCommand(Protocol):
    """Adds a command to the command line, given its name, what runs it and what it does."""

    def __call__(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """Return the parser of the command's own arguments."""
        ...
