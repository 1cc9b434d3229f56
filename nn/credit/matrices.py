"""The matrix form of a network: W, Z, A, δ and ∂L/∂W = Z δᵀ of each layer."""

from dataclasses import dataclass
from itertools import pairwise

from autograd import latex
from autograd.notation import Table, shown, subscript, superscript, table
from autograd.tables import matrix
from nn.credit.assignment import Assignment
from nn.credit.parts import Link
from nn.notations import SLIDES, Names


@dataclass(frozen=True, eq=False)
class LayerMatrices:
    """One layer in matrix form, in the slides' symbols; columns are lists of numbers.

    Attributes:
        index: the number of the layer, from 1.
        W: one row per input, one column per unit.
        Z: the column that enters the layer.
        A: the pre-activations, Wᵀ Z (+ b).
        delta: the column δ.
        gradient: ∂L/∂W = Z δᵀ, in the shape of W.
        bias: the column b, or None.
        names: what they are called, which decides, too, whether they are shown with W as it is here, or transposed.
        part: what tells the parts of a layer apart, ₁ and ₂, where not all of its units read the same; else empty.

    >>> from nn.lessons import example
    >>> example("worked").credit().matrices()[1].gradient
    [[0.5215197998783642], [-0.309546745603281]]
    """

    index: int
    W: list[list[float]]
    Z: list[float]
    A: list[float]
    delta: list[float]
    gradient: list[list[float]]
    bias: list[float] | None
    names: Names = SLIDES
    part: str = ""

    @property
    def blocks(self) -> list[tuple[str, list[list[float]]]]:
        """Each matrix by its name, or by the equation that gives it; it lies as in the book."""
        names, matrix, k = self.names, self.names.notation.matrix, self.index
        if names.notation.key == "slides":  # capitals
            a, z, w, delta = (f"{letter}⁽{superscript(k)}⁾{self.part}" for letter in "AZWδ")
            b = "b"
        else:
            a, z, w = names.whole("a", k), names.whole("z", k - 1), names.whole("weight", k)
            delta, b = names.whole("delta", k), names.whole("bias", k)
            a, z, w, delta, b = (name + self.part for name in (a, z, w, delta, b))
            b = f"{w}₀" if b == w else b  # a bias is a weight from a constant 1
        sums = {"WᵀZ": f"{w}ᵀ {z}", "WZ": f"{w} {z}", "XW": f"{z} {w}"}[matrix]
        product = {"WᵀZ": f"{z} {delta}ᵀ", "WZ": f"{delta} {z}ᵀ", "XW": f"{z}ᵀ {delta}"}[matrix]
        deltas = [names.sign * v for v in self.delta]

        def laid(numbers: list[float]) -> list[list[float]]:
            return [numbers] if matrix == "XW" else [[v] for v in numbers]

        def turned(rows: list[list[float]]) -> list[list[float]]:
            return list(map(list, zip(*rows))) if matrix == "WZ" else rows

        return [
            (w, turned(self.W)),
            (z, laid(self.Z)),
            (f"{a} = {sums}" + (f" + {b}" if self.bias else ""), laid(self.A)),
            (delta, laid(deltas)),
            (f"{names.gradient(w)} = {names.minus}{product}", turned(self.gradient)),
        ]

    def __str__(self) -> str:
        return "\n".join(
            f"{name}  ({len(rows)}×{len(rows[0])})\n"
            + "\n".join("  [" + "  ".join(f"{shown(v, 4):>8}" for v in row) + " ]" for row in rows)
            for name, rows in self.blocks
        )

    __repr__ = __str__


class Matrices(list[LayerMatrices]):
    """The layers of a network in matrix form: a list that shows itself as tables in notebooks."""

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))

    __repr__ = __str__

    def _blocks(self) -> list[tuple[str, list[list[float]]]]:
        return [block for layer in self for block in layer.blocks]

    @property
    def latex(self) -> str:
        """The matrices as equations of LaTeX."""
        lines = []
        for name, rows in self._blocks():
            body = r" \\ ".join(" & ".join(latex.number(shown(v, 4)) for v in row) for row in rows)
            lines.append(rf"{latex.formula(name)} &= \begin{{pmatrix}}{body}\end{{pmatrix}}")
        return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"

    @property
    def markdown(self) -> str:
        """The matrices as tables of Markdown, each under its name."""
        return "\n\n".join(
            f"**{name}**\n\n{_table(rows).markdown}" for name, rows in self._blocks()
        )

    @property
    def csv(self) -> str:
        """Every number as a line: matrix, row, column, value."""
        cells = [
            (name.split(" = ")[0], i, j, v)
            for name, rows in self._blocks()
            for i, row in enumerate(rows, 1)
            for j, v in enumerate(row, 1)
        ]
        return table(["matrix", "row", "column", "value"], [], cells).csv

    def _repr_html_(self) -> str:
        """Return the matrices for notebooks; of large ones the first rows and columns."""
        return "".join(
            f"<p>{name} ({len(rows)}×{len(rows[0])})</p>{matrix([[shown(v, 4) for v in row] for row in rows])}"
            for name, rows in self._blocks()
        )


def _table(rows: list[list[float]]) -> Table:
    return table(
        [str(j) for j in range(1, len(rows[0]) + 1)], [[shown(v, 4) for v in row] for row in rows]
    )


def layer_matrices(credit: Assignment) -> Matrices:
    """Return every layer in matrix form, from the first to the last.

    Where there are joints, a layer is units that read the same: they, and nothing else, are Wᵀ Z + b.

    Raises:
        ValueError: if there is none, or a unit is more than that, or a weight stands in several matrices.
    """
    found = Matrices()
    nodes = credit.nodes
    pairs = [*pairwise(credit.layers)] if credit.layers else _full_layers(credit)
    at = [nodes[heads[0]].layer for _, heads in pairs]
    layers = list(dict.fromkeys(at))
    for n, (tails, heads) in enumerate(pairs):
        bias = None
        if (None, heads[0]) in credit.edges:
            bias = [credit.edges[None, j].weight for j in heads]
        found.append(
            LayerMatrices(
                layers.index(at[n]) + 1,
                [[credit.edges[i, j].weight for j in heads] for i in tails],
                [nodes[i].z for i in tails],
                [nodes[j].a or 0.0 for j in heads],
                [nodes[j].delta or 0.0 for j in heads],
                [[credit.edges[i, j].credit for j in heads] for i in tails],
                bias,
                credit.names,
                subscript(at[: n + 1].count(at[n])) if at.count(at[n]) > 1 else "",
            )
        )
    return found


def _full_layers(credit: Assignment) -> list[tuple[list[int], list[int]]]:
    """Return the tails and the heads of each matrix of a network with joints."""
    layers: dict[tuple[int, frozenset[int], int], tuple[list[int], list[int]]] = {}
    for node in sorted(credit.nodes.values(), key=lambda node: (node.layer, node.index)):
        if node.kind != "unit":
            continue
        ways = credit.into(node.index)
        tails = [way.source for way in ways if way.source is not None]
        named = f"unit {credit.names.unit(node.index)}"
        for way in ways:
            if isinstance(way, Link):
                credit.needs_layers(
                    "the matrix form",
                    f"{named} adds {credit.nodes[way.source].name}, without a weight",
                )
            elif len(uses := credit.weights[way.parameter].uses if way.parameter else ()) > 1:
                several = f"{way.parameter} has {len(uses)} uses, one gradient for all of them"
                credit.needs_layers("the matrix form", several)
            elif way.sign < 0.0 or way.place:
                tail = "a bias" if way.source is None else way.z_name
                again = "twice" if way.place else "with a minus"
                credit.needs_layers("the matrix form", f"{named} adds {tail} {again}")
        biases = len(ways) - len(tails)
        key = node.layer, frozenset(tails), biases
        layers.setdefault(key, (sorted(tails, reverse=node.layer == 1), []))[1].append(node.index)
    return list(layers.values())
