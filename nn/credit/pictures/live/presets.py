"""What a living page offers besides: what goes wrong in training, and its state as Python."""

from collections.abc import Iterable, Iterator
from typing import Any

from autograd.pictures.live.page import runs
from autograd.pictures.live.places import Place
from nn.activations import ACTIVATIONS
from nn.arguments import is_sequence, plain
from nn.credit.assignment import Assignment
from nn.credit.pictures.graph import owner
from nn.credit.pictures.live.recorded import in_order
from nn.losses import LOSSES

_STEEPEST = 1e6  # a rate beyond is no lesson


def presets(credit: Assignment) -> Iterator[dict[str, Any]]:
    """Yield what can go wrong in this network: a label, a note, and the numbers that bring it about."""
    hidden, f = len(credit.layers) > 2, credit.activations[0]
    first = credit.layers[1]
    into = {key: e for key, e in credit.edges.items() if e.target in first and e.source is not None}
    if hidden and f in ("tanh", "sigmoid"):
        yield {
            "label": f"saturation: a {f} that is flat",
            "note": f"The weights are so large that {f} is flat: f′ is nearly 0, and hardly any error passes.",
            "values": {},
            "larger": runs(k for k, key in enumerate(in_order(credit)) if key in into),
        }
    rate = 1.0
    while rate < _STEEPEST and not credit.after(rate).loss > 2.0 * credit.loss:
        rate *= 2.0
    if rate < _STEEPEST:
        yield {
            "label": "too large a rate",
            "note": f"η = {rate:g}: the update jumps over the valley, and the loss grows. Press “one update”.",
            "values": {},
            "eta": rate,
        }
    if hidden and f == "relu":
        j = first[0]
        values = {
            owner(key): -abs(e.weight or 1.0) * (1.0 if e.z >= 0.0 else -1.0)
            for key, e in into.items()
            if e.target == j
        }
        if (None, j) in credit.edges:
            values[owner((None, j))] = -1.0
        yield {
            "label": "a dead relu",
            "note": f"The sum in unit {j} is negative: relu gives 0 with slope 0, no error comes back, nothing is learnt.",
            "values": values,
        }
    yield {
        "label": "a forgotten zero_grad",
        "note": "Gradients are never set back to 0: every update repeats all those before it. Press “train”.",
        "values": {},
        "owing": True,
    }


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
