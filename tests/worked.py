"""The worked 3-2-1 network of the slides: x₁ x₂ x₃ = 0.8 −1.0 0.5, target 0.2, tanh hidden units, no bias."""

from nn import MLP, assign_credit
from nn.credit.credit import Credit

WEIGHTS = [[[0.8, 0.2], [-0.3, 0.4], [0.5, -0.6]], [[0.7], [-0.5]]]
X, Y = [0.8, -1.0, 0.5], 0.2


def network() -> MLP:
    return MLP.from_weights(WEIGHTS)


def worked() -> Credit:
    """Return the credit of its error."""
    return assign_credit(network(), X, Y)
