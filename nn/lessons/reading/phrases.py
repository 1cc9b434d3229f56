"""Lines of text: name = … = number, one after another, and names with numbers in running prose.

    line       bullet? piece (; piece)*
    piece      name, name relation number, number, as many of each; else prose (statement prose)*
    statement  name relation (formula relation)* number, matrix, setting or blank
    prose      anything, in which name filler* number is a statement, too

A name is the longest end of a text that is known as one; a formula is any text that does not go on to the next name.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nn.lessons.reading.plain import NUMBER

Known = Callable[[str], bool]
ROW = "\x1f"  # ends a row of a matrix
SETTINGS = (
    "weights", "biases", "activation", "output_activation", "x", "y", "loss", "lr", "seed", "notation",
)  # fmt: skip
RELATION = re.compile(r"\s*(?::=|==|=|≈|≃|≅|≡|~=|←|:(?=\s|$|[-−+.\d\[(]))\s*")
_FILLER = (
    "is|are|equals|gives|ist|beträgt|wird|of|to|was|becomes|comes|as|about|roughly|approximately|now|then|et|est|es|thus|"
    "von|auf|zu|etwa|rund|vaut|out|at|gleich|ergibt|sich|lautet|also|somit|erhalte|ich|obtain|get|we|I|daher|so|égale?|à|de|donc|nun"
)
# of Python, MATLAB, R and Jupyter
PROMPT = re.compile(r"(?:>{1,3} |(?:In|Out) ?\[\d+\]: ?|\[\d+\] )")
_LIST = re.compile(r"\s*(?:,\s|,(?=\D)|;|&|\band\b|\bund\b|\bet\b)\s*")
_AFTER_NAME = re.compile(rf"\s*(?:->|→|⇒|=>|~|=|≈|:|\bca\.?|\b(?:{_FILLER})\b)\s*$")
_BULLET = re.compile(rf"^\s*(?:{PROMPT.pattern}|[-*•–·>+]\s+|#+\s*|//\s*|%\s*|--\s+|/\*+\s*|\(?\d{{1,2}}[.)]\s+|\(?[a-h][.)]\s+)+")  # fmt: skip
_STARTS = re.compile(rf"^\s*(?:about |ca\. ?|~|≈|\+)?\s*({NUMBER})(?![\w.,]*\d)\s*")
_OPERATOR = re.compile(r"^(?:[·×*/+^]|\(\s*[-−+.\d]|[-−–]\s*[\d(.]|\*\*)")
# what stands before the second of two terms, or before what a function is of
_TERM = re.compile(r"[\w)]\s*[-−+*/·×^]\s*$|[\w'′]\(\s*$")
_TWO = re.compile(r"^(?:or|oder|ou|bzw\.?|resp\.?|to|bis|and|und|-|–|±|\+/-|\+-|vs\.?)\s*[-−+.\d±]", re.IGNORECASE)  # fmt: skip
_BLANK = re.compile(r"[?_.…\-–—\s]*|tbd|todo|n/?a|none|null", re.IGNORECASE)
_PIECES = re.compile(r";\s+|;$|=>|⇒|∴|\s+(?=\(\d{1,2}\)\s)|\s\|\s|(?<=[\d%)])[.]\s+(?=[A-Zδ∂])")
_APART_FROM_NAMES = re.compile(r"[\s,;:(\"'`*|–•\[.{\u0590-\u06ff\u2e80-\u9fff]+")
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*$")  # L (loss)
_JOINTS = [
    (re.compile(pattern), kept) for pattern, kept in (
        # code, and its result beside it; else a comment
        (rf"(?:[\s;]+(?:#|//)|;\s*%)\s*(?:=|->|→)?\s*(?={NUMBER}\s*$)", " = "),
        # what follows a number as a comment, or as the next line of the working
        (r"(?<=[\d\]%✓)⁰-⁹¹²³])\s*(?:(?:#|//|;\s*%)\s*|[&|/—✓]\s+(?=[^\d\s(.]))", " ; "),
        # the sign before the result of a calculation
        (r"(?<=[\d)])\s*(?:→|->|=>|⇒|ergibt|gives|makes|soit|donne)\s*(?=[-−+]?\d*[.,]\d)", " = "),
        (r"^(\S+)\s+(?=\[[-−\d\s.,]+\]\s*$)", r"\1 = "),
    )
]  # fmt: skip
_LISTS = re.compile(r"\[[^\]]*(?:\][\s;,]*\[[^\]]*)*\]")
_WORTH = re.compile(r"\d|\?|^\s*(?:loss|activation|output_activation|notation)\s*[=:]")
_SHARED = re.compile(r"\s*(?::?=|:|≈|\bare\b|\bsind\b|\bsont\b)\s*(?=[-−(\[\d.])")
_WORD = re.compile(r"[a-z_][a-z_0-9-]*$|\[")  # that sets something
_ALONE = re.compile(rf"(?<![\w.,^_\[(⁽])({NUMBER})(?![\w\]>]|[.,]\d|-\d)")
# a comma, a word or a number before a name says that something new begins
_ANEW = re.compile(r"(?:,|(?<![^\W\d_])[^\W\d_]{2,})\s*$|\d[.,]\d\D*$")
_MADE = r"^(?:np\.|numpy\.|torch\.)?(?:array|tensor|Matrix|c)\s*\(\s*(?=\[)"  # by a program


@dataclass(frozen=True)
class Item:
    """A name with what was written for it.

    Attributes:
        name: the name.
        number: the number as text; empty if there is none.
        line: the line, from 1.
        text: what stands there.
        why: why there is no number.
        rows: the numbers of a matrix or a column.
        setting: what is given rather than answered: text that is no number, a list of weights.
    """

    name: str
    number: str
    line: int
    text: str
    why: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    setting: str = ""


class Phrases:
    """Finds names and numbers in lines of text.

    Args:
        known: tells whether a text is the name of a number.
        listed: tells whether it is the name of a matrix or a column.
    """

    def __init__(self, known: Known, listed: Known) -> None:
        self.known, self.listed = known, listed

    def line(self, line: str, at: int) -> list[Item]:
        """Return what stands in a line; what has numbers, but no name that is known, is an item without a name."""
        text = _BULLET.sub("", line)
        for pattern, kept in _JOINTS:
            text = pattern.sub(kept, text)
        text = _LISTS.sub(lambda m: m[0].replace(";", ROW), text)
        if not _WORTH.search(text):
            return []
        pieces = _PIECES.split(text)
        found = [x for piece in pieces for x in self._several(piece, at) or self._chain(piece, at)]
        if not found and re.search(r"[=≈]\s*[-−+]?\d|(?<![\d.])\d+[.,]\d+(?![.\d])", text):
            return [Item("", "", at, line.strip(), "it names no number of this network")]
        return found

    def _several(self, piece: str, at: int) -> list[Item]:
        """Return the items of several names with as many numbers: a1, a2 = 1.19, -0.54; else none."""
        said, *relations = _SHARED.split(piece)
        names = _LIST.split(said.strip().strip("()[]"))
        if len(names) < 2 or len(relations) != 1 or not all(map(self.known, names)):
            return []
        numbers = [value_of(x)[0] for x in _LIST.split(relations[0].strip("()[]. "))]
        if len(numbers) == len(names) and all(numbers):
            return [Item(name, x, at, piece.strip()) for name, x in zip(names, numbers)]
        return [Item("", "", at, piece.strip(), "several names share it")]

    def _chain(self, piece: str, at: int) -> Iterator[Item]:
        """Yield name = … = number, of which the last number counts, one after another."""
        *segments, final = RELATION.split(piece)
        relations = [relation.strip() for relation in RELATION.findall(piece)]
        name = last = ""
        for k, segment in enumerate(segments):
            if not name:
                before, name = self._begun(segment)
                following = segments[k + 1 : k + 2] if relations[k] == ":" else []
                if any(not _STARTS.match(s) and self.split(s)[1] for s in following):
                    name = ""  # the error: δ0 = …
                yield from self.prose(before, at)
            elif turn := self._turn(segment):
                number, between, following_name = turn
                if number:
                    yield from self._stated(name, number, at, piece)
                    yield from self.prose(between, at)
                elif re.search(r"\d[.,]\d", segment):
                    yield Item(name, "", at, piece.strip(), "it does not end in a number")
                name, last = following_name, ""
            else:
                last = segment
        if name:
            yield from self._stated(name, final if final.strip() else last, at, piece)
        else:
            yield from self.prose(final, at)

    def _begun(self, segment: str) -> tuple[str, str]:
        """Return what stands before the name at the end of a segment, and the name, perhaps of a setting."""
        before, name = self.split(segment)
        if not name:
            _, name = self.split(_REMARK.sub("", segment))
        alone = segment.strip(" *`")
        return before, name or alone * (alone in SETTINGS)

    def _turn(self, segment: str) -> tuple[str, str, str] | None:
        """Return the number, what follows, and the next name, of a segment that is a number and goes on to a name.

        There is no number if it is a formula without one, after which something new begins: L = ½(ŷ−y)² and η = 0.1.
        """
        begun = _STARTS.match(segment)
        rest = segment[begun.end() :] if begun else ""
        between, name = self.split(rest)
        factor = begun is not None and begun.end() == begun.end(1) and rest[:1].isalpha()  # 2x
        more = factor or _OPERATOR.match(rest) or _TWO.match(between.strip())
        if begun and name and not more:
            return segment[: begun.end()], between, name
        before, name = self.split(segment)
        return ("", "", name) if name and _ANEW.search(before) else None

    def _stated(self, name: str, segment: str, at: int, text: str) -> Iterator[Item]:
        said, text = segment.strip(), text.strip().replace(ROW, ";")
        rows = rows_of(said)
        given = name in SETTINGS and (not self.listed(name) if rows else _WORD.match(said))
        if given or (rows and said.startswith("[[[")):
            yield Item(name, "", at, text, setting=said)
        elif rows:
            yield Item(name, "", at, text, rows=rows)
        else:
            number, why = value_of(said)
            yield Item(name, number, at, text, why)
            if number and (begun := _STARTS.match(said)):  # perhaps there is more: , δ1 0.44
                yield from self.prose(said[begun.end() :], at)

    def split(self, text: str) -> tuple[str, str]:
        """Return what stands before the longest end of a text that is a name, and the name; all of it and "" if none is."""
        text = text.rstrip(' \t*`"' + "'" * (not re.search(r"\d'\s*$", text)))
        for start in (0, *(m.end() for m in _APART_FROM_NAMES.finditer(text))):
            name = text[start:].strip(' \t*`"')
            if name and len(name) <= 60 and self.named(name):
                before = text[: len(text) - len(name)]
                return (text, "") if _TERM.search(before) else (before, name)
        return text, ""

    def named(self, text: str) -> bool:
        """Tell whether a text is the name of a number, of a matrix or a column."""
        return self.known(text) or self.listed(text)

    def prose(self, text: str, at: int) -> Iterator[Item]:
        """Yield names with numbers in running text: the hidden sum a1 comes to 1.19."""
        last = 0
        for match in _ALONE.finditer(text):
            before = text[last : match.start()]
            for _ in range(4):
                before = _AFTER_NAME.sub("", before)
            _, name = self.split(before)
            if not self.known(name) or (len(name) < 2 and name not in "ŷLEJC"):
                continue
            rest = text[match.end() :].lstrip()
            if _TWO.match(rest):
                yield Item(name, "", at, text.strip(), "two numbers stand there")
            elif not _OPERATOR.match(rest):
                yield Item(name, match[1].strip(), at, text.strip())
            last = match.end()


def value_of(text: str) -> tuple[str, str]:
    """Return the number that a text is, with remarks after it; or why it is none.

    >>> value_of("0.8306 (rounded)"), value_of("0.83 or 0.84"), value_of("0.7*0.83")
    (('0.8306', ''), ('', 'two numbers stand there'), ('', 'it ends in a calculation, not in its result'))
    """
    said = text.strip('*`_" \t')
    if not re.search(r"\d", said):
        return "", "" if _BLANK.fullmatch(said) else f"{said[:40]!r} is not a number"
    begun = _STARTS.match(said)
    if begun is None:
        return "", "it does not end in a number"
    rest = said[begun.end() :]
    if _TWO.match(rest):
        return "", "two numbers stand there"
    if _OPERATOR.match(rest) or said[begun.end(1) : begun.end(1) + 1] == "(":
        return "", "it ends in a calculation, not in its result"
    return begun[1].strip(), ""


def rows_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a matrix, or a column as one row; empty if a text is none.

    >>> rows_of("[[1.5, -2], [0.5, 1]]"), rows_of("(0,1363; −0,2376)ᵀ")
    ((('1.5', '-2'), ('0.5', '1')), (('0,1363',), ('−0,2376',)))
    """
    said = re.sub(r"(?<=[\])])[)\s.;,ᵀT'^]*$", "", re.sub(_MADE, "", text.strip()))
    match = re.fullmatch(r"\[(.*)\]|\((.*)\)", said, re.DOTALL)
    inside = (match[1] or match[2] or "").strip() if match else ""
    nested = inside.startswith(("[", "("))
    parts = (
        re.findall(r"[\[(]([^\[\]()]*)[\])]", inside) if nested else re.split(f"[;{ROW}]", inside)
    )
    rows = tuple(map(_cells, parts))
    alone = [*map(len, rows)] == [1] and not said.startswith("[")
    return rows if all(rows) and not alone else ()


def _cells(row: str) -> tuple[str, ...]:
    """Return the numbers of a row, between blanks or commas; none if something else is among them."""
    pointed = "." in row or ", " in row or not re.search(r"\s", row.strip())
    commas = not pointed or re.search(r"\d,\d+[\s,]+[-−]?\d+,\d", row)  # in numbers
    cells = re.split(r",?\s+" if commas else r"[\s,]+", row.strip(" ,\t\n"))
    if re.fullmatch(NUMBER, row.strip()):
        cells = [row.strip()]
    found = tuple(filter(None, cells))
    return found if all(re.fullmatch(NUMBER, cell) for cell in found) else ()
