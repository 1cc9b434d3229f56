"""A Drawing: DOT text that shows itself and saves itself as a picture."""

import importlib.util
import itertools
import math
import os
import re
import shutil
import struct
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from autograd.files import ending, write_whole
from autograd.pictures import render, svg
from autograd.pictures.display import image, is_for_paper, show
from autograd.pictures.palette import Theme, expect_theme, painted
from autograd.pictures.text import clean

LEGIBLE = 8.0  # pixels: lower text cannot be read
_FONT_SIZE = re.compile(r'fontsize="?([\d.]+)')
_displays = itertools.count(1)


class Drawing:
    """A picture as DOT text, which Graphviz draws.

    Args:
        source: the DOT text, in the light colours.
        title, desc: what a reader who cannot see the picture is told.
        pinned: whether the text says where everything stands, so that nothing is laid out.
        theme: "light", "dark", or "auto": an SVG is as the reader's system is, anything else light.
        transparent: whether the ground is left out, for slides.

    Raises:
        ValueError: if there is no such theme.

    >>> from autograd import Value, draw
    >>> draw(Value(2.0, label="a") + 1.0).svg()[:5]
    '<svg '
    """

    def __init__(
        self,
        source: str,
        title: str,
        desc: str,
        pinned: bool = False,
        theme: Theme = "auto",
        transparent: bool = False,
    ) -> None:
        expect_theme(theme)
        self.source = painted(source, theme == "dark", transparent)
        self.title = clean(title, 200)
        self.desc = clean(desc, 1000)
        self.pinned = pinned
        self.theme = theme

    def svg(self, engine: str | None = None, prefix: str = "") -> str:
        """Return the picture as SVG: light or dark as the reader's system is, the same text every time.

        Args:
            engine: the program that draws, `dot` say; the embedded one if not given.
            prefix: the picture's id; if not given, a digest of it.

        Raises:
            FileNotFoundError, RuntimeError, TimeoutError: if no engine is there, or it fails, or takes too long.

        Warns:
            UserWarning: if its text cannot be read on a page.
        """
        prefix = prefix or svg.digest(self.source + self.title + self.desc)
        text = self.finished(engine, prefix)
        _warn_if_small(svg.text_height(text), f"a page {svg.PAGE:.0f} pixels wide", self.pinned)
        return text

    def finished(self, engine: str | None, prefix: str) -> str:
        """Return the picture as `svg` does, whatever the size of its text: see there for engine and prefix."""
        drawn = self.rendered("svg", engine)
        try:
            return svg.finish(drawn, self.title, self.desc, prefix, self.theme == "auto")
        except ValueError as error:
            raise render.RenderError(
                f"the engine printed {error}; the DOT text is in .source"
            ) from None

    def rendered(self, format: str, engine: str | None) -> bytes:
        """Return the picture in a format, svg say, as the engine draws it: see `save` for engine."""
        return render.render(self.source, format, engine, self.pinned)

    def save(self, path: str | os.PathLike[str], engine: str | None = None) -> None:
        """Write the picture to a file, whole or not at all.

        Args:
            path: where to; its suffix says how: .svg, .png, .pdf (drawn by matplotlib, the
                extra `plot`, or by `dot` where it is asked for), .tex (TikZ), or .gv (the DOT text).
            engine: the program that draws, `dot` say; the embedded one if not given.

        Raises:
            ValueError: if the suffix is another.
            OSError: if the file cannot be written.
            FileNotFoundError, RuntimeError, TimeoutError: if no engine is there, or it fails, or takes too long.

        Warns:
            UserWarning: if its text cannot be read: too small, or in signs that a PNG has no picture of.
        """
        write = WRITERS[ending(path, WRITERS, "a picture")]
        write_whole(path, write(self, engine))

    def show(self) -> None:
        """Show the picture: in a notebook below the cell, elsewhere in a browser, as a file in the temporary folder.

        Raises:
            RuntimeError: if there is no browser; it says where the file is.
            FileNotFoundError, RuntimeError, TimeoutError: if no engine is there, or it fails, or takes too long.
        """
        show(self, self.svg, "picture", ".svg")

    def __repr__(self) -> str:
        return f"<Drawing: {self.title}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> Mapping[str, Any]:
        """Return the picture for Jupyter, with text beside it; if it cannot be drawn, the reason. See display.for_paper."""
        text = f"{self.title}\n{self.desc}"
        try:
            # cells of one page must not share ids, even where they show the same picture
            drawn = self.svg(prefix=f"{svg.digest(self.source)}-{next(_displays)}")
        except Exception as error:
            return {"text/plain": f"{text}\n({error})"}
        alt = f"{self.title}. {self.desc}"
        shown = {"text/html": image(drawn, alt), "text/plain": text}
        if is_for_paper():
            from autograd.pictures.formats.tikz import boxed

            return {**shown, "text/latex": boxed(drawn)}
        return {**shown, "image/svg+xml": drawn}


def _warn_if_small(height: float, where: str, pinned: bool) -> None:
    if height < LEGIBLE:
        warnings.warn(
            f"the text of this picture is {height:.1f} pixels high in {where}, too small to be read: draw less"
            f"{'' if pinned else ' (max_nodes=100, fold=True)'}, or save it as .svg and zoom in",
            stacklevel=3,
        )


def _png(drawing: Drawing, engine: str | None) -> bytes:
    content = drawing.rendered("png", engine)
    longest = max(struct.unpack(">II", content[16:24]))
    if longest >= render.PIXELS - 10:  # it was made smaller
        whole = svg.size(drawing.rendered("svg", engine))
        sizes = [float(size) for size in _FONT_SIZE.findall(drawing.source)]
        height = min(sizes, default=math.inf) * longest / max(whole)
        _warn_if_small(height, f"a PNG of {render.PIXELS} pixels", drawing.pinned)
    if missing := render.missing_signs(drawing.source, engine):
        warnings.warn(
            f"a PNG shows boxes in place of {' '.join(missing[:8])}: the engine's font lacks them; "
            "save as .svg, which takes the reader's fonts",
            stacklevel=3,
        )
    return content


def _pdf(drawing: Drawing, engine: str | None) -> bytes:
    asked = engine or os.environ.get("AUTOGRAD_DOT")
    if asked or (importlib.util.find_spec("matplotlib") is None and shutil.which("dot")):
        return drawing.rendered("pdf", engine)
    from autograd.pictures.formats.pdf import write_pdf

    return write_pdf(drawing.svg(), drawing.title)


def _tikz(drawing: Drawing, engine: str | None) -> bytes:
    from autograd.pictures.formats.tikz import write_tikz

    return write_tikz(drawing.svg(engine), drawing.title).encode()


# what a picture can be saved as, by the ending of the file
WRITERS: dict[str, Callable[[Drawing, str | None], bytes]] = {
    "svg": lambda drawing, engine: drawing.svg(engine).encode(),
    "png": _png,
    "pdf": _pdf,
    "tex": _tikz,
    "gv": lambda drawing, _: drawing.source.encode(),
}
