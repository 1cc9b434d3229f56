"""Small data sets: each function returns (xs, ys), a list of input vectors and a list of targets.

Two classes are −1 and 1, several are 0, 1, 2, …; the same seed gives the same points.
"""

import math
import random
from collections.abc import Sequence
from typing import TypeAlias

from nn.arguments import generator, is_sequence, paired, real, whole
from nn.csv_files import load_csv

Examples: TypeAlias = tuple[list[list[float]], list[float]]
Classes: TypeAlias = tuple[list[list[float]], list[int]]

__all__ = [
    "linear", "xor", "moons", "circles", "spirals", "yin_yang", "load_csv", "line_of_best_fit",
]  # fmt: skip
__dir__ = __all__.copy  # what Tab shows


def linear(
    n: int = 20, slope: float = 2.0, intercept: float = 1.0, noise: float = 0.1, seed: int = 0
) -> Examples:
    """Return points about a line y = intercept + slope·x, with x evenly spaced from −1 to 1.

    Args:
        n: how many.
        slope, intercept: the line.
        noise: the standard deviation of what is added to y.
        seed: of the noise.

    >>> linear(3, noise=0.0)
    ([[-1.0], [0.0], [1.0]], [-1.0, 1.0, 3.0])
    """
    rng, noise = generator(seed), real("noise", noise)
    xs = [[-1.0 + 2.0 * k / max(1, n - 1)] for k in range(_examples(n))]
    return xs, [intercept + slope * x + rng.gauss(0.0, noise) for (x,) in xs]


def line_of_best_fit(xs: Sequence[Sequence[float]], ys: Sequence[float]) -> tuple[float, float]:
    """Return (slope, intercept) of least squares in closed form: what training a single linear unit tends to.

    slope = Σ(x−x̄)(y−ȳ) / Σ(x−x̄)², intercept = ȳ − slope·x̄.

    Args:
        xs: input vectors of one number each.
        ys: the targets.

    Raises:
        ValueError, TypeError: if all x are the same, or no single numbers, or there is no y for each.

    >>> line_of_best_fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    (2.0, 1.0)
    """
    xs, ys = paired(xs, ys)
    if not all(is_sequence(x) and len(x) == 1 for x in xs):
        raise ValueError("a line of best fit needs inputs of one number each")
    x_mean = math.fsum(x for (x,) in xs) / len(xs)
    y_mean = math.fsum(ys) / len(ys)
    spread = math.fsum((x - x_mean) ** 2 for (x,) in xs)
    if spread == 0.0:
        raise ValueError("a line needs points with at least two different x")
    slope = math.fsum((x - x_mean) * (y - y_mean) for (x,), y in zip(xs, ys)) / spread
    return slope, y_mean - slope * x_mean


def xor() -> Classes:
    """Return the four points of exclusive or: 1 where exactly one input is 1, else −1.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1, 1, 1, -1])
    """
    return [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1, 1, 1, -1]


def moons(n: int = 100, noise: float = 0.1, seed: int = 0) -> Classes:
    """Return two half circles that reach into each other.

    Args:
        n: how many points; one half in each.
        noise: the standard deviation of what is added to each coordinate.
        seed: of the noise.

    >>> moons(4, noise=0.0)[1]
    [-1, -1, 1, 1]
    """
    rng = generator(seed)
    upper = [(math.cos(t), math.sin(t)) for t in _angles(_examples(n) - n // 2)]
    lower = [(1.0 - math.cos(t), 0.5 - math.sin(t)) for t in _angles(n // 2)]
    return _noisy([*upper, *lower], noise, rng), [-1] * len(upper) + [1] * len(lower)


def _angles(count: int) -> list[float]:
    return [math.pi * k / max(1, count - 1) for k in range(count)]


def circles(n: int = 100, noise: float = 0.05, factor: float = 0.5, seed: int = 0) -> Classes:
    """Return a circle of radius 1 (−1) around a smaller one (1).

    Args:
        n: how many points; one half on each.
        noise: the standard deviation of what is added to each coordinate.
        factor: the radius of the inner circle.
        seed: of the noise.

    >>> circles(2, noise=0.0)
    ([[1.0, 0.0], [0.5, 0.0]], [-1, 1])
    """
    rng = generator(seed)
    points: list[tuple[float, float]] = []
    for radius, count in ((1.0, _examples(n) - n // 2), (factor, n // 2)):
        turns = [2.0 * math.pi * k / count for k in range(count)]
        points += [(radius * math.cos(t), radius * math.sin(t)) for t in turns]
    return _noisy(points, noise, rng), [-1] * (n - n // 2) + [1] * (n // 2)


def spirals(n: int = 100, classes: int = 2, noise: float = 0.02, seed: int = 0) -> Classes:
    """Return spiral arms that turn about the origin, one for each class.

    Args:
        n: how many points in all.
        classes: how many arms; two are −1 and 1, more are 0, 1, 2, …
        noise: the standard deviation of what is added to each coordinate.
        seed: of the noise.

    >>> spirals(6, classes=3)[1]
    [0, 0, 1, 1, 2, 2]
    """
    rng = generator(seed)
    n, classes = _examples(n), whole("classes", classes)
    names = [-1, 1] if classes == 2 else list(range(classes))
    points: list[tuple[float, float]] = []
    ys: list[int] = []
    for arm, name in enumerate(names):
        count = n // classes + (arm < n % classes)
        for k in range(count):
            radius = (k + 1) / count
            turn = 1.5 * math.pi * radius + 2.0 * math.pi * arm / classes
            points.append((radius * math.cos(turn), radius * math.sin(turn)))
            ys.append(name)
    return _noisy(points, noise, rng), ys


def yin_yang(n: int = 100, seed: int = 0) -> Classes:
    """Return points of the yin-yang sign: 0 for yin, 1 for yang, 2 for the two dots.

    The classes are equally frequent (Kriener, Göltz & Petrovici 2021, "The Yin-Yang dataset").

    Args:
        n: how many points.
        seed: of the points.

    >>> sorted(yin_yang(6)[1])
    [0, 0, 1, 1, 2, 2]
    """
    rng = generator(seed)
    ys = [k % 3 for k in range(_examples(n))]
    rng.shuffle(ys)
    xs = []
    for y in ys:
        while True:
            point = [rng.random(), rng.random()]
            if math.dist(point, (0.5, 0.5)) <= 0.5 and _yin_yang_class(*point) == y:
                break
        xs.append(point)
    return xs, ys


def _yin_yang_class(x: float, y: float) -> int:
    left, right = math.dist((x, y), (0.25, 0.5)), math.dist((x, y), (0.75, 0.5))
    if min(left, right) <= 0.1:
        return 2
    return int(left <= 0.25 or (y > 0.5 and right > 0.25))


def _noisy(
    points: Sequence[tuple[float, float]], noise: float, rng: random.Random
) -> list[list[float]]:
    noise = real("noise", noise)
    return [[x + rng.gauss(0.0, noise), y + rng.gauss(0.0, noise)] for x, y in points]


def _examples(n: int) -> int:
    return whole("the number of examples", n)
