"""fit: train a network on examples."""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from autograd import Value, no_grad
from autograd.modes import recorded
from autograd.numbers import as_float
from nn.arguments import expect, generator, is_sequence, once, whole
from nn.layers import Network
from nn.losses import Loss, half_squared_error
from nn.optim import SGD, Optimizer
from nn.training.examples import Penalty, blame, checked_examples
from nn.training.history import Epoch, History
from nn.training.progress import epochs_bar

Metric: TypeAlias = Callable[[Any, Sequence[Any], Sequence[Any]], float]
Callback: TypeAlias = Callable[[Epoch], object]


def fit(
    net: Network,
    xs: Sequence[Any],
    ys: Sequence[Any],
    loss: Loss = half_squared_error,
    optimizer: Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    vectorize: bool = False,
    progress: bool = True,
    *,
    penalty: Penalty | None = None,
    metrics: Mapping[str, Metric] | None = None,
    callbacks: Sequence[Callback] = (),
    rng: int | random.Random = 0,
) -> History:
    """Train a network: each step moves its parameters against the gradient of the mean loss of a batch.

    Args:
        net: the network; its parameters are changed.
        xs: the input vectors: a list of lists of numbers, or an array.
        ys: for each of them what the loss takes as its target.
        loss: a function of prediction and target that gives the loss of one example.
        optimizer: how the parameters move; SGD(lr=0.1) if not given. It keeps its state for the next run.
        epochs: how often to go through all examples.
        batch_size: how many examples make a step; all of them if not given, else they are shuffled anew
            in every epoch.
        vectorize: whether to run the recorded loss on arrays (needs NumPy and an MLP): the same numbers
            but for rounding, much faster for many examples.
        progress: whether to show a progress bar, if a terminal or a notebook is there to show it.
        penalty: a function of the list of parameters that is added to the loss, such as `l2(1e-4)`.
        metrics: functions of (net, xs, ys) by name, called after each epoch.
        callbacks: functions of an Epoch, called after each; the training ends when one returns something true.
        rng: a seed or a random.Random for the shuffle.

    Returns:
        The History. Ctrl-C ends the training after the last complete step; the history until then is returned.

    Raises:
        ValueError, TypeError: if there are no examples, or one of them does not fit the network or the
            loss; then nothing is changed.
        FloatingPointError: if a loss or a gradient is not finite, naming the operation, step and example
            where it first appeared. The parameters are those before that step.

    >>> from nn import MLP
    >>> history = fit(MLP(1, [1], rng=0), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], epochs=300)
    >>> len(history), history.losses[-1] < 1e-3 * history.losses[0]
    (300, True)
    """
    epochs = whole("epochs", epochs, least=0)
    batch_size = None if batch_size is None else whole("batch_size", batch_size)
    optimizer = SGD(lr=0.1) if optimizer is None else optimizer
    metrics = {} if metrics is None else metrics
    known = isinstance(optimizer, Optimizer)
    expect(known, "an optimiser is one such as SGD(lr=0.1) or Adam()", optimizer)
    known = penalty is None or callable(penalty)
    expect(known, "a penalty is a function such as l2(1e-4)", penalty)
    expect(isinstance(metrics, Mapping), "metrics is a dict of functions by name", metrics)
    expect(is_sequence(callbacks), "callbacks is a list of functions", callbacks)
    rng = generator(rng)
    xs, ys = checked_examples(net, xs, ys, loss)
    parameters = once(net.parameters())
    task: _Task = _Eager(net, xs, ys, loss, penalty)
    if vectorize:
        from nn.training.arrays import Vectorized

        task = Vectorized(net, xs, ys, loss, penalty)
    history = History(metrics={name: [] for name in metrics})
    bar = epochs_bar(epochs, progress)
    step, start = 0, time.perf_counter()
    before: list[float] = []
    try:
        for epoch in bar:
            total = 0.0
            for batch in _batches(len(xs), batch_size, rng):
                before = [p.data for p in parameters]
                mean = task.gradients(batch)
                if not math.isfinite(mean) or not all(
                    map(math.isfinite, [p.grad for p in parameters])
                ):
                    raise FloatingPointError(blame(net, xs, ys, loss, penalty, batch, step))
                optimizer.step(parameters)
                before = []
                total += mean * (len(batch) / len(xs))
                step += 1
            history.losses.append(total)
            history.seconds = time.perf_counter() - start
            with no_grad():
                for name, metric in metrics.items():
                    history.metrics[name].append(as_float(metric(net, xs, ys)))
            bar.set_postfix_str(f"loss {history.losses[-1]:.4g}", refresh=False)
            now = {name: numbers[-1] for name, numbers in history.metrics.items()}
            record = Epoch(epoch, history.losses[-1], now, net)
            answers = [callback(record) for callback in callbacks]
            if any(answers):
                history.stopped = "callback"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
        for p, data in zip(parameters, before):
            p.data = data
    finally:
        bar.close()
    history.seconds = time.perf_counter() - start
    return history


def _batches(count: int, size: int | None, rng: random.Random) -> Iterator[Sequence[int]]:
    if size is None:
        yield range(count)
        return
    order = list(range(count))
    rng.shuffle(order)
    for k in range(0, count, size):
        yield order[k : k + size]


class _Task(Protocol):
    """A way to compute the mean loss of a batch and to leave its gradient in the parameters' `.grad`."""

    def gradients(self, batch: Sequence[int]) -> float: ...


class _Eager:
    """Example by example: each graph is dropped before the next is made, so memory stays flat."""

    def __init__(
        self,
        net: Network,
        xs: Sequence[Any],
        ys: Sequence[Any],
        loss: Loss,
        penalty: Penalty | None,
    ) -> None:
        self.net, self.xs, self.ys, self.loss, self.penalty = net, xs, ys, loss, penalty
        self.parameters = once(net.parameters())

    def gradients(self, batch: Sequence[int]) -> float:
        with recorded():
            return self._gradients(batch)

    def _gradients(self, batch: Sequence[int]) -> float:
        net, xs, ys, loss = self.net, self.xs, self.ys, self.loss
        for p in self.parameters:
            p.grad = 0.0
        total, weight = 0.0, 1.0 / len(batch)
        for i in batch:
            example = loss(net(xs[i]), ys[i])
            example.backward(weight)
            total += example.data
        mean = total / len(batch)
        if self.penalty is not None:
            added = self.penalty(self.parameters)
            expect(isinstance(added, Value), "a penalty gives a Value of the parameters", added)
            added.backward()
            mean += added.data
        return mean
