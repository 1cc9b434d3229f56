"""Pictures in the browser: Pyodide, in node, draws with Graphviz as WebAssembly, and its bytes are the desktop's."""

import importlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from autograd import Value, draw
from tests.worked import worked

HERE = Path(__file__).parent
PROGRAM = """
import json
from autograd import Value, draw
from autograd.pictures import wasm
from nn import MLP, assign_credit

net = MLP.from_weights([[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]])
credit = assign_credit(net, [0.8, -1.0, 0.5], 0.2)
try:
    error = credit.draw().svg()
except FileNotFoundError as refusal:
    error = str(refusal)
from loaded import graphviz
wasm.use(graphviz)
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
json.dumps([
    error, credit.draw().svg(), draw((a * b).tanh() + a, credit=True).svg(), credit.steps(lr=0.1).html(),
    credit.draw()._repr_mimebundle_()["text/plain"],
])
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (HERE.parent / "node_modules" / "pyodide").exists(),
    reason="the packages of tests/package.json are not installed: npm ci --prefix tests",
)
def test_pyodide_draws_the_bytes_of_the_desktop(tmp_path: Path) -> None:
    archive, program = tmp_path / "packages.zip", tmp_path / "program.py"
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("autograd", "nn", "graphviz", "tqdm"):
            (folder,) = importlib.import_module(name).__path__
            for path in Path(folder).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    file.write(path, f"{name}/{path.relative_to(folder).as_posix()}")
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        ["node", str(HERE / "pyodide.mjs"), str(archive), str(program)],
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    error, credit, graph, page, text = json.loads(done.stdout)
    assert "@hpcc-js/wasm-graphviz" in error
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    assert credit == worked().draw().svg()
    assert graph == draw((a * b).tanh() + a, credit=True).svg()
    assert page == worked().steps(lr=0.1).html()
    assert text.startswith("Credit assignment, 3-2-1 tanh network")
