"""Pictures and players of unit graphs: nothing overlaps, nothing runs through what is not its own, drawing never fails."""

import re
import warnings
from dataclasses import replace
from itertools import chain, pairwise

import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import Value
from autograd.pictures.canvas import Curve, Point
from nn import assign_credit
from nn.credit import Credit
from nn.credit.pictures.placing import isotonic
from nn.credit.pictures.units.columns import Columns
from nn.credit.pictures.units.folding import ranged, time_steps
from nn.credit.pictures.units.unit_graph import UnitGraph
from tests.nn.credit.networks import CASES, Case, elman, gru, lstm
from tests.nn.credit.unit_graphs import Drawn, graphs

Box = tuple[float, float, float, float]


def credit_of(case: Case) -> Credit:
    return assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)


def boxes(layout: Columns) -> dict[object, Box]:
    """Return the box of everything that stands in the picture, by what it is."""
    found: dict[object, Box] = {}
    for key, item in layout._items.items():
        if item.width:
            p = layout._points[id(item)]
            w, h = item.width / 2, item.height / 2
            found[key] = (p.x - w, p.y - h, p.x + w, p.y + h)
    return found


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def inside(p: Point, box: Box, margin: float = 3.0) -> bool:
    left, top, right, bottom = box
    return left + margin < p.x < right - margin and top + margin < p.y < bottom - margin


def core(layout: Columns, key: object, box: Box) -> Box:
    """Return the part of a box where the circle, the pill or the joint is: a way may pass beside the text."""
    if key[0] != "node" or layout.credit.nodes[key[1]].kind == "joint":  # type: ignore[index]
        return box
    if key[1] in layout.fold.members:  # type: ignore[index]
        return box
    radius = layout.reach(layout.credit.nodes[key[1]])  # type: ignore[index]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x - radius, y - radius, x + radius, y + radius


def through_strangers(layout: Columns) -> list[tuple[object, object]]:
    """Return which ways run through what is neither their tail nor their head."""
    found = []
    stand = boxes(layout)
    ways: list[tuple[object, set[object], list[Curve]]] = []
    for key, head in layout.heads.items():
        curves = [*layout.ways.get(key, ()), head]
        ways.append((key, {key[0], key[1]}, curves))
    for link, curves in layout.links:
        ways.append(((link.source, link.target), {link.source, link.target}, curves))
    blocks = {i: block for block, (*_, members) in layout.blocks.items() for i in members}
    for name, own, curves in ways:
        own_blocks = {blocks[i] for i in own if i in blocks}
        points = [c.at(t / 12) for c in curves for t in range(13)]
        for key, box in stand.items():
            kind, what = key[0], key[1]  # type: ignore[index]
            if (kind == "pill" and what == name) or (kind == "node" and what in own):
                continue
            if kind == "block" and what in own_blocks:
                continue
            small = core(layout, key, box)
            if any(inside(p, small) for p in points):
                found.append((name, key))
    return found


@pytest.mark.parametrize("name", CASES)
def test_nothing_overlaps(name):
    layout = Columns(credit_of(CASES[name]()))
    stand = list(boxes(layout).values())
    for k, one in enumerate(stand):
        assert one[0] >= 0.0
        assert one[2] <= layout.width
        assert one[3] <= layout.height
        assert not any(overlap(one, other) for other in stand[:k])
    assert not through_strangers(layout)


def over_time(make, steps: int) -> Credit:
    case = make()
    x = [0.1 * k + 0.05 for k in range(steps)]
    return assign_credit(case.net, x, case.y, parameters=case.parameters)


def test_many_time_steps_are_left_out():
    layout = Columns(over_time(elman, 12))
    assert layout.notes[0][1] == "… 8 more steps"
    assert [heading for *_, heading in layout.steps] == ["t = 1", "t = 2", "t = 11", "t = 12"]
    assert sorted(layout.credit.nodes) == [0, 1, 2, 3, 4, 21, 22, 23, 24, 25, 26, 35, 36]
    assert layout.shows == "credit"
    assert not through_strangers(layout)
    left = [left for left, *_ in layout.steps]
    assert left == sorted(left)
    assert all(end < start for (_, end, _), (start, *_) in pairwise(layout.steps))
    text = over_time(elman, 12).draw().source
    assert "t = 11" in text
    assert "… 8 more steps" in text


@pytest.mark.parametrize("make", [elman, lstm, gru])
def test_time_steps_of_a_recurrence(make):
    c = over_time(make, 4)
    steps = time_steps(c)
    assert list(steps) == [1, 2, 3, 4][: len(steps)]
    kinds = [[c.nodes[i].does for i in nodes] for nodes in steps.values()]
    assert kinds[1] == kinds[2]  # each step is a repetition of the one before
    assert 0 not in {
        i for nodes in steps.values() for i in nodes
    }  # what reads the last one is none


@pytest.mark.parametrize("name", ["residual", "attention", "transformer", "dropout", "convolution"])
def test_what_does_not_come_again_is_no_time_step(name):
    assert time_steps(credit_of(CASES[name]())) == {}


def test_two_steps_have_headings_if_they_are_alike():
    layout = Columns(credit_of(lstm(steps=2)))
    assert [heading for *_, heading in layout.steps] == ["t = 1", "t = 2"]
    for make in (elman, lambda: elman("swapped")):  # the first step reads no state
        layout = Columns(over_time(make, 2))
        assert [heading for *_, heading in layout.steps] == ["t = 1", "t = 2"]
        assert layout.fold.steps == {1: [4, 3], 2: [2, 1]}
    a, b, x = Value(0.5, label="a"), Value(-0.2, label="b"), Value(0.7)
    twice = assign_credit(((a * x + b).tanh() * a + b) ** 2, parameters=[a, b])
    assert Columns(twice).steps == []


@pytest.mark.parametrize("start", [0.0, Value(0.5)])
@pytest.mark.parametrize("mixed", [True, False])
def test_two_steps_of_a_gru_have_headings(start, mixed):
    w = {f"{kind}{gate}": Value(0.3, label=f"{kind}{gate}") for gate in "zrn" for kind in "WUb"}
    v = w["v"] = Value(0.7, label="v")

    def gate(name, x, h):
        return ag.dot([w[f"W{name}"], w[f"U{name}"]], [x, h], w[f"b{name}"])

    def net(xs):
        h = start  # what is multiplied by a plain 0 is not drawn
        for x in xs:
            z, r = (gate(name, x, h).sigmoid() for name in "zr")
            n = gate("n", x, r * h).tanh()
            h = (1.0 - z) * n + z * h if mixed else h + z * (n - h)
        return v * h

    layout = Columns(assign_credit(net, [0.5, -1.0], 0.4, parameters=w))
    assert [heading for *_, heading in layout.steps] == ["t = 1", "t = 2"]


def test_numbers_of_vectors_stand_in_columns_where_a_page_is_too_narrow():
    layout = Columns(credit_of(CASES["transformer"]()))
    assert layout.width < 1200.0
    kinds = [kind for kind, _ in layout.lines(layout.credit.nodes[59])]
    assert kinds == ["z", "z", "delta", "delta"]
    assert not Columns(credit_of(CASES["attention"]())).stacked


def test_vectors_of_a_transformer_are_one_node_each():
    layout = Columns(credit_of(CASES["transformer"]()))
    fold = layout.fold
    assert ranged(fold.members[10]) == "10…13"
    assert [n.index for n in fold.members[0]] == [0, 1, 2]
    assert sum(map(len, fold.uses.values())) + len(fold.credit.edges) - len(fold.uses) == 84
    for key, uses in fold.uses.items():
        assert abs(fold.credit.edges[key].credit) == max(abs(edge.credit) for edge in uses)
    text = credit_of(CASES["transformer"]()).draw().source
    assert "10…13" in text
    assert "+0.44" in text  # the largest credit


def test_windows_of_a_convolution_are_one_node():
    k, v = [Value(0.1 * n, label=f"k{n}") for n in range(1, 4)], Value(0.5, label="v")

    def net(x):
        return v * ag.sum([ag.dot(k, x[n : n + 3]).tanh() for n in range(28)])

    layout = Columns(assign_credit(net, [0.1 * n for n in range(30)], 0.5, parameters=[*k, v]))
    assert [len(nodes) for nodes in layout.fold.members.values()] == [28, 30]
    pills = [layout.words.pill(edge)[0] for edge in layout.credit.edges.values()]
    assert pills == ["v = 0.50", "k  84 weights"]


def test_a_wide_residual_block_is_drawn_in_vectors():
    w = [[Value(0.1 * (i - j), label=f"W{i}{j}") for j in range(8)] for i in range(8)]
    v = [Value(0.1 * j, label=f"v{j}") for j in range(8)]

    def net(x):
        return ag.dot(v, [ag.dot(row, x).tanh() + xi for row, xi in zip(w, x)])

    layout = Columns(assign_credit(net, [0.1 * k for k in range(8)], 1.0, parameters=[*w, v]))
    assert [ranged(nodes) for nodes in layout.fold.members.values()] == ["9…16", "1…8", "17…24"]
    assert {key for key, uses in layout.fold.uses.items() if len(uses) == 64} == {(17, 9)}


def test_what_is_asked_about_is_not_folded():
    c = credit_of(CASES["transformer"]())
    path = list(c.edges)[-1]
    assert Columns(c, path=path).credit.edges.keys() == c.edges.keys()
    assert Columns(c, roomy=True).credit.edges.keys() == c.edges.keys()


def test_largest_credits_stand_free_where_there_are_no_pills():
    layout = Columns(over_time(lstm, 5))
    assert layout.shows == "pattern"
    graph = UnitGraph(layout, layout.credit.nodes.keys(), layout.credit.edges.keys(), largest=3)
    assert graph.canvas.source.count('class="pill of-') == 6


def test_of_few_edges_without_pills_most_credits_are_written_the_largest_among_them():
    c = credit_of(gru())
    layout = Columns(c)
    assert layout.shows == "pattern"
    text = c.draw().source
    ordered = sorted(c.edges.values(), key=lambda edge: -abs(edge.credit))
    written = [edge for edge in ordered if f'class="pill of-{edge.source}-{edge.target}"' in text]
    assert written[:3] == ordered[:3]
    assert len(written) >= 9


def test_errors_of_a_vector_take_the_colour_of_their_sign_however_small():
    case = CASES["transformer"]()

    def loss(prediction, target):
        return 0.01 * case.loss(prediction, target)

    text = credit_of(replace(case, loss=loss)).draw().source
    errors = re.findall(r'label="(?:δ )?([+−]\S+)" class="delta of-\d+" fontcolor="(\S+)"', text)
    assert sum("e−" in label for label, _ in errors) > 20
    assert {(label[0], colour) for label, colour in errors} == {("+", "#0067a5"), ("−", "#b84a00")}


def test_inputs_stand_where_they_are_read_and_time_goes_to_the_right():
    layout = Columns(credit_of(elman()))
    assert [len(layout.copies[i]) for i in (9, 10, 11, 12)] == [1, 1, 1, 1]
    places = [layout.units[i].x for i in (7, 5, 3, 1, 0)]
    assert places == sorted(places)
    assert [layout.units[i].x for i in (12, 11, 10, 9)] == sorted(
        layout.units[i].x for i in (9, 10, 11, 12)
    )


def test_every_credit_is_on_the_picture():
    c = credit_of(elman())
    text = c.draw().source
    for edge in c.edges.values():
        assert f"of-{edge.source}-{edge.target}" in text
        assert f"{edge.credit:+.2f}".replace("-", "−") in text
    assert "tanh" in text


def test_plain_zeros_are_not_drawn():
    c = credit_of(lstm())
    drawn = c.draw().source
    zeros = [
        e for e in c.edges.values() if e.source is not None and c.nodes[e.source].name == "0.00"
    ]
    assert zeros
    assert not any(f"of-{e.source}-{e.target}" in drawn for e in zeros)


def test_an_edge_from_a_plain_zero_is_drawn_when_it_is_asked_for():
    case = lstm()
    key = next(k for k, e in credit_of(case).edges.items() if k[0] is not None and e.z == 0.0)
    for batch in (False, True):
        x, y = ([case.x] * 2, [case.y] * 2) if batch else (case.x, case.y)
        c = assign_credit(case.net, x, y, batch=batch, parameters=case.parameters)
        assert f"of-{key[0]}-{key[1]}" in c.draw(path=key).source


@pytest.mark.parametrize("show", ["forward", "backward", "blank"])
def test_one_way_only(show):
    drawing = credit_of(lstm()).draw(show=show)
    assert ("____" in drawing.source) == (show == "blank")


@pytest.mark.parametrize("name", CASES)
def test_a_lit_path_and_the_player(name):
    c = credit_of(CASES[name]())
    key = list(c.edges)[-1]
    path = c.draw(path=key)
    assert f"Who is responsible for {c.edges[key].name}?" in path.title
    player = c.steps()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is too small for a page
        page = player.html()
    assert len(page.encode()) < 150_000
    assert page.count("<li>") == len(player.steps)
    assert player.steps[-1].chapter == "update"


def test_the_story_of_shared_weights_adds_up_their_uses():
    story = "\n".join(map(str, credit_of(elman()).steps().steps))
    assert "Weights that are used more than once: one credit each, the sum over the uses" in story
    assert re.search(r"∂L/∂Wx1 = [−+]\d.* = [−+]\d", story)
    assert "Forward: joint" not in story
    assert "Forward: joint 8" in "\n".join(map(str, credit_of(lstm()).steps().steps))


@given(graphs(special=True))
@settings(max_examples=40)
def test_drawing_never_fails(drawn: Drawn):
    c = assign_credit(drawn.loss, parameters=drawn.parameters, outputs=drawn.outputs)
    assert c.draw().source
    c.draw(path=next(iter(c.edges)))
    assert c.steps().steps
    if not c.layers:
        layout = Columns(c)
        stand = list(boxes(layout).values())
        assert not any(overlap(a, b) for k, a in enumerate(stand) for b in stand[:k])


@pytest.mark.slow
def test_a_talk_and_single_pictures_of_steps(tmp_path):
    player = credit_of(lstm()).steps()
    player.save(tmp_path / "talk.tex")
    assert r"\begin{document}" in (tmp_path / "talk.tex").read_text(encoding="utf-8")
    for k in (1, 20, len(player.steps)):
        assert player.draw(k).source


def test_what_is_too_large_for_a_picture_is_refused_before_any_work():
    w, y = Value(0.5, label="w"), Value(1.0, label="x")
    for _ in range(1000):
        y = (w * y).tanh()
    xs = [Value(0.01 * k, label=f"x{k}") for k in range(50)]
    ws = [[Value(0.1, label=f"w{j}_{k}") for k in range(50)] for j in range(101)]
    h = [ag.tanh(ag.dot(row, xs)) for row in ws]
    wide = Value(0.5, label="v") * ag.sum([*h, h[0] * h[1]])
    for root, weights, size in [(y, [w], "1,001 and 1,000"), (wide, [*chain(*ws)], "15. and 5,")]:
        credit = assign_credit(root, parameters=weights)
        for draw in (credit.draw, credit.steps):
            with pytest.raises(ValueError, match=f"up to 1,000 units and 5,000 edges; .* {size}"):
                draw()
        assert str(credit)
        assert str(credit.equations())


def test_places_are_the_nearest_in_order():
    assert isotonic([0.0, 0.0], [10.0, 10.0]) == [-5.0, 5.0]
    assert isotonic([0.0, 30.0], [10.0, 10.0]) == [0.0, 30.0]
    assert isotonic([5.0, 0.0, -5.0], [2.0, 2.0, 2.0]) == [-2.0, 0.0, 2.0]
