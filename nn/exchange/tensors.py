"""Files of named arrays, .npz and .safetensors, read and written by their bytes."""

import ast
import io
import json
import math
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nn.exchange.chain import Chain, Matrix, transposed

_NPY = b"\x93NUMPY"
_CODES = {"<f4": "<f", ">f4": ">f", "<f8": "<d", ">f8": ">d", "F32": "<f", "F64": "<d"}


@dataclass(frozen=True)
class Tensor:
    """An array: its shape, and its numbers in the order of C."""

    shape: tuple[int, ...]
    numbers: list[float]

    def rows(self) -> Matrix:
        """Return a matrix as lists."""
        width = self.shape[1]
        return [self.numbers[k : k + width] for k in range(0, len(self.numbers), width)]


def unpacked(name: str, kind: str, shape: tuple[int, ...], raw: bytes) -> Tensor:
    """Return the tensor that these bytes hold; a ValueError if its type is another than single or double precision."""
    code = _CODES.get(kind)
    if code is None:
        convert = "convert it to float32 or float64 before saving"
        raise ValueError(f"the array {name!r} is of type {kind}; {convert}")
    count, size = math.prod(shape), struct.calcsize(code)
    if len(raw) != count * size:
        raise ValueError(f"the array {name!r} has {len(raw)} bytes, and {count * size} are needed")
    return Tensor(shape, list(struct.unpack(f"{code[0]}{count}{code[1]}", raw)))


# ---------------------------------------------------------------- NumPy's .npz


def read_npz(raw: bytes) -> tuple[dict[str, Tensor], dict[str, list[str]]]:
    """Return the arrays of a file of numpy.savez by name, and those that hold text.

    Raises:
        ValueError: if it is damaged, or holds Python objects.
    """
    tensors: dict[str, Tensor] = {}
    texts: dict[str, list[str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            files = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"it is damaged, or not a .npz file: {error}") from None
    for name, npy in files.items():
        kind, shape, data = _npy(name, npy)
        if kind[1:2] == "U":  # text, in four bytes a character
            width = 4 * int(kind[2:])
            cells = [data[k : k + width] for k in range(0, len(data), width)] if width else []
            texts[name] = [cell.decode("utf-32-le").rstrip("\0") for cell in cells]
        else:
            tensors[name] = unpacked(name, kind, shape, data)
    return tensors, texts


def _npy(name: str, npy: bytes) -> tuple[str, tuple[int, ...], bytes]:
    """Return type, shape and data of an array in NumPy's own format (NEP 1)."""
    if npy[:6] != _NPY or len(npy) < 12:
        raise ValueError(f"the array {name!r} is damaged")
    size, start = ("<H", 10) if npy[6] == 1 else ("<I", 12)
    (length,) = struct.unpack(size, npy[8:start])
    try:
        header = ast.literal_eval(npy[start : start + length].decode("latin-1").strip())
        kind, shape, columns = header["descr"], tuple(header["shape"]), header["fortran_order"]
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"the array {name!r} is damaged: {error}") from None
    data = npy[start + length :]
    if not isinstance(kind, str) or "O" in kind:
        raise ValueError(f"the array {name!r} holds Python objects, which are never executed here")
    if columns and len(shape) == 2:
        tensor = unpacked(name, kind, shape[::-1], data)
        numbers = [x for row in transposed(tensor.rows()) for x in row]
        return "<f8", shape, struct.pack(f"<{len(numbers)}d", *numbers)
    return kind, shape, data


def write_npz(chain: Chain) -> bytes:
    """Return a .npz file: W1, b1, W2, … and the names of the activations; W has a row per input."""
    arrays = {}
    for k, (weight, bias) in enumerate(zip(chain.weights, chain.biases), 1):
        arrays[f"W{k}"] = _as_npy((len(weight), len(weight[0])), [x for row in weight for x in row])
        if bias is not None:
            arrays[f"b{k}"] = _as_npy((len(bias),), bias)
    width = max(map(len, chain.activations))
    text = "".join(name.ljust(width, "\0") for name in chain.activations).encode("utf-32-le")
    arrays["activation"] = _npy_bytes(f"<U{width}", (len(chain.activations),), text)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, npy in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), npy)  # of no date: the same bytes
    return out.getvalue()


def _as_npy(shape: tuple[int, ...], numbers: list[float]) -> bytes:
    return _npy_bytes("<f8", shape, struct.pack(f"<{len(numbers)}d", *numbers))


def _npy_bytes(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    header = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return _NPY + b"\x01\x00" + struct.pack("<H", len(header)) + header + data


# ---------------------------------------------------------------- safetensors


def read_safetensors(raw: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the arrays of a .safetensors file by name, and what else its header says.

    Raises:
        ValueError: if it is damaged or cut off.
    """
    try:
        (length,) = struct.unpack("<Q", raw[:8])
        header = json.loads(raw[8 : 8 + length])
        data = raw[8 + length :]
        said = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            tensors[name] = unpacked(name, entry["dtype"], tuple(entry["shape"]), data[start:end])
    except (struct.error, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:  # fmt: skip
        raise ValueError(f"it is damaged, or not a .safetensors file: {error}") from None
    return tensors, dict(said)


def write_safetensors(chain: Chain) -> bytes:
    """Return a .safetensors file as torch.nn.Sequential names and shapes its arrays: a row per unit.

    Each activation but "linear" counts as a layer, as it does there, so `load_state_dict` takes it.
    """
    said = {"format": "pt", "activation": json.dumps(chain.activations)}
    header: dict[str, Any] = {"__metadata__": said}
    data, place = b"", 0

    def add(part: str, shape: list[int], numbers: list[float]) -> None:
        nonlocal data
        start, data = len(data), data + struct.pack(f"<{len(numbers)}d", *numbers)
        entry = {"dtype": "F64", "shape": shape, "data_offsets": [start, len(data)]}
        header[f"{place}.{part}"] = entry

    for weight, bias, name in zip(chain.weights, chain.biases, chain.activations):
        numbers = [x for column in zip(*weight) for x in column]
        add("weight", [len(weight[0]), len(weight)], numbers)
        if bias is not None:
            add("bias", [len(bias)], bias)
        place += 1 if name == "linear" else 2
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


# ---------------------------------------------------------------- names to layers


def add_layers(chain: Chain, tensors: Mapping[str, Tensor]) -> None:
    """Add the dense layers that arrays make, by their names.

    Known are W1 and b1 (ours); 0.weight and 0.bias of PyTorch, with a row per unit; kernel and bias of
    Keras; and the arrays of `numpy.savez(path, *arrays)`, matrices and vectors in order.

    Raises:
        ValueError: if a name or a shape is another, or a layer has biases but no weights.
    """
    weights: dict[Any, tuple[str, Matrix]] = {}
    biases: dict[Any, tuple[str, list[float]]] = {}
    loose: list[tuple[str, Tensor]] = []
    for name, tensor in sorted(tensors.items(), key=lambda item: _natural(_split(item[0])[0])):
        stem, part = _split(name)
        if part == "" and re.fullmatch(r"arr_\d+", name):
            loose.append((name, tensor))
        elif part == "bias" and len(tensor.shape) == 1:
            biases[_natural(stem)] = name, tensor.numbers
        elif part in ("weight", "kernel") and len(tensor.shape) == 2:
            rows = tensor.rows()
            weights[_natural(stem)] = name, transposed(rows) if part == "weight" else rows
        else:
            shape = "×".join(map(str, tensor.shape)) or "one number"
            array = f"the array {name!r} ({shape})"
            raise chain.refuse(array, "is no weight or bias of a dense layer")
    if loose and (weights or biases):
        raise chain.refuse(f"the array {loose[0][0]!r}", "has no name, but others have")
    ranks = [len(tensor.shape) for _, tensor in loose]
    apart = ranks == sorted(ranks, reverse=True) and ranks.count(2) == ranks.count(1)
    for k, (name, tensor) in enumerate(loose):
        if ranks[k] == 2:
            weights[k] = name, tensor.rows()
        elif ranks[k] == 1:  # all matrices, then all vectors; or each vector behind its matrix
            biases[k - ranks.count(2) if apart else k - 1] = name, tensor.numbers
        else:
            raise chain.refuse(f"the array {name!r}", "is neither a matrix nor a vector")
    if homeless := biases.keys() - weights.keys():
        name, _ = biases[min(homeless)]
        raise chain.refuse(f"the array {name!r}", "is a bias of a layer without weights")
    for key, (name, weight) in weights.items():
        chain.dense(f"the array {name!r}", weight, biases[key][1] if key in biases else None)


def _split(name: str) -> tuple[str, str]:
    """Return the layer that a name belongs to, and which part of it: weight, kernel or bias."""
    name = name.removesuffix(":0")
    if ours := re.fullmatch(r"([Wb])(\d+)", name):
        return ours[2], "kernel" if ours[1] == "W" else "bias"
    stem, _, part = name.replace("/", ".").rpartition(".")
    return (stem, part) if part in ("weight", "kernel", "bias") else (name, "")


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a key by which "2.weight" comes before "10.weight"."""
    parts = re.split(r"(\d+)", name)
    return tuple((1, int(p)) if p.isdigit() else (0, p) for p in parts if p)
