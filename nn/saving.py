"""Networks as JSON files: every float comes back as it was, and nothing in a file is ever executed.

A file is an object of the lists `weights` and `biases`, the names `activation`, and what else `KEYS` lists. What is
saved here carries a checksum of the rest of it, by which damage is found; a file written by hand needs none.
"""

import json
import math
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from autograd import Value
from autograd.files import write_whole
from nn.activations import ACTIVATIONS, Activation, activation_name, is_known, shared_name

T = TypeVar("T")

FORMAT = "scalar-autograd network"
VERSION = 2  # 1 had neither a checksum nor tied parameters
KEYS = {
    *("format", "version", "checksum", "activation", "output_activation", "weights", "biases"),
    "tied",  # lists of names, each of one parameter that stands in several places
    *("inputs", "classes"),  # what the inputs and the classes are called
}
EXCHANGED = (".npz", ".safetensors", ".onnx")  # the endings that nn/exchange reads and writes
OTHERS = (
    ".pt",
    ".pth",
    ".h5",
    ".hdf5",
    ".keras",
    ".pkl",
    ".pickle",
    ".joblib",
    ".npy",
    ".csv",
)  # of other tools
# how other files of other tools begin, and what to do with them
FOREIGN = {
    b"\x89HDF": "an HDF5 file, as Keras writes: MLP.from_model(keras.saving.load_model(path))",
    b"\x93NUMPY": "a NumPy array: numpy.savez('net.npz', W1=..., b1=..., W2=...) keeps those of all layers",
    b"PK": "a zip archive, as PyTorch (.pt) and Keras (.keras) write: load it there, then "
    "MLP.from_model(model)",
    b"\x80": "a pickle, as old PyTorch and scikit-learn write, which may run any program when it is "
    "loaded: load it there, if you trust it, then MLP.from_model(model)",
}


def content(
    weights: Sequence[Sequence[Sequence[Value]]],
    biases: Sequence[Sequence[Value | None]],
    activations: Sequence[Sequence[Activation]],
    own_computation: str = "",
    names: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return what a file holds of a network: for each layer its matrix W, and the biases and activations of its units.

    Args:
        own_computation: which class computes in a way of its own, if one does.
        names: of the "inputs" and the "classes", if they have any.

    Raises:
        ValueError: if something in it is code of the user's own, or a number is not finite, neither of which
            a file can hold.
    """
    functions = {activation_name(f) for layer in activations for f in layer if not is_known(f)}
    own = [f"{own_computation} computes in a way of its own"] if own_computation else []
    own += [f"the activation {name} is a function of your own" for name in sorted(functions)]
    if own:
        raise ValueError(
            f"{own[0]}, and a file holds only numbers and names ({', '.join(ACTIVATIONS)}): save "
            "net.state_dict() instead, and load it into a network that you make in the same way"
        )
    places: dict[int, list[str]] = {}
    for name, p in _named(weights, biases):
        if not math.isfinite(p.data):
            raise ValueError(f"{name} is {p.data!r}: only finite numbers are saved")
        places.setdefault(id(p), []).append(name)
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "activation": [shared_name(layer) for layer in activations],
        "weights": [[[w.data for w in row] for row in matrix] for matrix in weights],
        "biases": [_data(layer) for layer in biases],
    }
    if tied := [group for group in places.values() if len(group) > 1]:
        found["tied"] = tied
    return found | {key: list(given) for key, given in (names or {}).items()}


def _data(biases: Sequence[Value | None]) -> list[float | None] | None:
    found = [None if b is None else b.data for b in biases]
    return None if all(b is None for b in found) else found


def save(path: str | os.PathLike[str], content: Mapping[str, Any]) -> None:
    """Write a network to a JSON file, whole or not at all; one that is there is replaced once it is complete."""
    content = {**content, "checksum": _checksum(content)}
    write_whole(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def weight_name(layer: int, row: int, column: int | str) -> str:
    """Return the name of a weight: `layers.0.weight.2.1` is that of input 2 to unit 1 of the first layer."""
    return f"layers.{layer}.weight.{row}.{column}"


def bias_name(layer: int, column: int) -> str:
    """Return the name of a bias: `layers.0.bias.1` is that of unit 1 of the first layer."""
    return f"layers.{layer}.bias.{column}"


def _named(weights: Sequence[Any], biases: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Yield each parameter with the name of the place it stands in; one in several places each time."""
    for k, (matrix, offsets) in enumerate(zip(weights, biases)):
        for i, row in enumerate(matrix):
            for j, w in enumerate(row):
                yield weight_name(k, i, j), w
        for j, b in enumerate(offsets or []):
            if b is not None:
                yield bias_name(k, j), b


def _checksum(content: Mapping[str, Any]) -> str:
    """Return the CRC-32 of everything but the checksum, however it is laid out in the file."""
    rest = {key: given for key, given in content.items() if key != "checksum"}
    return f"{zlib.crc32(json.dumps(rest, sort_keys=True).encode()):08x}"


def load(path: str | os.PathLike[str], make: Callable[..., T]) -> T:
    """Read a network from a file, and make it: by `MLP.from_weights`.

    `{"weights": [W1, W2, ...]}` is enough of a file, each W with a row per input and a column per unit;
    "biases", "activation" and "output_activation" are as for `MLP.from_weights`.

    Raises:
        ValueError: if the file is damaged, cut off, of another kind or of a newer version.
        OSError: if it cannot be read.
    """
    content = read(path)
    try:
        return make(
            *_tied(content["weights"], content.get("biases"), content.get("tied", [])),
            content.get("activation", "tanh"),
            content.get("output_activation", "linear"),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{os.fspath(path)!r} does not hold a network: {error}") from None


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what the file of a network holds, checked but for the shapes of its matrices.

    Raises:
        ValueError: if the file is damaged, cut off, of another kind or of a newer version.
        OSError: if it cannot be read.
    """
    raw = Path(path).read_bytes()
    for start, kind in FOREIGN.items():
        if raw.startswith(start):
            raise ValueError(f"{os.fspath(path)!r} is {kind}")
    try:
        text = raw.decode("utf-8-sig")
        content = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        damaged = f"{os.fspath(path)!r} is damaged or cut off, or is not a JSON file"
        raise ValueError(f"{damaged}: {error}") from None
    try:
        _check(content)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{os.fspath(path)!r} does not hold a network: {error}") from None
    found: dict[str, Any] = content
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number that JSON knows")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice!r} is given twice")
    return found


def _check(content: Any) -> None:
    if not isinstance(content, dict) or "weights" not in content:
        raise ValueError('an object with "weights" is needed')
    if content.get("format", FORMAT) != FORMAT:
        raise ValueError(f"its format is {content['format']!r}, not {FORMAT!r}")
    version = content.get("version", VERSION)
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ValueError(f"its version is {version!r}, and this program reads up to {VERSION}")
    if unknown := sorted(content.keys() - KEYS):
        raise ValueError(f"{unknown[0]!r} is not known; known are {', '.join(sorted(KEYS))}")
    if "checksum" in content and content["checksum"] != _checksum(content):
        raise ValueError(
            "its checksum does not fit what it holds, so it is damaged; if it was changed by hand, delete "
            '"checksum" from it'
        )
    _numbers(content["weights"], 3, "weights")
    biases = content.get("biases")
    if biases is not None:
        given = [b for b in biases if b is not None] if isinstance(biases, list) else biases
        _numbers(given, 2, "biases", optional=True)
    for key in ("inputs", "classes"):
        names = content.get(key, [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise TypeError(f"the {key} are a list of names, not {json.dumps(names)[:40]}")


def _numbers(tree: Any, depth: int, name: str, optional: bool = False) -> None:
    """Check that a tree is lists of lists of finite numbers, so deep; null among them if that is an option."""
    if depth == 0:
        if type(tree) not in (int, float) and not (optional and tree is None):
            raise TypeError(f"{json.dumps(tree)[:40]} among the {name} is not a number")
        if type(tree) is float and not math.isfinite(tree):
            raise ValueError(f"a number among the {name} is too large for a float")
    elif not isinstance(tree, list):
        raise TypeError(f"the {name} are lists of lists of numbers, not {json.dumps(tree)[:40]}")
    else:
        for item in tree:
            _numbers(item, depth - 1, name, optional)


def _tied(weights: Any, biases: Any, tied: Any) -> tuple[Any, Any]:
    """Return weights and biases, with one Value in all places of a tied parameter."""
    if not tied:
        return weights, biases
    groups = isinstance(tied, list) and all(isinstance(group, list) for group in tied)
    if not groups or not all(isinstance(name, str) for group in tied for name in group):
        raise TypeError("tied parameters are lists of names")
    biases = [None] * len(weights) if biases is None else biases
    numbers = dict(_named(weights, biases))
    shared: dict[str, Value] = {}
    for group in tied:
        if unknown := [name for name in group if name not in numbers or name in shared]:
            raise ValueError(f"{unknown[0]!r} is tied, but is not a parameter, or is tied twice")
        if len({numbers[name] for name in group}) > 1:
            raise ValueError(f"{' and '.join(group)} are tied, but have different numbers")
        if group:
            shared |= dict.fromkeys(group, Value(numbers[group[0]]))
    weights = [[list(row) for row in matrix] for matrix in weights]
    biases = [offsets and list(offsets) for offsets in biases]
    for name, value in shared.items():
        _, layer, kind, *places = name.split(".")
        row = weights[int(layer)][int(places[0])] if kind == "weight" else biases[int(layer)]
        row[int(places[-1])] = value
    return weights, biases
