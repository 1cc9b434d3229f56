"""The gradients of a batch from the recorded loss of one example, run on arrays."""

import math
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from autograd import Value
from autograd.graph.node import spend_gradient
from autograd.matrices.vectorize import VectorProgram

# isort: split
# after vectorize, which says what to install where NumPy is missing
import numpy as np

from autograd.numbers import is_number
from autograd.program import Program
from autograd.replay.tracing import record
from autograd.structure import describe
from nn.arguments import once
from nn.layers import Network
from nn.losses import Loss, Penalty, added_by, cross_entropy
from nn.optim import SGD, Adam, Optimizer

CALLS = 4  # that a network which draws random numbers is not likely to pass unseen
CLASSES = 10  # at most, to try each


class Vectorized:
    """Takes the steps of `fit` with the matrix form of the loss, on an array of all parameters.

    Args:
        net: the network. It is recorded with its parameters as the arguments.
        xs, ys, loss, penalty, compile: as for `fit`.

    Attributes:
        engine: what runs the steps, in words.

    Raises:
        TypeError: if the network or the loss is not the same when it is called again, or it or an
            activation branches on a number.
    """

    def __init__(
        self,
        net: Network,
        xs: Sequence[Sequence[float]],
        ys: Sequence[Any],
        loss: Loss,
        penalty: Penalty | None,
        compile: bool = False,
    ) -> None:
        self.parameters = once(net.parameters())
        self._classes = range(0)
        if loss is cross_entropy:
            # the index of a class picks an output, which a recording would freeze
            self._classes = range(len(net(xs[0])))
        ys = self._targets(ys)
        first = describe(ys[0])
        for i, other in enumerate(map(describe, ys)):
            if other != first:
                raise ValueError(
                    "vectorize=True takes targets of one structure, but "
                    f"ys[0] is a {first} and ys[{i}] a {other}"
                )
        self._net, self._loss, self._penalty, self._compile = net, loss, penalty, compile
        self._examples = xs, ys
        self._looked_at = 0
        self.xs = np.array(xs, dtype=float)
        self.ys = np.array(ys, dtype=float)
        self._grads: Any = np.zeros(len(self.parameters))
        self._ahead = False  # of the Values
        self._data: Any = self._numbers()
        self._record()
        self.engine = self.program.engine(self._data, self.xs, self.ys)

    def _record(self) -> None:
        penalty = self._penalty
        self.program = self._recorded(penalty)
        self._without_penalty = cache(lambda: self._recorded(None) if penalty else self.program)

    def _recorded(self, penalty: Penalty | None) -> VectorProgram:
        xs, ys = self._examples
        example_loss = partial(self._example_loss, penalty)
        recorded = Program(record(example_loss, (self.parameters, xs[0], ys[0]), anew=False))
        if self._compile:
            program = recorded.vectorize((1, 2), "mean", compile=True)
        else:
            program = VectorProgram(recorded, (1, 2), "mean", by=(0,))  # pyright: ignore[reportArgumentType] # cached
        self._check(program, penalty)
        return program

    def _example_loss(
        self, penalty: Penalty | None, parameters: list[Value], x: Any, y: Any
    ) -> Value:
        value = self._loss(self._net(x), y)
        return value if penalty is None else value + added_by(penalty, parameters)

    def _loss_now(self, i: int, penalty: Penalty | None) -> float:
        xs, ys = self._examples
        return self._example_loss(penalty, self.parameters, xs[i], ys[i]).data

    def _targets(self, ys: Sequence[Any]) -> Sequence[Any]:
        """Return the targets with a list of 0 and 1 for each class that is given by its index."""
        if not self._classes:
            return ys
        one_hot = {k: [float(k == j) for j in self._classes] for k in self._classes}
        return [list(y) if hasattr(y, "__len__") else one_hot[int(y)] for y in ys]

    def _check(self, program: VectorProgram, penalty: Penalty | None) -> None:
        """Refuse what a recording would freeze: run again, for some examples and each of few classes, is it the same?"""
        xs, ys = self._examples
        chosen = [k * len(xs) // CALLS for k in range(CALLS)]
        classes = {y: i for i in (*range(len(xs)), *chosen) if is_number(y := ys[i])}
        if len(classes) <= CLASSES:
            chosen += {*classes.values()}.difference(chosen)
        losses = program.each(self._data, self.xs[chosen], self.ys[chosen])
        for i, replayed in zip(chosen, losses.tolist()):
            now = self._loss_now(i, penalty)
            if _differ(replayed, now):
                raise TypeError(
                    f"vectorize=True records the network and the loss once, but run again they give {now:g} for "
                    f"xs[{i}], and the recording {replayed:g}: they draw random numbers, remember earlier calls, or "
                    "take numbers in another way than Values, by their type or as a key"
                )

    def _numbers(self) -> Any:
        return np.array([p.data for p in self.parameters])

    def load(self, called: bool = False) -> None:
        """Take the numbers of the parameters from the Values, and record anew what a callback has changed beside them.

        Args:
            called: whether there are callbacks. One example tells, another each time: a temperature that falls,
                a layer that is replaced.
        """
        self._data = self._numbers()
        if not called:
            return
        i = self._looked_at = (self._looked_at + 1) % len(self.xs)
        recorded = self.program(self._data, self.xs[[i]], self.ys[[i]])
        if _differ(recorded, self._loss_now(i, self._penalty)):
            self._record()

    def store(self) -> None:
        """Give the Values their numbers and gradients, as the last step left them."""
        if self._ahead:
            self._hand_over()
            for p in self.parameters:
                spend_gradient(p)
            self._ahead = False

    def _hand_over(self) -> None:
        for p, w, g in zip(self.parameters, self._data.tolist(), self._grads.tolist()):
            p.data, p.grad = w, g

    def gradients(self, batch: Sequence[int]) -> tuple[float, bool]:
        """Return the mean loss of a batch, and whether it and its gradient are finite."""
        whole = len(batch) == len(self.xs)
        xs, ys = (self.xs, self.ys) if whole else (self.xs[batch], self.ys[batch])
        value, (self._grads, *_) = self.program.value_and_grad(self._data, xs, ys)
        finite = np.isfinite(self._grads)
        return float(value), math.isfinite(value) and np.count_nonzero(finite) == len(finite)

    def mean_loss(self, xs: Sequence[Any], ys: Sequence[Any]) -> float:
        """Return the mean loss of other examples, without the penalty."""
        targets = np.array(self._targets(ys), float)
        return float(self._without_penalty()(self._data, np.array(xs, float), targets))

    def step(self, optimizer: Optimizer) -> None:
        """Move the parameters."""
        kind = type(optimizer)
        if kind.step is not Optimizer.step:  # it is one's own, and knows Values only
            self._hand_over()
            optimizer.step(self.parameters)
            self._data = self._numbers()
            return
        self._ahead = True
        if kind.update is Optimizer.update and kind.move in (SGD.move, Adam.move):
            self._data = optimizer.update(self._data, self._grads)
        else:
            self._data = np.array(
                optimizer.update(self._data.tolist(), self._grads.tolist()), float
            )


def _differ(recorded: float, now: float) -> bool:
    return math.isfinite(now) and not math.isclose(recorded, now, rel_tol=1e-6, abs_tol=1e-6)
