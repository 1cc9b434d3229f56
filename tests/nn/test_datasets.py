"""Data sets: shapes, classes, seeds, the closed form of the line, and files of comma-separated numbers."""

import math

import pytest
from hypothesis import given, strategies as st

from nn import MLP, SGD, fit
from nn.datasets import (
    circles,
    line_of_best_fit,
    linear,
    load_csv,
    moons,
    spirals,
    xor,
    yin_yang,
)

MAKERS = {
    "linear": linear,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "yin_yang": yin_yang,
}


@pytest.mark.parametrize("name", MAKERS)
def test_sizes_and_seeds(name):
    make = MAKERS[name]
    for n in (1, 2, 7, 40):
        xs, ys = make(n, seed=3)
        assert (len(xs), len(ys)) == (n, n)
    assert make(30, seed=1) == make(30, seed=1)
    assert make(30, seed=1) != make(30, seed=2)
    for n in (0, 2.0, "a", None):
        with pytest.raises(
            (ValueError, TypeError), match=f"number of examples must be .*; got {n!r}"
        ):
            make(n)
    with pytest.raises(TypeError, match=r"a seed.*, but \[1\] was given"):
        make(2, seed=[1])
    if name != "yin_yang":
        for noise in (-0.1, math.nan, "a"):
            with pytest.raises((ValueError, TypeError), match=f"noise must be .*; got {noise!r}"):
                make(2, noise=noise)


def test_xor():
    assert {(*x, y) for x, y in zip(*xor())} == {(0, 0, -1), (0, 1, 1), (1, 0, 1), (1, 1, -1)}


def test_moons_are_half_circles():
    xs, ys = moons(40, noise=0.0)
    for (u, v), y in zip(xs, ys):
        centre = (0.0, 0.0) if y == -1 else (1.0, 0.5)
        assert math.dist((u, v), centre) == pytest.approx(1.0)
        assert (v - centre[1]) * -y >= -1e-12
    assert sum(ys) == 0


def test_circles_are_circles():
    xs, ys = circles(40, noise=0.0, factor=0.3)
    assert [math.hypot(*x) for x in xs] == pytest.approx([1.0 if y == -1 else 0.3 for y in ys])


def test_spirals_reach_the_unit_circle():
    xs, ys = spirals(30, classes=3, noise=0.0)
    assert [ys.count(c) for c in (0, 1, 2)] == [10, 10, 10]
    for c in range(3):
        arm = [math.hypot(*x) for x, y in zip(xs, ys) if y == c]
        assert arm == pytest.approx([(k + 1) / 10 for k in range(10)])
    assert set(spirals(10)[1]) == {-1, 1}


def test_yin_yang_is_a_sign_of_three_classes():
    xs, ys = yin_yang(300)
    assert [ys.count(c) for c in (0, 1, 2)] == [100, 100, 100]
    for (u, v), y in zip(xs, ys):
        assert math.dist((u, v), (0.5, 0.5)) <= 0.5
        dots = min(math.dist((u, v), (c, 0.5)) for c in (0.25, 0.75))
        assert (dots <= 0.1) == (y == 2)
        # the sign is its own mirror image through the centre, with the colours exchanged
        if y != 2 and abs(v - 0.5) > 0.25:
            assert (v > 0.5) == (y == 1)


@given(
    st.lists(st.floats(-10, 10), min_size=2, max_size=20, unique=True),
    st.floats(-5, 5),
    st.floats(-5, 5),
)
def test_line_of_best_fit_finds_a_line(points, slope, intercept):
    if max(points) - min(points) < 0.1:
        points = [points[0], points[0] + 1.0]
    found = line_of_best_fit([[x] for x in points], [intercept + slope * x for x in points])
    assert found == pytest.approx((slope, intercept), abs=1e-6)


def test_line_of_best_fit_is_where_training_ends():
    xs, ys = linear(20, slope=1.5, intercept=-0.5, noise=0.3, seed=4)
    net = MLP(1, [1], rng=0)
    fit(net, xs, ys, optimizer=SGD(lr=0.5), epochs=200)
    slope, intercept = line_of_best_fit(xs, ys)
    assert [p.data for p in net.parameters()] == pytest.approx([slope, intercept], rel=1e-9)
    with pytest.raises(ValueError, match="xs has 3 examples, but ys 2"):
        line_of_best_fit([[1.0], [2.0], [3.0]], [1.0, 2.0])
    for xs in ([1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]]):
        with pytest.raises(ValueError, match="inputs of one number each"):
            line_of_best_fit(xs, [1.0, 2.0])
    with pytest.raises(ValueError, match="two different x"):
        line_of_best_fit([[1.0], [1.0]], [1.0, 2.0])


def test_load_csv(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("\ufeffa,b,y\n1,2,3\n\n4.5,-5,6e-1\n", encoding="utf-8")
    assert load_csv(path) == ([[1.0, 2.0], [4.5, -5.0]], [3.0, 0.6])
    assert load_csv(path, target="a") == ([[2.0, 3.0], [-5.0, 0.6]], [1.0, 4.5])
    assert load_csv(path, target=1)[1] == [2.0, -5.0]
    path.write_text("1,2\n3,4\n")
    assert load_csv(path) == ([[1.0], [3.0]], [2.0, 4.0])


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("", -1, "holds no examples"),
        ("a,b\n", -1, "holds no examples"),
        ("1\n2\n", -1, "a single column"),
        ("1,2\n3\n", -1, "line 2: 1 columns, but 2 before"),
        ("1,2\n3,x\n", -1, "line 2: 'x' is not a number"),
        ("a,b\n1,2\n", "c", "no column 'c'; it has a, b"),
        ("1,2\n", "c", "no column 'c'; it has column 1, column 2"),
        ("1,2\n", 5, "too few for a target in column 5"),
        (
            "1|2\n3|4\n",
            -1,
            "single column: inputs and target are separated by commas, semicolons or tabs",
        ),
        ("café,y\n", -1, "points.csv does not hold separated values as UTF-8 text"),
        ('1,"2\n' + "3" * 200_000, -1, "points.csv does not hold separated values as UTF-8 text"),
    ],
    ids=range(11),
)
def test_files_that_are_refused(tmp_path, text, target, message):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=message):
        load_csv(path, target)
