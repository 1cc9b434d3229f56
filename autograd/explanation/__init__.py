"""Why a gradient is what it is, in words."""

from autograd.explanation.credit import Edge, Step, Steps, edges, steps
from autograd.explanation.outline import tree
from autograd.explanation.paths import Explanation, Path, explain

__all__ = ["Edge", "Explanation", "Path", "Step", "Steps", "edges", "explain", "steps", "tree"]
__dir__ = __all__.copy  # what Tab shows
