"""Networks out of the ordinary are computed, trained, saved and copied as they compute, or refused with a reason."""

import copy
import math
import pickle
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from autograd import Value
from nn import MLP, SGD, Layer, Neuron, fit, half_squared_error
from nn.activations import ACTIVATIONS
from nn.losses import binary_cross_entropy_with_logits, l2

SMOOTH = ["linear", "tanh", "sigmoid", "softplus", "silu"]
numbers = st.floats(-1.5, 1.5).map(lambda x: round(x, 3))


@st.composite
def networks(draw):
    """A network with an activation and a bias, or none, for each unit; some parameters stand in several places."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    shared = draw(st.lists(numbers.map(Value), max_size=2))
    cell = st.one_of(numbers, *(st.just(v) for v in shared))
    pairs = list(pairwise(sizes))
    weights = [[[draw(cell) for _ in range(o)] for _ in range(i)] for i, o in pairs]
    biases = [[draw(st.none() | cell) for _ in range(o)] for _, o in pairs]
    names = [[draw(st.sampled_from(SMOOTH)) for _ in range(o)] for _, o in pairs]
    return MLP.from_weights(weights, biases, names)


def inputs(net):
    rng = random.Random(1)
    return [[rng.uniform(-1, 1) for _ in range(net.sizes[0])] for _ in range(3)]


def outputs(net, x):
    out = net(x)
    return [v.data for v in out] if isinstance(out, list) else [out.data]


def by_hand(net, x):
    """The formula, in plain floats: one unit after the other."""
    for layer in net.layers:
        sums = [
            sum((w.data * z for w, z in zip(u.w, x)), 0.0 if u.b is None else u.b.data)
            for u in layer.neurons
        ]
        x = [u.activation(Value(a)).data for u, a in zip(layer.neurons, sums)]
    return x


def ties(net):
    """Which places hold the same parameter."""
    places = [p for layer in net.layers for u in layer.neurons for p in (*u.w, u.b)]
    return [[i for i, q in enumerate(places) if q is p] for p in places if p is not None]


@given(networks())
def test_a_network_computes_unit_by_unit(net):
    for x in inputs(net):
        assert outputs(net, x) == pytest.approx(by_hand(net, x), rel=1e-12, abs=1e-12)


@given(networks())
def test_a_parameter_is_listed_once(net):
    listed = list(map(id, net.parameters()))
    assert len(listed) == len(set(listed)) == len(list(net.named_parameters()))
    places = {id(p) for layer in net.layers for u in layer.neurons for p in u.parameters()}
    assert set(listed) == places


@settings(deadline=None)  # it writes files
@given(networks())
def test_what_is_saved_or_copied_is_the_same_network(tmp_path_factory, net):
    path = tmp_path_factory.mktemp("net") / "net.json"
    net.save(path)
    for twin in (MLP.load(path), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin.state_dict() == net.state_dict()
        assert ties(twin) == ties(net)
        assert repr(twin) == repr(net)
        for x in inputs(net):
            assert outputs(twin, x) == outputs(net, x)
        assert {*map(id, twin.parameters())}.isdisjoint(map(id, net.parameters()))


@settings(deadline=None, max_examples=25)
@given(networks())
def test_a_network_learns_the_same_on_arrays(net):
    xs = inputs(net)
    ys = [[0.5] * net.sizes[-1], [-0.25] * net.sizes[-1], [0.0] * net.sizes[-1]]
    twin = copy.deepcopy(net)
    eager, arrays = (
        fit(n, xs, ys, epochs=3, vectorize=v, penalty=l2(0.01))
        for n, v in ((net, False), (twin, True))
    )
    assert arrays.losses == pytest.approx(eager.losses, rel=1e-9)
    assert list(twin.state_dict().values()) == pytest.approx(
        list(net.state_dict().values()), rel=1e-9, abs=1e-12
    )


@given(networks())
def test_a_step_moves_each_parameter_once_by_the_whole_gradient(net):
    (x, *_), y = inputs(net), [0.3] * net.sizes[-1]
    net.zero_grad()
    half_squared_error(net(x), y).backward()
    expected = [p.data - 0.1 * p.grad for p in net.parameters()]
    fit(net, [x], [y], epochs=1, optimizer=SGD(lr=0.1))
    assert [p.data for p in net.parameters()] == expected


# ---------------------------------------------------------------- layers of different units


def test_units_of_different_activations():
    layer = Layer.from_neurons(
        [
            Neuron.from_weights([1.0], None, "relu"),
            Neuron.from_weights([-1.0], None, "sigmoid"),
        ]
    )
    assert [v.data for v in layer([1.0])] == pytest.approx([1.0, 0.26894142136999512], rel=1e-15)
    assert repr(layer) == "Layer(1, 2, ['relu', 'sigmoid'], bias=False)"
    with pytest.raises(ValueError, match=r"different activations \(relu, sigmoid\): ask each unit"):
        layer.activation  # noqa: B018
    again = Layer(1, 2, ["relu", "sigmoid"], rng=0)
    assert [u.activation for u in again.neurons] == [u.activation for u in layer.neurons]
    net = MLP(1, [2, 1], activation=[["relu", "sigmoid"], "linear"], rng=0)
    assert repr(net) == "MLP(1, [2, 1], activations=[['relu', 'sigmoid'], 'linear'], 7 parameters)"
    with pytest.raises(ValueError, match="2 units, but 3 activations"):
        MLP(1, [2, 1], activation=[["relu", "sigmoid", "tanh"]])
    with pytest.raises(TypeError, match=r"an activation is a name or a function .*, but 3 was"):
        MLP(1, [2, 1], activation=[3])


def test_units_with_and_without_bias(tmp_path):
    net = MLP.from_weights([[[0.5, -0.4]], [[1.0], [1.0]]], [[None, 0.5], None])
    right = math.tanh(0.5) + math.tanh(0.5 - 0.4)
    assert net([1.0]).data == pytest.approx(right, rel=1e-15)
    assert net.biases() == [[None, 0.5], None]
    assert repr(net.layers[0]) == "Layer(1, 2, 'tanh', bias=[False, True])"
    net.save(tmp_path / "net.json")
    assert MLP.load(tmp_path / "net.json")([1.0]).data == net([1.0]).data


# ---------------------------------------------------------------- classes of one's own


class Skip(MLP):
    """What comes in is added to what comes out."""

    def __call__(self, x):
        return super().__call__(x) + x[0]


class Doubled(Layer):
    """A layer that gives twice its outputs."""

    def __call__(self, x):
        return [2.0 * v for v in super().__call__(x)]


class Squared(Neuron):
    """A unit that gives the square of its output."""

    def __call__(self, x):
        return super().__call__(x) ** 2


class Dropout(Layer):
    """A layer of which each output is 0 half of the time."""

    def __call__(self, x):
        return [v * random.choice([0.0, 2.0]) for v in super().__call__(x)]


def skip():
    return Skip.from_weights([[[0.5]]])


def doubled():
    net = MLP(2, [2, 1], rng=0)
    net.layers[0] = Doubled(2, 2, rng=1)
    return net


def squared():
    net = MLP(2, [1], rng=0)
    net.layers[0] = Layer.from_neurons([Squared(2, rng=1)])
    return net


def test_a_class_of_ones_own_computes_learns_and_copies():
    net = skip()
    assert type(net) is Skip
    assert net([1.0]).data == 1.5
    loss = half_squared_error(net([1.0]), 2.0)
    loss.backward()
    assert (loss.data, net.parameters()[0].grad) == (0.125, -0.5)
    for vectorize in (False, True):
        net = skip()
        history = fit(net, [[1.0]], [2.0], epochs=1, optimizer=SGD(lr=0.1), vectorize=vectorize)
        assert (history.losses, net.parameters()[0].data) == ([0.125], 0.55)
    assert (
        copy.deepcopy(skip())([1.0]).data == pickle.loads(pickle.dumps(skip()))([1.0]).data == 1.5
    )
    unit = Squared.from_weights([2.0], None, "linear")
    assert Layer.from_neurons([unit])([3.0])[0].data == 36.0


@pytest.mark.parametrize("make", [skip, doubled, squared])
def test_code_is_not_saved(make, tmp_path):
    name = {skip: "Skip", doubled: "Doubled", squared: "Squared"}[make]
    assert make().own_computation() == name
    with pytest.raises(ValueError, match=f"{name} computes in a way of its own.*net.state_dict"):
        make().save(tmp_path / "net.json")
    assert list(tmp_path.iterdir()) == []
    twin, net = make(), make()
    for p in net.parameters():
        p.data += 1.0
    twin.load_state_dict(net.state_dict())
    x = [0.3] * net.sizes[0]
    assert outputs(twin, x) == outputs(net, x)


@pytest.mark.parametrize("make", [doubled, squared])
def test_layers_and_units_of_ones_own_learn_the_same_on_arrays(make):
    xs, ys = [[0.1, 0.2], [-0.4, 0.3]], [0.5, -0.5]
    eager, arrays = (fit(make(), xs, ys, epochs=4, vectorize=v).losses for v in (False, True))
    assert arrays == pytest.approx(eager, rel=1e-12)
    assert eager[-1] < eager[0]


def test_a_class_that_computes_as_an_mlp_is_saved_and_loaded_as_its_class(tmp_path):
    class Named(MLP):
        pass

    net = Named(1, [2, 1], rng=0)
    net.name = "a class of one's own may hold more"
    net.save(tmp_path / "net.json")
    twin = Named.load(tmp_path / "net.json")
    assert type(twin) is Named
    assert repr(twin).startswith("Named(1, [2, 1]")
    assert twin([0.3]).data == net([0.3]).data


def test_what_is_drawn_at_random_is_not_recorded_once_for_all():
    net = MLP(2, [8, 1], rng=0)
    net.layers[0] = Dropout(2, 8, rng=0)
    assert len(fit(net, [[0.5, 1.0]], [1.0], epochs=2)) == 2
    with pytest.raises(
        TypeError,
        match=r"^vectorize=True records the network and the loss once, .* draw random numbers",
    ):
        fit(net, [[0.5, 1.0]], [1.0], epochs=2, vectorize=True)


class ByType(Skip):
    """Takes what is no float for 0."""

    def __call__(self, x):
        return super().__call__([v if isinstance(v, float) else 0.0 for v in x])


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (ByType, {}),
        (Skip, {"loss": lambda p, y: (p - y) ** 2 * {1.0: 9.0}.get(y, 1.0)}),
        (Skip, {"loss": lambda p, y: (p - y) ** 2 * random.random()}),
        (Skip, {"penalty": lambda parameters: parameters[0] * random.random()}),
    ],
)
def test_what_a_recording_would_freeze_is_refused(make, given):
    xs, ys = [[k / 64] for k in range(64)], [float(k == 37) for k in range(64)]
    assert len(fit(make.from_weights([[[0.5]]]), xs, ys, epochs=1, **given)) == 1
    with pytest.raises(TypeError, match=r"^vectorize=True records .* for xs\[\d+\]"):
        fit(make.from_weights([[[0.5]]]), xs, ys, epochs=1, vectorize=True, **given)


@pytest.mark.parametrize(
    ("ys", "weights"),
    [
        ([0.0, 1.0], {0.0: 0.5, 1.0: 1.5}),  # 1 on average, as where they balance classes
        ([0.0, 1.0, 1e9], {1.0: 5.0}),  # next to nothing beside the last loss
    ],
)
def test_a_frozen_loss_is_refused_though_the_mean_is_the_same(ys, weights):
    xs = [[1.0]] * len(ys)

    def loss(p, y):
        return weights.get(y, 1.0) * p * p + y

    with pytest.raises(TypeError, match=r"^vectorize=True records .* for xs\[\d\]"):
        fit(Skip.from_weights([[[0.5]]]), xs, ys, loss, epochs=1, vectorize=True)


@pytest.mark.parametrize("vectorize", [False, True])
def test_a_network_need_not_hold_its_parameters_itself(vectorize):
    w = Value(0.5)

    class Closure:
        def __call__(self, x):
            return w * x[0]

        def parameters(self):
            return [w]

    net = Closure()
    history = fit(net, [[1.0], [2.0]], [1.0, 2.0], epochs=2, vectorize=vectorize)
    assert history.losses == pytest.approx([0.3125, 0.17578125])
    assert (w.data, w.parents) == (pytest.approx(0.71875), ())

    def loss(prediction, target):  # knows the network, too
        return half_squared_error(prediction, target) + w.square()

    history = fit(net, [[1.0], [2.0]], [1.0, 2.0], loss, epochs=2, vectorize=vectorize)
    assert history.losses == pytest.approx([0.615478515625, 0.5736822509765])


# ---------------------------------------------------------------- tied weights


def test_a_tied_weight_is_one_parameter_everywhere(tmp_path):
    w = Value(0.5)
    net = MLP.from_weights([[[w]], [[w]]])
    assert [name for name, _ in net.named_parameters()] == ["layers.0.weight.0.0"]
    assert l2(1.0)(net.parameters()).data == 0.25
    loss = half_squared_error(net([1.0]), 2.0)
    loss.backward()
    right = (0.5 * math.tanh(0.5) - 2.0) * (math.tanh(0.5) + 0.5 * (1 - math.tanh(0.5) ** 2))
    assert w.grad == pytest.approx(right, rel=1e-15)
    fit(net, [[1.0]], [2.0], epochs=1, optimizer=SGD(lr=0.1))
    assert half_squared_error(net([1.0]), 2.0).data == pytest.approx(1.3237221969, rel=1e-10)
    net.save(tmp_path / "net.json")
    twin = MLP.load(tmp_path / "net.json")
    assert len(twin.parameters()) == 1
    assert twin.layers[0].neurons[0].w[0] is twin.layers[1].neurons[0].w[0]


def test_a_network_of_ones_own_may_list_a_parameter_twice():
    class Twice(MLP):
        def parameters(self):
            return super().parameters() * 2

    for momentum in (0.0, 0.9):
        once, twice = MLP(2, [2, 1], rng=0), Twice(2, [2, 1], rng=0)
        for net in (once, twice):
            fit(net, [[1.0, 2.0]], [1.0], optimizer=SGD(0.05, momentum=momentum), epochs=3)
        assert twice.state_dict() == once.state_dict()


# ---------------------------------------------------------------- what is not accepted


@pytest.mark.parametrize("name", ["bias", "weight", "w", "b", "activation", "parameters"])
def test_what_a_unit_would_ignore_cannot_be_set(name):
    net = MLP(1, [1], rng=0)
    for part in (net.layers[0].neurons[0], net.layers[0], net):
        with pytest.raises(AttributeError, match=rf"\.{name} cannot be set.*unit\.b\.data = 0\.5"):
            setattr(part, name, Value(50.0))
    net.layers[0].neurons[0].b.data = 50.0
    assert net([0.0]).data == 50.0


def test_a_parameter_that_is_computed_cannot_be_trained():
    v = Value(2.0)
    net = MLP.from_weights([[[v * 3.0]]])
    net([1.0]).backward()
    assert v.grad == 3.0, "but it can be differentiated"
    before = v.data
    with pytest.raises(ValueError, match=r"layers.0.weight.0.0 is the result of mul"):
        fit(net, [[1.0]], [1.0])
    assert v.data == before


# ---------------------------------------------------------------- the mean over a batch


@pytest.mark.parametrize("vectorize", [False, True])
def test_the_loss_of_a_batch_is_the_mean(vectorize):
    net = MLP.from_weights(
        [[[0.6, -0.2, 0.5], [-0.4, 0.8, 0.3]], [[0.7], [-0.3], [0.9]]],
        [[0.2, -0.1, 0.0], [0.1]],
        "relu",
    )
    before = net.state_dict()
    history = fit(
        net,
        [[1.5, 2.0], [-0.8, 1.2]],
        [1, 0],
        binary_cross_entropy_with_logits,
        SGD(lr=1.0),
        epochs=1,
        vectorize=vectorize,
    )
    assert history.losses[0] == pytest.approx(0.4334680349661062, rel=1e-14)
    moved = {name: before[name] - x for name, x in net.state_dict().items()}
    gradient = {
        "layers.0.weight": [
            [-0.124823972, 0.1073377502, -0.1604879639],
            [-0.1664319626, -0.00943465932, -0.2139839519],
        ],
        "layers.1.weight": [[-0.03566399199], [0.08617152138], [-0.1604879639]],
    }
    for name, matrix in gradient.items():
        for i, row in enumerate(matrix):
            for j, g in enumerate(row):
                assert moved[f"{name}.{i}.{j}"] == pytest.approx(g, abs=1e-10)
    for j, g in enumerate([-0.0832159813, -0.03163821076, -0.106991976]):
        assert moved[f"layers.0.bias.{j}"] == pytest.approx(g, abs=1e-10)
    assert moved["layers.1.bias.0"] == pytest.approx(0.1054607025, abs=1e-10)


# ---------------------------------------------------------------- units that are on or off


@pytest.mark.parametrize("name", ["step", "perceptron"])
def test_a_step_is_0_or_1_and_has_its_slope_by_name(name):
    for a, z in ((-2.0, 0.0), (0.0, 0.0), (-0.0, 0.0), (1e-300, 1.0), (1e17, 1.0), (0.1, 1.0)):
        x = Value(a)
        out = ACTIVATIONS[name](x)
        out.backward()
        assert (out.data, x.grad) == (z, float(name == "perceptron"))
    assert math.isnan(ACTIVATIONS[name](Value(math.nan)).data)


@pytest.mark.parametrize("vectorize", [False, True])
def test_a_perceptron_learns_and_and_or(vectorize):
    xs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    for ys in ([0, 0, 0, 1], [0, 1, 1, 1]):
        net = MLP(2, [1], output_activation="perceptron", rng=0)
        fit(net, xs, ys, optimizer=SGD(0.5), epochs=60, batch_size=1, vectorize=vectorize)
        assert net.predict(xs) == ys
    stuck = MLP(2, [1], output_activation="step", rng=0)
    before = stuck.state_dict()
    fit(stuck, xs, ys, epochs=3, vectorize=vectorize)
    assert stuck.state_dict() == before, "no error flows back through a step"


def test_a_step_unit_is_saved_by_name(tmp_path):
    net = MLP(2, [2, 1], activation="step", output_activation="perceptron", rng=0)
    net.save(tmp_path / "net.json")
    assert repr(MLP.load(tmp_path / "net.json")) == repr(net)
    assert pickle.loads(pickle.dumps(net)).predict([[1.0, 2.0]]) == net.predict([[1.0, 2.0]])


def test_targets_of_several_structures_are_refused_on_arrays():
    xs, ys = [[1.0], [2.0], [3.0]], [0.5, 0.25, [0.5]]
    assert len(fit(MLP(1, [1], rng=0), xs, ys, epochs=2)) == 2
    with pytest.raises(ValueError, match=r"ys\[0\] is a number and ys\[2\] a list of 1 number"):
        fit(MLP(1, [1], rng=0), xs, ys, vectorize=True)
