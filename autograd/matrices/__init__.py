"""A recorded function as operations on arrays, and as equations."""
