"""Copies and pickles look at each node once, however many roots share it."""

import copy
import pickle

import pytest

import autograd as ag
from autograd import Value, trace, where
from autograd.graph import copying
from autograd.graph.node import operand_numbers

WAYS = [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
KINDS = {
    "leaf": lambda x, y: x,
    "plain number": lambda x, y: (x * 3.0).parents[1],
    "unary": lambda x, y: x.tanh(),
    "number first": lambda x, y: 3.0 - y,
    "sum": lambda x, y: ag.sum([x, y, 1.0]),
    "dot": lambda x, y: ag.dot([x, y], [y, 4.0], x * y),
    "dot without bias": lambda x, y: ag.dot([x, y], [3.0, 4.0]),
    "clip": lambda x, y: x.clip(-1.0, 5.0),
    "where": lambda x, y: where(x > y, x, 1.0),
    "where not": lambda x, y: where(False, x, y),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_was_made_as_the_original_was(kind, way):
    x = Value(2.0, label="x")
    v = KINDS[kind](x, Value(-3.0))
    for label, grad in (("", 0.0), ("name", 0.0), ("name", 5.0)):
        if label:
            v.label = label
        if grad:
            v.grad = grad
        twin = way(v)
        assert twin is not v
        assert (twin.data, twin.grad, twin.label) == (v.data, v.grad, v.label)
        assert (twin.op, operand_numbers(twin)) == (v.op, operand_numbers(v))
        assert twin.partials == v.partials
        assert [p.op for p in twin.parents] == [p.op for p in v.parents]
    x.grad = 0.0
    fresh, leaf = copy.deepcopy([v, x])
    fresh.backward()
    v.backward()
    assert leaf.grad == x.grad


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_of_what_was_detached_in_a_trace_is_a_leaf(way):
    kept = []

    def f(x):
        kept.append(x.detach())
        return x

    trace(f, Value(2.0, label="x"))
    twin = way(kept[0])
    assert (twin.data, twin.grad, twin.label, twin.parents) == (2.0, 0.0, "x", ())


def test_a_copy_of_a_traced_number_has_its_label():
    labels = []

    def f(x):
        labels.extend(way(x).label for way in (copy.copy, copy.deepcopy))
        return x

    trace(f, Value(2.0, label="speed"))
    assert labels == ["speed", "speed"]


def test_a_pickle_of_an_operation_that_is_not_known_says_which(monkeypatch):
    written = pickle.dumps(Value(2.0).tanh())
    monkeypatch.setattr(
        copying, "TABLE", {}
    )  # put back into the table itself, it would be the last row
    said = r"^this Value .* 'tanh', .*; first define it .* the Value was saved: ag\.operation\('tanh', \.\.\.\)$"
    with pytest.raises(LookupError, match=said):
        pickle.loads(written)


class Counted(dict):
    asked = 0

    def __contains__(self, key):
        self.asked += 1
        return super().__contains__(key)


def test_roots_that_share_their_graph_are_copied_in_linear_time():
    roots = [Value(1.0)]
    for _ in range(300):
        roots.append(roots[-1] * 1.01 + 0.5)
    memo = Counted()
    twins = copy.deepcopy(roots, memo)
    assert memo.asked < 10 * len(roots), "not once for each root above it"
    twins[-1].backward()
    assert twins[0].grad > 1.0
    assert [root.grad for root in roots] == [0.0] * len(roots)


def test_operands_of_every_kind_stay_shared():
    """Plain numbers, tuples, conditions and the third operand, in either order."""
    x, y = Value(2.0), Value(-3.0)
    root = where(x > y, (x * y).clip(-10.0, 10.0), 4.0) + (1.0 - y) * x**2
    root.backward()
    for twin in (copy.deepcopy([root, x, y]), pickle.loads(pickle.dumps([root, x, y]))):
        assert twin[0].data == root.data
        assert [v.grad for v in twin] == [v.grad for v in (root, x, y)]
        twin[0].backward()
        assert [v.grad for v in twin[1:]] == [2.0 * v.grad for v in (x, y)]
