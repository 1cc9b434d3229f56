"""Intervals: what a number that was rounded when it was written down may have been."""

import math
from collections.abc import Callable, Iterable
from itertools import product

import autograd as ag
from autograd import Value
from autograd.graph.reverse import gradients
from nn.activations import ACTIVATIONS, Activation, activation_name
from nn.losses import Loss


class Interval:
    """All numbers from lo to hi; sums and products are those of any numbers in them."""

    __slots__ = ("hi", "lo")

    def __init__(self, lo: float, hi: float) -> None:
        self.lo = lo
        self.hi = hi

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.lo + other.lo, self.hi + other.hi)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.lo - other.hi, self.hi - other.lo)

    def __rsub__(self, x: float) -> "Interval":
        return Interval(x - self.hi, x - self.lo)

    def __mul__(self, other: "Interval") -> "Interval":
        a, b, c, d = self.lo * other.lo, self.lo * other.hi, self.hi * other.lo, self.hi * other.hi
        return Interval(min(a, b, c, d), max(a, b, c, d))

    def __neg__(self) -> "Interval":
        return Interval(-self.hi, -self.lo)

    def times(self, factor: float) -> "Interval":
        """Return it times a plain number."""
        a, b = self.lo * factor, self.hi * factor
        return Interval(a, b) if a <= b else Interval(b, a)

    def wider(self, by: float) -> "Interval":
        """Return it with so much more at both ends."""
        return Interval(self.lo - by, self.hi + by)

    @property
    def middle(self) -> float:
        """The number in its middle."""
        return (self.lo + self.hi) / 2

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.lo == self.hi

    def gap(self, other: "Interval") -> float:
        """Return how far apart the two are; 0 if they meet."""
        return max(self.lo - other.hi, other.lo - self.hi, 0.0)

    def meets(self, other: "Interval") -> bool:
        """Tell whether the two have a number in common, but for the last bits."""
        gap = self.gap(other)
        # nan meets nothing
        return gap <= 1e-12 + 1e-10 * min(abs(self.lo), abs(other.lo)) and gap == gap

    def __repr__(self) -> str:
        return f"[{self.lo:g}, {self.hi:g}]"


def at(x: float) -> Interval:
    """Return the interval of one number."""
    return Interval(x, x)


def hull(numbers: Iterable[float]) -> Interval:
    """Return the smallest interval that holds some numbers."""
    found = list(numbers)
    return Interval(min(found), max(found))


def mapped(f: Callable[[float], float], x: Interval) -> Interval:
    """Return what a smooth function makes of an interval, from its ends, its middle, and 0 if that is inside."""
    if x.exact:
        return at(f(x.lo))
    probes = [x.lo, x.middle, x.hi, *([0.0] if x.lo < 0.0 < x.hi else [])]
    return hull([f(p) for p in probes])


SLOPES_FROM_Z: dict[str, Callable[[float], float]] = {
    "tanh": lambda z: 1.0 - z * z,
    "sigmoid": lambda z: z * (1.0 - z),
    "relu": lambda z: float(z > 0.0),
    "linear": lambda z: 1.0,
    "leaky_relu": lambda z: 1.0 if z > 0.0 else 0.01,
    "elu": lambda z: 1.0 if z > 0.0 else z + 1.0,
}


def output(f: Activation, a: Interval) -> Interval:
    """Return the output of a unit, given its pre-activation."""
    return mapped(_on_floats(f), a)


def slope(f: Activation, a: Interval) -> Interval:
    """Return the slope f′ of an activation."""
    from_z, on_floats = SLOPES_FROM_Z.get(activation_name(f)), _on_floats(f)
    if from_z is not None:
        return mapped(lambda p: from_z(on_floats(p)), a)

    def prime(p: float) -> float:
        probe = Value(p)
        return gradients(f(probe)).get(id(probe), 0.0)

    return mapped(prime, a)


def _on_floats(f: Activation) -> Callable[[float], float]:
    known = getattr(ag, activation_name(f), None) if f in ACTIVATIONS.values() else None
    return known or (lambda p: f(Value(p)).data)


def loss_of(
    loss: Loss, outputs: list[Interval], y: object, targets: list[float | None]
) -> tuple[Interval, list[Interval]]:
    """Return the loss and its derivative by each output.

    Args:
        loss: the function of outputs and target.
        outputs: the outputs.
        y: the target as the loss takes it.
        targets: the target of each output, where it is one number.
    """
    ends = [
        [z.lo] if z.exact else [z.lo, z.hi, *([t] if t is not None and z.lo < t < z.hi else [])]
        for z, t in zip(outputs, targets)
    ]
    middle = [z.middle for z in outputs]
    if math.prod(map(len, ends)) > 81:  # too many corners: the ends of one at a time
        points: list[list[float]] = [middle] + [
            [*middle[:k], end, *middle[k + 1 :]] for k, z in enumerate(ends) for end in z
        ]
    else:
        points = [list(point) for point in product(*ends)]
    values, slopes = [], []
    for point in points:
        probes = [Value(x) for x in point]
        value = loss(probes[0] if len(probes) == 1 else probes, y)
        upstream = gradients(value)
        values.append(value.data)
        slopes.append([upstream.get(id(p), 0.0) for p in probes])
    return hull(values), [hull(column) for column in zip(*slopes)]
