"""Arguments as arrays: which of their nests of lists are rectangular, and what is given for them."""

from dataclasses import dataclass
from typing import Any

from autograd.matrices.gather import Layout
from autograd.numbers import is_number, number
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
        if type(x) is not getattr(xp, "ndarray", None) or x.dtype != xp.float64:
            x = as_array(self.name, x, xp)
        shape = x.shape
        if (shape[1:] if self.batched else shape) != self.shape or len(shape) < self.batched:
            wanted = str(("n", *self.shape) if self.batched else self.shape).replace("'", "")
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
        if isinstance(tree, dict):
            return dict(zip(tree, blocks))
        return type(tree)(*blocks) if hasattr(tree, "_fields") else type(tree)(blocks)
    slots = list(leaves(tree))
    first = slots[0] if slots else 0
    return Block(name, range(first, first + len(slots)), shape, batched)


def fitted(template: Any, given: Any, found: list[Any]) -> bool:
    """Append what was given for each block; False if the structures differ."""
    if type(template) is dict:
        if not isinstance(given, dict) or given.keys() != template.keys():
            return False
        given = [given[key] for key in template]
        template = template.values()
    elif not isinstance(given, (list, tuple)):
        return False
    if len(given) != len(template):
        return False
    for part, x in zip(template, given):
        if type(part) is not Block:
            if not fitted(part, x, found):
                return False
        elif isinstance(x, dict):
            return False
        else:
            found.append(x)
    return True


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
        x = xp.asarray([number(item) for item in x.ravel()]).reshape(x.shape)
    if x.dtype == xp.float64 or xp.isdtype(x.dtype, "real floating"):
        return x
    if not xp.isdtype(x.dtype, ("bool", "integral")):
        held = type(x.ravel()[0]).__name__ if x.dtype == object and x.size else x.dtype
        raise TypeError(
            f"{name} needs plain real numbers, but {held} was given"
            + "; take its .data" * (held == "Value")
        )
    return xp.astype(x, xp.float64)
