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
never into an argument. A batch is written down for its number of examples, and again when another comes: once two
texts are the same, n stands for any number.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from autograd.structure import leaves, rebuild

Run: TypeAlias = Callable[..., list[Any]]
_LONGEST = 20_000  # lines; compiling takes about 20 µs for each
_TEXTS = 4  # to keep: where a number of examples is also the size of something else, another tells


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
        text: the call that made it.
        used: the arrays that the call used.
        elementwise: whether the call may write into one of them.
    """

    def __init__(
        self,
        transcript: "Transcript",
        name: str,
        array: Any,
        root: str,
        shown: "Written | None" = None,
        text: str = "",
        used: "Sequence[Written]" = (),
        elementwise: bool = False,
    ) -> None:
        self.transcript, self.name, self.array, self.root = transcript, name, array, root
        self.text, self.used, self.elementwise = text, used, elementwise
        self.unshaped = shown or self

    @property
    def shape(self) -> tuple[int, ...]:
        n = self.transcript.n
        return tuple([_Count(size) if size == n else size for size in self.array.shape])

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    @property
    def T(self) -> "Written":  # noqa: N802  # NumPy's name
        return self.transcript.view(f"{self.name}.T", self.array.T, self)

    def reshape(self, shape: tuple[int, ...]) -> "Written":
        array, whole = self.array.reshape(shape), self.unshaped
        if array.shape == whole.array.shape:
            return whole
        text = f"{whole.name}.reshape({self.transcript.text(shape)})"
        return self.transcript.view(text, array, whole, shown=whole)

    def take(self, index: Any, axis: int) -> "Written":
        text = f"{self.name}.take({self.transcript.text(index)}, {axis})"
        return self.transcript.note(text, self.array.take(index, axis), [self])

    def dot(self, other: "Written") -> "Written":
        text = f"{self.name}.dot({other.name})"
        return self.transcript.note(text, self.array.dot(other.array), [self, other])

    def __getitem__(self, index: Any) -> "Written":
        text = f"{self.name}[{self.transcript.constant(index)}]"
        return self.transcript.view(text, self.array[index], self)

    def __array_namespace__(self) -> Any:
        return np

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> "Written":
        if method == "__call__" and not kwargs:
            return self.transcript.elementwise(ufunc, args)
        name = f"{ufunc.__name__}_{method}"
        return self.transcript.call(name, getattr(ufunc, method), args, kwargs)

    def __array_function__(self, f: Any, types: Any, args: Any, kwargs: Any) -> "Written":
        return self.transcript.call(f.__name__, f, args, kwargs)


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
        self._lines: dict[str, Written] = {}  # by text
        self._constants: dict[Any, str] = {}

    def argument(self, array: Any) -> Written:
        name = f"a{len(self.parameters)}"
        self.parameters.append(name)
        return Written(self, name, array, name)

    def elementwise(self, ufunc: Any, args: Sequence[Any]) -> Written:
        """Return the result of a function of numbers."""
        used = [x for x in args if type(x) is Written]
        dtype = used[0].array.dtype
        if dtype.kind == "f" and {x.array.dtype for x in used} == {dtype}:
            # NumPy takes an array for less than it takes a number of Python
            args = [np.asarray(x, dtype) if type(x) is float else x for x in args]
        text = f"{self._named(ufunc.__name__, ufunc)}({', '.join(map(self.text, args))})"
        array = ufunc(*map(_plain, args))
        return self.note(text, array, used, elementwise=True)

    def call(self, name: str, f: Any, args: Any, kwargs: Any) -> Written:
        """Return the result of any other function, which may be a view of its first argument."""
        texts = [self.text(x) for x in args]
        texts += [f"{key}={self.text(x)}" for key, x in kwargs.items()]
        text = f"{self._named(name, f)}({', '.join(texts)})"
        used = [x for x in leaves([*args, *kwargs.values()]) if type(x) is Written]
        array = f(*rebuild(args, _plain), **rebuild(kwargs, _plain))
        if np.may_share_memory(array, used[0].array):
            return self.view(text, array, used[0])
        return self.note(text, array, used)

    def _named(self, name: str, f: Any) -> str:
        while self.names.setdefault(name, f) != f:
            name += "_"
        return name

    def view(self, text: str, array: Any, of: Written, shown: Written | None = None) -> Written:
        """Return a view: of an argument with a name, as several steps use it; of what is computed it is made at once."""
        if of.root in self.parameters:
            return self.note(text, array, [of], of.root, shown)
        return Written(self, text, array, of.root, shown)

    def note(
        self,
        text: str,
        array: Any,
        used: Sequence[Written],
        root: str = "",
        shown: Written | None = None,
        elementwise: bool = False,
    ) -> Written:
        """Return the result of a call, the one known already if the same call was made before."""
        found = self._lines.get(text)
        if found is None:
            name = f"v{len(self._lines) + 1}"
            found = Written(self, name, array, root or name, shown, text, used, elementwise)
            self._lines[text] = found
        return found

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
        last = {x.root: i for i, line in enumerate(lines) for x in (*line.used, line)}
        last.update((x.root, len(lines)) for x in returned)
        own = {*self.parameters}  # the roots that a result must not show
        body = []
        for i, line in enumerate(lines):
            over = {x.root for x in line.used if last[x.root] == i and x.root not in own}
            body.append(f"{line.name} = {_into_one_of(over, line)}")
            if over:  # the memory that is free now is warm
                body.append(f"del {', '.join(sorted(over))}")
        texts = []
        for x in results:
            root = x.root if type(x) is Written else ""
            fresh = x is None or (root and root not in own)
            texts.append(self.text(x) + ("" if fresh else ".copy()"))
            own.add(root)
        head = f"def run({', '.join(self.parameters)}):"
        return "\n    ".join([head, *body, f"return [{', '.join(texts)}]"])

    def _needed(self, results: Sequence[Written]) -> list[Written]:
        needed = {name for x in results for name in (x.name, x.root)}
        lines = []
        for line in reversed(self._lines.values()):
            if line.name in needed:
                lines.append(line)
                needed.update([name for x in line.used for name in (x.name, x.root)])
        return lines[::-1]


def _into_one_of(over: set[str], line: Written) -> str:
    """Return the text of a call; if it may, it writes into an operand that nobody needs afterwards."""
    if line.elementwise:
        array = line.array
        for x in line.used:
            if x.name in over and (x.array.shape, x.array.dtype) == (array.shape, array.dtype):
                return f"{line.text[:-1]}, {x.name})"
    return line.text


class Transcribed:
    """A run as functions of a number of examples, or None, and its arrays, written down from the second call on.

    Args:
        run: takes that number and arrays, and returns arrays, or None for some.
        otherwise: what to call if it is too long, or comes out otherwise for each number of examples.
    """

    def __init__(self, run: Run, otherwise: Run) -> None:
        self._run, self._otherwise = run, otherwise
        self._written: dict[int | None, tuple[str, dict[str, Any]]] = {}
        self._functions: dict[int | None, Run] = {}
        self._always: Run | None = None
        self._called = False

    def __call__(self, n: int | None, *arrays: Any) -> list[Any]:
        run = self._always or self._functions.get(n) or self._new(n, arrays)
        return run(n, *arrays)

    def _new(self, n: int | None, arrays: Sequence[Any]) -> Run:
        if not self._called:  # once is done before it is written down
            self._called = True
            return self._otherwise
        transcript = Transcript(n)
        results = self._run(n if n is None else _Count(n), *map(transcript.argument, arrays))
        source, names = transcript.source(results), transcript.names
        for m, (text, others) in list(self._written.items()):  # other threads write, too
            if m != n and text == source and _same(others, names):
                self._always = self._functions[m]
                return self._always
        if source.count("\n") > _LONGEST:
            self._always = self._otherwise
        elif len(self._written) < _TEXTS:
            functions = dict(names)
            exec(compile(source, "<vectorised program>", "exec"), functions)
            self._functions[n] = functions.pop("run")  # no cycle is left behind
            self._written[n] = source, names
        return self._functions.setdefault(n, self._otherwise)


def _same(names: dict[str, Any], others: dict[str, Any]) -> bool:
    return names.keys() == others.keys() and all(_equal(names[x], others[x]) for x in names)


def _equal(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) and x is not y:
        return (x.shape, x.dtype, x.tobytes()) == (y.shape, y.dtype, y.tobytes())
    return x is y or bool(x == y)


def _plain(x: Any) -> Any:
    return x.array if type(x) is Written else x
