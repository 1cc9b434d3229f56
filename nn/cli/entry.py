"""The command `backprop`: credit assignment from the command line."""

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn, TextIO

from autograd import __version__
from nn.arguments import read_number
from nn.cli import credit, lessons, predict, train, worksheets
from nn.cli.options import Options, Run

LONGEST = 1000  # letters of a message
ERRORS = (OSError, ValueError, TypeError, LookupError, AttributeError, ImportError, RuntimeError,
          ArithmeticError, MemoryError, Warning)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and leave with status 2."""
        raise SystemExit(_fail(f"{message} (see {self.prog} --help)", self.prog))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backprop",
        description="Who is to blame for the error? Without a command: the worked 3-2-1 network, its credit "
        "graph in credit.svg, the story step by step in steps.html, and a page to drag weights in: live.html.",
    )
    parser.set_defaults(run=credit.demonstrate, asked=parser)
    parser.add_argument("--version", action="version", version=f"scalar-autograd {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: Run, text: str, options: Options) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run, asked=sub)
        for option, (said, settings) in options.items():
            sub.add_argument(option, help=said, **settings)
        return sub

    for room in (credit, train, predict, lessons, worksheets):
        room.add_commands(command)
    return parser


def _is_negative_number(word: str) -> bool:
    try:
        read_number(word)
    except ValueError:
        return False
    return word.startswith("-")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command `backprop`.

    Args:
        argv: the words after the command's name; those of the process if not given.

    Returns:
        The exit status: 0; 1 if `check` finds a wrong answer; 2 after an error, said in one line on stderr; 130
        after Ctrl-C.
    """
    words = sys.argv[1:] if argv is None else argv
    # argparse takes -1e-3 for an option unless it starts with a space
    words = [f" {word}" if _is_negative_number(word) else word for word in words]
    if sys.stdout is None:
        return _fail("there is no standard output to write to: it is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # δ and ⇝ on any terminal
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = _note
        try:
            status = _run(words)
        except BrokenPipeError:  # the reader went away: head, less
            _silence(sys.stdout)
            status = 0
        except KeyboardInterrupt as interrupt:
            status = _fail(str(interrupt) or "interrupted", status=130)
        except ERRORS as error:
            status = _fail(_text(error))
    return status


def _run(words: Sequence[str]) -> int:
    try:
        arguments, unknown = _parser().parse_known_args(words)
        if unknown:  # argparse would send a reader to the help of all commands
            arguments.asked.error(f"unrecognized arguments: {' '.join(unknown)}")
        return arguments.run(arguments) or 0
    finally:
        # what is still to be written may meet a full disk, or a reader who went away
        sys.stdout.flush()


def _fail(message: str, program: str = "backprop", status: int = 2) -> int:
    """Say what went wrong in one line on stderr, if there is one, and return the exit status."""
    _silence(sys.stdout)
    _say(f"{program}: {'error: ' * (status == 2)}{message}")
    return status


def _note(message: Warning | str, category: Any, *where: Any, **more: Any) -> None:
    """Show a warning as a note of one line."""
    _say(f"backprop: note: {message}")


def _say(line: str) -> None:
    line = " ".join(line.split())
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    if len(line) > LONGEST:
        line = f"{line[:LONGEST]}..."
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"{line}\n")
        _silence(sys.stderr)


def _silence(stream: TextIO | None) -> None:
    """Let a stream be closed in peace at the end, even if what it still holds cannot be written."""
    if stream is not None:
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename!r}" if error.filename else ""
        return f"{error.strerror}{name}"
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])
    return str(error) or type(error).__name__
