"""The widget in a real JupyterLab and in marimo: two views of it agree, and what is dragged in one arrives in Python."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")
pytest.importorskip("anywidget", reason="anywidget is not installed")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.serving import READY, serving

pytestmark = pytest.mark.slow

# what the kernel hears it writes into a file; at one number it answers with another
SETUP = """
import json
from pathlib import Path
from nn.lessons import example
widget = example("worked").credit().widget()
def heard(credit):
    weights = {f"{i}-{j}": e.weight for (i, j), e in credit.edges.items()}
    net = [p.data for p in widget.net.parameters()]
    Path("heard.json").write_text(json.dumps({"loss": credit.loss, "weights": weights, "net": net}))
    if widget.values["3-1"] == 0.55 and widget.values["5-1"] != -1.25:
        widget.values = widget.values | {"5-1": -1.25}
widget.on_change(heard)
"""


def until(found: Callable[[], Any], what: str) -> Any:
    for _ in range(450):
        if (answer := found()) is not None:
            return answer
        time.sleep(0.2)
    pytest.fail(f"not in time: {what}")


def dragged(browser: Any, heard: Path, frames: Callable[[], list[Any]]) -> None:
    """Drag in one view; both views and Python must come to the same."""

    def views() -> list[Any] | None:
        shown = frames()
        return shown if len(shown) == 2 else None

    def state(view: int) -> Any:
        browser.switch_to.frame(until(views, "two views")[view])
        told = browser.execute_script("return window.live ? live.get() : null")
        browser.switch_to.default_content()
        return told

    until(lambda: state(0) and state(1), "two living pages")
    browser.switch_to.frame(until(views, "two views")[0])
    browser.find_element(By.CSS_SELECTOR, "[aria-label='weight w₃⇝₁']").send_keys(Keys.ARROW_RIGHT)
    browser.switch_to.default_content()

    def agreed() -> Any:
        both = [state(view) for view in (0, 1)]
        now = json.loads(heard.read_text()) if heard.exists() else {}
        right = all(x["weight"]["3-1"] == 0.55 and x["weight"]["5-1"] == -1.25 for x in both)
        return (
            both[0]
            if right and both[0] == both[1] and now.get("weights") == both[0]["weight"]
            else None
        )

    seen = until(agreed, "views and kernel that agree")
    told = json.loads(heard.read_text())
    assert told["loss"] == pytest.approx(seen["loss"], rel=1e-12)
    assert sorted(told["net"]) == sorted(seen["weight"].values())


def test_jupyterlab(browser: Any, jupyter: tuple[str, Path]) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    address, root = jupyter
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [nbformat.v4.new_code_cell(code) for code in (SETUP, "widget", "widget")]
    nbformat.write(notebook, root / "live.ipynb")
    browser.set_window_size(1200, 2800)
    browser.get(f"{address}/lab/tree/live.ipynb?reset")
    until(lambda: browser.execute_script(READY) or None, "a kernel")
    browser.execute_script("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    dragged(
        browser, root / "heard.json",
        lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output iframe"),
    )  # fmt: skip
    browser.set_window_size(900, 900)


def test_marimo(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("marimo", reason="marimo is not installed")
    setup = "".join(f"    {line}\n" for line in SETUP.strip().splitlines())
    (tmp_path / "live.py").write_text(
        f"import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n{setup}    return (widget,)\n\n"
        + 2 * "@app.cell\ndef _(widget):\n    widget\n    return\n\n"
        + "if __name__ == '__main__':\n    app.run()\n"
    )
    command = ["marimo", "-q", "run", "live.py", "--headless", "--no-token"]

    def frames() -> list[Any]:
        """Return the frames, which may be in shadow trees."""
        return list(
            browser.execute_script(
                """const found = [], look = root => { for (const e of root.querySelectorAll("*")) {
                   if (e.tagName === "IFRAME") found.push(e); if (e.shadowRoot) look(e.shadowRoot); } };
                   look(document); return found"""
            )
        )

    with serving(command, tmp_path, "/") as address:
        browser.set_window_size(1200, 2800)
        browser.get(address)
        dragged(browser, tmp_path / "heard.json", frames)
    browser.set_window_size(900, 900)
