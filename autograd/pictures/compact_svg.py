"""The same SVG in fewer bytes: what Graphviz says at length, said shortly. Nothing looks different."""

import math
import re
from itertools import pairwise
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
_GROUP, _PATH, _TEXT, _TITLE = (SVG + tag for tag in ("g", "path", "text", "title"))
_PARTS = (_PATH, _TEXT, *(SVG + tag for tag in ("polygon", "polyline", "ellipse")))
_PLACES = ("points", "x", "y", "cx", "cy", "rx", "ry")
_MEASURES = (*_PLACES, "stroke-width", "stroke-dasharray", "font-size")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# what most parts say alike, the root says for them
_SHARED = (("fill", "none", _PARTS), ("text-anchor", "middle", (_TEXT,)))


def compact(root: Element) -> None:
    """Shorten a picture in place.

    A tenth of a point is fine enough; a straight curve is a line; curves drawn alike by one edge are one path;
    a group of one part is that part.
    """
    for element in root.iter():
        for key in _MEASURES:
            if key in element.attrib:
                element.set(key, _NUMBER.sub(lambda n: rounded(float(n[0])), element.attrib[key]))
        if element.tag == _PATH:
            element.set("d", _path(element.attrib["d"]))
        if element.tag not in (_TEXT, _TITLE):
            element.text = None
        element.tail = None if element is root or element.tag == _TITLE else "\n"
    for parent in list(root.iter()):
        for group in parent.findall(_GROUP):
            if "transform" not in group.attrib:
                _join(group)
                _unwrap(parent, group)
    for key, value, tags in _SHARED:
        parts = [element for element in root.iter() if element.tag in tags]
        if all(key in part.attrib for part in parts):
            root.set(key, value)
            for part in parts:
                if part.get(key) == value:
                    del part.attrib[key]


def _path(d: str) -> str:
    """Return a path of Graphviz, which knows only curves, with its straight ones as lines."""
    numbers = [float(number) for number in _NUMBER.findall(d)]
    at, *rest = zip(numbers[::2], numbers[1::2])
    said = [f"M{_places(at)}"]
    for p, q, end in zip(*[iter(rest)] * 3):
        length = math.dist(at, end)
        # a point of a straight line makes no detour
        straight = all(math.dist(at, r) + math.dist(r, end) < length + 0.01 for r in (p, q))
        if not straight:
            said.append(f"C{_places(p, q, end)}")
        elif at != end:
            said.append(f"L{_places(end)}")
        at = end
    return "".join(said) if len(said) > 1 else ""


def _places(*points: tuple[float, ...]) -> str:
    text = " ".join(f"{rounded(x)},{rounded(y)}" for x, y in points)
    return text.replace(",-", "-").replace(" -", "-")


def rounded(number: float) -> str:
    """Return a place or a measure with a tenth of a point at most."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _join(group: Element) -> None:
    """Make curves that follow one another and are drawn alike one path."""
    for path in group.findall(_PATH):
        if not path.get("d"):  # the shaft of an arrow that is only a head
            group.remove(path)
    for before, path in reversed(list(pairwise(group))):
        if before.tag == path.tag == _PATH and _look(before) == _look(path):
            before.set("d", before.attrib["d"] + path.attrib["d"])
            group.remove(path)


def _look(path: Element) -> dict[str, str]:
    return {key: value for key, value in path.items() if key != "d"}


def _unwrap(parent: Element, group: Element) -> None:
    """Put the only part of a group, with its classes and its tooltip, in the group's place."""
    told = group.findall(_TITLE)
    parts = [part for part in group if part.tag != _TITLE]
    if not parts:
        parent.remove(group)
    if len(parts) != 1 or (told and parts[0].tag == _TEXT):
        return
    (part,) = parts
    part.attrib = {**group.attrib, **part.attrib}
    part.extend(told)
    parent[list(parent).index(group)] = part
