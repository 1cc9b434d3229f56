"""The contestants in Python: each engine's way to take one step of a workload.

A library is imported by the functions that use it, so that each process loads one engine only.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.workloads import (
    PLAIN,
    SMALL_WEIGHTS,
    SMALL_X,
    SMALL_Y,
    Scalars,
    Workload,
    moons,
    moons_loss,
    small_loss,
)


@dataclass(frozen=True)
class Contestant:
    """One engine ready to run one workload.

    Args:
        step: takes a step and returns the loss and the gradients.
        operations: how many operations its graph or program has; None if it has none to count.
        flat: the gradients as a list of floats, weight by weight; called outside the timing.
    """

    step: Callable[[], tuple[Any, Any]]
    operations: int | None = None
    flat: Callable[[Any], list[float]] = list


def leaves(tree: Any) -> Iterator[Any]:
    """Yield what a structure of lists, tuples and dicts holds, from left to right."""
    if isinstance(tree, (list, tuple, dict)):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from leaves(item)
    else:
        yield tree


def mapped(tree: Any, f: Callable[[Any], Any]) -> Any:
    """Return the structure with f applied to all it holds."""
    if isinstance(tree, dict):
        return {key: mapped(item, f) for key, item in tree.items()}
    return [mapped(item, f) for item in tree] if isinstance(tree, (list, tuple)) else f(tree)


def numbers(arrays: Any) -> list[float]:
    """Return the floats of a structure of arrays, row by row."""
    return [float(x) for array in leaves(arrays) for x in leaves(array.tolist())]


# ---------------------------------------------------------------- scalar graphs, made anew at each step


def eager(
    workload: Workload, new: Callable[[float], Any], scalars: Scalars = PLAIN, count: bool = True
) -> Contestant:
    """Return the step of an engine whose numbers have `.data`, `.grad` and `.backward()`."""
    weights = mapped(workload.weights, new)
    parameters = list(leaves(weights))
    rate = workload.rate

    def step() -> tuple[float, list[float]]:
        loss = workload.loss(weights, scalars)
        loss.backward()
        gradients = [p.grad for p in parameters]
        for p, g in zip(parameters, gradients):
            p.grad = 0.0
            if rate:
                p.data -= rate * g
        return loss.data, gradients

    return Contestant(step, count_nodes(workload.loss(weights, scalars)) if count else None)


def count_nodes(root: Any) -> int:
    """Return how many operations a graph has: its nodes without the leaves."""

    def parents(node: Any) -> Any:
        return node.parents if hasattr(node, "parents") else node._prev

    seen, stack, count = {id(root)}, [root], 0
    while stack:
        above = parents(stack.pop())
        count += bool(above)
        for p in above:
            if id(p) not in seen:
                seen.add(id(p))
                stack.append(p)
    return count


def ours_plain(workload: Workload) -> Contestant:
    from autograd import Value

    return eager(workload, Value)


def ours_dot(workload: Workload) -> Contestant:
    import autograd as ag
    from autograd.sequences import Units

    layers: dict[int, Units] = {}

    def layer(rows: Any, xs: Any, biases: Any = ()) -> list[Any]:
        units = layers.get(id(rows))
        if units is None:
            pairs = zip(map(tuple, rows), biases or [0.0] * len(rows))
            units = layers[id(rows)] = Units(pairs)
        return units.nodes(xs)

    return eager(workload, ag.Value, Scalars(ag.sum, ag.dot, layer))


def ours_nn(workload: Workload) -> Contestant:
    import autograd as ag
    from nn import MLP, SGD, squared_error

    net = MLP.from_weights(
        [[list(column) for column in zip(*rows)] for rows, _ in workload.weights],
        [biases for _, biases in workload.weights],
    )
    xs, ys = moons(workload.examples)
    parameters = [
        p
        for layer in net.layers
        for p in (*leaves([unit.w for unit in layer.neurons]), *(u.b for u in layer.neurons))
    ]
    optimizer = SGD(lr=workload.rate)

    def forward() -> Any:
        return ag.mean([squared_error(net(x), y) for x, y in zip(xs, ys)])

    def step() -> tuple[float, list[float]]:
        net.zero_grad()
        loss = forward()
        loss.backward()
        optimizer.step(parameters)
        return loss.data, [p.grad for p in parameters]

    return Contestant(step, count_nodes(forward()))


def micrograd(workload: Workload) -> Contestant:
    from micrograd.engine import Value

    def function(forward: Callable[[float], float], slope: Callable[[float, float], float]) -> Any:
        def method(self: Any) -> Any:
            out = Value(forward(self.data), (self,), forward.__name__)

            def _backward() -> None:
                self.grad += slope(self.data, out.data) * out.grad

            out._backward = _backward
            return out

        return method

    # It has relu only: these are in the manner of its author's lecture.
    Value.tanh = function(math.tanh, lambda x, out: 1.0 - out * out)
    Value.exp = function(math.exp, lambda x, out: out)
    Value.log = function(math.log, lambda x, out: 1.0 / x)
    sys.setrecursionlimit(1_000_000)  # its search recurses
    return eager(workload, Value)


# ---------------------------------------------------------------- recorded once, replayed


def ours_program(workload: Workload, compiled: bool = False) -> Contestant:
    from autograd import trace

    program = trace(small_loss, SMALL_WEIGHTS, SMALL_X, SMALL_Y)
    if compiled:
        program = program.compile()
    replay = program.value_and_grad

    def step() -> tuple[float, Any]:
        loss, gradients = replay(SMALL_WEIGHTS, SMALL_X, SMALL_Y)
        return loss, gradients[0]

    return Contestant(step, len(program), lambda g: list(leaves(g)))


def ours_vectorised(workload: Workload, compiled: bool = False) -> Contestant:
    """Return the step of a vectorised program whose parameters are one long argument, as in training."""
    import numpy as np

    from autograd import trace

    def together(weights: Sequence[Any], *data: Any) -> Any:
        following = iter(weights)
        return workload_loss(mapped(workload.weights, lambda _: next(following)), *data)

    weights = list(leaves(workload.weights))
    if workload.name == "W4":
        workload_loss: Any = workload.loss
        program, data = trace(together, weights), []
        replay = program.vectorize(compile=compiled).value_and_grad
    else:
        workload_loss = moons_loss
        xs, ys = moons(workload.examples)
        program, data = trace(together, weights, xs[0], ys[0]), [np.array(xs), np.array(ys)]
        replay = program.vectorize((1, 2), "mean", compile=compiled).value_and_grad
    state, rate = np.array(weights), workload.rate

    def step() -> tuple[float, Any]:
        nonlocal state
        loss, (gradient, *_) = replay(state, *data)
        state = state - rate * gradient
        return loss, gradient

    return Contestant(step, len(program), numbers)


def as_arrays(tree: Any) -> Any:
    """Return the structure with each nest of lists that is a matrix or vector as an array."""
    import numpy as np

    if isinstance(tree, dict):
        return {key: as_arrays(item) for key, item in tree.items()}
    try:
        return np.array(tree, dtype=float)
    except ValueError:  # ragged
        return [as_arrays(item) for item in tree]


def descended(tree: Any, gradients: Any, rate: float) -> Any:
    """Return arrays moved against their gradients."""
    if isinstance(tree, dict):
        return {key: descended(tree[key], gradients[key], rate) for key in tree}
    if isinstance(tree, list):
        return [descended(w, g, rate) for w, g in zip(tree, gradients)]
    return tree - rate * gradients
