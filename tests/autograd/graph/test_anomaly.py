"""What an anomaly says: the operation, its operands by their names, and where an infinity began."""

import operator

import pytest

import autograd as ag
from autograd import Value, detect_anomaly, modes
from autograd.graph.anomaly import named

BIG = 1e200


@pytest.mark.parametrize(
    ("x", "name"),
    [
        (Value(2.0, label="speed"), "speed = 2.0"),
        (Value(2.0), "x = 2.0"),
        ((Value(2.0) * 3.0).parents[1], "x = 3.0"),
        (Value(2.0) * 3.0, "mul = 6.0"),
        (0.5, "0.5"),
    ],
)
def test_operands_are_named_by_label_or_by_what_made_them(x, name):
    assert named(x) == name


@pytest.mark.parametrize(("count", "shown"), [(6, 6), (7, 6)])
def test_many_operands_are_abridged(count, shown):
    operands = ", ".join([f"w = {BIG!r}"] * shown) + ", ..." * (count > shown)
    with detect_anomaly(), pytest.raises(FloatingPointError) as caught:
        ag.dot([Value(BIG, label="w")] * count, [Value(BIG, label="w")] * count)
    assert str(caught.value) == (
        f"dot made inf out of finite operands: dot({operands}, {operands}, 0.0)"
    )


@pytest.mark.parametrize(
    ("root", "hint"),
    [
        ("cbrt", ""),
        ("sqrt", " (for the length of a vector use hypot, whose slopes at (0, 0) are 0)"),
    ],
)
def test_a_gradient_that_is_lost_is_traced_to_where_the_infinity_began(root, hint):
    x, y = Value(0.0, label="x"), Value(3.0, label="y")
    take = getattr(ag, root)
    for lost, said in (
        (take(x) * 2.0 * x, f"{root} passes 0.0 × inf (upstream × local) to x = 0.0, in {root}(x = 0.0){hint}"),
        (
            take(x * y),
            "mul passes inf × 0.0 (upstream × local) to y = 3.0, in mul(x = 0.0, y = 3.0); "
            f"the infinity began at {root}(mul = 0.0), 1.0 × inf{hint}",
        ),
    ):  # fmt: skip
        with detect_anomaly(), pytest.raises(FloatingPointError) as caught:
            lost.backward()
        assert str(caught.value) == f"a gradient became nan in backward: {said}"


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_a_condition_holds_as_its_numbers_do(compare):
    for x, y in ((1.0, 2.0), (2.0, 1.0), (1.0, 1.0)):
        a = Value(x)
        with modes.tracing([a]):
            first, second = compare(a, y), a != 1.0
            for condition, holds in (
                (~first, not compare(x, y)),
                (first & second, compare(x, y) and x != 1.0),
                (first | second, compare(x, y) or x != 1.0),
                (True & ~second, x == 1.0),
                (first | False, compare(x, y)),
            ):
                assert condition.holds == holds
                assert ag.where(condition, 5.0, a)._data == (5.0 if holds else x)
