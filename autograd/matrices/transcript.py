"""A run on NumPy arrays written down as a function: the calls that it made, and nothing between them.

A schedule decides much from indices and shapes, and would decide it again in each run. So it runs once on arrays
that write down what is done to them; the text is compiled, and that function serves from then on:

>>> transcript = Transcript(n=None)
>>> x = transcript.argument(np.ones(3))
>>> print(transcript.source([np.tanh(2.0 * x) + x]))
def run(n, a1):
    v1 = multiply(k1, a1)
    v2 = tanh(v1, v1)
    del v1
    v3 = add(v2, a1, v2)
    del v2
    return [v3]

A result is written into the memory of an operand that nobody needs any more (`tanh(v1, v1)`), as that is warm;
never into an argument. For a batch it is written down twice, with different numbers of examples: where both texts
are the same, n stands for any number.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd.structure import leaves, rebuild

Run: TypeAlias = Callable[..., list[Any]]
_LONGEST = 20_000  # lines; compiling takes about 20 µs for each


class _Count(int):
    """The number of examples, which stands for any other."""

    def __repr__(self) -> str:
        return "n"


class Written(NDArrayOperatorsMixin):
    """An array that writes down what is done to it.

    Attributes:
        name: how the transcript calls it.
        root: the name of the array whose memory it shows: its own, or that of which it is a view.
        unshaped: the array of which it is a reshaped view, or itself.
    """

    def __init__(
        self,
        transcript: "Transcript",
        name: str,
        array: Any,
        root: str,
        shown: "Written | None" = None,
    ) -> None:
        self.transcript, self.name, self.array, self.root = transcript, name, array, root
        self.unshaped = shown or self

    @property
    def shape(self) -> tuple[int, ...]:
        n = self.transcript.n
        return tuple(_Count(size) if size == n else size for size in self.array.shape)

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    @property
    def T(self) -> "Written":  # noqa: N802  # NumPy's name
        return self.transcript.note(f"{self.name}.T", self.array.T, [self], view=True)

    def reshape(self, shape: tuple[int, ...]) -> "Written":
        array = self.array.reshape(shape)
        if array.shape == self.unshaped.array.shape:
            return self.unshaped
        text = f"{self.unshaped.name}.reshape({self.transcript.text(shape)})"
        return self.transcript.note(text, array, [self.unshaped], view=True, shown=self.unshaped)

    def take(self, index: Any, axis: int) -> "Written":
        text = f"{self.name}.take({self.transcript.text(index)}, {axis})"
        return self.transcript.note(text, self.array.take(index, axis), [self])

    def dot(self, other: "Written") -> "Written":
        text = f"{self.name}.dot({other.name})"
        return self.transcript.note(text, self.array.dot(other.array), [self, other])

    def __getitem__(self, index: Any) -> "Written":
        text = f"{self.name}[{self.transcript.constant(index)}]"
        return self.transcript.note(text, self.array[index], [self], view=True)

    def __array_namespace__(self) -> Any:
        return np

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> "Written":
        if method == "__call__":
            return self.transcript.call(ufunc.__name__, ufunc, args, kwargs, elementwise=True)
        name = f"{ufunc.__name__}_{method}"
        return self.transcript.call(name, getattr(ufunc, method), args, kwargs)

    def __array_function__(self, f: Any, types: Any, args: Any, kwargs: Any) -> "Written":
        return self.transcript.call(f.__name__, f, args, kwargs)


@dataclass(frozen=True, eq=False)
class _Line:
    """A call: its result, its text, the arrays it uses, and whether it may write into one of them."""

    result: Written
    text: str
    used: list[Written]
    elementwise: bool


class Transcript:
    """The calls of one run, as text.

    Args:
        n: the number of examples, if there is one.

    Attributes:
        names: what the text names besides arrays: functions, indices, numbers.
        parameters: the names of the function's parameters.
    """

    def __init__(self, n: int | None) -> None:
        self.n = n
        self.names: dict[str, Any] = {"inf": math.inf, "nan": math.nan}
        self.parameters = ["n"]
        self._lines: dict[str, _Line] = {}  # by text
        self._constants: dict[Any, str] = {}

    def argument(self, array: Any) -> Written:
        name = f"a{len(self.parameters)}"
        self.parameters.append(name)
        return Written(self, name, array, name)

    def call(self, name: str, f: Any, args: Any, kwargs: Any, elementwise: bool = False) -> Written:
        while self.names.setdefault(name, f) != f:
            name += "_"
        if elementwise:  # NumPy takes an array for less than it takes a number of Python
            types = {x.dtype for x in args if type(x) is Written}
            if len(types) == 1 and next(iter(types)).kind == "f":
                (dtype,) = types
                args = [np.asarray(x, dtype) if type(x) is float else x for x in args]
        texts = [self.text(x) for x in args]
        texts += [f"{key}={self.text(x)}" for key, x in kwargs.items()]
        used = [x for x in leaves([*args, *kwargs.values()]) if type(x) is Written]
        array = f(*rebuild(args, _plain), **rebuild(kwargs, _plain))
        view = not elementwise and np.may_share_memory(array, used[0].array)
        return self.note(f"{name}({', '.join(texts)})", array, used, view, elementwise=elementwise)

    def note(
        self,
        text: str,
        array: Any,
        used: list[Written],
        view: bool = False,
        shown: Written | None = None,
        elementwise: bool = False,
    ) -> Written:
        """Return the result of a call, the one known already if the same call was made before."""
        if text not in self._lines:
            name = f"v{len(self._lines) + 1}"
            result = Written(self, name, array, used[0].root if view else name, shown)
            self._lines[text] = _Line(result, text, used, elementwise)
        return self._lines[text].result

    def text(self, x: Any) -> str:
        if type(x) is Written:
            return x.name
        if type(x) in (list, tuple):
            inside = ", ".join(map(self.text, x))
            return f"[{inside}]" if type(x) is list else f"({inside}{',' * (len(x) == 1)})"
        if x is None or type(x) in (float, int, bool, _Count):
            return repr(x)
        return self.constant(x)

    def constant(self, x: Any) -> str:
        """Return the name of an index, an array of numbers or a type."""
        key: Any
        if isinstance(x, np.ndarray):  # whose repr would take long
            key = id(x) if x.shape else (x.dtype, x.tobytes())
        else:
            key = repr(x)
        name = self._constants.setdefault(key, f"k{len(self._constants) + 1}")
        self.names[name] = x
        return name

    def source(self, results: Sequence[Any]) -> str:
        """Return the function that makes the calls that the results need; no two of these share memory."""
        returned = [x for x in results if type(x) is Written]
        lines = self._needed(returned)
        last = {x.root: i for i, line in enumerate(lines) for x in (*line.used, line.result)}
        last.update((x.root, len(lines)) for x in returned)
        families: dict[str, list[str]] = {}  # the names under which a memory goes that is our own
        body = []
        for i, line in enumerate(lines):
            if line.result.root not in self.parameters:
                families.setdefault(line.result.root, []).append(line.result.name)
            over = {x.root for x in line.used if last[x.root] == i and x.root in families}
            body.append(f"{line.result.name} = {_into_one_of(over, line)}")
            if over:  # the memory that is free now is warm
                body.append(
                    f"del {', '.join(name for root in sorted(over) for name in families[root])}"
                )
        own = {*self.parameters}
        texts = []
        for x in results:
            root = x.root if type(x) is Written else ""
            fresh = x is None or (root and root not in own)
            texts.append(self.text(x) + ("" if fresh else ".copy()"))
            own.add(root)
        head = f"def run({', '.join(self.parameters)}):"
        return "\n    ".join([head, *body, f"return [{', '.join(texts)}]"])

    def _needed(self, results: Sequence[Written]) -> list[_Line]:
        needed = {x.name for x in results}
        lines = []
        for line in reversed(self._lines.values()):
            if line.result.name in needed:
                lines.append(line)
                needed.update(x.name for x in line.used)
        return lines[::-1]


def _into_one_of(over: set[str], line: _Line) -> str:
    """Return the text of a call; if it may, it writes into an operand that nobody needs afterwards."""
    if line.elementwise:
        array = line.result.array
        for x in line.used:
            if x.name in over and (x.array.shape, x.array.dtype) == (array.shape, array.dtype):
                return f"{line.text[:-1]}, {x.name})"
    return line.text


def transcribe(run: Run, arrays: Callable[[int | None], list[Any]], batched: bool) -> Run | None:
    """Return a run written out as a function of the number of examples, or None, and its arrays.

    Args:
        run: takes that number and arrays, and returns arrays, or None for some.
        arrays: gives such arrays for a number of examples; what is in them does not matter.
        batched: whether there are examples at all.

    Returns:
        The function; None if it is too long, or comes out otherwise for other numbers of examples.
    """
    if not batched:
        source, names = _written(run, arrays, None)
        return _compiled(source, names)
    last: tuple[str, dict[str, Any]] | None = None
    for n in (3, 5, 7, 11):  # where one of them is also the size of something else, another tells
        source, names = _written(run, arrays, n)
        if last is not None and last[0] == source and _same(last[1], names):
            return _compiled(source, names)
        last = source, names
    return None


def _written(run: Run, arrays: Any, n: int | None) -> tuple[str, dict[str, Any]]:
    transcript = Transcript(n)
    results = run(n if n is None else _Count(n), *map(transcript.argument, arrays(n)))
    return transcript.source(results), transcript.names


def _compiled(source: str, names: dict[str, Any]) -> Run | None:
    if source.count("\n") > _LONGEST:
        return None
    functions = dict(names)
    exec(compile(source, "<vectorised program>", "exec"), functions)
    return functions.pop("run")  # type: ignore[no-any-return]  # no cycle is left behind


def _same(names: dict[str, Any], others: dict[str, Any]) -> bool:
    return names.keys() == others.keys() and all(_equal(names[x], others[x]) for x in names)


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) and x is not y:
        return (x.shape, x.dtype, x.tobytes()) == (y.shape, y.dtype, y.tobytes())
    return x is y or bool(x == y)


def _plain(x: Any) -> Any:
    return x.array if type(x) is Written else x
