"""Plots with matplotlib, which is imported at first use (the extra `plot`)."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd import no_grad
from autograd.notation import significant
from autograd.pictures.display import image
from nn.arguments import is_sequence, paired, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nn.layers import Network

BLUE, VERMILION = "#0067a5", "#b84a00"  # as in the pictures of credit

__all__ = ["plot_decision_boundary"]
__dir__ = __all__.copy  # what Tab shows


def axes(ax: "Axes | None") -> "Axes":
    """Return the axes to draw into, those given or new ones, in a figure that says what it shows.

    Raises:
        ImportError: if matplotlib is not installed.
    """
    if ax is not None:
        return described(ax)
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError:
        raise ImportError(
            'plots need matplotlib: pip install "scalar-autograd[plot]", or pip install matplotlib'
        ) from None
    return described(plt.subplots()[1])


def described(ax: "Axes") -> "Axes":
    """Give the figure of some axes an alternative text, which says in notebooks what it shows; return the axes."""
    figure: Any = ax.get_figure()

    def bundle(**_: object) -> dict[str, str]:
        file = io.BytesIO()
        figure.savefig(file, format="png", bbox_inches="tight")
        return {"text/html": image(file.getvalue(), ". ".join(map(_told, figure.axes)))}

    figure._repr_mimebundle_ = bundle
    return ax


def _told(ax: Any) -> str:
    """Return what axes show, in words."""
    told = [
        f"{label if not label.startswith('_') else 'a line'} from {significant(ys[0])} to {significant(ys[-1])}"
        for label, ys in ((str(line.get_label()), line.get_ydata()) for line in ax.lines)
        if len(ys) > 2
    ]
    groups = (len(group.get_offsets()) for group in ax.collections)
    if points := sum(n for n in groups if n > 1):
        told.append(f"{points} points")
    if ax.patches:
        told.append(f"{len(ax.patches)} bars")
    name = ax.get_title() or " over ".join(filter(None, (ax.get_ylabel(), ax.get_xlabel())))
    return f"{name or 'A plot'}: {', '.join(told[:8]) or 'no lines'}"


def plot_decision_boundary(
    net: "Network",
    xs: Sequence[Sequence[float]],
    ys: Sequence[float],
    ax: "Axes | None" = None,
    resolution: int = 60,
) -> "Axes":
    """Plot what a network of two inputs decides over the plane, with the examples on top.

    With one output the colour is its sign and the boundary where it is 0; with several it is the largest.

    Args:
        net: the network.
        xs, ys: the examples.
        ax: the axes to draw into; new ones if not given.
        resolution: how many points to compute along each side.

    Raises:
        ValueError, TypeError: if the inputs are not pairs of numbers, or there is no target for each.
        ImportError: if matplotlib is not installed.

    >>> from nn import MLP, datasets
    >>> ax = plot_decision_boundary(MLP(2, [1]), *datasets.moons(10))
    """
    xs, ys = paired(xs, ys)
    resolution = whole("resolution", resolution, least=2)
    if not all(is_sequence(x) and len(x) == 2 for x in xs):
        raise ValueError("a decision boundary is drawn over the plane: give inputs of two numbers")
    ax = axes(ax)
    points = [[x[k] for x in xs] for k in (0, 1)]
    sides = [_spread(numbers, resolution) for numbers in points]
    with no_grad():
        rows = [[_decision(net([u, v])) for u in sides[0]] for v in sides[1]]
    if isinstance(net(xs[0]), list):
        ax.pcolormesh(*sides, rows, cmap="tab10", vmin=0, vmax=9, alpha=0.25, shading="nearest")
        ax.scatter(points[0], points[1], c=ys, cmap="tab10", vmin=0, vmax=9, edgecolors="k")
    else:
        reach = max(abs(s) for row in rows for s in row) or 1.0
        ax.pcolormesh(*sides, rows, cmap="PuOr", vmin=-reach, vmax=reach, shading="nearest")
        if min(map(min, rows)) < 0.0 < max(map(max, rows)):
            ax.contour(*sides, rows, levels=[0.0], colors="k")
        middle = (min(ys) + max(ys)) / 2.0
        colours = [BLUE if y > middle else VERMILION for y in ys]
        ax.scatter(points[0], points[1], c=colours, edgecolors="w")
    ax.set_xlabel("x₁")
    ax.set_ylabel("x₂")
    return ax


def _spread(numbers: Sequence[float], count: int) -> list[float]:
    low, high = min(numbers), max(numbers)
    margin = 0.15 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return [low + (high - low) * k / (count - 1) for k in range(count)]


def _decision(output: Any) -> float:
    if isinstance(output, list):
        scores = [v.data for v in output]
        return float(scores.index(max(scores)))
    return float(output.data)
