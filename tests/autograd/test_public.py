"""What a user sees first: the public names, their help, what an import loads, and where settings live."""

import configparser
import subprocess
import sys
import tomllib
from pathlib import Path

import autograd
import nn

ROOT = Path(__file__).parents[2]
FUNCTIONS = (
    "exp expm1 log log1p log2 log10 sqrt cbrt square reciprocal sin cos tan asin acos atan sinh cosh tanh asinh "
    "acosh atanh erf sigmoid softplus relu leaky_relu elu silu gelu abs atan2 hypot maximum minimum logaddexp "
    "clip where sum mean dot logsumexp softmax"
).split()


def test_contract_of_names():
    assert set(autograd.__all__) == {
        *("Value", "grad", "value_and_grad", "jacobian", "hessian", "check_gradients", "no_grad"),
        *(
            "detect_anomaly",
            "trace",
            "operation",
            "check_operation",
            "draw",
            "live",
            "explain",
            "tree",
            "steps",
            "edges",
            "__version__",
        ),
    }
    assert set(nn.__all__) == {
        *(
            "Module",
            "Neuron",
            "Layer",
            "MLP",
            "SGD",
            "Adam",
            "fit",
            "EarlyStop",
            "accuracy",
            "compare_notations",
            "assign_credit",
            "squared_error",
            "hinge",
        ),
        *("half_squared_error", "mean_squared_error", "mean_absolute_error", "cross_entropy"),
        "binary_cross_entropy_with_logits",
    }


def test_dir_shows_what_a_user_needs_and_nothing_else():
    shown = [name for name in dir(autograd) if not name.startswith("_")]
    assert set(shown) - set(autograd.__all__) == {*FUNCTIONS, "erfc"}


def _loaded_by(statement: str) -> set[str]:
    code = (
        f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_import_loads_only_the_standard_library():
    loaded = _loaded_by("import autograd") - set(sys.stdlib_module_names)
    assert loaded <= {"autograd"}
    heavy = {"numpy", "matplotlib", "graphviz", "tqdm", "IPython", "scipy"}
    assert not _loaded_by("import nn") & heavy


def test_one_home_per_tool():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    in_setup = {name.split(":")[0].split("-")[0] for name in setup.sections()}
    assert in_setup == {"mypy", "coverage", "importlinter"}
    assert set(pyproject["tool"]) == {"setuptools", "pytest", "ruff", "pyright", "mutmut"}
    assert not in_setup & set(pyproject["tool"])
    assert pyproject["tool"]["pytest"]["strict"] is True


def test_nothing_pulls_in_the_other_autograd():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [line for group in groups for line in group]
    assert not [line for line in wanted if line.split(">")[0].split("[")[0].strip() == "autograd"]
    runtime = {line.split(">")[0] for line in project["dependencies"]}
    assert runtime == {"graphviz", "graphviz-pure", "tqdm"}


def test_top_level_folders():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    folders = {line.split("/")[0] for line in tracked if "/" in line}
    assert folders <= {"autograd", "nn", "tests", "notebooks", ".ci"}
