"""Why a gradient is what it is, in words."""

from autograd.explanation.credit import Edge, Step, edges, steps
from autograd.explanation.outline import tree
from autograd.explanation.paths import explain

__all__ = ["Edge", "Step", "edges", "explain", "steps", "tree"]
