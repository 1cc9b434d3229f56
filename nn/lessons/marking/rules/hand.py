"""How an example is worked by hand: each line from one's own earlier numbers, rightly or with known mistakes."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from nn.activations import ACTIVATIONS, Activation, activation_name
from nn.lessons.marking.rules.intervals import (
    SLOPES_FROM_Z,
    Interval,
    at,
    hull,
    loss_of,
    mapped,
    output,
    slope,
)  # fmt: skip
from nn.lessons.marking.rules.mistakes import Flaw
from nn.lessons.marking.rules.problem import Problem
from nn.lessons.marking.rules.remembered import Answers, remembered
from nn.lessons.quantities import Kind, Quantity
from nn.losses import binary_cross_entropy_with_logits, cross_entropy

Flaws = frozenset[Flaw]
NONE: Flaws = frozenset()
FROM_Z: Flaw = ("from z", True)  # no mistake: the slope is worked out from the output


class Hand:
    """A working: its numbers as intervals, and every line as it is worked out from those before it.

    Args:
        problem: the example.
        written: the numbers, each with what it stands for.
        half: half a unit of the sheet, by which each result on the way is uncertain, given its size.
    """

    def __init__(
        self, problem: Problem, written: Mapping[Quantity, Interval], half: Callable[[float], float]
    ) -> None:
        self.problem = problem
        self.written = written
        self.half = half
        self._fixed: float | None = None
        self._losses: dict[Any, tuple[Interval, list[Interval]]] = {}
        self.answers = Answers()

    def round_to(self, half: float) -> None:
        """Let each result on the way be uncertain by so much from now on."""
        if half != self._fixed:
            self.half, self._fixed = (lambda x: half), half
            for method in ("_computed", "_slope_at"):
                self.answers[method].clear()

    @remembered
    def chain(self, q: Quantity) -> frozenset[Quantity]:
        """Return the lines whose mistakes show in a line: its own, and those left out before it."""
        needs = {*self.problem.needs(q), *self.problem.needs(q, True)}
        before = [self.chain(need) for need in needs if need not in self.written]
        return frozenset([q]).union(*before)

    def made_of(self, q: Quantity, from_z: bool = False) -> set[Quantity]:
        """Return the written lines of which one is made."""
        found: set[Quantity] = set()
        for need in self.problem.needs(q, from_z):
            found |= {need} if need in self.written else self.made_of(need, from_z)
        return found

    def _rounded(self, x: Interval) -> Interval:
        by = self.half(x.middle)
        if not by or (x.lo == x.hi and abs(x.lo / (2.0 * by) - round(x.lo / (2.0 * by))) < 1e-6):
            return x  # it needs no more digits than the sheet has
        return Interval(x.lo - by, x.hi + by)

    def known(self, kind: Kind, of: Any, flaws: Flaws) -> Interval:
        """Return a number as it was written, or else as it comes out of what was."""
        q = Quantity(kind, of)
        given = self.written.get(q)
        return self._computed(q, flaws) if given is None else given

    @remembered
    def _computed(self, q: Quantity, flaws: Flaws) -> Interval:
        return self._rounded(self.follows(q, flaws))

    def follows(self, q: Quantity, flaws: Flaws = NONE) -> Interval:
        """Return what a line should be, given the numbers before it, if these mistakes are made."""
        return _RULES[q.kind](self, q.of, flaws, dict(flaws))

    def _factor(self, s: Mapping[str, Any], *names: str) -> float:
        """Return by what a number is multiplied by mistake."""
        said = [s[name] for name in names if name in s]
        if not said:
            return 1.0
        n = len(self.problem.outputs)
        factors: dict[Any, Any] = {"mean": 1.0 / n, "sum": float(n), "lr": self.problem.lr}
        return math.prod(-1.0 if x is True else factors.get(x, x) for x in said)

    # ------------------------------------------------------------ forward

    def _tail(self, i: int, flaws: Flaws, kind: Kind = "z") -> Interval:
        if i in self.problem.inputs:
            return at(self.problem.credit.nodes[i].z)
        return self.known(kind, i, flaws)

    def _weight(self, i: int | None, j: int, s: dict[str, Any]) -> float:
        """Return the weight from i to j, or the one that is taken for it."""
        p = self.problem
        if i is not None and ("transposed" in s or "columns" in s):
            tails, heads = p.layer(i), p.layer(j)
            row, column = tails.index(i), heads.index(j)
            if "columns" in s:
                return p.weights[i, heads[-1 - column]]
            if len(tails) == len(heads):
                return p.weights[tails[column], heads[row]]
        return p.weights[i, j]

    def _a(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        total = at(0.0)
        p = self.problem
        for edge in p.into[j]:
            i, w = edge.source, self._weight(edge.source, j, s)
            if s.get("term out") == edge.key:
                continue
            if i is None:
                term = at(w * s.get("bias", 1.0))
            else:
                if "reversed" in s and i in p.inputs:
                    i = p.inputs[-1 - p.inputs.index(i)]
                z = self._tail(i, flaws, "a" if "passed a" in s else "z")
                if i in (s.get("lost"), s.get("lost forward")):
                    z = -z
                term = self._rounded(z.times(w))
            total = total - term if s.get("term sign") == edge.key else total + term
        return total

    def _f(self, j: int, s: dict[str, Any]) -> Activation:
        hidden = j not in self.problem.outputs
        other = s.get("unit of") or s.get("f") if hidden else s.get("f of output")
        return ACTIVATIONS[other] if other is not None else self.problem.functions[j]

    def _as_a(self, j: int, s: Mapping[str, Any]) -> bool:
        """Tell whether the activation of a unit is left out."""
        return s.get("no f") in ("all", "out" if j in self.problem.outputs else True)

    def _z(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        p = self.problem
        a, f = self.known("a", j, flaws), self._f(j, s)
        if self._as_a(j, s):
            return a
        if "f out" in s and j in p.outputs and activation_name(f) == "linear":
            f = p.functions[p.credit.layers[-2][0]] if len(p.credit.layers) > 2 else f
        if "f minus" in s and activation_name(f) == "sigmoid":
            a = -a
        return output(f, a)

    def _p(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        outputs = [self.known("z", k, flaws) for k in self.problem.outputs]
        mine = self.problem.outputs.index(j)
        if s.get("p") == "sigmoid":
            return output(ACTIVATIONS["sigmoid"], outputs[mine])
        if s.get("p") == "linear":
            total = sum(z.middle for z in outputs) or 1.0
            return outputs[mine].times(1.0 / total)
        _, slopes = loss_of(cross_entropy, outputs, 0, [None] * len(outputs))
        return slopes[mine] + at(1.0) if mine == 0 else slopes[mine]

    # ------------------------------------------------------------ loss and errors

    def _targets(self) -> list[float | None]:
        return [self.problem.credit.nodes[j].target for j in self.problem.outputs]

    def _of_loss(self, flaws: Flaws, other: Any = None) -> tuple[Interval, list[Interval]]:
        """Return L and ∂L/∂ŷ, or those of another loss."""
        c = self.problem.credit
        if c.probabilities and other is None:
            return self._of_classes(flaws)
        outputs = [self.known("z", j, flaws) for j in self.problem.outputs]
        function, y = c.loss_function, c.y
        if other is not None:
            numbers = [t or 0.0 for t in self._targets()]
            function, y = other, numbers[0] if len(numbers) == 1 else numbers
        if function is binary_cross_entropy_with_logits:
            return self._of_probabilities(outputs, y)
        key = (function, *((z.lo, z.hi) for z in outputs))
        if key not in self._losses:
            self._losses[key] = loss_of(function, outputs, y, self._targets())
        loss, slopes = self._losses[key]
        return loss.wider(len(outputs) * self.half(2.0 * loss.middle)), slopes

    def _of_classes(self, flaws: Flaws) -> tuple[Interval, list[Interval]]:
        """Return cross entropy and its derivative by the probabilities."""
        ps, loss = [self.known("p", j, flaws) for j in self.problem.outputs], at(0.0)
        for p, t in zip(ps, self._targets()):
            if t:
                positive = Interval(max(p.lo, 1e-300), max(p.hi, 1e-300))
                loss = loss + self._rounded(mapped(lambda x: -math.log(x), positive)).times(t)
        return loss, [p - at(t or 0.0) for p, t in zip(ps, self._targets())]

    def _of_probabilities(self, outputs: list[Interval], y: Any) -> tuple[Interval, list[Interval]]:
        """Return binary cross entropy and its derivative as one works them out: by the probability σ(ŷ)."""
        targets, n, loss, slopes = (y if isinstance(y, list) else [y]), len(outputs), at(0.0), []
        for z, t in zip(outputs, targets):
            p = self._rounded(output(ACTIVATIONS["sigmoid"], z))
            ends = [min(max(x, 1e-300), 1.0) for x in (p.lo, p.hi)]
            terms = [
                -(t and t * math.log(x)) - ((1 - t) and (1 - t) * math.log(max(1.0 - x, 1e-300)))
                for x in ends
            ]
            loss = loss + self._rounded(hull(terms))
            slopes.append((p - at(float(t))).times(1.0 / n))
        return loss.times(1.0 / n), slopes

    def _loss(self, _: None, flaws: Flaws, s: dict[str, Any]) -> Interval:
        p = self.problem
        loss, slopes = self._of_loss(flaws, s.get("other loss"))
        if "loss one" in s:
            z, t = self.known("z", p.outputs[s["loss one"]], flaws), self._targets()[s["loss one"]]
            alone = t is not None and not p.credit.probabilities
            loss = loss_of(p.credit.loss_function, [z], t, [t])[0] if alone else at(math.nan)
        if "loss root" in s:
            one = len(p.outputs) == 1  # ½·(ŷ−y), or ŷ−y
            loss = slopes[0].times(0.5) if one else mapped(lambda x: abs(x) ** 0.5, loss)
        return loss.times(self._factor(s, "loss times", "both times")) + at(p.penalty)

    def error(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        """Return ∂L/∂ŷ of an output, or what is taken for it."""
        p, instead = self.problem, s.get("error")
        if instead == "one":
            return at(1.0)
        if instead == "output":
            return self.known("p" if p.credit.probabilities else "z", j, flaws)
        if instead == "loss":
            return self.known("loss", None, flaws)
        _, slopes = self._of_loss(flaws, s.get("other error"))
        factor = self._factor(s, "error times", "both times", "error sign")
        e = self._rounded(slopes[p.outputs.index(j)].times(factor))
        return e * e if instead == "square" else e

    def _slope(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        """Return f′(a) of a unit, or what is taken for it."""
        p = self.problem
        f = self._f(j, s if "unit of" in s else {})
        other = s.get("slope of") or (None if j in p.outputs else s.get("slope of hidden"))
        if other is not None and activation_name(f) != "linear":
            f = ACTIVATIONS[other]
        name = activation_name(f)
        way = s.get("slope") or s.get("out way" if j in p.outputs else "hidden way")
        if name == "linear":
            return at(1.0)
        if way in INSTEAD_OF_SLOPES:
            taken: Interval = INSTEAD_OF_SLOPES[way](self.known("z", j, flaws))
            return taken
        from_z = "from z" in s and name in SLOPES_FROM_Z
        x = self.known("z" if from_z or way == "at z" else "a", j, flaws)
        if from_z and way is None:
            return self._rounded(mapped(SLOPES_FROM_Z[name], x))
        return self._slope_at(f, x.lo, x.hi)

    @remembered
    def _slope_at(self, f: Activation, lo: float, hi: float) -> Interval:
        return self._rounded(slope(f, Interval(lo, hi)))

    def _delta(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        p = self.problem
        if j in p.outputs:
            back, without = self.error(j, flaws, s), "out slope" in s or "every slope" in s
        else:
            back, without = self._back(j, flaws, s), "hidden slope" in s or "every slope" in s
            if s.get("slope") == "of the head":
                return back * self._slope(p.out_of[j][0].target, flaws, {})
        return back if without else back * self._slope(j, flaws, s)

    def _back(self, j: int, flaws: Flaws, s: dict[str, Any]) -> Interval:
        """Return the error that comes back to a hidden unit: Σ δ_k·w."""
        p = self.problem
        heads = p.out_of[j]
        if "path" in s and s["path"] != "mean":
            heads = [heads[s["path"]]]
        total = at(0.0)
        for edge in heads:
            k, through = edge.target, at(edge.weight)
            as_it_is = k in p.outputs and ("raw" in s or "flat" in s)
            e = self.error(k, flaws, s) if as_it_is else self.known("delta", k, flaws)
            if "no weight" in s or (k in p.outputs and "raw" in s):
                total = total + e
                continue
            if "updated" in s:
                # with this mistake alone it would go in a circle
                others = frozenset(f for f in flaws if f[0] not in ("updated", "gradient"))
                through = self.known("new", edge.key, others)
            elif "crossed" in s:
                through = at(self._crossed(j, k))
            total = total + self._rounded(through * e)
        if s.get("path") == "mean":
            total = total.times(1.0 / len(heads))
        return self._rounded(total.times(self._factor(s, "back sign")))

    def _crossed(self, j: int, k: int) -> float:
        p = self.problem
        mine, behind = p.layer(j), p.layer(k)
        row, column = mine.index(j), behind.index(k)
        if len(mine) == len(behind) and len(behind) > 1:
            return p.weights[mine[column], behind[row]]  # transposed
        return p.weights[mine[-1 - row], k]

    # ------------------------------------------------------------ gradients and updates

    def _gradient(self, key: Any, flaws: Flaws, s: dict[str, Any]) -> Interval:
        p = self.problem
        i, j = key[0], key[1]
        way, tail = s.get("gradient"), s.get("tail")
        if way == "turned" and i is not None and i not in p.inputs:
            return self.known("delta", i, flaws) * self.known("z", j, flaws)
        of_loss = way == "error" and j in p.outputs
        delta = self.error(j, flaws, {}) if of_loss else self.known("delta", j, flaws)
        factor = self._factor(s, "gradient times")
        if i is None:
            instead = s.get("bias gradient", 1.0)
            factor *= p.weights[None, j] if instead == "b" else instead
            return delta.times(factor)
        if tail in ("none", "weight"):
            return delta.times(1.0 if tail == "none" else p.weights[i, j]).times(factor)
        if tail == "head":
            return (delta * self.known("z", j, flaws)).times(factor)
        if tail == "other":
            before = p.layer(i)
            i = before[-1 - before.index(i)]
        z = self._tail(i, flaws, "a" if tail == "a" else "z")
        if i in (s.get("lost"), s.get("lost back")):
            z = -z
        return (delta * z).times(factor)

    def _new(self, key: Any, flaws: Flaws, s: dict[str, Any]) -> Interval:
        p, q = self.problem, Quantity("new", key)
        w, bias = p.weight_of(q), key[0] is None
        rate = s.get("rate", p.lr) * s.get("step", 1.0) * (s.get("bias step", 1.0) if bias else 1.0)
        delta = "step delta" in s
        g = self.known("delta", key[1], flaws) if delta else self.known("gradient", key, flaws)
        if "step times" in s:
            g = g.times(w)
        if p.optimizer is not None and not s.keys() & _OF_UPDATES:
            # several results on the way: a mean, a square, a root
            return mapped(lambda x: p.moved(q, x + p.share(q)), g).wider(4.0 * self.half(w))
        step = self._rounded((g + at(p.share(q))).times(rate))
        return step.times(2.0 * s["weight kept"] - 1.0) if "weight kept" in s else at(w) - step


_OF_UPDATES = {"step", "rate", "bias step", "step delta", "step times", "weight kept"}
_RULES: dict[Kind, Callable[[Hand, Any, Flaws, dict[str, Any]], Interval]] = {
    "a": Hand._a, "z": Hand._z, "p": Hand._p, "loss": Hand._loss, "delta": Hand._delta, "gradient": Hand._gradient,
    "new": Hand._new,
}  # fmt: skip
# what is taken for a slope by mistake, given the output; of numbers and of intervals
INSTEAD_OF_SLOPES: dict[str, Callable[[Any], Any]] = {
    "z": lambda z: z, "z²": lambda z: z * z, "1−z": lambda z: 1.0 - z,
}  # fmt: skip
