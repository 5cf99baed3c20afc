"""Intervals, and the range of an activation found from its formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath as mp
import sympy as sp

from derive.errors import SpecError
from derive.numbers import value
from derive.pieces import UnitSum
from derive.poles import pole_of

Z = sp.Symbol("z", real=True)
_OTHER = sp.Dummy("other", real=True)

_NEAR = (0, "1e-3", 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 20, 30)
_FAR = ("1e3", "1e6", "1e20", "1e60")
_HUGE = 10**19
_GAP = mp.mpf("1e-12")


@dataclass(frozen=True)
class Interval:
    """Real numbers between two bounds, which belong to it if closed.

    >>> print(Interval(0, sp.oo, low_closed=True))
    [0, ∞)
    >>> Interval(0, 1) in Interval(0, 1, low_closed=True)
    True
    """

    low: Any = -sp.oo
    high: Any = sp.oo
    low_closed: bool = False
    high_closed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", sp.sympify(self.low))
        object.__setattr__(self, "high", sp.sympify(self.high))

    def __contains__(self, other: Interval) -> bool:
        low = other.low > self.low or (other.low == self.low and (self.low_closed or not other.low_closed))
        high = other.high < self.high or (
            other.high == self.high and (self.high_closed or not other.high_closed)
        )
        return bool(low and high)

    def __str__(self) -> str:
        left, right = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        low, high = (str(b).replace("oo", "∞") for b in (self.low, self.high))
        return f"{left}{low}, {high}{right}"

    @property
    def bounds(self) -> tuple[sp.Expr, sp.Expr] | None:
        """The two bounds, None for the whole line."""
        return None if (self.low, self.high) == (-sp.oo, sp.oo) else (self.low, self.high)


LINE = Interval()


@lru_cache(maxsize=512)
def range_of(formula: sp.Expr, what: str) -> Interval:
    """The values of a formula in z over the whole real line.

    Found by evaluating it at points near and far and closing in on extremes between them; bounds
    are exact where they are simple rationals and otherwise rounded outwards. A formula with a
    parameter that has no number may take any value. Raises SpecError where it has no real value.
    """
    if formula.free_symbols - {Z}:
        return LINE
    others = (-20, 0, 20) if formula.has(UnitSum) else (0,)
    found = [_sampled(_along(formula, other), what) for other in others]
    pole = None if formula.has(UnitSum) else pole_of(formula, Z)
    if pole is not None:
        raise SpecError(
            f"{what} is infinite at z = {float(pole):.6g}, but an activation needs a value for every z: "
            "mend the formula there, for example with 'A if z > 0 else B'"
        )
    lows = [(i.low, not i.low_closed) for i in found]
    highs = [(i.high, i.high_closed) for i in found]
    low, high = min(lows), max(highs)
    return Interval(low[0], high[0], not low[1], high[1])


def _along(formula: sp.Expr, other: int) -> Callable[[Any], Any]:
    """The formula as a function of z for one unit of two, the other standing at a fixed value."""
    total = formula.replace(UnitSum, lambda body: body + body.xreplace({Z: _OTHER}))
    return lambda z: value(total, {Z: z, _OTHER: mp.mpf(other)})


def _sampled(f: Callable[[Any], Any], what: str) -> Interval:
    with mp.workdps(40):
        near = {z: f(z) for z in sorted(mp.mpf(p) * s for p in _NEAR for s in (1, -1))}
    gap = next((z for z, v in near.items() if not mp.isfinite(v)), None)
    if gap is not None:
        raise SpecError(
            f"{what} has no real value at z = {float(gap):g}, but an activation needs one for every z: "
            "mend the formula there, for example with 'A if z > 0 else B'"
        )
    with mp.workdps(150):
        far = {z: f(z) for z in (mp.mpf(p) * s for p in _FAR for s in (1, -1))}
    far = {z: v for z, v in far.items() if not mp.isnan(v)}
    with mp.workdps(40):
        high, high_closed = _bound(near, far, f)
        low, low_closed = _bound(
            {z: -v for z, v in near.items()}, {z: -v for z, v in far.items()}, lambda z: -f(z)
        )
    return Interval(-low, high, low_closed, high_closed)


def _bound(near: dict[Any, Any], far: dict[Any, Any], f: Callable[[Any], Any]) -> tuple[sp.Expr, bool]:
    """The least upper bound, and whether it is reached."""
    points = list(near)
    ordinary = max(abs(v) for z, v in {**near, **far}.items() if abs(z) <= 10**6)
    top, summit = max([*near.values(), *far.values()]), max(near.values())
    best = next(n for n, z in enumerate(points) if near[z] == summit)
    inner = 0 < best < len(points) - 1
    if inner:
        summit = max(summit, _summit(f, points[best - 1], points[best + 1]))
        top = max(top, summit)
    if top > min(1.5 * ordinary + 1, _HUGE):
        return sp.oo, False
    if top < -_HUGE:
        return sp.Integer(-_HUGE), False
    simple = _simple(top)
    if simple is None:
        return _outward(top), True
    exact = mp.mpf(simple.p) / simple.q
    reached = [z for z in sorted(near, key=abs) if near[z] >= exact]
    if reached:
        with mp.workdps(1000):
            return simple, bool(f(reached[0]) >= mp.mpf(simple.p) / simple.q)
    return simple, bool(inner and summit > exact - mp.mpf("1e-18"))


def _summit(f: Callable[[Any], Any], left: Any, right: Any) -> Any:
    """The largest value between two points with one summit between them."""
    for _ in range(60):
        a, b = left + (right - left) / 3, right - (right - left) / 3
        if f(a) < f(b):
            left = a
        else:
            right = b
    return f((left + right) / 2)


def _simple(number: Any) -> sp.Rational | None:
    for denominator in (1, 2, 3, 10, 100, 1000):
        nearest = int(mp.nint(number * denominator))
        if abs(mp.mpf(nearest) / denominator - number) < _GAP:
            return sp.Rational(nearest, denominator)
    return None


def _outward(number: Any) -> sp.Rational:
    return sp.Rational(int(mp.ceil(number * 1000)), 1000)
