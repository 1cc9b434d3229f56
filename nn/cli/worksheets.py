"""The commands for a class: worksheet and mark."""

import argparse
import inspect
from pathlib import Path

from nn.activations import ACTIVATIONS
from nn.cli.options import NOTATION, AddCommand, check_output, number, where, whole
from nn.losses import LOSSES

_LEVELS = ("first", "usual", "more", "most")


def add_commands(command: AddCommand) -> None:
    """Add `worksheet` and `mark` to the command line."""
    text = "make a worksheet and its answer key, or one for each of a class"
    command("worksheet", _worksheet, text, {
        "--roster": ("names, a line each or a CSV: a sheet of their own for everybody", {"metavar": "FILE"}),
        "--seed": ("the same seed gives the same sheet (default: 0; for a class nobody knows it)", {"type": whole}),
        "--level": ("how difficult: first (1-1-1), usual (2-2-1), more (biases, sigmoid), most (3-3-2, cross entropy)",
                    {"choices": _LEVELS}),
        "--sizes": ("the number of inputs, then of units (default: 2 2 1)", {"type": whole, "nargs": "+", "metavar": "N"}),
        "--network": ("in the place of layers", {"choices": ("recurrent", "convolution")}),
        "--activation": ("of the hidden units (default: tanh)", {"choices": ACTIVATIONS, "metavar": "NAME"}),
        "--output-activation": ("default: linear", {"choices": ACTIVATIONS, "metavar": "NAME"}),
        "--loss": ("default: half_squared_error", {"choices": LOSSES, "metavar": "NAME"}),
        "--optimizer": ("makes the new weights", {"choices": ("momentum", "nesterov", "adam")}),
        "--penalty": ("how strong a penalty on the squares of the weights is", {"type": number}),
        "--bias": ("units have biases", {"action": "store_true", "default": None}),
        "--lr": ("the learning rate η (default: 0.5)", {"type": number}),
        "--out": ("default: worksheet, or class", {"metavar": "FOLDER"}),
        "--overwrite": ("even a worksheet that is filled in already", {"action": "store_true"}), **NOTATION,
    })  # fmt: skip
    sub = command("mark", _mark, "mark the workings of a class", {
        "folder": ("a class, as worksheet --roster made it", {"metavar": "FOLDER"}),
        "--workings": ("where the workings are (default: FOLDER/students)", {"metavar": "FOLDER"}),
        "--scheme": ("the marks of each part, in TOML: forward = 30, loss = 5, delta = 35, ...", {"metavar": "FILE"}),
        "--csv": ("write a table of the marks", {"metavar": "FILE"}),
        "--gradescope": ("write a results.json for each", {"metavar": "FOLDER"}),
        "--nbgrader": ("write the marks as nbgrader exports them", {"metavar": "FILE"}),
        "--moodle": ("fill in Moodle's grading worksheet", {"nargs": 2, "metavar": ("SHEET", "FILE")}), **NOTATION,
    })  # fmt: skip
    sub.epilog = "A page of feedback for each is in FOLDER/feedback, the report of the class in FOLDER/teacher."


def _worksheet(arguments: argparse.Namespace) -> None:
    from nn.lessons.classroom import make_class, read_roster
    from nn.lessons.worksheets import LEVELS, make_worksheet

    options = dict(LEVELS[arguments.level or "usual"])
    own = inspect.signature(make_worksheet).parameters.keys() - {"seed"}
    options |= {k: x for k, x in vars(arguments).items() if k in own and x is not None}
    if (network := arguments.network) and (arguments.sizes or arguments.level):
        raise ValueError(f"--sizes and --level are of layers, and --network {network} has none")
    if arguments.activation is not None and len(options.get("sizes", (2, 2, 1))) == 2:
        none = "--activation is that of hidden layers, and these sizes have none"
        raise ValueError(f"{none}: give --output-activation, or another size")
    if arguments.roster is not None:
        out, names = arguments.out or "class", read_roster(arguments.roster)
        sheets = make_class(names, out, arguments.seed, arguments.overwrite, **options)
        students, teacher = where(Path(out) / "students"), where(Path(out) / "teacher")
        print(f"{len(sheets)} worksheets are in {students}, their keys in {teacher}")
        print(f"when they are filled in: backprop mark {out} --csv marks.csv")
        return
    sheet = make_worksheet(arguments.seed or 0, **options)
    paths = sheet.save(arguments.out or "worksheet", arguments.overwrite)
    print(sheet.problem)
    folder, key = paths[0].resolve().parent, paths[-1].resolve().parent
    print(f"this sheet and its picture are in {folder}, the key in {key}")
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
    feedback = where(Path(arguments.folder) / "feedback")
    print(f"feedback is in {feedback}, this report in {where(report)}")
    return 0 if all(m.report is not None for m in marks.marked.values()) else 1
