"""What builds leave in memory, on Linux."""

import gc


def bytes_left_by(build, count):
    """Return how much memory each of so many builds takes and does not give back, after as many that warm up."""

    def memory():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    for k in range(count):
        build(k)
    before = memory()
    for k in range(count):
        build(1000 + k)
    return (memory() - before) / count
