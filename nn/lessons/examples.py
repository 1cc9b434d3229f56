"""What a published worked example is: printed numbers beside those that the engine computes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from autograd import Value, draw, edges
from autograd.explanation.credit import Edge
from autograd.graph.walks import topological
from autograd.notation import table
from nn.credit import Credit, assign_credit
from nn.lessons.names import quantities
from nn.losses import Loss, half_squared_error
from nn.network import MLP

if TYPE_CHECKING:
    from autograd.pictures.drawing import Drawing

PRINTED = re.compile(r"\s*(.+?)\s+(-?[.\d]+)\s+((?:-?new )?\S+)\s*$")
ULPS = 1e-15  # prints of full double precision may differ by how a function was computed


@dataclass(frozen=True)
class Row:
    """A printed number beside the right one.

    Attributes:
        name: what it is called in print.
        printed: as it was printed.
        right: the right number.
    """

    name: str
    printed: str
    right: float

    @property
    def ok(self) -> bool:
        """Whether the right number rounds to the printed one."""
        given, right = Decimal(self.printed), Decimal(self.right)
        half_a_digit = Decimal(5).scaleb(-self._decimals - 1)
        return abs(given - right) <= max(half_a_digit, abs(right) * Decimal(ULPS))

    @property
    def shown(self) -> str:
        """The right number with a few more digits than were printed."""
        digits = min(max(2, self._decimals) + 2, 17)
        return f"{self.right:.{digits}f}" if abs(self.right) > 1e-4 else f"{self.right:.12g}"

    @property
    def _decimals(self) -> int:
        return -int(Decimal(self.printed).as_tuple().exponent)


@dataclass(frozen=True, eq=False)
class Example(ABC):
    """A published worked example.

    Attributes:
        key: what the gallery knows it by.
        title, source: what it is and where it was published.
        printed: the printed numbers, one a line: the name in print, the number, and the quantity in
            `numbers` that it should be; a minus before the quantity where the print has the other sign.
        note: what is wrong in print, and why.
        more: computes printed numbers that are not those of a single pass, given the example.

    >>> from nn.lessons import example
    >>> example("mazur").wrong()
    ['E after a step']
    """

    key: str
    title: str
    source: str
    printed: str
    note: str = field(default="", kw_only=True)
    more: Callable[[Any], Mapping[str, float]] | None = field(default=None, kw_only=True)

    @abstractmethod
    def _numbers(self) -> dict[str, float]: ...

    @abstractmethod
    def draw(self) -> "Drawing":
        """Return the example as a picture."""

    def numbers(self) -> dict[str, float]:
        """Return the right numbers by the name of the quantity, computed by the engine."""
        return self._numbers() | ({} if self.more is None else dict(self.more(self)))

    def rows(self) -> list[Row]:
        """Return each printed number beside the right one."""
        right = self.numbers()
        found = []
        for line in self.printed.strip().splitlines():
            name, printed, quantity = PRINTED.match(line).groups()  # type: ignore[union-attr]
            sign = -1.0 if quantity.startswith("-") else 1.0
            found.append(Row(name, printed, sign * right[quantity.removeprefix("-")]))
        return found

    def wrong(self) -> list[str]:
        """Return the names of the numbers that are wrong in print."""
        return [row.name for row in self.rows() if not row.ok]

    def __str__(self) -> str:
        rows = []
        for row in self.rows():
            verdict = "" if row.ok else "✗ wrong in print"
            rows.append([row.name, row.printed, row.shown, verdict])
        lines = [self.title, self.source, table(["number", "printed", "right", ""], rows)]
        return "\n".join([*lines, *[f"note: {self.note}"] * bool(self.note)])


@dataclass(frozen=True, eq=False)
class NetworkExample(Example):
    """A worked example of a network.

    Attributes:
        weights, biases, activation, output_activation: as for `MLP.from_weights`.
        x, y: the input vector and the target.
        loss: the loss of the example.
        lr: the learning rate η of its update.
        notation: in whose letters it is drawn.
    """

    weights: Any
    x: list[float]
    y: Any
    biases: Any = None
    activation: str = "sigmoid"
    output_activation: str = "sigmoid"
    loss: Loss = half_squared_error
    lr: float = 0.1
    notation: str = "slides"

    def network(self) -> MLP:
        """Return the network before its update."""
        return MLP.from_weights(self.weights, self.biases, self.activation, self.output_activation)

    def credit(self) -> Credit:
        """Return who is to blame for the error of the example."""
        return assign_credit(self.network(), self.x, self.y, self.loss, notation=self.notation)

    def _numbers(self) -> dict[str, float]:
        return quantities(self.credit().in_notation("slides"), self.lr)

    def draw(self) -> "Drawing":
        """Return the credit graph."""
        return self.credit().draw()


@dataclass(frozen=True, eq=False)
class ExpressionExample(Example):
    """A worked example of an expression.

    Attributes:
        build: makes the graph of the expression and returns its result. Its number is "value"; of a node with
            a label a, its number is "a" and the derivative of the result by it "da".
    """

    build: Callable[[], Value]

    def _numbers(self) -> dict[str, float]:
        root = self.build()
        root.backward()
        found = {"value": root.data}
        for node in topological(root):
            if node.label:
                found[node.label] = node.data
                found[f"d{node.label}"] = node.grad
        return found

    def credit(self) -> list[Edge]:
        """Return every edge of the graph with its credit, upstream times local."""
        return edges(self.build())

    def draw(self) -> "Drawing":
        """Return the graph with the credit of its edges."""
        return draw(self.build(), credit=True)
