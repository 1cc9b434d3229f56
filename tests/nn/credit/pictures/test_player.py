"""The story and its page: the order of the steps, their numbers, and a page that is complete and safe."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from autograd import Value
from autograd.notation import shown
from autograd.pictures import display, render
from nn import MLP, assign_credit
from nn.credit.credit import Credit
from nn.credit.telling.story import Step, story
from tests.worked import worked


def network(inputs: int, *units: int) -> Credit:
    """A network with biases, and credits of every size."""
    net = MLP(inputs, list(units), bias=True, rng=0)
    x = [((7 * k) % 13 - 6) / 6.5 for k in range(inputs)]
    return assign_credit(net, x, 0.5 if units[-1] == 1 else [0.5] * units[-1])


def places(runs: str) -> list[int]:
    """The numbers of "0-3 7", as the script reads them."""
    found: list[int] = []
    for run in runs.split():
        first, *last = map(int, run.split("-"))
        found += range(first, (last or [first])[0] + 1)
    return found


def data(page: str) -> dict[str, Any]:
    (found,) = re.findall(r"^const data = (.*);$", page, re.MULTILINE)
    loaded: dict[str, Any] = json.loads(found)
    return loaded


# ---------------------------------------------------------------- the story


def test_the_order_is_that_of_the_slides() -> None:
    assert [step.title for step in story(worked())] == [
        "The network: 3-2-1 tanh network",
        "Forward: unit 1",
        "Forward: unit 2",
        "Forward: unit 0",
        "The error",
        "The error at the output: δ₀",
        "Credit of w₁⇝₀",
        "Credit of w₂⇝₀",
        "The error at unit 1: δ₁",
        "Credit of w₅⇝₁",
        "Credit of w₄⇝₁",
        "Credit of w₃⇝₁",
        "The error at unit 2: δ₂",
        "Credit of w₅⇝₂",
        "Credit of w₄⇝₂",
        "Credit of w₃⇝₂",
        "The updates: every weight goes against its credit",
        "Forward again: the loss is smaller",
    ]


def by_title(start: str, steps: list[Step]) -> Step:
    return next(step for step in steps if step.title.startswith(start))


def test_weights_and_biases_are_counted() -> None:
    assert story(worked())[0].symbols.startswith("8 weights; L")
    assert story(network(30, 34, 1))[0].symbols.startswith("1,089 weights and biases; L")


def test_each_step_has_its_formula_in_symbols_and_in_numbers() -> None:
    steps = story(worked(), lr=0.1)
    forward = by_title("Forward: unit 1", steps)
    assert forward.symbols == "a₁ = w₅⇝₁·z₅ + w₄⇝₁·z₄ + w₃⇝₁·z₃,  z₁ = tanh(a₁)"
    assert forward.numbers.endswith("= 1.1900,  z₁ = tanh(1.1900) = 0.8306")
    edge = by_title("Credit of w₅⇝₁", steps)
    assert edge.symbols == "∂L/∂w₅⇝₁ = δ₁·z₅"
    assert edge.numbers == "∂L/∂w₅⇝₁ = +0.1363 ·    0.8000 = +0.1091"
    updates = by_title("The updates", steps).numbers
    assert "0.8000 − 0.1·0.1091    =  0.7891" in updates
    assert by_title("Forward again", steps).numbers == "ŷ = 0.7477: L = 0.1500, before 0.1971"


def test_an_edges_credit_is_not_known_before_its_step() -> None:
    credit = worked()
    steps = story(credit)
    for key, edge in credit.edges.items():
        at = steps.index(by_title(f"Credit of {edge.name}", steps))
        assert ("credit", key) not in steps[at - 1].known
        assert ("credit", key) in steps[at].known
        assert steps[at].path == key
        assert ("delta", key[1]) in steps[at - 1].known
    assert not [fact for fact in steps[-1].known if fact[0] in ("credit", "delta")]


def test_numbers_line_up_in_a_terminal() -> None:
    lines = [str(step).splitlines() for step in story(worked()) if step.title.startswith("Credit")]
    for mark in (" · ", " = "):
        assert len({numbers.rindex(mark) for _, _, numbers in lines}) == 1
    assert lines[0] == [
        "  7  Credit of w₁⇝₀",
        "     ∂L/∂w₁⇝₀ = δ₀·z₁",
        "     ∂L/∂w₁⇝₀ = +0.6279 ·    0.8306 = +0.5215",
    ]


def test_negative_factors_stand_in_brackets() -> None:
    said = by_title("Credit of w₄⇝₁", story(worked())).numbers
    assert said == "∂L/∂w₄⇝₁ = +0.1363 · (−1.0000) = −0.1363"


def test_a_loss_that_grows_is_said_to() -> None:
    steps = story(worked(), lr=50.0)
    assert steps[-1].title == "Forward again: the loss is not smaller: η may be too large"


def test_in_larger_networks_the_edges_into_a_unit_share_a_step() -> None:
    credit = network(4, 8, 8, 2)
    steps = story(credit)
    assert len(steps) < 70
    shared = by_title("Credit of the 9 edges into unit 0", steps)
    assert len(shared.numbers.splitlines()) == 9
    assert shown(credit.edges[None, 0].credit, 4, sign=True) in shared.numbers


def test_in_large_networks_layers_have_steps() -> None:
    credit = network(10, 32, 32, 3)
    steps = story(credit)
    assert [step.title for step in steps[1:-2]] == [
        "Forward: units 35 to 66",
        "Forward: units 3 to 34",
        "Forward: units 0 to 2",
        "The error",
        "The error at the output: δ₀ to δ₂",
        "Credit of the 99 edges into units 0 to 2",
        "The error at units 3 to 34: δ₃ to δ₃₄",
        "Credit of the 1,056 edges into units 3 to 34",
        "The error at units 35 to 66: δ₃₅ to δ₆₆",
        "Credit of the 352 edges into units 35 to 66",
    ]
    for fact in ("z", "delta"):
        assert {i for told, i in steps[-3].known if told == fact} == set(range(67))
    assert {i for told, i in steps[-3].known if told == "credit"} == set(credit.edges)
    errors = by_title("The error at units 3 to 34", steps)
    delta = credit.nodes[3].delta
    assert delta is not None
    assert errors.numbers.startswith(f"δ₃ = {shown(delta, 4, sign=True)}\n")
    assert errors.numbers.endswith("\n… and 8 more")
    assert errors.edges == {(i, j) for i in range(3, 35) for j in range(3)}


def test_layers_that_are_not_drawn_share_a_step() -> None:
    credit = network(2, *[2] * 30, 1)
    titles = [step.title for step in story(credit) if step.title.startswith("Forward: units")]
    assert titles[3:6] == [
        "Forward: units 53 to 54",
        "Forward: units 9 to 52",
        "Forward: units 7 to 8",
    ]


# ---------------------------------------------------------------- the page


def test_the_page_is_complete_in_itself() -> None:
    page = worked().steps(lr=0.1).html()
    loaded = r"(src|href)=|url\(|@import|fetch\(|https?:"
    assert not re.search(loaded, page.replace("http://www.w3.org/2000/svg", ""))
    assert not re.search(r"@[A-Z]+@", page)


@pytest.mark.parametrize(
    "sizes",
    [
        (3, 2, 1), (4, 4, 2), (6, 5, 6, 5), (2, 16, 16, 1), (3, 9, 21, 4), (4, 8, 8, 2), (10, 32, 32, 3), (20, 40, 20, 2),
        (1, *[1] * 37), (2, *[2] * 6), (1, *[1] * 9), (3, *[5] * 9), (2, *[4] * 60, 1), (784, 32, 10), (2000, 1), (1, 600, 1), (2, 3000),
    ],
    ids=lambda sizes: "-".join(map(str, sizes))[:20],
)  # fmt: skip
def test_the_page_is_small_however_large_the_network(sizes: tuple[int, ...]) -> None:
    player = network(*sizes).steps()
    page = player.html()
    assert len(page.encode()) < 150_000
    # the script knows every part
    found = data(page)
    owners = found["owners"]
    assert set(re.findall(r'class="[a-z]+ of-([^" ]+)"', page)) == set(owners)
    assert page.count("<li>") == len(player.steps) == len(found["steps"])


def test_a_network_without_weights_has_a_page() -> None:
    c = assign_credit(lambda x: x[0].tanh(), [0.3], 0.2)
    page = c.steps().html()
    titles = [step.title for step in c.steps().steps]
    assert titles[-2:] == [
        "The updates: every weight goes against its credit",
        "Forward again: the loss is the same",
    ]
    assert all(title in page for title in titles)


def test_what_goes_through_a_network_unchanged_is_told() -> None:
    w, b = Value(0.4, label="w"), Value(0.1, label="b")
    c = assign_credit(lambda x: [w * x[0], x[1], b], [0.3, 0.5], [0.1, 0.2, 0.3], parameters=[w, b])
    assert "ŷ₀ = 0.1200, ŷ₂ = 0.5000, ŷ₁ = 0.1000" in str(c.steps())
    assert all((c.steps().html(), c.draw().source))


def test_without_scripts_the_whole_story_can_be_read() -> None:
    credit = worked()
    page = credit.steps(lr=0.1).html()
    listed = page[page.index("<ol>") : page.index("</ol>")]
    for step in story(credit, lr=0.1):
        assert html.escape(step.title) in listed
        assert html.escape(step.numbers) in listed
    assert page.index("<svg") < page.index("<ol>")


def test_the_story_of_the_page_is_the_story_of_the_terminal_and_stands_once() -> None:
    credit = worked()
    page = credit.steps(lr=0.1).html()
    found = re.findall(
        r"<li><strong>(.*?)</strong><span>(.*?)</span><span>(.*?)</span></li>", page, re.DOTALL
    )
    steps = story(credit, lr=0.1)
    assert [tuple(map(html.unescape, lines)) for lines in found] == [
        (step.title, step.symbols, step.numbers) for step in steps
    ]
    for step in steps[1:]:
        assert page.count(html.escape(step.numbers)) == 1


def test_the_script_knows_what_is_lit_and_what_is_known() -> None:
    found = data(worked().steps(lr=0.1).html())
    owners = found["owners"]
    place = {name: k for k, name in enumerate(owners)}
    step = found["steps"][9]  # credit of 5-1
    lit = [owners[k] for k in places(step["lit"])]
    assert sorted(lit) == ["0", "1", "1-0", "5", "5-1"]
    assert step["path"] == place["5-1"]
    assert found["known"][place["5-1"]] == 9
    assert found["known"][place["0"]] == 3
    assert found["known"][place["5"]] == 0  # an input, from the start
    assert found["errors"][place["1"]] == 8
    assert "lit" not in found["steps"][0]  # all is
    assert [k for k, step in enumerate(found["steps"]) if step.get("stage")] == [16, 17]


def test_after_the_update_the_picture_has_the_new_numbers() -> None:
    found = data(worked().steps(lr=0.1).html())
    place = {name: str(k) for k, name in enumerate(found["owners"])}
    assert found["after"]["weight"][place["5-1"]] == "0.79"
    assert found["after"]["z"][place["0"]] == "0.75"
    assert place["5"] not in found["after"]["z"]
    # where the picture has no room for weights, there are none to change
    assert data(network(4, 8, 8, 2).steps().html())["after"]["weight"] == {}


def test_a_pill_with_room_for_one_line_says_the_weight_until_the_credit_is_known() -> None:
    credit = network(4, 5, 3, 1)
    page = credit.steps().html()
    for edge in credit.edges.values():
        name = f"{'b' if edge.source is None else edge.source}-{edge.target}"
        said = re.findall(rf'<text class="(weight|credit) of-{name}".*?>(.*?)</text>', page)
        assert said == [("weight", shown(edge.weight)), ("credit", shown(edge.credit, sign=True))]
    assert 'data-room="credit"' in page
    assert "\n[data-room=credit] .weight { display: none; }" in page, "on paper, too"
    found = data(page)
    for key, edge in credit.after().edges.items():
        place = found["owners"].index(f"{'b' if key[0] is None else key[0]}-{key[1]}")
        assert found["after"]["weight"][str(place)] == shown(edge.weight)


def test_a_name_cannot_become_markup() -> None:
    def hostile(v: Value) -> Value:
        return v.tanh()

    hostile.__name__ = "</script><script>alert(1)</script><b>@TITLE@ {x|y} \\N &lt;"
    net = MLP.from_weights([[[0.5]], [[0.7]]], activation=hostile)
    page = assign_credit(net, [1.0], 0.2).steps().html()
    assert "<script>alert" not in page
    assert page.count("<script>") == page.count("</script>") == 1
    assert "@TITLE@" in page  # as typed, not replaced
    assert html.escape(hostile.__name__) in page


def test_a_page_is_saved_whole_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    player = worked().steps(lr=0.1)
    player.save(tmp_path / "steps.html")
    assert (tmp_path / "steps.html").read_text(encoding="utf-8") == player.html()

    def failing(*_: object, **__: object) -> bytes:
        raise render.RenderError("broken")

    monkeypatch.setattr(render, "render", failing)
    with pytest.raises(RuntimeError, match="broken"):
        player.save(tmp_path / "steps.html")
    assert (tmp_path / "steps.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert len(list(tmp_path.iterdir())) == 1


def test_jupyter_shows_it_in_a_sandbox_and_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    player = worked().steps(lr=0.1)
    shown = player._repr_mimebundle_()
    assert '<iframe class="' in shown["text/html"]
    assert (
        'sandbox="allow-scripts" title="Credit assignment, 3-2-1 tanh network"'
        in shown["text/html"]
    )
    # on paper, and where frames and styles are taken out, the picture and the story
    paper = shown["text/html"].split("</iframe>")[1]
    assert '<img alt="Credit assignment' in paper
    assert "Credit of w₅⇝₁" in paper
    assert shown["image/svg+xml"].startswith("<svg")
    monkeypatch.setattr(display, "_paper", True)
    latex = player._repr_mimebundle_()["text/latex"]
    assert latex.index(r"\end{tikzpicture}") < latex.index(r"Credit of $w_{5 \leadsto 1}$")
    monkeypatch.setattr(render, "_embedded", lambda: None)
    monkeypatch.setenv("PATH", "")
    shown = player._repr_mimebundle_()
    assert set(shown) == {"text/plain"}
    assert "Credit of w₅⇝₁" in shown["text/plain"]
    assert "pip install graphviz-pure" in shown["text/plain"]
    assert repr(player) == "<Player: 18 steps of 3-2-1 tanh network>"


def test_a_player_is_saved_as_what_its_name_says(tmp_path: Path) -> None:
    for name in ("steps.pdf", "steps", "steps.png"):
        with pytest.raises(
            ValueError, match=r"a player is saved as \.html or \.tex, but '.*' was given"
        ):
            worked().steps().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_script_knows_what_the_error_carries_back() -> None:
    credit = worked()
    found = data(credit.steps(lr=0.1).html())
    owners = found["owners"]
    name = {owners[int(place)]: look for place, look in found["back"].items()}
    assert name == {
        "1-0": ["δ₀·w₁⇝₀ = +0.44", "plus", 5.8],
        "2-0": ["δ₀·w₂⇝₀ = −0.31", "minus", 4.5],
    }
    back = {
        step.title: {owners[k] for k in places(state.get("back", ""))}
        for step, state in zip(story(credit), found["steps"])
    }
    assert back["The error at unit 1: δ₁"] == back["Credit of w₅⇝₁"] == {"1-0"}
    assert back["Credit of w₁⇝₀"] == back["Forward: unit 1"] == set()


def test_chapters_begin_where_the_story_does() -> None:
    credit = worked()
    page = credit.steps(lr=0.1).html()
    found = re.findall(r'<button data-step="(\d+)">(\w+)</button>', page)
    steps = story(credit)
    assert [name for _, name in found] == ["network", "forward", "error", "back", "update"]
    assert [steps[int(k)].title for k, _ in found] == [
        "The network: 3-2-1 tanh network",
        "Forward: unit 1",
        "The error",
        "Credit of w₁⇝₀",
        "The updates: every weight goes against its credit",
    ]
    assert [step.chapter for step in steps] == sorted(
        (step.chapter for step in steps), key=[name for _, name in found].index
    )


def test_a_loss_that_stays_is_said_to() -> None:
    assert story(worked(), lr=0.0)[-1].title == "Forward again: the loss is the same"
