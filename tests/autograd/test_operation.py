"""Operations of one's own: what the engine does with its rows it does with the user's."""

import copy
import doctest
import math
import pickle
import subprocess
import sys

import pytest

import autograd as ag
from autograd import Value, own_operations, primitives
from autograd.gradient_check import GradientError
from autograd.graph.reverse import gradients
from autograd.pictures.live.javascript import script
from autograd.primitives import TABLE
from tests.autograd.pictures.live.test_javascript import RUN, in_node, needs_node


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    """Forget the operations of a test when it ends."""
    before = dict(TABLE)
    monkeypatch.setattr(own_operations, "_own", set())
    yield
    TABLE.clear()
    TABLE.update(before)


def test_the_how_to_holds():
    flags = doctest.IGNORE_EXCEPTION_DETAIL
    # here, where its operations are forgotten again
    assert doctest.testmod(own_operations, optionflags=flags).failed == 0


def made_cube():
    return ag.operation(
        "cube", forward=lambda x: x**3, partials=(lambda x, out: 3 * x * x,), symbol="³"
    )


@pytest.fixture(name="cube")
def _cube():
    return made_cube()


def gave(f, *point):
    """Return all that the engine makes of f at a point, as text: nan equals nan there, and −0.0 is not 0.0."""
    variables = [Value(x) for x in point]
    root = f(*variables)
    found = gradients(root)
    program = ag.trace(f, *point)
    compiled = program.compile()
    many = program.vectorize(batched=tuple(range(len(point))), reduction=None)
    rows = [[x, x] for x in point]
    return repr(
        [
            f(*point),
            root.data,
            [found[id(v)] for v in variables],
            ag.hessian(f)(*point),
            ag.grad(lambda x, *rest: ag.grad(ag.grad(f))(x, *rest))(*point),
            [program(*point), program.value_and_grad(*point)],
            [compiled(*point), compiled.value_and_grad(*point)],
            many(*rows).tolist(),
        ]
    )


def operands(interval):
    low, high = (max(min(x, 3.0), -3.0) for x in interval)
    return [low + (high - low) * t for t in (0.11, 0.57, 0.86)]


ROWS = [row for row in TABLE.values() if hasattr(ag, row.name) and len(row.partials) in (1, 2)]
ROWS = [row for row in ROWS if row.name not in ("where", "dot", "sum", "logsumexp", "clip")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rows_of_the_table_written_anew_give_the_same_bits(row):
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    pytest.importorskip("scipy", reason="SciPy is not installed")
    built_in = getattr(ag, row.name)
    forward = (lambda x: built_in(x)) if len(row.partials) == 1 else (lambda x, y: built_in(x, y))
    own = ag.operation("own", forward, row.partials, kinks=row.kinks)
    for point in zip(*map(operands, row.domain)):
        point = (point[0], point[1] + 0.25) if len(point) == 2 else point
        assert gave(own, *point) == gave(built_in, *point)


def test_value_and_gradients_of_every_order(cube):
    x = Value(2.0)
    y = cube(x)
    y.backward()
    assert (cube(2), y.data, x.grad, y.op) == (8.0, 8.0, 12.0, "cube")
    derivatives = [f := cube, f := ag.grad(f), f := ag.grad(f), f := ag.grad(f)]
    assert [d(2.0) for d in derivatives] == [8.0, 12.0, 12.0, 6.0]
    assert ag.check_gradients(lambda x, y: cube(x * y) / y, 1.5, -0.5).ok


def test_words_and_pictures(cube):
    x, w = Value(1.5, label="x"), Value(-0.5, label="w")
    y = cube(x * w)
    y.backward()
    assert "³  −0.4219" in str(ag.tree(y))
    assert "2.5312" in str(ag.explain(y, wrt=w))
    assert "^{3}" in ag.explain(y, wrt=w).latex
    assert "³" in ag.draw(y, credit=True).source
    assert "cube(x·w)" in ag.draw(cube(x * w) * 2.0).source


def test_source_is_plain_python(cube):
    p = ag.trace(lambda w, x: cube(w * x), -0.5, 1.5)
    names = {}
    exec(p.source, names)
    assert "** 3" in p.source
    assert names["value_and_grad"](-0.5, 1.5) == p.value_and_grad(-0.5, 1.5)
    assert p.value_and_grad(-0.5, 1.5) == (-0.421875, (2.53125, -0.84375))


@pytest.mark.parametrize("compiled", [False, True], ids=["NumPy", "machine code"])
def test_arrays(cube, compiled):
    if compiled:
        pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    b = ag.trace(lambda w, x: cube(w * x), 0.5, 2.0).vectorize(batched=1, compile=compiled)
    value, (by_w, by_x) = b.value_and_grad(0.5, [2.0, 4.0, -2.0])
    assert float(value) == pytest.approx(8.0 / 3.0)
    assert float(by_w) == pytest.approx(16.0)
    assert by_x == pytest.approx([0.5, 2.0, 0.5])
    if compiled:
        assert b.engine(0.5, [2.0, 4.0, -2.0]) == "machine code"


def test_equations(cube):
    twice = ag.operation("twice", lambda x: 2 * x, [lambda x, out: 2])
    f = ag.trace(lambda w, xs: ag.sum([cube(twice(w * x)) for x in xs]), 0.5, [2.0, 4.0, -2.0])
    text = str(f.vectorize())
    assert "v3 = v2³" in text
    assert "cube′(v2)" in text
    assert "twice v1" in text
    assert r"^{3}" in f.vectorize().latex()


@needs_node
def test_page(cube):
    gap = ag.operation(
        "gap",
        lambda x, y: ag.where(x > y, ag.exp(x - y), y / x),
        [
            lambda x, y, out: ag.where(x > y, out, -y / x**2),
            lambda x, y, out: ag.where(x > y, -out, 1 / x),
        ],
    )
    wanted = {"cube": (cube, [[-1.5], [0.3]]), "gap": (gap, [[0.5, -0.25], [0.5, 2.0]])}
    operations = [(name, (None,) * len(rows[0])) for name, (_, rows) in wanted.items()]
    given = [(name, rows) for name, (_, rows) in wanted.items()]
    found = in_node(script(operations) + RUN, given)
    for (f, rows), answers in zip(wanted.values(), found):
        for row, answer in zip(rows, answers):
            expected = [f(*row), *f(*map(Value, row)).partials]
            assert [float(text) for text in answer] == pytest.approx(expected, rel=1e-14)
    assert "³" in ag.live(cube(Value(2.0, label="x"))).html()


def test_copies(cube):
    x = Value(2.0, label="x")
    y = cube(x) * x
    for again in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        again.backward()
        assert (again.op, again.parents[0].op, again.parents[1].grad) == ("mul", "cube", 32.0)


def test_a_pickle_where_the_operation_is_not_known(cube):
    data = pickle.dumps(cube(Value(2.0)))
    load = f"import pickle; print(pickle.loads({data!r}).data)"
    define = "import autograd as ag; ag.operation('cube', lambda x: x**3, [lambda x, out: 3*x*x]); "
    run = lambda text: subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)  # noqa: E731
    assert "ag.operation('cube', ...)" in run(load).stderr
    assert run(define + load).stdout == "8.0\n"


def test_an_operand_that_is_not_used_and_a_power_of_a_number():
    """What only the choice of branches needs, and what only a rule of one's own says."""
    first = ag.operation(
        "first", forward=lambda x, y: x, partials=(lambda x, y, out: 1.0, lambda x, y, out: 0.0)
    )
    two_to = ag.operation(
        "two_to", forward=lambda x: 2.0**x, partials=(lambda x, out: 2.0**x * math.log(2.0),)
    )
    p = ag.trace(lambda x: first(two_to(x), ag.where(x * x > x, 1.0, 2.0)), 3.0)
    for x in (3.0, 3.0, 0.5, 0.5):
        assert p.value_and_grad(x) == (2.0**x, (2.0**x * math.log(2.0),))


def test_numbers_never_raise():
    root = ag.operation("root", lambda x: x**0.5, [lambda x, out: 0.5 * x**-0.5])
    far = ag.operation("far", lambda x: ag.exp(x**0.5) / x, [lambda x, out: out * 0.0])
    half = ag.operation("half", lambda x: ag.where(x > 0, x**0.5, 0), [lambda x, out: 1])
    for f in (root, far):
        x = Value(-1.0)
        y = f(x)
        y.backward()
        assert math.isnan(f(-1.0))
        assert math.isnan(y.data)
        assert math.isnan(x.grad)
        p = ag.trace(f, 1.0)
        assert math.isnan(p(-1.0))
        assert math.isnan(p.value_and_grad(-1.0)[1][0])
    assert [half(-1.0), ag.trace(half, 1.0)(-1.0)] == [0.0, 0.0]
    assert type(half(-1.0)) is float
    assert (far(0.0), ag.grad(root)(0.0), root(-math.inf)) == (math.inf, math.inf, math.inf)
    assert Value(2.0).tanh().op == "tanh"


def test_a_kink():
    ramp = ag.operation(
        "ramp",
        lambda x: ag.where(x > 0, x, 0.0),
        [lambda x, out: ag.where(x > 0, 1.0, 0.0)],
        kinks=lambda x: x == 0,
    )
    assert ag.check_operation(ramp).ok
    assert "ramp at 0" in ag.check_gradients(ramp, 0.0).entries[0].verdict
    assert (ag.grad(ramp)(0.0), ag.grad(ag.grad(ramp))(1.0)) == (0.0, 0.0)
    assert math.isnan(ag.grad(ag.grad(ramp))(0.0))


def test_a_name_given_anew():
    ag.operation("mine", lambda x: x**2, [lambda x, out: x])
    mine = ag.operation("mine", lambda x: x**2, [lambda x, out: 2 * x])
    assert ag.grad(mine)(3.0) == 6.0
    assert ag.check_operation(mine).ok


def test_rules_may_use_operations_of_ones_own(cube):
    sixth = ag.operation("sixth", lambda x: cube(x) ** 2, [lambda x, out: 6 * cube(x) * x * x])
    assert ag.check_operation(sixth).ok
    assert ag.trace(sixth, 2.0).value_and_grad(2.0) == (64.0, (192.0,))


# ---------------------------------------------------------------- the check


@pytest.mark.parametrize("name", ["tanh", "abs", "atan2", "hypot", "maximum", "clip", "gelu"])
def test_built_in_operations_pass_the_check(name):
    assert ag.check_operation(getattr(ag, name)).ok


def test_a_report_has_a_line_for_each_derivative_at_each_point(cube):
    report = ag.check_operation(cube, (1.0, 3.0))
    assert len(report.entries) == 32
    assert report.entries[0].name == "∂f/∂x₁ at x = 1.0625"
    two = ag.check_operation(ag.hypot, [(1.0, 2.0), (3.0, 4.0)])
    assert len(two.entries) == 16 * 6
    assert all(
        1.0 < point[0] < 2.0 < 3.0 < point[1] < 4.0
        for point in own_operations._points([(1, 2), (3, 4)], 2)
    )


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_wrong_partial_is_named(wrong):
    rules = [lambda x, y, out: y * ag.cos(x), lambda x, y, out: ag.sin(x)]
    wave = lambda x, y: y * ag.sin(x)  # noqa: E731
    assert ag.check_operation(ag.operation("wave", wave, rules)).ok
    rules[wrong] = lambda x, y, out: 0.999 * out
    with pytest.raises(GradientError, match=rf"partials\[{wrong}\] of the operation 'wave' is not"):
        ag.check_operation(ag.operation("wave", wave, rules))


def test_check_refuses(cube):
    root = ag.operation("root", lambda x: x**0.5, [lambda x, out: 0.5 / out])
    with pytest.raises(
        GradientError, match=r"forward of the operation 'root' is nan at x = -1\.875"
    ):
        ag.check_operation(root)
    assert ag.check_operation(root, (0, 4)).ok
    for domain in (1.0, (1.0, 1.0), (0.0, math.inf), [(0.0, 1.0)] * 2, "ab", ()):
        with pytest.raises(ValueError, match="domain must be an interval"):
            ag.check_operation(cube, domain)
    for f in (ag.sum, ag.where, lambda x: x, "cube"):
        with pytest.raises(TypeError, match="takes an operation"):
            ag.check_operation(f)


# ---------------------------------------------------------------- refusals

ONE = [lambda x, out: 1.0]
CONSTANT = Value(2.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("two words", abs, ONE), "must be one word, as for a variable; got 'two words'"),
        (("class", abs, ONE), "must be one word"),
        ((3, abs, ONE), "must be one word"),
        (("tanh", abs, ONE), "'tanh' is taken"),
        (("softmax", abs, ONE), "'softmax' is taken"),
        (("add", abs, ONE), "'add' is taken"),
        (("detach", abs, ONE), "'detach' is taken"),
        (("own", 3, ONE), "forward of the operation 'own' must be a function; got 3"),
        (("own", abs, 3), "partials of the operation 'own' must be a tuple"),
        (("own", abs, [3]), r"partials\[0\] of the operation 'own' must be a function; got 3"),
        (("own", abs, []), "needs a partial derivative for each operand of forward, 1; got 0"),
        (("own", abs, [*ONE, *ONE]), "each operand of forward, 1; got 2"),
        (("own", lambda x, y, z: x, ONE), "a function of one or two numbers, but 3 are"),
        (("own", abs, [lambda x: 1.0]), r"partials\[0\] of .* must be a function of x, out"),
        (("own", abs, ONE, "", lambda x, y: True), "kinks of .* must be a function of x"),
        (("own", lambda x: math.sin(x), ONE), "forward .* symbols.*ag.sin in place of math.sin"),
        (("own", math.sin, ONE), "ag.sin in place of math.sin"),
        (("own", abs, [lambda x, out: math.cos(x)]), r"partials\[0\] .* ag.cos in place of math.cos"),
        (("own", lambda x: x if x > 0 else 0.0, ONE), r"\(a symbol .* use where\): .*ag.where\(x > 0, a, b\) in place of if"),
        (("own", lambda x: x.exp(), ONE), "ag.exp"),
        (("own", lambda x: None, ONE), "must return a number .* there is None"),
        (("own", max, ONE), "a function of one or two numbers, but 0 are"),
        (("own", lambda x: CONSTANT * x, ONE), "plain numbers, .* there is Value"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    before = dict(TABLE)
    with pytest.raises((TypeError, ValueError), match=message):
        ag.operation(*arguments)
    assert before == TABLE
    assert primitives.TABLE is TABLE
