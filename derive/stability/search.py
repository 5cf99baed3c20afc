"""Finds a form that survives: candidates from the plainest on, each judged by the referee."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.stability.canonical import A, OutOfBudget, Side, exponentials, unit
from derive.stability.form import S, StableForm, T, erfc
from derive.stability.local import clip, conjugate, refine
from derive.stability.merge import merged
from derive.stability.referee import LIMIT, error_ratio, grid, representable
from derive.stability.series import with_series

Lets = tuple[tuple[sp.Symbol, sp.Expr], ...]
Candidate = tuple[Any, Lets]


def stable(expr: sp.Expr, z: sp.Expr, *, others: Sequence[sp.Expr] = ()) -> StableForm:
    """A form of expr that is accurate and overflows nowhere for z in [−1000, 1000].

    z and others may be symbols or elements; whatever else expr holds counts as a parameter whose
    value is positive. The same expression gives the same form in every process.
    """
    known = [z, *others]
    parameters = sorted((s for s in expr.free_symbols if s not in known), key=str)
    names = {z: sp.Symbol("z", real=True)}
    names |= {s: sp.Symbol(f"q{n}", real=True) for n, s in enumerate(others)}
    names |= {s: sp.Symbol(f"r{n}", positive=True) for n, s in enumerate(parameters)}
    form = _search(expr.xreplace(names), len(others), len(parameters))
    return form.xreplace({symbol: original for original, symbol in names.items()})


@cache
def _search(expr: Any, others: int, parameters: int) -> StableForm:
    z = sp.Symbol("z", real=True)
    points = _points(expr, z, others, parameters)
    inputs = [z, *(sp.Symbol(f"q{n}", real=True) for n in range(others))]
    inputs += [sp.Symbol(f"r{n}", positive=True) for n in range(parameters)]
    points = representable(expr, inputs, points)
    for number, (value, lets) in enumerate(_candidates(expr, z)):
        if passes(_written_out(value, lets), inputs, points):
            status = "found" if number else "safe"
            return StableForm(expr, value, z, status, lets, _reasons(expr, value, lets))
    return StableForm(expr, expr, z, "textbook")


def passes(expr: Any, inputs: Sequence[sp.Symbol], points: Sequence[Sequence[float]]) -> bool:
    """Whether the referee accepts the expression at every point."""
    return all(error_ratio(expr, inputs, point) <= LIMIT for point in points)


def _points(expr: Any, z: sp.Symbol, others: int, parameters: int) -> list[tuple[float, ...]]:
    kinks = [float(c) for c in _kinks(expr, z)]
    beside = [c + d for c in kinks for d in (0.0, -1e-9, 1e-9, -0.01, 0.01)]
    return [(*point, *(1.5,) * parameters) for point in grid(others, -3000.0, 3000.0, beside)]


def _kinks(expr: Any, z: sp.Symbol) -> Iterator[Any]:
    for relation in expr.atoms(sp.core.relational.Relational):
        difference = relation.lhs - relation.rhs
        if difference.free_symbols == {z} and difference.is_polynomial(z) and sp.degree(difference, z) == 1:
            yield -difference.xreplace({z: sp.S.Zero}) / sp.diff(difference, z)


def _written_out(value: Any, lets: Lets) -> Any:
    for symbol, meaning in reversed(lets):
        value = value.xreplace({symbol: meaning})
    return value


def _candidates(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """The textbook form, then its refinements, then forms in t, then either with a series at 0."""
    plain = [expr]
    yield expr, ()
    for rewriting in _LOCAL:
        candidate = rewriting(expr, z)
        if candidate not in plain:
            plain.append(candidate)
            yield candidate, ()
    tried: list[Candidate] = []
    try:
        for candidate in _in_t(expr, z):
            tried.append(candidate)
            yield candidate
    except (OutOfBudget, sp.PolynomialError, NotImplementedError):
        pass
    for value, lets in (*((p, ()) for p in plain), *tried):
        for with_polynomial in with_series(expr, value, z):
            yield with_polynomial, lets


_LOCAL: tuple[Callable[[Any, sp.Symbol], Any], ...] = (
    lambda e, z: refine(e),
    lambda e, z: clip(refine(e), z),
    lambda e, z: conjugate(e),
)


def _in_t(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    prepared = exponentials(expr)
    u = unit(prepared, z)
    if u is None:
        yield from _by_sign(expr, z)
        return
    lets: Lets = ((T, sp.exp(-sp.Abs(u))),)
    sides = [Side(z, u, sign).rewrite(prepared) for sign in (1, -1)]
    for rewriting in _OF_SIDES:
        together = merged(*(rewriting(side, u) for side in sides), z)
        yield together, lets
        yield from _polynomial_first(together, z, lets)


_OF_SIDES: tuple[Callable[[Any, Any], Any], ...] = (
    lambda side, u: side,
    lambda side, u: refine(side),
    lambda side, u: side.xreplace({1 - T: -expm1(-sp.Abs(u))}),
)


def _polynomial_first(value: Any, z: sp.Symbol, lets: Lets) -> Iterator[Candidate]:
    """s + rest: what is linear in z cancels exactly before something small is added."""
    first = sp.Add(*(x for x in sp.Add.make_args(value) if not x.has(T, sp.Function) or x.has(sp.Max)))
    if value.is_Add and first.is_Add and first != value:
        yield S + (value - first), (*lets, (S, first))


def _by_sign(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """Where nothing grows: the sides apart, one of them with its conjugates."""
    here = refine(expr)
    there = conjugate(here)
    for p, q in ((here, there), (there, here), (there, there)):
        yield merged(p.xreplace({z: A}), q.xreplace({z: -A}), z), ()


def _reasons(expr: Any, value: Any, lets: Lets) -> tuple[str, ...]:
    if value == expr:
        return ()
    found = ["t"] if any(symbol == T for symbol, _ in lets) else []
    if lets and expr.has(sp.log):
        found.append("log")
    for key, kinds in (("log1p", log1p), ("expm1", expm1), ("erfc", erfc)):
        if value.has(kinds) and not expr.has(kinds):
            found.append(key)
    if _written_out(value, lets).has(sp.Max) and not expr.has(sp.Max, sp.Min):
        found.append("max")
    if value.has(sp.Min):
        found.append("clip")
    if value.has(sp.Piecewise) and not expr.has(sp.Piecewise):
        found.append("split")
    return tuple(found)


