"""What names mean: for each notation, and each way in which people vary it, the numbers of a network by name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

from autograd.notation import LOWERED, RAISED, on_the_line
from nn.credit.credit import Credit
from nn.credit.telling.equations import equations
from nn.naming import numbering
from nn.notations import NOTATIONS, Names, Notation

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
LOSS = ("L", "E", "C", "J", "loss", "cost", "E_total", "total error", "total loss", "Loss L", "error E", "fehler", "kosten", "verlust")  # fmt: skip
RATE = ("η", "lr", "learning rate", "α", "eta", "alpha", "ε", "step_size", "lernrate")


def lowered(name: str) -> str:
    """Return a name in small letters, its indices on the line behind ^ and _, Greek letters as such."""
    text = re.sub(f"[{RAISED}]+", lambda m: "^" + on_the_line(m[0]), name.replace("ᵀ", ""))
    text = re.sub(f"[{LOWERED}]+", lambda m: "_" + on_the_line(m[0]), text)
    text = text.strip(" \t*`\"“”„'|.").casefold() + "'" * name.rstrip(" \t`*").endswith(
        ("'", "′", "’")
    )
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
            return frozenset(
                m for m in self.words.get(key(name), ()) if m[0] != "loss"
            )  # e is an error, E the loss
        for role, word in forms(name):
            if (found := self.words.get(word)) and (of := self._in_role(role, found)):
                return of
        return frozenset()

    def _in_role(self, role: str, bases: frozenset[Meaning]) -> frozenset[Meaning]:
        if not role:
            return bases
        found: set[Meaning] = set()
        for kind, of in bases:
            if kind == "weight":
                found.add((role, of))
            elif role == "gradient" and (kind == "a" or (kind == "z" and of in self.linear)):
                found.add(("delta", of))
        return frozenset(found)

    def grid(self, name: str) -> Grid:
        """Return the numbers of a matrix; empty if none has that name."""
        for role, word in forms(name):
            of = self.grids.get(word)
            if not role and of:
                return of
            if of and of[0][0][0] == "weight" and role != "step":
                return tuple(tuple((role, m[1]) for m in row) for row in of)
            if of and role == "gradient" and of[0][0][0] == "a":
                return tuple(tuple(("delta", m[1]) for m in row) for row in of)
        return ()


# other ways to write the same, in each notation
_ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "slides": {"a": ("net{j}",), "z": ("h{j}",), "output": ("z{j}", "out{j}"), "weight": ("w{j}<{i}", "w{IJ}")},
    "mazur": {"a": ("net input {j}",), "z": ("{j}", "output {j}", "a_{j}"), "output": ("{j}", "output {j}", "ŷ{U}", "y{U}"),
              "target": ("t{U}", "t_{j}", "target{U}"), "bias": ("b{l}",), "delta": ("d_{j}", "error {j}")},
    "bishop": {"output": ("ŷ{J}",)},
    "cs231n": {"a": ("z{l}[{j}]", "a{l}[{j}]"), "z": ("hidden_layer[{j}]",), "delta": ("dhidden[{j}]", "dz{l}[{j}]", "dpre{l}[{j}]")},
    "haykin": {"output": ("y⁽{L}⁾{J}", "y{J}", "ŷ{J}"), "bias": ("w⁽{L}⁾{J0}",)},
    "mitchell": {"bias": ("b{J}", "θ{J}"), "output": ("ŷ{J}",)},
    "han-kamber": {"a": ("net{J}", "net input {j}"), "z": ("out{J}", "output {j}"), "output": ("out{J}", "output {j}"),
                   "delta": ("Error{J}", "δ{J}"), "bias": ("b{J}", "bias{J}")},
    "ng": {"output": ("a^[{l}]{J}",), "delta": ("δ^[{l}]{J}",)},
    "goodfellow": {"output": ("h⁽{L}⁾{J}",), "delta": ("δ⁽{L}⁾{J}",)},
    "nielsen": {"output": ("ŷ{J}",)},
    "ng-older": {"output": ("h{J}", "h(x)", "hΘ(x)", "ŷ{J}"), "weight": ("w⁽{L}⁾{JI}",)},
}  # fmt: skip
_SLIDES = NOTATIONS["slides"]
_BY_LAYERS = replace(
    _SLIDES, key="slides by layers", a="a⁽{L}⁾{J}", z="z⁽{M}⁾{J}", delta="δ⁽{L}⁾{J}", weight="w⁽{L}⁾{IJ}", bias="b⁽{L}⁾{J}",
    counting="within",
)  # fmt: skip
_FORWARD = replace(
    _SLIDES, key="slides counted forward", x="x{J}", output="z{J}", target="y{J}", weight="w{IJ}", counting="forward",
    bare=False,
)  # fmt: skip
_VARIED = (
    _BY_LAYERS,
    replace(_BY_LAYERS, z="z⁽{L}⁾{J}"),
    replace(_SLIDES, key="slides, a and z exchanged", a="z{J}", z="a{J}", output="ŷ{J}"),
    _FORWARD,
    replace(_FORWARD, key="slides counted forward, a and z exchanged", a="z{J}", z="a{J}", output="a{J}"),
    replace(_FORWARD, key="negnevitsky", z="y{J}", output="y{J}", a="X{J}", target="yd{J}", bias="θ{J}"),
    replace(NOTATIONS["mazur"], key="mazur, weights by input"),
)  # fmt: skip


def _flipped(weight: str) -> str:
    return weight.translate({ord("I"): "J", ord("J"): "I", ord("i"): "j", ord("j"): "i"})


def _candidates(usual: Notation) -> Iterator[tuple[Notation, float, bool]]:
    """Yield notations, with how unusual they are, and whether names leave out the layers that they should have."""
    yield usual, 0.0, False
    rows = [n for n in NOTATIONS.values() if n.key != usual.key]
    yield from ((n, 1.0, False) for n in rows)
    yield from ((n, 1.5, False) for n in _VARIED)
    yield from ((n, 1.8, True) for n in (usual, *rows, *_VARIED) if n.counting == "within")
    for n in (usual, *rows, *_VARIED):
        within = n.counting == "within"
        others = []
        if "IJ" in n.weight or "JI" in n.weight or "[{i},{j}]" in n.weight:
            others.append(replace(n, weight=_flipped(n.weight)))
        if within:
            moved = replace(n, inputs=1 - n.inputs, leaves=False)
            others += [moved, replace(moved, weight=_flipped(n.weight))]
            others.append(replace(n, first=1 - n.first))
        yield from ((other, 2.0, False) for other in others)


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
    rank: int,
    sizes: tuple[int, ...],
    biased: frozenset[int],
    probable: frozenset[int],
    linear: frozenset[int],
    usual: Notation,
) -> tuple[Vocabulary, ...]:
    layers = numbering(sizes)
    return tuple(
        _Maker(notation, layers, biased, probable, layerless).vocabulary(cost, linear)
        for notation, cost, layerless in _candidates(usual)
        if rank == (cost > 0.0) + (cost >= 2.0)
    )


class _Maker:
    def __init__(
        self,
        notation: Notation,
        layers: Sequence[Sequence[int]],
        biased: frozenset[int],
        probable: frozenset[int],
        layerless: bool = False,
    ) -> None:
        self.layerless = layerless
        self.notation, self.layers, self.biased, self.probable = notation, layers, biased, probable
        self.names = Names(notation, layers, layers[-1])
        self.words: dict[str, set[Meaning]] = {}
        self.grids: dict[str, Grid] = {}
        self.aliases = _ALIASES.get(notation.key, {})

    def _add(self, meaning: Meaning, *names: str) -> None:
        for name in names:
            if (spelled := key(name)) and not spelled.isdigit():
                self.words.setdefault(spelled, set()).add(meaning)

    def _spell(self, meaning: Meaning, kind: str, template: str, *nodes: Any) -> None:
        """Add a name, and the same with its layer in front on the line, or without it."""
        for text in (template, *self.aliases.get(kind, ())):
            self._forms(meaning, text, *nodes)

    def _forms(self, meaning: Meaning, template: str, *nodes: Any) -> None:
        flat = re.sub(r"⁽\{([LM])\}⁾|\{([LM])\}|\^\[\{(l)\}\]", r"_{\1\2\3}_", template)
        if self.layerless:
            flat = re.sub(r"_\{[LM]\}_|_\{l\}_|(?<=[A-Za-z])\{l\}", "", flat)
        texts = {template, flat.replace("{L}", "{l}").replace("{M}", "{m}")}
        if self.notation.counting == "within" and not self.layerless and self._single(nodes[0]):
            texts |= {
                re.sub(r"\[?\{(?:J|j|JI|IJ)\}\]?", "", text) for text in texts
            }  # a layer of one unit
        for text in texts:
            apart = (
                text.replace("{JI}", "{j},{i}").replace("{IJ}", "{i},{j}").replace("{J0}", "{j},0")
            )
            self._add(meaning, *(self.names.spelled(t, *nodes) for t in (text, apart)))

    def _single(self, j: int) -> bool:
        return any(len(layer) == 1 and j in layer for layer in self.layers)

    def vocabulary(self, cost: float, linear: frozenset[int]) -> Vocabulary:
        n, layers = self.notation, self.layers
        self._add(("loss", None), n.loss, *LOSS)
        self._add(("rate", None), n.rate, *RATE)
        last = layers[-1]
        for k, layer in enumerate(layers):
            for j in layer:
                if k == 0:
                    self._spell(("x", j), "x", n.x, j)
                    self._add(("x", j), f"x{layers[0].index(j) + 1}")
                    continue
                self._spell(("a", j), "a", n.a, j)
                self._spell(
                    ("delta", j), "delta", (n.last_delta if j in last else "") or n.delta, j
                )
                kind = "output" if j in last else "z"
                self._spell(("z", j), kind, getattr(n, kind), j)
                if j in last:
                    self._add(("z", j), self.names.spelled(n.z, j))
                    self._spell(("target", j), "target", n.target, j)
                    if len(last) == 1:
                        letter, other = (
                            re.sub(r"\{\w+\}", "", n.output),
                            re.sub(r"\{\w+\}", "", n.z),
                        )
                        self._add(
                            ("z", j),
                            "ŷ",
                            "output",
                            "prediction",
                            "ausgabe",
                            *[letter] * (letter != other),
                        )
                        target = re.sub(r"\{\w+\}", "", n.target)
                        self._add(("target", j), "target", "t", target)
                if j in self.probable:
                    self._add(("p", j), self.names.p(j))
        for tails, heads in pairwise(layers):
            for j in heads:
                for i in tails:
                    self._weight((i, j))
                if j in self.biased:
                    self._weight((None, j))
        self._wholes()
        return Vocabulary(
            n, cost, {k: frozenset(v) for k, v in self.words.items()}, self.grids, linear
        )

    def _weight(self, edge: tuple[int | None, int]) -> None:
        n, (i, j) = self.notation, edge
        meaning = "weight", edge
        if i is None:
            self._spell(meaning, "bias", n.bias, j, "")
            self._add(("gradient", edge), self.names.gradient(self.names.weight(None, j)))
            return
        if n.key.endswith("by input"):
            pairs = [(t, h) for ts, hs in pairwise(self.layers) for t in ts for h in hs]
            self._add(meaning, f"w{pairs.index((i, j)) + 1}")
            return
        self._spell(meaning, "weight", n.weight, j, i)
        tail, head = self.names.spelled("{j}", i), self.names.spelled("{j}", j)
        if n.counting in ("back", "forward", "kinds"):
            self._add(meaning, f"w{tail}>{head}")
        self._add(("gradient", edge), self.names.gradient(self.names.weight(i, j)))

    def _wholes(self) -> None:
        names, n = self.names, self.notation
        for k, (tails, heads) in enumerate(pairwise(self.layers), 1):
            column = [tuple((kind, j) for j in heads) for kind in ("a", "z", "delta")]
            weights = [[("weight", (i, j)) for i in tails] for j in heads]
            if n.matrix != "WZ":
                weights = list(map(list, zip(*weights)))
            grids: dict[str, Any] = {
                "a": [column[0]], "z": [column[1]], "delta": [column[2]], "weight": list(map(tuple, weights)),
            }  # fmt: skip
            if self.biased:
                grids["bias"] = [tuple(("weight", (None, j)) for j in heads)]
            for kind, grid in grids.items():
                name = names.whole(kind, k)  # type: ignore[arg-type]
                flat = re.sub(r"[\^\[\]⁽⁾]", "", name)
                spelled = {key(name), key(flat), key(lowered(flat).replace("^", ""))}
                if kind == "z" and k == len(self.layers) - 1:
                    spelled |= {key(names.letter("output")), "ŷ"}
                if kind == "weight":
                    self.grids.setdefault(key(names.gradient(name)), tuple(tuple(("gradient", m[1]) for m in row) for row in grid))  # fmt: skip
                for word in spelled:
                    self.grids.setdefault(word, tuple(grid))


def _of_any(credit: Credit, linear: frozenset[int]) -> Vocabulary:
    words: dict[str, set[Meaning]] = {}
    for equation in equations(credit):
        for name in equation.names:
            kind = "x" if equation.kind == "z" and equation.rule is None else equation.kind
            words.setdefault(key(name), set()).add((kind, equation.of))
    for j in credit.outputs:
        for word in (credit.names.target(j), credit.names.letter("target")):
            words.setdefault(key(word), set()).add(("target", j))
    for word in LOSS:
        words.setdefault(key(word), set()).add(("loss", None))
    return Vocabulary(
        credit.names.notation, 0.0, {k: frozenset(v) for k, v in words.items()}, {}, linear
    )
