"""Arguments as arrays: which of their nests of lists are rectangular, and what is given for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, ClassVar

import numpy as np

from autograd.numbers import as_float, is_number
from autograd.replay.recording import Recording
from autograd.structure import describe, describe_arguments, leaves


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangular nest of numbers among the arguments: one array.

    Attributes:
        name: the argument it is in.
        slots: the slots of its numbers, in order.
        shape: its shape, without the axis of the examples.
        batched: whether it has such an axis.
        reached: whether its gradient is asked for.
    """

    name: str
    slots: range
    shape: tuple[int, ...]
    batched: bool
    reached: bool = True
    conditional: ClassVar[bool] = False  # as it may be of a group


def shape_of(tree: Any) -> tuple[int, ...] | None:
    """Return the shape of a rectangular nest of lists; None if it is not rectangular."""
    if isinstance(tree, dict):
        return None
    if not isinstance(tree, (list, tuple)):
        return ()
    if {*map(type, tree)} == {int}:  # slots
        return (len(tree),)
    shapes = {shape_of(item) for item in tree}
    if None in shapes or len(shapes) > 1:
        return None
    return (len(tree), *(next(iter(shapes), None) or ()))


@dataclass(slots=True)
class _Nest:
    """A list, tuple or dict among the arguments that is not a block.

    Attributes:
        parent, key: the number of the nest that it is an item of.
        kind: its type.
        keys: the keys of its items, or their indices.
        items: for each of them the number of a block, or ~number of a nest.
    """

    parent: int
    key: Any
    kind: type
    keys: Sequence[Any]
    items: list[int] = field(default_factory=list)

    def holds(self, given: Any) -> bool:
        """Tell whether what was given in its place has as many items, or the same keys."""
        if self.kind is dict:
            return isinstance(given, dict) and given.keys() == {*self.keys}
        return isinstance(given, (list, tuple)) and len(given) == len(self.keys)

    @property
    def made(self) -> Callable[[Any], Any]:
        """A function that makes it of its items."""
        if self.kind is dict:
            return lambda items: dict(zip(self.keys, items))
        return getattr(self.kind, "_make", self.kind)  # which a named tuple has


class Arguments:
    """The arguments of a recording: the blocks, and a flat plan of the nests around them.

    Args:
        recording: whose arguments.
        batched: the numbers of those that have an axis of examples.
        by: the numbers of those whose gradient is asked for; None for all of them.

    Attributes:
        blocks: the blocks from left to right.
    """

    def __init__(
        self, recording: Recording, batched: Sequence[int], by: Sequence[int] | None
    ) -> None:
        self._recording = recording
        self.blocks: list[Block] = []
        self._places: list[tuple[int, Any]] = []  # of each block: its nest, and its key there
        outermost = _Nest(0, 0, tuple, range(len(recording.arguments)))
        self._nests = [outermost]  # each after the one it is in
        for i, tree in enumerate(recording.arguments):
            kind = i in batched, by is None or i in by
            outermost.items.append(self._find(tree, recording.parameters[i], kind, 0, i))
        self._flat = len(self._nests) == 1
        self._plan = [
            (~number, nest.made, _picker(nest.items)) for number, nest in enumerate(self._nests)
        ][::-1]

    def _find(self, tree: Any, name: str, kind: tuple[bool, bool], parent: int, key: Any) -> int:
        """Add the blocks and nests of a tree; return the number of the block that it is, or ~number of the nest."""
        shape = shape_of(tree)
        if shape is not None:
            slots = [*leaves(tree)]
            first = slots[0] if slots else 0
            self.blocks.append(Block(name, range(first, first + len(slots)), shape, *kind))
            self._places.append((parent, key))
            return len(self.blocks) - 1
        keys = [*tree] if isinstance(tree, dict) else range(len(tree))
        number, nest = len(self._nests), _Nest(parent, key, type(tree), keys)
        self._nests.append(nest)
        for k in keys:
            nest.items.append(self._find(tree[k], f"{name}[{k!r}]", kind, number, k))
        return ~number

    def taken_apart(self, args: tuple[Any, ...]) -> list[Any]:
        """Return what was given for each block.

        Raises:
            TypeError: if the arguments have another structure than the recorded ones.
        """
        if self._flat and len(args) == len(self.blocks):
            return [*args]
        nests: list[Any] = []
        for nest in self._nests:
            given = nests[nest.parent][nest.key] if nests else args
            if not nest.holds(given):
                wanted, given = map(describe_arguments, (self._recording.arguments, args))
                raise TypeError(f"traced for arguments {wanted}, but {given} was given")
            nests.append(given)
        return [nests[number][key] for number, key in self._places]

    def put_together(self, arrays: Sequence[Any]) -> Any:
        """Return the structure of the arguments with an array for each block."""
        if self._flat:
            return tuple(arrays)
        pool = [*arrays, *self._nests]  # nests from the end, each when its items are there
        for place, made, items in self._plan:
            pool[place] = made(items(pool))
        return pool[-1]

    def checked(self, given: Sequence[Any]) -> tuple[Any, Any, list[Any], int | None]:
        """Return the array library, the type to compute in, an array for each block, and the number of examples.

        Args:
            given: what was given for each block.

        Raises:
            TypeError: if something other than real numbers was given.
            ValueError: if an array has another shape, or they differ in their number of examples.
        """
        xp = namespace(given)
        arrays = [as_array(block.name, x, xp) for block, x in zip(self.blocks, given)]
        counts = set()
        for block, x in zip(self.blocks, arrays):
            if (x.shape[1:] if block.batched else x.shape) != block.shape or len(
                x.shape
            ) < block.batched:
                raise _misshapen(block, x)
            if block.batched:
                counts.add(x.shape[0])
        if len(counts) > 1:
            raise ValueError(
                f"batched arguments differ in their number of examples: {sorted(counts)}"
            )
        types = {x.dtype for x in arrays} or {xp.float64}
        dtype = types.pop() if len(types) == 1 else xp.result_type(*arrays)
        arrays = [x if x.dtype == dtype else xp.astype(x, dtype) for x in arrays]
        return xp, dtype, arrays, counts.pop() if counts else None


def _picker(places: list[int]) -> Callable[[list[Any]], Any]:
    """Return a function that takes the items at some places out of a list."""
    return itemgetter(*places) if len(places) > 1 else lambda items: [items[i] for i in places]


def _misshapen(block: Block, x: Any) -> ValueError:
    wanted = str(("n", *block.shape) if block.batched else block.shape).replace("'", "")
    return ValueError(
        f"{block.name} needs an array of shape {wanted}, but one of {tuple(x.shape)} was given"
        + "; it is a batched argument, so its first axis counts the examples" * block.batched
    )


def namespace(given: Sequence[Any]) -> Any:
    """Return the array library of the first array; NumPy if there is none."""
    for x in leaves([*given]):
        if hasattr(x, "__array_namespace__") and not isinstance(x, np.generic):
            return x.__array_namespace__()
    return np


def as_array(name: str, x: Any, xp: Any) -> Any:
    """Return what was given for an argument as an array of floats.

    Raises:
        TypeError: if it holds anything but real numbers, or some of them are masked.
        ValueError: if it is a nest of lists that is not rectangular.
    """
    if hasattr(x, "mask"):
        raise TypeError(
            f"{name} is a masked array, but every number counts here; fill it, x.filled(0.0), and let an "
            "argument more say which numbers count"
        )
    if isinstance(x, dict):
        raise TypeError(f"{name} needs numbers or an array, but a dict was given: {describe(x)}")
    if isinstance(x, (list, tuple)) and any(hasattr(y, "shape") for y in leaves(x)):
        return xp.stack([as_array(name, item, xp) for item in x])
    try:
        x = xp.asarray(x)  # of an array that is more than one, a np.matrix say, the plain one
    except ValueError:
        raise ValueError(
            f"{name} needs lists of equal lengths, or an array, but {describe(x)} was given"
        ) from None
    # too large for an integer, or a Fraction
    if x.dtype == object and all(map(is_number, x.ravel())):
        x = xp.asarray([as_float(item) for item in x.ravel()]).reshape(x.shape)
    if x.dtype == xp.float64 or xp.isdtype(x.dtype, "real floating"):
        return x
    if not xp.isdtype(x.dtype, ("bool", "integral")):
        held = type(x.ravel()[0]).__name__ if x.dtype == object and x.size else x.dtype
        raise TypeError(
            f"{name} needs plain real numbers, but {held} was given"
            + "; take its .data" * (held == "Value")
        )
    return xp.astype(x, xp.float64)
