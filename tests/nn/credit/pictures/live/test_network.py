"""The living page of a network, as far as no browser is needed: what is in it, how large it is, what it refuses."""

import re
from typing import Any

import pytest

from autograd import Value
from autograd.pictures.live.javascript import script
from nn import MLP, assign_credit, losses
from nn.credit.pictures.live.network import live_network
from nn.credit.pictures.live.taped import Taped
from tests.worked import worked


def page_of(*sizes: int, **options: Any) -> str:
    net = MLP(sizes[0], list(sizes[1:]), rng=0, **options)
    y = 0.5 if sizes[-1] == 1 else [0.5] * sizes[-1]
    return assign_credit(net, [0.5] * sizes[0], y).live().html()


def test_the_worked_page_is_small_and_complete_in_itself() -> None:
    page = worked().live().html()
    assert len(page.encode()) <= 60_000
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=|@import|url\(|https?:(?!//www.w3.org)""", page)
    assert "⣿" not in page
    script = page[page.index('"use strict"') : page.index("</script>")]
    code = re.sub("const data = .*", "", script)  # rows and all, but no data
    assert len(code.encode()) <= 16 * 1024


def test_pictures_of_all_sizes_stay_below_the_limit() -> None:
    for sizes in ((2, 2, 1), (4, 8, 8, 2), (2, 16, 16, 1), (1, 1), (2, *[4] * 12, 1)):
        assert len(page_of(*sizes).encode()) <= 150_000, sizes


def test_a_network_that_has_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match=r"about 1,500 weights; this network has 13,503"):
        page_of(30, 100, 100, 3)


def test_without_scripts_the_table_and_the_story_have_the_numbers() -> None:
    page = worked().live().html()
    assert "w₅⇝₁   0.800000  +0.136315   0.800000  +0.109052" in page
    story = page[page.index('<ol id="story">') : page.index("</ol>")]
    assert story.count("<li") == 16
    assert "+0.1363</b>" in story
    assert ">0.80</tspan>" in page


def test_nothing_is_said_that_would_not_follow() -> None:
    """Every number with decimals, but those of the table without scripts, is one that the script renews."""
    net = MLP(3, [3, 2], rng=1)
    for loss, y in (
        (losses.cross_entropy, 1),
        (losses.binary_cross_entropy_with_logits, [0.5, 1.0]),
    ):
        page = assign_credit(net, [0.5, 0.25, -1.0], y, loss=loss).live().html()
        body = page[page.index("<main>") : page.index("<script>")]
        for mark in (
            "<pre>.*?</pre>",
            r"<b data-n.*?</b>",
            r"<tspan data-n.*?</tspan>",
            "<svg.*?<g [^>]*>",
        ):
            body = re.sub(mark, "", body, flags=re.DOTALL)
        text = re.sub("<[^>]*>", " ", body)
        assert not re.search(r"\d\.\d\d", text.replace("0.05", "")), text


def test_a_loss_that_needs_its_target_as_it_is() -> None:
    def whole(prediction: Value, target: int) -> Value:
        return prediction * [0.5, 2.0][target]  # an index

    net = MLP(2, [2, 1], rng=0)
    credit = assign_credit(net, [1.0, 2.0], 1, loss=whole)
    assert Taped(credit).targets == {}
    page = credit.live().html()
    assert '"target"' in page
    other = assign_credit(net, [1.0, 2.0], 0, loss=whole)
    with pytest.raises(ValueError, match="example 2 has another target than the first"):
        live_network([credit, other]).html()


def test_an_activation_that_branches_is_refused() -> None:
    def kinked(a: Value) -> Value:
        return a if a > 0 else 0.1 * a

    credit = assign_credit(MLP(2, [2, 1], activation=kinked, rng=0), [1.0, 2.0], 0.5)
    with pytest.raises(TypeError, match="where"):
        credit.live()


@pytest.mark.parametrize("lr", [-0.1, float("nan"), "fast"])
def test_a_rate_that_is_none(lr: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="learning rate"):
        worked().live(lr)


def test_a_batch_has_a_strip_of_examples() -> None:
    net = MLP(2, [2, 1], rng=0)
    batch = assign_credit(net, [[0.1, 0.2], [0.3, -0.4]], [1.0, -1.0], batch=True)
    page = batch.live().html()
    assert '"example 2"' in page
    assert 'id="whole"' in page
    assert 'id="whole"' not in worked().live().html()


def test_the_same_page_every_time() -> None:
    assert worked().live().html() == worked().live().html()


def test_scripts_name_each_operation_once() -> None:
    text = script(Taped(worked()).tape.operations)
    assert text.count('"dot:3:3"') == text.count('"tanh"') == 1
