"""Random networks: units, skips, gates, masks, softmax and norms, with shared weights, in dots and plain operators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

import autograd as ag
from autograd import Value

SPECIAL = (0.0, -0.0, 1.0, -2.0, float("inf"), float("-inf"), float("nan"))
ACTIVATIONS = ("tanh", "sigmoid", "softplus", "silu", "gelu")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A recorded network."""

    loss: Value
    outputs: list[Value]
    parameters: list[Value]


class Builder:
    """Builds a network step by step from what was made before."""

    def __init__(self, draw: Any, numbers: st.SearchStrategy[float]) -> None:
        self.draw, self.numbers = draw, numbers
        self.made = [Value(draw(numbers)) for _ in range(draw(st.integers(1, 3)))]
        self.parameters: list[Value] = []

    def choice(self, *items: Any) -> Any:
        return self.draw(st.sampled_from(items))

    def pick(self, count: int) -> list[Value]:
        return [self.made[-1 - self.draw(st.integers(0, len(self.made) - 1))] for _ in range(count)]

    def weight(self) -> Value:
        if self.parameters and self.draw(st.booleans()):
            return self.choice(*self.parameters)  # type: ignore[no-any-return]
        self.parameters.append(Value(self.draw(self.numbers)))
        return self.parameters[-1]

    def unit(self) -> Value:
        tails = self.pick(self.draw(st.integers(1, 3)))
        weights = [self.weight() for _ in tails]
        bias = self.weight() if self.draw(st.booleans()) else None
        spelling = self.choice("dot", "plus", "minus", "sum", "swapped")
        if spelling == "dot":
            a = ag.dot(weights, tails) if bias is None else ag.dot(weights, tails, bias)
        else:
            products = [x * w if spelling == "swapped" else w * x for w, x in zip(weights, tails)]
            terms = products if bias is None else [bias, *products]
            if spelling == "sum":
                a = ag.sum(terms)
            else:
                a = terms[0]
                for term in terms[1:]:
                    a = a - term if spelling == "minus" else a + term
        f = self.choice("linear", *ACTIVATIONS, "by hand", "mask")
        if f == "by hand":
            return a * a.sigmoid()
        if f == "mask":
            return a.tanh() * self.choice(0.0, 2.0)
        return a if f == "linear" else getattr(a, f)()

    def skip(self) -> Value:
        one, other = self.pick(2)
        return one + other if self.draw(st.booleans()) else one - other

    def gate(self) -> Value:
        f, c, i, g = self.pick(4)
        return f * c + i * g if self.draw(st.booleans()) else f * c.tanh()

    def fold(self) -> Value:
        one, other = self.pick(2)
        return ag.maximum(one, other) if self.draw(st.booleans()) else one.sigmoid() * 0.5

    def softmax(self) -> list[Value]:
        scores = self.pick(self.draw(st.integers(2, 3)))
        if self.draw(st.booleans()):
            return ag.softmax(scores)
        raised = [ag.exp(ag.tanh(s)) for s in scores]
        total = ag.sum(raised)
        return [r / total for r in raised]

    def norm(self) -> list[Value]:
        xs = self.pick(self.draw(st.integers(2, 3)))
        mean = ag.mean(xs)
        centred = [x - mean for x in xs]
        scale = (ag.mean([c * c for c in centred]) + 0.5) ** -0.5
        return [c * scale for c in centred]

    def attend(self) -> Value:
        count = self.draw(st.integers(1, 3))
        return ag.dot(self.pick(count), self.pick(count))


@st.composite
def graphs(draw: Any, special: bool = False) -> Drawn:
    """Draw a recorded network with at least one unit.

    Args:
        draw: Hypothesis's.
        special: whether numbers may be ±0, infinite or nan.
    """
    plain = st.floats(-1.5, 1.5).map(lambda x: round(x, 3))
    builder = Builder(draw, st.sampled_from(SPECIAL) | plain if special else plain)
    kinds = ("unit", "unit", "unit", "skip", "gate", "fold", "softmax", "norm", "attend")
    for kind in [*draw(st.lists(st.sampled_from(kinds), max_size=6)), "unit"]:
        build: Callable[[], Any] = getattr(builder, kind)
        made = build()
        builder.made += made if isinstance(made, list) else [made]
    outputs = list(
        {id(v): v for v in [builder.made[-1], *builder.pick(draw(st.integers(0, 2)))]}.values()
    )
    outputs = [v for v in outputs if v.op]
    errors = [ag.square(v - 0.25) for v in outputs]
    loss = 0.5 * ag.sum(errors) if draw(st.booleans()) else errors[0] + ag.sum(errors[1:])
    if draw(st.booleans()):
        loss = loss + 0.01 * ag.sum([p.square() for p in builder.parameters])
    return Drawn(loss, outputs, builder.parameters)
