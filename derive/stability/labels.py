"""Forms that are exact where labels are 0, 1 or −1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from derive.stability.merge import shared_factors


def between(expr: sp.Expr, label: sp.Symbol, ends: Sequence[int], form: Callable[[Any], Any]) -> Any:
    """f(y) = (1 − y)·f(0) + y·f(1) in every factor that is linear in the label, each end in its form.

    ends (0, 1) or (−1, 1). What does not depend on the label is put in its form too.
    """
    if not expr.has(label):
        return form(expr)
    linear = sp.expand(sp.diff(expr, label, 2)) == 0
    if expr.is_Mul and not linear:
        apart, rest = expr.as_independent(label, as_Add=False)
        inner = sp.Mul(*(between(factor, label, ends, form) for factor in sp.Mul.make_args(rest)))
        return (apart if apart.is_number else form(apart)) * inner
    if expr.is_Pow and expr.exp.is_Integer:
        return between(expr.base, label, ends, form) ** expr.exp
    if not linear:
        return expr
    low, high = ends
    at = [form(expr.xreplace({label: sp.Integer(end)})) for end in ends]
    weights = (high - label) / sp.Integer(high - low), (label - low) / sp.Integer(high - low)
    common = shared_factors(*at)
    return common * sp.Add(*(weight * end / common for weight, end in zip(weights, at, strict=True)))
