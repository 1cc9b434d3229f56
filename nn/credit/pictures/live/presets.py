"""The state of a living page as Python."""

from collections.abc import Iterable
from typing import Any

from autograd.pictures.live.places import Place
from nn.activations import ACTIVATIONS
from nn.arguments import is_sequence, plain
from nn.credit.assignment import Assignment
from nn.losses import LOSSES


def python(credit: Assignment) -> str:
    """Return the program that makes a network and its credit; of Places, with marks for its numbers."""
    weights, biases = [], []
    for tails, heads in zip(credit.layers, credit.layers[1:]):
        rows = [_list(credit.edges[i, j].weight for j in heads) for i in tails]
        weights.append(f"[{', '.join(rows)}]")
        has_bias = (None, heads[0]) in credit.edges
        biases.append(_list(credit.edges[None, j].weight for j in heads) if has_bias else "None")
    names = [repr(name) if name in ACTIVATIONS else name for name in credit.activations]
    loss = getattr(credit.loss_function, "__name__", "loss")
    y = plain(credit.y)
    if credit.probabilities:
        y = [credit.nodes[i].target for i in credit.layers[-1]]
    target = f"[{', '.join(map(_exact, y))}]" if is_sequence(y) else _exact(y)
    imported = f", {loss}" if loss in LOSSES else ""
    lines = [
        f"from nn import MLP, assign_credit{imported}",
        "",
        "net = MLP.from_weights(",
        "    [",
        *(f"        {matrix}," for matrix in weights),
        "    ],",
        f"    biases=[{', '.join(biases)}],",
        f"    activation=[{', '.join(names[:-1])}],",
        f"    output_activation={names[-1]},",
        ")",
        f"print(assign_credit(net, {_list(credit.x)}, {target}, loss={loss}))",
    ]
    return "\n".join(lines)


def _list(numbers: Iterable[float]) -> str:
    return f"[{', '.join(map(_exact, numbers))}]"


def _exact(x: Any) -> str:
    return x.exact() if isinstance(x, Place) else repr(x)
