"""Copies and pickles look at each node once, however many roots share it."""

import copy
import pickle

from autograd import Value, where


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
