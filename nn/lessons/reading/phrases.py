"""Lines of text: name = … = number, one after another, and names with numbers in running prose."""

import re
from collections.abc import Callable, Iterator, Sequence
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
# the sign before the result of a calculation
_RESULT = re.compile(r"(?<=[\d)])\s*(?:→|->|=>|⇒|ergibt|gives|makes|soit|donne)\s*(?=[-−+]?\d*[.,]\d)")  # fmt: skip
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
# what follows a number as a comment, or as the next line of the working
_APART = re.compile(r"(?<=[\d\]%✓)⁰-⁹¹²³])\s*(?:(?:#|//|;\s*%)\s*|[&|/—✓]\s+(?=[^\d\s(.]))")
_APART_FROM_NAMES = re.compile(r"[\s,;:(\"'`*|–•\[.{\u0590-\u06ff\u2e80-\u9fff]+")
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*$")  # L (loss)


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

    def line(self, line: str, at: int) -> Iterator[Item]:
        """Yield what stands in a line; what has numbers, but no name that is known, is an item without a name."""
        text = _BULLET.sub("", line)
        # code, and its result beside it; else a comment
        text = re.sub(rf"(?:[\s;]+(?:#|//)|;\s*%)\s*(?:=|->|→)?\s*(?={NUMBER}\s*$)", " = ", text)
        text = re.sub(_APART, " ; ", text)
        text = re.sub(r"^(\S+)\s+(?=\[[-−\d\s.,]+\]\s*$)", r"\1 = ", _RESULT.sub(" = ", text))
        text = re.sub(r"\[[^\]]*(?:\][\s;,]*\[[^\]]*)*\]", lambda m: m[0].replace(";", ROW), text)
        if not re.search(r"\d|\?|^\s*(?:loss|activation|output_activation|notation)\s*[=:]", text):
            return
        found = False
        for piece in _PIECES.split(text):
            read = self._several(piece, at) or list(self._chain(piece, at))
            yield from read
            found = found or bool(read)
        if not found and re.search(r"[=≈]\s*[-−+]?\d|(?<![\d.])\d+[.,]\d+(?![.\d])", text):
            yield Item("", "", at, line.strip(), "it names no number of this network")

    def _several(self, piece: str, at: int) -> list[Item]:
        """Return the items of several names with as many numbers: a1, a2 = 1.19, -0.54; else none."""
        said, *relations = re.split(
            r"\s*(?::?=|:|≈|\bare\b|\bsind\b|\bsont\b)\s*(?=[-−(\[\d.])", piece
        )
        names = _LIST.split(said.strip().strip("()[]"))
        if len(names) < 2 or len(relations) != 1 or not all(map(self.known, names)):
            return []
        numbers = [value_of(x)[0] for x in _LIST.split(relations[0].strip("()[]. "))]
        if len(numbers) == len(names) and all(numbers):
            return [Item(name, x, at, piece.strip()) for name, x in zip(names, numbers)]
        return [Item("", "", at, piece.strip(), "several names share it")]

    def _chain(self, piece: str, at: int) -> Iterator[Item]:
        """Yield name = … = number, of which the last number counts, one after another."""
        segments = RELATION.split(piece)
        relations = [relation.strip() for relation in RELATION.findall(piece)]
        name, parts = "", list[str]()
        for k, segment in enumerate(segments):
            last = k == len(segments) - 1
            if name and last:
                yield from self._stated(name, parts, segment, at, piece)
            elif name and (ended := self._ended(segment)) is not None:
                number, between, following = ended
                yield from self._stated(name, parts, number, at, piece)
                yield from self.prose(between, at)
                name, parts = following, []
            elif name and (following := self._broken(segment)):
                if re.search(r"\d[.,]\d", segment):
                    yield Item(name, "", at, piece.strip(), "it does not end in a number")
                name, parts = following, []  # a formula without its number: L = ½(ŷ−y)² and η = 0.1
            elif name:
                parts.append(segment)
            elif not last:
                name = self._begun(segment)
                if relations[k] == ":" and k + 2 < len(segments):
                    following = segments[k + 1]
                    if not _STARTS.match(following) and self.suffix(following):
                        name = ""  # the error: δ0 = …
                yield from self.prose(_before(name, segment), at)
            else:
                yield from self.prose(segment, at)

    def _begun(self, segment: str) -> str:
        alone = segment.strip(" *`")
        setting = alone if alone in SETTINGS else ""
        return self.suffix(segment) or self.suffix(_REMARK.sub("", segment)) or setting

    def _stated(
        self, name: str, parts: Sequence[str], segment: str, at: int, text: str
    ) -> Iterator[Item]:
        said, text = segment.strip(), text.strip().replace(ROW, ";")
        rows = rows_of(said)
        given = rows and ((name in SETTINGS and not self.listed(name)) or said.startswith("[[["))
        word = name in SETTINGS and re.match(r"[a-z_][a-z_0-9-]*$|\[", said)
        if given or (word and not rows):
            yield Item(name, "", at, text, setting=said)
            return
        if rows:
            yield Item(name, "", at, text, rows=rows)
            return
        number, why = value_of(said if said or not parts else parts[-1])
        yield Item(name, number, at, text, why)
        begun = _STARTS.match(said)
        if number and begun:  # perhaps there is more: , δ1 0.44
            yield from self.prose(said[begun.end() :], at)

    def _ended(self, segment: str) -> tuple[str, str, str] | None:
        """Return the number, what follows, and the next name, of a segment that is a number and goes on to a name."""
        begun = _STARTS.match(segment)
        rest = segment[begun.end() :] if begun else ""
        if begun is None or not rest.strip() or _OPERATOR.match(rest):
            return None
        if begun.end() == begun.end(1) and rest[:1].isalpha():  # 2x
            return None
        name = self.suffix(rest)
        between = _before(name, rest)
        if not name or _TWO.match(between.strip()):
            return None
        return segment[: begun.end()], between, name

    def _broken(self, segment: str) -> str:
        """Return the name at the end of a segment, if a number, a comma or a word before it says that something new begins."""
        name = self.suffix(segment)
        begins = re.search(r"(?:,|(?<![^\W\d_])[^\W\d_]{2,})\s*$|\d[.,]\d\D*$", _before(name, segment))  # fmt: skip
        return name if name and begins else ""

    def suffix(self, text: str) -> str:
        """Return the longest end of a text that is a name."""
        text = text.rstrip(' \t*`"' + "'" * (not re.search(r"\d'\s*$", text)))
        for start in (0, *(m.end() for m in _APART_FROM_NAMES.finditer(text))):
            candidate = text[start:].strip(' \t*`"')
            if candidate and len(candidate) <= 60 and self.named(candidate):
                return "" if _TERM.search(text[: len(text) - len(candidate)]) else candidate
        return ""

    def named(self, text: str) -> bool:
        """Tell whether a text is the name of a number, of a matrix or a column."""
        return self.known(text) or self.listed(text)

    def prose(self, text: str, at: int) -> Iterator[Item]:
        """Yield names with numbers in running text: the hidden sum a1 comes to 1.19."""
        last = 0
        for match in re.finditer(rf"(?<![\w.,^_\[(⁽])({NUMBER})(?![\w\]>]|[.,]\d|-\d)", text):
            before = text[last : match.start()]
            for _ in range(4):
                before = _AFTER_NAME.sub("", before)
            name = self.suffix(before)
            if not name or not self.known(name) or (len(name) < 2 and name not in "ŷLEJC"):
                continue
            rest = text[match.end() :].lstrip()
            if _TWO.match(rest):
                yield Item(name, "", at, text.strip(), "two numbers stand there")
            elif not _OPERATOR.match(rest):
                yield Item(name, match[1].strip(), at, text.strip())
            last = match.end()


def _before(name: str, text: str) -> str:
    """Return what stands before the name at the end of a text."""
    return text[: len(text.rstrip(" *`")) - len(name)]


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
    said = re.sub(_MADE, "", text.strip())
    said = re.sub(r"(?<=[\])])[)\s.;,ᵀT'^]*$", "", said)
    match = re.fullmatch(r"\[(.*)\]|\((.*)\)", said, re.DOTALL)
    inside = (match[1] or match[2] or "").strip() if match else ""
    parts = re.split(f"[;{ROW}]", inside)
    if inside.startswith(("[", "(")):
        parts = re.findall(r"[\[(]([^\[\]()]*)[\])]", inside)
    rows = []
    for part in parts:
        pointed = "." in part or ", " in part or not re.search(r"\s", part.strip())
        commas = not pointed or re.search(r"\d,\d+[\s,]+[-−]?\d+,\d", part)  # in numbers
        cells = list(
            filter(None, re.split(r",?\s+" if commas else r"[\s,]+", part.strip(" ,\t\n")))
        )
        if re.fullmatch(NUMBER, part.strip()):
            cells = [part.strip()]
        if not cells or not all(re.fullmatch(NUMBER, cell) for cell in cells):
            return ()
        rows.append(tuple(cells))
    alone = len(rows) == 1 and len(rows[0]) == 1 and not said.startswith("[")
    return () if alone else tuple(rows)
