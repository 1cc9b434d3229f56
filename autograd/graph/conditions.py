"""Comparisons recorded while tracing, for `where` to decide anew at each replay."""

from typing import Any, final


@final
class Condition:
    """A comparison recorded while tracing, for `where` to decide anew at each replay.

    Attributes:
        symbol: `<`, `<=`, `>`, `>=`, `==`, `!=`, `&`, `|` or `~`.
        operands: the Values, floats, bools or Conditions compared.
        holds: whether it held for the example arguments.
    """

    __slots__ = ("symbol", "operands", "holds")

    def __init__(self, symbol: str, operands: tuple[Any, ...], holds: bool) -> None:
        self.symbol = symbol
        self.operands = operands
        self.holds = holds

    def __and__(self, other: "bool | Condition") -> "Condition":
        return Condition("&", (self, other), self.holds and holds(other))

    def __or__(self, other: "bool | Condition") -> "Condition":
        return Condition("|", (self, other), self.holds or holds(other))

    __rand__ = __and__
    __ror__ = __or__

    def __invert__(self) -> "Condition":
        return Condition("~", (self,), not self.holds)

    def __primitive__(self, row: Any, operands: Any) -> Any:
        compared: Any = self
        while type(compared) is Condition:  # the first operand of a comparison is a Value
            compared = compared.operands[0]
        return compared.__primitive__(row, operands)

    def __eq__(self, other: object) -> bool:
        return bool(self)  # raises: whether two conditions agree is a branch, too

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            "a comparison of traced numbers has no truth value: a Python `if`, `and`, `or`, `not`, `max` or "
            "`min` would freeze the branch taken now into every replay. Use autograd.where(condition, a, b), "
            "maximum, minimum or clip; & | ~ combine conditions."
        )


def holds(condition: "bool | Condition") -> bool:
    return condition.holds if type(condition) is Condition else bool(condition)
