"""What surrounds Graphviz's SVG: both themes, a title and a description, ids of its own."""

import hashlib
import math
import re
from xml.etree import ElementTree

from autograd.pictures.compact_svg import SVG, compact
from autograd.pictures.palette import DARK

_XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FONT = '"DejaVu Sans", Verdana, "Segoe UI", sans-serif'

SMALLEST = 0.55  # what share of its width a picture shrinks to on a screen: smaller cannot be read, so it scrolls
PAGE = 850.0  # pixels: how wide the cell of a notebook is, or a page
_TEXT_SIZE = re.compile(r'<text [^>]*?font-size="([\d.]+)"')
_BOX = re.compile(r'viewBox="\S+ \S+ (\S+) ')


def text_height(svg: str, room: float = PAGE) -> float:
    """Return how high the smallest text of a picture is in pixels, in a page that has so much room for it."""
    sizes = [float(size) for size in _TEXT_SIZE.findall(svg)]
    width = float(_BOX.findall(svg)[0])
    return min(sizes, default=math.inf) * min(1.0, room / width)


def digest(text: str) -> str:
    """Return a short name for a text, the same in every process."""
    return "g" + hashlib.sha256(text.encode()).hexdigest()[:8]


def finish(svg: bytes, title: str, desc: str, prefix: str, themed: bool = True) -> str:
    """Return what the engine drew as an SVG that is described and can share a page; themed, it is dark where the reader's system is.

    Raises:
        ValueError: if that is not an SVG with a size.
    """
    root, (width, height) = _parsed(svg)
    for element in list(root.iter()):
        _adapt(element)
    compact(root)
    used = {element.get(key, "") for element in root.iter() for key in ("fill", "stroke")}
    dark = "".join(
        f"#{prefix} [fill='{c}']{{fill:{DARK[c]}}}#{prefix} [stroke='{c}']{{stroke:{DARK[c]}}}"
        for c in sorted(used & DARK.keys())
    )
    style = ElementTree.Element(f"{SVG}style")
    # in a style attribute, these would keep CairoSVG and svglib from drawing anything
    fits = f"max-width:100%;height:auto;min-width:{SMALLEST * width:.0f}px"
    # what nobody sees, but a mouse finds
    hover = f"#{prefix} .hover{{pointer-events:stroke}}" if b'class="edge hover ' in svg else ""
    themes = f"@media (prefers-color-scheme:dark){{{dark}}}" if themed else ""
    style.text = f"@media screen{{#{prefix}{{{fits}}}}}{hover}{themes}"
    said = []
    for tag, text in (("title", title), ("desc", desc)):
        said.append(ElementTree.Element(f"{SVG}{tag}", id=f"{prefix}-{tag}"))
        said[-1].text = text
    root[:0] = [*said, style]
    root.attrib |= {"id": prefix, "width": f"{width:.0f}", "height": f"{height:.0f}", "role": "img"}
    root.attrib["aria-labelledby"] = f"{prefix}-title {prefix}-desc"
    root.attrib["font-family"] = FONT.replace('"', "'")
    ElementTree.register_namespace("", SVG[1:-1])
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def size(svg: bytes) -> tuple[float, float]:
    """Return how wide and how high an SVG is."""
    return _parsed(svg)[1]


def _parsed(svg: bytes) -> tuple[ElementTree.Element, tuple[float, float]]:
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"no SVG: {error}") from None
    given = root.get("viewBox", "")
    try:
        _, _, width, height = map(float, given.split())
    except ValueError:
        width = height = math.nan
    if not (0.0 < width < math.inf and 0.0 < height < math.inf):
        raise ValueError(f"an SVG without a size: its viewBox is {given[:60]!r}")
    return root, (width, height)


def _adapt(element: ElementTree.Element) -> None:
    """Take from an element what the engine made up, and keep what the picture asked for."""
    element.attrib.pop("id", None)  # parts are known by their classes; only the picture has an id
    element.attrib.pop("font-family", None)
    element.attrib.pop(_SPACE, None)
    classes = element.get("class", "").removeprefix("edge").removeprefix("node").strip()
    if classes:
        element.set("class", classes)
    else:
        element.attrib.pop("class", None)
    if element.get("stroke-dasharray") == "5,2":  # thick dashes are to be dashes, too
        width = max(1.5, float(element.get("stroke-width", "1")))
        element.set("stroke-dasharray", f"{4 + 1.2 * width:.1f},{2.5 + 0.6 * width:.1f}")
    for child in list(element):
        if child.tag == f"{SVG}title":
            element.remove(child)
    # a tooltip comes as a link that leads nowhere; a title in its place is a tooltip, too
    for group in list(element):
        links = group.findall(f"{SVG}a")
        if group.tag == f"{SVG}g" and len(links) == 1:
            (link,) = links
            told = ElementTree.Element(f"{SVG}title")
            told.text = link.get(_XLINK_TITLE)
            place = list(element).index(group)
            element[place : place + 1] = [told, *link]
