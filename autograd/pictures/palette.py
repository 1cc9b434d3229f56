"""Colours and dashes: what a sign, a leaf or a faded part looks like, in light and dark."""

import math
import re
from typing import Literal, get_args

Theme = Literal["auto", "light", "dark"]

# Each colour by its part: in light, in dark. DOT is written with the light ones.
PALETTE = {
    "card": ("#ffffff", "#14181f"),
    "ink": ("#1a2130", "#e8ebf1"),
    "muted": ("#59626f", "#a3acb9"),
    "unit": ("#f5f6fb", "#222936"),
    "plus": ("#0067a5", "#6cbcf0"),
    "plus fill": ("#e3f0fa", "#10304a"),
    "minus": ("#b84a00", "#ff9d57"),
    "minus fill": ("#fdebdf", "#45240d"),
    "zero": ("#5f6876", "#9aa4b2"),
    "zero fill": ("#f0f1f4", "#2a313d"),
    "odd": ("#7b3294", "#d7a6ea"),
    "odd fill": ("#f4e9f8", "#3a2145"),
    "halo": ("#f7dc94", "#6b5412"),
    "leaf": ("#7d6000", "#e6c34a"),
    "leaf fill": ("#fdf2cf", "#3b3010"),
    "input": ("#006b58", "#5fd0b8"),
    "input fill": ("#def3ee", "#0d3a32"),
    "root": ("#5b3f9c", "#bda7f5"),
    "root fill": ("#e6e0f5", "#2c2347"),
}
FADES = (1.0, 0.8, 0.65, 0.5, 0.3, 0.2)  # how much of a colour is left; the rest is the card


def _mix(colour: str, card: str, share: float) -> str:
    parts = zip(bytes.fromhex(colour[1:]), bytes.fromhex(card[1:]))
    return "#" + bytes(round(share * c + (1.0 - share) * p) for c, p in parts).hex()


def colour(part: str, fade: float = 1.0, dark: bool = False) -> str:
    """Return the six-digit colour of a part of the PALETTE, of which one of the FADES is left."""
    return _mix(PALETTE[part][dark], PALETTE["card"][dark], fade)


# what is light, by part and fade, in dark
DARK = {colour(p, fade): colour(p, fade, dark=True) for fade in reversed(FADES) for p in PALETTE}
# quotes in a label are escaped in DOT, so that no label can look like an attribute
_COLOUR = re.compile(r'\b(bgcolor|color|fillcolor|fontcolor)="(#[0-9a-f]{6})"')


def expect_theme(theme: Theme) -> None:
    """Raise a ValueError unless there is such a theme."""
    if theme not in get_args(Theme):
        raise ValueError(f'a theme is "auto", "light" or "dark"; got {theme!r}')


def painted(source: str, dark: bool = False, transparent: bool = False) -> str:
    """Return DOT text, which is written in the light colours, for another theme or without its ground."""

    def paint(attribute: re.Match[str]) -> str:
        name, given = attribute.groups()
        if transparent and name in ("bgcolor", "fillcolor") and given == colour("card"):
            return f'{name}="transparent"'
        return f'{name}="{DARK.get(given, given) if dark else given}"'

    return _COLOUR.sub(paint, source) if dark or transparent else source


DASHES = {"plus": "solid", "minus": "dashed", "zero": "solid", "odd": "dotted"}


def sign_part(x: float) -> str:
    """Return the part in which a credit is drawn, by its sign; nan and ∞ have their own."""
    if not math.isfinite(x):
        return "odd"
    return "plus" if x > 0 else "minus" if x < 0 else "zero"
