"""The command line: each command beside its own arguments."""

from nn.cli.entry import main

__all__ = ["main"]
