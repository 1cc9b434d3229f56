"""Networks made of Values."""

import os
import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from reprlib import repr as brief
from typing import Any, Never, Self

from autograd import Value, no_grad
from autograd.notation import table
from nn import saving
from nn.activations import Activation, shared_name
from nn.arguments import arguments_of, expect, generator, is_sequence, once, plain, refuse_unknown
from nn.elsewhere import hints
from nn.layers import (
    Fixed,
    Layer,
    Matrix,
    Neuron,
    Number,
    UnitActivations,
    each_unit,
    overrides,
)
from nn.naming import edge_name, numbering
from nn.saving import bias_name, weight_name
from nn.shapes import LayerActivations, check_biases, check_matrix, per_layer


class MLP(Fixed):
    """A multi-layer perceptron.

    Args:
        inputs: the number of inputs.
        units: the number of units of each layer, the output layer last.
        activation: a name or a function of a Value for the hidden layers; a list gives one per layer, and a
            list in its place one per unit.
        output_activation: the same for the output layer.
        bias: whether the units have biases; they start at 0.
        rng: a seed or a random.Random: the same numbers on every machine.
        init: "uniform" (from −1 to 1, as micrograd), "xavier" or "he".

    Raises:
        ValueError, TypeError: if a width is not a whole number, at least 1, or a name is not known.

    >>> net = MLP(3, [2, 1], bias=False, rng=0)
    >>> len(net.parameters())
    8
    >>> type(net([0.8, -1.0, 0.5])).__name__
    'Value'
    """

    __slots__ = ("layers",)
    layers: list[Layer]

    def __new__(cls, *args: Any, **given: Any) -> Self:
        """Refuse what networks of other libraries are given: all widths in one list, or arguments of another name."""
        if known := arguments_of(cls):
            refuse_unknown(cls.__name__, given, known, "network")
        if len(args) == 1 and not given.keys() & {"inputs", "units"} and is_sequence(args[0]):
            inputs, *units = args[0] or [3, 2, 1]
            raise TypeError(
                f"the number of inputs and those of units are given one after the other: {cls.__name__}({inputs}, {units})"
            )
        return super().__new__(cls)

    def __init__(
        self,
        inputs: int,
        units: Sequence[int],
        activation: LayerActivations = "tanh",
        output_activation: UnitActivations = "linear",
        bias: bool = True,
        rng: int | random.Random | None = None,
        init: str = "uniform",
    ) -> None:
        expect(is_sequence(units), "units lists the units of each layer, such as [2, 1]", units)
        if not len(units):
            raise ValueError("a network needs at least one layer: give the number of units of each")
        functions = per_layer(activation, output_activation, len(units))
        rng = generator(rng)
        widths = [inputs, *units]
        self.layers = [
            Layer(i, o, f, bias, rng, init) for i, o, f in zip(widths, widths[1:], functions)
        ]
        self._label()

    @classmethod
    def from_weights(
        cls,
        weights: Sequence[Matrix],
        biases: Sequence[Sequence[Number | None] | None] | None = None,
        activation: LayerActivations = "tanh",
        output_activation: UnitActivations = "linear",
    ) -> Self:
        """Return the network with these weights.

        Args:
            weights: for each layer its matrix W, one row per input and one column per unit, as on the slides.
                Values among them become the network's parameters as they are.
            biases: for each layer its biases, one per unit, or None for a layer or a unit without.
            activation, output_activation: as for MLP.

        Raises:
            ValueError, TypeError: if a matrix is ragged, empty or none, or the shapes do not fit each other.

        >>> MLP.from_weights([[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]])([0.8, -1.0, 0.5]).data
        0.8278991913146321
        """
        expect(is_sequence(weights), "weights lists a matrix for each layer", weights)
        if not len(weights):
            raise ValueError("a network needs at least one layer: give one matrix of weights each")
        biases = [None] * len(weights) if biases is None else biases
        expect(is_sequence(biases), "biases lists those of each layer, or None", biases)
        if len(biases) != len(weights):
            raise ValueError(f"{len(weights)} layers of weights, but {len(biases)} of biases")
        functions = per_layer(activation, output_activation, len(weights))
        net = cls.__new__(cls)
        net.layers = []
        for k, (matrix, bias, function) in enumerate(zip(weights, biases, functions), 1):
            units = check_matrix(k, matrix, net.layers[-1] if net.layers else None)
            columns = [[row[j] for row in matrix] for j in range(units)]
            offsets = [None] * units if bias is None else check_biases(k, bias, units)
            neurons = map(Neuron.from_weights, columns, offsets, each_unit(function, units))
            net.layers.append(Layer.from_neurons(list(neurons)))
        rows = [row for matrix in weights for row in matrix] + [b for b in biases if b is not None]
        net._label({id(v) for row in rows for v in row if isinstance(v, Value)})
        return net

    def _label(self, given: Container[int] = ()) -> None:
        """Call each parameter as pictures and tables do; those that were given are left as they are."""
        layers = numbering(self.sizes)
        for layer, tails, heads in zip(self.layers, layers, layers[1:]):
            for unit, j in zip(layer.neurons, heads):
                for i, p in zip([*tails, None], [*unit.w, unit.b]):
                    if p is not None and id(p) not in given:
                        p.label = edge_name(i, j)

    def __call__(self, x: Sequence[Number], *more: Never) -> Any:
        """Return the output for one input vector: a Value, or a list of Values if there are several.

        Raises:
            ValueError: if x has another width than the network.
        """
        if more:
            raise TypeError(f"an input vector is one argument, a list: net({brief([x, *more])})")
        z: Any = x
        for layer in self.layers:
            z = layer(z)
        return z[0] if len(z) == 1 else z

    def predict(self, xs: Sequence[Any]) -> list[Any]:
        """Return the outputs for many input vectors, as numbers: one for each, or a list where there are several.

        Args:
            xs: the input vectors: a list of lists of numbers, an array or a data frame.

        Raises:
            ValueError, TypeError: if one of them has another width than the network, saying which.

        >>> MLP.from_weights([[[0.5], [1.0]]]).predict([[1.0, 2.0], [3.0, 0.0]])
        [2.5, 1.5]
        """
        xs = plain(xs)
        expect(
            is_sequence(xs) or isinstance(xs, Iterator), "predict takes a list of input vectors", xs
        )
        outputs: list[Any] = []
        with no_grad():
            for i, x in enumerate(map(plain, xs)):
                if not is_sequence(x):
                    raise TypeError(
                        f"xs[{i}] is {brief(x)}, but predict takes a list of input vectors; for a single one x it is "
                        "predict([x])[0]"
                    )
                try:
                    output = self(x)
                except (ValueError, TypeError) as error:
                    raise type(error)(f"xs[{i}]: {error}") from None
                several = isinstance(output, list)
                outputs.append([v.data for v in output] if several else output.data)
        return outputs

    def __getattr__(self, name: str) -> Any:
        hint = hints("methods").get(name, "")
        message = f"{type(self).__name__} has no {name}{hint and f': {hint}'}"
        raise AttributeError(message, name=name, obj=self)

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then the number of units of each layer."""
        return [self.layers[0].inputs, *(len(layer.neurons) for layer in self.layers)]

    def parameters(self) -> list[Value]:
        """Return the parameters, layer by layer and unit by unit: the weights of a unit, then its bias.

        A parameter that is used several times is one parameter, and stands where it is used first.
        """
        units = (unit for layer in self.layers for unit in layer.neurons)
        return once([p for unit in units for p in (*unit.w, unit.b) if p is not None])

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield (name, parameter) in the order of `parameters`.

        A weight is `layers.0.weight.2.1`: of the first layer, row 2 (its third input), column 1 (its
        second unit). A bias is `layers.0.bias.1`.
        """
        seen: set[int] = set()
        for k, layer in enumerate(self.layers):
            heads = [weight_name(k, i, "") for i in range(layer.inputs)]
            for j, unit in enumerate(layer.neurons):
                column = str(j)
                names = [*[head + column for head in heads], bias_name(k, j)]
                for name, p in zip(names, (*unit.w, unit.b)):
                    if p is not None and id(p) not in seen:
                        seen.add(id(p))
                        yield name, p

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0: gradients accumulate until then."""
        for p in self.parameters():
            p.grad = 0.0

    def weights(self) -> list[list[list[float]]]:
        """Return the matrix W of each layer as numbers: one row per input, one column per unit."""
        return [[[w.data for w in row] for row in matrix] for matrix in self._matrices()]

    def _matrices(self) -> list[list[tuple[Value, ...]]]:
        return [list(zip(*(unit.w for unit in layer.neurons))) for layer in self.layers]

    def biases(self) -> list[list[float | None] | None]:
        """Return the biases of each layer as numbers, or None for a layer or a unit without."""
        return [
            None
            if all(unit.b is None for unit in layer.neurons)
            else [None if unit.b is None else unit.b.data for unit in layer.neurons]
            for layer in self.layers
        ]

    def activations(self) -> list[Activation]:
        """Return the activation of each layer.

        Raises:
            ValueError: if the units of a layer have different ones.
        """
        return [layer.activation for layer in self.layers]

    def own_computation(self) -> str:
        """Return what computes in a way of its own, not by weights, biases and activations; empty if nothing does.

        >>> class Skip(MLP):
        ...     def __call__(self, x):
        ...         return super().__call__(x) + x[0]
        >>> Skip(1, [1]).own_computation(), MLP(1, [1]).own_computation()
        ('Skip', '')
        """
        parts: list[tuple[object, Callable[..., Any]]] = [(self, MLP)]
        for layer in self.layers:
            parts += [(layer, Layer), *((unit, Neuron) for unit in layer.neurons)]
        own = (type(part).__name__ for part, base in parts if overrides(part, base))
        return next(own, "")

    def state_dict(self) -> dict[str, float]:
        """Return every parameter's number by its name."""
        return {name: p.data for name, p in self.named_parameters()}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Set every parameter to the number that a state, as of `state_dict`, has under its name.

        Raises:
            ValueError: if a name is missing or not known; then nothing is changed.
        """
        expect(isinstance(state, Mapping), "a state is a dict of numbers by name", state)
        named = dict(self.named_parameters())
        missing = sorted(named.keys() - state.keys())
        unknown = sorted(map(str, state.keys() - named.keys()))
        if missing or unknown:
            parts = [f"missing {', '.join(missing[:5])}"] if missing else []
            parts += [f"unknown {', '.join(unknown[:5])}"] if unknown else []
            raise ValueError("the state does not fit this network: " + "; ".join(parts))
        # all are checked before any is set
        numbers = {name: Value(state[name]).data for name in named}
        for name, p in named.items():
            p.data = numbers[name]

    @classmethod
    def from_model(cls, model: Any) -> Self:
        """Return the network that a model of another tool is, with the same numbers.

        Args:
            model: a torch.nn.Sequential, a keras.Sequential, or an MLPClassifier or MLPRegressor of
                scikit-learn. A softmax at its end is left out: `cross_entropy` takes the outputs before it.

        Raises:
            TypeError: if it is of another kind.
            ValueError: if it has a layer that is not a dense layer or a known activation, which is named.
        """
        from nn.exchange import from_model

        return cls.from_weights(*from_model(model).layers())

    def save(
        self, path: str | os.PathLike[str], names: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Write the network to a file, whole or not at all; every bit is kept.

        Args:
            path: where to. Its ending says how: `.npz` for NumPy, `.safetensors` as PyTorch names its
                arrays, `.onnx`; any other that is not another tool's is JSON.
            names: of the "inputs" and the "classes", if they have any; a JSON file keeps them.

        Raises:
            ValueError: if something in it is code of the user's own, or a number is not finite, neither of which
                a file can hold; if such a file cannot hold a layer of different units, or a tied parameter; if the
                ending is that of a file that only another tool writes.
        """
        if (ending := Path(path).suffix.lower()) in saving.OTHERS:
            raise ValueError(
                f"a network is saved as .json, .npz, .safetensors or .onnx; got the ending {ending}"
            )
        parts = (
            self._matrices(),
            [[unit.b for unit in layer.neurons] for layer in self.layers],
            [[unit.activation for unit in layer.neurons] for layer in self.layers],
        )
        saved = saving.content(*parts, self.own_computation(), names)
        if Path(path).suffix.lower() in saving.EXCHANGED:
            from nn.exchange import write

            write(path, saved)
        else:
            saving.save(path, saved)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        activation: LayerActivations | None = None,
        output_activation: UnitActivations = "linear",
    ) -> Self:
        """Return the network that a file holds; every float is as it was when it was saved.

        Args:
            path: a file that `save` wrote; or a `.npz`, `.safetensors` or `.onnx` file of another tool.
            activation, output_activation: as for MLP, of a file that holds weights and nothing else.

        Raises:
            ValueError: if the file is damaged, cut off, of another kind or of a newer version; if nothing
                says the activations, or both the file and `activation`.
        """
        if Path(path).suffix.lower() in saving.EXCHANGED:
            from nn.exchange import read

            return cls.from_weights(*read(path, activation, output_activation))
        network = saving.load(path, cls.from_weights)
        if activation is not None:
            raise ValueError(
                f"{os.fspath(path)!r} says its activations itself: leave activation= out"
            )
        return network

    def _activation_names(self) -> list[str | list[str]]:
        return [shared_name(unit.activation for unit in layer.neurons) for layer in self.layers]

    def _repr_html_(self) -> str:
        """Return the layers as a table, for notebooks."""
        rows = []
        for k, (layer, name) in enumerate(zip(self.layers, self._activation_names()), 1):
            named = name if isinstance(name, str) else ", ".join(name)
            sizes = str(layer.inputs), str(len(layer.neurons))
            rows.append([str(k), *sizes, named, f"{len(layer.parameters()):,}"])
        layers = table(["layer", "inputs", "units", "activation", "parameters"], rows)
        title = f"{type(self).__name__}: {len(self.parameters()):,} parameters"
        return layers.html(title)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.layers[0].inputs}, {self.sizes[1:]}, "
            f"activations={self._activation_names()}, {len(self.parameters())} parameters)"
        )
