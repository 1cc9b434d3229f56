"""What is installed here: versions, Graphviz engines, and whether another `autograd` is in the way."""

import importlib
import importlib.metadata
import platform
from collections.abc import Iterator
from pathlib import Path

import autograd
from autograd.notation import one_line
from autograd.pictures.render import EngineNotFoundError, find_engine

# what may be installed, how it is imported, and for what
OPTIONAL = {
    "numpy": ("numpy", "VectorProgram, arrays"),
    "scipy": ("scipy", "erf and gelu on arrays"),
    "matplotlib": ("matplotlib", "plots of training, pictures as PDF"),
    "llvmlite": ("llvmlite", "programs as machine code"),
    "ipython": ("IPython", "a better prompt"),
}
CLASH = (
    "HIPS/autograd is installed in the same folder: the two packages share the import name `autograd`, and "
    "whichever came last has overwritten files of the other. Keep them in different environments; to "
    "repair this one: pip uninstall autograd scalar-autograd, then pip install -e . in the clone of scalar-autograd"
)


def clash(folder: Path | None = None) -> str:
    """Return what is wrong if HIPS/autograd shares a folder with this package; empty if nothing is.

    Args:
        folder: where to look; the folder of this package if not given.
    """
    beside = folder or Path(autograd.__file__).parent
    here = {path.resolve() for path in beside.iterdir()}
    theirs = {beside / name for name in ("core.py", "tracer.py", "differential_operators.py")}
    if here & {path.resolve() for path in theirs}:
        return CLASH
    for distribution in importlib.metadata.distributions(path=[str(beside.parent)]):
        if distribution.metadata["Name"] == "autograd":
            return CLASH
    return ""


def report() -> Iterator[tuple[str, str]]:
    """Yield what was found, as pairs of a heading and a finding."""
    yield "scalar-autograd", f"{autograd.__version__}, in {Path(autograd.__file__).parent}"
    yield "Python", f"{platform.python_version()}, {platform.platform()}"
    for kind in ("svg", "png", "pdf"):
        try:
            yield f"{kind.upper()} by", find_engine(kind)
        except EngineNotFoundError as error:
            yield f"{kind.upper()} by", f"nothing: {error}"
    for name, (module, purpose) in OPTIONAL.items():
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, f"not installed ({purpose})"
            continue
        try:
            importlib.import_module(module)
        except ImportError as error:
            yield name, f"{version}, but it cannot be imported: {one_line(str(error))[:200]}"
        else:
            yield name, version
    yield "name clash", clash() or "none"
