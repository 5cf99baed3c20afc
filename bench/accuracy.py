"""Errors against ball arithmetic, side by side: python bench/accuracy.py [--points N] [--save STEM] [NAME…]

Units in the last place, over the condition number where that exceeds 1, the worst over z in ±[1e-300, 1000].
Ours is the NumPy that train.py computes, textbook the formula as it is written; PyTorch, SciPy and JAX
(float64) stand where they are installed and have the function. Derivatives are those of the input form.
Formulas for which the search found nothing, and those of which a peer is more accurate, are named at the end.
--save writes STEM.md with tables and STEM.svg with a plot.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import peers
import sympy as sp
from accuracy_report import COLUMNS, LEVEL, OURS, TEXTBOOK, Row, markdown, plot, summary
from scipy import special

# The file derive.py beside this one would stand in for the package.
sys.path.pop(0)

from derive.activations import ACTIVATIONS, Activation
from derive.losses import CLOSED_UNIT, LOSSES, SIGNS, A, Loss, Y
from derive.stability import StableForm, numpy_lines, stable, stable_loss
from derive.stability.oracle import condition, exactly, ulps

Z = sp.Symbol("z", real=True)
NAMES = {Z: "Z", Y: "Y", A: "A"}
LABEL = 0.3


@dataclass(frozen=True)
class Truth:
    """True values at points, and how much each magnifies relative changes of what is not exact."""

    expr: sp.Expr
    z: Any
    y: float
    labels: Sequence[float]

    def values(self) -> list[Fraction | float]:
        return [exactly(self.expr, {Z: float(x), Y: self.y}) for x in self.z]

    def worst(self, true: Sequence[Fraction | float], got: Any) -> float:
        largest = 0.0
        for x, value, result in zip(self.z, true, got, strict=True):
            error = ulps(float(result), value)
            if LEVEL < error < math.inf:
                at = {Z: float(x), Y: self.y}
                magnified = condition(self.expr, at, Z)
                if self.expr.has(Y) and self.y not in self.labels:
                    magnified += condition(self.expr, at, Y)
                error /= max(1.0, magnified)
            largest = max(largest, error)
        return largest


def computed(lines: Sequence[str], z: Any, y: float) -> Any:
    space = {"np": np, "special": special, "Z": z, "Y": np.full_like(z, y)}
    with np.errstate(all="ignore"):
        exec("\n".join(lines), space)
    return np.broadcast_to(space["out"], z.shape)


def derivative(expr: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """Branch by branch."""
    folded = sp.piecewise_fold(expr)
    if isinstance(folded, sp.Piecewise):
        return sp.Piecewise(*((sp.diff(value, by), where) for value, where in folded.args))
    return sp.diff(expr, by)


def plain(expr: sp.Expr) -> list[str]:
    return numpy_lines(StableForm(expr, expr, Z, "textbook"), NAMES, "out")


def beside_kinks(expr: sp.Expr) -> Iterator[float]:
    for relation in expr.atoms(sp.core.relational.Relational):
        difference = relation.lhs - relation.rhs
        if difference.is_polynomial(Z) and sp.degree(difference, Z) == 1:
            kink = float(-difference.subs(Z, 0) / difference.diff(Z))
            yield from (np.nextafter(kink, -9e9), np.nextafter(kink, 9e9), kink - 1e-8, kink + 1e-8)


def of_activations(activations: Mapping[str, Activation], points: Any) -> Iterator[Row]:
    for name, activation in activations.items():
        for mark, expr in (("", activation.expr), ("'", derivative(activation.expr, Z))):
            z = np.array(sorted({*points, *beside_kinks(activation.expr)}))
            truth = Truth(expr, z, 0.0, ())
            true = truth.values()
            form = stable(expr, Z)
            results = {
                OURS: computed(numpy_lines(form, NAMES, "out"), z, 0.0),
                TEXTBOOK: computed(plain(expr), z, 0.0),
                **peers.activations(name, z, bool(mark)),
            }
            errors = {column: truth.worst(true, got) for column, got in results.items()}
            yield Row(name, "", mark, errors, form.status != "textbook")


def of_losses(
    losses: Sequence[Loss], outputs: Mapping[str, Activation], points: Any, order: str
) -> Iterator[Row]:
    for loss in losses:
        labels = (0, 1) if loss.labels == CLOSED_UNIT else (-1, 1) if loss.labels == SIGNS else ()
        for name, output in outputs.items():
            if loss.fits(output.range):
                yield _of_pair(loss, name, output, points, labels, order)


def _of_pair(loss: Loss, name: str, output: Activation, z: Any, labels: tuple[int, ...], order: str) -> Row:
    expr = loss.expr.xreplace({A: output.expr})
    shown = loss.expr
    if order == "'":
        shown = derivative(loss.expr, A) * derivative(output.expr, Z)
        expr = derivative(loss.expr, A).xreplace({A: output.expr}) * derivative(output.expr, Z)
    form = stable_loss(shown, A, output.expr, Z, others=[Y], labels=labels)
    lines = numpy_lines(form, NAMES, "out")
    if form.expanded.has(A):
        lines = [*numpy_lines(stable(output.expr, Z), NAMES, "A"), *lines]
    textbook = [*numpy_lines(StableForm(output.expr, output.expr, Z, "textbook"), NAMES, "A"), *plain(shown)]
    errors: dict[str, float] = {}
    for y in (*map(float, labels), LABEL):
        truth = Truth(expr, z, y, labels)
        true = truth.values()
        results = {
            OURS: computed(lines, z, y),
            TEXTBOOK: computed(textbook, z, y),
            **peers.losses(loss.name, name, z, y, order == "'"),
        }
        for column, got in results.items():
            errors[column] = max(errors.get(column, 0.0), truth.worst(true, got))
    return Row(loss.name, name, order, errors, form.status != "textbook")


def line(count: int) -> Any:
    """About so many points: 0, and both signs of linear and logarithmic ones."""
    half = np.concatenate([np.geomspace(1e-300, 1e3, count // 4), np.linspace(0.05, 40, count // 8)])
    half = np.concatenate([half, np.linspace(41, 1000, count // 8)])
    return np.array(sorted({0.0, *half, *-half}))


def versions() -> str:
    names = ("numpy", "torch", "scipy", "jax")
    found = {name: metadata.version(name) for name in names if peers.installed(name)}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="activations and losses, by default all")
    parser.add_argument("--points", type=int, default=440)
    parser.add_argument("--save", metavar="STEM")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    z = line(asked.points)
    bound = {n: a.bind("1.5") if n == "swish" else a for n, a in ACTIVATIONS.items()}
    scalars = {n: a for n, a in bound.items() if not a.vector}
    chosen = {n: a for n, a in scalars.items() if not asked.names or n in asked.names}
    losses = [
        loss.bind("1.5") if name == "gaussian_nll" else loss
        for name, loss in LOSSES.items()
        if not asked.names or name in asked.names
    ]
    print(f"{len(z)} points\n{'':44s}" + "".join(f"{column:>10s}" for column in COLUMNS))
    rows = []
    for row in chain(
        of_activations(chosen, z),
        of_losses(losses, scalars, z, ""),
        of_losses(losses, scalars, z, "'"),
    ):
        print(row.text, flush=True)
        rows.append(row)
    print(*summary(rows), sep="\n")
    if asked.save:
        stem = Path(asked.save)
        stem.with_suffix(".svg").write_text(plot(rows))
        stem.with_suffix(".md").write_text(markdown(rows, len(z), versions(), stem.name + ".svg"))


if __name__ == "__main__":
    main()
