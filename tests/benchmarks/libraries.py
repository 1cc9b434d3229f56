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


def _small_symbols(workload: Workload, symbol: Any, tanh: Any) -> tuple[list[Any], Any]:
    """Return the symbols of W1's weights, and its loss as an expression of them."""
    import numpy as np

    arrays, x, y, _ = _matrices(workload)
    names = iter(range(100))
    weights = [np.vectorize(lambda _: symbol(f"w{next(names)}"), otypes="O")(w) for w in arrays]
    loss = _matrix_loss(weights, x.astype(object), float(y), True, np.vectorize(tanh, otypes="O"))
    return [s for w in weights for s in w.ravel()], loss


def symengine(workload: Workload) -> Contestant:
    """Return W1 compiled by LLVM, with common subexpressions found."""
    import numpy as np
    import symengine as library

    symbols, loss = _small_symbols(workload, library.Symbol, library.tanh)
    expressions = [loss, *(loss.diff(s) for s in symbols)]
    f = library.Lambdify(symbols, expressions, backend="llvm", cse=True)
    state = np.array(list(leaves(workload.weights)))

    def step() -> tuple[float, Any]:
        found = f(state)
        return found[0], found[1:]

    return Contestant(step)


def heyoka(workload: Workload) -> Contestant:
    """Return W1 compiled by LLVM."""
    import heyoka as library
    import numpy as np

    def variable(name: str) -> Any:
        return library.make_vars(name)

    symbols, loss = _small_symbols(workload, variable, library.tanh)
    tensors = library.diff_tensors([loss], symbols, diff_order=1)
    f = library.cfunc([loss, *tensors.gradient], symbols)
    state, out = np.array(list(leaves(workload.weights))), np.zeros(1 + len(symbols))

    def step() -> tuple[float, Any]:
        found = f(state, outputs=out)
        return found[0], found[1:]

    return Contestant(step)


def pytensor(workload: Workload) -> Contestant:
    """Return W1 or W2 in matrix form, in its fastest mode."""
    import pytensor as library
    import pytensor.tensor as pt

    arrays, x, y, small = _matrices(workload)
    shared = mapped(arrays, library.shared)
    parameters = list(leaves(shared))
    loss = _matrix_loss(shared, pt.constant(x), pt.constant(y), small, pt.tanh)
    gradients = library.grad(loss, parameters)
    rate = workload.rate
    updates = [(p, p - rate * g) for p, g in zip(parameters, gradients)] if rate else []
    f = library.function([], [loss, *gradients], updates=updates)

    def step() -> tuple[Any, Any]:
        found = f()
        return found[0], found[1:]

    return Contestant(step, None, numbers)


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
