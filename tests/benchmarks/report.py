"""The tables, as Markdown: readable on the terminal and in RESULTS.md."""

import datetime
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.benchmarks.contest import Result
from tests.benchmarks.growth import Growth

RESULTS = Path(__file__).with_name("RESULTS.md")
README = Path(__file__).parents[2] / "README.md"
MARKS = "<!-- speed: written by the benchmarks -->\n", "<!-- end of speed -->\n"
BASELINES = ("micrograd", "C, gcc -O2", "casadi")
COMPARISONS = (
    *((ours, "micrograd") for ours in ("eager, operators", "eager, dot nodes", "eager, nn")),
    *(("Program", other) for other in ("micrograd", "casadi", "jax.jit", "torch")),
    *(("VectorProgram", other) for other in ("C, gcc -O2", "casadi", "jax.jit", "torch")),
)
COMPILED = {"W1": "Program, compiled", "W4": "VectorProgram, compiled"}
COMPILERS = ("C, gcc -O2", "casadi", "heyoka", "symengine", "pytensor", "jax.jit", "torch")
# the README's words: each workload, and what runs it against whom
TASKS = {
    "W1": "the 3-2-1 network: loss and all gradients",
    "W2": "a step of learning from 100 moons, 2-16-16-1",
    "W2-10k": "the same from 10,000 moons",
    "W4": "a step of a small transformer, each + and × a node",
}
WAYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Values": (
        ("eager, operators", "", "micrograd"),
        ("eager, nn", " with `nn`", "micrograd"),
        ("eager, dot nodes", " with `ag.dot`", "micrograd"),
    ),
    "recorded, in Python": (("Program", "", "micrograd"),),
    "recorded, in NumPy": (("VectorProgram", "", "C, gcc -O2"), ("VectorProgram", "", "casadi")),
    "as machine code": (
        ("Program, compiled", "", "micrograd"),
        ("VectorProgram, compiled", "", "C, gcc -O2"),
        ("VectorProgram, compiled", "", "casadi"),
    ),
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an aligned Markdown table; the first column is text, the others numbers."""
    cells = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
    lines = [
        "| "
        + " | ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths))
        )
        + " |"
        for row in (cells[0], rule, *cells[1:])
    ]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Return a time in a readable unit.

    >>> duration(0.00234)
    '2.34 ms'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def not_installed(results: list[Result]) -> str:
    """Return how to install the engines that took no part because they are not there; empty if all are."""
    absent = dict.fromkeys(r.engine for r in results if r.missing.startswith("No module named"))
    if not absent:
        return ""
    return (
        f"Not installed: {', '.join(absent)}. To compare with all engines: "
        "pip install -e '.[bench]' (some gigabytes), or one by its name"
    )


def contest_table(results: Sequence[Result]) -> str:
    """Return one workload's table: time a step, operations, and speed relative to the baselines."""
    timed = [r for r in results if not r.missing]
    baselines = [r for name in BASELINES for r in timed if r.engine == name]
    header = [results[0].workload, "time a step", "operations", "ns an operation"]
    rows = [
        [
            r.engine,
            duration(r.seconds),
            f"{r.operations:,}" if r.operations else "",
            f"{r.seconds / r.operations * 1e9:.3g}" if r.operations else "",
            *(f"{b.seconds / r.seconds:.3g}×" for b in baselines),
        ]
        for r in timed
    ]
    lines = [table([*header, *(f"speed: {b.engine} = 1" for b in baselines)], rows)]
    lines += [f"Not run: {r.engine} ({r.missing})." for r in results if r.missing]
    return "\n\n".join(lines)


def ratios(results: Sequence[Result]) -> Callable[[str, str, str], str]:
    """Return a function that tells how many times as fast as another an engine is at a workload, if both ran."""
    seconds = {(r.workload, r.engine): r.seconds for r in results if not r.missing}

    def ratio(workload: str, ours: str, other: str) -> str:
        pair = (workload, ours), (workload, other)
        if not seconds.keys() >= {*pair}:
            return ""
        times = seconds[pair[1]] / seconds[pair[0]]
        return f"{times:.2g}×" if times < 99.5 else f"{times:,.0f}×"

    return ratio


def summary(results: Sequence[Result]) -> str:
    """Return how many times as fast as others our engines are, a column for each workload."""
    ratio, workloads = ratios(results), list(dict.fromkeys(r.workload for r in results))
    rows = [
        [f"{ours} against {other}", *(ratio(w, ours, other) for w in workloads)]
        for ours, other in COMPARISONS
    ]
    rows += [
        [
            f"machine code against {other}",
            *(ratio(w, COMPILED.get(w, "VectorProgram, compiled"), other) for w in workloads),
        ]
        for other in ("micrograd", *COMPILERS)
    ]
    return table(["times as fast", *workloads], [row for row in rows if any(row[1:])])


def in_words(results: Sequence[Result]) -> str:
    """Return the table of the README: a row for each task, a column for each way to do it."""
    ratio = ratios(results)

    def cell(workload: str, ways: Sequence[tuple[str, str, str]]) -> str:
        found = {(ours, how): "" for ours, how, _ in ways}
        for ours, how, other in ways:  # against the first that ran
            if not found[ours, how] and (times := ratio(workload, ours, other)):
                found[ours, how] = f"{times} {other.split(',')[0]}{how}"
        return "; ".join(filter(None, found.values()))

    rows = [[task, *(cell(w, ways) for ways in WAYS.values())] for w, task in TASKS.items()]
    return table(["times as fast as", *WAYS], rows)


def growth_summary(measured: Sequence[Growth]) -> str:
    """Return W3 in a sentence: what a node of the largest graphs costs."""
    largest = [g for g in measured if g.nodes == max(m.nodes for m in measured)]
    return "W3: " + "; ".join(
        f"a {g.shape} of {g.nodes:,} nodes takes {g.bytes:.0f} bytes a node, and is freed in "
        f"{g.free_ns:.0f} ns a node"
        for g in largest
    )


def update_readme(text: str) -> bool:
    """Put the text between the README's marks; return whether it has them."""
    readme = README.read_text(encoding="utf-8")
    before, start, rest = readme.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if end:
        README.write_text(f"{before}{start}\n{text}\n\n{end}{after}", encoding="utf-8")
    return bool(end)


def growth_table(measured: Sequence[Growth]) -> str:
    """Return the table of W3: everything for each node."""
    return table(
        ["W3, a node", "nodes", "record, ns", "backward, ns", "free, ns", "bytes"],
        [
            [
                g.shape,
                f"{g.nodes:,}",
                f"{g.record_ns:.0f}",
                f"{g.backward_ns:.0f}",
                f"{g.free_ns:.0f}",
                f"{g.bytes:.0f}",
            ]
            for g in measured
        ],
    )


def conditions(command: str) -> str:
    """Return the date, the machine, the Python and the command."""
    return (
        f"{datetime.date.today().isoformat()}, {_processor()} ({os.cpu_count()} cores), "
        f"{platform.system()}, Python {platform.python_version()}: `{command}`"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor() or platform.machine()
