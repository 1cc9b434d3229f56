"""The computation graph: what it shows, how labels come through, and how large graphs are refused."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value, draw, edges
from autograd.notation import bracketed, significant
from autograd.pictures import folding, render, svg
from autograd.pictures.drawing import Drawing
from autograd.pictures.text import JOINERS, clean
from nn import MLP
from nn.losses import cross_entropy, half_squared_error
from tests import worked

GOLDEN = Path(__file__).parents[2] / "golden"
SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Value:
    x, w, b = Value(0.5, label="x"), Value(-0.8, label="w"), Value(0.3, label="b")
    a = x * w + b
    a.label = "a"
    z = a.tanh()
    z.label = "z"
    return z


def texts(svg: str) -> list[str]:
    """The texts of a picture; engines write the second of two spaces as one that does not break."""
    return [
        "".join(e.itertext()).replace("\xa0", " ")
        for e in ElementTree.fromstring(svg).iter(f"{SVG}text")
    ]


def nodes(drawing: Drawing) -> list[list[str]]:
    """The lines of each node of a picture that has lines, in the order of its DOT text."""
    label = r'^\t\S+ \[.*?label=("(?:[^"\\]|\\.)*"|[^" ]+)'
    found = re.findall(label, drawing.source, re.MULTILINE)
    return [text.strip('"').split("\\n") for text in found]


def test_every_node_shows_label_data_and_grad() -> None:
    z = neuron()
    z.backward()
    seen = nodes(draw(z))
    assert ["x", "data 0.5000", "grad −0.7921"] in seen
    assert ["z", "data −0.09967", "grad 1.000"] in seen
    assert {"×", "+", "tanh", "data 0.5000", "x"} <= set(texts(draw(z).svg()))


def test_before_backward_there_is_no_grad() -> None:
    z = neuron()
    assert ["x", "data 0.5000", "grad –"] in nodes(draw(z))
    x = Value(2.0, label="x")
    (x * x).backward()
    y = x * 3.0
    assert [lines for lines in nodes(draw(y)) if len(lines) == 3] == [
        ["x", "data 2.000", "grad 4.000"],
        ["x·3", "data 6.000", "grad –"],
    ]  # x has its gradient of another graph
    y.backward()
    x.grad = 0.0
    assert ["x", "data 2.000", "grad 0.000"] in nodes(draw(y))


GOLDEN_PICTURES = {"neuron.gv": draw(neuron()), "neuron-credit.gv": draw(neuron(), credit=True)}


@pytest.mark.parametrize(("name", "drawing"), GOLDEN_PICTURES.items())
def test_golden(name: str, drawing: Drawing) -> None:
    """Look at the picture before a golden file is written anew: running this file does it."""
    assert drawing.source == (GOLDEN / name).read_text(encoding="utf-8")


def test_a_repeated_operand_has_two_edges() -> None:
    x = Value(3.0, label="x")
    source = draw(x * x).source
    tails = re.findall(r"^\t(\S+) -> \"?v0-op", source, re.MULTILINE)
    assert Counter(tails) == {"v1": 2}


def test_constants_are_marked_and_have_neither_gradient_nor_credit() -> None:
    drawing = draw(Value(3.0, label="x") * 2, credit=True)
    assert ["2.000"] in nodes(drawing)
    assert [lines for lines in nodes(drawing) if "×" in lines[0]] == [
        ["×"], ["1.000 × 2.000", "= +2.000"], ["upstream × local", "= credit"]
    ]  # fmt: skip
    assert re.search(r"v2 .*style=\"rounded,filled,dashed\"", drawing.source)


def test_every_edge_carries_its_credit_without_a_backward_pass() -> None:
    x = Value(3.0, label="x")
    out = (x * x + 2 * x).tanh() - x**0.0
    seen = [lines for lines in nodes(draw(out, credit=True)) if "× " in lines[0]]
    assert seen.pop() == ["upstream × local", "= credit"]
    expected = [
        [
            f"{significant(e.upstream)} × {bracketed(significant(e.local))}",
            f"= {significant(e.credit, sign=True)}",
        ]
        for e in edges(out)
        if e.parent.op != "constant"
    ]
    assert sorted(seen) == sorted(expected)
    assert x.grad == 0.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=8))
def test_a_sum_added_from_left_to_right_is_one_operation(labelled: list[bool]) -> None:
    terms = [Value(float(k), label=f"t{k}") for k in range(len(labelled) + 1)]
    total, partial = terms[0], []
    for k, (term, has_label) in enumerate(zip(terms[1:], labelled)):
        total = total + term
        total.label = f"s{k}" if has_label else ""
        partial.append(total)
    seen = nodes(draw(total, credit=True))
    # a partial sum with a name is seen, and one without is not; every term has its edge
    names = {lines[0] for lines in seen if len(lines) == 3}
    assert names >= {term.label for term in terms} | {p.label for p in partial if p.label}
    ops = [lines for lines in seen if lines in (["Σ"], ["+"])]
    assert len(ops) == sum(bool(p.label) or p is total for p in partial)
    pills = [lines for lines in seen if lines == ["1.000 × 1.000", "= +1.000"]]
    assert len(pills) == len(terms) + len(ops) - 1


def test_nodes_without_a_label_are_called_by_their_formula() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    for v, formula in (
        (a * b, "a·b"), (a - (b - a), "a − (b − a)"), ((a + b) * 2, "(a + b)·2"), (a / (b / a), "a/(b/a)"),
        (b**3, "b³"), ((a * b) ** 2, "(a·b)²"), (-a, "−a"), (a * -1.5, "a·(−1.5)"), ((a + b).tanh(), "tanh(a + b)"),
        ((a + b).square(), "(a + b)²"), (-(a + b), "−(a + b)"), ((-a) * b, "(−a)·b"),
    ):  # fmt: skip
        assert folding.name(v) == formula
    assert folding.name((a * b + b * a).tanh() * (a + b)) == ""
    assert folding.name(Value(1.0, label="two words") * a) == ""


def test_inputs_and_parameters_are_told_apart_and_named_in_a_legend() -> None:
    x, w, b = Value(1.0, label="x₁"), Value(2.0, label="w₁"), Value(3.0, label="b")
    drawing = draw((x * w + b).tanh())
    assert folding.kinds([x, w, b]) == {
        id(x): "input", id(w): "parameter", id(b): "parameter"
    }  # fmt: skip
    assert {("input",), ("parameter",)} <= set(map(tuple, nodes(drawing)))
    # without weights, a and b are what goes in
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    assert set(folding.kinds([a, b]).values()) == {"input"}
    assert ["input"] not in nodes(draw(a * b))
    weight, unlabelled = Value(1.0), Value(2.0)
    unit = ag.dot([weight], [unlabelled], 0.5)
    assert folding.kinds([unit, weight, unlabelled]) == {
        id(weight): "parameter", id(unlabelled): "input"
    }  # fmt: skip


# ---------------------------------------------------------------- readable


def micrograd_expression() -> Value:
    """The expression of micrograd's README."""
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c, d = a + b, a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def spoken_neuron() -> Value:
    x1, x2, w1, w2, b = (
        Value(x, label=name)
        for x, name in zip((2.0, 0.0, -3.0, 1.0, 6.88137), ("x1", "x2", "w1", "w2", "b"))
    )
    return (x1 * w1 + x2 * w2 + b).tanh()


def loss_of_a_network() -> Value:
    return half_squared_error(worked.network()([0.8, -1.0, 0.5]), 0.2)


def softmax_loss() -> Value:
    return cross_entropy([Value(x, label=f"z{k}") for k, x in enumerate((0.1, -0.2, 0.3))], 2)


@pytest.mark.parametrize("credit", [False, True])
@pytest.mark.parametrize(
    "root", [micrograd_expression, spoken_neuron, loss_of_a_network, softmax_loss]
)
def test_the_usual_graphs_can_be_read_on_a_page(root: Callable[[], Value], credit: bool) -> None:
    assert svg.text_height(draw(root(), credit=credit).svg()) >= 8.0


def test_direction_is_left_to_right_where_that_fits() -> None:
    def direction(drawing: Drawing) -> str:
        return re.findall("rankdir=(..)", drawing.source)[0]

    assert direction(draw(spoken_neuron())) == "LR"
    assert direction(draw(micrograd_expression())) == "TB"
    assert direction(draw(spoken_neuron(), direction="TB")) == "TB"
    assert direction(draw(ag.sum([Value(float(k)) for k in range(60)]))) == "LR"
    with pytest.raises(ValueError, match='"auto", "LR" or "TB"; got \'RL\''):
        draw(Value(1.0), direction="RL")  # type: ignore[arg-type]


def test_a_picture_that_nobody_can_read_warns(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="pixels high in a page 850 pixels wide.*max_nodes"):
        draw(chain(40), direction="LR").svg()
    with pytest.warns(UserWarning, match="pixels high in a PNG of 4000 pixels"):
        draw(chain(60), direction="LR").save(tmp_path / "a.png")
    with pytest.warns(UserWarning, match="shows boxes in place of ب 日"):
        draw(Value(1.0, label="日 ب δ₁")).save(tmp_path / "a.png")
    draw(Value(1.0, label="日 ب δ₁ ⇝")).save(tmp_path / "a.svg")


def test_the_branch_not_taken_has_no_share() -> None:
    x = Value(0.0, label="x")
    out = ag.where(x < 1.0, x, x.sqrt())
    seen = texts(draw(out, credit=True).svg())
    assert not [text for text in seen if "nan" in text]


def test_a_unit_can_be_folded() -> None:
    w, x, b = [Value(0.5, label="w")], [Value(2.0, label="x")], Value(0.1, label="bias")
    z = ag.dot(w, x, b).tanh()
    unfolded, folded = texts(draw(z).svg()), texts(draw(z, fold=True).svg())
    assert {"tanh", "w·x+b"} <= set(unfolded)
    assert "tanh(w·x+b)" in folded
    assert [lines[0] for lines in nodes(draw(z, fold=True)) if len(lines) > 1] == [
        "x",
        "data 0.8005",
    ]


def test_what_is_folded_does_not_count() -> None:
    net = MLP(1, [12, 1], rng=0)

    def loss(examples: int) -> Value:
        total: Value = ag.sum([net([0.1 * k]) for k in range(examples)])
        return total

    with pytest.raises(ValueError, match="more than 1,000 nodes"):
        draw(loss(50))
    with pytest.warns(UserWarning, match="a graph of 701 nodes"):
        drawing = draw(loss(50), fold=True)
    assert drawing.desc.startswith("701 nodes")
    boxes = re.findall(r"^\t(v\d+) \[", drawing.source, re.MULTILINE)
    assert len(boxes) == 701
    with pytest.raises(ValueError, match="more than 1,000 nodes"):
        draw(loss(80), fold=True)


def test_only_values_are_drawn() -> None:
    with pytest.raises(TypeError, match="draw takes a Value"):
        draw(3.0)  # type: ignore[arg-type]
    for most in (0, 100_000):
        with pytest.raises(ValueError, match=f"max_nodes is from 1 to 5,000; got {most:,}"):
            draw(Value(1.0), max_nodes=most)


# ---------------------------------------------------------------- labels

HOSTILE = [
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "<lambda> <map>",
    "a{b|c}d",
    "{}|<>",
    "\\N \\G \\l \\n \\",
    'say "hi"',
    "it's",
    "&lt;b&gt; &amp; &#65;",
    "]]> <!-- -->",
    "🎉 δ₁·z₅ ⇝",
    "שלום עולם",
    "👩‍🔬 क्‍ष نمی‌خواهم",
    "graph",
    "%s @TITLE@",
    "",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_typed(label: str) -> None:
    seen = texts(draw(Value(1.0, label=label).exp()).svg())
    assert not label or label in seen
    assert "data 1.000" in seen


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_label_gives_valid_xml_that_contains_it(label: str) -> None:
    seen = " ".join(texts(draw(Value(1.0, label=label)).svg()))
    # engines may close up spaces, and a text of letters alone is the same text
    assert "".join(clean(label, 32).split()) in "".join(seen.split())


@given(st.text(max_size=300), st.integers(2, 80))
def test_clean_text_is_short_and_printable(label: str, limit: int) -> None:
    seen = clean(label, limit)
    assert len(seen) <= limit
    hidden = [c for c in seen if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert set(hidden) <= set(JOINERS)


def test_control_characters_go_and_long_labels_are_cut() -> None:
    label = "a\x00b\x1b[0m\nc\u202e" + "x" * 10_000
    shown, *_ = texts(draw(Value(1.0, label=label)).svg())
    assert shown.startswith("ab[0m cx")
    assert len(shown) < 80


# ---------------------------------------------------------------- size


def chain(length: int) -> Value:
    v = Value(0.0)
    for _ in range(length):
        v = v.tanh()
    return v


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: object, **__: object) -> bytes:
        raise AssertionError("an engine was called")

    monkeypatch.setattr(render, "render", called)


@pytest.mark.usefixtures("no_engine")
def test_a_graph_too_large_is_refused_without_an_engine() -> None:
    with pytest.raises(ValueError, match=r"more than 1,000 nodes.*max_nodes=100"):
        draw(chain(100_000))


def test_a_refusal_looks_no_further_than_it_must() -> None:
    class Endless:
        """A graph without an end."""

        @property
        def parents(self) -> "tuple[Endless, ...]":
            return (Endless(), Endless())

    from autograd.pictures.computation_graph import nearest

    found, complete = nearest(Endless(), 50)  # type: ignore[arg-type]
    assert (len(found), complete) == (50, False)


def test_up_to_300_nodes_draw_and_up_to_1000_with_a_warning() -> None:
    draw(chain(299))
    with pytest.warns(UserWarning, match="301 nodes"):
        draw(chain(300))


@pytest.mark.usefixtures("no_engine")
def test_a_graph_too_tangled_is_refused_without_an_engine() -> None:
    values = [Value(0.1 * k, label=f"x{k}") for k in range(20)]
    for k in range(250):  # each operand from far back
        values.append((values[k % 20] * values[-1 - (7 * k) % 19]).tanh())
    root = ag.sum(values)
    with pytest.raises(ValueError, match=r"edges of this graph of 521 nodes.*max_nodes=100"):
        draw(root, credit=True)
    draw(root, credit=True, max_nodes=40)


def test_the_part_nearest_to_the_root_says_what_is_missing() -> None:
    drawing = draw(chain(100_000), max_nodes=5)
    seen = texts(drawing.svg())
    assert sum(text.startswith("data") for text in seen) == 5
    assert "… 1 more" in seen
    assert "the part nearest to the root" in drawing.desc


def test_a_long_recurrence_with_shared_leaves_draws() -> None:
    w, u, h = Value(0.5, label="w"), Value(0.3, label="u"), Value(0.0, label="h")
    for _ in range(66):
        h = (w * h + u).tanh()
    svg = draw(h).svg()
    assert texts(svg).count("w") == 66  # a copy at each use, instead of 66 edges across the picture


if __name__ == "__main__":
    for name, drawing in GOLDEN_PICTURES.items():
        drawing.save(GOLDEN / name)


def test_a_weight_that_is_used_elsewhere_too_stays_in_a_folded_picture() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    source = draw(ag.dot([a], [b]).tanh() * a, fold=True).source
    boxes = re.findall(r"^\t(v\d+) \[label", source, re.MULTILINE)
    assert set(re.findall(r"\b(v\d+) ->", source)) <= set(boxes)
    assert "data 2.000" in source
