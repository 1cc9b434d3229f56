"""The checker: right workings pass, rounding is told from mistakes, and the usual mistakes are recognised."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from nn import MLP, assign_credit, half_squared_error, squared_error
from nn.cli.entry import main
from nn.lessons.answers import read_working
from nn.lessons.examples import PRINTED
from nn.lessons.gallery import example
from nn.lessons.marking import check_working
from nn.lessons.mistakes import MISTAKES, worked
from nn.lessons.names import canonical, quantities

WORKED = example("worked").credit()
# every usual mistake shows in this one: biases, tanh throughout, an error that is neither 0 nor 1
FULL = assign_credit(
    MLP.from_weights(
        [[[0.3, 0.2], [-0.1, 0.4]], [[0.5], [-0.3]]], [[0.1, -0.2], [0.2]], "tanh", "tanh"
    ),
    [0.5, -0.2],
    1.0,
)


def written(numbers, decimals=6):
    return {name: f"{x:.{decimals}f}" for name, x in numbers.items()}


def printed(key):
    """The printed numbers of an example of the gallery, as somebody's working."""
    e = example(key)
    known = quantities(e.credit(), e.lr)
    numbers = {}
    for line in e.printed.strip().splitlines():
        _, number, quantity = PRINTED.match(line).groups()
        if quantity.startswith("-"):
            number, quantity = str(-Decimal(number)), quantity[1:]
        if quantity in known:
            numbers[quantity] = number
    return numbers, e


@pytest.mark.parametrize("decimals", [1, 2, 4, 8, 16])
def test_right_workings_pass(decimals):
    for credit in (WORKED, FULL):
        marking = check_working(written(quantities(credit, 0.1), decimals), credit)
        assert marking.ok
        assert marking.first is None
        assert (marking.mistake, marking.rounding) == ("", None)


def test_without_a_mistake_it_is_worked_as_the_engine_does():
    for credit in (WORKED, FULL):
        assert worked(credit, 0.1) == pytest.approx(quantities(credit, 0.1), rel=1e-12)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m.text for m in MISTAKES])
@pytest.mark.parametrize("decimals", [4, 9])
def test_every_usual_mistake_is_recognised(mistake, decimals):
    marking = check_working(written(worked(FULL, 0.1, mistake), decimals), FULL)
    assert not marking.ok
    assert marking.mistake == mistake.text
    right = quantities(FULL, 0.1)
    slipped = worked(FULL, 0.1, mistake)
    differ = [name for name in right if round(right[name] - slipped[name], decimals - 1)]
    assert marking.first.name == differ[0]
    assert marking.first.difference == pytest.approx(
        slipped[differ[0]] - right[differ[0]], abs=10.0**-decimals
    )
    assert mistake.text in str(marking)


def test_updated_weights_as_published():
    numbers, e = printed("macleod")
    assert len(numbers) == 8
    assert "weights after their update" in check_working(numbers, e.credit(), e.lr).mistake


def test_raw_error_as_published():
    numbers, e = printed("nnwj")
    marking = check_working(numbers, e.credit(), e.lr)
    assert "without the weight and the slope of the output" in marking.mistake
    assert "the first that does not follow from those before it is new w3>1" in marking.verdict


def test_rounding_as_published():
    numbers, e = printed("han-kamber")
    marking = check_working(numbers, e.credit(), e.lr)
    assert marking.ok
    assert marking.first.name == "δ0"
    assert marking.rounding == 3
    assert "Only rounding on the way" in marking.verdict


@pytest.mark.parametrize("key", ["mazur", "negnevitsky", "insper"])
def test_published_workings_that_are_right(key):
    numbers, e = printed(key)
    assert len(numbers) > 10
    assert check_working(numbers, e.credit(), e.lr).first is None


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6))
def test_rounding_on_the_way_is_no_mistake(digits):
    given_so_far: dict[str, float] = {}
    for name in quantities(FULL, 0.1):  # each number from those before it, as written
        given_so_far[name] = round(worked(FULL, 0.1, given=given_so_far)[name], digits)
    marking = check_working(written(given_so_far, digits), FULL)
    assert marking.ok
    assert marking.mistake == ""


def test_a_slip_is_found_where_it_happens():
    numbers = worked(WORKED, 0.1, given={"a2": -0.45}) | {"a2": -0.45}
    marking = check_working(written(numbers), WORKED)
    assert marking.first.name == "a2"
    assert marking.first.difference == pytest.approx(0.09)
    assert marking.mistake == ""
    assert "The first difference is a2: -0.450000 was given, −0.54000000 is right." in str(marking)


def test_any_subset_and_any_way_of_writing():
    marking = check_working(
        {"delta_1": "0.1363", "yhat": ".828", "dL/dw_{3->1}": "0.068", "w₁⇝₀": "0.6478"}, WORKED
    )
    assert [line.name for line in marking.lines] == ["ŷ", "δ1", "∂L/∂w3>1", "new w1>0"]
    assert marking.first is None
    for name in ("a₁", "a_1", "net1", "$a_{1}$"):
        assert canonical(name, WORKED) == "a1"
    for name in ("dw31", "grad w3>1", "∂L/∂w₃⇝₁", "∂L/∂w⁽¹⁾₃₁", "dL/dw3->1"):
        assert canonical(name, WORKED) == "∂L/∂w3>1"
    for name in ("new w31", "w3>1'", "w31 new", "w⁽¹⁾₃₁"):
        assert canonical(name, WORKED) == "new w3>1"
    assert canonical("z0", WORKED) == canonical("ŷ₀", WORKED) == canonical("y_hat", WORKED) == "ŷ"
    assert canonical("db1", FULL) == "∂L/∂b1"
    several = assign_credit(MLP(1, [2], rng=0), [1.0], [0.0, 1.0])
    assert canonical("z1", several) == canonical("yhat1", several) == "ŷ1"


def test_names_that_mean_nothing_are_told_beside_the_marks():
    marking = check_working({"a1": "1.19", "q": "1", "z9": "x"}, WORKED)
    assert [line.name for line in marking.lines] == ["a1"]
    verdict, q, z9, missing = str(marking).splitlines()[-4:]
    assert verdict == "What was marked is right to the digits given."
    assert missing.endswith(" not worked out yet.")
    assert q.startswith("Not marked: 'q' is no number of this network; known are a1, z1")
    assert z9.startswith("Not marked: 'z9' is")


@pytest.mark.parametrize("answer", ["minus zero", "≈ 0.35", "7/20", "0.35 (a)", "1,234.5", "-"])
def test_an_answer_that_cannot_be_read_is_told_beside_the_marks(tmp_path, answer):
    path = tmp_path / "mine.md"
    path.write_text(
        f"| number | your answer |\n|---|:-:|\n| `a1` | 1,1900 |\n| z1 | **0.83** |\n| a2 | {answer} |\n| z2 |  |\n",
        encoding="utf-8",
    )
    marking = check_working(read_working(path).numbers, WORKED)
    assert [line.given for line in marking.lines] == ["1.1900", "0.83"]
    assert marking.first is None
    left = len(quantities(WORKED, 0.1)) - 3
    assert str(marking).splitlines()[-3:] == [
        "What was marked is right to the digits given.",
        f"Not marked: a2 = {answer}: that is no number",
        f"{left} of {left + 3} not worked out yet.",
    ]


@pytest.mark.parametrize(
    ("working", "message"),
    [
        ({}, "nothing to check"),
        ({"q": "1"}, "'q' is no number of this network; known are a1, z1"),
        ({"z9": "1"}, "'z9' is no number"),
        ({"b1": "1"}, "'b1' is no number"),
        ({"a1": "one"}, "a1 = one: that is no number"),
        ({"a1": "nan"}, "that is no number"),
        ({"a1": "1", "a₁": "1"}, "'a1' and 'a₁' both mean a1$"),
        (
            {"new w3>1": "1", "w31": "1"},
            "'new w3>1' and 'w31' both mean new w3>1: a weight without",
        ),
    ],
    ids=str,
)
def test_workings_that_are_refused(working, message):
    with pytest.raises(ValueError, match=message):
        check_working(working, WORKED)


# ---------------------------------------------------------------- files


def test_lines(tmp_path, capsys):
    path = tmp_path / "mine.txt"
    path.write_text("# my working\nlr = 0.1\n\na1 = 1.19\nz1 = 0.83  # tanh\nδ1 = 0.4395\n")
    working = read_working(path)
    assert working.numbers == {"a1": "1.19", "z1": "0.83", "δ1": "0.4395"}
    assert main(["check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "The first difference is δ1: 0.4395 was given, 0.136315 is right." in out
    assert "the slope f′(a) of the activation is left out of the hidden δ" in out


def test_json(tmp_path):
    path = tmp_path / "mine.json"
    content = {
        "weights": [[[0.5]], [[2.0]]],
        "biases": [[0.1], None],
        "activation": "sigmoid",
        "x": [1.0],
        "y": [0.0],
        "loss": "squared_error",
        "lr": 1,
        "working": {"a1": 0.6, "δ0": 2.58},
    }
    path.write_text(json.dumps(content))
    working = read_working(path)
    assert working.numbers == {"a1": "0.6", "δ0": "2.58"}
    assert working.lr == 1.0
    assert working.credit.loss_function is squared_error
    assert working.credit.y == 0.0
    assert check_working(working.numbers, working.credit, working.lr).first is None


def test_markdown(tmp_path):
    path = tmp_path / "mine.md"
    path.write_text(
        "# δ = ŷ − y\n\n```\nx = [0.8, -1.0, 0.5]\n```\n| number | answer |\n|---|---|\n| `a1` | 1.19 |\n| z1 | |\n"
    )
    assert read_working(path).numbers == {"a1": "1.19"}
    assert read_working(path).credit.loss == WORKED.loss
    assert read_working(path).credit.loss_function is half_squared_error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a1 1.19\n", "line 1: a line is name = number, but 'a1 1.19' is there"),
        ("a1 = 1\na1 = 2\n", "line 2: a1 is given twice"),
        ("weights = [[[1.0]]\n", "line 1: .* is neither a name nor JSON"),
        ("weights = [[[1.0]]]\n", "the example is missing: give x"),
        ("weights = [[[1.0]]]\nx = [1, 2]\ny = 0\n", "1 input expected, got 2"),
        ("loss = l1\na1 = 1\n", "no loss is called 'l1'|neither a name"),
        ("lr = fast\n", "lr is a number, but 'fast' was given"),
        ('{"working": 3}', "the numbers stand by name"),
        ('{"working": {"a1": [1]}}', "a1: .* is no number"),
        ('{"working": {}, "wieghts": []}', "'wieghts' is not known"),
        ('{"working": {', "mine.txt: "),
        (b"\xff\xfe", "is no text"),
    ],
    ids=range(12),
)
def test_files_that_are_refused(tmp_path, capsys, text, message):
    path = tmp_path / "mine.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        read_working(path)
    assert main(["check", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("backprop: error: ")
    assert error.count("\n") == 1
