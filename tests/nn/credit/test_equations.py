"""Every number of a credit with the rule that gives it, of any network and on any kind of number."""

import math

import pytest
from hypothesis import given, settings

import autograd as ag
from autograd import Value
from autograd.notation import subscript
from nn import MLP, assign_credit
from nn.credit import Credit
from nn.credit.telling.equations import equations
from nn.lessons.quantities import right_numbers
from nn.losses import l2
from tests.nn.credit.networks import CASES, SPELLINGS
from tests.nn.credit.unit_graphs import Drawn, graphs


def assert_worked_out(c: Credit, tolerance: float = 1e-9) -> None:
    """Each number follows by its rule from those before it, and is the one that the credit has."""
    known = {}
    for q in equations(c):
        assert q.id not in known
        assert (q.rule is None) == (q.symbols == "")
        if q.rule is not None:
            assert set(q.reads) <= set(known), q.names
            found = q.rule({name: known[name] for name in q.reads})
            scale = tolerance * max(1.0, abs(q.value))
            assert found == q.value or abs(found - q.value) <= scale, q.names
        known[q.id] = q.value
    assert known["loss", None] == c.loss
    assert {i: x for (kind, i), x in known.items() if kind == "z"} == {
        i: node.z for i, node in c.nodes.items()
    }
    assert sorted(x for (kind, _), x in known.items() if kind == "gradient") == sorted(
        weight.credit for weight in c.weights.values()
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", CASES)
def test_networks_of_every_kind(name, spelling):
    case = CASES[name](spelling)
    assert_worked_out(
        assign_credit(case.net, case.x, case.y, case.loss, parameters=case.parameters)
    )


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", lambda a: a * a.sigmoid() + 1.0])
def test_perceptrons(activation):
    net = MLP(3, [4, 3, 2], activation=activation, bias=True, rng=1)
    c = assign_credit(net, [1.0, -0.5, 0.2], [0.3, 0.1], penalty=l2(0.1))
    assert_worked_out(c)
    forward = [q.names[0] for q in equations(c) if q.kind == "a"]
    assert forward == ["a₅", "a₆", "a₇", "a₈", "a₂", "a₃", "a₄", "a₀", "a₁"]
    for p in net.parameters():
        p.data = 9.0  # the numbers are those of the time of recording
    assert_worked_out(c)


def test_they_are_the_numbers_of_a_working():
    net = MLP(2, [2, 2], bias=True, rng=2)
    c = assign_credit(net, [1.0, -0.5], 1, "cross_entropy")
    wanted = {(q.kind, q.of): x for q, x in right_numbers(c, 0.5).items()}
    found = {q.id: q.value for q in c.equations(lr=0.5)}
    assert [name for name in found if name in wanted] == list(wanted)
    assert {name: found[name] for name in wanted} == wanted


@given(graphs())
@settings(max_examples=60)
def test_random_networks(drawn: Drawn):
    c = assign_credit(drawn.loss, parameters=drawn.parameters, outputs=drawn.outputs)
    assert_worked_out(c, tolerance=1e-6)


@given(graphs(special=True))
@settings(max_examples=60)
def test_random_networks_with_zeros_infinities_and_nan(drawn: Drawn):
    c = assign_credit(drawn.loss, parameters=drawn.parameters, outputs=drawn.outputs)
    known = {q.id: q.value for q in equations(c)}
    for q in equations(c):
        if q.rule is not None:
            found = q.rule(known)
            if all(math.isfinite(known[name]) for name in q.reads) and math.isfinite(q.value):
                assert found == pytest.approx(q.value, rel=1e-6, abs=1e-9), q.names


def test_rules_on_other_kinds_of_numbers():
    case = CASES["lstm"]()
    c = assign_credit(case.net, case.x, case.y, parameters=case.parameters)
    known = {q.id: Value(q.value) for q in equations(c)}
    for q in equations(c):
        if q.rule is not None:
            assert Value(0.0).data + q.rule(known).data == pytest.approx(q.value, abs=1e-12)
    delta = next(q for q in equations(c) if q.id == ("delta", 4))
    # δ₄ = δ₂·z₆·σ′(a₄), so its derivative by δ₂ is z₆·σ′(a₄)
    delta.rule(known).backward()
    assert known["delta", 2].grad == pytest.approx(c.nodes[6].z * c.nodes[4].slope)


def test_a_shared_weight_has_its_shares_and_their_sum():
    w = Value(0.5, label="w")
    c = assign_credit(lambda x: (w * (w * x).tanh()).tanh(), 0.8, 0.2, parameters=[w])
    told = [(q.kind, q.names[0]) for q in c.equations(lr=0.5)]
    assert [kind for kind, _ in told] == [
        "weight", "z", "a", "z", "a", "z", "loss", "delta", "delta", "share", "share", "gradient", "new",
    ]  # fmt: skip
    assert told[-4:] == [
        ("share", "∂L/∂w 1⇝0"), ("share", "∂L/∂w 2⇝1"), ("gradient", "∂L/∂w"), ("new", "new w"),
    ]  # fmt: skip
    assert c.equations(lr=0.5)[-1].value == c.after(0.5).weights["w"].weight


@pytest.mark.parametrize("count", [6, 7, 9])
def test_a_long_sum_is_written_by_its_first_terms_and_its_last(count):
    def net(x):
        units = [ag.tanh(Value(0.1 * k, label=f"w{k}") * x[0]) for k in range(1, count + 1)]
        return Value(0.5, label="v") * ag.exp(ag.sum(units))

    equations = assign_credit(net, [1.0], 0.3).equations()
    (joint,) = [e for e in equations if e.kind == "z" and e.of == 1]
    names = [f"z{subscript(j)}" for j in range(2, count + 2)]
    written = names if count <= 6 else [*names[:3], "…", names[-1]]
    assert joint.symbols == f"exp({'+'.join(written)})"
    numbers = [f"{math.tanh(0.1 * k):.4f}".rstrip("0") for k in range(1, count + 1)]
    written = numbers if count <= 6 else [*numbers[:3], "…", numbers[-1]]
    assert joint.numbers == f"exp({'+'.join(written)})"
    assert joint.value == pytest.approx(
        math.exp(sum(math.tanh(0.1 * k) for k in range(1, count + 1)))
    )
