"""The computation graph: what it shows, how labels come through, and how large graphs are refused."""

import re
import unicodedata
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value, draw, edges
from autograd.notation import number
from autograd.pictures import render
from autograd.pictures.text import clean
from nn import MLP

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


def test_every_node_shows_label_data_and_grad() -> None:
    z = neuron()
    z.backward()
    shown = texts(draw(z).svg())
    assert "x  │  data 0.5000  │  grad −0.7921" in shown
    assert "z  │  data −0.0997  │  grad 1.0000" in shown
    assert {"×", "+", "tanh"} <= set(shown)


@pytest.mark.parametrize(
    ("name", "drawing"),
    [("neuron.gv", draw(neuron())), ("neuron-credit.gv", draw(neuron(), credit=True))],
)
def test_golden(name: str, drawing: object) -> None:
    assert getattr(drawing, "source", "") == (GOLDEN / name).read_text(encoding="utf-8")


def test_a_repeated_operand_has_two_edges() -> None:
    x = Value(3.0, label="x")
    source = draw(x * x).source
    tails = re.findall(r"^\t(\S+) -> \"?v0-op", source, re.MULTILINE)
    assert Counter(tails) == {"v1:e": 2}


def test_constants_are_marked() -> None:
    shown = texts(draw(Value(3.0, label="x") * 2).svg())
    assert "constant 2.0000" in shown


def test_every_edge_carries_its_credit_without_a_backward_pass() -> None:
    x = Value(3.0, label="x")
    out = (x * x + 2 * x).tanh() - x**0.0
    shown = Counter(texts(draw(out, credit=True).svg()))
    for e in edges(out):
        text = f"{number(e.upstream)} × {number(e.local)} = {number(e.credit, sign=True)}"
        assert shown[text] > 0, text
    assert x.grad == 0.0


def test_the_branch_not_taken_has_no_share() -> None:
    x = Value(0.0, label="x")
    out = ag.where(x < 1.0, x, x.sqrt())
    shown = texts(draw(out, credit=True).svg())
    assert not [text for text in shown if "nan" in text]


def test_a_unit_can_be_folded() -> None:
    w, x, b = [Value(0.5, label="w")], [Value(2.0, label="x")], Value(0.1, label="bias")
    z = ag.dot(w, x, b).tanh()
    unfolded, folded = texts(draw(z).svg()), texts(draw(z, fold=True).svg())
    assert {"tanh", "w·x+b"} <= set(unfolded)
    assert "tanh(w·x+b)" in folded
    assert [t.split("  ")[0] for t in folded if "data" in t] == ["x", "data 0.8005"]


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
    shown = [text for text in texts(drawing.svg()) if "data" in text or "constant" in text]
    assert len(shown) == 701
    with pytest.raises(ValueError, match="more than 1,000 nodes"):
        draw(loss(80), fold=True)


def test_only_values_are_drawn() -> None:
    with pytest.raises(TypeError, match="draw takes a Value"):
        draw(3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        draw(Value(1.0), max_nodes=0)


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
    "graph",
    "%s @TITLE@",
    "",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_typed(label: str) -> None:
    shown = texts(draw(Value(1.0, label=label).exp()).svg())
    cells = [label, "data 1.0000", "grad 0.0000"] if label else ["data 1.0000", "grad 0.0000"]
    assert "  │  ".join(cells) in shown


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_label_gives_valid_xml_that_contains_it(label: str) -> None:
    shown = " ".join(texts(draw(Value(1.0, label=label)).svg()))
    # engines may close up spaces, and a text of letters alone is the same text
    assert "".join(clean(label, 32).split()) in "".join(shown.split())


@given(st.text(max_size=300), st.integers(2, 80))
def test_clean_text_is_short_and_printable(label: str, limit: int) -> None:
    shown = clean(label, limit)
    assert len(shown) <= limit
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_control_characters_go_and_long_labels_are_cut() -> None:
    label = "a\x00b\x1b[0m\nc\u202e" + "x" * 10_000
    (shown,) = texts(draw(Value(1.0, label=label)).svg())
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

    from autograd.pictures.computation_graph import _nearest

    found, complete = _nearest(Endless(), 50)  # type: ignore[arg-type]
    assert (len(found), complete) == (50, False)


def test_up_to_300_nodes_draw_and_up_to_1000_with_a_warning() -> None:
    draw(chain(299))
    with pytest.warns(UserWarning, match="301 nodes"):
        draw(chain(300))


def test_the_part_nearest_to_the_root_says_what_is_missing() -> None:
    drawing = draw(chain(100_000), max_nodes=5)
    shown = texts(drawing.svg())
    assert sum("data" in text for text in shown) == 5
    assert "… 1 more" in shown
    assert "the part nearest to the root" in drawing.desc


def test_a_long_recurrence_with_shared_leaves_draws() -> None:
    w, u, h = Value(0.5, label="w"), Value(0.3, label="u"), Value(0.0, label="h")
    for _ in range(66):
        h = (w * h + u).tanh()
    svg = draw(h).svg()
    uses = [text for text in texts(svg) if text.startswith("w  ")]
    assert len(uses) == 66  # a copy at each use, instead of 66 edges across the picture
