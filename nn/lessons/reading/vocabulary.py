"""What names mean: for each notation, and each way in which people vary it (names.toml), the numbers of a network by name."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, TypeAlias

from autograd.notation import LOWERED, RAISED, on_the_line
from nn.credit.credit import Credit
from nn.credit.telling.equations import equations
from nn.naming import numbering
from nn.notations import NOTATIONS, Names, Notation, Whole, bare

# (kind, of): those of a Quantity; and "weight", "x", "target", "rate": what is given; "step", the change of a weight
Meaning: TypeAlias = tuple[str, Any]
Grid: TypeAlias = tuple[tuple[Meaning, ...], ...]

_WORDS = (
    (r"\bdelta(?=[\W_\d]|o\d|h\d|$)", "δ"), (r"\btheta(?=[\W_\d]|$)", "θ"), (r"\bpartial\b", "∂"),
    (r"y[ _]?hat|y\^(?=$|[ _\d])|\^y", "ŷ"), (r"->|→|⇝|~>|−>|–>|\bto\b", ">"), ("ℒ|ℓ", "l"), ("[′’`´]", "'"), ("‖", ""),
)  # fmt: skip
_NEW = (
    r"(?:the )?(?:new|updated|neue[rs]?|neu|nouveau|nuevo) ?(?:value|weight|bias|wert|gewicht)?(?: ?(?:of|von|for|für))? ?_?(.+)",
    r"(.+?)[ _^]*[({]*(?:new|neu|updated|after|nachher|t\+1|\+|'|\*|←)[)}]*",
)
_STEP = (r"(?:δ|∆|change (?:of|in)|update(?: (?:of|for))?) ?_?(w.*|b.*|θ.*)",)
_BY = (
    r"(?:∂|d) ?\(?[a-zθ]\w{0,7}(?: total)?\)? ?/ ?\(?(?:∂|d) ?(.+?)\)?",
    r"(?:∂|d)(?:[lecj]|loss|cost|error)_?(?:∂|d)_?(.+)",
    r"(?:grad(?:ient)?|∇|derivative|ableitung)[ _(]*(?:of|by|wrt|w\.r\.t\.|von|nach|for)? ?(.+?)\)?",
    r"(.+?)[._ ](?:grad|gradient)",
    r"(?:∂|d)_?(.+)",
)


def lowered(name: str) -> str:
    """Return a name in small letters, its indices on the line behind ^ and _, Greek letters as such."""
    text = re.sub(f"[{RAISED}]+", lambda m: "^" + on_the_line(m[0]), name.replace("ᵀ", ""))
    text = re.sub(f"[{LOWERED}]+", lambda m: "_" + on_the_line(m[0]), text)
    primed = name.rstrip(" \t`*").endswith(("'", "′", "’"))
    text = text.strip(" \t*`\"“”„'|.").casefold() + "'" * primed
    for pattern, letter in _WORDS:
        text = re.sub(pattern, letter, text)
    return re.sub(r"\s+", " ", text)


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """Return what is left of a name when all ways to write its indices are one.

    >>> [key(name) for name in ("w₂₁", "w_{2,1}", "W[2][1]", "w⁽¹⁾₂₁", "w_{21}^{(1)}", "delta_o1", "w 3->1")]
    ['w21', 'w21', 'w21', 'w21^1', 'w21^1', 'δo1', 'w3>1']
    """
    text = re.sub(r"[{}$\\]", "", lowered(name))
    text = re.sub(r"\^ ?[(\[](\d+)[)\]]", r"^\1", text)
    text = re.sub(r"(?<=[\w])\((\d)\)", r"^\1", text)
    raised = re.findall(r"\^ ?(\d+)", text)
    text = re.sub(r"\^ ?\d+", "_", text)
    groups = re.findall(r"\d+", text)
    if len(groups) > 1 and all(len(group) == 1 for group in groups):
        text = re.sub(r"(?<=\d)[\s_,.;\[\](]+(?=\d)", "", text)
    text = re.sub(r"(?<=\d)[\s_,.;\[\]()|]+(?=\d)", ",", text)
    text = re.sub(r"[\s_\[\]().]|,(?!\d)|(?<!\d),", "", text)
    return text + "".join(f"^{k}" for k in raised)


@lru_cache(maxsize=4096)
def forms(name: str) -> tuple[tuple[str, str], ...]:
    """Return as what a name may be read: a role, "new", "step" or "gradient", or none, and the key of what has it."""
    text = lowered(name)
    found = [("", key(name))]
    for patterns, role in ((_NEW, "new"), (_STEP, "step"), (_BY, "gradient")):
        matches = (re.fullmatch(pattern, text) for pattern in patterns)
        found += [(role, key(match[1])) for match in matches if match]
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """What names mean in one notation.

    Attributes:
        notation: the notation.
        cost: how unusual it is: 0 that of the problem, 1 that of a book, more a variation.
        words: what the key of a name may mean; of several meanings nobody knows which.
        grids: the numbers of a matrix or a column by the key of its name.
        linear: the outputs whose z is their a, so that ∂L/∂ŷ is their δ.
    """

    notation: Notation
    cost: float
    words: dict[str, frozenset[Meaning]]
    grids: dict[str, Grid]
    linear: frozenset[int]

    def meanings(self, name: str) -> frozenset[Meaning]:
        """Return what a name may mean; empty if it means nothing here."""
        if len(name.strip()) == 1 and name.islower() and name not in "δŷ":
            found = self.words.get(key(name), frozenset())
            return frozenset(m for m in found if m[0] != "loss")  # e is an error, E the loss
        for role, word in forms(name):
            bases = self.words.get(word)
            if bases and (found := self._in_role(role, bases) if role else bases):
                return found
        return frozenset()

    def _in_role(self, role: str, bases: frozenset[Meaning]) -> frozenset[Meaning]:
        found = {(role, of) for kind, of in bases if kind == "weight"}
        if role == "gradient":
            found |= {("delta", of) for kind, of in bases
                      if kind == "a" or (kind == "z" and of in self.linear)}  # fmt: skip
        return frozenset(found)

    def grid(self, name: str) -> Grid:
        """Return the numbers of a matrix; empty if none has that name."""
        for role, word in forms(name):
            if not (found := self.grids.get(word)):
                continue
            kind = found[0][0][0]
            if not role:
                return found
            if kind == "weight" and role != "step":
                return _as(role, found)
            if kind == "a" and role == "gradient":
                return _as("delta", found)
        return ()


def union(known: Sequence[Vocabulary]) -> Vocabulary:
    """Return a vocabulary of all that names may mean in several."""
    words, grids = dict[str, frozenset[Meaning]](), dict[str, Grid]()
    for v in known:
        grids |= v.grids
        for word, meanings in v.words.items():
            words[word] = words.get(word, frozenset()) | meanings
    return Vocabulary(known[0].notation, 0.0, words, grids, known[0].linear)


def _as(kind: str, grid: Iterable[Iterable[Meaning]]) -> Grid:
    return tuple(tuple((kind, of) for _, of in row) for row in grid)


def _varied() -> list[Notation]:
    """Return the notations that are no book's."""
    known, found = dict(NOTATIONS), list[Notation]()
    for like, letters in ((row.pop("like"), row) for row in _NAMES["varied"]):
        found.append(replace(known[like], **letters))
        known[found[-1].key] = found[-1]
    return found


_NAMES = tomllib.loads((resources.files("nn.lessons.reading") / "names.toml").read_text("utf-8"))
_VARIED = _varied()


def _flipped(weight: str) -> str:
    return weight.translate(str.maketrans("IJij", "JIji"))


def _candidates(usual: Notation) -> Iterator[tuple[Notation, float, bool]]:
    """Yield notations, with how unusual they are, and whether names leave out the layers that they should have."""
    yield usual, 0.0, False
    rows = [n for n in NOTATIONS.values() if n.key != usual.key]
    yield from ((n, 1.0, False) for n in rows)
    yield from ((n, 1.5, False) for n in _VARIED)
    yield from ((n, 1.8, True) for n in (usual, *rows, *_VARIED) if n.counting == "within")
    for n in (usual, *rows, *_VARIED):
        if re.search(r"IJ|JI|\[\{i\},\{j\}\]", n.weight):
            yield replace(n, weight=_flipped(n.weight)), 2.0, False
        if n.counting == "within":
            moved = replace(n, inputs=1 - n.inputs, leaves=False)
            yield moved, 2.0, False
            yield replace(moved, weight=_flipped(n.weight)), 2.0, False
            yield replace(n, first=1 - n.first), 2.0, False


def vocabularies(credit: Credit) -> Iterator[tuple[Vocabulary, ...]]:
    """Yield what names may mean in a network: in its own notation, then in those of all books, then in variations."""
    linear = frozenset(j for j in credit.outputs if credit.nodes[j].does == "linear")
    if not credit.layers:
        yield (_of_any(credit, linear),)
        return
    sizes = tuple(map(len, credit.layers))
    biased = frozenset(key[1] for key in credit.edges if key[0] is None)
    probable = frozenset(credit.probabilities)
    for rank in range(3):
        yield _of_layers(rank, sizes, biased, probable, linear, credit.names.notation)


@lru_cache(maxsize=96)
def _of_layers(
    rank: int, sizes: tuple[int, ...], biased: frozenset[int], probable: frozenset[int], linear: frozenset[int],
    usual: Notation,
) -> tuple[Vocabulary, ...]:  # fmt: skip
    layers = numbering(sizes)
    return tuple(
        _Maker(notation, layers, biased, probable, layerless).vocabulary(cost, linear)
        for notation, cost, layerless in _candidates(usual)
        if rank == (cost > 0.0) + (cost >= 2.0)
    )


class _Words(defaultdict[str, set[Meaning]]):
    """What the keys of names may mean."""

    def __init__(self) -> None:
        super().__init__(set)

    def add(self, meaning: Meaning, *names: str) -> None:
        for name in names:
            if (spelled := key(name)) and not spelled.isdigit():
                self[spelled].add(meaning)

    def vocabulary(
        self, notation: Notation, cost: float, grids: dict[str, Grid], linear: frozenset[int]
    ) -> Vocabulary:
        words = {word: frozenset(meanings) for word, meanings in self.items()}
        return Vocabulary(notation, cost, words, grids, linear)


class _Maker:
    """Makes the vocabulary of a network with layers in a notation, whose names may leave out the layers."""

    def __init__(
        self, notation: Notation, layers: Sequence[Sequence[int]], biased: frozenset[int], probable: frozenset[int],
        layerless: bool,
    ) -> None:  # fmt: skip
        self.notation, self.layers, self.biased, self.probable = notation, layers, biased, probable
        self.layerless = layerless
        self.names = Names(notation, layers, layers[-1])
        self.alone = {layer[0] for layer in layers if len(layer) == 1}  # they may have no index
        self.words = _Words()
        self.grids: dict[str, Grid] = {}

    def vocabulary(self, cost: float, linear: frozenset[int]) -> Vocabulary:
        n = self.notation
        self.words.add(("loss", None), n.loss, *_NAMES["loss"])
        self.words.add(("rate", None), n.rate, *_NAMES["rate"])
        for place, j in enumerate(self.layers[0], 1):
            self._spell(("x", j), "x", j)
            self.words.add(("x", j), f"x{place}")
        for j in (j for layer in self.layers[1:] for j in layer):
            self._unit(j)
        pairs = [(i, j) for tails, heads in pairwise(self.layers) for i in tails for j in heads]
        for count, pair in enumerate(pairs, 1):
            self._weight(count, pair)
        for j in self.biased:
            self._spell(("weight", (None, j)), "bias", j, "")
            bias = self.names.weight(None, j)
            self.words.add(("gradient", (None, j)), self.names.gradient(bias))
        for k, (tails, heads) in enumerate(pairwise(self.layers), 1):
            self._wholes(k, tails, heads)
        return self.words.vocabulary(n, cost, self.grids, linear)

    def _spell(self, meaning: Meaning, kind: str, *nodes: Any) -> None:
        """Add a name, and the same with its layer in front on the line, or without it, and its indices apart."""
        aliases = _NAMES["also"].get(self.notation.key, {}).get(kind, ())
        for template in (self.names.template(kind, nodes[0]), *aliases):
            flat = re.sub(r"⁽\{([LM])\}⁾|\{([LM])\}|\^\[\{(l)\}\]", r"_{\1\2\3}_", template)
            if self.layerless:
                flat = re.sub(r"_\{[LM]\}_|_\{l\}_|(?<=[A-Za-z])\{l\}", "", flat)
            texts = {template, flat.replace("{L}", "{l}").replace("{M}", "{m}")}
            if self.notation.counting == "within" and not self.layerless and nodes[0] in self.alone:
                texts |= {re.sub(r"\[?\{(?:J|j|JI|IJ)\}\]?", "", text) for text in texts}
            for text in texts:
                apart = text.replace("{JI}", "{j},{i}").replace("{IJ}", "{i},{j}")
                apart = apart.replace("{J0}", "{j},0")
                self.words.add(meaning, *(self.names.spelled(t, *nodes) for t in (text, apart)))

    def _unit(self, j: int) -> None:
        names, output = self.names, j in self.layers[-1]
        self._spell(("a", j), "a", j)
        self._spell(("delta", j), "delta", j)
        self._spell(("z", j), "output" if output else "z", j)
        if output:
            self.words.add(("z", j), names.spelled(self.notation.z, j))
            self._spell(("target", j), "target", j)
        if output and j in self.alone:
            letter, target = bare(self.notation.output), bare(self.notation.target)
            others = [letter] if letter != bare(self.notation.z) else []
            self.words.add(("z", j), "ŷ", "output", "prediction", "ausgabe", *others)
            self.words.add(("target", j), "target", "t", target)
        if j in self.probable:
            self.words.add(("p", j), names.p(j))

    def _weight(self, count: int, pair: tuple[int, int]) -> None:
        names, meaning, (i, j) = self.names, ("weight", pair), pair
        if self.notation.key.endswith("by input"):
            self.words.add(meaning, f"w{count}")
            return
        self._spell(meaning, "weight", j, i)
        if self.notation.counting != "within":
            self.words.add(meaning, f"w{names.mark(i)}>{names.mark(j)}")
        self.words.add(("gradient", pair), names.gradient(names.weight(i, j)))

    def _wholes(self, layer: int, tails: Sequence[int], heads: Sequence[int]) -> None:
        """Add the names of the columns of a layer, of its matrix, and of the gradient of that."""
        names, last = self.names, layer == len(self.layers) - 1
        weights = [tuple(("weight", (i, j)) for i in tails) for j in heads]
        grids: dict[Whole, Any] = {"a": [], "z": [], "delta": []}
        for kind, rows in grids.items():
            rows.append([(kind, j) for j in heads])
        grids["weight"] = weights if self.notation.matrix == "WZ" else zip(*weights)
        if self.biased:
            grids["bias"] = [[("weight", (None, j)) for j in heads]]
        for kind, rows in grids.items():
            grid, name = tuple(map(tuple, rows)), names.whole(kind, layer)
            flat = re.sub(r"[\^\[\]⁽⁾]", "", name)
            spelled = {key(name), key(flat), key(lowered(flat).replace("^", ""))}
            if kind == "z" and last:
                spelled |= {key(names.letter("output")), "ŷ"}
            if kind == "weight":
                self.grids.setdefault(key(names.gradient(name)), _as("gradient", grid))
            for word in spelled:
                self.grids.setdefault(word, grid)


def _of_any(credit: Credit, linear: frozenset[int]) -> Vocabulary:
    words = _Words()
    for equation in equations(credit):
        kind = "x" if equation.kind == "z" and equation.rule is None else equation.kind
        words.add((kind, equation.of), *equation.names)
    for j in credit.outputs:
        words.add(("target", j), credit.names.target(j), credit.names.letter("target"))
    words.add(("loss", None), *_NAMES["loss"])
    return words.vocabulary(credit.names.notation, 0.0, {}, linear)
