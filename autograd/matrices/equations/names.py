"""How the sources are written, in the symbols of the usual lecture.

Columns Z of activations, W with a row for each input and a column for each unit, A = Wᵀ Z. For a batch, with one
example a row, Z stands on the left: A = Z W.
"""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from autograd.matrices.equations.formula import (
    Equation,
    Formula,
    Untrue,
    abridged,
    listed,
    number,
    ones,
    symbol,
)
from autograd.matrices.equations.given import given, is_given, weights_given
from autograd.matrices.equations.operations import operation
from autograd.matrices.equations.sources import Sources
from autograd.matrices.grouping import Group

_LARGEST = 1000  # exponent of a power


@dataclass(frozen=True, eq=False)
class Layer:
    """A matrix product with weights among the arguments.

    Attributes:
        index: 1 for the first layer, "" for the last.
        group: the product.
        activation: the source of the function that alone uses it, one number for each unit.
        w: the weights, with a row for each input.
        b: the biases, if they are arguments.
        x: the inputs, if they are arguments and this is the first layer.
    """

    index: int | str
    group: Group
    activation: int | None
    w: Formula
    b: Formula | None
    x: Formula | None


class Names:
    """How the sources are written: most by a name, some by a formula wherever they are used.

    Args:
        sources: the sources.
        layered: whether matrix products are layers of a network, with weights W and activations Z.
        mean: whether the result is the mean over the examples.

    Attributes:
        mean: whether it is, and the examples are in rows.
        written: for each source its name, or the difference of two numbers that it is: ŷ − y.
        given: where the parameters of the layers lie in the arguments.
        layers: the layers by their source.
        monomials: for each product of single numbers its coefficient, and the powers of its factors: 0.5·e·e is 0.5 e².
        inlined: the groups that have no line of their own.
    """

    def __init__(self, sources: Sources, layered: bool, mean: bool) -> None:
        self.sources, self.mean = sources, mean and sources.n is not None
        self.written = {
            source: symbol(name, value=sources.value(source)) for source, name in _named(sources)
        }
        self.given: list[Equation] = []
        found = [x for x, group in sources.groups.items() if layered and _is_layer(sources, group)]
        self.layers = {x: self._layer(x, i, x == found[-1]) for i, x in enumerate(found, 1)}
        self.monomials = _monomials(sources)
        self.inlined: set[int] = set()
        for source, group in sources.groups.items():
            users = sources.users(source)
            if source == sources.result or not users:
                continue
            if group.op in ("add", "sub") and len(group.slots) == 1 and not any(group.labels):
                varies = sources.in_rows(source)
                operands = [self.operand(refs, varies) for refs in group.operands]
                self.written[source] = operation(group.op, operands)
                self.inlined.add(source)
            elif source in self.monomials and users <= {*self.monomials}:
                self.inlined.add(source)

    def _layer(self, source: int, number: int, last: bool) -> Layer:
        """Name a layer, what it is made of, and its activation."""
        sources, group = self.sources, self.sources.groups[source]
        matrix, inputs, bias = group.operands
        w = symbol("W", number, weights_of(group, sources.values(matrix)))
        self.given.append(weights_given(sources, w, group))
        b = x = None
        if is_given(sources, bias):
            b = symbol("b", number, sources.values(bias))
            self.given.append(given(sources, b, bias))
        among = sources.among(inputs)
        whole = sum(map(sources.size, among)) == len(inputs)
        alike = len({*map(sources.batched, among)}) == 1
        if number == 1 and whole and alike and is_given(sources, inputs):
            value = sources.values(inputs)
            x = symbol("X", value=value) if sources.n else symbol("Z", 1, value)
            self.given.insert(0, given(sources, x, inputs))
            if len(among) == 1:
                self.written[among[0]] = x
        activation = _activation(sources, source)
        if activation is not None:
            self._rename(activation, "Z", number + 1)
        if last and activation is None:
            self._rename(source, "Ŷ" if sources.n else "ŷ")
        else:
            self._rename(source, "A", number)
        return Layer("" if last else number, group, activation, w, b, x)

    def _rename(self, source: int, name: str, index: int | str = "") -> None:
        self.written[source] = symbol(name, index, self.written[source].value)

    def calling(self, source: int, name: Formula) -> "Names":
        """Return the same names but for one."""
        names = copy(self)
        names.written = {**self.written, source: name}
        return names

    @property
    def each(self) -> Formula:
        """A column with a one for each example."""
        return ones(self.sources.n or 1)

    def monomial(self, coefficient: float, atoms: Counter[int]) -> Formula:
        out = number(coefficient)
        for atom, power in atoms.items():
            out *= self.written[atom] if power == 1 else self.written[atom] ** power
        return out

    # ------------------------------------------------------------ operands

    def operand(self, refs: Sequence[Any], varies: bool, factor: bool = False) -> Formula:
        """Return an operand of a group.

        Args:
            refs: its slots and constants.
            varies: whether the group stands in rows, one for each example.
            factor: whether a single number that all examples share may stay what it is.
        """
        count = len(refs)
        if len({*map(repr, refs)}) == 1:
            if type(refs[0]) is not int:
                return number(float(refs[0]))
            if count > 1:  # one for all
                return repeated(self.operand(refs[:1], varies), count, varies)
        x = self._stack(refs)
        if varies and not self.sources.any_in_rows(refs) and not (factor and count == 1):
            return self.each @ (x.T if count > 1 else x)
        return x

    def _stack(self, refs: Sequence[Any]) -> Formula:
        """Return numbers of one source, or of several, one below the other."""
        varies, parts = self.sources.any_in_rows(refs), []
        for source, run in groupby(refs, self.sources.of):
            some = [*run]
            if source is None:
                parts += [number(float(x)) for x in some]
            elif len(set(some)) < len(some):  # some of them twice
                parts += [self._part(source, [x], varies and len(refs) > 1) for x in some]
            else:
                parts.append(self._part(source, some, varies and len(some) < len(refs)))
        if len(parts) == 1:
            return parts[0]
        return listed(parts, ", " if varies else "; ", self.sources.values(refs))

    def _part(self, source: int, refs: Sequence[Any], beside_rows: bool) -> Formula:
        """Return numbers of one source, in rows if those beside them are."""
        part, places = self.written[source], self.sources.places(refs)
        if places != [*range(self.sources.size(source))]:
            part = part.part(self._index(source, places), self.sources.values(refs))
        if beside_rows and not self.sources.in_rows(source):
            part = self.each @ (part.T if len(refs) > 1 else part)
        return part

    def _index(self, source: int, places: list[int]) -> str:
        """Return an index as Python writes it, counted from 0."""
        block, first = self.sources.blocks.get(source), places[0]
        if block is not None and len(block.shape) > 1 and not block.batched:
            if len(places) > 1 or len(block.shape) > 2:
                raise Untrue("part of a matrix")
            return "][".join(map(str, divmod(first, block.shape[1])))
        text = index(places)
        if len(places) > 1 and places == [*range(first, first + len(places))]:
            text = f"{first}:{first + len(places)}"
        return f":, {text}" if self.sources.in_rows(source) else text


def repeated(x: Formula, count: int, varies: bool) -> Formula:
    """Return one number, for each example if it varies, so many times."""
    return x @ ones(count).T if varies else ones(count) @ x


def index(places: Sequence[int]) -> str:
    return ", ".join(abridged([*map(str, places)], "…"))


def weights_of(group: Group, flat: Any) -> Any:
    """Return the weights of a layer, or their gradients, as a matrix with a row for each input."""
    units, _, length = group.shape or (0, 0, 0)
    return flat.reshape(length, units) if group.by_inputs else flat.reshape(units, length).T


def _named(sources: Sources) -> list[tuple[int, str]]:
    """Return the name of each source, none of them twice: the argument's, a label, L for the result, v1, v2, …"""
    arguments = {block.name for block in sources.blocks.values()}
    taken, named = {*arguments}, []
    for source, block in sources.blocks.items():
        name = block.name
        if sources.in_rows(source) and name.upper() not in arguments - {name}:
            name = name.upper()
            taken.add(name)
        named.append((source, f"vec {name}" if len(block.shape) > 1 else name))
    for count, (source, group) in enumerate(sources.groups.items(), 1):
        label = next(filter(None, group.labels), "")
        wishes = [label, "L" if source == sources.result else "", f"v{count}", f"u{count}"]
        name = next((wish for wish in wishes if wish and wish not in taken), f"group {count}")
        taken.add(name)
        named.append((source, name))
    return named


def _is_layer(sources: Sources, group: Group) -> bool:
    """Tell whether a matrix product is that of weights among the arguments and other numbers."""
    if group.shape is None or group.shape[1] > 1:
        return False
    matrix, inputs, bias = group.operands
    others = {*sources.among(inputs), *sources.among(bias)}
    return is_given(sources, matrix) and others.isdisjoint(sources.among(matrix))


def _activation(sources: Sources, layer: int) -> int | None:
    """Return the only user of a layer, if it is a function of one number for each unit."""
    users = sources.users(layer)
    if len(users) != 1:
        return None
    (user,) = users
    group = sources.groups[user]
    whole = len(group.slots) == sources.size(layer)
    return user if whole and len(group.operands) == 1 and not group.length else None


def _monomials(sources: Sources) -> dict[int, tuple[float, Counter[int]]]:
    found: dict[int, tuple[float, Counter[int]]] = {}
    for source, group in sources.groups.items():
        if len(group.slots) > 1 or group.op not in ("mul", "square", "neg"):
            continue
        factors = [refs[0] for refs in group.operands * (2 if group.op == "square" else 1)]
        if any(sources.size(source) > 1 for source in sources.among(factors)):
            continue
        coefficient, atoms = -1.0 if group.op == "neg" else 1.0, Counter[int]()
        for x in factors:
            origin = sources.of(x)
            if origin is None:
                coefficient *= x
            else:
                factor, inner = found.get(origin, (1.0, Counter({origin: 1})))
                coefficient *= factor
                atoms += inner
        if sum(atoms.values()) < _LARGEST:
            found[source] = coefficient, atoms
    return found
