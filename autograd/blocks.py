"""Arguments as arrays: which of their nests of lists are rectangular, and what is given for them."""

from dataclasses import dataclass
from typing import Any

from autograd.picking import Layout
from autograd.structure import describe, leaves


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangular nest of numbers among the arguments: one array.

    Attributes:
        name: the argument it is in.
        slots: the slots of its numbers, in order.
        shape: its shape, without the axis of the examples.
        batched: whether it has such an axis.
    """

    name: str
    slots: range
    shape: tuple[int, ...]
    batched: bool

    def checked(self, x: Any, xp: Any) -> Any:
        """Return what was given as an array of floats.

        Raises:
            ValueError: if it has another shape.
        """
        x = as_array(x, xp)
        shape = x.shape
        if (shape[1:] if self.batched else shape) != self.shape or len(shape) < self.batched:
            wanted = f"(n, {', '.join(map(str, self.shape))})" if self.batched else self.shape
            raise ValueError(
                f"{self.name} needs an array of shape {wanted}, but one of {tuple(shape)} was given"
                + "; it is a batched argument, so its first axis counts the examples" * self.batched
            )
        return x

    def matrix(self, x: Any, layout: Layout) -> Any:
        """Return the array as a matrix with a row for each number, a column for each example."""
        if not self.batched:
            return layout.reshape(x, (len(self.slots), 1))
        return layout.reshape(x, (x.shape[0], len(self.slots))).T

    def array(self, matrix: Any, layout: Layout) -> Any:
        """Return the array that a matrix of this block stands for."""
        if self.batched:
            return layout.reshape(matrix.T, (matrix.shape[1], *self.shape))
        return layout.reshape(matrix, self.shape)


def shape_of(tree: Any) -> tuple[int, ...] | None:
    """Return the shape of a rectangular nest of lists; None if it is not rectangular."""
    if isinstance(tree, dict):
        return None
    if not isinstance(tree, (list, tuple)):
        return ()
    shapes = {shape_of(item) for item in tree}
    if None in shapes or len(shapes) > 1:
        return None
    return (len(tree), *(next(iter(shapes), None) or ()))


def blocks_in(tree: Any, name: str, batched: bool) -> Any:
    """Return the structure with a Block in place of every rectangular nest of slots."""
    shape = shape_of(tree)
    if shape is None:
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        blocks = [blocks_in(item, f"{name}[{key!r}]", batched) for key, item in items]
        return dict(zip(tree, blocks)) if isinstance(tree, dict) else type(tree)(blocks)
    slots = list(leaves(tree))
    first = slots[0] if slots else 0
    return Block(name, range(first, first + len(slots)), shape, batched)


def fitted(template: Any, given: Any, found: list[Any]) -> bool:
    """Append what was given for each block; False if the structures differ."""
    if type(template) is Block:
        found.append(given)
        return not isinstance(given, dict)
    if type(template) is dict:
        if not isinstance(given, dict) or given.keys() != template.keys():
            return False
        return all(fitted(item, given[key], found) for key, item in template.items())
    if not isinstance(given, (list, tuple)) or len(given) != len(template):
        return False
    return all(fitted(*pair, found) for pair in zip(template, given))


def as_array(x: Any, xp: Any) -> Any:
    """Return x as an array of floats."""
    if not hasattr(x, "__array_namespace__"):
        if isinstance(x, (list, tuple)) and any(hasattr(y, "shape") for y in leaves(x)):
            return xp.stack([as_array(item, xp) for item in x])
        x = xp.asarray(x)
    if x.dtype == xp.float64 or xp.isdtype(x.dtype, "real floating"):
        return x
    if not xp.isdtype(x.dtype, ("bool", "integral")):
        raise TypeError(f"arrays of numbers are needed, but one of {x.dtype} was given")
    return xp.astype(x, xp.float64)


def describe_given(args: tuple[Any, ...]) -> str:
    shown = ", ".join(
        f"array of shape {tuple(x.shape)}" if hasattr(x, "shape") else describe(x) for x in args
    )
    return f"({shown})"
