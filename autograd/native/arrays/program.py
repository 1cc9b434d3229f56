"""A recorded function that runs on arrays as machine code."""

import weakref
from collections.abc import Callable
from typing import Any, cast

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
        self.xp = xp = namespace(())
        tree = self._arguments.put_together(self.blocks)
        self._refusal = machine.refusal(xp) or plan.refusal(self.grouping) or unreadable(tree)
        if self._refusal:
            return
        one = not isinstance(self.recording.result, (list, tuple))
        otherwise = self._otherwise() if one and (self.reduction or not self.batched) else None
        mean = bool(self.batched) and self.reduction == "mean"
        with patience(f"compiling {len(self.grouping.groups):,} groups"):
            self._rows, f = machine.functions(self.grouping, self.blocks, tree, mean, xp, otherwise)
        if f:  # nothing stands between it and the caller
            self.value_and_grad = f  # type: ignore[method-assign]

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledVectorProgram, (self._program, self.batched, self.reduction)

    def _otherwise(self) -> Callable[..., Any]:
        """Return what takes what the code does not; it does not keep the program alive, and can make it anew."""
        program, (made, given) = weakref.ref(self), self.__reduce__()

        def otherwise(*args: Any, **named: Any) -> Any:
            return (program() or made(*given))._value_and_grad_of_others(*args, **named)

        return otherwise

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return the function's result, as a `VectorProgram` does."""
        refuse_names(self.recording.parameters, named)
        why, arrays, count = self._prepared_for_code(args)
        if why:
            return super().__call__(*args)
        rows = self._rows(arrays, 1 if count is None else count)
        batch = Batch(cast(Any, self), self.reduction, count)  # which needs nothing but our NumPy
        return self._structured(self.xp, [batch.reduced([row]) for row in rows.T[:, None]])

    def engine(self, *args: Any) -> str:
        """Return what runs a call with these arguments, in words: machine code, or what else and why."""
        why, _, _ = self._prepared_for_code(args)
        return f"{super().engine(*args)}, not machine code{why}" if why else "machine code"

    def _prepared_for_code(self, args: tuple[Any, ...]) -> tuple[str, list[Any], int | None]:
        """Return why the code cannot take the arguments, if it cannot, their arrays, and the number of examples."""
        xp, dtype, arrays, count = self._arguments.checked(self._arguments.taken_apart(args))
        if xp is not self.xp:
            why = ", which runs on NumPy's arrays"
        elif self._refusal:
            why = f": {self._refusal}"
        elif dtype != xp.float64:
            why = f", which computes in double precision: {dtype} was given"
        elif count == 0:
            why = ": there are no examples"
        else:
            return "", [xp.asarray(x, order="C").view(xp.float64) for x in arrays], count
        return why, arrays, count

    def _value_and_grad_of_others(self, *args: Any, **named: Any) -> Any:
        """`value_and_grad` of arguments that the code did not take as they are."""
        refuse_names(self.recording.parameters, named)
        why, arrays, _ = self._prepared_for_code(args)
        if why:
            return super().value_and_grad(*args)
        return self.value_and_grad(*self._arguments.put_together(arrays))
