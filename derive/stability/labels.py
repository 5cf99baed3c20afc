"""Forms of formulas with labels: exact where labels are 0, 1 or −1, or without the label in the parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from derive.stability.merge import shared_factors
from derive.stability.ramps import guarded


def between(expr: sp.Expr, label: sp.Symbol, ends: Sequence[int], form: Callable[[Any], Any]) -> Any:
    """f(y) = (1 − y)·f(0) + y·f(1) in every factor that is linear in the label, each end in its form.

    ends (0, 1) or (−1, 1). What does not depend on the label is put in its form too.
    """
    if not expr.has(label):
        return form(expr)
    if isinstance(expr, sp.Max):
        return sp.Max(*(between(arg, label, ends, form) for arg in expr.args))
    linear = sp.expand(sp.diff(expr, label, 2)) == 0
    if expr.is_Mul and not linear:
        apart, rest = expr.as_independent(label, as_Add=False)
        inner = sp.Mul(*(between(factor, label, ends, form) for factor in sp.Mul.make_args(rest)))
        return (apart if apart.is_number else form(apart)) * inner
    if expr.is_Pow and expr.exp.is_Integer:
        return between(expr.base, label, ends, form) ** expr.exp
    if not linear or len(ends) != 2:
        return expr
    low, high = ends
    at = [form(expr.xreplace({label: sp.Integer(end)})) for end in ends]
    weights = (high - label) / sp.Integer(high - low), (label - low) / sp.Integer(high - low)
    common = shared_factors(*at)
    return common * sp.Add(*(weight * end / common for weight, end in zip(weights, at, strict=True)))


def apart(expr: sp.Expr, label: sp.Symbol, form: Callable[[Any], Any]) -> Any:
    """Logarithms of products as sums, and every part without the label in its form."""
    whole = guarded(expr, label)
    held = {choice: sp.Dummy(positive=True) for choice in whole.atoms(sp.Piecewise)}
    whole = sp.expand_log(whole.xreplace(held), force=True)
    known = {label, *held.values()}
    return _in_parts(whole, known, form).xreplace({symbol: choice for choice, symbol in held.items()})


def _in_parts(expr: Any, known: set[Any], form: Callable[[Any], Any]) -> Any:
    if not expr.free_symbols & known:
        return form(expr)
    if expr.is_Add or expr.is_Mul:
        free, rest = expr.as_independent(*known)
        parts = [_in_parts(arg, known, form) for arg in expr.func.make_args(rest)]
        return expr.func(form(free), *parts) if free.free_symbols else expr.func(free, *parts)
    return expr.func(*(_in_parts(arg, known, form) for arg in expr.args)) if expr.args else expr
