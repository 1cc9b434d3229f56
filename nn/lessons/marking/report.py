"""Marking a working: each line right, following, or wrong; the marks; the mistakes in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from autograd.notation import shown, table
from nn.credit.credit import Credit
from nn.lessons.marking.diagnosis import Diagnosis, Named
from nn.lessons.marking.judging import Judged, judge, unpadded
from nn.lessons.marking.rules.any_network import problem_of
from nn.lessons.marking.rules.intervals import Interval
from nn.lessons.marking.rules.problem import Problem
from nn.lessons.marking.scheme import Scheme, earning
from nn.lessons.names import called
from nn.lessons.quantities import Quantity, Reading, Written
from nn.lessons.reading import as_written
from nn.optim import Optimizer

OTHER_SIGN = (
    "δ has the other sign throughout, δ = −∂L/∂a, as in Mitchell, Haykin and Han & Kamber, whose updates add: "
    "marked by that rule."
)
CUT_OFF = "Digits were cut off in place of rounded: marked to a whole unit of the last digit."
EXCHANGED = (
    "The letters a and z are exchanged throughout, as in Ng, Nielsen and Goodfellow, where z comes before the activation "
    "and a after it: read so."
)
OTHER_PROBLEM = "Another problem? {} is not what the sheet says; it does not count."
Numbers = Mapping[Quantity, Written]


@dataclass(frozen=True)
class Line:
    """One number of a working.

    Attributes:
        name: what it is called.
        given: what was written.
        right: the right number.
        status: "right", "follows" (right given the earlier numbers of the working), "wrong" or "unread".
        follows: the number that follows from the earlier numbers of the working.
        decimals: how many digits after the point were given.
        value: the number that was written.
        marks: what it earns.
        worth: what it could earn.
        note: why a line that is not wrong earns nothing; or why it could not be read.
    """

    name: str
    given: str
    right: float | None
    status: str
    follows: float = 0.0
    decimals: int = 0
    value: float = 0.0
    marks: float = 0.0
    worth: float = 0.0
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is right, or follows."""
        return self.status in ("right", "follows")

    @property
    def difference(self) -> float:
        """By how much the given number is too large."""
        return self.value - (self.right or 0.0)

    @property
    def verdict(self) -> str:
        """The status as the report has it: by how much it is wrong, or that it earns nothing."""
        if self.status == "wrong":
            return f"wrong, {shown(self.difference, max(self.decimals, 1) + 1, sign=True)}"
        return self.status + " (no marks)" * (self.ok and bool(self.note))

    def places(self, x: float) -> str:
        """Return a number with a few more digits than were given."""
        return shown(x, min(max(self.decimals, 1) + 2, 15))


@dataclass(frozen=True)
class Marking:
    """A working that was marked; it prints as a report.

    Attributes:
        lines: the numbers of the working, in the order in which one works them out; then what could not be read.
        marks: what the working earns.
        of: what it could earn.
        mistakes: what is wrong, and the likely causes that were recognised: a sentence or two each.
        causes: the likely causes alone, each with those that cannot be told from it.
        facts: what is said about each wrong line that no mistake explains.
        blank: the names of the lines that were left blank.
        notation: in the letters of which book it was read.
        remarks: what is said beside the marks: conventions, digits that were cut off, settings that differ.
        copied: the lines that are right, but do not follow from earlier numbers that are wrong; nothing is deducted.
    """

    lines: list[Line]
    marks: float
    of: float
    mistakes: list[str]
    causes: list[tuple[str, ...]]
    facts: list[str]
    blank: list[str]
    notation: str = "slides"
    remarks: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()

    @property
    def first(self) -> Line | None:
        """The first line that is wrong."""
        return next((line for line in self.lines if line.status == "wrong"), None)

    @property
    def ok(self) -> bool:
        """Whether nothing that was written is wrong or could not be read."""
        return all(line.ok for line in self.lines)

    @property
    def mistake(self) -> str:
        """The first of the mistakes; empty if none was recognised."""
        return self.mistakes[0] if self.mistakes else ""

    def count(self, status: str) -> int:
        """Return how many lines have a status."""
        return sum(line.status == status for line in self.lines)

    @property
    def verdict(self) -> str:
        """How many lines are right, and the marks, in a sentence."""
        right, follows = self.count("right"), self.count("follows")
        parts = [
            (follows, f"follow{'s' * (follows == 1)} from your own earlier numbers"),
            (self.count("wrong"), "wrong"), (self.count("unread"), "could not be read"), (len(self.blank), "left blank"),
        ]  # fmt: skip
        told = [f"{right} right", *(f"{count} {what}" for count, what in parts if count)]
        whole = len(self.blank) + len({line.name for line in self.lines if line.right is not None})
        counted = f"Of {whole} lines {', '.join(told)}"
        if right == whole:
            counted = f"All {whole} lines are right"
        return f"{counted}: {self.marks:.4g} of {self.of:.4g} marks."

    def __str__(self) -> str:
        rows = []
        for line in self.lines:
            right = "" if line.right is None else line.places(line.right)
            rows.append([line.name, line.given, right, line.verdict])
        notes = [
            f"{line.name}: {'no marks' if line.ok else 'not marked'}: {line.note}."
            for line in self.lines
            if line.note
        ]
        lines = [table(["number", "given", "right", ""], rows), "", self.verdict]
        return "\n".join([*lines, *self.mistakes, *self.facts, *notes, *self.remarks])


def marked(
    reading: Reading,
    credit: Credit,
    lr: float,
    scheme: Scheme | None = None,
    optimizer: Optimizer | None = None,
) -> Marking:
    """Mark what was read of a working.

    Args:
        reading: what was read.
        credit: the example: what the teacher gave, never the working.
        lr: the learning rate η of its new weights.
        scheme: how many marks the parts are worth; 100 in all if it is not given.
        optimizer: what makes the new weights, if it is not w − η·∂L/∂w.
    """
    problem, scheme = problem_of(credit, lr, optimizer), scheme or Scheme()
    judged, remarks = _by_its_own_rule(problem, reading)
    named, more = Diagnosis(judged).best() if judged.wrong else ([], False)
    explained = {q for n in named for q in n.lines}
    words = _Words(judged, lambda q: called(q, credit))
    lines = words.lines(scheme, earning(judged, explained))
    lines += [Line(u.text, u.text, None, "unread", note=u.why) for u in reading.unread]
    remarks += [CUT_OFF] * (judged.units > 0.5)
    remarks += ["Several other things are wrong, too."] * more
    different = (setting.text for setting in reading.restated if not setting.same)
    remarks += map(OTHER_PROBLEM.format, different)
    blank = (q for q in problem.order if q not in judged.written)
    return Marking(
        lines,
        round(sum(line.marks for line in lines), 9),
        round(sum(scheme.worth(problem.order).values()), 9),
        list(map(words.mistake, named)),
        [tuple(cause.text for cause in n.causes) for n in named],
        [words.fact(q) for q in judged.wrong if q not in explained],
        list(map(words.called, blank)),
        reading.notation,
        tuple(remarks),
        tuple(map(words.called, judged.copied)),
    )


def _by_its_own_rule(problem: Problem, reading: Reading) -> tuple[Judged, list[str]]:
    """Return the numbers with their status as the working itself means them, signs of δ and letters, and what to say of it."""
    written = unpadded(reading.numbers)
    if reading.error_sign < 0 and reading.told:
        return judge(problem, _turned(written, "delta")), [OTHER_SIGN]
    plain = judge(problem, written)
    best, most, told = plain, _score(plain), list[str]()
    for other, less, text in _rules(plain):
        found = judge(problem, other)
        if (score := _score(found) - less) > most and _agreed(found, written):
            best, most, told = found, score, [text]
    unsure = best is not plain and best.wrong
    if unsure and Diagnosis(plain).least <= Diagnosis(best).least:
        return plain, []
    return best, told


def _rules(plain: Judged) -> Iterator[tuple[Numbers, float, str]]:
    """Yield the numbers as they are by other rules, how unlikely each rule is, and what to say of it."""
    written, units = plain.written, plain.hand.problem.functions.keys()
    letters: list[tuple[Numbers, str]] = []
    if {"a", "z"} & {q.kind for q in plain.wrong}:
        exchanged = (
            _exchanged(written, some) for some in (units - plain.hand.problem.outputs, units)
        )
        letters = [(other, EXCHANGED) for other in exchanged if other != written]
    yield from ((other, 0.0, text) for other, text in letters)
    signs = [(written, ""), *letters] if plain.wrong and _may_turn(plain) else letters
    for kinds in (("delta",), ("delta", "gradient")):
        for numbers, text in signs:
            if (other := _turned(numbers, *kinds)) != written:
                yield other, 0.5, f"{text} {OTHER_SIGN}".strip()


def _score(judged: Judged) -> float:
    return sum({"right": 1.0, "follows": 0.5}.get(status, 0.0) for status in judged.status.values())


def _agreed(found: Judged, written: Numbers) -> bool:
    """Tell whether a rule of one's own is kept throughout: what it changes is right, and the updates agree."""
    other, status = found.written, dict[str, list[str]]()
    changed = {q.kind for q in other if other[q] != written.get(q)}
    for q, said in found.status.items():
        status.setdefault(q.kind, []).append(said)
    if "delta" not in changed:
        return all("wrong" not in status[kind] for kind in changed)
    first = [q for q in found.status if found.hand.problem.line_kind(q) == "out"]
    if not all(other[q].value * found.follows(q).middle > 0.0 for q in first):
        return False
    if "gradient" not in changed:  # the gradients themselves have no other sign
        kept = status.get("gradient", [])
        return kept.count("wrong") <= len(kept) / 2 and (bool(first) or not found.wrong)
    # a gradient with the wrong sign is a mistake unless the updates know of it
    new = status.get("new", [])
    return bool(first and new) and new.count("wrong") < len(new) / 2


def _may_turn(plain: Judged) -> bool:
    """Tell whether the δ of the outputs may have the other sign; with exchanged letters that is not known yet."""
    problem = plain.hand.problem
    statuses = {plain.status.get(Quantity("delta", j)) for j in problem.outputs}
    return statuses == {None} or "wrong" in statuses


def _turned(written: Numbers, *kinds: str) -> Numbers:
    return {q: replace(w, value=-w.value) if q.kind in kinds else w for q, w in written.items()}


def _exchanged(written: Numbers, units: Set[int]) -> Numbers:
    """Return the numbers with a for z and z for a in those of the units of which both are written."""
    found = dict(written)
    for q, w in written.items():
        if q.of not in units:
            continue
        other = Quantity({"a": "z", "z": "a"}.get(q.kind, "loss"), q.of)  # type: ignore[arg-type]
        if other in written:
            found[other] = w
    return found


class _Words:
    """What is said about lines and mistakes."""

    def __init__(self, judged: Judged, called: Callable[[Quantity], str]) -> None:
        self.judged, self.called = judged, called

    def lines(self, scheme: Scheme, nothing: Mapping[Quantity, str]) -> list[Line]:
        """Return the lines with their marks, but for those that earn nothing, for a reason."""
        found, share = [], {"right": 1.0, "follows": scheme.follows}
        worth = scheme.worth(self.judged.hand.problem.order)
        for q, status in self.judged.status.items():
            marks = share.get(status, 0.0) * (q not in nothing) * worth[q]
            note = nothing.get(q, "")
            found.append(replace(self.line(q, status), marks=marks, worth=worth[q], note=note))
        return found

    def line(self, q: Quantity, status: str) -> Line:
        w, hand = self.judged.written[q], self.judged.hand
        # a number that was turned, for its sign is another here, is told as it was written
        sign = -1.0 if as_written(w.text).value * w.value < 0.0 else 1.0
        right, follows = sign * hand.problem.right[q], sign * hand.follows(q).middle
        return Line(self.called(q), w.text, right, status, follows, w.decimals, sign * w.value)

    def fact(self, q: Quantity) -> str:
        """Return what is wrong about a line, without why."""
        line, hand = self.line(q, "wrong"), self.judged.hand
        own = bool(hand.made_of(q))
        mine, meant = hand.written[q], self.judged.follows(q)
        source = "follows from your own numbers" if own else "is right"
        told, follows = f"{line.name} = {line.given}", line.places(line.follows)
        for factor, text in _RATIOS if _tells(mine, meant) else ():
            if mine.meets(meant.times(factor)):
                return f"{told} {text} what {source}, {follows}."
        return f"{told} is wrong: {follows} {source}."

    def mistake(self, named: Named) -> str:
        texts = list(dict.fromkeys(cause.text for cause in named.causes))
        either = texts[0] if len(texts) == 1 else f"either {', or '.join(texts)}"
        more = [self.called(q) for q in named.lines[1:]]
        also = f" So {'is' if len(more) == 1 else 'are'} {_listed(more)}." if more else ""
        return f"{self.fact(named.lines[0])}{also} A likely cause: {either}."


_RATIOS = ((-1.0, "has the other sign of"), (2.0, "is twice"), (0.5, "is half of"), (10.0, "is ten times"),
           (0.1, "is a tenth of"))  # fmt: skip


def _tells(mine: Interval, meant: Interval) -> bool:
    """Tell whether a ratio of two numbers says something: neither is near 0."""
    width = max(mine.hi - mine.lo, meant.hi - meant.lo)
    return min(abs(mine.middle), abs(meant.middle)) > 4 * width


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    if len(found) > 4:
        return f"{', '.join(found[:3])} and {len(found) - 3} more"
    return " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))
