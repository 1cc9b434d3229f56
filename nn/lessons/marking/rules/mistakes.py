"""The mistakes that are known by name, each with the lines in which it is made."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from nn.activations import activation_name
from nn.lessons.marking.rules.problem import Problem
from nn.losses import LOSSES, binary_cross_entropy_with_logits, cross_entropy, loss_name

Flaw: TypeAlias = tuple[str, Any]  # the name of a mistake, and which of its kind it is

LOG10 = 1.0 / math.log(10.0)
FORWARD, OUT, HIDDEN = ("a",), ("out",), ("hidden",)
SLOPES = ("out", "hidden")


@dataclass(frozen=True, eq=False)
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

    @property
    def draws(self) -> tuple[str, ...]:
        """The kinds of lines whose mistakes come with it, because it takes a number that the line does not need."""
        return _DRAWS.get(self.flaw[0], ())


# the error, δ or the new weight that is taken instead may be mistaken, too
_DRAWS = {"raw": OUT, "flat": OUT, "step delta": SLOPES, "updated": ("new", "gradient")}

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
    ("uses", 0, ("gradient",), "the first use alone of a weight with several uses is taken: the gradient is the sum of δ·z over all of them"),
    ("uses", -1, ("gradient",), "the last use alone of a weight with several uses is taken: the gradient is the sum of δ·z over all of them"),
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


_COMMON = ("sigmoid", "tanh", "relu")
_SLOPE_WAYS = {
    "at z": "the slope f′ is taken at z, the output of the unit; it belongs at a",
    "1−z": "the slope is taken to be 1−z",
    "z": "the output z is taken for the slope f′(a)",
    "z²": "z² is taken for the slope f′(a)",
}


def mistakes_in(problem: Problem) -> list[Mistake]:
    """Return the mistakes that can be made in an example, as far as that is seen without numbers."""
    c, functions = problem.credit, problem.functions
    hidden = {activation_name(f) for j, f in functions.items() if j not in problem.outputs}
    last = {activation_name(functions[j]) for j in problem.outputs if j in functions}
    found = [Mistake((name, kind), text, lines) for name, kind, lines, text in _ROWS]

    def add(
        name: str, kind: Any, lines: str, price: float, text: str, unit: int | None = None
    ) -> None:
        found.append(Mistake((name, kind), text, tuple(lines.split()), price, unit))

    for way, text in _SLOPE_WAYS.items():
        add("slope", way, "out hidden", 2.6, text)
        add("hidden way", way, "hidden", 3.0, f"{text}, in the hidden δ")
        add("out way", way, "out", 3.0, f"{text}, in the δ of the output")
    if not c.layers:
        found = [m for m in found if m.flaw[0] in _OF_ANY and m.flaw[1] not in _IN_LAYERS]
        for other in _COMMON:
            add("f", other, "z", 3.0, f"the activation is taken to be {other}")
        return found + _rates(problem.lr)
    found = [m for m in found if _possible(problem, m.flaw, hidden, last)]
    for node in (c.nodes[i] for i in problem.inputs if c.nodes[i].z < 0.0):
        lost = f"the minus of {node.name} is lost"
        add("lost", node.index, "a gradient", 2.6, lost)
        add("lost forward", node.index, "a", 3.2, lost)
        add("lost back", node.index, "gradient", 3.2, f"{lost} in the gradients")
    for f in _COMMON:
        if {f} != hidden:
            add("f", f, "z", 3.0, f"the activation is taken to be {f}")
            text = f"{f} is used in place of the activation, and its slope"
            add("unit of", f, "z hidden", 3.0, text)
        if f != "relu" and (hidden | last) - {f, "linear"}:
            add("slope of", f, "out hidden", 3.0, f"the slope is that of {f}")
        if f != "relu" and {f} != hidden:
            add("slope of hidden", f, "hidden", 3.2, f"the slope in the hidden δ is that of {f}")
        if last not in ({"linear"}, {f}):
            add("f of output", f, "output", 3.2, f"the activation of the output is taken to be {f}")
    targets = [c.nodes[j].target for j in problem.outputs]
    losses = [LOSSES["mean_absolute_error"], LOSSES["squared_error"]]
    if all(t is not None and 0.0 <= t <= 1.0 for t in targets):
        losses.append(binary_cross_entropy_with_logits)
    for loss in (loss for loss in losses if loss is not c.loss_function):
        name = loss_name(loss)
        add("other loss", loss, "loss", 3.4, f"the loss is the {name}")
        add("other error", loss, "out", 3.4, f"the derivative of the loss is that of the {name}")
    for j in functions:
        for edge in problem.into[j]:
            where = "the bias" if edge.source is None else f"the term {edge.name}·{edge.z_name}"
            add("term out", edge.key, "a", 3.6, f"{where} is left out of a{j}", j)
            add("term sign", edge.key, "a", 3.6, f"{where} has the wrong sign in a{j}", j)
    return found + _rates(problem.lr)


# what the equations of any network can be mistaken for
_OF_ANY = {"no f", "loss times", "both times", "error times", "error sign", "out slope", "hidden slope", "every slope",
           "no weight", "updated", "path", "back sign", "tail", "uses", "gradient times", "step", "weight kept", "rate",
           "slope", "hidden way"}  # fmt: skip
_IN_LAYERS = ("mean", "sum", LOG10, "head", "weight", "other", "of the head")


def _rates(lr: float) -> list[Mistake]:
    """Return the learning rates that may be taken for the right one."""
    found = []
    rates = [lr * k for k in (10.0, 0.1, 2.0, 0.5)] + [1.0, 0.1, 0.5, 0.01, 0.05, lr**2]
    for rate in dict.fromkeys(float(f"{rate:.9g}") for rate in rates):
        if rate != lr:
            text = f"the learning rate is {rate:g} in the updates; it is {lr:g}"
            text = "the learning rate is left out of the updates" if rate == 1.0 else text
            found.append(Mistake(("rate", rate), text, ("new",), 3.2))
    return found


def _possible(problem: Problem, flaw: Flaw, hidden: set[str], last: set[str]) -> bool:
    """Tell whether a mistake makes a difference, and another than its like, in an example."""
    (name, kind), c = flaw, problem.credit
    layers, curved = c.layers, last != {"linear"}
    biases = any(edge.source is None for edge in c.edges.values())
    conditions = [
        ((kind in ("mean", "sum") and name != "path") or name == "loss one", len(problem.outputs) > 1),
        (name == "uses", not layers),
        (name == "p", bool(c.probabilities)),
        (name == "f minus", "sigmoid" in hidden | last),
        (name in ("bias", "bias gradient", "bias step"), biases),
        (kind == LOG10, c.loss_function in (cross_entropy, binary_cross_entropy_with_logits)),
        (name in ("out slope", "every slope", "flat", "out way", "slope") or kind in ("of the head", "out", "all", "error"), curved),
        (name == "f out", not curved),
        (name == "path", any(len(problem.out_of[j]) > 1 for j in problem.functions)),
        (name == "loss root", not c.probabilities),
        (kind == "turned", len(layers) > 2),
        (name == "transposed", any(len(a) == len(b) > 1 for a, b in pairwise(layers))),
        (name == "columns", max(map(len, layers[1:]), default=1) > 1),
    ]  # fmt: skip
    return all(possible for concerned, possible in conditions if concerned)
