"""A scalar autograd engine: numbers that record how they were made, and reverse-mode derivatives.

>>> from autograd import Value
>>> import autograd as ag
>>> w, x = Value(0.5, label="w"), Value(4.0, label="x")
>>> z = ag.tanh(w * x)
>>> z.backward()
>>> round(w.grad, 6), round(x.grad, 6)
(0.282603, 0.035325)
"""

from typing import TYPE_CHECKING

from autograd import functions
from autograd.elsewhere import OF_THE_PACKAGE
from autograd.functions import *  # noqa: F403  # abs, acos, ..., where: one for each row of the table
from autograd.lazy import loader
from autograd.modes import detect_anomaly, no_grad
from autograd.transforms import grad, hessian, jacobian, value_and_grad
from autograd.value import Value

if TYPE_CHECKING:
    from autograd import explanation as explanation
    from autograd.explanation import edges, explain, steps, tree
    from autograd.gradient_check import check_gradients
    from autograd.own_operations import check_operation, operation
    from autograd.pictures.graph_drawing import draw
    from autograd.pictures.live.expression import live
    from autograd.program import trace

__version__ = "0.1.0"

__all__ = [
    "Value", "__version__", "check_gradients", "check_operation", "detect_anomaly", "draw",
    "edges", "explain", "grad", "hessian", "jacobian", "live", "no_grad", "operation", "steps",
    "trace", "tree", "value_and_grad",
]  # fmt: skip

# Loaded at first use, so that the engine alone is imported with the package.
__getattr__ = loader(
    "autograd",
    {
        "edges": "autograd.explanation.credit",
        "explain": "autograd.explanation.paths",
        "explanation": "autograd.explanation",
        "steps": "autograd.explanation.credit",
        "tree": "autograd.explanation.outline",
        "draw": "autograd.pictures.graph_drawing",
        "live": "autograd.pictures.live.expression",
        "trace": "autograd.program",
        "check_gradients": "autograd.gradient_check",
        "operation": "autograd.own_operations",
        "check_operation": "autograd.own_operations",
    },
    lambda: OF_THE_PACKAGE,
)


def __dir__() -> list[str]:
    return sorted({*__all__, *functions.__all__})
