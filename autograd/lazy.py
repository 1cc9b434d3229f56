"""Names that a package hands on and loads only when they are first asked for."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def loader(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package, given by name the module where it lives, or the module that it is.

    >>> loader("autograd", {"trace": "autograd.program"})("trace").__name__
    'trace'
    """

    def load(name: str) -> Any:
        if name not in homes:
            message = f"module {package!r} has no attribute {name!r}"
            here = sys.modules[package]  # of whose names Python suggests one
            raise AttributeError(message, name=name, obj=here)
        module = importlib.import_module(homes[name])
        found = module if homes[name].endswith(f".{name}") else getattr(module, name)
        setattr(sys.modules[package], name, found)
        return found

    return load
