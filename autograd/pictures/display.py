"""How pictures and tables show themselves in notebooks: as HTML that fits its cell."""

import base64
import html


def image(svg: str, alt: str) -> str:
    """Return an SVG as an HTML image that is never wider than what it stands in.

    Shown as SVG, JupyterLab and exported notebooks would give it its natural width and cut it; as an image it
    fits, has an alternative text, and appears in notebooks that are not trusted, too.

    Args:
        svg: the picture.
        alt: what a reader who cannot see it is told.
    """
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img alt="{html.escape(alt)}" style="max-width:100%;height:auto" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
