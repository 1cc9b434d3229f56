"""Worksheets as Markdown, as a page to print, and as LaTeX."""

import re
from collections.abc import Mapping
from html import escape
from importlib import resources
from string import Template

from autograd import latex
from autograd.notation import subscript
from nn.credit import Credit


def _template(name: str) -> Template:
    return Template(resources.files("nn.lessons").joinpath(name).read_text(encoding="utf-8"))


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
    s["rules"] += f" {s['digits']}"
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{x}</td></tr>" for name, x in answers.items())
    return _template("sheet.html").substitute(s, rows=rows, picture=svg[svg.index("<svg") :])


def latex_page(s: Mapping[str, str], answers: Mapping[str, str], credit: Credit) -> str:
    """Return what a sheet says, and a table of names and answers, as a LaTeX document."""
    text = {part: _as_latex(words) for part, words in s.items()}
    settings = r" \\ ".join(
        rf"\texttt{{{_plain_latex(line)}}}"
        if credit.layers or not line
        else f"${latex.formula(line)}$"
        for line in s["settings"].split("\n")
    )
    rows = "\n".join(
        rf"${latex.formula(_raised(name, credit))}$ & {x} \\ \hline" for name, x in answers.items()
    )
    text |= {"rules": f"{text['rules']} {text['digits']}", "column": s["column"]}
    return _template("sheet.tex").substitute(text | {"settings": settings, "rows": rows})


def _raised(name: str, credit: Credit) -> str:
    """Return a name with its numbers as indices: w₃⇝₁ for w3>1 of the slides; the books' have them."""
    if credit.names.notation.key != "slides":
        return name
    return re.sub(r"\d+", lambda m: subscript(int(m[0])), name).replace(">", "⇝")


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
