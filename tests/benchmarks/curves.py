"""How time grows with nodes, examples and depth, as a plot: straight lines of slope 1 are linear."""

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.engines import ours_vectorised
from tests.benchmarks.growth import SHAPES, Growth
from tests.benchmarks.workloads import moons_step

PLOT = Path(__file__).with_name("growth.svg")
EXAMPLES = (100, 1_000, 10_000, 100_000)
LAYERS = (4, 16, 64, 256)
Curve = list[tuple[float, float]]


def seconds(step: Callable[[], Any], least: float = 0.05) -> float:
    """Return the processor time of a step: the median of five turns of some length."""
    step()
    turns, count = [], 1
    while len(turns) < 5:
        start = time.process_time()
        for _ in range(count):
            step()
        spent = time.process_time() - start
        if spent < least:
            count *= 2
        else:
            turns.append(spent / count)
    return statistics.median(turns)


def by_examples(compiled: bool) -> Curve:
    """Return the time of a step of W2 by the number of examples."""
    return [(n, seconds(ours_vectorised(moons_step(n), compiled).step)) for n in EXAMPLES]


def by_depth() -> dict[str, Curve]:
    """Return the time of forward and backward, and of `assign_credit`, by the number of layers of 8 units."""
    from nn import MLP, assign_credit

    curves: dict[str, Curve] = {"forward and backward": [], "assign_credit": []}
    for layers in LAYERS:
        net, x = MLP(3, [8] * (layers - 1) + [1], rng=0), [0.8, -1.0, 0.5]
        steps = partial(_learn, net, x), partial(assign_credit, net, x, 0.2)
        for curve, step in zip(curves.values(), steps):
            curve.append((layers, seconds(step)))
    return curves


def _learn(net: Any, x: Sequence[float]) -> None:
    from nn import half_squared_error

    half_squared_error(net(x), 0.2).backward()


def plot(measured: Sequence[Growth]) -> None:
    """Measure what W3 has not, and draw all curves into `growth.svg`, each beside a line of slope 1."""
    import matplotlib.pyplot as plt

    nodes: dict[str, Curve] = {}
    for shape in SHAPES:
        rows = [g for g in measured if g.shape == shape]
        nodes[f"{shape}: record"] = [(g.nodes, g.nodes * g.record_ns / 1e9) for g in rows]
        nodes[f"{shape}: backward"] = [(g.nodes, g.nodes * g.backward_ns / 1e9) for g in rows]
    examples = {"NumPy": by_examples(False), "machine code": by_examples(True)}
    panels = {"nodes of a graph": nodes, "examples": examples, "layers of 8 units": by_depth()}
    figure, axes = plt.subplots(1, len(panels), figsize=(13, 4), layout="constrained")
    for ax, (what, curves) in zip(axes, panels.items()):
        for name, curve in curves.items():
            ax.loglog(*zip(*curve), marker="o", label=name)
        x, y = zip(*curve)
        ax.loglog(x, [y[-1] * t / x[-1] for t in x], "k:", linewidth=0.8, label="linear")
        ax.set_xlabel(what)
        ax.legend(frameon=False)
    axes[0].set_ylabel("processor time, s")
    with plt.rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none"}):
        figure.savefig(PLOT, metadata={"Date": None})
    plt.close(figure)
