"""Pictures and players of unit graphs: nothing overlaps, nothing runs through what is not its own, drawing never fails."""

import re
import warnings

import pytest
from hypothesis import given, settings

from autograd.pictures.canvas import Curve, Point
from nn import assign_credit
from nn.credit import Credit
from nn.credit.pictures.columns import Columns
from nn.credit.pictures.placing import isotonic
from tests.nn.credit.networks import CASES, Case, elman, lstm
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


def test_a_talk_and_single_pictures_of_steps(tmp_path):
    player = credit_of(lstm()).steps()
    player.save(tmp_path / "talk.tex")
    assert r"\begin{document}" in (tmp_path / "talk.tex").read_text(encoding="utf-8")
    for k in (1, 20, len(player.steps)):
        assert player.draw(k).source


def test_places_are_the_nearest_in_order():
    assert isotonic([0.0, 0.0], [10.0, 10.0]) == [-5.0, 5.0]
    assert isotonic([0.0, 30.0], [10.0, 10.0]) == [0.0, 30.0]
    assert isotonic([5.0, 0.0, -5.0], [2.0, 2.0, 2.0]) == [-2.0, 0.0, 2.0]
