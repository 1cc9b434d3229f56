"""Published worked examples of expressions: their leaves and prints are in expressions.toml, by the same keys."""

import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

import autograd as ag
from autograd import Value, grad
from autograd.graph.walks import topological
from nn.lessons.examples import ExpressionExample


def _named(label: str, v: Value) -> Value:
    v.label = label
    return v


def _micrograd(a: Value, b: Value) -> Value:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def _lecture(a: Value, b: Value, c: Value, f: Value) -> Value:
    return _named("d", _named("e", a * b) + c) * f


def _circuit(w0: Value, x0: Value, w1: Value, x1: Value, w2: Value) -> Value:
    e = _named("e", (-(w0 * x0 + w1 * x1 + w2)).exp())
    return 1.0 / _named("q", e + 1.0)


def _doubled(a: Value) -> Value:
    while a < 1000:
        a = a * 2
    return a


def _vector_times_matrix(*leaves: Value) -> Value:
    y, x = leaves[:3], leaves[3:]
    columns: list[Value] = [ag.dot(y, x[j::3]) for j in range(3)]
    return ag.sum(columns)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "micrograd": _micrograd,
    "lecture": _lecture,
    "microgpt": lambda a, b: a * b + a,
    "cs231n": lambda x, y, z: _named("q", x + y) * z,
    "cs231n-product": lambda x, y: x * y,
    "cs231n-sigmoid": _circuit,
    "colah": lambda a, b: (a + b) * (b + 1),
    "stanford-nlp": lambda x, y, z: (x + y) * ag.maximum(y, z),
    "baydin": lambda x1, x2: x1.log() + x1 * x2 - x2.sin(),
    "pytorch-mean": lambda *xs: ag.mean([3 * (x + 2) ** 2 for x in xs]),
    "pytorch-cubes": lambda a1, b1, a2, b2: (3 * a1**3 - b1**2) + (3 * a2**3 - b2**2),
    "d2l": lambda *xs: 2 * ag.dot(xs, xs),
    "d2l-loop": _doubled,
    "jax": Value.tanh,
    "hips": Value.tanh,
    "oxigrad": lambda a, b: (a * b + a) * (a * b + b),
    "scalar-autograd": lambda x, y: x * y + x**2,
    "scalar-autograd-sine": lambda a, b: (a * b).sin(),
    "ng": lambda w, x, b: 0.5 * (w * x + b - 2) ** 2,
    "three-sums": lambda a, b, c: 3 * (a + b) * c,
    "itsak": lambda a, b, d, f: (a * b + d) * f,
    "tinygrad": _vector_times_matrix,
    "nielsen": lambda w, b: (w * 1.0 + b).sigmoid(),
}


def _lecture_moved(example: ExpressionExample) -> dict[str, float]:
    root = example.build()
    root.backward()
    leaves = {v.label: v for v in topological(root) if not v.op}
    return {"moved": _lecture(**{k: v.detach() + 0.01 * v.grad for k, v in leaves.items()}).data}


def _tanh_derivatives(example: ExpressionExample) -> dict[str, float]:
    first: Any = grad(ag.tanh)
    second = grad(first)
    return {"first": first(2.0), "second": second(2.0), "third": grad(second)(2.0)}


_MORE: dict[str, Callable[[ExpressionExample], dict[str, float]]] = {
    "lecture": _lecture_moved,
    "jax": _tanh_derivatives,
    "nielsen": lambda e: {"four": ag.sigmoid(4.0)},
}


def _example(key: str, leaves: dict[str, float], **given: Any) -> ExpressionExample:
    """Return an example whose leaves have their names as labels."""

    def build() -> Value:
        return _FUNCTIONS[key](*(Value(x, label=name) for name, x in leaves.items()))

    return ExpressionExample(key, build=build, more=_MORE.get(key), **given)


_ROWS = (resources.files("nn.lessons.published") / "expressions.toml").read_text("utf-8")
EXPRESSIONS = [_example(key, **given) for key, given in tomllib.loads(_ROWS).items()]
