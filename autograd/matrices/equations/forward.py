"""The forward equations: A = Wᵀ Z, Z = tanh A, L = 0.5 (ŷ − y)²."""

import numpy as np

from autograd.matrices.equations.formula import (
    Equation,
    Formula,
    Untrue,
    added,
    applied,
    number,
    ones,
    summed,
    symbol,
)
from autograd.matrices.equations.names import Layer, Names
from autograd.matrices.equations.operations import operation
from autograd.matrices.grouping import Group


def write_forward(names: Names) -> list[Equation]:
    """Return an equation for each group that has a line of its own, and one for the mean over the examples."""
    sources = names.sources
    equations = [
        Equation(names.written[source], _formula(names, source))
        for source in sources.groups
        if source not in names.inlined
    ]
    if names.mean and sources.result in sources.groups:
        result = names.written[sources.result]
        name = symbol("mean L", value=result.value.mean().reshape(1, 1))
        n = symbol("n", value=float(sources.n or 1))
        equations.append(Equation(name, summed(result) / n))
    return equations


def inputs_of(names: Names, layer: Layer, varies: bool) -> Formula:
    """Return the inputs of a layer, in rows if it varies from row to row."""
    return layer.x or names.operand(layer.group.operands[1], varies)


def total(x: Formula, count: int, varies: bool) -> Formula:
    """Return the sum of so many numbers: Σ of a column, or a product with ones if examples are rows."""
    return x @ ones(count) if varies else summed(x)


def softmax(x: Formula, varies: bool) -> Formula:
    value = np.exp(x.value - _logsumexp(x, varies).value)
    return applied("softmax", r"\operatorname{softmax}", x, value)


def _logsumexp(x: Formula, varies: bool) -> Formula:
    value = np.logaddexp.reduce(x.value, axis=int(varies), keepdims=True)
    return applied("logsumexp", r"\operatorname{logsumexp}", x, value)


def _formula(names: Names, source: int) -> Formula:
    group, varies = names.sources.groups[source], names.sources.in_rows(source)
    if source in names.monomials:
        return names.monomial(*names.monomials[source])
    if source in names.layers:
        return _layer(names, names.layers[source], varies)
    if group.length or group.shape:
        return _sequence(names, group, varies)
    operands = [names.operand(refs, varies, group.op == "mul") for refs in group.operands]
    return operation(group.op, operands)


def _layer(names: Names, layer: Layer, varies: bool) -> Formula:
    """Return Wᵀ Z + b, or Z W + 1 bᵀ if examples are rows."""
    z, bias = inputs_of(names, layer, varies), layer.group.operands[2]
    out = z @ layer.w if varies else layer.w.T @ z
    if _all_zero(bias):
        return out
    if layer.b is None:
        return out + names.operand(bias, varies)
    return out + (names.each @ layer.b.T if varies else layer.b)


def _sequence(names: Names, group: Group, varies: bool) -> Formula:
    if len(group.slots) > 1:
        raise Untrue("several sums at once")
    terms, bias = group.operands[:2], group.operands[2:]
    if group.op == "logsumexp":
        return _logsumexp(names.operand(terms[0], varies), varies)
    if all(len({*map(repr, refs)}) == 1 for refs in terms):  # the same again and again
        x, *others = [names.operand(refs[:1], varies, factor=True) for refs in terms]
        out = number(float(len(terms[0]))) * (x * others[0] if others else x)
    else:
        x, *others = [names.operand(refs, varies) for refs in terms]
        out = total(x * others[0] if others else x, group.length, varies)
    return added([out, *(names.operand(refs, varies) for refs in bias if not _all_zero(refs))])


def _all_zero(refs: list[float]) -> bool:
    return all(type(x) is float and x == 0.0 for x in refs)
