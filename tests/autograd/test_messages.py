"""The commonest mistakes, and what is said about them: what was given, and what to do."""

import builtins
import math
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd import Value, doctor, draw, trace
from nn import MLP, SGD, Adam, assign_credit, fit, half_squared_error
from nn.cli.entry import main
from nn.lessons.marking import mark

ROOT = Path(__file__).parents[2]


def test_text_in_a_value():
    with pytest.raises(TypeError, match=r"str was given: '2\.0'.*float\(text\)"):
        Value("2.0")


def test_wrong_width():
    with pytest.raises(ValueError, match="3 inputs expected, got 2"):
        MLP(3, [2, 1])([1.0, 2.0])


def test_a_function_of_the_math_module():
    with pytest.raises(TypeError, match=r"autograd\.tanh\(v\), not math\.tanh\(v\)"):
        math.tanh(Value(1.0))


def test_backward_on_a_float():
    """A loss that lost its graph on the way is a plain float."""
    with pytest.raises(TypeError, match="a loss gives a Value computed from the prediction"):
        assign_credit(MLP(1, [1]), [1.0], 0.0, lambda prediction, target: prediction.data**2)


def test_forgotten_zero_grad():
    net = MLP(2, [1], rng=0)
    optimizer = SGD(lr=0.1)
    half_squared_error(net([1.0, 2.0]), 0.0).backward()
    optimizer.step(net.parameters())
    half_squared_error(net([1.0, 2.0]), 0.0).backward()
    with pytest.warns(RuntimeWarning, match=r"net\.zero_grad\(\) before backward"):
        optimizer.step(net.parameters())
    net.zero_grad()
    half_squared_error(net([1.0, 2.0]), 0.0).backward()
    optimizer.step(net.parameters())


def test_drawing_too_large():
    y = Value(1.0)
    for _ in range(2000):
        y = y + 1.0
    with pytest.raises(ValueError, match=r"max_nodes=.*tree\(root\)"):
        draw(y)


@pytest.fixture
def without_numpy(monkeypatch):
    importing = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.partition(".")[0] == "numpy":
            raise ModuleNotFoundError("No module named 'numpy'", name="numpy")
        return importing(name, *args, **kwargs)

    for name in [n for n in sys.modules if n.partition(".")[0] == "numpy"]:
        monkeypatch.delitem(sys.modules, name)
    for name in (
        "autograd.matrices.vectorize",
        "autograd.matrices.schedule",
        "autograd.matrices.arguments",
        "nn.training.arrays",
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delattr(name, raising=False)  # its package hands it on
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_missing_numpy(without_numpy, capsys):
    with pytest.raises(ImportError, match=r"pip install .*numpy"):
        trace(lambda x: x * x, 1.0).vectorize()
    with pytest.raises(ImportError, match=r"pip install .*numpy"):
        fit(MLP(1, [1], rng=0), [[1.0]], [1.0], vectorize=True)
    assert main(["train", "--examples", "4", "--vectorize"]) == 2
    assert "pip install numpy" in capsys.readouterr().err


def test_comparing_while_tracing():
    with pytest.raises(TypeError, match=r"autograd\.where.*maximum, minimum or clip"):
        trace(lambda x: x if x > 0 else -x, 1.0)


def test_saving_to_an_unknown_suffix(tmp_path):
    with pytest.raises(ValueError, match=r"\.svg.*\.png"):
        draw(Value(1.0) + 1).save(tmp_path / "picture.jpeg")
    assert not list(tmp_path.iterdir())


def test_the_name_clash_is_explained(tmp_path):
    assert "pip uninstall" in doctor.CLASH
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("from math import tanh\n")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import nn"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    assert "ImportError: the autograd at" in done.stderr
    assert "pip uninstall" in done.stderr


def test_a_working_in_numbers():
    credit = assign_credit(MLP(1, [1]), [1.0], 0.0)
    with pytest.raises(TypeError, match=r"a0 is given as text, because its digits count, but 0\.5"):
        mark({"a0": 0.5}, credit)
    with pytest.raises(
        TypeError, match=r"a text, a path or a dict of texts by name, but \['a0 = 0.5'\] was given"
    ):
        mark(["a0 = 0.5"], credit)


def test_a_list_where_numbers_are_expected():
    with pytest.raises(TypeError, match=r"\[Value\(x\) for x in numbers\]"):
        Value([1.0, 2.0])
    with pytest.raises(TypeError, match=r"sum\(\[a, b, c\]\)"):
        ag.sum(1.0)


def test_a_subclass_of_value():
    with pytest.raises(TypeError, match="keep a Value in an attribute"):
        type("Weight", (Value,), {})


def test_an_array_where_lists_are_expected():
    program = trace(lambda a, b: a[0] * b[0] + a[1] * b[1], [1.0, 2.0], [3.0, 4.0])
    wanted = r"\(list of 2 numbers, list of 2 numbers\)"
    given = r"\(array of shape \(2,\), list of 2 numbers\)"
    with pytest.raises(
        TypeError, match=rf"{wanted}, but {given} .*x\.tolist\(\), or to .*vectorize"
    ):
        program.value_and_grad(np.array([1.0, 2.0]), [3.0, 4.0])
    assert repr(trace(lambda a: -a[0], [1.0])) == (
        "<Program of 1 operation, (list of 1 number) -> number>"
    )
    for use in (ag.grad(lambda x: x[0]), lambda x: trace(lambda y: y[0], x)):
        with pytest.raises(TypeError, match=r"Pass x\.tolist\(\)"):
            use(np.array([1.0, 2.0]))


@pytest.mark.parametrize("f", [ag.tree, ag.edges, lambda x: list(ag.steps(x)), ag.draw])
def test_a_number_where_a_graph_is_expected(f):
    with pytest.raises(TypeError, match="takes a Value, the result of a computation, but int"):
        f(3)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_parameters_where_a_learning_rate_is_expected(optimizer):
    net = MLP(1, [1], rng=0)
    for given in (net.parameters(), net):
        with pytest.raises(TypeError, match=rf"{optimizer.__name__}\(lr=0\.1\)\.step\(net"):
            optimizer(given, lr=0.1)
    copied = pickle.loads(pickle.dumps(optimizer(0.5)))
    assert copied.lr == 0.5


def test_a_check_outside_the_domain():
    report = ag.check_gradients(ag.log, -1.0)
    assert not report.ok
    assert "f is nan, outside the domain" in str(report)


class Scalar:
    """What PyTorch's tensors of one number are like."""

    shape = ()

    def item(self):
        return 2.0


def square(x):
    return x * x


@pytest.mark.parametrize(
    ("use", "remedy"),
    [
        (lambda: Value(np.array(2.0)), r"x\.item\(\)"),
        (lambda: Value(Scalar()), r"x\.item\(\)"),
        (lambda: Value(np.timedelta64(3, "ns")), r"has a unit; divide by one"),
        (lambda: ag.tanh([Value(1.0)]), r"\[ag\.tanh\(v\) for v in values\]"),
        (lambda: ag.hypot([1.0], 2.0), r"\[ag\.hypot\(v, \.\.\.\) for v in values\]"),
        (lambda: pow(Value(2.0), 2, 3), r"write x\*\*y"),
        (lambda: setattr(Value(1.0), "grad", None), r"x\.grad = 0\.0, or net\.zero_grad\(\)"),
        (lambda: ag.grad(square)(np.array([1.0])), r"Pass x\.tolist\(\)"),
        (lambda: ag.sum(1.0, 2.0), r"2 arguments were given; write sum\(\[a, b, c\]\)"),
        (lambda: ag.mean(1.0, 2.0), r"write mean\(\[a, b, c\]\)"),
        (lambda: ag.softmax([1.0], [2.0]), r"write softmax\(\[a, b, c\]\)"),
        (lambda: ag.logsumexp(1.0, 2.0), r"write logsumexp\(\[a, b, c\]\)"),
        (lambda: ag.grad(square, 3.0), r"call what is returned: grad\(f\)\(3\.0\)$"),
        (lambda: ag.value_and_grad(square, 3.0), r": value_and_grad\(f\)\(3\.0\)$"),
        (lambda: ag.grad(square(Value(3.0))), r"a Value that was computed, backward\(\) finds"),
    ],
    ids=map(str, range(15)),
)
def test_the_remedy_for_what_is_given_wrongly(use, remedy):
    with pytest.raises(TypeError, match=remedy):
        use()


@pytest.mark.parametrize("compile", [False, True])
def test_a_program_whose_arguments_are_given_by_name(compile):
    if compile:
        pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    program = trace(lambda x, y: x * y, 2.0, 3.0)
    vectorized = program.vectorize(batched=1, compile=compile)
    program = program.compile() if compile else program
    for call in (program, program.value_and_grad, vectorized, vectorized.value_and_grad):
        with pytest.raises(TypeError, match=r"by place, \(x, y\), but y was given by name"):
            call(2.0, y=3.0)
        with pytest.raises(TypeError, match=r"but x, z were given by name"):
            call(x=2.0, z=3.0)
    assert program.value_and_grad(2.0, 3.0) == (6.0, (3.0, 2.0))


def test_a_long_program_whose_arguments_are_given_by_name(monkeypatch):
    monkeypatch.setattr("autograd.program._COMPILED", 0)
    program = trace(square, 3.0)
    for call in (program, program.value_and_grad):
        with pytest.raises(TypeError, match="but x was given by name"):
            call(x=3.0)
    assert program.value_and_grad(3.0) == (9.0, (6.0,))


def test_a_name_that_is_not_there_is_suggested():
    with pytest.raises(AttributeError) as caught:
        ag.Softmax  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("Softmax", ag)  # from which Python suggests


def test_going_back_through_what_was_not_recorded():
    x = Value(2.0)
    with ag.no_grad():
        y = x * 3.0
    with pytest.raises(RuntimeError, match="inside no_grad"):
        y.backward()
    z = y * x
    z.backward()
    assert (x.grad, y.grad) == (6.0, 2.0), "in a larger expression it is a leaf like any other"
    z.detach().backward()
