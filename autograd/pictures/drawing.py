"""A Drawing: DOT text that shows itself and saves itself as a picture."""

import itertools
import os
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from autograd.files import write_whole
from autograd.pictures import render, svg
from autograd.pictures.text import clean

_displays = itertools.count(1)


class Drawing:
    """A picture as DOT text, which Graphviz draws.

    Args:
        source: the DOT text.
        title, desc: what a reader who cannot see the picture is told.
        pinned: whether the text says where everything stands, so that nothing is laid out.
    """

    def __init__(self, source: str, title: str, desc: str, pinned: bool = False) -> None:
        self.source = source
        self.title = clean(title, 200)
        self.desc = clean(desc, 1000)
        self.pinned = pinned

    def svg(self, engine: str | None = None, prefix: str = "", css: str = "") -> str:
        """Return the picture as SVG: light or dark as the reader's system is, the same text every time.

        Args:
            engine: the program that draws; see render.find_engine.
            prefix: the picture's id; if not given, a digest of it.
            css: more rules for the picture, which they call `#ID`.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: as render.render.
        """
        prefix = prefix or svg.digest(self.source + self.title + self.desc)
        drawn = render.render(self.source, "svg", engine, self.pinned)
        try:
            return svg.finish(drawn, self.title, self.desc, prefix, css)
        except ElementTree.ParseError as error:
            raise render.RenderError(
                f"the engine printed no SVG ({error}); the DOT text is in .source"
            ) from None

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the picture to a file, whole or not at all.

        Args:
            path: where to; its suffix says how: .svg, .png, .pdf or .gv (the DOT text).
            engine: the program that draws; see render.find_engine.

        Raises:
            ValueError: if the suffix is another.
            OSError: if the file cannot be written.
            FileNotFoundError, RuntimeError, TimeoutError: as render.render.
        """
        suffix = render.format_of(path)
        if suffix == "gv":
            content = self.source.encode()
        elif suffix == "svg":
            content = self.svg(engine).encode()
        else:
            content = render.render(self.source, suffix, engine, self.pinned)
        write_whole(path, content)

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> Mapping[str, Any]:
        """Return the picture for Jupyter, with text beside it; if it cannot be drawn, the reason."""
        text = f"{self.title}\n{self.desc}"
        try:
            # cells of one page must not share ids, even where they show the same picture
            prefix = f"{svg.digest(self.source)}-{next(_displays)}"
            return {"image/svg+xml": self.svg(prefix=prefix), "text/plain": text}
        except Exception as error:
            return {"text/plain": f"{text}\n({error})"}
