"""trace and Program: the bits of the eager engine, readable source, refusals."""

import copy
import enum
import itertools
import math
import pickle
import random
import subprocess
import sys
from collections import namedtuple
from fractions import Fraction
from struct import pack
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value, modes, program, trace, value_and_grad
from autograd.structure import leaves
from tests.counting import calls
from tests.random_programs import function, steps

pytestmark = pytest.mark.usefixtures("engine")

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-300, 1e300, float("inf"), float("nan"))
numbers = st.one_of(st.sampled_from(EDGES), st.floats(-3.0, 3.0))
points = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=4)


def bits(tree):
    return [pack("d", x) if x == x else "nan" for x in leaves(tree)]


def example(w, x, y):
    hidden = [ag.tanh(ag.dot(unit, x)) for unit in w[0]]
    e = ag.dot(w[1], hidden) - y
    return 0.5 * e * e


W, X, Y = [[[0.8, -0.3, 0.5], [0.2, 0.4, -0.6]], [0.7, -0.5]], [0.8, -1.0, 0.5], 0.2


# ---------------------------------------------------------------- the same bits


@settings(max_examples=150, deadline=None)
@given(steps(), points)
def test_replay_has_the_bits_of_the_eager_engine(steps, points):
    f = function(steps)
    p = trace(f, 0.1, 0.2, 0.3)
    for point in points * 2:  # twice: branches once seen are compiled
        value, gradients = value_and_grad(f, (0, 1, 2))(*point)
        assert bits(p.value_and_grad(*point)) == bits((value, gradients))
        assert bits(p(*point)) == bits(value)


@settings(max_examples=50, deadline=None)
@given(steps(), points)
def test_replay_by_instructions_has_the_same_bits(steps, points):
    f = function(steps)
    p = trace(f, 0.1, 0.2, 0.3)
    for point in points:
        expected = value_and_grad(f, (0, 1, 2))(*point)
        assert bits(p._replay_value_and_grad(point)) == bits(expected)
        assert bits(p._replay_value(point)) == bits(expected[0])


def test_a_compiled_program_says_so_and_is_made_at_once(monkeypatch):
    pytest.importorskip("llvmlite", reason="llvmlite is not installed")
    from autograd.native import program as native

    recorded = program.Program(trace(example, W, X, Y).recording)
    compiled = repr(recorded).replace("<Program", "<compiled Program")
    assert repr(recorded.compile()) == compiled
    monkeypatch.setattr(native, "functions", Mock(side_effect=ImportError("no llvmlite")))
    with pytest.raises(ImportError, match="no llvmlite"):
        recorded.compile()  # not only when it is called


def test_too_long_to_compile(monkeypatch):
    monkeypatch.setattr(program, "_COMPILED", 3)
    p = trace(example, W, X, Y)
    assert p.value_and_grad(W, X, Y) == value_and_grad(example, (0, 1, 2))(W, X, Y)
    assert p(W, X, Y) == example(W, X, Y)


def test_what_the_source_can_take_is_not_replayed_one_by_one(monkeypatch):
    replayed = []
    for name in ("_replay_value", "_replay_value_and_grad"):
        replay = getattr(program.Program, name)

        def counted(self, *args, replay=replay):
            replayed.append(args)
            return replay(self, *args)

        monkeypatch.setattr(program.Program, name, counted)
    p = trace(lambda x, y: ag.where(x > 0.0, x * y, y * y), 1.0, 2.0)
    for x in (
        1.0,
        2.0,
        -1.0,
        -2.0,
        1.0,
    ):  # each branch once, until it is known in which order to add
        assert p.value_and_grad(x, 3.0) == ((3.0 * x, (3.0, x)) if x > 0.0 else (9.0, (0.0, 6.0)))
        assert p(x, 3.0) == (3.0 * x if x > 0.0 else 9.0)
    assert [args[0] for args in replayed] == [(1.0, 3.0), (-1.0, 3.0)]
    assert p(1, 3.0) == 3.0
    assert len(replayed) == 3, "what is not a plain float"


def test_what_several_branches_share_gets_its_share_of_each():
    def f(x, y):
        shared = x * y
        return ag.where(x > 0.0, shared * y, x * x) + ag.where(
            y > 0.0, ag.where(x < 1.0, shared, y), y
        )

    p = trace(f, 1.0, 1.0)
    for point in itertools.product((-2.0, 0.5, 2.0, math.inf), repeat=2):
        for _ in range(2):
            assert bits(p.value_and_grad(*point)) == bits(value_and_grad(f, (0, 1))(*point))
    module = {}
    exec(p.source, module)
    for point in itertools.product((-2.0, 0.5, 2.0), repeat=2):
        assert module["value_and_grad"](*point) == value_and_grad(f, (0, 1))(*point)


def test_worked_network():
    value, (w, _, y) = trace(example, W, X, Y).value_and_grad(W, X, Y)
    assert value == pytest.approx(0.19712869722678446, rel=1e-14)
    assert w[1] == pytest.approx([0.5215197998783641, -0.30954674560328093], rel=1e-14)
    assert y == pytest.approx(-0.62789919131463207, rel=1e-14)


def test_sums_follow_the_branch_taken():
    """The order in which `backward` adds up depends on where it meets a node first."""

    def f(x, c):
        shared = x * 0.1
        other = x * 0.7
        chosen = ag.where(c > 0.0, other * 1.3, shared * 1.7)
        return chosen * 3.1 + (shared * 0.3 + (other * 0.9 + x * 0.2))

    p = trace(f, 0.3, 1.0)
    for x in (0.1, 0.3, 1.7):
        for c in (1.0, -1.0, 1.0, -1.0):
            assert bits(p.value_and_grad(x, c)) == bits(value_and_grad(f, (0, 1))(x, c))


def test_ieee_where_python_raises():
    p = trace(lambda x: 1.0 / x + ag.log(x), 1.0)
    assert bits(p.value_and_grad(0.0)) == bits((float("nan"), (float("nan"),)))
    assert trace(lambda x: ag.exp(x), 1.0).value_and_grad(1000.0) == (np.inf, (np.inf,))


@pytest.mark.parametrize("x", [-1.0, 0.0])
def test_branch_not_taken_never_touches_the_gradient(x):
    p = trace(lambda x: ag.where(x > 0.0, ag.sqrt(x) * ag.log(x), 2.0 * x), 1.0)
    assert p.value_and_grad(x) == (2.0 * x, (2.0,))


def test_gradient_never_is_minus_zero():
    p = trace(lambda x, y: x * y, 1.0, 1.0)
    assert bits(p.value_and_grad(0.0, -0.0)) == bits((-0.0, (0.0, 0.0)))


# ---------------------------------------------------------------- arguments


def test_numbers_of_every_kind():
    p = trace(lambda x, y: x * y / 3 + x, 1.0, 1.0)
    expected = p.value_and_grad(2.0, 1.0)
    for x, y in [(2, 1), (2, True), (np.float64(2.0), np.int32(1)), (Fraction(2), 1.0)]:
        assert p.value_and_grad(x, y) == expected
        assert all(type(v) is float for v in leaves(p.value_and_grad(x, y)))
    huge = 2**70 + 1
    assert p(huge, huge) == p(float(huge), float(huge))


Point = namedtuple("Point", "x y")


def test_structures_are_kept():
    def f(params, point):
        return params["w"][0] * point.x + params["b"] * point.y

    params, point = {"w": [2.0], "b": 3.0}, Point(4.0, 5.0)
    p = trace(f, params, point)
    value, gradients = p.value_and_grad({"b": 3, "w": [2]}, point)
    assert (value, gradients) == (23.0, ({"w": [4.0], "b": 5.0}, Point(2.0, 3.0)))
    assert p.value_and_grad(params, point)[1] == gradients
    assert type(p.value_and_grad(params, point)[1][1]) is Point


def test_keys_that_source_cannot_name():
    key = "'); raise SystemExit('"
    p = trace(lambda d: d[key] * d[1.5], {key: 2.0, 1.5: 3.0})
    assert p.value_and_grad({1.5: 3.0, key: 2.0}) == (6.0, ({key: 3.0, 1.5: 2.0},))
    assert "SystemExit" not in p.source
    assert run(p.source)["value_and_grad"]({1.5: 3.0, key: 2.0}) == p.value_and_grad(
        {key: 2.0, 1.5: 3.0}
    )


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@pytest.mark.parametrize(
    "keys", [("a b", "c"), ((1, "x"), None), ("δ\n", "\ud800"), (True, 2.5), (-1, "")]
)
def test_exported_source_takes_the_keys_of_a_dict_in_any_order(keys):
    a, b = keys
    p = trace(lambda d: d[a] ** 2 * d[b], {a: 1.0, b: 2.0})
    for functions in ({"value": p, "value_and_grad": p.value_and_grad}, run(p.source)):
        assert functions["value"]({b: 5.0, a: 3.0}) == 45.0
        assert functions["value_and_grad"]({b: 5.0, a: 3.0}) == (45.0, ({a: 30.0, b: 9.0},))


def test_exported_source_never_swaps_what_it_cannot_name():
    p = trace(lambda d: d[Colour.RED] / d[Colour.BLUE], {Colour.RED: 1.0, Colour.BLUE: 2.0})
    assert p({Colour.BLUE: 2.0, Colour.RED: 3.0}) == 1.5
    functions = run(p.source)
    assert functions["value"]({Colour.RED: 3.0, Colour.BLUE: 2.0}) == 1.5
    with pytest.raises(ValueError, match="order"):
        functions["value"]({Colour.BLUE: 2.0, Colour.RED: 3.0})


@pytest.mark.parametrize(
    "args",
    [
        (W, X),
        (W, X, Y, Y),
        (W, [1.0, 2.0], Y),
        (W, tuple(X), Y),
        (W, {"x": 1.0}, Y),
        (W, 1.0, Y),
        (W, X, [Y]),
        (W, np.array(X), Y),
        (W, "abc", Y),
    ],
)
def test_another_structure_is_refused(args):
    p = trace(example, W, X, Y)
    for call in (p, p.value_and_grad):
        with pytest.raises(TypeError):
            call(*args)


def test_refusal_names_both_structures():
    with pytest.raises(TypeError, match=r"list of 2 numbers.*list of 3 numbers"):
        trace(lambda x: x[0] * x[1], [1.0, 2.0])([1.0, 2.0, 3.0])


@pytest.mark.parametrize("bad", ["1", None, 1j, Value(1.0)])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(TypeError):
        trace(lambda x, y: x + y, 1.0, 1.0)(bad, bad)


def test_results():
    p = trace(lambda x: [x * 2, [x, 3]], 1.0)
    assert p(2.0) == [4.0, [2.0, 3.0]]
    with pytest.raises(TypeError, match=r"one number, but .* returns one of them or their sum$"):
        p.value_and_grad(2.0)
    with pytest.raises(
        TypeError, match=r"one number or a list of .*, but dict was returned: \{'y': Value"
    ):
        trace(lambda x: {"y": x}, 1.0)
    assert trace(lambda x, y, z: 2.0, 1.0, 1.0, 1.0).value_and_grad(1, 1, 1) == (2.0, (0.0,) * 3)
    assert trace(lambda x: 3, 1.0).value_and_grad(2.0) == (3.0, (0.0,))
    assert trace(lambda x, y: y, 1.0, 2.0).value_and_grad(1.0, 5.0) == (5.0, (0.0, 1.0))


# ---------------------------------------------------------------- tracing


def test_branching_is_refused_with_a_remedy():
    def relu(x):
        return x if x > 0 else 0.0 * x

    said = r"^a comparison .*: a Python `if`.* or `min` would .*\. Use autograd\.where.*, maximum, .* conditions\.$"
    with pytest.raises(TypeError, match=said):
        trace(relu, 1.0)
    with pytest.raises(TypeError, match=said):
        trace(lambda x: x if x else -x, 1.0)
    assert relu(Value(1.0)).data == 1.0  # nothing is left switched on


@pytest.mark.parametrize("example", [2.0, -1.0])
def test_a_gradient_inside_follows_the_branch_of_each_replay(example):
    def f(t):
        below = ag.where(t > 0.0, t * t * ag.log(t), -3.0 * t)
        return below + ag.relu(t) + ag.where(t < 1.0, ag.exp(t), ag.sqrt(t - 1.0))

    def twice(x):
        return 2.0 * ag.grad(f)(x)

    p = trace(twice, example)
    for x in (2.0, -1.0, 0.5, 0.0):
        # repr, for at the kink of relu the second derivative is nan
        assert repr(p.value_and_grad(x)) == repr(value_and_grad(twice, (0,))(x))
        value, gradients = p.vectorize().value_and_grad(x)
        found = [float(number) for number in (value, *gradients)]
        expected = [p(x), *p.value_and_grad(x)[1]]
        assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_values_from_outside_are_constants():
    w = Value(3.0)
    p = trace(lambda x: w * x, 2.0)
    w.data = 5.0
    assert p.value_and_grad(2.0) == (6.0, (3.0,))
    assert w.grad == 0.0


def test_records_inside_no_grad():
    with ag.no_grad():
        assert trace(lambda x: x * x, 1.0).value_and_grad(3.0) == (9.0, (6.0,))


def _with_no_grad(x):
    with ag.no_grad():
        y = x**2
    return y * x


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: x * x.detach(), (9.0, (3.0,))),
        (_with_no_grad, (27.0, (9.0,))),
        (lambda x: x * x.data, (9.0, (3.0,))),
        (lambda x: x * Value(x.data, label="held"), (9.0, (3.0,))),
        (lambda x: x * copy.deepcopy({"x": [x * x]})["x"][0], (27.0, (9.0,))),
        (lambda x: x * copy.copy(x), (9.0, (3.0,))),
        (lambda x: x * copy.copy(x * x), (27.0, (27.0,))),
        (lambda x: x.detach(), (3.0, (0.0,))),
        (lambda x: ag.where(x.data > 0, x.detach() * 2.0, x), (6.0, (0.0,))),
        (lambda x: x * ag.grad(lambda t: t * t.detach())(x), (9.0, (3.0,))),
        (lambda x: x * ag.grad(lambda t: t * x.data)(2.0), (9.0, (3.0,))),
        # detach guards what would be 0·∞
        (lambda x: x + ag.sqrt((x - 3.0).detach()), (3.0, (1.0,))),
    ],
)
def test_what_holds_a_number_back_is_recorded(f, expected):
    p = trace(f, 2.0)
    assert value_and_grad(f, (0,))(3.0) == expected
    for run_anew in (
        p.value_and_grad,
        lambda *x: p._replay_value_and_grad(x),
        run(p.source)["value_and_grad"],
    ):
        assert run_anew(3.0) == expected
    value, gradients = p.vectorize().value_and_grad(3.0)
    assert (value, tuple(gradients)) == expected


def test_printed_equations_say_what_is_held_back():
    def loss(w, x, y):
        error = ag.dot(w, x) - y
        return error * error * (1.0 + ag.exp(error.detach()))

    b = trace(loss, [0.1, 0.2], [0.3, 0.4], 0.5).vectorize(batched=(1, 2))
    text = str(b)
    assert "detach" in text.split("backward")[0]
    assert "detach" not in text.split("backward")[1].split("update")[0]


@pytest.mark.parametrize(
    ("f", "doing"),
    [
        (lambda x: round(x, 2), "^rounding a"),
        (lambda x: x * float(f"{x:.2f}"), "^formatting a"),
        (lambda x: pickle.loads(pickle.dumps(x * x)), "^pickling a"),
        (lambda x: (x * x).backward(), r"^backward\(\) of a .*replay; autograd"),
        (lambda x: x * (x * x).partials[0], r"^reading \.partials of a"),
        (lambda x: setattr(x, "data", 3.0), r"^assigning \.data of a"),
        (lambda x: x * float(x.data), "plain float"),
        (lambda x: trace(lambda y: x * y, 1.0)(2.0), "into every replay|Value was given"),
        (lambda x: trace(lambda y: y * y, 1.0)(x), "a Value was given"),
    ],
)
def test_what_would_freeze_a_traced_number_is_refused(f, doing):
    with pytest.raises(TypeError, match=doing):
        trace(f, 2.0)
    assert not modes.active


def test_numbers_that_are_not_traced_are_free():
    w = Value(3.0)

    def f(x):
        (w * w).backward()
        slope = w.grad if w > 0 else 0.0
        w.grad = 0.0
        return x * slope * float(f"{w:.1f}") * round(w)

    assert trace(f, 1.0)(2.0) == 2.0 * 6.0 * 3.0 * 3


def test_a_program_is_no_function_of_values():
    p = trace(lambda x, y: x * y, 1.0, 1.0)
    for call in (p, p.value_and_grad):
        with pytest.raises(TypeError, match=r"give x\.data, or call the traced function itself"):
            call(Value(2.0), 3.0)
    with pytest.raises(TypeError, match=r"by place, \(x, y\), but y was given by name"):
        p(2.0, y=3.0)


def test_pickle_and_another_process():
    p = pickle.loads(pickle.dumps(trace(example, W, X, Y)))
    expected = p.value_and_grad(W, X, Y)
    code = (
        "import pickle, sys; p = pickle.load(sys.stdin.buffer);"
        f"sys.stdout.buffer.write(pickle.dumps(p.value_and_grad({W}, {X}, {Y})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(p), stdout=subprocess.PIPE, check=True
    )
    assert pickle.loads(done.stdout) == expected


def test_length_and_repr():
    p = trace(example, W, X, Y)
    assert len(p) == 8
    assert "8 operations" in repr(p)


# ---------------------------------------------------------------- source


def run(source):
    names = {}
    exec(source, names)
    return names


@settings(max_examples=60, deadline=None)
@given(steps(max_size=12))
def test_source_runs_on_its_own(steps):
    p = trace(function(steps), 0.1, 0.2, 0.3)
    point = 0.5, -0.25, 1.5
    try:
        found = run(p.source)["value_and_grad"](*point)
    except (ArithmeticError, ValueError):
        return  # outside of Python's own arithmetic
    if not any(type(x) is complex for x in leaves(found)):
        assert bits(found) == bits(p.value_and_grad(*point))


def test_source_of_the_worked_network():
    def f(w, x, y):
        a = ag.dot(w, x)
        z = ag.tanh(a)
        a.label, z.label = "a", "z"
        e = z - y
        e.label = "error"
        return e * e

    source = trace(f, [0.5, 1.0], [1.0, 2.0], 0.3).source
    assert source.split("\n\n\n")[-1] == (
        "def value_and_grad(w, x, y):\n"
        "    (w1, w2) = w\n"
        "    (x1, x2) = x\n"
        "    a = 0.0 + w1 * x1 + w2 * x2\n"
        "    z = tanh(a)\n"
        "    error = z - y\n"
        "    # backward: each derivative is the one above it times the local slope\n"
        "    d_error = error + error\n"
        "    v1 = 1.0 / cosh(a)\n"
        "    d_a = d_error * (v1 * v1)\n"
        "    d_w1 = d_a * x1 + 0.0\n"
        "    d_w2 = d_a * x2 + 0.0\n"
        "    d_x1 = d_a * w1 + 0.0\n"
        "    d_x2 = d_a * w2 + 0.0\n"
        "    d_y = -d_error + 0.0\n"
        "    return error * error, ([d_w1, d_w2], [d_x1, d_x2], d_y)\n"
    )


def test_source_of_choices():
    def f(x, y):
        shared = (x * y).exp()
        return ag.where(x > y, shared, x) + ag.where(x > y, y, shared)

    assert trace(f, 1.0, 2.0).source.split("\n\n\n")[-1] == (
        "def value_and_grad(x, y):\n"
        "    v1 = x > y\n"
        "    v2 = exp(x * y)\n"
        "    # backward: each derivative is the one above it times the local slope\n"
        "    v3 = 1.0 if v1 else 0.0\n"
        "    v4 = 1.0 if not v1 else 0.0\n"
        "    d1 = (v3 + v4) * v2\n"
        "    d_x = v4 + d1 * y + 0.0\n"
        "    d_y = v3 + d1 * x + 0.0\n"
        "    return (v2 if v1 else x) + (y if v1 else v2), (d_x, d_y)\n"
    )

    # the gradient is cut once, where it comes out of the choice
    source = trace(lambda x, y: ag.where(x > y, ag.sin(x * y), y), 1.0, 2.0).source
    assert "    v3 = cos(v2)\n    d_x = (v3 * y if v1 else 0.0) + 0.0\n" in source

    def g(args):
        x, y, z = args
        chosen = ag.where(x + y < z, x * y, -x) * ag.where(x > 0.0, (-x) ** 2.0, y)
        return chosen + 2.0**y + x**3.0 + z**y

    module = trace(g, [1.0, 2.0, 3.0]).source.split("\n\n\n")
    assert module[:2] == [
        "from math import inf, log, nan, pow, sqrt",
        "def value(x1):\n"
        "    (args1, args2, args3) = x1\n"
        "    v1 = (args1 * args2 if args1 + args2 < args3 else -args1) * ((-args1) ** 2.0 if args1 > 0.0"
        " else args2) + pow(2.0, args2) + args1 ** 3.0\n"
        "    return v1 + pow(args3, args2)",
    ]


@pytest.mark.parametrize(
    "label",
    [
        "x\n    import os",
        "__import__",
        "print",
        "lambda",
        "tanh",
        "args",
        "d_x",
        "ｘ",
        "a b",
        "inf",
    ],
)
def test_unsafe_labels_stay_out_of_the_source(label):
    def f(x, y):
        z = x * y
        z.label = label
        return ag.tanh(z) * z + x + 1.0

    p = trace(f, 0.5, 2.0)
    assert p.value_and_grad(0.5, 2.0) == value_and_grad(f, (0, 1))(0.5, 2.0)
    assert run(p.source)["value_and_grad"](0.5, 2.0) == p.value_and_grad(0.5, 2.0)
    if not label.isidentifier():
        assert label not in p.source


def test_numbers_in_a_list_whose_name_ends_with_a_digit():
    source = trace(lambda w2: w2[0] * w2[1], [1.0, 2.0]).source
    assert "(w2_1, w2_2) = w2\n" in source


def test_what_is_returned_twice_is_computed_once():
    p = trace(lambda x: [y := x * 2.0, y], 1.0)
    assert len(p) == 1
    assert p(3.0) == [6.0, 6.0]


def test_two_of_one_name():
    def f(x):
        y, z = x * 2, x * 3
        y.label = z.label = "h"
        return ag.exp(y) * y + z * z

    p = trace(f, 0.5)
    assert p.value_and_grad(0.25) == value_and_grad(f, (0,))(0.25)


def test_constants_folded_dead_code_gone_equal_values_once():
    def f(x):
        half = ag.sqrt(Value(4.0)) / 4
        ag.sin(x)  # which nothing needs
        return half * ag.exp(x) + ag.exp(x) * 1.0

    source = trace(f, 1.0).source
    assert "sqrt" not in source
    assert "sin" not in source
    assert source.split("\n\n\n")[1].count("exp(") == 1


def test_a_long_sum_compiles():
    p = trace(lambda xs: ag.sum(xs) * xs[0], [1.0] * 3000)
    assert p.value_and_grad([1.0] * 3000)[0] == 3000.0


def test_a_branch_that_constants_decide_against():
    def f(x):
        two = ag.where(True, 2.0, x)
        return ag.where(two > 0.3, x * x, two) + x

    p = trace(f, 1.0)
    assert p.value_and_grad(3.0) == (12.0, (7.0,))
    assert ag.value_and_grad(f)(3.0) == (12.0, 7.0)


def test_choices_that_are_made_already_are_not_written():
    source = trace(lambda x: x**2.0 + x**3.0, 1.0).source
    assert "False" not in source
    assert "d_x = " in source
    assert " if " not in source


# ---------------------------------------------------------------- size


def chain(n):
    def f(x):
        for _ in range(n // 2):
            x = x * 1.0000001 - 1e-7
        return x

    return f


def wide_sum(n):
    return lambda x: ag.sum([ag.sin(x) * float(i) for i in range(n // 2)])


def irregular(n):
    def f(x):
        rng, nodes = random.Random(0), [x]
        for _ in range(n):
            a, b = (nodes[-1 - rng.randrange(min(20, len(nodes)))] for _ in range(2))
            nodes.append(rng.choice([a + b, a * b, a.tanh(), 0.5 * b]))
        return ag.sum(nodes[-20:])

    return f


@pytest.mark.parametrize("shape", [chain, wide_sum, irregular])
def test_the_work_grows_as_the_program_does(shape):
    def done(n):
        program = trace(shape(n), 0.5)
        replay = program._replay_value_and_grad
        works = [lambda: trace(shape(n), 0.5), lambda: program.source, lambda: replay((0.5,))]
        return [calls(work, builtin=True).total() for work in works]

    for less, more in zip(done(250), done(1000)):
        assert more < 4.5 * less
