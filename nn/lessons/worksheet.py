"""Worksheets: a small network with friendly numbers to work out by hand, and its answer key."""

import json
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autograd import latex
from autograd.files import write_whole
from autograd.notation import subscript
from nn.activations import ACTIVATIONS, activation_name
from nn.arguments import expect, generator, is_sequence, learning_rate, named, whole
from nn.credit import Credit, assign_credit
from nn.credit.telling.equations import equations
from nn.lessons.marking.any_network import problem_of
from nn.lessons.marking.problem import asked_numbers
from nn.lessons.names import called
from nn.lessons.quantities import Quantity, right_numbers
from nn.losses import (
    LOSSES,
    Loss,
    as_loss,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
)
from nn.network import MLP
from nn.optim import SGD, Adam, Optimizer

if TYPE_CHECKING:
    from autograd.pictures.drawing import Drawing

DIGITS = 4  # of the answers
MOST_WEIGHTS = 200
DRAWS = 200  # networks that are tried for one without a number that is hard to mark
KINK = 0.05  # no pre-activation is nearer to 0
SMALL = 10.0**-DIGITS * 10  # nor is any number smaller
TIE = 0.003  # nor nearer, in units of the last digit, to where rounding could go either way
LEVELS: dict[str, dict[str, Any]] = {
    "first": {"sizes": (1, 1, 1)},
    "usual": {"sizes": (2, 2, 1)},
    "more": {"sizes": (2, 3, 1), "bias": True, "activation": "sigmoid", "output_activation": "sigmoid"},
    "most": {"sizes": (3, 3, 2), "bias": True, "loss": "cross_entropy"},
}  # fmt: skip
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 11pt/1.5 Georgia, serif; max-width: 44em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff }}
pre {{ background: #f4f4f4; padding: .6em 1em; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }}
svg {{ max-width: 100%; height: auto }}
div {{ columns: 2 }} table {{ border-collapse: collapse }} td, th {{ border: 1px solid #888; padding: .25em .8em; text-align: left }}
td + td {{ min-width: 9em }} tr {{ break-inside: avoid }}
@media print {{ body {{ margin: 0; max-width: none }} pre {{ background: none; border: 1px solid #888 }} }}
</style></head><body><h1>{title}</h1>
<p>{intro}</p><pre>{settings}</pre>{picture}<p>{rules}</p>
<div><table><tr><th>number</th><th>{column}</th></tr>{rows}</table></div></body></html>
"""
_TEX = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,amssymb,longtable,iftex}
\iftutex\usepackage{fontspec}\else\usepackage[utf8]{inputenc}\usepackage[T1]{fontenc}\fi
\begin{document}
\section*{%s}
\noindent %s

\medskip\noindent
%s

\medskip\noindent %s

\renewcommand{\arraystretch}{1.4}
\begin{longtable}{|l|p{4cm}|}\hline number & %s \\ \hline
%s
\end{longtable}
\end{document}
"""


@dataclass(frozen=True, eq=False)
class Worksheet:
    """An example to work out by hand.

    Attributes:
        seed: what it was made from; None if the example was given.
        credit: the example with its answers.
        lr: the learning rate η of the new weights.
        name: who works it out; empty if that is not known.
        optimizer: what makes the new weights, if it is not w − η·∂L/∂w.

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
        _check_size(len(credit.edges))
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
        return self._markdown("Worksheet", "your answer", dict.fromkeys(self.answers, ""), "blank")

    @property
    def key(self) -> str:
        """The sheet with its answers, as Markdown."""
        return self._markdown("Answer key", "answer", self.rounded, "filled")

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
        names = [[activation_name(f) for f in layer] for layer in c.activation_functions]
        hidden = [layer[0] if len(set(layer)) == 1 else layer for layer in names]
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
        c, names = self.credit, self.credit.names
        biased = any(i is None for i, *_ in c.edges)
        probable = f"p = softmax({names.letter('output')}). " if c.probabilities else ""
        rules = (
            f"Forward: a = Σ w·z{' + b' * biased} and z = f(a). {probable}Back: δ₀ = ∂L/∂a₀, "
            "δⱼ = (Σ δₖ·wⱼ⇝ₖ)·f′(aⱼ). Each edge i⇝j: ∂L/∂w = δⱼ·zᵢ"
            + ", of a weight with several uses their sum" * (not c.layers)
            + f". {self._update()}{self._penalty()}"
        )
        if names.notation.key != "slides" and c.layers:
            update = (
                f"Update: {names.notation.update}." if self.optimizer is None else self._update()
            )
            a, delta, minus = names.a("j"), names.delta("j"), "−" if names.sign < 0.0 else ""
            rules = (
                f"Forward: {names.sum('j', biased)} and {names.z('j')} = f({a}). {probable}Back: at an output {delta} = "
                f"{minus}∂{names.loss}/∂{a}, at other units {delta} = {names.back('j')}. "
                f"Each weight: {names.gradient(names.weight('i', 'j'))} = {names.credit()}. {update}{self._penalty()}"
            )
        lines = self._stated()
        return {
            "title": f"{title}{' for ' * bool(self.name)}{self.name}: who is to blame for the error?",
            "intro": f"A {c.title} with the loss {c.loss_formula} and the learning rate {self.lr:g}."
            + " Each weight matrix has a row per input and a column per unit." * bool(c.layers),
            "settings": "\n".join(lines),
            "rules": rules,
            "digits": f"Write {DIGITS} digits after the point.",
            "column": column,
        }  # fmt: skip

    def _update(self) -> str:
        """Return how the new weights are made."""
        o = self.optimizer
        if o is None:
            return "Update: new w = w − η·∂L/∂w."
        before = "what it remembers is 0 before the step"
        if o.steps:
            kept = {
                "v": getattr(o, "_velocity", ()),
                "m": getattr(o, "_mean", ()),
                "s": getattr(o, "_square", ()),
            }
            lists = [
                f"{k} = {[float(f'{x:.6g}') for x in xs]}" for k, xs in kept.items() if len(xs)
            ]
            names = (
                {
                    e.parameter: called(Quantity("new", e.key), self.credit)
                    for e in self.credit.edges.values()
                }
                if self.credit.layers
                else {}
            )
            order = ", ".join(
                names.get(name, name).removeprefix("new ") for name in self.credit.weights
            )
            before = f"before it, in the order {order}: {', '.join(lists)}"
        if type(o) is SGD and o.momentum:
            ahead = (
                f", new w = w − η·(∂L/∂w + {o.momentum:g}·v)" if o.nesterov else ", new w = w − η·v"
            )
            rule = f"v = {o.momentum:g}·v + ∂L/∂w{ahead}"
        elif type(o) is Adam:
            (b1, b2), t = o.betas, o.steps + 1
            rule = (f"m = {b1:g}·m + {1.0 - b1:g}·∂L/∂w, s = {b2:g}·s + {1.0 - b2:g}·(∂L/∂w)², "
                    f"new w = w − η·m̂/(√ŝ + {o.eps:g}), where m̂ = m/(1−{b1:g}^{t}) and ŝ = s/(1−{b2:g}^{t})")  # fmt: skip
        else:
            rule = f"a step of {type(o).__name__}"
        decay = f", with the weight decay {o.weight_decay:g}" if o.weight_decay else ""
        return f"Update: {rule}{decay}; {before}."

    def _penalty(self) -> str:
        """Return what a penalty adds."""
        problem = problem_of(self.credit, self.lr)
        if self.credit.recording.penalty is None or not self.credit.layers:
            return ""
        shares = [f"{called(q, self.credit).removeprefix('new ')} {problem.share(q):.6g}"
                  for q in problem.order if q.kind == "new"]  # fmt: skip
        return (f" The penalty adds {problem.penalty:.6g} to L, and in the updates to ∂L/∂w of "
                f"{', '.join(shares)}.")  # fmt: skip

    def _stated(self) -> list[str]:
        """Return what is given, a line each; of a network without layers its equations, too."""
        if self.credit.layers:
            return [
                f"{k} = {v if isinstance(v, str) else json.dumps(v)}"
                for k, v in self.settings.items()
            ]
        worked = equations(self.credit, self.lr)
        given = [f"{e.names[0]} = {e.value:g}" + f" (z{subscript(e.of)})" * (e.kind == "z")
                 for e in worked if e.rule is None]  # fmt: skip
        told = [
            f"{e.names[0]} = {e.symbols}"
            for e in worked
            if e.rule is not None and e.kind in ("a", "z", "p", "loss")
        ]
        target = [] if self.credit.y is None else [f"y = {self.credit.y}"]
        return [*given, *target, "", *told]

    def _markdown(self, title: str, column: str, answers: Mapping[str, str], picture: str) -> str:
        s = self._sheet(title, column)
        parts = [f"# {s['title']}", "", s["intro"], "", "```", s["settings"], "```", "",
                 f"![The network]({picture}.svg)", "", s["rules"], "", s["digits"], "",
                 f"| number | {column} |", "|---|---|",
                 *(f"| `{name}` | {answer} |" for name, answer in answers.items()), ""]  # fmt: skip
        return "\n".join(parts)

    def html(self, answered: bool = False) -> str:
        """Return the sheet as a page to print, its picture in it.

        Args:
            answered: whether the answers stand in it.
        """
        s = self._sheet(*(("Answer key", "answer") if answered else ("Worksheet", "your answer")))
        s = {part: escape(text) for part, text in s.items()}
        s["rules"] += f" {s['digits']}"
        given = self.rounded if answered else dict.fromkeys(self.answers, "")
        rows = "".join(f"<tr><td>{escape(name)}</td><td>{x}</td></tr>" for name, x in given.items())
        svg = self.draw(blank=not answered).svg()
        return _PAGE.format(**s, rows=rows, picture=svg[svg.index("<svg") :])

    def latex(self, answered: bool = False) -> str:
        """Return the sheet as a LaTeX document.

        Args:
            answered: whether the answers stand in it.
        """
        s = self._sheet(*(("Answer key", "answer") if answered else ("Worksheet", "your answer")))
        given = self.rounded if answered else dict.fromkeys(self.answers, "")
        text = {part: _as_latex(words) for part, words in s.items()}
        settings = r" \\ ".join(
            rf"\texttt{{{_plain_latex(line)}}}"
            if self.credit.layers or not line
            else f"${latex.formula(line)}$"
            for line in s["settings"].split("\n")
        )
        rows = "\n".join(
            rf"${latex.formula(_raised(name, self.credit))}$ & {x} \\ \hline"
            for name, x in given.items()
        )
        return _TEX % (
            text["title"],
            text["intro"],
            settings,
            f"{text['rules']} {text['digits']}",
            s["column"],
            rows,
        )

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
        }  # fmt: skip
        if self._kept:
            content[answers / "key.json"] = self.json()
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

    @property
    def _kept(self) -> bool:
        """Whether a file can hold it."""
        c = self.credit
        known = c.loss_function in LOSSES.values() and c.recording.penalty is None
        return bool(c.layers) and known and self.optimizer is None

    def json(self) -> str:
        """Return what the sheet asks, for `Worksheet.load`; it belongs to the teacher.

        Raises:
            ValueError: if the network has no layers, or there is a penalty or an optimiser.
        """
        if not self.credit.layers:
            raise ValueError(
                "a network without layers is a function, which no file holds: make its worksheet again"
            )
        return json.dumps(
            {**self.settings, "name": self.name, "seed": self.seed}, ensure_ascii=False
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the worksheet of a key.json at a path.

        Raises:
            ValueError: if the file holds no worksheet.
            OSError: if it cannot be read.
        """
        try:
            return cls.from_settings(json.loads(Path(path).read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{os.fspath(path)!r} does not hold a worksheet: {error}") from None

    @classmethod
    def from_settings(cls, given: Mapping[str, Any]) -> Self:
        """Return the worksheet with the given settings, as `settings` has them."""
        net = {
            k: given[k]
            for k in ("weights", "biases", "activation", "output_activation")
            if k in given
        }
        loss = named("loss", given.get("loss", "half_squared_error"), LOSSES)
        y = given["y"]
        credit = assign_credit(
            MLP.from_weights(**net),
            given["x"],
            y[0] if isinstance(y, list) and len(y) == 1 else y,
            loss,
            notation=given.get("notation", "slides"),
        )
        return cls(
            given.get("seed"), credit, learning_rate(given["lr"]), str(given.get("name", ""))
        )

    def __str__(self) -> str:
        return self.problem


def _raised(name: str, credit: Credit) -> str:
    """Return a name with its numbers as indices: w₃⇝₁ for w3>1 of the slides; the books' have them."""
    if credit.names.notation.key != "slides":
        return name
    lowered = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return name.translate(lowered).replace(">", "⇝")


def _plain_latex(text: str) -> str:
    """Return text as LaTeX, its letters as they are."""
    special = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"} | {
        c: f"\\{c}" for c in "{}_%$#&"
    }
    return "".join(special.get(c, c) for c in text)


def _as_latex(text: str) -> str:
    """Return a sentence as LaTeX: words as they are, signs that only formulas have as formulas."""
    words = []
    for word in text.split(" "):
        formula = any((ord(c) > 0x36F and not c.isalpha()) or c in "=ŷδΣηΔσ_·" for c in word)
        bare = word.rstrip(".,:")
        words.append(
            f"${latex.formula(bare)}${word[len(bare) :]}"
            if formula and bare
            else _plain_latex(word)
        )
    return " ".join(words)


def make_worksheet(
    seed: int = 0,
    sizes: Sequence[int] = (2, 2, 1),
    activation: str = "tanh",
    lr: float = 0.5,
    output_activation: str = "linear",
    loss: str | Loss = half_squared_error,
    bias: bool = False,
    name: str = "",
    notation: str = "slides",
) -> Worksheet:
    """Return a worksheet with weights of one decimal and inputs in halves.

    No unit is near a kink of its activation, no answer is 0 or so small that four digits do not show it, and none lies
    where a calculator may round it either way.

    Args:
        seed: the same seed gives the same sheet.
        sizes: the number of inputs, then of units of each layer.
        activation: of the hidden layers.
        lr: the learning rate η.
        output_activation: of the output layer.
        loss: the loss, or its name.
        bias: whether the units have biases.
        name: who works it out.
        notation: in the letters of which book it is written.

    Raises:
        ValueError, TypeError: if there are fewer than two sizes, one is not positive, or the network is too large.

    >>> make_worksheet(seed=1).credit.title
    '2-2-1 tanh network'
    """
    expect(is_sequence(sizes) and len(sizes) > 1, "sizes are of inputs and units, as 2 2 1", sizes)
    lr, sizes = learning_rate(lr), [whole("a size", size) for size in sizes]
    for f in (activation, output_activation):
        named("activation", f, ACTIVATIONS)
    _check_size(sum(inputs * units for inputs, units in pairwise(sizes)))
    rng, loss = generator(seed), as_loss(loss)
    best: tuple[int, Credit] | None = None
    for _ in range(DRAWS):
        weights = [
            [[_nonzero(rng, 9) / 10 for _ in range(units)] for _ in range(inputs)]
            for inputs, units in pairwise(sizes)
        ]
        x = [_nonzero(rng, 4) / 2 for _ in range(sizes[0])]
        y: Any = [rng.randint(-2, 2) / 2 for _ in range(sizes[-1])]
        biases = [[_nonzero(rng, 5) / 10 for _ in range(n)] for n in sizes[1:]] if bias else None
        if loss is cross_entropy:
            y = rng.randrange(sizes[-1])
        elif loss is binary_cross_entropy_with_logits:
            y = [float(t > 0.0) for t in y]
        elif loss not in (half_squared_error,) and loss.__name__ == "hinge":
            y = [1.0 if t > 0.0 else -1.0 for t in y]
        if output_activation == "sigmoid":
            y = [abs(t) for t in y] if isinstance(y, list) else y
        net = MLP.from_weights(weights, biases, activation, output_activation)
        target = y[0] if isinstance(y, list) and len(y) == 1 else y
        credit = assign_credit(net, x, target, loss)
        hard = _hard(credit, lr)
        if best is None or hard < best[0]:
            best = hard, credit
        if not hard:
            break
    assert best is not None
    return Worksheet(seed, best[1].in_notation(notation), lr, name)


def _hard(credit: Credit, lr: float) -> int:
    """Return how many numbers of an example are hard to work out or to mark: kinks, ties, zeros, roundings."""
    count, sums = 0, set()
    for q, x in right_numbers(credit, lr).items():
        scaled = abs(x) * 10.0**DIGITS
        count += abs(x) < SMALL or abs(scaled % 1.0 - 0.5) < TIE
        if q.kind == "a":
            # a kink costs more than any number of roundings
            count += 1000 * (abs(x) < KINK or round(x, DIGITS) in sums)
            sums.add(round(x, DIGITS))
    return count


def _check_size(count: int) -> None:
    if count > MOST_WEIGHTS:
        raise ValueError(
            f"a worksheet is worked out by hand: {count:,} weights are too many, up to {MOST_WEIGHTS} will do"
        )


def _nonzero(rng: random.Random, most: int) -> int:
    return rng.choice([-1, 1]) * rng.randint(1, most)
