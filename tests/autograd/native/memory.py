"""What builds leave in memory, on Linux."""

import gc
import itertools


def bytes_left_by(build, count):
    """Return how much memory each of so many builds takes and does not give back: the least of three rounds.

    What stays is there in every round; what is loaded once, or is free and kept for the next, is not.
    """
    marks = []
    for k in range(4 * count):
        if k % count == 0 and k > 0:  # the first round warms up
            marks.append(_memory())
        build(k)
    marks.append(_memory())
    return min(after - before for before, after in itertools.pairwise(marks)) / count


def _memory():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
