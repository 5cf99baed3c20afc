"""Sums and products, over indices too; where a delta or a mask is 0 nothing else is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp

from derive.evaluation.frame import Frame
from derive.evaluation.kinds import Closure, Value
from derive.notation import Delta, Mask


def total(frame: Frame, parts: list[Closure]) -> Closure:
    """The sum of the parts."""
    add = frame.numbers.sum
    if len(parts) == 1:
        return parts[0]
    return lambda: add([part() for part in parts])


def summed(frame: Frame, body: Closure, indices: tuple[Any, ...]) -> Closure:
    """The sum of the body over the indices."""
    if not indices:
        return body
    first, *others = indices
    inner = summed(frame, body, tuple(others))
    slot, values, add = frame.slot(first), frame.values, frame.numbers.sum
    positions = range(frame.size(first.dim))

    def value() -> Value:
        before, parts = values[slot], []
        try:
            for position in positions:
                values[slot] = position
                parts.append(inner())
        finally:
            values[slot] = before
        return add(parts)

    return value


def times(frame: Frame, factors: Iterable[Any]) -> Closure:
    """The product of the factors."""
    flat = [f for factor in factors for f in sp.Mul.make_args(factor) if f != 1]
    guards = [_guard(frame, f) for f in flat if isinstance(f, (Delta, Mask))]
    parts = [frame.scalar(f) for f in flat if not isinstance(f, (Delta, Mask))]
    inner = _product(frame, parts)
    if not guards:
        return inner
    zero = frame.zero
    if len(guards) == 1:
        (only,) = guards
        return lambda: inner() if only() else zero

    def guarded() -> Value:
        for guard in guards:
            if not guard():
                return zero
        return inner()

    return guarded


def _product(frame: Frame, parts: list[Closure]) -> Closure:
    multiply, one = frame.numbers.product, frame.one
    if not parts:
        return lambda: one
    if len(parts) == 1:
        return parts[0]
    return lambda: multiply([part() for part in parts])


def _guard(frame: Frame, expr: Any) -> Callable[[], bool]:
    if isinstance(expr, Delta):
        left, right = map(frame.position, expr.args)
        return lambda: left() == right()
    position, dim = frame.position(expr.args[0]), frame.size(expr.args[1])
    return lambda: 0 <= position() < dim


def add(frame: Frame, expr: Any) -> Closure:
    return total(frame, [frame.scalar(arg) for arg in expr.args])


def multiply(frame: Frame, expr: Any) -> Closure:
    return times(frame, expr.args)


def indicator(frame: Frame, expr: Any) -> Closure:
    return times(frame, (expr,))


def index_sum(frame: Frame, expr: Any) -> Closure:
    return summed(frame, frame.scalar(expr.body), expr.indices)
