"""What the commands have in common: numbers as they are printed, and outputs that are tried before the work."""

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from autograd.files import check_writable, ending
from nn.arguments import read_number
from nn.network import MLP
from nn.notations import NOTATIONS

Run: TypeAlias = Callable[[argparse.Namespace], int | None]
# of each option what it says of itself, and what argparse is told of it
Options: TypeAlias = dict[str, tuple[str, dict[str, Any]]]
# adds a command, given its name, what runs it, what it does, and its options; returns its parser
AddCommand: TypeAlias = Callable[[str, Run, str, Options], argparse.ArgumentParser]
NOTATION: Options = {
    "--notation": (f"in the letters of a book: {', '.join(NOTATIONS)}", {"choices": NOTATIONS, "metavar": "NAME"}),
}  # fmt: skip
LONGEST = 60  # letters of a word in a message


def own_example(arguments: argparse.Namespace) -> tuple[MLP, list[float], Any]:
    """Return the network of --weights with its example of --x and --y."""
    net = MLP.load(arguments.weights)
    if arguments.x is None or arguments.y is None:
        raise ValueError("give the example with --x and --y")
    return net, arguments.x, target(arguments.y)


def target(numbers: list[float]) -> Any:
    """Return a target as a loss takes it: one number alone."""
    return numbers[0] if len(numbers) == 1 else numbers


def number(text: str) -> float:
    """Return the number that a word spells; its minus may be the one that is printed (−)."""
    try:
        return read_number(_text(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{brief(text)} is not a number") from None


def whole(text: str) -> int:
    """Return the whole number that a word spells; its minus may be the one that is printed (−)."""
    try:
        return int(_text(text).replace("−", "-").replace("_", "?"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{brief(text)} is not a whole number") from None


def _text(word: str) -> str:
    # where the system is set to plain ASCII, the bytes of other letters come one by one
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def brief(word: str) -> str:
    """Return a word in quotes, shortened for a message."""
    return repr(word if len(word) <= LONGEST else f"{word[:LONGEST]}...")


def check_output(
    path: str | None, endings: Iterable[str] = (), what: str = "", size: int = 0
) -> None:
    """Raise what would stand in the way of writing a file, before any work; of None nothing is to be written.

    Args:
        path, size: where to, and how many bytes it may take.
        endings, what: those that the name may have, if not any, and what is written there: "a picture".
    """
    if path is not None:
        if endings and Path(path).suffix:  # a device has none
            ending(path, endings, what)
        check_writable(path, size)


def check_picture(path: str | None) -> None:
    """Raise what would stand in the way of saving a picture, before any work."""
    from autograd.pictures.drawing import WRITERS

    check_output(path, WRITERS, "a picture")


def where(path: str | os.PathLike[str]) -> str:
    """Return the whole path of a file that was written, for a message of one line."""
    name = os.fspath(Path(os.path.abspath(path)))
    return name if name.isprintable() else repr(name)
