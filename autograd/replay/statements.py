"""Symbols written out as Python: names, statements, helper functions."""

import builtins
import keyword
import math
from collections.abc import Iterable, Iterator
from typing import Any
from unicodedata import normalize

from autograd.primitives import TABLE
from autograd.replay.symbols import HELPERS, Sheet, Symbol

# How tightly an operator binds, as in Python's grammar; names, numbers and calls are 9.
_BINDING = {"if": 0, "|": 1, "&": 2, "~": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4}
_BINDING |= {"+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "**": 8}
_WORDS = {"|": "or", "&": "and"}
_INLINE = 12  # operations in a statement: Python's parser has a limit, and so have readers


class Namer:
    """Gives out variable names: the wished-for one where it is safe and free, else a number."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        words = (*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *dir(math))
        self._taken = {*words, *TABLE, *reserved}
        self._counts: dict[str, int] = {}

    def name(self, wish: str, stem: str) -> str:
        # Python itself reads a name in its normal form: two spellings could be one variable
        if not wish.isidentifier() or wish[0] == "_" or wish != normalize("NFKC", wish):
            wish = ""
        if not wish or wish in self._taken:
            count = self._counts.get(stem, 0) + 1
            while f"{stem}{count}" in self._taken:
                count += 1
            self._counts[stem] = count
            wish = f"{stem}{count}"
        self._taken.add(wish)
        return wish


class Writer:
    """Writes the statements that compute symbols, each operand before its use.

    Args:
        namer: gives the names of the variables.
        uses: every symbol that will be written; what is used more than once gets a variable.
    """

    def __init__(self, namer: Namer, uses: Iterable[Any]) -> None:
        self.namer = namer
        self.calls: set[str] = set()  # the functions and constants that the text mentions
        self._uses = _count_uses(uses)
        self._names: dict[int, str] = {}
        self._texts: dict[int, tuple[str, int, int]] = {}  # text, binding, number of operations

    def statements(self, wanted: Any) -> Iterator[str]:
        """Yield the assignments that `text(wanted)` needs and that were not yet written."""
        for symbol in below(wanted, self._names, self._texts):
            text, binding, size = self._spell(symbol)
            simple = symbol.op == "neg"
            if (self._uses[symbol.index] > 1 and not simple) or symbol.name or size > _INLINE:
                of = "" if symbol.of is None else self._names.get(symbol.of.index)
                wish = symbol.name or (f"d_{of}" if of else "")
                name = self.namer.name(wish, "v" if symbol.of is None else "d")
                self._names[symbol.index] = name
                yield f"{name} = {text}"
            else:
                self._texts[symbol.index] = text, binding, size

    def text(self, x: Any) -> str:
        """Return the expression for a symbol, a constant, or a nested structure of them."""
        return self._operand(x)[0]

    def _operand(self, x: Any) -> tuple[str, int, int]:
        if type(x) is not Symbol:
            text = repr(x)
            if text.lstrip("-") in ("inf", "nan"):
                self.calls.add(text.lstrip("-"))
            return text, 7 if text.startswith("-") else 9, 0
        name = x.name if x.op == "variable" else self._names.get(x.index)
        return (name, 9, 0) if name else self._texts[x.index]

    def _spell(self, symbol: Symbol) -> tuple[str, int, int]:
        op, parts = symbol.op, [self._operand(x) for x in symbol.args]
        size = 1 + sum(part[2] for part in parts)
        binding = _BINDING.get(op, 9)
        if op not in _BINDING:
            self.calls.add(op)
            return f"{op}({', '.join(part[0] for part in parts)})", 9, size

        def wrapped(i: int, tight: int) -> str:
            text, loose, _ = parts[i]
            return text if loose >= tight else f"({text})"

        if op == "if":
            text = f"{wrapped(1, 1)} if {wrapped(0, 1)} else {wrapped(2, 0)}"
        elif op == "neg":
            text = f"-{wrapped(0, 7)}"
        elif op == "~":
            text = f"not {wrapped(0, 3)}"
        elif op == "**":
            text = f"{wrapped(0, 9)} ** {wrapped(1, 8)}"
        else:
            left = binding + 1 if binding == 4 else binding  # a < b < c would be a chain
            text = f"{wrapped(0, left)} {_WORDS.get(op, op)} {wrapped(1, binding + 1)}"
        return text, binding, size


def _symbols_in(x: Any) -> Iterator[Symbol]:
    if type(x) is Symbol:
        yield x
    elif isinstance(x, (list, tuple)):
        for item in x:
            yield from _symbols_in(item)


def below(wanted: Any, *done: dict[int, Any]) -> list[Symbol]:
    """Return the wanted symbols and those below them, operands first, except variables and the done."""
    found: dict[int, Symbol] = {}
    stack = list(_symbols_in(wanted))
    while stack:
        symbol = stack.pop()
        known = symbol.index in found or any(symbol.index in names for names in done)
        if symbol.op != "variable" and not known:
            found[symbol.index] = symbol
            stack += [x for x in symbol.args if type(x) is Symbol]
    return [found[index] for index in sorted(found)]


def _count_uses(wanted: Iterable[Any]) -> dict[int, int]:
    uses: dict[int, int] = {}
    roots = list(_symbols_in(list(wanted)))
    for symbol in below(roots):
        for x in symbol.args:
            if type(x) is Symbol:
                uses[x.index] = uses.get(x.index, 0) + 1
    for symbol in roots:
        uses[symbol.index] = uses.get(symbol.index, 0) + 1
    return uses


def helpers(calls: set[str]) -> dict[str, str]:
    """Return a definition for each function among the calls that `math` does not have.

    What the definitions call in their turn is added to the calls.
    """
    definitions: dict[str, str] = {}
    while missing := sorted((calls & HELPERS) - set(definitions)):
        for name in missing:
            row, sheet = TABLE[name], Sheet()
            code = row.forward.__code__
            parameters = code.co_varnames[: code.co_argcount]
            result = row.forward(*map(sheet.variable, parameters))
            writer = Writer(Namer(parameters), [result])
            lines = [*writer.statements(result), f"return {writer.text(result)}"]
            calls |= writer.calls
            head = f"def {name}({', '.join(parameters)}):\n"
            definitions[name] = head + "\n".join(f"    {line}" for line in lines)
    return definitions
