"""Training: the loop, its examples, its history and plots."""

from nn.training.loop import fit

__all__ = ["fit"]
