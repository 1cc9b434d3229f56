"""The letters of the books: what each calls the numbers of a network. A notation is a row of notations.toml.

Sources: the slides, see `nn.credit`; M. Mazur, A step by step backpropagation example (2015); M. Nielsen, Neural
Networks and Deep Learning, chapter 2; C. Bishop, Pattern Recognition and Machine Learning, section 5.3;
I. Goodfellow, Y. Bengio and A. Courville, Deep Learning, section 6.5; A. Ng, Neural Networks and Deep Learning
(deeplearning.ai), and his older Machine Learning (week 5); Stanford CS231n, the notes and assignments; S. Haykin,
Neural Networks and Learning Machines, section 4.4; T. Mitchell, Machine Learning, section 4.5; J. Han and M. Kamber,
Data Mining, section 9.2.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from autograd.notation import Table, subscript, superscript, table
from nn.arguments import named

# back: from the output, as in the slides; within: anew in each layer; forward: from the first input on; kinds: i1, h1, o1
Counting = Literal["back", "within", "forward", "kinds"]
# which way a matrix of weights lies: a row an input, and Wᵀ Z; a row a unit, and W Z; or a row an input, and X W
Matrix = Literal["WᵀZ", "WZ", "XW"]
Whole = Literal["a", "z", "delta", "weight", "bias"]  # columns and a matrix


@dataclass(frozen=True)
class Notation:
    """How a book writes the numbers of a network.

    In the templates {L} is the number of the layer, raised, {l} the same on the line; {J} and {I} are the lowered indices
    of a unit and of the tail of a weight, {j} and {i} the same on the line; {IJ} and {JI} both in that order, {J0} the
    unit and 0; {C} counts the weights, unit by unit, and {U} the units of a layer from 1, both lowered.

    Attributes:
        key: its name.
        book: where it is from.
        a, z, x, output, target, delta, weight, bias: templates: the sum of a unit, its output, an input, an output of the
            network, its target, the error of a unit, a weight and a bias.
        last_delta: the error of an output.
        gradient, new: templates of the derivative of the loss by a weight {w}, {rest} being what follows its first letter,
            and of the weight after the update.
        loss, rate: the loss and the learning rate.
        update: what a step does to a weight.
        error_sign: 1, or −1 where the error is −∂loss/∂a, and an update adds.
        counting: how units are counted.
        first: the number of the first unit of a layer.
        inputs: the number of the layer of the inputs.
        leaves: whether a weight carries the number of the layer that it leaves, not of the one that it enters.
        bare: whether a single output and its target have no index.
        matrix: which way a matrix of weights lies.
    """

    key: str
    book: str
    a: str
    z: str
    x: str
    output: str
    target: str
    delta: str
    weight: str
    bias: str
    loss: str
    rate: str
    update: str
    gradient: str = "∂{loss}/∂{w}"
    new: str = "new {w}"
    last_delta: str = ""
    error_sign: float = 1.0
    counting: Counting = "within"
    first: int = 1
    inputs: int = 0
    leaves: bool = False
    bare: bool = False
    matrix: Matrix = "WZ"

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) == "" and field.name != "last_delta":
                raise ValueError(f"the notation {self.key!r} leaves out {field.name}")

    @property
    def from_first(self) -> bool:
        """Whether the index of the tail of a weight stands before that of its head."""
        return "{JI}" not in self.weight


_ROWS = tomllib.loads(resources.files("nn").joinpath("notations.toml").read_text("utf-8"))
NOTATIONS = {key: Notation(key, **row) for key, row in _ROWS.items()}


def notation_of(given: "str | Notation") -> Notation:
    """Return the notation of a name; a notation of one's own is returned as it is.

    Raises:
        ValueError: if none has that name.
    """
    return given if isinstance(given, Notation) else named("notation", given, NOTATIONS)


@dataclass(frozen=True)
class _Place:
    """Where a unit stands: its layer, its number within it from 0, its index as the notation counts."""

    layer: int | None
    unit: int
    index: int | str


class Names:
    """What the numbers of one network are called in one notation.

    Nodes are given by their numbers; a letter, "i" or "j", names any node.

    Args:
        notation: the notation.
        layers: the numbers of the nodes in each layer, from the inputs on; empty if the network has none.
        outputs: the numbers of the outputs.
    """

    def __init__(
        self, notation: Notation, layers: Sequence[Sequence[int]] = (), outputs: Sequence[int] = ()
    ) -> None:
        self.notation, self.layers, self.outputs = notation, layers, outputs
        self.loss, self.rate, self.sign = notation.loss, notation.rate, notation.error_sign
        self._spelled: dict[tuple[str, int | str, int | str | None], str] = {}

    @cached_property
    def _places(self) -> dict[int, _Place]:
        found: dict[int, _Place] = {}
        counted = {"i": 0, "h": 0, "o": 0}
        for k, layer in enumerate(self.layers):
            kind = "i" if k == 0 else "o" if k == len(self.layers) - 1 else "h"
            for unit, j in enumerate(layer):
                counted[kind] += 1
                index: dict[Counting, int | str] = {
                    "back": j,
                    "within": unit + self.notation.first,
                    "forward": len(found) + self.notation.first,
                    "kinds": f"{kind}{counted[kind]}",
                }
                found[j] = _Place(k, unit, index[self.notation.counting])
        return found

    @cached_property
    def _counts(self) -> dict[tuple[int, int], int]:
        pairs = [(i, j) for tails, heads in pairwise(self.layers) for j in heads for i in tails]
        return {pair: c for c, pair in enumerate(pairs, 1)}

    def _place(self, j: int | str) -> _Place:
        found = self._places.get(j) if isinstance(j, int) else None
        return found or _Place(None, -1, j)

    def spelled(self, template: str, j: int | str, i: int | str | None = None) -> str:
        if not self.layers:  # of any network
            return _WITHOUT_LAYERS(template, j, i)
        asked = template, j, i
        text = self._spelled.get(asked)
        if text is None:
            text = self._spelled[asked] = self._spell(template, j, i)
        return text

    def _spell(self, template: str, j: int | str, i: int | str | None) -> str:
        head, tail = self._place(j), self._place("" if i is None else i)
        numbers: dict[str, int | str] = dict.fromkeys("LlMm", "")
        if head.layer is not None:
            n = head.layer + self.notation.inputs - (i is not None and self.notation.leaves)
            numbers = {"L": superscript(n), "l": n, "M": superscript(n + 1), "m": n + 1}
        both = [head.index, tail.index]
        comma = "‚" if any(isinstance(k, int) and k > 9 for k in both) else ""
        down, up = _lowered(head.index), _lowered(tail.index)
        unit = _lowered(j if head.unit < 0 else head.unit + 1)
        # of all pairs there are many
        count = self._counts.get((i, j), "") if "{C" in template else ""  # type: ignore[arg-type]
        text = template.format(
            **numbers, J=down, I=up, j=head.index, i=tail.index, U=unit, C=_lowered(count),
            IJ=up + comma + down, JI=down + comma + up, J0=down + comma + "₀",
        )  # fmt: skip
        return text if head.layer is not None else re.sub(r"⁽⁾|\^?\[\W*\]|_$", "", text)

    def template(self, kind: str, j: int | str) -> str:
        """Return the template of a kind of number of a unit."""
        last = kind == "delta" and j in self.outputs
        return (last and self.notation.last_delta) or getattr(self.notation, kind)

    def a(self, j: int | str) -> str:
        """Return the name of the sum of a unit."""
        return self.spelled(self.notation.a, j)

    def z(self, j: int | str) -> str:
        """Return the name of what a node gives out."""
        if j in self.outputs:
            return self._output(self.notation.output, j)
        return self.spelled(self.notation.x if self.is_input(j) else self.notation.z, j)

    def tail(self, j: int | str) -> str:
        """Return what a node is called where it goes into a product; in the slides z₃, not x₃."""
        return self.spelled(self.notation.z, j) if self.notation.key == "slides" else self.z(j)

    def target(self, j: int | str) -> str:
        """Return the name of what an output should have been."""
        return self._output(self.notation.target, j)

    def _output(self, template: str, j: int | str) -> str:
        single = self.notation.bare and len(self.outputs) == 1
        return bare(template) if single else self.spelled(template, j)

    def is_input(self, j: int | str) -> bool:
        """Tell whether a node is an input."""
        return len(self.layers) > 0 and j in self.layers[0]

    def delta(self, j: int | str) -> str:
        """Return the name of the error of a unit."""
        return self.spelled(self.template("delta", j), j)

    def p(self, j: int | str) -> str:
        """Return the name of the probability of an output."""
        return self.spelled("p{J}", j)

    def weight(self, i: int | str | None, j: int | str) -> str:
        """Return the name of a weight, or with None as its source of a bias."""
        if i is None:
            return self.spelled(self.notation.bias, j, "")
        template = self.notation.weight
        if isinstance(i, int) and not self.layers:
            template = template.replace("{C}", "{IJ}")
        return self.spelled(template, j, i)

    def gradient(self, weight: str) -> str:
        """Return the name of the derivative of the loss by a weight of this name."""
        return self.notation.gradient.format(loss=self.loss, w=weight, rest=weight[1:])

    def new(self, weight: str) -> str:
        """Return the name of a weight of this name after the update."""
        return self.notation.new.format(w=weight)

    def letter(self, kind: str) -> str:
        """Return the letter of a kind of number, without indices."""
        return re.sub(r"⁽⁾|\^?\[,?\]|_$|⇝", "", bare(getattr(self.notation, kind))) or "x"

    def whole(self, kind: Whole, layer: int) -> str:
        """Return the name of a matrix, or of a column, of a layer counted from the inputs, 0."""
        notation = self.notation
        if kind == "z" and layer == 0 and notation.inputs == 0:
            return self.letter("x")
        last = kind == "delta" and layer == len(self.layers) - 1
        template = (last and notation.last_delta) or getattr(notation, kind)
        number = layer + notation.inputs - (notation.leaves and kind in ("weight", "bias"))
        number += notation.key == "slides" and kind == "z"  # Z⁽²⁾ is what enters layer 2
        named = "{L}" in template or "{l}" in template or template == notation.last_delta
        spelled = template if named else self.letter(kind) + "⁽{L}⁾"
        text = spelled.replace("{L}", superscript(number)).replace("{l}", str(number))
        return re.sub(r"\{\w+\}|\[\{\w.*|⇝", "", text)

    @property
    def minus(self) -> str:
        """A minus where the error has the other sign than the derivative; else nothing."""
        return "−" if self.sign < 0.0 else ""

    @property
    def product(self) -> str:
        """What a credit is: δ·z; −δ·z where the error has the other sign."""
        return f"{self.minus}{self.letter('delta')}·{self.letter('z')}"

    @property
    def passed(self) -> str:
        """What an edge passes forward: w·z."""
        return f"{self.letter('weight')}·{self.letter('z')}"

    def credit(self, j: int | str = "j") -> str:
        """Return what the credit of an edge from any node is: δⱼ·zᵢ."""
        return f"{self.minus}{self.delta(j)}·{self.z('i')}"

    def sum(self, j: int | str, bias: bool = False) -> str:
        """Return how the sum of a unit comes about: aⱼ = Σᵢ wᵢ⇝ⱼ·zᵢ + bⱼ."""
        plus = f" + {self.weight(None, j)}" if bias else ""
        return f"{self.a(j)} = Σᵢ {self.weight('i', j)}·{self.z('i')}{plus}"

    def back(self, j: int | str) -> str:
        """Return how the error of a hidden unit comes about: (Σₖ δₖ·wⱼ⇝ₖ)·f′(aⱼ)."""
        return f"(Σₖ {self.delta('k')}·{self.weight(j, 'k')})·f′({self.a(j)})"

    def wanted(self, target: str) -> str:
        """Return how running text calls a target of this name: target y."""
        return target if target.startswith("target") else f"target {target}"

    def formula(self, formula: str) -> str:
        """Return a formula of the loss, ½(ŷ−y)² say, in these letters."""
        letters = {"ŷ": self.letter("output"), "y": self.letter("target")}
        return re.sub("[ŷy]", lambda found: letters[found[0]], formula)

    def mark(self, j: int) -> str:
        """Return what stands in the circle of a node."""
        return str(self._place(j).index)

    def unit(self, j: int) -> str:
        """Return how running text calls a node: 1, or 1 of layer 2 where each layer is counted anew."""
        place = self._place(j)
        if place.layer is None or self.notation.counting != "within":
            return str(place.index)
        if self.is_input(j):
            return self.z(j)
        return f"{place.index} of layer {place.layer + self.notation.inputs}"


def bare(template: str) -> str:
    """Return a template without its indices."""
    return re.sub(r"\{\w+\}", "", template)


def _lowered(index: int | str) -> str:
    if isinstance(index, int):
        return subscript(index)
    return {"i": "ᵢ", "j": "ⱼ", "k": "ₖ"}.get(index, index)


SLIDES = Names(NOTATIONS["slides"])
# where there are no layers, a name is the same in every notation of that template
_WITHOUT_LAYERS = lru_cache(10_000)(SLIDES._spell)
_COUNTED: dict[Counting, str] = {
    "back": "from the output back, 0 the first",
    "within": "anew in each layer",
    "forward": "from the first input on",
    "kinds": "i1, h1, o1: inputs, hidden units, outputs",
}
_LIES: dict[Matrix, str] = {
    "WᵀZ": "a row an input: Wᵀ times a column",
    "WZ": "a row a unit: W times a column",
    "XW": "a row an input: a row times W",
}


def compare_notations(one: str | Notation, other: str | Notation) -> Table:
    """Return the dictionary of two notations: what each calls the same number of a 2-2-1 network.

    Args:
        one, other: their names.

    Raises:
        ValueError: if none has that name.

    >>> print("\\n".join(compare_notations("nielsen", "ng").splitlines()[:3]))
                                  nielsen                         ng
    sum of the first hidden unit  z²₁                             z^[1]₁
    its output                    a²₁                             a^[1]₁
    """
    columns = [_column(notation_of(n)) for n in (one, other)]
    widths = [max(map(len, column.values())) for column in columns]  # text stands to the left
    head, *rows = (
        [what, *(column[what].ljust(width) for column, width in zip(columns, widths))]
        for what in columns[0]
    )
    return table(head, rows)


def _column(notation: Notation) -> dict[str, str]:
    names = Names(notation, [[4, 3], [1, 2], [0]], [0])
    weight, bias = names.weight(3, 1), names.weight(None, 1)
    into = "from, to" if notation.from_first else "to, from"
    return {
        "": notation.key,
        "sum of the first hidden unit": names.a(1),
        "its output": names.z(1),
        "second input": names.z(3),
        "output, target": f"{names.z(0)}, {names.target(0)}",
        "loss": names.loss,
        "weight between them": weight + f" ({into})" * (notation.counting != "kinds"),
        "bias": bias,
        "error of the hidden unit": f"{names.delta(1)} = {names.minus}∂{names.loss}/∂{names.a(1)}",
        "error of the output": names.delta(0),
        "gradient": f"{names.gradient(weight)} = {names.minus}{names.delta(1)}·{names.tail(3)}",
        "weight after the update": names.new(weight),
        "update": notation.update,
        "learning rate": notation.rate,
        "units are counted": _COUNTED[notation.counting] + ", from 0" * (notation.first == 0),
        "layer of the inputs": str(notation.inputs),
        "matrix of weights": _LIES[notation.matrix],
        "book": notation.book,
    }
