"""Worksheets: a small network with friendly numbers to work out by hand, and its answer key."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autograd import Value
from autograd.files import write_whole
from autograd.notation import superscript
from nn.activations import shared_name
from nn.arguments import expect, learning_rate
from nn.credit import Credit, assign_credit
from nn.credit.telling.equations import equations
from nn.lessons.marking.rules.problem import asked_numbers
from nn.lessons.names import called
from nn.lessons.quantities import Quantity
from nn.lessons.worksheets import kept
from nn.lessons.worksheets.pages import ROWS, html_page, latex_page, markdown
from nn.losses import LOSSES
from nn.network import MLP
from nn.optim import SGD, Adam, Optimizer

if TYPE_CHECKING:
    from autograd.pictures.drawing import Drawing

# what a file that somebody changed may lead to
DAMAGED = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, AssertionError,
)  # fmt: skip
HEADING = "who is to blame for the error?"
NETWORK = ("weights", "biases", "activation", "output_activation")  # as MLP.from_weights has them
DIGITS = 4  # of the answers
MOST_WEIGHTS = 200


@dataclass(frozen=True, eq=False)
class Worksheet:
    """An example to work out by hand.

    Attributes:
        seed: what it was made from; None if the example was given.
        credit: the example with its answers.
        lr: the learning rate η of the new weights.
        name: who works it out; empty if that is not known.
        optimizer: what makes the new weights, if it is not w − η·∂L/∂w.

    >>> from nn.lessons import make_worksheet

    >>> Worksheet.of(make_worksheet(seed=1).credit, lr=0.5).lr
    0.5
    """

    seed: int | None
    credit: Credit
    lr: float
    name: str = ""
    optimizer: Optimizer | None = None

    @classmethod
    def of(
        cls, credit: Credit, lr: float = 0.1, name: str = "", optimizer: Optimizer | None = None
    ) -> Self:
        """Return the worksheet of an example of one's own.

        Args:
            credit: the example: `assign_credit(net, x, y)`.
            lr: the learning rate η of the new weights.
            name: who works it out.
            optimizer: makes the new weights, as its next step: SGD(lr=0.1, momentum=0.9), Adam(lr=0.1), …

        Raises:
            ValueError: if its network has too many weights.
        """
        expect(
            isinstance(credit, Credit), "a worksheet is made of the credit of one example", credit
        )
        check_size(len(credit.edges))
        lr = optimizer.learning_rate() if optimizer is not None else learning_rate(lr)
        return cls(None, credit, lr, name, optimizer)

    @property
    def answers(self) -> dict[str, float]:
        """The right numbers by name, in the order in which one works them out."""
        c = self.credit
        signs = {"delta": c.names.sign}  # an error may be −∂L/∂a there
        numbers = asked_numbers(c, self.lr, self.optimizer)
        return {called(q, c): signs.get(q.kind, 1.0) * x for q, x in numbers.items()}

    @property
    def problem(self) -> str:
        """The sheet with its blank table, as Markdown; filled in, `mark` marks it."""
        return markdown(*self._given(answered=False), "blank")

    @property
    def key(self) -> str:
        """The sheet with its answers, as Markdown."""
        return markdown(*self._given(answered=True), "filled")

    @property
    def rounded(self) -> dict[str, str]:
        """The right numbers by name, as text with four digits after the point."""
        return {name: f"{x:.{DIGITS}f}" for name, x in self.answers.items()}

    @property
    def settings(self) -> dict[str, Any]:
        """What the example is, as `Worksheet.load` reads it again."""
        c, net = self.credit, self.credit.network()
        found: dict[str, Any] = {"weights": net.weights()}
        if any(b is not None for layer in net.biases() for b in layer or []):
            found["biases"] = net.biases()
        hidden = [shared_name(layer) for layer in c.activation_functions]
        if hidden[:-1]:
            same = all(layer == hidden[0] for layer in hidden[:-1])
            found["activation"] = hidden[0] if same and isinstance(hidden[0], str) else hidden[:-1]
        if hidden[-1] != "linear":
            found["output_activation"] = hidden[-1]
        loss = next((name for name, f in LOSSES.items() if f is c.loss_function), c.loss_name)
        if loss != "half_squared_error":
            found["loss"] = loss
        if c.names.notation.key != "slides":
            found["notation"] = c.names.notation.key
        return found | {"x": c.x, "y": c.y, "lr": self.lr}

    def _sheet(self, title: str, column: str) -> dict[str, str]:
        c = self.credit
        intro = f"A {c.title} with the loss {c.loss_formula} and the learning rate {self.lr:g}."
        return {
            "title": f"{title}{' for ' * bool(self.name)}{self.name}: {HEADING}",
            "intro": intro + f" {ROWS}" * bool(c.layers),
            "settings": "\n".join(self._stated()),
            "rules": self._rules(),
            "digits": f"Write {DIGITS} digits after the point.",
            "column": column,
        }

    def _rules(self) -> str:
        """Return how each number is worked out."""
        c, names, update = self.credit, self.credit.names, self._update()
        biased = any(i is None for i, *_ in c.edges)
        probable = f"p = softmax({names.letter('output')}). " if c.probabilities else ""
        if names.notation.key == "slides":
            forward = f"a = Σ w·z{' + b' * biased} and z = f(a)"
            back = "δ₀ = ∂L/∂a₀, δⱼ = (Σ δₖ·wⱼ⇝ₖ)·f′(aⱼ)"
            gradients = "Each edge i⇝j: ∂L/∂w = δⱼ·zᵢ"
        else:
            a, delta = names.a("j"), names.delta("j")
            forward = f"{names.sum('j', biased)} and {names.z('j')} = f({a})"
            back = f"at an output {delta} = {names.minus}∂{names.loss}/∂{a}, at other units {delta} = {names.back('j')}"
            gradients = f"Each weight: {names.gradient(names.weight('i', 'j'))} = {names.credit()}"
            if self.optimizer is None:
                update = f"Update: {names.notation.update}."
        gradients += ", of a weight with several uses their sum" * (not c.layers)
        return f"Forward: {forward}. {probable}Back: {back}. {gradients}. {update}{self._penalty()}"

    def _update(self) -> str:
        """Return how the new weights are made."""
        o = self.optimizer
        if o is None:
            return "Update: new w = w − η·∂L/∂w."
        before = "what it remembers is 0 before the step"
        if o.steps:
            lists = []
            for letter, name in (("v", "_velocity"), ("m", "_mean"), ("s", "_square")):
                if len(state := getattr(o, name, ())):
                    lists.append(f"{letter} = {[float(f'{x:.6g}') for x in state]}")
            order = ", ".join(self._weights().values())
            before = f"before it, in the order {order}: {', '.join(lists)}"
        if type(o) is SGD and o.momentum:
            step = f"(∂L/∂w + {o.momentum:g}·v)" if o.nesterov else "v"
            rule = f"v = {o.momentum:g}·v + ∂L/∂w, new w = w − η·{step}"
        elif type(o) is Adam:
            (b1, b2), t = o.betas, o.steps + 1
            rule = (f"m = {b1:g}·m + {1.0 - b1:g}·∂L/∂w, s = {b2:g}·s + {1.0 - b2:g}·(∂L/∂w)², "
                    f"new w = w − η·m̂/(√ŝ + {o.eps:g}), where m̂ = m/(1−{b1:g}{superscript(t)}) and ŝ = s/(1−{b2:g}{superscript(t)})")  # fmt: skip
        else:
            rule = f"a step of {type(o).__name__}"
        decay = f", with the weight decay {o.weight_decay:g}" if o.weight_decay else ""
        names, w = self.credit.names, self.credit.names.letter("weight")
        letters = {
            "new w": names.new(w),
            "∂L/∂w": names.gradient(w),
            "η": names.rate,
            " w": f" {w}",
        }
        told = re.sub("new w|∂L/∂w|η| w(?= )", lambda m: letters[m[0]], f"{rule}{decay}")
        return f"Update: {told}; {before}."

    def _penalty(self) -> str:
        """Return what a penalty adds."""
        c, penalty = self.credit, self.credit.recording.penalty
        if penalty is None:
            return ""
        added = penalty([Value(weight.weight) for weight in c.weights.values()]).data
        share = {name: weight.credit for name, weight in c.weights.items()}
        for edge in c.edges.values():
            share[edge.parameter] -= edge.credit
        shares = [f"{called} {share[name]:.6g}" for name, called in self._weights().items()]
        names, where = c.names, "in the updates to" if c.layers else "to"
        gradient = names.gradient(names.letter("weight"))
        return f" The penalty adds {added:.6g} to {names.loss}, and {where} {gradient} of {', '.join(shares)}."

    def _weights(self) -> dict[str, str]:
        """Return what each weight is called, by the name of its parameter."""
        c = self.credit
        if not c.layers:
            return {name: name for name in c.weights}
        if c.names.notation.key != "slides":
            return {e.parameter: e.name for e in c.edges.values()}
        new = {e.parameter: called(Quantity("new", e.key), c) for e in c.edges.values()}
        return {name: text.removeprefix("new ") for name, text in new.items()}

    def _stated(self) -> list[str]:
        """Return what is given, a line each; of a network without layers its equations, too."""
        if self.credit.layers:
            settings = self.settings.items()
            return [f"{k} = {v if isinstance(v, str) else json.dumps(v)}" for k, v in settings]
        names, given, told = self.credit.names, list[str](), list[str]()
        for e in equations(self.credit, self.lr):
            if e.rule is None:
                place = f" ({names.tail(e.of)})" if e.kind == "z" else ""
                given.append(f"{e.names[0]} = {e.value:g}{place}")
            elif e.kind in ("a", "z", "p", "loss"):
                told.append(f"{e.names[0]} = {e.symbols}")
        if self.credit.y is not None:
            given.append(f"{names.letter('target')} = {self.credit.y}")
        return [*given, "", *told]

    def _given(self, answered: bool) -> tuple[dict[str, str], dict[str, str]]:
        """Return what the sheet says, and what stands beside each name."""
        given = self.rounded if answered else dict.fromkeys(self.answers, "")
        title, column = ("Answer key", "answer") if answered else ("Worksheet", "your answer")
        return self._sheet(title, column), given

    def html(self, answered: bool = False) -> str:
        """Return the sheet as a page to print, its picture in it.

        Args:
            answered: whether the answers stand in it.
        """
        return html_page(*self._given(answered), self.draw(blank=not answered).svg())

    def latex(self, answered: bool = False) -> str:
        """Return the sheet as a LaTeX document.

        Args:
            answered: whether the answers stand in it.
        """
        return latex_page(*self._given(answered), self.credit, self.lr)

    def draw(self, blank: bool = False) -> "Drawing":
        """Return the credit graph, with its numbers or with blanks to fill in.

        Args:
            blank: whether to leave out what is to be worked out.
        """
        return self.credit.draw(show="blank" if blank else "both")

    def save(
        self,
        folder: str | os.PathLike[str] = ".",
        overwrite: bool = False,
        key: str | os.PathLike[str] | None = None,
    ) -> list[Path]:
        """Write worksheet.md, .html, .tex and blank.svg into a folder, key.md, key.json and filled.svg into another.

        Args:
            folder: where to; it is made if it is not there.
            overwrite: whether another worksheet there, one that is filled in say, may be lost.
            key: where the answers go: beside the folder, with "-key" behind its name, if it is not given.

        Returns:
            The paths, that of worksheet.md first.

        Raises:
            FileExistsError: if another worksheet or key is there, and nothing said that it may be lost.
        """
        target = Path(folder)
        answers = Path(key) if key is not None else target.parent / f"{target.resolve().name}-key"
        content = {
            target / "worksheet.md": self.problem, target / "worksheet.html": self.html(),
            target / "worksheet.tex": self.latex(), target / "blank.svg": self.draw(blank=True).svg(),
            answers / "key.md": self.key, answers / "filled.svg": self.draw().svg(),
            answers / "key.json": self.json(),
        }  # fmt: skip
        for path, text in content.items():
            if not overwrite and path.exists() and path.read_bytes() != text.encode():
                raise FileExistsError(
                    f"{path} is another worksheet, or this one filled in: save to another folder, or say "
                    "that it may be lost with overwrite=True (--overwrite)"
                )
        for path, text in content.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
        return list(content)

    def json(self) -> str:
        """Return what the sheet asks, for `Worksheet.load`: its network, whatever it is, penalty and optimiser.

        It belongs to the teacher.

        Raises:
            ValueError: if an optimiser or an operation of your own has a part in it.
        """
        c, optimizer = self.credit, self.optimizer
        found: dict[str, Any] = {"lr": self.lr, "notation": c.names.notation.key}
        if c.anatomy is None and len({e.parameter for e in c.edges.values()}) == len(c.edges):
            found |= self.settings | {"loss": kept.loss_data(c)}
            own = [
                [kept.activation_data(f, c.nodes[j].a or 0.0) for j, f in zip(*layer)]
                for layer in zip(c.layers[1:], c.activation_functions)
            ]
            if any(isinstance(f, dict) for layer in own for f in layer):
                found |= {"activation": own}
                found.pop("output_activation", None)
            if c.recording.penalty is not None:
                found["penalty"] = kept.penalty_data(c)
        else:
            found["graph"] = kept.graph_data(c)
        if optimizer is not None:
            found["optimizer"] = kept.optimizer_data(optimizer)
        return json.dumps({**found, "name": self.name, "seed": self.seed}, ensure_ascii=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the worksheet of a key.json at a path.

        Raises:
            ValueError: if the file holds no worksheet.
            OSError: if it cannot be read.
        """
        try:
            return cls.from_settings(json.loads(Path(path).read_text(encoding="utf-8")))
        except DAMAGED as error:
            why = f"it has no {error}" if isinstance(error, KeyError) else error
            raise ValueError(f"{os.fspath(path)!r} does not hold a worksheet: {why}") from None

    @classmethod
    def from_settings(cls, given: Mapping[str, Any]) -> Self:
        """Return the worksheet with the given settings, as `settings` has them."""
        notation, optimizer = given.get("notation", "slides"), given.get("optimizer")
        if "graph" in given:
            credit = kept.graph_of(given["graph"]).in_notation(notation)
        else:
            net = {k: given[k] for k in NETWORK if k in given}
            net |= {k: kept.activation_of(f) for k, f in net.items() if "activation" in k}
            y, penalty = given["y"], given.get("penalty")
            credit = assign_credit(
                MLP.from_weights(**net), given["x"], y[0] if isinstance(y, list) and len(y) == 1 else y,
                kept.loss_of(given.get("loss", "half_squared_error")),
                penalty=kept.penalty_of(penalty) if penalty else None, notation=notation,
            )  # fmt: skip
        made = cls(
            given.get("seed"), credit, learning_rate(given["lr"]), str(given.get("name", "")),
            kept.optimizer_of(optimizer) if optimizer else None,
        )  # fmt: skip
        assert made.problem  # what is found late is found now: what cannot be told is no worksheet
        return made

    def __str__(self) -> str:
        return self.problem


def check_size(count: int) -> None:
    """Refuse more weights than one works out by hand."""
    if count > MOST_WEIGHTS:
        many = f"{count:,} weights are too many, up to {MOST_WEIGHTS} will do"
        raise ValueError(f"a worksheet is worked out by hand: {many}")
