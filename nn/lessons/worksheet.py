"""Worksheets: a small network with friendly numbers to work out by hand, and its answer key."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.files import write_whole
from nn.arguments import expect, generator, is_sequence, learning_rate, whole
from nn.credit import Credit, assign_credit
from nn.lessons.names import quantities
from nn.network import MLP

if TYPE_CHECKING:
    from autograd.pictures.drawing import Drawing

DIGITS = 4  # of the answer key
MOST_WEIGHTS = 200


@dataclass(frozen=True, eq=False)
class Worksheet:
    """An example to work out by hand.

    Attributes:
        seed: what it was made from.
        credit: the example with its answers.
        lr: the learning rate η of the new weights.

    >>> make_worksheet(seed=1).credit.title
    '2-2-1 tanh network'
    """

    seed: int
    credit: Credit
    lr: float

    @property
    def problem(self) -> str:
        """The sheet with its blank table, as Markdown; filled in, the checker marks it."""
        return self._sheet(
            "Worksheet", "your answer", dict.fromkeys(quantities(self.credit, self.lr), ""), "blank"
        )

    @property
    def key(self) -> str:
        """The sheet with its answers, as Markdown."""
        answers = quantities(self.credit, self.lr)
        rounded = {name: f"{x:.{DIGITS}f}" for name, x in answers.items()}
        return self._sheet("Answer key", "answer", rounded, "filled")

    def _sheet(self, title: str, column: str, answers: Mapping[str, str], picture: str) -> str:
        c = self.credit
        net = c.network()
        return "\n".join(
            [
                f"# {title} {self.seed}: who is to blame for the error?",
                "",
                f"A {c.title} with the loss L = {c.loss_formula} and the learning rate η = {self.lr:g}. "
                "Each weight matrix has a row per input and a column per unit.",
                "",
                "```",
                f"weights = {net.weights()}",
                f"activation = {c.activations[0]}",
                f"x = {c.x}",
                f"y = {c.y}",
                f"lr = {self.lr:g}",
                "```",
                "",
                f"![The network]({picture}.svg)",
                "",
                "Forward: a = Σ w·z and z = f(a). Back: δ₀ = ∂L/∂a₀, δ_j = (Σ δ_k·w_j⇝k)·f′(a_j). Each edge i⇝j: "
                "∂L/∂w = δ_j·z_i, new w = w − η·δ_j·z_i.",
                "",
                f"| number | {column} |",
                "|---|---|",
                *(f"| `{name}` | {answer} |" for name, answer in answers.items()),
                "",
            ]
        )

    def draw(self, blank: bool = False) -> "Drawing":
        """Return the credit graph, with its numbers or with blanks to fill in.

        Args:
            blank: whether to leave out what is to be worked out.
        """
        return self.credit.draw(show="blank" if blank else "both")

    def save(self, folder: str | os.PathLike[str] = ".", overwrite: bool = False) -> list[Path]:
        """Write worksheet.md, key.md, blank.svg and filled.svg into a folder, and return their paths.

        Args:
            folder: where to; it is made if it is not there.
            overwrite: whether another worksheet there, one that is filled in say, may be lost.

        Raises:
            FileExistsError: if another worksheet is there, and nothing said that it may be lost.
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        paths = [target / name for name in ("worksheet.md", "key.md", "blank.svg", "filled.svg")]
        if paths[0].exists() and not overwrite and paths[0].read_bytes() != self.problem.encode():
            raise FileExistsError(
                f"{paths[0]} is another worksheet, or this one filled in: save to another folder, or say "
                "that it may be lost with overwrite=True (--overwrite)"
            )
        write_whole(paths[0], self.problem.encode())
        write_whole(paths[1], self.key.encode())
        self.draw(blank=True).save(paths[2])
        self.draw().save(paths[3])
        return paths

    def __str__(self) -> str:
        return self.problem


def make_worksheet(
    seed: int = 0, sizes: Sequence[int] = (2, 2, 1), activation: str = "tanh", lr: float = 0.5
) -> Worksheet:
    """Return a worksheet with weights of one decimal and inputs in halves.

    Args:
        seed: the same seed gives the same sheet.
        sizes: the number of inputs, then of units of each layer.
        activation: of the hidden layers; the output is linear.
        lr: the learning rate η.

    Raises:
        ValueError, TypeError: if there are fewer than two sizes, one is not positive, or the network is too large.

    >>> print(make_worksheet(seed=1, sizes=[1, 1]).problem.splitlines()[0])
    # Worksheet 1: who is to blame for the error?
    """
    expect(is_sequence(sizes) and len(sizes) > 1, "sizes are of inputs and units, as 2 2 1", sizes)
    lr, sizes = learning_rate(lr), [whole("a size", size) for size in sizes]
    count = sum(inputs * units for inputs, units in pairwise(sizes))
    if count > MOST_WEIGHTS:
        raise ValueError(
            f"a worksheet is worked out by hand: {count:,} weights are too many, up to {MOST_WEIGHTS} will do"
        )
    rng = generator(seed)
    weights = [
        [[_nonzero(rng, 9) / 10 for _ in range(units)] for _ in range(inputs)]
        for inputs, units in pairwise(sizes)
    ]
    x = [_nonzero(rng, 4) / 2 for _ in range(sizes[0])]
    y = [rng.randint(-2, 2) / 2 for _ in range(sizes[-1])]
    net = MLP.from_weights(weights, activation=activation)
    return Worksheet(seed, assign_credit(net, x, y[0] if len(y) == 1 else y), lr)


def _nonzero(rng: random.Random, most: int) -> int:
    return rng.choice([-1, 1]) * rng.randint(1, most)
