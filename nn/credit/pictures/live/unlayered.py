"""The living page of a network without layers: its recorded loss as an expression, in which the weights learn."""

from autograd import live
from autograd.pictures.live.page import Live
from nn.arguments import learning_rate
from nn.credit.assignment import Assignment


def live_graph(credit: Assignment, lr: float = 0.1) -> Live:
    """Return the living page of any network: every weight and every input can be dragged.

    Args:
        credit: what `assign_credit` found.
        lr: the learning rate η that the page begins with.

    Raises:
        ValueError: if the recorded graph has more than 1,000 nodes.
    """
    assert credit.anatomy is not None
    again = credit.anatomy.again({})  # Values of our own: they may be named
    for p in again.parameters:
        p.label = again.names.get(id(p), p.label)
    for v, name in again.inputs:
        v.label = v.label or name
    again.loss.label = again.loss.label or "L"
    return live(again.loss, learning_rate(lr), parameters=again.parameters)
