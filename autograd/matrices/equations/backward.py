"""The matrix form of a recorded function, written out: forward, backward, update.

δ is the error at a layer's A, and the gradient of its weights is Z δᵀ; for a batch, with one example a
row, Zᵀ Δ.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.matrices.arguments import Block
from autograd.matrices.equations.formula import (
    ONE,
    Formula,
    Untrue,
    abridged,
    added,
    applied,
    called,
    derivative,
    indexed,
    negated,
    number,
    product,
    quotient,
    raised,
    squared,
    subtracted,
    summed,
    symbol,
    transposed,
)
from autograd.matrices.equations.forward import Equation, Forward, times
from autograd.matrices.equations.operands import Point
from autograd.matrices.grouping import Group, Grouping
from autograd.primitives import TABLE, slopes_of
from autograd.replay.recording import DECISIONS

_SCATTERED = 6  # numbers of a source that one user takes one by one


class Equations(Forward):
    """The equations of a grouping.

    Args:
        grouping, blocks, point, rows, layered: as for Forward.
        mean: whether the result is the mean over the examples.

    Raises:
        Untrue: if one of them would not hold.
    """

    def __init__(
        self,
        grouping: Grouping,
        blocks: Sequence[Block],
        point: Point,
        rows: bool = False,
        layered: bool = True,
        mean: bool = False,
    ) -> None:
        super().__init__(grouping, blocks, point, rows, layered)
        self.backward: list[Equation] = []
        self.update: list[Equation] = []
        self._per_example = Formula("1/n", r"\tfrac{1}{n}", 1.0 / point.n) if rows and mean else ONE
        self._gradients: dict[int, Formula] = {}
        self._written: set[int] = set()  # the slots whose derivatives are among the equations
        if self._result in self._groups:
            if rows and mean:
                self._write_mean(self._values[self._result])
            self._write_backward(self._result)
        self._check_names()
        if not all(e.holds() for e in [*self.given, *self.forward, *self.backward]):
            raise Untrue("an equation does not hold")

    def _check_names(self) -> None:
        """Make sure that no two matrices go by one name."""
        named: dict[str, Any] = {"e": None, "n": None, "η": None}
        shown = [
            x
            for source, x in self._values.items()
            if source >= len(self._blocks)
            or not self._written.issuperset(self._blocks[source].slots)
        ]
        for x in (*shown, *self._parameters.values()):
            if named.setdefault(x.text, x.value) is not x.value:
                known = named[x.text]
                if known is None or known.shape != x.value.shape or (known != x.value).any():
                    raise Untrue("two matrices of one name")

    def _write_mean(self, result: Formula) -> None:
        total = summed(result)
        name = symbol("mean L", value=result.value.mean().reshape(1, 1))
        self.forward.append(
            Equation(name, quotient(total, symbol("n", value=float(self._point.n))))
        )

    # ------------------------------------------------------------ backward

    def _write_backward(self, result: int) -> None:
        self._gradients[result] = self._per_example
        penalised = []  # the layers whose parameters others use, too: their gradients come last
        for source in reversed(self._groups):
            group = self._groups[source]
            merged = source in self._monomials and source in self._hidden
            if source == result or merged or not group.reached:
                continue
            gradient = self._gradient(source)
            if source in self._layers:
                self._define(source, self._delta(source), gradient)
                if self._alone(source):
                    self._write_parameters(source)
                else:
                    penalised.append(source)
            elif source in self._hidden or self._is_activation(source) or gradient.is_one:
                self._gradients[source] = gradient
            else:
                self._define(source, derivative(self._values[source], None), gradient)
        for source in [result] * (result in self._layers) + penalised:
            self._write_parameters(source)
        batch = any(block.batched for block in self._blocks)
        for source, block in enumerate(self._blocks):
            written = self._written.intersection(block.slots)
            if written and len(written) < len(block.slots):
                raise Untrue("only a part of an argument is a parameter")
            data = block.batched or (self._layers and not batch)
            if not written and self._uses[source] and not data:
                self._finish(block.slots, self._values[source], self._gradient(source))

    def _define(self, source: int, name: Formula, gradient: Formula) -> None:
        value = self._turned_to_rows(source, self._point.gradients[source])
        self._gradients[source] = Formula(name.text, name.latex, value, name.binding)
        self.backward.append(Equation(self._gradients[source], gradient))

    def _delta(self, source: int) -> Formula:
        last = source == self._layers[-1]
        return symbol("Δ" if self._rows else "δ", "" if last else self._layers.index(source) + 1)

    def _is_activation(self, source: int) -> bool:
        return any(self._activation(layer) == source for layer in self._layers)

    def _alone(self, layer: int) -> bool:
        """Tell whether nobody else uses the parameters of a layer."""
        operands = self._groups[layer].operands
        origins = self._origins([*operands[0], *operands[2]])
        return all(user == layer for origin in origins for user, _ in self._uses[origin])

    def _write_parameters(self, layer: int) -> None:
        group, delta = self._groups[layer], self._gradients[layer]
        matrix, _, bias = group.operands
        z, varies = self._inputs(group), self._in_rows(group)
        if type(delta.value) is float:  # the derivative to start from, one for each example
            delta = product(delta, self._each)
        w, b = self._parameters[id(matrix)], self._parameters.get(id(bias))
        if varies:
            gradient = product(transposed(z), delta)
        else:
            gradient = z if self._gradients[layer].is_one else product(z, transposed(delta))
        self._finish(matrix, w, added([gradient, *self._besides(group, 0, w)]), group)
        if b is not None:
            gradient = product(transposed(delta), self._each) if varies else delta
            self._finish(bias, b, added([gradient, *self._besides(group, 2, b)]))

    def _besides(self, layer: Group, i: int, parameter: Formula) -> list[Formula]:
        """Return what others hand back to a parameter of a layer, a penalty say, in the parameter's shape."""
        origins = self._origins(layer.operands[i])
        if len(origins) > 1:
            return []
        (source,) = origins
        found = []
        named, self._values[source] = self._values[source], parameter
        for user, k in dict.fromkeys(self._uses[source]):
            if self._groups[user] is not layer and user in self._gradients:
                found += self._handed_back(user, k, source)
        self._values[source] = named
        return found

    def _finish(
        self,
        slots: Sequence[Any],
        parameter: Formula,
        gradient: Formula,
        layer: Group | None = None,
    ) -> None:
        """Write the gradient of a parameter, and its update."""
        flat = self._gathered(slots, self._point.gradients)
        name = derivative(parameter, self._weights(layer, flat) if layer else flat)
        self._written.update(slots)
        self.backward.append(Equation(name, gradient))
        step = subtracted(parameter, product(symbol("η", value=1.0), name))
        self.update.append(Equation(parameter, step, "←"))

    # ------------------------------------------------------------ the gradient of a source

    def _gradient(self, source: int) -> Formula:
        """Return the sum of what each user of a source hands back to it."""
        parts: list[Formula] = []
        for user, i in dict.fromkeys(self._uses[source]):
            group = self._groups[user]
            flows = group.op not in DECISIONS and (group.op != "where" or i > 0)
            if user not in self._monomials and group.reached and flows and user in self._gradients:
                parts += self._handed_back(user, i, source)
        for user, (coefficient, atoms) in self._monomials.items():
            if source in atoms and user not in self._hidden and user in self._gradients:
                slope = self._monomial(coefficient * atoms[source], atoms - Counter({source: 1}))
                part = times(self._gradients[user], slope, single=True)
                parts.append(self._over_examples(part, self._groups[user], source))
        return added(parts) if parts else number(0.0)

    def _handed_back(self, user: int, i: int, source: int) -> list[Formula]:
        group, size = self._groups[user], self._size(source)
        taken = [
            (k, self._places[x][1])
            for k, x in enumerate(group.operands[i])
            if type(x) is int and self._places[x][0] == source
        ]
        places, rows = [k for k, _ in taken], [row for _, row in taken]
        if rows == list(range(size)):
            return [self._over_examples(self._contribution(user, i, places), group, source)]
        if len(set(rows)) == 1:  # one for all
            others = group.operands[1 - i] if group.op == "dot" and i < 2 else ()
            if group.op == "sum" or (others and len({repr(others[k]) for k in places}) == 1):
                part = product(number(float(len(places))), self._contribution(user, i, places[:1]))
            elif len(places) == 1:
                part = self._contribution(user, i, places)
            else:
                part = self._total(self._contribution(user, i, places), len(places), group)
            return [self._at(rows[0], self._over_examples(part, group, source), source)]
        if len(rows) > _SCATTERED:
            raise Untrue("many numbers from here and there")
        single = [self._contribution(user, i, [k]) for k in places]
        over = [self._over_examples(part, group, source) for part in single]
        return [self._at(row, part, source) for row, part in zip(rows, over)]

    def _total(self, part: Formula, count: int, group: Group) -> Formula:
        if type(part.value) is float:
            return product(number(float(count)), part)
        return self._sum(part, count, group)

    def _over_examples(self, part: Formula, group: Group, source: int) -> Formula:
        """Return the sum over the examples, where they share what the contribution goes to."""
        if not self._in_rows(group) or self._place_of(source).batched:
            return part
        if type(part.value) is float:
            if self._per_example.is_one:
                return product(part, symbol("n", value=float(self._point.n)))
            return number(part.value * self._point.n)  # n times 1/n
        if part.value is None or part.value.shape[1] == 1:
            return summed(part)
        return product(transposed(part), self._each)

    def _at(self, row: int, part: Formula, source: int) -> Formula:
        """Return a contribution to one number of a source, as a multiple of a unit vector."""
        size = self._size(source)
        if size == 1:
            return part
        unit = indexed(symbol("e"), str(row), np.eye(size)[:, [row]])
        if not self._in_rows(self._place_of(source)):
            return product(part, unit)
        if type(part.value) is float:
            part = product(part, self._each)
        return product(part, transposed(unit))

    def _some(self, x: Formula, places: list[int], count: int, varies: bool) -> Formula:
        """Return some of the rows of a formula with one for each of `count` operations."""
        if type(x.value) is float or places == list(range(count)) or x.value is None:
            return x
        text = ", ".join(abridged(list(map(str, places)), "…"))
        if varies:
            return indexed(x, f":, {text}", x.value[:, places])
        return indexed(x, text, x.value[places])

    def _contribution(self, user: int, i: int, places: list[int]) -> Formula:
        """Return what a group hands back to some places of its operand i."""
        group, g = self._groups[user], self._gradients[user]
        varies, refs = self._in_rows(group), group.operands[i]
        if user in self._layers:
            if i == 0:
                raise Untrue("weights that are computed")
            if i == 1:
                w = self._matrix(group)
                if type(g.value) is float:
                    g = product(g, self._each if varies else self._ones(1))
                g = product(g, transposed(w)) if varies else product(w, g)
            return self._some(g, places, len(refs), varies)
        if group.length or group.shape:
            return self._to_sequence(user, i, places)
        count = len(group.slots)
        picked = [[x[k] for k in places] for x in group.operands]
        operands = [self._operand(x, varies, group.op == "mul") for x in picked]
        g = self._some(g, places, count, varies)
        out = self._some(self._values[user], places, count, varies)
        return _through(group.op, i, g, operands, out, len(places) == 1)

    def _to_sequence(self, user: int, i: int, places: list[int]) -> Formula:
        group, g = self._groups[user], self._gradients[user]
        varies, count = self._in_rows(group), len(places)
        if group.op == "dot" and i == 2:
            return g
        if count > 1 and type(g.value) is not float:  # the same for all
            spread = self._repeated(g, count, varies)
        elif count > 1 and group.op == "sum":
            many = self._ones(count)
            shape = product(self._each, transposed(many)) if varies else many
            spread = product(g, shape)
        else:
            spread = g
        if group.op == "sum":
            return spread
        if group.op == "dot":
            other = self._operand([group.operands[1 - i][k] for k in places], varies, factor=True)
        else:
            x = self._operand(group.operands[0], varies)
            axis = 1 if varies else 0
            value = np.exp(x.value - np.logaddexp.reduce(x.value, axis=axis, keepdims=True))
            soft = applied("softmax", r"\operatorname{softmax}", x, value)
            other = self._some(soft, places, len(group.operands[0]), varies)
        if varies or count == 1:
            return times(spread, other, single=count == 1)
        return product(other, g) if type(g.value) is not float else product(g, other)


def _through(
    op: str, i: int, g: Formula, operands: list[Formula], out: Formula, single: bool
) -> Formula:
    """Return g times the slope of an operation by its operand i."""

    def scaled(slope: Formula) -> Formula:
        return times(g, slope, single)

    x = operands[0]
    if op == "add" or (op == "sub" and i == 0):
        return g
    if op in ("sub", "neg"):
        return negated(g)
    if op == "mul":
        return scaled(operands[1 - i])
    if op == "div":
        over = quotient(g if i == 0 else scaled(out), operands[1])
        return over if i == 0 else negated(over)
    if op == "pow" and i == 0:
        y = operands[1]
        less = subtracted(y, ONE) if type(y.value) is not float else number(y.value - 1.0)
        return scaled(times(y, raised(x, less), single))
    if op == "pow":
        return scaled(times(out, called("log", [x], np.log), single))
    if op == "reciprocal":
        return scaled(negated(squared(out)))
    if op == "where":
        chosen = operands[0] if i == 1 else called("not", operands[:1], np.logical_not)
        return scaled(Formula(f"[{chosen.text}]", f"[{chosen.latex}]", chosen.value * 1.0))
    if op == "exp":
        return scaled(out)
    if op == "square":
        return scaled(product(number(2.0), x))
    if op == "tanh":  # as on slides; computed as 1/cosh², which keeps its digits in saturation
        return scaled(subtracted(ONE, called("tanh²", [x], lambda x: np.tanh(x) ** 2)))
    prime = "′" if len(operands) == 1 else f"′{'₁₂₃'[i]}"
    rule = TABLE[op].partials[i]
    name = TABLE[op].symbol + prime
    return scaled(
        called(name, operands, lambda *xs: slopes_of(rule, [*xs, out.value]), always=True)
    )
