"""explain: a gradient as the sum over paths of products of local derivatives."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autograd import latex
from autograd.explanation.credit import Edge, expect_value, named
from autograd.graph.reverse import flows, gradients, inner_nodes
from autograd.notation import factor, shown, superscript
from autograd.primitives import TABLE
from autograd.progress import bar
from autograd.value import Value

T = TypeVar("T")

LISTED = 20
MOST = 10**300  # counted no further: there may be as many digits as the graph has nodes


@dataclass(frozen=True, eq=False)
class Path:
    """One way from the result back to the leaf.

    Attributes:
        edges: its edges, the result's first.
        product: the product of their local derivatives.

    >>> x = Value(2.0, label="x")
    >>> print(explain(3.0 * x, x).paths[0])
    × ← x:  3.0000 = +3.0000
    """

    edges: tuple[Edge, ...]
    product: float

    def __str__(self) -> str:
        stops = _shortened([self.edges[0].child, *(edge.parent for edge in self.edges)], _name)
        factors = _shortened(self.edges, lambda edge: factor(edge.local))
        product = shown(self.product, 4, sign=True)
        return f"{' ← '.join(stops)}:  {' · '.join(factors)} = {product}"


def _shortened(items: Sequence[T], text: Callable[[T], str], gap: str = "…") -> list[str]:
    """Return the texts of the items, of many the first and the last."""
    if len(items) <= 16:
        return list(map(text, items))
    return [*map(text, items[:8]), gap, *map(text, items[-4:])]


def _counted(n: int) -> str:
    """Return a number of paths, a long one rounded."""
    if n < 10**40:
        return str(n)
    digits = str(n)
    about = "more than" if n >= MOST - LISTED else "about"
    return f"{about} {digits[0]}.{digits[1]}·10{superscript(len(digits) - 1)}"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why ∂root/∂leaf is what it is: it prints in words and numbers, and shows itself as LaTeX in Jupyter.

    Attributes:
        root: the result.
        leaf: what it is differentiated by.
        count: how many paths lead from the result back to the leaf; `MOST` if there are that many or more.
        paths: the first of them.
        gradient: the sum over all paths, as back-propagation computes it.

    >>> x = Value(2.0, label="x")
    >>> explain(x * x, x).count
    2
    """

    root: Value
    leaf: Value
    count: int
    paths: tuple[Path, ...]
    gradient: float

    def __str__(self) -> str:
        head = f"∂{_name(self.root)}/∂{_name(self.leaf)} = {shown(self.gradient, 4, sign=True)}"
        if self.count == 0:
            return f"{head}: {_name(self.root)} does not depend on {_name(self.leaf)}"
        ways = "one path; its local derivatives multiply to this"
        if self.count > 1:
            ways = f"{_counted(self.count)} paths; the local derivatives of each multiply, and the products add up to this"
        lines = [f"{head}: {ways}", *(f"  {path}" for path in self.paths)]
        if self.count > len(self.paths):
            lines.append(
                f"  … {_counted(self.count - len(self.paths))} more paths are counted but not listed "
                "(max_paths=...); back-propagation never lists any: it sums at every node"
            )
        return "\n".join(lines)

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """The sum as LaTeX: symbols, then numbers."""
        root, leaf = _latex_name(self.root), _latex_name(self.leaf)
        if self.count == 0:
            return rf"\frac{{\partial {root}}}{{\partial {leaf}}} = 0"
        more = r" + \cdots" if self.count > len(self.paths) else ""

        def added(text: Callable[[Edge], str]) -> str:
            products = (_shortened(path.edges, text, r"\cdots") for path in self.paths)
            return " + ".join(map(r" \cdot ".join, products))

        symbols, numbers = added(_latex_slope), added(lambda edge: latex.number(factor(edge.local)))
        total = latex.number(shown(self.gradient, 4))
        return (
            rf"\begin{{aligned}}\frac{{\partial {root}}}{{\partial {leaf}}} &= {symbols}{more} \\ "
            rf"&= {numbers}{more} = {total}\end{{aligned}}"
        )

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def explain(root: Value, wrt: Value, max_paths: int = LISTED) -> Explanation:
    """Explain why ∂root/∂wrt is what it is: every path from root to wrt contributes a product.

    Args:
        root: the result.
        wrt: the leaf, or an inner node, to differentiate by.
        max_paths: how many paths to list; all are counted, without listing them.

    The time grows with the number of nodes, not of paths: some seconds for a million nodes.

    Returns:
        An Explanation, which prints in words and numbers and shows itself as LaTeX.

    Raises:
        TypeError: if root or wrt is not a Value.

    >>> a = Value(3.0, label="a")
    >>> b = a * a
    >>> b.label = "b"
    >>> print(explain(b, wrt=a))
    ∂b/∂a = +6.0000: 2 paths; the local derivatives of each multiply, and the products add up to this
      b ← a:  3.0000 = +3.0000
      b ← a:  3.0000 = +3.0000
    """
    for x in (root, wrt):
        expect_value("explain", x)
    order = inner_nodes(root)
    upstream, counts = gradients(root, 1.0, order), _counts(order, wrt)
    paths = itertools.islice(_paths(root, wrt, counts, upstream), max_paths)
    return Explanation(root, wrt, counts.get(id(root), 0), tuple(paths), upstream.get(id(wrt), 0.0))


def _counts(order: list[Value], leaf: Value) -> dict[int, int]:
    """Return how many paths lead from each node to the leaf, summed from the leaf upwards."""
    counts = {id(leaf): 1}
    for node in bar(order, "node", passing=True):
        if node is not leaf:
            total = 0
            for parent, _ in flows(node):
                total += counts.get(id(parent), 0)
            if total:
                counts[id(node)] = min(total, MOST)
    return counts


def _paths(
    root: Value, leaf: Value, counts: dict[int, int], upstream: dict[int, float]
) -> Iterator[Path]:
    """Yield the paths from left to right, depth first, entering only nodes that lead to the leaf."""
    if root is leaf or id(root) not in counts:
        return

    def ways(node: Value) -> list[Edge]:
        """Return the edges that lead on, the last one first."""
        g = upstream[id(node)]
        found = [(parent, local) for parent, local in flows(node) if id(parent) in counts]
        return [Edge(parent, node, local, g, g * local) for parent, local in reversed(found)]

    trail: list[Edge] = []
    left = [ways(root)]  # what has not been gone yet, from each node on the way
    for _ in bar(itertools.count(), "edge", passing=True):
        del trail[len(left) - 1 :]
        if not left[-1]:
            left.pop()
            if not left:
                return
            continue
        trail.append(left[-1].pop())
        if trail[-1].parent is leaf:
            yield Path(tuple(trail), math.prod([edge.local for edge in trail], start=1.0))
        else:
            left.append(ways(trail[-1].parent))


def _name(v: Value) -> str:
    return named(v) if v.label or v.op in TABLE else shown(v.data, 4)


def _latex_slope(edge: Edge) -> str:
    return rf"\frac{{\partial {_latex_name(edge.child)}}}{{\partial {_latex_name(edge.parent)}}}"


def _latex_name(v: Value) -> str:
    symbol = v.op in TABLE and not v.label and not _name(v).isalpha()
    return latex.escaped(_name(v)) if symbol else latex.name(_name(v))
