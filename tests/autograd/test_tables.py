"""Tables as text, HTML, Markdown, LaTeX and CSV, and what shows itself as one in notebooks."""

import csv
import io
import re
import subprocess
import sys
from xml.etree import ElementTree

from hypothesis import given, strategies as st

from autograd import Value, steps
from autograd.tables import MOST, matrix, table
from nn import MLP, SGD, assign_credit, fit
from nn.credit.matrices import Matrices
from tests.worked import X, Y, network, worked

CELLS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=6)


def cells(html: str) -> list[list[str]]:
    rows = ElementTree.fromstring(f"<div>{html}</div>").iter("tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_every_form_holds_the_same_cells(rows: list[tuple[str, str]]) -> None:
    made = table(["a", "b"], rows)
    assert [line.split() for line in made.splitlines()] == [["a", "b"], *map(list, rows)]
    assert cells(made._repr_html_()) == [["a", "b"], *map(list, rows)]
    assert len(made.markdown.splitlines()) == len(rows) + 2
    assert made.latex.count(r"\\") >= len(rows) + 1
    read = list(csv.reader(io.StringIO(made.csv)))
    assert [len(row) for row in read] == [2] * (len(rows) + 1)


def test_a_table_is_text() -> None:
    made = worked().table()
    assert isinstance(made, str)
    assert repr(made) == str(made) == made
    assert type(str(made)) is str
    assert made.startswith("edge ")


def test_csv_has_every_digit_and_signs_that_programs_read() -> None:
    credit = worked()
    head, *rows = csv.reader(io.StringIO(credit.table().csv))
    assert head[:2] == ["edge", "weight"]
    for row, edge in zip(rows, credit.edges.values()):
        assert list(map(float, row[1:5])) == [edge.weight, edge.delta, edge.z, edge.credit]
    assert table(["x"], [["−∞"], ["+1.5e−9"], ["−"]]).csv == "x\n-inf\n+1.5e-9\n−\n"


def test_latex_has_words_as_words_and_the_rest_as_mathematics() -> None:
    lines = worked().table().latex.splitlines()
    assert lines[1].startswith(r"edge & weight & $\delta$ & $z$ & $\delta \cdot z$ & new weight $(")
    assert lines[3].startswith(r"$w_{1 \leadsto 0}$ & $0.700000$ & $+0.627899$")


def test_a_long_table_is_short_in_a_notebook() -> None:
    made = table(["k"], [[str(k)] for k in range(MOST + 5)])
    assert len(made.splitlines()) == MOST + 6
    shown = cells(made._repr_html_())
    assert len(shown) == MOST + 2
    assert shown[-1] == ["… and 5 more"]
    assert cells(matrix([[str(j) for j in range(20)]] * 20, most=3)) == [
        *[["0", "1", "2", "…"]] * 3, ["⋮"] * 4
    ]  # fmt: skip


def test_matrices_have_their_forms() -> None:
    found = worked().matrices()
    assert isinstance(found, list)
    assert isinstance(found, Matrices)
    assert (
        r"A^{(1)} = W^{(1)T} Z^{(1)} &= \begin{pmatrix}1.1900 \\ -0.5400\end{pmatrix}"
        in found.latex
    )
    assert "**W⁽²⁾**\n\n| 1 |\n| --- |\n| 0.7000 |" in found.markdown
    assert "W⁽¹⁾,3,2,-0.6\n" in found.csv
    assert "W⁽¹⁾ (3×2)" in found._repr_html_()
    assert str(found) == "\n\n".join(map(str, found))


def test_what_a_cell_ends_with_shows_itself_as_a_table() -> None:
    net = network()
    history = fit(net, [X] * 3, [Y] * 3, epochs=40, optimizer=SGD(0.1), progress=False)
    batch = assign_credit(net, [X] * 3, [Y] * 3, batch=True)
    x = Value(3.0, label="x")
    walk = steps(x * x)
    first = next(walk)
    for shown, start in (
        (worked(), ["edge", "weight", "δ", "z", "δ·z"]),
        (batch, ["edge", "weight", "Σ δ·z"]),
        (worked().check(), ["edge", "δ·z"]),
        (net, ["layer", "inputs", "units"]),
        (history, ["epoch", "loss"]),
        (walk, ["step", "node", "operand"]),
    ):
        html = shown._repr_html_()
        assert cells(html)[0][: len(start)] == start
        assert len(html) < 20_000
    epochs = [int(row[0]) for row in cells(history._repr_html_())[1:]]
    assert (epochs[0], epochs[-1], len(epochs)) == (1, 40, 12)
    # the walk stays where it is
    assert [first.index, *(step.index for step in walk)] == [1]


def test_weights_of_a_network_carry_their_names() -> None:
    net = MLP(2, [2, 1], rng=0)
    assert {p.label for p in net.parameters()} == {
        edge.name for edge in assign_credit(net, [0.5, 1.0], 0.0).edges.values()
    }
    own, plain = Value(0.5, label="mine"), Value(0.7)
    net = MLP.from_weights([[[own, plain]], [[0.1], [0.2]]], [[0.0, Value(1.0)], None])
    assert [p.label for p in net.parameters()] == ["mine", "b₁", "", "", "w₁⇝₀", "w₂⇝₀"]


def test_printing_loads_nothing_of_the_other_forms() -> None:
    program = (
        "import sys; from autograd.tables import table; print(table(['a'], [['1']]));"
        "print({'csv', 'html'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert re.search(r"set\(\)$", done.stdout)
