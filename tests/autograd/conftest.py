"""The tests of programs run twice: as Python and NumPy, and as machine code."""

import zlib

import pytest
from hypothesis import currently_in_test_context

from autograd.program import Program


def pytest_collection_modifyitems(items):
    """Compiling hundreds of random programs takes minutes; a few are among the tests of the compiled ones."""
    for item in items:
        if "[machine code" in item.name and hasattr(item.obj, "hypothesis"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=["Python", "machine code"], scope="module")
def engine(request):
    """Compile whatever the tests of a module trace and vectorise, every other time."""
    if request.param == "Python":
        yield request.param
        return
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    from autograd.native.arrays import machine
    from autograd.native.engine import Code

    with pytest.MonkeyPatch.context() as patch:
        module, vectorize = request.module, Program.vectorize
        if "test_program" in module.__name__:
            trace = module.trace
            patch.setattr(module, "trace", lambda f, *args: trace(f, *args).compile())

        def compiled(program, *args, **kwargs):
            # built twice, with a batch and without one: a third of the programs are compiled in one way
            chosen = _is_chosen(f"{args}{program.recording.instructions}", 6)
            return vectorize(program, *args, **kwargs, compile=chosen)

        def code(text, level):
            return Code(text, level if _is_chosen(text, 4) else 0)

        patch.setattr(Program, "vectorize", compiled)
        patch.setattr(machine, "Code", code)
        yield request.param


def _is_chosen(text, one_of):
    """Tell of one of so many random programs, always the same; of any other program it is true.

    To compile takes a moment, and LLVM's care, which large programs do without, three times as long.
    """
    return not currently_in_test_context() or zlib.crc32(text.encode()) % one_of == 0
