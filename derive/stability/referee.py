"""Judges a form without an oracle: by its error bound at fixed points.

The same form passes on every machine; the oracle (ball arithmetic) confirms the choices in tests and
in the bench.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import mpmath as mp
import sympy as sp

from derive.numbers import value as exact
from derive.stability.rounding import TINY, Lets, Value, rounded

LIMIT = 40.0
GOOD = 24.0
BETTER = 4 / 5
"""A form is taken for a plainer one whose bound is above GOOD if its own is smaller by this factor."""
LABEL = 0.3
LARGE_LABEL = 900.0
UNDERFLOW = 1e-150
"""The square of less is no double: bounds of what is compared with it tell nothing."""
LARGEST = mp.mpf(2) ** 1024
PRECISIONS = (60, 6000)  # with 6000 bits 1 + exp(−3000) is not 1
_HALF_LINE = (
    1e-300, 1e-200, 1e-100, 1e-30, 1e-15, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.07, 0.13, 0.27, 0.49,
    0.5, 0.51, 0.8, 0.95, 1.0, 1.05, 1.3, 1.7, 2.0, 2.1, 2.9, 3.0, 3.1, 4.2, 5.9, 6.1, 8.0, 11.0, 16.0, 22.0,
    30.0, 37.0, 50.0, 90.0, 170.0, 300.0, 500.0, 690.0, 705.0, 720.0, 745.0, 760.0, 1000.0, 3000.0,
)  # fmt: skip
POINTS = tuple(sorted([0.0, *_HALF_LINE, *(-x for x in _HALF_LINE)]))
Labels = tuple[int, ...]


def error_ratio(
    expr: sp.Expr,
    inputs: Sequence[sp.Symbol],
    point: Sequence[float],
    lets: Lets = (),
    labels: Labels = (0, 1),
    scale: float = 0.0,
) -> float:
    """Error bound over what the problem's own condition allows; inf where an intermediate overflows.

    scale: a size in whose units in the last place errors count.
    """
    return ratio_of(evaluated(expr, inputs, point, lets), point, labels, scale)


def ratio_of(found: Value | None, point: Sequence[float], labels: Labels, scale: float = 0.0) -> float:
    """The same of a value with its error and gradient.

    The condition is that by z, the first input, and by every other one whose value is none of the
    labels, which are without error.
    """
    if found is None:
        return math.inf
    value, error, gradient = found
    condition = sum(
        abs(x * slope)
        for n, (x, slope) in enumerate(zip(point, gradient, strict=True))
        if n == 0 or x not in labels
    )
    return error / max(abs(value), condition, 1e-290, scale)


def evaluated(expr: sp.Expr, inputs: Sequence[sp.Symbol], point: Sequence[float], lets: Lets) -> Value | None:
    """Value, error in units of 2**-53 and gradient; None where something overflows or is undefined."""
    try:
        return rounded(expr, inputs, point, lets)
    except (OverflowError, ZeroDivisionError, ValueError):
        return None


def undefined(expr: sp.Expr, inputs: Sequence[sp.Symbol], point: Sequence[float], lets: Lets) -> bool:
    """Whether a division by 0 or a logarithm of 0 stands in the way of a value."""
    try:
        rounded(expr, inputs, point, lets)
    except (ZeroDivisionError, ValueError):
        return True
    except OverflowError:
        return False
    return False


def largest(
    expr: sp.Expr, inputs: Sequence[sp.Symbol], points: Iterable[Sequence[float]], lets: Lets
) -> float:
    """The largest size of the values that there are at points with |z| at most 30."""
    near = (evaluated(expr, inputs, point, lets) for point in points if abs(point[0]) <= 30)
    return max((abs(found[0]) for found in near if found is not None), default=0.0)


def agree(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same, as far as their error bounds tell; a bound may tell nothing."""
    if one is None or other is None or not math.isfinite(one[1] + other[1]):
        return True
    return abs(one[0] - other[0]) <= 2.0**-52 * (one[1] + other[1]) + TINY


def trusted(found: Value | None) -> bool:
    """Whether the bound says that at least three digits are right."""
    return found is not None and found[1] <= 2.0**43 * abs(found[0])


def close(found: Value | None, value: Any, digits: float = 1e-3) -> bool:
    """Whether a computed value is the true one but for rounding; what is beyond a double is not judged."""
    if found is None or not mp.isfinite(value) or abs(value) >= LARGEST:
        return True
    return bool(abs(found[0] - value) <= digits * abs(value) + TINY)


def beyond(expr: sp.Expr, inputs: Sequence[sp.Symbol], point: Sequence[float], lets: Lets = ()) -> bool:
    """Whether the true value is too large for a double."""
    for bits in PRECISIONS:
        size = abs(true(expr, inputs, point, lets, bits))
        if mp.isfinite(size):
            return bool(size >= LARGEST)
    return bool(mp.isinf(size))


def true(
    expr: sp.Expr,
    inputs: Sequence[sp.Symbol],
    point: Sequence[float],
    lets: Lets = (),
    bits: int = PRECISIONS[-1],
) -> Any:
    """The value with so many bits; nan where there is none."""
    at: dict[Any, Any] = dict(zip(inputs, map(mp.mpf, point), strict=True))
    with mp.workprec(bits):
        for symbol, meaning in lets:
            at[symbol] = exact(meaning, at)
        return exact(expr, at)


def grid(others: int, labels: Sequence[float], extra: Iterable[float] = ()) -> list[tuple[float, ...]]:
    """Points (z, others…); the others take each label in turn, all alike. Measured labels may be large."""
    line = sorted({*POINTS, *extra})
    values = (*(map(float, labels) if labels else (LARGE_LABEL,)), LABEL) if others else (0.0,)
    return [(x, *(label for _ in range(others))) for x in line for label in values]
