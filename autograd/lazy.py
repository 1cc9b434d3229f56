"""Names that a package hands on and loads only when they are first asked for."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from autograd.elsewhere import unknown


def loader(
    package: str, homes: Mapping[str, str], elsewhere: Callable[[], dict[str, list[str]]] = dict
) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package, given by name the module where it lives, or the module that it is.

    Args:
        package: its name.
        homes: where each name lives.
        elsewhere: gives what other libraries have instead, by the hint; see `autograd.elsewhere`.

    >>> loader("autograd", {"trace": "autograd.program"})("trace").__name__
    'trace'
    """

    def load(name: str) -> Any:
        if name not in homes:
            here = sys.modules[package]  # of whose names Python suggests one
            raise unknown(f"module {package!r}", name, here, elsewhere())
        module = importlib.import_module(homes[name])
        found = module if homes[name].endswith(f".{name}") else getattr(module, name)
        setattr(sys.modules[package], name, found)
        return found

    return load
