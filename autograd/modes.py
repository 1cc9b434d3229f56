"""What a flow of control may switch on: no_grad, detect_anomaly, and tracing for `trace`.

A mode is on for what the function that entered it calls, as long as its `with` block lasts: operations look for that
function among their callers. So neither another thread nor another asyncio task, nor whoever resumes a generator
that waits inside such a block, is touched; and whatever ends a block, an interrupt too, ends the mode.
"""

import functools
import itertools
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import (
    AbstractContextManager,
    _AsyncGeneratorContextManager,
    _GeneratorContextManager,
    nullcontext,
)
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

# Every mode that is on anywhere, by a number of its own: the hot paths look no further while there is none.
active: dict[int, "_Entry"] = {}

# The one that is on, if there is only one, and whatever its thread does while its block lasts is done for that block.
_sole: "_Entry | None" = None

moment = 0  # how many transforms have begun; a leaf keeps the moment when it was made

_numbers = itertools.count()
_SUSPENDED = 0x20 | 0x80 | 0x200  # flags of the code of generators and coroutines
# contextlib's and unittest's
_ON_BEHALF = {"__enter__", "__aenter__", "enter_context", "_enter_context", "enterContext"}
_ON_BEHALF |= {"enterClassContext", "enterModuleContext"}
_GENERATOR_ENTERS = (
    _GeneratorContextManager.__enter__.__code__,
    _AsyncGeneratorContextManager.__aenter__.__code__,
)


class _Entry:
    """One mode that is on: for which frame, and a way to see whether its `with` block still lasts."""

    def __init__(self, mode: "_Mode", opened_in: int, frame: FrameType) -> None:
        self.mode, self.opened_by = type(mode), id(mode)
        self.nodes: dict[int, Any] | None = getattr(mode, "nodes", None)
        self.alone: bool = getattr(mode, "alone", False)
        self.opened_in = opened_in
        self.frame = id(frame)  # a number: a reference would keep what the function holds alive
        self.code = frame.f_code
        # where to look for it; a generator may be resumed in another thread
        self.thread = None if frame.f_code.co_flags & _SUSPENDED else threading.get_ident()
        self.lasts: Callable[[], object] = bool
        self.entered = False
        self.settings = bool(mode.quiet), self.mode is detect_anomaly, self.nodes is not None

    def is_sole(self) -> bool:
        """Tell whether no other mode is on, and this for the frame of its `with`, which nobody suspends."""
        if self.thread is None or "greenlet" in sys.modules:  # a greenlet suspends any frame
            return False
        return len(active) == 1 and self.entered and self.opened_in == self.frame


def _open(mode: "_Mode", opened_in: int, frame: FrameType) -> tuple[Callable[..., None], _Entry]:
    """Register a mode and return the function that switches it off, and the entry; `entered` switches it on.

    The mode is on as long as somebody holds that function. A `with` statement holds it on the stack of its
    frame and drops it however the block is left, even where an interrupt keeps it from being called.
    """
    number = next(_numbers)
    entry = _Entry(mode, opened_in, frame)
    leave = functools.partial(_leave_block, number, mode)
    close = leave if opened_in else functools.partial(_close, number)
    entry.lasts = weakref.ref(close)
    active[number] = entry
    _note_sole()
    return close, entry


def _close(number: int, *exc_info: object) -> None:
    active.pop(number, None)
    _note_sole()


def _leave_block(number: int, mode: "_Mode", *exc_info: object) -> None:
    """Leave a `with` block; an `__exit__` that was fetched by hand, before `__enter__`, leaves what that opened."""
    entry = active.get(number)
    _close(number)
    if entry is None or entry.entered:
        return
    if not mode._called:
        others = reversed(list(active.items()))
        opened = (k for k, other in others if other.opened_by == id(mode) and other.entered)
        _close(next(opened, number))
    mode._leave()


def _note_sole() -> None:
    global _sole
    entries = list(active.values())  # at once, as there may be other threads
    _sole = entries[0] if entries and entries[0].is_sole() else None


def _owner(frame: FrameType) -> FrameType:
    """Return the frame on whose behalf this one enters a mode: of a `@contextmanager`, who uses it."""
    while frame.f_back is not None and frame.f_back.f_code in _GENERATOR_ENTERS:
        outer = frame.f_back.f_back
        if outer is None:
            break
        frame = outer
    return frame


def begin_transform() -> int:
    """Return a new moment: leaves made from now on are younger than it."""
    global moment
    moment += 1
    return moment


def settings() -> tuple[bool, bool, bool]:
    """Tell for whoever calls the asking function whether `no_grad` and `detect_anomaly` are on, and whether anybody traces."""
    here, sole = threading.get_ident(), _sole
    # another thread may have noted it before this one opened a mode more
    if sole is not None and len(active) == 1 and sole.thread == here and sole.lasts():
        return sole.settings
    waiting: dict[int, list[_Entry]] = {}  # by frame, the modes that may be on here
    quiet, checked, traced = None, False, False
    for number, entry in tuple(active.items()):
        if entry.lasts() is None:
            _close(number)  # its block is over
        elif entry.entered:
            traced = traced or entry.nodes is not None
            if entry.thread == here or entry.thread is None:
                waiting.setdefault(entry.frame, []).append(entry)
    frame: FrameType | None = sys._getframe(2)
    while waiting and frame is not None:
        if id(frame) in waiting:
            for entry in reversed(waiting.pop(id(frame))):
                if entry.code is frame.f_code:
                    checked = checked or entry.mode is detect_anomaly
                    if quiet is None:  # the innermost decides
                        quiet = entry.mode.quiet
        frame = frame.f_back
    return bool(quiet), checked, traced


def traces(operands: tuple[Any, ...]) -> list[dict[int, Any]]:
    """Return, of each trace that one of the operands belongs to, the nodes that belong to it.

    Whatever is computed from a traced number belongs to the trace, in whichever thread: so nothing of it can
    become a plain number unseen. Variables that others have, too, are traced in one thread alone.
    """
    found = []
    for entry in list(active.values()) if active else ():
        nodes = entry.nodes
        if nodes is None or not entry.entered or not entry.lasts() or not _any_of(operands, nodes):
            continue
        if not entry.alone or entry.thread == threading.get_ident():
            found.append(nodes)
    return found


def _any_of(operands: tuple[Any, ...], nodes: dict[int, Any]) -> bool:
    for x in operands:
        if id(x) in nodes or hasattr(x, "holds"):  # there are no conditions but those of traces
            return True
        if type(x) is tuple and not nodes.keys().isdisjoint(map(id, x)):
            return True
    return False


class _Leave:
    """`__exit__` of a mode, as `with` looks it up: this opens the mode, for the frame of the `with`."""

    def __get__(self, mode: "_Mode | None", cls: "type[_Mode]") -> Callable[..., None]:
        if mode is None:  # an ExitStack asks the class
            return cls._leave
        if mode._called:
            return mode._leave
        frame = sys._getframe(1)
        return _open(mode, id(frame), _owner(frame))[0]


class _Mode:
    """A context that switches one mode on; also a decorator.

    `with` fetches `__enter__` and `__exit__` and then calls the first. Whoever calls `__enter__` without having fetched
    `__exit__` from the instance is no `with` of ours, but an ExitStack, or another context's `__enter__`: then the
    mode is on for its caller, until `__exit__` is called.
    """

    quiet: bool | None = None  # what it says about recording

    def __init__(self, *given: object) -> None:
        if given:
            name = type(self).__name__
            raise TypeError(f"{name} takes nothing; as a decorator it needs brackets: @{name}()")
        self._called: list[Callable[..., None]] = []

    def __enter__(self) -> None:
        frame = sys._getframe(1)
        for entry in reversed(list(active.values())):
            if entry.opened_in == id(frame) and not entry.entered and entry.lasts():
                entry.entered = True
                _note_sole()
                return
        while frame.f_code.co_name in _ON_BEHALF and frame.f_back is not None:
            frame = frame.f_back
        close, entry = _open(self, 0, _owner(frame))
        self._called.append(close)
        entry.entered = True

    def _leave(self, *exc_info: object) -> None:
        if self._called:
            self._called.pop()()

    if TYPE_CHECKING:

        def __exit__(self, *exc_info: object) -> None: ...
    else:
        __exit__ = _Leave()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __call__(self, function: F) -> F:
        """Return the function with this mode on in its body, of a generator or a coroutine too.

        Raises:
            TypeError: if it is an asynchronous generator; write the `with` inside it.
        """
        import inspect  # which takes as long to import as half of the engine

        ordinary = callable(function) and not isinstance(function, type)
        if not ordinary or inspect.isasyncgenfunction(function):
            kind = "an asynchronous generator" if ordinary else repr(function)
            name = type(self).__name__
            raise TypeError(
                f"{name}() decorates functions, generators and coroutines, but {kind} was given; "
                f"write `with {name}():` inside it"
            )
        f, mode = cast(Any, function), type(self)
        if inspect.iscoroutinefunction(f):

            @functools.wraps(f)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                with mode():
                    return await f(*args, **kwargs)

            return cast(F, coroutine)
        if inspect.isgeneratorfunction(f):

            @functools.wraps(f)
            def generator(*args: Any, **kwargs: Any) -> Any:
                with mode():
                    return (yield from f(*args, **kwargs))

            return cast(F, generator)

        @functools.wraps(f)
        def plain(*args: Any, **kwargs: Any) -> Any:
            with mode():
                return f(*args, **kwargs)

        return cast(F, plain)


class no_grad(_Mode):
    """Compute without recording: results have data, but no parents.

    Also a decorator. It holds in the `with` block and whatever that calls, however the block is left; other
    threads, other asyncio tasks and whoever resumes a generator that waits in the block are not touched.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.parents
    ()
    """

    quiet = True


class recording(_Mode):
    """Record although an outer `no_grad` is on: a transform needs the graph of its function."""

    quiet = False


def recorded() -> AbstractContextManager[None]:
    """Return a context in which operations are recorded, at no cost where they are anyway."""
    return recording() if active and settings()[0] else nullcontext()


class detect_anomaly(_Mode):
    """Stop at the first operation that makes a nan or an inf out of finite operands.

    Inside, such an operation raises FloatingPointError, and so does a backward pass in which a
    gradient becomes nan. The message names the operation, its operands and their labels. It holds where
    `no_grad` would: in the block and whatever that calls.

    >>> from autograd import Value
    >>> with detect_anomaly():
    ...     Value(0.0, label="x").log()
    Traceback (most recent call last):
    FloatingPointError: log made -inf out of finite operands: log(x = 0.0)
    """


class tracing(_Mode):
    """Record what is computed from some nodes so that it can be replayed: comparisons, detach, no_grad.

    Args:
        variables: the nodes to begin with.
        alone: whether they are traced in this thread alone: others may be using them.
    """

    quiet = False

    def __init__(self, variables: Iterable[Any], alone: bool = False) -> None:
        super().__init__()
        self.alone = alone
        self.nodes = {id(v): v for v in variables}
