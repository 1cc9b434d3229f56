"""What credit costs, counted: nothing is made before it is asked for, and all of it is linear in the graph."""

import gc
import weakref
from collections import Counter

import pytest

import autograd as ag
from autograd import Value
from nn import MLP, assign_credit
from nn.credit.finding import units
from nn.credit.finding.recorded import Recorded
from nn.credit.parts import Edge
from tests.counting import calls
from tests.nn.credit.networks import CASES, elman, residual


def of(case):
    return lambda: assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)


@pytest.mark.parametrize("name", CASES)
def test_units_are_found_when_they_are_asked_for(name):
    found = calls(of(CASES[name]()))
    assert not {"units.py", "joints.py", "numbering.py", "anatomy.py", "unlayered.py"} & set(found)


@pytest.fixture
def made(monkeypatch):
    """Count the terms that are made."""
    counts = Counter()
    plain = units.Term.__new__

    def counting(cls, *args, **named):
        counts["Term"] += 1
        return plain(cls, *args, **named)

    monkeypatch.setattr(units.Term, "__new__", counting)
    return counts


def alive():
    """Return how many edges there are."""
    gc.collect()
    return sum(type(thing) is Edge for thing in gc.get_objects())


def test_no_edge_is_made_before_it_is_looked_at(made):
    net, before = MLP(3, [20, 20, 1], rng=1), alive()
    c = assign_credit(lambda x: net(x), [0.1, 0.2, 0.3], 0.5, parameters=net)
    assert len(c.nodes) == 44
    assert len(c.layers) == 4
    assert made == {"Term": 2 * 41}  # of each unit its dot, and its bias
    assert alive() == before
    assert len(c.edges) == 3 * 20 + 20 * 20 + 20 + 41
    assert (22, 1) in {*c.edges}
    assert len(c.updates()) == len(c.edges)
    assert c.weights.sums.totals
    assert alive() == before
    assert c.edges[21, 1].target == 1
    assert alive() == before + 21  # those of its unit
    assert len(list(c.edges.values())) == len(c.edges)
    assert alive() == before + len(c.edges)


@pytest.mark.parametrize("own", [False, True])
def test_edges_and_weights_of_a_unit_are_made_at_once(own):
    def work(width):
        net = MLP(width, [20, 1], rng=1)
        x = [0.1] * width
        c = assign_credit(
            (lambda x: net(x)) if own else net, x, 0.5, parameters=net if own else None
        )
        assert len(c.nodes) == width + 21  # the nodes are made one by one, before
        found = calls(lambda: (list(c.edges.values()), [w.credit for w in c.weights.values()]))
        return found["rows.py"] + found["parts.py"]

    assert work(80) == work(10)  # though there are eight times as many weights


def test_a_dot_in_a_sum_is_told_by_its_tuples(made):
    case = elman(steps=4)
    c = of(case)()
    assert len(c.nodes) == 13
    assert (
        made["Term"] == 8 + 7
    )  # the weights of the inputs, which stand outside of dots, and the dots


@pytest.mark.parametrize("make", [residual, elman])
def test_linear_in_the_graph(make):
    def work(n):
        case = make(depth=n) if make is residual else make(steps=n)
        if make is elman:
            case = type(case)(case.net, [0.1 * k for k in range(n)], 0.5, case.parameters)

        def look():
            c = of(case)()
            assert c.nodes
            assert c.edges
            assert c.weights

        return sum(calls(look).values())

    small, large = work(20), work(80)
    assert large < 4.4 * small


@pytest.mark.parametrize("name", CASES)
def test_a_credit_is_freed_at_once(name):
    gc.collect()
    gc.disable()
    try:
        c = of(CASES[name]())()
        assert str(c)
        assert str(c.forward_table())
        graph = weakref.ref(c.recording.loss)
        del c
        assert graph() is None
    finally:
        gc.enable()


def test_a_recorded_loss_is_taken_apart_once(monkeypatch):
    made, plain = [], Recorded.__init__
    monkeypatch.setattr(Recorded, "__init__", lambda *args: made.append(plain(*args)))
    w, x = Value(0.5), Value(2.0)
    assert assign_credit((w * x).tanh() - 1.0, parameters=[w]).nodes  # its outputs are looked for
    assert len(made) == 1


def test_a_wide_layer_costs_by_the_unit():
    def work(width):
        net = MLP(width, [width, 1], rng=1)
        x = [0.1] * width
        found = calls(lambda: assign_credit(lambda x: net(x), x, 0.5, parameters=net).nodes)
        return sum(
            found[f"{file}.py"] for file in ("flat", "recorded", "units", "numbering", "unlayered")
        )

    assert work(80) < 4.4 * work(20)  # though there are sixteen times as many weights


def test_numbers_are_those_of_the_time_of_recording():
    w, frozen, b = [Value(0.5), Value(-0.3)], Value(2.0), Value(0.1)
    x = Value(0.7, label="x")
    c = assign_credit(
        lambda x: (ag.dot(w, [x, 1.5], b).tanh() * frozen + w[0]) * 1.0 + ag.dot(w, [1.0, 2.0]),
        x, 0.2, parameters=[*w, b],
    )  # fmt: skip
    same = assign_credit(
        lambda x: (ag.dot(w, [x, 1.5], b).tanh() * frozen + w[0]) * 1.0 + ag.dot(w, [1.0, 2.0]),
        x, 0.2, parameters=[*w, b],
    )  # fmt: skip
    wanted = str(same), str(same.forward_table()), same.check().ok
    for leaf in (*w, frozen, b, x):
        leaf.data = 99.0  # nothing was looked at before
    assert (str(c), str(c.forward_table()), c.check().ok) == wanted
    assert c.after(0.01).loss < c.loss


def test_names_are_those_that_were_found_whatever_is_asked_first():
    case = elman()
    for ask in (
        lambda c: c.names.z(0),
        lambda c: c.in_notation("nielsen").in_notation("slides").nodes[0].name,
    ):
        assert ask(of(case)()) == "ŷ"
