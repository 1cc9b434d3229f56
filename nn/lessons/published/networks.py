"""Published worked examples of networks, and two of our own; what was printed is in networks.toml, by the same keys."""

import functools
import tomllib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from autograd import Value
from nn.credit.credit import Credit
from nn.lessons.examples import NetworkExample
from nn.losses import LOSSES, half_squared_error
from nn.network import MLP
from nn.optim import SGD


def output_itself(prediction: Value, target: Any) -> Value:
    """Return the prediction: what is differentiated where there is no loss."""
    return prediction


def _by_output(credit: Credit, j: int) -> float:
    """Return ∂L/∂z of a unit."""
    delta, slope = credit.nodes[j].delta, credit.nodes[j].slope
    assert delta is not None
    assert slope is not None
    return delta / slope


def _neuron(e: NetworkExample) -> Mapping[str, float | None]:
    credit = e.credit()
    x1, x2 = credit.edges[2, 0], credit.edges[1, 0]
    slope = credit.nodes[0].slope
    return {"slope": slope, "dx1": x1.delta * x1.weight, "dx2": x2.delta * x2.weight}


def _mazur(e: NetworkExample) -> Mapping[str, float]:
    """Return the error of each output, and that after a step which leaves the biases alone."""
    c, errors = e.credit(), dict[str, float]()
    for j, target in enumerate(e.y):
        errors[f"E{j + 1}"] = half_squared_error(Value(c.nodes[j].z), target).data
    kept = {key: edge.weight for key, edge in c.edges.items() if key[0] is None}
    return errors | {"after": _error(c.network(c.updates(e.lr) | kept), e)}


@functools.cache  # of so many steps
def _mazur_long(e: NetworkExample) -> Mapping[str, float]:
    net = e.network()
    weights = [w for layer in net.layers for unit in layer.neurons for w in unit.w]
    for _ in range(10_000):
        for w in weights:
            w.grad = 0.0
        e.loss(net(e.x), e.y).backward()
        SGD(e.lr).step(weights)
    o1, o2 = net(e.x)
    return {"E": _error(net, e), "o1": o1.data, "o2": o2.data}


def _error(net: MLP, e: NetworkExample) -> float:
    return e.loss(net(e.x), e.y).data


_MORE: dict[str, Callable[[NetworkExample], Mapping[str, Any]]] = {
    "worked": lambda e: {"after": e.credit().after(e.lr).loss},
    "mazur": _mazur,
    "mazur-10000": _mazur_long,
    "lecture-neuron": _neuron,
    "lecture-torch": _neuron,
    "macleod": lambda e: {"after": e.credit().after(e.lr).prediction[0] - e.y},
    "insper": lambda e: {
        name: _by_output(e.credit(), j) for j, name in enumerate(("∂ŷ", "∂h1", "∂h2"))
    },
    "goodfellow": lambda e: {
        f"f({p},{q})": e.network()([p, q]).data for p in (0, 1) for q in (0, 1)
    },
}


def _example(key: str, loss: str = "half_squared_error", **given: Any) -> NetworkExample:
    known = {**LOSSES, "output_itself": output_itself}
    return NetworkExample(key, loss=known[loss], more=_MORE.get(key), **given)


_ROWS = (resources.files("nn.lessons.published") / "networks.toml").read_text("utf-8")
NETWORKS = [_example(key, **given) for key, given in tomllib.loads(_ROWS).items()]
WORKED = NETWORKS[0]
