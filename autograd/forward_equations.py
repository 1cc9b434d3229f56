"""The matrix form of a recorded function: names in the symbols of the usual lecture, and formulas.

Columns Z of activations, W with a row for each input and a column for each unit, A = Wᵀ Z. For a batch,
with one example a row, Z stands on the left: A = Z W.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd.blocks import Block
from autograd.formula import (
    ONES,
    Formula,
    added,
    applied,
    called,
    elementwise,
    indexed,
    joined,
    negated,
    number,
    product,
    quotient,
    raised,
    squared,
    symbol,
    transposed,
)
from autograd.grouping import Group, Grouping
from autograd.primitives import TABLE
from autograd.recording import DECISIONS


class Equation(NamedTuple):
    """left = right, the shape of both, and a remark."""

    left: Formula
    right: Formula
    shape: str = ""
    sign: str = "="


class Forward:
    """The names of values, and the formulas that compute them.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        rows: whether to write one example a row, as for a batch, instead of one column.
    """

    def __init__(self, grouping: Grouping, blocks: Sequence[Block], rows: bool) -> None:
        self._places, self._blocks, self._rows = grouping.places, blocks, rows
        self._groups = dict(enumerate(grouping.groups, len(blocks)))
        self._result = None if isinstance(grouping.result, list) else self._source(grouping.result)
        self._uses: dict[int, list[tuple[int, int]]] = {source: [] for source in self._groups}
        self._uses |= {source: [] for source in range(len(blocks))}
        for source, group in self._groups.items():
            for i, refs in enumerate(group.operands):
                for origin in self._origins(refs):
                    self._uses[origin].append((source, i))
        self._layers = [source for source, group in self._groups.items() if group.shape]
        self._monomials: dict[int, tuple[float, Counter[int]]] = {}
        self._values: dict[int, Formula] = {}
        self._hidden: set[int] = set()  # written where they are used, not in a line of their own
        self.given: list[Equation] = []
        self.forward: list[Equation] = []
        self._parameters: dict[int, Formula] = {}  # by the id of the operand
        self._name_all()
        self._write_forward()

    # ------------------------------------------------------------ names

    def _source(self, x: Any) -> int | None:
        return self._places[x][0] if type(x) is int else None

    def _origins(self, refs: Iterable[Any]) -> list[int]:
        return list(dict.fromkeys(self._places[x][0] for x in refs if type(x) is int))

    def _size(self, source: int) -> int:
        if source < len(self._blocks):
            return len(self._blocks[source].slots)
        return len(self._groups[source].slots)

    def _name_all(self) -> None:
        for source, block in enumerate(self._blocks):
            name = block.name.upper() if self._rows and block.batched else block.name
            self._values[source] = symbol(name)
        for count, (source, group) in enumerate(self._groups.items(), 1):
            label = next((label for label in group.labels if label), "")
            self._values[source] = symbol(label or ("L" if source == self._result else f"v{count}"))
        for layer, source in enumerate(self._layers, 1):
            self._name_layer(layer, source)
        self._find_monomials()

    def _name_layer(self, layer: int, source: int) -> None:
        group = self._groups[source]
        matrix, inputs, bias = group.operands
        units, columns, length = group.shape or (0, 0, 0)
        for refs, name, shape in ((matrix, "W", f"{length}×{units}"), (bias, "b", f"{units}×1")):
            if self._given(refs):
                self._parameters[id(refs)] = parameter = symbol(name, layer)
                turned = name == "W" and self._turned(group)
                self.given.append(Equation(parameter, self._found(refs, turned), shape))
        origins = self._origins(inputs)
        if layer == 1 and self._given(inputs) and sum(map(self._size, origins)) == len(inputs):
            self._parameters[id(inputs)] = z = symbol("X") if self._rows else symbol("Z", 1)
            shape = f"n×{length}" if self._rows else f"{length}×{columns}"
            names = [symbol(self._blocks[origin].name) for origin in origins]
            found = names[0] if len(names) == 1 else _stacked(names, beside=self._rows)
            self.given.insert(0, Equation(z, found, shape))
            if len(origins) == 1:
                self._values[origins[0]] = z
        activation = self._activation(source)
        if activation is not None:
            self._values[source] = symbol("A", layer)
            self._values[activation] = symbol("Z", layer + 1)
        elif source == self._layers[-1]:
            self._values[source] = symbol("Ŷ" if self._rows else "ŷ")
        else:
            self._values[source] = symbol("A", layer)

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
        return len(origins) == 1 or list(refs) == whole

    def _turned(self, group: Group) -> bool:
        """Tell whether the weights lie in the arguments with a row for each unit, not for each input."""
        units, _, length = group.shape or (0, 0, 0)
        first, *others = [self._blocks[origin] for origin in self._origins(group.operands[0])]
        if others:
            return units > 1 and not group.by_inputs
        if 1 in (units, length):  # both lie alike in memory: the shape tells
            return first.shape == (units, length) != (1, 1)
        return len(first.shape) > 1 and not group.by_inputs

    def _found(self, refs: Sequence[Any], turned: bool) -> Formula:
        """Return where a parameter lies in the arguments."""
        blocks = [self._blocks[origin] for origin in self._origins(refs)]
        if len(blocks) > 1:
            names = [symbol(block.name) for block in blocks]
            found = _stacked(names)
        else:
            rows = [self._places[x][1] for x in refs if type(x) is int]
            part = f"[{min(rows)}:{max(rows) + 1}]" if len(set(rows)) < len(blocks[0].slots) else ""
            found = symbol(blocks[0].name + part)
        return transposed(found) if turned else found

    def _matrix(self, group: Group) -> Formula:
        """Return the weights of a layer, a row for each input."""
        refs = group.operands[0]
        found = self._operand(refs)
        return self._parameters.get(id(refs)) or (found if group.by_inputs else transposed(found))

    def _inputs(self, group: Group) -> Formula:
        """Return the inputs of a layer, as rows where the batch stands in rows."""
        refs = group.operands[1]
        z = self._operand(refs)
        if len(refs) > 1 and len(set(map(repr, refs))) == 1:  # one number for all
            return product(z, transposed(ONES)) if self._rows else product(ONES, z)
        return self._parameters.get(id(refs)) or z

    def _bias(self, group: Group) -> Formula | None:
        """Return the bias of a layer; None if it has none."""
        refs = group.operands[2]
        if all(x == 0.0 and type(x) is float for x in refs):
            return None
        return self._parameters.get(id(refs)) or self._operand(refs)

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
                factor, inner = self._monomials.get(origin, (1.0, Counter({origin: 1})))
                coefficient *= factor
                atoms += inner
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

    def _operand(self, refs: Sequence[Any]) -> Formula:
        origins = self._origins(refs)
        if not origins:
            return number(refs[0]) if len(set(map(repr, refs))) == 1 else symbol("constants")
        if len(origins) > 1 or not all(type(x) is int for x in refs):
            return _stacked([self._values[origin] for origin in origins])
        (origin,) = origins
        value, places = self._values[origin], [self._places[x][1] for x in refs]
        if places == list(range(self._size(origin))) or self._size(origin) == 1:
            return value
        if len(set(places)) == 1:
            return indexed(value, str(places[0] + 1))
        return indexed(value, "…")

    def _formula(self, source: int) -> Formula:
        group = self._groups[source]
        if source in self._monomials:
            return self._monomial(*self._monomials[source])
        operands = [self._operand(refs) for refs in group.operands]
        single = len(group.slots) == 1
        if group.shape:
            w, b, z = self._matrix(group), self._bias(group), self._inputs(group)
            out = product(z, w) if self._rows else product(transposed(w), z)
            if b is None:
                return out
            shared = self._rows and id(group.operands[2]) in self._parameters
            return added([out, product(ONES, transposed(b)) if shared else b])
        if group.op in ("add", "sub"):
            signs = (" + ", " + ") if group.op == "add" else (" − ", " - ")
            return joined(operands, *signs, 4)
        if group.op == "mul":
            return product(*operands) if single else elementwise(*operands)
        if group.op == "div":
            return quotient(*operands)
        if group.op in ("dot", "sum"):
            inside = elementwise(*operands[:2]) if group.op == "dot" else operands[0]
            total = applied("Σ", r"\sum", inside)
            bias = operands[2:]
            return added([total, *(x for x in bias if x != number(0.0))])
        if group.op in DECISIONS:
            return joined(operands, f" {group.op} ", f" {group.op} ", 2)
        if group.op == "square":
            return squared(operands[0])
        if group.op == "neg":
            return negated(operands[0])
        if group.op == "pow":
            return raised(*operands)
        return called(TABLE[group.op].symbol, operands)

    def _monomial(self, coefficient: float, atoms: Counter[int]) -> Formula:
        out = number(coefficient)
        for atom, times in atoms.items():
            power = self._values[atom] if times == 1 else squared(self._values[atom], times)
            out = product(out, power)
        return out

    def _write_forward(self) -> None:
        for source, group in self._groups.items():
            if source not in self._hidden:
                left, right = self._values[source], self._formula(source)
                self.forward.append(Equation(left, right, self._shape(group)))

    def _shape(self, group: Group) -> str:
        if group.shape and group.shape[1] > 1:
            return f"{group.shape[0]}×{group.shape[1]}"
        if self._rows:
            return f"{'n' if group.batched else 1}×{len(group.slots)}"
        return f"{len(group.slots)}×1"


def _stacked(parts: Sequence[Formula], beside: bool = False) -> Formula:
    """Return a column made of parts; or a row for each example, with the parts beside one another."""
    shown = parts if len(parts) < 5 else [*parts[:2], symbol("…"), parts[-1]]
    between = ", " if beside else "; "
    inner = joined(shown, between, between, 0)
    return Formula(f"[{inner.text}]", f"[{inner.latex}]")
