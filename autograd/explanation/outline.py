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
    seen: set[int] = set()
    shared: dict[int, str] = {}
    # node, what stands before it, shown above already
    shown_nodes: list[tuple[Value, str, bool]] = []
    stack: list[tuple[Value, str, str]] = [(root, "", "")]
    while stack and len(shown_nodes) < max_lines:
        v, indent, branch = stack.pop()
        again = id(v) in seen
        shown_nodes.append((v, indent + branch, again))
        if again:
            shared.setdefault(id(v), f"#{len(shared) + 1}")
            continue
        seen.add(id(v))
        below = indent + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for i, parent in enumerate(reversed(v.parents)):
            stack.append((parent, below, "├─ " if i else "└─ "))
    lines = []
    for v, before, again in shown_nodes:
        mark = f"  {shared[id(v)]}" if id(v) in shared else ""
        if again:
            lines.append(f"{before}{named(v)}{mark} above")
            continue
        grad = "" if v.op == "constant" else f"  grad {shown(v.grad, 4)}"
        lines.append(f"{before}{made(v)}  {shown(v.data, 4)}{grad}{mark}")
    if stack:
        lines.append("… and more below; tree(root, max_lines=...) shows it")
    return Text("\n".join(lines))
