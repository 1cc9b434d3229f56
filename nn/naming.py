"""How the nodes of a layered network are numbered, and what its weights are called."""

from collections.abc import Sequence

from autograd.notation import subscript, superscript


def numbering(sizes: Sequence[int]) -> list[list[int]]:
    """Return the numbers of the nodes in each layer, from the inputs to the outputs: backwards from the output.

    >>> numbering([3, 2, 1])
    [[5, 4, 3], [1, 2], [0]]
    """
    layers, following = [], 0
    for size in reversed(sizes):
        layers.append(list(range(following, following + size)))
        following += size
    layers.reverse()
    layers[0].reverse()  # the inputs are numbered from the last to the first
    return layers


def edge_name(source: int | None, target: int) -> str:
    """Return what a weight is called, or with None as its source the bias of a unit.

    >>> edge_name(3, 1), edge_name(None, 1)
    ('w₃⇝₁', 'b₁')
    """
    return (
        f"b{subscript(target)}" if source is None else f"w{subscript(source)}⇝{subscript(target)}"
    )


def layered_name(layer: int, row: int | None, column: int) -> str:
    """Return the layered name of a weight, w⁽¹⁾₃₁, or, where no row is given, of a bias.

    A layer counts from 1; row and column, the places of tail and head in their layers, from 0.

    >>> layered_name(1, 2, 0), layered_name(2, None, 0)
    ('w⁽¹⁾₃₁', 'b⁽²⁾₁')
    """
    if row is None:
        return f"b⁽{superscript(layer)}⁾{subscript(column + 1)}"
    comma = "‚" if row > 8 or column > 8 else ""
    return f"w⁽{superscript(layer)}⁾{subscript(row + 1)}{comma}{subscript(column + 1)}"
