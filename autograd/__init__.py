"""A scalar autograd engine: numbers that record how they were made, and reverse-mode derivatives.

>>> from autograd import Value
>>> import autograd as ag
>>> w, x = Value(0.5, label="w"), Value(4.0, label="x")
>>> z = ag.tanh(w * x)
>>> z.backward()
>>> round(w.grad, 6), round(x.grad, 6)
(0.282603, 0.035325)
"""

import importlib
from typing import TYPE_CHECKING, Any

from autograd.explanation import edges, steps, tree
from autograd.functions import (
    abs,
    acos,
    acosh,
    affine,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clip,
    cos,
    cosh,
    dot,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logsumexp,
    maximum,
    mean,
    minimum,
    reciprocal,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    square,
    sum,
    tan,
    tanh,
    where,
)
from autograd.modes import detect_anomaly, no_grad
from autograd.transforms import grad, hessian, jacobian, value_and_grad
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.drawing import draw
    from autograd.gradient_check import check_gradients
    from autograd.program import trace

__version__ = "0.1.0"

__all__ = [
    "Value",
    "__version__",
    "check_gradients",
    "detect_anomaly",
    "draw",
    "edges",
    "explain",
    "grad",
    "hessian",
    "jacobian",
    "no_grad",
    "steps",
    "trace",
    "tree",
    "value_and_grad",
]

# Loaded at first use, so that the engine alone is imported with the package.
_LAZY = {
    "draw": "autograd.drawing",
    "trace": "autograd.program",
    "check_gradients": "autograd.gradient_check",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")
