"""What PyTorch, SciPy and JAX have of the functions in the tables, in float64; each where it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

Values = np.ndarray[Any, np.dtype[np.float64]]
Function = Callable[[Any], Any]

TORCH = {
    name: name for name in ("sigmoid", "tanh", "relu", "relu6", "elu", "selu", "celu", "gelu", "silu")
} | {
    "mish": "mish",
    "softplus": "softplus",
    "softsign": "softsign",
    "leaky_relu": "leaky_relu",
    "hard_sigmoid": "hardsigmoid",
    "hard_swish": "hardswish",
    "hard_tanh": "hardtanh",
    "soft_shrink": "softshrink",
    "hard_shrink": "hardshrink",
    "tanhshrink": "tanhshrink",
    "log_sigmoid": "logsigmoid",
    "exp": "exp",
    "sine": "sin",
}
JAX = {name: name for name in ("sigmoid", "tanh", "relu", "relu6", "elu", "selu", "celu", "silu", "mish")} | {
    "softplus": "softplus",
    "softsign": "soft_sign",
    "leaky_relu": "leaky_relu",
    "hard_sigmoid": "hard_sigmoid",
    "hard_swish": "hard_swish",
    "hard_tanh": "hard_tanh",
    "log_sigmoid": "log_sigmoid",
    "squareplus": "squareplus",
    "exp": "exp",
    "sine": "sin",
}
SCIPY: Mapping[str, Function] = {
    "sigmoid": special.expit,
    "log_sigmoid": special.log_expit,
    "gelu": lambda z: z * special.ndtr(z),
    "softplus": lambda z: np.logaddexp(0.0, z),
    "elu": lambda z: np.where(z > 0, z, special.expm1(np.minimum(z, 0))),
    "tanh": np.tanh,
}
TORCH_LOSSES: Mapping[tuple[str, str], str] = {
    ("binary_cross_entropy", "sigmoid"): "binary_cross_entropy_with_logits",
    ("squared_error", "identity"): "mse_loss",
    ("absolute_error", "identity"): "l1_loss",
    ("huber", "identity"): "huber_loss",
    ("poisson", "exp"): "poisson_nll_loss",
    ("hinge", "identity"): "hinge",
}


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def activations(name: str, z: Values, derivative: bool) -> dict[str, Values]:
    """Values, or gradients by automatic differentiation, of every peer that has the activation."""
    found: dict[str, Values] = {}
    if installed("torch"):
        function = _torch_function(name)
        if function is not None:
            found["PyTorch"] = _torch(function, z, derivative)
    if name in SCIPY and not derivative:
        found["SciPy"] = SCIPY[name](z)
    if installed("jax"):
        function = _jax_function(name)
        if function is not None:
            found["JAX"] = _jax(function, z, derivative)
    return found


def losses(loss: str, output: str, z: Values, y: float, derivative: bool) -> dict[str, Values]:
    """The loss of one output, from the pre-activation where the peer has it so."""
    found: dict[str, Values] = {}
    if installed("torch") and (loss, output) in TORCH_LOSSES:
        found["PyTorch"] = _torch(_torch_loss(TORCH_LOSSES[loss, output], z, y), z, derivative)
    return found


def _torch_function(name: str) -> Function | None:
    import torch

    if name == "gelu_tanh":
        return lambda z: torch.nn.functional.gelu(z, approximate="tanh")
    called = TORCH.get(name)
    if called is None:
        return None
    found: Function = getattr(torch.nn.functional, called, None) or getattr(torch, called)
    return found


def _torch_loss(name: str, z: Values, y: float) -> Function:
    import torch

    labels = torch.full(z.shape, y, dtype=torch.float64)
    if name == "hinge":
        return lambda a: torch.clamp(1 - labels * a, min=0)
    if name == "mse_loss":
        return lambda a: torch.nn.functional.mse_loss(a, labels, reduction="none") / 2
    function: Function = getattr(torch.nn.functional, name)
    return lambda a: function(a, labels, reduction="none")


def _torch(function: Function, z: Values, derivative: bool) -> Values:
    import torch

    argument = torch.tensor(z, requires_grad=True)
    value = function(argument)
    if not derivative:
        return np.asarray(value.detach().numpy())
    value.sum().backward()
    assert argument.grad is not None
    return np.asarray(argument.grad.numpy())


def _jax_function(name: str) -> Function | None:
    import jax

    jax.config.update("jax_enable_x64", True)
    if name in ("gelu", "gelu_tanh"):
        return lambda z: jax.nn.gelu(z, approximate=name == "gelu_tanh")
    called = JAX.get(name)
    if called is None:
        return None
    found: Function = getattr(jax.nn, called, None) or getattr(jax.numpy, called)
    return found


def _jax(function: Function, z: Values, derivative: bool) -> Values:
    import jax

    mapped = jax.vmap(jax.grad(function)) if derivative else function
    return np.asarray(mapped(jax.numpy.asarray(z)))
