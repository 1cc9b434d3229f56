"""Networks of many shapes that nobody planned for: credit is right, worked out, drawn and told of all of them."""

import math
import random

import pytest

import autograd as ag
from autograd import Value
from nn import MLP, assign_credit
from tests.nn.credit.test_any_network import assert_numbers_go_backwards, assert_sums_are_gradients
from tests.nn.credit.test_equations import assert_worked_out

SHAPES = {}


def shape(make):
    SHAPES[make.__name__] = make
    return make


def V(x, label):
    return Value(x, label=label)


def vec(n, label):
    rng = random.Random(f"{label}{n}")
    return [V(round(rng.uniform(-1, 1), 2), f"{label}{k}") for k in range(n)]


def mat(m, n, label):
    return [vec(n, f"{label}{k}_") for k in range(m)]


@shape
def highway():
    T, H = mat(3, 3, "T"), mat(3, 3, "H")
    b = vec(3, "b")

    def net(x):
        t = [ag.dot(w, x, bi).sigmoid() for w, bi in zip(T, b)]
        h = [ag.dot(w, x).relu() for w in H]
        return ag.sum([ti * hi + (1 - ti) * xi for ti, hi, xi in zip(t, h, x)])

    return net, [0.1, 0.2, -0.3], 0.5, [T, H, b]


@shape
def bilinear():
    A = mat(2, 2, "A")
    return (
        (lambda x: ag.sum([x[i] * A[i][j] * x[j] for i in range(2) for j in range(2)])),
        [0.5, -0.3],
        0.2,
        A,
    )


@shape
def weight_times_weight():
    a, b = V(0.5, "a"), V(0.3, "b")
    return (lambda x: (a * b) * x[0] + a * (b * x[1])), [1.0, 2.0], 0.3, [a, b]


@shape
def square_weight():
    a = V(0.5, "a")
    return (lambda x: a * a * x[0] + a**2 * x[1] + ag.dot([a, a], [a, x[0]])), [1.0, 2.0], 0.3, [a]


@shape
def dot_same_both_sides():
    a = vec(3, "a")
    return (lambda x: ag.dot(a, a) + ag.dot(a, x)), [1.0, 2.0, 3.0], 0.3, [a]


@shape
def softmax_of_weights():
    a = vec(3, "a")
    return (lambda x: ag.dot(ag.softmax(a), x)), [1.0, 2.0, 3.0], 0.3, [a]


@shape
def rbf():
    c = mat(2, 2, "c")
    v = vec(2, "v")
    return (
        (
            lambda x: ag.dot(
                v, [ag.exp(-ag.sum([(xi - ci) ** 2 for xi, ci in zip(x, cc)])) for cc in c]
            )
        ),
        [0.3, 0.2],
        0.5,
        [c, v],
    )


@shape
def deepset():
    W = mat(2, 1, "W")
    v = vec(2, "v")

    def net(x):
        hs = [[ag.dot(w, [xi]).tanh() for w in W] for xi in x]
        return ag.dot(v, [ag.mean(col) for col in zip(*hs)])

    return net, [0.1, 0.2, 0.3, 0.4], 0.5, [W, v]


@shape
def maxout():
    W = mat(4, 2, "W")
    return (
        (
            lambda x: (
                ag.maximum(ag.dot(W[0], x), ag.dot(W[1], x))
                + ag.minimum(ag.dot(W[2], x), ag.dot(W[3], x))
            )
        ),
        [0.4, 0.1],
        0.2,
        W,
    )


@shape
def where_net():
    W = mat(3, 2, "W")

    def net(x):
        a, b, c = (ag.dot(w, x) for w in W)
        return ag.where(a > b, b * c, c) * 2.0

    return net, [0.4, 0.1], 0.2, W


@shape
def python_if():
    W = mat(2, 2, "W")

    def net(x):
        a, b = (ag.dot(w, x) for w in W)
        return a.tanh() if a > b else b.sigmoid()

    return net, [0.4, 0.1], 0.2, W


@shape
def output_is_input():
    a = V(0.5, "a")
    return (lambda x: [x[0], a * x[0]]), [1.0, 2.0], [0.0, 1.0], [a]


@shape
def output_twice():
    a = V(0.5, "a")

    def net(x):
        y = a * x[0]
        return [y, y]

    return net, [1.0, 2.0], [0.0, 1.0], [a]


@shape
def unused_output():
    a, b = V(0.5, "a"), V(0.2, "b")
    return (
        (lambda x: [a * x[0], (b * x[1]).tanh()]),
        [1.0, 2.0],
        None,
        [a, b],
        lambda p, t: ag.square(p[0] - 1.0),
    )


@shape
def embedding_sum():
    E = mat(3, 2, "E")
    v = vec(2, "v")
    return (
        (lambda x: ag.dot(v, [ag.sum([E[i][k] for i in x]) for k in range(2)])),
        [0, 2, 2],
        0.3,
        [E, v],
    )


@shape
def minus_bias():
    a, b = V(0.5, "a"), V(0.2, "b")
    return (lambda x: -(b - (a * x[0] - (-b)))), [1.5], 0.3, [a, b]


@shape
def zero_weights():
    W = [[V(0.0, "p"), V(-0.0, "m")], [V(-0.0, "q"), V(0.0, "n")]]
    return (lambda x: ag.sum([ag.dot(w, x).relu() for w in W])), [-0.0, 0.0], 0.0, W


@shape
def inf_weights():
    W = [[V(math.inf, "p"), V(1.0, "m")], [V(math.nan, "q"), V(0.0, "n")]]
    return (lambda x: ag.sum([ag.dot(w, x).tanh() for w in W])), [1.0, 0.0], 0.0, W


@shape
def overflow():
    w = V(400.0, "w")
    return (lambda x: ag.exp(w * x[0]) * ag.exp(w * x[0]) + w * x[0]), [1.0], 0.0, [w]


@shape
def deep_chain():
    w = V(0.99, "w")

    def net(x):
        h = x[0]
        for _ in range(300):
            h = (w * h).tanh()
        return h

    return net, [0.9], 0.5, [w]


@shape
def wide_sum_ops():
    W = vec(120, "w")

    def net(x):
        t = W[0] * x[0]
        for w, xi in zip(W[1:], x[1:]):
            t = t + w * xi
        return t

    return net, [0.01 * k for k in range(120)], 0.5, [W]


@shape
def deep_sum_of_joints():
    W = vec(2, "w")

    def net(x, W=W):
        a, b = (W[0] * x[0]).tanh(), (W[1] * x[0]).tanh()
        t = a * b
        for _ in range(1200):  # beyond what Python recurses
            t = t + a * 0.001
        return t

    return net, [0.9], 0.5, [W]


@shape
def instance_norm_shared():
    W = mat(4, 2, "W")
    g = V(1.2, "g")

    def net(x):
        h = [ag.dot(w, x) for w in W]
        m = ag.mean(h)
        s = ag.sqrt(ag.mean([(a - m) ** 2 for a in h]) + 1e-5)
        return ag.sum([g * ((a - m) / s) * a for a in h])

    return net, [0.4, 0.1], 0.2, [W, g]


@shape
def softmax_temperature():
    W = mat(3, 2, "W")
    t = V(0.7, "t")

    def net(x):
        p = ag.softmax([ag.dot(w, x) / t for w in W])
        return ag.dot(p, [1.0, 2.0, 3.0])

    return net, [0.4, 0.1], 0.2, [W, t]


@shape
def nested_lists():
    a = V(0.5, "a")
    return (
        (lambda x: a * x["left"][0] + a * x["right"][1][0]),
        {"left": [1.0], "right": (2, [3.0])},
        0.2,
        [a],
    )


@shape
def dup_labels():
    a, b = V(0.5, "w"), V(0.2, "w")
    return (lambda x: (a * x[0]).tanh() * (b * x[1])), [1.0, 2.0], 0.2, [a, b]


@shape
def weird_labels():
    a, b = V(0.5, '<b>"{}|\\\n'), V(0.2, "💥")
    return (lambda x: (a * x[0]).tanh() * (b * x[1])), [1.0, 2.0], 0.2, [a, b]


@shape
def x_is_parameter():
    a = V(0.5, "a")
    return (lambda x: a * x[0] + x[1] * a), [V(1.0, "u"), 2.0], 0.2, [a]


@shape
def gan_two_nets():
    g, d = MLP(1, [2, 1], rng=1), MLP(1, [2, 1], rng=2)
    return (lambda x: d([g(x)])), [0.3], 0.2, [*g.parameters(), *d.parameters()]


@shape
def siamese():
    m = MLP(2, [2, 2], rng=1)
    return (
        (lambda x: ag.sum([ag.square(a - b) for a, b in zip(m(x[0]), m(x[1]))])),
        [[0.3, 0.2], [0.1, 0.5]],
        0.2,
        m,
    )


@shape
def own_operation():
    cube = ag.operation("cube_x", lambda x: x**3, [lambda x, out: 3 * x * x])
    a, b = V(0.5, "a"), V(0.2, "b")
    return (lambda x: cube(a * x[0]) + cube(b * x[1] * (a * x[0]).tanh())), [1.0, 2.0], 0.2, [a, b]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.filterwarnings("ignore::UserWarning")  # of what is too small to be read
def test_every_shape(name):
    net, x, y, parameters, *loss = SHAPES[name]()
    c = assign_credit(net, x, y, *loss, parameters=parameters)
    assert_sums_are_gradients(c)
    assert_numbers_go_backwards(c)
    if math.isfinite(c.loss):
        assert_worked_out(c, tolerance=1e-7)
    for key in [*c.edges][:3] + [*c.edges][-2:]:
        derivation = c.derivation(*key)
        assert derivation.latex.count("{") == derivation.latex.count("}")
        assert c.draw(path=key).source
    for show in ("both", "forward", "backward", "blank"):
        assert c.draw(show=show).source
    assert c.steps().steps
    assert c.after(0.01).loss <= c.loss or not math.isfinite(c.loss)
    assert c.check(most=5).ok or not math.isfinite(c.loss)
