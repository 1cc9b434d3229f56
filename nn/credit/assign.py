"""`assign_credit`: who is to blame for a network's error, on one example or on a batch."""

from collections.abc import Callable
from typing import Any, Literal, overload

from autograd import Value
from nn.arguments import paired
from nn.credit.batch import BatchCredit, summed
from nn.credit.credit import Credit
from nn.losses import Loss, Penalty, half_squared_error, warn_of_logits
from nn.notations import Notation

Batch = bool | Literal["mean"]


@overload
def assign_credit(
    net: Value, *, parameters: Any = ..., outputs: Any = ..., notation: str | Notation = ...
) -> Credit: ...
@overload
def assign_credit(
    net: Callable[[Any], Any],
    x: Any,
    y: Any,
    loss: str | Loss = ...,
    batch: Literal[False] = ...,
    *,
    parameters: Any = ...,
    penalty: Penalty | None = ...,
    notation: str | Notation = ...,
) -> Credit: ...
@overload
def assign_credit(
    net: Callable[[Any], Any],
    x: Any,
    y: Any,
    loss: str | Loss = ...,
    *,
    batch: Literal[True, "mean"],
    parameters: Any = ...,
    penalty: Penalty | None = ...,
    notation: str | Notation = ...,
) -> BatchCredit: ...
def assign_credit(
    net: Any,
    x: Any = None,
    y: Any = None,
    loss: str | Loss = half_squared_error,
    batch: Batch = False,
    *,
    parameters: Any = None,
    outputs: Any = None,
    penalty: Penalty | None = None,
    notation: str | Notation = "slides",
) -> Credit | BatchCredit:
    """Return who is to blame for a network's error: the credit ∂L/∂w = δ·z of every weight.

    Args:
        net: the network: an MLP, or any function of x made of Values; or the loss itself, a recorded Value. It is
            called once and left as it is, the gradients of its parameters too.
        x: one input as the network takes it, numbers in lists; for a batch a list of them. In a function of your own a
            list with a float in it becomes Values; whole numbers alone, indices say, stay as they are.
        y: the target: a number, or a list where there are several outputs, or what the loss takes; for a
            batch a list of them.
        loss: a function of prediction and target that gives the loss of one example, or the name of one.
        batch: whether x and y are lists of examples, whose credit is summed; "mean" divides by their number.
        parameters: the weights, in a list, or by name in a dict; where they are not given, those of
            `net.named_parameters()` or `net.parameters()`, or else the Values from outside that the function
            uses; of a recorded loss those that look like weights.
        outputs: with a recorded loss, what the network gave, if it cannot be seen where the loss begins.
        penalty: a function of the list of parameters that is added to the loss, l2(1e-4) say.
        notation: in the letters of which book all is told: "slides", "mazur", "nielsen", "bishop", "goodfellow", "ng",
            "ng-older", "cs231n", "haykin", "mitchell" or "han-kamber"; see `compare_notations`. Nodes keep their numbers
            as keys, and a node's delta is ∂L/∂a, also where the book's error is −∂L/∂a.

    Returns:
        A Credit; for a batch a BatchCredit, whose credit is summed over the examples.

    Raises:
        ValueError: if a width is wrong, or a batch is empty or has another number of targets, or its examples use
            different weights.
        TypeError: if the loss gives anything but a Value.

    >>> from nn import MLP
    >>> net = MLP.from_weights([[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]])
    >>> c = assign_credit(net, [0.8, -1.0, 0.5], 0.2)
    >>> round(c.nodes[0].delta, 4), round(c.edges[3, 1].credit, 4)
    (0.6279, 0.0682)
    >>> w = Value(0.5, label="w")
    >>> def step(x):  # a recurrent loop: the same weight again and again
    ...     h = 0.0
    ...     for number in x:
    ...         h = (w * number + w * h).tanh()
    ...     return h
    >>> c = assign_credit(step, [1.0, -0.5, 0.25], 0.3)
    >>> c.weights["w"].credit == sum(edge.credit for edge in c.weights["w"].uses)
    True
    """
    if isinstance(net, Value):
        if x is not None or y is not None:
            raise TypeError(
                "a recorded loss holds its input and its target: give assign_credit(L) alone"
            )
        return _told(Credit.of_loss(net, parameters, outputs), notation)
    if outputs is not None:
        raise TypeError("outputs= belongs to a recorded loss; of a network they are what it gives")
    if batch not in (False, True, "mean"):
        raise ValueError(f'batch is False, True (the sum) or "mean", but {batch!r} was given')
    if batch:
        pairs = zip(*paired(x, y))
        found = [Credit.of(net, *pair, loss, parameters, penalty) for pair in pairs]
        warn_of_logits(found[0].recording.outputs, found[0].loss_function)
        if len({tuple(map(id, c.recording.parameters)) for c in found}) > 1:
            raise ValueError(
                "the examples use different weights: say which there are with parameters=[...], or ask for the "
                "credit of each"
            )
        return summed([_told(c, notation) for c in found], mean=batch == "mean")
    credit = Credit.of(net, x, y, loss, parameters, penalty)
    warn_of_logits(credit.recording.outputs, credit.loss_function)
    return _told(credit, notation)


def _told(credit: Credit, notation: str | Notation) -> Credit:
    """Return a credit in a notation; in that of the slides as it is, with nothing looked up yet."""
    return credit if notation == "slides" else credit.in_notation(notation)
