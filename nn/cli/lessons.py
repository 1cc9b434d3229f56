"""The commands for lessons: check and gallery."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nn.cli.options import NOTATION, AddCommand, check_picture, number, own_example, where, whole
from nn.losses import LOSSES

if TYPE_CHECKING:
    from nn.lessons.worksheets import Worksheet


def add_commands(command: AddCommand) -> None:
    """Add `check` and `gallery` to the command line."""
    sub = command("check", _check, "mark numbers worked out by hand", {
        "file": ("a worksheet that is filled in; or text, LaTeX, CSV or JSON", {"metavar": "FILE"}),
        "--problem": ("what is asked: a worksheet, blank or a key, of the teacher's; or its key.json", {"metavar": "FILE"}),
        "--seed": ("what is asked: the worksheet of this seed", {"type": whole}),
        "--sizes": ("with --seed", {"type": whole, "nargs": "+", "default": [2, 2, 1], "metavar": "N"}),
        "--weights": ("what is asked: this network, with --x, --y, --loss and --lr", {"metavar": "NETWORK"}),
        "--x": ("its input", {"nargs": "+", "type": number, "metavar": "X"}),
        "--y": ("its target", {"nargs": "+", "type": number, "metavar": "Y"}),
        "--loss": ("its loss", {"choices": LOSSES, "default": "half_squared_error", "metavar": "NAME"}),
        "--lr": ("the learning rate η of its update (default: 0.1)", {"type": number, "default": 0.1}),
        "--allow-blanks": ("what is left out is no fault", {"action": "store_true"}), **NOTATION,
    })  # fmt: skip
    sub.epilog = (
        "Without more the problem is the one that the file itself states by lines weights = [W1, W2, ...], each W with one "
        "row per input and one column per unit, biases, activation, x, y, loss and lr; in JSON by "
        '{"weights": [W1, W2, ...], "x": [...], "y": ..., "working": {"a1": 1.19, ...}}; or the worked 3-2-1 network. '
        "Without --notation the letters are recognised. The exit status is 0 if all is right, 1 if an answer is wrong, 2 if "
        "something is missing or cannot be read."
    )  # fmt: skip
    command("gallery", _gallery, "published worked examples: what is printed, what is right", {
        "key": ("one of them; without it a list", {"nargs": "?", "metavar": "NAME"}),
        "--out": ("draw it: .svg, .png, .pdf, .tex or .gv", {"metavar": "FILE"}), **NOTATION,
    })  # fmt: skip


def _check(arguments: argparse.Namespace) -> int:
    from nn.lessons.answers import read_working
    from nn.lessons.marking import mark
    from nn.lessons.worksheets import Worksheet

    sheet, own = _asked(arguments), False
    if sheet is None:
        working = read_working(arguments.file)
        sheet, own = Worksheet(None, working.credit, working.lr), working.own
    file = arguments.file
    marking = mark(Path(file), sheet, notation=arguments.notation)
    print(marking)
    if own:
        print(f"The problem is the one that {file} states itself: --problem gives the teacher's.")
    if marking.count("wrong"):
        return 1
    missing = marking.blank and not arguments.allow_blanks
    return 2 if missing or marking.count("unread") else 0


def _asked(arguments: argparse.Namespace) -> "Worksheet | None":
    """Return the problem that the teacher gave."""
    from nn.credit import assign_credit
    from nn.lessons.answers import read_working
    from nn.lessons.worksheets import Worksheet, make_worksheet

    given = [n for n in ("problem", "seed", "weights") if getattr(arguments, n) is not None]
    if len(given) > 1:
        raise ValueError(f"the problem is given once: by {' or '.join(f'--{n}' for n in given)}")
    if arguments.problem is not None:
        if Path(arguments.problem).suffix.lower() == ".json":
            return Worksheet.load(arguments.problem)
        stated = read_working(arguments.problem)
        if not stated.own:
            raise ValueError(f"{arguments.problem} states no problem: it has no line weights = ...")
        return Worksheet(None, stated.credit, stated.lr)
    if arguments.seed is not None:
        return make_worksheet(arguments.seed, arguments.sizes)
    if arguments.weights is None:
        return None
    return Worksheet(None, assign_credit(*own_example(arguments), arguments.loss), arguments.lr)


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
