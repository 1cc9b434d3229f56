"""A plan as one module of machine code, with functions that Python calls on NumPy's arrays."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Grouping
from autograd.native.arrays.body import Run
from autograd.native.arrays.plan import Plan
from autograd.native.calls import DECLARATIONS, Function
from autograd.native.engine import Code
from autograd.native.speller import declarations
from autograd.native.text import INTRINSICS, hexadecimal

# Where NumPy keeps what belongs to an array, in bytes from the beginning of the object.
_DATA, _AXES, _SIZES, _TYPE, _FLAGS = 16, 24, 32, 56, 64
_CAREFUL = 100  # groups that are worth LLVM's care: it takes three times as long
_CALLS = """
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
    faces = {name: _Face(name, f, plan, scratch, xp) for name, f in otherwise.items()}
    texts = [DECLARATIONS, _CALLS, INTRINSICS]
    texts += [step.function("forward") for step in plan.steps]
    if "value_and_grad" in faces:
        texts += [step.function("backward") for step in plan.steps]
    texts += declarations({name for step in plan.steps for name in step.calls}, wide=True)
    texts += [face.written(tree, mean) for face in faces.values()]
    code = Code("\n".join(texts), 2 if len(grouping.groups) <= _CAREFUL else 0)
    tables = plan.memory.tables
    return {name: code.function(name, *face.kept, tables) for name, face in faces.items()}


class _Scratch:
    """Memory for calls, in pieces of their own: as many as there were calls at once.

    Those that no call uses are a linked list: behind the numbers of a piece is the address of the next one.

    Attributes:
        first: the address of the first piece that no call uses, or 0.
    """

    def __init__(self, size: int, constants: list[tuple[int, float]], xp: Any) -> None:
        self._size, self._constants, self._xp = size, constants, xp
        self._pieces: list[Any] = []
        self.first = xp.zeros(1, dtype=xp.intp)
        self._add()

    def _add(self) -> None:
        """Add a piece that begins at a multiple of 64 bytes and has the constants in it."""
        room = self._xp.zeros(self._size + 9)
        room = room[-room.ctypes.data % 64 // 8 :]
        for place, x in self._constants:
            room[place] = x
        self._pieces.append(room)
        self.first[0] = room.ctypes.data

    def enough(self, otherwise: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function so that the next call finds a piece."""

        def function(*args: Any, **named: Any) -> Any:
            if not self.first[0]:
                self._add()
            return otherwise(*args, **named)

        return function


class _Face(Function):
    """A function of arrays, while it is written."""

    def __init__(self, name: str, otherwise: Any, plan: Plan, scratch: _Scratch, xp: Any) -> None:
        super().__init__(name, scratch.enough(otherwise))
        self._name, self._plan, self._xp = name, plan, xp
        self._free = f"inttoptr (i64 {scratch.first.ctypes.data} to ptr)"
        self._piece = sum(plan.sizes)
        self.do("%argument = alloca ptr")

    def written(self, tree: Any, mean: bool) -> str:
        """Return its whole text, and that of the run that it calls: see `functions` for tree and mean."""
        blocks, gradient = self._plan.blocks, self._name == "value_and_grad"
        arrays: list[str] = []
        self.unpack(tree, lambda block, given: arrays.append(given))
        n = "1"
        for block, x in zip(blocks, arrays):
            n = self._checked(block, x, n)
        shapes: list[list[int | str]] = [[len(self._plan.result), n]]
        if gradient:
            shapes = [[*[n] * block.batched, *block.shape] for block in blocks]
        memory = self._take_memory()
        new = [*map(self._empty, shapes)]
        self._need_all(new, memory)
        scale = self.new(f"uitofp i64 {n} to double") if mean else hexadecimal(1.0)
        seed = self.new(f"fdiv double {hexadecimal(1.0)}, {scale}")
        for x in arrays:  # another thread may let go of them
            self.do(f"call void @Py_IncRef(ptr {x})")
        numbers = [memory, *(self._content(x, _DATA, "ptr") for x in (*arrays, *new))]
        thread = self.new("call ptr @PyEval_SaveThread()")
        given = ", ".join(f"ptr {x}" for x in numbers)
        total = self.new(f"call double @{self._name}.run({given}, i64 {n}, double {seed})")
        self.do(f"call void @PyEval_RestoreThread(ptr {thread})")
        self._give_memory(memory)
        self.drop(*arrays)
        result = new[0]
        if gradient:
            number = self.float(self.new(f"fdiv double {total}, {scale}"))
            found = iter([self._called(self._xp.float64, number), *new])
            self.drop(number)
            result = self.build((None, tree), lambda _: next(found))
        run = Run(self._name, self._plan, len(new))
        body = run.value_and_gradients() if gradient else run.rows()
        return f"{body}\n{self.end(f'ptr {result}')}"

    def _take_memory(self) -> str:
        """Take the first free piece of memory; go on only if there is one."""
        memory = self.new(f"load ptr, ptr {self._free}")
        self.need(self.new(f"icmp ne ptr {memory}, null"))
        following = self.new(f"load ptr, ptr {self.place(memory, self._piece)}")
        self.do(f"store ptr {following}, ptr {self._free}")
        return memory

    def _give_memory(self, memory: str) -> None:
        """Put a piece of memory before the free ones."""
        first = self.new(f"load ptr, ptr {self._free}")
        self.do(f"store ptr {first}, ptr {self.place(memory, self._piece)}")
        self.do(f"store ptr {memory}, ptr {self._free}")

    def _called(self, f: Any, x: str) -> str:
        """Return what a function of Python returns, a new object."""
        self.do(f"store ptr {x}, ptr %argument")
        given = f"ptr {self.object(f)}, ptr %argument, i64 1, ptr null"
        return self.new(f"call ptr @PyObject_Vectorcall({given})")

    def _content(self, x: str, place: int, kind: str) -> str:
        return self.new(f"load {kind}, ptr {self.place(x, place, kind='i8')}")

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

    def _empty(self, shape: Sequence[int | str]) -> str:
        """Return a new array; a size that is a text is the name of a number."""
        known = not any(isinstance(size, str) for size in shape)
        sizes = self.object(tuple(shape)) if known else self.build(tuple(shape), self._integer)
        array = self._called(self._xp.empty, sizes)
        if not known:
            self.drop(sizes)
        return array

    def _integer(self, size: int | str) -> str:
        return self.new(f"call ptr @PyLong_FromSsize_t(i64 {size})")

    def _need_all(self, objects: Sequence[str], memory: str) -> None:
        """Go on only if there was room for all of these objects."""
        missing = "false"
        for x in objects:
            missing = self.new(f"or i1 {missing}, {self.new(f'icmp eq ptr {x}, null')}")
        self.branch(missing, "drop", "made")
        self.label("drop")
        self.drop(*objects)
        self._give_memory(memory)
        self.new("call ptr @PyErr_NoMemory()")
        self.do("ret ptr null")
        self.label("made")
