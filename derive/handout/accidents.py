"""Where a textbook formula fails in doubles: it overflows, divides by 0, or has no correct digit left."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.handout.doubles import FUNCTIONS
from derive.handout.survival import D, Formula
from derive.losses import A, Y
from derive.notation import Element
from derive.ranges import Z
from derive.stability.form import erfc

MORE: Mapping[Any, Callable[..., Any]] = {
    **FUNCTIONS,
    sp.Abs: abs,
    sp.Max: max,
    sp.Min: min,
    sp.sign: lambda x: math.copysign(1.0, x) if x else 0.0,
    sp.tan: math.tan,
    sp.asinh: math.asinh,
    sp.acosh: math.acosh,
    sp.atan: math.atan,
    sp.Not: lambda x: not x,
    sp.ITE: lambda test, yes, no: yes if test else no,
    log1p: math.log1p,
    expm1: math.expm1,
    erfc: math.erfc,
    sp.erfc: math.erfc,
}
Compute = Callable[[Mapping[Any, Any]], Any]
OVERFLOW, UNDEFINED, DIGITS = "overflow", "undefined", "digits"
LARGE = (1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 720, 760, 1000)
SMALL = tuple(10.0**-n for n in range(1, 21))
SMALLEST = 1e-300


@dataclass(frozen=True)
class Accident:
    """What happens to the textbook formula at z (and at a label y), and the value that is right."""

    kind: str
    z: float
    y: int | None
    right: float


def accidents(formula: Formula) -> tuple[Accident, ...]:
    """The first accident of each kind on the way from 1 outwards, by whole numbers, and towards 0.

    None is looked for in a formula that reads an output which is no function of one z.
    """
    if formula.output is None and formula.textbook.has(A):
        return ()
    found: dict[str, Accident] = {}
    for y in formula.labels or (None,):
        for sign in (1, -1):
            for one in (_outwards(formula, sign, y), _inwards(formula, sign, y)):
                if one is not None and (one.kind not in found or abs(one.z) < abs(found[one.kind].z)):
                    found[one.kind] = one
    return tuple(found.values())


def _outwards(formula: Formula, sign: int, y: int | None) -> Accident | None:
    before = 0
    for size in LARGE:
        if accident(formula, sign * size, y) is not None:
            while size - before > 1:
                middle = (before + size) // 2
                before, size = (
                    (middle, size) if accident(formula, sign * middle, y) is None else (before, middle)
                )
            return accident(formula, sign * size, y)
        before = size
    return None


def _inwards(formula: Formula, sign: int, y: int | None) -> Accident | None:
    found = (accident(formula, sign * size, y) for size in SMALL)
    return next((one for one in found if one is not None), None)


def accident(formula: Formula, z: float, y: int | None) -> Accident | None:
    """What happens at one point; None if nothing does, or nothing is known there."""
    at: dict[Any, Any] = {Z: float(z), D: 1.0, **({} if y is None else {Y: float(y)})}
    at |= dict.fromkeys((*formula.parameters, *formula.sizes), 1.0)
    got = attempted(output(formula), formula.textbook, at)
    right = attempted((*output(formula), *formula.lets), formula.value, at)
    if not isinstance(right, float):
        return None
    if isinstance(got, str):
        return Accident(got, z, y, right)
    lost = abs(right) > SMALLEST and abs(got - right) >= abs(right) / 2
    return Accident(DIGITS, z, y, right) if lost else None


def output(formula: Formula) -> tuple[tuple[sp.Symbol, sp.Expr], ...]:
    """What is computed before the textbook formula."""
    needed = () if formula.output is None else ((A, formula.output),)
    return needed if formula.above is None else (*needed, (D, formula.above))


def attempted(before: Sequence[tuple[Any, Any]], formula: Any, at: Mapping[Any, Any]) -> float | str:
    """The value, or how it fails."""
    known = dict(at)
    try:
        for symbol, meaning in before:
            known[symbol] = compiled(meaning)(known)
        found = compiled(formula)(known)
    except OverflowError:
        return OVERFLOW
    except (ZeroDivisionError, ValueError):
        return UNDEFINED
    return float(found) if math.isfinite(found) else OVERFLOW


@lru_cache(maxsize=256)
def compiled(expr: Any) -> Compute:
    """What computes an expression from the values of its letters, every branch, as NumPy does."""
    if isinstance(expr, sp.Symbol | Element):
        return lambda known: known[expr]
    if isinstance(expr, sp.Piecewise):
        branches = [(compiled(value), compiled(where)) for value, where in expr.args]
        return lambda known: _chosen([(value(known), where(known)) for value, where in branches])
    if not expr.args or expr.is_number:
        constant = bool(expr) if expr.is_Boolean else float(expr)
        return lambda _: constant
    if expr.is_Pow and expr.exp.is_number and expr.exp.is_negative:
        below = compiled(1 / expr)
        return lambda known: 1 / below(known)
    function, parts = MORE[expr.func], [compiled(arg) for arg in expr.args]
    return lambda known: function(*[part(known) for part in parts])


def _chosen(branches: list[tuple[Any, Any]]) -> Any:
    return next(value for value, holds in branches if holds)
