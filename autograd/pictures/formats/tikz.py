"""A finished SVG as a TikZ picture: named nodes, one block of styles, names and numbers as mathematics."""

import itertools
import re
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
# what edges lead to, and badges
_NODES = {"unit", "pill", "value", "operation", "bias", "delta", "joint"}
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


def tikz_picture(drawn: Picture, card: bool = False) -> str:
    """Return the parts of a picture as a tikzpicture; its ground only if asked for, since a page has one of its own."""
    colours: dict[str, str] = {}
    styles: dict[str, str] = {}
    body: list[str] = []
    taken: set[str] = set()
    for place, part in enumerate(drawn.parts):
        if isinstance(part, Words):
            body.append(_text(part, colours, styles))
        elif place or card:
            body.append(_shape(part, colours, styles, taken))
    lines = [r"\begin{tikzpicture}[x=1bp, y=-1bp"]
    lines += [f"  {name}/.style={{{style}}}" for style, name in styles.items()]
    defined = [
        rf"\definecolor{{{name}}}{{HTML}}{{{c[1:].upper()}}}%" for c, name in colours.items()
    ]
    corner = f"({rounded(drawn.width)},{rounded(drawn.height)})"
    box = rf"\path[use as bounding box] (0,0) rectangle {corner};"
    return "\n".join([*defined, ",\n".join(lines) + "]", box, *body, r"\end{tikzpicture}"])


def _at(point: Point) -> str:
    return f"({rounded(point[0])},{rounded(point[1])})"


def _named(hex_colour: str, colours: dict[str, str]) -> str:
    if hex_colour in ("none", "transparent"):
        return "none"
    return colours.setdefault(hex_colour, _NAMES.get(hex_colour, f"c{hex_colour[1:]}"))


def _style(name: str, style: str, styles: dict[str, str]) -> str:
    """Return the name of a style, which is made where it is first needed."""
    if style not in styles:
        known = set(styles.values())
        styles[style] = next(
            n for n in (name, *(f"{name} {k}" for k in range(2, 999))) if n not in known
        )
    return styles[style]


def _kind(classes: tuple[str, ...]) -> str:
    return classes[0] if classes else "part"


def _shape(part: Shape, colours: dict[str, str], styles: dict[str, str], taken: set[str]) -> str:
    fill, draw = _named(part.fill, colours), _named(part.stroke, colours)
    look = f"draw={draw}, fill={fill}"
    if part.dashes:
        look += ", dash pattern=" + " ".join(
            f"{'on' if k % 2 == 0 else 'off'} {rounded(length)}bp"
            for k, length in enumerate(part.dashes)
        )
    style = _style(f"{_kind(part.classes)} {draw if draw != 'none' else fill}", look, styles)
    options = f"{style}, line width={rounded(part.width)}bp"
    curves = sum(kind == "C" for kind, _ in part.moves)
    name = "-".join([_kind(part.classes), *(c.removeprefix("of-") for c in part.classes[1:2])])
    if _kind(part.classes) in _NODES and curves >= 4 and name not in taken:
        taken.add(name)
        left, right, top, bottom = part.box
        size = f"minimum width={rounded(right - left)}bp, minimum height={rounded(bottom - top)}bp"
        form = "rounded corners=6bp" if any(kind == "L" for kind, _ in part.moves) else "circle"
        centre = (left + right) / 2.0, (top + bottom) / 2.0
        return rf"\node[{options}, {form}, {size}, inner sep=0bp, outer sep=0bp] ({name}) at {_at(centre)} {{}};"
    return rf"\path[{options}] {' '.join(_path(part))};"


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


def _text(words: Words, colours: dict[str, str], styles: dict[str, str]) -> str:
    style = f"text={_named(words.fill, colours)}, anchor={_ANCHORS[words.anchor]}, inner sep=0bp"
    font = rf"\fontsize{{{rounded(words.size)}bp}}{{{rounded(1.2 * words.size)}bp}}\selectfont"
    font += r"\bfseries" if words.bold else r"\itshape" if words.italic else ""
    name = _style(f"{_kind(words.classes)} text", f"{style}, font={font}", styles)
    return rf"\node[{name}] at {_at((words.x, words.y))} {{{tex(words.text, words.bold)}}};"


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
