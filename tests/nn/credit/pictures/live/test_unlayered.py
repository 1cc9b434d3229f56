"""Networks without layers: a recurrent loop, a skip; their living page is that of their recorded loss."""

import re

from autograd import Value
from nn import assign_credit


def elman(w: Value, u: Value, v: Value):
    def net(xs):
        h = w * 0.0
        for x in xs:
            h = (w * x + u * h).tanh()
        return v * h

    return net


def test_a_recurrent_network() -> None:
    w, u, v = Value(0.5, label="w"), Value(-0.3, label="u"), Value(1.5, label="v")
    credit = assign_credit(elman(w, u, v), [1.0, -0.5, 0.25], 0.7, parameters=[w, u, v])
    assert not credit.layers
    page = credit.live(lr=0.2).html()
    assert len(page.encode()) <= 150_000
    variables = re.search(r'"variables":(\[\[.*?\]\])', page)
    assert variables is not None
    assert '["u","u",' in variables[1]
    assert variables[1].count('"weight"') == 3
    assert variables[1].count('"input"') >= 3
    assert w.label == "w"
    assert '"eta":0.2' in page
