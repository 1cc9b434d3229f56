"""A recorded graph: what a node is, how it is walked, differentiated, copied and checked."""

from autograd.graph.walks import topological

__all__ = ["topological"]
