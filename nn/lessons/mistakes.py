"""How an example is worked by hand: from one's own earlier numbers, and with the usual mistakes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autograd import Value, value_and_grad
from nn.credit.credit import Credit
from nn.lessons.names import edge_name, output_name


@dataclass(frozen=True)
class Mistake:
    """A way in which a working goes wrong; without arguments, the right way.

    Attributes:
        text: what it is.
        loss: what the loss is multiplied by.
        error: what ∂L/∂ŷ is multiplied by.
        output_slope, hidden_slope: whether the slope f′(a) is in the δ of an output, of a hidden unit.
        raw_error: whether hidden units get the error ŷ−y as it is: no weight, no output slope.
        weight: whether a hidden δ goes through the weights.
        updated: whether it goes through the weights as they are after their update.
        slope_at_z: whether the slope is taken at z in place of a.
        tail_a: whether a credit takes the pre-activation of the tail in place of its output.
        bias: what the gradient of a bias is multiplied by.
        step: what an update is multiplied by.
    """

    text: str = ""
    loss: float = 1.0
    error: float = 1.0
    output_slope: bool = True
    hidden_slope: bool = True
    raw_error: bool = False
    weight: bool = True
    updated: bool = False
    slope_at_z: bool = False
    tail_a: bool = False
    bias: float = 1.0
    step: float = 1.0


NO_MISTAKE = Mistake()
MISTAKES = [
    Mistake("the hidden δ go through the weights after their update; they are due those of the forward pass",
            updated=True),
    Mistake("the hidden δ take the error ŷ−y as it is, without the weight and the slope of the output",
            raw_error=True),
    Mistake("the hidden δ do not go through the weights: δ_j = (Σ δ_k·w_jk)·f′(a_j)", weight=False),
    Mistake("the slope f′(a) of the output is left out of its δ", output_slope=False),
    Mistake("the slope f′(a) of the activation is left out of the hidden δ", hidden_slope=False),
    Mistake("the slope f′(a) is left out of every δ", hidden_slope=False, output_slope=False),
    Mistake("the slope f′ is taken at z, the output of the unit; it belongs at a", slope_at_z=True),
    Mistake("the derivative of the loss is twice what it should be: that is another loss, without the ½", error=2.0),
    Mistake("the derivative of the loss is half of what it should be: its factor 2 is missing", error=0.5),
    Mistake("the loss and its derivative are twice what they should be: that is another loss, without the ½",
            loss=2.0, error=2.0),
    Mistake("the loss and its derivative are half of what they should be: that is another loss, with a ½",
            loss=0.5, error=0.5),
    Mistake("the loss is twice what it should be: that is another loss, without the ½", loss=2.0),
    Mistake("the loss is half of what it should be: that is another loss, with a ½", loss=0.5),
    Mistake("the error has the wrong sign: δ starts from y−ŷ in place of ŷ−y", error=-1.0),
    Mistake("the gradient of a bias has the wrong sign (it is δ; a threshold, which is subtracted, has −δ)",
            bias=-1.0),
    Mistake("the credit takes the pre-activation a of the tail; it is δ times the output z", tail_a=True),
    Mistake("the updates go uphill: the new weight is w − η·δ·z", step=-1.0),
]  # fmt: skip


def _as_is(x: float) -> float:
    return x


def worked(
    credit: Credit,
    lr: float,
    mistake: Mistake = NO_MISTAKE,
    given: Mapping[str, float] | None = None,
    rounded: Callable[[float], float] = _as_is,
) -> dict[str, float]:
    """Return every number of an example, by its name in `quantities`, as somebody works it out by hand.

    Args:
        credit: the example.
        lr: the learning rate η.
        mistake: what is done wrong.
        given: numbers that were written down. Whatever follows is computed from them.
        rounded: what is done to the other numbers on the way.
    """
    found: dict[str, float] = {}
    known = given or {}

    def write(name: str, x: float) -> float:
        found[name] = x
        return known[name] if name in known else rounded(x)

    weights = {key: edge.weight for key, edge in credit.edges.items()}
    z = {i: credit.nodes[i].z for i in credit.layers[0]}
    a, slope = dict(z), dict.fromkeys(z, 1.0)
    layers = zip(credit.layers, credit.layers[1:], credit.activation_functions)
    for tails, heads, functions in layers:
        for j, f in zip(heads, functions):
            a[j] = write(
                f"a{j}", weights.get((None, j), 0.0) + sum(weights[i, j] * z[i] for i in tails)
            )
            z[j] = write(output_name(j, credit), f(Value(a[j])).data)
            slope[j] = value_and_grad(f)(z[j] if mistake.slope_at_z else a[j])[1]
    outputs = {j: Value(z[j]) for j in credit.layers[-1]}
    prediction = list(outputs.values())
    loss = credit.loss_function(prediction[0] if len(prediction) == 1 else prediction, credit.y)
    loss.backward()
    write("L", loss.data * mistake.loss)
    delta: dict[int, float] = {}
    new: dict[tuple[int | None, int], float] = {}
    for k in range(len(credit.layers) - 1, 0, -1):
        for j in credit.layers[k]:
            if j in outputs:
                back, has_slope = outputs[j].grad * mistake.error, mistake.output_slope
            else:
                back = 0.0
                for head in credit.layers[k + 1]:
                    raw = mistake.raw_error and head in outputs
                    through = (new if mistake.updated else weights)[j, head]
                    through = 1.0 if raw or not mistake.weight else through
                    back += (outputs[head].grad if raw else delta[head]) * through
                has_slope = mistake.hidden_slope
            delta[j] = write(f"δ{j}", back * slope[j] if has_slope else back)
        for (i, j), w in weights.items():
            if j not in credit.layers[k]:
                continue
            tail = mistake.bias if i is None else a[i] if mistake.tail_a else z[i]
            name = edge_name(i, j)
            found[f"∂L/∂{name}"] = gradient = delta[j] * tail
            gradient = known.get(
                f"∂L/∂{name}", gradient
            )  # on its way to the weight it is not rounded
            new[i, j] = write(f"new {name}", w - mistake.step * lr * gradient)
    return found
