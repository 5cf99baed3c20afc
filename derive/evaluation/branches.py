"""Values by cases: |x|, sign, the extremes, Piecewise and its conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from derive.evaluation.frame import Frame
from derive.evaluation.kinds import Closure, EvaluationError, Value


def absolute(frame: Frame, expr: Any) -> Closure:
    argument, n, zero, minus = frame.scalar(expr.args[0]), frame.numbers, frame.zero, frame.minus_one

    def value() -> Value:
        x = argument()
        return n.product([minus, x]) if n.choose(x, zero) else x

    return value


def sign(frame: Frame, expr: Any) -> Closure:
    argument, choose = frame.scalar(expr.args[0]), frame.numbers.choose
    zero, one, minus = frame.zero, frame.one, frame.minus_one
    return lambda: minus if choose(argument(), zero) else one


def extreme(frame: Frame, expr: Any) -> Closure:
    parts, choose = [frame.scalar(arg) for arg in expr.args], frame.numbers.choose
    largest = isinstance(expr, sp.Max)

    def value() -> Value:
        best = parts[0]()
        for part in parts[1:]:
            other = part()
            if choose(best, other) == largest:
                best = other
        return best

    return value


def piecewise(frame: Frame, expr: Any) -> Closure:
    branches = [(condition(frame, holds), frame.scalar(value)) for value, holds in expr.args]

    def value() -> Value:
        for holds, branch in branches:
            if holds():
                return branch()
        raise EvaluationError(f"no branch of {expr} applies")

    return value


def condition(frame: Frame, expr: Any) -> Callable[[], bool]:
    """A condition as a truth value; two values are taken to be equal nowhere."""
    if isinstance(expr, (BooleanTrue, BooleanFalse, sp.Eq, sp.Ne)):
        truth = isinstance(expr, (BooleanTrue, sp.Ne))
        return lambda: truth
    if isinstance(expr, (sp.And, sp.Or)):
        parts = [condition(frame, arg) for arg in expr.args]
        join = all if isinstance(expr, sp.And) else any
        return lambda: join(part() for part in parts)
    if isinstance(expr, sp.Not):
        inner = condition(frame, expr.args[0])
        return lambda: not inner()
    if isinstance(expr, (sp.StrictLessThan, sp.StrictGreaterThan, sp.LessThan, sp.GreaterThan)):
        less, greater, choose = frame.scalar(expr.lts), frame.scalar(expr.gts), frame.numbers.choose
        if isinstance(expr, (sp.StrictLessThan, sp.StrictGreaterThan)):
            return lambda: choose(less(), greater())
        return lambda: not choose(greater(), less())
    raise EvaluationError(f"no truth value is known for {expr}: add it to derive/evaluation/branches.py")
