"""Derivatives written in the output: from a = f(z) find f′(z) as an expression in a."""

from __future__ import annotations

import math
from functools import lru_cache

import sympy as sp

from derive.calculus.algebra import cost, oriented

OUTPUT = sp.Dummy("a", real=True)
"""Stands for the output of an activation."""


@lru_cache(maxsize=1024)
def in_output(f: sp.Expr, slope: sp.Expr, z: sp.Symbol, a: sp.Symbol) -> sp.Expr | None:
    """slope(z) as an expression in a = f(z), or None.

    Branch by branch for a Piecewise, whose conditions stay in z.

    >>> z, a = sp.symbols("z a", real=True)
    >>> in_output(1 / (1 + sp.exp(-z)), sp.exp(-z) / (1 + sp.exp(-z)) ** 2, z, a)
    a*(1 - a)
    """
    if isinstance(f, sp.Piecewise) and isinstance(slope, sp.Piecewise):
        if len(f.args) != len(slope.args):
            return None
        branches = []
        for (value, _), (change, condition) in zip(f.args, slope.args, strict=True):
            written = in_output(value, change, z, a)
            branches.append((change if written is None else written, condition))
        return None if any(b.has(z) for b, _ in branches) else sp.Piecewise(*branches)
    if not slope.has(z):
        return slope
    if f.has(sp.Piecewise) or slope.has(sp.Piecewise):
        return None
    direct = slope.xreplace({f: a})
    if not direct.has(z):
        return _tidied(direct)
    return _through_exponential(f, slope, z, a)


def _through_exponential(f: sp.Expr, slope: sp.Expr, z: sp.Symbol, a: sp.Symbol) -> sp.Expr | None:
    """f and slope as rational functions of u = e^(cz); a = f is solved for u where that is linear."""
    generator = sp.Dummy("u", positive=True)
    forms = [in_generator(e, z, generator) for e in (f, slope)]
    if any(e is None or not e.is_rational_function(generator) for e in forms):
        return None
    value, change = _in_lowest_power([sp.cancel(e) for e in forms], generator)
    u = solved_for(value, generator, a)
    if u is None:
        return None
    return _tidied(change.xreplace({generator: u}))


def in_generator(expr: sp.Expr, z: sp.Symbol, u: sp.Symbol) -> sp.Expr | None:
    """The expression with u = e^(rate·z), the rate being that of `generator_rate`; None if z is left over."""
    unit = generator_rate(expr, z)
    if unit is None:
        return None

    def power(argument: sp.Expr) -> sp.Expr:
        whole = sp.Integer(1)
        for summand in sp.Add.make_args(sp.expand(argument)):
            rate = summand.coeff(z)
            whole *= u ** (rate / unit) if summand == rate * z else sp.exp(summand)
        return whole

    result = sp.together(_as_exponentials(expr).replace(sp.exp, power))
    return None if result.has(z) else result


def generator_rate(expr: sp.Expr, z: sp.Symbol) -> sp.Expr | None:
    """The rate of which all exponents are multiples: 1/2 for e^z + e^(z/2); None if there is none.

    It is found from both exponentials and hyperbolic functions.
    """
    rates = []
    for call in _as_exponentials(expr).atoms(sp.exp):
        for summand in sp.Add.make_args(sp.expand(call.args[0])):
            rate = summand.coeff(z)
            if summand != rate * z or not rate.is_number:
                if summand.has(z):
                    return None
                continue
            rates.append(rate)
    if not rates:
        return None
    unit = min((abs(r) for r in rates), key=lambda r: sp.default_sort_key(r) if not r.is_comparable else r)
    return None if any(not (r / unit).is_Integer for r in rates) else unit


def _as_exponentials(expr: sp.Expr) -> sp.Expr:
    return expr.rewrite(sp.exp) if expr.has(sp.tanh, sp.sinh, sp.cosh, sp.coth) else expr


def _in_lowest_power(forms: list[sp.Expr], u: sp.Symbol) -> list[sp.Expr]:
    """The same with u for u^n where every power is a multiple of n: (u² − 1)/(u² + 1) is linear."""
    powers = {
        degree for form in forms for part in sp.fraction(form) for (degree,) in sp.Poly(part, u).monoms()
    }
    step = math.gcd(*powers)
    return (
        forms
        if step < 2
        else [
            form.replace(lambda e: e.is_Pow and e.base == u, lambda e: u ** (e.exp / step)) for form in forms
        ]
    )


def solved_for(value: sp.Expr, u: sp.Symbol, a: sp.Symbol) -> sp.Expr | None:
    """u from a = value(u), where numerator − a·denominator is linear in u; else None."""
    top, bottom = sp.fraction(sp.cancel(value))
    equation = sp.expand(top - a * bottom)
    if not equation.is_polynomial(u) or sp.degree(equation, u) != 1:
        return None
    return -equation.coeff(u, 0) / equation.coeff(u, 1)


def _tidied(expr: sp.Expr) -> sp.Expr:
    cancelled = sp.cancel(expr)
    factored = oriented(sp.factor(cancelled))
    return min((factored, cancelled, expr), key=cost)
