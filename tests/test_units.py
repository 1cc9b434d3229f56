"""A layer's weights remember their numbers, and never a number too long."""

import copy
import pickle

import pytest

import autograd as ag
from autograd import Value
from autograd.value import Units


@pytest.fixture
def w():
    return Value(2.0, label="w")


@pytest.fixture
def units(w):
    return Units([((w, Value(3.0)), 0.5)])


def test_numbers_are_read_once_between_two_assignments(w, units):
    before = units.numbers()
    assert units.numbers() is before == [(2.0, 3.0)]
    w.data = 2.0
    assert units.numbers() is not before


def test_an_assignment_is_seen_at_once(w, units):
    (a,) = ag.affine([1.0, 1.0], units)
    w.data = 10.0
    (b,) = ag.affine([1.0, 1.0], units)
    assert (a.data, b.data) == (5.5, 13.5)


def test_slopes_stay_those_of_the_recording(w, units):
    x = Value(1.0)
    (a,) = ag.affine([x, 1.0], units)
    w.data = 10.0
    a.backward()
    assert (x.grad, w.grad) == (2.0, 1.0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_read_anew(w, units, copied):
    units.numbers()
    w.data = 10.0
    twin = copied(units)
    assert twin.numbers() == [(10.0, 3.0)]
    ((weights, _),) = twin
    weights[0].data = 4.0
    assert (twin.numbers(), units.numbers()) == ([(4.0, 3.0)], [(10.0, 3.0)])


def test_a_unit_of_another_width_is_refused(units):
    with pytest.raises(ValueError, match="2 weights, but 3 inputs"):
        ag.affine([1.0, 2.0, 3.0], units)
