"""What may be done with the credit of an example: derived, put in matrices, drawn, told, checked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nn.credit.assignment import Assignment
from nn.credit.parts import Key

if TYPE_CHECKING:  # each is loaded where it is first asked for
    from autograd.pictures.drawing import Drawing
    from autograd.pictures.page import Live
    from autograd.pictures.palette import Theme
    from nn.credit.check import CreditCheck
    from nn.credit.matrices import Matrices
    from nn.credit.pictures.live.widget import CreditWidget
    from nn.credit.pictures.player import Player
    from nn.credit.pictures.words import Show
    from nn.credit.telling.derivation import Derivation
    from nn.credit.telling.equations import Equation
    from nn.optim import Optimizer


@dataclass(frozen=True, eq=False, repr=False)
class Credit(Assignment):
    """Who is to blame for the error of one example: see Assignment for the numbers.

    >>> from nn.lessons import example
    >>> example("worked").credit()
    <credit of 8 edges, 3-2-1 tanh network, ½(ŷ−y)² = 0.197129>
    """

    def _repr_html_(self) -> str:
        """Return the table of the edges, for notebooks."""
        return self.table().html(repr(self).strip("<>"))

    def derivation(
        self,
        source: int | None,
        target: int,
        place: int = 0,
        optimizer: "Optimizer | None" = None,
    ) -> "Derivation":
        """Return how the error reaches one edge, in words, numbers and LaTeX.

        Args:
            source, target: the edge; None as the source for a bias.
            place: 1, 2, … where the same two nodes are joined once more.
            optimizer: the optimiser whose next step is derived, too, with what it remembers of those before.

        Raises:
            KeyError: if there is no such edge.
        """
        from nn.credit.telling.derivation import Derivation
        from nn.credit.telling.ways import derive

        edge = self.edge(source, target, place)
        found = derive(self, edge)
        if optimizer is None:
            return found
        from nn.credit.telling.update import update_lines

        return Derivation(edge, found.steps, update_lines(self, edge, optimizer))

    def equations(self, lr: float = 0.1) -> "list[Equation]":
        """Return every number in the order in which one works it out, with the rule that gives it; see Equation.

        Args:
            lr: the learning rate η of the new weights.
        """
        from nn.credit.telling.equations import equations

        return equations(self, lr)

    def matrices(self) -> "Matrices":
        """Return W, Z, A, δ and the gradient of each layer, as columns and in the slides' symbols.

        Raises:
            ValueError: if units are not weights times activations alone, or weights are shared.
        """
        from nn.credit.matrices import layer_matrices

        return layer_matrices(self)

    def draw(
        self,
        path: Key | None = None,
        show: "Show" = "both",
        theme: "Theme" = "auto",
        transparent: bool = False,
    ) -> "Drawing":
        """Return the credit graph as a Drawing.

        Args:
            path: an edge (source, target) whose way back to the error is lit; the edges on it carry δ·w.
            show: "forward" the activations, "backward" the errors and credits, "both", or "blank", to be filled in.
            theme: "light", "dark", or "auto": as the reader's system is.
            transparent: whether the picture has no ground of its own, for slides.
        """
        from nn.credit.pictures.picture import credit_drawing

        return credit_drawing(self, path, show, theme, transparent)

    def steps(self, lr: float = 0.1) -> "Player":
        """Return the story of the example, step by step, as a page to click through.

        Args:
            lr: the learning rate η of the update at its end.
        """
        from nn.credit.pictures.player import Player

        return Player(self, lr)

    def live(self, lr: float = 0.1) -> "Live":
        """Return the example as a page that recomputes while one drags a weight, an input or the target.

        Args:
            lr: the learning rate η that the page begins with.
        """
        from nn.credit.pictures.live.network import live_network

        return live_network([self], lr)

    def widget(self, lr: float = 0.1) -> "CreditWidget":
        """Return the living page as a widget for Jupyter, from which dragged weights come back to Python.

        Args:
            lr: the learning rate η that the page begins with.

        Raises:
            ImportError: if the package anywidget is missing; it says how to install it.
        """
        from nn.credit.pictures.live.widget import CreditWidget

        return CreditWidget(self, lr)

    def check(self, most: int | None = None) -> "CreditCheck":
        """Put δ·z beside central differences, weight by weight.

        Args:
            most: how many weights to look at in a large network; without it as many as take a few seconds.
        """
        from nn.credit.check import check_credit

        return check_credit(self, most)
