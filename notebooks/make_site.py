"""The static site: walkthroughs and how-to pages, living pages, and one in which the package runs. `make site` writes it.

All its files are copied beside it; at run time nothing is loaded from anywhere else.
"""

import functools
import html
import importlib
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import nbformat
from latex2mathml.converter import convert
from nbconvert import HTMLExporter

from autograd import Value, live
from autograd.pictures.page import Live
from nn import MLP, assign_credit
from nn.datasets import moons
from nn.lessons.published.networks import WORKED

HERE = Path(__file__).parent
MODULES = HERE.parent / "tests" / "node_modules"
ENGINES = (
    *(f"pyodide/{name}" for name in (
        "pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip",
    )),
    "@hpcc-js/wasm-graphviz/dist/index.js",
)  # fmt: skip
PACKAGES = ("autograd", "nn", "graphviz", "tqdm")  # what runs in the page


def _expression() -> Live:
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c, d = a + b, a * b + b**3
    c += c + 1
    d += d * 2 + (b + a).relu()
    e = c - d
    e.label = "e"
    g = e**2 / 2.0 + 10.0 / e**2
    g.label = "g"
    return live(g)


def _moons() -> Live:
    xs, ys = moons(8, seed=0)
    return assign_credit(MLP(2, [4, 1], rng=1), xs, ys, batch=True).live()


LIVING: dict[str, tuple[str, Callable[[], Live]]] = {
    "live.html": ("Drag the weights of the 3-2-1 network", lambda: WORKED.credit().live()),
    "moons.html": ("A network that learns two moons from eight examples", _moons),
    "expression.html": ("An expression, its numbers and its gradients", _expression),
}


def build(out: Path) -> None:
    """Write the site into a folder.

    Args:
        out: where to; what is there is replaced.

    Raises:
        FileNotFoundError: if the packages of tests/package.json are not installed.
    """
    missing = [name for name in ENGINES if not (MODULES / name).exists()]
    if missing:
        raise FileNotFoundError(
            f"the site needs {missing[0]}: install it with npm ci --prefix tests"
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, (_, made) in LIVING.items():
        made().save(out / name)
    living = [(name, title) for name, (title, _) in LIVING.items()]
    links = {"Living pages": [*living, ("try.html", "Try it: Python runs in this page")]}
    for heading, sources in (
        ("Walkthroughs", sorted(HERE.glob("*.ipynb"))),
        ("How to", sorted((HERE / "howto").glob("*.md"))),
    ):
        for source in sources:
            page = _walkthrough(source) if source.suffix == ".ipynb" else _howto(source)
            (out / f"{source.stem}.html").write_text(page, encoding="utf-8")
        links[heading] = [(f"{source.stem}.html", _title(source)) for source in sources]
    for picture in (HERE / "howto").glob("*.svg"):
        shutil.copyfile(picture, out / picture.name)
    for name in ENGINES:
        shutil.copyfile(MODULES / name, out / Path(name).name)
    with zipfile.ZipFile(out / "packages.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for path, inside in _files():
            file.write(path, inside)
    shutil.copyfile(HERE / "try.html", out / "try.html")
    (out / "index.html").write_text(_index(links), encoding="utf-8")


def _walkthrough(notebook: Path) -> str:
    """Return a notebook as a page that loads nothing: without the scripts of its template, which would.

    Cells that only check what was said are left out; formulas become MathML, which a browser draws by itself.
    """
    told = nbformat.read(notebook, as_version=4)
    told.cells = [cell for cell in told.cells if "check" not in cell.metadata.get("tags", [])]
    for cell in told.cells:
        if cell.cell_type == "markdown":
            cell.source = _mathml(cell.source)
        for output in cell.get("outputs", []):
            if "text/latex" in output.get("data", {}):
                output.data = {"text/html": _mathml(output.data["text/latex"])}
    return _exported(told, _title(notebook))


def _title(source: Path) -> str:
    """Return the first heading of a notebook or page."""
    found = re.search(r"# ([^\n\\\"]+)", source.read_text(encoding="utf-8"))
    assert found
    return found[1]


def _howto(source: Path) -> str:
    """Return a how-to page; where it names another, that one's page is meant."""
    text = re.sub(r"\((\w+)\.md\)", r"(\1.html)", source.read_text(encoding="utf-8"))
    cell = nbformat.v4.new_markdown_cell(text)
    return _exported(nbformat.v4.new_notebook(cells=[cell]), _title(source))


def _exported(told: nbformat.NotebookNode, title: str) -> str:
    told.metadata["title"] = title
    body, _ = _exporter().from_notebook_node(told)
    body = re.sub(r"<script\b.*?</script>", "", body, flags=re.DOTALL)
    policy = "default-src 'self' data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return body.replace(
        "<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1
    )


@functools.cache
def _exporter() -> HTMLExporter:
    """Return the one exporter, whose templates are read once."""
    return HTMLExporter(template_name="classic")


def _mathml(text: str) -> str:
    """Return a text with its formulas, $...$ and $$...$$, as MathML."""
    return re.sub(
        r"\$\$(.+?)\$\$|\$(.+?)\$",
        lambda found: convert(found[1] or found[2], display="block" if found[1] else "inline"),
        text,
        flags=re.DOTALL,
    )


def _files() -> Iterable[tuple[Path, str]]:
    for name in PACKAGES:
        (folder,) = importlib.import_module(name).__path__
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path, f"{name}/{path.relative_to(folder).as_posix()}"


def _index(links: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    parts = "\n".join(
        f"<h2>{heading}</h2>\n<ul>\n"
        + "\n".join(f'<li><a href="{name}">{html.escape(title)}</a></li>' for name, title in pages)
        + "\n</ul>"
        for heading, pages in links.items()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Who is to blame?</title>\n<style>:root { color-scheme: light dark; } "
        "body { font: 1.1rem/1.6 Verdana, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }</style>\n"
        "<h1>Who is to blame for the error?</h1>\n"
        "<p>Back-propagation, told edge by edge: the credit of a weight is the local error at its head times the "
        f"activation at its tail.</p>\n{parts}\n"
    )


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))
