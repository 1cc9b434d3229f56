"""Text as LaTeX: numbers, names and formulas in this package's notation.

What somebody typed (a label, the name of a function) is escaped, wherever it comes from. All results belong
between dollars.
"""

import re
from collections.abc import Iterable

from autograd.indices import LOWERED, RAISED, on_the_line

_TYPED = {"\\": r"\backslash", "^": r"\hat{}", "~": r"\sim"} | {c: "\\" + c for c in "{}_%$#&"}
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma "
    "sigma tau upsilon phi chi psi omega"
)
_SIGNS = dict(zip("αβγδεζηθικλμνξοπρςστυφχψω", (f"\\{letter}" for letter in _GREEK.split())))
_SIGNS |= {"ο": "o", "Δ": r"\Delta", "Σ": r"\sum", "Ω": r"\Omega", "Θ": r"\Theta", "∂": r"\partial"}
_SIGNS |= {"·": r" \cdot ", "×": r"\times", "÷": r"\div", "−": "-", "±": r"\pm", "⊙": r" \odot "}
_SIGNS |= {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "→": r"\to", "←": r"\leftarrow"}
_SIGNS |= {"ŷ": r"\hat{y}", "Ŷ": r"\hat{Y}", "ŝ": r"\hat{s}", "′": "'", "…": r"\ldots"}
_SIGNS |= {"√": r"\surd", "∛": r"\sqrt[3]{\ }", "½": r"\tfrac{1}{2}", "¬": r"\lnot", "∞": r"\infty"}
_SIGNS |= {"◄": r"\blacktriangleleft", "►": r"\blacktriangleright"}
_WORDS = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min"}


def escaped(text: str) -> str:
    """Return any text so that LaTeX shows it as it is, inside \\mathrm{...}.

    >>> print(escaped("50% of w_1"))
    50\\%\\ of\\ w\\_1
    """
    return _joined("\\ " if c == " " else _sign(c) for c in text)


def name(text: str) -> str:
    """Return a name: one letter with or without digits as mathematics, anything longer upright.

    >>> print(name("w12"), name("loss"))
    w_{12} \\mathrm{loss}
    """
    if re.fullmatch(r"[A-Za-z][0-9]*", text):
        return text[0] + (f"_{{{text[1:]}}}" if text[1:] else "")
    return rf"\mathrm{{{escaped(text)}}}"


def number(text: str) -> str:
    """Return a number, given as `notation` writes it.

    >>> print(number("−1.5e−9"), number("(−∞)"))
    -1.5 \\cdot 10^{-9} (-\\infty)
    """
    text = re.sub(r"(?<=[0-9.])e([-−]?)\+?0*([0-9]+)", r" \\cdot 10^{\1\2}", text)
    return text.replace("−", "-").replace("∞", r"\infty")


def raised(text: str) -> bool:
    """Tell whether a symbol is made of raised signs, such as ², and so stands behind its operand."""
    return not text.strip(RAISED)


def function(text: str) -> str:
    """Return the name or symbol of a function of the table, with the primes and powers on it.

    >>> print(function("tanh′"), function("σ"), function("leaky_relu"))
    \\tanh' \\sigma \\operatorname{leaky\\_relu}
    """
    word = text.rstrip("′" + LOWERED + RAISED)
    if word in _WORDS or not word:
        head = word and f"\\{word}"
    else:
        head = _SIGNS[word] if word in _SIGNS else rf"\operatorname{{{escaped(word)}}}"
    return head + formula(text[len(word) :])


_TOKEN = re.compile(
    rf"(?P<hat>[A-Za-z]\u0302)|(?P<number>[0-9][0-9.]*e[-−+]?[0-9]+)|(?P<indexed>[A-Za-zδ]+_(?:[ioh][0-9]+|total|[ijk])(?![A-Za-z]))"
    rf"|(?P<layer>\^\[[0-9]+\])|(?P<slope>d[zWhb](?![A-Za-z]))|(?P<function>[A-Za-z][A-Za-z_]+)|[{LOWERED}⇝]+"
    rf"|[{RAISED}]+|.",
    re.DOTALL,
)


def formula(text: str) -> str:
    """Return a formula in plain text as LaTeX; a word of several letters is the name of a function.

    >>> print(formula("δ₁ = δ₀·w₁⇝₀·(1−tanh²a₁)"))
    \\delta_{1} = \\delta_{0} \\cdot w_{1 \\leadsto 0} \\cdot (1-\\tanh^{2}a_{1})
    >>> print(formula("10⇝4"))
    10 \\leadsto 4
    >>> print(formula("∂E_total/∂w5 = δ_o1·out_h1"), formula("dz^[1]₁ = dh1[0]"))
    \\partial E_{\\mathrm{total}}/\\partial w5 = \\delta_{\\mathrm{o1}} \\cdot \\mathrm{out}_{\\mathrm{h1}} dz^{[1]}_{1} = dh1[0]
    """
    written = {
        "hat": lambda text: rf"\hat{{{text[0]}}}",
        "number": number,
        "function": function,
        "indexed": _indexed,
        None: _sign,
    }
    written |= {"layer": lambda text: f"^{{{text[1:]}}}", "slope": lambda text: text}
    return _joined(written[token.lastgroup](token[0]) for token in _TOKEN.finditer(text))


def _indexed(text: str) -> str:
    """Return a name with an index on the line: net_h1, E_total."""
    head, _, index = text.partition("_")
    head = _SIGNS.get(head) or (head if len(head) == 1 else rf"\mathrm{{{head}}}")
    index = index if len(index) == 1 else rf"\mathrm{{{index}}}"
    return f"{head}_{{{index}}}"


def _sign(text: str) -> str:
    """Return one character, or a run of lowered or raised ones."""
    said = on_the_line(text).replace("⇝", r" \leadsto ")
    if not text.strip("⇝"):  # between whole numbers, as in 10⇝4
        return said
    if text[0] in LOWERED or text[0] == "⇝":
        return f"_{{{said.strip()}}}"
    if text[0] in RAISED:
        return f"^{{{said}}}"
    return _SIGNS.get(text) or _TYPED.get(text, text)


def _joined(parts: Iterable[str]) -> str:
    """Join the parts, with a space where the end of a command would swallow the next letter."""
    text = ""
    for part in parts:
        needed = part[:1].isalpha() and re.search(r"\\[A-Za-z]+$", text)
        text += f" {part}" if needed else part
    return text
