"""Walking graphs: any object with `.parents` will do, of any depth."""

from dataclasses import dataclass

from autograd import Value
from autograd.graph.reverse import inner_nodes
from autograd.graph.walks import topological


@dataclass(eq=False)
class Node:
    name: str
    parents: "tuple[Node, ...]" = ()


def _diamond():
    a = Node("a")
    b, c = Node("b", (a,)), Node("c", (a,))
    return Node("d", (b, c, a, b))


def test_topological_order_is_that_of_a_depth_first_search():
    assert [node.name for node in topological(_diamond())] == ["a", "b", "c", "d"]
    a, b = Node("a"), Node("b")
    assert [node.name for node in topological(Node("c", (b, a)))] == ["b", "a", "c"]
    assert [node.name for node in topological(a)] == ["a"]


def test_a_parent_met_early_waits_for_its_own_parents():
    a = Node("a")
    b = Node("b", (a,))
    c = Node("c", (b,))
    assert [node.name for node in topological(Node("d", (a, c, b)))] == ["a", "b", "c", "d"]
    assert [node.name for node in topological(Node("d", (c, a)))] == ["a", "b", "c", "d"]


def test_depth_does_not_matter():
    node = Node("0")
    for i in range(100_000):
        node = Node(str(i), (node, node))
    assert len(topological(node)) == 100_001
    while node.parents:  # a dataclass of tuples is freed by recursion
        node = node.parents[0]


def test_the_gradient_passes_through_inner_nodes_only():
    x, y = Value(2.0), Value(3.0)
    a = x * y
    b = a + x
    c = b * a
    assert [id(v) for v in inner_nodes(c)] == [id(a), id(b), id(c)]
    assert [id(v) for v in inner_nodes(b)] == [id(a), id(b)]
    assert inner_nodes(x) == []
