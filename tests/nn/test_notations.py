"""The notations of the books: complete, distinct, and the same numbers whatever the letters."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from nn import MLP, assign_credit, compare_notations
from nn.credit.telling.story import story
from nn.lessons.gallery import example
from nn.naming import edge_name, numbering
from nn.notations import NOTATIONS, Names

KEYS = list(NOTATIONS)
FULL = assign_credit(
    MLP.from_weights(
        [[[0.3, 0.2], [-0.1, 0.4]], [[0.5, 0.1], [-0.3, 0.2]]], [[0.1, -0.2], [0.2, 0.3]], "tanh", "sigmoid"
    ),
    [0.5, -0.2],
    [1.0, 0.0],
)  # fmt: skip


def every_name(names):
    """What a network's numbers are called, each with what it is."""
    layers = names.layers
    for layer in layers[1:]:
        for j in layer:
            yield from (("a", names.a(j)), ("z", names.z(j)), ("delta", names.delta(j)))
    for tails, heads in pairwise(layers):
        yield from (("weight", names.weight(i, j)) for j in heads for i in (*tails, None))
    yield from (("input", names.z(i)) for i in layers[0])
    yield from (("target", names.target(j)) for j in layers[-1])


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (2, 3, 2), (3, 2, 2, 2), (12, 11, 10)])
def test_no_two_numbers_have_one_name(key, sizes):
    layers = numbering(sizes)
    told = [name for _, name in every_name(Names(NOTATIONS[key], layers, layers[-1]))]
    assert all(told)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("field", ["a", "z", "delta", "weight", "bias", "loss", "rate", "update"])
def test_a_notation_that_leaves_a_name_out_is_refused(field):
    with pytest.raises(ValueError, match=f"leaves out {field}"):
        replace(NOTATIONS["bishop"], **{field: ""})


def test_without_more_the_names_are_those_of_the_slides():
    assert all(edge.name == edge_name(*key) for key, edge in FULL.edges.items())
    assert [node.name for node in FULL.nodes.values()] == ["ŷ₀", "ŷ₁", "z₂", "z₃", "x₂", "x₁"]
    assert FULL.edges[2, 0].delta_name == "δ₀"
    assert FULL.in_notation("slides") is FULL


@pytest.mark.parametrize("key", KEYS)
def test_the_numbers_of_every_line_are_its_result(key):
    credit = FULL.in_notation(key)
    for edge in credit.edges:
        for line in credit.derivation(*edge).steps:
            numbers = re.sub(r"\((−[\d.]+)\)", r"\1", line.numbers)
            found = eval(numbers.translate(str.maketrans("−·", "-*")))
            assert found == pytest.approx(line.value, abs=2e-4)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "slides"])
def test_no_letter_of_the_slides_is_left(key):
    """What is told in another notation has none of the slides' names that it does not have itself."""
    credit = FULL.in_notation(key)
    own = " ".join(name for _, name in every_name(credit.names))
    told = [
        str(credit.table()),
        credit.forward_table(),
        *map(str, story(credit)),
        credit.draw().source,
    ]
    told += [credit.derivation(*edge).latex for edge in credit.edges]
    told += [
        str(credit.matrices()),
        credit.draw(path=(5, 2)).source,
        *map(str, credit.steps().steps),
    ]
    forms = {"⇝": "⇝", "ŷ": "ŷ", "δ": "δ", "∂L": "∂L", "η": credit.names.rate, "L = ": "L = "}
    for letter, known in forms.items():
        if letter not in own and known == letter != credit.names.rate:
            assert letter not in "\n".join(told), letter


def test_mazur_in_his_own_letters_and_digits():
    credit = example("mazur").credit()
    said = {edge.name: round(edge.credit, 9) for edge in credit.edges.values()}
    assert (said["w₅"], said["w₁"]) == (0.082167041, 0.000438568)
    new = {edge.name: credit.updates(0.5)[key] for key, edge in credit.edges.items()}
    printed = [.149780716, .19956143, .24975114, .29950229, .35891648, .408666186, .511301270, .561370121]  # fmt: skip
    assert [new[f"w{c}"] for c in "₁₂₃₄₅₆₇₈"] == pytest.approx(printed, abs=5e-9)
    heads = credit.forward_table().headings
    assert heads == ("node", "output", "net", "out", "δ")
    assert ("h1", "out_h1", "0.377500", "0.593270", "+0.008771") in credit.forward_table().rows


def test_han_and_kamber_have_the_other_sign_and_add():
    e = example("han-kamber")
    credit = e.credit()
    rows = {row[0]: row for row in credit.forward_table().rows}
    assert [rows[k][4] for k in "654"] == ["+0.131169", "−0.006542", "−0.008725"]
    derivation = str(credit.derivation(1, 0))
    assert "Err₆ = (T₆−O₆)·sigmoid′(I₆) = (1.0000 − 0.4739)·0.2493 = +0.1312" in derivation
    assert "∂E/∂w₄₆ = −Err₆·O₄ = (−0.1312)·0.3318 = −0.0435" in derivation
    assert credit.nodes[0].delta == pytest.approx(-0.13116907821434451)  # ∂E/∂I, whatever is told
    updates = next(s for s in story(credit, e.lr) if s.title.startswith("The updates"))
    assert "w := w + l·Err·O,  l = 0.9" in str(updates)
    assert "w₄₆  −0.3000 + 0.9·0.0435    = −0.2608" in str(updates)


def test_a_notation_stays_after_a_step_and_in_a_batch():
    credit = example("mazur").credit()
    assert credit.after(0.5).names.notation.key == "mazur"
    batch = assign_credit(example("mazur").network(), [[0.05, 0.1]] * 2, [[0.01, 0.99]] * 2, batch=True, notation="ng")  # fmt: skip
    assert str(batch.derivation(5, 2)).count("dW^[1]₁₁") == 4
    assert "Σ dz·a" in str(batch)
    assert batch.after(0.1).examples[0].names.notation.key == "ng"


def test_any_network_is_told_in_any_notation():
    def skip(x):
        return (0.5 * x[0]).tanh() + x[0]

    credit = assign_credit(skip, [1.0, 0.2], 2.0, notation="nielsen")
    assert "a₀" in str(credit.forward_table())


def test_the_dictionary_of_two():
    told = compare_notations("nielsen", "ng")
    assert told.headings[1].strip() == "nielsen"
    rows = {row[0]: [cell.strip() for cell in row[1:]] for row in told.rows}
    assert rows["its output"] == ["a²₁", "a^[1]₁"]
    assert rows["gradient"] == ["∂C/∂w²₁₂ = δ²₁·x₂", "dW^[1]₁₂ = dz^[1]₁·x₂"]
    with pytest.raises(ValueError, match=r"no notation is called 'bischop'.*did you mean 'bishop'"):
        compare_notations("bischop", "ng")


def test_the_living_page_has_the_error_of_a_book_with_its_sign():
    page = example("worked").credit().in_notation("haykin").live().html()
    assert re.search(r"δ⁽²⁾₁ = <tspan data-n=\"-g\d+ 2\+\">−0.63</tspan>", page)
    assert re.search(r"−δ⁽¹⁾₁·x₁ = <tspan[^>]*>\+0.11</tspan>", page)
    assert "∂E/∂w⁽¹⁾₁₁" in page
    slides = example("worked").credit().live().html()
    assert (
        slides == example("worked").credit().in_notation("ng").in_notation("slides").live().html()
    )
