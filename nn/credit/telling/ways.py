"""How the error comes back through any network: by weights, by skips, by joints; over time it is a sum over uses."""

import math
from collections.abc import Sequence

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
        # outputs of layers: it is not known what the loss reads
        self._last = frozenset(credit.layers[-1] if credit.layers else ())
        self.dead = 0  # how many ways were left out because no error comes by them

    def forward(self, node: Node, summed: bool = False) -> Line:
        """Return the equation that gives the a of a unit, or the z of a joint, from what it reads.

        Args:
            node: the unit or the joint.
            summed: whether a long sum is written with Σ; else its first terms are.
        """
        ways = self.credit.into(node.index)
        if node.kind == "joint":
            names = [self.credit.nodes[way.source].name for way in ways if isinstance(way, Link)]
            read = f"{', '.join(names[:WIDE])}{', …' if len(names) > WIDE else ''}"
            written = self.slopes.joint(node.index) if self.slopes else ("", "")
            symbols, numbers = written if all(written) else (f"{node.does}({read})", "")
            return Line(node.name, symbols, numbers or shown(node.z, 4), node.z, signed=False)
        assert node.a is not None
        products = [way for way in ways if isinstance(way, Link) and way.kind == "product"]
        second = set(map(id, products[1::2]))  # each product has two links
        terms = [self._summand(way) for way in ways if id(way) not in second]
        sides = [list(side) for side in zip(*terms, strict=True)]
        if len(terms) > TERMS and summed:
            biases = [way.name for way in ways if way.source is None]
            sides[0] = [self.credit.names.sum(node.index).partition(" = ")[2], *biases]
            sides[1][2:-1] = ["…"]
        elif len(terms) > TERMS:
            sides = [[*side[:3], f"… {len(terms) - 3} more"] for side in sides]
        symbols, numbers = (" + ".join(side).replace("+ −", "− ") for side in sides)
        return Line(node.a_name, symbols, numbers, node.a, signed=False)

    def _factor(self, link: Link) -> int:
        """Return what a product in a unit multiplies the tail of a link by."""
        ways = self.credit.into(link.target)
        products = [way for way in ways if isinstance(way, Link) and way.kind == "product"]
        place = next(k for k, way in enumerate(products) if way is link)
        return products[place ^ 1].source

    def _summand(self, way: Edge | Link) -> tuple[str, str]:
        """Return what a way adds to a pre-activation, in symbols and in numbers."""
        if isinstance(way, Edge):
            sign = "−" if way.sign * (way.z if way.source is None else 1.0) < 0.0 else ""
            weight = factor(way.weight, short=True)
            if way.source is None:
                return sign + way.name, sign + weight
            return f"{sign}{way.name}·{way.z_name}", f"{sign}{weight}·{factor(way.z, short=True)}"
        z = factor(self.credit.nodes[way.source].z, short=True)
        if way.kind == "product":
            other = self.credit.nodes[self._factor(way)]
            sign = "−" if math.copysign(1.0, way.local) * math.copysign(1.0, other.z) < 0.0 else ""
            names = f"{self.credit.names.tail(way.source)}·{self.credit.names.tail(other.index)}"
            return sign + names, f"{sign}{z}·{factor(other.z, short=True)}"
        sign, size = "−" if way.local < 0.0 else "", abs(way.local)
        times = "" if size == 1.0 else f"{shown(size)}·"
        return f"{sign}{times}{self.credit.names.tail(way.source)}", f"{sign}{times}{z}"

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
        if node.index in credit.read_by_loss or node.index in self._last:
            terms.append(self._from_loss(node))
        for way in credit.out_of(node.index):
            local = way.weight if isinstance(way, Edge) else way.local
            dead = credit.nodes[way.target].delta == 0.0 or (isinstance(way, Link) and not local)
            if dead and not self._changing and not credit.layers:
                self.dead += 1
            else:
                terms.append(self._edge(way) if isinstance(way, Edge) else self._link(way))
        return terms

    def _from_loss(self, node: Node) -> Term:
        flipped = node.names.sign < 0.0
        if node.index in self._last:  # of layers, of which nothing else is known
            direct = node.error / node.slope if node.slope else 0.0
        else:
            direct = self.credit.read_by_loss[node.index] * (-1.0 if flipped else 1.0)
        if (known := error_at_output(self.credit, node)) is not None:
            return (*known, direct)
        symbols, numbers = f"{'−' * flipped}∂{node.names.loss}/∂{node.name}", factor(direct)
        if node.index in self._last and node.does == "linear":
            numbers = f"{'−' * flipped}∂({self.credit.loss_formula})/∂{node.name}"
        return symbols, numbers, direct

    def _edge(self, edge: Edge) -> Term:
        minus, error = "−" if edge.sign < 0.0 else "", edge.error
        return (
            f"{minus}{edge.names.delta(edge.target)}·{edge.name}",
            f"{factor(error)}·{factor(edge.weight)}",
            error * edge.weight,
        )

    def _link(self, link: Link) -> Term:
        head, local = self.credit.nodes[link.target], self._local(link)
        delta, name = head.error, head.delta_name
        if local in ("", "−"):
            return local + name, factor(-delta if local else delta), link.local * delta
        sign = "−" if local.startswith("−") else ""
        return (
            f"{sign}{name}·{local.removeprefix('−')}",
            f"{factor(delta)}·{factor(link.local)}",
            link.local * delta,
        )

    def _local(self, link: Link) -> str:
        """Return what a link multiplies an error by; empty for 1, a bare minus for −1."""
        z = self.credit.names.tail
        if link.kind == "joint" and self.slopes is not None:
            local = self.slopes.of_joint(link.target, link.source)
            if self._changing and self.slopes.of_now(link.target, local):
                return f"∂{z(link.target)}/∂{z(link.source)}"
            return local
        if link.kind == "skip":
            return "−" if link.local < 0.0 else ""
        if link.kind == "product":
            other = self._factor(link)
            minus = link.local == -self.credit.nodes[other].z != 0.0
            return "−" * minus + z(other)
        return shown(link.local)

    def strongest(self, edge: Edge) -> Line | None:
        """Return the credit of an edge by the strongest way alone, as one product, if that is at least half of it."""
        credit, nodes = self.credit, self.credit.nodes
        best: dict[int, tuple[float, Edge | Link | None]] = {}  # None: the loss reads it
        for i in self.behind([edge.target]):
            choices: list[tuple[float, Edge | Link | None]] = [
                (best[way.target][0] * _number(way), way) for way in credit.out_of(i)
            ]
            if i in credit.read_by_loss:
                choices.append((credit.read_by_loss[i], None))
            value, way = max(choices, key=lambda choice: abs(choice[0]), default=(0.0, None))
            slope = nodes[i].slope
            best[i] = value * (1.0 if slope is None else slope), way
        value, way = best[edge.target]
        part = value / edge.delta * edge.sign if edge.delta else 0.0
        if way is None or credit.names.minus or not 0.5 <= part < 1.0 + 1e-9:
            return None
        factors, node = [(edge.z_name, edge.z)], nodes[edge.target]
        while (way := best[node.index][1]) is not None:
            factors += filter(None, [slope_of(node)])
            local = (
                f"{'−' * (way.sign < 0.0)}{way.name}" if isinstance(way, Edge) else self._local(way)
            )
            if local:
                bracketed = {"−": "(−1)"}.get(local, f"({local})")
                factors.append((bracketed if local.startswith("−") else local, _number(way)))
            node = nodes[way.target]
        if credit.out_of(node.index):
            factors += filter(None, [slope_of(node)])
            factors.append((f"∂{node.names.loss}/∂{node.name}", credit.read_by_loss[node.index]))
        else:
            factors.append((node.delta_name, node.error))
        minus = "−" if edge.sign < 0.0 else ""
        symbols = minus + "·".join(symbol for symbol, _ in reversed(factors))
        numbers = minus + "·".join(factor(number) for _, number in reversed(factors))
        many = "all of it" if part > 0.9995 else f"{100.0 * part:.0f} % of it"
        return Line(f"the strongest way, {many}", symbols, numbers, value * edge.sign * edge.z)

    def total(self, weight: Weight) -> tuple[str, str]:
        """Return the sum over the uses of a weight, in symbols and in numbers."""
        return (
            joined([share(use, self.credit.names.loss) for use in weight.uses])
            if weight.uses
            else ("0", "0")
        )

    def behind(self, heads: Sequence[int]) -> list[int]:
        """Return the nodes from which the error comes to some nodes, these too, from the outputs on."""
        found, stack = set(heads), list(heads)
        while stack:
            for way in self.credit.out_of(stack.pop()):
                if way.target not in found:
                    found.add(way.target)
                    stack.append(way.target)
        return sorted(found)


def _number(way: Edge | Link) -> float:
    """Return what an error is multiplied by on its way back."""
    return way.sign * way.weight if isinstance(way, Edge) else way.local


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
    ways, layered, names = Ways(credit), bool(credit.layers), credit.names
    weight = None if layered else credit.weights.get(edge.parameter)
    uses: list[Edge | Use] = (weight.uses if weight else []) or [edge]  # the loss may need none
    heads = [use.target for use in uses if isinstance(use, Edge)]
    nodes = [credit.nodes[i] for i in ways.behind(heads)]
    told = [n for n in nodes if layered or n.delta != 0.0 or n.index == edge.target]
    lines = [ways.line(node) for node in told]
    if len(lines) > LINES and not layered:
        lines = _grouped(told, lines, names)
    chances = [probability_line(credit, n.index) for n in told if n.index in credit.probabilities]
    lines = [*chances, *lines]
    if any(n.does in ("norm", "mix") and n.block is not None for n in told):
        slope = f"∂{names.z('i')}/∂{names.z('k')}"
        lines.append(
            Line(f"{slope}: each result of a normalisation depends a little on each of its numbers")
        )
    if ways.dead:
        why = f"by which no error comes ({names.letter('delta')} = 0)"
        several = f"{ways.dead} ways, {why}, are" if ways.dead > 1 else f"one way, {why}, is"
        lines.append(Line(f"{several} left out"))
    if not layered and (strongest := ways.strongest(edge)) is not None:
        lines.append(strongest)
    if weight is None or len(uses) == 1:
        return Derivation(edge, [*lines, Line(edge.gradient_name, *share(edge))])
    symbols, numbers = joined([share(use, names.loss) for use in uses])
    return Derivation(
        edge,
        [
            *lines,
            Line(f"this use of {edge.name}, {edge.source}⇝{edge.target}", *share(edge)),
            Line(names.gradient(weight.name), symbols, numbers, weight.credit),
        ],
    )


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
