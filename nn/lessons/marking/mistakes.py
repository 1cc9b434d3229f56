"""The mistakes that are known by name, each with the lines in which it is made."""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

Flaw: TypeAlias = tuple[str, Any]  # the name of a mistake, and which of its kind it is

LOG10 = 1.0 / math.log(10.0)
FORWARD, OUT, HIDDEN = ("a",), ("out",), ("hidden",)
SLOPES = ("out", "hidden")


@dataclass(frozen=True)
class Mistake:
    """A way in which a working goes wrong.

    Attributes:
        flaw: how `Hand` knows it.
        text: what it is.
        lines: the kinds of lines in which it is made: a, z, output (a z, too), p, loss, out and hidden (the δ), gradient, new.
        price: how unlikely it is: the logarithm of how many could have been named.
        unit: the unit in whose sum alone it is made.
    """

    flaw: Flaw
    text: str
    lines: tuple[str, ...]
    price: float = 2.6
    unit: int | None = None


# name, which of its kind, lines, text; what depends on the network is added by `mistakes_in`
_ROWS: list[tuple[str, Any, tuple[str, ...], str]] = [
    ("bias", 0.0, FORWARD, "the bias is left out of a"),
    ("bias", -1.0, FORWARD, "the bias is subtracted (as a threshold is); it is added to a"),
    ("transposed", True, FORWARD, "the weights are transposed: the one from i to j is taken for the one from j to i"),
    ("reversed", True, FORWARD, "the inputs are taken in the reverse order"),
    ("columns", True, FORWARD, "the weights of one unit are taken for another's"),
    ("passed a", True, FORWARD, "what is passed on is the pre-activation a; it is the output z = f(a)"),
    ("no f", True, ("z",), "the activation is left out: z is taken to be a"),
    ("no f", "out", ("output",), "the activation of the output is left out: ŷ is taken to be a"),
    ("no f", "all", ("z", "output"), "the activation is left out of every unit"),
    ("f out", True, ("output",), "the activation of the hidden units is applied to the output, too"),
    ("f minus", True, ("z", "output"), "the sign in the exponent is lost: σ(a) = 1/(1+e⁻ᵃ)"),
    ("p", "sigmoid", ("p",), "the probability is σ of the output alone; softmax divides by the sum over all outputs"),
    ("p", "linear", ("p",), "the outputs are divided by their sum without e^; softmax is e^ŷ over the sum of them"),
    ("loss times", 2.0, ("loss",), "the loss is twice what it should be: that is another loss, without the ½"),
    ("loss times", 0.5, ("loss",), "the loss is half of what it should be: that is another loss, with a ½"),
    ("loss times", -1.0, ("loss",), "the loss has the wrong sign"),
    ("loss times", LOG10, ("loss",), "the logarithm is to the base 10; it is the natural one, ln"),
    ("loss times", "mean", ("loss",), "the loss is divided by the number of outputs, too"),
    ("loss times", "sum", ("loss",), "the loss is not divided by the number of outputs"),
    ("loss one", 0, ("loss",), "the loss is that of the first output alone; it is the sum over all of them"),
    ("loss one", -1, ("loss",), "the loss is that of the last output alone; it is the sum over all of them"),
    ("loss root", True, ("loss",), "the error is not squared in the loss"),
    ("both times", 2.0, ("loss", "out"), "the loss and its derivative are twice what they should be: that is another loss, without the ½"),
    ("both times", 0.5, ("loss", "out"), "the loss and its derivative are half of what they should be: that is another loss, with a ½"),
    ("error times", 2.0, OUT, "the derivative of the loss is twice what it should be: that is another loss, without the ½"),
    ("error times", 0.5, OUT, "the derivative of the loss is half of what it should be: its factor 2 is missing"),
    ("error sign", True, OUT, "the error has the wrong sign: δ starts from y−ŷ in place of ŷ−y"),
    ("error times", "mean", OUT, "the error is divided by the number of outputs, too"),
    ("error times", "sum", OUT, "the error is not divided by the number of outputs"),
    ("error", "one", OUT, "the derivative of the output alone is taken, without that of the loss, ∂L/∂ŷ"),
    ("error", "output", OUT, "the output itself is taken for the error: the target is not subtracted"),
    ("error", "loss", OUT, "the loss L is taken for its derivative ∂L/∂ŷ"),
    ("error", "square", OUT, "the square of the error is taken for the error"),
    ("out slope", 0, OUT, "the slope f′(a) of the output is left out of its δ"),
    ("hidden slope", 0, HIDDEN, "the slope f′(a) of the activation is left out of the hidden δ"),
    ("every slope", 0, SLOPES, "the slope f′(a) is left out of every δ"),
    ("slope", "of the head", HIDDEN, "the slope in a hidden δ is that of the unit behind it; it is that of the unit itself"),
    ("raw", True, HIDDEN, "the hidden δ take the error ŷ−y as it is, without the weight and the slope of the output"),
    ("flat", True, HIDDEN, "the hidden δ take the error without the slope of the output"),
    ("no weight", True, HIDDEN, "the hidden δ do not go through the weights: δ_j = (Σ δ_k·w_jk)·f′(a_j)"),
    ("updated", True, HIDDEN, "the hidden δ go through the weights after their update; they are due those of the forward pass"),
    ("path", 0, HIDDEN, "only the first of the ways back is taken: the error comes by all of them, and is summed"),
    ("path", -1, HIDDEN, "only the last of the ways back is taken: the error comes by all of them, and is summed"),
    ("path", "mean", HIDDEN, "the mean over the ways back is taken; they are summed"),
    ("crossed", True, HIDDEN, "the hidden δ go through the weights of another unit"),
    ("back sign", True, HIDDEN, "the hidden δ have the wrong sign"),
    ("tail", "a", ("gradient",), "the credit takes the pre-activation a of the tail; it is δ times the output z"),
    ("tail", "none", ("gradient",), "δ alone is taken for the gradient: it is δ times the output z of the tail"),
    ("tail", "head", ("gradient",), "the gradient takes the output of the unit itself; it is δ times the output z of the tail"),
    ("tail", "weight", ("gradient",), "the gradient is δ times the weight; it is δ times the output z of the tail"),
    ("tail", "other", ("gradient",), "the gradients of the weights into a unit are exchanged: the tails are taken in reverse"),
    ("gradient", "error", ("gradient",), "the gradient takes the error ∂L/∂ŷ in place of δ"),
    ("gradient", "turned", ("gradient",), "the gradient takes δ of the tail and z of the head: it is δ of the head and z of the tail"),
    ("gradient times", -1.0, ("gradient",), "the gradients have the wrong sign"),
    ("gradient times", "lr", ("gradient",), "the learning rate is already in the gradients"),
    ("gradient times", 2.0, ("gradient",), "the gradients are twice δ·z"),
    ("bias gradient", -1.0, ("gradient",), "the gradient of a bias has the wrong sign (it is δ; a threshold, which is subtracted, has −δ)"),
    ("bias gradient", "b", ("gradient",), "the gradient of a bias is δ times 1; it is not multiplied by the bias"),
    ("bias gradient", 0.0, ("gradient",), "the gradient of a bias is taken to be 0; it is δ"),
    ("step", -1.0, ("new",), "the updates go uphill: the new weight is w − η·δ·z"),
    ("bias step", -1.0, ("new",), "the updates of the biases go uphill: the new bias is b − η·δ"),
    ("bias step", 0.0, ("new",), "the biases are not updated: the new bias is b − η·δ"),
    ("weight kept", 0.0, ("new",), "the step −η·δ·z is taken for the new weight; it is added to the old one"),
    ("weight kept", 1.0, ("new",), "the step η·δ·z is taken for the new weight; it is taken off the old one"),
    ("step delta", True, ("new",), "the step is η·δ, without the output z of the tail"),
    ("step times", "w", ("new",), "the step is multiplied by the weight"),
]  # fmt: skip


_SLOPE_WAYS = {
    "at z": "the slope f′ is taken at z, the output of the unit; it belongs at a",
    "1−z": "the slope is taken to be 1−z",
    "z": "the output z is taken for the slope f′(a)",
    "z²": "z² is taken for the slope f′(a)",
}


def the_rows() -> list[Mistake]:
    """Return the mistakes that depend on no network."""
    found = [Mistake((name, kind), text, lines) for name, kind, lines, text in _ROWS]
    for way, text in _SLOPE_WAYS.items():
        found += [
            Mistake(("slope", way), text, ("out", "hidden")),
            Mistake(("hidden way", way), f"{text}, in the hidden δ", ("hidden",), 3.0),
            Mistake(("out way", way), f"{text}, in the δ of the output", ("out",), 3.0),
        ]
    return found
