"""Networks as JSON files: every float comes back as it was, and nothing in a file is ever executed."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from autograd.files import write_whole
from nn.activations import ACTIVATIONS, Activation, activation_name, is_known

T = TypeVar("T")

FORMAT = "scalar-autograd network"
VERSION = 1
_KEYS = {"format", "version", "activation", "output_activation", "weights", "biases"}


def save(
    path: str | os.PathLike[str],
    weights: Sequence[Sequence[Sequence[float]]],
    biases: Sequence[Sequence[float] | None],
    activations: Sequence[Activation],
) -> None:
    """Write a network to a file, whole or not at all.

    Args:
        path: where to; a file that is there is replaced once the new one is complete.
        weights: the matrix W of each layer.
        biases: those of each layer, or None for a layer without.
        activations: the one of each layer.

    Raises:
        ValueError: if an activation is a function of the user's own, which a file cannot hold.
    """
    for f in activations:
        if not is_known(f):
            raise ValueError(
                f"the activation {activation_name(f)} is a function of your own, and a file holds only "
                f"numbers and names ({', '.join(ACTIVATIONS)}): save net.state_dict() instead, and load "
                "it into a network that you make with the same function"
            )
    content = {
        "format": FORMAT,
        "version": VERSION,
        "activation": [activation_name(f) for f in activations],
        "weights": weights,
        "biases": biases,
    }
    write_whole(path, (json.dumps(content, indent=1) + "\n").encode())


def load(path: str | os.PathLike[str], make: Callable[..., T]) -> T:
    """Read a network from a file.

    `{"weights": [W1, W2, ...]}` is enough of a file, each W with a row per input and a column per unit;
    "biases", "activation" and "output_activation" are as for `MLP.from_weights`.

    Args:
        path: the file.
        make: makes the network out of what the file holds: `MLP.from_weights`.

    Raises:
        ValueError: if the file is damaged, cut off, of another kind or of a newer version.
        OSError: if it cannot be read.
    """
    try:
        content = json.loads(Path(path).read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged or cut off, or is no JSON: {error}") from None
    try:
        _check(content)
        return make(
            content["weights"],
            content.get("biases"),
            content.get("activation", "tanh"),
            content.get("output_activation", "linear"),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{path} does not hold a network: {error}") from None


def _check(content: Any) -> None:
    if not isinstance(content, dict) or "weights" not in content:
        raise ValueError('an object with "weights" is needed')
    if content.get("format", FORMAT) != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
    version = content.get("version", VERSION)
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ValueError(f"its version is {version!r}, and this program reads up to {VERSION}")
    if unknown := sorted(content.keys() - _KEYS):
        raise ValueError(f"{unknown[0]!r} is not known; known are {', '.join(sorted(_KEYS))}")
    _numbers(content["weights"], 3, "weights")
    biases = content.get("biases")
    if biases is not None:
        given = [b for b in biases if b is not None] if isinstance(biases, list) else biases
        _numbers(given, 2, "biases")


def _numbers(tree: Any, depth: int, name: str) -> None:
    """Check that a tree is lists of lists of numbers, so deep."""
    if depth == 0:
        if type(tree) not in (int, float):
            raise TypeError(f"{json.dumps(tree)[:40]} among the {name} is not a number")
    elif not isinstance(tree, list):
        raise TypeError(f"the {name} are lists of lists of numbers, not {json.dumps(tree)[:40]}")
    else:
        for item in tree:
            _numbers(item, depth - 1, name)
