"""Why a gradient is what it is: paths, edges, trees and steps tell the same numbers as backward."""

import math
import random

import pytest

import autograd as ag
from autograd import Value, edges, explain, steps, tree
from autograd.explanation.paths import MOST
from autograd.notation import superscript
from autograd.primitives import TABLE


def _example():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = c + a
    d.label = "d"
    L = d * c
    L.label = "L"
    return L, a, b


def test_the_paths_add_up_to_the_gradient():
    L, a, b = _example()
    L.backward()
    for leaf, count in ((a, 3), (b, 2)):
        why = explain(L, wrt=leaf)
        assert why.count == len(why.paths) == count
        assert sum(path.product for path in why.paths) == why.gradient == leaf.grad


def test_an_explanation_in_words():
    L, a, _ = _example()
    assert str(explain(L, wrt=a)).splitlines() == [
        "∂L/∂a = +24.0000: 3 paths; the local derivatives of each multiply, and the products add up to this",
        "  L ← d ← c ← a:  (−6.0000) · 1.0000 · (−3.0000) = +18.0000",
        "  L ← d ← a:  (−6.0000) · 1.0000 = −6.0000",
        "  L ← c ← a:  (−4.0000) · (−3.0000) = +12.0000",
    ]
    assert repr(explain(L, wrt=a)) == str(explain(L, wrt=a))


def test_an_explanation_as_latex():
    L, a, b = _example()
    latex = explain(L, wrt=b)._repr_latex_()
    assert (latex[0], latex[-1]) == ("$", "$")
    assert r"\frac{\partial L}{\partial b}" in latex
    assert r"\frac{\partial d}{\partial c} \cdot \frac{\partial c}{\partial b}" in latex
    assert "= -20.0000" in latex
    assert "−" not in latex, "LaTeX writes its own minus sign"
    assert latex.count("{") == latex.count("}")
    assert r"= 0" in explain(a * 1.0, wrt=b).latex


@pytest.mark.parametrize("label", ["w_1", "50%", "a\\b", "{", "x y", "δ", "$", "^", "w1"])
def test_any_label_is_valid_latex(label):
    x = Value(2.0, label=label)
    latex = explain(x * 3.0, wrt=x).latex
    plain = latex.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    for special in "%$&#":
        assert latex.count(special) - latex.count("\\" + special) == latex.count(" &= ") * (
            special == "&"
        )


def test_paths_are_counted_without_listing_them():
    x = y = Value(1.0, label="x")
    for _ in range(100):
        y = y + y
    why = explain(y, wrt=x, max_paths=3)
    assert why.count == 2**100
    assert len(why.paths) == 3
    assert why.gradient == 2.0**100
    assert f"{2**100 - 3} more paths" in str(why)
    assert r"\cdots" in why.latex


def test_no_path_and_the_shortest():
    x, other = Value(2.0, label="x"), Value(1.0, label="other")
    assert explain(x * 2.0, wrt=other).count == 0
    assert "does not depend on other" in str(explain(x * 2.0, wrt=other))
    assert explain(x, wrt=x).gradient == 1.0
    inner = x * x
    assert explain(inner * 5.0, wrt=inner).gradient == 5.0
    taken = ag.where(x < 1, x.sqrt(), x * 3.0)
    assert explain(taken, wrt=x).count == 1
    with pytest.raises(TypeError, match=r"explain takes a Value, .* but float"):
        explain(2.0, wrt=x)


def test_edges_sum_to_the_gradients():
    L, a, b = _example()
    found = edges(L)
    assert (L.grad, a.grad, b.grad) == (0.0, 0.0, 0.0), "nothing is written"
    L.backward()
    assert found[0].child is L
    for leaf in (a, b):
        assert sum(edge.credit for edge in found if edge.parent is leaf) == leaf.grad
    for edge in found:
        assert edge.credit == edge.upstream * edge.local
        assert edge.upstream == edge.child.grad
    assert len([edge for edge in edges(a * a) if edge.parent is a]) == 2
    assert edges(a) == []


def test_edges_of_a_branch_not_taken_carry_nothing():
    x = Value(0.0)
    untaken = x.sqrt()
    y = ag.where(True, x * 2.0, untaken) * math.inf
    cut = [edge.credit for edge in edges(y) if edge.parent is untaken or edge.child is untaken]
    assert cut == [0.0, 0.0]


def test_a_tree_shows_shared_nodes_once():
    a = Value(2.0, label="a")
    b = a * 3.0
    b.label = "b"
    y = b + b.tanh()
    y.backward()
    lines = str(tree(y)).splitlines()
    assert lines[0] == "+  7.0000  grad 1.0000"
    assert lines[1] == "├─ b = ×  6.0000  grad 1.0000  #1"
    assert lines[2] == "│  ├─ a  2.0000  grad 3.0001"
    assert lines[3] == "│  └─ constant  3.0000"
    assert lines[-1] == "   └─ b  #1 above"
    assert repr(tree(y)) == str(tree(y))


def test_a_large_tree_is_capped():
    y = ag.sum([Value(float(i)) for i in range(1000)])
    lines = str(tree(y, max_lines=10)).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "… and more below; tree(root, max_lines=...) shows it"
    assert len(str(tree(y, max_lines=2000)).splitlines()) == 1001


def test_steps_do_what_backward_does():
    L, a, b = _example()
    taken = list(steps(L))
    assert [step.node.op for step in taken] == ["mul", "add", "mul"]
    assert [step.index for step in taken] == [1, 2, 3]
    assert (a.grad, L.grad) == (0.0, 0.0)
    L.backward()
    for step in taken:
        assert step.upstream == step.node.grad
        for edge in step.edges:
            assert edge.credit == edge.upstream * edge.local == step.upstream * edge.local
    last = {id(e.parent): total for step in taken for e, total in zip(step.edges, step.totals)}
    assert (last[id(a)], last[id(b)]) == (a.grad, b.grad)
    assert "→ a: upstream −10.0000 × local −3.0000 = +30.0000, sum 24.0000" in str(taken[-1])
    assert next(steps(L, seed=0.5)).upstream == 0.5
    assert list(steps(a)) == []


@pytest.mark.parametrize("name", [n for n, row in TABLE.items() if len(row.partials) == 1])
def test_every_operation_can_be_explained(name):
    x = Value(1.25, label="x")
    row = TABLE[name]
    y = {
        "sum": lambda: ag.sum([x]),
        "logsumexp": lambda: ag.logsumexp([x]),
        "clip": lambda: ag.clip(x, 0, 2),
    }.get(name, lambda: row(x))()
    y.backward()
    why = explain(y, wrt=x)
    assert why.count == 1
    assert why.gradient == x.grad or math.isnan(x.grad)
    assert row.symbol in str(why)


def test_nodes_without_a_label_are_called_by_their_symbol_everywhere():
    x = Value(2.0, label="two\nlines")
    y = ((x + 1.0) * x).tanh()
    for text in (str(explain(y, wrt=x)), "\n".join(map(str, steps(y))), str(tree(y))):
        assert "×" in text
        assert "two\\nlines" in text
        assert "two\n" not in text
        assert "add" not in text.replace("add up", "")


def test_a_number_of_paths_too_long_to_print_is_rounded():
    x = y = Value(1.0, label="x")
    for _ in range(3000):
        y = y + y
    why = explain(y, wrt=x)
    assert why.count == MOST
    assert "more than 1.0·10³⁰⁰ paths" in str(why)
    y = x
    for _ in range(450):
        y = y + y
    assert f"about 2.9·10{superscript(135)} paths" in str(explain(y, wrt=x))


def test_long_paths_are_shortened_in_text_and_latex():
    x = y = Value(1.0, label="x")
    for _ in range(5000):
        y = y + 1.0
    why = explain(y, wrt=x)
    assert why.count == 1
    assert "…" in str(why)
    assert len(str(why)) < 400
    assert len(why.latex) < 2000
    assert r"\cdots" in why.latex


def test_a_graph_of_products_that_share_operands():
    rng = random.Random(0)
    values = [Value(1.0 + 0.01 * i, label=f"v{i}") for i in range(10)]
    for _ in range(450):
        values.append(rng.choice(values[-30:]) * rng.choice(values[-30:]) * 0.9)
    root = values[-1]
    for leaf in values[:3]:
        why = explain(root, wrt=leaf)
        leaf_gradient = sum(e.credit for e in edges(root) if e.parent is leaf)
        assert why.gradient == pytest.approx(leaf_gradient)
    assert sum(1 for _ in steps(root)) == len({id(e.child) for e in edges(root)})
    assert len(str(tree(root)).splitlines()) <= 201
