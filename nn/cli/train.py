"""The command `backprop train`."""

import argparse
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from nn import datasets
from nn.activations import ACTIVATIONS
from nn.cli.options import AddCommand
from nn.losses import LOSSES, binary_cross_entropy_with_logits, cross_entropy
from nn.network import MLP
from nn.optim import SGD, Adam
from nn.training.loop import fit

DATASETS: dict[str, Callable[[int, int], tuple[Any, Any]]] = {
    "linear": lambda n, seed: datasets.linear(n, seed=seed),
    "xor": lambda n, seed: datasets.xor(),
    "moons": lambda n, seed: datasets.moons(n, seed=seed),
    "circles": lambda n, seed: datasets.circles(n, seed=seed),
    "spirals": lambda n, seed: datasets.spirals(n, seed=seed),
    "yin-yang": lambda n, seed: datasets.yin_yang(n, seed=seed),
}

_CLASSES_FROM_0 = (cross_entropy, binary_cross_entropy_with_logits)  # others take −1 and 1
MOST_PARAMETERS = 100_000  # an epoch of 100 examples takes seconds then


def add_commands(command: AddCommand) -> None:
    """Add `train` to the command line."""
    sub = command("train", _train, "train a network, and save it if --out says where")
    sub.add_argument(
        "--data", metavar="FILE.csv", help="the examples; the target is the last column"
    )
    sub.add_argument(
        "--dataset", choices=DATASETS, default="moons", help="made-up examples (default: moons)"
    )
    sub.add_argument(
        "--examples", type=int, default=100, metavar="N", help="how many of them (default: 100)"
    )
    sub.add_argument(
        "--hidden", type=int, nargs="*", default=[8], metavar="N", help="hidden layers (default: 8)"
    )
    sub.add_argument("--activation", choices=ACTIVATIONS, default="tanh", metavar="NAME",
                     help=f"one of {', '.join(ACTIVATIONS)} (default: tanh)")  # fmt: skip
    sub.add_argument("--loss", choices=LOSSES, default="half_squared_error", metavar="NAME",
                     help=f"one of {', '.join(LOSSES)} (default: half_squared_error)")  # fmt: skip
    sub.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd", help="default: sgd")
    sub.add_argument("--lr", type=float, help="the learning rate η (default: 0.1, of adam 0.01)")
    sub.add_argument(
        "--epochs",
        type=int,
        default=200,
        metavar="N",
        help="how often through all of them (default: 200)",
    )
    sub.add_argument(
        "--batch-size", type=int, metavar="N", help="examples a step (default: all of them)"
    )
    sub.add_argument(
        "--seed", type=int, default=0, help="of weights, data and shuffle (default: 0)"
    )
    sub.add_argument("--vectorize", action="store_true", help="run on arrays (needs NumPy)")
    sub.add_argument("--out", metavar="FILE.json", help="where to save the network")


def _train(arguments: argparse.Namespace) -> None:
    if arguments.out and not Path(arguments.out).parent.is_dir():
        raise ValueError(f"there is no folder {Path(arguments.out).parent} to save the network in")
    if arguments.data:
        xs, ys = datasets.load_csv(arguments.data)
    else:
        xs, ys = DATASETS[arguments.dataset](arguments.examples, arguments.seed)
    loss = LOSSES[arguments.loss]
    two = set(ys) <= {-1, 1}
    if two and loss in _CLASSES_FROM_0:
        ys = [int(y > 0) for y in ys]
    classified = two or (loss in _CLASSES_FROM_0 and all(y == int(y) for y in ys))
    outputs = max(2, _classes(ys)) if loss is cross_entropy else 1
    sizes = [len(xs[0]), *arguments.hidden, outputs]
    count = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    if count > MOST_PARAMETERS:
        raise ValueError(
            f"a {'-'.join(map(str, sizes))} network has {count:,} parameters, which takes a scalar engine "
            f"too long: up to {MOST_PARAMETERS:,} are trained here"
        )
    rng = random.Random(arguments.seed)
    net = MLP(sizes[0], sizes[1:], arguments.activation, rng=rng)
    make = SGD if arguments.optimizer == "sgd" else Adam
    lr = arguments.lr if arguments.lr is not None else 0.1 if make is SGD else 0.01
    history = fit(
        net, xs, ys, loss, make(lr=lr), arguments.epochs, arguments.batch_size,
        arguments.vectorize, rng=rng,
    )  # fmt: skip
    print(f"{net} on {len(xs)} examples")
    print(repr(history).strip("<>"))
    if classified:
        print(f"{_correct(net, xs, ys)} of {len(xs)} are classified correctly")
    if arguments.out:
        net.save(arguments.out)
        print(f"the network is in {Path(arguments.out).resolve()}")


def _classes(ys: Sequence[float]) -> int:
    """Return how many classes the targets name: whole numbers from 0, not more than the examples."""
    for y in ys:
        if not (0 <= y < len(ys) and y == int(y)):
            raise ValueError(
                f"cross_entropy takes classes 0, 1, 2, … as targets, fewer than the {len(ys)} examples, "
                f"but {y!r} is one"
            )
    return int(max(ys)) + 1


def _correct(net: MLP, xs: Sequence[Any], ys: Sequence[Any]) -> int:
    """Return how many examples are classified as they should be."""
    found = 0
    for x, y in zip(xs, ys):
        output = net(x)
        if isinstance(output, list):
            scores = [v.data for v in output]
            found += scores.index(max(scores)) == y
        else:
            found += (output.data > 0) == (y > 0)
    return found
