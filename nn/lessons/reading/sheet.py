"""The reader: finds what stands in a working, in which notation it is written, and what its names mean."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, TypeAlias

from nn.activations import activation_name
from nn.credit.credit import Credit
from nn.credit.telling.equations import Equation, equations
from nn.lessons.quantities import Quantity, Reading, Restated, Unread, Written, right_numbers
from nn.lessons.reading.items import items
from nn.lessons.reading.phrases import SETTINGS, Item
from nn.lessons.reading.plain import as_written, decoded
from nn.lessons.reading.vocabulary import Meaning, Vocabulary, union, vocabularies
from nn.losses import LOSSES, SHORT
from nn.notations import notation_of

# has numbers, not indices alone
_NUMERIC = re.compile(r"(?<![\w₀-₉^_{⁽⇝>.,])\d+[.,]\d|^\S+ = -?\d")
_Rows: TypeAlias = tuple[tuple[str, ...], ...]
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
    example, tries, known = _Example(credit, lr), list[_Try](), list[Vocabulary]()
    told = credit if notation is None else credit.in_notation(notation_of(notation))
    for more in vocabularies(told):
        known += more
        everything = union(known)
        named = cache(lambda name, all=everything: bool(all.meanings(name)))
        listed = cache(lambda name, all=everything: bool(all.grid(name)))
        found = items(said, named, listed)
        tries = [_Try(example, v, found) for v in known]
        if notation is not None or any(one.convinced for one in tries):
            break
    best = _best(tries)
    first, unsure = best[0], _unsure(best)
    read = {q: w for q, (w, _) in first.numbers.items()}
    unread = [*first.unread, *(_not_read(read[q], why) for q, why in unsure.items())]
    numbers = {q: w for q, w in read.items() if q not in unsure}
    key = first.vocabulary.notation.key
    return Reading(
        numbers, tuple(unread), tuple(first.restated), key, notation is not None, first.sign
    )


def _not_read(w: Written, why: str) -> Unread:
    return Unread(f"{w.name} = {w.text}", w.line, why)


def _best(tries: Iterable["_Try"]) -> list["_Try"]:
    """Return the notations in which most of a working is right, the least unusual of those that read alike."""
    distinct = dict[Any, _Try]()
    for one in tries:
        distinct.setdefault(
            frozenset((q, w.line, w.text) for q, (w, _) in one.numbers.items()), one
        )
    most = max(one.rank for one in distinct.values())
    best = [one for one in distinct.values() if one.rank == most]
    return [one for one in best if one.vocabulary.cost == best[0].vocabulary.cost]


def _unsure(best: Sequence["_Try"]) -> dict[Quantity, str]:
    """Return the numbers on which equally good notations differ, and why they are not read."""
    first, unsure = best[0], dict[Quantity, str]()
    for other in best[1:]:
        taken = {(id(item), w.text): q for q, (w, item) in other.numbers.items()}
        for q, (w, item) in first.numbers.items():
            if taken.get((id(item), w.text)) != q:
                books = f"{first.vocabulary.notation.key} and {other.vocabulary.notation.key}"
                unsure[q] = f"{w.name} means different things in {books}: say which notation it is"
    return unsure


class _Example:
    """What a working is about: the right numbers, and what is given.

    Args:
        credit: the example.
        lr: the learning rate η.
    """

    def __init__(self, credit: Credit, lr: float) -> None:
        self.credit, self.lr = credit, lr
        self.right = right_numbers(credit, lr)
        self.equations: dict[Any, Equation] = {e.id: e for e in equations(credit, lr)}
        self.values = {e.id: e.value for e in self.equations.values()}

    def given(self, kind: str, of: Any) -> float | None:
        """Return a number that is given."""
        if kind == "rate":
            return self.lr
        if kind == "weight":
            return self.values.get(("weight", of))
        node = self.credit.nodes[of]
        return node.z if kind == "x" else node.target

    def says(self, name: str, text: str) -> bool:
        """Tell whether a setting is what the problem says."""
        credit = self.credit
        if name in ("notation", "seed"):
            return True
        if name == "loss":
            return LOSSES.get(text, SHORT.get(text)) is credit.loss_function
        if name in ("activation", "output_activation"):
            functions, last = credit.activation_functions, name == "output_activation"
            names = {
                activation_name(f)
                for layer in (functions[-1:] if last else functions[:-1])
                for f in layer
            }
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

    def agreement(self, numbers: Mapping[Quantity, Written], sign: float) -> float:
        """Return ½·right + ½·(right or follows), with this sign of δ."""
        own: dict[Any, float] = {
            (q.kind, q.of): (sign if q.kind == "delta" else 1.0) * w.value
            for q, w in numbers.items()
        }
        known: dict[Any, float] = self.values | own
        total = 0.0
        for q, w in numbers.items():
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


class _Try:
    """A working as it reads in one notation.

    Args:
        example: what it is about.
        vocabulary: the notation.
        found: what stands there.
    """

    def __init__(self, example: _Example, vocabulary: Vocabulary, found: Iterable[Item]) -> None:
        self.example, self.vocabulary = example, vocabulary
        self.numbers: dict[Quantity, tuple[Written, Item]] = {}
        self.unread: list[Unread] = []
        self.restated: list[Restated] = []
        self._twice: dict[Quantity, None] = {}
        self._unfinished: list[tuple[frozenset[Meaning], Unread]] = []
        for item in found:
            if item.setting:
                self._restate(item, item.setting)
            elif item.rows:
                self._matrix(item)
            elif not item.name:
                self.unread.append(Unread(item.text, item.line, item.why))
            else:
                self._one(item)
        answered = {(q.kind, q.of) for q in self.numbers}
        self.unread += [u for meanings, u in self._unfinished if not meanings & answered]
        for w, _ in map(self.numbers.pop, self._twice):
            self.unread.append(_not_read(w, f"{w.name} has two numbers"))

    # ------------------------------------------------------------ how well it agrees

    @cached_property
    def _by_sign(self) -> dict[float, float]:
        written, usual = (
            {q: w for q, (w, _) in self.numbers.items()},
            self.vocabulary.notation.error_sign,
        )
        agreement = self.example.agreement
        return {usual: agreement(written, usual), -usual: agreement(written, -usual) - 0.5}

    @property
    def sign(self) -> float:
        """The sign of δ with which it agrees best; the other one than the notation has is less likely."""
        return max(self._by_sign, key=self._by_sign.__getitem__)

    @property
    def convinced(self) -> bool:
        """Whether all that stands there was read, and is right."""
        return (
            bool(self.numbers) and not self.unread and self._by_sign[self.sign] == len(self.numbers)
        )

    @property
    def rank(self) -> tuple[float, int]:
        """How well it agrees, and how much of it means something."""
        score = round(self._by_sign[self.sign], 6)
        return score, len(self.numbers) + sum(r.same for r in self.restated)

    # ------------------------------------------------------------ what stands there

    def _restate(self, item: Item, said: str) -> None:
        self.restated.append(Restated(item.text, item.line, self.example.says(item.name, said)))

    def _not_of_this_network(self, what: str) -> str:
        return f"is not a {what} of this network in the letters of {self.vocabulary.notation.key}"

    def _one(self, item: Item) -> None:
        name, meanings = item.name, self.vocabulary.meanings(item.name)
        if not meanings and len(grid := self.vocabulary.grid(name)) == len(sum(grid, ())) == 1:
            meanings = frozenset(grid[0])  # a column of one number
        given = not meanings and name in ("x", "y", "lr", "seed", "loss")
        if given or (name in SETTINGS and self.example.says(name, item.number)):
            self._restate(item, item.number)
            return
        why = item.why
        if not meanings:
            why = f"{name} {self._not_of_this_network('number')}"
        elif len(meanings) > 1:
            why = f"{name} may be {_listed(meanings, self.example.credit)}"
        unread = Unread(item.text, item.line, why)
        if not why:
            (meaning,) = meanings
            self._number(meaning, as_written(item.number, name, item.line), item)
        elif not item.why or "two numbers" in why:
            self.unread.append(unread)
        elif _NUMERIC.search(item.text):  # a formula alone asks for nothing
            self._unfinished.append((meanings, unread))

    def _number(self, meaning: Meaning, written: Written, item: Item) -> None:
        kind, of = meaning
        if kind in ("x", "target", "rate", "weight"):
            given = self.example.given(kind, of)
            same = given is not None and abs(written.value - given) <= written.half * 1.000001
            if kind != "weight" or same:
                said = f"{written.name} = {written.text}"
                self.restated.append(Restated(said, item.line, same))
                return
            kind = "new"  # a weight without more is its new one
        q = Quantity(kind, of)  # type: ignore[arg-type]
        if q not in self.example.right:
            self.unread.append(Unread(item.text, item.line, f"{written.name} is not asked for"))
            return
        if q in self.numbers:
            before = self.numbers[q][0]
            if abs(before.value - written.value) > max(before.half, written.half):
                self._twice[q] = None
            if before.digits >= written.digits:
                return
        self.numbers[q] = written, item

    def _matrix(self, item: Item) -> None:
        name = item.name
        if name in ("x", "y", "weights", "biases"):
            rows = [
                [float(x.replace(",", ".").replace("−", "-")) for x in row] for row in item.rows
            ]
            self._restate(item, json.dumps(rows))
            return
        cells, why = self._cells(item)
        if why:
            said = f"{name or 'a list without a name'} {why}"
            self.unread.append(Unread(item.text, item.line, said))
        for meaning, number in cells:
            try:
                written = as_written(number, name, item.line)
            except ValueError as error:
                self.unread.append(Unread(item.text, item.line, str(error)))
            else:
                self._number(meaning, written, item)

    def _cells(self, item: Item) -> tuple[list[tuple[Meaning, str]], str]:
        """Return what the numbers of a matrix mean, but for blanks; or why they mean nothing."""
        grid, meanings = self.vocabulary.grid(item.name), self.vocabulary.meanings(item.name)
        if not grid and len(meanings) == 1 and [*map(len, item.rows)] == [1]:
            grid = (tuple(meanings),)
        if not grid:
            return [], self._not_of_this_network("matrix")
        rows = _in_shape(item.rows, len(grid), len(grid[0]))
        if [*map(len, rows)] != [*map(len, grid)]:
            given, wanted = f"{len(rows)}×{len(rows[0])}", f"{len(grid)}×{len(grid[0])}"
            return [], f"is {given} here, but {wanted} in this network"
        return [(m, x) for ms, xs in zip(grid, rows) for m, x in zip(ms, xs) if x], ""


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


def _in_shape(rows: _Rows, height: int, width: int) -> _Rows:
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
