"""The mistakes that are known by name, each with the lines in which it is made: the table is mistakes.toml."""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any, TypeAlias

from nn.activations import activation_name
from nn.lessons.marking.rules.problem import Problem
from nn.losses import LOSSES, binary_cross_entropy_with_logits, cross_entropy, loss_name

Flaw: TypeAlias = tuple[str, Any]  # the name of a mistake, and which of its kind it is

LOG10 = 1.0 / math.log(10.0)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A way in which a working goes wrong.

    Attributes:
        flaw: how `Hand` knows it.
        text: what it is.
        lines: the kinds of lines in which it is made: a, z, output (a z, too), p, loss, out and hidden (the δ), gradient, new.
        price: how unlikely it is: the logarithm of how many could have been named.
    """

    flaw: Flaw
    text: str
    lines: tuple[str, ...]
    price: float = 2.6

    @property
    def unit(self) -> int | None:
        """The unit in whose sum alone it is made."""
        name, key = self.flaw
        return key[1] if name in ("term out", "term sign") else None

    @property
    def draws(self) -> tuple[str, ...]:
        """The kinds of lines whose mistakes come with it, because it takes a number that the line does not need."""
        return tuple(_DRAWS.get(self.flaw[0], ()))


_FILE = resources.files("nn.lessons.marking.rules") / "mistakes.toml"
_TABLE = tomllib.loads(_FILE.read_text("utf-8"))
_DRAWS, _PRICES = _TABLE["draws"], _TABLE["prices"]
_COMMON = ("sigmoid", "tanh", "relu")


def _rows() -> Iterator[list[Any]]:
    """Yield the rows of the table, and those that are the same for each slope or activation with that in them."""
    for needs, name, kind, lines, text in _TABLE["rows"]:
        yield [needs, name, LOG10 if kind == "log10" else kind, lines, text]
    for way, words in _TABLE["ways"].items():
        yield from ([x.format(way=way, words=words) for x in row] for row in _TABLE["slopes"])
    for f in _COMMON:
        yield from ([x.format(f=f) for x in row] for row in _TABLE["functions"])


_ROWS = list(_rows())
# whether it is possible, name, which of its kind, lines, text
Row: TypeAlias = tuple[bool, str, Any, str, str]


def mistakes_in(problem: Problem) -> list[Mistake]:
    """Return the mistakes that can be made in an example, as far as that is seen without numbers."""
    layers, facts = problem.credit.layers, _facts(problem)
    rows: list[Row] = [
        ({*needs.split()} <= facts if layers else "any" in needs, *row) for needs, *row in _ROWS
    ]
    own = [*_lost(problem), *_other_losses(problem), *_terms(problem)] if layers else []
    return [
        Mistake((name, kind), text, tuple(lines.split()), _PRICES.get(name, 2.6))
        for possible, name, kind, lines, text in (*rows, *own, *_rates(problem.lr))
        if possible
    ]


def _facts(problem: Problem) -> set[str]:
    """Return what is true of an example with layers, as far as mistakes need it."""
    c, hidden, last = problem.credit, set[str](), set[str]()
    for j, f in problem.functions.items():
        (last if j in problem.outputs else hidden).add(activation_name(f))
    facts = {
        "any": True,
        "bias": any(edge.source is None for edge in c.edges.values()),
        "square": any(len(a) == len(b) > 1 for a, b in pairwise(c.layers)),
        "wide": max(map(len, c.layers[1:]), default=1) > 1,
        "deep": len(c.layers) > 2,
        "ways": any(
            len(edges) > 1 for j, edges in problem.out_of.items() if j in problem.functions
        ),
        "several": len(problem.outputs) > 1,
        "classes": bool(c.probabilities),
        "numbers": not c.probabilities,
        "logarithm": c.loss_function in (cross_entropy, binary_cross_entropy_with_logits),
        "sigmoid": "sigmoid" in hidden | last,
        "flat": last == {"linear"},
        "curved": last != {"linear"},
    }
    for name in _COMMON:
        curved, used = name != "relu", (hidden | last) - {name, "linear"}
        facts |= {f"curved_{name}": curved, f"other_{name}": curved and bool(used)}
        facts |= {
            f"not_{name}": {name} != hidden,
            f"last_not_{name}": last not in ({"linear"}, {name}),
        }
    return {fact for fact, true in facts.items() if true}


def _lost(problem: Problem) -> Iterator[Row]:
    for node in (problem.credit.nodes[i] for i in problem.inputs):
        possible, lost = node.z < 0.0, f"the minus of {node.name} is lost"
        yield possible, "lost", node.index, "a gradient", lost
        yield possible, "lost forward", node.index, "a", lost
        yield possible, "lost back", node.index, "gradient", f"{lost} in the gradients"


def _other_losses(problem: Problem) -> Iterator[Row]:
    losses = [LOSSES["mean_absolute_error"], LOSSES["squared_error"]]
    targets = [problem.credit.nodes[j].target for j in problem.outputs]
    if all(t is not None and 0.0 <= t <= 1.0 for t in targets):
        losses.append(binary_cross_entropy_with_logits)
    for loss in losses:
        other, name = loss is not problem.credit.loss_function, loss_name(loss)
        yield other, "other loss", loss, "loss", f"the loss is the {name}"
        yield other, "other error", loss, "out", f"the derivative of the loss is that of the {name}"


def _terms(problem: Problem) -> Iterator[Row]:
    for j in problem.functions:
        for edge in problem.into[j]:
            where = "the bias" if edge.source is None else f"the term {edge.name}·{edge.z_name}"
            yield True, "term out", edge.key, "a", f"{where} is left out of a{j}"
            yield True, "term sign", edge.key, "a", f"{where} has the wrong sign in a{j}"


def _rates(lr: float) -> Iterator[Row]:
    """Yield the learning rates that may be taken for the right one."""
    rates = [lr * k for k in (10.0, 0.1, 2.0, 0.5)] + [1.0, 0.1, 0.5, 0.01, 0.05, lr**2]
    for rate in dict.fromkeys(float(f"{rate:.9g}") for rate in rates):
        text = f"the learning rate is {rate:g} in the updates; it is {lr:g}"
        text = "the learning rate is left out of the updates" if rate == 1.0 else text
        yield rate != lr, "rate", rate, "new", text
