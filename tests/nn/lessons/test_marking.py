"""The marker: right workings earn all, what follows is told from what is wrong, and mistakes are recognised."""

import json
import math
import random
import re
from decimal import Decimal

import pytest

import autograd as ag
from autograd import Value
from nn import (
    MLP,
    assign_credit,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    mean_absolute_error,
    squared_error,
)
from nn.cli.entry import main
from nn.lessons.answers import read_working
from nn.lessons.examples import PRINTED
from nn.lessons.gallery import example
from nn.lessons.marking import Scheme, mark, marked
from nn.lessons.marking.diagnosis import Diagnosis
from nn.lessons.marking.judging import judge
from nn.lessons.marking.rules.any_network import hand_of, problem_of
from nn.lessons.marking.rules.hand import FROM_Z, Hand
from nn.lessons.marking.rules.intervals import at
from nn.lessons.marking.rules.mistakes import mistakes_in
from nn.lessons.marking.rules.problem import Problem
from nn.lessons.names import called, quantities
from nn.lessons.quantities import Quantity, Reading
from nn.lessons.reading import read
from nn.optim import Adam
from tests.marking_evaluation import right_workings, without_knowing, wrong_workings
from tests.marking_shared_weights import make_shared

WORKED = example("worked").credit()
# most mistakes show in this one: biases, tanh throughout, an error that is neither 0 nor 1
FULL = assign_credit(
    MLP.from_weights(
        [[[0.3, 0.2], [-0.1, 0.4]], [[0.5], [-0.3]]], [[0.1, -0.2], [0.2]], "tanh", "tanh"
    ),
    [0.5, -0.2],
    1.0,
)

CLASSES = assign_credit(
    MLP.from_weights([[[0.5, -0.3], [0.2, 0.4]], [[0.6, -0.2, 0.1], [0.3, 0.5, -0.4]]]),
    [0.5, -1.0],
    1,
    cross_entropy,
)
SIGMOID = assign_credit(
    MLP.from_weights([[[0.3, 0.2], [-0.1, 0.4]], [[0.5, 0.1], [-0.3, 0.7]]], [[0.1, -0.2], [0.2, 0.3]], "sigmoid", "sigmoid"),
    [0.5, -0.2], [1.0, 0.0],
)  # fmt: skip
LINEAR = MLP.from_weights([[[0.3, 0.2], [-0.1, 0.4]], [[0.5, 0.1], [-0.3, 0.7]]])
BINARY = assign_credit(LINEAR, [0.5, -0.2], [1.0, 0.0], binary_cross_entropy_with_logits)
DEEP = assign_credit(  # several ways back to a unit, and an output alone
    MLP.from_weights(
        [[[0.3, 0.2], [-0.1, 0.4], [0.2, -0.5]], [[0.5, -0.6, 0.3], [-0.3, 0.2, 0.7]], [[0.8], [-0.9], [0.4]]],
        [[0.1, -0.2], [0.2, -0.1, 0.5], [0.4]], "tanh", "tanh",
    ),
    [0.5, -0.2, 0.9], 1.0,
)  # fmt: skip
OVER_TIME = make_shared(random.Random(1)).credit()


def written(numbers, decimals=6):
    return {name: f"{x:.{decimals}f}" for name, x in numbers.items()}


def printed(key):
    """The printed numbers of an example of the gallery, as somebody's working."""
    e = example(key)
    known = quantities(e.credit().in_notation("slides"), e.lr)
    numbers = {}
    for line in e.printed.strip().splitlines():
        _, number, quantity = PRINTED.match(line).groups()
        if quantity.startswith("-"):
            number, quantity = str(-Decimal(number)), quantity[1:]
        if quantity in known:
            numbers[quantity] = number
    return numbers, e


@pytest.mark.parametrize("decimals", [2, 4, 8, 16])
def test_right_workings_earn_all_marks(decimals):
    for credit in (WORKED, FULL):
        report = mark(written(quantities(credit, 0.1), decimals), credit)
        assert {line.status for line in report.lines} == {"right"}
        assert report.marks == pytest.approx(report.of) == 100.0
        assert (report.ok, report.first, report.mistakes, report.blank) == (True, None, [], [])


@pytest.mark.parametrize("form", ["{:.4f}00", "{:.4f}00000000", "{:.3e}", "{:.4f}"])
def test_zeros_that_end_every_number_say_nothing(form):
    padded = form == "{:.3e}"
    for credit in (WORKED, FULL, DEEP):
        texts = {name: form.format(x) for name, x in quantities(credit, 0.1).items()}
        if padded:  # 7.818e-01 as a table of five decimals shows it
            texts = {name: text.replace("e", "00e") for name, text in texts.items()}
        report = mark(texts, credit)
        assert {line.status for line in report.lines} == {"right"}
    wrong = {**texts, "z1": form.format(0.5)}
    assert mark(wrong, DEEP).first.name == "z1"


def test_zeros_of_few_numbers_or_of_some_count():
    found = {name: f"{x:.4f}" for name, x in quantities(WORKED, 0.1).items()}
    few = dict(list(found.items())[:4])
    off = {name: f"{text[:-1]}0" for name, text in few.items()}
    assert "wrong" in {line.status for line in mark(off, WORKED).lines}
    some = {name: f"{text}00" for name, text in list(found.items())[:-1]}
    exact = quantities(WORKED, 0.1)
    last = list(found)[-1]
    assert mark({**some, last: f"{exact[last]:.6f}"}, WORKED).marks < 100.0


def test_every_line_follows_from_those_before_it_as_the_engine_has_it():
    assert not OVER_TIME.layers
    adam = [problem_of(credit, 0.1, Adam(0.1)) for credit in (FULL, OVER_TIME)]
    for problem in [problem_of(credit, 0.1) for credit in (WORKED, FULL, CLASSES, BINARY)] + adam:
        hand = hand_of(problem, {}, lambda size: 0.0)
        for q, x in problem.right.items():
            for flaws in (frozenset(), frozenset([FROM_Z])):
                found = hand.follows(q, flaws)
                assert (found.lo, found.hi) == pytest.approx((x, x), rel=1e-12)


def worked(net, *flaws):
    """An example worked with these mistakes in it."""
    problem = problem_of(net, 0.1)
    hand = hand_of(problem, {}, lambda size: 0.0)
    return {called(q, net): hand.follows(q, frozenset(flaws)).middle for q in problem.order}


def in_words(report):
    return " ".join(report.mistakes)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("macleod", "weights after their update"),
        ("nnwj", "error ŷ−y as it is|do not go through the weights"),
    ],
)
def test_mistakes_as_published(key, words):
    numbers, e = printed(key)
    assert len(numbers) > 5
    report = mark(numbers, e.credit(), e.lr)
    assert not report.ok
    assert re.search(words, in_words(report))


def test_rounding_as_published():
    numbers, e = printed("han-kamber")
    report = mark(numbers, e.credit(), e.lr)
    assert report.ok
    assert report.marks / report.of > 0.5


@pytest.mark.parametrize("key", ["mazur", "negnevitsky", "insper"])
def test_published_workings_that_are_right(key):
    numbers, e = printed(key)
    assert len(numbers) > 10
    assert mark(numbers, e.credit(), e.lr).first is None


def test_a_seeded_part_of_the_evaluation():
    lost, _ = right_workings(150, seed=7)
    assert lost == 0
    one, _, _ = wrong_workings(60, 7, (4, 5, 6))
    assert one.share("named") >= 0.95
    assert one.share("close") >= 0.97
    assert one.share("false") <= 0.02
    two, _, _ = wrong_workings(30, 7, (4, 5, 6), 2)
    assert two.share("named") >= 0.85
    assert two.share("close") >= 0.95
    lost, _ = right_workings(60, seed=7, shared=True)
    assert lost == 0
    shared, _, _ = wrong_workings(25, 7, (4, 5, 6), shared=True)
    assert shared.share("named") >= 0.95
    assert shared.share("close") >= 0.95
    blind = without_knowing(2, 7)
    assert max(blind["zeros"], blind["0.1 throughout"], blind["invented"]) < 0.05


RIGHT = written(quantities(FULL, 0.1), 4)


def changed(**numbers):
    return RIGHT | {name.replace("d", "δ"): x for name, x in numbers.items()}


def test_what_follows_from_a_slip_is_not_wrong():
    problem = Problem(FULL, 0.1)
    slipped = {Quantity("delta", 1): at(0.4)}
    hand = Hand(problem, slipped, lambda size: 0.0)
    follow = {called(q, FULL): hand.follows(q).middle for q in problem.order[8:]}
    report = mark(
        RIGHT | written({n: x for n, x in follow.items() if "1" in n}, 4) | {"δ1": "0.4000"}, FULL
    )
    status = {line.name: line.status for line in report.lines}
    assert status["δ1"] == "wrong"
    assert status["∂L/∂w3>1"] == status["new w4>1"] == "follows"
    assert list(status.values()).count("wrong") == 1
    assert report.marks == pytest.approx(100.0 - 35.0 / 3)


def test_lines_that_are_right_but_do_not_follow_are_told_and_not_deducted():
    report = mark(changed(a1="0.7700"), FULL)
    assert [line.name for line in report.lines if not line.ok] == ["a1"]
    assert report.copied == ("z1",)
    assert report.marks == pytest.approx(100.0 - 30.0 / 6)


def test_a_learning_rate_is_named_beside_another_mistake():
    bare = {name: x for name, x in RIGHT.items() if "∂" not in name}
    new = {n: x for n, x in written(quantities(FULL, 1.0), 4).items() if n.startswith("new")}
    turned = f"{-float(new['new w4>1']):.4f}"
    report = mark(bare | new | {"new w4>1": turned}, FULL)
    assert report.causes[0] == ("the learning rate is left out of the updates",)


def test_the_fact_comes_first_then_the_likely_cause():
    loss = f"{2 * FULL.loss:.4f}"
    report = mark(changed(L=loss), FULL)
    (said,) = report.mistakes
    assert said.startswith(f"L = {loss} is twice what follows from your own numbers, ")
    assert "A likely cause: either the loss is twice" in said
    assert said in str(report)
    report = mark(changed(a2="0.4321"), FULL)
    assert report.mistakes == []
    assert report.facts == ["a2 = 0.4321 is wrong: −0.180000 is right."]


def test_digits_that_were_cut_off_are_no_mistakes():
    cut = {name: f"{math.trunc(x * 1e4) / 1e4:.4f}" for name, x in quantities(FULL, 0.1).items()}
    report = mark(cut, FULL)
    assert report.ok
    assert report.marks == pytest.approx(100.0)
    assert any(
        remark.startswith("Digits were cut off") for remark in report.remarks
    ) or report.count("right")


def test_the_other_sign_of_the_error_is_a_convention():
    other = {name: f"-{x}".replace("--", "") if name[0] == "δ" else x for name, x in RIGHT.items()}
    report = mark(other, FULL)
    assert report.ok
    assert report.marks == pytest.approx(100.0)
    assert any("Mitchell" in remark for remark in report.remarks)
    accused = mark(
        {name: x for name, x in other.items() if "w" not in name and "b" not in name}
        | {"new w1>0": "0.6"},
        FULL,
    )
    assert not any("error has the wrong sign" in m for m in accused.mistakes)


def test_exchanged_letters_are_a_convention():
    numbers = dict(read("\n".join(f"{name} = {x}" for name, x in RIGHT.items()), FULL).numbers)
    for j in (1, 2):
        a, z = Quantity("a", j), Quantity("z", j)
        numbers[a], numbers[z] = numbers[z], numbers[a]
    report = marked(Reading(numbers), FULL, 0.1)
    assert report.ok
    assert any("Nielsen" in remark for remark in report.remarks)


def test_numbers_that_need_no_work_earn_nothing():
    names = quantities(FULL, 0.1)
    for number in ("0", "0.0000", "1", "0.1", "0.1000"):
        report = mark(dict.fromkeys(names, number), FULL)
        assert report.marks < 3.0, number
    zeros = mark(
        changed(d1="0.0000")
        | {n: "0.0000" for n in names if n.startswith("∂") and n.endswith(">1")},
        FULL,
    )
    assert {line.name: line.marks for line in zeros.lines}["∂L/∂w3>1"] == 0.0
    assert "∂L/∂w3>1: no marks: it follows from a number that needs no work" in str(zeros)


def test_one_digit_is_not_believed():
    report = mark({"a1": "0.3", "z2": "-0.2"}, FULL)
    assert [line.status for line in report.lines] == ["wrong", "wrong"]


def test_a_scheme_of_marks(tmp_path):
    path = tmp_path / "marks.toml"
    path.write_text("forward = 2\ndelta = 8\nnew_weights = 0\nfollows = 0.5\n")
    scheme = Scheme.read(path)
    report = mark({name: x for name, x in RIGHT.items() if name[0] == "δ"}, FULL, scheme=scheme)
    assert (report.marks, report.of) == (pytest.approx(8.0), 10.0)
    for text, message in [
        ("forwards = 2", "'forwards' is not known; known are forward, loss, delta"),
        ("follows = 2\nloss = 1", "follows must be a finite number"),
        ("loss = -1", "loss must be"),
        ("loss = ", "marks.toml: "),
        ("loss = 0", "no part is worth a mark"),
        ("", "it gives no marks"),
    ]:
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            Scheme.read(path)


def test_every_mistake_of_the_table_changes_a_line_somewhere():
    for net in (WORKED, FULL, CLASSES, SIGMOID, BINARY, DEEP, OVER_TIME):
        problem = problem_of(net, 0.1)
        right = pytest.approx([*problem.right.values()], rel=1e-9)
        for m in mistakes_in(problem):
            if [*worked(net, m.flaw).values()] == right:
                # of any network it is not looked at which units have several ways, or a slope
                assert not net.layers
                assert m.flaw[0] in ("no f", "out slope", "path", "f")


def test_a_mistake_is_made_in_the_lines_that_the_table_names():
    for net in (WORKED, FULL, CLASSES, SIGMOID, BINARY, DEEP):
        problem = Problem(net, 0.1)
        hand = Hand(problem, {q: at(x) for q, x in problem.right.items()}, lambda size: 0.0)
        for m in mistakes_in(problem):
            made = {
                problem.line_kind(q)
                for q, x in problem.right.items()
                if not math.isclose(hand.follows(q, frozenset([m.flaw])).middle, x, rel_tol=1e-9)
            }
            assert made, m
            assert made <= {*m.lines}, m


@pytest.mark.parametrize(
    ("net", "flaw", "words"),
    [
        (FULL, ("slope of hidden", "sigmoid"), "the slope in the hidden δ is that of sigmoid"),
        (FULL, ("term out", next(k for k in FULL.edges if k[:2] == (None, 1))), "the bias is left out of a1"),
        (SIGMOID, ("path", -1), "only the last of the ways back is taken"),
        (DEEP, ("path", "mean"), "the mean over the ways back is taken"),
    ],
    ids=["slope", "bias", "last way", "mean way"],
)  # fmt: skip
def test_a_mistake_is_named_where_it_is_the_only_one(net, flaw, words):
    (causes,) = mark(written(worked(net, flaw)), net).causes
    assert any(cause.startswith(words) for cause in causes)


@pytest.mark.parametrize(
    "loss", [squared_error, mean_absolute_error, binary_cross_entropy_with_logits]
)
def test_another_loss_is_what_the_example_would_have_with_it(loss):
    for target, possible in [(0.0, True), (1.0, True), (-0.5, False), (1.5, False)]:
        credit = assign_credit(LINEAR, [0.5, -0.2], [0.5, target])
        possible |= loss is not binary_cross_entropy_with_logits  # which is of probabilities
        flaws = {m.flaw for m in mistakes_in(Problem(credit, 0.1))}
        assert {("other loss", loss) in flaws, ("other error", loss) in flaws} == {possible}
        if possible:
            wrong = worked(credit, ("other loss", loss), ("other error", loss))
            other = assign_credit(LINEAR, [0.5, -0.2], [0.5, target], loss)
            assert wrong == pytest.approx(dict(quantities(other, 0.1)))


def test_mistakes_in_a_gradient_and_in_an_update():
    turned, step, back = (
        worked(DEEP, flaw) for flaw in (("tail", "other"), ("weight kept", 1.0), ("weight kept", 0.0))
    )  # fmt: skip
    for (i, j, *_), edge in DEEP.edges.items():
        change = pytest.approx(0.1 * edge.credit)
        new = called(Quantity("new", edge.key), DEEP)
        assert (step[new], -back[new]) == (change, change)
        if i is not None:
            layer = next(layer for layer in DEEP.layers if i in layer)
            z = DEEP.nodes[layer[::-1][layer.index(i)]].z
            gradient = turned[called(Quantity("gradient", edge.key), DEEP)]
            assert gradient == pytest.approx(DEEP.nodes[j].delta * z)


@pytest.mark.parametrize(
    ("rate", "count", "named"),
    [(0.01, 1, True), (0.05, 1, True), (0.37, 1, False), (0.37, 2, True)],
)
def test_a_usual_learning_rate_is_seen_in_one_line_and_any_other_in_two(rate, count, named):
    faster = quantities(FULL, rate)
    names = [name for name in faster if name.startswith("new")][:count]
    working = {name: x for name, x in faster.items() if name[:3] != "new" or name in names}
    assert (
        f"the learning rate is {rate:g}" in in_words(mark(written(working), FULL, 0.5))
    ) == named


@pytest.mark.parametrize("text", ["12.34", "0.5067", "-1.19", "70"])
def test_a_slip_of_the_pen_is_undone_in_the_digits_alone(text):
    q, numbers = Quantity("a", 1), read(f"a1 = {text}", FULL).numbers
    slips = {s.text: s for s in Diagnosis(judge(Problem(FULL, 0.1), numbers))._slips(q)}
    places = len(text.partition(".")[2])
    swapped, other = (
        [f"{x.middle:.{places}f}".zfill(len(text)) for x in slips[words].meant]
        for words in ("two digits are swapped", "one digit is another")
    )
    assert swapped
    assert all(sorted(meant) == sorted(text) and meant != text for meant in swapped)
    assert len(other) == 9 * sum(map(str.isdigit, text))
    assert all(sum(a != b for a, b in zip(meant, text, strict=True)) == 1 for meant in other)


def test_the_price_of_a_working_is_that_of_the_mistake_which_made_it_all():
    numbers = read(f"L = {2 * FULL.loss:.6f}", FULL).numbers
    found = Diagnosis(judge(Problem(FULL, 0.1), numbers))
    (named,), more = found.best()
    assert found.least == named.causes[0].price
    assert not more


@pytest.mark.parametrize("name", ["a1", "z1", "a2", "z2"])
def test_a_number_farther_from_0_among_rounded_ones_was_not_cut_off(name):
    x = float(RIGHT[name])
    report = mark(RIGHT | {name: f"{x + math.copysign(2e-4, x):.4f}"}, FULL)
    assert [line.name for line in report.lines if line.status == "wrong"] == [name]


@pytest.mark.parametrize(
    "net", [WORKED, FULL, CLASSES, SIGMOID], ids=["worked", "full", "classes", "sigmoid"]
)
def test_a_line_needs_exactly_what_moves_it(net):
    problem = Problem(net, 0.1)
    right = {q: at(x) for q, x in problem.right.items()}

    def found(q, written):
        return Hand(problem, written, lambda size: 0.0).follows(q).middle

    for q in problem.order:
        before = found(q, right)
        moved = {
            r
            for r in problem.order
            if r != q
            and not math.isclose(
                found(q, right | {r: at(1.1 * problem.right[r] + 0.05)}), before, rel_tol=1e-9
            )
        }
        needed = set(problem.needs(q))
        assert moved <= needed
        assert moved == needed or q.kind == "loss", "a class may be all that its loss asks for"


def test_every_mistake_in_any_network_changes_a_line_of_it():
    w, v, u = (Value(x, label=name) for x, name in ((0.5, "w"), (-1.5, "v"), (0.7, "u")))

    def net(x):
        once = ag.tanh(ag.dot([w], [x[0]]))
        twice = [ag.tanh(ag.dot([weight], [once])) for weight in (w, v)]
        return ag.sigmoid(ag.dot([v, u], twice))

    problem = problem_of(assign_credit(net, [1.0], 0.5), 0.1)
    hand = hand_of(problem, {}, lambda size: 0.0)
    right = pytest.approx([problem.right[q] for q in problem.order], rel=1e-9)
    idle = [
        m.text
        for m in mistakes_in(problem)
        if [hand.follows(q, frozenset([m.flaw])).middle for q in problem.order] == right
    ]
    assert all("taken to be" in text for text in idle), "but one function for another"


@pytest.mark.parametrize(
    ("count", "also"), [(2, "So is new w2>0. A"), (3, "So are new w2>0 and new w3>1. A")]
)
def test_what_else_a_mistake_has_spoilt_is_said(count, also):
    right, faster = dict(quantities(WORKED, 0.1)), dict(quantities(WORKED, 0.3))
    updates = [name for name in right if name.startswith("new")]
    working = {name: x for name, x in right.items() if name not in updates}
    working |= {name: faster[name] for name in updates[:count]}
    assert also in mark(written(working), WORKED).mistake


def test_any_subset_and_any_way_of_writing():
    marking = mark(
        {"delta_1": "0.1363", "yhat": ".828", "dL/dw_{3->1}": "0.068", "w₁⇝₀": "0.6478"}, WORKED
    )
    assert [line.name for line in marking.lines] == ["ŷ", "δ1", "∂L/∂w3>1", "new w1>0"]
    assert marking.first is None


def test_what_cannot_be_read_is_told_beside_the_marks():
    report = mark({"a1": "1.19", "q": "1", "z9": "0.25", "a2": "minus zero"}, WORKED)
    assert (report.lines[0].name, report.lines[0].status) == ("a1", "right")
    assert {line.status for line in report.lines[1:]} <= {"unread"}
    assert report.marks == pytest.approx(30.0 / 6)
    assert "q = 1: not marked: it names no number of this network." in str(report)
    assert re.search("^q = 1 +q = 1 +unread$", str(report), re.MULTILINE)
    assert report.count("wrong") == 0


@pytest.mark.parametrize("working", [{}, {"q": "1"}, {"a1": "one"}, {"a1": "nan"}], ids=str)
def test_where_nothing_can_be_read_there_is_nothing_to_mark(working):
    with pytest.raises(ValueError, match="there is nothing to mark: "):
        mark(working, WORKED)


# ---------------------------------------------------------------- files


def test_lines(tmp_path, capsys):
    path = tmp_path / "mine.txt"
    path.write_text("# my working\nlr = 0.1\n\na1 = 1.19\nz1 = 0.83  # tanh\nδ1 = 0.4395\n")
    working = read_working(path)
    assert working.numbers == {"a1": "1.19", "z1": "0.83", "δ1": "0.4395"}
    assert main(["check", str(path)]) == 1
    out = capsys.readouterr().out
    assert "δ1 = 0.4395 is wrong: 0.136" in out
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
    assert mark(working.numbers, working.credit, working.lr).first is None


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
        ("weights = [[[1.0]]\n", "weights = .* is neither a name nor JSON"),
        ("weights = [[[1.0]]]\n", "the example is missing: give x"),
        ("weights = [[[1.0]]]\nx = [1, 2]\ny = 0\n", "1 input expected, got 2"),
        (
            "weights = [[[1.0]]]\nx = [1]\ny = 0\nloss = l1\na1 = 1\n",
            "no loss is called 'l1'|neither a name",
        ),
        (
            "lr = fast\nweights = [[[1.0]]]\nx = [1]\ny = 0\n",
            "lr is a number, but 'fast' was given",
        ),
        ('{"working": {', "mine.txt: "),
    ],
    ids=range(6),
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
