"""Branches that are 0 on one side, written so that nothing is compared with a rounded number."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.relational import Relational

POWERS = 3


def ramps(expr: sp.Basic) -> Any:
    """k·uⁿ where u > 0, else 0 → k·max(0, u)ⁿ in every Piecewise that is such a ramp.

    >>> x = sp.Symbol("x", real=True)
    >>> ramps(sp.Piecewise(((1 - x) ** 2, x < 1), (0, True)))
    Max(0, 1 - x)**2
    """
    if not expr.args:
        return expr
    expr = expr.func(*(ramps(arg) for arg in expr.args))
    if isinstance(expr, sp.Piecewise) and len(expr.args) == 2:
        (value, condition), (rest, otherwise) = expr.args
        if rest == 0 and otherwise == sp.true and isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
            return _ramp(value, condition.gts - condition.lts) or expr
    return expr


def _ramp(value: Any, height: Any) -> Any | None:
    for power in range(1, POWERS + 1):
        factor = sp.cancel(value / height**power)
        if factor.is_number:
            return factor * sp.Max(0, height) ** power
    return None


def guarded(expr: sp.Basic, label: sp.Symbol) -> Any:
    """A branch for labels above a number sees the label there and 1 elsewhere.

    y·log(y/a) where y > 0, else 0 → y·log(h/a) with h = y where y > 0, else 1.
    """
    if not expr.args:
        return expr
    expr = expr.func(*(guarded(arg, label) for arg in expr.args))
    if not isinstance(expr, sp.Piecewise) or len(expr.args) != 2:
        return expr
    (value, condition), (rest, otherwise) = expr.args
    if not isinstance(condition, Relational) or condition.free_symbols != {label} or otherwise != sp.true:
        return expr
    if condition.xreplace({label: sp.S.One}) != sp.true:
        return expr
    held = sp.Piecewise((label, condition), (1, True))
    kept, inner = value.as_independent(*value.atoms(sp.log), as_Add=False)
    whole = kept * inner.xreplace({label: held})
    if sp.simplify(whole.xreplace({held: sp.S.One, label: sp.S.Zero}) - rest) == 0:
        return whole
    return sp.Piecewise((value.xreplace({label: held}), condition), (rest, True))
