"""How blame moves through a network while it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nn.arguments import paired, whole
from nn.credit.assign import assign_credit
from nn.credit.parts import Key
from nn.losses import Loss, half_squared_error
from nn.network import MLP
from nn.training.history import Epoch, History
from nn.training.loop import fit
from nn.training.plots import axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class CreditHistory:
    """The credit of every edge, again and again during a training run.

    Attributes:
        epochs: how many epochs had passed at each record, from 0.
        credits: for each edge (source, target) its credit, summed over the examples, at each record.
        names: the name of each edge.
        history: what `fit` returned.

    >>> h = credit_over_training(MLP.from_weights([[[2.0]]]), [[1.0]], [1.0], epochs=2)
    >>> h.epochs, [round(x, 2) for x in h.credits[1, 0]]
    ([0, 1, 2], [1.0, 0.9, 0.81])
    """

    epochs: list[int]
    credits: dict[Key, list[float]]
    names: dict[Key, str]
    history: History

    def __repr__(self) -> str:
        return (
            f"<credit of {len(self.names)} edges at {len(self.epochs)} moments of {self.history!r}>"
        )

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Plot the credit of every edge over the epochs (needs matplotlib).

        Args:
            ax: the axes to draw into; new ones if not given.

        Raises:
            ImportError: if matplotlib is not installed.
        """
        ax = axes(ax)
        for key, course in self.credits.items():
            ax.plot(self.epochs, course, label=self.names[key])
        ax.axhline(0.0, color="k", linewidth=0.5)
        ax.set_xlabel("epoch")
        ax.set_ylabel("credit Σ δ·z")
        if len(self.credits) <= 12:
            ax.legend()
        return ax


def credit_over_training(
    net: MLP,
    xs: Sequence[Any],
    ys: Sequence[Any],
    loss: Loss = half_squared_error,
    every: int = 1,
    callbacks: Sequence[Any] = (),
    **options: Any,
) -> CreditHistory:
    """Train a network as `fit` does and keep the credit of every edge along the way.

    Args:
        net, xs, ys, loss, callbacks: as for `fit`.
        every: how many epochs to let pass between two records.
        **options: what else `fit` takes, `vectorize` and `compile` among it.

    Raises:
        ValueError: if every is not at least 1; and what `fit` raises.

    >>> h = credit_over_training(MLP(1, [1], rng=0), [[1.0]], [1.0], epochs=4, every=2)
    >>> h.epochs
    [0, 2, 4]
    """
    every = whole("every", every)
    xs, ys = paired(xs, ys)
    epochs: list[int] = []
    course: dict[Key, list[float]] = {}
    names: dict[Key, str] = {}

    def record(epoch: int) -> None:
        epochs.append(epoch)
        for key, edge in assign_credit(net, xs, ys, loss, batch=True).edges.items():
            course.setdefault(key, []).append(edge.credit)
            names[key] = edge.name

    def watch(epoch: Epoch) -> None:
        if (epoch.index + 1) % every == 0:
            record(epoch.index + 1)

    record(0)
    history = fit(net, xs, ys, loss, callbacks=[watch, *callbacks], **options)
    return CreditHistory(epochs, course, names, history)
