"""The normal distribution function Φ without SciPy: a table, and a Taylor series for the step from it.

SciPy's erfc takes several times as long as the passes of NumPy that replace it, and squares a rounded
argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import mpmath as mp
import sympy as sp

DIGITS = 12
"""Binary digits after the point of the numbers in the table."""
EPS = {4: mp.mpf(2) ** -23, 8: mp.mpf(2) ** -52}
LEAST = {4: -13, 8: -38}
"""Where Φ(x) vanishes, by bytes of an entry."""
TERMS = 6
DECIMALS = 17


def printed(width: int) -> Iterator[tuple[int, int, str]]:
    """The powers of x d and of d², and their coefficient."""
    for (i, j), coefficient in kept(width).items():
        yield i, j, str(sp.N(coefficient, DECIMALS))


@cache
def kept(width: int) -> dict[tuple[int, int], sp.Expr]:
    """The part of the series that matters: what is left out stays below the rounding of exp(−x²/2)."""
    d = mp.mpf(2) ** (-DIGITS - 1)
    steps = {x: d * mp.npdf(x) / mp.ncdf(x) / rounding(x, width) for x in range(LEAST[width], 1)}

    def matters(i: int, j: int, coefficient: float) -> bool:
        return any(abs(coefficient * (x * d) ** i * d ** (2 * j)) * step > 1 / 4 for x, step in steps.items())

    terms = series(TERMS).items()
    return {(i, j): c for (i, j), c in terms if i + j == 0 or matters(i, j, float(c))}


def rounding(x: float, width: int) -> mp.mpf:
    """By how much exp(−x²/2) and so Φ(x) may be off where x² is rounded, relatively."""
    return (3 + x * x / 4) * EPS[width]


@cache
def series(terms: int) -> dict[tuple[int, int], sp.Expr]:
    """The integral of Φ' from x − d to x, by d Φ'(x), as a polynomial in x d and d².

    The Taylor series about x, as Φ'(x) is at hand there. Its terms have d once for each power of x and
    besides in pairs, so that no power of a large x stands alone.
    """
    x, d = sp.symbols("x d", real=True)
    density = sp.diff(sp.erfc(-x / sp.sqrt(2)) / 2, x)
    slope = sp.expand(sp.diff(density, x) / density)
    step, derivative = sp.Integer(0), sp.Integer(1)
    for n in range(1, terms + 1):
        step += -((-d) ** n) / sp.factorial(n) * derivative
        derivative = sp.expand(sp.diff(derivative, x) + slope * derivative)
    polynomial = sp.Poly(sp.expand(step / d), x, d)
    found = {(i, (k - i) // 2): c for (i, k), c in polynomial.terms()}
    return dict(sorted(found.items(), key=lambda item: (sum(item[0]), item[0][1])))
