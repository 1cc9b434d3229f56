"""What is written in a credit graph: at its units and inputs, in its pills, in its tooltips."""

from collections.abc import Set
from typing import Literal

from autograd.notation import shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Key, Node
from nn.credit.telling.derivation import slope_of

Show = Literal["both", "forward", "backward", "blank"]
BLANK = "____"
NOTHING = 1e-12  # smaller credits are rounding, of no sign


class Words:
    """The numbers of a credit graph as text.

    Args:
        credit: what `assign_credit` found.
        room: how much there is room for: "full", "credit" (of a pill the second line alone) or "pattern" (no pills).
        show: "forward" the activations, with w·z at each edge; "backward" the errors and the credits; "both";
            or "blank" the names, and room for the numbers. Of several examples nothing of one is written.
        back: the edges by which an error comes back to the one that is asked about: they carry δ·w.
        known: what may be told, as keys ("z", 1), ("delta", 1), ("credit", (3, 1)); None for all there is.
    """

    def __init__(
        self,
        credit: Assignment,
        room: str,
        show: Show = "both",
        back: Set[Key] = frozenset(),
        known: Set[tuple[str, int | Key]] | None = None,
    ) -> None:
        self.credit, self.room, self.back = credit, room, back
        self.show: Show = show
        self.known = known

    def knows(self, fact: str, item: int | Key) -> bool:
        """Tell whether something may be told already."""
        return self.known is None or (fact, item) in self.known

    def of(self, credit: Assignment) -> "Words":
        """Return the same of other numbers."""
        return Words(credit, self.room, self.show, self.back, self.known)

    def number(self, x: float, sign: bool = False) -> str:
        """Return a number that is to be worked out."""
        return BLANK if self.show == "blank" else shown(x, sign=sign)

    # ---------------------------------------------------------------- edges

    def flow(self, edge: Edge) -> float:
        """Return what passes along an edge: forward w·z; back its credit δ·z, or on the way to another edge δ·w."""
        if self.show == "blank":
            return 0.0
        if self.show == "forward":
            return edge.weight * edge.z
        if edge.key in self.back:
            return edge.delta * edge.weight
        return edge.credit if self.knows("credit", (edge.source, edge.target)) else 0.0

    def flow_line(self, edge: Edge) -> str:
        """Return what a pill says of what passes along an edge."""
        if edge.key in self.back:
            return self.back_line(edge)
        if not self.knows("credit", (edge.source, edge.target)):
            return ""
        text = self.number(self.flow(edge), sign=True)
        if self.room != "full":
            return text
        if self.show == "forward":
            return f"{edge.name}·{edge.z_name} = {text}" if edge.source is not None else f"= {text}"
        return f"{self.credit.total}{edge.delta_name}·{edge.z_name} = {text}"

    def back_line(self, edge: Edge) -> str:
        """Return what a pill says of the error on its way back through a weight."""
        text = self.number(edge.delta * edge.weight, sign=True)
        back = f"{self.credit.total}{edge.delta_name}·{edge.name} = {text}"
        return back if self.room == "full" else text

    def weight_line(self, edge: Edge) -> str:
        """Return what a pill says of a weight, above what passes or before that is known."""
        weight = shown(edge.weight)
        return weight if self.room == "credit" else f"{edge.name} = {weight}"

    def pill(self, edge: Edge) -> tuple[str, ...]:
        """Return what an edge's pill says: its weight above what passes, or the one of them there is room for."""
        if self.room == "full":
            return self.weight_line(edge), self.flow_line(edge)
        return (self.weight_line(edge) if self.show == "blank" else self.flow_line(edge),)

    def told(self, edge: Edge) -> str:
        """Return the tooltip of an edge."""
        weight = f"{edge.name} = {shown(edge.weight)}"
        if self.show == "blank":
            return weight
        if self.show == "forward":
            return (
                f"{weight}, {self.credit.names.passed} {shown(edge.weight * edge.z, 4, sign=True)}"
            )
        return f"{weight}, credit {shown(edge.credit, 4, sign=True)}"

    # ---------------------------------------------------------------- nodes

    def input(self, node: Node) -> str:
        """Return what is written beside an input."""
        if self.credit.total:
            return node.name
        return shown(node.z) if self.room == "pattern" else f"{node.name} = {shown(node.z)}"

    def node(self, node: Node) -> list[tuple[str, str]]:
        """Return what is written at a unit, or at a joint."""
        if node.kind == "joint":
            return [("z", f"{node.name} = {self.number(node.z)}")]
        return self.unit(node)

    def unit(self, node: Node) -> list[tuple[str, str]]:
        """Return what is written below a unit, or beside it, as pairs of kind (a, z, slope, target) and text."""
        assert node.a is not None
        if self.credit.total:
            return []
        output, full = node.index in self.credit.outputs, self.room == "full"
        if self.room == "pattern" and not output:
            return []
        z = self.number(node.z)
        lines = [("z", f"{node.name} = {z}")]
        if full and output and node.does == "linear":
            lines = [("z", f"{node.name} = {node.a_name} = {z}")]
        elif full and (output or self.show != "backward"):
            lines.insert(0, ("a", f"{node.a_name} = {self.number(node.a)}"))
        if slope := self._slope(node):
            lines.append(("slope", slope))
        if output and node.index in (chances := self.credit.probabilities):
            chance = self.number(chances[node.index])
            lines.append(("p", f"{node.names.p(node.index)} = {chance}"))
        if not self.knows("z", node.index):
            lines.clear()
        if node.target is not None and self.show != "forward":
            wanted = node.names.wanted(node.target_name)
            lines.append(("target", f"{wanted} = {shown(node.target)}"))
        return lines

    def _slope(self, node: Node) -> str:
        """Return the slope of a unit, where it is needed to follow the error through it and is not 1."""
        on_the_way = any(key[0] == node.index for key in self.back)
        wanted, slope = self.show == "backward" or on_the_way, slope_of(node)
        if self.room != "full" or not wanted or slope is None:
            return ""
        symbol, number = slope
        bare = symbol[1:-1] if symbol.startswith("(") else symbol
        return f"{bare} = {self.number(number)}"

    def delta(self, node: Node) -> str:
        """Return what is written above a unit: its error; nothing where only the way forward is shown."""
        if node.delta is None or self.show == "forward" or not self.knows("delta", node.index):
            return ""
        name = node.names.letter("delta") if self.room == "pattern" else node.delta_name
        return f"{self.credit.total}{name} = {self.number(node.error, sign=True)}"
