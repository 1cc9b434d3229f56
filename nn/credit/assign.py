"""`assign_credit`: who is to blame for a network's error, on one example or on a batch."""

from collections.abc import Sequence
from typing import Any, Literal, overload

from nn.arguments import paired
from nn.credit.batch import BatchCredit, summed
from nn.credit.credit import Credit
from nn.losses import Loss, half_squared_error
from nn.network import MLP


@overload
def assign_credit(
    net: MLP, x: Sequence[Any], y: Any, loss: Loss = ..., batch: Literal[False] = ...
) -> Credit: ...
@overload
def assign_credit(
    net: MLP, x: Sequence[Any], y: Any, loss: Loss = ..., *, batch: Literal[True]
) -> BatchCredit: ...
def assign_credit(
    net: MLP, x: Sequence[Any], y: Any, loss: Loss = half_squared_error, batch: bool = False
) -> Credit | BatchCredit:
    """Return who is to blame for a network's error: the credit ∂L/∂w = δ·z of every weight.

    Args:
        net: the network. It is left as it is, the gradients of its parameters too.
        x: one input vector; for a batch a list of them.
        y: the target: a number, or a list where there are several outputs, or what the loss takes; for a
            batch a list of them.
        loss: a function of prediction and target that gives the loss of one example.
        batch: whether x and y are lists of examples.

    Returns:
        A Credit; for a batch a BatchCredit, whose credit is summed over the examples.

    Raises:
        ValueError: if a width is wrong, or a batch is empty or has another number of targets.
        TypeError: if the loss gives anything but a Value.

    >>> net = MLP.from_weights([[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]])
    >>> c = assign_credit(net, [0.8, -1.0, 0.5], 0.2)
    >>> round(c.nodes[0].delta, 4), round(c.edges[3, 1].credit, 4)
    (0.6279, 0.0682)
    """
    if batch:
        return summed([assign_credit(net, *example, loss) for example in zip(*paired(x, y))])
    return Credit.of(net, x, y, loss)
