"""The living page: a picture, a story and a table whose numbers are computed anew by a script in the page."""

import html
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from autograd.files import ending, write_whole
from autograd.notation import shown
from autograd.pictures import render, svg
from autograd.pictures.display import show
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.javascript import key, script
from autograd.pictures.live.places import Marks
from autograd.pictures.live.tape import Tape
from autograd.pictures.palette import colour
from autograd.pictures.text import clean

MOST = 150_000  # bytes of a page
_MANY = 60  # numbers that are given: of more, the table is folded
_SMALLEST = 0.72  # what share of its width a picture shrinks to, so that fingers find its parts; then it scrolls
_PARTS = ("card", "ink", "muted", "unit", "plus", "minus", "zero", "odd")


@dataclass(frozen=True, eq=False)
class Contents:
    """What stands in a living page. Texts are HTML, made with Places (see `places`).

    Attributes:
        title, introduction, hint, result: what is shown, what to do with it, what to click, and what its result
            is called.
        drawing: the picture.
        marks: where the numbers of all texts come from.
        tape: the graph that is computed.
        table, story, cards: all numbers; the chapters; what is said of a part, in elements with data-of.
        css: more rules for the picture.
        prelude, coda: scripts that come before and after that of the page.
        data: what the scripts know besides.
    """

    title: str
    introduction: str
    hint: str
    result: str
    drawing: Drawing
    marks: Marks
    tape: Tape
    table: str
    story: Sequence[str]
    cards: Sequence[str]
    prelude: str = ""
    coda: str = ""
    css: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Live:
    """A page that recomputes: drag a number, and everything that depends on it follows.

    It is one file that loads nothing from anywhere.

    Args:
        contents: makes what stands in it.
        name: what it shows, in a few words.

    >>> from autograd import Value, live
    >>> live(Value(2.0, label="a").tanh())
    <Live: tanh a>
    """

    def __init__(self, contents: Callable[[], Contents], name: str) -> None:
        self._contents = contents
        self.name = name

    def html(self, engine: str | None = None) -> str:
        """Return the page.

        Args:
            engine: the program that draws the picture; see autograd.pictures.render.find_engine.

        Raises:
            ValueError: if it has more than 150 KB.
            FileNotFoundError, RuntimeError, TimeoutError: as autograd.pictures.render.render.
        """
        page = _page(self._contents(), engine)
        size = len(page.encode())
        if size > MOST:
            raise ValueError(
                f"a living page has at most {MOST:,} bytes, but that of {self.name} would have {size:,}: "
                "show a smaller network or expression"
            )
        return page

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the page to a file, whole or not at all.

        Args:
            path: where to.
            engine: as for `html`.

        Raises:
            ValueError: if its name ends otherwise than in .html or .htm.
        """
        if Path(path).suffix:  # a device has none
            ending(path, ("html", "htm"), "a page")
        write_whole(path, self.html(engine).encode())

    def show(self) -> None:
        """Show the page: in a notebook below the cell, elsewhere in a browser; errors as those of `Drawing.show`."""
        show(self, self.html, "live")

    def __repr__(self) -> str:
        return f"<Live: {self.name}>"

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, for Jupyter; if it cannot be drawn, the reason."""
        try:
            page = html.escape(self.html())
        except Exception as error:
            return f"<pre>{html.escape(f'{self.name}: {error}')}</pre>"
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="{html.escape(self.name)}, live" '
            'style="width:100%;height:1000px;border:0"></iframe>'
        )


def _page(contents: Contents, engine: str | None) -> str:
    marks, tape = contents.marks, contents.tape
    picture = _picture(contents, engine)
    width = re.search(r'width="(\d+)"', picture)
    data = {
        "numbers": tape.numbers, "code": tape.code, "sequences": [runs(x) for x in tape.sequences],
        "operations": [key(x) for x in tape.operations], "root": tape[tape.root], **contents.data,
    }  # fmt: skip
    said = {
        "TITLE": html.escape(clean(contents.title, 200)),
        "LIGHT": _variables(dark=False),
        "DARK": _variables(dark=True),
        "STYLE": shortened(_file("page.css"), "{};,"),
        "FONT": svg.FONT,
        "INTRODUCTION": contents.introduction,
        "HINT": contents.hint,
        "RESULT": html.escape(clean(contents.result)),
        "LOSS": shown(tape.root.data, 4),
        "PICTURE": picture,
        "LEAST": f"{_SMALLEST * int(width[1]):.0f}" if width else "0",
        "STORY": marks.fill("\n".join(contents.story), "b"),
        "EXAMPLES": _EXAMPLES if contents.data["examples"] else "",
        "TABLE": marks.fill(contents.table, "b"),
        "OPEN": " open" * (len(tape.numbers) <= _MANY),
        "PRESETS": "".join(
            f'<option value="{k}">{html.escape(preset["label"])}</option>'
            for k, preset in enumerate(contents.data["presets"])
        ),
        "CARDS": marks.fill("".join(contents.cards), "b"),
        "OPERATIONS": script(tape.operations),
        "DATA": literal(data),
        "PRELUDE": contents.prelude,
        "SCRIPT": _script("tape")
        + _script("page")
        + _script("examples") * bool(contents.data["examples"])
        + contents.coda,
    }
    # one pass, so that a mark in somebody's text is left alone
    return re.sub("@([A-Z]+)@", lambda mark: said[mark[1]], _file("page.html"))


_EXAMPLES = (
    '<div id="examples" class="live bar" role="group" aria-label="examples"></div>'
    '<p class="live"><label><input id="whole" type="checkbox"> learn from all examples: L and the updates are '
    "means over them, the picture shows the one chosen</label></p>"
)


def _picture(contents: Contents, engine: str | None) -> str:
    marks = contents.marks
    drawing = contents.drawing
    drawn = render.render(drawing.source, "svg", engine, drawing.pinned)
    text = svg.finish(drawn, drawing.title, drawing.desc, "picture", contents.css)
    # a tooltip cannot have elements in it: the script makes those that have numbers
    return marks.fill(re.sub(r"<title>[^<]*⣿[^<]*</title>", "", text), "tspan")


def _script(name: str) -> str:
    return shortened(_file(f"{name}.js")) + "\n"


@cache
def _file(name: str) -> str:
    return resources.files("autograd.pictures.live").joinpath(name).read_text(encoding="utf-8")


def shortened(text: str, signs: str = "{}()[];,?:=<>*/&|+-!%") -> str:
    """Return a script without comments and without the blanks that only its readers need.

    Args:
        text: the script; templates in it are not nested.
        signs: around which blanks mean nothing.
    """
    parts = _LITERAL.split(re.sub(r"(^|\s)// .*", "", text))
    blanks = re.compile(f" ?([{re.escape(signs)}]) ?")
    for k in range(0, len(parts), 2):  # every second part is a literal, whose blanks count
        code = re.sub(r"\s*\n\s*", "\n", parts[k])
        code = re.sub(r"(?<=[;{},(\[:=?&|+])\n|\n(?=[})\]?:&|])", "", code)
        parts[k] = blanks.sub(r"\1", code).replace(";}", "}")
    return "".join(parts).strip()


# a text, a template, or a regular expression: after the slash of a division stands a blank
_LITERAL = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|/(?![ /*])(?:\\.|\[[^\]\n]*\]|[^/\\\n])+/)"""
)


def runs(numbers: Iterable[int]) -> str:
    """Return whole numbers as runs of those that follow one another: 0-3 7."""
    found: list[list[int]] = []
    for k in numbers:
        if found and found[-1][-1] == k - 1:
            found[-1][1:] = [k]
        else:
            found.append([k])
    return " ".join("-".join(map(str, run)) for run in found)


def literal(data: object) -> str:
    """Return data as a script's literal, in which nothing can end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _variables(dark: bool) -> str:
    names = [*_PARTS, *(f"{part} fill" for part in ("plus", "minus", "zero", "odd"))]
    return " ".join(f"--{name.replace(' ', '-')}: {colour(name, dark=dark)};" for name in names)
