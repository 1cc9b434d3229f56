"""The check of credit: δ·z beside central differences of the loss, edge by edge."""

from dataclasses import dataclass

from autograd import Value, no_grad
from autograd.notation import Table, shown, table
from nn.credit.assignment import Assignment, Key

TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class CreditCheck:
    """The result of a check; it prints as a table.

    Attributes:
        credit: δ·z of each edge.
        numerical: the central difference of the loss for each edge.
        names: the name of each edge.
    """

    credit: dict[Key, float]
    numerical: dict[Key, float]
    names: dict[Key, str]

    def agrees(self, key: Key) -> bool:
        """Tell whether the two numbers of an edge agree to 1e-7, relative to the larger of them and 1."""
        c, n = self.credit[key], self.numerical[key]
        return abs(c - n) <= TOLERANCE * max(1.0, abs(c), abs(n))

    @property
    def ok(self) -> bool:
        """Whether all edges agree."""
        return all(map(self.agrees, self.credit))

    def __str__(self) -> str:
        return self._table()

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        rows = [
            [
                self.names[key],
                shown(self.credit[key], 9, sign=True),
                shown(self.numerical[key], 9, sign=True),
                f"{abs(self.credit[key] - self.numerical[key]):.1e}",
                "✓" if self.agrees(key) else "✗ differs",
            ]
            for key in self.credit
        ]
        return table(["edge", "δ·z", "(L(w+h)−L(w−h))/2h", "difference", ""], rows)


def check_credit(credit: Assignment) -> CreditCheck:
    """Return every edge's δ·z beside a central difference of the loss, refined by Richardson's rule.

    (4·D(h/2) − D(h))/3 with D(h) = (L(w+h) − L(w−h))/2h has an error of order h⁴. A weight that sits on a
    kink of relu, say, may differ: there the derivative is a convention.
    """
    net = credit.network()
    parameters: dict[Key, Value] = {}
    for layer, tails, heads in zip(net.layers, credit.layers, credit.layers[1:]):
        for unit, j in zip(layer.neurons, heads):
            parameters.update({(i, j): w for i, w in zip(tails, unit.w)})
            if unit.b is not None:
                parameters[None, j] = unit.b

    def difference(p: Value, h: float) -> float:
        before = p.data
        p.data = before + h
        above = credit.loss_function(net(credit.x), credit.y).data
        p.data = before - h
        below = credit.loss_function(net(credit.x), credit.y).data
        p.data = before
        return (above - below) / (2.0 * h)

    numerical: dict[Key, float] = {}
    with no_grad():
        for key in credit.edges:
            p = parameters[key]
            h = 1e-3 * max(1.0, abs(p.data))
            numerical[key] = (4.0 * difference(p, h / 2.0) - difference(p, h)) / 3.0
    return CreditCheck(
        {key: edge.credit for key, edge in credit.edges.items()},
        numerical,
        {key: edge.name for key, edge in credit.edges.items()},
    )
