"""Files of workings: the problem that a sheet states, and what somebody worked out."""

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nn.credit import Credit, assign_credit
from nn.lessons.names import called
from nn.lessons.published.networks import WORKED
from nn.lessons.quantities import Reading
from nn.lessons.reading import decoded, read
from nn.lessons.worksheets.worksheet import HEADING, NETWORK, Worksheet

_SETTINGS = (*NETWORK, "x", "y", "loss", "lr", "notation")
# what a sheet says of an optimiser or of a penalty
_BEYOND = re.compile(r"^Forward: .*(?:what it remembers|before it, in the order|The penalty adds|a step of )", re.M)  # fmt: skip
_SETTING = re.compile(rf"^\s*({'|'.join(_SETTINGS)})\s*=\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Working:
    """What a file holds.

    Attributes:
        credit: the example.
        lr: the learning rate η of its new weights.
        text: all that stands there.
        own: whether the file itself states the example.
    """

    credit: Credit
    lr: float
    text: str
    own: bool

    @cached_property
    def reading(self) -> Reading:
        """What was worked out."""
        return read(self.text, self.credit, lr=self.lr)

    @property
    def numbers(self) -> dict[str, str]:
        """What was worked out, by name, as text."""
        return {called(q, self.credit): w.text for q, w in self.reading.numbers.items()}


def read_working(path: str | os.PathLike[str]) -> Working:
    """Read a working, and the example that it states, from a file of any form that `reading.read` knows.

    Beside the numbers may stand the network and the example, in JSON: weights, biases, activation and output_activation
    as for `MLP.from_weights`, x, y, loss, lr and notation, in lines as a worksheet has them or in a JSON object. What stands first
    counts: an answer never sets the problem. Without weights it is the worked 3-2-1 network.

    Args:
        path: the file.

    Raises:
        ValueError: if the example cannot be understood.
        OSError: if the file cannot be read.
    """
    text = decoded(Path(path).read_bytes())
    try:
        settings = _settings(text)
        return Working(*_problem(settings, text), text, "weights" in settings)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from None


def _settings(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        content = json.loads(text)
        return {name: content[name] for name in _SETTINGS if name in content}
    found: dict[str, Any] = {}
    for match in _SETTING.finditer(text):
        name, value = match.groups()
        if name not in found and not (name == "loss" and re.match(r"[-−+.\d]", value)):
            found[name] = _setting(name, value)
    return found


def _setting(name: str, value: str) -> Any:
    if re.fullmatch(r"[a-z_][a-z_0-9-]*", value):
        return value
    try:
        return json.loads(value)
    except ValueError:
        if name in ("y", "x"):  # an answer, perhaps, or a part of one
            return value
        raise ValueError(f"{name} = {value[:60]}: that is neither a name nor JSON") from None


def _problem(settings: dict[str, Any], text: str) -> tuple[Credit, float]:
    if ("weights" not in settings and HEADING in text) or _BEYOND.search(text):
        more = "more than its lines can state, a network without layers, a penalty or an optimiser"
        raise ValueError(f"this sheet asks for {more}: give its key.json (--problem key.json)")
    if "weights" not in settings:
        return assign_credit(WORKED.network(), WORKED.x, WORKED.y), WORKED.lr
    for name in ("x", "y"):
        if name not in settings:
            raise ValueError(f"the example is missing: give {name}")
    if type(lr := settings.get("lr", 0.1)) not in (int, float):
        raise ValueError(f"lr is a number, but {lr!r} was given")
    sheet = Worksheet.from_settings({**settings, "lr": lr})
    return sheet.credit, sheet.lr
