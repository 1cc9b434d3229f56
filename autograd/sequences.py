"""Nodes over sequences of operands: sums, dots, and the units of a layer, which share their inputs."""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import modes, primitives, value
from autograd.graph.inner_loops import weighted_sum
from autograd.primitive import Primitive
from autograd.value import Number, Value, apply, as_values, bias_node, record, settled


def sequence_node(row: Primitive, xs: Sequence[Any]) -> Value:
    """Apply a row of one sequence of operands."""
    xs = as_values(xs)
    data = [x._data for x in xs]
    try:
        out = row.on_floats(data)
        slopes = tuple(row.slopes[0](data, out))
    except (ArithmeticError, ValueError):
        return apply(row, xs)
    v = record(row, out, xs, None, slopes, None)
    v._c = None
    return settled(v) if modes.active else v


def dot_node(ws: Sequence[Number], xs: Sequence[Number], bias: Number) -> Value:
    """Record bias + Σ w·x."""
    constant = Value not in map(type, xs)
    ws, xs, start = as_values(ws), as_values(xs), bias_node(bias)
    w_data = tuple([w._data for w in ws])
    x_data = tuple([x._data for x in xs])
    data = weighted_sum[len(xs)](0.0 if start is None else start._data, w_data, x_data)
    v = record(primitives.dot, data, ws, xs, x_data, None if constant else w_data)
    v._c = start
    return settled(v) if modes.active else v


class Units:
    """Weights and a bias for each of some units, which remember the weights' numbers.

    A layer reads them once for all the examples between two assignments, not once for each.
    """

    def __init__(self, units: Iterable[tuple[tuple[Value, ...], Number]]) -> None:
        self._units = [(ws, bias_node(bias)) for ws, bias in units]
        self._widths = {len(ws) for ws, _ in self._units}
        self._read: tuple[object, list[tuple[float, ...]]] = (None, [])

    def numbers(self) -> list[tuple[float, ...]]:
        """Return the numbers of each unit's weights."""
        moment, numbers = self._read
        if moment is not value.assigned:
            moment = value.assigned  # before reading: an assignment meanwhile outdates the reading
            numbers = [tuple([w._data for w in ws]) for ws, _ in self._units]
            self._read = moment, numbers
        return numbers

    def nodes(self, inputs: Iterable[Number]) -> list[Value]:
        """Record bias + Σ w·x for each unit; tuples of operands and numbers are shared by the nodes, not copied.

        Raises:
            ValueError: if a unit has more or fewer weights than there are inputs.
        """
        inputs = tuple(inputs)
        if self._widths - {len(inputs)}:
            widths = ", ".join(map(str, sorted(self._widths)))
            raise ValueError(f"{widths} weights, but {len(inputs)} inputs")
        xs = as_values(inputs)
        x_data = tuple([x._data for x in xs])
        constant = Value not in map(type, inputs)
        add_products = weighted_sum[len(xs)]
        nodes = []
        for (ws, bias), w_data in zip(self._units, self.numbers()):
            data = add_products(0.0 if bias is None else bias._data, w_data, x_data)
            v = record(primitives.dot, data, ws, xs, x_data, None if constant else w_data)
            v._c = bias
            nodes.append(v)
        on = modes.settings() if modes.active else None
        return [settled(v, on) for v in nodes] if on else nodes
