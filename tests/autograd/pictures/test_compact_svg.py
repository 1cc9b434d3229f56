"""The same SVG in fewer bytes: nothing is lost but letters."""

import re
from xml.etree import ElementTree

import pytest

from autograd import Value, draw
from autograd.pictures import render
from autograd.pictures.compact_svg import SVG, compact
from tests.worked import worked


def shorter(body: str) -> str:
    root = ElementTree.fromstring(f'<svg xmlns="{SVG[1:-1]}">{body}</svg>')
    compact(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r"ns0:|\n", "", text[text.index(">") + 1 : text.rindex("<")])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("M0.00,0.00C1.00,1.00 2.00,2.00 3.00,3.00", "M0,0L3,3"),
        ("M0.00,-0.04C1.00,1.00 2.00,2.00 3.00,0.00", "M0,0C1,1 2,2 3,0"),
        ("M-10.04,5.06C-9.00,9.00 -8.00,9.00 -7.00,5.00", "M-10,5.1C-9,9-8,9-7,5"),
        # a side of a rounded box, its corner, and a side of no length
        (
            "M9.00,0.00C9.00,0.00 2.00,0.00 2.00,0.00 1.00,0.00 0.00,1.00 0.00,2.00 0.00,2.00 0.00,2.00 0.00,2.00",
            "M9,0L2,0C1,0 0,1 0,2",
        ),
        # beyond its end and back is no straight line
        ("M0.00,0.00C9.00,0.00 2.00,0.00 3.00,0.00", "M0,0C9,0 2,0 3,0"),
    ],
)  # fmt: skip
def test_paths(path: str, expected: str) -> None:
    assert shorter(f'<path stroke="red" d="{path}"/>') == f'<path stroke="red" d="{expected}" />'


def test_curves_drawn_alike_are_joined_and_others_are_not() -> None:
    a, b = "M0,0C1,1 2,1 3,0", "M5,0C6,1 7,1 8,0"
    path = '<path stroke="{}" d="{}"/>'
    assert shorter(f'<g class="x">{path.format("red", a)}{path.format("red", b)}</g>') == (
        f'<path class="x" stroke="red" d="{a}{b}" />'
    )
    both = shorter(f'<g class="x">{path.format("red", a)}{path.format("blue", b)}</g>')
    assert both.count("<path") == 2
    assert both.startswith('<g class="x">')


def test_the_shaft_of_an_arrow_that_is_only_a_head_goes() -> None:
    shaft, head = '<path d="M1,1C1,1 1,1 1,1"/>', '<polygon points="1,1 2,2 3,1"/>'
    assert (
        shorter(f'<g class="x">{shaft}{head}</g>') == '<polygon class="x" points="1,1 2,2 3,1" />'
    )


def test_a_tooltip_stays_with_its_part() -> None:
    part = '<ellipse cx="1.00" cy="2.25"/>'
    assert shorter(f'<g class="x"><title>told</title>{part}</g>') == (
        '<ellipse class="x" cx="1" cy="2.2"><title>told</title></ellipse>'
    )


def test_what_all_say_is_said_once_unless_one_says_nothing() -> None:
    said, silent = '<path fill="none" d="M0,0C1,1 2,1 3,0"/>', '<path d="M0,0C1,1 2,1 3,0"/>'
    assert "fill" not in shorter(said + said)
    assert 'fill="none"' in shorter(said + silent)


def test_every_text_tooltip_and_place_of_a_picture_is_kept() -> None:
    for drawing in (
        draw((Value(2.0, label="a") * Value(-3.0, label="b")).tanh(), credit=True),
        worked().draw(),
    ):
        drawn = ElementTree.fromstring(render.render(drawing.source, pinned=drawing.pinned))
        short = ElementTree.fromstring(drawing.svg())

        def texts(root: ElementTree.Element) -> list[tuple[str, float, float]]:
            return [
                ("".join(text.itertext()), round(float(text.get("x", "0")), 1), round(float(text.get("y", "0")), 1))
                for text in root.iter(f"{SVG}text")
            ]  # fmt: skip

        def places(root: ElementTree.Element) -> set[tuple[float, ...]]:
            """The rounded ends of every curve."""
            ends = set()
            for path in root.iter(f"{SVG}path"):
                for part in re.split("(?=M)", path.get("d", ""))[1:]:
                    numbers = [round(float(n), 1) for n in re.findall(r"-?\d+(?:\.\d+)?", part)]
                    ends.add((*numbers[:2], *numbers[-2:]))
            return {end for end in ends if end[:2] != end[2:]}

        assert texts(short) == texts(drawn)
        assert places(short) == places(drawn)
        assert len(ElementTree.tostring(short)) < 0.8 * len(ElementTree.tostring(drawn))
