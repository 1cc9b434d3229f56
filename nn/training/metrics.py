"""Numbers that say how well a network does, and how its training is watched: checked before the first epoch."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from reprlib import repr as brief
from typing import Any, TypeAlias

from autograd import no_grad
from autograd.modes import recorded
from autograd.numbers import as_float
from autograd.structure import name_of
from nn.arguments import expect, is_sequence, paired, plain
from nn.layers import Network
from nn.training.history import Epoch

Metric: TypeAlias = Callable[[Any, Sequence[Any], Sequence[Any]], float]
Callback: TypeAlias = Callable[[Epoch], object]


def accuracy(
    net: Network, xs: Sequence[Any], ys: Sequence[Any], threshold: float | None = None
) -> float:
    """Return the share of the examples whose class the network finds; as it is, it is a metric for `fit`.

    With several outputs the class is the largest of them; a target is its number from 0, or a list with 1 for it.
    With one output the class is whether it is above a threshold; targets are −1 and 1, or 0 and 1.

    Args:
        net: the network.
        xs, ys: the examples.
        threshold: for one output; if not given it is 0 for targets −1 and 1, and ½ for targets 0 and 1 of a
            sigmoid output. Targets 0 and 1 of another output need one: 0 for logits, ½ for numbers from 0 to 1.

    Raises:
        ValueError: if the targets are not classes, or the threshold is not known.

    >>> from nn import MLP
    >>> accuracy(MLP.from_weights([[[1.0]]]), [[-2.0], [1.0], [3.0], [4.0]], [-1, -1, 1, 1])
    0.75
    """
    xs, ys = paired(xs, ys)
    with no_grad():
        outputs = [net(x) for x in xs]
    if isinstance(outputs[0], list):
        found = [_largest([v.data for v in output]) for output in outputs]
        right = [_largest(y) if is_sequence(y) else y for y in ys]
        count = len(outputs[0])
        if not all(y in range(count) for y in right):
            raise ValueError(f"targets of {count} outputs are classes from 0 to {count - 1}")
    else:
        ys = [y[0] if is_sequence(y) and len(y) == 1 else y for y in map(plain, ys)]
        if threshold is None:
            threshold = _threshold(net, xs[0], ys)
        threshold = float(threshold)
        found = [int(output.data > threshold) for output in outputs]
        if not all(y in (-1, 0, 1) for y in ys):
            raise ValueError("targets of one output are the classes −1 and 1, or 0 and 1")
        right = [int(y > 0) for y in ys]
    return sum(f == r for f, r in zip(found, right)) / len(ys)


def _largest(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=scores.__getitem__)


def _threshold(net: Network, x: Any, ys: Sequence[Any]) -> float:
    if -1 in ys:
        return 0.0
    with recorded():
        if net(x).op == "sigmoid":
            return 0.5
    raise ValueError(
        "from which output on is the class 1? Say threshold=0 where the outputs are logits, or threshold=0.5 where "
        "they run from 0 to 1"
    )


def check_watchers(
    metrics: Mapping[str, Metric], callbacks: Sequence[Callback], example: Sequence[Any]
) -> None:
    """Refuse metrics and callbacks that could not be called: no functions, or not of that many arguments.

    Args:
        metrics, callbacks: as for `fit`.
        example: what a metric is called with.
    """
    expect(isinstance(metrics, Mapping), "metrics is a dict of functions by name", metrics)
    expect(is_sequence(callbacks), "callbacks is a list of functions", callbacks)
    for name, metric in metrics.items():
        _check_function(f"the metric {name!r}", metric, "(net, xs, ys)", example)
    for callback in callbacks:
        _check_function("a callback", callback, "(epoch)", [None])


def measure(
    metrics: Mapping[str, Metric], net: Network, xs: Sequence[Any], ys: Sequence[Any]
) -> dict[str, float]:
    """Return the number of each metric by name; a TypeError if one gives something else."""
    figures: dict[str, float] = {}
    if not metrics:
        return figures
    with no_grad():
        for name, metric in metrics.items():
            found = metric(net, xs, ys)
            try:
                figures[name] = as_float(found)
            except TypeError:
                raise TypeError(
                    f"the metric {name!r} gives a number, but it gave {brief(found)}"
                ) from None
    return figures


def _check_function(what: str, f: Any, takes: str, arguments: Sequence[Any]) -> None:
    if isinstance(f, type):
        raise TypeError(
            f"{what} is a function of {takes}, but the class {f.__name__} was given: {f.__name__}()?"
        )
    expect(callable(f), f"{what} is a function of {takes}", f)
    try:
        inspect.signature(f).bind(*arguments)
    except ValueError:
        return  # a function that does not tell
    except TypeError as error:
        name = name_of(f)
        raise TypeError(f"{what} is called with {takes}, but {name} cannot be: {error}") from None
