"""What a living page computes in a real browser beside what Python computes."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver import Chrome

import autograd as ag
from autograd import Value
from autograd.structure import leaves, rebuild
from nn import MLP, SGD, assign_credit, losses
from nn.credit.credit import Credit
from nn.credit.parts import Key
from nn.credit.pictures.graph import owner
from tests.browser.firefox import FIREFOX, Firefox
from tests.browser.living import (
    answers,
    close,
    complaints,
    differences,
    numbers,
    published,
    python,
    show,
    state,
    variables,
)
from tests.nn.credit.networks import CASES
from tests.nn.credit.test_shapes import SHAPES
from tests.worked import network

pytestmark = pytest.mark.slow
DRAGS = 60  # each compares every number of the page


def bent(a: Value) -> Value:
    """An activation of one's own, with a choice in it."""
    return ag.where(a > 0.5, 2.0 * a - 0.5, a * a + 0.25) * ag.sigmoid(a)


def cubed(prediction: Any, target: Any) -> Value:
    """A loss of one's own."""
    return abs(prediction - target) ** 3


def net(*sizes: int, seed: int = 0, **options: Any) -> MLP:
    return MLP(sizes[0], list(sizes[1:]), rng=seed, **options)


NETWORKS: dict[str, tuple[MLP, Any, Any]] = {
    "3-2-1": (network(), 0.2, losses.half_squared_error),
    "biases": (net(2, 3, 1, activation="sigmoid"), 0.7, losses.squared_error),
    "relu": (net(3, 4, 4, 2, activation="relu"), [0.5, -0.5], losses.mean_squared_error),
    "leaky": (net(2, 4, 1, activation="leaky_relu"), 1.0, losses.mean_absolute_error),
    "elu": (net(2, 3, 2, activation="elu"), [1.0, -1.0], losses.hinge),
    "gelu": (net(2, 3, 1, activation="gelu"), 1.0, losses.binary_cross_entropy_with_logits),
    "silu": (net(4, 5, 3, activation="silu"), 2, losses.cross_entropy),
    "softplus": (net(2, 3, 3, activation="softplus"), [0.2, 0.3, 0.5], losses.cross_entropy),
    "sigmoid output": (net(2, 2, 1, output_activation="sigmoid"), 0.9, losses.half_squared_error),
    "one layer": (net(5, 1), -0.3, cubed),
    "own activation": (net(2, 3, 1, activation=bent), 0.1, losses.half_squared_error),
    "deep and wide": (net(2, 16, 16, 1), 0.4, losses.half_squared_error),
}


def key_of(name: str) -> Key:
    tail, head = name.split("-")
    return None if tail == "b" else int(tail), int(head)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_drag_gives_the_numbers_of_python(browser: Chrome, tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    model, y, loss = NETWORKS[name]
    x = [rng.uniform(-1.0, 1.0) for _ in range(model.sizes[0])]
    credit = assign_credit(model, x, y, loss=loss)
    show(browser, tmp_path, credit.live().html())
    names = [*variables(browser)]
    drags = [(rng.choice(names), round(rng.uniform(-2.0, 2.0), 2)) for _ in range(DRAGS)]
    found = answers(browser, drags)
    weights = {key: edge.weight for key, edge in credit.edges.items()}
    targets = y if isinstance(y, list) else [y]
    if loss is losses.cross_entropy:
        targets = [credit.nodes[i].target for i in credit.layers[-1]]
    for (variable, number), answer in zip(drags, found):
        if variable[0] == "x":
            x[int(variable[1:]) - 1] = number
        elif variable[0] == "y":
            targets[int(variable[1:] or 0)] = number
        else:
            weights[key_of(variable)] = number

        def loss_of(prediction: Any, _: Any) -> Value:
            free = [Value(t) for t in targets]  # as a Value no target is judged
            value: Value = loss(prediction, free if len(free) > 1 else free[0])
            return value

        now = Credit.of(credit.network(weights), x, None, loss_of)
        assert differences(answer, numbers(now)) == [], (variable, number)
    assert complaints(browser) == []


EXPRESSIONS: dict[str, Any] = {
    "micrograd": published,
    "powers": lambda a, b: (a * a + 1.0) ** b + 2.0**a - ag.hypot(a, b) / (1.0 + b * b),
    "waves": lambda a, b: ag.sin(a * b) + ag.atan2(a, b + 3.0) * ag.cos(b) - ag.tan(0.3 * a),
    "constant parts": lambda a, b: a.relu().sqrt() + ag.maximum(a, b).log() + ag.clip(b, -1.0, 1.0) ** -0.5,
    "choices": lambda a, b: ag.maximum(a, b) * ag.minimum(a, -b) + abs(a - b) + ag.clip(a, -1.0, 1.0),
    "sequences": lambda a, b: ag.dot([a, b, 2.0], [b, b, a], a) * ag.logsumexp([a, b, a * b])
    + ag.sum([a, b, a]) + ag.erf(a) * ag.gelu(b) + ag.log(a.square() + 0.1) * ag.exp(-b),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_drag_in_an_expression(browser: Chrome, tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    f = EXPRESSIONS[name]
    root = f(Value(0.3, label="a"), Value(-0.7, label="b"))
    root.label = "out"
    show(browser, tmp_path, ag.live(root).html())
    drags = [(rng.choice("ab"), round(rng.uniform(-2.0, 2.0), 2)) for _ in range(DRAGS)]
    found = answers(browser, drags)
    data = {"a": 0.3, "b": -0.7}
    for (label, x), answer in zip(drags, found):
        data[label] = x
        a, b = Value(data["a"]), Value(data["b"])
        out = f(a, b)
        out.backward()
        expected = {
            "loss": out.data,
            "value": {**data, "out": out.data},
            "grad": {"a": a.grad, "b": b.grad, "out": 1.0},
        }
        assert differences(answer, expected) == [], (label, x)
    names: dict[str, Any] = {}
    exec(python(browser), names)  # the state as Python
    assert close(names["out"].data, out.data)
    assert close(names["a"].grad, a.grad)
    assert complaints(browser) == []


@pytest.mark.parametrize("name", ["3-2-1", "biases", "silu"])
def test_a_hundred_updates_are_those_of_gradient_descent(
    browser: Chrome, tmp_path: Path, name: str
) -> None:
    model, y, loss = NETWORKS[name]
    x = [0.8, -1.0, 0.5, 0.3][: model.sizes[0]]
    credit = assign_credit(model, x, y, loss=loss)
    show(browser, tmp_path, credit.live(lr=0.1).html())
    browser.execute_script("for (let k = 0; k < 100; k++) live.update()")
    trained, optimizer = credit.network(), SGD(lr=0.1)
    for _ in range(100):
        trained.zero_grad()
        loss(trained(x), y).backward()
        optimizer.step(trained.parameters())
    after = numbers(assign_credit(trained, x, y, loss=loss))
    assert differences(browser.execute_script("return live.get()"), after) == []
    code = python(browser).replace("print(", "credit = (")
    names: dict[str, Any] = {}
    exec(code, names)
    assert differences(numbers(names["credit"]), after) == []


def given(tree: Any) -> Iterator[Any]:
    """Yield the numbers of an argument that become Values: floats, and whole numbers beside them."""
    return (x for x in leaves(tree) if isinstance(x, float))


@pytest.mark.parametrize("name", CASES)
def test_every_drag_in_any_network(browser: Chrome, tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    case = CASES[name]()
    credit = assign_credit(case.net, case.x, case.y, loss=case.loss, parameters=case.parameters)
    show(browser, tmp_path, credit.live(lr=0.1).html())
    assert complaints(browser) == []
    names = variables(browser)
    weights = {p.label: p for p in leaves(case.parameters)}
    if credit.layers:  # known by their edges
        weights = {owner(key): weights[edge.parameter] for key, edge in credit.edges.items()}
    assert {name for name, kind in names.items() if kind.startswith("weight ")} == weights.keys()
    inputs, targets = [*given(case.x)], [*leaves(case.y)]
    assert sum(kind.startswith("input ") for kind in names.values()) == len(inputs)
    goals = sum(kind.startswith("target ") for kind in names.values())
    assert goals == (0 if name == "transformer" or name == "probabilities" else len(credit.outputs))
    if credit.probabilities:  # a target that is no class is judged
        names = {name: kind for name, kind in names.items() if not kind.startswith("target ")}
    drags = [(rng.choice([*names]), round(rng.uniform(-2.0, 2.0), 2)) for _ in range(DRAGS)]
    for (variable, number), answer in zip(drags, answers(browser, drags)):
        if variable in weights:
            weights[variable].data = number
        elif variable[0] == "x":
            inputs[int(variable[1:]) - 1] = number
        else:
            targets[credit.outputs.index(int(variable[1:] or 0))] = number
        now = _now(case, inputs, targets)
        assert differences(answer, numbers(now)) == [], (variable, number)
    browser.execute_script("live.update()")
    for p, weight in zip(leaves(case.parameters), now.weights.values()):
        p.data -= 0.1 * weight.credit
    assert differences(state(browser), numbers(_now(case, inputs, targets))) == []
    assert complaints(browser) == []


def _now(case: Any, inputs: list[float], targets: list[float]) -> Credit:
    each_x, each_y = iter(inputs), iter(targets)
    x = rebuild(case.x, lambda old: next(each_x) if isinstance(old, float) else old)
    y = rebuild(case.y, lambda _: next(each_y))
    return assign_credit(case.net, x, y, loss=case.loss, parameters=case.parameters)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_follows(browser: Chrome, tmp_path: Path, name: str) -> None:
    net, x, y, parameters, *loss = SHAPES[name]()
    credit = assign_credit(net, x, y, *loss, parameters=parameters)
    if name == "deep_chain":
        with pytest.raises(ValueError, match="at most 150,000 bytes"):
            credit.live().html()
        return
    show(browser, tmp_path, credit.live(lr=0.01).html())
    first = ["lr", 0.01]
    assert differences(answers(browser, [first])[0], numbers(credit)) == []
    browser.execute_script("live.update()")
    assert differences(answers(browser, [first])[0], numbers(credit.after(0.01))) == []
    assert complaints(browser) == []


# ---------------------------------------------------------------- Firefox


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if FIREFOX is None:
        pytest.skip("Firefox is not installed")
    driver = Firefox(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.mark.parametrize("name", ["3-2-1", "silu"])
def test_firefox_gives_the_numbers_of_python(firefox: Any, tmp_path: Path, name: str) -> None:
    test_every_drag_gives_the_numbers_of_python(firefox, tmp_path, name)
    test_a_hundred_updates_are_those_of_gradient_descent(firefox, tmp_path, name)


def test_firefox_and_an_expression(firefox: Any, tmp_path: Path) -> None:
    test_every_drag_in_an_expression(firefox, tmp_path, "sequences")


def test_firefox_and_any_network(firefox: Any, tmp_path: Path) -> None:
    test_every_drag_in_any_network(firefox, tmp_path, "attention")
    lit = """const pill = document.querySelector("[aria-label^='weight']");
      pill.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
      return [...document.querySelectorAll("#picture .mark")].map(mark => mark.outerHTML)"""
    marks = firefox.execute_script(lit)  # the way is lit, and where its marks stand is known
    assert any("halo" in mark for mark in marks)
    assert any("forward" in mark for mark in marks)
    assert not any("NaN" in mark for mark in marks)
