"""fit: train a network on examples."""

import inspect
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from autograd import no_grad
from autograd.modes import recorded
from autograd.progress import bar
from nn.arguments import expect, generator, once, refuse_unknown, whole
from nn.layers import Network
from nn.losses import (
    TAKES_LOGITS,
    Loss,
    Penalty,
    added_by,
    as_loss,
    half_squared_error,
    warn_of_logits,
)
from nn.optim import Optimizer, as_optimizer
from nn.training.examples import (
    blame,
    checked_examples,
    checked_validation,
    warn_of_divergence,
)
from nn.training.history import Epoch, History
from nn.training.interrupts import Whole
from nn.training.metrics import Callback, Metric, check_watchers, measure

if TYPE_CHECKING:
    from nn.training.arrays import Vectorized


def fit(
    net: Network,
    xs: Sequence[Any],
    ys: Sequence[Any],
    loss: str | Loss = half_squared_error,
    optimizer: str | Optimizer | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    vectorize: bool = False,
    progress: bool = True,
    *,
    compile: bool = False,
    penalty: Penalty | None = None,
    metrics: Mapping[str, Metric] | None = None,
    callbacks: Sequence[Callback] = (),
    validation: tuple[Sequence[Any], Sequence[Any]] | None = None,
    rng: int | random.Random = 0,
    **mistaken: Never,
) -> History:
    """Train a network: each step moves its parameters against the gradient of the mean loss of a batch.

    Args:
        net: the network; its parameters are changed.
        xs: the input vectors: a list of lists of numbers, or an array.
        ys: for each of them what the loss takes as its target.
        loss: a function of prediction and target that gives the loss of one example, or its name.
        optimizer: how the parameters move, or its name; SGD(lr=0.1) if not given. It keeps its state for the
            next run.
        epochs: how many passes through the data.
        batch_size: how many examples make a step; all of them if not given, else they are shuffled anew
            in every epoch.
        vectorize: whether to run the recorded loss on arrays (needs NumPy): the same numbers but for rounding, much
            faster for many examples. What else network and loss use is recorded, anew where a callback changes it.
        compile: with `vectorize`, whether to run them as machine code (needs llvmlite), which takes half a
            second to make. `history.engine` says what ran the steps.
        progress: whether to show a progress bar, if a terminal or a notebook is there to show it.
        penalty: a function of the list of parameters that is added to the loss, such as `l2(1e-4)`.
        metrics: functions of (net, xs, ys) by name, such as `accuracy`, called after each epoch.
        callbacks: functions of an Epoch, called after each; the training ends when one returns something true.
        validation: examples (xs, ys) that are not learned from; their loss is computed after each epoch.
        rng: a seed or a random.Random for the shuffle.

    Returns:
        The History. Ctrl-C ends the training between two steps; parameters, optimiser and history tell of the
        same step then, and an epoch that had begun counts with the examples it had seen.

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
    if mistaken:
        known = list(inspect.signature(fit).parameters)[:-1]
        refuse_unknown("fit", mistaken, known, "fit")
    epochs = whole("epochs", epochs, least=0)
    batch_size = None if batch_size is None else whole("batch_size", batch_size)
    loss, optimizer, rng = as_loss(loss), as_optimizer(optimizer), generator(rng)
    if compile and not vectorize:
        raise ValueError(
            "compile=True makes machine code of what vectorize=True records; give both"
        )
    metrics = {} if metrics is None else metrics
    expect(
        penalty is None or callable(penalty), "a penalty is a function such as l2(1e-4)", penalty
    )
    check_watchers(metrics, callbacks, (net, xs, ys))
    xs, ys = checked_examples(net, xs, ys, loss)
    held_back = checked_validation(net, validation, loss)
    if loss in TAKES_LOGITS:  # else nothing is computed, and no random number is drawn
        with recorded():
            warn_of_logits(net(xs[0]), loss)
    task: _Eager | Vectorized
    if vectorize:
        from nn.training import arrays

        task = arrays.Vectorized(net, xs, ys, loss, penalty, compile)
    else:
        task = _Eager(net, xs, ys, loss, penalty)
    watched = bool(metrics or callbacks or held_back)
    history = History(metrics={name: [] for name in metrics}, engine=task.engine)
    epochs_bar = bar(range(epochs), "epoch", progress)
    start, together = time.perf_counter(), Whole()
    try:
        measure(metrics, net, xs, ys)  # what cannot be measured is found before the first epoch
        together.begin()
        for epoch in epochs_bar:
            if watched:  # somebody may have changed the parameters, or who gets Ctrl-C
                task.load(bool(callbacks))
                together.begin()
            total, seen = 0.0, 0
            for batch in _batches(len(xs), batch_size, rng):
                mean, finite = task.gradients(batch)
                if not finite:
                    task.store()
                    raise FloatingPointError(
                        blame(net, xs, ys, loss, penalty, batch, history.steps)
                    )
                with together:
                    task.step(optimizer)
                    total += mean * (len(batch) / len(xs))
                    seen += len(batch)
                    history.losses[epoch:] = [
                        total if seen == len(xs) else total * (len(xs) / seen)
                    ]
                    history.steps += 1
            epochs_bar.set_postfix_str(f"loss {history.losses[-1]:.4g}", refresh=False)
            if not watched:
                continue
            with together:
                task.store()
            if held_back is not None:
                history.validation.append(task.mean_loss(*held_back))
            now = measure(metrics, net, xs, ys)
            for name, figure in now.items():
                history.metrics[name].append(figure)
            record = Epoch(epoch, history.losses[-1], now, net, *history.validation[-1:])
            answers = [callback(record) for callback in callbacks]
            if any(answers):
                history.stopped = "callback"
                break
        with together:
            task.store()
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        together.begin()
        with together:
            task.store()
            epochs_bar.close()
        together.end()
    history.seconds = time.perf_counter() - start
    warn_of_divergence(history.losses)
    return history


def _batches(count: int, size: int | None, rng: random.Random) -> Iterator[Sequence[int]]:
    if size is None:
        yield range(count)
        return
    order = list(range(count))
    rng.shuffle(order)
    for k in range(0, count, size):
        yield order[k : k + size]


class _Eager:
    """Takes the steps example by example: each graph is dropped before the next is made, so memory stays flat."""

    engine = "Values"  # what runs them, in words

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

    def load(self, called: bool) -> None:
        """Take the parameters from the Values: they are there."""

    def store(self) -> None:
        """Leave parameters and gradients in the Values."""

    def gradients(self, batch: Sequence[int]) -> tuple[float, bool]:
        """Return the mean loss of a batch, and whether it and its gradient are finite."""
        with recorded():
            mean = self._gradients(batch)
        return mean, all(map(math.isfinite, [mean, *(p.grad for p in self.parameters)]))

    def step(self, optimizer: Optimizer) -> None:
        """Move the parameters."""
        optimizer.step(self.parameters)

    def mean_loss(self, xs: Sequence[Any], ys: Sequence[Any]) -> float:
        """Return the mean loss of other examples, without the penalty, while the Values are up to date."""
        with no_grad():
            return math.fsum(self.loss(self.net(x), y).data for x, y in zip(xs, ys)) / len(xs)

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
            added = added_by(self.penalty, self.parameters)
            added.backward()
            mean += added.data
        return mean
