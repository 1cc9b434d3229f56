"""The commands for a class: worksheet and mark."""

import argparse
from pathlib import Path

from nn.activations import ACTIVATIONS
from nn.cli.options import AddCommand, add_notation, check_output, number, where, whole
from nn.losses import LOSSES

_LEVELS = ("first", "usual", "more", "most")


def add_commands(command: AddCommand) -> None:
    """Add `worksheet` and `mark` to the command line."""
    sub = command(
        "worksheet", _worksheet, "make a worksheet and its answer key, or one for each of a class"
    )
    sub.add_argument(
        "--roster",
        metavar="FILE",
        help="names, a line each or a CSV: a sheet of their own for everybody",
    )
    sub.add_argument(
        "--seed",
        type=whole,
        help="the same seed gives the same sheet (default: 0; for a class nobody knows it)",
    )
    sub.add_argument("--level", choices=_LEVELS, help="how difficult: first (1-1-1), usual (2-2-1), more (biases, sigmoid), "
                     "most (3-3-2, cross entropy)")  # fmt: skip
    sub.add_argument("--sizes", type=whole, nargs="+", metavar="N",
                     help="the number of inputs, then of units (default: 2 2 1)")  # fmt: skip
    sub.add_argument(
        "--network", choices=("recurrent", "convolution"), help="in the place of layers"
    )
    for option, choices, text in (
        ("--activation", ACTIVATIONS, "of the hidden units (default: tanh)"),
        ("--output-activation", ACTIVATIONS, "default: linear"),
        ("--loss", LOSSES, "default: half_squared_error"),
        (
            "--optimizer",
            ("momentum", "nesterov", "adam"),
            "makes the new weights: momentum, nesterov or adam",
        ),
    ):
        sub.add_argument(option, choices=choices, metavar="NAME", help=text)
    sub.add_argument("--bias", action="store_true", default=None, help="units have biases")
    sub.add_argument("--lr", type=number, help="the learning rate η (default: 0.5)")
    sub.add_argument(
        "--penalty", type=number, help="how strong a penalty on the squares of the weights is"
    )
    add_notation(sub, default=None)
    sub.add_argument("--out", metavar="FOLDER", help="default: worksheet, or class")
    sub.add_argument(
        "--overwrite", action="store_true", help="even a worksheet that is filled in already"
    )
    sub = command("mark", _mark, "mark the workings of a class")
    sub.add_argument("folder", metavar="FOLDER", help="a class, as worksheet --roster made it")
    sub.add_argument(
        "--workings", metavar="FOLDER", help="where the workings are (default: FOLDER/students)"
    )
    sub.add_argument(
        "--scheme",
        metavar="FILE",
        help="the marks of each part, in TOML: forward = 30, loss = 5, delta = 35, ...",
    )
    add_notation(sub, default=None)
    sub.add_argument("--csv", metavar="FILE", help="write a table of the marks")
    sub.add_argument("--gradescope", metavar="FOLDER", help="write a results.json for each")
    sub.add_argument("--nbgrader", metavar="FILE", help="write the marks as nbgrader exports them")
    sub.add_argument(
        "--moodle", nargs=2, metavar=("SHEET", "FILE"), help="fill in Moodle's grading worksheet"
    )
    sub.epilog = "A page of feedback for each is in FOLDER/feedback, the report of the class in FOLDER/teacher."


def _worksheet(arguments: argparse.Namespace) -> None:
    from nn.lessons.classroom import make_class, read_roster
    from nn.lessons.worksheet import LEVELS, make_worksheet

    options = dict(LEVELS[arguments.level or "usual"])
    for name in (
        "sizes",
        "activation",
        "output_activation",
        "loss",
        "bias",
        "lr",
        "notation",
        "network",
        "optimizer",
        "penalty",
    ):
        if (given := getattr(arguments, name)) is not None:
            options[name] = given
    if arguments.network and (arguments.sizes or arguments.level):
        raise ValueError(
            f"--sizes and --level are of layers, and --network {arguments.network} has none"
        )
    if arguments.activation is not None and len(options.get("sizes", (2, 2, 1))) == 2:
        raise ValueError(
            "--activation is that of hidden layers, and these sizes have none: give --output-activation, or another size"
        )
    if arguments.roster is not None:
        out = arguments.out or "class"
        sheets = make_class(
            read_roster(arguments.roster), out, arguments.seed, arguments.overwrite, **options
        )
        print(
            f"{len(sheets)} worksheets are in {where(Path(out) / 'students')}, their keys in {where(Path(out) / 'teacher')}"
        )
        print(f"when they are filled in: backprop mark {out} --csv marks.csv")
        return
    sheet = make_worksheet(arguments.seed or 0, **options)
    paths = sheet.save(arguments.out or "worksheet", arguments.overwrite)
    print(sheet.problem)
    print(
        f"this sheet and its picture are in {paths[0].resolve().parent}, the key in {paths[-1].resolve().parent}"
    )
    print(f"fill in the table, then: backprop check {paths[0]}")


def _mark(arguments: argparse.Namespace) -> int:
    from autograd.files import write_whole
    from nn.lessons.class_files import gradescope, moodle, nbgrader
    from nn.lessons.classroom import load_class, mark_class, write_feedback
    from nn.lessons.marking import Scheme

    for path in (arguments.csv, arguments.nbgrader, *(arguments.moodle or ())[1:]):
        check_output(path)
    sheets = load_class(arguments.folder)
    scheme = Scheme.read(arguments.scheme) if arguments.scheme else None
    workings = arguments.workings or Path(arguments.folder) / "students"
    marks = mark_class(workings, sheets, scheme, arguments.notation)
    sheet = Path(arguments.moodle[0]).read_bytes().decode("utf-8") if arguments.moodle else ""
    filled, left = moodle(sheet, marks) if sheet else ("", [])
    report = write_feedback(marks, arguments.folder)
    print(marks.summary())
    if arguments.csv is not None:
        write_whole(arguments.csv, marks.csv().encode())
    if arguments.nbgrader is not None:
        write_whole(arguments.nbgrader, nbgrader(marks, Path(arguments.folder).name).encode())
    if arguments.gradescope is not None:
        for key, m in marks.marked.items():
            if m.report is not None:
                (target := Path(arguments.gradescope) / key).mkdir(parents=True, exist_ok=True)
                write_whole(target / "results.json", gradescope(m.report).encode())
    if arguments.moodle:
        write_whole(arguments.moodle[1], filled.encode())
        if left:
            print(f"not found in {arguments.moodle[0]}: {', '.join(left)}")
    print(
        f"feedback is in {where(Path(arguments.folder) / 'feedback')}, this report in {where(report)}"
    )
    return 0 if all(m.report is not None for m in marks.marked.values()) else 1
