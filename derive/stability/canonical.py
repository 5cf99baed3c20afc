"""Rewriting in t = exp(−|u|) for one sign of u: powers of t instead of exponentials that overflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.form import T

A = sp.Symbol("a", nonnegative=True)
DEGREE = 24
OPERATIONS = 400
SMALL = sp.Float("1e-300")


class OutOfBudget(Exception):
    """The expression is larger than the search goes."""


def _exp(x: Any) -> Any:
    return sp.exp(x)


REWRITES: dict[Any, Callable[[Any], Any]] = {
    sp.tanh: lambda w: (_exp(2 * w) - 1) / (_exp(2 * w) + 1),
    sp.coth: lambda w: (_exp(2 * w) + 1) / (_exp(2 * w) - 1),
    sp.sinh: lambda w: (_exp(w) - _exp(-w)) / 2,
    sp.cosh: lambda w: (_exp(w) + _exp(-w)) / 2,
    sp.sech: lambda w: 2 / (_exp(w) + _exp(-w)),
    sp.csch: lambda w: 2 / (_exp(w) - _exp(-w)),
    log1p: lambda w: sp.log(1 + w),
    expm1: lambda w: _exp(w) - 1,
}


def exponentials(expr: sp.Basic) -> Any:
    """Hyperbolic functions, log1p and expm1 written with exp and log."""
    if not expr.args:
        return expr
    args = [exponentials(arg) for arg in expr.args]
    return REWRITES[expr.func](*args) if expr.func in REWRITES else expr.func(*args)


def unit(expr: sp.Expr, z: sp.Symbol) -> Any | None:
    """u such that every exp(w) that grows has w = k·u + c with an integer k, and u has the sign of z.

    None if there is no such u: nothing grows, or two exponents are not commensurable.
    """
    bases: list[Any] = []
    for node in sp.preorder_traversal(expr):
        if isinstance(node, sp.exp) and node.has(z) and not _bounded(node, z):
            moving = sp.Add(*(term for term in sp.Add.make_args(sp.expand(node.args[0])) if term.has(z)))
            bases.append(moving)
    if not bases:
        return None
    ratios = [sp.cancel(base / bases[0]) for base in bases]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    u = bases[0] * reduce(sp.gcd, ratios)
    return next((s * u for s in (1, -1) if _has_sign_of(s * u, z)), None)


def _has_sign_of(u: sp.Expr, z: sp.Symbol) -> bool:
    if not u.is_polynomial(z) or u.has(sp.exp):
        return False
    terms = sp.Poly(u, z).terms()
    return all(degree % 2 == 1 and not c.is_negative and c.is_real is not False for (degree,), c in terms)


def _bounded(node: sp.Basic, z: sp.Symbol) -> bool:
    """exp(−z²) and the like, which never overflow."""
    w = node.args[0]
    if not w.is_polynomial(z):
        return False
    return all(degree % 2 == 0 and c.is_nonpositive for (degree,), c in sp.Poly(w, z).terms() if degree)


@dataclass(frozen=True)
class Side:
    """The rewriting where u has this sign. z = sign·A there, exp(u) = T**(−sign)."""

    z: sp.Symbol
    u: Any
    sign: int

    def rewrite(self, expr: sp.Expr) -> Any:
        """The canonical form: Σ coefficient(T, A) × logarithms and other functions."""
        if sp.count_ops(expr) > OPERATIONS:
            raise OutOfBudget
        return self._collect(self._reduce(expr))

    def _reduce(self, expr: Any) -> Any:
        if expr == self.z:
            return self.sign * A
        if not expr.args:
            return expr
        if isinstance(expr, sp.exp) and expr.has(self.z) and not _bounded(expr, self.z):
            return self._power_of_t(expr)
        if isinstance(expr, sp.Piecewise):
            return self._branch(expr)
        args = [self._reduce(arg) for arg in expr.args]
        if isinstance(expr, sp.sign) and args[0] in (A, -A):
            return sp.Integer(1 if args[0] == A else -1)
        if isinstance(expr, sp.log) and args[0].has(T):
            return self._logarithm(args[0])
        return expr.func(*args)

    def _branch(self, expr: sp.Piecewise) -> Any:
        for value, condition in expr.args:
            verdict = condition.xreplace({self.z: self.sign * sp.Symbol("p", positive=True)})
            if verdict == sp.true:
                return self._reduce(value)
            if verdict != sp.false:
                raise OutOfBudget
        raise OutOfBudget

    def _power_of_t(self, expr: Any) -> Any:
        terms = sp.Add.make_args(sp.expand(expr.args[0]))
        moving = sp.Add(*(term for term in terms if term.has(self.z)))
        k = sp.cancel(moving / self.u)
        if not k.is_Integer or abs(k) > DEGREE:
            raise OutOfBudget
        return T ** (-self.sign * k) * sp.exp(sp.Add(*(term for term in terms if not term.has(self.z))))

    def _logarithm(self, argument: Any) -> Any:
        distance = self.u.xreplace({self.z: self.sign * A}) * self.sign
        parts = []
        for factor in sp.Mul.make_args(self._collect(argument)):
            base, exponent = factor.as_base_exp()
            parts.append(exponent * (-distance if base == T else _log_of_factor(base, distance)))
        return sp.Add(*parts)

    def _collect(self, expr: Any) -> Any:
        hidden: dict[Any, sp.Symbol] = {}
        rational = _hide(expr, hidden)
        shown = {symbol: function for function, symbol in hidden.items()}
        functions = [s for f, s in hidden.items() if f.has(T, A)]
        above, below = sp.fraction(sp.cancel(_together(rational)))
        if not functions or below.has(*functions) or not above.is_polynomial(*functions):
            return _factored(above, below).xreplace(shown)
        parts = []
        for powers, coefficient in sp.Poly(above, *functions).terms():
            over, under = sp.fraction(sp.cancel(coefficient / below))
            product = sp.Mul(*(s**n for s, n in zip(functions, powers, strict=True)))
            parts.append(_factored(over, under) * product)
        return sp.Add(*parts).xreplace(shown)


def _log_of_factor(base: Any, distance: Any) -> Any:
    if base == log1p(T):
        # log1p(t)/t is 1 to the last digit long before t underflows.
        t = sp.Max(T, SMALL)
        return -distance + sp.log(log1p(t) / t)
    if base.is_Add and base.is_polynomial(T):
        first = base.xreplace({T: sp.S.Zero})
        if first.is_number and first.is_positive:
            return sp.log(first) + log1p(sp.Add(*(term / first for term in base.args if term != first)))
    return sp.log(base)


def _together(expr: Any) -> Any:
    result = sp.together(expr)
    degree = max((abs(p.exp) for p in result.atoms(sp.Pow) if p.exp.is_Integer), default=0)
    if sp.count_ops(result) > OPERATIONS or degree > DEGREE:
        raise OutOfBudget
    return result


def _hide(expr: Any, hidden: dict[Any, sp.Symbol]) -> Any:
    """Functions, roots and irrational numbers replaced by symbols, so that a rational function is left."""
    if expr.is_Symbol or expr.is_Rational:
        return expr
    if expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer):
        return expr.func(
            *(_hide(arg, hidden) if n == 0 or not expr.is_Pow else arg for n, arg in enumerate(expr.args))
        )
    return hidden.setdefault(expr, sp.Symbol(f"h{len(hidden)}", positive=expr.is_positive, real=True))


def _factored(above: Any, below: Any) -> Any:
    return _factors(above) / _factors(below)


def _factors(polynomial: Any) -> Any:
    """A polynomial as a product; each factor is a sum by ascending powers of T."""
    if not polynomial.has(T):
        return sp.factor(polynomial)
    content, factors = sp.factor_list(polynomial)
    parts = [content]
    for factor, power in factors:
        if factor.is_Add and factor.has(T):
            coefficients = sp.Poly(factor, T).terms()
            sign = -1 if coefficients[-1][1].could_extract_minus_sign() else 1
            total = sp.Add(*(sp.factor(sign * c) * T**n for (n,), c in reversed(coefficients)))
            parts.append(sign**power * total**power)
        else:
            parts.append(factor**power)
    return sp.Mul(*parts)
