"""A graph as indented text, for a prompt without pictures."""

from autograd.explanation.credit import expect_value, made, named
from autograd.notation import shown
from autograd.value import Value


class Text(str):
    """Text that shows itself as it reads, at a prompt too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def tree(root: Value, max_lines: int = 200) -> Text:
    """Return the graph below a Value as indented text, for a prompt without pictures.

    Args:
        root: the Value to show.
        max_lines: how much to show; the rest is counted in the last line.

    Returns:
        Text, one line per operand. A node that is used more than once is numbered and shown in full
        the first time; later lines refer back to it.

    >>> a = Value(2.0, label="a")
    >>> print(tree(a * a))
    ×  4.0000  grad 0.0000
    ├─ a  2.0000  grad 0.0000  #1
    └─ a  #1 above
    """
    expect_value("tree", root)
    first: dict[int, int] = {}  # the line of each node
    marks: dict[int, str] = {}  # of those that are met again, by this line
    lines: list[str] = []
    stack = [(root, "", "")]
    while stack and len(lines) < max_lines:
        v, indent, branch = stack.pop()
        if id(v) in first:
            mark = marks.setdefault(first[id(v)], f"  #{len(marks) + 1}")
            lines.append(f"{indent}{branch}{named(v)}{mark} above")
            continue
        first[id(v)] = len(lines)
        grad = "" if v.op == "constant" else f"  grad {shown(v.grad, 4)}"
        lines.append(f"{indent}{branch}{made(v)}  {shown(v.data, 4)}{grad}")
        below = indent + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for i, parent in enumerate(reversed(v.parents)):
            stack.append((parent, below, "├─ " if i else "└─ "))
    for line, mark in marks.items():
        lines[line] += mark
    if stack:
        lines.append("… and more below; tree(root, max_lines=...) shows it")
    return Text("\n".join(lines))
