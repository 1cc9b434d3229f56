"""The tests of programs run twice: as Python and NumPy, and as machine code."""

import pytest

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
        patch.setattr(
            Program, "vectorize", lambda *args, **kwargs: vectorize(*args, **kwargs, compile=True)
        )
        yield request.param
