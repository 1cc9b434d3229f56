"""Optimisers: how the parameters move once their gradients are known. State lives in the optimiser."""

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from reprlib import repr as brief
from typing import Any, Self, TypeAlias

import autograd as ag
from autograd import Value
from autograd.graph.node import spend_gradient
from nn.arguments import (
    arguments_of,
    expect,
    is_sequence,
    learning_rate,
    named,
    once,
    real,
    refuse_unknown,
)

Schedule: TypeAlias = Callable[[int], float]

__all__ = ["SGD", "Adam", "Optimizer"]
__dir__ = __all__.copy  # what Tab shows


class Optimizer:
    """A rule that moves parameters against their gradients.

    `fit` takes the steps; in a loop of your own it is `net.zero_grad()`, `loss.backward()`,
    `optimizer.step(net.parameters())`. An optimiser of your own is a class with a `move`:

    >>> class SignDescent(Optimizer):
    ...     def move(self, data, grads, lr):
    ...         return [w - lr * ((g > 0) - (g < 0)) for w, g in zip(data, grads)]
    >>> SignDescent(lr=0.25).update([1.0, 1.0], [8.0, -0.1])
    [0.75, 1.25]

    Args:
        lr: the learning rate η, or a function from the number of the step (from 0) to it.
        weight_decay: how much of each weight to take off, as a gradient; it is for `move` to use.

    Attributes:
        steps: how many steps were taken.
    """

    def __new__(cls, *args: Any, **given: Any) -> Self:
        """Refuse what optimisers of other libraries are given: other names, or parameters in the place of lr."""
        if known := arguments_of(cls):
            refuse_unknown(cls.__name__, given, known, "optimizer")
        first = args[0] if args else given.get("lr")
        if known[:1] == ["lr"] and (hasattr(first, "parameters") or is_sequence(first)):
            raise TypeError(
                "an optimiser is given its learning rate, and the parameters at each step: "
                f"{cls.__name__}(lr=0.1).step(net.parameters())"
            )
        return super().__new__(cls)

    def __init__(self, lr: float | Schedule, weight_decay: float = 0.0) -> None:
        self.lr = lr if callable(lr) else learning_rate(lr)
        self.weight_decay = real("the weight decay", weight_decay)
        self.steps = 0
        self._size = 0

    def learning_rate(self) -> float:
        """Return the learning rate of the next step."""
        return learning_rate(self.lr(self.steps) if callable(self.lr) else self.lr)

    def step(self, parameters: Iterable[Value] | None = None) -> None:
        """Move the parameters by one step against their `.grad`.

        A gradient that was not set to 0 since the last step still holds what that step used, and
        `backward` has added to it: this is warned of.
        """
        if parameters is None:  # as PyTorch's optimisers, which were given them before
            raise TypeError("a step is given the parameters: optimizer.step(net.parameters())")
        moved = list(parameters) if isinstance(parameters, Iterable) else [parameters]
        expect(
            set(map(type, moved)) <= {Value}, "a step moves Values: net.parameters()", parameters
        )
        moved = once(moved)
        spent = [spend_gradient(p) for p in moved]
        if any(spent):
            warnings.warn(
                "the gradients were not set to 0 since the last step, so they still contain those of that step: "
                "call net.zero_grad() before backward()",
                RuntimeWarning,
                stacklevel=2,
            )
        new = self.update([p.data for p in moved], [p.grad for p in moved])
        for p, data in zip(moved, new):
            p.data = data

    def update(self, data: Sequence[float], grads: Sequence[float]) -> Sequence[float]:
        """Return the parameters' new numbers, given their numbers and gradients, and count a step.

        Args:
            data: the numbers.
            grads: ∂L/∂w of each.

        The optimisers of this module take arrays, too, and give an array then.

        Raises:
            ValueError: if numbers and gradients are not equally many, or not as many as in the step before.
        """
        if len(data) != len(grads) or len(data) != (self._size or len(data)):
            raise ValueError(
                f"{len(data)} parameters and {len(grads)} gradients, after {self._size} in the step before: "
                "an optimiser keeps the state of one network, so make one for each"
            )
        new = self.move(data, grads, self.learning_rate())
        if not is_sequence(new) or len(new) != len(data):
            raise ValueError(
                f"{type(self).__name__}.move must return a number for each of {len(data)} parameters; got {brief(new)}"
            )
        self._size = len(data)
        self.steps += 1
        return new

    def move(self, data: Sequence[float], grads: Sequence[float], lr: float) -> Sequence[float]:
        """Return the parameters' new numbers: the rule, which each kind of optimiser has.

        Args:
            data: the parameters' numbers.
            grads: ∂L/∂w of each.
            lr: the learning rate η of this step.
        """
        raise TypeError(
            f"{type(self).__name__} is not an optimiser: it has no rule, move(data, grads, lr)"
        )

    def __repr__(self) -> str:
        lr = getattr(self.lr, "__name__", self.lr) if callable(self.lr) else self.lr
        more = [
            f", {name}={given!r}"
            for name in arguments_of(type(self))[1:]
            if (given := getattr(self, name, None)) not in (None, 0.0, False)
        ]
        steps = f"{self.steps} step{'s' * (self.steps != 1)}"
        return f"<{type(self).__name__}(lr={lr}{''.join(more)}) after {steps}>"

    def __getattr__(self, name: str) -> Any:
        hints = {"zero_grad": "net.zero_grad()", "state_dict": "copy.deepcopy(optimizer)"}
        hint = f": it is {hints[name]} here" if name in hints else ""
        message = f"{type(self).__name__} has no {name}{hint}"
        raise AttributeError(message, name=name, obj=self)  # Python suggests a name like it


class SGD(Optimizer):
    """Stochastic gradient descent, w := w − η·∂L/∂w, with momentum as in PyTorch.

    Args:
        lr: the learning rate η, or a function from the number of the step to it.
        momentum: how much of the last move is kept: v := momentum·v + g, w := w − η·v.
        nesterov: look ahead along the move: w := w − η·(g + momentum·v).
        weight_decay: adds weight_decay·w to each gradient.

    >>> SGD(lr=0.1).update([1.0], [8.0])
    [0.19999999999999996]
    """

    def __init__(
        self,
        lr: float | Schedule = 0.1,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr, weight_decay)
        momentum = real("momentum", momentum, below=1.0)
        if nesterov and not momentum:
            raise ValueError("Nesterov's look-ahead needs a momentum above 0")
        self.momentum = momentum
        self.nesterov = nesterov
        self._velocity: Sequence[float] = []

    def move(self, data: Sequence[float], grads: Sequence[float], lr: float) -> Sequence[float]:
        """Return w − η·v: see `Optimizer.move` for data, grads and lr."""
        if self.weight_decay:
            grads = _each(lambda w, g: g + self.weight_decay * w, data, grads)
        if self.momentum:
            if len(self._velocity):
                self._velocity = _each(lambda v, g: self.momentum * v + g, self._velocity, grads)
            else:  # the first velocity is the gradient itself, as in PyTorch
                self._velocity = _each(lambda g: 1.0 * g, grads)
            if self.nesterov:
                grads = _each(lambda g, v: g + self.momentum * v, grads, self._velocity)
            else:
                grads = self._velocity
        return _each(lambda w, g: w - lr * g, data, grads)


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1), or AdamW with `decoupled=True` (Loshchilov & Hutter 2019).

    Args:
        lr: the learning rate η, or a function from the number of the step to it.
        betas: the decay of the means of the gradient and of its square.
        eps: keeps the division defined; with 0, as some exercises have it, a parameter stays where it is as long
            as the square of its gradient has been 0.
        weight_decay: adds weight_decay·w to each gradient; decoupled, takes η·weight_decay·w off each weight.
        decoupled: AdamW's weight decay.

    >>> Adam(lr=0.5).update([1.0], [8.0])
    [0.500000000625]
    """

    def __init__(
        self,
        lr: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled: bool = False,
    ) -> None:
        super().__init__(lr, weight_decay)
        expect(is_sequence(betas) and len(betas) == 2, "betas are two numbers", betas)
        self.betas = tuple(real("each beta", beta, below=1.0) for beta in betas)
        self.eps = real("eps", eps)
        self.decoupled = decoupled
        self._mean: Sequence[float] = []
        self._square: Sequence[float] = []

    def move(self, data: Sequence[float], grads: Sequence[float], lr: float) -> Sequence[float]:
        """Return w − η·m̂/(√v̂ + ε): see `Optimizer.move` for data, grads and lr."""
        if self.weight_decay and self.decoupled:
            data = _each(lambda w: w - lr * self.weight_decay * w, data)
        elif self.weight_decay:
            grads = _each(lambda w, g: g + self.weight_decay * w, data, grads)
        beta1, beta2 = self.betas
        if not len(self._mean):
            self._mean = self._square = [0.0] * len(data)
        self._mean = _each(lambda m, g: beta1 * m + (1.0 - beta1) * g, self._mean, grads)
        self._square = _each(lambda s, g: beta2 * s + (1.0 - beta2) * g * g, self._square, grads)
        t = self.steps + 1
        rate = lr / (1.0 - beta1**t)
        correction = math.sqrt(1.0 - beta2**t)

        def moved(w: Any, m: Any, s: Any) -> Any:
            scale = (math.sqrt(s) if type(s) is float else ag.sqrt(s)) / correction + self.eps
            # where the scale is 0, so is the mean
            return w - rate * m / (scale + (scale == 0.0))

        return _each(moved, data, self._mean, self._square)


def _each(f: Callable[..., Any], *vectors: Any) -> Sequence[float]:
    """Apply f to the numbers of lists one by one; where there is an array among them, to arrays at once."""
    arrays = [x for x in vectors if hasattr(x, "__array_namespace__")]
    if not arrays:
        return [*map(f, *vectors)]
    if len(arrays) < len(vectors):
        vectors = tuple(map(arrays[0].__array_namespace__().asarray, vectors))
    moved: Sequence[float] = f(*vectors)
    return moved


OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {"sgd": SGD, "adam": Adam}


def as_optimizer(given: "str | Optimizer | None") -> Optimizer:
    """Return the optimiser of a name, with its usual learning rate; an optimiser is returned as it is.

    Raises:
        ValueError: if no optimiser has that name.
        TypeError: if it is neither a name nor an optimiser.
    """
    if given is None:
        return SGD()
    if isinstance(given, str):
        return named("optimiser", given.strip().lower(), OPTIMIZERS)()
    if isinstance(given, type) and issubclass(given, Optimizer):
        raise TypeError(f"an optimiser is made with brackets: {given.__name__}(lr=0.1)")
    known = isinstance(given, Optimizer)
    expect(known, "an optimiser is one such as SGD(lr=0.1) or Adam(), or its name", given)
    return given
