"""Recording a function: it is run once on Values, and its graph becomes a list of instructions."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from autograd import modes
from autograd.graph.conditions import Condition
from autograd.graph.traced import refuse_traced
from autograd.graph.walks import in_order
from autograd.numbers import as_float, is_number
from autograd.progress import patience
from autograd.replay.recording import Instruction, Recording, decided, depends
from autograd.structure import leaves, no_numbers, rebuild
from autograd.value import Value

_RECORDED = (Value, Condition)


@patience("tracing")
def record(f: Callable[..., Any], args: tuple[Any, ...], anew: bool = True) -> Recording:
    """Run the function once on Values and return what it did.

    Args:
        f, args: as for `trace`.
        anew: whether the function is run on new Values. If not, those among the arguments are its variables wherever
            it has them from, as a network has its parameters.
    """

    def variable(x: Any) -> Value:
        if type(x) is Value:
            return Value(x.data, label=x.label) if anew else x
        return Value(x)

    if not callable(f):
        raise TypeError(f"trace(f, *args) takes a function first; got {f!r}")
    variables: tuple[Any, ...] = ()
    for place, argument in enumerate(args):
        try:
            variables += (rebuild(argument, variable),)
        except TypeError as error:
            raise no_numbers("trace", place, argument, error) from None
    inputs: list[Value] = list(leaves(variables))
    slots = iter(range(len(inputs)))
    arguments = rebuild(
        variables, lambda _: next(slots)
    )  # now, as f may do to its lists what it likes
    with modes.tracing(inputs, alone=not anew):
        result = f(*variables)
    if not _is_nested_list(result):
        raise TypeError(
            "trace needs a function that returns one number or a list of numbers, but "
            f"{type(result).__name__} was returned: {str(result)[:60]}"
        )
    parameters = _parameters(f, len(args))
    places: dict[int, Any] = {id(v): slot for slot, v in enumerate(inputs)}
    instructions: list[Instruction] = []
    for root in leaves(result):
        for node in in_order(root, partial(_computed, places)):
            ingredients = _ingredients(node)
            if id(node) in places or not ingredients:
                continue
            operands = tuple([_place(x, places) for x in ingredients])
            op = node.symbol if type(node) is Condition else node.op
            if op in ("&", "|") and bool in map(type, operands):
                places[id(node)] = decided(op, *operands)
            elif depends(operands):
                places[id(node)] = len(inputs) + len(instructions)
                label = "" if type(node) is Condition else node.label
                instructions.append(Instruction(op, operands, label))
            else:
                places[id(node)] = node.holds if type(node) is Condition else _fixed(node)
    return Recording(
        arguments,
        parameters,
        tuple([x for pair in zip(arguments, parameters) for x in _labels(inputs, *pair)]),
        tuple(instructions),
        rebuild(result, lambda x: _place(x, places)),
    )


def _is_nested_list(result: Any) -> bool:
    if isinstance(result, (list, tuple)):
        return all(map(_is_nested_list, result))
    return type(result) is Value or is_number(result)


def _ingredients(node: Any) -> tuple[Any, ...]:
    if type(node) is Condition:
        return node.operands
    return node._operands() if type(node) is Value and node._op is not None else ()


def _place(x: Any, places: dict[int, Any]) -> Any:
    """Return the slot or the constant that stands for x in an instruction."""
    if type(x) is bool:
        return x
    place = places.get(id(x))
    if place is None and type(x) is tuple:
        # the units of a layer share the tuple of its inputs, and so do we
        found = [places.get(id(item)) for item in x]
        if None in found:
            found = [_place(item, places) for item in x]
        place = places[id(x)] = tuple(found)
    if place is None:
        return _fixed(x) if type(x) is Value else as_float(x)
    return place


def _fixed(v: Value) -> float:
    """Return the number of a Value that depends on no argument."""
    refuse_traced(v, "an inner trace that uses")  # an outer one may go on
    return v.data


def _computed(places: dict[int, Any], node: Any) -> list[Any]:
    """Return the Values and Conditions that a node was made from and that have no place yet."""
    found: list[Any] = []
    for x in _ingredients(node):
        if id(x) not in places:
            found += x if type(x) is tuple else (x,) if type(x) in _RECORDED else ()
    return [x for x in found if id(x) not in places]


def _parameters(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return a name for each argument, the function's own where it tells."""
    try:
        given = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        given = []
    own = [p.name for p in given if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    return tuple(own[i] if i < len(own) else f"x{i + 1}" for i in range(count))


def _labels(inputs: list[Value], tree: Any, prefix: str) -> list[str]:
    """Return the label of each number of an argument, or else its name."""
    labels = [inputs[slot].label for slot in leaves(tree)]
    if not all(labels):
        labels = [own or name for own, name in zip(labels, _names(tree, prefix))]
    return labels


def _names(tree: Any, prefix: str) -> Iterator[str]:
    """Yield a name for each number of an argument: `x`, or `x1`, `x2` and so on in a list."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from _names(item, f"{prefix}_{key}")
    elif isinstance(tree, (list, tuple)):
        joint = "_" if prefix[-1:].isdigit() else ""
        for i, item in enumerate(tree, 1):
            yield from _names(item, f"{prefix}{joint}{i}")
    else:
        yield prefix
