"""Values and derivatives against PyTorch's, kinks included: `pip install torch`, then run this file.

PyTorch is too large for every run; without it the file is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from generated_code import module

from derive import Network, derive
from derive.activations import ACTIVATIONS
from derive.losses import LOSSES

torch = pytest.importorskip("torch")
F = torch.nn.functional
NO_COUNTERPART = {"gaussian", "squareplus", "bent_identity"}
NO_LOSS = {"log_cosh", "squared_hinge", "focal", "quantile", "exponential"}

ENTRYWISE: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "leaky_relu(0.3)": lambda z: F.leaky_relu(z, 0.3),
    "relu6": F.relu6,
    "elu": F.elu,
    "elu(1.7)": lambda z: F.elu(z, 1.7),
    "selu": F.selu,
    "celu": F.celu,
    "celu(2)": lambda z: F.celu(z, 2),
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "silu": F.silu,
    "swish(1.0)": F.silu,
    "mish": F.mish,
    "softplus": lambda z: F.softplus(z, threshold=1000),
    "softsign": F.softsign,
    "hard_sigmoid": F.hardsigmoid,
    "hard_swish": F.hardswish,
    "hard_tanh": F.hardtanh,
    "thresholded_relu": lambda z: F.threshold(z, 1, 0),
    "thresholded_relu(0.4)": lambda z: F.threshold(z, 0.4, 0),
    "soft_shrink": F.softshrink,
    "soft_shrink(2)": lambda z: F.softshrink(z, 2),
    "hard_shrink": F.hardshrink,
    "hard_shrink(2)": lambda z: F.hardshrink(z, 2),
    "tanhshrink": F.tanhshrink,
    "log_sigmoid": F.logsigmoid,
    "exp": torch.exp,
    "sine": torch.sin,
}
OVER_UNITS = {"softmax": F.softmax, "log_softmax": F.log_softmax}


def points(name: str) -> np.ndarray:
    """A grid, every kink, and the doubles on both sides of it."""
    grid = np.linspace(-10, 10, 401)
    own = Network.parse(f"1 -> 1 {name} | squared_error").layers[0].activation
    kinks = np.array([float(kink.point) for kink in own.declared()])
    return np.concatenate([grid, kinks, np.nextafter(kinks, -99), np.nextafter(kinks, 99)])[None]


def test_every_activation_has_its_counterpart_or_none() -> None:
    tried = {name.partition("(")[0] for name in ENTRYWISE} | set(OVER_UNITS)
    assert tried == set(ACTIVATIONS) - NO_COUNTERPART
    assert {name.partition("(")[0] for name in (*PAIRED, *FROM_Z)} == set(LOSSES) - NO_LOSS


@pytest.mark.parametrize("derivatives", ["output", "input"])
@pytest.mark.parametrize("name", ENTRYWISE)
def test_values_and_slopes_of_an_activation(name: str, derivatives: str) -> None:
    code = module(f"1 -> 1 {name} | squared_error", derivatives=derivatives)
    params, X = {"W1": np.ones((1, 1)), "b1": np.zeros((1, 1))}, points(name)
    cache = code.forward(params, X)
    z = torch.tensor(X, requires_grad=True)
    a = ENTRYWISE[name](z)
    a.sum().backward()
    np.testing.assert_allclose(cache["A1"], a.detach().numpy(), rtol=1e-11, atol=1e-14)
    slopes = code.backward(params, cache, cache["A1"] - 1)["dZ1"]
    # PyTorch's slope of hard_sigmoid is 1/6 in single precision.
    rtol = 1e-7 if name == "hard_sigmoid" else 1e-10
    np.testing.assert_allclose(slopes, z.grad.numpy(), rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("name", OVER_UNITS)
def test_values_and_derivatives_over_the_units_of_a_layer(name: str) -> None:
    code = module(f"4 -> 4 {name} | squared_error")
    rng = np.random.default_rng(1)
    X, upstream = 5 * rng.normal(size=(4, 50)), rng.normal(size=(4, 50))
    params = {"W1": np.eye(4), "b1": np.zeros((4, 1))}
    cache = code.forward(params, X)
    z = torch.tensor(X, requires_grad=True)
    a = OVER_UNITS[name](z, dim=0)
    (a * torch.tensor(upstream)).sum().backward()
    np.testing.assert_allclose(cache["A1"], a.detach().numpy(), rtol=1e-11, atol=1e-14)
    found = code.backward(params, cache, cache["A1"] - upstream)["dZ1"]
    np.testing.assert_allclose(found, z.grad.numpy(), rtol=1e-10, atol=1e-13)


def picked(log_a: Any, y: Any) -> Any:
    """PyTorch's negative log-likelihood takes the number of the class."""
    return F.nll_loss(log_a.T, y.argmax(dim=0), reduction="sum")


PAIRED: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "squared_error": ("3 identity", lambda a, y: F.mse_loss(a, y, reduction="sum") / 2),
    "absolute_error": ("3 identity", lambda a, y: F.l1_loss(a, y, reduction="sum")),
    "huber": ("3 identity", lambda a, y: F.huber_loss(a, y, reduction="sum")),
    "huber(0.3)": ("3 identity", lambda a, y: F.huber_loss(a, y, reduction="sum", delta=0.3)),
    "hinge": (
        "3 identity",
        lambda a, y: F.margin_ranking_loss(a, torch.zeros_like(a), y, margin=1, reduction="sum"),
    ),
    "gaussian_nll(0.7)": (
        "3 identity",
        lambda a, y: F.gaussian_nll_loss(a, y, torch.full_like(a, 0.7), reduction="sum"),
    ),
    "poisson": ("3 exp", lambda a, y: F.poisson_nll_loss(a, y, log_input=False, eps=0, reduction="sum")),
    "binary_cross_entropy": ("3 sigmoid", lambda a, y: F.binary_cross_entropy(a, y, reduction="sum")),
    "kl_divergence": ("3 softmax", lambda a, y: F.kl_div(torch.log(a), y, reduction="sum")),
    "negative_log_likelihood": ("3 log_softmax", picked),
}
FROM_Z = {
    "binary_cross_entropy": (
        "3 sigmoid",
        lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    ),
    "cross_entropy": ("3 softmax", lambda z, y: F.cross_entropy(z.T, y.T, reduction="sum")),
    "poisson": ("3 exp", lambda z, y: F.poisson_nll_loss(z, y, log_input=True, reduction="sum")),
}
OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z * 1,
    "exp": torch.exp,
    "sigmoid": torch.sigmoid,
    "softmax": lambda z: F.softmax(z, dim=0),
    "log_softmax": lambda z: F.log_softmax(z, dim=0),
}


def labels(loss: str, a: np.ndarray) -> np.ndarray:
    """Labels that fit; some of them hit the output exactly, where a loss may have a kink."""
    rng = np.random.default_rng(2)
    if loss.startswith(("cross", "kl", "binary")):
        Y = rng.uniform(0.05, 0.95, size=a.shape)
        return Y / Y.sum(axis=0) if loss != "binary_cross_entropy" else Y
    if loss.startswith("negative"):
        return np.eye(3)[:, rng.integers(3, size=a.shape[1])]
    if loss == "hinge":
        return rng.choice([-1.0, 1.0], size=a.shape)
    if loss == "poisson":
        return rng.integers(6, size=a.shape).astype(float)
    Y = rng.normal(size=a.shape)
    Y[:, :5] = a[:, :5]
    return Y


def case(line: str, loss: str) -> tuple[Any, ...]:
    """Generated code, its arguments, and z as a tensor of PyTorch's."""
    code = module(line)
    X = 2 * np.random.default_rng(1).normal(size=(3, 60))
    params = {"W1": np.eye(3), "b1": np.zeros((3, 1))}
    cache = code.forward(params, X)
    Y = labels(loss, cache["A1"])
    grads = code.backward(params, cache, Y)
    return code.cost(params, X, Y) * 60, grads, cache, Y, torch.tensor(X, requires_grad=True)


@pytest.mark.parametrize("loss", PAIRED)
def test_values_and_derivatives_of_a_loss(loss: str) -> None:
    output, reference = PAIRED[loss]
    line = f"3 -> {output} | {loss}"
    cost, grads, cache, Y, z = case(line, loss)
    a = OUTPUTS[output.split()[1]](z)
    a.retain_grad()
    total = reference(a, torch.tensor(Y))
    total.backward()
    np.testing.assert_allclose(cost, total.item(), rtol=1e-12)
    np.testing.assert_allclose(grads["dZ1"], z.grad.numpy(), rtol=1e-9, atol=1e-12)
    slopes = eval(derive(Network.parse(line))["dA1"].numpy, {"np": np, "A1": cache["A1"], "Y": Y})
    np.testing.assert_allclose(slopes, a.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", FROM_Z)
def test_an_output_and_its_loss_in_one(loss: str) -> None:
    output, reference = FROM_Z[loss]
    cost, grads, _, Y, z = case(f"3 -> {output} | {loss}", loss)
    total = reference(z, torch.tensor(Y))
    total.backward()
    np.testing.assert_allclose(cost, total.item(), rtol=1e-12)
    np.testing.assert_allclose(grads["dZ1"], z.grad.numpy(), rtol=1e-9, atol=1e-12)
