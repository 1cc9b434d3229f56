"""Read by mypy and pyright, never run: the types that users see."""

import math
from collections.abc import Callable
from typing import Any, assert_type

import autograd as ag
from autograd import (
    Value,
    check_gradients,
    detect_anomaly,
    grad,
    hessian,
    jacobian,
    no_grad,
    value_and_grad,
)
from autograd.gradient_check import GradientReport
from nn import MLP, SGD, Adam, assign_credit, fit, half_squared_error
from nn.credit.batch import BatchCredit
from nn.credit.credit import Credit
from nn.training.history import History

x = Value(2.0, label="x")

assert_type(x + x, Value)
assert_type(x + 1, Value)
assert_type(1 + x, Value)
assert_type(1.5 * x, Value)
assert_type(x - 1, Value)
assert_type(2 / x, Value)
assert_type(x**2, Value)
assert_type(2**x, Value)
assert_type(-x, Value)
assert_type(abs(x), Value)
assert_type(x.exp(), Value)
assert_type(x.tanh(), Value)
assert_type(x.clip(0.0, 1.0), Value)
assert_type(x.data, float)
assert_type(x.grad, float)
assert_type(x.label, str)
assert_type(x.op, str)
assert_type(x.parents, tuple[Value, ...])
assert_type(x.partials, tuple[float, ...])
assert_type(x.detach(), Value)
assert_type(x < 1, bool)
assert_type(round(x, 2), float)

assert_type(ag.exp(x), Value)
assert_type(ag.exp(1.0), float)
assert_type(ag.hypot(x, 1.0), Value)
assert_type(ag.hypot(1.0, x), Value)
assert_type(ag.hypot(3.0, 4.0), float)
assert_type(ag.where(x > 0, x, 0.0), Value)
assert_type(ag.clip(1.7, 0, 1), float)
assert_type(ag.sum([x, x]), Value)
assert_type(ag.mean([1.0, 2.0]), float)

with no_grad(), detect_anomaly():
    pass

float(x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
math.tanh(x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

net = MLP(3, [2, 1], activation="tanh", bias=False, rng=0)
assert_type(net.parameters(), list[Value])
assert_type(assign_credit(net, [1.0, 2.0, 3.0], 0.5), Credit)
assert_type(assign_credit(net, [[1.0, 2.0, 3.0]], [0.5], batch=True), BatchCredit)
assert_type(half_squared_error(x, 1.0), Value)
optimizers = [SGD(lr=0.1), Adam(lr=lambda step: 0.1)]
assert_type(grad(ag.tanh), Callable[..., Any])
assert_type(value_and_grad(ag.tanh)(1.0), tuple[Any, Any])
assert_type(jacobian(ag.tanh), Callable[..., Any])
assert_type(hessian(ag.exp)(1.0), list[list[Any]])
assert_type(check_gradients(ag.tanh, 1.0), GradientReport)
assert_type(fit(net, [[1.0, 2.0, 3.0]], [0.5]), History)
