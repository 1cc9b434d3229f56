"""A finished SVG as PDF, drawn by matplotlib: no Graphviz program is needed, and text can be selected."""

import io
import warnings
from typing import Any

from autograd.pictures.formats.shapes import Picture, Shape, Words, picture

_CODES = {"M": [1], "L": [2], "C": [4, 4, 4]}  # of matplotlib's paths
_SIDES: dict[str, Any] = {"start": "left", "middle": "center", "end": "right"}


def write_pdf(svg: str, title: str) -> bytes:
    """Return a PDF of one page, the size of the picture; the same bytes every time.

    Args:
        svg: the picture, as `svg.finish` made it.
        title: the title of the document.

    Raises:
        ImportError: if matplotlib is not installed.

    Warns:
        UserWarning: if its font lacks signs of the text; they become boxes.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_pdf import FigureCanvasPdf
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "a PDF is drawn by matplotlib: pip install 'scalar-autograd[plot]' "
            f"(or install Graphviz from https://graphviz.org/download/), because {error}"
        ) from error
    drawn = picture(svg)
    figure = Figure(figsize=(drawn.width / 72.0, drawn.height / 72.0))
    FigureCanvasPdf(figure)
    with rc_context({"pdf.fonttype": 42, "font.family": "DejaVu Sans"}):
        for order, part in enumerate(drawn.parts):
            figure.add_artist(_artist(part, drawn, order))
        out = io.BytesIO()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            told = {"Title": title, "Creator": "scalar-autograd", "CreationDate": None}
            figure.savefig(out, format="pdf", transparent=True, metadata=told)
    if missing := [str(w.message) for w in said if "Glyph" in str(w.message)]:
        warnings.warn(
            f"{len(missing)} signs of this picture are not in the PDF's font and become boxes; save as "
            ".svg, which takes the reader's fonts",
            stacklevel=2,
        )
    return out.getvalue()


def _artist(part: Shape | Words, drawn: Picture, order: int) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.text import Text

    if isinstance(part, Words):
        return Text(
            part.x / drawn.width,
            1.0 - part.y / drawn.height,
            part.text,
            fontsize=part.size,
            color=part.fill,
            fontweight="bold" if part.bold else "normal",
            fontstyle="italic" if part.italic else "normal",
            horizontalalignment=_SIDES[part.anchor],
            verticalalignment="baseline",
            parse_math=False,
            zorder=order,
        )
    codes = [code for kind, _ in part.moves for code in _CODES[kind]]
    points = [
        (x / drawn.width, 1.0 - y / drawn.height) for _, points in part.moves for x, y in points
    ]
    # the lengths of dashes are in widths of the line here
    width = part.width or 1.0
    dashes = (0.0, [length / width for length in part.dashes]) if part.dashes else "solid"
    return PathPatch(
        Path(points, codes),
        facecolor=part.fill,
        edgecolor=part.stroke,
        linewidth=part.width if part.stroke != "none" else 0.0,
        linestyle=dashes,
        capstyle="butt",
        joinstyle="miter",
        zorder=order,
    )
