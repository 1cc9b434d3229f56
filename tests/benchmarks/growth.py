"""W3: a chain and a wide sum, ten times larger each time: time and bytes a node, and freeing.

Linear growth is a column that levels off: recording a large graph pays for the collector's full passes
too, one for each quarter that the graph grows by, which adds a bounded amount to a node.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

from autograd import Value

SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Growth:
    """What a graph of some size costs for each of its nodes."""

    shape: str
    nodes: int
    record_ns: float
    backward_ns: float
    free_ns: float
    bytes: float


def chain(n: int) -> Value:
    """Return x·1.0000001 − 1e-7, over and over: a graph n deep."""
    y = Value(1.0)
    for _ in range(n // 2):
        y = y * 1.0000001 - 1e-7
    return y


def wide_sum(n: int) -> Value:
    """Return the sum of squares of leaves: n nodes, a third of them leaves."""
    total = Value(0.0)
    for i in range(n // 3):
        x = Value(float(i))
        total = total + x * x
    return total


SHAPES: dict[str, Callable[[int], Value]] = {"chain": chain, "wide sum": wide_sum}


def measure(shape: str, nodes: int) -> Growth:
    """Record, differentiate and free a graph a few times, with the collector on; then weigh one."""
    make = SHAPES[shape]
    rounds = [_phases(make, nodes) for _ in range(max(3, min(15, 300_000 // nodes)))]
    nanoseconds = [statistics.median(phase) / nodes * 1e9 for phase in zip(*rounds)]
    gc.collect()
    tracemalloc.start()
    root = make(nodes)
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del root
    return Growth(shape, nodes, *nanoseconds, weight / nodes)


def _phases(make: Callable[[int], Value], nodes: int) -> tuple[float, float, float]:
    """Return the processor time of recording, of `backward` and of freeing."""
    clock = time.process_time
    start = clock()
    root = make(nodes)
    recorded = clock()
    root.backward()
    differentiated = clock()
    del root
    return recorded - start, differentiated - recorded, clock() - differentiated
