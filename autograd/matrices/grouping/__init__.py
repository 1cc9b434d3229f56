"""From scalars to vectors: a recording simplified, levelled and grouped by operation; only indices are handled."""

from autograd.matrices.grouping.groups import Group, Grouping, depth

__all__ = ["Group", "Grouping", "depth"]
