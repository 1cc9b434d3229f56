"""The backward equations: δ is the error at a layer's A, and the gradient of its weights is Z δᵀ.

For a batch, with one example a row, it is Zᵀ Δ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.matrices.equations.contributions import handed_back, monomial_handed_back
from autograd.matrices.equations.formula import (
    ONE,
    Equation,
    Formula,
    Untrue,
    added,
    derivative,
    number,
    symbol,
)
from autograd.matrices.equations.forward import inputs_of
from autograd.matrices.equations.names import Layer, Names, weights_of
from autograd.replay.recording import DECISIONS


@dataclass(eq=False)
class Backward:
    """The equations of the gradients, from the result back to the parameters, and of a step down them.

    Attributes:
        equations, updates: the equations.
        gradients: how the gradient by each source reached so far is written.
        parameters: the slots of the layers' parameters.
    """

    names: Names
    equations: list[Equation] = field(default_factory=list)
    updates: list[Equation] = field(default_factory=list)
    gradients: dict[int, Formula] = field(default_factory=dict)
    parameters: set[int] = field(default_factory=set)


def write_backward(names: Names) -> Backward:
    """Return the backward equations; none where the result is no single number that was computed.

    Raises:
        Untrue: if formulas cannot say them.
    """
    sources, written = names.sources, Backward(names)
    result = sources.result
    if result not in sources.groups:
        return written
    written.gradients[result] = ONE
    if names.mean and sources.n:
        written.gradients[result] = Formula("1/n", r"\tfrac{1}{n}", 1.0 / sources.n)
    activations = {layer.activation for layer in names.layers.values()}
    late = [result] if result in names.layers else []  # layers that write their parameters last
    for source, group in reversed(sources.groups.items()):
        merged = source in names.monomials and source in names.inlined
        if source == result or merged or not group.reached:
            continue
        gradient = _gradient(written, source)
        if source in names.layers:
            delta = symbol("Δ" if sources.n else "δ", names.layers[source].index)
            _define(written, source, delta, gradient)
            if _alone(names, source):
                _write_parameters(written, source)
            else:
                late.append(source)
        elif source in names.inlined or source in activations or gradient.is_one:
            written.gradients[source] = gradient
        else:
            _define(written, source, derivative(names.written[source], None), gradient)
    for source in late:
        _write_parameters(written, source)
    _write_arguments(written)
    return written


def _define(written: Backward, source: int, name: Formula, gradient: Formula) -> None:
    """Write a gradient on a line of its own."""
    value = written.names.sources.gradient(source)
    name = Formula(name.text, name.latex, value, name.binding)
    written.gradients[source] = name
    written.equations.append(Equation(name, gradient))


def _alone(names: Names, layer: int) -> bool:
    """Tell whether nobody else uses the parameters of a layer."""
    matrix, _, bias = names.sources.groups[layer].operands
    parameters = names.sources.among([*matrix, *bias])
    return all(names.sources.users(source) == {layer} for source in parameters)


def _gradient(written: Backward, source: int) -> Formula:
    """Return the sum of what each user of a source hands back to it."""
    names, parts = written.names, []
    for user, i in names.sources.uses[source]:
        group = names.sources.groups[user]
        flows = group.reached and group.op not in DECISIONS and (group.op != "where" or i > 0)
        if flows and user not in names.monomials and user in written.gradients:
            parts += handed_back(names, user, i, source, written.gradients[user])
    for user, (_, atoms) in names.monomials.items():
        if source in atoms and user not in names.inlined and user in written.gradients:
            parts.append(monomial_handed_back(names, user, source, written.gradients[user]))
    return added(parts) if parts else number(0.0)


# ------------------------------------------------------------ parameters


def _write_parameters(written: Backward, source: int) -> None:
    """Write the gradients of a layer's weights and biases."""
    names, delta = written.names, written.gradients[source]
    layer, varies = names.layers[source], names.sources.in_rows(source)
    z = inputs_of(names, layer, varies)
    first = delta.is_one
    if delta.is_number:  # the derivative to start from, one for each example
        delta = delta @ names.each
    gradient = z.T @ delta if varies else z if first else z @ delta.T
    gradient = added([gradient, *_besides(written, source, 0, layer.w)])
    _finish(written, layer.group.operands[0], layer.w, gradient, layer)
    written.parameters.update(layer.group.operands[0])
    if layer.b is not None:
        written.parameters.update(layer.group.operands[2])
        gradient = delta.T @ names.each if varies else delta
        gradient = added([gradient, *_besides(written, source, 2, layer.b)])
        _finish(written, layer.group.operands[2], layer.b, gradient)


def _besides(written: Backward, layer: int, i: int, parameter: Formula) -> list[Formula]:
    """Return what others hand back to a parameter of a layer, a penalty say, in the parameter's shape."""
    names = written.names
    among = names.sources.among(names.sources.groups[layer].operands[i])
    if len(among) > 1:
        return []
    (source,) = among
    shaped = names.calling(source, parameter)
    found = []
    for user, k in names.sources.uses[source]:
        if user != layer and user in written.gradients:
            found += handed_back(shaped, user, k, source, written.gradients[user])
    return found


def _write_arguments(written: Backward) -> None:
    """Write the gradients of the arguments that are no parameters of layers, nor data."""
    names, sources = written.names, written.names.sources
    batch = any(block.batched for block in sources.blocks.values())
    for source, block in sources.blocks.items():
        done = written.parameters.intersection(block.slots)
        if done and len(done) < len(block.slots):
            raise Untrue("only a part of an argument is a parameter")
        data = block.batched or (names.layers and not batch)
        if not done and sources.uses[source] and not data:
            gradient = _gradient(written, source)
            _finish(written, block.slots, names.written[source], gradient)


def _finish(
    written: Backward,
    slots: Sequence[Any],
    parameter: Formula,
    gradient: Formula,
    layer: Layer | None = None,
) -> None:
    """Write the gradient of a parameter, and its update."""
    flat = written.names.sources.gradients(slots)
    name = derivative(parameter, weights_of(layer.group, flat) if layer else flat)
    written.equations.append(Equation(name, gradient))
    step = parameter - symbol("η", value=1.0) @ name
    written.updates.append(Equation(parameter, step, "←"))
