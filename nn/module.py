"""Module: what a network of one's own inherits to find its parameters by name, as in PyTorch."""

from collections.abc import Iterator, Mapping
from typing import Any

from autograd import Value


class Module:
    """A network of one's own: give it Values, layers or other modules as attributes, and a `__call__`.

    Every Value that is an attribute, alone or in lists and dicts, is a parameter; so are those of the layers, the
    networks and the modules among the attributes.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.w, self.b = [Value(2.0), Value(-1.0)], Value(0.5)
    ...     def __call__(self, x):
    ...         return self.w[0] * x[0] + self.w[1] * x[1] + self.b
    >>> [name for name, _ in Line().named_parameters()]
    ['w.0', 'w.1', 'b']
    """

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield (name, parameter), each parameter once: `cell.Wh.0.1` is an element of a list of lists in `cell`."""
        seen: set[int] = set()
        for name, p in _found("", vars(self)):
            if id(p) not in seen:
                seen.add(id(p))
                yield name, p

    def parameters(self) -> list[Value]:
        """Return the parameters, in the order of `named_parameters`."""
        return [p for _, p in self.named_parameters()]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.parameters())} parameters>"

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0: gradients accumulate until then."""
        for p in self.parameters():
            p.grad = 0.0


def _found(name: str, item: Any) -> Iterator[tuple[str, Value]]:
    """Yield the parameters in something that may hold some."""
    prefix = f"{name}." if name else ""
    if isinstance(item, Value):
        if not item.op:
            yield name, item
    elif isinstance(item, Mapping):
        for key, part in item.items():
            yield from _found(f"{prefix}{key}", part)
    elif isinstance(item, (list, tuple)):
        for k, part in enumerate(item):
            yield from _found(f"{prefix}{k}", part)
    elif hasattr(item, "named_parameters"):
        for inner, p in item.named_parameters():
            yield f"{prefix}{inner}", p
    elif hasattr(item, "parameters"):
        yield from _found(name, item.parameters())
