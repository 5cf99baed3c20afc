"""erfc without SciPy: exp(−a²) times a rational function of a, fitted here for each precision.

SciPy's takes ten times as long as the passes of NumPy that replace it, and squares a rounded argument.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath as mp
import sympy as sp

from derive.targets.plan.values import Tail

DEGREES = {4: 5, 8: 11}
"""Of the denominator, by bytes of an entry; one less above. The fit is off by a quarter of an ulp at most."""
SMALLEST = {4: mp.mpf(2) ** -149, 8: mp.mpf(2) ** -1074}
DIGITS = {4: 9, 8: 17}


def printed(tail: Tail, name: str) -> dict[str, Any]:
    """What the template prints of a tail."""
    what = f"{tail.factor} erfc({sp.N(tail.slope, 6)} x)"
    fitted = [(width, most, rows) for width in DEGREES for most, *rows in [rational(tail, width)]]
    return {
        "name": name,
        "note": f"{what}, by bytes of an entry: the largest |x| that matters, the quotient.",
        "beyond": "np.less" if tail.slope.is_positive else "np.greater",
        "full": str(float(2 * tail.factor)),
        "fitted": fitted,
    }


@cache
def rational(tail: Tail, width: int) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The largest |x| that matters, and numerator and denominator in |x|, the highest power first.

    Their quotient is factor · exp(a²) · erfc(a) where a = |slope · x|. No coefficient is negative, so
    that nothing cancels.
    """
    with mp.workdps(50):
        slope, factor = (mp.mpf(sp.N(abs(k), 50)) for k in (tail.slope, tail.factor))
        most = _vanishing(SMALLEST[width])
        above, below = _fitted(DEGREES[width], most)
        rows = ([0 * slope, *above[::-1]], below[::-1])
        scaled = [[c * slope ** (len(row) - 1 - n) for n, c in enumerate(row)] for row in rows]
        scaled[0] = [factor * c for c in scaled[0]]
        numerator, denominator = (tuple(mp.nstr(c, DIGITS[width]) for c in row) for row in scaled)
        return mp.nstr(most / slope, DIGITS[width]), numerator, denominator


def _vanishing(smallest: mp.mpf) -> mp.mpf:
    """Where erfc falls below the smallest number of the precision."""
    return mp.findroot(lambda a: mp.log(mp.erfc(a) / smallest), mp.sqrt(-mp.log(smallest)))


def _fitted(degree: int, most: mp.mpf) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Coefficients from the lowest on, exact at as many points: those of Chebyshev in a/(a + 2)."""
    points = 2 * degree
    matrix, values = mp.matrix(points, points), mp.matrix(points, 1)
    for row in range(points):
        share = most / (most + 2) * (1 - mp.cos((2 * row + 1) * mp.pi / (2 * points))) / 2
        a = 2 * share / (1 - share)
        values[row] = mp.exp(a * a) * mp.erfc(a)
        for power in range(degree):
            matrix[row, power] = a**power
            matrix[row, degree + power] = -values[row] * a ** (power + 1)
    found = list(mp.lu_solve(matrix, values))
    return found[:degree], [mp.mpf(1), *found[degree:]]
