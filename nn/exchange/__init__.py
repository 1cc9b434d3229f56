"""Networks of other tools: their models by their objects, their files by their bytes; none of them is imported."""

from nn.exchange.files import read, write
from nn.exchange.models import from_model

__all__ = ["from_model", "read", "write"]
__dir__ = __all__.copy  # what Tab shows
