"""The credit graph: every number on it, its geometry, the lit path, and golden DOT."""

import itertools
import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st

from autograd import Value
from autograd.notation import shown, subscript
from nn import MLP, assign_credit, cross_entropy
from nn.credit.pictures.graph import CreditGraph, owner
from nn.credit.pictures.layout import Layout, detail
from nn.credit.pictures.picture import product
from nn.credit.telling.excerpt import EDGES, FEW, LAYERS, UNITS, excerpt
from nn.credit.telling.lit import lit
from tests.processes import prints_the_same_bytes
from tests.worked import credit_of, worked

GOLDEN = Path(__file__).parents[3] / "golden"
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


# ---------------------------------------------------------------- what it says


def test_the_worked_network_shows_every_number() -> None:
    seen = texts(worked().draw().svg())
    assert "Credit assignment, 3-2-1 tanh network" in seen
    assert any("Half squared error: L = ½(ŷ−y)² = 0.197" in text for text in seen)
    expected = """
    w₅⇝₁ = 0.80|δ₁·z₅ = +0.11|w₅⇝₂ = 0.20|δ₂·z₅ = −0.19|w₄⇝₁ = −0.30|δ₁·z₄ = −0.14|w₄⇝₂ = 0.40|δ₂·z₄ = +0.24
    w₃⇝₁ = 0.50|δ₁·z₃ = +0.07|w₃⇝₂ = −0.60|δ₂·z₃ = −0.12|w₁⇝₀ = 0.70|δ₀·z₁ = +0.52|w₂⇝₀ = −0.50|δ₀·z₂ = −0.31
    x₁ = 0.80|x₂ = −1.00|x₃ = 0.50|a₁ = 1.19|z₁ = 0.83|a₂ = −0.54|z₂ = −0.49|ŷ = a₀ = 0.83|target y = 0.20
    δ₀ = +0.63|δ₁ = +0.14|δ₂ = −0.24|∂L/∂wᵢ⇝ⱼ = δⱼ·zᵢ|width by |δ·z|
    """
    for text in (t.strip() for line in expected.strip().splitlines() for t in line.split("|")):
        assert text in " | ".join(seen)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.booleans(),
    st.integers(0, 10_000),
    st.sampled_from(["tanh", "sigmoid", "relu"]),
)
def test_every_credit_is_on_the_picture(
    sizes: list[int], bias: bool, seed: int, activation: str
) -> None:
    credit = credit_of(sizes, bias, seed, activation)
    seen = texts(credit.draw().svg())
    for edge in credit.edges.values():
        text = shown(edge.credit, sign=True)
        if Layout(credit).shows == "full":
            z = "1" if edge.source is None else f"z{subscript(edge.source)}"
            text = f"δ{subscript(edge.target)}·{z} = {text}"
        assert text in seen
    for node in credit.nodes.values():
        assert str(node.index) in seen


def test_no_input_no_blame_and_no_minus_zero() -> None:
    net = MLP.from_weights([[[0.5], [-0.3]], [[-0.7]]])
    seen = texts(assign_credit(net, [0.0, 1.0], 2.0).draw().svg())
    assert "δ₁·z₃ = 0.00" in seen
    assert not [text for text in seen if "−0.00" in text]


@pytest.mark.parametrize("x", [math.nan, math.inf, 1e300, 1e-300])
def test_odd_numbers_are_drawn(x: float) -> None:
    net = MLP.from_weights([[[0.5, -1.0]], [[0.7], [1e8]]], activation="linear")
    drawing = assign_credit(net, [x], 0.2).draw()
    seen = " ".join(texts(drawing.svg()))
    assert shown(x) in seen
    if not math.isfinite(x):
        assert "nan or ∞ (dotted)" in seen
        assert "style=dotted" in drawing.source


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([4, 2, 1], "full"), ([3, 3, 1], "credit"), ([6, 6, 2], "credit"), ([4, 8, 8, 2], "pattern")],
)
def test_detail_goes_by_the_edges_of_the_fullest_layer(sizes: list[int], expected: str) -> None:
    credit = credit_of(sizes)
    assert detail(credit) == expected
    svg = credit.draw().svg()
    seen = texts(svg)
    weights = [edge.name for edge in credit.edges.values()]
    assert any(text.startswith(f"{weights[0]} = ") for text in seen) == (expected == "full")
    # what there is no room for is in the tooltip
    for edge in credit.edges.values():
        assert f"{edge.name} = {shown(edge.weight)}, credit " in svg


def test_a_name_of_ones_own_is_shown_as_typed_and_keeps_the_xml_valid() -> None:
    def named(v: Value) -> Value:
        return v.tanh()

    named.__name__ = "<b>\\N\x00&lt;\ud800"
    net = MLP.from_weights([[[0.5]], [[0.7]]], activation=named)
    credit = assign_credit(net, [1.0], 0.2, loss=lambda p, t: (p - t).square())
    assert "Credit assignment, 1-1-1 <b>\\N&lt; network" in texts(credit.draw().svg())


def test_every_error_is_called_delta_and_every_target_by_its_output() -> None:
    for sizes in ([2, 2, 2], [4, 5, 3, 2], [8, 8, 8, 2]):
        said = texts(credit_of(sizes).draw().svg())
        assert sum(text.startswith("δ") and " = " in text and "·" not in text for text in said) == (
            sum(sizes[1:])
        )
        assert {"target y₀ = 0.50", "target y₁ = 0.50"} <= set(said)


def test_of_a_wide_layer_the_ends_are_drawn() -> None:
    credit = credit_of([784, 10])
    part = excerpt(credit)
    assert not part.whole
    seen = part.credit.layers
    assert len(seen[0]) == 32
    assert seen[0][:2] == [793, 792]
    assert seen[0][-1] == 10
    assert seen[1] == list(range(10))
    assert part.units_left_out == {seen[0][15]: 752}
    assert len(part.credit.edges) == 320
    assert all(credit.edges[key] is edge for key, edge in part.credit.edges.items())
    assert "… 752 more" in texts(credit.draw().svg())


def test_one_or_two_units_are_shown_where_a_note_would_take_their_place() -> None:
    for hidden, left_out in ((32, {}), (34, {}), (35, {16: 3})):
        part = excerpt(credit_of([1, hidden, 1]))
        assert part.units_left_out == left_out
        assert len(part.credit.layers[1]) == hidden - sum(left_out.values())
    part = excerpt(credit_of([100, 1]), (83, 0))
    assert part.credit.layers[0][15:20] == [85, 84, 83, 16, 15]
    assert part.units_left_out == {83: 66}


def test_of_many_layers_the_first_and_the_last_are_drawn() -> None:
    credit = credit_of([3] * 30, bias=True)
    part = excerpt(credit)
    assert part.layers == [0, 1, 2, 3, 4, 25, 26, 27, 28, 29]
    assert part.layers_left_out == {5: 20}
    assert [part.credit.nodes[i].layer for i in (0, 1, 2)] == [9, 9, 9]
    # nothing leads out of what is left out
    assert not [key for key in part.credit.edges if key[1] in part.credit.layers[5]]
    assert "… 20 more layers" in texts(credit.draw().svg())


def test_an_edge_that_is_asked_for_is_drawn() -> None:
    deep = credit_of([3] * 30, bias=True)
    assert (None, 40) in excerpt(deep, (None, 40)).credit.edges
    credit = credit_of([784, 10])
    assert (400, 3) not in excerpt(credit).credit.edges
    part = excerpt(credit, (400, 3))
    assert (400, 3) in part.credit.edges
    assert sum(part.units_left_out.values()) + len(part.credit.layers[0]) == 784
    assert {"400", "… 377 more", "… 374 more"} <= set(texts(credit.draw(path=(400, 3)).svg()))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=2, max_size=12), st.booleans())
def test_what_is_left_out_is_counted(sizes: list[int], bias: bool) -> None:
    credit = credit_of([min(size, 3000 // sum(sizes) + 1) for size in sizes], bias)
    part = excerpt(credit)
    assert len(part.layers) == len(part.credit.layers) <= LAYERS + FEW
    assert len(part.credit.nodes) <= UNITS
    assert len(part.credit.edges) <= EDGES
    drawn = sum(map(len, part.credit.layers)) + sum(part.units_left_out.values())
    assert drawn == sum(len(credit.layers[k]) for k in part.layers)
    assert len(part.layers) + sum(part.layers_left_out.values()) == len(credit.layers)
    if part.whole:
        assert list(part.credit.nodes) == list(credit.nodes)
        assert part.credit.edges == credit.edges


def test_in_a_pattern_large_credits_lie_above_small_ones() -> None:
    source = credit_of([4, 8, 8, 2]).draw().source
    widths = re.findall(r'class="line of-.*?penwidth=([0-9.]+)', source)
    assert len(widths) == 112
    assert widths == sorted(widths, key=float)


# ---------------------------------------------------------------- the lit path


def test_the_path_to_an_edge_is_lit_and_its_product_written_out() -> None:
    credit = worked()
    nodes, edges = lit(credit, (5, 1))
    assert (nodes, edges) == ({5, 1, 0}, {(5, 1), (1, 0)})
    formula = "δ₀·w₁⇝₀·(1−tanh²a₁)·z₅ = +0.63 · 0.70 · 0.31 · 0.80 = +0.109"
    assert product(credit, (5, 1)) == formula
    seen = texts(credit.draw(path=(5, 1)).svg())
    assert {formula, "Who is responsible for w₅⇝₁?", "z₅", "δ₁"} <= set(seen)


def test_an_edge_into_the_output_and_a_bias_have_paths() -> None:
    assert product(worked(), (2, 0)) == "δ₀·z₂ = +0.63 · (−0.49) = −0.310"
    credit = credit_of([2, 2, 1], bias=True)
    assert product(credit, (None, 1)).endswith(
        f" = {shown(credit.edges[None, 1].credit, 3, sign=True)}"
    )
    assert "Who is responsible for b₁?" in texts(credit.draw(path=(None, 1)).svg())


def test_where_the_error_comes_by_several_ways_all_are_lit() -> None:
    credit = credit_of([2, 2, 2])
    assert lit(credit, (5, 2))[1] == {(5, 2), (2, 0), (2, 1)}
    assert product(credit, (5, 2)).startswith("(δ₀·w₂⇝₀ + δ₁·w₂⇝₁)·(1−tanh²a₂)·z₅ = (")
    credit = credit_of([1, 1, 4])
    assert product(credit, (5, 4)).startswith("δ₄·z₅ = ")


def test_an_edge_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError, match="no edge from 5 to 0"):
        worked().draw(path=(5, 0))


# ---------------------------------------------------------------- geometry


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.booleans())
def test_nothing_overlaps(sizes: list[int], bias: bool) -> None:
    credit = credit_of(sizes, bias)
    layout = Layout(credit)
    radius = layout.style.radius
    for (_, p), (_, q) in itertools.combinations(layout.units.items(), 2):
        assert math.dist(p, q) > 2 * radius + 10
    width, height = layout.style.pill
    for (a, p), (b, q) in itertools.combinations(layout.pills.items(), 2):
        if credit.nodes[a[1]].layer == credit.nodes[b[1]].layer:
            assert p.x == q.x  # an even column
            assert abs(p.y - q.y) > height
    for key, p in layout.pills.items():
        half = layout.pill_widths[credit.nodes[key[1]].layer] / 2
        assert half >= width / 2
        for unit in layout.units.values():
            assert abs(unit.x - p.x) > half + radius + 30
    for key, curve in layout.heads.items():
        tip, unit = curve.points[3], layout.units[key[1]]
        assert radius - 0.1 <= math.dist(tip, unit) <= radius + 4
    for p in (*layout.units.values(), *layout.pills.values(), *layout.biases.values()):
        assert radius < p.x < layout.width - radius
        assert radius < p.y < layout.height - radius


def covered(svg: str) -> list[str]:
    """Return the texts of a kind that lie partly under, or on, a circle or a pill."""
    names = [(e, e.get("class") or "") for e in ElementTree.fromstring(svg).iter()]
    boxes = []
    for e, name in names:
        if e.tag == f"{SVG}circle" or e.tag == f"{SVG}ellipse":
            x, y, r = (float(e.get(k) or e.get("rx") or 0.0) for k in ("cx", "cy", "r"))
            boxes.append((x - r, y - r, x + r, y + r))
        elif e.tag == f"{SVG}path" and name.partition(" of-")[0] in ("pill", "delta", "target"):
            points = re.findall(r"(-?[\d.]+)[ ,]?(-?[\d.]+)", e.get("d") or "")
            xs, ys = zip(*((float(x), float(y)) for x, y in points))
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    found = []
    for e, name in names:
        if e.tag == f"{SVG}text" and name.startswith("meet"):
            text = "".join(e.itertext())
            x, y, half = float(e.get("x") or 0.0), float(e.get("y") or 0.0), 4.0 * len(text)
            box = x - half, y - 9.0, x + half, y
            if any(a < box[2] and box[0] < c and b < box[3] and box[1] < d for a, b, c, d in boxes):
                found.append(text)
    return found


@pytest.mark.parametrize("sizes", [(3, 2, 1), (2, 2, 2), (3, 2, 2, 2), (4, 5, 3, 1), (1, 8, 1)])
def test_nothing_covers_what_meets_on_the_edge_that_is_asked_about(sizes: tuple[int, ...]) -> None:
    net = MLP(sizes[0], list(sizes[1:]), rng=0)
    xs = [[math.sin(3 * k + i) for i in range(sizes[0])] for k in range(3)]
    ys = [[math.cos(k + i) for i in range(sizes[-1])] for k in range(3)]
    batch = assign_credit(net, xs, ys, batch="mean")  # "mean δ₁ = …" is wide
    for key in batch.edges:
        svg = batch.draw(path=key).svg()
        assert svg.count('class="meet ') == 2
        assert covered(svg) == [], key


def test_pills_are_evenly_spaced_and_sorted_by_tail_and_head() -> None:
    credit = worked()
    pills = Layout(credit).pills
    order = sorted((key for key in pills if key[1] != 0), key=lambda key: pills[key].y)
    assert order == [(5, 1), (5, 2), (4, 1), (4, 2), (3, 1), (3, 2)]
    ys = [pills[key].y for key in order]
    gaps = [b - a for a, b in itertools.pairwise(ys)]
    assert gaps == pytest.approx([gaps[0]] * 5)


def test_inputs_stand_first_to_last_and_hidden_units_in_order() -> None:
    units = Layout(worked()).units
    assert units[5].y < units[4].y < units[3].y
    assert units[1].y < units[2].y
    assert units[5].x < units[1].x < units[0].x


# ---------------------------------------------------------------- the same bytes

CASES = {
    "credit-321.gv": (worked, None),
    "credit-321-path.gv": (worked, (5, 1)),
    "credit-bias-222.gv": (lambda: credit_of([2, 2, 2], bias=True, seed=3), None),
    "credit-nan.gv": (
        lambda: assign_credit(MLP.from_weights([[[0.5], [2.0]]]), [math.nan, 0.0], 1.0),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """Look at the picture before a golden file is written anew: running this file does it."""
    credit, path = CASES[name]
    assert credit().draw(path=path).source == (GOLDEN / name).read_text(encoding="utf-8")


def test_another_process_writes_the_same_bytes() -> None:
    program = (
        "from nn import MLP, assign_credit;"
        "c = assign_credit(MLP(3, [2, 1], rng=0), [0.8, -1.0, 0.5], 0.2);"
        "print(c.draw().svg()); print(c.draw(path=(5, 1)).source); print(c.steps(0.1).html())"
    )
    assert prints_the_same_bytes(program)


def test_the_classes_say_whose_part_it_is() -> None:
    credit = worked()
    classes = {e.get("class") for e in ElementTree.fromstring(credit.draw().svg()).iter()}
    for key in credit.edges:
        for kind in ("line", "pill", "weight", "credit"):
            assert f"{kind} of-{owner(key)}" in classes


if __name__ == "__main__":
    for name, (credit, path) in CASES.items():
        (GOLDEN / name).write_text(credit().draw(path=path).source, encoding="utf-8")


def test_a_png_of_our_own_signs_misses_none(tmp_path: Path) -> None:
    worked().draw().save(tmp_path / "credit.png")  # a warning is an error here
    worked().draw(path=(5, 1)).save(tmp_path / "path.png")


@pytest.mark.parametrize("slide", [True, False])
def test_the_error_of_an_output_leaves_room_for_what_stands_beside_it(slide):
    net = MLP(4, [8, 8, 3], rng=0)
    credit = assign_credit(net, [0.5, -0.3, 0.8, 0.1], 1, loss=cross_entropy)
    layout = Layout(credit, slide=slide)
    assert layout.shows == "pattern"
    graph = CreditGraph(layout, credit.nodes.keys(), credit.edges.keys())
    for j in credit.outputs:
        [(x, width)] = re.findall(
            rf'class="delta of-{j}"[^\n]*pos="([\d.]+),[^\n]* shape=box[^\n]* width=([\d.]+)',
            graph.canvas.source,
        )
        assert float(x) + 36.0 * float(width) < layout.units[j].x + layout.style.radius + 10.0
