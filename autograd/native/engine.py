"""Machine code in memory: LLVM's text to functions that Python calls."""

import ctypes
import struct
import weakref
from typing import Any

try:
    import llvmlite.binding as llvm
except ModuleNotFoundError:
    raise ImportError(
        "compile needs llvmlite: pip install llvmlite, or pip install 'scalar-autograd[native]'"
    ) from None

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()

# METH_FASTCALL | METH_KEYWORDS: a function of self, an array of arguments, their number, and names of those beyond
_FASTCALL = 0x82


def target() -> tuple[str, str]:
    """Return the processor to write for and what it can do, as LLVM spells them: this machine."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


class Code:
    """Machine code, alive as long as this object is.

    Args:
        text: the module, in LLVM's language.
        level: how much care to take with the instructions, 0 to 2.
    """

    def __init__(self, text: str, level: int) -> None:
        cpu, features = target()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=cpu, features=features, opt=level, jit=True
        )
        # a context of its own: the global one would keep the constants of every module for ever
        context = llvm.create_context()
        module = llvm.parse_assembly(text, context)
        module.triple = machine.triple
        module.data_layout = str(machine.target_data)
        # No pass of LLVM's over the module: what they would do to text as plain as ours is not worth their
        # time, and llvmlite does not give their memory back.
        self._engine = llvm.create_mcjit_compiler(module, machine)
        self._engine.finalize_object()
        # in this order, which the collector of cycles would not keep
        weakref.finalize(self, _close, self._engine, context).atexit = False

    def address(self, name: str) -> int:
        """Return where a function of the module lies."""
        return int(self._engine.get_function_address(name))

    def function(self, name: str, *kept: Any) -> Any:
        """Return `ptr name(ptr self, ptr arguments, i64 count, ptr names)` as a function of Python.

        Args:
            name: of the function in the module.
            *kept: what must live as long as the function, beside the code: objects it knows by address.
        """
        spelling = name.encode()
        # PyMethodDef: name, function, flags, documentation
        definition = struct.pack("PPiP", _at(spelling), self.address(name), _FASTCALL, 0)
        # The function keeps what it is called with as `self`. Bytes and tuples, because the collector of
        # cycles empties other containers before the function that still looks into them is gone.
        return _new_function(_at(definition), (self, spelling, definition, *kept), None)


def _close(engine: Any, context: Any) -> None:
    engine.close()
    context.close()


def _at(content: bytes) -> int | None:
    return ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p).value


_new_function = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p
)(("PyCFunction_NewEx", ctypes.pythonapi))
