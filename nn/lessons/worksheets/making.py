"""Worksheets drawn at random: friendly numbers, and none that is hard to mark."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import autograd as ag
from autograd import Value
from nn.activations import ACTIVATIONS
from nn.arguments import expect, generator, is_sequence, learning_rate, named, whole
from nn.credit import Credit, assign_credit
from nn.lessons.marking.rules.problem import asked_numbers
from nn.lessons.quantities import Quantity
from nn.lessons.worksheets.worksheet import DIGITS, Worksheet, check_size
from nn.losses import (
    LOSSES,
    TAKES_LOGITS,
    Loss,
    Penalty,
    as_loss,
    half_squared_error,
    l2,
    loss_name,
)
from nn.network import MLP
from nn.optim import SGD, Adam, Optimizer

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
OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {
    "momentum": lambda lr: SGD(lr, momentum=0.9),
    "nesterov": lambda lr: SGD(lr, momentum=0.9, nesterov=True),
    "adam": Adam,
}
NETWORKS = {"recurrent": 2, "convolution": 4}  # the number of inputs
Drawn = Callable[[random.Random], Credit]


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
    network: str | Drawn | None = None,
    optimizer: str | None = None,
    penalty: float = 0.0,
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
        network: "recurrent" or "convolution" in the place of layers; or a function of a random.Random that draws an
            example of your own and returns its credit.
        optimizer: what makes the new weights: "momentum", "nesterov" or "adam"; without it w − η·∂L/∂w.
        penalty: how strong a penalty on the squares of the weights is, as in `l2`.

    Raises:
        ValueError, TypeError: if there are fewer than two sizes, one is not positive, the network is too large,
            or a loss that takes logits is given a sigmoid's outputs.

    >>> make_worksheet(seed=1).credit.title
    '2-2-1 tanh network'
    >>> make_worksheet(seed=1, network="recurrent", optimizer="adam").credit.title
    'recurrent network, 3 units'
    """
    expect(is_sequence(sizes) and len(sizes) > 1, "sizes are of inputs and units, as 2 2 1", sizes)
    lr, sizes = learning_rate(lr), [whole("a size", size) for size in sizes]
    for f in (activation, output_activation):
        named("activation", f, ACTIVATIONS)
    check_size(sum(inputs * units for inputs, units in pairwise(sizes)))
    rng, loss = generator(seed), as_loss(loss)
    if output_activation == "sigmoid" and loss in TAKES_LOGITS:
        own = "takes logits and has its own squashing in it"
        raise ValueError(f"{loss_name(loss)} {own}: with it the output is linear, not sigmoid")
    step = named("optimiser", optimizer, OPTIMIZERS)(lr) if optimizer is not None else None
    share = l2(penalty) if penalty else None
    examples = _Examples(sizes, activation, output_activation, loss, bias, share, str(network))
    draw: Drawn = examples.layers
    if callable(network):
        draw = network
    elif network is not None:
        named("network", network, NETWORKS)
        if loss is LOSSES["cross_entropy"]:
            raise ValueError("cross entropy needs several outputs, and this network has one")
        draw = examples.recorded
    credit = draw(rng)
    hard = _hard(asked_numbers(credit, lr, step))
    for _ in range(DRAWS - 1):
        if not hard:
            break
        other = draw(rng)
        if (harder := _hard(asked_numbers(other, lr, step))) < hard:
            credit, hard = other, harder
    check_size(len(credit.edges))
    return Worksheet(seed, credit.in_notation(notation), lr, name, step)


@dataclass(frozen=True)
class _Examples:
    """What examples are drawn of: the arguments of `make_worksheet`."""

    sizes: Sequence[int]
    activation: str
    output_activation: str
    loss: Loss
    bias: bool
    penalty: Penalty | None
    network: str

    def layers(self, rng: random.Random) -> Credit:
        """Return an example of a network with layers."""
        weights = [
            [_numbers(rng, units, 9, 10) for _ in range(inputs)]
            for inputs, units in pairwise(self.sizes)
        ]
        x, y = _numbers(rng, self.sizes[0], 4, 2), _target(rng, self.sizes[-1], self.loss)
        biases = [_numbers(rng, n, 5, 10) for n in self.sizes[1:]] if self.bias else None
        if self.output_activation == "sigmoid":
            y = [abs(t) for t in y]
        if is_sequence(y) and len(y) == 1:
            y = y[0]
        net = MLP.from_weights(weights, biases, self.activation, self.output_activation)
        return assign_credit(net, x, y, self.loss, penalty=self.penalty)

    def recorded(self, rng: random.Random) -> Credit:
        """Return an example of a network whose weights have several uses."""
        f, g = ACTIVATIONS[self.activation], ACTIVATIONS[self.output_activation]
        recurrent = self.network == "recurrent"
        labels = ["wx", "wh", "wy"] if recurrent else ["k1", "k2", "u1", "u2", "u3"]
        labels += ["b"] * self.bias
        numbers = zip(labels, _numbers(rng, len(labels), 9, 10))
        w = {label: Value(x, label=label) for label, x in numbers}
        b = w.get("b", 0.0)

        def net(x: Sequence[Value]) -> Value:
            if not recurrent:
                windows = [ag.dot([w["k1"], w["k2"]], pair, b) for pair in pairwise(x)]
                return g(ag.dot([w["u1"], w["u2"], w["u3"]], [f(a) for a in windows]))
            h = f(ag.dot([w["wx"]], x[:1], b))
            for number in x[1:]:
                h = f(ag.dot([w["wx"], w["wh"]], [number, h], b))
            return g(w["wy"] * h)

        net.__name__ = f"{self.network} network" if recurrent else "convolution"
        x, y = _numbers(rng, NETWORKS[self.network], 4, 2), _target(rng, 1, self.loss)[0]
        return assign_credit(net, x, y, self.loss, parameters=w, penalty=self.penalty)


def _target(rng: random.Random, outputs: int, loss: Loss) -> Any:
    """Return the targets of outputs as a loss takes them."""
    y = [rng.randint(-2, 2) / 2 for _ in range(outputs)]
    if loss is LOSSES["cross_entropy"]:
        return rng.randrange(outputs)
    if loss is LOSSES["binary_cross_entropy_with_logits"]:
        return [float(t > 0.0) for t in y]
    return [1.0 if t > 0.0 else -1.0 for t in y] if loss is LOSSES["hinge"] else y


def _hard(numbers: dict[Quantity, float]) -> int:
    """Return how many numbers of an example are hard to work out or to mark: kinks, ties, zeros, roundings."""
    count, sums = 0, set()
    for q, x in numbers.items():
        scaled = abs(x) * 10.0**DIGITS
        count += abs(x) < SMALL or abs(scaled % 1.0 - 0.5) < TIE
        if q.kind == "a":
            # a kink costs more than any number of roundings
            count += 1000 * (abs(x) < KINK or round(x, DIGITS) in sums)
            sums.add(round(x, DIGITS))
    return count


def _numbers(rng: random.Random, count: int, most: int, parts: int) -> list[float]:
    """Return numbers other than 0, each up to so many halves or tenths, as `parts` says."""
    return [rng.choice([-1, 1]) * rng.randint(1, most) / parts for _ in range(count)]
