"""A network taken apart: its recorded graph, and the cells that were found in it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from autograd import Value
from autograd.graph.reverse import errors
from nn.credit.finding.joints import Joint, Joints
from nn.credit.finding.numbering import Cell, cells
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.recording import Recording, Weights
from nn.credit.finding.replay import record_again
from nn.credit.finding.units import Unit, Units, outputs


class _Partials(dict[int, tuple[float, ...]]):
    """The derivatives of nodes by their operands, as they were recorded, taken when they are asked for.

    Args:
        values: the nodes by their places.
    """

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values

    def __missing__(self, k: int) -> tuple[float, ...]:
        self[k] = found = self._values[k].partials
        return found


def with_outputs(recording: Recording) -> tuple[Recording, Recorded]:
    """Return what was recorded of a loss alone, with what seem to be the outputs, and its graph.

    Raises:
        ValueError: if no unit is there.
    """
    graph = Recorded(recording)
    found = outputs(Units(graph))
    if not found:
        raise ValueError(
            "no unit was found in what was recorded: no weight is multiplied by, or added to, anything; say "
            "which leaves are weights with parameters=[...]"
        )
    graph.see(found, graph.places[recording.loss])
    return replace(recording, outputs=[graph.values[k] for k in found]), graph


class Anatomy:
    """The cells of a network, with all numbers of the recorded graph.

    Args:
        recording: what was recorded.
        graph: its graph, if it is there already.

    Attributes:
        graph: the recorded graph.
        cells: units, joints and inputs by the node that holds their value, in the order of their numbers.
        partials: the derivatives of each node by its operands, as they were recorded.
    """

    def __init__(self, recording: Recording, graph: Recorded | None = None) -> None:
        self.recording = recording
        self.graph = graph = graph or Recorded(recording)
        units = Units(graph)
        self.effective = units.effective
        self.cells: dict[int, Cell] = cells(graph, units, Joints(graph, units))
        self._errors = errors(recording.loss)
        self.partials = _Partials(graph.values)

    @cached_property
    def by_index(self) -> dict[int, Cell]:
        """The cells by their numbers."""
        return {cell.index: cell for cell in self.cells.values()}

    def around(self, leaf: Value) -> tuple[set[Value], list[int]]:
        """Return the nodes that have a leaf as an operand, and the numbers of the units in which it is a weight."""
        graph, place = self.graph, self.graph.places.get(leaf)
        users = {graph.values[k] for k in graph.made if place in graph.parents[k]}
        units = ((j, c.part) for j, c in self.by_index.items() if isinstance(c.part, Unit))
        return users, [j for j, unit in units if place in unit.own]

    def upstream(self, k: int) -> float:
        """Return ∂L/∂ a node that is no leaf."""
        return self._errors.get(self.graph.values[k], 0.0)

    def slope(self, unit: Unit) -> float:
        """Return f′(a)."""
        if unit.z == unit.a:
            return 1.0
        if len(unit.passed) == 2 and (z := self.graph.values[unit.z])._b is None:
            return 0.0 + float(z._da)  # one operation, of one number
        return self.locals(unit.z, unit.passed[1:]).get(unit.a, 0.0)

    def locals(self, z: int, members: Sequence[int]) -> dict[int, float]:
        """Return ∂z by each node that some nodes read from outside.

        Args:
            z: one of the nodes.
            members: the nodes, operands first.
        """
        found: dict[int, float] = {z: 1.0}
        for k in reversed(members):
            if k in found:
                g = found.pop(k)
                for p, slope in zip(self.graph.parents[k], self.partials[k]):
                    if slope or self.graph.ops[k] != "where":  # the branch not taken has no share
                        found[p] = found.get(p, 0.0) + g * slope
        return found

    def delta(self, cell: Cell) -> float | None:
        """Return ∂L/∂a of a unit, ∂L/∂z of a joint; of a result of a block, as far as it is read from outside."""
        part = cell.part
        if part is None:
            return None
        if isinstance(part, Unit):
            return self.upstream(part.a)
        if part.block is None:
            return self.upstream(part.z)
        return self._from_outside(part)

    def _from_outside(self, joint: Joint) -> float:
        graph, inside, z = self.graph, set(joint.members), joint.z
        total = 0.0
        for user in graph.readers.get(z, ()):
            if user not in inside:
                for p, slope in zip(graph.parents[user], self.partials[user]):
                    if p == z and (slope or graph.ops[user] != "where"):
                        total += self.upstream(user) * slope
        return total + (1.0 if graph.values[z] is self.recording.loss else 0.0)

    def read_by_loss(self) -> dict[int, float]:
        """Return what of ∂L/∂z comes from the loss itself, by the number of the cell."""
        graph, totals = self.graph, {self.graph.places[self.recording.loss]: 1.0}
        for k in reversed(graph.made):
            if not graph.in_network[k]:
                for p, slope in zip(graph.parents[k], self.partials[k]):
                    if slope or graph.ops[k] != "where":
                        totals[p] = totals.get(p, 0.0) + self.upstream(k) * slope
        cells = self.cells.values()
        return {cell.index: totals.get(cell.z, 0.0) for cell in cells if graph.read[cell.z]}

    def again(self, changed: dict[int, float]) -> Recording:
        """Record the same once more with other numbers for some leaves; the network is not called."""
        graph, old = self.graph, self.recording
        new = record_again(graph, changed)

        def twin(v: Value) -> Value:
            # a leaf that the loss does not need is no part of the graph
            return new[graph.places[v]] if v in graph.places else v

        parameters = [twin(p) for p in old.parameters]
        names = {twin(p): name for p, name in old.names.items()}
        return replace(
            old,
            loss=twin(old.loss),
            outputs=[new[k] for k in graph.outputs],
            weights=Weights(lambda: parameters, lambda: names),
            given=[(twin(v), name) for v, name in old.inputs],
            kept={},
            moment=None,
            numbers=[
                x if new is p else new.data
                for x, p, new in zip(old.numbers, old.parameters, parameters)
            ],
        )
