"""A network of one's own finds its parameters by name."""

from autograd import Value
from nn import MLP, SGD, Layer, Module, assign_credit, fit


class Pair(Module):
    def __init__(self):
        self.scale = Value(0.5, label="scale")
        self.inner = MLP(2, [2], rng=0)
        self.layers = {"a": Layer(2, 1, "linear", rng=1)}
        self.shared = [self.scale, [Value(-0.25)]]
        self.width = 2

    def __call__(self, x):
        h = self.inner(x)
        return self.scale * self.layers["a"](h)[0] + self.shared[1][0]


def test_parameters_have_the_names_of_their_places_and_are_listed_once():
    net = Pair()
    names = [name for name, _ in net.named_parameters()]
    assert names == [
        "scale",
        "inner.layers.0.weight.0.0",
        "inner.layers.0.weight.1.0",
        "inner.layers.0.bias.0",
        "inner.layers.0.weight.0.1",
        "inner.layers.0.weight.1.1",
        "inner.layers.0.bias.1",
        "layers.a.0",
        "layers.a.1",
        "layers.a.2",
        "shared.1.0",
    ]
    assert [id(p) for p in net.parameters()] == [id(p) for _, p in net.named_parameters()]


def test_it_is_trained_and_explained_like_any_network():
    net = Pair()
    xs, ys = [[0.5, -1.0], [1.0, 0.25]], [0.3, -0.2]
    history = fit(net, xs, ys, optimizer=SGD(lr=0.1), epochs=5, progress=False)
    assert history.losses[-1] < history.losses[0]
    credit = assign_credit(net, xs[0], ys[0])
    assert list(credit.weights) == [name for name, _ in net.named_parameters()]
    assert credit.check().ok
    net(xs[0]).backward()
    net.zero_grad()
    assert all(p.grad == 0.0 for p in net.parameters())


def test_results_are_no_parameters():
    net = Module()
    net.w = Value(2.0)
    net.double = net.w * 2
    assert [name for name, _ in net.named_parameters()] == ["w"]
