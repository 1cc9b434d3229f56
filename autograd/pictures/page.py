"""Pages that are complete in themselves: how they are saved and shown, and what their scripts are given."""

import html
import json
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path

from autograd.files import ending, write_whole
from autograd.pictures.display import show
from autograd.pictures.palette import DASHES, colour
from autograd.pictures.svg import FONT

MOST = 150_000  # bytes of a living page


class Live:
    """A page that recomputes: drag a number, and everything that depends on it follows.

    It is one file that loads nothing from anywhere.

    Args:
        made: makes it, with the engine that draws its picture.
        name: what it shows, in a few words.

    >>> from autograd import Value, live
    >>> live(Value(2.0, label="a").tanh())
    <Live: tanh a>
    """

    def __init__(self, made: Callable[[str | None], str], name: str) -> None:
        self._made = made
        self.name = name

    def html(self, engine: str | None = None) -> str:
        """Return the page.

        Args:
            engine: the program that draws the picture, `dot` say; the embedded one if not given.

        Raises:
            ValueError: if it has more than 150 KB.
            FileNotFoundError, RuntimeError, TimeoutError: if no engine is there, or it fails, or takes too long.
        """
        page = self._made(engine)
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


def runs(numbers: Iterable[int]) -> str:
    """Return whole numbers as runs of those that follow one another.

    >>> runs([0, 1, 2, 3, 7])
    '0-3 7'
    """
    found = groupby(enumerate(numbers), lambda placed: placed[1] - placed[0])
    ends = [(run[0][1], run[-1][1]) for _, group in found if (run := [*group])]
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in ends)


def literal(data: object) -> str:
    """Return data as a script's literal, in which nothing can end the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def filled(template: str, **said: str) -> str:
    """Return a template with a text for each of its marks, @TITLE@ say; marks in these texts are left alone."""
    return re.sub("@([A-Z]+)@", lambda mark: said[mark[1]], template)


def document(title: str, least: float, style: str, body: str, data: object, script: str) -> str:
    """Return a page with a picture.

    Args:
        title: its heading.
        least: how wide the picture is at least, in pixels; in a narrow window it scrolls.
        style, body, script: its own part of each.
        data: what the script knows.
    """
    return filled(
        stored("autograd.pictures", "document.html"), TITLE=html.escape(title), STYLE=style, BODY=body, SCRIPT=script,
        DATA=literal(data), LEAST=f"{least:.0f}", LIGHT=_variables(dark=False), DARK=_variables(dark=True), FONT=FONT,
    )  # fmt: skip


@cache
def stored(room: str, name: str) -> str:
    """Return a part of a page that is a file in a room."""
    return resources.files(room).joinpath(name).read_text(encoding="utf-8")


def _variables(dark: bool) -> str:
    """Return the colours of a page as variables of CSS."""
    parts = ("card", "ink", "muted", "unit", "halo")
    signs = [f"{sign}{fill}" for fill in ("", " fill") for sign in DASHES]
    names = {name: colour(name, dark=dark) for name in (*parts, *signs)}
    return " ".join(f"--{name.replace(' ', '-')}: {c};" for name, c in names.items())
