"""`python -m autograd`: a prompt with the names loaded; `doctor` and `table` beside it."""

import argparse
import code
import contextlib
import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import autograd
from autograd import doctor
from autograd.primitive import REALS, Interval, Primitive
from autograd.primitives import TABLE

BANNER = f"""scalar-autograd {autograd.__version__}: all of autograd and nn is here (Value, grad, tree, MLP, fit, ...), functions as ag.tanh
try  x = Value(2.0, label="x"); y = x * ag.tanh(x); y.backward(); print(tree(y))"""


def names() -> dict[str, Any]:
    """Return the names that the prompt starts with."""
    loaded = {name: getattr(autograd, name) for name in autograd.__all__ if name[0] != "_"}
    loaded |= {"ag": autograd, "autograd": autograd}
    if find_spec("nn"):  # it builds on this package, which does without it
        import nn

        loaded |= {"nn": nn, **{name: getattr(nn, name) for name in dir(nn)}}
    return loaded


def prompt() -> None:
    """Open a prompt: IPython's if it is installed, else Python's own, in which Tab completes, too."""
    shell: Any = None
    if find_spec("IPython"):
        with contextlib.suppress(ImportError):
            shell = importlib.import_module("IPython")
    # from here on no exception is being handled: Python would show it above each of the user's own
    if shell is not None:
        print(BANNER)
        shell.start_ipython(argv=["--no-banner"], user_ns=names())
        return
    local = names()
    _complete(local)
    code.interact(banner=BANNER, local=local, exitmsg="")


def _complete(local: dict[str, Any]) -> None:
    """Let Tab complete what is in the prompt, where lines are read by GNU readline or libedit."""
    try:
        import readline
        import rlcompleter
    except ImportError:  # Windows has none
        return
    readline.set_completer(rlcompleter.Completer(local).complete)
    libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")


HEADINGS = ("operation", "symbol", "derivative by each operand", "domain", "convention at kinks")


def operations() -> str:
    """Return the table of operations in Markdown, one line per row of `primitives.TABLE`."""
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line(_cells(row)) for row in TABLE.values()]
    return "\n".join(lines)


def _cells(row: Primitive) -> tuple[str, ...]:
    names = [f"`{name}`" for name in (row.name, *row.aliases)]
    domains = dict.fromkeys(map(_interval, row.domain))  # each once
    return ", ".join(names), row.symbol, row.derivative, ", ".join(domains), row.kink


def _interval(interval: Interval) -> str:
    if interval == REALS:
        return "ℝ"
    low, high = (f"{end:g}".replace("-", "−").replace("inf", "∞") for end in interval)
    return f"({low}, {high})"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after `python -m autograd`; those of this process if not given.

    Returns:
        The exit status: 1 if the doctor found a clash of packages, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m autograd", description=__doc__)
    parser.add_argument(
        "command",
        nargs="?",
        choices=("prompt", "doctor", "table"),
        default="prompt",
        help="prompt: Python with the names loaded; doctor: what is installed, and what is in the way; "
        "table: the table of operations, in Markdown",
    )
    command = parser.parse_args(arguments).command
    if command == "table":
        print(operations())
    elif command == "doctor":
        for heading, finding in doctor.report():
            print(f"{heading:16} {finding}")
        return 1 if doctor.clash() else 0
    else:
        prompt()
    return 0


if __name__ == "__main__":
    sys.exit(main())
