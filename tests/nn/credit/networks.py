"""Networks of every kind, made of Values by hand, in three spellings: dots, operators, operators with swapped factors."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd as ag
from autograd import Value
from nn import cross_entropy, half_squared_error

SPELLINGS = ("dots", "operators", "swapped")


@dataclass(frozen=True, eq=False)
class Case:
    """A network with an example."""

    net: Callable[[Any], Any]
    x: Any
    y: Any
    parameters: dict[str, Any]
    loss: Any = half_squared_error


class Weights(dict[str, Any]):
    """Matrices and vectors of Values by name, with labels: Wx12 is row 1, column 2."""

    def __init__(self, seed: int, **shapes: tuple[int, ...]) -> None:
        rng = random.Random(seed)
        for name, shape in shapes.items():
            self[name] = self.make(rng, name, shape)

    def make(self, rng: random.Random, name: str, shape: tuple[int, ...]) -> Any:
        if not shape:
            return Value(round(rng.uniform(-1.0, 1.0), 2), label=name)
        return [self.make(rng, f"{name}{k + 1}", shape[1:]) for k in range(shape[0])]

    def __getattr__(self, name: str) -> Any:
        return self[name]


def weighted(w: Sequence[Any], x: Sequence[Any], bias: Any = None, spelling: str = "dots") -> Any:
    """Return bias + Σ w·x."""
    if spelling == "dots":
        return ag.dot(w, x) if bias is None else ag.dot(w, x, bias)
    products = [wi * xi if spelling == "operators" else xi * wi for wi, xi in zip(w, x)]
    total = products[0] if bias is None else bias + products[0]
    for product in products[1:]:
        total = total + product
    return total


def residual(spelling: str = "dots", depth: int = 1) -> Case:
    w = Weights(1, a=(depth, 2, 2), b=(depth, 2, 2), v=(1, 2))

    def net(x: Any) -> Any:
        for first, second in zip(w.a, w.b):
            h = [weighted(row, x, None, spelling).tanh() for row in first]
            x = [weighted(row, h, None, spelling) + xi for row, xi in zip(second, x)]
        return weighted(w.v[0], x, None, spelling)

    return Case(net, [0.5, -1.0], 0.3, w)


def autoencoder(spelling: str = "dots") -> Case:
    w = Weights(2, W=(2, 3))

    def net(x: Any) -> Any:
        h = [weighted(row, x, None, spelling).tanh() for row in w.W]
        return [weighted(column, h, None, spelling) for column in zip(*w.W)]

    x = [0.5, -0.3, 0.8]
    return Case(net, x, x, w)


def elman(spelling: str = "dots", steps: int = 4) -> Case:
    w = Weights(3, Wx=(2,), Wh=(2, 2), v=(2,))

    def net(x: Any) -> Any:
        h: Any = None
        for number in x:
            if h is None:
                h = [(wx * number).tanh() for wx in w.Wx]
            else:
                h = [
                    (wx * number + weighted(row, h, None, spelling)).tanh()
                    for wx, row in zip(w.Wx, w.Wh)
                ]
        return weighted(w.v, h, None, spelling)

    return Case(net, [1.0, -0.5, 0.25, 0.8][:steps], 0.5, w)


def lstm(spelling: str = "dots", steps: int = 2) -> Case:
    names = {f"{kind}{gate}": () for gate in "ifgo" for kind in ("W", "U", "b")}
    w = Weights(4, **names, v=())

    def gate(name: str, x: Any, h: Any) -> Any:
        return weighted((w[f"W{name}"], w[f"U{name}"]), (x, h), w[f"b{name}"], spelling)

    def net(x: Any) -> Any:
        h, c = 0.0, 0.0
        for number in x:
            i, f, o = (gate(name, number, h).sigmoid() for name in "ifo")
            g = gate("g", number, h).tanh()
            c = i * g + c * f if spelling == "swapped" else f * c + i * g
            h = c.tanh() * o if spelling == "swapped" else o * c.tanh()
        return w.v * h

    return Case(net, [0.5, -1.0, 0.7][:steps], 0.4, w)


def gru(spelling: str = "dots") -> Case:
    names = {f"{kind}{gate}": () for gate in "zrn" for kind in ("W", "U")}
    w = Weights(5, **names, v=())

    def gate(name: str, x: Any, h: Any) -> Any:
        return weighted((w[f"W{name}"], w[f"U{name}"]), (x, h), None, spelling)

    def net(x: Any) -> Any:
        h = (w.Wn * x[0]).tanh()
        for number in x[1:]:
            z, r = (gate(name, number, h).sigmoid() for name in "zr")
            n = gate("n", number, r * h).tanh()
            h = (1.0 - z) * n + z * h
        return w.v * h

    return Case(net, [0.5, -1.0, 0.7], 0.4, w)


def convolution(spelling: str = "dots") -> Case:
    w = Weights(6, k=(3,), b=(), v=(2,))

    def net(x: Any) -> Any:
        maps = [
            weighted(w.k, x[start : start + 3], w.b, spelling).relu() for start in range(len(x) - 2)
        ]
        pooled = [ag.maximum(maps[k], maps[k + 1]) for k in (0, 2)]
        return weighted(w.v, pooled, None, spelling)

    return Case(net, [0.5, -1.0, 0.7, 0.2, 0.9, -0.4], 0.4, w)


def convolution_2d(spelling: str = "dots", pooled: bool = True) -> Case:
    w = Weights(17, k=(2, 2), v=(1 if pooled else 4,))
    rows = [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0]]

    def net(x: Any) -> Any:
        kernel = [*w.k[0], *w.k[1]]
        maps = [
            weighted(kernel, [*x[i][j : j + 2], *x[i + 1][j : j + 2]], None, spelling).relu()
            for i in (0, 1)
            for j in (0, 1)
        ]
        if pooled:
            top, bottom = ag.maximum(maps[0], maps[1]), ag.maximum(maps[2], maps[3])
            maps = [ag.maximum(top, bottom)]
        return weighted(w.v, maps, None, spelling)

    return Case(net, rows, 1.0, w)


def dropout(spelling: str = "dots") -> Case:
    w = Weights(8, a=(4, 2), b=(2, 4), v=(1, 2))

    def net(x: Any) -> Any:
        masks = (2.0, 0.0, 2.0, 0.0), (1.5, 0.0)
        h = [weighted(row, x, None, spelling).relu() * m for row, m in zip(w.a, masks[0])]
        h = [weighted(row, h, None, spelling).relu() * m for row, m in zip(w.b, masks[1])]
        return weighted(w.v[0], h, None, spelling)

    return Case(net, [1.0, 2.0], 0.2, w)


def layer_norm(spelling: str = "dots") -> Case:
    w = Weights(9, a=(3, 2), g=(3,), b=(3,), v=(3,))

    def net(x: Any) -> Any:
        h = [weighted(row, x, None, spelling) for row in w.a]
        mean = ag.mean(h)
        centred = [hi - mean for hi in h]
        scale = 1.0 / (ag.mean([c * c for c in centred]) + 1e-5).sqrt()
        normal = [c * scale for c in centred]
        out = [weighted([g], [n], b, spelling).tanh() for g, n, b in zip(w.g, normal, w.b)]
        return weighted(w.v, out, None, spelling)

    return Case(net, [0.5, -1.0], 0.4, w)


def batch_norm(spelling: str = "dots") -> Case:
    w = Weights(10, g=(), b=())

    def net(x: Any) -> Any:
        mean = ag.sum(x) / 4.0
        variance = ag.sum([ag.square(v - mean) for v in x]) / 4.0
        scale = ag.sqrt(variance + 1e-5)
        return [weighted([w.g], [(v - mean) / scale], w.b, spelling) for v in x]

    return Case(net, [1.0, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4], w)


def attention(spelling: str = "dots") -> Case:
    w = Weights(11, Wq=(2, 2), Wk=(2, 2), Wv=(2, 2))

    def net(tokens: Any) -> Any:
        q, k, v = (
            [[weighted(row, token, None, spelling) for row in w[name]] for token in tokens]
            for name in ("Wq", "Wk", "Wv")
        )
        out = []
        for qi in q:
            shares = ag.softmax([weighted(qi, kj, None, spelling) / 2.0**0.5 for kj in k])
            out.append([weighted(shares, column, None, spelling) for column in zip(*v)])
        return out

    def loss(prediction: Any, target: Any) -> Any:
        return ag.sum([half_squared_error(p, t) for p, t in zip(prediction, target)])

    tokens = [[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]
    return Case(net, tokens, tokens, w, loss)


def classifier(spelling: str = "dots") -> Case:
    w = Weights(12, a=(3, 2), b=(3,))

    def net(x: Any) -> Any:
        return [weighted(row, x, b, spelling) for row, b in zip(w.a, w.b)]

    return Case(net, [0.5, -1.0], 1, w, cross_entropy)


def probabilities(spelling: str = "dots") -> Case:
    case = classifier(spelling)

    def loss(prediction: Any, target: int) -> Any:
        return -ag.log(prediction[target])

    return Case(lambda x: ag.softmax(case.net(x)), case.x, case.y, case.parameters, loss)


def transformer(spelling: str = "dots") -> Case:
    """One layer, one head, two positions, as the transformer of the benchmarks, two wide."""
    width, vocabulary = 2, 3
    w = Weights(
        13,
        tok=(vocabulary, width),
        pos=(2, width),
        Wq=(width, width),
        Wk=(width, width),
        Wv=(width, width),
        Wo=(width, width),
        up=(4, width),
        down=(width, 4),
        out=(vocabulary, width),
    )

    def layer(name: str, x: Any) -> Any:
        return [weighted(row, x, None, spelling) for row in w[name]]

    def normalised(x: Any) -> Any:
        scale = (weighted(x, x, None, spelling) * (1.0 / len(x)) + 1e-5) ** -0.5
        return [xi * scale if spelling != "swapped" else scale * xi for xi in x]

    def softmax(x: Any) -> Any:
        raised = [xi.exp() for xi in x]
        total = ag.sum(raised)
        return [r / total for r in raised]

    def net(text: Sequence[int]) -> Any:
        keys: list[Any] = []
        values: list[Any] = []
        out = []
        for position, token in enumerate(text):
            x = normalised([t + p for t, p in zip(w.tok[token], w.pos[position])])
            inner = normalised(x)
            q = layer("Wq", inner)
            keys.append(layer("Wk", inner))
            values.append(layer("Wv", inner))
            shares = softmax([weighted(q, k, None, spelling) * width**-0.5 for k in keys])
            taken = [weighted(shares, column, None, spelling) for column in zip(*values)]
            x = [a + b for a, b in zip(x, layer("Wo", taken))]
            hidden = [a.relu() for a in layer("up", normalised(x))]
            x = [a + b for a, b in zip(x, layer("down", hidden))]
            out.append(layer("out", x))
        return out

    def loss(prediction: Any, target: Sequence[int]) -> Any:
        return ag.mean([cross_entropy(p, t) for p, t in zip(prediction, target)])

    return Case(net, [0, 2], [2, 1], w, loss)


CASES: dict[str, Callable[..., Case]] = {
    f.__name__: f
    for f in (
        residual,
        autoencoder,
        elman,
        lstm,
        gru,
        convolution,
        convolution_2d,
        dropout,
        layer_norm,
        batch_norm,
        attention,
        classifier,
        probabilities,
        transformer,
    )
}
