"""The gallery: what is right in print is right here, and what is wrong in print is flagged."""

from decimal import Decimal

import pytest

from autograd.explanation.credit import Edge
from nn.credit.credit import Credit
from nn.lessons.examples import ExpressionExample, NetworkExample, Row
from nn.lessons.gallery import example, examples

# Recomputed with 60-digit arithmetic and central differences on the plain formulas.
RIGHT = {
    "worked": {"a1": 1.19, "z2": -0.49298796667532434, "δ2": -0.23764818530435335},
    "mazur": {
        "z2": 0.59326999210718726,
        "z3": 0.59688437825976706,
        "ŷ0": 0.75136506955231571,
        "ŷ1": 0.77292846532146259,
        "L": 0.29837110876000269,
        "∂L/∂w5>2": 4.3856773447434673e-4,
        "∂L/∂w4>2": 8.7713546894869345e-4,
        "∂L/∂w5>3": 4.9771273526086007e-4,
        "∂L/∂w4>3": 9.9542547052172014e-4,
        "∂L/∂w2>0": 0.082167040564230779,
        "∂L/∂w3>0": 0.082667627847533255,
        "∂L/∂w2>1": -0.02260254047747506,
        "∂L/∂w3>1": -0.022740242215978211,
        "after": 0.29102777369359935,
    },
    "mazur-10000": {"E": 3.510187782979e-05, "o1": 0.01591362044355, "o2": 0.98406427351462},
    "lecture-neuron": {
        "ŷ": 0.70710678118654761,
        "dx1": -1.4999999999999996,
        "∂L/∂w2>0": 0.99999999999999975,
        "dx2": 0.49999999999999988,
        "∂L/∂w1>0": 0.0,
        "∂L/∂b0": 0.49999999999999988,
    },
    "han-kamber": {
        "a1": -0.7,
        "a2": 0.1,
        "a0": -0.10453950584533817,
        "z1": 0.33181222783183389,
        "z2": 0.52497918747893999,
        "ŷ": 0.47388889882398544,
        "δ0": -0.13116907821434451,
        "δ2": 0.0065420850641689934,
        "δ1": 0.0087245619654332626,
    },
    "macleod": {
        "z1": 0.68026719669864845,
        "z2": 0.66373869740435267,
        "ŷ": 0.69028349290764441,
        "δ0": 0.040681125,
        "δ1": 0.0026544890308847431,
        "δ2": 0.0081716450641298715,
        "new w1>0": 0.27232596506,
        "new w2>0": 0.87299836301,
        "new w4>1": 0.09907092884,
        "new w3>1": 0.79761095987,
        "new w4>2": 0.39713992423,
        "new w3>2": 0.59264551944,
        "after": 0.18201858326,
    },
    "nnwj": {
        "new w1>0": 0.3265933610,
        "new w2>0": 0.7931094070,
        "new w3>1": 0.5470027204,
        "new w3>2": -0.1774207525,
        "new w4>1": 0.62,
        "new w4>2": 0.42,
    },
    "negnevitsky": {"δ0": 0.1273828538, "δ1": -0.0381194780, "new w1>0": -1.2066873347},
    "insper": {
        "z1": 0.2636248354722033,
        "z2": -0.1780808681173302,
        "a0": 0.38523667817130071,
        "ŷ": 0.36724656264510796,
        "L": 0.40037691248443128,
        "∂L/∂w4>1": -0.25468487632749336,
        "∂L/∂w3>1": 0.10187395053099734,
        "∂L/∂w4>2": 0.15901617912730414,
        "∂L/∂w3>2": -0.063606471650921657,
        "∂L/∂b1": -0.50936975265498671,
        "∂L/∂b2": 0.31803235825460829,
        "∂L/∂w1>0": -0.28862382888674817,
        "∂L/∂w2>0": 0.1949679054912842,
        "∂L/∂b0": -1.0948279147135998,
        "new w4>1": 0.32546848763,
        "new w3>1": -0.11018739505,
        "new b2": -0.23180323583,
        "new b0": 0.30948279147,
    },
    "brownlee": {
        "δ0": 0.14813473120687762,
        "δ1": -0.054726011578796898,
        "δ2": 0.0027117977992382429,
    },
    "goodfellow": {"f(0,0)": 0.0, "f(0,1)": 1.0, "f(1,0)": 1.0, "f(1,1)": 0.0},
    "house": {
        "z1": 0.71629787019902442,
        "z2": 0.37994896225522489,
        "ŷ": 0.37776440569835799,
        "L": 0.19358856740795881,
        "∂L/∂w4>1": 0.181818454561179,
        "∂L/∂b2": 0.36514479319679,
    },
    "micrograd": {"value": 24.704081632653061, "da": 138.83381924198251, "db": 645.57725947521866},
    "cs231n-sigmoid": {
        "value": 0.73105857863000488,
        "dw0": -0.19661193324148185,
        "dw1": -0.39322386648296371,
        "dx0": 0.39322386648296371,
        "dx1": -0.58983579972444556,
        "e": 0.36787944117144232,
        "de": -0.53444664538852303,
    },
    "baydin": {"value": 11.652071455223084, "dx1": 5.5, "dx2": 1.7163378145367737},
    "jax": {
        "first": 0.070650824853164466,
        "second": -0.13621868742711304,
        "third": 0.25265406509806273,
    },
    "hips": {"dx": 0.41997434161402607},
    "scalar-autograd-sine": {
        "value": -0.65028784015711687,
        "da": 2.2790637385764638,
        "db": -3.7984395642941064,
    },
    "nielsen": {"value": 0.81757447619, "four": 0.98201379004},
}

WRONG = {
    "mazur": {"E after a step"},
    "mazur-10000": {"E total", "out o1", "out o2"},
    "lecture-torch": {"o", "dx2", "dx1", "dw1"},
    "han-kamber": {"Err 6"},
    "macleod": {
        *("δ", "new top→out", "new bottom→out", "new A→top", "new B→top"),
        *("new A→bottom", "new B→bottom", "new error"),
    },
    "nnwj": {"net", "out", "new w1", "new w21", "new w22"},
    "brownlee": {"δ 1", "δ 2", "δ hidden"},
    "jax": {"first, older docs"},
    "hips": {"difference quotient"},
}

ALL = {e.key: e for e in examples()}


@pytest.mark.parametrize("key", ALL)
def test_printed_numbers_are_right_or_flagged(key):
    e = ALL[key]
    assert set(e.wrong()) == WRONG.get(key, set())
    assert len(e.rows()) == len(e.printed.strip().splitlines())
    assert bool(e.wrong()) <= bool(e.note), "what is wrong in print is explained"
    text = str(e)
    assert e.source in text
    assert text.count("✗ wrong in print") == len(e.wrong())


@pytest.mark.parametrize("key", RIGHT)
def test_right_numbers(key):
    numbers = ALL[key].numbers()
    for name, right in RIGHT[key].items():
        exponent = int(Decimal(repr(right)).as_tuple().exponent)
        half_a_digit = 0.5 * 10.0**exponent  # some are known to ten digits only
        assert numbers[name] == pytest.approx(right, rel=1e-13, abs=half_a_digit), name


@pytest.mark.parametrize("key", ALL)
def test_credit(key):
    e = ALL[key]
    if isinstance(e, NetworkExample):
        credit = e.credit()
        assert isinstance(credit, Credit)
        if key != "goodfellow":  # two of its patterns sit on a kink
            assert credit.check().ok
    else:
        assert isinstance(e, ExpressionExample)
        found = e.credit()
        assert all(isinstance(edge, Edge) for edge in found)
        numbers = e.numbers()
        for label in {edge.parent.label for edge in found} - {""}:
            total = sum(edge.credit for edge in found if edge.parent.label == label)
            assert total == pytest.approx(numbers[f"d{label}"], rel=1e-12)


@pytest.mark.parametrize("key", ALL)
def test_every_example_has_a_picture(key):
    drawing = ALL[key].draw()
    assert "graph" in drawing.source
    assert drawing.desc


def test_mazur_with_shared_biases():
    edges = ALL["mazur"].credit().edges
    hidden, outer = (edges[None, i].credit + edges[None, j].credit for i, j in ((2, 3), (0, 1)))
    assert hidden == pytest.approx(0.018725609394704136, rel=1e-13)
    assert outer == pytest.approx(0.10040032511200075, rel=1e-13)


@pytest.mark.parametrize(
    ("printed", "right", "ok"),
    [
        (".1311", 0.13116907, False),
        (".1312", 0.13116907, True),
        (".8", 0.85, True),
        (".8", 0.8501, False),
        ("-4", -4.0, True),
        ("4", -4.0, False),
        (".4999999999999999", 0.49999999999999978, True),
        (".4999999999999999", 0.4999999999999899, False),
    ],
)
def test_a_printed_number_is_right_when_the_right_one_rounds_to_it(printed, right, ok):
    assert Row("x", printed, right).ok is ok


def test_unknown_example():
    with pytest.raises(ValueError, match="no example is called 'marzur'; there are worked, mazur"):
        example("marzur")
