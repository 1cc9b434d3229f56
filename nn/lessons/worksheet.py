"""Worksheets drawn at random: friendly numbers, and none that is hard to mark."""

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from nn.activations import ACTIVATIONS
from nn.arguments import expect, generator, is_sequence, learning_rate, named, whole
from nn.credit import Credit, assign_credit
from nn.lessons.quantities import right_numbers
from nn.lessons.sheet import DIGITS, Worksheet as Worksheet, check_size
from nn.losses import LOSSES, Loss, as_loss, cross_entropy, half_squared_error
from nn.network import MLP

DRAWS = 200  # networks that are tried for one without a number that is hard to mark
KINK = 0.05  # no pre-activation is nearer to 0
SMALL = 10.0**-DIGITS * 10  # nor is any number smaller
TIE = 0.003  # nor nearer, in units of the last digit, to where rounding could go either way
LEVELS: dict[str, dict[str, Any]] = {
    "first": {"sizes": (1, 1, 1)},
    "usual": {"sizes": (2, 2, 1)},
    "more": {"sizes": (2, 3, 1), "bias": True, "activation": "sigmoid", "output_activation": "sigmoid"},
    "most": {"sizes": (3, 3, 2), "bias": True, "loss": "cross_entropy"},
}  # fmt: skip


def make_worksheet(
    seed: int = 0,
    sizes: Sequence[int] = (2, 2, 1),
    activation: str = "tanh",
    lr: float = 0.5,
    output_activation: str = "linear",
    loss: str | Loss = half_squared_error,
    bias: bool = False,
    name: str = "",
    notation: str = "slides",
) -> Worksheet:
    """Return a worksheet with weights of one decimal and inputs in halves.

    No unit is near a kink of its activation, no answer is 0 or so small that four digits do not show it, and none lies
    where a calculator may round it either way.

    Args:
        seed: the same seed gives the same sheet.
        sizes: the number of inputs, then of units of each layer.
        activation: of the hidden layers.
        lr: the learning rate η.
        output_activation: of the output layer.
        loss: the loss, or its name.
        bias: whether the units have biases.
        name: who works it out.
        notation: in the letters of which book it is written.

    Raises:
        ValueError, TypeError: if there are fewer than two sizes, one is not positive, or the network is too large.

    >>> make_worksheet(seed=1).credit.title
    '2-2-1 tanh network'
    """
    expect(is_sequence(sizes) and len(sizes) > 1, "sizes are of inputs and units, as 2 2 1", sizes)
    lr, sizes = learning_rate(lr), [whole("a size", size) for size in sizes]
    for f in (activation, output_activation):
        named("activation", f, ACTIVATIONS)
    check_size(sum(inputs * units for inputs, units in pairwise(sizes)))
    rng, loss = generator(seed), as_loss(loss)
    best: tuple[int, Credit] | None = None
    for _ in range(DRAWS):
        weights = [
            [[_nonzero(rng, 9) / 10 for _ in range(units)] for _ in range(inputs)]
            for inputs, units in pairwise(sizes)
        ]
        x = [_nonzero(rng, 4) / 2 for _ in range(sizes[0])]
        y: Any = [rng.randint(-2, 2) / 2 for _ in range(sizes[-1])]
        biases = [[_nonzero(rng, 5) / 10 for _ in range(n)] for n in sizes[1:]] if bias else None
        if loss is cross_entropy:
            y = rng.randrange(sizes[-1])
        elif loss is LOSSES["binary_cross_entropy_with_logits"]:
            y = [float(t > 0.0) for t in y]
        elif loss is LOSSES["hinge"]:
            y = [1.0 if t > 0.0 else -1.0 for t in y]
        if output_activation == "sigmoid":
            y = [abs(t) for t in y] if isinstance(y, list) else y
        net = MLP.from_weights(weights, biases, activation, output_activation)
        target = y[0] if isinstance(y, list) and len(y) == 1 else y
        credit = assign_credit(net, x, target, loss)
        hard = _hard(credit, lr)
        if best is None or hard < best[0]:
            best = hard, credit
        if not hard:
            break
    assert best is not None
    return Worksheet(seed, best[1].in_notation(notation), lr, name)


def _hard(credit: Credit, lr: float) -> int:
    """Return how many numbers of an example are hard to work out or to mark: kinks, ties, zeros, roundings."""
    count, sums = 0, set()
    for q, x in right_numbers(credit, lr).items():
        scaled = abs(x) * 10.0**DIGITS
        count += abs(x) < SMALL or abs(scaled % 1.0 - 0.5) < TIE
        if q.kind == "a":
            # a kink costs more than any number of roundings
            count += 1000 * (abs(x) < KINK or round(x, DIGITS) in sums)
            sums.add(round(x, DIGITS))
    return count


def _nonzero(rng: random.Random, most: int) -> int:
    return rng.choice([-1, 1]) * rng.randint(1, most)
