"""Values of scalar formulas as mpmath numbers, with towers of exponentials cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import mpmath as mp
import sympy as sp
from sympy.core.relational import Relational

_FAR = mp.mpf(10) ** 100
_LARGEST_EXPONENT = mp.mpf(10) ** 400
_CHOICES = 64
_SATURATED = mp.mpf(10) ** 4


def value(expr: Any, at: Mapping[sp.Basic, Any]) -> Any:
    """The value of a scalar formula, or nan where it has no real value.

    Working precision is mpmath's. The argument of an exponential is cut off at ±10^400.
    """
    return _value(expr, dict(at))


def _value(expr: Any, known: dict[Any, Any]) -> Any:
    """The value; known gains that of every part, so that a shared one is worked out once."""
    if expr not in known:
        known[expr] = _worked_out(expr, known)
    return known[expr]


def _worked_out(expr: Any, known: dict[Any, Any]) -> Any:
    if expr.is_Rational:
        return mp.mpf(expr.p) / expr.q
    if isinstance(expr, sp.Piecewise):
        try:
            return next((_value(e, known) for e, condition in expr.args if _holds(condition, known)), mp.nan)
        except Undecided:
            return mp.nan
    if expr.is_NumberSymbol:
        return mp.mpf(getattr(mp, {"Exp1": "e", "Pi": "pi"}[type(expr).__name__]))
    return _applied(expr, [_value(arg, known) for arg in expr.args])


def _applied(expr: Any, arguments: Sequence[Any]) -> Any:
    if not arguments or expr.func not in _OPERATIONS or any(mp.isnan(a) for a in arguments):
        return mp.nan
    try:
        result = _OPERATIONS[expr.func](*arguments)
    except (ZeroDivisionError, ValueError, OverflowError):
        return mp.nan
    return mp.nan if isinstance(result, mp.mpc) else result


def constants(expr: Any) -> list[Any]:
    """The values that a formula takes where branches of its own make it a constant.

    >>> x = sp.Symbol("x", real=True)
    >>> [int(v) for v in constants(1 + sp.Piecewise((x, x > 0), (2, x > -1), (3, True)))]
    [3, 4]
    """
    return _constants(expr, {})


def _constants(expr: Any, known: dict[Any, list[Any]]) -> list[Any]:
    if expr not in known:
        known[expr] = list(_found(expr, known))
    return known[expr]


def _found(expr: Any, known: dict[Any, list[Any]]) -> Iterator[Any]:
    if not expr.free_symbols:
        yield value(expr, {})
    elif isinstance(expr, sp.Piecewise):
        for branch, _ in expr.args:
            yield from _constants(branch, known)
    elif expr.args:
        choices = product(*(_constants(arg, known) for arg in expr.args))
        yield from (_applied(expr, chosen) for chosen in islice(choices, _CHOICES))


class Undecided(ValueError):
    """A comparison with what has no real value."""


def holds(condition: Any, at: Mapping[sp.Basic, Any]) -> bool:
    """Whether a condition holds; raises Undecided where a side has no real value."""
    return _holds(condition, dict(at))


def _holds(condition: Any, known: dict[Any, Any]) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And):
        return all(_holds(arg, known) for arg in condition.args)
    if isinstance(condition, sp.Or):
        return any(_holds(arg, known) for arg in condition.args)
    if isinstance(condition, sp.Not):
        return not _holds(condition.args[0], known)
    if isinstance(condition, sp.ITE):
        test, yes, no = condition.args
        return _holds(yes if _holds(test, known) else no, known)
    assert isinstance(condition, Relational)
    left, right = _value(condition.lhs, known), _value(condition.rhs, known)
    if mp.isnan(left) or mp.isnan(right):
        raise Undecided(f"{condition} has a side without a real value")
    return bool(_COMPARISONS[condition.func](left, right))


def _add(*args: Any) -> Any:
    total = mp.mpf(0)
    for arg in args:
        total += arg
    return total


def _mul(*args: Any) -> Any:
    product = mp.mpf(1)
    for arg in args:
        product *= arg
    return product


def _pow(base: Any, exponent: Any) -> Any:
    if abs(exponent) < 1000 and exponent == int(exponent):
        return base ** int(exponent)
    if base < 0:
        return mp.nan
    if base == 0:
        return mp.mpf(0) if exponent > 0 else mp.nan
    return _exp(exponent * mp.log(base))


def _exp(x: Any) -> Any:
    return mp.exp(min(max(x, -_LARGEST_EXPONENT), _LARGEST_EXPONENT))


def _saturating(function: Any) -> Any:
    return lambda x: function(min(max(x, -_SATURATED), _SATURATED))


def _wave(function: Any) -> Any:
    return lambda x: function(x) if abs(x) < _FAR else mp.nan


_OPERATIONS: dict[Any, Any] = {
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    sp.exp: _exp,
    sp.log: mp.log,
    sp.tanh: _saturating(mp.tanh),
    sp.erf: _saturating(mp.erf),
    sp.sinh: lambda x: (_exp(x) - _exp(-x)) / 2,
    sp.cosh: lambda x: (_exp(x) + _exp(-x)) / 2,
    sp.sin: _wave(mp.sin),
    sp.cos: _wave(mp.cos),
    sp.tan: _wave(mp.tan),
    sp.asin: mp.asin,
    sp.acos: mp.acos,
    sp.atan: mp.atan,
    sp.asinh: mp.asinh,
    sp.acosh: mp.acosh,
    sp.atanh: mp.atanh,
    sp.Max: max,
    sp.Min: min,
}
_COMPARISONS: dict[Any, Any] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
}
