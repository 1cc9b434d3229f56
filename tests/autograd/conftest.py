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
    with pytest.MonkeyPatch.context() as patch:
        module, vectorize = request.module, Program.vectorize
        if "test_program" in module.__name__:
            trace = module.trace
            patch.setattr(module, "trace", lambda f, *args: trace(f, *args).compile())

        def compiled(program, *args, **kwargs):
            return vectorize(program, *args, **kwargs, compile=_is_chosen(program, args))

        patch.setattr(Program, "vectorize", compiled)
        yield request.param


def _is_chosen(program, args):
    """Tell of a sixth of all builds of random programs, always the same: each takes a moment to compile.

    A program is built twice, with a batch and without one, so that a third of them are compiled in one way.
    """
    text = f"{args}{program.recording.instructions}".encode()
    return not currently_in_test_context() or zlib.crc32(text) % 6 == 0
