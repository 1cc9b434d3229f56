"""A recorded function that runs on arrays as machine code."""

import weakref
from collections.abc import Callable
from typing import Any

from autograd.matrices.arguments import namespace
from autograd.matrices.vectorize import Batch, VectorProgram
from autograd.native.arrays import machine, plan
from autograd.native.calls import unreadable
from autograd.progress import patience
from autograd.structure import refuse_names


class CompiledVectorProgram(VectorProgram):
    """A recorded function that runs on arrays as machine code, while other threads go on.

    Arrays of other libraries, or of another precision than double, run as in a `VectorProgram`; `engine`
    tells.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._xp = xp = namespace(())
        tree = self._arguments.put_together(self.blocks)
        self._refusal = machine.refusal(xp) or plan.refusal(self.grouping) or unreadable(tree)
        if self._refusal:
            return
        otherwise = {"rows": self._weakly("_rows_of_others")}
        if not isinstance(self.recording.result, (list, tuple)) and (
            self.reduction or not self.batched
        ):
            otherwise["value_and_grad"] = self._weakly("_value_and_grad_of_others")
        mean = bool(self.batched) and self.reduction == "mean"
        with patience(f"compiling {len(self.grouping.groups):,} groups"):
            functions = machine.functions(self.grouping, self.blocks, tree, mean, xp, otherwise)
        self._rows = functions["rows"]
        if "value_and_grad" in functions:  # nothing stands between it and the caller
            self.value_and_grad = functions["value_and_grad"]  # type: ignore[method-assign]

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledVectorProgram, (self._program, self.batched, self.reduction)

    def _weakly(self, name: str) -> Callable[..., Any]:
        """Return a method that does not keep the program alive; one that outlives it makes it anew."""
        program, (made, given) = weakref.ref(self), self.__reduce__()

        def method(*args: Any, **named: Any) -> Any:
            return getattr(program() or made(*given), name)(*args, **named)

        return method

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return the function's result, as a `VectorProgram` does."""
        refuse_names(self.recording.parameters, named)
        found = self._prepared_for_code(args)
        if isinstance(found, str):
            return super().__call__(*args)
        arrays, count = found
        rows: Any = _Rows(self)
        return self._structured(self._xp, Batch(rows, self.reduction, count).results(arrays))

    def engine(self, *args: Any) -> str:
        """Return what runs a call with these arguments, in words: machine code, or what else and why."""
        found = self._prepared_for_code(args)
        if isinstance(found, str):
            return f"{super().engine(*args)}, not machine code{found}"
        return "machine code"

    def _prepared_for_code(self, args: tuple[Any, ...]) -> Any:
        """Return the arrays and the number of examples, or why the code cannot take them."""
        xp, dtype, arrays, count = self._arguments.checked(self._arguments.taken_apart(args))
        if xp is not self._xp:
            return ", which runs on NumPy's arrays"
        if self._refusal:
            return f": {self._refusal}"
        if dtype != xp.float64:
            return f", which computes in double precision: {dtype} was given"
        if count == 0:
            return ": there are no examples"
        return [xp.asarray(x, order="C") for x in arrays], count

    def _value_and_grad_of_others(self, *args: Any, **named: Any) -> Any:
        """`value_and_grad` of arguments that the code did not take as they are."""
        refuse_names(self.recording.parameters, named)
        found = self._prepared_for_code(args)
        if isinstance(found, str):
            return super().value_and_grad(*args)
        return self.value_and_grad(*self._arguments.put_together(found[0]))

    def _rows_of_others(self, *args: Any) -> Any:
        return self._rows(*args)


class _Rows:
    """What a `Batch` asks of the runs of a program, for results alone."""

    chunk = 2**62  # the code itself takes the examples block by block

    def __init__(self, program: CompiledVectorProgram) -> None:
        self.xp, self._program = program._xp, program

    def before(self, n: int | None) -> list[Any]:
        """Return what a run takes before the arguments."""
        return []

    def results(self, n: int | None, *arrays: Any) -> list[Any]:
        """Return each number of the result as a row."""
        rows = self._program._rows(*self._program._arguments.put_together(arrays))
        return [rows[i : i + 1] for i in range(len(rows))]
