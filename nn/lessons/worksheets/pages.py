"""Worksheets as Markdown, as a page to print, and as LaTeX."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from string import Template

from autograd import latex
from autograd.notation import LOWERED, RAISED, subscript
from nn.credit import Credit

ROWS = "Each weight matrix has a row per input and a column per unit."


def _template(name: str) -> Template:
    return Template((resources.files("nn.lessons.worksheets") / name).read_text("utf-8"))


def markdown(s: Mapping[str, str], answers: Mapping[str, str], picture: str) -> str:
    """Return what a sheet says, and a table of names and answers, as Markdown."""
    parts = [f"# {s['title']}", "", s["intro"], "", "```", s["settings"], "```", "",
             f"![The network]({picture}.svg)", "", s["rules"], "", s["digits"], "",
             f"| number | {s['column']} |", "|---|---|",
             *(f"| `{name}` | {answer} |" for name, answer in answers.items()), ""]  # fmt: skip
    return "\n".join(parts)


def html_page(said: Mapping[str, str], answers: Mapping[str, str], svg: str) -> str:
    """Return what a sheet says, its picture, and a table of names and answers, as a page."""
    s = {part: escape(text) for part, text in said.items()}
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{x}</td></tr>" for name, x in answers.items())
    return _template("sheet.html").substitute(s, rows=rows, picture=svg[svg.index("<svg") :])


def latex_page(s: Mapping[str, str], answers: Mapping[str, str], credit: Credit, lr: float) -> str:
    """Return what a sheet says, and a table of names and answers, as a LaTeX document."""
    by_units = credit.names.notation.matrix == "WZ"
    turned = "Each weight matrix has a row per unit and a column per input." if by_units else ROWS
    s = {**s, "intro": s["intro"].replace(ROWS, turned)}
    text = {part: _as_latex(words) for part, words in s.items()}
    lines = [f"${latex.formula(line)}$" if line else "" for line in s["settings"].split("\n")]
    settings = _matrices(credit, lr) if credit.layers else r" \\ ".join(lines)
    called = {_raised(name, credit): x for name, x in answers.items()}
    rows = "\n".join(rf"${latex.formula(name)}$ & {x} \\ \hline" for name, x in called.items())
    # what pdfTeX does not know it shall leave out, not stop at
    strange = sorted({c for c in s["title"] if ord(c) > 0x17F})
    text |= {
        "known": "".join(rf"\DeclareUnicodeCharacter{{{ord(c):04X}}}{{}}" for c in strange),
        "title": _plain_latex(s["title"]), "rules": f"{text['rules']} {text['digits']}", "column": s["column"],
    }  # fmt: skip
    return _template("sheet.tex").substitute(text | {"settings": settings, "rows": rows})


def _matrices(credit: Credit, lr: float) -> str:
    """Return what is given of a network with layers, as a lecturer writes it: its matrices, and columns."""
    names, net = credit.names, credit.network()
    across = names.notation.matrix == "XW"

    def matrix(rows: Sequence[Sequence[float]]) -> str:
        cells = (" & ".join(f"{x:g}" for x in row) for row in rows)
        return r"\begin{pmatrix} " + r" \\ ".join(cells) + r" \end{pmatrix}"

    def vector(xs: Iterable[float]) -> str:
        return matrix([list(xs)] if across else [[x] for x in xs])

    given = [(names.letter("x"), vector(credit.x))]
    for k, (rows, biases) in enumerate(zip(net.weights(), net.biases()), 1):
        turned = list(map(list, zip(*rows))) if names.notation.matrix == "WZ" else rows
        given.append((names.whole("weight", k), matrix(turned)))
        if biases is not None:
            column = names.whole("bias", k) + "₀" * ("{J0}" in names.notation.bias)
            given.append((column, vector(b or 0.0 for b in biases)))
    y = credit.y
    if y is not None:
        given.append((names.letter("target"), vector(y) if isinstance(y, list) else f"{y:g}"))
    given.append((names.rate, f"{lr:g}"))
    equations = ",\n".join(f"${latex.formula(name)} = {x}$" for name, x in given)
    kinds = ", ".join(credit.activations)
    return rf"Layer by layer the activations are {_plain_latex(kinds)}." + f"\n{equations}."


def _raised(name: str, credit: Credit) -> str:
    """Return a name with its numbers as indices: w₃⇝₁ for w3>1 of the slides; the books' have them."""
    if credit.names.notation.key != "slides":
        return name
    return re.sub(r"\d+", lambda m: subscript(int(m[0])), name).replace(">", "⇝")


def _plain_latex(text: str) -> str:
    """Return text as LaTeX, its letters as they are."""
    special = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
    special |= {c: f"\\{c}" for c in "{}_%$#&"}
    return "".join(special.get(c, c) for c in text)


def _as_latex(text: str) -> str:
    """Return a sentence as LaTeX: words as they are, signs that only formulas have as formulas."""
    signs, words = f"ŷδΣηΔσ_·′⇝\u0302{LOWERED}{RAISED}", []
    for word in text.split(" "):
        bare = word.rstrip(".,:")
        if bare and any(unicodedata.category(c) in ("Sm", "No") or c in signs for c in word):
            words.append(f"${latex.formula(bare)}${word[len(bare) :]}")
        else:
            words.append(_plain_latex(word))
    return " ".join(words)
