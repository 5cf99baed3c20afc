"""What a formula is worth, rigorously: ball arithmetic with as many bits as it takes. Needs python-flint.

Raising the precision of ordinary arithmetic until two answers agree can settle on a wrong one; a
ball that is small enough cannot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.form import erfc

BITS = (192, 512, 2048, 8192, 32768)
SHARP = 2.0**-80
SMALLEST_NORMAL = 2.0**-1022
"""Below this doubles lose digits."""
UNDERFLOW = 2.0**-970
"""Below this the error is judged as if the value were this large: an intermediate may be subnormal
or already 0, as SciPy's erfc is."""

_CALLS: dict[Any, Callable[[Any], Any]] = {
    sp.exp: lambda x: x.exp(),
    sp.log: lambda x: x.log(),
    log1p: lambda x: x.log1p(),
    expm1: lambda x: x.expm1(),
    sp.sin: lambda x: x.sin(),
    sp.cos: lambda x: x.cos(),
    sp.tan: lambda x: x.tan(),
    sp.sinh: lambda x: x.sinh(),
    sp.cosh: lambda x: x.cosh(),
    sp.tanh: lambda x: x.tanh(),
    sp.asin: lambda x: x.asin(),
    sp.acos: lambda x: x.acos(),
    sp.atan: lambda x: x.atan(),
    sp.asinh: lambda x: x.asinh(),
    sp.acosh: lambda x: x.acosh(),
    sp.atanh: lambda x: x.atanh(),
    sp.erf: lambda x: x.erf(),
    sp.erfc: lambda x: x.erfc(),
    erfc: lambda x: x.erfc(),
    sp.Abs: lambda x: abs(x),
    sp.sign: lambda x: x.sgn(),
}


class Undecided(ArithmeticError):
    """More bits are needed to tell on which side of a condition the point lies."""


def ball(expr: Any, at: Mapping[sp.Basic, Any]) -> Any:
    """The value of expr as a ball at the working precision."""
    from flint import arb, fmpq

    if expr in at:
        return at[expr]
    if expr.is_Rational:
        return arb(fmpq(int(expr.p), int(expr.q)))
    if expr == sp.pi:
        return arb.pi()
    if expr == sp.E:
        return arb(1).exp()
    if isinstance(expr, sp.Piecewise):
        return next(ball(value, at) for value, condition in expr.args if _holds(condition, at))
    args = [ball(arg, at) for arg in expr.args]
    if expr.is_Add:
        return sum(args[1:], args[0])
    if expr.is_Mul:
        return math.prod(args[1:], start=args[0])
    if expr.is_Pow:
        if expr.exp.is_Integer:
            return args[0] ** int(expr.exp)
        return args[0].sqrt() if expr.exp == sp.S.Half else args[0] ** args[1]
    if isinstance(expr, sp.Max | sp.Min):
        return (_larger if isinstance(expr, sp.Max) else _smaller)(args)
    return _CALLS[expr.func](*args)


def _larger(args: list[Any]) -> Any:
    result = args[0]
    for arg in args[1:]:
        result = result.max(arg)
    return result


def _smaller(args: list[Any]) -> Any:
    return -_larger([-arg for arg in args])


def _holds(condition: Any, at: Mapping[sp.Basic, Any]) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.ITE):
        test, yes, no = condition.args
        return _holds(yes if _holds(test, at) else no, at)
    if isinstance(condition, sp.Not):
        return not _holds(condition.args[0], at)
    if isinstance(condition, sp.And | sp.Or):
        verdicts = [_holds(arg, at) for arg in condition.args]
        return all(verdicts) if isinstance(condition, sp.And) else any(verdicts)
    difference = ball(condition.lhs, at) - ball(condition.rhs, at)
    if difference > 0:
        return isinstance(condition, sp.StrictGreaterThan | sp.GreaterThan | sp.Unequality)
    if difference < 0:
        return isinstance(condition, sp.StrictLessThan | sp.LessThan | sp.Unequality)
    if difference == 0:
        return isinstance(condition, sp.GreaterThan | sp.LessThan | sp.Equality)
    raise Undecided


def exactly(expr: sp.Expr, at: Mapping[sp.Basic, float | Fraction]) -> Fraction | float:
    """The value as a fraction that is right to 80 bits; ±inf beyond any double; 0 far below one."""
    from flint import arb, ctx, fmpq

    before = ctx.prec
    try:
        for bits in BITS:
            ctx.prec = bits
            exact = {s: Fraction(x) for s, x in at.items()}
            point = {s: arb(fmpq(x.numerator, x.denominator)) for s, x in exact.items()}
            try:
                value = ball(expr, point)
            except Undecided:
                continue
            if abs(value) < arb(2) ** -1200:
                return Fraction(0)
            if abs(value) > arb(2) ** 1100:
                return math.inf if value > 0 else -math.inf
            if value.rad() <= abs(value).lower() * SHARP:
                mantissa, exponent = value.mid().man_exp()
                return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    finally:
        ctx.prec = before
    raise ArithmeticError(f"{expr} at {dict(at)}: no sharp ball with {BITS[-1]} bits")


def ulps(computed: float, true: Fraction | float) -> float:
    """The error in units in the last place of the true value, or of UNDERFLOW if that is larger."""
    if isinstance(true, float) or abs(true) >= Fraction(2) ** 1024:
        return 0.0 if math.isinf(computed) and (computed > 0) == (true > 0) else math.inf
    if math.isnan(computed) or math.isinf(computed):
        return math.inf
    if abs(true) < SMALLEST_NORMAL and abs(computed) <= SMALLEST_NORMAL:
        return 0.0
    unit = max(math.ulp(float(true)), math.ulp(UNDERFLOW))
    return float(abs(Fraction(computed) - true) / Fraction(unit))


def condition(expr: sp.Expr, at: Mapping[sp.Basic, float], by: sp.Basic) -> float:
    """How much a relative change of one input is magnified in the value."""
    step = Fraction(1, 2**60)
    here = exactly(expr, at)
    if not here or isinstance(here, float):
        return 0.0
    there = exactly(expr, {**at, by: Fraction(at[by]) * (1 + step)})
    if isinstance(there, float):
        return math.inf
    return float(abs((there - here) / here / step))
