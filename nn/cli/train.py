"""The command `backprop train`."""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograd.files import write_whole
from nn import datasets
from nn.activations import ACTIVATIONS
from nn.cli.options import AddCommand, Options, check_output, number, where, whole
from nn.losses import LOSSES, TAKES_LOGITS, Loss, cross_entropy
from nn.network import MLP
from nn.optim import SGD, Adam
from nn.training.history import EarlyStop
from nn.training.loop import fit
from nn.training.metrics import accuracy

DATASETS: dict[str, Callable[[int, int], tuple[Any, Any]]] = {
    "linear": lambda n, seed: datasets.linear(n, seed=seed),
    "xor": lambda n, seed: datasets.xor(),
    "moons": lambda n, seed: datasets.moons(n, seed=seed),
    "circles": lambda n, seed: datasets.circles(n, seed=seed),
    "spirals": lambda n, seed: datasets.spirals(n, seed=seed),
    "yin-yang": lambda n, seed: datasets.yin_yang(n, seed=seed),
}
MOST_PARAMETERS = 100_000  # an epoch of 100 examples takes seconds then
MOST_EXAMPLES = 1_000_000  # that are made here
BYTES = 25  # of a number in a file, and as much for the rest of it


def add_commands(command: AddCommand) -> None:
    """Add `train` to the command line."""
    n = {"type": whole, "metavar": "N"}
    command("train", _train, "train a network, and save it if --out says where", {
        **table_options("the examples", ["refuse", "drop", "mean"]),
        "--target": ("the column of the target, by its name (default: the last)", {"metavar": "NAME"}),
        "--scale": ("bring each input to mean 0 and deviation 1 while learning", {"action": "store_true"}),
        "--test": ("hold this share of the examples back, and show their loss (default: 0)",
                   {"type": number, "default": 0.0, "metavar": "SHARE"}),
        "--dataset": ("synthetic examples (default: moons)", {"choices": DATASETS, "default": "moons"}),
        "--examples": ("how many of them (default: 100)", {**n, "default": 100}),
        "--hidden": ("the units of each hidden layer (default: 8)", {**n, "nargs": "*", "default": [8]}),
        "--activation": (f"one of {', '.join(ACTIVATIONS)} (default: tanh)",
                         {"choices": ACTIVATIONS, "default": "tanh", "metavar": "NAME"}),
        "--loss": (f"one of {', '.join(LOSSES)} (default: half_squared_error; for more than two labels cross_entropy)",
                   {"choices": LOSSES, "metavar": "NAME"}),
        "--optimizer": ("default: sgd", {"choices": ("sgd", "adam"), "default": "sgd"}),
        "--lr": ("the learning rate η (default: 0.1, of adam 0.01)", {"type": number}),
        "--epochs": ("passes through the data (default: 200)", {**n, "default": 200}),
        "--batch-size": ("examples a step (default: all of them)", n),
        "--patience": ("stop when the loss, that of --test if there is one, has not fallen for N epochs", n),
        "--seed": ("of weights, data and shuffle (default: 0)", {"type": whole, "default": 0}),
        "--vectorize": ("run on arrays (needs NumPy)", {"action": "store_true"}),
        "--compile": ("run on arrays as machine code (needs llvmlite)", {"action": "store_true"}),
        "--out": ("where to save the network: .json, .npz, .safetensors, .onnx", {"metavar": "FILE"}),
        "--history": ("where to write the loss of each epoch", {"metavar": "FILE.csv"}),
    })  # fmt: skip


def table_options(what: str, missing: Sequence[str]) -> Options:
    """Return the options of a file of separated values."""
    return {
        "--data": (f"{what}, separated by commas, semicolons or tabs", {"metavar": "FILE.csv"}),
        "--inputs": ("the columns of the inputs, by their names (default: all others)", {"nargs": "+", "metavar": "NAME"}),
        "--missing": (f"what becomes of a row without a value: {', '.join(missing)} (default: refuse)",
                      {"choices": missing, "default": "refuse"}),
    }  # fmt: skip


@dataclass
class _Data:
    """Examples, and what is known of them."""

    xs: list[list[float]]
    ys: list[Any]
    held_back: tuple[list[list[float]], list[Any]] | None
    names: dict[str, list[str]]
    scaling: list[tuple[float, float]]


def _train(arguments: argparse.Namespace) -> None:
    check_output(arguments.history)
    check_output(arguments.out)
    data = _examples(arguments)
    labels = data.names.get("classes", [])
    loss = LOSSES[arguments.loss or ("cross_entropy" if len(labels) > 2 else "half_squared_error")]
    classified = _number_classes(data, labels, loss)
    every_y = data.ys + (data.held_back[1] if data.held_back else [])
    outputs = max(2, _classes(every_y)) if loss is cross_entropy else 1
    sizes = [len(data.xs[0]), *arguments.hidden, outputs]
    count = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    if count > MOST_PARAMETERS:
        parameters = f"a {'-'.join(map(str, sizes))} network has {count:,} parameters"
        raise ValueError(f"{parameters}, which takes a scalar engine too long: up to {MOST_PARAMETERS:,} are trained here")  # fmt: skip
    check_output(arguments.out, size=2 * BYTES * count)
    rng = random.Random(arguments.seed)
    net = MLP(sizes[0], sizes[1:], arguments.activation, rng=rng)
    make = SGD if arguments.optimizer == "sgd" else Adam
    lr = arguments.lr if arguments.lr is not None else 0.1 if make is SGD else 0.01
    history = fit(
        net, data.xs, data.ys, loss, make(lr=lr), arguments.epochs, arguments.batch_size,
        arguments.vectorize or arguments.compile, compile=arguments.compile,
        validation=data.held_back, rng=rng,
        callbacks=[] if arguments.patience is None else [EarlyStop(arguments.patience)],
    )  # fmt: skip
    lines = [f"{net} on {len(data.xs)} examples", repr(history).strip("<>")]
    if classified:
        lines.append(_correct(net, data.xs, data.ys))
    if classified and data.held_back is not None:
        lines.append(_correct(net, *data.held_back, " held back"))
    if arguments.out is not None:
        _unscale(net, data.scaling)
        net.save(arguments.out, data.names)
        lines.append(f"the network is in {where(arguments.out)}")
    if arguments.history is not None:
        write_whole(arguments.history, history.csv().encode())
        lines.append(f"the loss of each epoch is in {where(arguments.history)}")
    print("\n".join(lines))
    if history.stopped == "interrupted":
        raise KeyboardInterrupt(f"interrupted after {history.steps} steps")


def _examples(arguments: argparse.Namespace) -> _Data:
    if not arguments.data:
        if arguments.data is not None:
            raise ValueError("the name of the file after --data is missing")
        for option in ("target", "inputs", "scale", "test"):
            if getattr(arguments, option):
                raise ValueError(f"--{option} is for examples from a file: give --data FILE.csv")
        if arguments.examples > MOST_EXAMPLES:
            raise ValueError(f"--examples must be at most {MOST_EXAMPLES:,}")
        return _Data(*DATASETS[arguments.dataset](arguments.examples, arguments.seed), None, {}, [])
    table = datasets.load_csv(
        arguments.data, -1 if arguments.target is None else arguments.target, arguments.test, arguments.scale,
        inputs=arguments.inputs, missing=arguments.missing, seed=arguments.seed,
    )  # fmt: skip
    names = {"inputs": table.inputs} | ({"classes": table.classes} if table.classes else {})
    held_back = None if table.test is None else (table.test.xs, table.test.ys)
    return _Data(table.xs, table.ys, held_back, names, table.scaling)


def _number_classes(data: _Data, labels: Sequence[str], loss: Loss) -> bool:
    """Number two classes as the loss wants them, and tell whether the targets are classes."""
    if labels and (len(labels) < 2 or (len(labels) > 2 and loss is not cross_entropy)):
        raise ValueError(
            f"the target has {len(labels)} label{'s' * (len(labels) != 1)} ({', '.join(labels[:5])}): two are told apart "
            "by any loss, more by --loss cross_entropy"
        )
    from_0 = loss in TAKES_LOGITS
    two = len(labels) == 2 or set(data.ys) <= {-1, 1}
    if two:
        for ys in (data.ys, data.held_back[1] if data.held_back else []):
            ys[:] = [int(y > 0) if from_0 else 1 if y > 0 else -1 for y in ys]
    return two or (from_0 and all(y == int(y) for y in data.ys))


def _classes(ys: Sequence[float]) -> int:
    """Return how many classes the targets name: whole numbers from 0, not more than the examples."""
    for y in ys:
        if not (0 <= y < len(ys) and y == int(y)):
            taken = f"classes 0, 1, 2, … as targets, fewer than the {len(ys)} examples"
            raise ValueError(f"cross_entropy takes {taken}, but {y!r} is one")
    return int(max(ys)) + 1


def _correct(net: MLP, xs: Sequence[Any], ys: Sequence[Any], what: str = "") -> str:
    """Say how many examples are classified as they should be; outputs are linear here, so the threshold is 0."""
    found = round(accuracy(net, xs, ys, threshold=0.0) * len(xs))
    return f"{found} of {len(xs)}{what} are classified correctly"


def _unscale(net: MLP, scaling: Sequence[tuple[float, float]]) -> None:
    """Let a network that learned from scaled inputs take them as they are: w·(x − m)/s = (w/s)·x − w·m/s."""
    if scaling:
        for unit in net.layers[0].neurons:
            for w, (mean, spread) in zip(unit.w, scaling):
                w.data /= spread
                if unit.b is not None:
                    unit.b.data -= w.data * mean
