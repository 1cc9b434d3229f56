"""Any network that credit explains, worked by hand: each line by its equation, from one's own earlier numbers."""

from collections.abc import Callable, Mapping
from typing import Any

from nn.credit.credit import Credit
from nn.credit.telling.equations import Equation, equations
from nn.lessons.marking.rules.hand import Flaws, Hand
from nn.lessons.marking.rules.intervals import Interval, at, mapped
from nn.lessons.marking.rules.problem import Problem, asked_numbers
from nn.lessons.quantities import Quantity
from nn.optim import Optimizer


class AnyProblem(Problem):
    """An example whose network has no layers, with what is asked of it.

    Args:
        credit: the example.
        lr: the learning rate η of the new weights.
        optimizer: what makes the new weights, if it is not w − η·∂L/∂w.
    """

    def __init__(self, credit: Credit, lr: float, optimizer: Optimizer | None = None) -> None:
        found = equations(credit, lr)
        self.credit, self.lr, self.optimizer = credit, lr, optimizer
        self.given = {e.id: e.value for e in found if e.rule is None}
        self.equations: dict[Quantity, Equation] = {
            Quantity(e.kind, e.of): e  # type: ignore[arg-type]
            for e in found
            if e.rule is not None and e.kind != "share"
        }
        self.shares: dict[Any, Equation] = {e.id: e for e in found if e.kind == "share"}
        self.right = asked_numbers(credit, lr, optimizer)
        self.order = list(self.right)
        self.outputs, self.inputs, self.functions = credit.outputs, [], {}
        self.into, self.out_of, self.layer_of = {}, {}, {}
        self.weights = {of: x for (kind, of), x in self.given.items() if kind == "weight"}

    def needs(self, q: Quantity, from_z: bool = False) -> list[Quantity]:
        """Return the lines of which one is made."""
        reads = (Quantity(kind, of) for kind, of in self.equations[q].reads)  # type: ignore[arg-type]
        return [need for need in reads if need in self.equations and need != q]

    def at_zero(self, j: int) -> Interval:
        """Return what needs no work for a node: 0."""
        return at(0.0)


class AnyHand(Hand):
    """A working of any network: what follows is computed by the equations, at the ends of what each number may be."""

    problem: AnyProblem

    def __init__(
        self,
        problem: AnyProblem,
        written: Mapping[Quantity, Interval],
        half: Callable[[float], float],
    ) -> None:
        super().__init__(problem, written, half)

    def follows(self, q: Quantity, flaws: Flaws = frozenset()) -> Interval:
        """Return what a line should be, given the numbers before it, if these mistakes are made."""
        s, p = dict(flaws), self.problem
        equation = p.equations[q]
        if q.kind == "new":
            w, g = p.weights[q.of], self.known("gradient", q.of, flaws)
            if p.optimizer is not None and not s.keys() & {"rate", "step", "weight kept"}:
                return mapped(lambda x: p.moved(q, x), g).wider(4.0 * self.half(w))
            step = self._rounded(g.times(s.get("rate", p.lr) * s.get("step", 1.0)))
            return step.times(2.0 * s["weight kept"] - 1.0) if "weight kept" in s else at(w) - step
        known = {read: self._read(read, flaws) for read in equation.reads if read != equation.id}
        rule, middle = equation.rule, {read: x.middle for read, x in known.items()}
        assert rule is not None
        base = float(rule(middle))
        spread = 0.0
        for read, x in known.items():
            if not x.exact:
                ends = [float(rule(middle | {read: end})) for end in (x.lo, x.hi)]
                spread += max(abs(end - base) for end in ends)
        # a product, a slope or a term of a sum for each number that is read may be rounded
        found = Interval(base, base).wider(spread + self.half(base) * (1 + len(known)) / 2)
        factor = s.get("gradient times", 1.0) if q.kind == "gradient" else 1.0
        return found.times(factor * (s.get("loss times", 1.0) if q.kind == "loss" else 1.0))

    def _read(self, read: tuple[Any, Any], flaws: Flaws) -> Interval:
        given = self.problem.given.get(read)
        return at(given) if given is not None else self.known(read[0], read[1], flaws)


def problem_of(credit: Credit, lr: float, optimizer: Optimizer | None = None) -> Problem:
    """Return an example with what is asked of it; of a loss that was recorded only its graph is known."""
    known = credit.layers and credit.y is not None
    return (Problem if known else AnyProblem)(credit, lr, optimizer)


def hand_of(
    problem: Problem, written: Mapping[Quantity, Interval], half: Callable[[float], float]
) -> Hand:
    """Return a working of an example, with layers or without."""
    if isinstance(problem, AnyProblem):
        return AnyHand(problem, written, half)
    return Hand(problem, written, half)
