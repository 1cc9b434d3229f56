"""Credit assignment: ∂L/∂w_{i⇝j} = δ_j·z_i, the local error at an edge's head times the activation at its tail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Self

import autograd as ag
from autograd import Value
from autograd.graph.reverse import errors
from autograd.modes import recorded
from autograd.notation import Table, shown, table
from autograd.structure import name_of
from nn.activations import activation_name
from nn.arguments import is_sequence, plain
from nn.credit.finding.anatomy import with_outputs
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.recording import Recording, recording_of, recording_of_loss
from nn.credit.networks.found import Found
from nn.credit.networks.layered import credit_of_layers
from nn.credit.networks.rows import Sums, Weights, sums_of
from nn.credit.networks.unlayered import credit_of_graph
from nn.credit.parts import Edge, Key, Link, Use
from nn.layers import check_width
from nn.losses import FORMULAS, Loss, Penalty, as_loss, cross_entropy, loss_formula, loss_name
from nn.network import MLP


@dataclass(frozen=True, eq=False)
class Assignment(Found):
    """Who is to blame for the error of one example: every node, every edge and every weight of the network."""

    @classmethod
    def of(
        cls,
        net: Any,
        x: Any,
        y: Any,
        loss: str | Loss,
        parameters: Any = None,
        penalty: Penalty | None = None,
    ) -> Self:
        """Return the credit of one example; the arguments are those of `assign_credit`."""
        loss = as_loss(loss)
        y = plain(y)
        if isinstance(net, MLP) and not net.own_computation() and parameters is None:
            x = plain(x)
            if is_sequence(x) and len(x) and all(map(is_sequence, x)):
                raise ValueError("x is a list of examples: give one of them, or say batch=True")
            check_width(net.layers[0].inputs, x)
            with recorded():
                return cls(**vars(credit_of_layers(net, x, y, loss, penalty)))
        with recorded():
            return cls.of_recording(recording_of(net, x, y, loss, parameters, penalty), y, loss)

    @classmethod
    def of_loss(cls, root: Value, parameters: Any = None, outputs: Any = None) -> Self:
        """Return the credit of a recorded loss; the arguments are those of `assign_credit`."""
        recording, graph = recording_of_loss(root, parameters, outputs), None
        if not recording.outputs:
            recording, graph = with_outputs(recording)
        return cls.of_recording(recording, None, recorded_loss, graph)

    @classmethod
    def of_recording(
        cls, recording: Recording, y: Any, loss: Loss, graph: Recorded | None = None
    ) -> Self:
        """Return the credit of a recorded network, whose units are found once they are asked for.

        Args:
            recording: what was recorded.
            y, loss: the target, and the loss function.
            graph: its graph, if it is there already.
        """
        return cls.late(
            partial(credit_of_graph, recording, y, loss, graph),
            loss=recording.loss.data, loss_function=loss, y=y, recording=recording,
        )  # fmt: skip

    def __reduce__(self) -> Any:
        """Copy and pickle what was recorded; all that is found in it is found again."""
        if self.total:
            raise TypeError("the sum of a batch is neither copied nor pickled: copy the batch")
        notation, penalty = self.names.notation, self.recording.penalty
        if self.anatomy is None:
            given = self.network(), self.x, self.y, self.loss_function, None, penalty
            return _found_again, (type(self).of, given, notation)
        return _found_again, (
            type(self).of_recording,
            (self.recording, self.y, self.loss_function),
            notation,
        )

    @cached_property
    def graph(self) -> Recorded:
        """The recorded graph, laid flat, with the numbers of the time of recording."""
        return self.anatomy.graph if self.anatomy else Recorded(self.recording)

    @property
    def _outputs(self) -> list[int]:
        return self.layers[-1] if self.layers else self.outputs

    @property
    def loss_name(self) -> str:
        """The loss by name."""
        return loss_name(self.loss_function)

    @property
    def loss_formula(self) -> str:
        """The loss as a formula."""
        formula = loss_formula(self.loss_function, len(self._outputs))
        return self.names.formula(formula) if self.loss_function in FORMULAS else formula

    @property
    def activations(self) -> list[str]:
        """The name of the activation of each layer after the inputs; of different units the names of all."""
        names = [list(map(activation_name, layer)) for layer in self.activation_functions]
        return [", ".join(dict.fromkeys(layer)) for layer in names]

    @property
    def title(self) -> str:
        """The network in a few words: 3-2-1 tanh network."""
        if not self.layers:
            return f"{self._called()}, {self._counted()}"
        sizes = "-".join(str(len(layer)) for layer in self.layers)
        hidden = list(dict.fromkeys(self.activations[:-1] or self.activations))
        return f"{sizes} {', '.join(hidden)} network"

    @property
    def x(self) -> list[float]:
        """The input vector."""
        if self.layers:
            return [self.nodes[i].z for i in self.layers[0]]
        numbers, places = self.graph.numbers, self.graph.places
        return [numbers[places[v]] if v in places else v.data for v, _ in self.recording.inputs]

    @property
    def prediction(self) -> list[float]:
        """The outputs ŷ."""
        return [self.nodes[i].z for i in self._outputs]

    @cached_property
    def probabilities(self) -> dict[int, float]:
        """The probability that cross entropy gives to the class of each output: softmax(ŷ); else empty."""
        if self.loss_function is not cross_entropy:
            return {}
        return dict(zip(self._outputs, ag.softmax(self.prediction)))

    def updates(self, lr: float = 0.1) -> dict[Key, float]:
        """Return what one step of gradient descent makes of each weight: w − η·δ·z; of several uses, their sum.

        Args:
            lr: the learning rate η.
        """
        return self.weights.updates(self.edges, lr)

    @cached_property
    def weights(self) -> Weights:
        """Each weight by its name, with its uses: one credit for all of them."""

        recording, rows, register = self.recording, self.rows, self.register

        def sums() -> Sums:
            return sums_of(recording, rows(), recording.places)

        return Weights(lambda: register.names, sums, self.alone)

    @property
    def stands(self) -> dict[str, Key | str]:
        """The edge on which each weight stands first, in the order of the edges; then the names of those on none."""
        first: dict[str, Key | str] = {}
        for key, edge in self.edges.items():
            if edge.parameter:
                first.setdefault(edge.parameter, key)
        return first | {name: name for name in self.weights if name not in first}

    def network(self, weights: dict[Key, float] | None = None) -> MLP:
        """Return a network like the one explained, with the weights of then, or with those given.

        Raises:
            ValueError: if it has no layers.
        """
        self.needs_layers("an MLP")
        if weights is None:
            weights = {key: edge.weight for key, edge in self.edges.items()}
        shared: dict[str, Value] = {}  # a weight with several uses stays one

        def parameter(i: int | None, j: int) -> Value:
            return shared.setdefault(self.edges[i, j].parameter, Value(weights[i, j]))

        matrices: list[list[list[Value]]] = []
        biases: list[list[Value | None]] = []
        for tails, heads in pairwise(self.layers):
            matrices.append([[parameter(i, j) for j in heads] for i in tails])
            biases.append([parameter(None, j) if (None, j) in weights else None for j in heads])
        return MLP.from_weights(matrices, biases, self.activation_functions)

    def after(self, lr: float = 0.1) -> Self:
        """Return the credit of the same example once the updates are made: the loss should be smaller.

        What was recorded is computed again; a function of your own is not called a second time.
        """
        return self.with_weights(self.weights.moved(lr))

    def with_weights(self, new: Mapping[str, float]) -> Self:
        """Return the credit of the same example with other numbers for the weights, by their names."""
        notation = self.names.notation
        if self.anatomy is None:
            net = self.network({key: new[edge.parameter] for key, edge in self.edges.items()})
            penalty = self.recording.penalty
            again = self.of(net, self.x, self.y, self.loss_function, penalty=penalty)
            return again.in_notation(notation)
        places = self.anatomy.graph.places
        changed = {
            places[p]: new[name]
            for p, name in zip(self.recording.parameters, self.weights)
            if p in places
        }
        recording = self.anatomy.again(changed)
        return self.of_recording(recording, self.y, self.loss_function).in_notation(notation)

    @cached_property
    def read_by_loss(self) -> dict[int, float]:
        """∂L/∂z, as far as the loss reads z itself, of the outputs and of what else it reads."""
        if self.anatomy is not None:
            return self.anatomy.read_by_loss()
        upstream, outputs = errors(self.recording.loss), self.recording.outputs
        return {j: upstream.get(z, 0.0) for j, z in zip(self.outputs, outputs)}

    def into(self, j: int) -> list[Edge | Link]:
        """Return what a node reads: edges, the bias last, then links; in a layered network from top to bottom."""
        if not self.layers:
            return [*self._into.get(j, ())]
        tails = self.layers[max(0, self.nodes[j].layer - 1)]
        keys = [*((i, j) for i in tails), (None, j)]
        return [self.edges[key] for key in keys if key in self.edges]

    def out_of(self, i: int) -> list[Edge | Link]:
        """Return the ways on which the error comes back to a node: edges and links, in the order of their heads."""
        return [*self._out_of.get(i, ())]

    @property
    def ways(self) -> list[Edge | Link]:
        """All edges and links."""
        return [*self.edges.values(), *self.links]

    @cached_property
    def _into(self) -> dict[int, list[Edge | Link]]:
        found: dict[int, list[Edge | Link]] = {}
        for way in self.ways:
            found.setdefault(way.target, []).append(way)
        return found

    @cached_property
    def _out_of(self) -> dict[int, list[Edge | Link]]:
        found: dict[int, list[Edge | Link]] = {}
        for way in self.ways:
            if way.source is not None:
                found.setdefault(way.source, []).append(way)
        for ways in found.values():
            ways.sort(key=lambda way: way.target)
        return found

    def edge(self, source: int | None, target: int, place: int = 0) -> Edge:
        """Return one edge.

        Raises:
            KeyError: if there is none, saying which there are.
        """
        return self.edges[(source, target, place) if place else (source, target)]

    def forward_table(self) -> Table:
        """Return the forward pass and the δs as text: one line per node; under cross entropy the probabilities, too."""
        order = [i for layer in self.layers for i in layer] or sorted(self.nodes, reverse=True)
        rows = []
        for i in order:
            node = self.nodes[i]
            row = [
                node.names.mark(i),
                node.name,
                node.does,
                "" if node.a is None else shown(node.a, 6),
                shown(node.z, 6),
                "" if node.delta is None else shown(node.error, 6, sign=True),
            ]
            if chances := self.probabilities:
                row.insert(-1, shown(chances[i], 6) if i in chances else "")
            rows.append([*row[:2], *row[3:]] if self.layers else row)
        kinds = [] if self.layers else [""]
        a, z, delta = map(self.names.letter, ("a", "z", "delta"))
        chance = ["p"] if self.probabilities else []
        return table(["node", "output", *kinds, a, z, *chance, delta], rows)

    def table(self, lr: float = 0.1) -> Table:
        """Return every edge as text: weight, δ, z, δ·z and the new weight.

        Below stand what else is done with a parameter, and the sum of each weight that has several uses.

        Args:
            lr: the learning rate η of the new weights.
        """
        new = self.updates(lr)
        exact: list[list[str | float]] = [
            [edge.called, edge.weight, edge.error, edge.z, edge.credit, new.get(key, "")]
            for key, edge in self.edges.items()
        ]
        sums: list[list[str | float]] = []
        for weight in self.weights.values():
            w, after = weight.weight, weight.weight - lr * weight.credit
            for use in weight.uses:
                if isinstance(use, Use):
                    name = f"{use.name} in {use.where}"
                    exact.append([name, w, use.delta, use.z, use.credit, after])
            if (uses := len(weight.uses)) > 1:
                sums.append([f"{weight.name}, {uses} uses", w, "", "Σ", weight.credit, after])
        exact += sums
        rows = [
            [x if isinstance(x, str) else shown(x, 6, k in (2, 4)) for k, x in enumerate(row)]
            for row in exact
        ]
        names = self.names
        heads = ["edge", "weight", *map(names.letter, ("delta", "z")), names.product]
        return table([*heads, f"new weight ({names.rate} = {lr:g})"], rows, exact)

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        return f"<credit of {len(self.edges)} edges, {self.title}, {self.loss_formula} = {self.loss:.6g}>"

    def needs_layers(self, what: str, why: str = "") -> None:
        """Refuse what only a layered network has.

        Args:
            what: that.
            why: what stands against it here.

        Raises:
            ValueError: if the network has no layers.
        """
        if not self.layers:
            raise ValueError(
                f"{what} is of a layered network, whose units are joined to all of the layer before; this one is not: "
                f"{self.title}{why and f', where {why}'}. Its numbers are in table(), forward_table() and equations()"
            )

    def _called(self) -> str:
        """Return what the network is called."""
        net = self.recording.net
        name = name_of(net)
        return "network" if net is None or name == "<lambda>" else name

    def _counted(self) -> str:
        """Return how many units and joints there are."""
        kinds = [node.kind for node in self.nodes.values()]
        units, joints = kinds.count("unit"), kinds.count("joint")
        said = f"{units} unit{'s' * (units != 1)}"
        return f"{said}, {joints} joint{'s' * (joints != 1)}" if joints else said


def recorded_loss(prediction: Any, target: Any) -> Value:
    """Stand for a loss that was recorded before anyone asked who is to blame for it."""
    raise TypeError("the function that computed a recorded loss is not known")


def _found_again(find: Callable[..., Assignment], given: Any, notation: Any) -> Assignment:
    """Return a credit that was pickled or copied."""
    return find(*given).in_notation(notation)
