"""Reading a working: from text, however it is written, to the numbers of an example, each as it was written."""

from nn.lessons.reading.plain import as_written, decoded, plain
from nn.lessons.reading.sheet import read

__all__ = ["as_written", "decoded", "plain", "read"]
