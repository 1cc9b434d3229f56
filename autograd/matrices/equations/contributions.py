"""What a group hands back to its operands: the gradient by it, times its slope."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from autograd.matrices.equations.formula import (
    Formula,
    Untrue,
    number,
    ones,
    summed,
    symbol,
)
from autograd.matrices.equations.forward import softmax, total
from autograd.matrices.equations.names import Names, index, repeated
from autograd.matrices.equations.operations import pulled_back

_SCATTERED = 6  # numbers of a source that one user takes one by one


def handed_back(names: Names, user: int, i: int, source: int, g: Formula) -> list[Formula]:
    """Return what a group, `user`, hands back to a source by its operand i; g is the gradient by the group."""
    sources, group = names.sources, names.sources.groups[user]
    refs = group.operands[i]
    places = [k for k, ref in enumerate(refs) if sources.of(ref) == source]
    rows = sources.places(refs[k] for k in places)

    def of(places: list[int]) -> Formula:
        return _contribution(names, user, i, places, g)

    def to(row: int, part: Formula) -> Formula:
        return _at(names, source, row, _over_examples(names, part, user, source))

    if rows == [*range(sources.size(source))]:
        return [_over_examples(names, of(places), user, source)]
    if len(set(rows)) == 1:  # one number for all
        others = group.operands[1 - i] if group.op == "dot" and i < 2 else ()
        equal = len({repr(others[k]) for k in places}) == 1 if others else group.op == "sum"
        part = of(places[:1] if equal else places)
        if len(places) > 1:
            if equal or part.is_number:
                part = number(float(len(places))) * part
            else:
                part = total(part, len(places), sources.in_rows(user))
        return [to(rows[0], part)]
    if len(rows) > _SCATTERED:
        raise Untrue("many numbers from here and there")
    return [to(row, of([k])) for k, row in zip(places, rows)]


def monomial_handed_back(names: Names, user: int, source: int, g: Formula) -> Formula:
    """Return what a product of single numbers hands back to one of them: that of the others."""
    coefficient, atoms = names.monomials[user]
    slope = names.monomial(coefficient * atoms[source], atoms - Counter({source: 1}))
    return _over_examples(names, g * slope, user, source)


def _over_examples(names: Names, part: Formula, user: int, source: int) -> Formula:
    """Return the sum over the examples, where they share what the contribution goes to."""
    n = names.sources.n
    if n is None or not names.sources.in_rows(user) or names.sources.batched(source):
        return part
    if part.is_number:
        return number(part.value * n) if names.mean else part * symbol("n", value=float(n))
    if part.value.shape[1] == 1:
        return summed(part)
    return part.T @ names.each


def _at(names: Names, source: int, row: int, part: Formula) -> Formula:
    """Return a contribution to one number of a source, as a multiple of a unit vector."""
    size = names.sources.size(source)
    if size == 1:
        return part
    unit = symbol("e").part(f"{row}", np.eye(size)[:, [row]])
    if not names.sources.in_rows(source):
        return part @ unit
    if part.is_number:
        part = part @ names.each
    return part @ unit.T


def _contribution(names: Names, user: int, i: int, places: Sequence[int], g: Formula) -> Formula:
    """Return what a group hands back to some places of its operand i."""
    group, varies = names.sources.groups[user], names.sources.in_rows(user)
    if user in names.layers:
        if i == 0:
            raise Untrue("weights that are computed")
        if i == 1:
            w = names.layers[user].w
            if g.is_number:
                g = g @ (names.each if varies else ones(1))
            g = g @ w.T if varies else w @ g
        return _some(g, places, len(group.operands[i]), varies)
    if group.length or group.shape:
        return _to_sequence(names, user, i, places, g)
    count = len(group.slots)
    operands = [
        names.operand([refs[k] for k in places], varies, group.op == "mul")
        for refs in group.operands
    ]
    g, out = (_some(x, places, count, varies) for x in (g, names.written[user]))
    return pulled_back(g, group.op, i, operands, out)


def _to_sequence(names: Names, user: int, i: int, places: Sequence[int], g: Formula) -> Formula:
    group, varies, count = names.sources.groups[user], names.sources.in_rows(user), len(places)
    if group.op == "dot" and i == 2:
        return g
    if count == 1:
        spread = g
    elif not g.is_number:  # the same for all
        spread = repeated(g, count, varies)
    elif group.op == "sum":
        spread = g @ (repeated(names.each, count, True) if varies else ones(count))
    else:
        spread = g
    if group.op == "sum":
        return spread
    if group.op == "dot":
        slope = names.operand([group.operands[1 - i][k] for k in places], varies, factor=True)
    else:
        refs = group.operands[0]
        slope = _some(softmax(names.operand(refs, varies), varies), places, len(refs), varies)
    if varies or count == 1:
        return spread * slope
    return g @ slope if g.is_number else slope @ g


def _some(x: Formula, places: Sequence[int], count: int, varies: bool) -> Formula:
    """Return some of the rows of a formula with one for each of `count` operations."""
    if x.is_number or places == [*range(count)]:
        return x
    if varies:
        return x.part(f":, {index(places)}", x.value[:, places])
    return x.part(index(places), x.value[places])
