"""ONNX files of networks whose layers are in a row, read and written in protobuf's own wire format.

The numbers of the fields are those of onnx.proto; see https://protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nn.exchange.chain import NAMES, Chain, Matrix, transposed
from nn.exchange.tensors import Tensor, unpacked

_GRAPH, _OPSETS = 7, 8  # of a model
_NODES, _NAME, _CONSTANTS, _INPUTS, _OUTPUTS = 1, 2, 5, 11, 12  # of a graph
_TYPES = {1: "F32", 11: "F64"}  # of a tensor

# The operations that are activations, and the values of their attributes that are ours.
_ACTIVATIONS: dict[str, dict[str, Any]] = {
    **{kind: {} for kind in ("Identity", "Tanh", "Sigmoid", "Relu", "Softplus")},
    "LeakyRelu": {"alpha": 0.01},
    "Elu": {"alpha": 1.0},
    "Gelu": {"approximate": b"none"},
}
_WRITTEN = {NAMES[kind.lower()]: kind for kind in _ACTIVATIONS}

# ---------------------------------------------------------------- reading

Fields = dict[int, list[Any]]


def _fields(raw: bytes) -> Fields:
    """Return the fields of a message: whole numbers, four or eight bytes, or the bytes of a message or text."""
    found: Fields = {}
    place = 0
    while place < len(raw):
        key, place = _varint(raw, place)
        wire = key & 7
        if wire == 0:
            value, place = _varint(raw, place)
            found.setdefault(key >> 3, []).append(value)
            continue
        if wire == 2:
            size, place = _varint(raw, place)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError("it is damaged, or not an ONNX file")
        if place + size > len(raw):
            raise ValueError("it is damaged or cut off, or not an ONNX file")
        found.setdefault(key >> 3, []).append(raw[place : place + size])
        place += size
    return found


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place == len(raw):
            break
        value |= (raw[place] & 127) << shift
        place += 1
        if raw[place - 1] < 128:
            return value, place
    raise ValueError("it is damaged or cut off, or not an ONNX file")


def _text(fields: Fields, key: int) -> str:
    return fields.get(key, [b""])[0].decode()  # type: ignore[no-any-return]


def read_onnx(path: Path, chain: Chain) -> None:
    """Add the layers of an ONNX file: Gemm, or MatMul and Add, and an activation after each.

    Raises:
        ValueError: if it is damaged, has another operation, or its layers are not in a row.
    """
    graph = _fields(_fields(path.read_bytes()).get(_GRAPH, [b""])[0])
    tensors = dict(_tensor(_fields(raw), path) for raw in graph.get(_CONSTANTS, []))
    inputs = [_text(_fields(raw), 1) for raw in graph.get(_INPUTS, [])]
    inputs = [name for name in inputs if name not in tensors]  # old files list the weights, too
    if len(inputs) != 1:
        raise chain.refuse("its graph", f"has {len(inputs)} inputs, and one is needed")
    (now,) = inputs
    before = now  # what the activation before was computed from, for the product x·σ(x)
    for node in map(_fields, graph.get(_NODES, [])):
        kind = _text(node, 4)
        shown = f"the node {_text(node, 3) or kind!r} ({kind})"
        operands = [raw.decode() for raw in node.get(1, [])]
        attributes = dict(_attribute(_fields(raw)) for raw in node.get(5, []))
        if kind == "Constant":
            tensors[node[2][0].decode()] = attributes["value"]
            continue
        if now not in operands:
            raise chain.refuse(shown, "does not follow the node before it")
        constants = [tensors[name] for name in operands if name in tensors]
        if kind == "Mul" and sorted(operands) == sorted([before, now]):
            if chain.activations[-1:] != ["sigmoid"]:
                raise chain.refuse(shown, "is a product of computed numbers")
            chain.activations[-1] = "silu"
        else:
            _add(chain, shown, kind, operands.index(now), constants, attributes)
        (before, now) = now, node[2][0].decode()
    outputs = [_text(_fields(raw), 1) for raw in graph.get(_OUTPUTS, [])]
    if outputs != [now]:
        raise chain.refuse("its graph", "has an output that is not its last layer's")


def _add(
    chain: Chain, shown: str, kind: str, place: int, constants: list[Tensor], attributes: dict[str, Any]
) -> None:  # fmt: skip
    """Add what one node does to the numbers of the node before."""
    if kind in ("Gemm", "MatMul"):
        scales = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
        if place or scales != (1.0, 1.0) or attributes.get("transA"):
            raise chain.refuse(shown, "is not a plain weighted sum of its inputs")
        if not constants or len(constants[0].shape) != 2 or len(constants) > 2:
            raise chain.refuse(shown, "has weights that are not a constant matrix")
        rows = constants[0].rows()
        weight = transposed(rows) if attributes.get("transB") else rows
        bias = _spread(constants[1], len(weight[0])) if len(constants) > 1 else None
        chain.dense(shown, weight, bias)
    elif kind == "Add" and constants and chain.weights:
        if chain.biases[-1] is not None or chain.activations[-1] != "linear":
            raise chain.refuse(shown, "adds a constant where no bias is expected")
        chain.biases[-1] = _spread(constants[0], len(chain.weights[-1][0]))
    elif kind in ("Softmax", "LogSoftmax"):
        chain.softmax(shown)
    elif kind in _ACTIVATIONS:
        ours = _ACTIVATIONS[kind]
        chain.expect(shown, ours, lambda name: attributes.get(name, ours[name]))
        chain.activation(shown, kind)
    elif kind == "Cast":
        if attributes.get("to") not in _TYPES:
            raise chain.refuse(shown, "changes the numbers to another type")
    elif kind != "Dropout":  # idle outside training
        raise chain.refuse(shown, "is not supported")


def _spread(tensor: Tensor, units: int) -> list[float]:
    """Return a bias; one number stands for each unit."""
    return tensor.numbers * units if len(tensor.numbers) == 1 else tensor.numbers


def _tensor(fields: Fields, path: Path) -> tuple[str, Tensor]:
    name = _text(fields, 8)
    shape: list[int] = []
    for size in fields.get(1, []):
        shape += [size] if isinstance(size, int) else _varints(size)
    kind = fields.get(2, [0])[0]
    if kind not in _TYPES:
        return name, Tensor((), [])  # no weight, and refused where it is used as one
    if fields.get(14, [0])[0] == 1:
        raw = _external(name, fields, path)
    else:
        packed = fields.get(9) or fields.get(4 if kind == 1 else 10, [])
        raw = b"".join(packed)
    return name, unpacked(name, _TYPES[kind], tuple(shape), raw)


def _varints(raw: bytes) -> list[int]:
    found, place = [], 0
    while place < len(raw):
        value, place = _varint(raw, place)
        found.append(value)
    return found


def _external(name: str, fields: Fields, path: Path) -> bytes:
    """Return the bytes of a tensor that lies in a file beside the model."""
    said = {_text(entry, 1): _text(entry, 2) for entry in map(_fields, fields.get(13, []))}
    location = said.get("location", "")
    if not location or Path(location).name != location:
        raise ValueError(f"the array {name!r} lies in {location!r}, which is not beside the file")
    beside = path.with_name(location)
    if not beside.is_file():
        raise ValueError(f"the array {name!r} lies in {location!r}, which is not there: keep both files")  # fmt: skip
    raw = beside.read_bytes()[int(said.get("offset", "0")) :]
    return raw[: int(said["length"])] if "length" in said else raw


def _attribute(fields: Fields) -> tuple[str, Any]:
    name = _text(fields, 1)
    if 2 in fields:
        return name, *struct.unpack("<f", fields[2][0])
    if 5 in fields:
        return name, _tensor(_fields(fields[5][0]), Path())[1]
    return name, next((fields[key][0] for key in (3, 4) if key in fields), None)


# ---------------------------------------------------------------- writing


def write_onnx(chain: Chain) -> bytes:
    """Return an ONNX model in double precision, from the input x (a row an example) to the output y."""
    nodes: list[bytes] = []
    constants: list[bytes] = []
    now = "x"

    def node(kind: str, operands: Iterable[str], result: str, attributes: bytes = b"") -> str:
        fields = b"".join(_field(1, name) for name in operands)
        fields += _field(2, result) + _field(3, result) + _field(4, kind) + attributes
        nodes.append(_field(_NODES, fields))
        return result

    layers = zip(chain.weights, chain.biases, chain.activations)
    for k, (weight, bias, name) in enumerate(layers, 1):
        operands = [now, f"W{k}"]
        constants.append(_constant(f"W{k}", weight))
        if bias is not None:
            operands.append(f"b{k}")
            constants.append(_constant(f"b{k}", bias))
        now = node("Gemm" if bias is not None else "MatMul", operands, f"a{k}")
        if name == "silu":
            slope = node("Sigmoid", [now], f"s{k}")
            now = node("Mul", [now, slope], f"z{k}")
        elif name != "linear":
            if name not in _WRITTEN:
                raise ValueError(f"ONNX has no operation {name}: save it as .json")
            alpha = _ACTIVATIONS[_WRITTEN[name]].get("alpha")
            said = b"" if alpha is None else _field(5, _float_attribute("alpha", alpha))
            now = node(_WRITTEN[name], [now], f"z{k}", said)
    node("Identity", [now], "y")
    graph = b"".join(nodes) + _field(_NAME, "network")
    graph += b"".join(_field(_CONSTANTS, tensor) for tensor in constants)
    graph += _field(_INPUTS, _port("x", len(chain.weights[0])))
    graph += _field(_OUTPUTS, _port("y", len(chain.weights[-1][0])))
    opset = _field(1, "") + _field(2, 20)
    made = _field(1, 9) + _field(2, "scalar-autograd")
    return made + _field(_GRAPH, graph) + _field(_OPSETS, opset)


def _field(key: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _encoded(key << 3) + _encoded(value)
    raw = value.encode() if isinstance(value, str) else value
    return _encoded(key << 3 | 2) + _encoded(len(raw)) + raw


def _encoded(n: int) -> bytes:
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def _constant(name: str, value: Matrix | list[float]) -> bytes:
    rows = [value] if not isinstance(value[0], list) else value
    shape = [len(value), len(value[0])] if isinstance(value[0], list) else [len(value)]
    numbers: list[float] = [x for row in rows for x in row]  # pyright: ignore[reportGeneralTypeIssues]
    raw = struct.pack(f"<{len(numbers)}d", *numbers)
    return b"".join(_field(1, n) for n in shape) + _field(2, 11) + _field(8, name) + _field(9, raw)


def _float_attribute(name: str, value: float) -> bytes:
    return _field(1, name) + _encoded(2 << 3 | 5) + struct.pack("<f", value) + _field(20, 1)


def _port(name: str, width: int) -> bytes:
    """Return what an input or output is: examples × width numbers in double precision."""
    shape = _field(1, _field(2, "examples")) + _field(1, _field(1, width))
    return _field(1, name) + _field(2, _field(1, _field(1, 11) + _field(2, shape)))
