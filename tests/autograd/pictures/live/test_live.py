"""The living page of an expression: its tape, its marks, and what it promises without a browser."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value, live, modes
from autograd.pictures.live.page import shortened
from autograd.pictures.live.places import Marks, stale, written
from autograd.pictures.live.tape import Tape
from autograd.pictures.page import runs
from autograd.primitives import TABLE
from autograd.replay.recording import DECISIONS
from tests.strategies import Expression, by_rows, expressions, results


def replayed(tape: Tape) -> tuple[list[float], list[float]]:
    """Compute a tape as the page does, by the rules of the table on floats: all values, all derivatives."""
    values: list[float] = list(tape.numbers)
    steps = []
    for place, *slots in tape.code:
        name, _ = tape.operations[place]
        operands = [s if s >= 0 else tape.sequences[-1 - s] for s in slots]
        plain = [values[s] if isinstance(s, int) else [values[k] for k in s] for s in operands]
        if name == "where":
            values.append(plain[1] if plain[0] else plain[2])
        else:
            values.append(TABLE[name].value(*plain) if name in TABLE else DECISIONS[name](*plain))
        steps.append((name, operands, plain))
    found = [math.nan] * len(values)
    found[tape[tape.root]] = 1.0

    def add(slot: int, amount: float) -> None:
        found[slot] = amount + (0.0 if found[slot] != found[slot] else found[slot])

    for k in range(len(steps) - 1, -1, -1):
        slot, (name, operands, plain) = len(tape.numbers) + k, steps[k]
        if found[slot] != found[slot] or name not in TABLE:
            continue
        if name == "where":
            add(operands[1] if plain[0] else operands[2], found[slot])
            continue
        for i, operand in enumerate(operands[: len(TABLE[name].partials)]):
            slopes = TABLE[name].partial(i, *plain, values[slot])
            for s, slope in zip(
                [operand] if isinstance(operand, int) else operand,
                [slopes] if isinstance(operand, int) else slopes,
            ):
                add(s, found[slot] * slope)
    return values, found


@given(expressions(12), st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3))
@settings(max_examples=60)
def test_a_tape_computes_what_the_graph_computed(expression: Expression, data: list[float]) -> None:
    leaves = [Value(x) for x in data]
    root = results(expression, leaves, by_rows)[-1]
    tape = Tape(root, leaves)
    values, found = replayed(tape)
    assert values[tape[root]] == root.data
    root.backward()
    for v in leaves:
        assert found[tape[v]] == v.grad or (found[tape[v]] != found[tape[v]] and v.grad == 0.0)


def test_a_recorded_comparison_is_decided_anew() -> None:
    x = Value(2.0)
    with modes.tracing([x]):
        y = ag.where((x > 1.0) & ~(x > 3.0), x * x, -x)
    tape = Tape(y, [x])
    assert tape.frozen == 0
    tape.numbers[tape[x]] = 4.0
    values, found = replayed(tape)
    assert (values[tape[y]], found[tape[x]]) == (-4.0, -1.0)


def test_a_choice_made_for_good_is_counted_and_told() -> None:
    x = Value(2.0, label="x")
    y = ag.where(x > 1.0, x * x, -x)
    assert Tape(y).frozen == 1
    assert "1 choice of where stays as it was made." in live(y).html()


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["2", "2+", "4", "4+", "4(", "4s", "4s+", "r"]),
)
def test_marks_stand_for_numbers(x: float, how: str) -> None:
    marks = Marks()
    place = marks.place("v3", x)
    mark = marks.mark(place, how)
    said = written(x, how).replace('"', "&quot;")
    assert marks.fill(f"a = {mark}!", "b") == f'a = <b data-n="v3 {how}">{said}</b>!'
    assert marks.fill(mark, "b", empty=True) == f'<b data-n="v3 {how}"></b>'
    assert marks.template(mark) == f"{{v3 {how}}}"
    assert not stale(f"δ₁ = {mark}")
    assert stale("δ₁ = 0.25")


def test_runs_and_shortened_scripts() -> None:
    assert runs([0, 1, 2, 3, 7, 9, 10]) == "0-3 7 9-10"
    script = 'const a = { b: 0.5, };  // why\n\n  const c = 1;\n  f(a, "x = y", `${a} = b`, /a = b/, 1 / 2);'
    assert shortened(script) == 'let a={b:0.5};let c=1;f(a,"x = y",`${a} = b`,/a = b/,1/2);'


def test_the_page_loads_nothing_and_says_so() -> None:
    page = live(Value(2.0, label="a") * Value(-3.0, label="b")).html()
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=|@import|url\(""", page)
    assert "⣿" not in page
    assert page == live(Value(2.0, label="a") * Value(-3.0, label="b")).html()


def test_labels_are_shown_as_typed_and_never_run() -> None:
    label = "</script><script>alert(1)</script>"
    page = live(Value(2.0, label=label) * 3.0).html()
    assert "</script><script>" not in page
    assert "&lt;/script&gt;" in page


def test_a_drawing_has_its_living_page() -> None:
    a = Value(2.0, label="a")
    drawing = ag.draw(a.exp() * a, max_nodes=2)
    assert drawing.live(lr=0.5).html() == live(a.exp() * a, lr=0.5).html()


def test_saving_and_showing(tmp_path: Path) -> None:
    page = live(Value(2.0, label="a").exp())
    page.save(tmp_path / "live.html")
    assert (tmp_path / "live.html").read_text(encoding="utf-8") == page.html()
    assert 'sandbox="allow-scripts"' in page._repr_html_()
    assert repr(page) == "<Live: exp a>"


def test_what_cannot_be_shown_says_so() -> None:
    with pytest.raises(TypeError, match="live takes a Value"):
        live(2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="learning rate is a number from 0; got -1"):
        live(Value(1.0).exp(), lr=-1)
    x = Value(1.0)
    for _ in range(1200):
        x = x + 1.0
    with pytest.raises(ValueError, match="more than 1,000 nodes"):
        live(x)
