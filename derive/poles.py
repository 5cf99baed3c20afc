"""Where a formula in one number is infinite between points at which it has a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import mpmath as mp
import sympy as sp

from derive.numbers import value

GRID = tuple(mp.mpf(n) / 7 for n in range(-140, 141))
DIGITS = 40
_POLE = 10**12
_LOOKS = (20, 60, 120)
_STILL = mp.mpf("0.01")
_ROUNDING = mp.mpf("1e-30")
_STEPS = tuple(mp.mpf(step) for step in ("1e-4", "1e-8", "1e-16"))


def pole_of(formula: sp.Expr, symbol: sp.Symbol, points: Sequence[Any] = GRID) -> Any:
    """A place between the points where the formula is infinite, None if none is found.

    Looked for where something that it divides by, or takes the logarithm of, changes its sign or
    touches 0.
    """
    parts = {p.base for p in formula.atoms(sp.Pow) if p.exp.could_extract_minus_sign()}
    parts |= {call.args[0] for call in formula.atoms(sp.log)}
    parts |= {sp.cos(call.args[0]) for call in formula.atoms(sp.tan)}
    with mp.workdps(DIGITS):
        for part in sorted((p for p in parts if p.has(symbol)), key=sp.default_sort_key):
            values = [(x, value(part, {symbol: x})) for x in points]
            for root in _crossings(part, symbol, values):
                if not abs(value(formula, {symbol: root})) < _POLE or _grows(formula, symbol, root):
                    return root
            for root in _touches(part, symbol, values):
                if _grows(formula, symbol, root):
                    return root
    return None


def falls(formula: sp.Expr, symbol: sp.Symbol, pole: Any) -> bool:
    """Whether the formula goes to −∞ on a side of its pole."""
    with mp.workdps(DIGITS):
        ends = [[value(formula, {symbol: pole + side * step}) for step in _STEPS[1:]] for side in (1, -1)]
    return any(near < far and near < 0 for far, near in ends)


def _crossings(part: sp.Expr, symbol: sp.Symbol, values: Sequence[tuple[Any, Any]]) -> Iterator[Any]:
    changes = [(left, right) for (left, a), (right, b) in pairwise(values) if a * b < 0]
    for left, right in sorted(changes, key=lambda change: abs(change[0])):
        yield _zero(part, symbol, left, right)


def _zero(part: sp.Expr, symbol: sp.Symbol, left: Any, right: Any) -> Any:
    """Where the part changes its sign, by halving."""
    sign = mp.sign(value(part, {symbol: left}))
    for _ in range(150):
        middle = (left + right) / 2
        if mp.sign(value(part, {symbol: middle})) == sign:
            left = middle
        else:
            right = middle
    return right


def _touches(part: sp.Expr, symbol: sp.Symbol, values: Sequence[tuple[Any, Any]]) -> Iterator[Any]:
    """Where the size of the part falls to 0 and rises again."""
    sizes = [(x, abs(v)) for x, v in values]
    triples = zip(sizes, sizes[1:], sizes[2:], strict=False)
    dips = [(one, two, three) for one, two, three in triples if one[1] > two[1] <= three[1]]
    for (left, high), (middle, low), (right, other) in sorted(dips, key=lambda dip: abs(dip[1][0])):
        if not low:
            yield middle
            continue
        for steps in _LOOKS:
            left, right = _dip(part, symbol, left, right, steps)
            bottom = abs(value(part, {symbol: (left + right) / 2}))
            if bottom > _STILL * min(high, other):
                break
        else:
            yield (left + right) / 2


def _dip(part: sp.Expr, symbol: sp.Symbol, left: Any, right: Any, steps: int) -> tuple[Any, Any]:
    """A shorter interval around the place where the part is smallest."""
    for _ in range(steps):
        a, b = left + (right - left) / 3, right - (right - left) / 3
        if abs(value(part, {symbol: a})) < abs(value(part, {symbol: b})):
            right = b
        else:
            left = a
    return left, right


def _grows(formula: sp.Expr, symbol: sp.Symbol, place: Any) -> bool:
    """Whether the formula changes no less from 1e-8 to 1e-16 beside the place than from 1e-4 to 1e-8.

    The logarithm of a power does, however slowly it goes to infinity; what has a limit does not, and
    what has a smaller value at the place itself avoids its pole by a branch.
    """
    there = abs(value(formula, {symbol: place}))
    for side in (1, -1):
        far, near, nearest = (value(formula, {symbol: place + side * step}) for step in _STEPS)
        if there < abs(nearest):
            continue
        change = abs(nearest - near)
        if change > _ROUNDING * abs(near) and change >= abs(near - far):
            return True
    return False
