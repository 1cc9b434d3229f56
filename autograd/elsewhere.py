"""What other libraries call things, and what they are here: for the messages to those who come from there."""

from typing import Any

OF_THE_PACKAGE = {
    "it is autograd.Value": ["Tensor", "tensor", "Variable", "Scalar", "as_tensor"],
    "a vector is a list: [Value(0.0) for _ in range(n)]": ["zeros", "ones", "rand", "randn", "array"],
    "it is x.detach()": ["stop_gradient"], "it is value_and_grad": ["grad_and_value"],
    "it is trace(f, *args), and .compile()": ["jit", "compile", "function", "make_fx"],
    "it is trace(f, *args).vectorize(batched=...)": ["vmap"],
    "there are grad, jacobian and hessian": ["vjp", "jvp", "make_vjp", "make_jvp", "jacfwd", "jacrev", "GradientTape"],
    "apply grad(f) to each: [grad(f)(x) for x in xs]": ["elementwise_grad"],
    "functions are autograd.exp, autograd.tanh ...; arrays are taken by trace(f, *args).vectorize()": ["numpy", "np"],
    "networks are in the package nn: import nn": ["nn", "optim"],
    "it is autograd.operation": ["Function", "custom_vjp", "defvjp"],
    "it is check_gradients": ["gradcheck", "check_grads"], "it is detect_anomaly": ["set_detect_anomaly"],
    "random weights have a seed: nn.MLP(3, [2, 1], rng=0)": ["manual_seed", "seed"],
}  # fmt: skip


def unknown(owner: str, name: str, of: Any, table: dict[str, list[str]]) -> AttributeError:
    """Return the error for a name that there is not, with what to write for it where that is known.

    Args:
        owner: what has no such name, in words.
        name: the name.
        of: what was asked for it.
        table: the names of other libraries by the hint.

    >>> print(unknown("module 'autograd'", "Tensor", None, OF_THE_PACKAGE))
    module 'autograd' has no attribute 'Tensor': it is autograd.Value
    """
    hint = next((hint for hint, names in table.items() if name in names), "")
    message = f"{owner} has no attribute {name!r}{hint and f': {hint}'}"
    return AttributeError(message, name=name, obj=of)
