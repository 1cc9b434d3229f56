"""A plan as one module of machine code, with functions that Python calls on NumPy's arrays."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Grouping
from autograd.native.arrays.body import Body
from autograd.native.arrays.plan import Plan
from autograd.native.calls import DECLARATIONS, Function
from autograd.native.engine import Code
from autograd.native.speller import declarations
from autograd.native.text import INTRINSICS, hexadecimal

# Where NumPy keeps what belongs to an array, in bytes from the beginning of the object.
_DATA, _AXES, _SIZES, _TYPE, _FLAGS = 16, 24, 32, 56, 64
_CAREFUL = 100  # groups that are worth LLVM's care: it takes three times as long
_CALLS = """
declare i32 @PyList_Append(ptr, ptr)
declare i32 @PyList_SetSlice(ptr, i64, i64, ptr)
declare ptr @PyLong_FromSsize_t(i64)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyErr_NoMemory()"""


def refusal(xp: Any) -> str:
    """Return why machine code cannot read arrays, in words; an empty text if it can."""
    array = xp.zeros((3, 5))

    def content(kind: Any, place: int) -> Any:
        return kind.from_address(id(array) + place).value

    right = content(ctypes.c_void_p, _DATA) == array.ctypes.data
    right &= content(ctypes.c_void_p, _TYPE) == id(array.dtype)
    right &= content(ctypes.c_int, _AXES) == 2 and content(ctypes.c_int, _FLAGS) & 1 == 1
    sizes = (ctypes.c_ssize_t * 2).from_address(
        content(ctypes.c_void_p, _SIZES) if right else id(1)
    )
    return "" if right and [*sizes] == [3, 5] else "this NumPy lays out its arrays in another way"


def functions(
    grouping: Grouping,
    blocks: Sequence[Block],
    tree: Any,
    mean: bool,
    xp: Any,
    otherwise: dict[str, Callable[..., Any]],
) -> dict[str, Callable[..., Any]]:
    """Return functions that run a grouping on arrays in the structure of the recorded arguments.

    `rows` returns the numbers of the result, with a row for each, a column for each example; `value_and_grad`
    the result and the gradients.

    Args:
        grouping: the groups.
        blocks: the arguments.
        tree: the structure of the arguments, with a block in place of each array.
        mean: whether a result of several examples is their mean.
        xp: NumPy.
        otherwise: for each function, by name, what gets arguments that are not NumPy's arrays of doubles
            with the right shapes, whose numbers lie one after the other.
    """
    plan = Plan(grouping, blocks)
    scratch = _Scratch(sum(plan.sizes), [*plan.memory.constants.values()], xp)
    faces = {name: _Face(name, scratch.enough(f), plan, xp) for name, f in otherwise.items()}
    texts = [DECLARATIONS, _CALLS, INTRINSICS]
    texts += [step.function("forward") for step in plan.steps]
    if "value_and_grad" in faces:
        texts += [step.function("backward") for step in plan.steps]
    texts += declarations({name for step in plan.steps for name in step.calls}, wide=True)
    texts += [face.written(tree, mean, scratch.spare) for face in faces.values()]
    code = Code("\n".join(texts), 2 if len(grouping.groups) <= _CAREFUL else 0)
    tables = plan.memory.tables
    return {name: code.function(name, *face.kept, tables) for name, face in faces.items()}


class _Scratch:
    """Memory for calls, in pieces of their own: as many as there were calls at once.

    Attributes:
        spare: the pieces that no call uses.
    """

    def __init__(self, size: int, constants: list[tuple[int, float]], xp: Any) -> None:
        self._size, self._constants, self._xp = size, constants, xp
        self.spare = [self._new()]

    def _new(self) -> Any:
        """Return a piece that begins at a multiple of 64 bytes and has the constants in it."""
        room = self._xp.zeros(self._size + 8)
        room = room[-room.ctypes.data % 64 // 8 :][: self._size]
        for place, x in self._constants:
            room[place] = x
        return room

    def enough(self, otherwise: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function so that the next call finds a piece."""

        def function(*args: Any, **named: Any) -> Any:
            if not self.spare:
                self.spare.append(self._new())
            return otherwise(*args, **named)

        return function


class _Face(Function):
    """A function of arrays, while it is written."""

    def __init__(self, name: str, otherwise: Any, plan: Plan, xp: Any) -> None:
        super().__init__(name, otherwise)
        self._gradient, self._plan, self._xp = name == "value_and_grad", plan, xp

    def written(self, tree: Any, mean: bool, spare: list[Any]) -> str:
        """Return its whole text: see `functions` for tree and mean, `_Scratch` for spare."""
        blocks = self._plan.blocks
        arrays: list[str] = []
        self.unpack(tree, lambda block, given: arrays.append(given))
        n = "1"
        for block, x in zip(blocks, arrays):
            n = self._checked(block, x, n)
        shapes: list[list[int | str]] = [[len(self._plan.result), n]]
        if self._gradient:
            shapes = [[*[n] * block.batched, *block.shape] for block in blocks]
        room = self._taken(spare)
        new = [*map(self._empty, shapes)]
        self._need_all([room, *new])
        scale = self.new(f"uitofp i64 {n} to double") if mean else hexadecimal(1.0)
        memory, inputs, outs = self._data(room), [*map(self._data, arrays)], [*map(self._data, new)]
        for x in arrays:  # another thread may let go of them
            self.do(f"call void @Py_IncRef(ptr {x})")
        thread = self.new("call ptr @PyEval_SaveThread()")
        body = Body(self, self._plan, memory, n)
        if self._gradient:
            seed = self.new(f"fdiv double {hexadecimal(1.0)}, {scale}")
            total = body.value_and_gradients(inputs, outs, seed)
        else:
            body.rows(inputs, outs[0])
        self.do(f"call void @PyEval_RestoreThread(ptr {thread})")
        self.new(f"call i32 @PyList_Append(ptr {self.object(spare)}, ptr {room})")
        self.drop(*arrays, room)
        if not self._gradient:
            return self.end(f"ptr {new[0]}")
        number = self.float(self.new(f"fdiv double {total}, {scale}"))
        found = iter([self.called(self._xp.float64, number), *new])
        self.drop(number)
        return self.end(f"ptr {self.build((None, tree), lambda _: next(found))}")

    def _content(self, x: str, place: int, kind: str) -> str:
        return self.new(f"load {kind}, ptr {self.place(x, place, kind='i8')}")

    def _data(self, x: str) -> str:
        return self._content(x, _DATA, "ptr")

    def _checked(self, block: Block, x: str, n: str) -> str:
        """Go on only with an array of doubles of the right shape; return the number of examples."""
        self.of_type(self._xp.ndarray, x)
        double = self.object(self._xp.dtype(self._xp.float64))
        self.need(self.new(f"icmp eq ptr {self._content(x, _TYPE, 'ptr')}, {double}"))
        dense = self.new(f"and i32 {self._content(x, _FLAGS, 'i32')}, 1")  # in the order of C
        self.need(self.new(f"icmp eq i32 {dense}, 1"))
        axes = len(block.shape) + block.batched
        self.need(self.new(f"icmp eq i32 {self._content(x, _AXES, 'i32')}, {axes}"))
        sizes = self._content(x, _SIZES, "ptr")
        for i, wanted in enumerate([*[n] * block.batched, *block.shape]):
            size = self.new(f"load i64, ptr {self.place(sizes, i, kind='i64')}")
            if wanted == "1":  # the first array with an axis of examples
                self.need(self.new(f"icmp sgt i64 {size}, 0"))
                n = size
            else:
                self.need(self.new(f"icmp eq i64 {size}, {wanted}"))
        return n

    def _taken(self, pieces: list[Any]) -> str:
        """Take the last of the pieces; go on only if there is one."""
        spare = self.object(pieces)
        count = self.new(f"call i64 @PyList_Size(ptr {spare})")
        self.need(self.new(f"icmp sgt i64 {count}, 0"))
        last = self.new(f"sub i64 {count}, 1")
        piece = self.new(f"call ptr @PyList_GetItem(ptr {spare}, i64 {last})")
        self.do(f"call void @Py_IncRef(ptr {piece})")
        self.new(f"call i32 @PyList_SetSlice(ptr {spare}, i64 {last}, i64 {count}, ptr null)")
        return piece

    def _empty(self, shape: Sequence[int | str]) -> str:
        """Return a new array; a size that is a text is the name of a number."""
        known = not any(isinstance(size, str) for size in shape)
        sizes = self.object(tuple(shape)) if known else self.build(tuple(shape), self._integer)
        array = self.called(self._xp.empty, sizes)
        if not known:
            self.drop(sizes)
        return array

    def _integer(self, size: int | str) -> str:
        return self.new(f"call ptr @PyLong_FromSsize_t(i64 {size})")

    def _need_all(self, objects: Sequence[str]) -> None:
        """Go on only if there was memory for all of these objects."""
        missing = "false"
        for x in objects:
            missing = self.new(f"or i1 {missing}, {self.new(f'icmp eq ptr {x}, null')}")
        self.branch(missing, "drop", "made")
        self.label("drop")
        self.drop(*objects)
        self.new("call ptr @PyErr_NoMemory()")
        self.do("ret ptr null")
        self.label("made")
