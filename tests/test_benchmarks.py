"""The benchmarks compare like with like: their engines agree, and disagreement is noticed."""

import re
import subprocess
import sys
import tomllib

import pytest

from autograd import Value
from tests.benchmarks import engines, gpt, report, workloads
from tests.benchmarks.contest import Result, agree
from tests.benchmarks.growth import SHAPES, measure
from tests.benchmarks.worker import check

ROOT = report.README.parent
SMALL_W2 = workloads.moons_step(3)


def found(engine, workload):
    return check(engine(workload), 2)


@pytest.mark.parametrize(
    ("engine", "workload"),
    [
        (engines.ours_dot, workloads.W1),
        (engines.ours_program, workloads.W1),
        (engines.ours_dot, SMALL_W2),
        (engines.ours_nn, SMALL_W2),
        (engines.ours_vectorised, SMALL_W2),
        (engines.ours_dot, gpt.training_step()),
    ],
)
def test_engines_agree_with_plain_operators(engine, workload):
    expected = found(engines.ours_plain, workload)
    agree(workload.name, "plain", expected, engine.__name__, found(engine, workload))


def test_the_loop_in_c_agrees():
    from tests.benchmarks import libraries

    try:
        loop = libraries.hand_written_c(SMALL_W2)
    except ImportError as e:
        pytest.skip(str(e))
    expected = found(engines.ours_plain, SMALL_W2)
    agree("W2", "plain", expected, "C", check(loop, 2))


def test_a_wrong_gradient_is_noticed():
    right = found(engines.ours_plain, workloads.W1)
    wrong = found(engines.ours_plain, workloads.W1)
    wrong["steps"][1][1][3] *= 1.000001
    with pytest.raises(ValueError, match=r"W1, step 1: .* nothing was timed"):
        agree("W1", "right", right, "wrong", wrong)


def test_step_moves_the_weights_downhill():
    first, second = (loss for loss, _ in found(engines.ours_plain, SMALL_W2)["steps"])
    assert second < first


def test_operations_are_the_nodes_that_are_no_leaves():
    x = Value(2.0)
    assert engines.count_nodes((x * x + 1.0).tanh()) == 3


@pytest.mark.parametrize("shape", SHAPES)
def test_growth_counts_every_node(shape):
    from autograd.graph.walks import topological

    nodes = sum(v.op != "constant" for v in topological(SHAPES[shape](300)))
    assert nodes == pytest.approx(300, abs=2)
    assert measure(shape, 3000).bytes <= 200.0


def test_summary_says_how_many_times_as_fast():
    results = [
        Result("W1", "micrograd", 1e-4),
        Result("W1", "Program", 2.5e-6),
        Result("W1", "torch", missing="not installed"),
    ]
    assert "| Program against micrograd | 40× |" in report.summary(results)
    assert "torch" not in report.summary(results)
    assert "Not run: torch (not installed)." in report.contest_table(results)


def test_the_readme_says_in_words_how_many_times_as_fast():
    results = [
        Result("W2", "VectorProgram", 1.0),
        Result("W2", "casadi", 4.0),
        Result("W2", "C, gcc -O2", 2.0),
    ]
    text = report.in_words(results)
    row = next(line for line in text.splitlines() if "100 moons" in line)
    assert [cell.strip() for cell in row.split("|")[4:5]] == ["2× C"]
    assert "W2" not in text


@pytest.mark.slow
def test_curves_are_drawn_beside_a_line(monkeypatch, tmp_path):
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    from tests.benchmarks import curves

    matplotlib.use("Agg")
    monkeypatch.setattr(curves, "PLOT", tmp_path / "growth.svg")
    monkeypatch.setattr(curves, "EXAMPLES", (3, 30))
    monkeypatch.setattr(curves, "LAYERS", (2, 4))
    monkeypatch.setattr(curves, "seconds", lambda step: bool(step()) + 1.0)
    curves.plot([measure(shape, n) for shape in SHAPES for n in (30, 300)])
    text = curves.PLOT.read_text()
    assert all(
        name in text for name in ("chain: backward", "machine code", "assign_credit", "linear")
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Dask's own start and stop
def test_workers_take_parts_of_the_examples(monkeypatch, tmp_path):
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    pytest.importorskip("distributed", reason="distributed is not installed")
    from tests.benchmarks import workers

    matplotlib.use("Agg")
    monkeypatch.setattr(workers, "PLOT", tmp_path / "workers.svg")
    monkeypatch.setattr(workers, "EXAMPLES", 4)
    monkeypatch.setattr(workers, "ROUNDS", 1)
    rates = workers.rates(most=1)
    assert [count for count, _ in rates] == [1]
    workers.plot(rates)
    assert "as many times one worker" in workers.PLOT.read_text()


def test_what_is_not_installed_can_be_installed():
    absent = [
        Result("W1", "jax.jit", missing="No module named 'jax'"),
        Result("W2", "C, gcc -O2", missing="there is no gcc"),
        Result("W1", "Program", 1e-6),
    ]
    assert report.not_installed(absent).startswith("Not installed: jax.jit. ")
    assert "'.[bench]'" in report.not_installed(absent)
    assert report.not_installed(absent[1:]) == ""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    installed = {line.split(">")[0].replace("-", "_") for line in extras["bench"]}
    texts = [
        (ROOT / "tests" / "benchmarks" / name).read_text()
        for name in ("libraries.py", "engines.py")
    ]
    imported = set(re.findall(r"^    (?:from|import) (\w+)", "\n".join(texts), re.MULTILINE))
    ours = {"autograd", "nn", "tests", "numpy", *sys.stdlib_module_names}
    assert imported - ours - {"micrograd_rust"} <= installed  # it needs a Rust compiler
    assert installed - imported <= {"scalar_autograd[native,numpy,plot]", "distributed"}


def test_a_run_of_a_part_changes_no_file(tmp_path):
    before = {path: path.read_bytes() for path in (report.README, report.RESULTS)}
    words = ["W1", "--engines", "Program", "--rounds", "1", "--seconds", "0.001"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *words],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "| Program " in done.stdout
    assert before == {path: path.read_bytes() for path in before}
