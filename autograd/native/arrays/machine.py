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
from autograd.native.speller import declarations, hexadecimal
from autograd.native.text import INTRINSICS
from autograd.structure import leaves

# Where NumPy keeps what belongs to an array, in bytes from the beginning of the object.
_DATA, _AXES, _SIZES, _TYPE, _FLAGS = 16, 24, 32, 56, 64
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


class Machine:
    """Functions of Python that run a grouping on arrays in the structure of the recorded arguments.

    Args:
        grouping: the groups.
        blocks: the arguments.
        tree: the structure of the arguments, with a block in place of each array.
        mean: whether a result of several examples is their mean.
        xp: NumPy.
        otherwise: for each function, by name, what gets arguments that are not NumPy's arrays of doubles
            with the right shapes, whose numbers lie one after the other.

    Attributes:
        functions: by name. `rows` returns the numbers of the result, with a row for each, a column for each
            example; `value_and_grad` the result and the gradients.
    """

    def __init__(
        self,
        grouping: Grouping,
        blocks: Sequence[Block],
        tree: Any,
        mean: bool,
        xp: Any,
        otherwise: dict[str, Callable[..., Any]],
    ) -> None:
        plan, result = Plan(grouping, blocks), [*leaves([grouping.result])]
        body, steps, memory = Body(plan, blocks, result), plan.steps, plan.memory
        self._blocks, self._tree, self._mean, self._xp = blocks, tree, mean, xp
        self._rows, self._narrow = len(result), body.narrow
        # memory for one call at a time, which begins at a multiple of 64 bytes
        room = xp.zeros(body.size + 8)
        self._scratch = room[-room.ctypes.data % 64 // 8 :][: body.size]
        for place, x in memory.constants.values():
            self._scratch[place] = x
        self._busy = xp.zeros(1, dtype=xp.int8)  # whether a call uses it
        texts = [DECLARATIONS, _CALLS, INTRINSICS]
        gradient = "value_and_grad" in otherwise
        texts += [step.function("forward") for step in steps]
        texts += [step.function("backward") for step in steps if gradient]
        texts += declarations({name for step in steps for name in step.calls}, wide=True)
        faces = []
        for name, f in otherwise.items():
            face = Function(name, f)
            texts.append(body.text(name, name == "value_and_grad"))
            texts.append(face.end(f"ptr {self._written(face, name)}"))
            faces.append((name, face))
        code = Code("\n".join(texts), 2 if len(grouping.groups) <= _CAREFUL else 0)
        kept = memory.tables, self._scratch, self._busy
        self.functions = {name: code.function(name, *face.kept, *kept) for name, face in faces}

    def _written(self, face: Function, name: str) -> str:
        """Write the function that Python calls; return what it returns."""
        arrays: list[str] = []
        face.unpack(self._tree, lambda block, given: arrays.append(given))
        n = "1"
        for block, x in zip(self._blocks, arrays):
            n = self._checked(face, block, x, n)
        shapes: list[list[int | str]] = [[self._rows, n]]
        if name == "value_and_grad":
            shapes = [[*[n] * block.batched, *block.shape] for block in self._blocks]
        new = [self._new_array(face, shape) for shape in shapes]
        memory = self._memory(face, new)
        numbers = face.new(f"alloca ptr, i64 {1 + len(arrays) + len(new)}")
        face.do(f"store ptr {memory}, ptr {numbers}")
        for i, x in enumerate((*arrays, *new), 1):
            data = face.new(f"load ptr, ptr {face.place(x, _DATA, kind='i8')}")
            face.do(f"store ptr {data}, ptr {face.place(numbers, i, kind='ptr')}")
        for x in arrays:  # another thread may let go of them
            face.do(f"call void @Py_IncRef(ptr {x})")
        scale = face.new(f"uitofp i64 {n} to double") if self._mean else hexadecimal(1.0)
        seed = face.new(f"fdiv double {hexadecimal(1.0)}, {scale}")
        thread = face.new("call ptr @PyEval_SaveThread()")
        total = face.new(f"call double @{name}.run(ptr {numbers}, i64 {n}, double {seed})")
        face.do(f"call void @PyEval_RestoreThread(ptr {thread})")
        for x in arrays:
            face.do(f"call void @Py_DecRef(ptr {x})")
        face.branch("%busy", "free", "leave")
        face.label("free")
        face.do(f"call void @PyMem_RawFree(ptr {memory})")
        face.go("end")
        face.label("leave")
        face.do(f"store i8 0, ptr {self._flag()}")
        face.go("end")
        face.label("end")
        if name == "rows":
            return new[0]
        value = face.new(f"fdiv double {total}, {scale}")
        number = face.new(f"call ptr @PyFloat_FromDouble(double {value})")
        found = iter([self._called(face, self._xp.float64, number), *new])
        face.do(f"call void @Py_DecRef(ptr {number})")
        return face.build((None, self._tree), lambda _: next(found))

    def _checked(self, face: Function, block: Block, x: str, n: str) -> str:
        """Go on only with an array of doubles of the right shape; return the number of examples."""

        def content(place: int, kind: str) -> str:
            return face.new(f"load {kind}, ptr {face.place(x, place, kind='i8')}")

        face.of_type(self._xp.ndarray, x)
        double = face.object(self._xp.dtype(self._xp.float64))
        face.need(face.new(f"icmp eq ptr {content(_TYPE, 'ptr')}, {double}"))
        dense = face.new(f"and i32 {content(_FLAGS, 'i32')}, 1")  # in the order of C
        face.need(face.new(f"icmp eq i32 {dense}, 1"))
        axes = len(block.shape) + block.batched
        face.need(face.new(f"icmp eq i32 {content(_AXES, 'i32')}, {axes}"))
        sizes = content(_SIZES, "ptr")
        for i, wanted in enumerate([*[n] * block.batched, *block.shape]):
            size = face.new(f"load i64, ptr {face.place(sizes, i, kind='i64')}")
            if wanted == "1":  # the first array with an axis of examples
                face.need(face.new(f"icmp sgt i64 {size}, 0"))
                n = size
            else:
                face.need(face.new(f"icmp eq i64 {size}, {wanted}"))
        return n

    def _new_array(self, face: Function, shape: Sequence[int | str]) -> str:
        """Write a call of `empty`."""
        if not any(isinstance(size, str) for size in shape):
            return self._called(face, self._xp.empty, face.object(tuple(shape)))
        made = face.build(
            tuple(shape), lambda size: face.new(f"call ptr @PyLong_FromSsize_t(i64 {size})")
        )
        array = self._called(face, self._xp.empty, made)
        face.do(f"call void @Py_DecRef(ptr {made})")
        return array

    def _called(self, face: Function, f: Any, argument: str) -> str:
        """Write a call of a Python function with one argument."""
        place = face.new("alloca ptr")
        face.do(f"store ptr {argument}, ptr {place}")
        called = f"ptr {face.object(f)}, ptr {place}, i64 1, ptr null"
        return face.new(f"call ptr @PyObject_Vectorcall({called})")

    def _memory(self, face: Function, new: Sequence[str]) -> str:
        """Return the scratch memory, or if another call uses it new one; give up if there is none."""
        missing = "false"
        for x in new:
            missing = face.new(f"or i1 {missing}, {face.new(f'icmp eq ptr {x}, null')}")
        face.branch(missing, "drop", "made")
        face.label("drop")
        for x in new:
            face.do(f"call void @Py_DecRef(ptr {x})")
        face.do("%none = call ptr @PyErr_NoMemory()")
        face.do("ret ptr null")
        face.label("made")
        scratch = f"ptr inttoptr (i64 {self._scratch.ctypes.data} to ptr)"
        used = face.new(f"load i8, ptr {self._flag()}")
        face.do(f"%busy = icmp ne i8 {used}, 0")
        face.branch("%busy", "another", "ready")
        face.label("another")
        own = face.new(f"call ptr @PyMem_RawMalloc(i64 {8 * self._scratch.size})")
        face.branch(face.new(f"icmp eq ptr {own}, null"), "drop", "copy")
        face.label("copy")  # the constants among the narrow rows
        size = f"i64 {8 * self._narrow}, i1 false"
        face.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {own}, {scratch}, {size})")
        face.go("ready")
        face.label("ready")
        first = scratch.removeprefix("ptr ")
        memory = face.new(f"phi ptr [ {first}, %made ], [ {own}, %copy ]")
        face.do(f"store i8 1, ptr {self._flag()}")
        return memory

    def _flag(self) -> str:
        return f"inttoptr (i64 {self._busy.ctypes.data} to ptr)"
