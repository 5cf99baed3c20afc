"""Errors against ball arithmetic, in units in the last place over the condition number.

python -P bench/accuracy.py [--points N]      (-P: bench/derive.py must not stand in for the package)

Ours is the generated NumPy, textbook the formula as it is written, peer what PyTorch or SciPy has,
where it is installed; float64 everywhere. A form that the search did not find is named at the end.
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from scipy import special

from derive.activations import ACTIVATIONS
from derive.losses import CLOSED_UNIT, LOSSES, SIGNS, A, Y
from derive.stability import StableForm, numpy_lines, stable, stable_loss
from derive.stability.oracle import condition, exactly, ulps

Z = sp.Symbol("z", real=True)
NAMES = {Z: "Z", Y: "Y", A: "A"}
SCIPY: dict[str, Callable[[Any], Any]] = {
    "sigmoid": special.expit,
    "log_sigmoid": special.log_expit,
    "gelu": lambda z: z * special.ndtr(z),
    "softplus": lambda z: np.logaddexp(0, z),
}
TORCH = {
    name: name
    for name in (
        "sigmoid",
        "tanh",
        "relu",
        "elu",
        "selu",
        "celu",
        "gelu",
        "silu",
        "mish",
        "softplus",
        "softsign",
    )
} | {"log_sigmoid": "logsigmoid", "tanhshrink": "tanhshrink", "hard_swish": "hardswish"}


def run(lines: list[str], z: np.ndarray, y: float) -> np.ndarray:
    space = {"np": np, "special": special, "Z": z, "Y": np.full_like(z, y)}
    with np.errstate(all="ignore"):
        exec("\n".join(lines), space)
    return np.broadcast_to(space["out"], z.shape)


def worst(expr: sp.Expr, got: np.ndarray, z: np.ndarray, y: float, labels: tuple[int, ...]) -> float:
    largest = 0.0
    for x, value in zip(z, got, strict=True):
        at = {Z: float(x), Y: y}
        error = ulps(float(value), exactly(expr, at))
        if error > 4:
            magnified = condition(expr, at, Z)
            if expr.has(Y) and y not in labels:
                magnified += condition(expr, at, Y)
            error /= max(1.0, magnified)
        largest = max(largest, error)
    return largest


def peer(name: str, z: np.ndarray, derivative: bool) -> tuple[str, np.ndarray] | None:
    """PyTorch's or SciPy's values, the gradient by backward()."""
    if name in TORCH and importlib.util.find_spec("torch"):
        import torch

        argument = torch.tensor(z, requires_grad=True)
        function = getattr(torch.nn.functional, TORCH[name], None) or getattr(torch, TORCH[name])
        value = function(argument)
        if derivative:
            value.sum().backward()
            return "torch", argument.grad.numpy()
        return "torch", value.detach().numpy()
    return ("scipy", SCIPY[name](z)) if name in SCIPY and not derivative else None


def derivative(expr: sp.Expr) -> sp.Expr:
    folded = sp.piecewise_fold(expr)
    if isinstance(folded, sp.Piecewise):
        return sp.Piecewise(*((sp.diff(value, Z), where) for value, where in folded.args))
    return sp.diff(expr, Z)


def row(name: str, ours: float, textbook: float, other: tuple[str, float] | None, form: StableForm) -> None:
    shown = f"{other[1]:12.3g} {other[0]}" if other else ""
    print(f"{name:36s} {ours:10.3g} {textbook:12.3g} {form.status:9s} {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=400)
    count = parser.parse_args().points // 4
    half = np.concatenate([np.geomspace(1e-300, 1e3, count), np.linspace(0.05, 40, count // 2)])
    half = np.concatenate([half, np.linspace(41, 1000, count // 2)])
    z = np.array([0.0, *half, *-half])
    warnings.simplefilter("ignore")
    missing: list[str] = []
    print(f"{'':36s} {'ours':>10s} {'textbook':>12s} {'':9s} {'peer':>12s}")
    bound = {n: a.bind("1.5") if n == "swish" else a for n, a in ACTIVATIONS.items()}
    scalars = {n: a for n, a in bound.items() if not a.vector}
    for name, activation in scalars.items():
        for order, expr in (("", activation.expr), ("'", derivative(activation.expr))):
            form, plain = stable(expr, Z), StableForm(expr, expr, Z, "textbook")
            found = peer(name, z, bool(order))
            errors = [
                worst(expr, run(numpy_lines(f, NAMES, "out"), z, 0.0), z, 0.0, ()) for f in (form, plain)
            ]
            row(name + order, *errors, found and (found[0], worst(expr, found[1], z, 0.0, ())), form)
            missing += [name + order] if form.status == "textbook" else []
    for loss in LOSSES.values():
        chosen = loss.bind("1.5") if loss.name == "gaussian_nll" else loss
        labels = (0, 1) if loss.labels == CLOSED_UNIT else (-1, 1) if loss.labels == SIGNS else ()
        for name in ("identity", "sigmoid", "tanh", "softplus", "exp"):
            output = scalars[name].expr
            if not chosen.fits(scalars[name].range):
                continue
            expr = chosen.expr.xreplace({A: output})
            form = stable_loss(chosen.expr, A, output, Z, others=[Y], labels=labels)
            lines = numpy_lines(form, NAMES, "out")
            if form.z == A:
                lines = [*numpy_lines(stable(output, Z), NAMES, "A"), *lines]
            plain = numpy_lines(StableForm(expr, expr, Z, "textbook"), NAMES, "out")
            ys = (*labels, 0.3)
            errors = [max(worst(expr, run(text, z, y), z, y, labels) for y in ys) for text in (lines, plain)]
            row(f"{loss.name} of {name}", *errors, None, form)
            missing += [f"{loss.name} of {name}"] if form.status == "textbook" else []
    print("no stable form found:", ", ".join(missing) or "none")


if __name__ == "__main__":
    main()
