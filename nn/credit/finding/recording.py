"""What is recorded of a network: its loss, its outputs, its weights by name and its inputs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import count
from typing import Any, Self

import autograd as ag
from autograd import Value, value
from autograd.graph.reverse import leaf_numbers
from autograd.graph.walks import topological
from autograd.modes import begin_transform, recorded
from autograd.notation import DIGITS, subscript
from autograd.structure import name_of
from nn.arguments import expect, is_sequence, once, plain
from nn.credit.finding.guessing import guess
from nn.losses import Loss, Penalty, added_by, loss_name
from nn.network import MLP


@dataclass(frozen=True, eq=False)
class Recording:
    """A network's graph for one example, with what is known of its leaves.

    Attributes:
        loss: the loss, a penalty and all.
        outputs: what the network gave, from left to right; empty if it is not known where the loss begins.
        weights: tells the weights.
        given: what was fed in, with names, from the first to the last.
        net: the network; None if it is not known.
        penalty: what was added to the loss.
        kept: the numbers of leaves that the recorded slopes do not keep: a leaf may be assigned later.
        numbers: those of the weights; empty where each stands on an edge, which keeps it.
        moment: `autograd.value.assigned` from before anything was recorded, if it is known.
    """

    loss: Value
    outputs: list[Value]
    weights: "Weights"
    given: list[tuple[Value, str]]
    net: Any = None
    penalty: Penalty | None = None
    kept: dict[Value, float] = field(default_factory=dict)
    numbers: list[float] = field(default_factory=list)
    moment: object = None

    @cached_property
    def parameters(self) -> list[Value]:
        """The weights."""
        return self.weights.values()

    @cached_property
    def places(self) -> dict[Value, int]:
        """The place of each weight among them."""
        return dict(zip(self.parameters, count()))

    @cached_property
    def names(self) -> dict[Value, str]:
        """The name of each weight; those that have none are not there."""
        return self.weights.names()

    @cached_property
    def inputs(self) -> list[tuple[Value, str]]:
        """The inputs with their names: what was fed in, but for weights."""
        return [(v, name) for v, name in self.given if v not in self.places]

    def __reduce__(self) -> Any:
        with recorded():
            # one graph: of several, each would be its own
            ends = ag.sum([self.loss, *self.outputs])
        leaves = self.parameters, self.names, self.given, self.kept, self.numbers
        net = None if self.net is None else name_of(self.net)
        return _recorded_again, (ends, *leaves, net, self.penalty)


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of a network, told when they are asked for: they may be many.

    Attributes:
        values: gives them.
        names: gives the name of each; those that have none are not there.
    """

    values: Callable[[], list[Value]]
    names: Callable[[], dict[Value, str]]

    @classmethod
    def of(cls, named: Sequence[tuple[str, Value]]) -> Self:
        """Return the weights that are in a list, with names."""
        return cls(lambda: once(p for _, p in named), partial(_names, named))

    @classmethod
    def of_network(cls, net: MLP, own_labels: bool = False) -> Self:
        """Return the weights of a perceptron; a label goes before the name if it is one that somebody gave."""
        values = cache(net.parameters)
        if own_labels:
            return cls(values, lambda: _names(net.named_parameters()))
        return cls(values, lambda: {p: name for name, p in net.named_parameters()})


def known_by_name(name: str) -> Callable[..., Any]:
    """Return what stands for a function of which no more than the name, and what it computed, was kept."""

    def known(*arguments: Any) -> Any:
        raise TypeError(f"the function {name} is not known: what it computed was kept")

    known.__name__ = name
    return known


def _recorded_again(
    ends: Value, parameters: list[Value], names: dict[Value, str], given: Any, kept: Any, numbers: Any, net: str | None, penalty: Any
) -> Recording:  # fmt: skip
    """Return a recording that was pickled or copied."""
    loss, *outputs = ends.parents
    known = Weights(lambda: parameters, lambda: names)
    called = None if net is None else known_by_name(net)
    return Recording(loss, outputs, known, given, called, penalty, kept, numbers)


def loss_of(out: Any, y: Any, loss: Loss) -> Value:
    """Return the loss of an output."""
    root = loss(out, y)
    if not isinstance(root, Value):
        raise TypeError(
            f"a loss gives a Value computed from the prediction, but {loss_name(loss)} gave "
            f"{type(root).__name__}: {root!r}"
        )
    return root


def recording_of(
    net: Callable[[Any], Any],
    x: Any,
    y: Any,
    loss: Loss,
    parameters: Any = None,
    penalty: Penalty | None = None,
) -> Recording:
    """Call a network once and return what was recorded.

    Args:
        net: any function of x made of Values.
        x: its argument: numbers, in lists, tuples or dicts as the network takes them. Where a list holds a float, its
            numbers become Values; whole numbers alone, indices say, stay what they are.
        y, loss: the target, and the function of prediction and target.
        parameters: the weights: Values in a list, or by name in a dict; None for those that the network tells, or else
            for the Values from outside that it uses.
        penalty: a function of the list of parameters whose result is added to the loss.

    Raises:
        TypeError: if network or loss give anything but Values.
    """
    expect(callable(net), "credit is assigned in a network: a function of x made of Values", net)
    inputs: list[tuple[Value, str]] = []
    moment = value.assigned
    given = _wrapped(plain(x), "x", inputs)
    called = begin_transform()
    try:
        out = net(given)
    except (TypeError, ValueError) as error:
        several = is_sequence(x) and len(x) and all(map(is_sequence, x))
        if several and is_sequence(y) and len(x) == len(y):
            hint = f"x and y look like {len(x)} examples: if they are, say batch=True"
            raise type(error)(f"{error} ({hint})") from error
        raise
    outputs = list(_values(out))
    gives = "a network gives a Value, or Values in lists, computed from x and its weights"
    expect(bool(outputs), gives, out)
    root = loss_of(out, y, loss)
    known = weights(net if parameters is None else parameters)
    if known is None:
        fed, wanted = {id(v) for v, _ in inputs}, set(map(id, _values(y)))
        indices = {*map(type, _flat([given]))} == {int}
        found = guess(root, outputs, fed, wanted, called, indices)
        known = Weights.of([("", p) for p in found])
    if penalty is not None:
        root = penalized(root, penalty, known.values())
    numbers = [p.data for p in known.values()]
    kept = leaf_numbers(root)
    return Recording(root, outputs, known, inputs, net, penalty, kept, numbers, moment)


def recording_of_loss(root: Value, parameters: Any = None, outputs: Any = None) -> Recording:
    """Return what is known of a recorded loss; the arguments are those of `assign_credit`."""
    known = weights(parameters)
    if known is None:
        known = Weights.of([("", p) for p in guess(root)])
    parameters = known.values()
    chosen, numbers = set(map(id, parameters)), [p.data for p in parameters]
    given = [] if outputs is None else list(_values(outputs))
    expect(outputs is None or bool(given), "outputs are the Values that the network gave", outputs)
    leaves = [v for v in topological(root) if not v.op and id(v) not in chosen]
    inputs = [(v, v.label or f"x{subscript(k)}") for k, v in enumerate(leaves, 1)]
    return Recording(root, given, known, inputs, kept=leaf_numbers(root), numbers=numbers)


def penalized(root: Value, penalty: Penalty, parameters: list[Value]) -> Value:
    """Return a loss with a penalty on the parameters."""
    wanted = "a penalty is a function of the list of parameters, l2(1e-4) say"
    expect(callable(penalty), wanted, penalty)
    return root + added_by(penalty, parameters)


def weights(given: Any) -> Weights | None:
    """Return the weights that were given, or that a network tells; None if it tells nothing.

    Raises:
        TypeError: if something among them is not a Value.
    """
    named: list[tuple[str, Any]]
    if isinstance(given, MLP):
        return Weights.of_network(given, own_labels=True)
    if given is None:
        return None
    if isinstance(given, Mapping):
        named = list(_by_name(given))
    elif hasattr(given, "named_parameters"):
        named = list(given.named_parameters())
    elif hasattr(given, "parameters"):
        named = [("", p) for p in given.parameters()]
    elif callable(given):
        return None
    else:
        expect(is_sequence(given), "parameters are Values in a list, or by name in a dict", given)
        named = [("", p) for p in _flat(given)]
    for name, p in named:
        expect(isinstance(p, Value), "a parameter is a Value", p)
        if p.op:
            raise ValueError(
                f"a parameter is a Value of its own, but {name or p!r} is the result of {p.op}"
            )
    return Weights.of(named)


def _names(named: Iterable[tuple[str, Value]]) -> dict[Value, str]:
    """Return the names of weights, no two the same; a label goes before a name."""
    names: dict[Value, str] = {}
    for name, p in named:
        if called := _own_label(p) or name:
            names.setdefault(p, called)
    seen: dict[str, int] = {}
    for key, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        names[key] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def _own_label(p: Value) -> str:
    """Return the label that somebody gave; w₃⇝₁ is that of a perceptron, and may be another edge here."""
    label = p.label
    generic = label[:1] in ("w", "b") and not label[1:].strip(DIGITS + "⇝")
    return "" if generic and len(label) > 1 else label


def _by_name(given: Mapping[Any, Any]) -> Iterable[tuple[str, Any]]:
    """Yield what is in a dict with its name; of the elements of a list with their places: W.0.1."""
    stack = [(str(name), item) for name, item in reversed(list(given.items()))]
    while stack:
        name, item = stack.pop()
        if is_sequence(item):
            stack += [(f"{name}.{k}", part) for k, part in reversed(list(enumerate(item)))]
        else:
            yield name, item


def _flat(given: Any) -> Iterable[Any]:
    for item in given:
        if is_sequence(item):
            yield from _flat(item)
        else:
            yield item


def _values(out: Any) -> Iterable[Value]:
    """Yield the Values that a network gave."""
    if isinstance(out, Value):
        yield out
    elif isinstance(out, Mapping):
        for item in out.values():
            yield from _values(item)
    elif is_sequence(out):
        for item in out:
            yield from _values(item)


def _wrapped(x: Any, name: str, inputs: list[tuple[Value, str]], among_floats: bool = True) -> Any:
    """Return an argument with a Value for each number, and note them with their names."""
    x = plain(x)
    if isinstance(x, Mapping):
        return {key: _wrapped(item, str(key), inputs) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        floats = any(isinstance(item, (float, Value)) for item in x)
        comma = "" if name == "x" or len(x) < 10 else "‚"
        items = [
            _wrapped(item, f"{name}{comma}{subscript(k)}", inputs, floats)
            for k, item in enumerate(x, 1)
        ]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    if isinstance(x, float) or (
        among_floats and isinstance(x, int) and not isinstance(x, bool) and name != "x"
    ):
        x = Value(x)
    if isinstance(x, Value):
        inputs.append((x, x.label or name))
    return x
