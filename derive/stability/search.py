"""Finds a form that survives: candidates from the plainest on, each judged by the referee."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from derive.stability.candidates import Candidate, limited, rewritings
from derive.stability.canonical import OPERATIONS, SMALL
from derive.stability.form import S, StableForm, T
from derive.stability.labels import joined
from derive.stability.overflow import LARGE
from derive.stability.referee import (
    BETTER,
    GOOD,
    LIMIT,
    Labels,
    agree,
    beyond,
    close,
    evaluated,
    grid,
    ratio_of,
    true,
    trusted,
)
from derive.stability.rounding import Value
from derive.stability.series import near_zero

PARAMETER = 1.5
ENOUGH = 2.0
FAR = (-1e300, -1e160, 1e160, 1e300)


def stable(
    expr: sp.Expr,
    z: sp.Expr,
    *,
    others: Sequence[sp.Expr] = (),
    labels: Labels = (0, 1),
    wide: bool = False,
    good: float = GOOD,
) -> StableForm:
    """A form of expr that is accurate and overflows nowhere for z in [−1000, 1000].

    z and others may be symbols or elements; whatever else expr holds counts as a parameter whose
    value is positive. labels: values that the others have without error, so that a loss must keep all
    its digits there; everywhere else they are numbers with rounding errors of their own.
    wide: z may be as large as doubles go. good: the error bound at which the search ends.
    The same expression gives the same form in every process.
    """
    known = [z, *others]
    parameters = sorted((s for s in expr.free_symbols if s not in known), key=str)
    names: dict[Any, Any] = {z: sp.Symbol("z", real=True)}
    names |= {s: sp.Symbol(f"q{n}", real=True) for n, s in enumerate(others)}
    names |= {s: sp.Symbol(f"r{n}", positive=True) for n, s in enumerate(parameters)}
    form = _shifted(expr.xreplace(names), len(others), len(parameters), tuple(labels), wide, good)
    return form.xreplace({symbol: original for original, symbol in names.items()} | _clear(names))


def _clear(names: dict[Any, Any]) -> dict[Any, Any]:
    """t and s renamed where a parameter or an input is called so."""
    taken = {str(symbol) for symbol in names if isinstance(symbol, sp.Symbol)}
    return {s: sp.Symbol(f"{s}_", real=True) for s in (T, S) if str(s) in taken}


@cache
def _shifted(expr: Any, others: int, parameters: int, labels: Labels, wide: bool, good: float) -> StableForm:
    """A function of z − q alone is searched as a function of one number."""
    z = sp.Symbol("z", real=True)
    for n in range(others):
        q = sp.Symbol(f"q{n}", real=True)
        alone = expr.xreplace({z: z + q})
        if expr.has(q) and not alone.has(q):
            inner = _search(alone, others, parameters, labels, wide, good)
            if inner.status != "found":
                return StableForm(expr, expr, z, inner.status)
            lets = ((S, z - q), *((t, meaning.xreplace({z: S})) for t, meaning in inner.lets))
            return StableForm(expr, inner.value.xreplace({z: S}), z, "found", lets)
    return _search(expr, others, parameters, labels, wide, good)


@cache
def _search(expr: Any, others: int, parameters: int, labels: Labels, wide: bool, good: float) -> StableForm:
    z = sp.Symbol("z", real=True)
    if sp.count_ops(expr) > OPERATIONS:
        return StableForm(expr, expr, z, "textbook")
    unknowns = [sp.Symbol(f"q{n}", real=True) for n in range(others)]
    inputs = [z, *unknowns, *(sp.Symbol(f"r{n}", positive=True) for n in range(parameters))]
    points = sample_points(expr, z, others, parameters, labels, FAR if wide else ())

    textbook: Candidate = (expr, ())

    @cache
    def too_large(point: tuple[float, ...]) -> bool:
        return beyond(expr, inputs, point)

    @cache
    def at(candidate: Candidate, point: tuple[float, ...]) -> Value | None:
        return evaluated(candidate[0], inputs, point, candidate[1])

    def ratio(candidate: Candidate, low: float = 0.0, high: float = math.inf, limit: float = LIMIT) -> float:
        """The worst the referee finds, as far as it matters, where low ≤ |z| ≤ high; inf above the limit."""
        worst = 0.0
        for point in tuple(points):
            if low <= abs(point[0]) <= high:
                error = ratio_of(at(candidate, point), point, labels)
                if error < math.inf or not too_large(point):
                    worst = max(worst, error)
            if worst > limit:
                points.remove(point)
                points.insert(0, point)  # What fails one form is likely to fail the next.
                return math.inf
        return worst

    def equal(candidate: Candidate) -> bool:
        """Whether it agrees with the textbook form, or where that cannot be computed with the truth.

        The truth is asked for only if arguments are held; other forms are equal by algebra.
        """
        holding = sp.Tuple(candidate[0], *(meaning for _, meaning in candidate[1])).has(LARGE, SMALL)
        return all(
            close(at(candidate, p), true(expr, inputs, p))
            if holding and not trusted(at(textbook, p))
            else agree(at(textbook, p), at(candidate, p))
            for p in points
        )

    def found(candidate: Candidate) -> StableForm:
        value, lets = candidate
        if value == expr:
            return StableForm(expr, expr, z, "safe")
        return StableForm(expr, value, z, "found", lets)

    def part(expr: Any) -> StableForm:
        return _search(expr, others, parameters, labels, False, max(good, GOOD / 2))

    tried: list[Candidate] = []

    def kinds() -> Iterator[tuple[Iterator[Candidate], float]]:
        """Each kind is tried where the ones before it give nothing, or nothing near what is asked for.

        With the error bound at which its search ends: joined forms are few, so the best of them is taken.
        """
        yield rewritings(expr, z), good
        for label in unknowns:
            yield joined(expr, label, labels, part), 0.0
        yield _near_and_far(expr, z, tuple(tried), ratio), good
        yield limited(expr, z), good

    best, error = None, LIMIT / BETTER
    for candidates, enough in kinds():
        for candidate in candidates:
            its = ratio(candidate, limit=error * BETTER)
            if its < math.inf and equal(candidate):
                best, error = candidate, its
            if error <= enough:
                break
            tried.append(candidate)
        if error <= ENOUGH * good:
            break
    return StableForm(expr, expr, z, "textbook") if best is None else found(best)


def _near_and_far(expr: Any, z: Any, tried: Sequence[Candidate], ratio: Any) -> Iterator[Candidate]:
    """One form where |z| is small, another elsewhere; both can be computed everywhere."""
    far: dict[float, list[Candidate]] = {}
    for radius in (1.0, 0.5, 0.25, 0.0625):
        far[radius] = [c for c in tried if ratio(c, low=radius) <= LIMIT]
    held = sp.Max(sp.Min(z, 1), -1)
    for value, lets in tried:
        if not lets and ratio((value, lets), high=1.0) <= LIMIT:
            for other, its in far[1.0]:
                for near in (value, value.xreplace({z: held})):
                    yield sp.Piecewise((near, sp.Abs(z) < 1), (other, True)), its
    if any(far.values()):
        for radius, polynomial in near_zero(expr, z):
            inside = polynomial.xreplace({z: sp.Max(sp.Min(z, radius), -radius)})
            for other, its in far.get(float(radius), ()):
                for near in (polynomial, inside):
                    yield sp.Piecewise((near, sp.Abs(z) < radius), (other, True)), its


def sample_points(
    expr: Any, z: sp.Symbol, others: int, parameters: int, labels: Labels, far: Iterable[float] = ()
) -> list[tuple[float, ...]]:
    kinks = [float(c) for c in _kinks(expr, z)]
    beside = [c + d for c in kinks for d in (0.0, -1e-9, 1e-9, -0.01, 0.01)]
    extra = (*beside, *far)
    return [(*point, *(PARAMETER,) * parameters) for point in grid(others, labels, extra)]


def _kinks(expr: Any, z: sp.Symbol) -> Iterator[Any]:
    for relation in expr.atoms(Relational):
        difference = relation.lhs - relation.rhs
        if difference.free_symbols == {z} and difference.is_polynomial(z) and sp.degree(difference, z) == 1:
            yield -difference.xreplace({z: sp.S.Zero}) / sp.diff(difference, z)
