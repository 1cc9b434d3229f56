"""The printed matrix form: the slides' symbols, and shapes that conform."""

import re
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import autograd as ag
from autograd import trace
from autograd.structure import leaves

W, X, Y = [[[0.8, -0.3, 0.5], [0.2, 0.4, -0.6]], [0.7, -0.5]], [0.8, -1.0, 0.5], 0.2


def loss(w, x, y):
    hidden = [ag.tanh(ag.dot(unit, x)) for unit in w[0]]
    e = ag.dot(w[1], hidden) - y
    return 0.5 * e * e


COLUMNS = """\
One example, in columns
  given
    Z1 = x                        3×1
    W1 = w[0]ᵀ                    3×2
    W2 = w[1]                     2×1
  forward
    A1 = W1ᵀ Z1                   2×1
    Z2 = tanh A1                  2×1
    ŷ = W2ᵀ Z2                    1×1
    L = 0.5 (ŷ − y)²              1×1
  backward
    δ = ŷ − y                     1×1
    ∂L/∂W2 = Z2 δᵀ                2×1
    δ1 = (W2 δ) ⊙ (1 − tanh² A1)  2×1
    ∂L/∂W1 = Z1 δ1ᵀ               3×2
  update
    W2 ← W2 − η ∂L/∂W2
    W1 ← W1 − η ∂L/∂W1"""

ROWS = """\
n examples, one a row
  given
    X = x                          n×3
    W1 = w[0]ᵀ                     3×2
    W2 = w[1]                      2×1
  forward
    A1 = X W1                      n×2
    Z2 = tanh A1                   n×2
    Ŷ = Z2 W2                      n×1
    L = 0.5 (Ŷ − Y)²               n×1
    mean L = Σ L / n               1×1
  backward
    Δ = 1/n (Ŷ − Y)                n×1
    ∂L/∂W2 = Z2ᵀ Δ                 2×1
    Δ1 = (Δ W2ᵀ) ⊙ (1 − tanh² A1)  n×2
    ∂L/∂W1 = Xᵀ Δ1                 3×2
  update
    W2 ← W2 − η ∂L/∂W2
    W1 ← W1 − η ∂L/∂W1"""


@pytest.fixture(scope="module")
def program():
    return trace(loss, W, X, Y)


def test_the_equations_of_the_slides(program):
    assert str(program.vectorize()) == COLUMNS
    assert str(program.vectorize((1, 2))) == COLUMNS + "\n\n" + ROWS


def test_latex(program):
    latex = program.vectorize((1, 2)).latex()
    assert r"\delta_{1} &= \left(W_{2}\,\delta\right) \odot" in latex
    assert r"\frac{\partial L}{\partial W_{1}} &= X^\top\,\Delta_{1}" in latex
    assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") == 2
    assert latex.startswith("\\begin{aligned}\n")
    assert latex.endswith("\n\\end{aligned}")
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left(") == latex.count(r"\right)")


def test_latex_of_a_softmax():
    assert trace(ag.logsumexp, [1.0, 2.0, 0.5]).vectorize().latex().splitlines()[1:3] == [
        r"  L &= \operatorname{logsumexp} \mathrm{xs} \\",
        r"  \frac{\partial L}{\partial \mathrm{xs}} &= \operatorname{softmax} \mathrm{xs} \\",
    ]


def test_parts_of_lists():
    w, x, b = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [0.5, 0.6], [0.1, 0.2, 0.3]

    def lines(f, *args):
        return [
            line.split("  ")[0]
            for line in map(str.strip, str(trace(f, *args).vectorize()).splitlines())
        ]

    def layer(w, x, b):
        return [ag.tanh(ag.dot(row, x, bias)) for row, bias in zip(w[1:3], b)]

    assert lines(layer, w, x, b)[2:5] == ["Z1 = x", "W1 = w[1:3]ᵀ", "b1 = b[0:2]"]
    assert "v1 = exp b[1:3]" in lines(lambda b: ag.sum([ag.exp(v) for v in b[1:3]]) * b[0], b)
    assert "operation" in lines(lambda w, x: layer([w[0], w[0], w[2]], x, [0.0, 0.0]), w, x)[0]


def as_numpy(formula):
    """Translate a printed formula: a matrix product is two names side by side."""
    for printed, python in [
        (r"tanh² (\w+)", r"np.tanh(\1)**2"),
        (r"tanh (\w+)", r"np.tanh(\1)"),
        ("σ′\\((\\w+)\\)", r"sigmoid(\1)*(1-sigmoid(\1))"),
        (r"σ (\w+)", r"sigmoid(\1)"),
        (r"1/n \(", "(1/n)*("),
        (r"\b1 b", "ones @ b"),
        (r"ᵀ 1$", "ᵀ @ ones"),
        ("∂L/∂", "d"),
        ("(?<=[\\wᵀ)]) (?=[\\w(])", " @ "),
        ("ᵀ", ".T"),
        ("⊙", "*"),
        ("−", "-"),
    ]:
        formula = re.sub(printed, python, formula)
    return formula


def evaluate(section, names):
    """Run the printed equations in order and check every shape."""
    for line in section.splitlines():
        if "=" not in line or re.match(r" +(mean )?L =", line):
            continue
        left, right, shape = re.match(r"\s*(\S+) = (.*?)\s+(\S+×\S+)$", line).groups()
        left = left.replace("∂L/∂", "d")
        if left not in names:
            names[left] = eval(as_numpy(right), names)
        rows, columns = (names["n"] if size == "n" else int(size) for size in shape.split("×"))
        assert names[left].shape == (rows, columns), line
    return names


def test_printed_shapes_and_gradients_are_right(program):
    rng = np.random.default_rng(0)
    w = [rng.normal(size=(2, 3)), rng.normal(size=2)]
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=5)
    b = program.vectorize((1, 2))
    columns, rows = str(b).split("\n\n")
    given = {"np": np, "n": 5, "W1": w[0].T, "W2": w[1][:, None]}
    found = evaluate(rows, given | {"X": xs, "Y": ys[:, None]})
    _, (gradients, _, _) = b.value_and_grad(w, xs, ys)
    np.testing.assert_allclose(found["dW1"], gradients[0].T, rtol=1e-12)
    np.testing.assert_allclose(found["dW2"][:, 0], gradients[1], rtol=1e-12)
    found = evaluate(columns, given | {"Z1": xs[:1].T, "y": ys[:1, None]})
    _, (gradients, _, _) = program.vectorize().value_and_grad(w, xs[0], ys[0])
    np.testing.assert_allclose(found["dW1"], gradients[0].T, rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "found"), [((2, 1), "w2"), ((1, 2), "w2ᵀ"), ((2,), "w2")], ids=str
)
def test_one_unit_whose_weights_are_a_column_a_row_or_neither(shape, found):
    def f(w1, w2, x):
        return ag.dot(leaves(w2), [ag.tanh(ag.dot(unit, x)) for unit in w1])

    w2 = np.array([0.7, -0.5]).reshape(shape).tolist()
    p = trace(f, W[0], w2, X)
    assert re.search(rf"^ +W2 = {found} +2×1$", str(p.vectorize()), re.MULTILINE)


def test_one_input_of_several_units():
    p = trace(lambda w, x: ag.sum([ag.tanh(ag.dot(unit, x)) for unit in w]), [[0.7], [-0.5]], [2.0])
    assert re.search(r"^ +W1 = wᵀ +1×2$", str(p.vectorize()), re.MULTILINE)


@pytest.mark.parametrize("units", [2, 6])
def test_weights_and_biases_of_a_layer_given_unit_by_unit(units):
    def f(w, b, x):
        return ag.sum([ag.tanh(ag.dot(u, x, c)) for u, c in zip(w.values(), b.values())])

    w = {f"w{j}": [0.1 * j, 0.2, 0.3] for j in range(units)}
    b = {f"b{j}": 0.1 * j for j in range(units)}
    text = str(trace(f, w, b, X).vectorize())
    last = "w['w1']" if units == 2 else "w['w1']; …; w['w5']"
    assert re.search(rf"^ +W1 = \[w\['w0'\]; {re.escape(last)}\]ᵀ +3×{units}$", text, re.MULTILINE)
    assert re.search(rf"^ +b1 = \[b\['b0'\]; .*\] +{units}×1$", text, re.MULTILINE)
    assert "A1 = W1ᵀ Z1 + b1" in text
    assert "W1 ← W1 − η ∂L/∂W1" in text


def test_inputs_given_one_by_one():
    p = trace(lambda w1, w2, b, x1, x2: (w1 * x1 + w2 * x2 + b).tanh(), *map(float, range(5)))
    columns, rows = str(p.vectorize((3, 4))).split("\n\n")
    assert re.search(r"^ +Z1 = \[x1; x2\] +2×1$", columns, re.MULTILINE)
    assert re.search(r"^ +X = \[x1, x2\] +n×2$", rows, re.MULTILINE)
    assert "A1 = X W1 + 1 b1ᵀ" in rows


def test_biases_and_another_activation():
    def f(params, x, y):
        w1, b1, w2, b2 = params
        z = [ag.sigmoid(ag.dot(w, x, b)) for w, b in zip(w1, b1)]
        e = ag.dot(w2, z, b2) - y
        return e * e

    rng = np.random.default_rng(1)
    params = [rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=4), 0.3]
    xs, ys = rng.normal(size=(6, 2)), rng.normal(size=6)
    example = [p.tolist() if hasattr(p, "tolist") else p for p in params]
    b = trace(f, example, xs[0].tolist(), 1.0).vectorize((1, 2), "sum")
    _, rows = str(b).split("\n\n")
    names = {
        "np": np,
        "n": 6,
        "ones": np.ones((6, 1)),
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "W1": params[0].T,
        "b1": params[1][:, None],
        "W2": params[2][:, None],
        "b2": np.array([[0.3]]),
        "X": xs,
        "Y": ys[:, None],
    }
    rows = rows.replace("Δ = 2 (", "Δ = 2 ⊙ (")  # a number, not a matrix
    found = evaluate(rows, names)
    _, (gradients, _, _) = b.value_and_grad(params, xs, ys)
    np.testing.assert_allclose(found["dW1"], gradients[0].T, rtol=1e-12)
    np.testing.assert_allclose(found["db1"][:, 0], gradients[1], rtol=1e-12)
    np.testing.assert_allclose(found["db2"][0, 0], gradients[3], rtol=1e-12)


def test_without_layers():
    b = trace(lambda w, x: (w * x - 1.0) ** 2, 1.0, 2.0).vectorize()
    assert "L = (v1 − 1)²" in str(b)
    assert "∂L/∂v1 = 2 (v1 − 1)" in str(b)
    assert "∂L/∂w = ∂L/∂v1 x" in str(b)


def test_one_input_for_all_weights():
    columns, rows = str(
        trace(lambda w, x: ag.sum([a * x for a in w]), [1.0, 2.0], 3.0).vectorize(1)
    ).split("\n\n")
    assert "ŷ = W1ᵀ (1 x)" in columns
    assert "Ŷ = X 1ᵀ W1" in rows


def test_any_graph_prints():
    def f(x, y):
        z = [ag.where(a > b, ag.log(a), ag.exp(b) * a) / ag.maximum(a, b) for a, b in zip(x, y)]
        return ag.logsumexp(z) - z[1] ** 3 + ag.clip(z[0], -1.0, 1.0)

    b = trace(f, [1.0, 2.0], [2.0, 1.0]).vectorize(batched=0)
    assert "logsumexp" in str(b)
    assert "∂L/∂" in str(b)
    assert r"\begin{aligned}" in b.latex()
    several = trace(lambda x: [x, ag.tanh(x)], 1.0).vectorize()
    assert "tanh x" in str(several)
    assert "backward" not in str(several)


# ---------------------------------------------------------------- functions that are no networks


def backward_of(f, *args, batched=()):
    """Return the printed derivatives by name, of the last page."""
    text = str(trace(f, *args).vectorize(batched)).split("\n\n")[-1]
    pairs = re.findall(r"^ +∂L/∂(\S+) = (.*?)\s{2,}\S+$", text, re.MULTILINE)
    return dict(pairs)


def test_an_argument_that_is_used_here_and_there():
    w, x = [1.0, 2.0, 0.5], [3.0, 4.0, -1.0]
    assert backward_of(lambda w: ag.dot(w, w), w) == {"w": "w + w"}
    decayed = backward_of(lambda w, x: ag.dot(w, x) + ag.sum([a**2 for a in w]), w, x)
    assert decayed == {"v1": "1", "W1": "Z1 + ∂L/∂v1 ⊙ (2 W1)"}


def test_numbers_picked_from_an_argument():
    found = backward_of(lambda w: w[0] * w[1] * w[2], [1.0, 2.0, 3.0])
    assert found["v1"] == "w[2]"
    assert found["w"] == "∂L/∂v1 w[1] e[0] + ∂L/∂v1 w[0] e[1] + v1 e[2]"
    found = backward_of(lambda c, x: c[0] + c[1] * x, [1.0, 2.0], 3.0)
    assert (found["c"], found["x"]) == ("x e[1] + e[0]", "c[1]")


def test_softmax():
    text = str(trace(lambda x: ag.softmax(x)[0], [1.0, 2.0, 3.0]).vectorize())
    for line in (
        "v2 = x − 1 v1 ",
        "v4 = Σ v3 ",
        "L = v3[0] / v4 ",
        "∂L/∂v1 = Σ (−∂L/∂v2) ",
        "∂L/∂x = softmax x ∂L/∂v1 + ∂L/∂v2 ",
    ):
        assert f"    {line}" in text


def test_the_loss_of_a_classifier():
    layer = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], [0.1, 0.2, 0.3]

    def loss(layer, x):
        scores = [ag.dot(w, x, b) for w, b in zip(*layer)]
        return ag.logsumexp(scores) - scores[1]

    columns, rows = str(trace(loss, layer, [1.0, 2.0]).vectorize(1, "sum")).split("\n\n")
    assert "δ = softmax ŷ + (−1) e[1] " in columns
    assert "Δ = softmax Ŷ + (−1) 1 e[1]ᵀ " in rows
    assert "∂L/∂W1 = Xᵀ Δ " in rows


def test_the_decay_of_weights():
    def f(w, b, x, y):
        hidden = [ag.tanh(ag.dot(unit, x, c)) for unit, c in zip(w[0], b)]
        e = ag.dot(w[1], hidden) - y
        return e**2 + 0.1 * ag.sum([a * a for a in (*w[0][0], *w[0][1], *w[1])])

    args = ([[0.1, 0.2, 0.3], [0.3, 0.4, 0.5]], [0.5, 0.6]), [0.1, 0.2], [1.0, 2.0, 3.0], 1.0
    found = backward_of(f, *args, batched=(2, 3))
    assert found["v1"] == "0.1"
    assert found["b1"] == "Δ1ᵀ 1"
    for w, gradient in (("W1", "Xᵀ Δ1"), ("W2", "Z2ᵀ Δ")):
        assert found[w] == f"{gradient} + {w} ∂L/∂v1 + {w} ∂L/∂v1"


def test_what_matrices_do_not_say_is_printed_operation_by_operation():
    def f(w, x):
        return ag.sum([ag.tanh(ag.dot(w, [x[i], x[i + 1]])) for i in range(3)])  # a convolution

    p = trace(f, [0.5, 0.25], [1.0, 2.0, 3.0, 4.0])
    text, latex = str(p.vectorize()), p.vectorize().latex()
    assert text.startswith("The matrices of a network do not say this; operation by operation:")
    lines = [line[2:] for line in text.splitlines()[1:]]
    names = {}
    exec("from math import cosh, tanh\n" + "\n".join(lines), names)
    args = [0.1, -0.3], [0.5, 1.5, -2.0, 0.25]
    assert names["value_and_grad"](*args) == p.value_and_grad(*args)
    assert latex.startswith(r"\begin{aligned}")
    assert latex.count("{") == latex.count("}")


def test_of_many_lines_it_is_said_how_many_are_left_out():
    def f(x, y, count):
        values = [x, y]
        for i in range(count):
            a, b = values[-2:]
            values.append(ag.sin(b) * a if i % 3 else ag.exp(a) + b)
        return values[-1] * values[3] / y / y

    for count, length, last in ((17, 61, "      return v36"), (18, 62, "  … and 3 more lines, in")):
        lines = str(trace(partial(f, count=count), 0.1, 0.2).vectorize()).splitlines()
        assert (len(lines), lines[-1][: len(last)]) == (length, last)


def test_a_long_chain_of_choices_is_not_written_into_itself():
    def f(x, y):
        for _ in range(300):
            y = ag.where(y > x, 1.1 * x, 0.9 * y)
        return y

    assert len(str(trace(f, 1.0, 2.0).vectorize())) < 100_000


LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("+-*/²"), *[st.integers(0, 9)] * 2), min_size=1, max_size=8),
    st.floats(0.5, 2.0),
    st.floats(0.5, 2.0),
)
@example([("*", 0, 0), ("+", 0, 0), ("²", 1, 0), ("*", 0, 0), ("*", 0, 0)], 1.0, 1.0)  # 2⁻¹⁵
def test_printed_equations_of_numbers_are_true_as_they_stand(reduction, steps, x, y):
    """Read as arithmetic they give the value and the derivatives, also at other points than their own."""

    def f(x, y):
        values = [x, y, ag.Value(0.5)]
        for op, i, j in steps:
            a, b = values[-1 - i % len(values)], values[-1 - j % len(values)]
            values.append(
                a + b if op == "+" else a - b if op == "-" else a * b if op == "*"
                else a / b if op == "/" else a**2
            )  # fmt: skip
        return values[-1] * 2.0 + x * y

    p = trace(f, 1.0, 2.0)
    if any(0.0 < abs(v) < 1e-6 for v in p.recording.values([x, y])):
        return  # a difference of rounding errors
    names = {"x": np.float64(x), "y": np.float64(y), "np": np, "inf": np.inf}
    lines = str(p.vectorize((), reduction)).splitlines()
    if "operation by operation" in lines[0] or re.search("[02-9]×1\n|…|ᵀ", "\n".join(lines)):
        return  # nan everywhere, equal operations, which stand in columns, a long list, or a network
    for line in lines:
        if match := re.match(r" +(\S+) = (.*?)\s+1×1$", line):
            left, right = (side.replace("∂L/∂", "d") for side in match.groups())
            for printed, python in [
                ("⊙", "*"),
                ("−", "-"),
                (r"·10(⁻?)([⁰¹²³⁴-⁹]+)", lambda m: f"e{'-' * len(m[1])}{m[2].translate(LOWERED)}"),
                ("([⁰¹²³⁴-⁹]+)", r"**(\1)"),
                (r"\[([^][]*; [^][]*)\]", lambda m: f"np.array([{m[1].replace(';', ',')}])"),
                (r"Σ \(", "np.sum("),
                (r"Σ (np\.array\(\[[^]]*\]\))", r"np.sum(\1)"),
            ]:
                right = re.sub(printed, python, right)
            right = right.translate(LOWERED)
            right = re.sub(r"(?<=[\w.)]) (?=[\w(])", " * ", right)
            with np.errstate(all="ignore"):
                names[left] = eval(right, names)
    value, gradients = p.value_and_grad(x, y)
    close = partial(pytest.approx, rel=1e-4, abs=1e-9, nan_ok=True)
    assert names.get("L", names.get("ŷ")) == close(value)
    for name, g in zip("xy", gradients):
        assert names.get(f"d{name}", 0.0) == close(g)


def test_a_list_that_uses_a_part_of_an_argument():
    text = str(trace(lambda x: [x[0] * 2.0, ag.tanh(x[1])], [1.0, 2.0, 3.0]).vectorize())
    assert "tanh x[1]" in text


def test_a_classifier_of_many_inputs_prints_as_a_network():
    weights = [[0.1] * 200] * 20, [[0.1] * 20] * 3

    def loss(w, x):
        scores = [ag.dot(u, [ag.relu(ag.dot(v, x)) for v in w[0]]) for u in w[1]]
        return ag.logsumexp(scores) - scores[0]

    text = str(trace(loss, weights, [1.0] * 200).vectorize(1))
    assert "δ = softmax ŷ + (−1) e[0]" in text
    assert max(map(len, text.splitlines())) < 120


def test_arguments_that_are_called_as_the_layers_call_theirs():
    def f(W1, W2, x):
        return ag.dot(W1, [ag.tanh(ag.dot(u, x)) for u in W2])

    weights = [0.1, 0.2], [[0.1, 0.2, 0.3], [0.3, 0.4, 0.5]]
    text = str(trace(f, *weights, [1.0, 2.0, 3.0]).vectorize())
    assert re.search(r"^ +W1 = \(W2 as given\)ᵀ +3×2$", text, re.MULTILINE)
    assert re.search(r"^ +W2 = W1 as given +2×1$", text, re.MULTILINE)
    taken = str(trace(lambda v1, x: ag.tanh(v1 * x) * v1, 0.5, 1.0).vectorize())
    assert "u1 = v1 x" in taken


def test_a_gradient_that_is_0_at_one_point_proves_nothing():
    def f(p, x):
        return ag.relu(ag.dot([p[0], p[1]], x, p[0]) - 10.0)

    found = backward_of(f, [1.0, 2.0], [3.0, 4.0])
    assert found["p"] == "x ∂L/∂v1 + ∂L/∂v1 e[0]"


def test_slopes_by_the_exponent_of_a_constant():
    found = backward_of(lambda x: 2.0**x * x, 0.5)
    assert found == {"v1": "x", "x": "∂L/∂v1 (v1 log 2) + v1"}


def test_latex_of_roots_quotients_and_conditions():
    def f(x, y):
        return ag.where((x > 1e-7) & (y > 0.0), ag.sqrt(x) / (x * y), ag.leaky_relu(y))

    latex = trace(f, 0.5, 1.0).vectorize().latex()
    for part in (r"\sqrt{x}", r"\frac{", r"\land", "10^{-7}"):
        assert part in latex
    assert latex.count("{") == latex.count("}")


def test_a_label_that_a_layer_has_for_a_name():
    def f(w, x):
        hidden = [ag.tanh(ag.dot(unit, x)) for unit in w]
        twice = hidden[0] * hidden[1]
        twice.label = "A1"
        return twice + 1.0

    text = str(trace(f, [[0.1, 0.2], [0.3, 0.4]], [1.0, 2.0]).vectorize())
    assert "operation by operation" in text
    assert "A1" in text


@pytest.mark.parametrize("name", ["n", "e", "η"])
def test_an_argument_that_is_called_as_the_equations_call_theirs(name):
    """n counts the examples, e is a unit vector, η the learning rate: wherever they are met."""
    names = {}
    exec(f"def several(w, {name}):\n    return (w[0] * {name} + w[1]) ** 2", names)
    exec(f"def one(w, {name}):\n    return w * {name}", names)
    several = trace(names["several"], [0.5, 0.25], 2.0)
    one = trace(names["one"], 0.5, 2.0)
    said = {
        (f, batched): "operation by operation" not in str(p.vectorize(batched))
        for f, p in (("several", several), ("one", one))
        for batched in ((), 0)
    }
    assert said == {
        ("several", ()): name == "n",
        ("several", 0): name == "e",
        ("one", ()): name != "η",
        ("one", 0): name == "e",
    }


def test_differences_of_a_list_have_lines_of_their_own():
    text = str(trace(lambda x, y: [x - y, (x + y) * 2.0], 1.0, 2.0).vectorize())
    assert re.search(r"^ +v\d = x − y +1×1$", text, re.MULTILINE)
    assert re.search(r"^ +v\d = 2 \(x \+ y\) +1×1$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("f", "line"),
    [
        (lambda x: ag.acosh(x) * x, "∂L/∂v1 acosh′(x)"),
        (lambda x: ag.log(-1.1 - x) * x, "−∂L/∂v2 log′(−1.1 − x)"),
        (lambda x: ag.asin(x) * x, "∂L/∂v1 asin′(x)"),
        (lambda x: ag.log(x) * x, "∂L/∂v1 log′(x)"),
        (lambda x: ag.atanh(x) * ag.sqrt(x), "v1 = atanh x"),
    ],
)
def test_equations_are_tried_where_the_function_is_defined(f, line):
    text = str(trace(f, 0.5).vectorize())
    assert "operation by operation" not in text
    assert line in text


def test_where_it_is_defined_nowhere_there_are_no_equations():
    text = str(trace(lambda x: ag.sqrt(-1.0 - x * x), 0.5).vectorize())
    assert "operation by operation" in text


def test_a_sum_of_many_does_not_overflow_where_it_is_tried():
    text = str(trace(lambda w: ag.exp(ag.sum(w)) * 0.5, [0.1] * 2000).vectorize())
    assert "exp v1" in text
    many = str(trace(lambda w, x: ag.exp(ag.dot(w, x)), [0.1] * 3000, [0.1] * 3000).vectorize(1))
    assert "exp A1" in many


def test_powers_grow_until_nobody_reads_them():
    def f(x):
        y = x * 1.0
        for _ in range(1100):
            y = y * y
        return y

    text = str(trace(f, 1.0).vectorize())
    assert "v10 = x⁵¹² " in text
    assert "v11 = v10 v10 " in text


def test_the_order_in_which_factors_are_written_changes_no_equation():
    def pair(w, x):
        return [ag.tanh(a) for a in w], [ag.sin(b) for b in x]

    def products(a, b):
        return ag.sum([x * y for x, y in zip(a, b)])

    texts = {
        str(trace(lambda w, x, f=f, turn=turn: f(*pair(w, x)[::turn]), [0.1, 0.2], [0.3, 0.4]).vectorize(1))
        for f in (products, ag.dot)
        for turn in (1, -1)
    }  # fmt: skip
    (text,) = texts
    assert "(1 v1ᵀ) ⊙ v2" in text
