"""Copies and pickles look at each node once, however many roots share it."""

import copy
import pickle

import pytest

import autograd as ag
from autograd import Value, trace, where
from autograd.graph.node import operand_numbers
from autograd.primitives import TABLE

X, Y = Value(2.0, label="x"), Value(-3.0)
KINDS = {
    "leaf": X,
    "plain number": (X * 3.0).parents[1],
    "unary": X.tanh(),
    "number first": 3.0 - Y,
    "sum": ag.sum([X, Y, 1.0]),
    "dot": ag.dot([X, Y], [Y, 4.0], X * Y),
    "dot without bias": ag.dot([X, Y], [3.0, 4.0]),
    "clip": X.clip(-1.0, 5.0),
    "where": where(X > Y, X, 1.0),
    "where not": where(False, X, Y),
}


def _kept(x):
    KINDS["detached"] = x.detach()
    return x


trace(_kept, Value(2.0, label="x"))


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_was_made_as_the_original_was(kind, way):
    v = KINDS[kind]
    for label, grad in (("", 0.0), ("name", 0.0), ("name", 5.0)):
        if label:
            v.label = label
        if grad:
            v.grad = grad
        twin = way(v)
        assert twin is not v
        assert (twin.data, twin.grad, twin.label) == (v.data, v.grad, v.label)
        if kind != "detached":  # it belonged to a trace, and is a leaf
            assert (twin.op, operand_numbers(twin)) == (v.op, operand_numbers(v))
        assert twin.partials == v.partials
        assert [p.op for p in twin.parents] == [p.op for p in v.parents]
    X.grad = 0.0
    fresh, leaf = copy.deepcopy([v, X])
    fresh.backward()
    v.backward()
    assert leaf.grad == X.grad


def test_a_copy_of_a_traced_number_has_its_label():
    labels = []

    def f(x):
        labels.extend(way(x).label for way in (copy.copy, copy.deepcopy))
        return x

    trace(f, Value(2.0, label="speed"))
    assert labels == ["speed", "speed"]


def test_a_pickle_of_an_operation_that_is_not_known_says_which(monkeypatch):
    written = pickle.dumps(X.tanh())
    monkeypatch.delitem(TABLE, "tanh")
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
