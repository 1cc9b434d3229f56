"""What passes along the edges of a credit graph: forward, back, on a lit path, and in patterns."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from autograd.notation import shown, subscript
from autograd.pictures import palette, svg
from nn import MLP, assign_credit
from nn.credit.pictures.graph import LARGEST, CreditGraph, owner
from nn.credit.pictures.layout import Layout
from nn.credit.pictures.words import Words
from nn.credit.telling.lit import lit
from nn.credit.telling.origin import began
from nn.losses import cross_entropy
from tests.worked import credit_of, worked

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def classed(drawn: str, kind: str) -> dict[str, list[ElementTree.Element]]:
    """The parts of a kind, by their owner."""
    found: dict[str, list[ElementTree.Element]] = {}
    for e in ElementTree.fromstring(drawn).iter():
        name, _, of = (e.get("class") or "").partition(" of-")
        if name == kind:
            found.setdefault(of, []).append(e)
    return found


# ---------------------------------------------------------------- a lit path


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 2), min_size=3, max_size=4),
    st.integers(0, 10_000),
    st.sampled_from(["tanh", "sigmoid", "linear"]),
    st.data(),
)
def test_the_way_back_carries_what_adds_up_to_each_error(
    sizes: list[int], seed: int, activation: str, data: st.DataObject
) -> None:
    credit = credit_of(sizes, seed=seed, activation=activation)
    path = data.draw(st.sampled_from(list(credit.edges)))
    nodes, edges = lit(credit, path)
    words = Words(credit, "full", back=edges - {path})
    assert words.flow(credit.edges[path]) == credit.edges[path].credit
    for j in nodes:
        node = credit.nodes[j]
        back = [words.flow(credit.edges[key]) for key in edges - {path} if key[0] == j]
        if back and node.slope is not None and node.delta is not None:
            assert math.isclose(sum(back) * node.slope, node.delta, rel_tol=1e-12, abs_tol=1e-15)
    drawn = credit.draw(path=path).svg()
    if Layout(credit, path=path, back=edges - {path}).shows != "full":
        return
    said = classed(drawn, "credit")
    for key, edge in credit.edges.items():
        (text,) = said[owner(key)]
        other = edge.name if key in edges - {path} else edge.z_name
        flow = words.flow(edge)
        assert text.text == f"δ{subscript(edge.target)}·{other} = {shown(flow, sign=True)}"
        (pill,) = classed(drawn, "pill")[owner(key)]
        if key in edges:
            assert pill.get("stroke") == palette.colour(palette.sign_part(flow))


def test_the_worked_path_says_what_flows() -> None:
    shown = texts(worked().draw(path=(5, 1)).svg())
    assert "δ₀·w₁⇝₀ = +0.44" in shown
    assert "1−tanh²a₁ = 0.31" in shown
    assert "Half squared error: L = ½(ŷ−y)² = 0.197" in shown
    assert "δ₀·z₂ = −0.31" in shown, "beside the path, credits are credits"


def test_the_edge_that_is_asked_about_is_marked_in_a_pattern() -> None:
    credit = credit_of([4, 8, 8, 2])
    path = (19, 12)
    drawn = credit.draw(path=path).svg()
    assert f"δ₁₂·z₁₉ = {shown(credit.edges[path].credit, sign=True)}" in texts(drawn)
    assert list(classed(drawn, "pill")) == ["19-12"]
    # on the way back it is δ·w that has a colour
    for key in lit(credit, path)[1] - {path}:
        edge = credit.edges[key]
        (line,) = classed(drawn, "line")[owner(key)]
        assert line.get("stroke") == palette.colour(palette.sign_part(edge.delta * edge.weight))


# ---------------------------------------------------------------- one way only


def test_forward_shows_what_is_summed_and_nothing_of_the_error() -> None:
    shown = texts(worked().draw(show="forward").svg())
    assert {"w₅⇝₁·z₅ = +0.64", "w₄⇝₁·z₄ = +0.30", "a₁ = 1.19", "z₁ = 0.83"} <= set(shown)
    assert "aⱼ = Σᵢ wᵢ⇝ⱼ·zᵢ" in shown
    assert not [text for text in shown if "δ" in text or "credit" in text or "target" in text]


def test_backward_shows_errors_slopes_and_credits() -> None:
    shown = texts(worked().draw(show="backward").svg())
    assert {"δ₁·z₅ = +0.11", "1−tanh²a₁ = 0.31", "z₁ = 0.83", "δ₁ = +0.14"} <= set(shown)
    assert "a₁ = 1.19" not in shown


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match='"forward", "backward", "both" or "blank"; got \'all\''):
        worked().draw(show="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"a path is the way of an error.*got 'forward'"):
        worked().draw(path=(5, 1), show="forward")
    with pytest.raises(ValueError, match="a theme is"):
        worked().draw(theme="blue")  # type: ignore[arg-type]


def test_themes_and_slides() -> None:
    dark = worked().draw(theme="dark").svg()
    assert "prefers-color-scheme" not in dark
    assert f'fill="{palette.colour("card", dark=True)}"' in dark
    clear = ElementTree.fromstring(worked().draw(transparent=True).svg())
    assert not [e for e in clear.iter() if e.tag != f"{SVG}text" and e.get("fill") == "#ffffff"]


# ---------------------------------------------------------------- large networks


@pytest.mark.parametrize("sizes", [[4, 8, 8, 2], [2, 16, 16, 1], [20, 20, 20, 5], [3] * 30])
def test_a_pattern_names_its_largest_credits_and_can_be_read(sizes: list[int]) -> None:
    credit = credit_of(sizes, bias=len(sizes) == 4 and sizes[0] == 2)
    drawn = credit.draw().svg()
    assert svg.text_height(drawn) >= 8.0
    drawn_edges = Layout(credit).credit.edges
    largest = sorted((abs(e.credit) for e in drawn_edges.values()), reverse=True)[:LARGEST]
    said = [texts[0].text for texts in classed(drawn, "credit").values()]
    assert sorted(text.lstrip("+−") for text in said if text) == sorted(map(shown, largest))
    assert f"width by |δ·z|, thickest = {shown(largest[0])}" in texts(drawn)


def test_every_edge_of_a_pattern_can_be_found_with_a_mouse() -> None:
    credit = credit_of([4, 8, 8, 2])
    drawn = credit.draw().svg()
    assert ".hover{pointer-events:stroke}" in drawn
    found = classed(drawn, "hover")
    assert set(found) == {owner(key) for key in credit.edges}
    for (path,) in found.values():
        assert (path.get("stroke"), path.get("stroke-width")) == ("none", "10")
        assert path.findtext(f"{SVG}title")


@pytest.mark.slow
def test_largest_credits_do_not_lie_on_each_other() -> None:
    for seed in range(12):
        credit = credit_of([2, 16, 16, 1], bias=True, seed=seed)
        pills = [
            re.findall(r"[\d.]+", e.get("points") or e.get("d") or "")
            for (e, *_) in classed(credit.draw().svg(), "pill").values()
        ]
        boxes = [(min(xs), max(xs), min(ys), max(ys)) for xs, ys in (
            (list(map(float, p[::2])), list(map(float, p[1::2]))) for p in pills)]  # fmt: skip
        for k, a in enumerate(boxes):
            for b in boxes[:k]:
                assert a[1] < b[0] or b[1] < a[0] or a[3] < b[2] or b[3] < a[2]


@pytest.mark.parametrize("sizes", [[3, 2, 1], [4, 8, 8, 2]])
def test_a_network_that_is_right_does_not_look_guilty(sizes: list[int]) -> None:
    credit = credit_of(sizes)
    target = (
        credit.prediction[0] + 1e-16 if sizes[-1] == 1 else [z + 1e-16 for z in credit.prediction]
    )
    right = assign_credit(credit.network(), credit.x, target)
    layout = Layout(right)
    graph = CreditGraph(layout, layout.credit.nodes.keys(), layout.credit.edges.keys())
    for edge in right.edges.values():
        part, width, _ = graph._look(edge)
        assert (part, round(width, 3)) == ("zero", 1.2)


# ---------------------------------------------------------------- outputs and origins


def test_probabilities_stand_under_cross_entropy() -> None:
    net = MLP.from_weights([[[0.1, -0.2, 0.3]]])
    credit = assign_credit(net, [1.0], 2, loss=cross_entropy)
    shown = texts(credit.draw().svg())
    assert {"p₀ = 0.34", "p₁ = 0.25", "p₂ = 0.41", "target y₂ = 1.00"} <= set(shown)
    assert not [text for text in texts(worked().draw().svg()) if text.startswith("p₀")]


WEIGHTS = [[[0.5, 0.2], [0.5, -0.4]], [[0.7], [-0.5]]]


@pytest.mark.parametrize(
    ("x", "weights", "where", "name"),
    [
        ([math.nan, 1.0], WEIGHTS, [4], "x₁"),
        ([1.0, 1.0], [[[math.inf, 0.2], [0.5, -0.4]], [[0.7], [-0.5]]], [(4, 1)], "w₄⇝₁"),
        ([1e300, 1.0], [[[1e300, 0.2], [0.5, -0.4]], [[0.7], [-0.5]]], [1], "z₁"),
        ([1.0, 1.0], WEIGHTS, [], ""),
    ],
)
def test_nan_is_marked_where_it_began(
    x: list[float], weights: list[list[list[float]]], where: list[object], name: str
) -> None:
    net = MLP.from_weights(weights, activation="linear")
    credit = assign_credit(net, x, 0.2)
    assert began(credit) == where
    drawn = credit.draw().svg()
    assert set(classed(drawn, "began")) == {owner(i) for i in where if isinstance(i, int)}
    assert any(f"from {name}" in text for text in texts(drawn)) == bool(where)


def test_an_error_that_is_nan_is_marked_where_it_began() -> None:
    net = MLP.from_weights([[[0.0]], [[1.0]]], activation=lambda v: v.sqrt())
    credit = assign_credit(net, [1.0], 1.0)
    assert credit.nodes[1].z == 0.0
    assert began(credit) == [1]
