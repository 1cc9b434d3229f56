"""What a joint multiplies an error by on its way back, in symbols: z₆−z₃ at a gate, z₈·(1−z₈) at a softmax."""

import math

from autograd.notation import shown, subscript
from nn.credit.finding.anatomy import Anatomy
from nn.credit.finding.joints import Joint

# A product: its sign, and its factors.
Product = tuple[float, list[str]]
LONGEST = 24  # of what is longer, dots are shown


class Slopes:
    """Writes local derivatives in symbols.

    Args:
        anatomy: the network.
    """

    def __init__(self, anatomy: Anatomy) -> None:
        self.anatomy, self.graph = anatomy, anatomy.graph
        self.cells = {cell.index: cell for cell in anatomy.cells.values()}

    def of_joint(self, target: int, source: int) -> str:
        """Return ∂z of a joint by the z of what it reads; empty if that is 1, a bare minus if it is −1.

        Args:
            target, source: the numbers of the joint and of what it reads.
        """
        joint, tail = self.cells[target].part, self.cells[source].z
        assert isinstance(joint, Joint)
        if joint.block is not None:
            return self._of_block(target, source, joint)
        return self._sum(self._products(joint.z, tail, set(joint.members)))

    def _of_block(self, target: int, source: int, joint: Joint) -> str:
        """Return p·(1−p), or −p·q, of a softmax; of other blocks the derivative by name."""
        z, tail = f"z{subscript(target)}", self.cells[source].z
        local = self.anatomy.locals(joint.z, set(joint.members)).get(tail, 0.0)
        p = self.graph.numbers[joint.z]
        for index, cell in self.cells.items():
            other = cell.part
            if not (isinstance(other, Joint) and other.block == joint.block and other.own == tail):
                continue
            q = self.graph.numbers[other.z]
            formula, symbol = (
                (p * (1.0 - p), f"{z}·(1−{z})")
                if index == target
                else (-p * q, f"−{z}·z{subscript(index)}")
            )
            if joint.does == "softmax" and formula and math.isfinite(local / formula):
                scale = local / formula
                if abs(scale - 1.0) < 1e-9:
                    return symbol
                if abs(scale - self._scale(joint)) < 1e-9:
                    return f"{symbol}·{shown(scale, 4)}"
        return f"∂{z}/∂z{subscript(source)}"

    def _scale(self, joint: Joint) -> float:
        """Return what the numbers are multiplied by before a softmax is taken of them; nan if that cannot be told."""
        own = joint.own
        p = self.graph.numbers[joint.z]
        if own is None or not p * (1.0 - p):
            return math.nan
        return self.anatomy.locals(joint.z, set(joint.members)).get(own, math.nan) / (p * (1.0 - p))

    def _products(self, k: int, tail: int, members: set[int]) -> list[Product]:
        """Return the derivative of a node by a tail as a sum of products."""
        if k == tail:
            return [(1.0, [])]
        if k not in members:
            return []
        graph, op = self.graph, self.graph.ops[k]
        operands, slopes = graph.parents[k], self.anatomy.partials[k]
        pairs = graph.pairs(k)
        if pairs:
            found = []
            for s, t in pairs:
                for one, other in ((operands[s], operands[t]), (operands[t], operands[s])):
                    found += _times(self._products(one, tail, members), self._name(other, members))
            return found
        found = []
        for p, slope in zip(operands, slopes):
            products = self._products(p, tail, members)
            if not products or (op == "where" and not slope):
                continue
            if op in ("add", "sub", "neg", "sum", "pos", "maximum", "minimum", "where"):
                sign = math.copysign(1.0, slope)
                factor = "" if abs(slope) == 1.0 else shown(abs(slope))
                found += [
                    (sign * one, [*factors, factor] if factor else factors)
                    for one, factors in products
                ]
            else:
                found += _times(products, self._slope(k, p, slope, members))
        return found

    def _slope(self, k: int, p: int, slope: float, members: set[int]) -> str:
        graph, op = self.graph, self.graph.ops[k]
        if len(graph.variables(k)) == 1 and op in ("div", "mul"):
            return shown(slope, 4)
        if len(graph.parents[k]) > 1:
            return f"∂{self._name(k, members)}/∂{self._name(p, members)}"
        inside = self._name(p, members)
        if op == "tanh":
            return f"(1−tanh²{inside})"
        return f"{op}′({inside})"

    def _name(self, k: int, members: set[int]) -> str:
        """Return how the number of a node is written."""
        graph = self.graph
        if k in self.anatomy.cells and k not in members:
            cell = self.anatomy.cells[k]
            return (
                shown(graph.numbers[k])
                if graph.ops[k] == "constant"
                else f"z{subscript(cell.index)}"
            )
        if graph.ops[k] == "constant":
            return shown(graph.numbers[k])
        if graph.is_leaf[k]:
            return self.anatomy.recording.names.get(id(graph.values[k]), "w")
        op = graph.ops[k]
        inner = [self._name(p, members) for p in graph.parents[k]]
        if any(map(_long, inner)):
            return "(…)"
        if len(inner) == 1:
            return (
                f"(−{inner[0]})"
                if op == "neg"
                else f"{op}({inner[0].removeprefix('(').removesuffix(')')})"
            )
        sign = {"mul": "·", "add": "+", "sub": "−", "div": "/"}.get(op)
        if sign is None or len(inner) > 2:
            return f"{op}(…)"
        text = sign.join(part.removesuffix(".00") for part in inner)
        return text if op == "mul" else f"({text})"

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
    """Return a sum times a factor."""
    negative = factor.startswith("−")
    plain = factor.removeprefix("−")
    return [(-sign if negative else sign, [*factors, plain]) for sign, factors in products]


def _long(text: str) -> bool:
    return len(text) > LONGEST
