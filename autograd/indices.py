"""Digits and letters of indices: lowered, raised, and on the line."""

DIGITS = "₀₁₂₃₄₅₆₇₈₉"  # those of an index
LOWERED, RAISED = f"{DIGITS}₋‚ᵢⱼₖ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵀ"
_ON_THE_LINE = str.maketrans(LOWERED + RAISED, "0123456789-,ijk0123456789-+()T")
_LOWERED = str.maketrans("0123456789-", LOWERED[:11])
_RAISED = str.maketrans("0123456789", RAISED[:10])


def subscript(n: int) -> str:
    """Return an integer in subscript digits.

    >>> subscript(12)
    '₁₂'
    """
    return str(n).translate(_LOWERED)


def superscript(n: int) -> str:
    """Return an integer that is not negative in superscript digits.

    >>> superscript(12)
    '¹²'
    """
    return str(n).translate(_RAISED)


def on_the_line(text: str) -> str:
    """Return a text with what is lowered or raised on the line.

    >>> on_the_line("w⁽¹⁾₂₁")
    'w(1)21'
    """
    return text.translate(_ON_THE_LINE)
