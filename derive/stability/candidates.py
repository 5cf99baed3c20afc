"""Rewritings of a formula, from the plainest on: identities, conjugates, then t = exp(−|u|)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1

from derive.stability.canonical import SMALL, A, OutOfBudget, Side, exponentials, unit
from derive.stability.form import S, T
from derive.stability.local import about_one, about_zero, clip, conjugate, folded, refine
from derive.stability.merge import complement, merged
from derive.stability.overflow import LARGE, capped, held
from derive.stability.rounding import Lets

Candidate = tuple[Any, Lets]


def rewritings(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """Forms that are equal to expr for real z, each once; the first is expr itself."""
    seen: set[Candidate] = set()
    for source in (_local, _in_t, _by_sign, _from_one):
        for candidate in _quietly(source, expr, z):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate


def _quietly(source: Any, expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """What the source gives before it finds the expression too large."""
    try:
        yield from source(expr, z)
    except (OutOfBudget, sp.PolynomialError, NotImplementedError):
        return


def _local(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    for rewriting in _LOCAL:
        yield rewriting(expr, z), ()


PARTNERS: tuple[Callable[[Any], bool], ...] = (
    lambda term: bool(term.is_number),
    lambda term: True,
    lambda term: not term.is_number,
)

_LOCAL: tuple[Callable[[Any, sp.Symbol], Any], ...] = (
    lambda e, z: e,
    lambda e, z: refine(e),
    lambda e, z: folded(refine(e), z),
    lambda e, z: clip(refine(e), z),
    lambda e, z: clip(e, z, linear=True),
    lambda e, z: capped(e),
    lambda e, z: sp.factor_terms(sp.expand(e)),
    lambda e, z: sp.expand(e),
    *(lambda e, z, partner=partner: conjugate(e, partner) for partner in PARTNERS),
    lambda e, z: conjugate(about_one(e), PARTNERS[0]),
)


def _in_t(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    prepared = exponentials(expr)
    u = unit(prepared, z)
    lets: Lets = () if u is None else ((T, sp.exp(-sp.Abs(u))),)
    if u is None and not expr.has(sp.Abs, sp.sign, sp.Piecewise):
        return
    sides = [Side(z, z if u is None else u, sign).rewrite(prepared) for sign in (1, -1)]
    small = complement(sides[0], sides[1], z)
    if small is not None:
        part, value = small
        yield value, (*lets, (S, part))
    for rewriting in _OF_SIDES:
        together = merged(rewriting(sides[0], u), rewriting(sides[1], u), z)
        yield together, lets
        yield from _polynomial_first(together, lets)
    refined = [refine(side).xreplace({A: sp.Abs(z)}) for side in sides]
    yield sp.Piecewise((refined[0], z >= 0), (refined[1], True)), lets
    if any(number.is_irrational for side in sides for number in side.atoms(sp.Pow)):
        rounded = merged(folded(sides[0], A), folded(sides[1], A), z)
        yield rounded, tuple((s, folded(e, z)) for s, e in lets)


_OF_SIDES: tuple[Callable[[Any, Any], Any], ...] = (
    lambda side, u: side,
    lambda side, u: refine(side),
    lambda side, u: _without_difference(side, u),
)


def _without_difference(side: Any, u: Any) -> Any:
    """1 − t as −expm1(−|u|)."""
    if u is None:
        return side
    difference = expm1(-sp.Abs(u))
    return side.xreplace({T - 1: difference, 1 - T: -difference})


def _polynomial_first(value: Any, lets: Lets) -> Iterator[Candidate]:
    """s + rest: what is linear in z cancels exactly before something small is added."""
    parts = [x for x in sp.Add.make_args(value) if not x.has(T) and (x.has(sp.Max) or not x.has(sp.Function))]
    first = sp.Add(*parts)
    if first.is_Add and first != value:
        yield S + (value - first), (*lets, (S, first))


def _by_sign(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """One sign of z with its conjugates, the other without."""
    if not any(power.exp.is_Rational and power.exp.q == 2 for power in expr.atoms(sp.Pow)):
        return
    small = sp.expand(about_zero(expr, z)) - 1
    if not small.has(sp.Piecewise) and not small.xreplace({z: sp.S.Zero}):
        tail = conjugate(sp.together(expr), PARTNERS[1])
        yield sp.Piecewise((1 + S, z >= -1), (tail, True)), ((S, sp.factor_terms(small)),)
    for here in (refine(expr), sp.together(expr)):
        for partner in PARTNERS[1:]:
            there = conjugate(here, partner)
            for p, q in ((here, there), (there, here)):
                yield merged(p.xreplace({z: A}), q.xreplace({z: -A}), z), ()


def _from_one(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """exp(x) = 1 + expm1(x), with what does not depend on z put together first."""
    powers = {e: 1 + expm1(e.args[0]) for e in expr.atoms(sp.exp)}
    whole = sp.expand(expr.xreplace(powers))
    constant, moving = whole.as_independent(z, as_Add=True)
    if powers and constant.free_symbols:
        yield S + moving, ((S, constant),)


def limited(expr: Any, z: sp.Symbol) -> Iterator[Candidate]:
    """t at least 1e-300: log1p(t)/t and the like are what they are at 0 long before."""
    yield held(expr, lambda x: sp.Min(x, LARGE)), ()
    for value, lets in _quietly(_in_t, expr, z):
        yield value, tuple((s, sp.Max(e, SMALL) if s == T else e) for s, e in lets)
