"""How numbers and names are written in pictures, tables and explanations."""

import math

from autograd.indices import DIGITS, LOWERED, RAISED, on_the_line, subscript, superscript
from autograd.tables import Table, table

__all__ = [
    "DIGITS", "LOWERED", "RAISED", "Table", "bracketed", "factor", "one_line", "on_the_line", "shown", "significant",
    "subscript", "superscript", "table",
]  # fmt: skip


class Spelled(float):
    """A number that says itself how it is written: in a page, say, in which it will change."""

    def spelled(self, how: str) -> str:
        """Return it in a format: how many digits, s if these are significant, + for a sign, ( for brackets."""
        raise NotImplementedError


def one_line(text: str) -> str:
    """Return a text as it is, but what cannot be printed as Python writes it.

    >>> one_line("two\\nlines of δ")
    'two\\\\nlines of δ'
    """
    return text if text.isprintable() else repr(text)[1:-1]


def shown(x: float, digits: int = 2, sign: bool = False) -> str:
    """Return a number as readers of mathematics expect it.

    Args:
        x: the number.
        digits: how many digits after the point.
        sign: whether a positive number carries its sign too, as credit does.

    Returns:
        Text with a true minus sign; 0 has none. Numbers too large or too small for so many digits
        are written with an exponent; nan and ∞ by name.

    >>> shown(-0.5), shown(0.07, sign=True), shown(-0.0), shown(1.5e-9), shown(float("-inf"))
    ('−0.50', '+0.07', '0.00', '1.5e−9', '−∞')
    """
    if isinstance(x, Spelled):
        return x.spelled(f"{digits}{'+' * sign}")
    if math.isnan(x):
        return "nan"
    mark = "−" if x < 0 else "+" if sign and x > 0 else ""
    size = abs(x)
    if math.isinf(x):
        return f"{mark}∞"
    if size >= 1e6 or 0.0 < size < 0.5 * 10.0**-digits:
        mantissa, exponent = f"{size:.{max(1, digits - 1)}e}".split("e")
        return f"{mark}{mantissa}e{int(exponent)}".replace("-", "−")
    return f"{mark}{size:.{digits}f}"


def significant(x: float, digits: int = 4, sign: bool = False) -> str:
    """Return a number with as many digits as count, whatever its size.

    Args:
        x: the number.
        digits: how many digits are shown.
        sign: whether a positive number carries its sign too, as credit does.

    >>> significant(-4.0), significant(138.83382), significant(0.0123456, sign=True), significant(1e-9)
    ('−4.000', '138.8', '+0.01235', '1.000e−9')
    """
    if isinstance(x, Spelled):
        return x.spelled(f"{digits}s{'+' * sign}")
    if not math.isfinite(x) or x == 0.0:
        return shown(x, digits - 1, sign)
    mark = "−" if x < 0 else "+" if sign else ""
    mantissa, exponent = f"{abs(x):.{digits - 1}e}".split("e")
    if -4 <= int(exponent) < digits:
        return f"{mark}{abs(x):.{digits - 1 - int(exponent)}f}"
    if digits <= int(exponent) < 6:
        return f"{mark}{float(f'{mantissa}e{exponent}'):.0f}"
    return f"{mark}{mantissa}e{int(exponent)}".replace("-", "−")


def bracketed(text: str) -> str:
    """Return a number's text as a factor of a product: in brackets if it is negative.

    >>> bracketed("0.50"), bracketed("−0.50")
    ('0.50', '(−0.50)')
    """
    return f"({text})" if text.startswith("−") else text


def factor(x: float, short: bool = False) -> str:
    """Return a number of four digits as a factor of a product: in brackets if it is negative.

    Args:
        x: the number.
        short: whether two digits after the point are enough where the others are 0.

    >>> factor(-0.5), factor(0.5, short=True)
    ('(−0.5000)', '0.50')
    """
    if isinstance(x, Spelled):
        return x.spelled("4(")
    text = shown(x, 4)
    if short and "e" not in text:
        text = text.removesuffix("00")
    return bracketed(text)
