"""Files of other tools, by their endings."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd.files import write_whole
from autograd.structure import leaves
from nn.exchange.chain import Chain
from nn.exchange.onnx import read_onnx, write_onnx
from nn.exchange.tensors import add_layers, read_npz, read_safetensors, write_npz, write_safetensors

_WRITERS = {".npz": write_npz, ".safetensors": write_safetensors, ".onnx": write_onnx}


def read(
    path: str | os.PathLike[str], activation: Any = None, output_activation: Any = "linear"
) -> tuple[Any, ...]:
    """Return what `MLP.from_weights` takes, of a .npz, .safetensors or .onnx file.

    Args:
        path: the file.
        activation, output_activation: as for MLP, where the file does not say them.

    Raises:
        ValueError: if it is damaged, or holds anything but dense layers in a row; if nothing says the
            activations, or both the file and `activation`.
        OSError: if it cannot be read.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    chain = Chain(str(file))
    said: list[str] = []
    try:
        if suffix == ".onnx":
            read_onnx(file, chain)
            said = chain.activations
        else:
            if suffix == ".npz":
                tensors, texts = read_npz(file.read_bytes())
                said = texts.pop("activation", [])
            else:
                tensors, header = read_safetensors(file.read_bytes())
                said = json.loads(header.get("activation", "[]"))
            add_layers(chain, tensors)
    except ValueError as error:
        text = str(error)
        raise ValueError(text if text.startswith(chain.origin) else f"{file}: {text}") from None
    weights, biases, *_ = chain.layers()
    for v in leaves([weights, biases]):
        if v is not None and not math.isfinite(v):
            raise ValueError(f"{file} does not hold a network: a weight is {v}")
    if said and activation is not None:
        raise ValueError(f"{file} says its activations itself: leave activation= out")
    if not said and activation is None and len(weights) > 1:
        unsaid = "holds weights and does not say which activation follows them"
        raise ValueError(f"{file} {unsaid}: give activation=")
    if said:
        return weights, biases, said[:-1], said[-1]
    return weights, biases, activation or "linear", output_activation


def write(path: str | os.PathLike[str], content: Mapping[str, Any]) -> None:
    """Write what `saving.content` holds to a .npz, .safetensors or .onnx file, whole or not at all.

    Raises:
        ValueError: if units of one layer have different activations, or only some have biases, or a parameter
            stands in several places: of such files none holds that.
    """
    mixed = [k for k, name in enumerate(content["activation"], 1) if not isinstance(name, str)]
    mixed += [k for k, bias in enumerate(content["biases"], 1) if bias and None in bias]
    if mixed or "tied" in content:
        what = f"layer {mixed[0]} has units of different kinds" if mixed else "parameters are tied"
        raise ValueError(f"{what}, which {Path(path).suffix} cannot hold: save it as .json")
    chain = Chain(os.fspath(path))
    chain.weights, chain.biases = content["weights"], content["biases"]
    chain.activations = content["activation"]
    write_whole(path, _WRITERS[Path(path).suffix.lower()](chain))
