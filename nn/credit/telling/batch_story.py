"""The story of a batch: its examples one after another, then the sum of their blame on every edge."""

from collections.abc import Sequence

from autograd.notation import factor, shown
from nn.credit.assignment import Assignment
from nn.credit.parts import Edge
from nn.credit.telling.graph_story import GraphTeller
from nn.credit.telling.lit import way_back
from nn.credit.telling.story import Step, Teller, listed, plain

TOLD = 12  # examples that have a step each
_TERMS = 6  # of a sum that are written out


def batch_story(
    whole: Assignment, examples: Sequence[Assignment], lr: float, after: Assignment, total: str
) -> list[Step]:
    """Return the story of a batch.

    Args:
        whole: the batch as one, its errors and credits summed.
        examples: the credit of each example.
        lr: the learning rate η of the update at its end.
        after: the batch as one once the updates are made.
        total: "Σ", or "mean" where a number is the mean of the examples'.

    Returns:
        The network; forward, example by example; their loss; from the output back the errors of each unit and the sum
        of the credits of each edge; the updates; forward again, with the new loss.
    """
    teller = _BatchTeller if whole.layers else _GraphBatchTeller
    return teller(whole, examples, lr, after, total).steps


class _BatchTeller(Teller):
    def __init__(
        self,
        whole: Assignment,
        examples: Sequence[Assignment],
        lr: float,
        after: Assignment,
        total: str,
    ) -> None:
        self.examples, self._total = examples, total
        super().__init__(whole, lr, after)

    def _given(self) -> str:
        return f"{len(self.examples):,} examples"

    def _outputs(self, credit: Assignment) -> str:
        return ""

    def _forward_steps(self, layers: list[list[list[int]]]) -> None:
        count = len(self.examples)
        self.known |= {("z", j) for j in self.credit.nodes}
        for k, example in enumerate(self.examples[:TOLD], 1):
            outputs = ", ".join(
                f"{example.nodes[i].name} = {shown(example.nodes[i].z, 4)}"
                for i in example.outputs[:4]
            )
            x = ", ".join(f"{v:g}".replace("-", "−") for v in example.x[:8])
            self._step(
                f"Example {k} of {count:,}",
                f"x = ({x}{', …' if len(example.x) > 8 else ''}),  {self.names.loss} = {example.loss_formula}",
                f"{outputs}, {self.target} = {plain(example.y)}: {self.names.loss} = {shown(example.loss, 4)}",
            )
        if count > TOLD:
            self._step(f"{count - TOLD:,} more examples", f"{self.names.loss} of each in turn")

    def _loss(self) -> None:
        losses, loss = [shown(example.loss, 4) for example in self.examples], self.names.loss
        self._step(
            "The error of the batch",
            f"{loss} = {'Σ' if self._total == 'Σ' else 'the mean of'} {loss} over the examples",
            f"{loss} = {self._together(losses)} = {shown(self.credit.loss, 4)}",
            self.credit.outputs,
            [],
        )

    def _all(self, formula: str) -> str:
        return f"{self._total} [{formula}]"

    def _delta(self, units: list[int]) -> None:
        self.known |= {("delta", j) for j in units}
        nodes, ways = way_back(self.credit, units)
        called = self.names.delta
        names = called(units[0])
        if len(units) > 1:
            names += f" to {called(units[-1])}"
        told = (f"{called(j)}  {self._terms(j)}" for j in units)
        self._step(
            f"The errors, example by example: {names}",
            f"{self._total} {called('j')}",
            listed(told),
            nodes,
            ways,
            back=ways,
        )

    def _terms(self, j: int) -> str:
        deltas = [factor(example.nodes[j].error) for example in self.examples]
        total = shown(self.credit.nodes[j].error, 4, sign=True)
        return f"{self._together(deltas)} = {total}"

    def _together(self, terms: list[str]) -> str:
        return _sum(terms) if self._total == "Σ" else f"1/{len(terms)}·({_sum(terms)})"

    def _product(self, edge: Edge) -> str:
        shares = [factor(example.edges[edge.key].credit) for example in self.examples]
        return f"{self._together(shares)} = {shown(edge.credit, 4, sign=True)}"

    def _credit_symbols(self, delta: str, z: str) -> str:
        return f"{self._total} {delta}·{z}"


class _GraphBatchTeller(_BatchTeller, GraphTeller):
    """Tells the story of a batch of a network without layers."""


def _sum(terms: list[str]) -> str:
    rest = terms[_TERMS - 1 : -1] if len(terms) > _TERMS else []
    shown_terms = [*terms[: _TERMS - 1], "…", terms[-1]] if rest else terms
    return " + ".join(shown_terms)
