"""Examples as data: any recorded network, a function of one's own and the state of an optimiser, for a key in JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd import Value
from autograd.graph.flat import Flat
from autograd.graph.node import made_by
from autograd.graph.reverse import leaf_numbers
from autograd.modes import recorded
from autograd.primitives import TABLE
from autograd.value import apply
from nn.activations import ACTIVATIONS, Activation, activation_name
from nn.arguments import arguments_of, named
from nn.credit import Credit
from nn.credit.finding.recording import Recording, Weights, known_by_name
from nn.losses import LOSSES, Loss, loss_name
from nn.optim import SGD, Adam, Optimizer

Data = dict[str, Any]
_OPTIMIZERS = {kind.__name__: kind for kind in (SGD, Adam)}


def kept_nodes(ends: Sequence[Value], leaves: Sequence[Value], kept: Mapping[Value, float]) -> Data:
    """Return a recorded graph as data: what it ends in, its leaves, and for each node its row, operands and label.

    Args:
        ends: its results.
        leaves: what it is computed from.
        kept: the numbers of leaves that have others now.

    Raises:
        ValueError: if there is an operation of one's own in it.
    """
    flat = Flat((*ends, *leaves))
    places, numbers = flat.places, flat.numbers

    def operand(x: Any) -> Any:
        if isinstance(x, tuple):
            return [operand(item) for item in x]
        if isinstance(x, Value) and x.op != "constant":
            return places[x]
        return {"number": x.data if isinstance(x, Value) else getattr(x, "holds", x)}

    nodes = list[list[Any]]()
    for v, number in zip(flat.values, numbers):
        row, operands = made_by(v)
        if row is None:
            nodes.append([kept.get(v, number), v.label])
        elif row.name in TABLE:
            nodes.append([row.name, [operand(x) for x in operands], v.label])
        else:
            raise ValueError(f"{row.name} is an operation of your own, which no file holds")
    return {
        "nodes": nodes,
        "ends": [places[v] for v in ends],
        "leaves": [places[v] for v in leaves],
    }


def recorded_nodes(
    kept: Mapping[str, Any], leaves: Sequence[Value] = ()
) -> tuple[list[Value], list[Value]]:
    """Return the results and the leaves of a graph that was kept, recorded anew.

    Args:
        kept: what `kept_nodes` gave.
        leaves: others in the place of its leaves.
    """
    given, nodes = dict(zip(kept["leaves"], leaves)), list[Value]()

    def operand(x: Any) -> Any:
        if isinstance(x, list):
            return tuple(operand(item) for item in x)
        return nodes[x] if isinstance(x, int) else x["number"]

    with recorded():
        for k, (what, *more) in enumerate(kept["nodes"]):
            if isinstance(what, str):
                node = apply(named("operation", what, TABLE), *(operand(x) for x in more[0]))
            else:
                node = given.get(k) or Value(what)
            if k not in given and more[-1]:
                node.label = more[-1]
            nodes.append(node)
    return [nodes[k] for k in kept["ends"]], [nodes[k] for k in kept["leaves"]]


# ---------------------------------------------------------------- functions of one's own


def kept_function(f: Callable[..., Any], name: str, *leaves: float) -> Data:
    """Return a function of Values as data: as it computes near some numbers.

    Args:
        f: the function, of as many Values.
        name: what it is called.
        *leaves: the numbers.
    """
    given = [Value(x) for x in leaves]
    return {"name": name, "graph": kept_nodes([f(*given)], given, {})}


def function_of(given: Mapping[str, Any]) -> Callable[..., Any]:
    """Return the function that `kept_function` made data of."""

    def kept(*leaves: Value) -> Value:
        return recorded_nodes(given["graph"], leaves)[0][0]

    kept.__name__ = kept.__qualname__ = given["name"]
    return kept


def activation_data(f: Activation, a: float) -> str | Data:
    """Return an activation, by its name or as it computes near a number."""
    name = activation_name(f)
    return name if ACTIVATIONS.get(name) is f else kept_function(f, name, a)


def activation_of(given: Any) -> Any:
    """Return what was kept of activations, in lists too."""
    if isinstance(given, list):
        return list(map(activation_of, given))
    return function_of(given) if isinstance(given, dict) else given


def loss_data(credit: Credit) -> str | Data:
    """Return the loss of an example, by its name or as it computes near the outputs."""
    f, y = credit.loss_function, credit.y
    if f in LOSSES.values() or not credit.layers or y is None:
        return getattr(f, "__name__", loss_name(f))

    def of_outputs(*z: Value) -> Value:
        return f(z[0] if len(z) == 1 else list(z), y)

    return kept_function(of_outputs, loss_name(f), *credit.prediction)


def loss_of(given: Any) -> Loss:
    """Return the loss that was kept.

    Raises:
        ValueError: if it is a name that no loss has.
    """
    if not isinstance(given, dict):
        return named("loss", given, LOSSES)
    f = function_of(given)

    def loss(prediction: Any, target: Any) -> Any:
        return f(*(prediction if isinstance(prediction, (list, tuple)) else [prediction]))

    loss.__name__ = f.__name__
    return loss


def penalty_data(credit: Credit) -> Data:
    """Return the penalty of an example as data."""
    penalty = credit.recording.penalty
    assert penalty is not None
    weights = [weight.weight for weight in credit.weights.values()]
    name = getattr(penalty, "__qualname__", "penalty")
    return kept_function(lambda *p: penalty(list(p)), name, *weights)


def penalty_of(given: Mapping[str, Any]) -> Callable[[list[Value]], Value]:
    """Return the penalty that was kept."""
    f = function_of(given)
    return lambda parameters: f(*parameters)


# ---------------------------------------------------------------- networks without layers, optimisers


def graph_data(credit: Credit) -> Data:
    """Return an example of any network as data: its graph, and what is known of its leaves."""
    r, flat = credit.recording, credit.graph
    then = dict(zip(flat.values, flat.numbers))
    then |= {p: weight.weight for p, weight in zip(r.parameters, credit.weights.values())}
    graph = kept_nodes([r.loss, *r.outputs], [*r.parameters, *(v for v, _ in r.inputs)], then)
    penalty = {"penalty": penalty_data(credit)} if r.penalty is not None else {}
    return penalty | {
        "graph": graph, "weights": [r.names.get(p, "") for p in r.parameters],
        "inputs": [name for _, name in r.inputs], "net": credit.title.split(",")[0], "target": credit.y,
        "loss": loss_data(credit),
    }  # fmt: skip


def graph_of(given: Mapping[str, Any]) -> Credit:
    """Return the example that `graph_data` made data of."""
    names = given["weights"]
    (root, *outputs), leaves = recorded_nodes(given["graph"])
    weights, inputs = leaves[: len(names)], leaves[len(names) :]
    said, penalty = given["loss"], given.get("penalty")
    loss = loss_of(said) if isinstance(said, dict) or said in LOSSES else known_by_name(said)
    recording = Recording(
        root, outputs, Weights.of(list(zip(names, weights))), list(zip(inputs, given["inputs"])), known_by_name(given["net"]),
        penalty_of(penalty) if penalty else None, leaf_numbers(root), [p.data for p in weights],
    )  # fmt: skip
    return Credit.of_recording(recording, given["target"], loss)


def optimizer_data(optimizer: Optimizer) -> Data:
    """Return an optimiser with what it remembers as data.

    Raises:
        ValueError: if it is one of a user's own.
    """
    kind = type(optimizer)
    if _OPTIMIZERS.get(kind.__name__) is not kind:
        own = "an optimiser of your own, which no file holds"
        raise ValueError(f"{kind.__name__} is {own}: make its worksheet again")
    state = {name: list(x) if hasattr(x, "__len__") else x for name, x in vars(optimizer).items()}
    return {"kind": kind.__name__, **state, "lr": optimizer.learning_rate()}


def optimizer_of(given: Mapping[str, Any]) -> Optimizer:
    """Return the optimiser that `optimizer_data` made data of."""
    kind = named("optimiser", given["kind"], _OPTIMIZERS)
    arguments = {name: given[name] for name in arguments_of(kind)}
    made = kind(**arguments)
    state = vars(made).keys() - arguments.keys()
    vars(made).update({name: given[name] for name in state if name in given})
    return made
