"""A plan as one module of machine code, with functions that Python calls on NumPy's arrays."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from autograd.matrices.arguments import Block
from autograd.matrices.grouping import Grouping
from autograd.native.arrays.plan import Plan
from autograd.native.calls import DECLARATIONS, Function
from autograd.native.engine import Code
from autograd.native.speller import declarations
from autograd.native.text import INTRINSICS

# Where NumPy keeps what belongs to an array, in bytes from the beginning of the object.
_DATA, _AXES, _SIZES, _TYPE, _FLAGS = 16, 24, 32, 56, 64
_NAME = "value_and_grad"
_CAREFUL = 100  # groups that are worth LLVM's care: it takes three times as long
_CALLS = """
declare ptr @PyLong_FromSsize_t(i64)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyErr_NoMemory()
declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)"""


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
    otherwise: Callable[..., Any] | None,
) -> tuple[Callable[..., Any], Any]:
    """Return two functions: of arrays and the number of examples the numbers of the result, a row for each example;
    and of arrays in the structure of the recorded arguments value and gradients.

    Args:
        grouping: the groups.
        blocks: the arguments.
        tree: the structure of the arguments, with a block in place of each array.
        mean: whether a result of several examples is their mean.
        xp: NumPy.
        otherwise: what the second function calls with arguments that are not NumPy's arrays of doubles with the
            right shapes, whose numbers lie one after the other; None if there shall be no such function.
    """
    plan = Plan(grouping, blocks, mean)
    loops = plan.loops
    texts = [DECLARATIONS, _CALLS, INTRINSICS, *declarations(loops.calls, wide=True), *loops.texts]
    face = _Face(otherwise, plan, xp)
    texts += [plan.run("rows"), *([face.written(tree)] if otherwise else [])]
    code = Code("\n".join(texts), 2 if len(grouping.groups) <= _CAREFUL else 0)
    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_ssize_t)
    run = kind(code.address("rows.run"))

    def rows(arrays: Sequence[Any], n: int) -> Any:
        made = xp.empty(plan.size), xp.empty((n, plan.count))
        places = xp.array([x.ctypes.data for x in (*arrays, *made)])
        run(places.ctypes.data, n)
        return made[1]

    rows.kept = code, loops.tables  # type: ignore[attr-defined]
    return rows, code.function(_NAME, *face.kept, loops.tables) if otherwise else None


class _Face(Function):
    """A function of arrays, while it is written."""

    def __init__(self, otherwise: Any, plan: Plan, xp: Any) -> None:
        super().__init__(_NAME, otherwise)
        self._plan, self._xp = plan, xp
        self.do("%argument = alloca ptr")

    def written(self, tree: Any) -> str:
        """Return its whole text, and that of the run that it calls: `tree` is that of `functions`."""
        arrays: list[str] = []
        self.unpack(tree, lambda block, given: arrays.append(given))
        n = "1"
        for block, x in zip(self._plan.blocks, arrays):
            n = self._checked(block, x, n)
        memory = self.new(f"call ptr @PyMem_RawMalloc(i64 {8 * self._plan.size})")
        new = [self._empty([*[n] * x.batched, *x.shape]) for x in self._plan.blocks]
        self._need_all(memory, new)
        contents = [self._content(x, _DATA, "ptr") for x in (*arrays, *new)]
        contents.insert(len(arrays), memory)
        self.do(f"%arrays = alloca ptr, i64 {len(contents)}")
        for i, x in enumerate(contents):
            self.do(f"store ptr {x}, ptr {self.place('%arrays', i, kind='ptr')}")
        for x in arrays:  # another thread may let go of them
            self.do(f"call void @Py_IncRef(ptr {x})")
        thread = self.new("call ptr @PyEval_SaveThread()")
        total = self.new(f"call double @{_NAME}.run(ptr %arrays, i64 {n})")
        self.do(f"call void @PyEval_RestoreThread(ptr {thread})")
        self.do(f"call void @PyMem_RawFree(ptr {memory})")
        self.drop(*arrays)
        number = self.float(total)
        found = iter([self._called(self._xp.float64, number), *new])
        self.drop(number)
        result = self.build((None, tree), lambda _: next(found))
        return f"{self._plan.run(_NAME)}\n{self.end(f'ptr {result}')}"

    def _called(self, f: Any, x: str) -> str:
        """Return what a function of Python returns, a new object."""
        self.do(f"store ptr {x}, ptr %argument")
        given = f"ptr {self.object(f)}, ptr %argument, i64 1, ptr null"
        return self.new(f"call ptr @PyObject_Vectorcall({given})")

    def _empty(self, shape: Sequence[int | str]) -> str:
        """Return a new array; a size that is a text is the name of a number."""
        if any(isinstance(size, str) for size in shape):
            sizes = self.build(
                tuple(shape), lambda x: self.new(f"call ptr @PyLong_FromSsize_t(i64 {x})")
            )
            array = self._called(self._xp.empty, sizes)
            self.drop(sizes)
            return array
        return self._called(self._xp.empty, self.object(tuple(shape)))

    def _need_all(self, memory: str, arrays: Sequence[str]) -> None:
        """Go on only if there was room for all of them."""
        missing = "false"
        for x in (memory, *arrays):
            missing = self.new(f"or i1 {missing}, {self.new(f'icmp eq ptr {x}, null')}")
        self.branch(missing, "failed", "made")
        self.label("failed")
        self.drop(*arrays)
        self.do(f"call void @PyMem_RawFree(ptr {memory})")
        self.new("call ptr @PyErr_NoMemory()")
        self.do("ret ptr null")
        self.label("made")

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
