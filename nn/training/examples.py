"""Examples to learn from: checked before any work, and blamed for a loss that is not finite."""

import math
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Self

from autograd import Value, detect_anomaly
from autograd.numbers import as_float, is_number
from autograd.progress import patience
from autograd.structure import leaves
from nn.arguments import expect, is_sequence, paired
from nn.layers import Network, check_width
from nn.losses import Loss, Penalty, loss_name

RISES = 4  # losses in a row that are each larger than the one before


@patience("checking the examples")
def checked_examples(
    net: Network, xs: Sequence[Any], ys: Sequence[Any], loss: Loss
) -> tuple[list[list[float]], list[Any]]:
    """Return the examples as plain lists, once every one is known to fit the network and the loss.

    Raises:
        ValueError, TypeError: if there are none, or one does not fit, saying which.
    """
    trainable = callable(net) and hasattr(net, "parameters")
    expect(trainable, "a network is called and has parameters", net)
    for k, p in enumerate(net.parameters()):
        if p.parents:
            raise ValueError(
                f"{[*_names(net)][k]} is the result of {p.op}, so it cannot be moved: train what it is computed from"
            )
    inputs, targets = paired(xs, ys)
    rows: list[list[float]] = []
    with _located("xs", 0) as at:
        prediction = net(inputs[0])  # the network knows what width it takes
        for at.index, x in enumerate(inputs):
            check_width(len(inputs[0]), x)
            rows.append([*map(_finite, x)])
    zero = Value(0.0)
    blank = [zero] * len(prediction) if isinstance(prediction, list) else zero
    known = set()  # the classes are few
    with _located("ys") as at:
        for at.index, y in enumerate(targets):
            key = (type(y), repr(y)) if is_number(y) else at.index
            if key in known:
                continue
            known.add(key)
            for v in leaves(y):
                if is_number(v):
                    _finite(v)
                elif isinstance(v, str):
                    raise TypeError(
                        f"a target is a number, but {v!r} was given: number the classes 0, 1, 2, …"
                    )
            # the loss knows what targets it takes
            if not isinstance(example := loss(blank, y), Value):
                raise TypeError(
                    f"a loss gives a Value, but {loss_name(loss)} gave {type(example).__name__}"
                )
    return rows, targets


def _finite(x: Any) -> float:
    data = x if type(x) is float else as_float(x)
    if not math.isfinite(data):
        raise ValueError(f"a finite number is needed, but {x!r} was given")
    return data


def checked_validation(
    net: Network, given: Any, loss: Loss
) -> tuple[list[list[float]], list[Any]] | None:
    """Return the validation examples as plain lists, checked as those to learn from are; None if there are none."""
    if given is None:
        return None
    pair = is_sequence(given) and len(given) == 2
    expect(pair, "validation is a pair (xs, ys)", given)
    with _located("validation"):
        return checked_examples(net, given[0], given[1], loss)


def warn_of_divergence(losses: Sequence[float]) -> None:
    """Warn if a loss rose again and again, to many times what it was."""
    last = losses[-RISES:]
    if len(last) == RISES and last[-1] > 10.0 * losses[0] and all(a < b for a, b in pairwise(last)):
        warnings.warn(
            f"the loss rose from {losses[0]:.3g} to {losses[-1]:.3g}: try a smaller learning rate",
            RuntimeWarning,
            stacklevel=3,
        )


class _located:
    """A context that says in an error's message what it is about: an example, if its index is set."""

    def __init__(self, name: str, index: int | None = None) -> None:
        self.name, self.index = name, index

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if kind in (ValueError, TypeError, OverflowError):
            place = self.name if self.index is None else f"{self.name}[{self.index}]"
            raise kind(f"{place}: {error}") from None


def blame(
    net: Network,
    xs: Sequence[Any],
    ys: Sequence[Any],
    loss: Loss,
    penalty: Penalty | None,
    batch: Sequence[int],
    step: int,
) -> str:
    """Return where a loss or gradient that is not finite first appeared, by running the step again."""
    parameters = net.parameters()
    hint = "; try a smaller learning rate" if step else ""
    named = list(zip(_names(net), parameters))
    for name, p in named:
        if not math.isfinite(p.data):
            return f"step {step} began with {name} = {p.data!r}: try a smaller learning rate"
    terms = [(f"xs[{i}]", partial(_example, net, loss, xs[i], ys[i])) for i in batch]
    if penalty is not None:
        terms.append(("the penalty", partial(penalty, parameters)))
    for place, term in terms:
        for p in parameters:
            p.grad = 0.0
        try:
            with detect_anomaly():
                result = term()
                result.backward()
        except FloatingPointError as error:
            return f"step {step}, {place}: {error}{hint}"
        if not math.isfinite(result.data):
            return f"step {step}, {place}: the loss is {result.data!r}{hint}"
        for name, p in named:
            if not math.isfinite(p.grad):
                return f"step {step}, {place}: the gradient of {name} is {p.grad!r}{hint}"
    return f"step {step}: the sum over the batch overflows; try a smaller learning rate"


def _example(net: Network, loss: Loss, x: Any, y: Any) -> Value:
    return loss(net(x), y)


def _names(net: Any) -> Iterator[str]:
    if hasattr(net, "named_parameters"):
        return (name for name, _ in net.named_parameters())
    return (f"parameter {k}" for k, _ in enumerate(net.parameters()))
