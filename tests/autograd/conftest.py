"""The tests of programs run twice: as Python and NumPy, and as machine code."""

import pytest


@pytest.fixture(params=["Python", "machine code"], scope="module")
def engine(request):
    """Compile whatever the tests of a module trace, every other time."""
    if request.param == "Python":
        yield request.param
        return
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    module = request.module
    trace = module.trace
    module.trace = lambda f, *args: trace(f, *args).compile()
    yield request.param
    module.trace = trace
