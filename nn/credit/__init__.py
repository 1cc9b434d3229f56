"""Who is to blame for the error: the credit δ·z of every weight, in numbers, words and pictures."""

from typing import TYPE_CHECKING

from autograd.lazy import loader
from nn.credit.assign import assign_credit
from nn.credit.batch import BatchCredit
from nn.credit.credit import Credit
from nn.credit.parts import Edge, Node, Weight

if TYPE_CHECKING:
    from nn.credit.check import CreditCheck
    from nn.credit.history import CreditHistory, credit_over_training
    from nn.credit.matrices import LayerMatrices
    from nn.credit.pictures.live.widget import CreditWidget
    from nn.credit.pictures.player import Player
    from nn.credit.telling.derivation import Derivation

__all__ = [
    "BatchCredit", "Credit", "CreditCheck", "CreditHistory", "CreditWidget", "Derivation",
    "Edge", "LayerMatrices", "Node", "Player", "Weight", "assign_credit",
    "credit_over_training",
]  # fmt: skip

__getattr__ = loader(  # what an example is asked for later
    "nn.credit",
    {
        "CreditCheck": "nn.credit.check",
        "CreditHistory": "nn.credit.history",
        "CreditWidget": "nn.credit.pictures.live.widget",
        "Derivation": "nn.credit.telling.derivation",
        "LayerMatrices": "nn.credit.matrices",
        "Player": "nn.credit.pictures.player",
        "credit_over_training": "nn.credit.history",
    },
)
__dir__ = __all__.copy  # what Tab shows
