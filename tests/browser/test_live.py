"""The living page in a real browser: what it computes beside what Python computes, and what hands can do."""

from collections.abc import Callable
from pathlib import Path

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
from autograd.notation import shown
from autograd.pictures.page import Live, literal
from nn import assign_credit, losses
from nn.credit.credit import Credit
from tests.browser.living import (
    close,
    complaints,
    differences,
    numbers,
    published,
    python,
    settled,
    show,
    state,
)
from tests.nn.credit.networks import CASES
from tests.worked import network, worked

pytestmark = pytest.mark.slow


# ---------------------------------------------------------------- hands


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Chrome:
    show(browser, tmp_path, worked().live().html())
    return browser


def handle(browser: Chrome, label: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, f"[aria-label='{label}']")


def written(browser: Chrome, classes: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, "#picture text." + ".".join(classes.split())).text


def text(browser: Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


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
        (
            "target y",
            "target of-0",
            lambda: float(handle(page, "target y").get_attribute("aria-valuenow") or ""),
        ),
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
    halos = lambda edge: page.find_elements(By.CSS_SELECTOR, f".halo.of-{edge}")  # noqa: E731
    assert halos("1-0")[0].is_displayed()
    assert not halos("2-0")
    marks = page.find_elements(By.CSS_SELECTOR, "text.meet.of-3-1, path.forward.of-3-1")
    assert len(marks) == 4
    assert all(mark.is_displayed() for mark in marks)
    assert written(page, "credit of-1-0") == "δ₀·w₁⇝₀ = +0.44"  # what comes back on the way
    assert written(page, "credit of-3-1") == "δ₁·z₃ = +0.07"
    page.execute_script("live.set('x3', -1)")
    assert halos("1-0")[0].is_displayed()  # it stays while numbers change, and the numbers follow
    assert text(page, "why").splitlines()[2].startswith("∂L/∂w₃⇝₁ = δ₁·z₃ = ")
    assert "·(−1.0000)" in text(page, "why")
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert not halos("1-0")
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
    # what comes back on the way to an edge is not its credit
    page.execute_script("live.set('1-0', 0.7); live.set('3-1', -1.2)")
    handle(page, "weight w₃⇝₁").send_keys(Keys.ENTER)
    assert text(page, "most") == "w₄⇝₁ = −0.3000, credit −0.1723"
    page.find_element(By.ID, "most").click()
    assert "∂L/∂w₄⇝₁ = δ₁·z₄" in text(page, "why")
    page.find_element(By.ID, "reset").click()
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
        "nothing", "saturation: a slope that is flat", "too large a rate", "a forgotten zero_grad",
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
    assert page.find_element(By.ID, "eta").get_attribute("value") == "0.3"


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


def unit_graph(name: str) -> Credit:
    case = CASES[name]()
    return assign_credit(case.net, case.x, case.y, loss=case.loss, parameters=case.parameters)


LIVING: dict[str, Callable[[], Live]] = {
    "network": lambda: worked().live(),
    "batch": lambda: assign_credit(network(), [[1.0, 2.0, 3.0]] * 2, [0.0, 1.0], batch=True).live(),
    "expression": lambda: ag.live(published(Value(2.0, label="a"), Value(3.0, label="b"))),
    "pills": lambda: unit_graph("layer_norm").live(),
    "pattern": lambda: unit_graph("lstm").live(),
    "folded": lambda: unit_graph("transformer").live(),
}


@pytest.mark.parametrize("kind", LIVING)
def test_narrow_windows_and_large_letters(browser: Chrome, tmp_path: Path, kind: str) -> None:
    """A window of 1280 pixels has 640 of them at 200 %, 320 at 400 %, with twice as many dots."""
    page = LIVING[kind]().html()
    for width in (1280, 640, 320):
        size = {"width": width, "height": 800, "deviceScaleFactor": 2, "mobile": width < 640}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        show(browser, tmp_path, page)
        assert_nothing_is_cut(browser, width)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def assert_nothing_is_cut(browser: Chrome, width: int) -> None:
    python(browser)
    browser.find_elements(By.CSS_SELECTOR, "#picture [tabindex]")[-1].send_keys(Keys.ENTER)
    wide = "return document.documentElement.scrollWidth"
    cut = """return [...document.querySelectorAll("button, select, input")].filter(e => e.offsetParent &&
      e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"""
    assert browser.execute_script(wide) <= width
    assert browser.execute_script(cut) == []


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
@pytest.mark.parametrize("kind", LIVING)
def test_axe_finds_nothing(browser: Chrome, tmp_path: Path, kind: str, scheme: str) -> None:
    emulated = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": emulated})
    show(browser, tmp_path, LIVING[kind]().html())
    python(browser)
    browser.find_elements(By.CSS_SELECTOR, "#picture [tabindex]")[-1].send_keys(Keys.ENTER)
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "axe.run({ resultTypes: ['violations'] }).then(arguments[0])"
    )
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


def test_a_widget_without_layers_tells_its_host_and_hears_it(
    browser: Chrome, tmp_path: Path
) -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    widget = unit_graph("elman").widget()
    show(browser, tmp_path, widget.page)  # alone in a window, the page is its own host
    heard = """const done = arguments[0];
      addEventListener("message", event => { if (event.data.values) done(event.data.values); });
      live.set("x1", -0.75);"""
    values = browser.execute_async_script(heard)
    assert values == widget.values | {"x1": -0.75}
    widget.values = values
    assert differences(state(browser), numbers(widget.credit)) == []
    browser.execute_script("postMessage({ values: { Wx1: 0.25 } }, '*')")
    WebDriverWait(browser, 20).until(lambda _: "Wx1 = Value(0.25, " in python(browser))
    assert complaints(browser) == []


def test_pills_and_arrows_take_the_colour_of_their_sign(browser: Chrome, tmp_path: Path) -> None:
    show(browser, tmp_path, ag.live(Value(2.0, label="a") * Value(3.0, label="b")).html())
    looks = """return [...document.querySelectorAll("[class~='of-v0-0'] :is(path, polygon):not([class])")]
      .map(shape => getComputedStyle(shape).stroke)"""
    before = browser.execute_script(looks)
    assert len(set(before)) == 1 < len(before)
    browser.execute_script("live.set('b', -3)")
    after = browser.execute_script(looks)
    assert len(set(after)) == 1
    assert after != before


def residual_block() -> Credit:
    w = [[Value(0.1 * (i - j), label=f"W{i}{j}") for j in range(8)] for i in range(8)]
    v = [Value(0.1 * j - 0.3, label=f"v{j}") for j in range(8)]

    def net(x: list[Value]) -> Value:
        return ag.dot(v, [ag.dot(row, x).tanh() + xi for row, xi in zip(w, x)])

    return assign_credit(net, [0.1 * k for k in range(8)], 1.0, parameters=[*w, v])


@pytest.mark.parametrize("name", ["lstm", "gru", "transformer", "residual block"])
def test_the_largest_credits_are_on_pills_and_follow(
    browser: Chrome, tmp_path: Path, name: str
) -> None:
    """However little room there is, and whatever a part of a folded picture stands for."""
    credit = residual_block() if name == "residual block" else unit_graph(name)
    show(browser, tmp_path, credit.live().html())
    pills = """return [...document.querySelectorAll("#picture text.credit")].map(x =>
      [x.getAttribute("class").match(/of-(\\S+)/)[1], x.textContent.split(/[ =]+/).at(-1)])"""
    signs = """return [...document.querySelectorAll("#picture .line[class*=of-]")].map(x =>
      [x.getAttribute("class").match(/of-(\\S+)/)[1], x.dataset.sign])"""
    folds = browser.execute_script("return data.folds || {}")
    for step in range(3):
        now = state(browser)["credit"]
        largest = {
            part: max((now[i] for i in folds.get(part, [part])), key=abs)
            for part, _ in browser.execute_script(signs)
        }
        told = dict(browser.execute_script(pills))
        assert told == {part: shown(largest[part], 2, sign=True) for part in told}
        for part, sign in browser.execute_script(signs):
            x = largest[part]
            assert sign == ("plus" if x > 0.0 else "minus" if x < 0.0 else "zero"), (step, part)
        if not step:
            most = shown(max(now.values(), key=abs), 2, sign=True)
            assert most in told.values()
        browser.execute_script("for (const x of variables) live.set(x.name, -1.1 * v[x.slot])")
    assert complaints(browser) == []


def test_a_part_that_stands_for_several_is_lit_for_each_and_asks_about_the_largest(
    browser: Chrome, tmp_path: Path
) -> None:
    show(browser, tmp_path, unit_graph("transformer").live().html())
    folds = browser.execute_script("return data.folds")
    lit = """light(null); light(arguments[0]);
      return [...document.querySelectorAll("#picture .line:not(.dim)[class*=of-]")].map(x =>
        x.getAttribute("class").match(/of-(\\S+)/)[1])"""
    several = {part: ids for part, ids in folds.items() if "-" in part and len(ids) > 1}
    assert several
    for part, ids in several.items():
        for member in {*ids} - {*folds}:
            assert part in browser.execute_script(lit, member)
    now = state(browser)["credit"]
    for pill in browser.find_elements(By.CSS_SELECTOR, "#picture [role=button]:has(.credit)"):
        part = pill.find_element(By.CSS_SELECTOR, ".credit").get_attribute("class")
        ids = folds[part.split("of-")[-1]]
        browser.execute_script("light(null)")
        pill.send_keys(Keys.ENTER)
        assert browser.execute_script("return lit") == max(ids, key=lambda k: abs(now[k]))
        pill.send_keys(Keys.ENTER)
        assert browser.execute_script("return lit") is None
    assert complaints(browser) == []


def test_an_edge_that_cannot_be_dragged_is_asked_about_by_hand_and_by_key(
    browser: Chrome, tmp_path: Path
) -> None:
    w = Value(0.5, label="w")
    made = assign_credit(lambda x: ag.dot([w * 2.0, w], x).tanh(), [1.0, -2.0], 0.5, parameters=[w])
    pages = {
        "2-0": made.live(),  # its weight is made of a parameter
        "v0-0": ag.live(Value(2.0, label="a") * Value(3.0, label="b")),
    }
    for name, page in pages.items():
        show(browser, tmp_path, page.html())
        pill = browser.find_element(By.CSS_SELECTOR, f"#picture [role=button]:has(.of-{name})")
        for ask in (pill.click, lambda: pill.send_keys(Keys.ENTER)):  # noqa: B023
            ask()
            assert len(text(browser, "why")) > 10
            ask()
            assert text(browser, "why") == ""
    assert complaints(browser) == []
