"""Without a batch, small functions are left to the Program; here arrays do all of them."""

import pytest

from autograd.matrices import vectorize


@pytest.fixture(scope="module", autouse=True)
def arrays_do_everything():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectorize, "A_LINK", 1e-9)
        yield
