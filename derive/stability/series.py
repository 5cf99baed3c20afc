"""Taylor polynomials at 0, for formulas whose leading terms cancel there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from sympy.polys.ring_series import rs_series

RADII = (sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(1, 16))
TERMS = 44
BELOW_ROUNDING = 2.0**-56


def taylor(expr: sp.Expr, z: sp.Symbol) -> dict[int, Any] | None:
    """The Taylor coefficients at 0 by power; None where there is no such series to be had."""
    if expr.free_symbols != {z}:
        return None
    try:
        terms = sp.Poly(rs_series(expr, z, TERMS).as_expr(), z).terms()
    except (
        ValueError,
        NotImplementedError,
        TypeError,
        KeyError,
        IndexError,
        ZeroDivisionError,
        sp.PolynomialError,
        sp.CoercionFailed,
    ):
        return None
    coefficients = {}
    for (power,), coefficient in terms:
        if coefficient.free_symbols or power < 0:
            return None
        coefficients[power] = coefficient
    return coefficients


def near_zero(expr: sp.Expr, z: sp.Symbol) -> Iterator[tuple[Any, Any]]:
    """(radius, polynomial) with a truncation error below rounding, larger radii first."""
    coefficients = taylor(expr, z)
    if not coefficients:
        return
    for radius in RADII:
        kept = _kept(coefficients, float(radius))
        if kept:
            yield radius, _horner(kept, z)


def _kept(coefficients: dict[int, Any], radius: float) -> dict[int, Any]:
    """As many terms as the radius asks for; none if there are not enough."""
    sizes = {n: abs(float(c)) * radius**n for n, c in sorted(coefficients.items())}
    first = min(sizes)
    kept: dict[int, Any] = {}
    for n, size in sizes.items():
        if size < BELOW_ROUNDING * sizes[first]:
            return kept
        kept[n] = coefficients[n]
    return {}


def _horner(coefficients: dict[int, Any], z: sp.Symbol) -> Any:
    """z**first · (c + z**step · (c + …)) with doubles as coefficients where a fraction is long."""
    powers = sorted(coefficients)
    step = 2 if all((n - powers[0]) % 2 == 0 for n in powers) else 1
    inner: Any = sp.Integer(0)
    for n in range(powers[-1], powers[0] - 1, -step):
        inner = _short(coefficients.get(n, sp.Integer(0))) + z**step * inner
    return z ** powers[0] * inner


def _short(coefficient: Any) -> Any:
    return (
        coefficient if coefficient.is_Rational and coefficient.q < 10**6 else sp.Float(float(coefficient), 17)
    )
