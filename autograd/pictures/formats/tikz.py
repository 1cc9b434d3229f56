"""A finished SVG as a TikZ picture: named nodes, one block of styles, names and numbers as mathematics."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator

from autograd import latex
from autograd.pictures.compact_svg import rounded
from autograd.pictures.formats.shapes import Picture, Point, Shape, Words, picture
from autograd.pictures.palette import PALETTE, colour

PREAMBLE = r"\usepackage{tikz,amsmath,amssymb}"
FIX_CM = r"\usepackage{fix-cm}"  # pdfLaTeX's fonts in any size
# in the middle of a document, where \usepackage is not allowed
_LOAD = r"\makeatletter\ifdefined\tikzpicture\else\let\ProvidesPackageRCS\ProvidesFileRCS\input{pgffor.code.tex}\input{tikz.code.tex}\fi\makeatother"
_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
_NAMES = {colour(part): part.replace(" ", "") for part in reversed(PALETTE)}
# the kinds that become nodes: what edges lead to, and badges
_KINDS = {"unit", "pill", "value", "operation", "bias", "delta", "joint"}
_OPERATORS = set("=·+−×÷<>≤≥≈")
# a word, several numbers with hyphens between them, or a mark between words
_PROSE = re.compile(
    r"[(\[“]?(?:[A-Za-z][A-Za-z’'/-]+|[0-9]+(?:-[0-9]+)+)[)\]”]?[.,:;?!]*|[.,:;?!]+"
)


def write_tikz(svg: str, title: str) -> str:
    """Return a tikzpicture for \\input{...}, with the lines of the preamble that it needs as a comment.

    A part is a node named by what it is and whose: (unit-1), (pill-5-1). Where everything stands, and its size, are
    those of the SVG that `svg.finish` made, in big points.
    """
    return (
        f"% {' '.join(title.split())}\n% in the preamble: {PREAMBLE}; with pdfLaTeX {FIX_CM}, too\n"
        + tikz_picture(picture(svg))
        + "\n"
    )


def boxed(svg: str) -> str:
    """Return a tikzpicture for the middle of a document that nbconvert makes of a notebook, at most as large as a page.

    Its preamble, which is not ours, loads pgf and adjustbox, but not TikZ.
    """
    drawn = tikz_picture(picture(svg))
    return (
        f"{_LOAD}\n\\par\\noindent\n"
        rf"\begin{{adjustbox}}{{max size={{\linewidth}}{{.85\textheight}}}}"
        f"\n{drawn}\n\\end{{adjustbox}}\n\\par\n"
    )


def tikz_picture(drawn: Picture) -> str:
    """Return the parts of a picture as a tikzpicture, without its ground, since a page has one of its own."""
    writer = _Writer()
    body = [
        writer.words(part) if isinstance(part, Words) else writer.shape(part)
        for part in drawn.parts[1:]
    ]
    lines = [r"\begin{tikzpicture}[x=1bp, y=-1bp"]
    lines += [f"  {name}/.style={{{style}}}" for style, name in writer.styles.items()]
    defined = [
        rf"\definecolor{{{name}}}{{HTML}}{{{c[1:].upper()}}}%" for c, name in writer.colours.items()
    ]
    box = rf"\path[use as bounding box] (0,0) rectangle {_at((drawn.width, drawn.height))};"
    return "\n".join([*defined, ",\n".join(lines) + "]", box, *body, r"\end{tikzpicture}"])


class _Writer:
    """Writes parts of a picture.

    Attributes:
        colours, styles: the names of those that have been needed.
    """

    def __init__(self) -> None:
        self.colours: dict[str, str] = {}
        self.styles: dict[str, str] = {}
        self._called: Counter[str] = Counter()
        self._nodes: set[str] = set()

    def _colour(self, c: str) -> str:
        return self.colours.setdefault(c, _NAMES.get(c, f"c{c[1:]}")) if c[0] == "#" else "none"

    def _style(self, name: str, style: str) -> str:
        if style not in self.styles:
            self._called[name] += 1
            k = self._called[name]
            self.styles[style] = name if k == 1 else f"{name} {k}"
        return self.styles[style]

    def words(self, words: Words) -> str:
        colour, size = self._colour(words.fill), rounded(words.size)
        font = rf"\fontsize{{{size}bp}}{{{rounded(1.2 * words.size)}bp}}\selectfont"
        font += r"\bfseries" if words.bold else r"\itshape" if words.italic else ""
        look = f"text={colour}, anchor={_ANCHORS[words.anchor]}, inner sep=0bp, font={font}"
        style = self._style(f"{_kind(words)} text", look)
        return rf"\node[{style}] at {_at((words.x, words.y))} {{{tex(words.text, words.bold)}}};"

    def shape(self, part: Shape) -> str:
        fill, draw = self._colour(part.fill), self._colour(part.stroke)
        look = f"draw={draw}, fill={fill}"
        if part.dashes:
            on_off = zip(itertools.cycle(("on", "off")), part.dashes)
            look += ", dash pattern=" + " ".join(f"{way} {rounded(x)}bp" for way, x in on_off)
        style = self._style(f"{_kind(part)} {draw if draw != 'none' else fill}", look)
        options = f"{style}, line width={rounded(part.width)}bp"
        kinds = [kind for kind, _ in part.moves]
        name = "-".join([_kind(part), *(c.removeprefix("of-") for c in part.classes[1:2])])
        if _kind(part) not in _KINDS or kinds.count("C") < 4 or name in self._nodes:
            return rf"\path[{options}] {' '.join(_path(part))};"
        self._nodes.add(name)
        left, right, top, bottom = part.box
        size = f"minimum width={rounded(right - left)}bp, minimum height={rounded(bottom - top)}bp"
        form = "rounded corners=6bp" if "L" in kinds else "circle"
        centre = (left + right) / 2.0, (top + bottom) / 2.0
        return rf"\node[{options}, {form}, {size}, inner sep=0bp, outer sep=0bp] ({name}) at {_at(centre)} {{}};"


def _at(point: Point) -> str:
    return f"({rounded(point[0])},{rounded(point[1])})"


def _kind(part: Shape | Words) -> str:
    return part.classes[0] if part.classes else "part"


def _path(part: Shape) -> Iterator[str]:
    start: Point = (0.0, 0.0)
    for place, (kind, points) in enumerate(part.moves):
        if kind == "M":
            start = points[0]
            yield _at(start)
        elif kind == "L":
            last = place + 1 == len(part.moves)
            yield "-- cycle" if last and points[0] == start else f"-- {_at(points[0])}"
        else:
            yield f".. controls {_at(points[0])} and {_at(points[1])} .. {_at(points[2])}"


# ---------------------------------------------------------------- words and mathematics


def tex(text: str, bold: bool = False) -> str:
    """Return a line of text as LaTeX: words as words, and everything between them as mathematics.

    >>> print(tex("credit = δ₁·z₅, w₅⇝₁ = −0.5"))
    credit $= \\delta_{1} \\cdot z_{5},\\ w_{5 \\leadsto 1} = -0.5$
    """
    runs: list[tuple[bool, list[str]]] = []
    for token in text.split():
        prose = bool(_PROSE.fullmatch(token))
        if not runs or runs[-1][0] != prose:
            runs.append((prose, []))
        runs[-1][1].append(token)
    return " ".join(
        _plain(" ".join(tokens)) if prose else _mathematics(tokens, bold) for prose, tokens in runs
    )


def _mathematics(tokens: list[str], bold: bool) -> str:
    formula = ""
    for before, token in itertools.pairwise(["=", *tokens]):
        apart = before not in _OPERATORS and token not in _OPERATORS
        formula += r"\ " if apart else " "
        for c in latex.formula(token):
            formula += c if c.isascii() else rf"\mbox{{{_letter(c)}}}"
    return rf"$\boldsymbol{{{formula[1:]}}}$" if bold else f"${formula[1:]}$"


def _plain(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special |= {c: "\\" + c for c in "{}_%$#&"} | {"<": "$<$", ">": "$>$", "|": "$|$"}
    return "".join(special.get(c, c if c.isascii() else _letter(c)) for c in text)


def _letter(c: str) -> str:
    """Return a letter that every TeX has; of any other sign its code, since some drop it without a word."""
    quotes = {"’": "'", "‘": "`", "“": "``", "”": "''", "–": "--", "—": "---", "…": r"\ldots{}"}
    if c in quotes:
        return quotes[c]
    return c if c.isalpha() and ord(c) < 0x180 else f"U+{ord(c):04X}"
