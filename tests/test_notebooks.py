"""The walkthroughs run from top to bottom, assert what they claim, and are committed with their outputs."""

from pathlib import Path

import pytest

from tests.worked import worked

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def _read(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def kernel():
    """One kernel, which imports what they need once; each notebook begins without the names of the one before."""
    from jupyter_client import KernelManager  # nbclient needs it, too

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(FOLDER))
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, kernel):
    notebook = _read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    client = nbclient.NotebookClient(notebook, km=kernel, timeout=300)
    client.execute()
    client.kc.stop_channels()
    errors = [
        o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"
    ]
    assert not errors


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_with_outputs_and_claims(path):
    notebook = _read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert any("assert " in cell.source for cell in code), "every claim is asserted in a cell"
    counts = [cell.execution_count for cell in code]
    assert counts == list(range(1, len(code) + 1)), "run it from top to bottom before committing"
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not any(o.output_type == "error" or o.get("name") == "stderr" for o in outputs)
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_checks_are_folded_and_exercises_are_there(path):
    cells = _read(path).cells
    for cell in cells:
        if "check" in cell.metadata.get("tags", []):
            assert cell.metadata.jupyter.source_hidden
            assert cell.source.startswith("# ")  # what is seen of a folded cell
            assert not cell.outputs
        else:
            assert not any(line.startswith("assert ") for line in cell.source.splitlines())
    sources = "\n".join(cell.source for cell in cells)
    if path.stem[:2] == "07":  # worksheets are of layers
        return
    for part in ("## Exercises", "make_worksheet(", "mark(", "example("):
        assert part in sources


def test_the_engine_made_on_the_page_has_twenty_lines():
    (engine,) = (cell for cell in _read(NOTEBOOKS[0]).cells if cell.id == "twenty-lines")
    assert len([line for line in engine.source.splitlines() if line.strip()]) == 20


def test_the_walkthroughs_are_all_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07"]


def test_picture_in_the_readme_is_current():
    drawn = worked().draw().svg()
    assert (FOLDER / "credit-321.svg").read_text(encoding="utf-8") == drawn
