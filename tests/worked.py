"""Networks that many tests are about: the 3-2-1 network of the slides (tanh, no bias), and random ones."""

from nn import MLP, assign_credit
from nn.credit.credit import Credit

WEIGHTS = [[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]]
X, Y = [0.8, -1.0, 0.5], 0.2


def network() -> MLP:
    return MLP.from_weights(WEIGHTS)


def credit_of(
    sizes: list[int], bias: bool = False, seed: int = 0, activation: str = "tanh"
) -> Credit:
    """Return the credit of a random network of these sizes."""
    net = MLP(sizes[0], sizes[1:], activation=activation, bias=bias, rng=seed)
    x = [((7 * k) % 5 - 2) / 2 for k in range(sizes[0])]
    return assign_credit(net, x, 0.5 if sizes[-1] == 1 else [0.5] * sizes[-1])


def worked() -> Credit:
    """Return the credit of its error."""
    return assign_credit(network(), X, Y)
