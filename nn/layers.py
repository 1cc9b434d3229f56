"""Neurons and layers made of Values, and how their weights start."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from autograd import Value, dot
from autograd.sequences import Units
from nn.activations import Activation, activation, activation_name, shared_name
from nn.arguments import expect, generator, is_sequence, named, once, whole

Number: TypeAlias = float | Value
Matrix: TypeAlias = Sequence[Sequence[Number]]
UnitActivations: TypeAlias = str | Activation | Sequence[str | Activation]

# how far from 0 a weight may start, by the numbers of inputs and of units
INITIALIZERS: dict[str, Callable[[int, int], float]] = {
    "uniform": lambda inputs, units: 1.0,  # micrograd's
    "xavier": lambda inputs, units: math.sqrt(6.0 / (inputs + units)),  # Glorot & Bengio 2010, (16)
    "he": lambda inputs, units: math.sqrt(6.0 / inputs),  # He et al. 2015, (10), but uniform
}


def parameter(x: Number) -> Value:
    """Return a Value as it is, and a Value for a number."""
    return x if isinstance(x, Value) else Value(x)


class Network(Protocol):
    """Anything that can be trained: it gives an output for an input vector, and has parameters."""

    def __call__(self, x: Any) -> Any:
        """Return the output for one input vector."""
        ...

    def parameters(self) -> list[Value]:
        """Return the parameters."""
        ...


class Fixed:
    """What is set up once: an attribute that it does not have cannot be given to it, to be ignored from then on."""

    __slots__ = ("__weakref__",)

    def __setattr__(self, name: str, given: Any) -> None:
        try:
            super().__setattr__(name, given)
        except AttributeError:
            raise AttributeError(
                f"{type(self).__name__}.{name} cannot be set. A network keeps its parameters; change a number "
                "instead: unit.w[0].data = 0.5, unit.b.data = 0.5, or net.load_state_dict(...)"
            ) from None


class Neuron(Fixed):
    """One unit: activation(bias + Σ w·x).

    Args:
        inputs: how many inputs it has.
        activation: a name or a function of a Value.
        bias: whether it has a bias; it starts at 0.
        rng: a seed or a random.Random for the weights.
        init: "uniform" (from −1 to 1, as micrograd), "xavier" or "he".
        units: how many units its layer has, for Xavier's bound.

    >>> unit = Neuron.from_weights([0.5, -1.0], 0.25, "tanh")
    >>> unit([1.0, 1.0]).data
    -0.24491866240370913
    """

    __slots__ = ("_activation", "_b", "_w")
    _w: tuple[Value, ...]
    _b: Value | None
    _activation: Activation

    def __init__(
        self,
        inputs: int,
        activation: str | Activation = "tanh",
        bias: bool = True,
        rng: int | random.Random | None = None,
        init: str = "uniform",
        units: int = 1,
    ) -> None:
        rng, inputs = generator(rng), whole("inputs", inputs)
        bound = named("initialisation", init, INITIALIZERS)(inputs, units)
        weights = [rng.uniform(-bound, bound) for _ in range(inputs)]
        self._set(weights, 0.0 if bias else None, activation)

    @classmethod
    def from_weights(
        cls, weights: Sequence[Number], bias: Number | None, activation: str | Activation
    ) -> "Neuron":
        """Return the unit with these weights.

        Args:
            weights: one per input; Values become its parameters as they are.
            bias: a number, a Value, or None.
            activation: as for Neuron.
        """
        unit = cls.__new__(cls)
        unit._set(weights, bias, activation)
        return unit

    def _set(
        self, weights: Sequence[Number], bias: Number | None, function: str | Activation
    ) -> None:
        self._w = tuple(map(parameter, weights))
        self._b = None if bias is None else parameter(bias)
        self._activation = activation(function)

    # A layer keeps its units' parameters together, so they stay the ones it was built from:
    # assign the `.data` of a weight, not the weight.

    @property
    def w(self) -> tuple[Value, ...]:
        """The weights, one per input."""
        return self._w

    @property
    def b(self) -> Value | None:
        """The bias, or None."""
        return self._b

    @property
    def activation(self) -> Activation:
        """The activation function."""
        return self._activation

    def __call__(self, x: Sequence[Number]) -> Value:
        """Return the unit's output for one input vector.

        Args:
            x: the numbers, floats or Values.
        """
        check_width(len(self.w), x)
        a: Value = dot(self.w, x, 0.0 if self.b is None else self.b)
        return self.activation(a)

    def parameters(self) -> list[Value]:
        """Return the weights, then the bias."""
        return once(self.w if self.b is None else (*self.w, self.b))

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {activation_name(self.activation)!r}, bias={self.b is not None})"


class Layer(Fixed):
    """Units side by side that share their inputs.

    Args:
        inputs, units: the widths.
        activation: a name or a function of a Value; a list gives one for each unit.
        bias, rng, init: as for Neuron.

    >>> [v.data for v in Layer.from_neurons([Neuron.from_weights([2.0], None, "linear")])([3.0])]
    [6.0]
    """

    __slots__ = ("_functions", "_neurons", "_own", "_units")
    _neurons: tuple[Neuron, ...]
    _own: bool  # whether a unit computes in a way of its own
    _functions: tuple[Activation, ...]
    _units: Units

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: UnitActivations = "tanh",
        bias: bool = True,
        rng: int | random.Random | None = None,
        init: str = "uniform",
    ) -> None:
        inputs, units, rng = whole("inputs", inputs), whole("units", units), generator(rng)
        functions = each_unit(activation, units)
        self._set([Neuron(inputs, f, bias, rng, init, units) for f in functions])

    @classmethod
    def from_neurons(cls, neurons: Sequence[Neuron]) -> "Layer":
        """Return the layer of these units.

        Args:
            neurons: the units.

        Raises:
            ValueError: if there are none, or they have different numbers of inputs.
        """
        units = list(neurons)
        widths = {len(unit.w) for unit in units}
        if len(widths) != 1:
            raise ValueError(
                f"the units of a layer have equally many inputs, but {sorted(widths)} were given"
            )
        layer = cls.__new__(cls)
        layer._set(units)
        return layer

    def _set(self, neurons: list[Neuron]) -> None:
        self._neurons = tuple(neurons)
        self._functions = tuple(unit.activation for unit in neurons)
        self._own = any(overrides(unit, Neuron) for unit in neurons)
        self._units = Units((unit.w, 0.0 if unit.b is None else unit.b) for unit in neurons)

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """The units."""
        return self._neurons

    @property
    def activation(self) -> Activation:
        """The activation that the units share.

        Raises:
            ValueError: if they have different ones.
        """
        if len(set(self._functions)) > 1:
            raise ValueError(
                f"the units of this layer have different activations ({', '.join(map(activation_name, self._functions))}): "
                "ask each unit for its own"
            )
        return self._functions[0]

    @property
    def inputs(self) -> int:
        """How many inputs the layer has."""
        return len(self.neurons[0].w)

    def preactivations(self, x: Sequence[Number]) -> list[Value]:
        """Return a = b + Σ w·x of each unit: one node each."""
        return self._units.nodes(tuple(x))

    def __call__(self, x: Sequence[Number]) -> list[Value]:
        """Return the units' outputs for one input vector.

        Args:
            x: the numbers, floats or Values.
        """
        check_width(self.inputs, x)
        if self._own:
            return [unit(x) for unit in self._neurons]
        return [f(a) for f, a in zip(self._functions, self._units.nodes(tuple(x)))]

    def parameters(self) -> list[Value]:
        """Return the parameters, unit by unit."""
        return once(p for unit in self.neurons for p in unit.parameters())

    def __repr__(self) -> str:
        biases = [unit.b is not None for unit in self.neurons]
        bias = biases[0] if len(set(biases)) == 1 else biases
        return f"Layer({self.inputs}, {len(self.neurons)}, {shared_name(self._functions)!r}, bias={bias})"


def overrides(part: object, base: Callable[..., Any]) -> bool:
    """Tell whether a part of a network computes in a way of its own, not as its base class does."""
    return type(part).__call__ is not base.__call__  # type: ignore[operator]


def each_unit(given: UnitActivations, units: int) -> list[Activation]:
    """Return the activation of each unit of a layer, given one for all or a list with one for each."""
    if isinstance(given, str) or callable(given):
        return [activation(given)] * units
    expect(is_sequence(given), "an activation is a name or a function of a Value", given)
    if len(given) != units:
        raise ValueError(f"{units} units, but {len(given)} activations")
    return [activation(f) for f in given]


def check_width(expected: int, x: Sequence[Number]) -> None:
    """Check that an input vector is a sequence of the expected length.

    Raises:
        TypeError: if it is not a sequence of numbers.
        ValueError: if it has another length.
    """
    if is_sequence(x) and len(x) == expected:
        return
    plural = "s" * (expected != 1)
    expect(is_sequence(x), f"an input is a sequence of {expected} number{plural}", x)
    rows = len(x) > 0 and is_sequence(next(iter(x)))
    raise ValueError(
        f"{expected} input{plural} expected, got {len(x)}"
        + (f" row{'s' * (len(x) != 1)}: give one example at a time" if rows else "")
    )
