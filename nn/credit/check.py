"""The check of credit: δ·z beside central differences of the loss, weight by weight."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from autograd.notation import Table, shown, table
from autograd.progress import bar
from nn.arguments import whole
from nn.credit.assignment import Assignment
from nn.credit.finding.replay import number_with
from nn.credit.parts import Key, Weight

TOLERANCE = 1e-7
STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
WORK, LEAST = (
    10_000_000,
    20,
)  # so many operands are computed again for each of four differences; so many weights at least


@dataclass(frozen=True, eq=False)
class CreditCheck:
    """The result of a check; it prints as a table.

    Attributes:
        credit: ∂L/∂w of each weight, by the edge on which it stands first; by its name if it stands on none.
        numerical: the central difference of the loss for each.
        names: the name of each.
        left_out: how many weights were not looked at.
        heads: what the two numbers of a weight are called.

    >>> from nn.lessons import example
    >>> example("worked").credit().check().ok
    True
    """

    credit: dict[Key | str, float]
    numerical: dict[Key | str, float]
    names: dict[Key | str, str]
    left_out: int = 0
    heads: tuple[str, str] = ("δ·z", "(L(w+h)−L(w−h))/2h")

    def agrees(self, key: Key | str) -> bool:
        """Tell whether the two numbers of a weight agree to 1e-7, relative to the larger of them and 1.

        Args:
            key: the edge, (source, target), or the name of the weight.
        """
        c, n = self.credit[key], self.numerical[key]
        return abs(c - n) <= TOLERANCE * max(1.0, abs(c), abs(n))

    @property
    def ok(self) -> bool:
        """Whether all that were looked at agree."""
        return all(map(self.agrees, self.credit))

    def __str__(self) -> str:
        text = str(self._table())
        if self.left_out:
            text += f"\n… and {self.left_out:,} weights that were not looked at: check(most=...) looks at more"
        return text

    __repr__ = __str__

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
        return table(["edge", *self.heads, "difference", ""], rows)


def check_credit(credit: Assignment, most: int | None = None) -> CreditCheck:
    """Return every weight's credit beside a central difference of the loss, refined by Richardson's rule.

    (4·D(h/2) − D(h))/3 with D(h) = (L(w+h) − L(w−h))/2h has an error of order h⁴. A weight that sits on a
    kink of relu, say, may differ: there the derivative is a convention.

    Args:
        credit: what `assign_credit` found.
        most: how many weights to look at, those of the largest credit among them; without it as many as take a
            moment. The table says how many were left out.
    """
    recording, graph, keys = credit.recording, credit.graph, credit.stands
    used = [weight for weight in map(credit.weights.__getitem__, keys) if weight.uses]
    of_each = zip(credit.weights.values(), recording.parameters)
    places = {w.name: graph.places[p] for w, p in of_each if p in graph.places}
    now = {place: credit.weights[name].weight for name, place in places.items()}
    if most is None:
        most = max(LEAST, WORK // sum(map(len, graph.parents)))
    chosen = _sample(used, whole("most", most))
    heads = check_heads(credit, "Σ" if any(len(w.uses) > 1 for w in used) else "")
    check = CreditCheck({}, {}, {}, len(used) - len(chosen), heads)
    for weight in bar(chosen, "weight", passing=True):
        name, key = weight.name, keys[weight.name]

        def loss_at(w: float, place: int = places[name]) -> float:
            return number_with(graph, recording.loss, {**now, place: w})

        check.numerical[key] = _slope(loss_at, weight.weight)
        check.credit[key] = weight.credit
        several = len(weight.uses) > 1 or key == name
        check.names[key] = name if several else credit.edges[key].name
    return check


def check_heads(credit: Assignment, total: str = "") -> tuple[str, str]:
    """Return what a credit and the difference of the loss beside it are called in a notation.

    Args:
        credit: one of the examples.
        total: "Σ" or "mean", where a credit is one of several products.
    """
    names = credit.names
    loss, w = names.loss, names.letter("weight")
    return f"{total} {names.product}".lstrip(), f"({loss}({w}+h)−{loss}({w}−h))/2h"


def _slope(f: Callable[[float], float], x: float) -> float:
    """Return a central difference refined by Richardson's rule: where the function bends much, with smaller steps."""
    best, least = math.nan, math.inf
    for step in STEPS:
        h = step * max(1.0, abs(x))
        wide = (f(x + h) - f(x - h)) / (2.0 * h)
        near = (f(x + h / 2.0) - f(x - h / 2.0)) / h
        refined, doubt = (4.0 * near - wide) / 3.0, abs(near - wide)
        if doubt < least or math.isnan(best):
            best, least = refined, doubt
        if not doubt > 1e-5 * max(1.0, abs(refined)):
            break
    return best


def _sample(weights: list[Weight], most: int) -> list[Weight]:
    """Return some of many weights in their order: half of them the most to blame, the others evenly spread."""
    if len(weights) <= most:
        return weights
    by_size = sorted(range(len(weights)), key=lambda k: -abs(weights[k].credit))
    chosen, rest = by_size[: most // 2], sorted(by_size[most // 2 :])
    count = most - len(chosen)
    chosen += [rest[k * len(rest) // count] for k in range(count)]
    return [weights[k] for k in sorted(chosen)]
