"""What notebooks show, in Chromium: nothing is cut, everything has words.

In a real JupyterLab, Notebook 7 and marimo; put into a page, as VS Code puts it; and as PDF, printed or by LaTeX.
"""

import base64
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograd.pictures.display import for_paper
from tests.browser.serving import READY, serving

pytestmark = pytest.mark.slow

SETUP = """
import autograd.progress
autograd.progress._LATE = 600.0  # else a busy machine shows the progress of a picture, too
from autograd import Value, draw, steps
from nn import MLP, SGD, assign_credit, fit
net = MLP.from_weights([[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]])
credit = assign_credit(net, [0.8, -1.0, 0.5], 0.2)
wide = assign_credit(MLP(20, [20, 20, 5], rng=0), [0.5] * 20, [0.5] * 5)
a, b = Value(-4.0, label="a"), Value(2.0, label="b")
history = fit(net, [[0.8, -1.0, 0.5]], [0.2], epochs=5, optimizer=SGD(0.1), progress=False)
"""
SHOWN = (
    "draw((a * b + b**3).tanh() * a, credit=True)",
    "credit.draw()",
    "credit.draw(path=(5, 1))",
    "wide.draw()",
    "credit.steps()",
    "credit",
    "net",
    "credit.matrices()",
    "history",
    "steps(a * b)",
)
PICTURES = 4
SEEN = "img, iframe, table"
# of each output: whether it is cut at its side, and each thing in it that can be seen: what, how wide, in words
MEASURE = """
return [...document.querySelectorAll(arguments[0])].map(output => ({
  cut: output.scrollWidth > output.clientWidth + 1 && !/auto|scroll/.test(getComputedStyle(output).overflowX), room: output.clientWidth,
  found: [...output.querySelectorAll(arguments[1])].map(e => ({
    tag: e.tagName, width: e.getBoundingClientRect().width,
    words: e.alt || e.title || (e.querySelector(':scope > title') || e).textContent
  })).filter(e => e.width > 0),
}))
"""


def settled(browser: Any, outputs: str, ready: Callable[[list[dict[str, Any]]], bool]) -> Any:
    """Measure the outputs, once they are there; a page that stays empty is loaded again."""
    shown: list[dict[str, Any]] = []
    for k in range(450):
        shown = browser.execute_script(MEASURE, outputs, SEEN)
        if ready(shown):
            return shown
        if not shown and k % 150 == 149:
            browser.refresh()
        time.sleep(0.2)
    pytest.fail(f"not shown in time: {shown}")


def check(shown: list[dict[str, Any]], trusted: bool) -> None:
    assert len(shown) == len(SHOWN)
    for code, output in zip(SHOWN, shown):
        assert not output["cut"], code
        assert output["found"], code
        for thing in output["found"]:
            # a table too wide for its room is scrolled in it
            assert thing["tag"] == "TABLE" or thing["width"] <= output["room"], (code, thing)
            assert len(thing["words"]) > 10 or thing["tag"] == "TABLE", (code, thing)
    tags = [output["found"][0]["tag"] for output in shown]
    player = "IFRAME" if trusted else "IMG"  # where frames are taken out, the picture and the story
    assert tags == ["IMG"] * PICTURES + [player] + ["TABLE"] * 5


@pytest.fixture(scope="module")
def notebook() -> Any:
    """Return a notebook that was run."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(code) for code in (SETUP, *SHOWN)]
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return notebook


def check_at_all_widths(
    browser: Any, outputs: str, ready: Callable[[list[dict[str, Any]]], bool], trusted: bool
) -> None:
    """Check what a page shows, in one window that is made wide and narrow."""
    for width in (1400, 800):
        browser.set_window_size(width, 2500)

        def fits(shown: list[dict[str, Any]], width: int = width) -> bool:
            return ready(shown) and shown[0]["room"] <= width

        check(settled(browser, outputs, fits), trusted)


@pytest.mark.parametrize(
    "page", ["lab/tree/{}?reset", "notebooks/{}"], ids=["JupyterLab", "Notebook 7"]
)
def test_jupyter(browser: Any, jupyter: tuple[str, Path], notebook: Any, page: str) -> None:
    address, root = jupyter
    name = f"shown{page.index('/')}.ipynb"
    notebook.metadata["title"] = name  # one that was run would be trusted in the other, too
    pytest.importorskip("nbformat").write(notebook, root / name)
    browser.set_window_size(1400, 2500)
    browser.get(f"{address}/{page.format(name)}")
    # nobody has trusted it yet: what could do harm is taken out
    outputs = ".jp-OutputArea-output"
    check_at_all_widths(browser, outputs, lambda shown: len(shown) == len(SHOWN), trusted=False)
    for _ in range(450):  # outputs are shown before cells can be run
        if browser.execute_script(READY):
            break
        time.sleep(0.2)
    browser.execute_script("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    check_at_all_widths(
        browser, outputs,
        lambda shown: len(shown) == len(SHOWN) and [thing["tag"] for thing in shown[4]["found"][:1]] == ["IFRAME"],
        trusted=True,
    )  # fmt: skip
    browser.set_window_size(900, 900)


def forms(notebook: Any, form: str) -> list[str]:
    """Return one form of all outputs that have it."""
    data = [output["data"] for cell in notebook.cells[1:] for output in cell.outputs]
    return [shown[form] for shown in data if form in shown]


@pytest.mark.parametrize("width", [800, 1400])
def test_inline_as_in_vs_code(browser: Any, tmp_path: Path, notebook: Any, width: int) -> None:
    """Its notebooks put HTML and SVG into one page; nothing keeps their ids and styles apart."""
    pictures, pages = forms(notebook, "image/svg+xml"), forms(notebook, "text/html")
    boxes = [f'<div class="output">{content}</div>' for content in pages + pictures]
    page = tmp_path / "inline.html"
    page.write_text("<!doctype html><meta charset=utf-8>" + "\n".join(boxes), encoding="utf-8")
    browser.set_window_size(width, 2500)
    browser.get(page.as_uri())
    check(browser.execute_script(MEASURE, ".output", SEEN)[: len(SHOWN)], trusted=True)
    drawn = browser.execute_script(MEASURE, ".output", "svg[role=img]")[len(SHOWN) :]
    assert len(drawn) == PICTURES + 1
    for output in drawn:
        (picture,) = output["found"]
        assert not output["cut"]
        assert picture["width"] <= output["room"]
        assert len(picture["words"]) > 10
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids) > 0
    browser.set_window_size(900, 900)


def test_printed(browser: Any, tmp_path: Path, notebook: Any) -> None:
    """The way to a PDF: export as HTML, print. Pictures, tables, and the player's picture and story are on paper."""
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    page = tmp_path / "shown.html"
    page.write_text(nbconvert.HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    browser.get(page.as_uri())
    # first on a screen that is as a page, for what would be cut
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.set_window_size(720, 1000)
    check(browser.execute_script(MEASURE, ".jp-OutputArea-output", SEEN), trusted=False)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.set_window_size(900, 900)
    if not (pdftotext := shutil.which("pdftotext")):
        pytest.skip("pdftotext is not installed")
    pdf = tmp_path / "shown.pdf"
    pdf.write_bytes(base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]))
    done = subprocess.run([pdftotext, "-raw", pdf, "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    # at the right of two pictures of the credit and of the one in the player's place, and in its story
    assert text.count("target y = 0.20") == 4
    for words in (
        "−32.00",
        "Credit of w₅⇝₁",
        "The updates",
        "new weight",
        "0.647848",
        "sum so far",
    ):
        assert words in text, words


def test_exported_by_latex(tmp_path: Path) -> None:
    """Where pictures are for paper, no Inkscape is needed, and the player's picture and story are there."""
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    if not (shutil.which("xelatex") and shutil.which("pdftotext")):
        pytest.skip("xelatex and pdftotext are not both installed")
    names: dict[str, Any] = {}
    exec(SETUP, names)
    notebook = nbformat.v4.new_notebook()
    for_paper()
    try:
        for code in SHOWN[: PICTURES + 1]:
            data = dict(eval(code, names)._repr_mimebundle_())
            output = nbformat.v4.new_output("display_data", data=data)
            notebook.cells.append(nbformat.v4.new_code_cell(code, outputs=[output]))
    finally:
        for_paper(False)
    source = nbconvert.LatexExporter().from_notebook_node(notebook)[0]
    (tmp_path / "shown.tex").write_text(source, encoding="utf-8")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "shown.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True)
    log = (tmp_path / "shown.log").read_text(encoding="utf-8", errors="replace")
    if missing := re.search(r"File `.*' not found", log):
        pytest.skip(f"TeX is not installed whole: {missing[0]}")
    assert done.returncode == 0, log[-3000:]
    assert "Missing character" not in log
    assert "Overfull" not in log
    command = ["pdftotext", "-layout", "shown.pdf", "-"]
    text = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert text.count("Credit assignment, 3-2-1 tanh network") == 2
    for words in ("Credit assignment, 20-20-20-5", "8 weights", "+0.5215", "18 Forward again"):
        assert words in text, words


def test_marimo(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("marimo", reason="marimo is not installed")
    names = "MLP, SGD, Value, a, assign_credit, b, credit, draw, fit, history, net, steps, wide"
    cells = [f"@app.cell\ndef _({names}):\n    {code}\n    return\n" for code in SHOWN]
    setup = "".join(f"    {line}\n" for line in SETUP.strip().splitlines())
    (tmp_path / "shown.py").write_text(
        f"import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n{setup}    return {names}\n\n"
        + "\n".join(cells)
        + "\nif __name__ == '__main__':\n    app.run()\n"
    )
    command = ["marimo", "-q", "run", "shown.py", "--headless", "--no-token"]
    with serving(command, tmp_path, "/") as address:
        browser.set_window_size(1400, 2500)
        browser.get(address)
        check_at_all_widths(
            browser, ".output-area",
            lambda shown: len(shown) == len(SHOWN) and all(output["found"] for output in shown),
            trusted=True,
        )  # fmt: skip
    browser.set_window_size(900, 900)
