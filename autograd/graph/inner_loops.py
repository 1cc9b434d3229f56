"""The two loops of back-propagation written out, a₀·b₀ + a₁·b₁ + …, once for each width.

The interpreter spends more on a turn of a loop than on the product and the sum in it. What is written
out does the same in the same order, so the numbers have the same bits.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.graph.node import Node

_WIDEST = 64  # beyond, the loop itself: what it costs is small beside its turns


class _ByWidth(dict[int, Callable[..., Any]]):
    """A loop over two sequences by their length, written out when it is first asked for."""

    def __init__(self, loop: Callable[..., Any], body: Callable[[range], str]) -> None:
        super().__init__()
        self._loop, self._body = loop, body

    def __missing__(self, width: int) -> Callable[..., Any]:
        function = self._written_out(width) if 0 < width <= _WIDEST else self._loop
        self[width] = function
        return function

    def _written_out(self, width: int) -> Callable[..., Any]:
        places = range(width)
        lines = [
            "def written_out(x, a, b):",
            "".join(f"a{i}, " for i in places) + "= a",
            "".join(f"b{i}, " for i in places) + "= b",
            self._body(places),
        ]
        names: dict[str, Any] = {}
        exec("\n    ".join(lines), names)
        return names["written_out"]  # type: ignore[no-any-return]


def _weighted_sum(start: float, ws: Sequence[float], xs: Sequence[float]) -> float:
    for w, x in zip(ws, xs):
        start += w * x
    return start


def _hand_back(g: float, parents: Sequence[Node], slopes: Sequence[float]) -> None:
    for parent, slope in zip(parents, slopes):
        parent._grad += g * slope


weighted_sum = _ByWidth(
    _weighted_sum, lambda places: "return x" + "".join(f" + a{i} * b{i}" for i in places)
)
hand_back = _ByWidth(
    _hand_back, lambda places: "; ".join(f"a{i}._grad += x * b{i}" for i in places)
)
