"""The static site in a browser: it loads nothing from elsewhere, its pages live, and Python runs and draws in it."""

import functools
import runpy
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")
pytest.importorskip("nbconvert", reason="nbconvert is not installed")
pytest.importorskip("latex2mathml", reason="latex2mathml is not installed")

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.living import complaints

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / "tests" / "node_modules" / "pyodide").exists(),
        reason="the packages of tests/package.json are not installed: npm ci --prefix tests",
    ),
]


class Quiet(SimpleHTTPRequestHandler):
    extensions_map: ClassVar[dict[str, str]] = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site") / "site"
    runpy.run_path(str(ROOT / "notebooks" / "make_site.py"))["build"](folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def loaded(browser: Chrome) -> list[Any]:
    names = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    return list(browser.execute_script(names))


def test_every_page_loads_from_the_site_alone(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/index.html")
    links = [a.get_attribute("href") or "" for a in browser.find_elements(By.TAG_NAME, "a")]
    pages = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "howto").glob("*.md")]
    assert len(links) == 4 + len(pages)
    for link in links:
        browser.get(link)
        assert browser.title
        assert all(name.startswith(site) for name in loaded(browser)), link
        said = [str(x) for x in complaints(browser)]
        # a browser asks for an icon by itself
        assert [x for x in said if "favicon" not in x] == [], link
    browser.get(f"{site}/02_credit_assignment.html")
    frames = browser.find_elements(By.CSS_SELECTOR, "iframe[title$=', live']")
    assert len(frames) == 1
    assert len(browser.find_elements(By.TAG_NAME, "math")) > 50
    assert "\\frac" not in browser.find_element(By.TAG_NAME, "body").text
    browser.switch_to.frame(frames[0])
    assert browser.execute_script("return live.get().loss") == pytest.approx(0.197129, abs=1e-6)
    browser.switch_to.default_content()


def test_python_runs_and_draws_in_the_page(browser: Chrome, site: str) -> None:
    browser.get(f"{site}/try.html")
    run = browser.find_element(By.ID, "run")
    WebDriverWait(browser, 120).until(lambda _: run.is_enabled())
    run.click()
    printed = browser.find_element(By.ID, "printed")
    WebDriverWait(browser, 60).until(lambda _: "δ·z" in printed.text)
    assert "w₅⇝₁   0.800000  +0.136315" in printed.text
    assert browser.find_elements(By.CSS_SELECTOR, "#shown img")
    code = browser.find_element(By.ID, "code")
    browser.execute_script(
        "arguments[0].value = 'from autograd import Value, live\\nlive(Value(2.0, label=\"a\").tanh())'",
        code,
    )
    run.click()
    WebDriverWait(browser, 60).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, "#shown iframe")
    )
    browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "#shown iframe"))
    WebDriverWait(browser, 30).until(lambda _: browser.execute_script("return !!window.live"))
    assert browser.execute_script("return live.get().value.a") == 2
    browser.switch_to.default_content()
    assert all(name.startswith(site) for name in loaded(browser))
