"""Text in pictures: any label is shown as typed, and takes about as much room as we say."""

import unicodedata

import graphviz

from autograd.notation import DIGITS, RAISED

JOINERS = "\u200c\u200d"  # of letters and of emoji: part of a label as typed
SIZE = 14.0  # of ordinary text, in points
_NARROW = frozenset(DIGITS + RAISED[:10] + "₋ᵢⱼ⁽⁾ ·.,:|│()il")
_WIDE = frozenset("⇝→=+−×∝∞ŷ<>mwMW…")


def clean(text: str, limit: int = 60) -> str:
    """Return a text without control characters, on one line and cut off at a limit.

    >>> clean("two\\nlines\\x00"), clean("abcdef", 4)
    ('two lines', 'abc…')
    """
    kept = "".join(
        " " if c.isspace() else c
        for c in text[: 4 * limit]
        if c.isprintable() or c.isspace() or c in JOINERS
    )
    if len(kept) <= limit and len(text) <= 4 * limit:
        return kept
    return kept[: limit - 1].rstrip(JOINERS) + "…"


def escaped(text: str, limit: int = 60) -> str:
    """Return a text as a DOT label that is shown as typed, after `clean`.

    Graphviz reads escapes such as \\\\N and entities such as &lt; in labels; neither is meant here.
    """
    label: str = graphviz.escape(clean(text, limit).replace("&", "&amp;"))
    return label


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Return about how wide a text is in points, in the widest of the fonts that may be used."""
    return size * (1.12 if bold else 1.0) * sum(map(_advance, text))


def fitting(text: str, room: float, size: float = SIZE, bold: bool = False) -> str:
    """Return as much of a text as has room in so many points.

    >>> fitting("3-3-3-3-3 network", 80.0)
    '3-3-3-3…'
    """
    if text_width(text, size, bold) <= room:
        return text
    while text and text_width(text + "…", size, bold) > room:
        text = text[:-1]
    return text + "…"


def _advance(c: str) -> float:
    if c in JOINERS or unicodedata.combining(c):
        return 0.0
    if c in _NARROW:
        return 0.38
    if c in _WIDE:
        return 0.84
    return 0.63 if ord(c) < 0x2E80 else 1.05
