"""What tests of TikZ share: TeX takes milliseconds for each node, so the same is typeset once."""

import re

_STYLE = re.compile(r"  ([^/]+)/\.style=\{(.*)\}")
_PART = re.compile(r"\\(?:node|path)\[([^],]+)(, line width.*|\].*)")


def without_repetitions(text: str, seen: set[str]) -> str:
    """Return TikZ without the nodes and paths that differ from one before in numbers alone.

    What is new stays: a style, a word, a sign, another number of points. The size of a picture stays, too.

    Args:
        seen: the kinds of those before, which grows.
    """
    styles: dict[str, str] = {}
    kept = []
    for line in text.splitlines():
        if style := _STYLE.match(line):
            styles[style[1]] = style[2]
        part = _PART.match(line)
        if part and part[1] in styles:
            kind = f"{styles[part[1]]} {re.sub(r'-?[0-9][0-9.]*', '0', part[2])}"
            if kind in seen:
                continue
            seen.add(kind)
        kept.append(line)
    return "\n".join(kept)
