"""Pictures and the player in a real browser: headless Chromium, driven by selenium."""

import base64
import html
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from autograd import Value, draw
from autograd.pictures import palette
from nn import MLP, assign_credit
from nn.credit.pictures.player import Player
from tests.browser.living import show
from tests.worked import worked

pytestmark = pytest.mark.slow


@pytest.fixture
def player() -> Player:
    return worked().steps(lr=0.1)


def text(browser: Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


def part(browser: Chrome, classes: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, "svg ." + ".".join(classes.split()))


def emulate(browser: Chrome, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def complaints(browser: Chrome) -> list[object]:
    return list(browser.get_log("browser"))


# of each edge: whether its credit and its halo can be seen, whether it is faint
EDGES = """
const seen = (part, of) => document.querySelector(`svg .${part}.${of}`).checkVisibility({visibilityProperty: true, opacityProperty: true});
return arguments[0].map(of => ({
  credit: seen("credit", of), halo: seen("halo", of), dim: document.querySelector(`svg .pill.${of}`).classList.contains("dim")
}));
"""


def test_every_step_by_its_button(browser: Chrome, tmp_path: Path, player: Player) -> None:
    show(browser, tmp_path, player.html())
    forward = browser.find_element(By.ID, "next")
    for step in player.steps:
        assert text(browser, "title") == f"{step.index} · {step.title}"
        assert text(browser, "place") == f"{step.index} / {len(player.steps)}"
        shown = browser.execute_script(EDGES, [f"of-{j}-{i}" for j, i in player.credit.edges])
        for key, edge in zip(player.credit.edges, shown):
            assert edge["credit"] == (("credit", key) in step.known)
            assert edge["halo"] == (key == step.path or key in step.back)
            assert edge["dim"] == (key not in step.edges)
        if step.index < len(player.steps):
            forward.click()
    assert forward.get_attribute("aria-disabled") == "true"
    assert part(browser, "weight of-5-1").text == "w₅⇝₁ = 0.79"
    browser.find_element(By.ID, "previous").click()
    assert text(browser, "place") == "17 / 18"
    assert complaints(browser) == []


def test_keys_and_slider(browser: Chrome, tmp_path: Path, player: Player) -> None:
    show(browser, tmp_path, player.html())
    body = browser.find_element(By.TAG_NAME, "body")
    for key, place in (
        (Keys.ARROW_RIGHT, 2),
        (Keys.ARROW_RIGHT, 3),
        (Keys.ARROW_LEFT, 2),
        (Keys.END, 18),
        (Keys.ARROW_RIGHT, 18),
        (Keys.HOME, 1),
        (Keys.ARROW_LEFT, 1),
    ):
        body.send_keys(key)
        assert text(browser, "place") == f"{place} / 18"
    slider = browser.find_element(By.ID, "slider")
    slider.send_keys(Keys.ARROW_RIGHT)
    assert text(browser, "place") == "2 / 18"  # once, not twice
    slider.send_keys(Keys.END)
    assert text(browser, "place") == "18 / 18"
    assert complaints(browser) == []


def test_chapters_lead_to_their_first_step(browser: Chrome, tmp_path: Path, player: Player) -> None:
    show(browser, tmp_path, player.html())
    for chapter in browser.find_elements(By.CSS_SELECTOR, "nav [data-step]"):
        chapter.click()
        place = int(chapter.get_attribute("data-step") or "0") + 1
        assert text(browser, "place") == f"{place} / 18"
        current = browser.find_elements(By.CSS_SELECTOR, "nav [aria-current='true']")
        assert [button.text for button in current] == [chapter.text]
        assert player.steps[place - 1].chapter == chapter.text


def test_every_unit_and_edge_is_a_link_to_its_step_and_back(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    show(browser, tmp_path, player.html())
    title = "return document.getElementById('title').textContent"
    for key, edge in player.credit.edges.items():
        part(browser, f"pill of-{key[0]}-{key[1]}").click()
        assert f"· Credit of {edge.name}" in browser.execute_script(title)
        back = browser.find_element(By.ID, "back")
        assert back.text == "↩ step 1"
        back.click()
        assert text(browser, "place") == "1 / 18"
    unit = browser.find_element(By.CSS_SELECTOR, "svg ellipse.unit.of-1")
    unit.click()
    assert "· Forward: unit 1" in browser.execute_script(title)
    unit.click()
    assert "· The error at unit 1: δ₁" in browser.execute_script(title)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    assert "· Forward: unit 1" in browser.execute_script(title)
    # by keyboard, too
    part(browser, "pill of-5-1").send_keys(Keys.ENTER)
    assert "· Credit of w₅⇝₁" in browser.execute_script(title)
    assert complaints(browser) == []


def test_the_picture_stays_where_it_is_and_focus_where_it_was(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    show(browser, tmp_path, player.html())
    where = (
        "const b = document.querySelector('svg').getBoundingClientRect(); return [b.top, b.height]"
    )
    at = browser.execute_script(where)
    forward = browser.find_element(By.ID, "next")
    for _ in player.steps:
        forward.click()
        assert browser.execute_script(where) == at
        assert browser.execute_script("return document.activeElement.id") == "next"
    # it fits its frame: nothing scrolls but what is in it
    page = "const d = document.documentElement; return [d.scrollWidth - innerWidth, d.scrollHeight - innerHeight]"
    assert max(browser.execute_script(page)) <= 0
    part(browser, "pill of-3-1").click()
    browser.find_element(By.ID, "back").click()
    assert browser.execute_script("return document.activeElement !== document.body")


def test_on_its_way_back_the_error_carries_the_weights(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    show(browser, tmp_path, player.html())
    credit = player.credit
    for step in player.steps:
        for key in credit.edges:
            name = f"of-{key[0]}-{key[1]}"
            said = browser.execute_script(
                f"return document.querySelector('svg text.credit.{name}').textContent"
            )
            assert ("⇝" in said) == (key in step.back), (step.title, key)
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_RIGHT)


AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.skipif(
    not AXE.exists(),
    reason="the packages of tests/package.json are not installed: npm ci --prefix tests",
)
@pytest.mark.parametrize("sizes", [(3, 2, 1), (2, 16, 16, 1)])
def test_axe_finds_nothing(browser: Chrome, tmp_path: Path, sizes: tuple[int, ...]) -> None:
    inputs, *units = sizes
    player = assign_credit(MLP(inputs, units, rng=0), [0.5] * inputs, 0.5).steps()
    show(browser, tmp_path, player.html())
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    for k in (0, len(player.steps) // 2, len(player.steps) - 1):
        browser.execute_script(f"go({k})")
        found = browser.execute_async_script(
            "const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then(r => done(r.violations.map(v => v.id)))"
        )
        assert found == []


def test_it_prints_on_a_page(browser: Chrome, tmp_path: Path, player: Player) -> None:
    show(browser, tmp_path, player.html())
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.count(b"/Type /Page\n") == 1


def test_it_plays_and_stops(browser: Chrome, tmp_path: Path, player: Player) -> None:
    show(browser, tmp_path, player.html().replace("2500", "10"))
    button = browser.find_element(By.ID, "play")
    button.click()
    done = "return document.getElementById('place').textContent"
    for _ in range(200):
        if browser.execute_script(done) == "18 / 18":
            break
    assert text(browser, "place") == "18 / 18"
    assert button.get_attribute("aria-pressed") == "false"


def test_two_players_in_sandboxed_frames(browser: Chrome, tmp_path: Path, player: Player) -> None:
    shown = player._repr_mimebundle_()["text/html"]
    show(browser, tmp_path, f"<!doctype html><meta charset=utf-8>{shown}{shown}")
    frames = browser.find_elements(By.TAG_NAME, "iframe")
    assert len(frames) == 2
    browser.switch_to.frame(frames[0])
    browser.find_element(By.ID, "next").click()
    assert text(browser, "place") == "2 / 18"
    browser.switch_to.default_content()
    browser.switch_to.frame(frames[1])
    assert text(browser, "place") == "1 / 18"
    browser.switch_to.default_content()
    assert complaints(browser) == []


def test_without_scripts_the_story_and_the_whole_picture_are_there(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    page = html.escape(player.html())
    frame = f'<iframe srcdoc="{page}" sandbox="" style="width:900px;height:2000px"></iframe>'
    show(browser, tmp_path, f"<!doctype html><meta charset=utf-8>{frame}")
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    assert not browser.find_element(By.CLASS_NAME, "controls").is_displayed()
    assert len([li for li in browser.find_elements(By.TAG_NAME, "li") if li.is_displayed()]) == 18
    assert part(browser, "credit of-5-1").is_displayed()
    assert not part(browser, "halo of-5-1").is_displayed()
    browser.switch_to.default_content()
    browser.get_log("browser")  # that scripts are blocked is reported, and meant


def test_on_paper_the_whole_picture_stands_beside_the_whole_story(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    show(browser, tmp_path, player.html())
    assert not part(browser, "credit of-5-1").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert part(browser, "credit of-5-1").is_displayed()
    assert not part(browser, "halo of-5-1").is_displayed()
    assert not browser.find_element(By.CLASS_NAME, "controls").is_displayed()
    assert all(li.is_displayed() for li in browser.find_elements(By.TAG_NAME, "li"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_from_one_file(
    browser: Chrome, tmp_path: Path, player: Player, scheme: str, dark: bool
) -> None:
    emulate(browser, scheme)
    show(browser, tmp_path, player.html())
    card = "return getComputedStyle(document.querySelector('svg polygon')).fill"
    ink = "return getComputedStyle(document.querySelector('svg text.unit')).fill"
    page = "return getComputedStyle(document.body).backgroundColor"

    def rgb(part: str) -> str:
        return "rgb({}, {}, {})".format(*bytes.fromhex(palette.colour(part, dark=dark)[1:]))

    assert browser.execute_script(card) == browser.execute_script(page) == rgb("card")
    assert browser.execute_script(ink) == rgb("ink")
    emulate(browser, "light")


# of each step: the title, the units that are not faint, how many errors can be seen; then on to the next
STEPS = """
return Array.from({ length: arguments[0] }, () => {
  const seen = [
    document.getElementById("title").textContent,
    [...document.querySelectorAll("svg text.unit:not(.dim)")].map(t => t.textContent),
    [...document.querySelectorAll("svg text.delta")].filter(t => getComputedStyle(t).visibility === "visible").length,
  ];
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  return seen;
});
"""


@pytest.mark.parametrize("sizes", [(4, 4, 2), (2, 16, 16, 1), (10, 32, 32, 3), (2, *[4] * 30, 1)])
def test_larger_networks_step_by_step(
    browser: Chrome, tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    inputs, *units = sizes
    net = MLP(inputs, units, bias=True, rng=0)
    credit = assign_credit(net, [0.5] * inputs, 0.5 if units[-1] == 1 else [0.5] * units[-1])
    player = credit.steps(lr=0.1)
    show(browser, tmp_path, player.html())
    shown = browser.execute_script(STEPS, len(player.steps))
    for step, (title, units_lit, known) in zip(player.steps, shown):
        assert title == f"{step.index} · {step.title}"
        drawn = {int(i) for i in units_lit if i.isdigit()}
        assert drawn <= step.nodes
        assert drawn or step.title.startswith("Credit")
        assert (known > 0) == any(fact == "delta" for fact, _ in step.known)
    assert complaints(browser) == []


def test_in_a_narrow_window_what_is_lit_is_in_view(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    size = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    show(browser, tmp_path, player.html())
    for step in player.steps:
        lit = part(browser, "pill of-{}-{}".format(*step.path)) if step.path else None
        if step.title.startswith("The error"):
            (unit,) = step.nodes - {0} or {0}
            lit = part(browser, f"unit of-{unit}")
        if lit is not None:
            assert 0 <= lit.rect["x"] <= lit.rect["x"] + lit.rect["width"] <= 400, step.title
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_RIGHT)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_labels_are_never_executed(browser: Chrome, tmp_path: Path) -> None:
    labels = [
        "<script>window.bad=1</script>",
        "\"><img src=x onerror='window.bad=1'>",
        "javascript:window.bad=1",
        "</text></svg><script>window.bad=1</script>",
        "]]><script>window.bad=1</script>",
    ]
    pictures = [draw(Value(1.0, label=label).exp(), credit=True).svg() for label in labels]
    show(browser, tmp_path, "<!doctype html><meta charset=utf-8>" + "".join(pictures))
    assert browser.execute_script("return window.bad") is None
    assert browser.find_elements(By.CSS_SELECTOR, "svg script, img, svg a") == []
    shown = browser.execute_script(
        "return [...document.querySelectorAll('svg text')].map(t => t.textContent).join(' ')"
    )
    for label in labels:
        assert label[:20] in shown.replace("\xa0", " ")


def test_the_worked_picture_keeps_its_text_inside_its_shapes(
    browser: Chrome, tmp_path: Path, player: Player
) -> None:
    show(browser, tmp_path, player.credit.draw().svg())
    sizes = browser.execute_script(
        """
        const box = e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
        const of = kind => [...document.querySelectorAll('svg .' + kind)].map(g =>
          [g.getAttribute('class').match(/of-\\S+/)[0], g.matches('text') ? 'text' : 'shape', box(g)]);
        return { pills: of('pill'), weights: of('weight'), credits: of('credit'), deltas: of('delta') };
        """
    )
    shapes = {name: box for name, _, box in sizes["pills"]}
    shapes |= {name: box for name, what, box in sizes["deltas"] if what == "shape"}
    texts = [
        (name, box) for name, what, box in sizes["weights"] + sizes["credits"] + sizes["deltas"]
        if what == "text"
    ]  # fmt: skip
    assert len(texts) == 8 + 8 + 3
    for name, (left, top, right, bottom) in texts:
        outer = shapes[name]
        assert outer[0] + 2 < left < right < outer[2] - 2, name
        assert outer[1] - 1 < top < bottom < outer[3] + 1, name
