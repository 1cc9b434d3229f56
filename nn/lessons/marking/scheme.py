"""How many marks the parts of a working are worth, and what earns none of them."""

import os
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nn.arguments import real
from nn.lessons.marking.judging import Judged
from nn.lessons.quantities import Quantity, Written

PART_OF = {"a": "forward", "z": "forward", "p": "forward", "loss": "loss", "delta": "delta",
           "gradient": "gradients", "new": "new weights"}  # fmt: skip
PARTS = {"forward": 30.0, "loss": 5.0, "delta": 35.0, "gradients": 15.0, "new weights": 15.0}
REPEATED = 3  # wrong lines with the same number are not worked out


@dataclass(frozen=True)
class Scheme:
    """A scheme of marks.

    Attributes:
        parts: how many marks each part is worth: forward, loss, delta, gradients and new weights.
        follows: what share a line earns that follows from one's own wrong numbers.

    >>> Scheme(follows=0.5).parts["delta"]
    35.0
    """

    parts: Mapping[str, float] = field(default_factory=lambda: dict(PARTS))
    follows: float = 1.0

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "Scheme":
        """Return the scheme of a file in TOML at a path: `forward = 30` and the like; `follows = 0.5` for less than all.

        Raises:
            ValueError: if it is not TOML, or says something else.
            OSError: if it cannot be read.
        """
        try:
            found = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
            found = {name.replace("_", " "): x for name, x in found.items()}
            follows = real("follows", found.pop("follows", 1.0), below=1.0 + 1e-9)
            if unknown := sorted(found.keys() - PARTS.keys()):
                known = ", ".join([*PARTS, "follows"])
                raise ValueError(f"{unknown[0]!r} is not known; known are {known}")
            if not found:
                known = ", ".join(PARTS)
                raise ValueError(f"it gives no marks: say forward = 30, say; parts are {known}")
            parts = {part: real(part, found[part]) for part in PARTS if part in found}
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from None
        if not sum(parts.values()):
            raise ValueError(f"{path}: no part is worth a mark")
        return cls(parts, follows)

    def worth(self, lines: Iterable[Quantity]) -> dict[Quantity, float]:
        """Return what each line of an example is worth: the lines of a part share its marks."""
        parts = {q: PART_OF[q.kind] for q in lines}
        counts = Counter(parts.values())
        return {q: self.parts.get(part, 0.0) / counts[part] for q, part in parts.items()}


def earning(judged: Judged, named: Container[Quantity]) -> dict[Quantity, str]:
    """Return the lines that earn nothing although they are not wrong, each with the reason.

    A number that needs no work (0, ±1, f(0), the old weight, one that stands in many wrong lines) is not believed:
    wrong, it earns nothing, and neither does what follows from it, unless it is a mistake that is known by name;
    right, it earns only with a written line that it is made of.

    Args:
        judged: the working with the status of its lines.
        named: the lines whose mistake is known.
    """
    hand, easy = judged.hand, _easy_lines(judged)
    honest = any(status != "wrong" and q not in easy for q, status in judged.status.items())
    tainted: set[Quantity] = set()
    nothing: dict[Quantity, str] = {}
    for q, status in judged.status.items():
        sources = hand.made_of(q) | hand.made_of(q, True)
        believed = sources - tainted if sources else honest
        if status == "wrong":
            if q in easy and (q not in named or sources & tainted):
                tainted.add(q)
        elif status == "follows" and sources & tainted:
            nothing[q] = "it follows from a number that needs no work"
        elif q in easy and not believed:
            nothing[q] = "it needs no work, and nothing that it is made of is written down"
        tainted |= nothing.keys()
    return nothing


def _easy_lines(judged: Judged) -> set[Quantity]:
    """Return the lines whose number needs no work, or stands in many wrong lines."""
    same = Counter(judged.written[q].value for q in judged.wrong)
    numbers = judged.written.items()
    return {q for q, w in numbers if same[w.value] >= REPEATED or _easy(judged, q, w)}


def _easy(judged: Judged, q: Quantity, w: Written) -> bool:
    """Tell whether a number needs no work."""
    problem = judged.hand.problem
    if w.value in (0.0, 1.0, -1.0):
        return True
    if q.kind == "z" and isinstance(q.of, int):
        return judged.hand.written[q].meets(problem.at_zero(q.of))
    return q.kind == "new" and w.value == problem.weight_of(q)
