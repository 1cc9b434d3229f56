"""Engines against each other on one workload: agreement first, then rounds in turn."""

import json
import math
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

STEPS_TO_COMPARE = 3
TOLERANCE = 1e-9
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


@dataclass(frozen=True)
class Result:
    """What one engine did on one workload: seconds a step, or why it took no part."""

    workload: str
    engine: str
    seconds: float = math.nan
    operations: int | None = None
    missing: str = ""


class Worker:
    """One engine in its own process."""

    def __init__(self, workload: str, engine: str) -> None:
        self.engine = engine
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.worker", workload, engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ONE_THREAD,
        )
        self.missing = self._answer().get("missing", "")

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.engine} ended without an answer; its message is above")
        return json.loads(line)

    def ask(self, request: str, count: int) -> Any:
        """Send a request and wait for the answer."""
        assert self._process.stdin is not None
        print(request, count, file=self._process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def contest(workload: str, engines: list[str], rounds: int, round_seconds: float) -> list[Result]:
    """Let engines take the same steps, compare what they found, and time them in turn.

    Args:
        workload: a name from the worker's list.
        engines: names from the worker's list; the first is what the others are compared with.
        rounds: how many times each has its turn; the median counts.
        round_seconds: about how long a turn is.

    Raises:
        ValueError: if two engines disagree on a loss or a gradient.
    """
    workers = [Worker(workload, engine) for engine in engines]
    try:
        present = [w for w in workers if not w.missing]
        found = {w.engine: w.ask("check", STEPS_TO_COMPARE) for w in present}
        first, *others = present
        for other in others:
            agree(workload, first.engine, found[first.engine], other.engine, found[other.engine])
        steps = {w.engine: max(1, int(round_seconds / w.ask("time", 2) * 2)) for w in present}
        times: dict[str, list[float]] = {w.engine: [] for w in present}
        for _ in range(rounds):
            for w in present:
                times[w.engine].append(w.ask("time", steps[w.engine]) / steps[w.engine])
    finally:
        for w in workers:
            w.close()
    return [
        Result(workload, w.engine, missing=w.missing)
        if w.missing
        else Result(
            workload, w.engine, statistics.median(times[w.engine]), found[w.engine]["operations"]
        )
        for w in workers
    ]


def agree(workload: str, name: str, found: Any, other_name: str, other: Any) -> None:
    """Check that two engines found the same losses and gradients, step by step."""
    for k, ((loss, gradients), (other_loss, other_gradients)) in enumerate(
        zip(found["steps"], other["steps"], strict=True)
    ):
        scale = max(map(abs, gradients))
        for a, b, size in [
            (loss, other_loss, abs(loss)),
            *((a, b, scale) for a, b in zip(gradients, other_gradients, strict=True)),
        ]:
            if not abs(a - b) <= TOLERANCE * size:
                raise ValueError(
                    f"{workload}, step {k}: {name} found {a!r}, {other_name} {b!r}: nothing was timed"
                )
