"""What the reader of a working hands to the marker: the numbers of an example, and how each was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal, NamedTuple

from nn.credit.credit import Credit
from nn.credit.parts import Key
from nn.credit.telling.equations import equations

Kind = Literal["a", "z", "p", "loss", "delta", "gradient", "new"]


class Quantity(NamedTuple):
    """A number of an example, whatever a book calls it.

    Attributes:
        kind: "a" the sum of a unit, "z" its output, "p" the probability of an output, "loss", "delta" its ∂L/∂a,
            "gradient" of a weight or a bias, "new" what the update makes of it.
        of: the number of the unit; of a weight or a bias the key of its edge, or, of one with several uses, its name; of the
            loss None.
    """

    kind: Kind
    of: int | Key | str | None = None


@dataclass(frozen=True)
class Written:
    """A number as it was written; it stands for ± half a unit of its last digit.

    Attributes:
        text: the number as it was written: -0,5814 or 13.63 %.
        value: what it is; of a percentage a hundredth.
        unit: what one in its last digit is worth.
        digits: how many of its digits are significant.
        name: what it was called.
        line: the line that it stands in, from 1.
    """

    text: str
    value: float
    unit: float
    digits: int
    name: str = ""
    line: int = 0

    @cached_property
    def decimals(self) -> int:
        """How many digits stand after the point; fewer than 0 where its last digit counts tens."""
        return len(f"{1 / self.unit:.0f}") - 1 if self.unit < 1 else 1 - len(f"{self.unit:.0f}")

    @property
    def half(self) -> float:
        """Half a unit of its last digit."""
        return self.unit / 2


@dataclass(frozen=True)
class Unread:
    """What has digits, but could not be read.

    Attributes:
        text: what stands there.
        line: in which line, from 1.
        why: the reason.
    """

    text: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text!r}: {self.why}" if self.line else self.why


@dataclass(frozen=True)
class Restated:
    """A setting of the problem that stands among the answers; it never sets the problem.

    Attributes:
        text: what stands there.
        line: in which line, from 1.
        same: whether the problem says so too.
    """

    text: str
    line: int
    same: bool


@dataclass(frozen=True)
class Reading:
    """What was read in a working.

    Attributes:
        numbers: each number, in the order in which they stand.
        unread: what has digits, but could not be read, with the reasons.
        restated: settings that are repeated.
        notation: in the letters of which book it was read.
        told: whether that was said, not recognised.
        error_sign: −1.0 if its δ are −∂L/∂a, so that updates add; the numbers are as they were written.
    """

    numbers: Mapping[Quantity, Written]
    unread: tuple[Unread, ...] = ()
    restated: tuple[Restated, ...] = ()
    notation: str = "slides"
    told: bool = False
    error_sign: float = 1.0


def right_numbers(credit: Credit, lr: float) -> dict[Quantity, float]:
    """Return every number of an example, in the order in which one works them out.

    Args:
        credit: the example.
        lr: the learning rate η of the new weights.
    """
    if not credit.layers:
        worked = [e for e in equations(credit, lr) if e.rule is not None and e.kind != "share"]
        return {Quantity(e.kind, e.of): e.value for e in worked}  # type: ignore[arg-type]
    layers, nodes, numbers = credit.layers[1:], credit.nodes, list[Any]()
    for j in chain.from_iterable(layers):
        numbers += [("a", j, nodes[j].a), ("z", j, nodes[j].z)]
    numbers += [("p", j, p) for j, p in credit.probabilities.items()]
    numbers.append(("loss", None, credit.loss))
    numbers += [("delta", j, nodes[j].delta) for j in chain.from_iterable(reversed(layers))]
    numbers += [("gradient", key, edge.credit) for key, edge in credit.edges.items()]
    numbers += [("new", key, new) for key, new in credit.updates(lr).items()]
    return {Quantity(kind, of): x for kind, of, x in numbers}
