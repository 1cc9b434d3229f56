"""What a sheet states: what is given, how the new weights are made, what a penalty adds."""

import json
from collections.abc import Mapping
from typing import Any

from autograd.notation import subscript
from nn.credit import Credit
from nn.credit.equations import equations
from nn.lessons.marking.any_network import problem_of
from nn.lessons.names import called
from nn.lessons.quantities import Quantity
from nn.optim import SGD, Adam, Optimizer


def update_rule(credit: Credit, o: Optimizer | None) -> str:
    """Return how the new weights are made."""
    if o is None:
        return "Update: new w = w − η·∂L/∂w."
    before = "what it remembers is 0 before the step"
    if o.steps:
        kept = {
            "v": getattr(o, "_velocity", ()),
            "m": getattr(o, "_mean", ()),
            "s": getattr(o, "_square", ()),
        }
        lists = [f"{k} = {[float(f'{x:.6g}') for x in xs]}" for k, xs in kept.items() if len(xs)]
        names = (
            {e.parameter: called(Quantity("new", e.key), credit) for e in credit.edges.values()}
            if credit.layers
            else {}
        )
        order = ", ".join(names.get(name, name).removeprefix("new ") for name in credit.weights)
        before = f"before it, in the order {order}: {', '.join(lists)}"
    if type(o) is SGD and o.momentum:
        ahead = f", new w = w − η·(∂L/∂w + {o.momentum:g}·v)" if o.nesterov else ", new w = w − η·v"
        rule = f"v = {o.momentum:g}·v + ∂L/∂w{ahead}"
    elif type(o) is Adam:
        (b1, b2), t = o.betas, o.steps + 1
        rule = (f"m = {b1:g}·m + {1.0 - b1:g}·∂L/∂w, s = {b2:g}·s + {1.0 - b2:g}·(∂L/∂w)², "
                f"new w = w − η·m̂/(√ŝ + {o.eps:g}), where m̂ = m/(1−{b1:g}^{t}) and ŝ = s/(1−{b2:g}^{t})")  # fmt: skip
    else:
        rule = f"a step of {type(o).__name__}"
    decay = f", with the weight decay {o.weight_decay:g}" if o.weight_decay else ""
    return f"Update: {rule}{decay}; {before}."


def penalty_told(credit: Credit, lr: float) -> str:
    """Return what a penalty adds."""
    problem = problem_of(credit, lr)
    if credit.recording.penalty is None or not credit.layers:
        return ""
    shares = [f"{called(q, credit).removeprefix('new ')} {problem.share(q):.6g}"
              for q in problem.order if q.kind == "new"]  # fmt: skip
    return (f" The penalty adds {problem.penalty:.6g} to L, and in the updates to ∂L/∂w of "
            f"{', '.join(shares)}.")  # fmt: skip


def stated(credit: Credit, settings: Mapping[str, Any], lr: float) -> list[str]:
    """Return what is given, a line each: the settings, or of a network without layers its numbers and equations."""
    if credit.layers:
        return [f"{k} = {v if isinstance(v, str) else json.dumps(v)}" for k, v in settings.items()]
    worked = equations(credit, lr)
    given = [f"{e.names[0]} = {e.value:g}" + f" (z{subscript(e.of)})" * (e.kind == "z")
             for e in worked if e.rule is None]  # fmt: skip
    told = [
        f"{e.names[0]} = {e.symbols}"
        for e in worked
        if e.rule is not None and e.kind in ("a", "z", "p", "loss")
    ]
    target = [] if credit.y is None else [f"y = {credit.y}"]
    return [*given, *target, "", *told]


def rules_of(credit: Credit, lr: float, optimizer: Optimizer | None) -> str:
    """Return how a sheet is worked out, in the notation of the credit."""
    c, names = credit, credit.names
    biased = any(i is None for i, *_ in c.edges)
    probable = f"p = softmax({names.letter('output')}). " if c.probabilities else ""
    update, penalty = update_rule(c, optimizer), penalty_told(c, lr)
    if names.notation.key != "slides" and c.layers:
        update = f"Update: {names.notation.update}." if optimizer is None else update
        a, delta, minus = names.a("j"), names.delta("j"), "−" if names.sign < 0.0 else ""
        return (
            f"Forward: {names.sum('j', biased)} and {names.z('j')} = f({a}). {probable}Back: at an output {delta} = "
            f"{minus}∂{names.loss}/∂{a}, at other units {delta} = {names.back('j')}. "
            f"Each weight: {names.gradient(names.weight('i', 'j'))} = {names.credit()}. {update}{penalty}"
        )
    shared = "" if c.layers else ", of a weight with several uses their sum"
    return (
        f"Forward: a = Σ w·z{' + b' * biased} and z = f(a). {probable}Back: δ₀ = ∂L/∂a₀, "
        f"δⱼ = (Σ δₖ·wⱼ⇝ₖ)·f′(aⱼ). Each edge i⇝j: ∂L/∂w = δⱼ·zᵢ{shared}. {update}{penalty}"
    )
