"""Examples from files of every make, and what is said of those that cannot be read."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from nn import MLP, fit
from nn.datasets import load_csv

IRIS = """sepal,petal,species
5.1,1.4,setosa
7.0,4.7,versicolor
6.3,6.0,virginica
4.9,1.5,setosa
6.4,4.5,versicolor
"""


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "data.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_labels_become_classes(file):
    xs, ys = table = load_csv(file(IRIS), target="species")
    assert xs[:2] == [[5.1, 1.4], [7.0, 4.7]]
    assert ys == [0, 1, 2, 0, 1]
    assert table.classes == ["setosa", "versicolor", "virginica"]
    assert (table.inputs, table.target) == (["sepal", "petal"], "species")
    assert repr(table) == "<5 examples: sepal, petal → species (setosa, versicolor, virginica)>"
    assert load_csv(file(IRIS), target="petal", inputs=["sepal"]).ys[0] == 1.4
    assert load_csv(file("x,y\n1,NA\n2,none\n"), target="y").classes == ["NA", "none"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings(file, separator, encoding):
    text = IRIS.replace(",", separator).replace("setosa", "größer")
    table = load_csv(file(text, encoding))
    assert table.xs == load_csv(file(IRIS)).xs
    assert table.classes[0] == "größer"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas(file, separator):
    text = IRIS.replace(",", separator).replace(".", ",")
    assert load_csv(file(text)) == load_csv(file(IRIS))
    assert load_csv(file("−1,5;2\n,5;−3e2\n")) == ([[-1.5], [0.5]], [2.0, -300.0])
    with pytest.raises(ValueError, match=r"decimal commas \(1,5\) and decimal points \(2.5\)"):
        load_csv(file("1,5;1\n2.5;2\n"))


finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)  # it writes files
@given(
    st.integers(2, 4).flatmap(
        lambda n: st.lists(st.lists(finite, min_size=n, max_size=n), min_size=1, max_size=6)
    ),
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ","), ("\t", ".")]),
    st.sampled_from("-−"),
    st.booleans(),
)
def test_numbers_come_back_as_they_were_written(tmp_path_factory, rows, style, minus, header):
    separator, point = style
    lines = [
        separator.join(repr(x).replace(".", point).replace("-", minus) for x in row) for row in rows
    ]
    if header:
        lines.insert(0, separator.join("abcd"[: len(rows[0])]))
    path = tmp_path_factory.mktemp("data") / "data.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load_csv(path) == ([row[:-1] for row in rows], [row[-1] for row in rows])


def test_missing_values(file):
    path = file("a,b,y\n1,2,1\n?,4,0\n3,NaN,1\n5,6,\n")
    with pytest.raises(ValueError, match=r"line 3: no value in a; 3 of 4 rows lack one: .*'mean'"):
        load_csv(path)
    assert load_csv(path, missing="drop") == ([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="line 5: no value in y; 1 of 4 rows lack one"):
        load_csv(path, missing="mean")
    path = file("a,b,y\n1,2,1\n?,4,0\n3,NaN,1\n")
    assert load_csv(path, missing="mean").xs == [[1.0, 2.0], [2.0, 4.0], [3.0, 3.0]]
    with pytest.raises(ValueError, match="missing must be 'refuse', 'drop' or 'mean'; got 'zero'"):
        load_csv(path, missing="zero")
    with pytest.raises(ValueError, match="no example to learn from has a value in a"):
        load_csv(file("a,y\n,1\n,2\n"), missing="mean")
    with pytest.raises(ValueError, match="holds no complete example"):
        load_csv(file("a,y\n,1\n,2\n"), missing="drop")


def test_scaling_and_a_split(file):
    text = "a,b,y\n" + "".join(f"{k % 7 + 0.5},{k * k},{k % 2}\n" for k in range(40))
    table = load_csv(file(text), test=0.25, scale=True)
    assert (len(table.xs), len(table.test.xs)) == (30, 10)
    for column in zip(*table.xs):
        mean = math.fsum(column) / 30
        assert mean == pytest.approx(0.0, abs=1e-12)
        assert math.fsum((v - mean) ** 2 for v in column) / 30 == pytest.approx(1.0)
    plain = load_csv(file(text), test=0.25)
    assert plain.ys == table.ys
    assert [table.scaled(x) for x in plain.test.xs] == table.test.xs, "by the numbers of the others"
    assert plain.scaled([1.0, 2.0]) == [1.0, 2.0]
    everything = load_csv(file(text))
    assert sorted(plain.xs + plain.test.xs) == sorted(everything.xs)
    assert len(load_csv(file(text), test=7).test.xs) == 7
    assert load_csv(file(text), test=0.25, seed=1).ys != plain.ys
    assert repr(table).startswith("<30 examples, 10 more held back: a, b → y")
    for share in (-0.1, 1.5, 0.001, 40, math.nan):
        with pytest.raises(ValueError, match=r"test (is|must be) "):
            load_csv(file(text), test=share)
    constant = load_csv(file("a,y\n3,1\n3,2\n"), scale=True)
    assert constant.xs == [[0.0], [0.0]]


def test_a_column_that_counts_the_rows(file):
    for name, first in (("", 0), ("id", 1), ("Unnamed: 0", 0)):
        path = file(f"{name},x,y\n{first},5,1\n{first + 1},6,0\n")
        with pytest.warns(
            UserWarning, match="the first column, .*, only counts the rows, so it is"
        ) as said:
            assert load_csv(path) == ([[5.0], [6.0]], [1.0, 0.0])
        assert [w.filename for w in said] == [__file__]
        assert load_csv(path, inputs=[0, "x"]).xs == [[float(first), 5.0], [first + 1.0, 6.0]]
    for text in ("x,z,y\n0,5,1\n1,6,0\n", "id,z,y\n0,5,1\n3,6,0\n", "id,y\n0,5\n1,6\n"):
        assert len(load_csv(file(text)).xs[0]) == text.split("\n")[0].count(","), (
            "it may be a number"
        )


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("x,y\n1,2\n3,x\n", {}, "line 3: 'x' is not a number"),
        (
            "x,y\nred,2\nblue,3\n",
            {},
            "line 2: 'red' is not a number; inputs are finite numbers, and inputs=",
        ),
        ("x,y\ninf,2\n3,4\n", {}, "line 2: 'inf' is not a number; inputs are finite"),
        ("x,y\n1_0,2\n", {}, "line 2: '1_0' is not a number"),
        ("x,y\n1,2\n", {"inputs": ["y"]}, "the inputs are other columns than the target"),
        ("x,y\n1,2\n", {"inputs": []}, "the inputs are other columns than the target"),
        ("x,y\n1,2\n", {"inputs": ["z"]}, "no column 'z'; it has x, y"),
        (
            "x,y\n" + "".join(f"{k},label {k}\n" for k in range(12)),
            {},
            "every target is another text",
        ),
    ],
    ids=range(8),
)
def test_what_is_refused(file, text, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        load_csv(file(text), **options)
    assert "data.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_network_learns_from_a_table(file):
    table = load_csv(file(IRIS), target="species", scale=True)
    net = MLP(2, [3], rng=0)
    history = fit(net, *table, loss="cross_entropy", epochs=30)
    assert history.losses[-1] < history.losses[0]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("tail", ["", "at the end"])
def test_cells_in_quotes_and_lines_that_end_with_a_separator(file, separator, tail):
    """As R and many a spreadsheet write them."""
    lines = [line.split(",") for line in IRIS.splitlines()]
    quoted = [
        separator.join(f'"{cell}"' for cell in line) + separator * bool(tail) for line in lines
    ]
    assert load_csv(file("\n".join(quoted)), target="species") == load_csv(file(IRIS))


def test_lines_without_names_that_end_with_a_separator(file):
    assert load_csv(file("1,2,0,,\n3,4,1,,\n")) == load_csv(file("1,2,0\n3,4,1\n"))
    for text in ("1,\n2,\n", "x,\n1,\n2,\n"):
        with pytest.raises(ValueError, match="has a single column"):
            load_csv(file(text))


def test_a_thousand_or_a_decimal_comma(file):
    with pytest.raises(ValueError, match=r"line 2: '1,234' may be 1234 or 1\.234"):
        load_csv(file('x,y\n"1,234",0\n"5,678",1\n'))
    assert load_csv(file('x,y\n"1,5",0\n"2,5",1\n')).xs == [[1.5], [2.5]]
    assert load_csv(file("x;y\n1,234;0\n5,678;1\n")).xs == [[1.234], [5.678]]
