"""How the error comes back through any network: by weights, by skips, by joints; over time it is a sum over uses."""

import math
from collections.abc import Sequence
from dataclasses import replace

from autograd.notation import Spelled, factor, shown
from nn.credit.assignment import Assignment
from nn.credit.finding.slopes import Slopes
from nn.credit.parts import Edge, Link, Node, Use, Weight
from nn.credit.telling.derivation import (
    Derivation,
    Line,
    error_at_output,
    probability_line,
    slope_of,
    slope_symbol,
)
from nn.notations import Names

TERMS = 4  # of longer sums, three terms are written out
WIDE = 8  # of so many numbers the names are written
LINES = 12  # in longer derivations, units of one rank and kind share a line
ENDS = 3, 2  # of many lines, so many at the beginning and at the end

Term = tuple[str, str, float]  # in symbols, in numbers, and its value


class Ways:
    """Writes where the error at each node comes from.

    Args:
        credit: what `assign_credit` found. Of numbers that will change, ways by which no error comes now are written,
            too, and slopes that hold now alone by name.
    """

    def __init__(self, credit: Assignment) -> None:
        self.credit, self._changing = credit, isinstance(credit.loss, Spelled)
        self.slopes = None if credit.anatomy is None else Slopes(credit.anatomy, credit.names)
        self.dead = 0  # how many ways were left out because no error comes by them

    def forward(self, node: Node, summed: bool = False) -> Line:
        """Return the equation that gives the a of a unit, or the z of a joint, from what it reads.

        Args:
            node: the unit or the joint.
            summed: whether a long sum is written with Σ; else its first terms are.
        """
        ways = self.credit.into(node.index)
        if node.kind == "joint":
            return self._joint(node, ways)
        assert node.a is not None
        terms = self._summands(ways)
        sides = [list(side) for side in zip(*terms, strict=True)]
        if len(terms) > TERMS and summed:
            biases = [way.name for way in ways if isinstance(way, Edge) and way.source is None]
            sides[0] = [self.credit.names.sum(node.index).partition(" = ")[2], *biases]
            sides[1][2:-1] = ["…"]
        elif len(terms) > TERMS:
            sides = [[*side[:3], f"… {len(terms) - 3} more"] for side in sides]
        symbols, numbers = (" + ".join(side).replace("+ −", "− ") for side in sides)
        return Line(node.a_name, symbols, numbers, node.a, signed=False)

    def _summands(self, ways: Sequence[Edge | Link]) -> list[tuple[str, str]]:
        """Return what ways add to a pre-activation, in symbols and in numbers."""
        products = [way for way in ways if isinstance(way, Link) and way.times is not None]
        second = [id(way) for way in products[1::2]]  # each product has two links
        return [self._summand(way) for way in ways if id(way) not in second]

    def _joint(self, node: Node, ways: Sequence[Edge | Link]) -> Line:
        """Return the equation that gives the z of a joint."""
        written = self.slopes.joint(node.index) if self.slopes else ("", "")
        if not all(written):
            names = [self.credit.nodes[way.source].name for way in ways if way.source is not None]
            read = f"{', '.join(names[:WIDE])}{', …' if len(names) > WIDE else ''}"
            written = f"{node.does}({read})", shown(node.z, 4)
        return Line(node.name, *written, node.z, signed=False)

    def _summand(self, way: Edge | Link) -> tuple[str, str]:
        """Return what one of them adds."""
        if isinstance(way, Edge):
            minus = way.sign * (way.z if way.source is None else 1.0) < 0.0
            factors = [(way.name, factor(way.weight, short=True))]
            if way.source is not None:
                factors.append((way.z_name, factor(way.z, short=True)))
        else:
            minus, factors = way.local < 0.0, [self._factor(way.source)]
            if way.times is not None:
                signs = way.local, self.credit.nodes[way.times].z
                minus = math.copysign(1.0, signs[0]) * math.copysign(1.0, signs[1]) < 0.0
                factors.append(self._factor(way.times))
            elif (size := abs(way.local)) != 1.0:
                factors.insert(0, (shown(size), shown(size)))
        symbols, numbers = ("−" * minus + "·".join(side) for side in zip(*factors))
        return symbols, numbers

    def _factor(self, i: int) -> tuple[str, str]:
        """Return the number of a node as a factor, in symbols and in numbers."""
        return self.credit.names.tail(i), factor(self.credit.nodes[i].z, short=True)

    def line(self, node: Node) -> Line:
        """Return the equation that gives the δ of a unit or a joint from the δs behind it."""
        assert node.delta is not None
        left = node.delta_name
        terms = self._terms(node)
        slope = slope_of(node)
        if not terms:
            return Line(left, "0", "0", node.delta)
        symbols, numbers = joined(terms, len(terms) if self.credit.layers else TERMS)
        if slope is None:
            return Line(left, _bare(symbols), _bare(numbers), node.error)
        if len(terms) > 1:
            symbols, numbers = f"({symbols})", f"({numbers})"
        return Line(left, f"{symbols}·{slope[0]}", f"{numbers}·{factor(slope[1])}", node.error)

    def _terms(self, node: Node) -> list[Term]:
        """Return the ways by which the error comes to a node, without those by which none does."""
        credit, terms = self.credit, list[Term]()
        if node.index in credit.read_by_loss:
            terms.append(self._from_loss(node))
        for way in credit.out_of(node.index):
            dead = credit.nodes[way.target].delta == 0.0 or (
                isinstance(way, Link) and not way.local
            )
            if dead and not self._changing and not credit.layers:
                self.dead += 1
            else:
                terms.append(self._term(way))
        return terms

    def _from_loss(self, node: Node) -> Term:
        direct, minus = self.credit.read_by_loss[node.index] * node.names.sign, node.names.minus
        if (known := error_at_output(self.credit, node)) is not None:
            return (*known, direct)
        symbols, numbers = f"{minus}∂{node.names.loss}/∂{node.name}", factor(direct)
        if self.credit.layers and node.does == "linear":
            numbers = f"{minus}∂({self.credit.loss_formula})/∂{node.name}"
        return symbols, numbers, direct

    def _term(self, way: Edge | Link) -> Term:
        """Return what comes back by a way: the error of its head, times the weight, or what a link multiplies it by."""
        head, local, number = self.credit.nodes[way.target], self._local(way), way.local
        error, name = head.error, head.delta_name
        if isinstance(way, Edge):  # its error has the sign
            error, number = way.error, way.weight
        sign, symbol = ("−" if local.startswith("−") else ""), local.removeprefix("−")
        if not symbol:
            return sign + name, factor(-error if sign else error), number * error
        return f"{sign}{name}·{symbol}", f"{factor(error)}·{factor(number)}", number * error

    def _local(self, way: Edge | Link) -> str:
        """Return what a way multiplies an error by; empty for 1, a bare minus for −1."""
        z = self.credit.names.tail
        if isinstance(way, Edge):
            return "−" * (way.sign < 0.0) + way.name
        if way.kind == "joint" and self.slopes is not None:
            local = self.slopes.of_joint(way.target, way.source)
            if self._changing and self.slopes.of_now(way.target, local):
                return f"∂{z(way.target)}/∂{z(way.source)}"
            return local
        if way.kind == "skip":
            return "−" if way.local < 0.0 else ""
        if way.times is not None:
            minus = way.local == -self.credit.nodes[way.times].z != 0.0
            return "−" * minus + z(way.times)
        return shown(way.local)

    def strongest(self, edge: Edge) -> Line | None:
        """Return the credit of an edge by the strongest way alone, as one product, if that is at least half of it."""
        best = self._best(edge.target)
        value, way = best[edge.target]
        part = value / edge.delta * edge.sign if edge.delta else 0.0
        if way is None or self.credit.names.minus or not 0.5 <= part < 1.0 + 1e-9:
            return None
        factors, node = [(edge.z_name, edge.z)], self.credit.nodes[edge.target]
        while (way := best[node.index][1]) is not None:
            factors += filter(None, [slope_of(node)])
            if local := self._local(way):
                bracketed = {"−": "(−1)"}.get(local, f"({local})")
                factors.append((bracketed if local.startswith("−") else local, way.local))
            node = self.credit.nodes[way.target]
        if self.credit.out_of(node.index):
            factors += filter(None, [slope_of(node)])
            direct = self.credit.read_by_loss[node.index]
            factors.append((f"∂{node.names.loss}/∂{node.name}", direct))
        else:
            factors.append((node.delta_name, node.error))
        minus = "−" if edge.sign < 0.0 else ""
        symbols = minus + "·".join(symbol for symbol, _ in reversed(factors))
        numbers = minus + "·".join(factor(number) for _, number in reversed(factors))
        many = "all of it" if part > 0.9995 else f"{100.0 * part:.0f} % of it"
        return Line(f"the strongest way, {many}", symbols, numbers, value * edge.sign * edge.z)

    def _best(self, head: int) -> dict[int, tuple[float, Edge | Link | None]]:
        """Return what comes to each node behind one by its strongest way, and that way; None: the loss reads it."""
        credit = self.credit
        best: dict[int, tuple[float, Edge | Link | None]] = {}
        for i in self.behind([head]):
            choices: list[tuple[float, Edge | Link | None]] = [
                (best[way.target][0] * way.local, way) for way in credit.out_of(i)
            ]
            if i in credit.read_by_loss:
                choices.append((credit.read_by_loss[i], None))
            value, way = max(choices, key=lambda choice: abs(choice[0]), default=(0.0, None))
            slope = credit.nodes[i].slope
            best[i] = value * (1.0 if slope is None else slope), way
        return best

    def total(self, weight: Weight) -> tuple[str, str]:
        """Return the sum over the uses of a weight, in symbols and in numbers."""
        terms = [share(use, self.credit.names.loss) for use in weight.uses]
        return joined(terms) if terms else ("0", "0")

    def behind(self, heads: Sequence[int]) -> list[int]:
        """Return the nodes from which the error comes to some nodes, these too, from the outputs on."""
        found, stack = set(heads), list(heads)
        while stack:
            for way in self.credit.out_of(stack.pop()):
                if way.target not in found:
                    found.add(way.target)
                    stack.append(way.target)
        return sorted(found)


def joined(terms: Sequence[Term], most: int = TERMS) -> tuple[str, str]:
    """Return a sum in symbols and in numbers; of more terms than said three, and what the others come to."""
    said = list(terms)
    if len(said) > most:
        rest = 0.0
        for _, _, value in said[3:]:
            rest += value
        said = [*said[:3], (f"… {len(terms) - 3} more", factor(rest), rest)]
    symbols = said[0][0]
    for symbol, _, _ in said[1:]:
        symbols += f" − {symbol[1:]}" if symbol.startswith("−") else f" + {symbol}"
    return symbols, " + ".join(numbers for _, numbers, _ in said)


def _bare(text: str) -> str:
    """Return a sum without the brackets about all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for k, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[1:-1] if k == len(text) - 1 else text
    return text


def derive(credit: Assignment, edge: Edge) -> Derivation:
    """Return how the error reaches an edge, and the other uses of its weight: the δs behind them, then the sum."""
    ways, weight = Ways(credit), credit.weights.get(edge.parameter)
    uses = (weight.uses if weight else []) or [edge]  # the loss may need none
    lines = _behind(ways, edge, [use.target for use in uses if isinstance(use, Edge)])
    if not credit.layers and (strongest := ways.strongest(edge)) is not None:
        lines.append(strongest)
    one = Line(edge.gradient_name, *share(edge))
    if weight is None or len(uses) == 1:
        return Derivation(edge, [*lines, one])
    way = f"at {edge.target}" if edge.source is None else f"{edge.source}⇝{edge.target}"
    one = replace(one, left=f"this use of {edge.name}, {way}")
    total = Line(credit.names.gradient(weight.name), *ways.total(weight), weight.credit)
    return Derivation(edge, [*lines, one, total])


def _behind(ways: Ways, edge: Edge, heads: Sequence[int]) -> list[Line]:
    """Return the δs from the outputs on to some units; without layers those alone by which an error comes to an edge."""
    credit, layered = ways.credit, bool(ways.credit.layers)
    nodes = [credit.nodes[i] for i in ways.behind(heads)]
    told = [n for n in nodes if layered or n.delta != 0.0 or n.index == edge.target]
    lines = [ways.line(node) for node in told]
    if len(lines) > LINES and not layered:
        lines = _grouped(told, lines, credit.names)
    chances = [probability_line(credit, n.index) for n in told if n.index in credit.probabilities]
    return [*chances, *lines, *_remarks(ways, told)]


def _remarks(ways: Ways, told: Sequence[Node]) -> list[Line]:
    """Return what is to be said of the ways to some nodes: normalisations, and ways that are left out."""
    names, remarks = ways.credit.names, list[Line]()
    if any(n.does in ("norm", "mix") and n.block is not None for n in told):
        each = "each result of a normalisation depends a little on each of its numbers"
        remarks.append(Line(f"∂{names.z('i')}/∂{names.z('k')}: {each}"))
    if ways.dead:
        why = f"by which no error comes ({names.letter('delta')} = 0)"
        several = f"{ways.dead} ways, {why}, are" if ways.dead > 1 else f"one way, {why}, is"
        remarks.append(Line(f"{several} left out"))
    return remarks


def share(use: Edge | Use, loss: str = "L") -> Term:
    """Return what a use adds to ∂L/∂w, in symbols and in numbers, and its value."""
    if isinstance(use, Edge):
        symbols = f"{use.delta_name}·{use.z_name}"
    else:
        symbols = f"∂{loss}/∂({use.where})·({use.where})′"
    return symbols, f"{factor(use.delta)}·{factor(use.z)}", use.credit


def _grouped(nodes: Sequence[Node], lines: Sequence[Line], names: Names) -> list[Line]:
    """Return one line for units of one rank and kind; of very many groups the first and the last."""
    groups: dict[tuple[int, str, str], list[Line]] = {}
    for node, line in zip(nodes, lines):
        groups.setdefault((node.layer, node.kind, node.does), []).append(line)
    found = []
    for (_, kind, does), alike in groups.items():
        if len(alike) == 1:
            found += alike
            continue
        left = ", ".join([line.left for line in alike[:3]] + ["…"] * (len(alike) > 3))
        symbols = f"Σₖ {names.delta('k')}·∂{names.a('k')}/∂{names.z('j')}"
        if kind == "unit" and does != "linear":
            symbols += f"·{slope_symbol(does, names.a('j'))}"
        values = [shown(line.value, 4, sign=True) for line in alike[:WIDE]]
        values += ["…"] * (len(alike) > WIDE)
        found.append(Line(left, symbols, ", ".join(values), float("nan"), several=True))
    first, last = ENDS
    if len(found) > LINES:
        more = len(found) - first - last
        found = [*found[:first], Line(f"… {more} more steps"), *found[-last:]]
    return found
