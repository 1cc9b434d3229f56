"""Reading a working: a network, an example and the numbers somebody worked out by hand, from a file."""

import json
import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nn.credit import Credit, assign_credit
from nn.lessons.published_networks import WORKED
from nn.losses import LOSSES
from nn.network import MLP

_NETWORK = ("weights", "biases", "activation", "output_activation")
_SETTINGS = (*_NETWORK, "x", "y", "loss", "lr")
_LINE = re.compile(r"\s*([^=|#]+?)\s*=\s*(.*?)\s*(?:#.*)?$")
_CELLS = re.compile(r"\s*\|\s*`?([^|`]+?)`?\s*\|\s*([^|]*?)\s*\|")
_RULE = re.compile(r"\s*\|[\s|:]*-[\s|:-]*")  # below the head of a table


@dataclass(frozen=True, eq=False)
class Working:
    """What a file holds.

    Attributes:
        credit: the example.
        lr: the learning rate η of its new weights.
        numbers: what was worked out, by name, as text.
    """

    credit: Credit
    lr: float
    numbers: dict[str, str]


def read_working(path: str | os.PathLike[str]) -> Working:
    """Read a working from a file.

    A JSON file is an object with the numbers by name under "working". In any other file a number is a line `a1 = 1.19`;
    what follows a # is a comment. In Markdown (.md) the lines stand in fenced blocks, and a row `| a1 | 1.19 |` of
    a table counts as well; a number left empty is not worked out yet.

    Beside the numbers stand the network and the example, in JSON: weights, biases, activation and output_activation as
    for `MLP.from_weights`, x, y, loss and lr. Without weights it is the worked 3-2-1 network.

    Args:
        path: the file.

    Raises:
        ValueError: if it cannot be understood, saying which line.
        OSError: if it cannot be read.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text: {error}") from None
    try:
        found = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text, path)
        return _working(*found)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from None


def numbers_in(text: str) -> dict[str, str]:
    """Return what is worked out in a text, by name, as text."""
    found = _from_json if text.lstrip().startswith("{") else partial(_from_lines, path="")
    return found(text)[1]


def _from_json(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    content = json.loads(text)
    written = json.loads(text, parse_float=str, parse_int=str).get("working")
    if not isinstance(written, dict):
        raise ValueError('the numbers stand by name under "working"')
    for name, number in written.items():
        if not isinstance(number, str):
            raise ValueError(f"{name}: {json.dumps(number)} is no number")
    del content["working"]
    if unknown := sorted(content.keys() - set(_SETTINGS)):
        raise ValueError(f"{unknown[0]!r} is not known; known are working, {', '.join(_SETTINGS)}")
    return content, written


def _from_lines(text: str, path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, str]]:
    settings: dict[str, Any] = {}
    numbers: dict[str, str] = {}
    markdown = str(path).lower().endswith((".md", ".markdown"))
    reading = not markdown
    lines = text.splitlines()
    for index, (line, below) in enumerate(zip(lines, [*lines[1:], ""]), 1):
        if markdown and line.lstrip().startswith(("```", "~~~")):
            reading = not reading
            continue
        match = _LINE.match(line) if reading else _CELLS.match(line) if markdown else None
        if match is None:
            if reading and line.strip() and not line.lstrip().startswith("#"):
                raise ValueError(
                    f"line {index}: a line is name = number, but {line.strip()!r} is there"
                )
            continue
        name, value = match.groups()
        if not reading and (not value or _RULE.fullmatch(line) or _RULE.fullmatch(below)):
            continue  # a number not worked out yet, the rule of a table, or the head above it
        if name in settings or name in numbers:
            raise ValueError(f"line {index}: {name} is given twice")
        if name in _SETTINGS:
            settings[name] = _setting(value, index)
        elif value:
            numbers[name] = value
    return settings, numbers


def _setting(value: str, index: int) -> Any:
    if re.fullmatch(r"[a-z_]+", value):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError(f"line {index}: {value!r} is neither a name nor JSON") from None


def _working(settings: dict[str, Any], numbers: dict[str, str]) -> Working:
    if "weights" in settings:
        for name in ("x", "y"):
            if name not in settings:
                raise ValueError(f"the example is missing: give {name}")
        net = MLP.from_weights(**{name: settings[name] for name in _NETWORK if name in settings})
        x, y = settings["x"], settings["y"]
    else:
        net, x, y = WORKED.network(), settings.get("x", WORKED.x), settings.get("y", WORKED.y)
    loss = settings.get("loss", "half_squared_error")
    if loss not in LOSSES:
        raise ValueError(f"no loss is called {loss!r}; known are {', '.join(LOSSES)}")
    lr = settings.get("lr", 0.1)
    if type(lr) not in (int, float):
        raise ValueError(f"lr is a number, but {lr!r} was given")
    if isinstance(y, list) and len(y) == 1:
        y = y[0]
    return Working(assign_credit(net, x, y, LOSSES[loss]), float(lr), numbers)
