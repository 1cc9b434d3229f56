"""How pictures and tables show themselves in notebooks: as HTML that fits its cell."""

import base64
import hashlib
import html
import importlib
import sys
from collections.abc import Callable

_paper = False


def image(picture: str | bytes, alt: str) -> str:
    """Return an SVG, or a PNG, as an HTML image that is never wider than what it stands in.

    Shown as SVG, JupyterLab and exported notebooks would give it its natural width and cut it; as an image it
    fits, has an alternative text, and appears in notebooks that are not trusted, too.
    """
    kind, content = ("svg+xml", picture.encode()) if isinstance(picture, str) else ("png", picture)
    data = base64.b64encode(content).decode()
    return (
        f'<img alt="{html.escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/{kind};base64,{data}">'
    )


def for_paper(on: bool = True) -> None:
    """Let pictures and players show themselves as LaTeX, too, for exports of notebooks by LaTeX; in pages nothing changes.

    Such an export takes one form of each output; it turns SVG into PDF by Inkscape, and fails where that is missing. So
    the SVG is left out then. A picture's LaTeX is about as large as its SVG.

    Args:
        on: whether what is shown from now on is for paper.

    >>> for_paper()
    >>> is_for_paper()
    True
    >>> for_paper(False)
    """
    global _paper
    _paper = on


def is_for_paper() -> bool:
    """Return whether what is shown is for paper, too."""
    return _paper


def show(thing: object, content: Callable[[], str], name: str, suffix: str = ".html") -> None:
    """Show something that shows itself in notebooks: there below the cell, elsewhere in a browser.

    For the browser its content is written into the temporary folder, to a file whose name begins and ends as said.

    Raises:
        RuntimeError: if there is no browser; it says where the file is.
    """
    import tempfile
    import webbrowser
    from pathlib import Path

    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is not None:
        importlib.import_module("IPython.display").display(thing)
        return
    text = content()
    handle, path = tempfile.mkstemp(suffix=suffix, prefix=f"{name}-")
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if not webbrowser.open(Path(path).as_uri()):
        raise RuntimeError(f"there is no browser to show it in; it is in {path}")


def framed(page: str, picture: str, story: str, title: str, height: int = 860) -> str:
    """Return a page in a frame of its own; on paper a picture, as HTML, and the story in words stand in its place."""
    mark = f"f{hashlib.sha256(page.encode()).hexdigest()[:8]}"
    return (
        f"<style>.{mark}-paper{{display:none}}"
        f"@media print{{.{mark}-paper{{display:block}}.{mark}-frame{{display:none}}}}</style>"
        f'<iframe class="{mark}-frame" srcdoc="{html.escape(page)}" sandbox="allow-scripts" title="{html.escape(title)}" '
        f'style="width:100%;max-width:1000px;height:{height}px;border:0"></iframe>'
        f'<div class="{mark}-paper">{picture}<pre>{html.escape(story)}</pre></div>'
    )
