"""How the error reaches an edge: the chain of δs in symbols, numbers and LaTeX, and the matrix form."""

from dataclasses import dataclass, field

import autograd as ag
from autograd import latex
from autograd.notation import factor, shown, subscript
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge, Node
from nn.losses import (
    Loss,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    mean_absolute_error,
    mean_squared_error,
    squared_error,
)


@dataclass(frozen=True, eq=False)
class Line:
    """One equation of a derivation, or a remark, which has a left side alone.

    Attributes:
        left: what it gives, δ₁ say.
        symbols: its right-hand side in symbols.
        numbers: the same in numbers.
        value: the result.
        several: whether it stands for several equations, whose results are the numbers.
        signed: whether the result carries its sign, as errors and credits do.
    """

    left: str
    symbols: str = ""
    numbers: str = ""
    value: float = 0.0
    several: bool = False
    signed: bool = True

    @property
    def sides(self) -> list[str]:
        """What stands between the signs of equality; of a remark the remark alone."""
        if not self.symbols:
            return [self.left]
        if self.several:
            return [self.left, self.symbols, self.numbers]
        result = shown(self.value, 4, sign=self.signed)
        if self.symbols == self.numbers:  # nothing comes: 0
            return [self.left, result]
        bare = self.numbers == result.removeprefix("+")  # nothing is computed
        return [self.left, self.symbols, *([] if bare else [self.numbers]), result]

    def __str__(self) -> str:
        return " = ".join(self.sides)

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class Derivation:
    """The path from the error to one edge.

    Attributes:
        edge: the edge.
        steps: the equations, from the output's δ to the edge's credit.
        update: the equations of an optimiser's step, if one was asked for.

    >>> from nn.lessons import example
    >>> example("worked").credit().derivation(1, 0).steps[-1]
    ∂L/∂w₁⇝₀ = δ₀·z₁ = 0.6279·0.8306 = +0.5215
    """

    edge: Edge
    steps: list[Line]
    update: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        edge, tail = self.edge, "the constant 1"
        if edge.source is not None:
            tail = f"the activation at {edge.names.unit(edge.source)}"
        heading = (
            f"{edge.gradient_name}: {'minus ' * (edge.names.sign < 0.0)}the error at {edge.names.unit(edge.target)} times {tail}. "
            "The error starts at the output and comes back:"
        )
        return "\n".join([heading, *(f"  {line}" for line in [*self.steps, *self.update])])

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """The equations as LaTeX."""
        rows = [
            " = ".join(map(latex.formula, line.sides)).replace(" = ", " &= ", 1)
            if line.symbols
            else rf"&\text{{{line.left}}}"
            for line in [*self.steps, *self.update]
        ]
        return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def slope_symbol(activation: str, a: str) -> str:
    """Return f′(a) as the slides write it, of a sum of this name; empty where it is 1."""
    if activation == "linear":
        return ""
    return f"(1−tanh²{a})" if activation == "tanh" else f"{activation}′({a})"


def slope_of(node: Node) -> tuple[str, float] | None:
    """Return the slope of a unit as a factor, in symbols and as a number; None where it is 1, or there is none."""
    if node.slope is None or node.does == "linear":
        return None
    return slope_symbol(node.does, node.a_name), node.slope


# ∂L/∂ŷ of each loss: what is around the difference, and from what the target is taken; with several outputs, a mean
# has 1/n of it.
_ERRORS: dict[Loss, tuple[str, str]] = {
    half_squared_error: ("", "{name}"),
    squared_error: ("2·", "{name}"),
    mean_squared_error: ("2·", "{name}"),
    mean_absolute_error: ("sign", "{name}"),
    binary_cross_entropy_with_logits: ("", "σ({name})"),
    cross_entropy: ("", "softmax({out}){i}"),
}
_MEANS = (mean_squared_error, mean_absolute_error, binary_cross_entropy_with_logits)


def error_at_output(credit: Assignment, node: Node) -> tuple[str, str] | None:
    """Return ∂L/∂ŷ in symbols and in numbers as a factor, if there is a formula for it."""
    if credit.loss_function not in _ERRORS or node.target is None:
        return None
    outputs = credit.outputs
    around, predicted = _ERRORS[credit.loss_function]
    letters = credit.names
    predicted = predicted.format(
        name=node.name, out=letters.letter("output"), i=subscript(node.index)
    )
    number = credit.probabilities.get(node.index, node.z)
    if credit.loss_function is binary_cross_entropy_with_logits:
        number = ag.sigmoid(node.z)
    n = f"/{len(outputs)}" if credit.loss_function in _MEANS and len(outputs) > 1 else ""
    if letters.sign > 0.0:
        symbols = f"{predicted}−{node.target_name}"
        numbers = f"{shown(number, 4)} − {factor(node.target)}"
    else:
        symbols = f"{node.target_name}−{predicted}"
        numbers = f"{shown(node.target, 4)} − {factor(number)}"
    return f"{around}({symbols}){n}", f"{around}({numbers}){n}"


def probability_line(credit: Assignment, j: int) -> Line:
    """Return the equation that gives the probability of an output."""
    names, p = credit.names, credit.probabilities[j]
    outputs = [credit.nodes[k] for k in credit.outputs]
    below = " + ".join(f"exp({shown(node.z, 4)})" for node in outputs)
    right = f"softmax({names.letter('output')}){subscript(j)}"
    return Line(names.p(j), right, f"exp({shown(credit.nodes[j].z, 4)})/({below})", p)
