"""The living page as a widget of Jupyter: the weights dragged in it arrive in Python, and the other way round."""

from collections.abc import Callable
from typing import Any

from autograd.numbers import as_float
from autograd.pictures.page import stored
from nn.credit.assignment import Assignment
from nn.credit.pictures.live.network import live_network, values, with_values
from nn.credit.pictures.live.taped import Taped
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
        lr: the learning rate η that its living page begins with.

    Attributes:
        values: the weights by "5-1" (a bias "b-1"; of a network without layers by their names), inputs by "x1", the target
            by "y" or "y0": in every view of the widget the same. Assign a dict to set them, or some of them.

    Raises:
        ValueError: when values are assigned to names that there are not.
        TypeError: when what is assigned is not a number.

    >>> from nn.lessons import example
    >>> example("worked").credit().widget().values["5-1"]
    0.8
    """

    _esm = stored("nn.credit.pictures.live", "host.js")
    page = traitlets.Unicode().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, credit: Assignment, lr: float) -> None:
        self._begun = Taped(credit)
        page = live_network([credit], lr, hosted=True)
        super().__init__(page=page.html(), values=values(self._begun))

    @traitlets.validate("values")
    def _valid(self, proposal: dict[str, Any]) -> dict[str, float]:
        known, given = values(self._begun), proposal["value"]
        if strange := [name for name in given if name not in known]:
            raise ValueError(
                f"the widget has no {', '.join(map(repr, strange))}; it has {', '.join(known)}"
            )
        nothing = float("nan")  # what JSON has instead of nan and ∞
        numbers = {name: nothing if x is None else as_float(x) for name, x in given.items()}
        return {**known, **self.values, **numbers}

    @property
    def net(self) -> MLP:
        """The network with the weights of now."""
        return self.credit.network()

    @property
    def credit(self) -> Assignment:
        """The credit of the example as it is now."""
        return with_values(self._begun, self.values)

    def on_change(self, does: Callable[[Assignment], object]) -> None:
        """Call a function with the credit of now whenever a number has changed.

        Args:
            does: the function.
        """
        self.observe(lambda _: does(self.credit), names="values")
