"""Finds a form that survives: candidates from the plainest on, each judged by the referee."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational

from derive.stability.candidates import Candidate, rewritings
from derive.stability.canonical import OPERATIONS
from derive.stability.form import S, StableForm, T, erfc
from derive.stability.labels import joined
from derive.stability.referee import LIMIT, Labels, Lets, Value, agree, beyond, evaluated, grid, ratio_of
from derive.stability.series import near_zero

PARAMETER = 1.5
FAR = (-1e300, -1e160, 1e160, 1e300)


def stable(
    expr: sp.Expr,
    z: sp.Expr,
    *,
    others: Sequence[sp.Expr] = (),
    labels: Labels = (0, 1),
    wide: bool = False,
) -> StableForm:
    """A form of expr that is accurate and overflows nowhere for z in [−1000, 1000].

    z and others may be symbols or elements; whatever else expr holds counts as a parameter whose
    value is positive. labels: values that the others have without error, so that a loss must keep all
    its digits there; everywhere else they are numbers with rounding errors of their own.
    The same expression gives the same form in every process.
    """
    known = [z, *others]
    parameters = sorted((s for s in expr.free_symbols if s not in known), key=str)
    names: dict[Any, Any] = {z: sp.Symbol("z", real=True)}
    names |= {s: sp.Symbol(f"q{n}", real=True) for n, s in enumerate(others)}
    names |= {s: sp.Symbol(f"r{n}", positive=True) for n, s in enumerate(parameters)}
    form = _shifted(expr.xreplace(names), len(others), len(parameters), tuple(labels), wide)
    return form.xreplace({symbol: original for original, symbol in names.items()} | _clear(names))


def _clear(names: dict[Any, Any]) -> dict[Any, Any]:
    """t and s renamed where a parameter or an input is called so."""
    taken = {str(symbol) for symbol in names if isinstance(symbol, sp.Symbol)}
    return {s: sp.Symbol(f"{s}_", real=True) for s in (T, S) if str(s) in taken}


@cache
def _shifted(expr: Any, others: int, parameters: int, labels: Labels, wide: bool = False) -> StableForm:
    """A function of z − q alone is searched as a function of one number."""
    z = sp.Symbol("z", real=True)
    for n in range(others):
        q = sp.Symbol(f"q{n}", real=True)
        alone = expr.xreplace({z: z + q})
        if expr.has(q) and not alone.has(q):
            inner = _search(alone, others, parameters, labels, wide)
            if inner.status != "found":
                return StableForm(expr, expr, z, inner.status)
            lets = ((S, z - q), *((t, meaning.xreplace({z: S})) for t, meaning in inner.lets))
            return StableForm(expr, inner.value.xreplace({z: S}), z, "found", lets, inner.reasons)
    return _search(expr, others, parameters, labels, wide)


@cache
def _search(expr: Any, others: int, parameters: int, labels: Labels, wide: bool = False) -> StableForm:
    z = sp.Symbol("z", real=True)
    if sp.count_ops(expr) > OPERATIONS:
        return StableForm(expr, expr, z, "textbook")
    unknowns = [sp.Symbol(f"q{n}", real=True) for n in range(others)]
    inputs = [z, *unknowns, *(sp.Symbol(f"r{n}", positive=True) for n in range(parameters))]
    points = sample_points(expr, z, others, parameters, labels, FAR if wide else ())

    @cache
    def too_large(point: tuple[float, ...]) -> bool:
        return beyond(expr, inputs, point)

    @cache
    def at(candidate: Candidate, point: tuple[float, ...]) -> Value | None:
        return evaluated(candidate[0], inputs, point, candidate[1])

    def ratio(candidate: Candidate, low: float = 0.0, high: float = math.inf) -> float:
        """The worst the referee finds, as far as it matters, where low ≤ |z| ≤ high."""
        worst = 0.0
        for point in points:
            if low <= abs(point[0]) <= high:
                error = ratio_of(at(candidate, point), point, labels)
                if error < math.inf or not too_large(point):
                    worst = max(worst, error)
            if worst > LIMIT:
                break
        return worst

    def passes(candidate: Candidate) -> bool:
        return ratio(candidate) <= LIMIT and all(agree(at((expr, ()), p), at(candidate, p)) for p in points)

    def found(candidate: Candidate) -> StableForm:
        value, lets = candidate
        return StableForm(expr, value, z, "found", lets, _reasons(expr, value, lets))

    def part(expr: Any) -> StableForm:
        return _search(expr, others, parameters, labels)

    tried: list[Candidate] = []
    for candidate in rewritings(expr, z):
        if passes(candidate):
            return found(candidate) if tried else StableForm(expr, expr, z, "safe")
        tried.append(candidate)
    for label in unknowns:
        for candidate in joined(expr, label, labels, part):
            if passes(candidate):
                return found(candidate)
    for candidate in _near_and_far(expr, z, tried, ratio):
        if passes(candidate):
            return found(candidate)
    return StableForm(expr, expr, z, "textbook")


def _near_and_far(expr: Any, z: Any, tried: Sequence[Candidate], ratio: Any) -> Iterator[Candidate]:
    """One form where |z| is small, another elsewhere; both can be computed everywhere."""
    far: dict[float, list[Candidate]] = {}
    for radius in (1.0, 0.5, 0.25, 0.0625):
        far[radius] = [c for c in tried if ratio(c, low=radius) <= LIMIT]
    held = sp.Max(sp.Min(z, 1), -1)
    for value, lets in tried:
        if not lets and ratio((value, lets), high=1.0) <= LIMIT:
            for other, its in far[1.0]:
                yield sp.Piecewise((value.xreplace({z: held}), sp.Abs(z) < 1), (other, True)), its
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


def _reasons(expr: Any, value: Any, lets: Lets) -> tuple[str, ...]:
    """Keys of the identities whose traces the form shows and the textbook form does not."""
    everything = sp.Tuple(value, *(meaning for _, meaning in lets))
    names = {symbol for symbol, _ in lets}
    shows = {
        "t": T in names,
        "log": T in names and expr.has(sp.log),
        "log1p": everything.has(log1p),
        "expm1": everything.has(expm1),
        "erfc": everything.has(erfc),
        "conjugate": expr.has(sp.Pow) and not names and not everything.has(log1p, expm1, erfc),
        "max": everything.has(sp.Max) and not expr.has(sp.Max),
        "clip": everything.has(sp.Min) and not expr.has(sp.Min),
        "half": expr.has(sp.sin) and not value.has(sp.sin),
        "split": value.has(sp.Piecewise) and not expr.has(sp.Piecewise),
    }
    return tuple(key for key, shown in shows.items() if shown)
