"""Run the benchmarks: `python -m tests.benchmarks`; `--help` shows how to run a part of them."""

import argparse
import sys

from tests.benchmarks import curves, report, workers
from tests.benchmarks.contest import Result, contest
from tests.benchmarks.growth import SHAPES, SIZES, measure

CONTESTS = {
    "W1": [
        "micrograd",
        "eager, operators",
        "eager, dot nodes",
        "Program",
        "Program, compiled",
        "casadi",
        "heyoka",
        "symengine",
        "pytensor",
        "jax.jit",
        "torch",
        "micrograd-rust",
    ],
    "W2": [
        "micrograd",
        "eager, operators",
        "eager, nn",
        "VectorProgram",
        "VectorProgram, compiled",
        "C, gcc -O2",
        "casadi",
        "pytensor",
        "jax.jit",
        "torch",
        "micrograd-rust",
    ],
    "W2-10k": [
        "C, gcc -O2",
        "VectorProgram",
        "VectorProgram, compiled",
        "pytensor",
        "jax.jit",
        "torch",
    ],
    "W4": [
        "micrograd",
        "eager, operators",
        "eager, dot nodes",
        "VectorProgram",
        "VectorProgram, compiled",
        "casadi",
    ],
}

INTRODUCTION = """\
# Speed

W1 is loss and gradients of the 3-2-1 network of the slides; W2 a step of gradient descent on the moons
(2-16-16-1, tanh, mean squared error) with 100 examples, W2-10k with 10,000; W3 a chain and a wide sum; W4 a
training step of a transformer in scalars (one layer, 16 wide, 4 heads, 8 positions). Doubles, the same numbers
for every engine, each in a process of its own with one thread and the garbage collector on; medians of
processor time, rounds in turn. Losses and gradients of three steps were compared, to 1e-9, before anything
was timed. An operation is a node or an instruction as the engine counts its own. Compare ratios, not times.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", help=f"of {', '.join(CONTESTS)}, W3; all if none")
    parser.add_argument("--engines", help="only engines whose name contains one of these, by comma")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each engine")
    parser.add_argument("--seconds", type=float, default=0.1, help="the length of a turn")
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the tables of a whole run into README and RESULTS.md",
    )
    options = parser.parse_args()
    unknown = set(options.workloads) - {*CONTESTS, "W3"}
    if unknown:
        parser.error(
            f"no workload is called {', '.join(unknown)}; known are {', '.join(CONTESTS)}, W3"
        )
    where = report.conditions(" ".join([parser.prog, *sys.argv[1:]]))
    print(f"{INTRODUCTION}\n{where}", flush=True)
    results: list[Result] = []
    tables = []
    for name, engines in CONTESTS.items():
        if options.workloads and name not in options.workloads:
            continue
        wanted = (options.engines or "").split(",")
        chosen = [e for e in engines if any(part in e for part in wanted)]
        found = contest(name, chosen, options.rounds, options.seconds)
        results += found
        tables.append(report.contest_table(found))
        print(f"\n{tables[-1]}", flush=True)
    growth = []
    if not options.workloads or "W3" in options.workloads:
        growth = [measure(shape, n) for shape in SHAPES for n in SIZES]
        tables.append(report.growth_table(growth))
        print(f"\n{tables[-1]}", flush=True)
    if absent := report.not_installed(results):
        print(f"\n{absent}", flush=True)
    if options.workloads or options.engines:
        return
    summary = "\n\n".join([report.summary(results), report.growth_summary(growth) + ".", where])
    print(f"\n{summary}\n")
    if not options.write:
        return
    curves.plot(growth)
    workers.plot(workers.rates())
    picture = f"![time by nodes, examples and depth]({curves.PLOT.name})"
    document = "\n\n".join([INTRODUCTION.rstrip(), summary, picture, *tables]) + "\n"
    report.RESULTS.write_text(document, encoding="utf-8")
    updated = report.update_readme(f"{report.in_words(results)}\n\n{where}")
    print(f"Written to {report.RESULTS}" + (f" and {report.README}." if updated else "."))


if __name__ == "__main__":
    main()
