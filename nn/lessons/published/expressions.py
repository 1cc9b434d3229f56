"""Published worked examples of expressions."""

from collections.abc import Callable
from typing import Any

import autograd as ag
from autograd import Value, grad
from nn.lessons.examples import ExpressionExample


def _named(label: str, v: Value) -> Value:
    v.label = label
    return v


def _of(f: Callable[..., Value], /, **leaves: float) -> Callable[[], Value]:
    """Return a function that makes the graph of f, its arguments being leaves with their names as labels."""
    return lambda: f(**{name: Value(x, label=name) for name, x in leaves.items()})


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


def _lecture_moved(example: ExpressionExample) -> dict[str, float]:
    start = {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}
    leaves = {name: Value(x) for name, x in start.items()}
    _lecture(**leaves).backward()
    return {"moved": _lecture(**{k: v.detach() + 0.01 * v.grad for k, v in leaves.items()}).data}


def _circuit(w0: Value, x0: Value, w1: Value, x1: Value, w2: Value) -> Value:
    e = _named("e", (-(w0 * x0 + w1 * x1 + w2)).exp())
    return 1.0 / _named("q", e + 1.0)


def _doubled(a: Value) -> Value:
    while a < 1000:
        a = a * 2
    return a


def _vector_times_matrix() -> Value:
    y = [Value(v, label=f"y{i}") for i, v in enumerate((2.0, 0.0, -2.0), 1)]
    rows = [[Value(float(i == j), label=f"x{i}{j}") for j in (1, 2, 3)] for i in (1, 2, 3)]
    columns: list[Value] = [ag.dot(y, column) for column in zip(*rows)]
    return ag.sum(columns)


def _tanh_derivatives(example: ExpressionExample) -> dict[str, float]:
    first: Any = grad(ag.tanh)
    second = grad(first)
    return {"first": first(2.0), "second": second(2.0), "third": grad(second)(2.0)}


EXPRESSIONS = [
    ExpressionExample(
        "micrograd",
        "The expression of the readme",
        "Andrej Karpathy, micrograd",
        """
        g      24.7041  value
        dg/da 138.8338  da
        dg/db 645.5773  db
        """,
        _of(_micrograd, a=-4.0, b=2.0),
    ),
    ExpressionExample(
        "lecture",
        "L = (a·b + c)·f",
        "Andrej Karpathy, nn-zero-to-hero, lecture 1",
        """
        L        -8         value
        dL/da     6         da
        dL/db    -4         db
        dL/dc    -2         dc
        dL/df     4         df
        dL/de    -2         de
        dL/dd    -2         dd
        L moved  -7.286496  moved
        """,
        _of(_lecture, a=2.0, b=-3.0, c=10.0, f=-2.0),
        more=_lecture_moved,
    ),
    ExpressionExample(
        "microgpt",
        "L = a·b + a",
        "Andrej Karpathy, microgpt",
        """
        L      8    value
        dL/da  4.0  da
        dL/db  2.0  db
        """,
        _of(lambda a, b: a * b + a, a=2.0, b=3.0),
    ),
    ExpressionExample(
        "cs231n",
        "f = (x + y)·z",
        "Stanford cs231n, cs231n.github.io/optimization-2",
        """
        f     -12  value
        q       3  q
        df/dq  -4  dq
        df/dx  -4  dx
        df/dy  -4  dy
        df/dz   3  dz
        """,
        _of(lambda x, y, z: _named("q", x + y) * z, x=-2.0, y=5.0, z=-4.0),
    ),
    ExpressionExample(
        "cs231n-product",
        "f = x·y",
        "Stanford cs231n, cs231n.github.io/optimization-2",
        """
        f     -12  value
        df/dx  -3  dx
        df/dy   4  dy
        """,
        _of(lambda x, y: x * y, x=4.0, y=-3.0),
    ),
    ExpressionExample(
        "cs231n-sigmoid",
        "A sigmoid neuron, gate by gate",
        "Stanford cs231n, cs231n.github.io/optimization-2",
        """
        f         .73   value
        dw0      -.20   dw0
        dx0       .39   dx0
        dw1      -.39   dw1
        dx1      -.59   dx1
        dw2       .20   dw2
        e^-n      .37   e
        d e^-n   -.53   de
        1+e^-n   1.37   q
        d 1+e^-n -.53   dq
        """,
        _of(_circuit, w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0),
    ),
    ExpressionExample(
        "colah",
        "e = (a + b)·(b + 1)",
        "Christopher Olah, Calculus on Computational Graphs",
        """
        e      6  value
        de/da  2  da
        de/db  5  db
        """,
        _of(lambda a, b: (a + b) * (b + 1), a=2.0, b=1.0),
    ),
    ExpressionExample(
        "stanford-nlp",
        "(x + y)·max(y, z)",
        "Stanford CS224n, backpropagation",
        """
        f      6  value
        df/dx  2  dx
        df/dy  5  dy
        df/dz  0  dz
        """,
        _of(lambda x, y, z: (x + y) * ag.maximum(y, z), x=1.0, y=2.0, z=0.0),
    ),
    ExpressionExample(
        "baydin",
        "ln x₁ + x₁·x₂ − sin x₂",
        "Baydin et al. 2018, Automatic Differentiation in Machine Learning",
        """
        y      11.652  value
        dy/dx1  5.5    dx1
        dy/dx2  1.716  dx2
        """,
        _of(lambda x1, x2: x1.log() + x1 * x2 - x2.sin(), x1=2.0, x2=5.0),
    ),
    ExpressionExample(
        "pytorch-mean",
        "The mean of 3·(x + 2)² over four ones",
        "PyTorch, autograd tutorial",
        """
        out      27    value
        d out/dx  4.5  dx1
        """,
        _of(
            lambda **xs: ag.mean([3 * (x + 2) ** 2 for x in xs.values()]),
            x1=1.0,
            x2=1.0,
            x3=1.0,
            x4=1.0,
        ),
    ),
    ExpressionExample(
        "pytorch-cubes",
        "Q = 3a³ − b², summed",
        "PyTorch, autograd tutorial",
        """
        dQ/da 1   36  da1
        dQ/da 2   81  da2
        dQ/db 1  -12  db1
        dQ/db 2   -8  db2
        """,
        _of(
            lambda a1, b1, a2, b2: (3 * a1**3 - b1**2) + (3 * a2**3 - b2**2),
            a1=2.0,
            b1=6.0,
            a2=3.0,
            b2=4.0,
        ),
    ),
    ExpressionExample(
        "d2l",
        "y = 2·x·x for x = 0, 1, 2, 3",
        "Zhang et al., Dive into Deep Learning, section 2.5",
        """
        y       28  value
        dy/dx1   0  dx1
        dy/dx2   4  dx2
        dy/dx3   8  dx3
        dy/dx4  12  dx4
        """,
        _of(
            lambda **xs: 2 * ag.dot(list(xs.values()), list(xs.values())),
            x1=0.0,
            x2=1.0,
            x3=2.0,
            x4=3.0,
        ),
    ),
    ExpressionExample(
        "d2l-loop",
        "Doubled until it is 1000",
        "Zhang et al., Dive into Deep Learning, section 2.5",
        """
        d      1024  value
        dd/da   512  da
        """,
        _of(_doubled, a=2.0),
    ),
    ExpressionExample(
        "jax",
        "tanh at 2 and its derivatives",
        "JAX documentation, quickstart and autodiff cookbook",
        """
        first, older docs   0.070650935  first
        first, newer docs   0.0706508    first
        """,
        _of(lambda x: x.tanh(), x=2.0),
        note="both are 32-bit numbers; the older one is wrong from its 7th digit",
        more=_tanh_derivatives,
    ),
    ExpressionExample(
        "hips",
        "tanh at 1",
        "HIPS/autograd readme",
        """
        gradient             0.41997434161402603  dx
        difference quotient  0.41997434264973155  dx
        """,
        _of(lambda x: x.tanh(), x=1.0),
        note="the difference quotient has nine right digits only, as one must expect",
    ),
    ExpressionExample(
        "oxigrad",
        "(a·b + a)·(a·b + b)",
        "oxigrad readme",
        """
        value  12  value
        da     10  da
        db     18  db
        """,
        _of(lambda a, b: (a * b + a) * (a * b + b), a=2.0, b=1.0),
    ),
    ExpressionExample(
        "scalar-autograd",
        "x·y + x²",
        "ScalarAutograd readme",
        """
        dx  7  dx
        dy  2  dy
        """,
        _of(lambda x, y: x * y + x**2, x=2.0, y=3.0),
    ),
    ExpressionExample(
        "scalar-autograd-sine",
        "sin(a·b)",
        "ScalarAutograd readme (recomputed)",
        """
        value  -0.650287840157  value
        da      2.279063738576  da
        db     -3.798439564294  db
        """,
        _of(lambda a, b: (a * b).sin(), a=5.0, b=-3.0),
    ),
    ExpressionExample(
        "ng",
        "J = ½(w·x + b − y)²",
        "Andrew Ng, Advanced Learning Algorithms",
        """
        J      2  value
        dJ/dw -4  dw
        """,
        _of(lambda w, x, b: 0.5 * (w * x + b - 2) ** 2, w=2.0, x=-2.0, b=8.0),
    ),
    ExpressionExample(
        "three-sums",
        "3·(a + b)·c",
        "a tutorial (recomputed)",
        """
        value  144  value
        da      24  da
        db      24  db
        dc      18  dc
        """,
        _of(lambda a, b, c: 3 * (a + b) * c, a=2.0, b=4.0, c=8.0),
    ),
    ExpressionExample(
        "itsak",
        "((a·b) + d)·f",
        "itsak.dev",
        """
        value  20  value
        da      6  da
        db      4  db
        dd      2  dd
        df     10  df
        """,
        _of(lambda a, b, d, f: (a * b + d) * f, a=2.0, b=3.0, d=4.0, f=2.0),
        note="the prose misnames a constant as 3",
    ),
    ExpressionExample(
        "tinygrad",
        "The sum of y·X with X the identity",
        "tinygrad readme, in scalars",
        """
        dX11  2  dx11
        dX22  0  dx22
        dX32 -2  dx32
        dy1   1  dy1
        dy2   1  dy2
        dy3   1  dy3
        """,
        _vector_times_matrix,
    ),
    ExpressionExample(
        "nielsen",
        "Saturated neurons learn slowly",
        "Nielsen, Neural Networks and Deep Learning, chapter 3",
        """
        σ(1.5)  0.82  value
        σ(4)    0.98  four
        """,
        _of(lambda w, b: (w * 1.0 + b).sigmoid(), w=0.6, b=0.9),
        more=lambda e: {"four": ag.sigmoid(4.0)},
    ),
]
