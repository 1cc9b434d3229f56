"""The tests of programs run twice: as Python and NumPy, and as machine code."""

import zlib

import pytest
from hypothesis import settings

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
            return vectorize(program, *args, **kwargs, compile=True)

        def code(text, level):
            # LLVM's care, which large programs do without, takes three times as long
            return Code(text, level if zlib.crc32(text.encode()) % 4 == 0 else 0)

        patch.setattr(Program, "vectorize", compiled)
        patch.setattr(machine, "Code", code)
        for test in vars(module).values():  # random programs: the time goes into compiling them
            if given := getattr(test, "_hypothesis_internal_use_settings", None):
                fewer = settings(given, max_examples=given.max_examples // 8)
                patch.setattr(test, "_hypothesis_internal_use_settings", fewer)
        yield request.param
