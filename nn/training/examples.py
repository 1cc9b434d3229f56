"""Examples to learn from: checked before any work, and blamed for a loss that is not finite."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from autograd import Value, detect_anomaly, no_grad
from autograd.numbers import as_float, is_number
from autograd.structure import leaves
from nn.arguments import expect, paired
from nn.layers import Network, check_width
from nn.losses import Loss, loss_name

Penalty: TypeAlias = Callable[[list[Value]], Value]


def checked_examples(
    net: Network, xs: Sequence[Any], ys: Sequence[Any], loss: Loss
) -> tuple[list[list[float]], list[Any]]:
    """Return the examples as plain lists, once every one is known to fit the network and the loss.

    Raises:
        ValueError, TypeError: if there are none, or one does not fit, saying which.
    """
    trainable = callable(net) and hasattr(net, "parameters")
    expect(trainable, "a network is called and has parameters", net)
    expect(callable(loss), "a loss is a function of prediction and target", loss)
    for name, p in zip(_names(net), net.parameters()):
        if p.parents:
            raise ValueError(
                f"{name} is the result of {p.op}, so it cannot be moved: train what it is computed from"
            )
    inputs, targets = paired(xs, ys)
    rows: list[list[float]] = []
    with no_grad():
        with _located("xs[0]"):
            prediction = net(inputs[0])  # the network knows what width it takes
        for i, x in enumerate(inputs):
            with _located(f"xs[{i}]"):
                check_width(len(inputs[0]), x)
                rows.append([_finite(v) for v in x])
        zero = Value(0.0)
        blank = [zero] * len(prediction) if isinstance(prediction, list) else zero
        for i, y in enumerate(targets):
            with _located(f"ys[{i}]"):
                for v in leaves(y):
                    if is_number(v):
                        _finite(v)
                # the loss knows what targets it takes
                if not isinstance(example := loss(blank, y), Value):
                    raise TypeError(
                        f"a loss gives a Value, but {loss_name(loss)} gave {type(example).__name__}"
                    )
    return rows, targets


def _finite(x: Any) -> float:
    data = as_float(x)
    if not math.isfinite(data):
        raise ValueError(f"a finite number is needed, but {x!r} was given")
    return data


class _located:
    """A context that says in an error's message which example it is about."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if type(error) is ValueError or type(error) is TypeError:
            raise type(error)(f"{self.place}: {error}") from None


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
            return f"step {step}, {place}: {error}"
        if not math.isfinite(result.data):
            return f"step {step}, {place}: the loss is {result.data!r}"
        for name, p in named:
            if not math.isfinite(p.grad):
                return f"step {step}, {place}: the gradient of {name} is {p.grad!r}"
    return f"step {step}: the sum over the batch overflows; try a smaller learning rate"


def _example(net: Network, loss: Loss, x: Any, y: Any) -> Value:
    return loss(net(x), y)


def _names(net: Any) -> Iterator[str]:
    if hasattr(net, "named_parameters"):
        return (name for name, _ in net.named_parameters())
    return (f"parameter {k}" for k, _ in enumerate(net.parameters()))
