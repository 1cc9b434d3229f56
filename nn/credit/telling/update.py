"""How an optimiser moves a weight once its gradient is known: the equations of one step, with what it remembers."""

import copy
from dataclasses import dataclass, field

from autograd.notation import bracketed, factor, shown, significant, superscript
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.telling.derivation import Line
from nn.optim import SGD, Adam, Optimizer


def stepped(credit: Assignment, optimizer: Optimizer) -> dict[str, float]:
    """Return each weight by its name after one step of an optimiser, which is left as it is."""
    weights = list(credit.weights.values())
    new = copy.deepcopy(optimizer).update([w.weight for w in weights], [w.credit for w in weights])
    return dict(zip(credit.weights, new))


def update_lines(credit: Assignment, edge: Edge, optimizer: Optimizer) -> list[Line]:
    """Return the equations of the next step of an optimiser for one weight.

    Args:
        credit: the example whose gradients the step uses.
        edge: an edge on which the weight stands.
        optimizer: the optimiser, with what it remembers of the steps before; it is left as it is.

    Raises:
        ValueError: if no parameter stands on the edge, or the optimiser keeps the state of another network.
    """
    if not edge.parameter:
        raise ValueError(f"{edge.called} is no parameter, so no optimiser moves it")
    place = list(credit.weights).index(edge.parameter)
    weight = credit.weights[edge.parameter]
    new = stepped(credit, optimizer)[edge.parameter]
    course = _Course(edge.name, weight.weight, edge.gradient_name, weight.credit)
    if optimizer.weight_decay:
        course.decay(optimizer)
    if type(optimizer) is SGD:
        course.sgd(optimizer, place)
    elif type(optimizer) is Adam:
        course.adam(optimizer, place)
    else:
        course.step = f"a step of {type(optimizer).__name__}", f"from {shown(weight.weight, 4)}"
    return [*course.lines, Line(f"new {edge.name}", *course.step, new)]


@dataclass
class _Course:
    """How a weight and its gradient, each in symbols and as a number, change line by line until the last step."""

    name: str
    w: float
    symbol: str
    g: float
    lines: list[Line] = field(default_factory=list)
    step: tuple[str, str] = "", ""

    def decay(self, o: Optimizer) -> None:
        lr, decay, w = o.learning_rate(), o.weight_decay, factor(self.w)
        if getattr(o, "decoupled", False):
            symbols, numbers = f"{self.name} − η·λ·{self.name}", f"{w} − {lr:g}·{decay:g}·{w}"
            self.name, self.w = "w", self.w - lr * decay * self.w
            self.lines.append(Line("w", symbols, numbers, self.w))
        else:
            numbers = f"{factor(self.g)} + {decay:g}·{w}"
            self._becomes("g", f"{self.symbol} + λ·{self.name}", numbers, self.g + decay * self.w)

    def _becomes(self, letter: str, symbols: str, numbers: str, value: float) -> None:
        self.lines.append(Line(letter, symbols, numbers, value))
        self.symbol, self.g = letter, value

    def sgd(self, o: SGD, place: int) -> None:
        mu = o.momentum
        if mu:
            g, symbol, before = self.g, self.symbol, _remembered(o._velocity, place)
            v = mu * before + g
            self._becomes("v", f"μ·v + {symbol}", f"{mu:g}·{factor(before)} + {factor(g)}", v)
            if o.nesterov:
                numbers = f"{factor(g)} + {mu:g}·{factor(v)}"
                self._becomes("u", f"{symbol} + μ·v", numbers, g + mu * v)
        moved = f"{factor(self.w)} − {o.learning_rate():g}·{factor(self.g)}"
        self.step = f"{self.name} − η·{self.symbol}", moved

    def adam(self, o: Adam, place: int) -> None:
        (b1, b2), t, g = o.betas, o.steps + 1, self.g
        m0, s0 = _remembered(o._mean, place), _remembered(o._square, place)
        m, s = b1 * m0 + (1.0 - b1) * g, b2 * s0 + (1.0 - b2) * g * g
        mean, square = m / (1.0 - b1**t), s / (1.0 - b2**t)
        power, symbol = superscript(t), self.symbol

        def n(x: float) -> str:  # a square may be small
            return bracketed(significant(x))

        self.lines += [
            Line("m", f"β₁·m + (1−β₁)·{symbol}", f"{b1:g}·{n(m0)} + {1.0 - b1:g}·{n(g)}", m),
            Line("s", f"β₂·s + (1−β₂)·{symbol}²", f"{b2:g}·{n(s0)} + {1.0 - b2:g}·{n(g)}²", s),
            Line("m̂", f"m/(1−β₁{power})", f"{significant(m)}/{significant(1.0 - b1**t)}", mean),
            Line("ŝ", f"s/(1−β₂{power})", f"{significant(s)}/{significant(1.0 - b2**t)}", square),
        ]
        self.step = f"{self.name}, since ŝ = 0", factor(self.w)
        if square**0.5 + o.eps:
            below = f"({significant(square**0.5)} + {o.eps:g})"
            moved = f"{factor(self.w)} − {o.learning_rate():g}·{n(mean)}/{below}"
            self.step = f"{self.name} − η·m̂/(√ŝ + ε)", moved


def _remembered(state: object, place: int) -> float:
    return float(state[place]) if len(state) else 0.0  # type: ignore[index, arg-type]
