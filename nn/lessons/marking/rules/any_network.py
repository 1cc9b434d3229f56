"""Any network that credit explains, worked by hand: each line by its equation, from one's own earlier numbers."""

from collections.abc import Callable, Mapping
from typing import Any

from nn.activations import ACTIVATIONS
from nn.credit.credit import Credit
from nn.credit.telling.equations import Equation, Id, Known, Rule, equations
from nn.lessons.marking.rules.hand import Flaws, Hand
from nn.lessons.marking.rules.intervals import Interval, at, mapped, output
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
        rule, reads = self._as_it_is_taken(q, equation, s)
        known = {read: self._read(read, flaws, q) for read in reads if read != equation.id}
        middle = {read: x.middle for read, x in known.items()}
        base = float(rule(middle))
        spread = 0.0
        for read, x in known.items():
            if not x.exact:
                ends = [float(rule(middle | {read: end})) for end in (x.lo, x.hi)]
                spread += max(abs(end - base) for end in ends)
        # a product, a slope or a term of a sum for each number that is read may be rounded
        return Interval(base, base).wider(spread + self.half(base) * (1 + len(known)) / 2)

    def _read(self, read: tuple[Any, Any], flaws: Flaws, q: Quantity) -> Interval:
        if read[0] == "weight" and q.kind == "delta" and ("updated", True) in flaws:
            others = frozenset(f for f in flaws if f[0] != "updated")  # it would go in a circle
            return self.known("new", read[1], others)
        given = self.problem.given.get(read)
        return at(given) if given is not None else self.known(read[0], read[1], flaws)

    def _as_it_is_taken(
        self, q: Quantity, equation: Equation, s: Mapping[str, Any]
    ) -> tuple[Rule, tuple[Id, ...]]:
        """Return the rule of a line with the mistakes in it, and the numbers that it reads."""
        p, rule, reads = self.problem, equation.rule, equation.reads
        assert rule is not None
        kind, factor = p.line_kind(q), 1.0
        if kind == "loss":
            factor = s.get("loss times", 1.0) * s.get("both times", 1.0)
        elif kind == "gradient":
            factor = {"lr": p.lr}.get(s.get("gradient times", 1.0), s.get("gradient times", 1.0))
            if s.keys() & {"tail", "uses"}:
                rule, reads = self._products(q, rule, reads, s)
        elif kind == "out":
            factor = (
                s.get("error times", 1.0)
                * s.get("both times", 1.0)
                * (-1.0 if "error sign" in s else 1.0)
            )
        elif kind == "hidden":
            factor = -1.0 if "back sign" in s else 1.0
            instead = (
                {read: 1.0 for read in reads if read[0] == "weight"} if "no weight" in s else {}
            )
            behind = [read for read in reads if read[0] == "delta"]
            if behind and s.get("path") in (0, -1):
                instead |= dict.fromkeys(behind, 0.0)
                del instead[behind[s["path"]]]
            if instead:
                whole = rule
                rule = lambda known: whole({**known, **instead})  # noqa: E731
        if kind in ("z", "output") and reads == (("a", q.of),):
            if s.get("no f") == "all" or s.get("no f") == (True if kind == "z" else "out"):
                return lambda known: known["a", q.of], reads
            if kind == "z" and "f" in s:
                other = ACTIVATIONS[s["f"]]
                return lambda known: output(other, at(known["a", q.of])).middle, reads
        if q.kind == "delta" and ("a", q.of) in reads:
            rule = self._with_slope(q, rule, kind, s)
        return (rule if factor == 1.0 else lambda known: factor * rule(known)), reads

    def _products(
        self, q: Quantity, rule: Rule, reads: tuple[Id, ...], s: Mapping[str, Any]
    ) -> tuple[Rule, tuple[Id, ...]]:
        """Return a gradient as the sum of products, δ of the head times a number of the tail, over the uses of a weight."""
        p = self.problem
        name = q.of if isinstance(q.of, str) else p.credit.edges[q.of].parameter
        uses = [edge for edge in p.credit.edges.values() if edge.parameter == name]
        tail, terms = s.get("tail"), list[tuple[Id, Id | None]]()
        for edge in uses[s["uses"] :][:1] if "uses" in s and len(uses) > 1 else uses:
            z: Id | None = None if edge.source is None or tail == "none" else ("z", edge.source)
            if z is not None and tail == "a" and Quantity("a", edge.source) in p.equations:
                z = "a", edge.source
            terms.append((("delta", edge.target), z))
        if not uses or any(d[1] not in p.credit.nodes for d, _ in terms):
            return rule, reads
        found = tuple(dict.fromkeys(x for term in terms for x in term if x is not None))
        return (
            lambda known: sum(known[d] * (1.0 if z is None else known[z]) for d, z in terms)
        ), found

    def _with_slope(self, q: Quantity, rule: Rule, kind: str, s: Mapping[str, Any]) -> Rule:
        """Return the rule of a δ with something else in place of the slope f′(a) of its unit."""
        z = self.problem.equations[Quantity("z", q.of)].rule
        way = s.get("slope") or s.get("out way" if kind == "out" else "hidden way")
        left_out = "every slope" in s or f"{kind} slope" in s
        if z is None or not (left_out or way in ("at z", "z", "z²", "1−z")):
            return rule
        f: Callable[[float], float] = lambda a: float(z({("a", q.of): a}))  # noqa: E731

        def slope(a: float) -> float:
            return (f(a + 1e-5) - f(a - 1e-5)) / 2e-5

        def taken(known: Known) -> float:
            a = known["a", q.of]
            right, y = slope(a), f(a)
            other = 1.0 if left_out else {"z": y, "z²": y * y, "1−z": 1.0 - y}.get(str(way))
            other = slope(y) if other is None else other
            return float(rule(known)) / right * other if right else float("nan")

        return taken


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
