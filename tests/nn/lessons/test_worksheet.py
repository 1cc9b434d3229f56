"""Worksheets: friendly numbers, an answer key that the checker passes, pictures blank and filled."""

import copy
import json
import re
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings, strategies as st

from autograd import Value
from autograd.pictures.palette import colour
from nn import MLP, SGD, Adam, assign_credit, cross_entropy
from nn.activations import ACTIVATIONS
from nn.cli.entry import main
from nn.lessons.answers import read_working
from nn.lessons.marking import mark
from nn.lessons.marking.rules.any_network import problem_of
from nn.lessons.names import quantities
from nn.lessons.quantities import Quantity
from nn.lessons.worksheets import LEVELS, Worksheet, make_worksheet
from nn.lessons.worksheets.making import KINK
from nn.losses import LOSSES, TAKES_LOGITS, l2
from nn.notations import NOTATIONS
from nn.optim import Optimizer
from tests.nn.credit.networks import CASES

KNOWN = sorted(set(ACTIVATIONS) - {"step", "perceptron"})
LOSS = sorted(set(LOSSES) - {"cross_entropy", "hinge"})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 3), min_size=2, max_size=4), st.sampled_from(KNOWN),
       st.sampled_from(["linear", "sigmoid", "tanh"]), st.sampled_from([*LOSS, "hinge", "cross_entropy"]), st.booleans())  # fmt: skip
def test_its_own_key_is_always_right(seed, sizes, f, g, loss, bias):
    sizes = [*sizes[:-1], 3] if loss == "cross_entropy" else sizes
    if g == "sigmoid" and LOSSES[loss] in TAKES_LOGITS:
        with pytest.raises(ValueError, match=r"takes logits .* linear, not sigmoid"):
            make_worksheet(seed, sizes, f, 0.5, g, loss, bias)
        return
    sheet = make_worksheet(seed, sizes, f, 0.5, g, loss, bias)
    report = mark(sheet.rounded, sheet)
    assert {line.status for line in report.lines} <= {"right"}
    assert report.blank == []
    again = Worksheet.from_settings(json.loads(sheet.json()))
    assert again.key == sheet.key


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 3), min_size=2, max_size=4))
def test_the_key_passes_the_checker(tmp_path_factory, seed, sizes):
    path = tmp_path_factory.mktemp("sheet") / "key.md"
    sheet = make_worksheet(seed, sizes)
    path.write_text(sheet.key, encoding="utf-8")
    working = read_working(path)
    assert working.numbers.keys() == quantities(sheet.credit, sheet.lr).keys()
    assert quantities(working.credit, working.lr) == quantities(sheet.credit, sheet.lr)
    assert mark(working.numbers, working.credit, working.lr).first is None


def test_friendly_numbers():
    for seed in range(30):
        sheet = make_worksheet(seed, [3, 2, 1])
        for edge in sheet.credit.edges.values():
            assert edge.weight == round(edge.weight, 1)
            assert edge.weight != 0.0
        assert all(x != 0.0 and x * 2 == int(x * 2) for x in sheet.credit.x)
        assert sheet.credit.y * 2 == int(sheet.credit.y * 2)
        numbers = sheet.answers
        assert min(map(abs, numbers.values())) >= 0.001
        assert all(abs(abs(x) * 1e4 % 1.0 - 0.5) > 0.003 for x in numbers.values())


def test_no_unit_is_near_a_kink():
    for seed in range(20):
        sheet = make_worksheet(seed, [2, 2, 1], "relu", bias=True)
        sums = [x for name, x in sheet.answers.items() if name[0] == "a"]
        assert min(map(abs, sums)) >= KINK
        assert len({round(x, 4) for x in sums}) == len(sums)


@pytest.mark.parametrize("level", LEVELS)
def test_levels(level, tmp_path):
    sheet = make_worksheet(4, **LEVELS[level])
    page, paper = sheet.html(), sheet.latex()
    assert page.count("<tr>") == len(sheet.answers) + 1
    assert paper.count(r"\\ \hline") == len(sheet.answers) + 1
    assert sheet.rounded["L"] not in page + paper
    assert sheet.rounded["L"] in sheet.html(answered=True)
    assert sheet.rounded["L"] in sheet.latex(answered=True)
    assert "Write 4 digits" in sheet.problem


def test_of_a_network_of_ones_own(tmp_path):
    net = MLP.from_weights(
        [[[0.5, -0.3], [0.2, 0.4]], [[0.6, -0.2], [0.3, 0.5]]],
        [[0.1, 0.2], None],
        ["sigmoid"],
        "tanh",
    )
    sheet = Worksheet.of(assign_credit(net, [0.5, -1.0], 1, cross_entropy), lr=0.3, name="<b>&")
    for part in (
        "biases = [[0.1, 0.2], null]",
        "output_activation = tanh",
        "loss = cross_entropy",
        "`p0`",
        "`new b2`",
    ):
        assert part in sheet.problem
    assert "&lt;b&gt;&amp;" in sheet.html()
    assert r"<b>\&" in sheet.latex()
    report = mark(sheet.rounded, sheet)
    assert report.ok
    assert report.marks == pytest.approx(100.0)
    paths = sheet.save(tmp_path / "mine")
    assert Worksheet.load(tmp_path / "mine-key" / "key.json").key == sheet.key
    assert paths[0].name == "worksheet.md"
    with pytest.raises(ValueError, match="does not hold a worksheet"):
        Worksheet.load(paths[0])
    other = tmp_path / "class.json"
    other.write_text('{"Ann": {}}', encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold a worksheet: it has no '"):
        Worksheet.load(other)


def test_the_sheet_is_the_key_without_answers():
    sheet = make_worksheet(7)
    assert make_worksheet(7).problem == sheet.problem != make_worksheet(8).problem
    blank = re.sub(r"\| (-?[\d.]+) \|$", "|  |", sheet.key, flags=re.MULTILINE)
    for answer, question in (
        ("Answer key", "Worksheet"), ("filled.svg", "blank.svg"), ("| answer |", "| your answer |")
    ):  # fmt: skip
        blank = blank.replace(answer, question)
    assert blank == sheet.problem
    assert str(sheet) == sheet.problem


def test_pictures():
    sheet = make_worksheet(7)
    blank, filled = sheet.draw(blank=True).source, sheet.draw().source
    assert filled == sheet.credit.draw().source
    assert "= nan" not in blank
    assert blank.count("= ____") > len(sheet.credit.edges)
    assert "____" not in filled
    assert "> 0" not in blank, "nor does a colour tell"
    for shown in ("a₁ = ", "δ₁ = "):
        assert shown in filled
        assert f"{shown}____" in blank
    assert "w₄⇝₁ = 0.30" in blank or "= 0.30" in blank, "what is given stays"


@pytest.mark.parametrize("sizes", [(2, 2, 1), (3, 4, 2), (2, 8, 8, 1)], ids=str)
def test_blank_pictures_show_weights_and_no_credit(sizes):
    sheet = make_worksheet(7, sizes)
    drawing = sheet.draw(blank=True)
    svg = drawing.svg()
    assert re.search(r"\bnan\b", svg) is None
    assert "credit ____" not in svg
    if sizes == (3, 4, 2):  # one line in a pill
        for (i, j), edge in sheet.credit.edges.items():
            weight = f"{edge.weight:.2f}".replace("-", "−")
            assert re.findall(rf'class="weight of-{i}-{j}"[^>]*>(.*?)<', svg) == [weight]
    colours = set(re.findall(r'(?:fill|stroke)="(#......)"', svg))
    assert not colours & {colour(part) for part in ("plus", "minus", "odd")}


def test_command(tmp_path, capsys):
    folder = tmp_path / "sheets" / "seven"
    assert main(["worksheet", "--seed", "7", "--out", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("# Worksheet: who")
    assert {p.name for p in folder.iterdir()} == {
        *("worksheet.md", "worksheet.html", "worksheet.tex", "blank.svg"),
    }
    answers = folder.parent / "seven-key"
    assert {p.name for p in answers.iterdir()} == {"key.md", "key.json", "filled.svg"}
    assert main(["check", str(answers / "key.md")]) == 0
    assert "lines are right" in capsys.readouterr().out
    text = (folder / "worksheet.md").read_text(encoding="utf-8")
    filled = text.replace("| `a1` |  |", "| `a1` | -1.06 |")
    (folder / "worksheet.md").write_text(filled, encoding="utf-8")
    assert main(["check", str(folder / "worksheet.md")]) == 1
    assert "a1 = -1.06 is wrong: −1.0500 is right." in capsys.readouterr().out


def test_a_worksheet_filled_in_is_kept(tmp_path, capsys):
    words = ["worksheet", "--out", str(tmp_path)]
    path = tmp_path / "worksheet.md"
    assert main(words) == main(words) == 0, "a blank one is the same again"
    blank = path.read_text(encoding="utf-8")
    filled = blank.replace("| `a1` |  |", "| `a1` | 0.5 |")
    path.write_text(filled, encoding="utf-8")
    capsys.readouterr()
    for seed in ("0", "1"):
        assert main([*words, "--seed", seed]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert f"{path} is another worksheet" in captured.err
        assert "--overwrite" in captured.err
        assert path.read_text(encoding="utf-8") == filled
    assert main([*words, "--overwrite"]) == 0
    assert path.read_text(encoding="utf-8") == blank


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([2], "inputs and units"),
        ([], "inputs and units"),
        (2, "inputs and units"),
        ([2, 0, 1], "at least 1; got 0"),
        ([2.0, 1], "at least 1; got 2.0"),
        ([100_000, 1], "worked out by hand: 100,000 weights are too many"),
    ],
    ids=str,
)
def test_sizes_that_make_no_worksheet(sizes, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make_worksheet(0, sizes)


def test_seeds_that_are_none():
    with pytest.raises(TypeError, match=r"a seed is a whole number or a random\.Random, but 'a'"):
        make_worksheet("a")


@pytest.mark.parametrize("name", sorted(set(CASES) - {"transformer"}))
def test_of_any_network_that_credit_explains(name):
    case = CASES[name]()
    credit = assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)
    sheet = Worksheet.of(credit)
    for working in (sheet.rounded, sheet.key):  # by the names of the sheet, and read as a text
        report = mark(working, sheet)
        assert {line.status for line in report.lines} == {"right"}
        assert (report.blank, report.marks) == ([], pytest.approx(100.0))
    assert credit.layers or "\na" in sheet.problem
    errors = [n for n in sheet.rounded if n.startswith("δ") and abs(sheet.answers[n]) > 0.01]
    slip = mark(sheet.rounded | {errors[0]: f"{-sheet.answers[errors[0]]:.4f}"}, sheet)
    assert [line.name for line in slip.lines if not line.ok] == [errors[0]]
    assert "has the other sign of what follows" in slip.mistakes[0]


def _used():
    used = SGD(0.3, momentum=0.9)
    used.update([1.0] * 9, [0.1 * k for k in range(9)])
    return used


@pytest.mark.parametrize(
    "optimizer",
    [None, SGD(0.3, momentum=0.9), _used(), Adam(0.1), SGD(0.1, momentum=0.5, nesterov=True)],
    ids=repr,
)
@pytest.mark.parametrize("penalty", [None, l2(0.05)], ids=["", "l2"])
def test_steps_of_optimisers_and_penalties(optimizer, penalty, tmp_path):
    net = MLP.from_weights(
        [[[0.3, 0.2], [-0.1, 0.4]], [[0.5], [-0.3]]], [[0.1, -0.2], [0.2]], "tanh", "tanh"
    )
    credit = assign_credit(net, [0.5, -0.2], 1.0, penalty=penalty)
    sheet = Worksheet.of(credit, optimizer=optimizer)
    moved = copy.deepcopy(optimizer) or SGD(0.1)
    weights = credit.weights.values()
    new = moved.update([w.weight for w in weights], [w.credit for w in weights])
    assert [x for n, x in sheet.answers.items() if n.startswith("new ")] == pytest.approx(
        [dict(zip(credit.weights, new))[credit.edges[k].parameter] for k in credit.edges]
    )
    for working in (sheet.rounded, sheet.key):
        assert mark(working, sheet).marks == pytest.approx(100.0)
    # from one's own wrong gradient the new weight follows
    own = dict(sheet.rounded)
    own["∂L/∂w1>0"] = f"{sheet.answers['∂L/∂w1>0'] + 0.2:.4f}"
    problem = problem_of(credit, sheet.lr, optimizer)
    q = Quantity("new", (1, 0))
    g = float(own["∂L/∂w1>0"]) + problem.share(q)
    follows = problem.moved(q, g) if optimizer else problem.weight_of(q) - 0.1 * g
    report = mark(own | {"new w1>0": f"{follows:.4f}"}, sheet)
    status = {line.name: line.status for line in report.lines}
    assert status["∂L/∂w1>0"] == "wrong"
    assert status["new w1>0"] in ("follows", "right")
    assert ("penalty adds" in sheet.problem) == (penalty is not None)
    sheet.save(tmp_path / "sheet", key=tmp_path / "key")
    again = Worksheet.load(tmp_path / "key" / "key.json")
    assert (again.key, again.answers) == (sheet.key, sheet.answers)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([None, "recurrent", "convolution"]), st.sampled_from([None, "momentum", "nesterov", "adam"]),
       st.sampled_from([0.0, 0.05]), st.booleans(), st.sampled_from(KNOWN), st.sampled_from(["slides", "nielsen", "haykin"]))  # fmt: skip
def test_every_sheet_that_can_be_made_is_marked_by_its_key(
    seed, network, step, penalty, bias, f, notation
):
    sheet = make_worksheet(
        seed,
        activation=f,
        bias=bias,
        notation=notation,
        network=network,
        optimizer=step,
        penalty=penalty,
    )
    again = Worksheet.from_settings(json.loads(sheet.json()))
    assert (again.key, again.answers) == (sheet.key, sheet.answers)
    report = mark(sheet.key, again)
    assert {line.status for line in report.lines} == {"right"}
    assert report.blank == []


def _own_activation(a):
    return a.tanh() + 0.1 * a


def _own_loss(prediction, target):
    return 0.5 * (prediction - target) ** 2 + 0.01 * (prediction - target) ** 4


def _own():
    net = MLP(2, [2, 1], activation=_own_activation, bias=True, rng=1)
    return assign_credit(net, [0.5, -1.0], 0.3, _own_loss, penalty=lambda ps: 0.1 * ps[0].abs())


def _recorded():
    x, w = Value(0.5, label="x"), Value(0.3, label="w")
    return assign_credit(((w * x).tanh() - 1.0) ** 2)


def _explained(name, penalty=None):
    c = CASES[name]()
    return assign_credit(c.net, c.x, c.y, c.loss, parameters=c.parameters, penalty=penalty)


@pytest.mark.parametrize(
    "credit",
    [_own, _recorded, *(partial(_explained, name, p) for name in sorted(set(CASES) - {"transformer"}) for p in (None, l2(0.05)))],
    ids=lambda f: f.__name__ if hasattr(f, "__name__") else f"{f.args[0]}{'+l2' * (f.args[1] is not None)}",
)  # fmt: skip
def test_any_network_is_kept_in_its_key(credit):
    sheet = Worksheet.of(credit())
    again = Worksheet.from_settings(json.loads(sheet.json()))
    assert (again.key, again.answers) == (sheet.key, sheet.answers)
    assert mark(sheet.key, again).marks == pytest.approx(100.0)


@pytest.mark.parametrize("penalty", [None, l2(0.05)], ids=["", "l2"])
@pytest.mark.parametrize("name", [*sorted(set(CASES) - {"transformer"}), "layered"])
def test_a_key_has_the_numbers_of_the_time_of_recording(name, penalty):
    net = MLP(2, [2, 1], rng=1)
    make = partial(_explained, name, penalty)
    if name == "layered":
        make = partial(assign_credit, net, [0.5, -1.0], 0.2, penalty=penalty)
    credit = make()
    before = Worksheet.of(credit)
    key, data = before.key, before.json()
    late = make()
    recording = late.recording
    for v in (*recording.parameters, *(v for v, _ in recording.inputs)):
        v.data += 1.0
    after = Worksheet.of(late)
    assert (after.key, after.json(), late.x) == (key, data, credit.x)


class _Steps(Optimizer):
    def move(self, data, grads, lr):
        return [w - lr * (g > 0) for w, g in zip(data, grads)]


def test_what_no_file_holds():
    with pytest.raises(ValueError, match="_Steps is an optimiser of your own"):
        Worksheet.of(make_worksheet(1).credit, optimizer=_Steps(0.1)).json()
    with pytest.raises(ValueError, match="no operation is called 'system'"):
        Worksheet.from_settings({"lr": 0.1, "graph": {"weights": [], "inputs": [], "loss": "hinge", "net": "n", "target": 1.0,
                                 "graph": {"nodes": [["system", [0], ""]], "ends": [0], "leaves": []}}})  # fmt: skip


def test_a_sheet_that_its_lines_do_not_state_needs_its_key(tmp_path, capsys):
    for name, options in (
        ("a", {"network": "recurrent"}),
        ("b", {"optimizer": "adam"}),
        ("c", {"penalty": 0.1}),
    ):
        make_worksheet(3, **options).save(tmp_path / name, key=tmp_path / f"{name}-key")
        working = str(tmp_path / f"{name}-key" / "key.md")
        assert main(["check", working]) == 2
        assert "give its key.json" in capsys.readouterr().err
        assert (
            main(["check", working, "--problem", str(tmp_path / f"{name}-key" / "key.json")]) == 0
        )


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    "options",
    [{}, {"sizes": (3, 2, 2), "bias": True, "loss": "cross_entropy"}, {"network": "recurrent", "optimizer": "adam", "penalty": 0.05}],
    ids=["usual", "several outputs", "recurrent"],
)  # fmt: skip
def test_a_key_is_right_in_every_form_and_notation(notation, options):
    sheet = make_worksheet(5, notation=notation, name="=Ada $x_1$ عمر", **options)
    for text in (sheet.key, sheet.latex(answered=True), sheet.html(answered=True)):
        report = mark(text, sheet)
        assert {line.status for line in report.lines} == {"right"}
        assert (report.blank, report.remarks) == ([], ())
        assert report.marks == pytest.approx(100.0)


def test_papers_are_in_the_matrices_of_their_book():
    weights = [[[0.5, -0.3], [0.2, 0.4]], [[0.6], [0.3]]]
    credit = assign_credit(MLP.from_weights(weights, [[0.1, 0.2], None]), [0.5, -1.0], 1)
    paper = Worksheet.of(credit).latex()
    assert r"$w^{(1)} = \begin{pmatrix} 0.5 & -0.3 \\ 0.2 & 0.4 \end{pmatrix}$" in paper
    assert "has a row per input" in paper
    paper = Worksheet.of(credit.in_notation("bishop")).latex()
    assert r"$w^{(1)} = \begin{pmatrix} 0.5 & 0.2 \\ -0.3 & 0.4 \end{pmatrix}$" in paper
    assert r"$w^{(1)}_{0} = \begin{pmatrix} 0.1 \\ 0.2 \end{pmatrix}$" in paper
    assert "has a row per unit" in paper
    paper = make_worksheet(1, optimizer="adam").latex()
    assert r"\hat{m}" in paper
    assert r"\hat{s}" in paper


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_key_that_somebody_changed_is_a_worksheet_or_an_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("key") / "key.json"
    network = data.draw(st.sampled_from([None, "recurrent"]))
    key = json.loads(make_worksheet(3, network=network, optimizer="adam", penalty=0.1).json())
    place = key
    while isinstance(place, (dict, list)) and place:
        part = data.draw(
            st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))
        )
        inside, place = place, place[part]
        if data.draw(st.booleans()):
            break
    inside[part] = data.draw(
        st.sampled_from(
            [None, -1, 99, 1e308, "x", [], {}, [[]], True, "dot", {"number": 1}, [1, 2]]
        )
    )
    path.write_text(json.dumps(key), encoding="utf-8")
    with suppress(ValueError):
        assert Worksheet.load(path).key
