"""What a joint multiplies an error by on its way back, in symbols: z₆−z₃ at a gate, z₈·(1−z₈) at a softmax."""

import math
import re
from collections.abc import Callable

from autograd.notation import shown
from nn.credit.finding.anatomy import Anatomy
from nn.credit.finding.joints import Joint
from nn.credit.finding.spelling import ATOM, CUT, PRODUCT, Spelled, number, spelled, tight
from nn.notations import SLIDES, Names

# A product: its sign, and its factors.
Product = tuple[float, list[str]]
CHOICES = frozenset({"maximum", "minimum", "where"})  # whose slopes are 0 or 1
LONGEST = 24  # of what is longer, dots are shown
WRITTEN = 72  # so long may a joint be that is written out
MANY = 8  # more products are not written out


class Slopes:
    """Writes local derivatives in symbols.

    Args:
        anatomy: the network.
        names: what things are called.
    """

    def __init__(self, anatomy: Anatomy, names: Names = SLIDES) -> None:
        self.anatomy, self.graph, self._z = anatomy, anatomy.graph, names.tail
        self.cells = anatomy.by_index

    def of_joint(self, target: int, source: int) -> str:
        """Return ∂z of a joint by the z of what it reads; empty if that is 1, a bare minus if it is −1.

        Args:
            target, source: the numbers of the joint and of what it reads.
        """
        joint, tail = self.cells[target].part, self.cells[source].z
        assert isinstance(joint, Joint)
        if joint.block is not None:
            return self._of_block(target, source, joint)
        products = self._products(joint, tail)
        if len(products) > MANY:
            return f"∂{self._z(target)}/∂{self._z(source)}"
        return self._sum(products)

    def of_now(self, target: int, slope: str) -> bool:
        """Tell whether a slope of a joint, as `of_joint` writes it, may be another once numbers change."""
        part = self.cells[target].part
        ops = {self.graph.ops[k] for k in part.members} if isinstance(part, Joint) else set()
        return not CHOICES.isdisjoint(ops) or re.search(r"\d\.\d", slope) is not None

    def _of_block(self, target: int, source: int, joint: Joint) -> str:
        """Return p·(1−p), or −p·q, of a softmax; of other blocks the derivative by name."""
        z, tail = self._z(target), self.cells[source].z
        local = self.anatomy.locals(joint.z, joint.members).get(tail, 0.0)
        p = self.graph.numbers[joint.z]
        for index, cell in self.cells.items():
            other = cell.part
            if not (isinstance(other, Joint) and other.block == joint.block and other.own == tail):
                continue
            q = self.graph.numbers[other.z]
            formula, symbol = -p * q, f"−{z}·{self._z(index)}"
            if index == target:
                formula, symbol = p * (1.0 - p), f"{z}·(1−{z})"
            if joint.does == "softmax" and formula and math.isfinite(local / formula):
                scale = local / formula
                if abs(scale - 1.0) < 1e-9:
                    return symbol
                if abs(scale - self._scale(joint)) < 1e-9:
                    return f"{symbol}·{shown(scale, 4)}"
        return f"∂{z}/∂{self._z(source)}"

    def _scale(self, joint: Joint) -> float:
        """Return what the numbers are multiplied by before a softmax is taken of them; nan if that cannot be told."""
        own = joint.own
        p = self.graph.numbers[joint.z]
        if own is None or not p * (1.0 - p):
            return math.nan
        return self.anatomy.locals(joint.z, joint.members).get(own, math.nan) / (p * (1.0 - p))

    def _products(self, joint: Joint, tail: int) -> list[Product]:
        """Return the derivative of a joint by a tail as a sum of products; empty if that is 0."""
        graph, of = self.graph, self._spelled(joint, LONGEST)
        found: dict[int, list[Product]] = {tail: [(1.0, [])]}
        for k in joint.members:
            terms: list[Product] = []
            if pairs := graph.pairs(k):
                operands = graph.parents[k]
                for s, t in pairs:
                    for one, other in ((operands[s], operands[t]), (operands[t], operands[s])):
                        terms += _times(found.get(one, []), tight(of(other), PRODUCT))
            else:
                for p, slope in zip(graph.parents[k], self.anatomy.partials[k]):
                    if p in found and (slope or graph.ops[k] != "where"):
                        terms += _times(found[p], self._slope(k, p, slope, of))
            if terms:
                found[k] = terms[: MANY + 1]
        return found.get(joint.z, [])

    def _slope(self, k: int, p: int, slope: float, of: Callable[[int], Spelled]) -> str:
        """Return the derivative of a node by an operand; empty for 1."""
        graph, op = self.graph, self.graph.ops[k]
        if op in ("add", "sub", "neg", "sum", "pos", "maximum", "minimum", "where"):
            sign = "−" if math.copysign(1.0, slope) < 0.0 else ""
            return sign + ("" if abs(slope) == 1.0 else shown(abs(slope)))
        if len(graph.variables(k)) == 1 and op in ("div", "mul"):
            return shown(slope, 4)
        if op == "div":
            one, other = (tight(of(q), ATOM) for q in graph.parents[k])
            return f"1/{other}" if p == graph.parents[k][0] else f"−{one}/{other}²"
        inside = tight(of(p), PRODUCT)
        if len(graph.parents[k]) > 1:
            return f"∂{tight(of(k), PRODUCT)}/∂{inside}"
        return f"(1−tanh²{inside})" if op == "tanh" else f"{op}′({inside.strip('()')})"

    def joint(self, index: int) -> tuple[str, str]:
        """Return a joint written out, in symbols and in numbers: z₃·z₇+z₄·z₅; empty if that is too long.

        A result of a block is not written out.
        """
        joint, numbers = self.cells[index].part, self.graph.numbers
        assert isinstance(joint, Joint)
        if joint.block is not None:
            return "", ""
        symbols, _ = self._spelled(joint, WRITTEN)(joint.z)
        spell = spelled(self.graph, joint.members, lambda k: number(numbers[k]), WRITTEN)
        values, _ = spell(joint.z)
        return ("", "") if CUT[0] in symbols or CUT[0] in values else (symbols, values)

    def _spelled(self, joint: Joint, most: int) -> Callable[[int], Spelled]:
        """Return a function that tells how the nodes of a joint are written."""

        def leaf(k: int) -> Spelled:
            cell = self.anatomy.cells.get(k)
            name = self.anatomy.recording.names.get(self.graph.values[k], "w")
            return (name if cell is None else self._z(cell.index)), ATOM

        return spelled(self.graph, joint.members, leaf, most)

    def _sum(self, products: list[Product]) -> str:
        """Return a sum of products, those to be added first; empty for 1."""
        parts = sorted(products, key=lambda product: product[0] < 0.0)
        texts = ["·".join(factors) or "1" for _, factors in parts]
        text = ""
        for (sign, _), part in zip(parts, texts):
            text += ("−" if sign < 0.0 else "+" if text else "") + part
        if len(parts) > 1:
            return f"({text})"
        return {"1": "", "−1": "−", "": "0"}.get(text, text)


def _times(products: list[Product], factor: str) -> list[Product]:
    """Return a sum times a factor; an empty one is 1."""
    sign, plain = (-1.0 if factor.startswith("−") else 1.0), factor.removeprefix("−")
    return [(sign * one, [*factors, plain] if plain else factors) for one, factors in products]
