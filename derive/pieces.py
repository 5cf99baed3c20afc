"""Formulas in pieces: |x|, min, max, sign and conditions as Piecewise with plain branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from derive.notation import outermost

MAX_BRANCHES = 16


class UnitSum(sp.Function):  # type: ignore[misc]
    """Σ of the argument over the units of a layer: what `sum(…)` means in an activation."""

    def _eval_is_real(self) -> bool:
        return True


def absolute(x: sp.Expr) -> sp.Expr:
    """|x| with derivative 0 at 0."""
    return sp.Piecewise((x, x > 0), (-x, x < 0), (0, True))


def sign(x: sp.Expr) -> sp.Expr:
    return sp.Piecewise((1, x > 0), (-1, x < 0), (0, True))


def maximum(*args: sp.Expr) -> sp.Expr:
    return _extreme(args, lambda a, b: a > b)


def minimum(*args: sp.Expr) -> sp.Expr:
    return _extreme(args, lambda a, b: a < b)


def _extreme(args: tuple[sp.Expr, ...], better: Callable[[Any, Any], Any]) -> sp.Expr:
    best, *others = sorted(args, key=lambda a: a.is_number is True)
    for other in others:
        best = _better(best, other, better)
    return best


def _better(left: sp.Expr, right: sp.Expr, better: Callable[[Any, Any], Any]) -> sp.Expr:
    if isinstance(left, sp.Piecewise):
        return pieces(*((_better(e, right, better), c) for e, c in left.args))
    if isinstance(right, sp.Piecewise):
        return pieces(*((_better(left, e, better), c) for e, c in right.args))
    return pieces((left, better(left, right)), (right, sp.true))


def pieces(*branches: tuple[sp.Expr, Any]) -> sp.Expr:
    """A Piecewise whose branches are no Piecewise themselves."""
    flat: list[tuple[sp.Expr, Any]] = []
    for expr, condition in branches:
        if isinstance(expr, sp.Piecewise):
            flat += [(e, sp.And(condition, c)) for e, c in expr.args]
        else:
            flat.append((expr, condition))
    if len(flat) > MAX_BRANCHES:
        raise ValueError("too many branches")
    return sp.Piecewise(*flat)


def compared(compare: Callable[[Any, Any], Any], left: sp.Expr, right: sp.Expr) -> Any:
    """The comparison with no Piecewise in it: SymPy would make an ITE of one."""
    inner = next(outermost(sp.Tuple(left, right), (sp.Piecewise,)), None)
    if inner is None:
        return compare(left, right)
    cases, earlier = [], sp.true
    for branch, condition in inner.args:
        chosen = {inner: branch}
        cases.append(
            sp.And(earlier, condition, compared(compare, left.xreplace(chosen), right.xreplace(chosen)))
        )
        earlier = sp.And(earlier, sp.Not(condition))
    if len(cases) > MAX_BRANCHES:
        raise ValueError("too many branches")
    return sp.Or(*cases)
