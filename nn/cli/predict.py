"""The command `backprop predict`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from autograd.files import write_whole
from autograd.tables import as_csv
from nn import saving
from nn.cli.options import AddCommand, check_output, number, where
from nn.cli.train import table_options
from nn.csv_files import read_inputs
from nn.network import MLP


def add_commands(command: AddCommand) -> None:
    """Add `predict` to the command line."""
    saved = "the network, as train saved it: .json, .npz, .safetensors, .onnx"
    command("predict", _predict, "print what a saved network makes of inputs", {
        "--weights": (saved, {"metavar": "FILE", "required": True}),
        **table_options("the inputs", ["refuse", "mean"]),
        "--x": ("a single input vector", {"nargs": "+", "type": number, "metavar": "X"}),
        "--out": ("where to write the predictions (default: the terminal)", {"metavar": "FILE.csv"}),
    })  # fmt: skip


def _predict(arguments: argparse.Namespace) -> None:
    check_output(arguments.out)
    if (arguments.data is None) == (arguments.x is None):
        raise ValueError("give the inputs, either with --data FILE.csv or with --x")
    net = MLP.load(arguments.weights)
    other = Path(arguments.weights).suffix.lower() in saving.EXCHANGED
    names = {} if other else saving.read(arguments.weights)  # of inputs and classes, if it has any
    if arguments.x is None:
        xs = read_inputs(
            arguments.data, net.sizes[0], arguments.inputs or names.get("inputs"), arguments.missing
        )
    else:
        xs = [arguments.x]
    text = _as_csv(net.predict(xs), names.get("classes", []))
    if arguments.out is None:
        print(text, end="")
    else:
        write_whole(arguments.out, text.encode())
        print(f"{len(xs)} predictions are in {where(arguments.out)}")


def _as_csv(outputs: Sequence[float | list[float]], classes: Sequence[str]) -> str:
    """Return a line for each prediction: its class, if there are several, and the outputs."""
    lines: list[list[object]] = []
    for k, output in enumerate(outputs):
        several = isinstance(output, list)
        scores = output if isinstance(output, list) else [output]
        best = max(range(len(scores)), key=scores.__getitem__) if several else int(scores[0] > 0.0)
        told = several or len(classes) == 2
        label = [classes[best] if best < len(classes) else best] if told else []
        if k == 0:
            numbered = [f"ŷ{j}" for j in range(len(scores))] if several else ["ŷ"]
            lines.append([*(["class"] if told else []), *numbered])
        lines.append([*label, *scores])
    return as_csv(lines)
