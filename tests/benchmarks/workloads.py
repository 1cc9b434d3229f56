"""The workloads: the same numbers and the same scalar expressions for every engine.

An expression is written once, with operators and the methods tanh, exp, log and relu, which every scalar
engine's number has. `Scalars` holds the three sums that an engine may do better than that.
"""

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


def added(xs: Sequence[Any]) -> Any:
    """Return the sum of at least one number, added from left to right."""
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return total


def weighted(ws: Sequence[Any], xs: Sequence[Any]) -> Any:
    """Return Σ w·x."""
    total = ws[0] * xs[0]
    for w, x in zip(ws[1:], xs[1:]):
        total = total + w * x
    return total


def layer(
    rows: Sequence[Sequence[Any]], xs: Sequence[Any], biases: Sequence[Any] = ()
) -> list[Any]:
    """Return Σ w·x, and a bias if there are any, for each row of weights."""
    outputs = [weighted(row, xs) for row in rows]
    return [a + b for a, b in zip(outputs, biases)] if biases else outputs


@dataclass(frozen=True)
class Scalars:
    """The sums an expression is made of: here with plain operators."""

    added: Callable[..., Any] = added
    weighted: Callable[..., Any] = weighted
    layer: Callable[..., Any] = layer


PLAIN = Scalars()


@dataclass(frozen=True)
class Workload:
    """A function of weights to minimise.

    Args:
        name: how the table calls it.
        weights: nested lists of floats.
        loss: takes weights in that structure, and the sums to use.
        rate: the learning rate; 0 leaves the weights as they are.
        examples: how many examples of the moons it takes.
    """

    name: str
    weights: Any
    loss: Callable[..., Any]
    rate: float
    examples: int = 0


# ---------------------------------------------------------------- W1: the 3-2-1 network of the slides


def small_loss(weights: Any, x: Sequence[Any], y: Any) -> Any:
    """Return ½(ŷ−y)² of a 3-2-1 network with tanh units and no biases, written out."""
    (w51, w41, w31), (w52, w42, w32), (w10, w20) = weights
    x1, x2, x3 = x
    z1 = (w51 * x1 + w41 * x2 + w31 * x3).tanh()
    z2 = (w52 * x1 + w42 * x2 + w32 * x3).tanh()
    e = w10 * z1 + w20 * z2 - y
    return 0.5 * (e * e)


def small_loss_in_sums(weights: Any, x: Sequence[Any], y: Any, scalars: Scalars) -> Any:
    """Return the same with the engine's own sums."""
    w1, w2, output = weights
    z = [scalars.weighted(w, x).tanh() for w in (w1, w2)]
    e = scalars.weighted(output, z) - y
    return 0.5 * (e * e)


def _small(weights: Any, scalars: Scalars = PLAIN) -> Any:
    if scalars is PLAIN:
        return small_loss(weights, SMALL_X, SMALL_Y)
    return small_loss_in_sums(weights, SMALL_X, SMALL_Y, scalars)


SMALL_WEIGHTS = [[0.8, -0.3, 0.5], [0.2, 0.4, -0.6], [0.7, -0.5]]
SMALL_X, SMALL_Y = [0.8, -1.0, 0.5], 0.2
W1 = Workload("W1", SMALL_WEIGHTS, _small, 0.0)


# ---------------------------------------------------------------- W2: the moons, 2-16-16-1


def moons(n: int, seed: int = 0) -> tuple[list[list[float]], list[float]]:
    """Return two interleaving half circles with noise, and the targets −1 and 1."""
    rng = random.Random(seed)
    xs, ys = [], []
    for i in range(n):
        angle, upper = math.pi * rng.random(), i % 2
        x, y = math.cos(angle), math.sin(angle)
        point = [x, y] if upper else [1.0 - x, 0.5 - y]
        xs.append([p + rng.gauss(0.0, 0.1) for p in point])
        ys.append(1.0 if upper else -1.0)
    return xs, ys


def network(sizes: Sequence[int], seed: int = 1) -> list[Any]:
    """Return [rows of weights, one a unit; biases] for each layer."""
    rng = random.Random(seed)
    return [
        [
            [[rng.uniform(-1.0, 1.0) / inputs**0.5 for _ in range(inputs)] for _ in range(units)],
            [rng.uniform(-0.1, 0.1) for _ in range(units)],
        ]
        for inputs, units in itertools.pairwise(sizes)
    ]


def moons_loss(weights: Any, x: Sequence[Any], y: Any, scalars: Scalars = PLAIN) -> Any:
    """Return (ŷ−y)² of one example: tanh units, a linear output."""
    *hidden, (rows, biases) = weights
    for hidden_rows, hidden_biases in hidden:
        x = [a.tanh() for a in scalars.layer(hidden_rows, x, hidden_biases)]
    (output,) = scalars.layer(rows, x, biases)
    e = output - y
    return e * e


MOONS_SIZES = (2, 16, 16, 1)
MOONS_RATE = 0.05


def moons_step(n: int, name: str = "W2") -> Workload:
    """Return W2 with n examples: the mean of the squared errors."""
    xs, ys = moons(n)

    def loss(weights: Any, scalars: Scalars = PLAIN) -> Any:
        errors = [moons_loss(weights, x, y, scalars) for x, y in zip(xs, ys)]
        return scalars.added(errors) * (1.0 / n)

    return Workload(name, network(MOONS_SIZES), loss, MOONS_RATE, n)
