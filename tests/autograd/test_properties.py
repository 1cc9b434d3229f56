"""What holds for every expression: drawn by Hypothesis, from every operation, up to hundreds of nodes."""

import copy
import math
import pickle

from hypothesis import assume, given, settings, strategies as st
from mpmath import mp

from autograd import Value, edges, explain, steps
from autograd.graph.node import operand_numbers
from autograd.graph.reverse import differentiable_gradients, errors, gradients
from autograd.graph.walks import topological
from tests import random_programs
from tests.strategies import by_rows, exactly, expressions, results

LEAVES = st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=3)
WILD = st.lists(st.floats(), min_size=2, max_size=2)


def _built(expression, numbers):
    leaves = [Value(x) for x in numbers]
    return results(expression, leaves, by_rows)[-1], leaves


def _bits(numbers):
    return [x.hex() for x in numbers]


def _well_away_from_kinks(root):
    for v in topological(root):
        row, operands = operand_numbers(v)
        if row is not None and row.kinks is not None:
            a, b = (*operands, 0.0)[:2]
            if abs(a - b) < 1e-6 and len(set(map(id, v.parents))) == len(v.parents):
                return False
    return True


@settings(max_examples=60)
@given(expressions(100), LEAVES)
def test_value_and_gradient_are_exact_to_rounding(expression, numbers):
    root, leaves = _built(expression, numbers)
    root.backward()
    sizes = _sums_of_magnitudes(root)
    assume(_well_away_from_kinks(root) and max(sizes.values()) < 1e6)
    with mp.workdps(60):
        exact = [mp.mpf(x) for x in numbers]
        value = results(expression, exact, exactly)[-1]
        assert abs(root.data - value) <= 1e-12 * (1 + abs(value)) * max(sizes.values())
        h = mp.mpf(10) ** -20
        for i, leaf in enumerate(leaves):
            above, below = (
                results(
                    expression, [x + s * h if k == i else x for k, x in enumerate(exact)], exactly
                )[-1]
                for s in (1, -1)
            )
            slope = (above - below) / (2 * h)
            assert abs(leaf.grad - slope) <= 1e-10 * (1 + sizes.get(id(leaf), 0.0)), (leaf, slope)


def _sums_of_magnitudes(root):
    """Return the gradient that backward would find if no two credits ever cancelled, by node."""
    sizes = {id(root): 1.0}
    for v in reversed(topological(root)):
        for parent, slope in zip(v.parents, v.partials):
            sizes[id(parent)] = sizes.get(id(parent), 0.0) + sizes.get(id(v), 0.0) * abs(slope)
    return sizes


@given(random_programs.steps(max_size=200), WILD)
def test_the_same_expression_has_the_same_bits(program, numbers):
    outcomes = []
    for _ in range(2):
        leaves = [Value(x) for x in numbers]
        root = random_programs.function(program)(*leaves)
        root.backward()
        outcomes.append(_bits([root.data, *(leaf.grad for leaf in leaves)]))
    assert outcomes[0] == outcomes[1]


@given(expressions(200), LEAVES)
def test_floats_and_values_agree_bit_for_bit(expression, numbers):
    root, _ = _built(expression, numbers)
    assert _bits([results(expression, numbers, by_rows)[-1]]) == _bits([root.data])


@given(random_programs.steps(max_size=200), WILD)
def test_the_pure_walk_and_the_steps_are_backward(program, numbers):
    leaves = [Value(x) for x in numbers]
    root = random_programs.function(program)(*leaves)
    found = gradients(root)
    totals = {id(root): 1.0}
    for step in steps(root):
        totals.update((id(e.parent), total) for e, total in zip(step.edges, step.totals))
    inner = errors(root)
    root.backward()
    for v in topological(root):
        if v in inner:
            assert _bits([inner[v]]) == _bits([found[id(v)]])
        else:
            assert id(v) not in found or not v.op
        if id(v) in found:
            assert _bits([found[id(v)], totals[id(v)]]) == _bits([v.grad, v.grad])


@given(expressions(150), LEAVES, st.integers(-40, 40))
def test_the_gradient_is_linear_in_the_seed(expression, numbers, exponent):
    root, leaves = _built(expression, numbers)
    root.backward()
    once = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    root.backward(2.0**exponent)  # a power of two, so that nothing is rounded
    assert [leaf.grad for leaf in leaves] == [g * 2.0**exponent for g in once]


@given(expressions(150), LEAVES)
def test_credits_into_a_node_sum_to_its_gradient(expression, numbers):
    root, _ = _built(expression, numbers)
    root.backward()
    shares: dict[int, list[float]] = {}
    for edge in edges(root):
        shares.setdefault(id(edge.parent), []).append(edge.credit)
    for v in topological(root):
        if v is not root and v.op != "constant":
            size = math.fsum(map(abs, shares[id(v)]))
            assert abs(math.fsum(shares[id(v)]) - v.grad) <= 1e-12 * size


@given(expressions(12), LEAVES)
def test_paths_sum_to_the_gradient(expression, numbers):
    root, leaves = _built(expression, numbers)
    root.backward()
    for leaf in leaves:
        why = explain(root, wrt=leaf, max_paths=2000)
        assume(why.count <= 2000)
        assert len(why.paths) == why.count
        products = [path.product for path in why.paths]
        if leaf is not root:
            assert abs(math.fsum(products) - leaf.grad) <= 1e-10 * math.fsum(map(abs, products))


@given(expressions(150), LEAVES)
def test_rules_on_values_agree_with_rules_on_floats(expression, numbers):
    root, leaves = _built(expression, numbers)
    plain, recorded = gradients(root), differentiable_gradients(root)
    for leaf in leaves:
        g = recorded.get(id(leaf), 0.0)
        g = g.data if isinstance(g, Value) else g
        assert math.isclose(g, plain.get(id(leaf), 0.0), rel_tol=1e-9, abs_tol=1e-12)


@settings(max_examples=50)
@given(random_programs.steps(max_size=150), WILD)
def test_copies_are_equal_and_independent(program, numbers):
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(numbers)]
    root = random_programs.function(program)(*leaves)
    twins = copy.deepcopy([root, *leaves]), pickle.loads(pickle.dumps([root, *leaves]))
    root.backward()
    for twin, *twin_leaves in twins:
        assert [leaf.grad for leaf in twin_leaves] == [0.0, 0.0]
        twin.backward()
        assert _bits([twin.data]) == _bits([root.data])
        assert _bits(leaf.grad for leaf in twin_leaves) == _bits(leaf.grad for leaf in leaves)
        assert [leaf.label for leaf in twin_leaves] == ["x0", "x1"]
        assert [v.op for v in topological(twin)] == [v.op for v in topological(root)]


@given(expressions(200), LEAVES)
def test_a_second_backward_adds_one_more_copy(expression, numbers):
    root, leaves = _built(expression, numbers)
    root.backward()
    once = [leaf.grad for leaf in leaves]
    root.backward()
    assert _bits(leaf.grad for leaf in leaves) == _bits(2.0 * g for g in once)


@given(expressions(200), LEAVES)
def test_topological_order_puts_parents_first(expression, numbers):
    root, _ = _built(expression, numbers)
    order = topological(root)
    place = {id(v): i for i, v in enumerate(order)}
    assert order[-1] is root
    assert len(place) == len(order)
    assert set(place) == {id(v) for v in topological(root)}
    assert all(place[id(parent)] < place[id(v)] for v in order for parent in v.parents)
