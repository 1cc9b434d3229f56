"""Calls that the Program itself answers: without a batch, an irregular function is faster scalar by scalar."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Protocol

import numpy as np

from autograd.matrices.arguments import Block
from autograd.replay.recording import Recording, slots_of
from autograd.structure import leaves, rebuild

_COMPILED = (
    20_000  # operations; of more, a Program takes 20 times as long for each, and arrays 4 times
)
A_LINK = 40  # operands that a Program takes while a group takes what it needs from one source


class Scalar(Protocol):
    """A Program."""

    @property
    def recording(self) -> Recording: ...
    @property
    def value_and_grad(self) -> Callable[..., Any]: ...
    def __call__(self, *args: Any) -> Any: ...


class Replayed:
    """The calls of a Program with arrays of doubles.

    Args:
        program: the Program.
        blocks: the blocks of its arguments.
    """

    xp = np

    def __init__(self, program: Scalar, blocks: Sequence[Block]) -> None:
        self._program, self._blocks = program, blocks

    def _arguments(self, arrays: Sequence[Any]) -> Any:
        numbers = [*chain.from_iterable(x.ravel().tolist() for x in arrays)]
        return rebuild(self._program.recording.arguments, numbers.__getitem__)

    def results(self, arrays: Sequence[Any]) -> list[Any]:
        """Return each number of the result."""
        return [*map(np.asarray, leaves([self._program(*self._arguments(arrays))]))]

    def value_and_grad(self, arrays: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Return the value, and the gradient by each array."""
        value, gradients = self._program.value_and_grad(*self._arguments(arrays))
        flat = np.array([*leaves(gradients)], dtype=float)
        parts = [flat[x.slots.start : x.slots.stop].reshape(x.shape) for x in self._blocks]
        return np.float64(value), [part.copy() for part in parts]


def work(recording: Recording) -> int:
    """Return how long a call of the Program takes, as a number of operands; 40 of them take some 2 µs."""
    operands = sum(1 + len(slots_of(v.operands)) for v in recording.instructions)
    each = 1 if len(recording.instructions) <= _COMPILED else 5
    return (
        each * operands + 5 * len(recording.names) + 400
    )  # arguments come from arrays, and gradients go there
