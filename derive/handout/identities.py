"""The identities behind stable forms: as equations, and how one line shows that another used them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.form import T, erfc

K, U, X = sp.symbols("k u x", real=True)
P, Q = sp.symbols("p q", positive=True)
LETTERS = (U, X, P, Q, T, K)


@dataclass(frozen=True)
class Equation:
    """left = right, wherever the condition holds."""

    left: sp.Expr
    right: sp.Expr
    where: sp.Basic = sp.true


@dataclass(frozen=True)
class Identity:
    """used: whether it was used between a line and the next."""

    equations: tuple[Equation, ...]
    used: Callable[[sp.Expr, sp.Expr], bool]


def _appears(kind: Any, before: sp.Expr, after: sp.Expr) -> bool:
    return bool(after.has(kind)) and not before.has(kind)


def _disappears(kind: Any, before: sp.Expr, after: sp.Expr) -> bool:
    return bool(before.has(kind)) and not after.has(kind)


def _powers_taken_out(before: sp.Expr, after: sp.Expr) -> bool:
    return any(log.has(T) for log in before.atoms(sp.log)) and before.atoms(sp.log) != after.atoms(sp.log)


def _roots_below(before: sp.Expr, after: sp.Expr) -> bool:
    def count(expr: sp.Expr) -> int:
        return sum(bool(p.exp.is_negative) and _has_root(p.base) for p in expr.atoms(sp.Pow))

    return count(after) > count(before)


def _has_root(expr: sp.Expr) -> bool:
    return any(power.exp == sp.S.Half for power in expr.atoms(sp.Pow))


def _written(kind: type, *args: Any) -> Any:
    return kind(*args, evaluate=False)


IDENTITIES: dict[str, Identity] = {
    "log": Identity(
        (Equation(sp.log(_written(sp.Mul, T**K, P)), -K * sp.Abs(U) + sp.log(P)),), _powers_taken_out
    ),
    "log1p": Identity((Equation(sp.log(1 + X), log1p(X)),), partial(_appears, log1p)),
    "expm1": Identity((Equation(sp.exp(X) - 1, expm1(X)),), partial(_appears, expm1)),
    "erfc": Identity((Equation(1 + sp.erf(X), erfc(-X)),), partial(_appears, erfc)),
    "tanh": Identity((Equation(sp.sinh(X) / sp.cosh(X), sp.tanh(X)),), partial(_appears, sp.tanh)),
    "half": Identity(
        (Equation(1 - sp.sin(X), 2 * _written(sp.cos, sp.pi / 4 + X / 2) ** 2),), partial(_disappears, sp.sin)
    ),
    "conjugate": Identity((Equation(sp.sqrt(P) - Q, (P - Q**2) / (sp.sqrt(P) + Q)),), _roots_below),
}
ALSO: dict[str, tuple[Equation, ...]] = {
    "t": (Equation(sp.exp(U), 1 / T, sp.Ge(U, 0)), Equation(sp.exp(U), T, sp.Lt(U, 0))),
    "max": (
        Equation(_written(sp.Max, X, sp.S.Zero), X, sp.Ge(X, 0)),
        Equation(_written(sp.Max, X, sp.S.Zero), sp.S.Zero, sp.Lt(X, 0)),
    ),
}
"""Equations that say what a letter or a sign means."""


def used(before: sp.Expr, after: sp.Expr) -> tuple[str, ...]:
    """The identities that lead from one line to the next."""
    return tuple(key for key, identity in IDENTITIES.items() if identity.used(before, after))
