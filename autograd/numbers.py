"""What counts as a number, and the answer to what does not."""

from decimal import Decimal
from numbers import Real
from typing import Any

REFUSED = (str, bytes, complex, list, tuple, dict, set, type(None))


def is_number(x: Any) -> bool:
    """Tell whether x is an int, float, bool, Fraction, Decimal or NumPy real scalar."""
    if isinstance(x, (float, int, Real, Decimal)):
        return type(x).__name__ != "timedelta64"  # NumPy calls it an integer, but it has a unit
    # NumPy's bool is a scalar, but registered with none of the abstract numbers
    return type(x).__module__ == "numpy" and type(x).__name__ in ("bool", "bool_")


def is_array(x: Any) -> bool:
    """Tell whether x is an array; a NumPy scalar is a number."""
    return hasattr(x, "__array_namespace__") and not is_number(x)


def as_float(x: Any) -> float:
    """Return x as a float.

    Args:
        x: an int, float, bool, Fraction, Decimal or NumPy real scalar.

    Raises:
        TypeError: for anything else.
        OverflowError: if x is too large for a float.
    """
    if type(x) is float:
        return x
    if type(x) is int or is_number(x):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(
                f"this {type(x).__name__} is too large for a float (the largest is about 1.8e308)"
            ) from None
    shown = repr(x)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    raise TypeError(
        f"a Value holds one real number, but {type(x).__name__} was given: {shown}. " + _remedy(x)
    )


def coerced(x: Any) -> Any:
    """Return an operand that is neither a Value nor a float as a float."""
    if type(x) is int or is_number(x) or isinstance(x, REFUSED):
        return as_float(x)
    return NotImplemented  # an array, say: its own operator works element by element


def comparable(x: Any) -> Any:
    """Return the number to compare with, or None if x is not a number."""
    if isinstance(x, Decimal):
        return float(x)  # a Decimal nan raises when compared
    return x if is_number(x) else None


def clip_bounds(low: Any, high: Any) -> tuple[float, float]:
    """Return the bounds of clip as floats.

    Raises:
        TypeError: if a bound is not a plain number; maximum and minimum differentiate by both sides.
        ValueError: if low is above high.
    """
    if hasattr(low, "__primitive__") or hasattr(high, "__primitive__"):
        raise TypeError("clip's bounds are plain numbers; use maximum and minimum for Values")
    low, high = as_float(low), as_float(high)
    if not low <= high:
        raise ValueError(
            f"clip needs low <= high, but low = {low!r} and high = {high!r} were given"
        )
    return low, high


def _remedy(x: Any) -> str:
    """Return what to do instead of giving x."""
    if hasattr(x, "__primitive__"):
        return "It is a Value already; use it as it is, or x.data for its number."
    if isinstance(x, (str, bytes)):
        return "Convert text first: Value(float(text))."
    if isinstance(x, complex):
        return "Complex numbers are not differentiated here; use real and imaginary parts."
    if x is None:
        return "Did a function forget to return its result?"
    if type(x).__name__ == "timedelta64":
        return "It has a unit; divide by one: x / np.timedelta64(1, 's')."
    if hasattr(x, "item") and getattr(x, "shape", None) == ():
        return "For the single number in it write x.item()."
    if hasattr(x, "tolist"):
        return "Pass x.tolist(), or make a Value of each element: [Value(v) for v in x]."
    if hasattr(x, "__len__"):
        return "Make a Value of each element: [Value(x) for x in numbers]."
    return "Give an int, float, bool, Fraction, Decimal or NumPy real scalar."
