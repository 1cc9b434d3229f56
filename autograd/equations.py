"""The matrix form of a recorded function, written out: forward, backward, update.

δ is the error at a layer's A, and the gradient of its weights is Z δᵀ; for a batch, with one example a
row, Zᵀ Δ.
"""

from collections import Counter
from collections.abc import Sequence

from autograd.blocks import Block
from autograd.formula import (
    ONE,
    ONES,
    PER_EXAMPLE,
    Formula,
    added,
    applied,
    called,
    derivative,
    elementwise,
    joined,
    negated,
    number,
    product,
    quotient,
    raised,
    symbol,
    transposed,
)
from autograd.forward_equations import Equation, Forward
from autograd.grouping import Group, Grouping
from autograd.primitives import TABLE
from autograd.recording import DECISIONS


class Equations(Forward):
    """The equations of a grouping.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        rows: whether to write one example a row, as for a batch, instead of one column.
        mean: whether the result is the mean over the examples.
    """

    def __init__(
        self, grouping: Grouping, blocks: Sequence[Block], rows: bool = False, mean: bool = False
    ) -> None:
        super().__init__(grouping, blocks, rows)
        self.backward: list[Equation] = []
        self.update: list[Equation] = []
        seed = PER_EXAMPLE if rows and mean else ONE
        self._gradients: dict[int, Formula] = {}
        if self._result in self._groups:
            self._write_backward(self._result, seed)

    def _write_backward(self, result: int, seed: Formula) -> None:
        self._gradients[result] = seed
        for source in reversed(self._groups):
            group = self._groups[source]
            merged = source in self._monomials and source in self._hidden
            if source == result or merged or not group.reached:
                continue
            gradient = self._gradient(source)
            if group.shape:
                name = self._delta(source)
                self.backward.append(Equation(name, gradient, self._shape(group)))
                self._gradients[source] = name
                self._write_parameters(group, name)
            elif source in self._hidden or self._is_activation(source) or gradient == ONE:
                self._gradients[source] = gradient
            else:
                name = derivative(self._values[source])
                self.backward.append(Equation(name, gradient, self._shape(group)))
                self._gradients[source] = name
        if result in self._layers:
            self._write_parameters(self._groups[result], seed)
        if not self._layers:
            for source, block in enumerate(self._blocks):
                if self._uses[source] and not block.batched:
                    gradient = self._gradient(source)
                    if self._rows:
                        gradient = applied("Σ", r"\sum", gradient)
                    self._finish(self._values[source], gradient, f"{len(block.slots)}×1")

    def _delta(self, source: int) -> Formula:
        last = source == self._layers[-1]
        return symbol("Δ" if self._rows else "δ", "" if last else self._layers.index(source) + 1)

    def _is_activation(self, source: int) -> bool:
        return any(self._activation(layer) == source for layer in self._layers)

    def _write_parameters(self, group: Group, delta: Formula) -> None:
        matrix, _, bias = group.operands
        z = self._inputs(group)
        units, _, length = group.shape or (0, 0, 0)
        if (w := self._parameters.get(id(matrix))) is not None:
            factors = (transposed(z), delta) if self._rows else (z, transposed(delta))
            gradient = product(*factors)
            self._finish(w, gradient, f"{length}×{units}")
        if (b := self._parameters.get(id(bias))) is not None:
            gradient = product(transposed(delta), ONES) if self._rows else delta
            self._finish(b, gradient, f"{units}×1")

    def _finish(self, parameter: Formula, gradient: Formula, shape: str) -> None:
        name = derivative(parameter)
        self.backward.append(Equation(name, gradient, shape))
        step = joined([parameter, product(symbol("η"), name)], " − ", " - ", 4)
        self.update.append(Equation(parameter, step, "", "←"))

    def _gradient(self, source: int) -> Formula:
        """Return the sum of what each user of a source hands back to it."""
        parts = []
        for user, i in self._uses[source]:
            if user not in self._monomials and self._groups[user].reached:
                part = self._contribution(user, i)
                if part is not None and (self._covers(user, i, source) or part not in parts):
                    parts.append(part)
        for user, (coefficient, atoms) in self._monomials.items():
            if source in atoms and user not in self._hidden and user in self._gradients:
                times = atoms[source]
                rest = atoms - Counter({source: 1})
                slope = self._monomial(coefficient * times, rest)
                parts.append(product(self._gradients[user], slope))
        return added(parts) if parts else number(0.0)

    def _covers(self, user: int, i: int, source: int) -> bool:
        """Tell whether the operand takes every row of a source; of parts, equal ones are one."""
        rows = {self._places[x] for x in self._groups[user].operands[i] if type(x) is int}
        return sum(place[0] == source for place in rows) == self._size(source)

    def _contribution(self, user: int, i: int) -> Formula | None:
        group = self._groups[user]
        g = self._gradients.get(user)
        if g is None:
            return None
        if group.shape:
            w = self._matrix(group)
            if i == 1:
                return product(g, transposed(w)) if self._rows else product(w, g)
            z = self._inputs(group)
            return g if i == 2 else product(z, transposed(g))
        operands = [self._operand(refs) for refs in group.operands]
        out, op = self._values[user], group.op
        if op in ("add", "sum") or (op == "sub" and i == 0) or (op == "dot" and i == 2):
            return g
        if op == "div":
            over = quotient(g if i == 0 else elementwise(g, out), operands[1])
            return over if i == 0 else negated(over)
        if op in ("sub", "neg"):
            return negated(g)
        if op == "pow" and i == 0 and all(type(x) is float for x in group.operands[1]):
            slope = product(operands[1], raised(operands[0], number(group.operands[1][0] - 1.0)))
            return elementwise(g, slope)
        if op in ("mul", "dot"):
            return elementwise(g, operands[1 - i])
        if op == "where":
            chosen = operands[0] if i == 1 else called("not", operands[:1])
            return elementwise(g, Formula(f"[{chosen.text}]", f"[{chosen.latex}]")) if i else None
        if op == "exp":
            return elementwise(g, out)
        if op == "square":
            return elementwise(g, product(number(2.0), operands[0]))
        if op == "tanh":  # as on slides; computed as 1/cosh², which keeps its digits in saturation
            return elementwise(g, joined([ONE, called("tanh²", operands)], " − ", " - ", 4))
        if op in DECISIONS:
            return None
        prime = "′" if len(operands) == 1 else f"′{'₁₂₃'[i]}"
        return elementwise(g, called(TABLE[op].symbol + prime, operands, always=True))


def page(grouping: Grouping, blocks: Sequence[Block], mean: bool) -> str:
    """Return all equations as text: for one example, and if there is a batch, for n of them."""
    parts = [_section("One example, in columns", Equations(grouping, blocks))]
    if any(block.batched for block in blocks):
        title = "n examples, one a row"
        parts.append(_section(title, Equations(grouping, blocks, rows=True, mean=mean)))
    return "\n\n".join(parts)


def _section(title: str, equations: Equations) -> str:
    lines = [title]
    shown = [*equations.given, *equations.forward, *equations.backward, *equations.update]
    width = max((len(f"{e.left.text} {e.sign} {e.right.text}") for e in shown), default=0)
    for heading in ("given", "forward", "backward", "update"):
        if part := getattr(equations, heading):
            lines.append(f"  {heading}")
            for e in part:
                line = f"{e.left.text} {e.sign} {e.right.text}"
                lines.append(f"    {line.ljust(width)}  {e.shape}".rstrip())
    return "\n".join(lines)


def latex(grouping: Grouping, blocks: Sequence[Block], mean: bool) -> str:
    """Return all equations as LaTeX `aligned` environments."""
    pages = [Equations(grouping, blocks)]
    if any(block.batched for block in blocks):
        pages.append(Equations(grouping, blocks, rows=True, mean=mean))
    return "\n".join(_aligned([*e.forward, *e.backward, *e.update]) for e in pages)


def _aligned(equations: Sequence[Equation]) -> str:
    signs = {"=": "=", "←": r"\leftarrow"}
    lines = [f"  {e.left.latex} &{signs[e.sign]} {e.right.latex}" for e in equations]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
