"""The matrix form of a recorded function, written out: forward, backward, update.

The symbols are those of the usual lecture: columns Z of activations, W with a row for each input and a
column for each unit, A = Wᵀ Z, and δ, the error at A. For a batch, with one example a row, Z stands on
the left: A = Z W.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from autograd.formula import (
    ONE,
    ONES,
    PER_EXAMPLE,
    Formula,
    added,
    applied,
    called,
    derivative,
    indexed,
    elementwise,
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


class Argument(Protocol):
    """What is to be known of a block of the arguments."""

    @property
    def name(self) -> str: ...
    @property
    def slots(self) -> range: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def batched(self) -> bool: ...


class Equations:
    """The equations of a grouping.

    Args:
        grouping: the groups.
        blocks: the blocks of the arguments.
        rows: whether to write one example a row, as for a batch, instead of one column.
        mean: whether the result is the mean over the examples.
    """

    def __init__(
        self, grouping: Grouping, blocks: Sequence[Argument], rows: bool = False, mean: bool = False
    ) -> None:
        self._places, self._blocks, self._rows, self._mean = grouping.places, blocks, rows, mean
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
        self.backward: list[Equation] = []
        self.update: list[Equation] = []
        self._parameters: dict[int, Formula] = {}
        self._name_all()
        self._write_forward()
        if self._result in self._groups:
            self._write_backward()

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
            origins = self._origins(refs)
            if len(origins) == 1 and origins[0] < len(self._blocks):
                self._parameters[id(refs)] = parameter = symbol(name, layer)
                self.given.append(Equation(parameter, self._found(refs), shape))
        origins = self._origins(inputs)
        if layer == 1 and len(origins) == 1 and origins[0] < len(self._blocks):
            z = symbol("X") if self._rows else symbol("Z", 1)
            shape = f"n×{length}" if self._rows else f"{length}×{columns}"
            found = symbol(self._blocks[origins[0]].name)
            self.given.insert(0, Equation(z, found, shape))
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

    def _found(self, refs: Sequence[Any]) -> Formula:
        """Return where a parameter lies in the arguments."""
        block = self._blocks[self._origins(refs)[0]]
        rows = [self._places[x][1] for x in refs if type(x) is int]
        part = f"[{min(rows)}:{max(rows) + 1}]" if len(set(rows)) < len(block.slots) else ""
        ascending = rows == sorted(rows) and len(block.shape) == 2 and min(block.shape) > 1
        found = symbol(block.name + part)
        return transposed(found) if ascending else found

    def _matrix(self, group: Group) -> Formula:
        """Return the weights of a layer, a row for each input."""
        refs = group.operands[0]
        return self._parameters.get(id(refs)) or transposed(self._operand(refs))

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
            if source in self._monomials and source != self._result and users <= set(self._monomials):
                self._hidden.add(source)
            if len(group.slots) == 1 and group.op in ("add", "sub") and source != self._result:
                if users and not any(group.labels):
                    self._hidden.add(source)
                    self._values[source] = self._formula(source)

    # ------------------------------------------------------------ forward

    def _operand(self, refs: Sequence[Any]) -> Formula:
        origins = self._origins(refs)
        if not origins:
            return number(refs[0]) if len(set(map(repr, refs))) == 1 else symbol("constants")
        if len(origins) > 1 or not all(type(x) is int for x in refs):
            inner = joined([self._values[origin] for origin in origins], "; ", "; ", 0)
            return Formula(f"[{inner.text}]", f"[{inner.latex}]")
        (origin,) = origins
        value, places = self._values[origin], [self._places[x][1] for x in refs]
        if places == list(range(self._size(origin))):
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
            w, b, z = self._matrix(group), self._bias(group), operands[1]
            out = product(z, w) if self._rows else product(transposed(w), z)
            if b is None:
                return out
            shared = self._rows and id(group.operands[2]) in self._parameters
            return added([out, product(ONES, transposed(b)) if shared else b])
        if group.op in ("add", "sub"):
            return joined(operands, " + " if group.op == "add" else " − ", " + " if group.op == "add" else " - ", 4)
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

    # ------------------------------------------------------------ backward

    def _write_backward(self) -> None:
        seed = PER_EXAMPLE if self._rows and self._mean else ONE
        self._gradients: dict[int, Formula] = {self._result or 0: seed}
        for source in reversed(self._groups):
            group = self._groups[source]
            if not group.reached or (source in self._monomials and source in self._hidden):
                continue
            if source == self._result:
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
        if self._result in self._layers:
            self._write_parameters(self._groups[self._result], seed)
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
        matrix, inputs, bias = group.operands
        z = self._operand(inputs)
        units, _, length = group.shape or (0, 0, 0)
        if (w := self._parameters.get(id(matrix))) is not None:
            gradient = product(transposed(z), delta) if self._rows else product(z, transposed(delta))
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
            z = self._operand(group.operands[1])
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


# ---------------------------------------------------------------- the whole page


def page(grouping: Grouping, blocks: Sequence[Argument], mean: bool) -> str:
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


def latex(grouping: Grouping, blocks: Sequence[Argument], mean: bool) -> str:
    """Return all equations as LaTeX `aligned` environments."""
    pages = [Equations(grouping, blocks)]
    if any(block.batched for block in blocks):
        pages.append(Equations(grouping, blocks, rows=True, mean=mean))
    return "\n".join(_aligned([*e.forward, *e.backward, *e.update]) for e in pages)


def _aligned(equations: Sequence[Equation]) -> str:
    signs = {"=": "=", "←": r"\leftarrow"}
    lines = [f"  {e.left.latex} &{signs[e.sign]} {e.right.latex}" for e in equations]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
