"""The story of a batch: its examples one after another, then the sum of their blame on every edge."""

from collections.abc import Sequence

from autograd.notation import factor, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.telling.lit import way_back
from nn.credit.telling.phrases import NUMBERS, listed, outputs
from nn.credit.telling.story import Step, Teller

TOLD = 12  # examples that have a step each
_TERMS = 6  # of a sum that are written out


def batch_story(
    whole: Assignment, examples: Sequence[Assignment], lr: float, after: Assignment
) -> list[Step]:
    """Return the story of a batch.

    Args:
        whole: the batch as one, its errors and credits summed.
        examples: the credit of each example.
        lr: the learning rate η of the update at its end.
        after: the batch as one once the updates are made.

    Returns:
        The network; forward, example by example; their loss; from the output back the errors of each unit and the sum
        of the credits of each edge; the updates; forward again, with the new loss.
    """
    return _BatchTeller(whole, examples, lr, after).steps


class _BatchTeller(Teller):
    def __init__(
        self, whole: Assignment, examples: Sequence[Assignment], lr: float, after: Assignment
    ) -> None:
        self.examples = examples
        super().__init__(whole, lr, after)

    def _given(self) -> str:
        return f"{len(self.examples):,} examples"

    def _forward_steps(self, together: list[list[int]]) -> None:
        count, loss = len(self.examples), self.names.loss
        self.known |= {("z", j) for j in self.credit.nodes}
        for k, example in enumerate(self.examples[:TOLD], 1):
            x = [f"{v:g}".replace("-", "−") for v in example.x[:NUMBERS]]
            x += ["…"] if len(example.x) > NUMBERS else []
            self._step(
                f"Example {k} of {count:,}",
                f"x = ({', '.join(x)}),  {loss} = {example.loss_formula}",
                f"{outputs(example)}, {self._target(example)}: {loss} = {shown(example.loss, 4)}",
            )
        if count > TOLD:
            self._step(f"{count - TOLD:,} more examples", f"{loss} of each in turn")

    def _loss(self) -> None:
        losses, loss = [shown(example.loss, 4) for example in self.examples], self.names.loss
        self._step(
            "The error of the batch",
            f"{loss} = {'the mean of' if self._mean else 'Σ'} {loss} over the examples",
            f"{loss} = {self._sum(losses)} = {shown(self.credit.loss, 4)}",
            self.credit.outputs,
            [],
        )

    def _delta(self, units: list[int]) -> None:
        self.known |= {("delta", j) for j in units}
        nodes, ways = way_back(self.credit, units)
        delta = self.names.delta
        names = delta(units[0])
        if len(units) > 1:
            names += f" to {delta(units[-1])}"
        self._step(
            f"The errors, example by example: {names}",
            self._of_all(delta("j")),
            listed(f"{delta(j)}  {self._error(j)}" for j in units),
            nodes,
            ways,
            back=ways,
        )

    def _error(self, j: int) -> str:
        errors = [factor(example.nodes[j].error) for example in self.examples]
        return f"{self._sum(errors)} = {shown(self.credit.nodes[j].error, 4, sign=True)}"

    def _product(self, edge: Edge) -> str:
        shares = [factor(example.edges[edge.key].credit) for example in self.examples]
        return f"{self._sum(shares)} = {shown(edge.credit, 4, sign=True)}"

    @property
    def _mean(self) -> bool:
        return self.credit.total != "Σ"

    def _sum(self, terms: list[str]) -> str:
        """Return the sum of a number of each example, or their mean; of many the first and the last."""
        count = len(terms)
        if count > _TERMS:
            terms = [*terms[: _TERMS - 1], "…", terms[-1]]
        added = " + ".join(terms)
        return f"1/{count}·({added})" if self._mean else added
