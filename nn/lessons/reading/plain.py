"""Text as it comes, made plain: any encoding, LaTeX, Markdown; and numbers as people write them."""

import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from decimal import Decimal
from html import unescape

from autograd.notation import on_the_line
from nn.lessons.quantities import Written

_GREEK = {
    "delta": "δ", "theta": "θ", "Theta": "Θ", "eta": "η", "alpha": "α", "epsilon": "ε", "varepsilon": "ε",
    "partial": "∂", "varphi": "φ", "phi": "φ", "sigma": "σ", "Delta": "Δ", "nabla": "∇", "ell": "L", "mathcal{L}": "L",
    "approx": "≈", "simeq": "≈", "cdot": "·", "times": "·", "to": "→", "rightarrow": "→", "leadsto": "⇝", "prime": "'",
    "tanh": "tanh", "exp": "exp", "max": "max", "Rightarrow": "⇒", "implies": "⇒", "therefore": "⇒", "quad": "   ", "qquad": "   ", "pm": "±", "ast": "*", "top": "ᵀ",
}  # fmt: skip
_DROPPED = r"\\(?:left\b\.?|right\b\.?|big|Big|,|;|!|:|displaystyle|hline|label\{[^}]*\}|tag\{[^}]*\}|item)"
_SETUP = r"\\(?:renewcommand|setlength|[vh]space|label|tag|ref|section)\*?(?:\{[^{}]*\})+|\{\|l\|p\{.*?\}\|\}"
_ENVIRONMENT = r"\\(?:begin|end)\{[^}]*\}(?:\{[^}]*\})?|\\documentclass.*|\\usepackage.*"
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
# a command with what it is of: \mathbf{0.83}, \num{1.19}
_GROUPS = (
    r"\\(?!begin|end|d?t?frac|(?:wide)?hat\b|mathcal|usepackage)[A-Za-z]+\s*\{([^{}]*)\}(?:\{\})?"
)
_MATRIX = re.compile(r"\\begin\{[bpvB]?(?:matrix|array)\}(?:\{[^}]*\})?(.*?)\\end\{[bpvB]?(?:matrix|array)\}", re.DOTALL)  # fmt: skip

# a number: with a point, or with a comma that no space follows, and perhaps a power of ten
NUMBER = (
    r"[-+−–]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:\s?[eEdD][-+−]?\d+(?!\w)|\s?[·×*x]\s?10\s?(?:\^|\*\*)?\s?\{?\(?[-+−⁻]?[\d⁰-⁹¹²³]+\)?\}?)?(?:\s?\\?%)?"
)
NEW_ROW = "\x1e"  # ends a row of LaTeX within its line
_MINUS = str.maketrans("−–D", "--e")
# marks of direction and what else cannot be seen; blanks; wide signs; the commas and points of other scripts
_LETTERS: dict[int, str | None] = dict.fromkeys(map(ord, "\r\u200b\u00ad\u200e\u200f\u061c\ufeff٬"))
_LETTERS |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LETTERS |= dict.fromkeys([0xA0, 0x202F, 0x3000, *range(0x2000, 0x200B)], " ")
_LETTERS |= {k + 0xFEE0: chr(k) for k in range(0x21, 0x7F)} | {ord("－"): "−"}
_WIDE = {"，、،": ", ", "；؛": "; ", "。": ". ", "٫": ".", "„“”«»": '"', "│┃║": "|"}
_LETTERS |= {ord(c): sign for letters, sign in _WIDE.items() for c in letters}
# nothing that somebody worked out
_UNSEEN = re.compile(r"<(svg|style|script|head)\b.*?</\1>", re.DOTALL)
_TAGS = {
    r"<sub>": "_", r"<sup>": "^", r"</t[dh]>\s*<t[dh][^>]*>": " | ", r"</?t[dh][^>]*>": " | ", r"</tr>[ \t]*(?=<)": "\n",
    r"<br ?/?>|</p>|</li>": NEW_ROW, r"</?[a-zA-Z][^<>]*>": "",
}  # fmt: skip
_MARKS = {
    r"~~[^~\n]*~~": "", r"`([^`\n]*)`": r"\1", r'([=:≈→~>]\s*|\w )"([^"\n]*\d[^"\n]{0,3})"': r"\1\2", r"(?<![\w)*])\*\*(\S(?:[^*\n]*\S)?)\*\*(?![\w(*])": r"\1",  # struck out; bold
    r"(?:np|numpy)\.(?:float|int)\d+\(([^()]*)\)": r"\1", r", (?:grad_fn|dtype|device)=[^,)]*": "", r"(?<=\d)f\b": "",
    r"\(?(?<![\w'])'([^'\n]{1,30})'(?:(?=:)|, (?=[-−\d]))": r"\1 = ",  # what Python prints: {'a1': 1.19}, [('a1', 1.19)]
    r"\b(?:minus|moins) (?=\d)": "-", r"[-–—]{2,}>": "→", r"\.{3,}|…|_{2,}": " ",
}  # fmt: skip


def decoded(content: bytes) -> str:
    """Return the text of a file, in UTF-8 or UTF-16, or, if it is neither, in the letters of Western Europe."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    for coding, high in (("utf-16-le", content[1:40:2]), ("utf-16-be", content[:40:2])):
        if high.count(0) > len(high) // 2:
            return content.decode(coding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def plain(text: str) -> str:
    """Return a text in plain letters: without the commands of LaTeX, the tags of a page, the marks of Markdown, and with
    the digits and signs of any script as ours.

    >>> plain(r"\\frac{\\partial L}{\\partial w_{21}} &= -0{,}31, \\hat{y} &\\approx 83.06\\%")
    '∂ L/∂ w_{21} = -0,31, ŷ ≈ 83.06%'
    >>> plain("δ<sub>1</sub> = &minus;٠٫٥"), plain("z1＝np.float64(0.83)"), plain("a1 = ~~2~~ **1.19**")
    ('δ_1 = −0.5', 'z1=0.83', 'a1 =  1.19')
    """
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    text = re.sub(r"(?![0-9])\d", lambda m: str(unicodedata.decimal(m[0])), text)
    if re.search(r"</?\w+>", text):
        text = _UNSEEN.sub(lambda m: "\n" * m[0].count("\n"), text)
        for tag, sign in _TAGS.items():
            text = re.sub(tag, sign, text)
        text = unescape(text).translate(_LETTERS)
    if "\\" in text:
        text = _without_commands(text)
    for pattern, kept in _MARKS.items():
        text = re.sub(pattern, kept, text)
    return text.replace("$", "")


def _without_commands(text: str) -> str:
    text = text.replace("{,}", ",").replace(r"\%", "%").replace(r"\_", "_")
    head, begun, body = text.rpartition(r"\begin{document}")
    text = "\n" * head.count("\n") + body if begun else text
    text = re.sub(_SETUP, " ", text)
    text = _MATRIX.sub(lambda m: f"[{_rows(m[1])}]", text)
    text = re.sub(r"\\(?:hat|widehat)\s*\{?\s*y\s*\}?", "ŷ", text)
    text = re.sub(r"\\mathcal\s*\{?\s*L\s*\}?", " L", text)
    text = re.sub(r"(?<=[A-Za-z])(?=\\[A-Za-z]+\s*\{)", " ", text)  # \partial\mathrm{net}
    for _ in range(3):  # one within another
        text = re.sub(r"(\\(?:under|over)brace\s*\{[^{}]*\})[_^]\{[^{}]*\}", r"\1", text)
        text = re.sub(_GROUPS, r"\1", text)
        text = re.sub(rf"\\[dt]?frac\s*{_GROUP}\s*{_GROUP}", r"\1/\2", text)
    text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r"\1/\2", text)
    text = re.sub(_ENVIRONMENT, " ", text)
    text = re.sub(_DROPPED, " ", text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?", NEW_ROW, text)
    text = re.sub(r"\\([A-Za-z]+)", lambda m: _GREEK.get(m[1], " "), text)
    text = re.sub(r"\\([\[\]()])", " ", text)
    return re.sub(r"&\s*([=≈:])", r"\1", text).replace("&", "   ")


def _rows(matrix: str) -> str:
    return re.sub(r"\\\\\s*", ";", matrix).replace("&", ",").replace("\n", " ")


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
    spelled = on_the_line(re.sub(r"\s", "", said)).translate(_MINUS)
    percent = spelled.endswith("%")
    digits = re.sub(r"[·×*x]10(?:\^|\*\*)?\{?\(?([-+]?\d+)\)?\}?", r"e\1", spelled.rstrip("%\\"))
    digits = digits.replace(",", "") if re.search(r",.*\.", digits) else digits.replace(",", ".")
    number = Decimal(digits).scaleb(-2 if percent else 0)
    _, figures, exponent = number.as_tuple()
    unit = float(Decimal(1).scaleb(int(exponent)))
    significant = len("".join(map(str, figures)).lstrip("0"))
    return Written(said, float(number), unit, significant, name.strip(), line)
