"""trace: record a function once, replay it with new numbers as straight-line Python."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from autograd.lazy import loader
from autograd.progress import patience
from autograd.replay.recording import Recording, fetch
from autograd.replay.source import write_source
from autograd.replay.tracing import record
from autograd.structure import describe, describe_arguments, rebuild, refuse_names

if TYPE_CHECKING:
    from autograd.matrices.vectorize import VectorProgram

_COMPILED = 20_000  # instructions; compiling takes about 20 µs for each, and memory
_BRANCHES = 10_000  # choices of branches to remember

_replaying = patience("replaying operations one by one")

__all__ = ["Program", "VectorProgram", "trace"]


__getattr__ = loader("autograd.program", {"VectorProgram": "autograd.matrices.vectorize"})
__dir__ = __all__.copy  # what Tab shows


def trace(f: Callable[..., Any], *args: Any) -> "Program":
    """Run a function once on example arguments and return the program of what it did.

    Args:
        f: a function of numbers, or of nested lists, tuples and dicts of numbers, that returns one number
            or a list of them. Whatever else it uses is frozen: a Value from outside (a network's
            parameter, say) counts as the constant it is now, so pass parameters as arguments.
            `detach()`, `.data`, copies and `no_grad` are recorded: each replay computes the number
            anew, and no gradient flows through it. What would freeze a traced number is refused.
        *args: example arguments. Only their structure matters, and labels if there are Values among them.

    Raises:
        TypeError: if f branches on the result of a comparison (`autograd.where` takes it instead), or rounds,
            formats or pickles a traced number or goes backward from it.

    The source begins sums at 0.0 and gradients with `+ 0.0`, as `backward` does: so −0.0 becomes 0.0 there, too.

    >>> p = trace(lambda x, y: x * y + x, 2.0, 3.0)
    >>> p(2.0, 3.0), p.value_and_grad(2.0, 3.0)
    (8.0, (8.0, (4.0, 2.0)))
    >>> print(p.source)
    def value(x, y):
        return x * y + x
    <BLANKLINE>
    <BLANKLINE>
    def value_and_grad(x, y):
        # backward: each derivative is the one above it times the local slope
        d_x = 1.0 + y + 0.0
        d_y = x + 0.0
        return x * y + x, (d_x, d_y)
    <BLANKLINE>
    """
    return Program(record(f, args))


class Program:
    """A function recorded by `trace`: calling it replays the operations with new numbers.

    Values and gradients have the same bits as those of the function itself and of `Value.backward`. A
    Program can be pickled and run in another process.

    Args:
        recording: what `trace` recorded.
        compiled: whether machine code runs it; see `compile`.

    >>> p = trace(lambda x: 3.0 * x, 1.0)
    >>> p, p(2.0), p.value_and_grad(2.0)
    (<Program of 1 operation, (number) -> number>, 6.0, (6.0, (3.0,)))
    """

    def __init__(self, recording: Recording, compiled: bool = False) -> None:
        self.recording, self.compiled = recording, compiled
        self._settled: set[tuple[bool, ...]] = set()

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.recording, self.compiled)

    def __len__(self) -> int:
        """Return the number of recorded operations."""
        return len(self.recording.instructions)

    def __repr__(self) -> str:
        r = self.recording
        operations = f"{len(self)} operation{'s' * (len(self) != 1)}"
        return (
            f"<{'compiled ' * self.compiled}Program of {operations}, "
            f"{describe_arguments(r.arguments)} -> {describe(r.result)}>"
        )

    @property
    def source(self) -> str:
        """The program as a Python module that needs nothing but `math`."""
        with patience(f"writing {len(self):,} operations"):
            return write_source(self.recording)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return the function's result for these arguments, as floats in the result's structure.

        Raises:
            TypeError: if the arguments have another structure than the traced ones, or are given by name.
        """
        return self._functions["value"](*args, **named)

    @cached_property
    def value_and_grad(self) -> Callable[..., tuple[float, tuple[Any, ...]]]:
        """The function that returns the value and the gradients, one entry per argument in its structure.

        It is the compiled function itself, so that nothing stands between it and the caller.

        Raises:
            TypeError: if the arguments have another structure than the traced ones, or the traced
                function does not return one number.
        """
        return self._functions["value_and_grad"]

    def compile(self) -> "Program":
        """Return this program as machine code: the same bits, several times faster.

        What a compiled program cannot take it hands to Python: arguments that are not plain floats, for
        instance, or a choice of branches not met before. `engine` says what runs it.

        Raises:
            ImportError: if llvmlite, the extra `native`, is not installed.

        >>> p = trace(lambda x, y: x * y + x, 2.0, 3.0).compile()
        >>> p.value_and_grad(2.0, 3.0), p.engine
        ((8.0, (4.0, 2.0)), 'machine code')
        """
        compiled = Program(self.recording, compiled=True)
        _ = compiled._functions
        return compiled

    @property
    def engine(self) -> str:
        """What runs the program, in words: machine code, Python, and why if it is not what was asked for."""
        if len(self) > _COMPILED:
            python = f"Python, one by one: {len(self):,} operations are more than {_COMPILED:,}"
        else:
            python = "Python"
        if not self.compiled:
            return python
        from autograd.native.program import refusal

        reason = refusal(self.recording)
        return f"{python}, not machine code: {reason}" if reason else "machine code"

    def vectorize(
        self,
        batched: int | tuple[int, ...] = (),
        reduction: str | None = "mean",
        compile: bool = False,
    ) -> "VectorProgram":
        """Return the matrix form of this program, which runs on arrays.

        Args:
            batched: the arguments that get a leading axis, one entry per example.
            reduction: "mean" or "sum" over the examples, or None to keep one result for each.
            compile: whether it shall run as machine code, which takes a moment to make: several times faster
                on NumPy arrays of double precision. Its `engine(*args)` says what runs a call.

        Raises:
            ImportError: without NumPy, the extra `numpy`, or to compile without llvmlite, the extra `native`.
            ValueError: if there is a batch, and too many operations wait for each other.

        Without a batch, a function of few equal operations is left to this program, which is faster then.

        >>> b = trace(lambda w, x: (w * x - 1.0) ** 2, 0.5, 2.0).vectorize(batched=1)
        >>> float(b(0.5, [1.0, 2.0, 3.0]))
        0.16666666666666666
        """
        from autograd.matrices.vectorize import VectorProgram

        if compile:
            from autograd.native.arrays.program import CompiledVectorProgram

            return CompiledVectorProgram(self, batched, reduction)
        return VectorProgram(self, batched, reduction)  # pyright: ignore[reportArgumentType] # cached

    @cached_property
    def _functions(self) -> dict[str, Callable[..., Any]]:
        """The source compiled, at first use; or if it is too long, the replay of the instructions."""
        refuse = partial(refuse_names, self.recording.parameters)
        functions: dict[str, Any] = {
            "refuse": refuse,
            "replay_value": self._replay_value,
            "replay_value_and_grad": self._replay_value_and_grad,
            "settled": self._settled,
            "value": lambda *args, **named: refuse(named) or self._replay_value(args),
            "value_and_grad": lambda *args, **named: (
                refuse(named) or self._replay_value_and_grad(args)
            ),
        }
        with patience(f"compiling {len(self):,} operations"):
            if len(self) <= _COMPILED:
                source = write_source(self.recording, guarded=True)
                exec(compile(source, "<traced program>", "exec"), functions)
            if self.compiled:
                from autograd.native import program as native

                if not native.refusal(self.recording):
                    functions |= native.functions(self.recording, functions, self._settled)
        return functions

    @cached_property
    def _order(self) -> list[int]:
        """The slots that the gradient passes through, with both branches of every `where`."""
        return self.recording.order(self.recording.result)

    @cached_property
    def _branches(self) -> bool:
        return any(instruction.op == "where" for instruction in self.recording.instructions)

    @_replaying
    def _replay_value(self, args: tuple[Any, ...]) -> Any:
        values = self.recording.values(self.recording.flatten(args))
        return rebuild(self.recording.result, lambda x: fetch(values, x))

    @_replaying
    def _replay_value_and_grad(
        self, args: tuple[Any, ...], branches: tuple[bool, ...] | None = None
    ) -> tuple[float, tuple[Any, ...]]:
        """Replay instruction by instruction: where Python raises, IEEE rules answer.

        A choice of branches not seen before comes here too, because `backward` might then form its
        sums in another order than the compiled code. If it does not, that code serves from then on.
        """
        r = self.recording
        if isinstance(r.result, (list, tuple)):
            raise TypeError(
                f"value_and_grad needs a function that returns one number, but a {describe(r.result)} "
                "was recorded; trace a function that returns one of them or their sum"
            )
        values = r.values(r.flatten(args))
        order = r.order(r.result, values) if self._branches else self._order
        if branches and len(self._settled) < _BRANCHES:
            passed = set(order)
            if order == [x for x in self._order if x in passed]:
                self._settled.add(branches)
        gradients = r.gradients(r.result, values, order)
        return fetch(values, r.result), rebuild(r.arguments, lambda slot: gradients[slot])
