"""The widget on the side of Python; the side of the browser is in tests/browser/test_live.py."""

import subprocess
import sys

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

from autograd.structure import leaves, rebuild
from nn import MLP, assign_credit, losses
from tests.nn.credit.networks import CASES, Case
from tests.worked import X, Y, network, worked


def test_what_is_dragged_is_there_in_python() -> None:
    widget = worked().widget()
    assert widget.net.state_dict() == network().state_dict()
    heard = []
    widget.on_change(lambda credit: heard.append(credit.loss))
    widget.values = widget.values | {"5-1": 0.25, "x2": 2.0, "y": 0.75}
    assert widget.net.layers[0].neurons[0].w[0].data == 0.25
    now = assign_credit(widget.net, [X[0], 2.0, X[2]], 0.75)
    assert widget.credit.loss == now.loss
    assert heard == [now.loss]
    assert Y == 0.2


def test_several_outputs_and_biases() -> None:
    net = MLP(2, [3, 2], rng=0)
    credit = assign_credit(net, [0.5, 1.0], 1, loss=losses.cross_entropy)
    widget = credit.widget()
    assert widget.credit.loss == pytest.approx(credit.loss, rel=1e-15)
    assert {"b-0", "b-4", "x1", "x2", "y0", "y1"} <= widget.values.keys()


def test_a_penalty_and_a_notation_stay() -> None:
    credit = assign_credit(network(), X, Y, penalty=losses.l2(0.1), notation="nielsen")
    assert credit.widget().credit.loss == credit.loss
    assert credit.widget().credit.edges[5, 1].name == credit.edges[5, 1].name


def test_without_anywidget_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "from tests.worked import worked\n"
        "worked().live()\n"
        "worked().widget()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "ImportError: a widget needs anywidget: pip install 'scalar-autograd[widget]'"
    )


def changed(case: Case, label: str, x: float) -> None:
    (leaf,) = [v for v in leaves(case.parameters) if v.label == label]
    leaf.data = x


@pytest.mark.parametrize("name", ["elman", "lstm", "residual", "autoencoder", "attention"])
def test_a_network_without_layers_has_a_widget(name: str) -> None:
    """The credit of now is that of the same network with other numbers from the beginning."""
    case = CASES[name]()
    credit = assign_credit(case.net, case.x, case.y, loss=case.loss, parameters=case.parameters)
    widget = credit.widget()
    assert widget.credit.loss == pytest.approx(credit.loss, rel=1e-15)
    weight = next(iter(credit.weights))
    moved = {weight: 0.125, "x1": -0.75}
    widget.values = widget.values | moved
    changed(case, weight, 0.125)
    numbers = iter([-0.75, *[*leaves(case.x)][1:]])
    x = rebuild(case.x, lambda _: next(numbers))
    now = assign_credit(case.net, x, case.y, loss=case.loss, parameters=case.parameters)
    assert widget.credit.loss == pytest.approx(now.loss, rel=1e-12)
    found = {name: w.credit for name, w in widget.credit.weights.items()}
    assert found == pytest.approx({name: w.credit for name, w in now.weights.items()}, rel=1e-9)
    with pytest.raises(ValueError, match="an MLP"):
        widget.net  # noqa: B018


def test_the_target_of_a_network_without_layers() -> None:
    case = CASES["elman"]()
    credit = assign_credit(case.net, case.x, case.y, loss=case.loss, parameters=case.parameters)
    widget = credit.widget()
    widget.values = widget.values | {"y": -2.0}
    now = assign_credit(case.net, case.x, -2.0, loss=case.loss, parameters=case.parameters)
    assert widget.credit.loss == now.loss
    assert widget.credit.y == -2.0


def test_values_of_a_widget_are_checked_and_may_be_some_of_them() -> None:
    widget = worked().widget()
    before = dict(widget.values)
    with pytest.raises(ValueError, match=r"the widget has no 'w51'; it has .*5-1"):
        widget.values = {"5-1": 0.1, "w51": 3.0}
    with pytest.raises(TypeError, match="str was given"):
        widget.values = {"5-1": "much"}
    assert widget.values == before
    widget.values = {"5-1": 1}
    assert widget.values == before | {"5-1": 1.0}
    assert widget.credit.edges[5, 1].weight == 1.0
