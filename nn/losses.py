"""Losses of one example: `loss(prediction, target)` gives a Value to minimise.

Prediction and target are numbers, or lists of them where the network has several outputs; of plain floats the
loss is a float. Names and reductions are PyTorch's where they coincide; the loss of a batch is the mean over
its examples.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import autograd as ag
from autograd import Value
from autograd.numbers import as_float
from autograd.structure import name_of
from nn.arguments import expect, is_sequence, named, plain, real
from nn.layers import Number

Outputs: TypeAlias = "Value | Sequence[Value]"
Loss: TypeAlias = Callable[[Any, Any], Value]
Penalty: TypeAlias = Callable[[list[Value]], Value]  # of the parameters, such as l2

__all__ = [
    "squared_error", "half_squared_error", "mean_squared_error", "mean_absolute_error", "hinge",
    "binary_cross_entropy_with_logits", "cross_entropy", "l2",
]  # fmt: skip
__dir__ = __all__.copy  # what Tab shows


def _pairs(prediction: Any, target: Any) -> list[tuple[Value, Number]]:
    """Return each output with its target: Values as they are, and floats."""
    outputs, targets = _numbers(prediction), _numbers(target)
    if len(outputs) != len(targets):
        raise ValueError(
            f"{len(outputs)} output{'s' * (len(outputs) != 1)}, but {len(targets)} "
            f"target{'s' * (len(targets) != 1)}"
        )
    return list(zip(outputs, targets))


def _numbers(given: Any) -> list[Any]:
    given = plain(given)
    items = given if is_sequence(given) else [given]
    return [x if isinstance(x, Value) else as_float(x) for x in items]


def squared_error(prediction: Outputs, target: Any) -> Value:
    """Return Σ (ŷ−y)².

    Args:
        prediction, target: numbers, or lists of them.

    >>> squared_error(3.0, 1.0)
    4.0
    """
    return ag.sum([ag.square(p - t) for p, t in _pairs(prediction, target)])


def half_squared_error(prediction: Outputs, target: Any) -> Value:
    """Return ½ Σ (ŷ−y)², whose derivative by a linear output is the error ŷ−y itself.

    Args:
        prediction, target: numbers, or lists of them.

    >>> half_squared_error([3.0, 0.0], [1.0, 1.0])
    2.5
    """
    return 0.5 * squared_error(prediction, target)


def mean_squared_error(prediction: Outputs, target: Any) -> Value:
    """Return the mean of (ŷ−y)² over the outputs.

    Args:
        prediction, target: numbers, or lists of them.

    >>> mean_squared_error([3.0, 0.0], [1.0, 1.0])
    2.5
    """
    return ag.mean([ag.square(p - t) for p, t in _pairs(prediction, target)])


def mean_absolute_error(prediction: Outputs, target: Any) -> Value:
    """Return the mean of |ŷ−y| over the outputs; slope 0 where they meet.

    Args:
        prediction, target: numbers, or lists of them.

    >>> mean_absolute_error([3.0, 0.0], [1.0, 1.0])
    1.5
    """
    return ag.mean([abs(p - t) for p, t in _pairs(prediction, target)])


def hinge(prediction: Outputs, target: Any) -> Value:
    """Return the mean of max(0, 1 − y·ŷ) over the outputs; targets are −1 or 1.

    Args:
        prediction, target: numbers, or lists of them.

    Raises:
        ValueError: if a target is neither −1 nor 1.

    >>> hinge(0.25, 1)
    0.75
    """
    pairs = _pairs(prediction, target)
    for _, t in pairs:
        # the numbers of a recording stand for any, so only plain ones are judged
        if not isinstance(t, Value) and t not in (-1, 1):
            raise ValueError(f"hinge takes targets −1 and 1, but {t!r} was given")
    return ag.mean([ag.relu(1.0 + -t * p) for p, t in pairs])


def binary_cross_entropy_with_logits(prediction: Outputs, target: Any) -> Value:
    """Return the mean of −y·log σ(s) − (1−y)·log(1−σ(s)) over the outputs, which are logits s.

    Args:
        prediction, target: numbers, or lists of them.

    It is computed as softplus(s) − y·s, which neither overflows nor loses digits.

    Raises:
        ValueError: if a target is not between 0 and 1.

    >>> binary_cross_entropy_with_logits(0.0, 1)
    0.6931471805599453
    """
    pairs = _pairs(prediction, target)
    for _, t in pairs:
        if not isinstance(t, Value) and not 0 <= t <= 1:
            raise ValueError(f"binary cross-entropy takes targets from 0 to 1, but {t!r} was given")
    return ag.mean([ag.softplus(s) - t * s for s, t in pairs])


def cross_entropy(prediction: Sequence[Value], target: Any) -> Value:
    """Return −log softmax(s)[target] of the logits s, computed with a stable logsumexp.

    Args:
        prediction: one logit per class.
        target: the index of the right class, from 0; or the probability of each class, p, for
            −Σ p·log softmax(s).

    Raises:
        ValueError: if there is no such class, or the probabilities are not one per class that add up to 1.

    >>> cross_entropy([0.0, 0.0], 1)
    0.6931471805599453
    """
    prediction, target = plain(prediction), plain(target)
    if not is_sequence(prediction):
        raise ValueError("cross_entropy needs one logit per class: a network of several outputs")
    if is_sequence(target):
        pairs = _pairs(prediction, target)
        known = [p for _, p in pairs if not isinstance(p, Value)]
        # the numbers of a recording stand for any; of nan no comparison holds
        whole = len(known) < len(pairs) or abs(sum(known) - 1.0) <= 1e-9
        if not whole or not all(p >= 0.0 for p in known):
            raise ValueError(
                f"probabilities of classes are not negative and add up to 1, but {target!r} was given"
            )
        probable: Value = ag.logsumexp(prediction) - ag.dot(target, prediction)
        return probable
    classes = range(len(prediction))
    if target not in classes:
        raise ValueError(
            f"cross_entropy takes the index of a class, from 0 to {len(prediction) - 1}, "
            f"but {target!r} was given"
        )
    loss: Value = ag.logsumexp(prediction) - prediction[int(target)]
    return loss


def l2(strength: float) -> Penalty:
    """Return strength·Σ p² as a function of the parameters: a penalty for `fit`.

    Args:
        strength: what the sum of squares is multiplied by.

    >>> l2(0.5)([Value(2.0), Value(1.0)]).data
    2.5
    """
    return _L2(real("the strength of a penalty", strength))


class _L2:
    """strength·Σ p²: unlike a function made by a function, it can be pickled."""

    def __init__(self, strength: float) -> None:
        self.strength = strength
        self.__name__ = self.__qualname__ = f"l2({strength:g})"

    def __call__(self, parameters: list[Value]) -> Value:
        return self.strength * ag.sum([p.square() for p in parameters])

    def __repr__(self) -> str:
        return self.__name__


FORMULAS: dict[Loss, str] = {
    squared_error: "(ŷ−y)²",
    half_squared_error: "½(ŷ−y)²",
    mean_squared_error: "mean (ŷ−y)²",
    mean_absolute_error: "mean |ŷ−y|",
    hinge: "max(0, 1−y·ŷ)",
    binary_cross_entropy_with_logits: "softplus(ŷ) − y·ŷ",
    cross_entropy: "logsumexp(ŷ) − ŷ[y]",
}
LOSSES: dict[str, Loss] = {f.__name__: f for f in FORMULAS}
SHORT: dict[str, Loss] = {
    "mse": mean_squared_error,
    "mae": mean_absolute_error,
    "bce": binary_cross_entropy_with_logits,
}
TAKES_LOGITS = (binary_cross_entropy_with_logits, cross_entropy)


def added_by(penalty: Penalty, parameters: list[Value]) -> Value:
    """Return what a penalty adds to the loss.

    Raises:
        TypeError: if it is no Value.
    """
    added = penalty(parameters)
    expect(isinstance(added, Value), "a penalty gives a Value computed from the parameters", added)
    return added


def warn_of_logits(prediction: Any, loss: "Loss") -> None:
    """Warn if a loss that has the sigmoid or the softmax in it is given outputs that have been through one.

    Args:
        prediction: what the network gave.
        loss: the loss.
    """
    outputs = prediction if isinstance(prediction, list) else [prediction]
    if loss not in TAKES_LOGITS or not all(isinstance(v, Value) for v in outputs):
        return
    made = {v.op for v in outputs}
    squashed = "a sigmoid" if made == {"sigmoid"} else ""
    if len(outputs) > 1 and abs(math.fsum(v.data for v in outputs) - 1.0) < 1e-9:
        squashed = squashed or ("a softmax" if made.isdisjoint({"dot", "add", "sum"}) else "")
    if squashed:
        warnings.warn(
            f"{loss_name(loss)} takes logits, which run from −∞ to ∞, but these outputs have been through "
            f"{squashed} already: leave the output layer linear",
            UserWarning,
            stacklevel=3,
        )


def as_loss(given: "str | Loss") -> Loss:
    """Return the loss of a name; a function of prediction and target is returned as it is.

    Raises:
        ValueError: if no loss has that name.
        TypeError: if it is neither a name nor a function.

    >>> as_loss("mse").__name__
    'mean_squared_error'
    """
    if isinstance(given, str):
        return named(
            "loss", given.strip().lower().replace(" ", "_").replace("-", "_"), LOSSES | SHORT
        )
    expect(callable(given), "a loss is a name or a function of prediction and target", given)
    return given


def loss_name(loss: Loss) -> str:
    """Return the name of a loss in words."""
    return name_of(loss).replace("_", " ")


def loss_formula(loss: Loss, outputs: int = 1) -> str:
    """Return the formula of a loss as pictures show it; of a function of the user's own its name.

    >>> loss_formula(half_squared_error), loss_formula(half_squared_error, outputs=3)
    ('½(ŷ−y)²', '½Σ(ŷ−y)²')
    """
    formula = FORMULAS.get(loss) or loss_name(loss)
    summed = outputs > 1 and loss in (squared_error, half_squared_error)
    return formula.replace("(", "Σ(", 1) if summed else formula
