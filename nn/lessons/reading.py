"""Reading a working: from text to the numbers of an example, each as it was written."""

import re
from decimal import Decimal, InvalidOperation

from nn.credit.credit import Credit
from nn.lessons.answers import numbers_in
from nn.lessons.names import called, canonical
from nn.lessons.quantities import Quantity, Reading, Unread, Written, right_numbers


def read(text: str, credit: Credit, notation: str | None = None) -> Reading:
    """Return the numbers of an example that stand in somebody's working.

    Args:
        text: the working.
        credit: the example that it is about: what the teacher gave.
        notation: in the letters of which book it is written; without it that is recognised.
    """
    known = {called(q, credit): q for q in right_numbers(credit, 0.0)}
    numbers: dict[Quantity, Written] = {}
    unread: list[Unread] = []
    for name, number in numbers_in(text).items():
        try:
            quantity, written = known[canonical(name, credit)], as_written(number, name)
        except ValueError as error:
            unread.append(Unread(f"{name} = {number}", 0, str(error)))
            continue
        if quantity in numbers:
            unread.append(Unread(f"{name} = {number}", 0, f"{numbers[quantity].name} is it, too"))
        numbers.setdefault(quantity, written)
    return Reading(numbers, tuple(unread), notation=notation or "slides", told=notation is not None)


def as_written(text: str, name: str = "", line: int = 0) -> Written:
    """Return a number with what its last digit is worth.

    Raises:
        ValueError: if it is no number.

    >>> as_written("-0,5400").value, as_written("-0,5400").unit, as_written("13.63 %").unit
    (-0.54, 0.0001, 0.0001)
    """
    plain = re.sub(r"[\s*`$]", "", text).replace("−", "-")
    if "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.removesuffix("%")).scaleb(-2 if plain.endswith("%") else 0)
    except InvalidOperation:
        raise ValueError(f"{text.strip()!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text.strip()!r} is no number")
    _, digits, exponent = number.as_tuple()
    unit = float(Decimal(1).scaleb(int(exponent)))
    significant = len("".join(map(str, digits)).lstrip("0"))
    return Written(text.strip(), float(number), unit, significant, name, line)
