"""The living page as a widget of Jupyter: the weights dragged in it arrive in Python, and the other way round."""

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from autograd.pictures.page import Live
from nn.credit.assignment import Assignment
from nn.credit.parts import Key
from nn.credit.pictures.graph import owner
from nn.network import MLP

try:
    import anywidget
    import traitlets
except ImportError:
    raise ImportError(
        "a widget needs anywidget: pip install 'scalar-autograd[widget]', or pip install anywidget; credit.live() is the same page, "
        "but nothing comes back from it to Python"
    ) from None


class CreditWidget(anywidget.AnyWidget):
    """The living page of one example, whose numbers are Python's, too.

    Args:
        credit: the example.
        page: its living page.
        values: the numbers to begin with.

    Attributes:
        values: the weights by "5-1" (a bias "b-1"), inputs by "x1", the target by "y" or "y0": in every view of the widget
            the same. Assign a new dict to set them.

    >>> from nn.lessons import example
    >>> example("worked").credit().widget().values["5-1"]
    0.8
    """

    _esm = resources.files("nn.credit.pictures.live").joinpath("host.js").read_text("utf-8")
    page = traitlets.Unicode().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, credit: Assignment, page: Live, values: Mapping[str, float]) -> None:
        self._begun = credit
        super().__init__(page=page.html(), values=dict(values))

    @property
    def net(self) -> MLP:
        """The network with the weights of now."""
        weights: dict[Key, float] = {
            key: float(self.values[owner(key)]) for key in self._begun.edges
        }
        return self._begun.network(weights)

    @property
    def credit(self) -> Assignment:
        """The credit of the example as it is now."""
        before = self._begun
        x = [float(self.values[f"x{k}"]) for k in range(1, len(before.layers[0]) + 1)]
        penalty, notation = before.recording.penalty, before.names.notation
        now = before.of(self.net, x, self._target(), before.loss_function, penalty=penalty)
        return now.in_notation(notation)

    def _target(self) -> Any:
        outputs = self._begun.layers[-1]
        names = ["y"] if len(outputs) == 1 else [f"y{j}" for j in outputs]
        if not all(name in self.values for name in names):
            return self._begun.y
        targets = [float(self.values[name]) for name in names]
        return targets if len(targets) > 1 else targets[0]

    def on_change(self, does: Callable[[Assignment], object]) -> None:
        """Call a function with the credit of now whenever a number has changed.

        Args:
            does: the function.
        """
        self.observe(lambda _: does(self.credit), names="values")
