"""The wheel holds exactly the two packages, and does the main job where nothing else is installed."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.packaging]


def _run(*words: str | Path, **options: object) -> str:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("build", reason="the package build is not installed")
    folder = tmp_path_factory.mktemp("dist")
    source = folder / "source"
    # a copy of what is under version control: a build leaves its traces in the tree it builds
    files = _run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, files):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            target.write_bytes((ROOT / name).read_bytes())
    # the source distribution first, then the wheel from it
    _run(sys.executable, "-m", "build", "--outdir", folder / "dist", source)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built):
    (found,) = built.glob("scalar_autograd-*.whl")
    return found


def test_source_distribution_holds_what_is_needed_to_build(built):
    (found,) = built.glob("scalar_autograd-*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "autograd/value.py", "nn/py.typed"} <= names


def test_wheel_holds_the_two_packages_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    code = {name for name in names if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in code} == {"autograd", "nn"}
    # code, what its pages are made of, and data
    kinds = {".py", ".html", ".css", ".js", ".tex", ".toml", ".typed"}
    assert code == {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn")
        for path in (ROOT / package).rglob("*")
        if path.suffix in kinds
    }


def test_main_job_in_a_fresh_environment(wheel, tmp_path):
    environment = tmp_path / "env"
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    folder = environment / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", folder / "python"]
    _run(*pip, "install", "--quiet", "--no-compile", wheel)
    _run(*pip, "check")
    empty = tmp_path / "work"
    empty.mkdir()
    # no Graphviz program, no compiler, nothing at all on PATH
    out = _run(folder / "backprop", cwd=empty, env={"PATH": "", "PYTHONUTF8": "1"})
    assert "+0.068158" in out
    assert (empty / "credit.svg").read_text(encoding="utf-8").count("</svg>") == 1
    _run(*pip, "uninstall", "--quiet", "--yes", "scalar-autograd")
    left = [p for p in environment.rglob("*") if p.name in ("autograd", "nn", "backprop")]
    assert not left
