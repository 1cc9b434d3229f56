"""The pages are run as tests: each in a folder of its own, in which the files lie that they speak of."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from autograd.pictures import for_paper

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "tests" / "data" / "exchange"
FILES = {
    "torch.safetensors": "torch-tanh.safetensors",
    "torch.onnx": "torch-tanh-old.onnx",
    "keras.npz": "keras-linear.npz",
    "sklearn.npz": "sklearn-regressor.npz",
}
NEEDED = {"many_machines": ("numpy", "distributed")}
# nothing else here needs one of these, so their pages are run where they happen to be installed
ELSEWHERE = {"pytorch": "torch", "keras": "keras", "scikit_learn": "sklearn", "pandas": "pandas"}
collect_ignore = [f"{page}.md" for page, tool in ELSEWHERE.items() if find_spec(tool) is None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        page = item.path.stem if item.path.parent == HERE else ""
        missing = [name for name in NEEDED.get(page, ()) if find_spec(name) is None]
        if missing:
            item.add_marker(pytest.mark.skip(f"{', '.join(missing)} is not installed"))
        if page in ELSEWHERE:  # their warnings are their own
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, source in FILES.items():
        shutil.copyfile(DATA / source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    yield
    for_paper(False)
