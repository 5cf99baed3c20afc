"""Losses that bend where a difference changes its sign: the difference first, in its own stable form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

from derive.stability.form import S, StableForm
from derive.stability.ramps import ramps


def by_difference(expr: sp.Expr, a: sp.Symbol, search: Callable[[Any], StableForm]) -> Iterator[StableForm]:
    """−2y·(1 − y·a) where y·a < 1, else 0 → s = 1 − y·a, then −2y·s where s > 0, else 0.

    search: the form of a function of a over the pre-activation. The second form takes the branch at
    s = 0 too, for factors that vanish there.
    """
    whole = ramps(expr)
    found = _differences(whole, a)
    if len(found) != 1:
        return
    (difference,) = found
    inner = search(difference)
    if inner.status == "textbook":
        return
    for relation in (sp.Gt, sp.Ge):
        value = _named(whole, difference, relation)
        if not value.has(a):
            apart = {s: sp.Symbol(f"{s}_", real=True) for s, _ in inner.lets if str(s).startswith(str(S))}
            lets = tuple((apart.get(s, s), meaning.xreplace(apart)) for s, meaning in inner.lets)
            meaning = inner.value.xreplace(apart)
            yield StableForm(expr, value, inner.z, "found", (*lets, (S, meaning)))


def _differences(expr: sp.Basic, a: sp.Symbol) -> set[Any]:
    compared = {c.gts - c.lts for c in expr.atoms(sp.Gt, sp.Ge, sp.Lt, sp.Le) if c.has(a)}
    ramp = {arg for m in expr.atoms(sp.Max) for arg in m.args if arg.has(a)}
    return compared | ramp


def _named(expr: Any, difference: Any, relation: Any) -> Any:
    """The expression over s."""
    if expr in (difference, -difference):
        return S if expr == difference else -S
    if isinstance(expr, sp.Gt | sp.Ge | sp.Lt | sp.Le) and expr.gts - expr.lts == difference:
        return relation(S, 0)
    return expr.func(*(_named(arg, difference, relation) for arg in expr.args)) if expr.args else expr
