"""Run the benchmarks: `python -m tests.benchmarks`; `--help` shows how to run a part of them."""

import argparse
import sys

from tests.benchmarks import report
from tests.benchmarks.contest import contest
from tests.benchmarks.growth import SHAPES, SIZES, measure

CONTESTS = {
    "W1": [
        "micrograd",
        "eager, operators",
        "eager, dot nodes",
        "Program",
        "casadi",
        "jax.jit",
        "torch",
        "micrograd-rust",
    ],
    "W2": [
        "micrograd",
        "eager, operators",
        "eager, nn",
        "VectorProgram",
        "C, gcc -O2",
        "casadi",
        "jax.jit",
        "torch",
        "micrograd-rust",
    ],
    "W2 n=10,000": ["C, gcc -O2", "VectorProgram", "jax.jit", "torch"],
    "W4": ["micrograd", "eager, operators", "eager, dot nodes", "VectorProgram", "casadi"],
}

INTRODUCTION = """\
# Speed

W1 is loss and gradients of the 3-2-1 network of the slides; W2 a step of gradient descent on the moons
(2-16-16-1, tanh, mean squared error of n = 100 examples); W3 a chain and a wide sum; W4 a training step of
a transformer in scalars (one layer, 16 wide, 4 heads, 8 positions). Doubles, the same numbers for every
engine, each in a process of its own with one thread and the garbage collector on; medians of processor
time, rounds in turn. Losses and gradients of three steps were compared, to 1e-9, before anything was
timed. Compare ratios, not times.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(CONTESTS)}, W3; all if none")
    parser.add_argument("--engines", help="only engines whose name contains one of these, by comma")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1, help="the length of a turn")
    options = parser.parse_args()
    unknown = set(options.workloads) - {*CONTESTS, "W3"}
    if unknown:
        parser.error(
            f"no workload is called {', '.join(unknown)}; known are {', '.join(CONTESTS)}, W3"
        )
    sections = [INTRODUCTION, report.conditions(" ".join([parser.prog, *sys.argv[1:]]))]
    print("\n".join(sections), flush=True)
    for name, engines in CONTESTS.items():
        if options.workloads and name not in options.workloads:
            continue
        if options.engines:
            wanted = options.engines.split(",")
            engines = [e for e in engines if any(part in e for part in wanted)]
        sections.append(
            report.contest_table(contest(name, engines, options.rounds, options.seconds))
        )
        print("\n" + sections[-1], flush=True)
    if not options.workloads or "W3" in options.workloads:
        sections.append(report.growth_table([measure(s, n) for s in SHAPES for n in SIZES]))
        print("\n" + sections[-1], flush=True)
    if not options.workloads and not options.engines:
        report.RESULTS.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
        print(f"\nwritten to {report.RESULTS}")


if __name__ == "__main__":
    main()
