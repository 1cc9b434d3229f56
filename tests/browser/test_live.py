"""The living page in a real browser: what it computes beside what Python computes, and what hands can do."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

import autograd as ag
from autograd import Value
from autograd.pictures.live.page import literal
from nn import MLP, SGD, assign_credit, losses
from nn.credit.credit import Credit
from nn.credit.parts import Key
from nn.credit.pictures.graph import owner
from tests.worked import network, worked

pytestmark = pytest.mark.slow
DRAGS = 200


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


def close(x: float, y: float) -> bool:
    same = x == y or (x != x and y != y)
    return same or abs(x - y) <= 1e-12 * max(1.0, abs(x), abs(y))


def answers(browser: Chrome, drags: list[Any]) -> list[Any]:
    """Return what the page says of itself after each drag, a pair of name and number."""
    told = browser.execute_script(
        """return arguments[0].map(([name, x]) => { live.set(name, x);
           return JSON.stringify(live.get(), (_, x) => typeof x === "number" ? String(x) : x); })""",
        drags,
    )
    return [_floats(json.loads(text)) for text in told]  # nan and ∞ come as text alone


def _floats(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _floats(item) for key, item in told.items()}
    return float(told)


def show(browser: Chrome, folder: Path, page: str) -> None:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    browser.get(path.as_uri())


def complaints(browser: Chrome) -> list[object]:
    return list(browser.get_log("browser"))


def numbers(credit: Credit) -> dict[str, Any]:
    """Return what the page says of itself, computed here."""
    units = {j: node for j, node in credit.nodes.items() if node.delta is not None}
    return {
        "loss": credit.loss,
        "a": {str(j): node.a for j, node in units.items()},
        "z": {str(i): node.z for i, node in credit.nodes.items()},
        "delta": {str(j): node.delta for j, node in units.items()},
        "weight": {owner(key): edge.weight for key, edge in credit.edges.items()},
        "credit": {owner(key): edge.credit for key, edge in credit.edges.items()},
    }


def differences(found: Any, expected: Any, path: str = "") -> list[str]:
    if isinstance(expected, dict):
        if found.keys() != expected.keys():
            return [f"{path}: {sorted(found)} for {sorted(expected)}"]
        return [
            d for key in expected for d in differences(found[key], expected[key], f"{path}/{key}")
        ]
    return [] if close(found, expected) else [f"{path}: {found!r} for {expected!r}"]


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
    names = browser.execute_script("return variables.map(variable => variable.name)")
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


def published(a: Value, b: Value) -> Value:
    """The expression in the README of micrograd."""
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


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
    exec(browser.execute_script("return filled(data.python)"), names)  # the state as Python
    assert close(names["out"].data, out.data)
    assert close(names["a"].grad, a.grad)
    assert complaints(browser) == []


def test_a_recurrent_network(browser: Chrome, tmp_path: Path) -> None:
    def error(numbers: dict[str, float]) -> tuple[Value, dict[str, Value]]:
        leaves = {name: Value(x, label=name) for name, x in numbers.items()}
        w, u, v, *xs = leaves.values()
        h = w * 0.0
        for x in xs:
            h = (w * x + u * h).tanh()
        return losses.half_squared_error(v * h, 0.7), leaves

    numbers = {"w": 0.5, "u": -0.3, "v": 1.5, "x₁": 1.0, "x₂": -0.5, "x₃": 0.25}
    root, leaves = error(numbers)
    credit = assign_credit(root, parameters=[leaves[name] for name in "wuv"])
    show(browser, tmp_path, credit.live(lr=0.1).html())
    rng = random.Random(3)
    drags = [(rng.choice(list(numbers)), round(rng.uniform(-2.0, 2.0), 2)) for _ in range(DRAGS)]
    for (name, x), answer in zip(drags, answers(browser, drags)):
        numbers[name] = x
        root, leaves = error(numbers)
        root.backward()
        assert close(answer["loss"], root.data)
        assert differences(answer["value"], numbers | {"L": root.data}) == []
        assert (
            differences(answer["grad"], {k: v.grad for k, v in leaves.items()} | {"L": 1.0}) == []
        )
    browser.execute_script("live.update()")  # the weights learn, the inputs stay
    expected = {k: v.data - 0.1 * v.grad if k in "wuv" else v.data for k, v in leaves.items()}
    value = state(browser)["value"]
    assert differences({k: value[k] for k in expected}, expected) == []
    assert complaints(browser) == []


@pytest.mark.parametrize("name", ["3-2-1", "biases", "silu"])
def test_a_hundred_updates_are_those_of_gradient_descent(
    browser: Chrome, tmp_path: Path, name: str
) -> None:
    model, y, loss = NETWORKS[name]
    x = [0.8, -1.0, 0.5, 0.3][: model.sizes[0]]
    credit = assign_credit(model, x, y, loss=loss)
    show(browser, tmp_path, credit.live(lr=0.1).html())
    for _ in range(100):
        browser.execute_script("live.update()")
    trained, optimizer = credit.network(), SGD(lr=0.1)
    for _ in range(100):
        trained.zero_grad()
        loss(trained(x), y).backward()
        optimizer.step(trained.parameters())
    after = numbers(assign_credit(trained, x, y, loss=loss))
    assert differences(browser.execute_script("return live.get()"), after) == []
    code = browser.execute_script("return filled(data.python)").replace("print(", "credit = (")
    names: dict[str, Any] = {}
    exec(code, names)
    assert differences(numbers(names["credit"]), after) == []


# ---------------------------------------------------------------- hands


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Chrome:
    show(browser, tmp_path, worked().live().html())
    return browser


def handle(browser: Chrome, label: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, f"[aria-label='{label}']")


def state(browser: Chrome) -> Any:
    return browser.execute_script("return live.get()")


def written(browser: Chrome, classes: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, "#picture text." + ".".join(classes.split())).text


def text(browser: Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


def settled(browser: Chrome) -> None:
    """Wait until the page has drawn what was asked for."""
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def drag(browser: Chrome, element: WebElement, kind: str, by: int) -> None:
    """Drag an element to the right with a mouse or a finger."""
    if kind == "mouse":
        ActionChains(browser).drag_and_drop_by_offset(element, by, 0).perform()
        return
    box = browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", element)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(what: str, *points: float) -> None:
        at = [{"x": p, "y": y} for p in points]
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": what, "touchPoints": at})

    touch("touchStart", x)
    for step in range(5, by + 1, 5):
        touch("touchMove", x + step)
    touch("touchEnd")


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_dragging(page: Chrome, kind: str) -> None:
    for label, name, read in (
        ("weight w₃⇝₁", "weight of-3-1", lambda: state(page)["weight"]["3-1"]),
        ("input x₂", "", lambda: state(page)["z"]["4"]),
        ("target y", "target of-0", lambda: page.execute_script("return v[named.get('y').slot]")),
    ):
        before = read()
        drag(page, handle(page, label), kind, 25)
        settled(page)
        assert read() == pytest.approx(before + 0.25)
        if name:
            assert written(page, name).endswith(f"{before + 0.25:.2f}".replace("-", "−"))
    assert complaints(page) == []


def test_keys_typing_undo_and_reset(page: Chrome) -> None:
    pill = handle(page, "weight w₃⇝₁")
    pill.send_keys(Keys.ARROW_RIGHT)
    assert state(page)["weight"]["3-1"] == 0.55
    pill.send_keys(Keys.PAGE_DOWN)
    assert state(page)["weight"]["3-1"] == 0.05
    settled(page)
    assert pill.get_attribute("aria-valuenow") == "0.05"
    assert (pill.get_attribute("aria-valuetext") or "").startswith("w₃⇝₁ = 0.0500, credit +0.")
    pill.send_keys("-")
    field = page.switch_to.active_element
    assert field.get_attribute("id") == "number"
    field.send_keys("1.75", Keys.ENTER)
    assert state(page)["weight"]["3-1"] == -1.75
    expected = [0.05, 0.55, 0.5]
    for x in expected:
        page.find_element(By.ID, "undo").click()
        assert state(page)["weight"]["3-1"] == x
    assert not page.find_element(By.ID, "undo").is_enabled()
    page.execute_script("live.set('3-1', 2); live.set('x1', 3)")
    page.find_element(By.ID, "reset").click()
    assert differences(state(page), numbers(worked())) == []
    assert complaints(page) == []


def test_a_click_lights_the_way_and_says_why(page: Chrome) -> None:
    pill = handle(page, "weight w₃⇝₁")
    pill.click()
    said = text(page, "why").splitlines()
    assert said == [
        "δ₀ = ŷ−y = 0.8279 − 0.2000 = +0.6279",
        "δ₁ = δ₀·w₁⇝₀·(1−tanh²a₁) = 0.6279·0.7000·0.3101 = +0.1363",
        "∂L/∂w₃⇝₁ = δ₁·z₃ = 0.1363·0.5000 = +0.0682",
    ]
    halo = page.find_element(By.CSS_SELECTOR, ".halo.of-1-0")
    assert halo.is_displayed()
    assert not page.find_element(By.CSS_SELECTOR, ".halo.of-2-0").is_displayed()
    marks = page.find_elements(By.CSS_SELECTOR, "text.meet.of-3-1, polygon.forward.of-3-1")
    assert len(marks) == 4
    assert all(mark.is_displayed() for mark in marks)
    assert written(page, "credit of-1-0") == "δ₀·w₁⇝₀ = +0.44"  # what comes back on the way
    assert written(page, "credit of-3-1") == "δ₁·z₃ = +0.07"
    page.execute_script("live.set('x3', -1)")
    assert halo.is_displayed()  # it stays while numbers change, and the numbers follow
    assert text(page, "why").splitlines()[2].startswith("∂L/∂w₃⇝₁ = δ₁·z₃ = ")
    assert "·(−1.0000)" in text(page, "why")
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not halo.is_displayed()
    handle(page, "unit 2").click()
    assert text(page, "why").startswith("δ₂ = δ₀·w₂⇝₀·(1−tanh²a₂) = ")
    assert complaints(page) == []


def test_forward_and_backward(page: Chrome) -> None:
    assert written(page, "credit of-4-1") == "δ₁·z₄ = −0.14"
    page.find_element(By.CSS_SELECTOR, "[value=forward]").click()
    assert written(page, "credit of-4-1") == "w₄⇝₁·z₄ = +0.30"
    page.execute_script("live.set('x2', 2)")
    assert written(page, "credit of-4-1") == "w₄⇝₁·z₄ = −0.60"
    assert not page.find_element(By.CSS_SELECTOR, "text.delta.of-1").is_displayed()
    page.find_element(By.CSS_SELECTOR, "[value=backward]").click()
    assert not page.find_element(By.CSS_SELECTOR, "text.a.of-1").is_displayed()
    assert written(page, "delta of-1").startswith("δ₁ = ")


def test_who_is_most_to_blame_is_said(page: Chrome) -> None:
    assert text(page, "most") == "w₁⇝₀ = 0.7000, credit +0.5215"
    page.execute_script("live.set('1-0', 0)")
    assert text(page, "most").startswith("w₁⇝₀ = 0.0000, credit +0.03")
    most = handle(page, "weight w₁⇝₀")
    page.execute_script("live.set('1-0', 0.7)")
    for _ in range(15):  # dragged to where the error is 0, it is to blame for nothing
        most.send_keys(Keys.ARROW_LEFT)
    assert abs(state(page)["credit"]["1-0"]) < 0.01


def test_the_chapters_have_the_numbers_of_the_moment(page: Chrome) -> None:
    page.execute_script("live.set('y', 0.5)")
    told = []
    while page.find_element(By.ID, "on").is_enabled():
        told.append(text(page, "told"))
        page.find_element(By.ID, "on").click()
    assert len(told) == 15
    assert any("δ₀ = 0.8279 − 0.5000 = +0.3279" in chapter for chapter in told)


def test_updates_training_and_the_loss_curve(page: Chrome) -> None:
    page.find_element(By.ID, "step").click()
    assert differences(state(page), numbers(worked().after(0.1))) == []
    assert text(page, "updates") == "1 × update: 0.1971 → 0.1500"
    train = page.find_element(By.ID, "train")
    train.click()
    WebDriverWait(page, 20).until(lambda _: state(page)["loss"] < 0.05)
    train.click()
    assert train.get_attribute("aria-pressed") == "false"
    points = page.find_element(By.ID, "line").get_attribute("points") or ""
    assert len(points.split()) > 5


def test_what_goes_wrong(page: Chrome) -> None:
    presets = Select(page.find_element(By.ID, "preset"))
    labels = [option.text for option in presets.options]
    assert labels == [
        "nothing", "saturation: a tanh that is flat", "too large a rate", "a forgotten zero_grad",
    ]  # fmt: skip
    presets.select_by_index(1)
    assert text(page, "tired") == "1, 2"
    assert "saturated" in (
        page.find_element(By.CSS_SELECTOR, "ellipse.of-1").get_attribute("class") or ""
    )
    page.find_element(By.ID, "reset").click()
    before = state(page)["loss"]
    presets.select_by_index(2)
    page.find_element(By.ID, "step").click()
    assert state(page)["loss"] > before
    page.find_element(By.ID, "reset").click()
    presets.select_by_index(3)
    for _ in range(2):
        page.find_element(By.ID, "step").click()
    net = network()
    parameters = net.parameters()
    for _ in range(2):  # without zero_grad
        losses.half_squared_error(net([0.8, -1.0, 0.5]), 0.2).backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
    assert close(state(page)["weight"]["5-1"], net.layers[0].neurons[0].w[0].data)


def test_the_address_keeps_the_state(page: Chrome) -> None:
    page.execute_script("live.set('3-1', -1.5); live.set('lr', 0.3); live.set('x2', 4)")
    WebDriverWait(page, 5).until(lambda _: "lr=0.3" in page.current_url)
    found = state(page)
    page.refresh()
    assert state(page) == found
    assert page.execute_script("return eta") == 0.3


def test_several_examples(browser: Chrome, tmp_path: Path) -> None:
    xs, ys = [[0.8, -1.0, 0.5], [-0.5, 0.3, 0.9]], [0.2, -0.4]
    batch = assign_credit(network(), xs, ys, batch=True)
    show(browser, tmp_path, batch.live().html())
    browser.find_elements(By.CSS_SELECTOR, "#examples button")[1].click()
    assert differences(state(browser), numbers(batch.examples[1])) == []
    browser.find_element(By.ID, "whole").click()
    browser.find_element(By.ID, "step").click()
    updated = batch.examples[0].network(batch.updates(lr=0.05))  # half the sum is the mean
    assert differences(state(browser), numbers(assign_credit(updated, xs[1], ys[1]))) == []
    assert complaints(browser) == []


# ---------------------------------------------------------------- where it stands


def test_in_a_sandboxed_frame_and_without_scripts(browser: Chrome, tmp_path: Path) -> None:
    shown = worked().live()._repr_html_()
    still = shown.replace('sandbox="allow-scripts"', 'sandbox=""')
    show(browser, tmp_path, f"<!doctype html><meta charset=utf-8>{shown}{still}")
    first, second = browser.find_elements(By.TAG_NAME, "iframe")
    browser.switch_to.frame(first)
    handle(browser, "weight w₃⇝₁").send_keys(Keys.ARROW_RIGHT)
    settled(browser)
    assert written(browser, "weight of-3-1") == "w₃⇝₁ = 0.55"
    browser.switch_to.default_content()
    browser.switch_to.frame(second)
    assert not browser.find_element(By.ID, "bar").is_displayed()
    assert browser.find_element(By.CSS_SELECTOR, "#picture .credit.of-5-1").is_displayed()
    assert browser.find_element(By.CSS_SELECTOR, "#table pre").is_displayed()
    assert all(li.is_displayed() for li in browser.find_elements(By.CSS_SELECTOR, "#story > li"))
    browser.switch_to.default_content()
    browser.get_log("browser")  # that scripts are blocked is reported, and meant


def test_nothing_is_loaded_from_anywhere(browser: Chrome, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Network.enable", {})
    show(browser, tmp_path, worked().live().html())
    loaded = browser.execute_script("return performance.getEntriesByType('resource').length")
    assert loaded == 0


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_narrow_windows_and_large_letters(browser: Chrome, tmp_path: Path, width: int) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 2, "mobile": width < 640}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    show(browser, tmp_path, worked().live().html())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_pills_hold_any_number_and_nothing_jumps(browser: Chrome, tmp_path: Path) -> None:
    show(browser, tmp_path, worked().live().html())
    where = "return ['picture', 'why', 'table'].map(id => document.getElementById(id).getBoundingClientRect().top)"
    before = browser.execute_script(where)
    outside = """
      const box = e => { const b = e.getBBox(); return [b.x, b.x + b.width]; };
      return [...document.querySelectorAll('#picture text.weight, #picture text.credit, #picture text.delta')].filter(t => {
        const [owner] = t.getAttribute('class').match(/of-\\S+/), kind = t.classList.contains('delta') ? 'delta' : 'pill';
        const [left, right] = box(t), [from, to] = box(document.querySelector(`#picture path.${kind}.${owner}`));
        return left < from || right > to; }).map(t => t.textContent)"""
    for x in (0.0, -0.001234, 1e-9, -99.994, 1234.5, -54321.0, 1e7):
        browser.execute_script("live.set('3-1', arguments[0]); live.set('x1', -arguments[0])", x)
        assert browser.execute_script(outside) == [], x
    assert browser.execute_script(where) == before


AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci in tests/")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["network", "batch", "expression"])
def test_axe_finds_nothing(browser: Chrome, tmp_path: Path, kind: str, scheme: str) -> None:
    emulated = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": emulated})
    living = {
        "network": worked().live,
        "batch": assign_credit(network(), [[1.0, 2.0, 3.0]] * 2, [0.0, 1.0], batch=True).live,
        "expression": lambda: ag.live(published(Value(2.0, label="a"), Value(3.0, label="b"))),
    }[kind]
    show(browser, tmp_path, living().html())
    browser.execute_script(
        "light(data.owners.at(-1)); document.getElementById('python').open = true"
    )
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script("axe.run().then(arguments[0])")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_two_views_of_a_widget_agree_and_python_hears(browser: Chrome, tmp_path: Path) -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    widget = worked().widget()
    # a host as Jupyter is one: a model whose changes every view hears of
    host = f"""<!doctype html><meta charset=utf-8><div id=one></div><div id=two></div><script type=module>
      {widget._esm.replace("export default", "const view =")}
      const state = {{ page: {literal(widget.page)}, values: {literal(dict(widget.values))} }}, heard = [];
      window.model = {{ state, saved: 0, get: key => state[key], on: (_, f) => heard.push(f), off: () => null,
        set(key, x) {{ state[key] = x; heard.forEach(f => f()); }}, save_changes() {{ this.saved++; }} }};
      for (const id of ["one", "two"]) view.render({{ model, el: document.getElementById(id) }});
    </script>"""
    show(browser, tmp_path, host)

    def said(frame: int) -> str:
        browser.switch_to.frame(frame)
        found = written(browser, "weight of-3-1")
        browser.switch_to.default_content()
        return found

    WebDriverWait(browser, 20).until(
        lambda _: len(browser.find_elements(By.TAG_NAME, "iframe")) == 2
    )
    browser.switch_to.frame(0)
    WebDriverWait(browser, 20).until(
        lambda _: browser.execute_script("return window.live !== undefined")
    )
    handle(browser, "weight w₃⇝₁").send_keys(Keys.ARROW_RIGHT)
    browser.switch_to.default_content()
    values = "return model.state.values"
    WebDriverWait(browser, 20).until(lambda _: browser.execute_script(values)["3-1"] == 0.55)
    assert browser.execute_script("return model.saved") >= 1
    WebDriverWait(browser, 20).until(lambda _: said(1) == "w₃⇝₁ = 0.55")
    # and from Python to both
    browser.execute_script("model.set('values', {...model.state.values, 'x1': -3, '3-1': 1.25})")
    for frame in (0, 1):
        WebDriverWait(browser, 20).until(lambda _: said(frame) == "w₃⇝₁ = 1.25")  # noqa: B023
    assert complaints(browser) == []
