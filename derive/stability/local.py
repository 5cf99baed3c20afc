"""Identities that keep the shape of a formula: log1p, expm1, erfc, the conjugate, clipped branches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.form import erfc


def refine(expr: sp.Basic) -> Any:
    """The expression with every identity applied, from the inside out."""
    if not expr.args:
        return expr
    expr = expr.func(*(refine(arg) for arg in expr.args))
    if isinstance(expr, sp.Add):
        return _sum(expr)
    if isinstance(expr, sp.Mul):
        return _product(expr)
    if isinstance(expr, sp.log):
        return _logarithm(expr)
    return expr


def _product(expr: Any) -> Any:
    """sinh(x)/cosh(x) → tanh(x)."""
    waves = [factor for factor in expr.args if isinstance(factor, sp.sinh)]
    found = {w: 1 / sp.cosh(w.args[0]) for w in waves if 1 / sp.cosh(w.args[0]) in expr.args}
    for wave, inverse in found.items():
        expr = sp.tanh(wave.args[0]) * sp.Mul(*(f for f in expr.args if f not in (wave, inverse)))
    return expr


def _logarithm(expr: Any) -> Any:
    (argument,) = expr.args
    if isinstance(argument, sp.cosh):
        return log1p(sp.sinh(argument.args[0]) ** 2) / 2
    if isinstance(argument, sp.Add) and sp.S.One in argument.args:
        return log1p(argument - 1)
    return expr


def _sum(expr: sp.Expr) -> Any:
    """exp(x) − 1 → expm1(x), 1 ± erf(x) → erfc(∓x), 1 ± sin(x) as a square, with a common coefficient."""
    terms = list(expr.args)
    for term in terms:
        coefficient, function = _leading(term, (sp.exp, sp.erf, sp.sin))
        if function is None:
            continue
        rest = [other for other in terms if other is not term]
        if isinstance(function, sp.exp) and -coefficient in rest:
            rest.remove(-coefficient)
            return sp.Add(coefficient * expm1(function.args[0]), *rest)
        for sign in (1, -1):
            if isinstance(function, sp.erf) and sign * coefficient in rest:
                rest.remove(sign * coefficient)
                return sp.Add(sign * coefficient * erfc(-sign * function.args[0]), *rest)
            if isinstance(function, sp.sin) and sign * coefficient in rest:
                rest.remove(sign * coefficient)
                half = sp.sin(sp.pi / 4 + sign * function.args[0] / 2, evaluate=False)
                return sp.Add(2 * sign * coefficient * half**2, *rest)
    return expr


def _leading(term: sp.Expr, kinds: tuple[type, ...]) -> tuple[sp.Expr, sp.Basic | None]:
    factors = sp.Mul.make_args(term)
    found = [f for f in factors if isinstance(f, kinds)]
    if len(found) != 1:
        return term, None
    return sp.Mul(*(f for f in factors if f is not found[0])), found[0]


def conjugate(expr: sp.Basic, partner: Callable[[Any], bool] = lambda term: True) -> Any:
    """√p + q → (p − q²)/(√p − q) in every sum with a square root; q is what partner picks of the rest."""
    if not expr.args:
        return expr
    expr = expr.func(*(conjugate(arg, partner) for arg in expr.args))
    if not isinstance(expr, sp.Add):
        return expr
    roots = [arg for arg in expr.args if _is_root(arg)]
    partners = [arg for arg in expr.args if arg not in roots and partner(arg)]
    if len(roots) != 1 or not partners:
        return expr
    root, rest = roots[0], sp.Add(*partners)
    quotient = sp.factor(sp.expand(root**2 - rest**2)) / (root - rest)
    return sp.Add(sp.factor_terms(quotient), *(a for a in expr.args if a not in (root, *partners)))


def about_one(expr: sp.Basic) -> Any:
    """log(p) → log1p(p − 1), whatever p is."""
    if not expr.args:
        return expr
    expr = expr.func(*(about_one(arg) for arg in expr.args))
    return log1p(expr.args[0] - 1) if isinstance(expr, sp.log) else expr


def about_zero(expr: sp.Basic, z: sp.Symbol) -> Any:
    """√p → √p(0) + (p − p(0))/(√p + √p(0)): near 0 what is small stands apart from the constant."""
    if not expr.args:
        return expr
    expr = expr.func(*(about_zero(arg, z) for arg in expr.args))
    if expr.is_Pow and expr.exp == sp.S.Half and expr.base.is_polynomial(z):
        first = sp.sqrt(expr.base.xreplace({z: sp.S.Zero}))
        if first.is_Rational and first.is_positive:
            return first + sp.expand(expr.base - first**2) / (expr + first)
    return expr


def _is_root(term: sp.Expr) -> bool:
    return any(f.is_Pow and f.exp == sp.S.Half and f.free_symbols for f in sp.Mul.make_args(term))


def folded(expr: Any, z: sp.Symbol) -> Any:
    """Polynomials in z alone as Horner schemes with doubles as coefficients: each is rounded once."""
    if not expr.args or expr.is_Boolean:
        return expr
    if _is_own(expr, z):
        coefficients = {
            n: c if c.is_Rational else sp.Float(c.evalf(17), 17) for (n,), c in sp.Poly(expr, z).terms()
        }
        return sp.horner(sp.Add(*(c * z**n for n, c in coefficients.items())), z)
    if expr.is_Mul:
        expr = _distributed(expr)
    if expr.is_Mul:
        own = [factor for factor in expr.args if factor.is_number or _is_own(factor, z)]
        if own and len(own) < len(expr.args):
            return folded(sp.Mul(*own), z) * sp.Mul(*(folded(f, z) for f in expr.args if f not in own))
    return expr.func(*(folded(arg, z) for arg in expr.args))


def _distributed(product: Any) -> Any:
    """A coefficient that is no double goes into the first sum, where it is rounded with the rest."""
    coefficient, rest = product.as_coeff_Mul()
    sums = [factor for factor in sp.Mul.make_args(rest) if factor.is_Add]
    if not sums or not coefficient.is_Rational or coefficient.q & (coefficient.q - 1) == 0:
        return product
    return sp.expand_mul(coefficient * sums[0]) * sp.Mul(*(f for f in sp.Mul.make_args(rest) if f != sums[0]))


def _is_own(expr: Any, z: sp.Symbol) -> bool:
    return isinstance(expr, sp.Expr) and expr.free_symbols == {z} and bool(expr.is_polynomial(z))


def clip(expr: sp.Basic, z: sp.Symbol, linear: bool = False) -> Any:
    """Each branch of a Piecewise gets z held inside its own interval, where it is not a polynomial.

    linear: polynomials of a higher degree get it too.
    """
    if not expr.args:
        return expr
    expr = expr.func(*(clip(arg, z, linear) for arg in expr.args))
    if not isinstance(expr, sp.Piecewise):
        return expr
    return sp.Piecewise(
        *(
            (value if _stays(value, z, linear) else _held(value, z, low, high), condition)
            for (value, condition), (low, high) in zip(expr.args, intervals(expr, z), strict=True)
        )
    )


def _stays(value: sp.Expr, z: sp.Symbol, linear: bool) -> bool:
    return bool(value.is_polynomial(z)) and not (linear and sp.degree(value, z) > 1)


def _held(value: sp.Expr, z: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Any:
    held: Any = z
    if low.is_finite:
        held = sp.Max(held, low)
    if high.is_finite:
        held = sp.Min(held, high)
    return value.xreplace({z: held})


def intervals(expr: sp.Expr, z: sp.Symbol) -> list[tuple[Any, Any]]:
    """For each branch of a Piecewise the interval of z that contains it: −∞ … ∞ where it is not known."""
    left, found = sp.S.Reals, []
    for _, condition in expr.args:
        own: Any = sp.S.Reals
        if condition.free_symbols == {z} and condition.is_Relational and condition.lhs.is_polynomial(z):
            own = condition.as_set()
        elif condition != sp.true:
            found.append((-sp.oo, sp.oo))
            continue
        mine = left.intersect(own)
        left = left - own
        found.append((mine.inf, mine.sup) if mine != sp.S.EmptySet else (-sp.oo, sp.oo))
    return found
