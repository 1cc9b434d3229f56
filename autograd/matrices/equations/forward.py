"""The matrix form of a recorded function: names in the symbols of the usual lecture, and formulas.

Columns Z of activations, W with a row for each input and a column for each unit, A = Wᵀ Z. For a batch,
with one example a row, Z stands on the left: A = Z W.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.matrices.arguments import Block
from autograd.matrices.equations.formula import (
    ONE,
    Formula,
    Untrue,
    added,
    alike,
    applied,
    called,
    elementwise,
    indexed,
    joined,
    listed,
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
from autograd.matrices.equations.operands import Operands, Point
from autograd.matrices.grouping import Group, Grouping
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS


@dataclass(frozen=True, eq=False)
class Equation:
    """left = right; or left ← right, an assignment."""

    left: Formula
    right: Formula
    sign: str = "="

    def holds(self) -> bool:
        """Tell whether both sides are the same matrix at the point."""
        left, right = self.left.value, self.right.value
        if right is None or (type(right) is not float and right.shape != left.shape):
            return False
        return bool(np.allclose(left, right, rtol=1e-9, atol=1e-12))


class Forward(Operands):
    """The names of values, and the formulas that compute them.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        point: where the formulas have numbers.
        rows: whether to write one example a row, as for a batch, instead of one column.
        layered: whether matrix products are layers of a network, with weights W and activations Z.
    """

    def __init__(
        self, grouping: Grouping, blocks: Sequence[Block], point: Point, rows: bool, layered: bool
    ) -> None:
        super().__init__(grouping, blocks, point, rows)
        self._result = None if isinstance(grouping.result, list) else self._source(grouping.result)
        self._uses: dict[int, list[tuple[int, int]]] = {
            source: [] for source in range(len(blocks) + len(self._groups))
        }
        for source, group in self._groups.items():
            for i, refs in enumerate(group.operands):
                for origin in self._origins(refs):
                    self._uses[origin].append((source, i))
        self._layers = [s for s, group in self._groups.items() if layered and self._is_layer(group)]
        self._monomials: dict[int, tuple[float, Counter[int]]] = {}
        self._hidden: set[int] = set()  # written where they are used, not in a line of their own
        self.given: list[Equation] = []
        self.forward: list[Equation] = []
        self._parameters: dict[int, Formula] = {}  # by the id of the operand
        self._name_all()
        self._write_forward()

    # ------------------------------------------------------------ names

    def _name_all(self) -> None:
        values = self._point.values
        arguments = {block.name for block in self._blocks}
        taken = set(arguments)
        for source, block in enumerate(self._blocks):
            name = block.name
            if self._in_rows(block) and name.upper() not in arguments - {name}:
                name = name.upper()
                taken.add(name)
            if len(block.shape) > 1:
                name = f"vec {name}"
            self._values[source] = symbol(name, value=self._turned_to_rows(source, values[source]))
        for count, (source, group) in enumerate(self._groups.items(), 1):
            label = next((label for label in group.labels if label), "")
            wishes = [label, "L" if source == self._result else "", f"v{count}", f"u{count}"]
            name = next((wish for wish in wishes if wish and wish not in taken), f"group {count}")
            taken.add(name)
            self._values[source] = symbol(name, value=self._turned_to_rows(source, values[source]))
        for layer, source in enumerate(self._layers, 1):
            self._name_layer(layer, source)
        self._find_monomials()

    def _is_layer(self, group: Group) -> bool:
        """Tell whether a matrix product is that of weights among the arguments and other numbers."""
        if group.shape is None or group.shape[1] > 1:
            return False
        matrix, inputs, bias = group.operands
        others = {*self._origins(inputs), *self._origins(bias)}
        return self._given(matrix) and not others.intersection(self._origins(matrix))

    def _name_layer(self, layer: int, source: int) -> None:
        group = self._groups[source]
        matrix, inputs, bias = group.operands
        self._parameters[id(matrix)] = w = symbol(
            "W", layer, self._weights(group, self._true(matrix))
        )
        several_units = len(group.slots) > 1
        self.given.append(self._write_given(w, matrix, self._turned(group), several_units))
        if self._given(bias):
            self._parameters[id(bias)] = b = symbol("b", layer, self._true(bias))
            self.given.append(self._write_given(b, bias))
        origins = self._origins(inputs)
        whole = sum(map(self._size, origins)) == len(inputs)
        alike = len({self._place_of(origin).batched for origin in origins}) == 1
        if layer == 1 and self._given(inputs) and whole and alike:
            z = symbol("X" if self._rows else "Z", "" if self._rows else 1, self._true(inputs))
            self._parameters[id(inputs)] = z
            self.given.insert(0, self._write_given(z, inputs))
            if len(origins) == 1:
                self._values[origins[0]] = z
        activation = self._activation(source)
        if activation is not None:
            self._rename(source, "A", layer)
            self._rename(activation, "Z", layer + 1)
        elif source == self._layers[-1]:
            self._rename(source, "Ŷ" if self._rows else "ŷ")
        else:
            self._rename(source, "A", layer)

    def _rename(self, source: int, name: str, index: int | str = "") -> None:
        self._values[source] = symbol(name, index, self._values[source].value)

    def _weights(self, group: Group, flat: Any) -> Any:
        """Return the weights of a layer, or their gradients, as a matrix with a row for each input."""
        units, _, length = group.shape or (0, 0, 0)
        return flat.reshape(length, units) if group.by_inputs else flat.reshape(units, length).T

    def _activation(self, source: int) -> int | None:
        """Return the only user of a layer, if it is a function of one number for each unit."""
        users = {user for user, _ in self._uses[source]}
        if len(users) != 1:
            return None
        (user,) = users
        group = self._groups[user]
        whole = len(group.slots) == self._size(source)
        return user if whole and len(group.operands) == 1 and not group.length else None

    def _given(self, refs: Sequence[Any]) -> bool:
        """Tell whether a parameter lies in one argument, or is made of whole ones, one below the other."""
        origins = self._origins(refs)
        if not origins or max(origins) >= len(self._blocks):
            return False
        whole = [slot for origin in origins for slot in self._blocks[origin].slots]
        return all(type(x) is int for x in refs) and (len(origins) == 1 or list(refs) == whole)

    def _turned(self, group: Group) -> bool:
        """Tell whether the weights lie in the arguments with a row for each unit, not for each input."""
        units, _, length = group.shape or (0, 0, 0)
        first, *others = [self._blocks[origin] for origin in self._origins(group.operands[0])]
        if others:
            return units > 1 and not group.by_inputs
        if 1 in (units, length):  # both lie alike in memory: the shape tells
            return first.shape == (units, length) != (1, 1)
        return len(first.shape) > 1 and not group.by_inputs

    def _write_given(
        self, left: Formula, refs: Sequence[Any], turned: bool = False, rows: bool = False
    ) -> Equation:
        found = self._found(refs, turned, rows)
        if found.text != left.text:
            found = self._found(refs, turned, rows, marked=True)
        return Equation(left, found)

    def _found(
        self, refs: Sequence[Any], turned: bool, rows: bool, marked: bool = False
    ) -> Formula:
        """Return where a parameter or an input lies in the arguments.

        Args:
            refs: its slots.
            turned: whether the arguments have a row for each unit.
            rows: whether each of several arguments is a row of a matrix.
            marked: as for `_as_given`.
        """
        origins = self._origins(refs)
        parts = [self._as_given(origin, marked) for origin in origins]
        if len(parts) > 1:
            if any(len(self._blocks[origin].shape) > 1 for origin in origins):
                raise Untrue("several matrices")
            beside = self._varies(refs)
            stacked = [x.value.reshape(1, -1) if rows else x.value for x in parts]
            value = np.concatenate(stacked, axis=int(beside))
            found = listed(parts, ", " if beside else "; ", value)
        else:
            places = [self._places[x][1] for x in refs]
            (found,) = parts
            if sorted(places) != list(range(self._size(origins[0]))):
                found = self._slice(origins[0], found, places)
        return transposed(found) if turned else found

    def _as_given(self, origin: int, marked: bool) -> Formula:
        """Return an argument in its own shape; a list of numbers is a column.

        Args:
            origin: the block.
            marked: whether a name that a layer's symbol may have, too, is told from that.
        """
        block, matrix = self._blocks[origin], self._point.values[origin]
        if not (self._in_rows(block)):
            shape = block.shape if len(block.shape) == 2 else (len(block.slots), 1)
            matrix = matrix.reshape(shape).T
        found = symbol(block.name, value=matrix.T)
        if marked and re.fullmatch(r"[WbZA]\d+|X", block.name):
            latex = rf"{found.latex}\text{{ as given}}"
            return replace(found, text=f"{found.text} as given", latex=latex, binding=0)
        return found

    def _slice(self, origin: int, found: Formula, places: list[int]) -> Formula:
        """Return consecutive numbers, or rows, of an argument."""
        first, last = min(places), max(places) + 1
        shape = self._blocks[origin].shape
        width = shape[1] if len(shape) == 2 else 1
        if (
            len(places) != last - first
            or first % width
            or last % width
            or self._blocks[origin].batched
        ):
            raise Untrue("numbers from here and there")
        a, b = first // width, last // width
        return indexed(found, f"{a}" if width > 1 and b == a + 1 else f"{a}:{b}", found.value[a:b])

    def _matrix(self, group: Group) -> Formula:
        """Return the weights of a layer, a row for each input."""
        return self._parameters[id(group.operands[0])]

    def _inputs(self, group: Group) -> Formula:
        """Return the inputs of a layer, as rows where the batch stands in rows."""
        refs = group.operands[1]
        known = self._parameters.get(id(refs))
        return known or self._operand(refs, self._in_rows(group))

    def _find_monomials(self) -> None:
        """Find products of single numbers, and write them as powers: 0.5·e·e is 0.5 e²."""
        for source, group in self._groups.items():
            if len(group.slots) > 1 or group.op not in ("mul", "square", "neg"):
                continue
            coefficient, atoms = (-1.0 if group.op == "neg" else 1.0), Counter[int]()
            for refs in group.operands * (2 if group.op == "square" else 1):
                origin = self._source(refs[0])
                if origin is None:
                    coefficient *= refs[0]
                    continue
                if self._size(origin) > 1:
                    break
                factor, inner = self._monomials.get(origin, (1.0, Counter({origin: 1})))
                coefficient *= factor
                atoms += inner
            else:
                self._monomials[source] = coefficient, atoms
        for source, group in self._groups.items():
            users = {user for user, _ in self._uses[source]}
            if source == self._result or not users:
                continue
            difference = len(group.slots) == 1 and group.op in ("add", "sub")
            if difference and not any(group.labels):
                self._values[source] = self._formula(source)
                self._hidden.add(source)
            elif source in self._monomials and users <= set(self._monomials):
                self._hidden.add(source)

    # ------------------------------------------------------------ forward

    def _formula(self, source: int) -> Formula:
        group = self._groups[source]
        if source in self._monomials:
            return self._monomial(*self._monomials[source])
        varies = self._in_rows(group)
        if source in self._layers:
            w, z = self._matrix(group), self._inputs(group)
            out = product(z, w) if varies else product(transposed(w), z)
            bias = group.operands[2]
            if all(x == 0.0 and type(x) is float for x in bias):
                return out
            b = self._parameters.get(id(bias))
            if b is None:
                return added([out, self._operand(bias, varies)])
            return added([out, product(self._each, transposed(b)) if varies else b])
        operands = [self._operand(refs, varies, group.op == "mul") for refs in group.operands]
        if group.length or group.shape:
            return self._of_sequence(group, operands)
        return _of_numbers(group.op, operands, len(group.slots) == 1)

    def _of_sequence(self, group: Group, operands: list[Formula]) -> Formula:
        if len(group.slots) > 1:
            raise Untrue("several sums at once")
        if group.op == "logsumexp":
            (x,) = operands
            axis = 1 if self._in_rows(group) else 0
            value = x.value
            if value is not None:
                value = np.logaddexp.reduce(value, axis=axis, keepdims=True)
            return applied("logsumexp", r"\operatorname{logsumexp}", x, value)
        terms = group.operands[:2]
        if all(len(set(map(repr, refs))) == 1 for refs in terms):  # the same again and again
            one = [self._operand(refs[:1], self._in_rows(group), True) for refs in terms]
            again = number(float(len(terms[0])))
            total = product(again, times(one[0], one[1], single=True) if one[1:] else one[0])
            return added([total, *_but_zero(operands[2:])])
        inside = operands[0] if group.op != "dot" else times(operands[0], operands[1], single=False)
        total = self._sum(inside, group.length, group)
        return added([total, *_but_zero(operands[2:])])

    def _sum(self, x: Formula, count: int, group: Group) -> Formula:
        """Return the sum of so many numbers: Σ of a column, or a product with ones if examples are rows."""
        return product(x, self._ones(count)) if self._in_rows(group) else summed(x)

    def _monomial(self, coefficient: float, atoms: Counter[int]) -> Formula:
        out = number(coefficient)
        for atom, power in atoms.items():
            factor = self._values[atom]
            out = times(out, factor if power == 1 else squared(factor, power), single=True)
        return out

    def _write_forward(self) -> None:
        for source in self._groups:
            if source not in self._hidden:
                self.forward.append(Equation(self._values[source], self._formula(source)))


def _but_zero(terms: Sequence[Formula]) -> list[Formula]:
    return [x for x in terms if x.value is None or type(x.value) is not float or x.value]


def times(x: Formula, y: Formula, single: bool) -> Formula:
    """Return a product of numbers, each a single one or one for each example, or of matrices element by element."""
    if type(x.value) is float or type(y.value) is float:
        return product(x, y)
    out = product(x, y) if single else elementwise(x, y)
    return elementwise(x, y) if out.value is None else out


def _of_numbers(op: str, operands: list[Formula], single: bool) -> Formula:
    """Return an operation on numbers, element by element."""
    if op == "add":
        return added(operands)
    if op == "sub":
        return subtracted(*operands)
    if op == "mul":
        return times(operands[0], operands[1], single)
    if op == "div":
        return quotient(*operands)
    if op == "reciprocal":
        return quotient(ONE, operands[0])
    if op == "~":
        return called("not", operands, np.logical_not)
    if op in DECISIONS:
        decide = {"&": np.logical_and, "|": np.logical_or}.get(op, DECISIONS[op])
        latex = {"&": r" \land ", "|": r" \lor ", "<=": r" \le ", ">=": r" \ge ", "!=": r" \ne "}
        return joined(operands, f" {op} ", latex.get(op, f" {op} "), 2, alike(decide, *operands))
    if op == "square":
        return squared(operands[0])
    if op == "neg":
        return negated(operands[0])
    if op == "pow":
        return raised(*operands)
    return called(TABLE[op].symbol, operands, lambda *xs: TABLE[op].on_arrays(np, *xs))
