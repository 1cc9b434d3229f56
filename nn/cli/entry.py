"""The command `backprop`: credit assignment from the command line."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from autograd import __version__
from nn.cli import credit, lessons, train
from nn.cli.options import Run


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and leave with status 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backprop",
        description="Who is to blame for the error? Without a command: the worked 3-2-1 network, its credit "
        "graph in credit.svg, the story step by step in steps.html, and a page to drag weights in: live.html.",
    )
    parser.set_defaults(run=credit.demonstrate)
    parser.add_argument("--version", action="version", version=f"scalar-autograd {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    credit.add_commands(command)
    train.add_commands(command)
    lessons.add_commands(command)
    return parser


def _is_negative_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return word.startswith("-")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command `backprop`.

    Args:
        argv: the words after the command's name; those of the process if not given.

    Returns:
        The exit status: 0; 1 if `check` finds a wrong answer; 2 after an error, said in one line on stderr.
    """
    words = sys.argv[1:] if argv is None else argv
    # argparse takes -1e-3 for an option unless it starts with a space
    words = [f" {word}" if _is_negative_number(word) else word for word in words]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # δ and ⇝ on any terminal
    try:
        arguments = _parser().parse_args(words)
        status: int = arguments.run(arguments) or 0
        sys.stdout.flush()
    except BrokenPipeError:  # the reader went away: head, less
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        ImportError,
        RuntimeError,
        ArithmeticError,
    ) as error:
        print(f"backprop: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return status


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{name}"
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    return " ".join(str(text).split())
