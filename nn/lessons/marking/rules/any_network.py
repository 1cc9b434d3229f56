"""Any network that credit explains, worked by hand: each line by its equation, from one's own earlier numbers."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from nn.activations import ACTIVATIONS, Activation, activation_name
from nn.credit.credit import Credit
from nn.credit.telling.equations import Equation, Id, Rule, equations
from nn.lessons.marking.rules.hand import INSTEAD_OF_SLOPES, Flaws, Hand
from nn.lessons.marking.rules.intervals import SLOPES_FROM_Z, Interval, at, output, slope
from nn.lessons.marking.rules.problem import Problem, asked_numbers
from nn.lessons.marking.rules.remembered import Answers, remembered
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
        worked = [e for e in found if e.rule is not None and e.kind != "share"]
        self.equations: dict[Quantity, Equation] = {Quantity(e.kind, e.of): e for e in worked}  # type: ignore[arg-type]
        self.values = {e.id: e.value for e in found}
        self.right = asked_numbers(credit, lr, optimizer)
        self.order = list(self.right)
        self.outputs, self.inputs = credit.outputs, []
        self.answers = Answers()
        by_text: dict[str, Activation | None] = {}
        self.functions = {}
        for q, e in self.equations.items():
            if e.reads == (("a", q.of),):
                text = e.symbols.partition("(")[0]
                if text not in by_text:
                    by_text[text] = _function_of(rule_of(e), q.of)
                if (f := by_text[text]) is not None:
                    self.functions[q.of] = f  # type: ignore[index]
        self.into, self.out_of = {}, {}
        self.weights = {of: x for (kind, of), x in self.given.items() if kind == "weight"}

    @remembered
    def reads(self, q: Quantity) -> tuple[Id, ...]:
        """Return the numbers that a rule reads and that make a difference to it."""
        if (products := self.products(q)) is not None:
            return products[1]
        e = self.equations[q]
        rule, values = rule_of(e), {read: self.values[read] for read in e.reads}
        base = float(rule(values))

        def matters(read: Id) -> bool:
            x = values[read]
            tries = (x + 0.1, 0.0, -x - 0.1, x + 10.0, x - 10.0)
            return any(float(rule(values | {read: other})) != base for other in tries)

        return tuple(read for read in e.reads if read != e.id and matters(read))

    def products(
        self, q: Quantity, tail: str | None = None, use: int | None = None
    ) -> tuple[Rule, tuple[Id, ...]] | None:
        """Return a gradient as the sum over the uses of a weight, and what it reads; None if it is no such sum.

        Args:
            q: the gradient.
            tail: by what number of its tail δ is multiplied, if it is not z: by "a", or by "none".
            use: which use alone is taken.
        """
        if q.kind != "gradient":
            return None
        name = q.of if isinstance(q.of, str) else self.credit.edges[q.of].parameter
        uses = [edge for edge in self.credit.edges.values() if edge.parameter == name]
        uses = [uses[use]] if use is not None else uses
        terms: list[tuple[Id, Id | None]]
        terms = [(("delta", edge.target), self._tail(edge.source, tail)) for edge in uses]
        reads: tuple[Id, ...] = tuple(
            dict.fromkeys(x for term in terms for x in term if x is not None)
        )

        def summed(known: Mapping[Id, Any]) -> float:
            return float(sum(known[d] * (1.0 if z is None else known[z]) for d, z in terms))

        if not self.values.keys() >= {*reads}:
            return None
        agrees = math.isclose(summed(self.values), self.right[q], rel_tol=1e-9, abs_tol=1e-12)
        right = (tail, use) == (None, None)
        return None if right and not agrees else (summed, reads)  # a penalty may have a share in it

    def _tail(self, source: Any, tail: str | None) -> Id | None:
        """Return the number of a tail by which δ is multiplied; None if by none."""
        if source is None or tail == "none":
            return None
        return ("a" if tail == "a" and Quantity("a", source) in self.equations else "z", source)

    def share(self, q: Quantity) -> float:
        """Return 0: what a penalty adds stands in the equations of the gradients."""
        return 0.0

    def needs(self, q: Quantity, from_z: bool = False) -> list[Quantity]:
        """Return the lines of which one is made."""
        reads = [Quantity(kind, of) for kind, of in self.reads(q)]  # type: ignore[arg-type]
        a, z = Quantity("a", q.of), Quantity("z", q.of)
        if from_z and q.kind == "delta" and q.of in self.functions:
            reads = [z if read == a else read for read in reads]
        return [need for need in reads if need in self.equations]

    def at_zero(self, j: int) -> Interval:
        """Return what needs no work for a node: f(0) of a unit, or 0."""
        return super().at_zero(j) if j in self.functions else at(0.0)


class AnyHand(Hand):
    """A working of any network: what follows is computed by the equations, at the ends of what each number may be."""

    problem: AnyProblem

    def follows(self, q: Quantity, flaws: Flaws = frozenset()) -> Interval:
        """Return what a line should be, given the numbers before it, if these mistakes are made."""
        s, p = dict(flaws), self.problem
        if q.kind == "new":
            return self._new(q.of, flaws, s)
        rule, reads = self._as_it_is_taken(q, s)
        known = {read: self._read(read, flaws, q) for read in reads}
        middle = {**p.values, **{read: x.middle for read, x in known.items()}}
        base = float(rule(middle))
        # a product, a slope or a term of a sum for each number that is read may be rounded, whatever their sum is
        spread = self.half(base) / 2
        shrunk, f = 1.0, p.functions.get(q.of) if q.kind == "delta" else None  # type: ignore[arg-type]
        if f is not None:  # the slope makes less of a sum that was rounded
            shrunk = min(abs(slope(f, at(p.right[Quantity("a", q.of)])).middle) or 1.0, 1.0)
        if q.kind == "loss":  # squares are halved
            spread += len(p.outputs) * self.half(2.0 * base)
        for read, x in known.items():
            term = abs(base - float(rule(middle | {read: 0.0})))
            most = max(abs(base), term if term < math.inf else 0.0)
            spread += self.half(most / shrunk) * shrunk / 2
            if not x.exact:
                ends = [float(rule(middle | {read: end})) for end in (x.lo, x.hi)]
                spread += max(abs(end - base) for end in ends)
        return Interval(base, base).wider(spread)

    def _read(self, read: tuple[Any, Any], flaws: Flaws, q: Quantity) -> Interval:
        if read[0] == "weight" and q.kind == "delta" and ("updated", True) in flaws:
            others = frozenset(f for f in flaws if f[0] != "updated")  # it would go in a circle
            return self.known("new", read[1], others)
        given = self.problem.given.get(read)
        return at(given) if given is not None else self.known(*read, flaws)

    def _as_it_is_taken(self, q: Quantity, s: Mapping[str, Any]) -> tuple[Rule, tuple[Id, ...]]:
        """Return the rule of a line with the mistakes in it, and the numbers that it reads."""
        p = self.problem
        rule, reads, kind = rule_of(p.equations[q]), p.reads(q), p.line_kind(q)
        if kind == "gradient":
            rule, reads = p.products(q, s.get("tail"), s.get("uses")) or (rule, reads)
        elif kind == "hidden" and (instead := _passed_instead(reads, s)):
            whole = rule
            rule = lambda known: whole({**known, **instead})  # noqa: E731
        elif q.kind == "z" and reads == (("a", q.of),):
            rule = self._function_instead(q, kind, s) or rule
        if q.kind == "delta" and ("a", q.of) in reads and s.keys() & _OF_SLOPES:
            rule, reads = self._with_slope(q, rule, reads, kind, s)
        factor = self._factor(s, *_FACTORS.get(kind, ()))
        return (rule if factor == 1.0 else lambda known: factor * rule(known)), reads

    def _function_instead(self, q: Quantity, kind: str, s: Mapping[str, Any]) -> Rule | None:
        """Return the activation that is taken for that of a unit."""
        a: Id = ("a", q.of)
        if self._as_a(q.of, s):  # type: ignore[arg-type]
            return lambda known: known[a]
        if kind == "z" and "f" in s:
            other = ACTIVATIONS[s["f"]]
            return lambda known: output(other, at(known[a])).middle
        return None

    def _with_slope(
        self, q: Quantity, rule: Rule, reads: tuple[Id, ...], kind: str, s: Mapping[str, Any]
    ) -> tuple[Rule, tuple[Id, ...]]:
        """Return the rule of a δ with the slope of its unit from z, or with something else in its place."""
        p = self.problem
        a, z = Quantity("a", q.of), Quantity("z", q.of)
        at_a, f = p.right[a], p.functions.get(q.of)  # type: ignore[arg-type]
        if f is None or not (right := slope(f, at(at_a)).middle):
            return rule, reads
        way = s.get("slope") or s.get("out way" if kind == "out" else "hidden way")
        taken: Callable[[float], float]
        if "every slope" in s or f"{kind} slope" in s:
            taken = lambda y: 1.0  # noqa: E731
        elif way in INSTEAD_OF_SLOPES:
            taken = INSTEAD_OF_SLOPES[way]
        elif way == "at z":
            taken = lambda y: slope(f, at(y)).middle  # noqa: E731
        elif activation_name(f) in SLOPES_FROM_Z:
            taken = SLOPES_FROM_Z[activation_name(f)]
        else:
            return rule, reads
        found = tuple(dict.fromkeys(z if read == a else read for read in reads))
        return (lambda known: rule({**known, a: at_a}) / right * taken(known[z])), found


def _passed_instead(reads: tuple[Id, ...], s: Mapping[str, Any]) -> dict[Id, float]:
    """Return by what the weights and the δ are replaced, through which an error comes back."""
    instead = {read: 1.0 for read in reads if read[0] == "weight" and "no weight" in s}
    behind = [read for read in reads if read[0] == "delta"]
    if behind and s.get("path") in (0, -1):
        instead |= {read: 0.0 for read in behind if read != behind[s["path"]]}
    return instead


_OF_SLOPES = {
    "from z", "every slope", "out slope", "hidden slope", "slope", "out way", "hidden way",
}  # fmt: skip
# the mistakes that multiply a line
_FACTORS = {
    "loss": ("loss times", "both times"), "out": ("error times", "both times", "error sign"),
    "hidden": ("back sign",), "gradient": ("gradient times",),
}  # fmt: skip
_PROBES = (-1.3, -0.4, 0.2, 0.7, 2.1)


def rule_of(equation: Equation) -> Rule:
    """Return the rule of a number that is not given."""
    assert equation.rule is not None
    return equation.rule


def _function_of(rule: Rule, j: Any) -> Activation | None:
    """Return the known activation that the rule of an output computes."""
    for f in ACTIVATIONS.values():
        if all(abs(float(rule({("a", j): a})) - output(f, at(a)).middle) < 1e-9 for a in _PROBES):
            return f
    return None


def problem_of(credit: Credit, lr: float, optimizer: Optimizer | None = None) -> Problem:
    """Return an example with what is asked of it; of a loss that was recorded only its graph is known."""
    known = credit.layers and credit.y is not None
    return (Problem if known else AnyProblem)(credit, lr, optimizer)


def hand_of(
    problem: Problem, written: Mapping[Quantity, Interval], half: Callable[[float], float]
) -> Hand:
    """Return a working of an example, with layers or without."""
    return (AnyHand if isinstance(problem, AnyProblem) else Hand)(problem, written, half)
