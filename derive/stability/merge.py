"""Two forms, for z ≥ 0 and z < 0, put together into one that is short to read."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.stability.canonical import A
from derive.stability.form import S, T


def merged(positive: Any, negative: Any, z: sp.Symbol) -> Any:
    """One expression in z: what both sides share stands outside, the rest in a Max or a Piecewise."""
    if positive == negative:
        return positive.xreplace({A: sp.Abs(z)})
    return _join(_tidy(positive.xreplace({A: z})), _tidy(negative.xreplace({A: -z})), z)


def complement(positive: Any, negative: Any, z: sp.Symbol) -> tuple[Any, Any] | None:
    """(s, value) with value = p + s or p − s for z ≥ 0 and q − s or q + s for z < 0, p and q numbers.

    None unless the two sides add up to a number. s vanishes far out, so the sums keep all digits there.
    """
    ends = [_far_out(side) for side in (positive, negative)]
    if not all(end.is_Rational for end in ends) or sp.cancel(positive + negative) != sum(ends):
        return None
    small = sp.factor(sp.cancel(positive - ends[0]))
    if not small.has(T, A):
        return None
    sign = -1 if small.could_extract_minus_sign() else 1
    value = sp.Piecewise((ends[0] + sign * S, z >= 0), (ends[1] - sign * S, True))
    return (sign * small).xreplace({A: sp.Abs(z)}), value


def _far_out(side: Any) -> Any:
    """The value where t = 0, or of a rational function at infinity."""
    if side.has(T) or not side.is_rational_function(A):
        return side.xreplace({T: sp.S.Zero})
    return sp.cancel(side.xreplace({A: 1 / T})).xreplace({T: sp.S.Zero})


def _tidy(expr: Any) -> Any:
    """Products without two minus signs that undo each other."""
    if not expr.args:
        return expr
    args = [_tidy(arg) for arg in expr.args]
    if expr.is_Mul:
        flipped = [arg for arg in args if arg.is_Add and all(_negative(term) for term in arg.args)]
        args = [-arg if arg in flipped else arg for arg in args] + [sp.Integer(-1) ** len(flipped)]
    return expr.func(*args)


def _negative(term: Any) -> bool:
    return bool(term.as_coeff_Mul()[0] < 0)


def _join(p: Any, q: Any, z: sp.Symbol) -> Any:
    if p == q:
        return p
    if p.is_Add or q.is_Add:
        ours, theirs = list(map(sp.Add.make_args, map(sp.expand_mul, (p, q))))
        shared = [term for term in ours if term in theirs]
        if shared:
            p, q = (sp.Add(*(x for x in terms if x not in shared)) for terms in (ours, theirs))
            return sp.Add(*shared, _choice(p, q, z))
    above_p, below_p = sp.fraction(p)
    above_q, below_q = sp.fraction(q)
    above, below = shared_factors(above_p, above_q), shared_factors(below_p, below_q)
    rest = (p * below / above, q * below / above)
    return above * _choice(*rest, z) / below


def shared_factors(p: Any, q: Any) -> Any:
    """The factors that two products have in common."""
    ours, theirs = p.as_powers_dict(), q.as_powers_dict()
    common = []
    for base, power in ours.items():
        other = theirs.get(base, sp.S.Zero)
        if not base.is_number and power.is_number and other.is_number and power * other > 0:
            common.append(base ** (min if power > 0 else max)(power, other))
    return sp.Mul(*common)


def _choice(p: Any, q: Any, z: sp.Symbol) -> Any:
    """p where z ≥ 0, else q."""
    if p == q:
        return p
    slope = sp.cancel((p - q) / z)
    if slope.is_number and slope.is_real:
        if q == 0:
            return slope * sp.Max(z, 0)
        if p == 0:
            return slope * sp.Max(-z, 0) if slope.is_positive else -slope * sp.Min(z, 0)
    if p.could_extract_minus_sign() and q.could_extract_minus_sign():
        return -sp.Piecewise((-p, z >= 0), (-q, True))
    return sp.Piecewise((p, z >= 0), (q, True))
