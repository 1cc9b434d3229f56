"""The reader: thirty workings in as many people's styles; what is printed is read back; what is doubtful is said."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from nn import MLP, assign_credit, half_squared_error
from nn.cli.entry import main
from nn.credit.telling.story import story
from nn.lessons.answers import read_working
from nn.lessons.gallery import example
from nn.lessons.marking import mark
from nn.lessons.quantities import Quantity, right_numbers
from nn.lessons.reading import read
from nn.lessons.worksheets import make_worksheet
from nn.notations import NOTATIONS

FOLDER = Path(__file__).parents[2] / "data" / "workings"
WORKINGS = sorted(path.name.removesuffix(".json") for path in FOLDER.glob("*.*.json"))
KINDS = {
    "a": "a",
    "z": "z",
    "d": "delta",
    "gw": "gradient",
    "gb": "gradient",
    "nw": "new",
    "nb": "new",
}
WORKED = example("worked").credit()


def problem(key):
    """The example that a working answers, in the letters of the slides: its own are to be recognised."""
    e = example("insper" if key == "insper_half" else key)
    loss = half_squared_error if key == "insper_half" else e.loss
    e = replace(e, notation="slides", loss=loss)
    return e.credit(), e.lr


def quantity(name, credit):
    """What a1.2 (layer 1, unit 2) or gw2.1.3 (layer 2, from 1, to 3) means."""
    kind, places = re.fullmatch(r"([a-zL]+)([\d.]*)", name).groups()
    if kind == "L":
        return Quantity("loss")
    layer, *units = map(int, places.split("."))
    heads = credit.layers[layer]
    of = heads[units[-1] - 1]
    if kind in ("gw", "nw"):
        of = credit.layers[layer - 1][units[0] - 1], of
    if kind in ("gb", "nb"):
        of = None, of
    return Quantity(KINDS[kind], of)


@pytest.mark.parametrize("name", WORKINGS)
def test_what_stands_in_a_working_is_read(name):
    told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    credit, lr = problem(told["example"])
    reading = read((FOLDER / name).read_bytes(), credit, lr=lr)
    assert {q: w.value for q, w in reading.numbers.items()} == {
        quantity(key, credit): pytest.approx(x, rel=1e-12) for key, x in told["read"].items()
    }
    if any(q.kind == "delta" for q in reading.numbers):
        assert (reading.error_sign < 0) == (told["delta_sign"] == "-")
    same = [setting.same for setting in reading.restated]
    assert same.count(False) == told.get("different", 0)
    assert len(reading.unread) >= told.get("unread_least", 0)


RELATIONS = [" = ", "=", ": ", " := ", " ≈ ", " -> ", " is ", " ＝ ", " ... ", " ", " ergibt sich zu ", " vaut ", " == ", " ~ "]  # fmt: skip
SEPARATORS = ["\n", " / ", " | ", "; ", ", ", " and ", "\t", " & ", " // ", "、", " ; ", " und ", "   ", "\n\n", " — ", " # ", ". "]  # fmt: skip
ARABIC = {ord(str(d)): chr(0x660 + d) for d in range(10)} | {ord("."): "٫"}
WRITTEN = [
    lambda x: f"{x:.4f}", lambda x: f"{x:.4f}".replace(".", ","), lambda x: f"{x:.4f}".replace("-", "−"),
    lambda x: f"{x:.3e}", lambda x: f"{x:+.4f}", lambda x: f"{x:.4f}".replace("0.", "."), lambda x: f"{x:.4f}".translate(ARABIC),
    lambda x: f"**{x:.4f}**", lambda x: f"{100 * x:.2f} %", lambda x: f"`{x:.4f}`", lambda x: f"${x:.4f}$",
    lambda x: f"{x:.4f} ✓", lambda x: f"\\mathbf{{{x:.4f}}}", lambda x: f"{x:.4f} (rounded)", lambda x: f'"{x:.4f}"',
    lambda x: f"{x * 1e4:.0f}·10⁻⁴",
]  # fmt: skip
NAMED = {
    "a": ("a{0}", "a_{0}", "a[{0}]", "a_{{{0}}}"), "z": ("z{0}", "z_{0}", "z[{0}]", "z_{{{0}}}"), "loss": ("L", "loss", "E"),
    "ŷ": ("ŷ", "y_hat", "yhat", r"\hat{{y}}"), "delta": ("δ{0}", "delta{0}", "delta_{0}", r"\delta_{{{0}}}"),
    "gradient": ("dL/dw{0}>{1}", "∂L/∂w_{{{0}{1}}}", "grad w{0}->{1}", "dw{0}{1}"),
    "new": ("new w{0}>{1}", "w_{{{0}{1}}} neu", "w{0}→{1}_new", "w{0}{1}'"),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_between_names_and_numbers(data):
    right = right_numbers(WORKED, 0.1)
    asked = data.draw(st.lists(st.sampled_from(list(right)), min_size=2, max_size=12, unique=True))
    relation, separator, written, k = (
        data.draw(st.sampled_from(choices))
        for choices in (RELATIONS, SEPARATORS, WRITTEN, range(12))
    )
    said = []
    for q in asked:
        names = NAMED["ŷ" if (q.kind, q.of) == ("z", 0) else q.kind]
        name = names[k % len(names)].format(*(q.of if isinstance(q.of, tuple) else [q.of]))
        said.append(f"{name}{relation}{written(right[q])}")
    reading = read(separator.join(said), WORKED, "slides")
    assert reading.numbers.keys() == set(asked)
    assert all(abs(w.value - right[q]) <= 0.51 * w.unit for q, w in reading.numbers.items())


def printed(names, q):
    """What a quantity is called in a notation."""
    if q.kind == "loss":
        return names.loss
    if q.kind == "p":
        return f"p{q.of}"
    if q.kind in ("a", "z", "delta"):
        return getattr(names, q.kind)(q.of)
    weight = names.weight(*q.of)
    return names.gradient(weight) if q.kind == "gradient" else names.new(weight)


NETWORK = st.lists(st.integers(1, 4), min_size=2, max_size=4)


@settings(max_examples=30, deadline=None)
@given(NETWORK, st.sampled_from(list(NOTATIONS)), st.booleans(), st.booleans(), st.integers(0, 99))
def test_what_is_printed_in_a_notation_is_read_back(sizes, key, bias, told, seed):
    net = MLP(sizes[0], sizes[1:], activation="tanh", bias=bias, rng=seed)
    y = 0.4 if sizes[-1] == 1 else [0.4 + k for k in range(sizes[-1])]
    credit = assign_credit(net, [0.3 + 0.2 * k for k in range(sizes[0])], y)
    names = credit.in_notation(key).names
    numbers = {
        q: (names.sign if q.kind == "delta" else 1.0) * x
        for q, x in right_numbers(credit, 0.1).items()
    }
    text = "\n".join(f"{printed(names, q)} = {x:.7f}" for q, x in numbers.items())
    reading = read(text, credit, key if told else None)
    assert {q: w.value for q, w in reading.numbers.items()} == pytest.approx(
        {q: round(x, 7) for q, x in numbers.items()}
    )
    assert reading.unread == ()
    assert reading.error_sign == names.sign


@pytest.mark.parametrize("key", list(NOTATIONS))
def test_tables_derivations_and_stories_are_read_back(key):
    credit, lr = problem("insper")
    right = right_numbers(credit, lr)
    own = credit.in_notation(key)
    derivations = "\n".join(str(own.derivation(*edge)) for edge in own.edges)
    forms = {
        "table": str(own.table(lr)),
        "markdown": own.table(lr).markdown,
        "story": "\n".join(map(str, story(own, lr))),
        "derivations": derivations,
        "latex": "\n".join(own.derivation(*edge).latex for edge in own.edges),
    }
    for form, text in forms.items():
        reading = read(text, credit, key, lr)
        # before and after the update L and ŷ have two numbers each
        wanted = {
            "table": 18,
            "markdown": 18,
            "story": len(right) - 11,
            "derivations": 12,
            "latex": 12,
        }
        assert len(reading.numbers) == wanted[form], (form, reading)
        for q, w in reading.numbers.items():
            sign = own.names.sign if q.kind == "delta" else 1.0
            assert abs(sign * w.value - right[q]) <= w.half * 1.001, (form, q, w)


def test_mazurs_names_are_none_of_them_wrong():
    credit, lr = problem("mazur")
    right = right_numbers(credit, lr)
    names = (
        "h1 = .59327\nout_h2 = .596884\nnet_h1 = .3775\no1 = .751365\nE_total = .298371\ndE/dw5 = .082167\nδo1 = .138499\n"
        "w1 = .149781\nw8 = .561370\nŷ1 = .751365\nŷ2 = .772928\nb1 = 0.60"
    )
    for notation in (None, "mazur"):
        reading = read(names, credit, notation, lr)
        assert reading.notation == "mazur"
        assert len(reading.numbers) == 10
        assert all(abs(w.value - right[q]) <= w.half for q, w in reading.numbers.items())
        assert ["b1" in str(unread) for unread in reading.unread] == [True]


def test_the_letters_exchanged_are_recognised():
    reading = read("z1 = 1.1900\nz2 = -0.5400\na1 = 0.8306\na2 = -0.4930\nδ1 = 0.1363", WORKED)
    assert reading.numbers[Quantity("a", 1)].value == 1.19
    assert reading.numbers[Quantity("z", 2)].value == -0.493
    reading = read("z1 = 1.1900\na1 = 0.8306", WORKED, "slides")  # but not if it is said
    assert reading.numbers[Quantity("a", 1)].value == 0.8306


def test_the_other_sign_of_the_error_is_recognised():
    reading = read("δ0 = -0.6279\nδ1 = -0.1363\nδ2 = 0.2376\nnew w1->0 = 0.6478", WORKED)
    assert (reading.notation, reading.error_sign) == ("slides", -1.0)
    assert reading.numbers[Quantity("delta", 1)].value == -0.1363


def test_answers_never_set_the_problem():
    text = "weights = [[[0.0], [0.0], [0.0]]]\nactivation = relu\ny = 0.8279\nlr = 0.5\na1 = 1.19\na2 = -0.54\nz1 = 0\nloss = 0.1971\n| y | 0.8279 |\n|---|---|"
    reading = read(text, WORKED)
    assert {q.kind for q in reading.numbers} == {"a", "z", "loss"}
    assert [r.same for r in reading.restated] == [False] * 5
    kept = "activation = tanh\nx = [0.8, -1, 0.5]\ny = 0.2\nw5->1 = 0.8\nη = 0.1\nweights = [[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]]"
    assert [r.same for r in read(kept, WORKED).restated] == [True] * 6


@pytest.mark.parametrize(
    "name", ["dL_dw31", "dL_dw_31", "dLdw31", "dLoss_dw31", "dE_dw31", "∂L_∂w31"]
)
def test_gradients_have_the_names_of_programs(name):
    reading = read(f"{name} = 0.0682\ndL_da1 = 0.1363", WORKED)
    assert reading.numbers.keys() == {Quantity("gradient", (3, 1)), Quantity("delta", 1)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a1 = 1.1 or 1.2", "two numbers"),
        ("a1 = 0.8 - 0.9", "two numbers"),
        ("a1 = 0.64 + 0.55", "a calculation, not in its result"),
        ("a1 = tanh(1.19)+3*q", "does not end in a number"),
        ("a1 = 1.19\nz1 = 2.0\na1 = 1.29", "a1 has two numbers"),
        ("ŷ = [0.1, 0.2, 0.3]", "is 1×3 here, but 1×1"),
        ("a7 = 1.19", "names no number of this network"),
        ("f'(a1) = 0.3101", "names no number of this network"),
        ("tanh(a1) = 0.8306", "names no number of this network"),
        ("2*a1 = 2.38", "names no number of this network"),
        ("Δw1->0 = 0.0522", "is not asked for"),
    ],
)
def test_what_cannot_be_read_is_said_and_never_marked(text, why):
    reading = read(text, WORKED)
    assert any(why in str(unread) for unread in reading.unread), reading
    assert Quantity("a", 1) not in reading.numbers


def test_numbers_that_stand_twice_are_told_in_their_order():
    names = [f"{letter}{j}" for letter in "azδ" for j in (1, 2)]
    reading = read("\n".join(f"{name} = {x}" for x in ("0.25", "0.35") for name in names), WORKED)
    assert [unread.why for unread in reading.unread] == [
        f"{name} has two numbers" for name in names
    ]


def test_an_ambiguous_name_is_not_marked():
    credit = assign_credit(MLP(2, [2, 2], rng=1), [0.5, 1.0], [0.0, 1.0])
    reading = read("w^(1)_12 = 5.0000\na1 = 7.0000", credit, "bishop")
    assert [q.kind for q in reading.numbers] == ["new"]
    assert "is not a number" in reading.unread[0].why


def test_prose_does_not_stop_a_sheet():
    text = "Name: Anna\nSheet 3, 12.11.2026\nSo the error is\nδ0 = 2*0.3139 = 0.6279 (rounded).\nI like it!\n\n- y_hat: 0.8279"
    reading = read(text, WORKED)
    assert [w.value for w in reading.numbers.values()] == [0.6279, 0.8279]
    assert reading.unread == ()


def test_a_notation_must_be_known():
    with pytest.raises(ValueError, match="no notation is called"):
        read("a1 = 1", WORKED, "knuth")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aδzŷwL01.9,=:-|_^{}()[] \n\t%;#≈⇝", max_size=80))
def test_nothing_that_people_type_breaks_the_reader(text):
    read(text, WORKED)


@pytest.mark.parametrize("key", list(NOTATIONS))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sizes": (2, 3, 2), "bias": True, "activation": "sigmoid", "output_activation": "sigmoid"},
        {"sizes": (3, 3, 2), "bias": True, "loss": "cross_entropy"},
    ],
    ids=["usual", "biased", "classes"],
)
def test_a_worksheet_in_any_notation_is_right_by_its_own_key(key, options, tmp_path):
    sheet = make_worksheet(3, notation=key, **options)
    path = tmp_path / "key.md"
    path.write_text(sheet.key, encoding="utf-8")
    stated = read_working(path)
    assert stated.credit.names.notation.key == key
    for report in (
        mark(sheet.key, sheet),
        mark(sheet.latex(True), sheet),
        mark(path, stated.credit, stated.lr),
    ):
        assert report.ok
        assert report.marks == pytest.approx(100.0)
        assert report.remarks == ()
    if key != "slides":
        assert "δ₀" not in sheet.problem


def test_a_working_is_marked_in_its_own_letters():
    credit, lr = problem("insper_half")
    report = mark("v1(1) = 0.27\no1 = 0.3672\nδ1(2) = 0.5474\nδ1(1) = 0.3547", credit, lr)
    assert [line.name for line in report.lines] == ["v⁽¹⁾₁", "o₁", "δ⁽²⁾₁", "δ⁽¹⁾₁"]
    assert [line.status for line in report.lines] == ["right", "right", "right", "wrong"]
    assert report.lines[3].right == pytest.approx(0.2547, abs=1e-4)
    assert any("letters of haykin" in remark for remark in report.remarks)


def test_the_status_of_check(tmp_path, capsys):
    sheet = make_worksheet(5)
    key, mine = tmp_path / "key.md", tmp_path / "mine.txt"
    key.write_text(sheet.key, encoding="utf-8")
    numbers = [f"{name} = {x:.4f}" for name, x in sheet.answers.items()]
    first = numbers[0]

    def status(lines, *words):
        mine.write_text("\n".join(lines), encoding="utf-8")
        return main(["check", str(mine), *words])

    asked = "--problem", str(key)
    assert status(numbers, *asked) == 0
    assert status(numbers, "--seed", "5") == 0
    assert status(numbers[1:], *asked) == 2
    assert status(numbers[1:], *asked, "--allow-blanks") == 0
    assert status([*numbers[1:], f"{first} or 0.3"], *asked, "--allow-blanks") == 2
    assert status([*numbers[1:], "a1 = 7.1234"], *asked) == 1
    # its own problem is not the teacher's: with all weights 0 all answers are 0
    zeros = [
        "weights = [[[0, 0], [0, 0]], [[0], [0]]]",
        "x = [1, 1]",
        "y = 0",
        "a1 = 0.0000",
        "z1 = 0.0000",
    ]
    assert status(zeros, "--allow-blanks") == 0
    assert "states itself" in capsys.readouterr().out
    assert status(zeros, *asked, "--allow-blanks") == 1
    assert "Another problem?" in capsys.readouterr().out
    assert status(numbers, "--notation", "nielsen", *asked) == 2


def test_a_json_matrix_may_have_blanks_and_words():
    sheet = make_worksheet(7)
    marking = mark('{"W1": [[1.0, null], ["a lot", NaN]]}', sheet)
    assert [line.status for line in marking.lines if line.given] == ["wrong", "unread", "unread"]
    for why in ("'a lot' is not a number", "'nan' is not a number"):
        assert why in str(marking)


def test_a_list_without_a_name_is_said_to_be_one():
    with pytest.raises(ValueError, match="nothing to mark: a list without a name is not a matrix"):
        mark("[[1, 2]]", make_worksheet(7))
