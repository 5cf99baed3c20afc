"""Formulas in pieces: |x|, min, max, sign and conditions as Piecewise with plain branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import sympy as sp

from derive.notation import outermost
from derive.numbers import value

MAX_BRANCHES = 16
Comparison = Callable[[Any, Any], Any]


class UnitSum(sp.Function):  # type: ignore[misc]
    """Σ of the argument over the units of a layer: what `sum(…)` means in an activation."""

    def _eval_is_real(self) -> bool:
        return True


def absolute(x: sp.Expr) -> sp.Expr:
    """|x| with derivative 0 at 0."""
    return pieces((x, compared(sp.Gt, x, 0)), (-x, compared(sp.Lt, x, 0)), (sp.Integer(0), sp.true))


def sign(x: sp.Expr) -> sp.Expr:
    one = sp.Integer(1)
    return pieces((one, compared(sp.Gt, x, 0)), (-one, compared(sp.Lt, x, 0)), (sp.Integer(0), sp.true))


def maximum(*args: sp.Expr) -> sp.Expr:
    return _extreme(args, sp.Gt)


def minimum(*args: sp.Expr) -> sp.Expr:
    return _extreme(args, sp.Lt)


def _extreme(args: tuple[sp.Expr, ...], better: Comparison) -> sp.Expr:
    best, *others = sorted(args, key=lambda a: a.is_number is True)
    for other in others:
        best = _better(best, other, better)
    return best


def _better(left: sp.Expr, right: sp.Expr, better: Comparison) -> sp.Expr:
    if isinstance(left, sp.Piecewise):
        return pieces(*((_better(e, right, better), c) for e, c in left.args))
    if isinstance(right, sp.Piecewise):
        return pieces(*((_better(left, e, better), c) for e, c in right.args))
    return pieces((left, compared(better, left, right)), (right, sp.true))


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


def compared(compare: Comparison, left: Any, right: Any) -> Any:
    """The comparison with no Piecewise in it (SymPy would make an ITE of one), constants decided.

    A difference that is a multiple of one symbol is compared with 0.
    """
    left, right = sp.sympify(left), sp.sympify(right)
    inner = next(outermost(sp.Tuple(left, right), (sp.Piecewise,)), None)
    if inner is None:
        return _plain(compare, left, right)
    cases, earlier = [], sp.true
    for branch, condition in inner.args:
        chosen = {inner: branch}
        case = compared(compare, left.xreplace(chosen), right.xreplace(chosen))
        cases.append(sp.And(earlier, condition, case))
        earlier = sp.And(earlier, sp.Not(condition))
    if len(cases) > MAX_BRANCHES:
        raise ValueError("too many branches")
    return sp.Or(*cases)


def _plain(compare: Comparison, left: sp.Expr, right: sp.Expr) -> Any:
    difference = left - right
    if not difference.free_symbols:
        with mp.workdps(50):
            number = value(difference, {})
            if mp.isnan(number):
                raise ValueError("a constant that is no real number")
            rounded = 0 if abs(number) < mp.mpf("1e-40") else int(mp.sign(number))
        return compare(sp.Integer(rounded), 0)
    factor, rest = difference.as_coeff_Mul()
    if rest.is_Symbol:
        return compare(rest, 0) if factor > 0 else compare(0, rest)
    return compare(left, right)
