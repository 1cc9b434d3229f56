"""Examples a second against workers: the gradients of W2, its examples spread over processes by Dask."""

import os
import statistics
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.workloads import MOONS_SIZES, moons, moons_loss, network

PLOT = Path(__file__).parents[2] / "notebooks" / "howto" / "workers.svg"
EXAMPLES = 100_000  # a worker
ROUNDS = 7


def part(program: Any, weights: Any, xs: Any, ys: Any) -> Any:
    """Return the gradients of a part of the examples: what a worker does."""
    return program.value_and_grad(weights, xs, ys)[1][0]


def rates(most: int | None = None) -> list[tuple[int, float]]:
    """Return for 1, 2, … workers how many examples a second they do together."""
    import numpy as np
    from distributed import Client, LocalCluster

    from autograd import trace

    xs, ys = moons(EXAMPLES)
    weights = network(MOONS_SIZES)
    program = trace(moons_loss, weights, xs[0], ys[0]).vectorize((1, 2), "sum")
    found = []
    for workers in range(1, (most or os.cpu_count() or 1) + 1):
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None
            ) as cluster,  # type: ignore[no-untyped-call]
            Client(cluster) as client,  # type: ignore[no-untyped-call]
        ):
            shared = client.scatter(program, broadcast=True)
            data = [client.scatter([np.array(xs), np.array(ys)]) for _ in range(workers)]
            turns = []
            for _ in range(ROUNDS + 1):  # the first one builds
                start = time.perf_counter()
                jobs = [client.submit(part, shared, weights, *both, pure=False) for both in data]
                client.gather(jobs)
                turns.append(time.perf_counter() - start)
            found.append((workers, workers * EXAMPLES / statistics.median(turns[1:])))
    return found


def plot(found: list[tuple[int, float]]) -> None:
    """Draw the rates beside the line of workers that cost nothing to keep together."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(5, 3.5), layout="constrained")
    workers, rate = zip(*found)
    ax.plot(workers, rate, "o-", color="#0067a5", label="measured")
    ax.plot(
        [0, workers[-1]],
        [0, rate[0] * workers[-1]],
        "k:",
        linewidth=0.8,
        label="as many times one worker",
    )
    ax.set(
        xlabel="workers", ylabel="examples a second", xticks=workers, xlim=(0, None), ylim=(0, None)
    )
    ax.legend(frameon=False)
    with plt.rc_context({"svg.hashsalt": "workers", "svg.fonttype": "none"}):
        figure.savefig(PLOT, metadata={"Date": None})
    plt.close(figure)
