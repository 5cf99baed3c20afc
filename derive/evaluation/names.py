"""What stands for something else: numbers, symbols, elements, functions, derivatives not worked out."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from derive.evaluation.frame import Frame
from derive.evaluation.kinds import Closure, EvaluationError, Value

# Functions that each kind of number must know; every other one is rewritten in terms of these.
FUNCTIONS: dict[type, str] = {sp.log: "log", sp.atan: "atan", sp.asinh: "asinh"}


def rational(frame: Frame, expr: Any) -> Closure:
    value = frame.numbers.rational(expr)
    return lambda: value


def symbol(frame: Frame, expr: Any) -> Closure:
    if expr in frame.slots:
        slot, values = frame.slots[expr], frame.values
        return lambda: values[slot]
    if expr in frame.sizes:
        return rational(frame, sp.Integer(frame.sizes[expr]))
    value = frame.numbers.symbol(expr)
    return lambda: value


def index(frame: Frame, expr: Any) -> Closure:
    position, number = frame.position(expr), frame.numbers.rational
    return lambda: number(sp.Integer(position()))


def element(frame: Frame, expr: Any) -> Closure:
    return frame.entry(frame.table(frame.tables, expr), expr)


def function(frame: Frame, expr: Any) -> Closure:
    name, argument, known = FUNCTIONS[expr.func], frame.scalar(expr.args[0]), frame.numbers.function
    return lambda: known(name, argument())


def opaque(frame: Frame, expr: Any) -> Closure:
    """An unspecified function, or a derivative of one: g′(z) may be written as the function g'."""
    substitution: dict[Any, Any] = {}
    if isinstance(expr, sp.Subs):
        substitution = dict(zip(expr.variables, expr.point, strict=True))
        expr = expr.expr
    orders: dict[Any, int] = {}
    if isinstance(expr, sp.Derivative):
        orders = dict(expr.variable_count)
        expr = expr.expr
    if not isinstance(expr, AppliedUndef):
        raise EvaluationError(f"{expr}: only a derivative of an unspecified function can be left standing")
    counts = tuple(int(orders.get(arg, 0)) for arg in expr.args)
    arguments = [frame.scalar(arg.xreplace(substitution)) for arg in expr.args]
    name, value = expr.func.__name__.rstrip("'"), frame.numbers.opaque
    if len(counts) == 1:
        counts = (counts[0] + len(expr.func.__name__) - len(name),)
    return lambda: value(name, counts, [argument() for argument in arguments])


def partial(frame: Frame, expr: Any) -> Closure:
    of, by = expr.of, expr.by
    of_at, by_at = ([frame.position(arg) for arg in e.args] for e in (of, by))
    known, row, zero, one = frame.table(frame.tables, by), frame.row, frame.zero, frame.one

    def value() -> Value:
        k, p = tuple([f() for f in of_at]), tuple([f() for f in by_at])
        known[p]
        if of.tensor is by.tensor:
            return one if k == p else zero
        if row is None:
            raise EvaluationError(f"{expr} is not worked out")
        return row(of.tensor, k).get((by.tensor.serial, p), zero)

    return value


def cost_partial(frame: Frame, expr: Any) -> Closure:
    if frame.adjoint is None:
        raise EvaluationError(f"{expr} is not worked out")
    return frame.entry(frame.table(frame.adjoint, expr.by), expr.by)
