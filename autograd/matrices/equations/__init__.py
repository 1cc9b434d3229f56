"""The matrix form of a recorded function as equations, in the symbols of the usual lecture.

`formula` builds them as text, as LaTeX and as numbers; `operands`, `forward` and `backward` find them in the groups
of a recording; `pages` prints those that are true.
"""
