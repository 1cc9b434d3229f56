"""The contestants from other libraries, and the loop in C: one step of a workload each."""

from typing import Any

from tests.benchmarks import c_loop
from tests.benchmarks.engines import (
    Contestant,
    as_arrays,
    descended,
    eager,
    leaves,
    mapped,
    numbers,
)
from tests.benchmarks.workloads import SMALL_X, SMALL_Y, Workload, moons


def hand_written_c(workload: Workload) -> Contestant:
    step = c_loop.build(list(leaves(workload.weights)), *moons(workload.examples), workload.rate)
    return Contestant(step)


def micrograd_rust(workload: Workload) -> Contestant:
    from micrograd_rust import Value

    return eager(workload, Value, count=False)


def casadi(workload: Workload) -> Contestant:
    import casadi as ca
    import numpy as np

    for name in ("tanh", "exp", "log"):
        setattr(ca.SX, name, getattr(ca, name))
    ca.SX.relu = lambda x: ca.fmax(x, 0.0)
    symbols = mapped(workload.weights, lambda w: ca.SX.sym("w"))
    w = ca.vertcat(*leaves(symbols))
    loss = workload.loss(symbols)
    gradient = ca.gradient(loss, w)
    state = np.array(list(leaves(workload.weights)))
    if not workload.rate:  # the call a user writes
        f = ca.Function("step", [w], [loss, gradient])
        given = ca.DM(state)
        return Contestant(lambda: f(given), f.n_instructions(), lambda g: list(g.full().ravel()))
    f = ca.Function("step", [w], [loss, gradient, w - workload.rate * gradient])
    total, gradients, new = np.zeros(1), np.zeros(state.size), np.zeros(state.size)
    buffer, run = f.buffer()  # its virtual machine on our memory, with no conversion
    buffer.set_arg(0, memoryview(state))
    for i, out in enumerate((total, gradients, new)):
        buffer.set_res(i, memoryview(out))

    def step() -> tuple[float, Any]:
        run()
        state[:] = new
        return total[0], gradients

    step.keep = buffer  # type: ignore[attr-defined]  # run only borrows it
    return Contestant(step, f.n_instructions())


def _matrix_loss(weights: Any, x: Any, y: Any, small: bool, tanh: Any) -> Any:
    """Return the loss of W1 or W2 with a matrix product a layer, for arrays of any library."""
    if small:
        hidden, output = weights  # a 2×3 matrix and two numbers
        e = output @ tanh(hidden @ x) - y
        return 0.5 * (e * e)
    *layers, (rows, biases) = weights
    for w, b in layers:
        x = tanh(x @ w.T + b)
    e = (x @ rows.T + biases)[:, 0] - y
    return (e * e).mean()


def _matrices(workload: Workload) -> tuple[Any, Any, Any, bool]:
    """Return weights, x and y as arrays, and whether the workload is W1."""
    small = workload.examples == 0
    weights = [workload.weights[:2], workload.weights[2]] if small else workload.weights
    x, y = (SMALL_X, SMALL_Y) if small else moons(workload.examples)
    return as_arrays(weights), as_arrays(x), as_arrays(y), small


def jax(workload: Workload) -> Contestant:
    import jax as jax_library

    jax_library.config.update("jax_enable_x64", True)
    arrays, x, y, small = _matrices(workload)
    tanh = jax_library.numpy.tanh

    @jax_library.jit
    def update(weights: Any) -> Any:
        loss, g = jax_library.value_and_grad(_matrix_loss)(weights, x, y, small, tanh)
        return loss, g, descended(weights, g, workload.rate) if workload.rate else weights

    weights = mapped(arrays, jax_library.numpy.asarray)

    def step() -> tuple[Any, Any]:
        nonlocal weights
        loss, gradients, weights = update(weights)
        loss.block_until_ready()
        return loss, gradients

    return Contestant(step, None, numbers)


def torch(workload: Workload) -> Contestant:
    import torch as torch_library

    torch_library.set_num_threads(1)
    arrays, x, y, small = _matrices(workload)
    x, y = torch_library.tensor(x), torch_library.tensor(y)
    weights = mapped(arrays, lambda w: torch_library.tensor(w, requires_grad=True))
    parameters = list(leaves(weights))

    def step() -> tuple[float, Any]:
        loss = _matrix_loss(weights, x, y, small, torch_library.tanh)
        gradients = torch_library.autograd.grad(loss, parameters)
        if workload.rate:
            with torch_library.no_grad():
                for p, g in zip(parameters, gradients):
                    p.sub_(workload.rate * g)
        return loss.item(), gradients

    return Contestant(step, None, numbers)
