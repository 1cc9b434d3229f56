"""What a training run leaves behind."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from autograd.notation import Table, significant, table
from nn.arguments import real, whole
from nn.training.plots import BLUE, VERMILION, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BARS = "▁▂▃▄▅▆▇█"


@dataclass(eq=False, repr=False)
class History:
    """The course of a training run; its repr is a sparkline of the loss, and printed it is a table.

    Attributes:
        losses: the mean loss of each epoch, as it was before each of its steps.
        seconds: how long the run took.
        metrics: for each metric by name its number after each epoch.
        stopped: why the run ended early: "callback" or "interrupted"; empty if it did not.
        validation: the mean loss of the validation examples after each epoch, if there are some.
        steps: how many steps were taken: the parameters and the optimiser are those after the last of them.
        engine: what ran them: "Values", or with `vectorize=True` "NumPy" or "machine code", or what else and why.

    >>> History([4.0, 2.0, 1.0], seconds=0.5)
    <History: 3 epochs in 0.5 s: loss 4 → 1 █▅▁>
    """

    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    metrics: dict[str, list[float]] = field(default_factory=dict)
    stopped: str = ""
    validation: list[float] = field(default_factory=list)
    steps: int = 0
    engine: str = "Values"

    def columns(self) -> dict[str, list[float]]:
        """Return the courses by name: the loss, that of the validation examples if there are some, each metric."""
        validation = {"validation loss": self.validation} if self.validation else {}
        return {"loss": self.losses, **validation, **self.metrics}

    def table(self, rows: int = 20) -> Table:
        """Return the course as text: a line for each epoch, or for so many of them, evenly spread.

        Args:
            rows: how many lines at most.

        >>> print(History([4.0, 2.0, 1.0]).table(rows=2))
        epoch   loss
        1      4.000
        3      1.000
        """
        rows = whole("rows", rows)
        last = len(self) - 1
        count = min(rows, len(self))
        told = sorted({round(k * last / max(1, count - 1)) for k in range(count)})
        columns = self.columns()
        cells = [
            [str(k + 1), *(significant(c[k]) if k < len(c) else "" for c in columns.values())]
            for k in told
        ]
        return table(["epoch", *columns], cells)

    def csv(self) -> str:
        """Return the whole course as comma-separated text, a line for each epoch; numbers come back as they are.

        >>> History([4.0, 2.0]).csv()
        'epoch,loss\\n1,4.0\\n2,2.0\\n'
        """
        columns = self.columns()
        rows = zip_longest(range(1, len(self) + 1), *columns.values())
        return Table(["epoch", *columns], [], rows).csv

    def __str__(self) -> str:
        return self.table() if self.losses else repr(self)

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.losses)

    def __repr__(self) -> str:
        epochs = f"{len(self)} epoch{'s' * (len(self) != 1)} in {self.seconds:.2g} s"
        if self.engine != "Values":
            epochs += f" by {self.engine}"
        if self.stopped:
            epochs += f", {self.stopped}"
        if not self.losses:
            return f"<History: {epochs}>"
        course = f"loss {self.losses[0]:.4g} → {self.losses[-1]:.4g} {sparkline(self.losses)}"
        others = [(name, c) for name, c in self.columns().items() if name != "loss" and c]
        last = "".join(f", {name} {course[-1]:.4g}" for name, course in others)
        return f"<History: {epochs}: {course}{last}>"

    def _repr_html_(self) -> str:
        """Return the epochs as a table, for notebooks: of many the first, some between and the last."""
        return self.table(rows=12).html(repr(self).strip("<>"))

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Plot the losses, and the metrics if there are any, over the epochs (needs matplotlib).

        Args:
            ax: the axes to draw into; new ones if not given.

        Raises:
            ImportError: if matplotlib is not installed.
        """
        ax = axes(ax)
        ax.plot(self.losses, color=BLUE, label="loss")
        if self.validation:
            ax.plot(self.validation, ":", color=BLUE, label="validation loss")
            ax.legend()
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        if self.losses and min(self.losses + self.validation) > 0.0:
            ax.set_yscale("log")
        if self.metrics:
            right = ax.twinx()
            for name, numbers in self.metrics.items():
                right.plot(numbers, "--", color=VERMILION, label=name)
            right.set_ylabel(", ".join(self.metrics))
        return ax


def sparkline(numbers: Sequence[float], width: int = 30) -> str:
    """Return numbers as a line of bars, on a logarithmic scale if all are positive.

    Args:
        numbers: what to show; the mean of neighbours where there are more than fit.
        width: how many bars at most.

    >>> sparkline([8, 4, 2, 1])
    '█▆▃▁'
    """
    if not numbers or not math.isfinite(sum(map(abs, numbers))):
        return ""
    count = min(width, len(numbers))
    bounds = [k * len(numbers) // count for k in range(count + 1)]
    means = [math.fsum(numbers[a:b]) / (b - a) for a, b in pairwise(bounds)]
    heights = [math.log(x) for x in means] if all(x > 0.0 for x in means) else means
    low, high = min(heights), max(heights)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((h - low) * scale)] for h in heights)


@dataclass(frozen=True, eq=False, repr=False)
class Epoch:
    """What a callback of `fit` is told after each epoch.

    Attributes:
        index: the number of the epoch, from 0.
        loss: its mean loss.
        metrics: each metric by name.
        net: the network, as it is now.
        validation: the mean loss of the validation examples; None if there are none.

    >>> Epoch(0, 0.25, {"accuracy": 0.5}, net=None)
    <epoch 0: loss 0.25, accuracy 0.5>
    """

    index: int
    loss: float
    metrics: dict[str, float]
    net: Any
    validation: float | None = None

    def __repr__(self) -> str:
        held = {} if self.validation is None else {"validation loss": self.validation}
        told = ({"loss": self.loss} | held | self.metrics).items()
        return f"<epoch {self.index}: {', '.join(f'{name} {x:.4g}' for name, x in told)}>"


class EarlyStop:
    """A callback that ends the training when the loss has stopped falling: that of the validation examples, if any.

    Args:
        patience: how many epochs to wait for a smaller loss.
        least: by how much it must be smaller to count.

    >>> stop = EarlyStop(patience=1)
    >>> [stop(Epoch(k, loss, {}, None)) for k, loss in enumerate([0.5, 0.25, 0.75])]
    [False, False, True]
    """

    def __init__(self, patience: int = 10, least: float = 0.0) -> None:
        self.patience = whole("patience", patience)
        self.least = real("least", least)
        self.best = math.inf
        self._since = 0

    def __call__(self, epoch: Epoch) -> bool:
        """Return whether to stop after this epoch.

        Args:
            epoch: what `fit` tells.
        """
        if epoch.index == 0:
            self.best, self._since = math.inf, 0
        loss = epoch.loss if epoch.validation is None else epoch.validation
        if loss < self.best - self.least:
            self.best, self._since = loss, 0
        else:
            self._since += 1
        return self._since >= self.patience

    def __repr__(self) -> str:
        best = f": best loss {self.best:.4g}" if self.best < math.inf else ""
        return f"<EarlyStop(patience={self.patience}, least={self.least:g}){best}>"
