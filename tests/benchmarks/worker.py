"""One engine in a process of its own: it answers the lines of its standard input.

python -m tests.benchmarks.worker WORKLOAD ENGINE
check K    K steps: the loss and the gradients of each, and the number of operations
time K     K steps: the seconds they took
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks import engines, gpt, libraries
from tests.benchmarks.engines import Contestant
from tests.benchmarks.workloads import W1, Workload, moons_step

WORKLOADS: dict[str, Callable[[], Workload]] = {
    "W1": lambda: W1,
    "W2": lambda: moons_step(100),
    "W2-10k": lambda: moons_step(10_000, "W2-10k"),
    "W4": gpt.training_step,
}

ENGINES: dict[str, Callable[[Workload], Contestant]] = {
    "micrograd": engines.micrograd,
    "eager, operators": engines.ours_plain,
    "eager, dot nodes": engines.ours_dot,
    "eager, nn": engines.ours_nn,
    "Program": engines.ours_program,
    "VectorProgram": engines.ours_vectorised,
    "Program, compiled": partial(engines.ours_program, compiled=True),
    "VectorProgram, compiled": partial(engines.ours_vectorised, compiled=True),
    "micrograd-rust": libraries.micrograd_rust,
    "casadi": libraries.casadi,
    "heyoka": libraries.heyoka,
    "symengine": libraries.symengine,
    "pytensor": libraries.pytensor,
    "jax.jit": libraries.jax,
    "torch": libraries.torch,
    "C, gcc -O2": libraries.hand_written_c,
}


def check(contestant: Contestant, steps: int) -> dict[str, Any]:
    """Take steps and return what they gave."""
    taken = [
        [float(loss), [float(g) for g in contestant.flat(gradients)]]
        for loss, gradients in (contestant.step() for _ in range(steps))
    ]
    return {"steps": taken, "operations": contestant.operations}


def seconds(step: Callable[[], Any], steps: int) -> float:
    """Return the processor time of some steps: others on the machine disturb it less."""
    start = time.process_time()
    for _ in range(steps):
        step()
    return time.process_time() - start


def main(workload: str, engine: str) -> None:
    try:
        contestant = ENGINES[engine](WORKLOADS[workload]())
    except ImportError as e:
        print(json.dumps({"missing": str(e)}), flush=True)
        return
    print(json.dumps({"ready": engine}), flush=True)
    for line in sys.stdin:
        request, count = line.split()
        answer = (
            check(contestant, int(count))
            if request == "check"
            else seconds(contestant.step, int(count))
        )
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
