"""The reader: finds what stands in a working, in which notation it is written, and what its names mean."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nn.activations import activation_name
from nn.credit.credit import Credit
from nn.credit.telling.equations import Equation, equations
from nn.lessons.quantities import Quantity, Reading, Restated, Unread, Written, right_numbers
from nn.lessons.reading.items import items
from nn.lessons.reading.phrases import SETTINGS, Item
from nn.lessons.reading.plain import as_written, decoded
from nn.lessons.reading.vocabulary import Grid, Meaning, Vocabulary, vocabularies
from nn.losses import LOSSES, SHORT
from nn.notations import notation_of

# has numbers, not indices alone
_NUMERIC = re.compile(r"(?<![\w₀-₉^_{⁽⇝>.,])\d+[.,]\d|^\S+ = -?\d")
_UNITS = 2.0  # of the last digit: a number that is so near follows, as far as the choice of a notation goes


def read(
    text: str | bytes, credit: Credit, notation: str | None = None, lr: float = 0.1
) -> Reading:
    """Return the numbers of an example that stand in somebody's working.

    Text, Markdown, LaTeX, CSV, tables and JSON are read, with prose around the numbers. Names may be those of any
    notation: of the one that is told; else of the one for the whole working in which most of its numbers are right or
    follow from its own earlier ones. What stays ambiguous is left unread, with the reason. What is given, a target or a
    weight before its update, never sets the problem: it is compared with it.

    Args:
        text: the working; bytes as they stand in a file.
        credit: the example that it is about: what the teacher gave.
        notation: in the letters of which book it is written; without it that is recognised.
        lr: the learning rate η of the new weights, which helps to recognise the notation.

    Raises:
        ValueError: if no notation has that name.

    >>> from nn.lessons.gallery import example
    >>> reading = read("So δ₁ = δ₀·w·0.3101 = 0,1363 and ŷ is 0.83!", example("worked").credit())
    >>> [(q.kind, q.of, w.value, w.unit) for q, w in reading.numbers.items()]
    [('delta', 1, 0.1363, 0.0001), ('z', 0, 0.83, 0.01)]
    """
    said = decoded(text) if isinstance(text, bytes) else text
    judge, tries, known = _Judge(credit, lr), list[_Try](), list[Vocabulary]()
    told = credit if notation is None else credit.in_notation(notation_of(notation))
    for more in vocabularies(told):
        known += more
        everything = _union(known)
        named = cache(lambda name, all=everything: bool(all.meanings(name)))
        listed = cache(lambda name, all=everything: bool(all.grid(name)))
        found = items(said, named, listed)
        tries = [judge.tried(v, found) for v in known]
        if notation is not None or any(judge.convinced(one) for one in tries):
            break
    best = _best(tries, judge)
    reading = best[0].reading(_others(best))
    return Reading(
        reading.numbers, reading.unread, reading.restated, best[0].vocabulary.notation.key, notation is not None,
        judge.sign(best[0]),
    )  # fmt: skip


Rows = tuple[tuple[str, ...], ...]


def _union(known: Sequence[Vocabulary]) -> Vocabulary:
    words, grids = dict[str, frozenset[Meaning]](), dict[str, Grid]()
    for v in known:
        grids |= v.grids
        for word, meanings in v.words.items():
            words[word] = words.get(word, frozenset()) | meanings
    return Vocabulary(known[0].notation, 0.0, words, grids, known[0].linear)


@dataclass(eq=False)
class _Try:
    """A working as it reads in one notation.

    Attributes:
        vocabulary: the notation.
        numbers: what was read, each with the item it was read from.
        unread: what could not be read.
        restated: what is given, and stands there again.
        twice: what has two numbers.
        unfinished: what does not end in a number, in that line.
    """

    vocabulary: Vocabulary
    numbers: dict[Quantity, tuple[Written, Item]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    restated: list[Restated] = field(default_factory=list)
    twice: set[Quantity] = field(default_factory=set)
    unfinished: list[tuple[frozenset[Meaning], Unread]] = field(default_factory=list)
    score: float = 0.0

    @property
    def mapping(self) -> frozenset[tuple[Quantity, int, str]]:
        return frozenset((q, w.line, w.text) for q, (w, _) in self.numbers.items())

    @property
    def rank(self) -> tuple[float, int]:
        """How well it agrees, and how much of it means something."""
        return round(self.score, 6), len(self.numbers) + sum(r.same for r in self.restated)

    def reading(self, unsure: Mapping[Quantity, str]) -> Reading:
        """Return what was read, but for what is unsure."""
        written = {q: w for q, (w, _) in self.numbers.items()}
        numbers = {q: w for q, w in written.items() if q not in unsure}
        unread = [_not_read(w, unsure[q]) for q, w in written.items() if q in unsure]
        return Reading(numbers, (*self.unread, *unread), tuple(self.restated))


def _not_read(w: Written, why: str) -> Unread:
    return Unread(f"{w.name} = {w.text}", w.line, why)


def _best(tries: list[_Try], judge: "_Judge") -> list[_Try]:
    """Return the notations in which most of a working is right, the least unusual first."""
    scored: dict[Any, _Try] = {}
    for one in tries:
        if (same := scored.get(one.mapping)) is None:
            one.score = judge.score(one)
            scored[one.mapping] = one
        elif one.vocabulary.cost < same.vocabulary.cost:
            one.score, scored[one.mapping] = same.score, one
    most = max(one.rank for one in scored.values())
    best = [one for one in scored.values() if one.rank == most]
    least = min(one.vocabulary.cost for one in best)
    return [one for one in best if one.vocabulary.cost == least]


def _others(best: list[_Try]) -> dict[Quantity, str]:
    """Return the numbers on which equally good notations differ, and why they are not read."""
    first, unsure = best[0], dict[Quantity, str]()
    for other in best[1:]:
        taken = {(id(item), w.text): q for q, (w, item) in other.numbers.items()}
        for q, (w, item) in first.numbers.items():
            if taken.get((id(item), w.text)) != q:
                books = f"{first.vocabulary.notation.key} and {other.vocabulary.notation.key}"
                unsure[q] = f"{w.name} means different things in {books}: say which notation it is"
    return unsure


class _Judge:
    """Tells how well a working agrees with the example, so that its notation can be recognised.

    Args:
        credit: the example.
        lr: the learning rate η.
    """

    def __init__(self, credit: Credit, lr: float) -> None:
        self.credit, self.lr = credit, lr
        self.right = right_numbers(credit, lr)
        self.equations: dict[Any, Equation] = {e.id: e for e in equations(credit, lr)}
        self.values = {e.id: e.value for e in self.equations.values()}

    # ------------------------------------------------------------ what stands there

    def tried(self, vocabulary: Vocabulary, found: Iterable[Item]) -> _Try:
        """Return what a working says in one notation."""
        one = _Try(vocabulary)
        for item in found:
            if item.setting:
                self._restated(one, item, item.setting)
            elif item.rows:
                self._matrix(one, item)
            elif not item.name:
                one.unread.append(Unread(item.text, item.line, item.why))
            else:
                self._one(one, item)
        answered = {(q.kind, q.of) for q in one.numbers}
        one.unread += [u for meanings, u in one.unfinished if not meanings & answered]
        for q in one.twice:
            w, _ = one.numbers.pop(q)
            one.unread.append(_not_read(w, f"{w.name} has two numbers"))
        return one

    def _restated(self, one: _Try, item: Item, said: str) -> None:
        one.restated.append(Restated(item.text, item.line, self._same(item.name, said)))

    def _one(self, one: _Try, item: Item) -> None:
        meanings = one.vocabulary.meanings(item.name)
        if not meanings and len(grid := one.vocabulary.grid(item.name)) == len(sum(grid, ())) == 1:
            meanings = frozenset(grid[0])  # a column of one number
        given = not meanings and item.name in ("x", "y", "lr", "seed", "loss")
        if given or (item.name in SETTINGS and self._same(item.name, item.number)):
            self._restated(one, item, item.number)
            return
        why = item.why
        if not meanings:
            why = f"{item.name} is not a number of this network in the letters of {one.vocabulary.notation.key}"
        elif len(meanings) > 1:
            why = f"{item.name} may be {_listed(meanings, self.credit)}"
        if why:
            unread = Unread(item.text, item.line, why)
            if not item.why or "two numbers" in why:
                one.unread.append(unread)
            elif _NUMERIC.search(item.text):  # a formula alone asks for nothing
                one.unfinished.append((meanings, unread))
            return
        (meaning,) = meanings
        self._number(one, meaning, as_written(item.number, item.name, item.line), item)

    def _number(self, one: _Try, meaning: Meaning, written: Written, item: Item) -> None:
        kind, of = meaning
        if kind in ("x", "target", "rate", "weight"):
            given = self._given(kind, of)
            same = given is not None and abs(written.value - given) <= written.half * 1.000001
            if kind != "weight" or same:
                said = f"{written.name} = {written.text}"
                one.restated.append(Restated(said, item.line, same))
                return
            kind = "new"  # a weight without more is its new one
        q = Quantity(kind, of)  # type: ignore[arg-type]
        if q not in self.right:
            one.unread.append(Unread(item.text, item.line, f"{written.name} is not asked for"))
            return
        if q in one.numbers:
            before = one.numbers[q][0]
            if abs(before.value - written.value) > max(before.half, written.half):
                one.twice.add(q)
            if before.digits >= written.digits:
                return
        one.numbers[q] = written, item

    def _matrix(self, one: _Try, item: Item) -> None:
        grid, meanings = one.vocabulary.grid(item.name), one.vocabulary.meanings(item.name)
        rows, why = item.rows, ""
        flat = [x for row in rows for x in row]
        if item.name in ("x", "y", "weights", "biases") and (item.name in SETTINGS or not grid):
            numbers = [[float(x.replace(",", ".").replace("−", "-")) for x in row] for row in rows]
            self._restated(one, item, json.dumps(numbers))
            return
        if not grid and len(flat) == 1 and len(meanings) == 1:
            grid = (tuple(meanings),)
        if not grid:
            why = f"is not a matrix of this network in the letters of {one.vocabulary.notation.key}"
        else:
            rows = _in_shape(rows, len(grid), len(grid[0]))
            if [*map(len, rows)] != [*map(len, grid)]:
                given, wanted = f"{len(rows)}×{len(rows[0])}", f"{len(grid)}×{len(grid[0])}"
                why = f"is {given} here, but {wanted} in this network"
        if why:
            name = item.name or "a list without a name"
            one.unread.append(Unread(item.text, item.line, f"{name} {why}"))
            return
        for meaning, number in zip(sum(grid, ()), (x for row in rows for x in row)):
            try:
                written = as_written(number, item.name, item.line)
            except ValueError as error:
                if number:  # else it was left blank
                    one.unread.append(Unread(item.text, item.line, str(error)))
                continue
            self._number(one, meaning, written, item)

    def _given(self, kind: str, of: Any) -> float | None:
        if kind == "rate":
            return self.lr
        if kind == "weight":
            return self.values.get(("weight", of))
        node = self.credit.nodes[of]
        return node.z if kind == "x" else node.target

    def _same(self, name: str, text: str) -> bool:
        """Tell whether what is given says what the problem says."""
        credit = self.credit
        if name in ("notation", "seed"):
            return True
        if name == "loss":
            return LOSSES.get(text, SHORT.get(text)) is credit.loss_function
        if name in ("activation", "output_activation"):
            last = name == "output_activation"
            wanted = credit.activation_functions[-1:] if last else credit.activation_functions[:-1]
            names = {activation_name(f) for layer in wanted for f in layer}
            return not names or set(re.findall(r"\w+", text)) == names
        known: dict[str, Any] = {"x": credit.x, "y": credit.y, "lr": self.lr}
        if credit.layers and name in ("weights", "biases"):
            net = credit.network()
            biases = [[n.b.data if n.b else None for n in layer.neurons] for layer in net.layers]
            known |= {"weights": net.weights(), "biases": biases}
        try:
            return _close(json.loads(text.replace("−", "-")), known.get(name))
        except ValueError:
            return False

    # ------------------------------------------------------------ how well it agrees

    def score(self, one: _Try) -> float:
        """Return ½·right + ½·(right or follows), less ½ for the other sign of δ than the notation has."""
        return max(self._by_sign(one).values())

    def convinced(self, one: _Try) -> bool:
        """Tell whether all that stands there was read, and is right."""
        one.score = self.score(one)
        return bool(one.numbers) and not one.unread and one.score == len(one.numbers)

    def sign(self, one: _Try) -> float:
        """Return the sign of δ with which a working agrees best."""
        scores = self._by_sign(one)
        return max(scores, key=scores.__getitem__)

    def _by_sign(self, one: _Try) -> dict[float, float]:
        usual = one.vocabulary.notation.error_sign
        return {usual: self._agreement(one, usual), -usual: self._agreement(one, -usual) - 0.5}

    def _agreement(self, one: _Try, sign: float) -> float:
        own: dict[Any, float] = {}
        for q, (w, _) in one.numbers.items():
            own[q.kind, q.of] = (sign if q.kind == "delta" else 1.0) * w.value
        known: dict[Any, float] = self.values | own
        total = 0.0
        for q, (w, _) in one.numbers.items():
            value = own[q.kind, q.of]
            if abs(value - self.right[q]) <= 0.51 * w.unit:
                total += 1.0
                continue
            # of a weight that a penalty uses, too, the equation has another name
            equation = self.equations.get((q.kind, q.of))
            rule = equation.rule if equation else None
            if rule is not None and abs(value - rule(known)) <= _UNITS * w.unit:
                total += 0.5
        return total


def _listed(meanings: Iterable[Meaning], credit: Credit) -> str:
    names = credit.names
    said = {
        "a": names.a, "z": names.z, "delta": names.delta, "p": lambda j: f"p{j}", "x": names.z, "target": names.target,
    }  # fmt: skip
    texts = []
    for kind, of in meanings:
        if kind in said:
            texts.append(said[kind](of))
        elif isinstance(of, tuple):
            weight = names.weight(of[0], of[1])
            texts.append(names.gradient(weight) if kind == "gradient" else weight)
        else:
            texts.append(names.loss if kind == "loss" else str(of or kind))
    return " or ".join(sorted(dict.fromkeys(texts))[:4])


def _in_shape(rows: Rows, height: int, width: int) -> Rows:
    """Return the rows of a matrix turned, or a column, as a matrix of another shape has them; else as they are."""
    flat = [x for row in rows for x in row]
    if 1 in (height, width) and len(flat) == height * width:
        return (tuple(flat),) if height == 1 else tuple((x,) for x in flat)
    turned = (len(rows[0]), len(rows)) == (height, width) and height != width
    return tuple(zip(*rows)) if turned else rows


def _close(given: Any, known: Any) -> bool:
    """Tell whether what is given is what is known, numbers or lists; a list of one may stand for what is in it."""
    several = isinstance(known, (list, tuple))
    if isinstance(given, list) and several and len(given) == len(known):
        return all(map(_close, given, known))
    if isinstance(given, list) and len(given) == 1 and (not several or isinstance(given[0], list)):
        return _close(given[0], known)
    if several and len(known) == 1 and not isinstance(given, list):
        return _close(given, known[0])
    if isinstance(given, (int, float)) and isinstance(known, (int, float)):
        return abs(given - known) <= 1e-9 * max(1.0, abs(known))
    return bool(given == known)
