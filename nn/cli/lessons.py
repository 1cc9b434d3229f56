"""The commands for lessons: check and gallery."""

import argparse
from dataclasses import replace

from nn.cli.options import AddCommand, add_notation, check_picture, where


def add_commands(command: AddCommand) -> None:
    """Add `check` and `gallery` to the command line."""
    _add_check(command)
    _add_gallery(command)


def _add_check(command: AddCommand) -> None:
    sub = command("check", _check, "mark numbers worked out by hand")
    sub.add_argument("file", metavar="FILE", help="lines a1 = 1.19, a worksheet (.md) or JSON")
    sub.epilog = (
        "Without more it is the worked 3-2-1 network. Another is given by lines weights = [W1, W2, ...], each W with "
        "one row per input and one column per unit, biases, activation, x, y, loss and lr; in JSON it is "
        '{"weights": [W1, W2, ...], "x": [...], "y": ..., "working": {"a1": 1.19, ...}}. '
        "The exit status is 1 if an answer is wrong."
    )


def _check(arguments: argparse.Namespace) -> int:
    from nn.lessons.answers import read_working
    from nn.lessons.marking import mark

    working = read_working(arguments.file)
    marking = mark(working.numbers, working.credit, working.lr)
    print(marking)
    return 0 if marking.ok else 1


def _add_gallery(command: AddCommand) -> None:
    sub = command("gallery", _gallery, "published worked examples: what is printed, what is right")
    sub.add_argument("key", nargs="?", metavar="NAME", help="one of them; without it a list")
    sub.add_argument("--out", metavar="FILE", help="draw it: .svg, .png, .pdf or .gv")
    add_notation(sub, default=None)


def _gallery(arguments: argparse.Namespace) -> None:
    from nn.lessons.examples import NetworkExample
    from nn.lessons.gallery import example, examples

    check_picture(arguments.out)
    if arguments.key is None:
        if arguments.out is not None:
            raise ValueError("say which example to draw: backprop gallery NAME --out FILE")
        for e in examples():
            print(f"{e.key:<21} {e.title}. {e.source}")
        return
    chosen = example(arguments.key)
    if arguments.notation is not None:
        if not isinstance(chosen, NetworkExample):
            raise ValueError(f"{chosen.key} is an expression: a notation is of a network")
        chosen = replace(chosen, notation=arguments.notation)
    if arguments.out is not None:
        chosen.draw().save(arguments.out)
    print(chosen)
    if arguments.notation is not None and isinstance(chosen, NetworkExample):
        credit = chosen.credit()
        print("", credit.forward_table(), "", credit.table(chosen.lr), sep="\n")
    if arguments.out is not None:
        print(f"\nthe picture is in {where(arguments.out)}")
