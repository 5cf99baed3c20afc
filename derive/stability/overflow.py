"""Arguments of exponentials held below the largest double, where the result no longer depends on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1

LARGE = sp.Integer(700)


def capped(expr: sp.Basic) -> Any:
    """exp(c·exp(x)) with x held below 700: beyond that the outer exponential is 0 or too large anyway."""
    if not expr.args:
        return expr
    if isinstance(expr, sp.exp):
        return sp.exp(held(expr.args[0], lambda x: sp.Min(x, LARGE)))
    return expr.func(*(capped(arg) for arg in expr.args))


def held(expr: sp.Basic, limit: Callable[[Any], Any]) -> Any:
    """Exponentials of polynomials with their argument replaced by limit(argument)."""
    if not expr.args:
        return expr
    if isinstance(expr, sp.exp | expm1) and not expr.args[0].has(sp.Function, sp.exp):
        return expr.func(limit(expr.args[0]))
    return expr.func(*(held(arg, limit) for arg in expr.args))


def above(label: sp.Symbol) -> Callable[[Any], Any]:
    """Held where the label is positive: 1 − y·exp(x) is below 0 there long before x is 700."""
    return lambda x: sp.Piecewise((sp.Min(x, LARGE), label > 0), (x, True))
