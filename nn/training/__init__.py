"""Training: the loop, its examples, its history and plots."""

from nn.training import plots as plots
from nn.training.history import EarlyStop, Epoch, History
from nn.training.loop import fit
from nn.training.metrics import accuracy

__all__ = ["EarlyStop", "Epoch", "History", "accuracy", "fit", "plots"]
__dir__ = __all__.copy  # what Tab shows
