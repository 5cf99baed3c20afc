"""The normal distribution function Φ without SciPy: a table, and a Taylor series for the step from it.

SciPy's erfc takes several times as long as the passes of NumPy that replace it, and squares a rounded
argument.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy as sp

GRIDS = {4: (12, 1), 8: (11, 4)}
"""By bytes of an entry: binary digits of the numbers in the table, and terms of the series.

What the next term would add is below the rounding of exp(−x²/2) down to x = −20, and in Φ(x) + x Φ'(x)
everywhere.
"""
DIGITS = {4: 9, 8: 17}


def printed(width: int) -> Iterator[tuple[int, int, str]]:
    """The powers of x d and of d², and their coefficient."""
    for (i, j), coefficient in series(GRIDS[width][1]).items():
        yield i, j, str(sp.N(coefficient, DIGITS[width]))


@cache
def series(terms: int) -> dict[tuple[int, int], sp.Expr]:
    """The integral of Φ' from x − d to x, by d Φ'(x), as a polynomial in x d and d².

    The Taylor series about x, as Φ'(x) is at hand there. Its terms have d once for each power of x and
    besides in pairs, so that no power of a large x stands alone.
    """
    x, d = sp.symbols("x d", real=True)
    density = sp.diff(sp.erfc(-x / sp.sqrt(2)) / 2, x)
    step = -sum((-d) ** n / sp.factorial(n) * sp.diff(density, x, n - 1) for n in range(1, terms + 1))
    polynomial = sp.Poly(sp.expand(sp.simplify(step / (d * density))), x, d)
    found = {(i, (k - i) // 2): c for (i, k), c in polynomial.terms()}
    return dict(sorted(found.items(), key=lambda item: (sum(item[0]), item[0][1])))
