"""The story as single pictures and as a talk: each step shows what is known by then, in the same places."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autograd.pictures.formats.shapes import Words, picture
from nn import MLP, assign_credit, cross_entropy
from nn.credit.pictures.frames import Frames
from tests.tex import without_repetitions
from tests.worked import worked

PLAYER = worked().steps(lr=0.1)


def texts(step: int) -> dict[str, list[str]]:
    """Return what the picture of a step says, by kind and owner."""
    found: dict[str, list[str]] = {}
    for part in picture(PLAYER.draw(step).svg()).parts:
        if isinstance(part, Words) and part.classes:
            found.setdefault(" ".join(part.classes), []).append(part.text)
    return found


def number(title: str) -> int:
    return next(step.index for step in PLAYER.steps if step.title == title)


def test_a_step_shows_what_is_known_by_then() -> None:
    network = texts(1)
    assert not any(name.startswith(("a ", "z ", "delta ", "credit ")) for name in network)
    assert network["weight of-3-1"] == ["w₃⇝₁ = 0.50"]
    forward = texts(number("Forward: unit 1"))
    assert forward["z of-1"] == ["z₁ = 0.83"]
    assert "z of-2" not in forward
    credit = texts(number("Credit of w₅⇝₁"))
    assert credit["credit of-5-1"] == ["δ₁·z₅ = +0.11"]
    assert credit["credit of-1-0"] == ["δ₀·w₁⇝₀ = +0.44"]  # what comes back
    assert "credit of-4-1" not in credit
    assert "delta of-2" not in credit
    updates = texts(number("The updates: every weight goes against its credit"))
    assert updates["weight of-1-0"] == ["w₁⇝₀ = 0.65"]
    assert updates["z of-0"] == ["ŷ = a₀ = 0.83"]
    again = texts(len(PLAYER.steps))
    assert again["z of-0"] == ["ŷ = a₀ = 0.75"]
    assert "delta of-0" not in again


def test_nothing_moves_from_step_to_step() -> None:
    places = set()
    for step in range(1, len(PLAYER.steps) + 1):
        drawn = picture(PLAYER.draw(step).svg())
        units = [
            (part.classes, part.x, part.y)
            for part in drawn.parts
            if isinstance(part, Words) and part.classes[:1] == ("unit",)
        ]
        places.add((drawn.width, drawn.height, tuple(units)))
    assert len(places) == 1


def test_a_step_that_is_not_there() -> None:
    for step in (0, 19, True, "3"):
        with pytest.raises(ValueError, match=r"the story has the steps 1 to 18; got "):
            PLAYER.draw(step)  # type: ignore[arg-type]


def test_text_on_a_slide_can_be_read() -> None:
    frames = Frames(PLAYER.credit, PLAYER.steps, PLAYER.after, slide=True)
    assert frames.layout.shows == "full"
    sizes = [
        part.size
        for part in picture(frames.drawing(PLAYER.steps[9]).svg()).parts
        if isinstance(part, Words) and part.classes[:1] in (("weight",), ("credit",), ("z",))
    ]
    assert min(sizes) * 417.0 / frames.layout.width >= 8.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "credit"),
    [
        ("pdflatex", worked()),
        ("lualatex", assign_credit(MLP(2, [2, 2], "relu", rng=0), [1.0, -2.0], 1, cross_entropy)),
        # the loss and activation of the 3-2-1 network, units of two digits, and too many weights for pills
        ("pdflatex", assign_credit(MLP(6, [5, 1], rng=1), [0.5] * 6, 1.0)),
    ],
    ids=["3-2-1", "2-2-2", "6-5-1"],
)
def test_a_talk_has_a_page_for_each_step(tmp_path: Path, credit, engine: str) -> None:
    if not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    story = credit.steps()
    story.save(tmp_path / "talk.tex")
    if len(story.steps) > 18:  # one talk is typeset whole
        talk = (tmp_path / "talk.tex").read_text()
        (tmp_path / "talk.tex").write_text(without_repetitions(talk, set()))
    done = subprocess.run(
        [engine, "-interaction=nonstopmode", "-halt-on-error", "talk.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    complaints = re.findall(r"^.*(?:Warning|Overfull|Missing character).*$", done.stdout, re.M)
    # the outline of a document is there from the second run on
    assert [line for line in complaints if "rerunfilecheck" not in line] == []
    assert f"({len(story.steps)} pages" in done.stdout
