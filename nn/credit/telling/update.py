"""How an optimiser moves a weight once its gradient is known: the equations of one step, with what it remembers."""

import copy
from typing import TypeAlias

from autograd.notation import bracketed, factor, shown, significant, superscript
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.telling.derivation import Line
from nn.optim import SGD, Adam, Optimizer

Equations: TypeAlias = list[Line]


def stepped(credit: Assignment, optimizer: Optimizer) -> dict[str, float]:
    """Return each weight by its name after one step of an optimiser, which is left as it is."""
    weights = list(credit.weights.values())
    new = copy.deepcopy(optimizer).update([w.weight for w in weights], [w.credit for w in weights])
    return dict(zip(credit.weights, new))


def update_lines(credit: Assignment, edge: Edge, optimizer: Optimizer) -> Equations:
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
    lr, g, symbol, lines = optimizer.learning_rate(), weight.credit, edge.gradient_name, Equations()
    w, left = weight.weight, f"new {edge.name}"
    decay = optimizer.weight_decay
    if decay and getattr(optimizer, "decoupled", False):
        shrunk = w - lr * decay * w
        lines.append(Line("w", f"{edge.name} − η·λ·{edge.name}",
                          f"{factor(w)} − {lr:g}·{decay:g}·{factor(w)}", shrunk))  # fmt: skip
        w, name = shrunk, "w"
    else:
        name = edge.name
        if decay:
            decayed = f"{factor(g)} + {decay:g}·{factor(w)}"
            lines.append(Line("g", f"{symbol} + λ·{edge.name}", decayed, g + decay * w))
            g, symbol = g + decay * w, "g"
    if type(optimizer) is SGD:
        return [*lines, *_sgd(optimizer, place, g, symbol, w, left, name, new)]
    if type(optimizer) is Adam:
        return [*lines, *_adam(optimizer, place, g, symbol, w, left, name, new)]
    return [
        Line(left, f"a step of {type(optimizer).__name__}", f"from {shown(weight.weight, 4)}", new)
    ]


def _remembered(state: object, place: int) -> float:
    return float(state[place]) if len(state) else 0.0  # type: ignore[index, arg-type]


def _sgd(
    o: SGD, place: int, g: float, symbol: str, w: float, left: str, name: str, new: float
) -> Equations:
    lr, lines = o.learning_rate(), Equations()
    if o.momentum:
        before = _remembered(o._velocity, place)
        v = o.momentum * before + g
        lines.append(
            Line("v", f"μ·v + {symbol}", f"{o.momentum:g}·{factor(before)} + {factor(g)}", v)
        )
        if o.nesterov:
            ahead = g + o.momentum * v
            lines.append(
                Line("u", f"{symbol} + μ·v", f"{factor(g)} + {o.momentum:g}·{factor(v)}", ahead)
            )
            g, symbol = ahead, "u"
        else:
            g, symbol = v, "v"
    return [*lines, Line(left, f"{name} − η·{symbol}", f"{factor(w)} − {lr:g}·{factor(g)}", new)]


def _adam(
    o: Adam, place: int, g: float, symbol: str, w: float, left: str, name: str, new: float
) -> Equations:
    (b1, b2), t = o.betas, o.steps + 1
    m0, s0 = _remembered(o._mean, place), _remembered(o._square, place)
    m, s = b1 * m0 + (1.0 - b1) * g, b2 * s0 + (1.0 - b2) * g * g
    mean, square = m / (1.0 - b1**t), s / (1.0 - b2**t)
    power = superscript(t)

    def n(x: float) -> str:  # a square may be small
        return bracketed(significant(x))

    scale = square**0.5 + o.eps
    last = Line(left, f"{name}, since ŝ = 0", factor(w), new)
    if scale:
        moved = f"{factor(w)} − {o.learning_rate():g}·{n(mean)}/({significant(square**0.5)} + {o.eps:g})"
        last = Line(left, f"{name} − η·m̂/(√ŝ + ε)", moved, new)
    return [
        Line("m", f"β₁·m + (1−β₁)·{symbol}", f"{b1:g}·{n(m0)} + {1.0 - b1:g}·{n(g)}", m),
        Line("s", f"β₂·s + (1−β₂)·{symbol}²", f"{b2:g}·{n(s0)} + {1.0 - b2:g}·{n(g)}²", s),
        Line("m̂", f"m/(1−β₁{power})", f"{significant(m)}/{significant(1.0 - b1**t)}", mean),
        Line("ŝ", f"s/(1−β₂{power})", f"{significant(s)}/{significant(1.0 - b2**t)}", square),
        last,
    ]  # fmt: skip
