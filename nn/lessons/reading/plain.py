"""Text as it comes, made plain: any encoding, LaTeX, Markdown; and numbers as people write them."""

import re
from decimal import Decimal

from nn.lessons.quantities import Written

_GREEK = {
    "delta": "δ", "theta": "θ", "Theta": "Θ", "eta": "η", "alpha": "α", "epsilon": "ε", "varepsilon": "ε",
    "partial": "∂", "varphi": "φ", "phi": "φ", "sigma": "σ", "Delta": "Δ", "nabla": "∇", "ell": "L", "mathcal{L}": "L",
    "approx": "≈", "simeq": "≈", "cdot": "·", "times": "·", "to": "→", "rightarrow": "→", "leadsto": "⇝", "prime": "'",
    "Rightarrow": "⇒", "implies": "⇒", "therefore": "⇒", "quad": "   ", "qquad": "   ", "pm": "±", "ast": "*", "top": "ᵀ",
}  # fmt: skip
_DROPPED = r"\\(?:left|right|big|Big|,|;|!|:|displaystyle|hline|label\{[^}]*\}|tag\{[^}]*\}|item)"
_GROUPS = r"\\(?:text|mathrm|mathbf|operatorname|boldsymbol|mathit|textbf|textrm|texttt|bm|vec|boxed)\s*\{([^{}]*)\}"
_MATRIX = re.compile(r"\\begin\{[bpvB]?(?:matrix|array)\}(?:\{[^}]*\})?(.*?)\\end\{[bpvB]?(?:matrix|array)\}", re.DOTALL)  # fmt: skip

# a number: with a point, or with a comma that no space follows, and perhaps a power of ten
NUMBER = (
    r"[-+−–]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:\s?[eE][-+−]?\d+|\s?[·×*x]\s?10\s?(?:\^|\*\*)?\s?\{?\(?[-+−⁻]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]+\)?\}?)?(?:\s?\\?%)?"
)
NEW_ROW = "\x1e"  # ends a row of LaTeX within its line
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")


def decoded(content: bytes) -> str:
    """Return the text of a file, in UTF-8 or UTF-16, or, if it is neither, in the letters of Western Europe."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if content[1:40:2].count(0) > len(content[1:40:2]) // 2:
        return content.decode("utf-16-le", "replace")
    if content[:40:2].count(0) > len(content[:40:2]) // 2:
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def plain(text: str) -> str:
    """Return a text without the commands of LaTeX, each line where it was.

    >>> plain(r"\\frac{\\partial L}{\\partial w_{21}} &= -0{,}31, \\hat{y} &\\approx 83.06\\%")
    '∂ L/∂ w_{21} = -0,31, ŷ ≈ 83.06%'
    """
    text = (
        text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200b", "").replace("\r", "")
    )
    text = text.replace("{,}", ",").replace(r"\%", "%").replace(r"\_", "_")
    text = re.sub(r"y\u0302", "ŷ", text)
    if "\\" in text:
        head, begun, body = text.rpartition(r"\begin{document}")
        text = "\n" * head.count("\n") + body if begun else text
        text = re.sub(
            r"\\(?:renewcommand|setlength|vspace|hspace)\*?(?:\{[^{}]*\})+|\{\|l\|p\{.*?\}\|\}",
            " ",
            text,
        )
        text = _MATRIX.sub(
            lambda m: (
                "[" + re.sub(r"\\\\\s*", ";", m[1]).replace("&", ",").replace("\n", " ") + "]"
            ),
            text,
        )
        text = re.sub(r"\\(?:hat|widehat)\s*\{?\s*y\s*\}?", "ŷ", text)
        for _ in range(3):
            text = re.sub(_GROUPS, r"\1", text)
            text = re.sub(
                r"\\[dt]?frac\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*\{((?:[^{}]|\{[^{}]*\})*)\}",
                r"\1/\2",
                text,
            )
        text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r"\1/\2", text)
        text = re.sub(r"\\mathcal\s*\{?\s*L\s*\}?", " L", text)
        text = re.sub(
            r"\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?|\\documentclass.*|\\usepackage.*", " ", text
        )
        text = re.sub(_DROPPED, " ", text)
        text = re.sub(r"\\\\(?:\[[^\]]*\])?", NEW_ROW, text)
        text = re.sub(
            r"\\([A-Za-z]+)",
            lambda m: _GREEK.get(m[1], m[1] if m[1] in ("tanh", "exp", "max") else " ") + "",
            text,
        )
        text = re.sub(r"\\([\[\]()])", " ", text)
        text = re.sub(r"&\s*([=≈:])", r"\1", text).replace("&", "   ")
    return text.replace("$", "")


def as_written(text: str, name: str = "", line: int = 0) -> Written:
    """Return a number with what its last digit is worth.

    Raises:
        ValueError: if it is not a number.

    >>> as_written("-0,5400").value, as_written("-0,5400").unit, as_written("13.63 %").unit
    (-0.54, 0.0001, 0.0001)
    >>> as_written("4.386·10⁻⁴").value
    0.0004386
    """
    said = text.strip(" \t*`$_")
    if not re.fullmatch(NUMBER, said):
        raise ValueError(f"{text.strip()!r} is not a number")
    spelled = re.sub(r"\s", "", said).translate(_RAISED)
    percent = spelled.endswith("%")
    digits = re.sub(r"[·×*x]10(?:\^|\*\*)?\{?\(?([-+]?\d+)\)?\}?", r"e\1", spelled.rstrip("%\\"))
    digits = digits.replace(",", "") if re.search(r",.*\.", digits) else digits.replace(",", ".")
    number = Decimal(digits).scaleb(-2 if percent else 0)
    _, figures, exponent = number.as_tuple()
    unit = float(Decimal(1).scaleb(int(exponent)))
    significant = len("".join(map(str, figures)).lstrip("0"))
    return Written(said, float(number), unit, significant, name.strip(), line)
