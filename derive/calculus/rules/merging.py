"""Facts applied, like terms merged, factors grouped and cancelled."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sympy as sp

from derive.calculus.algebra import cost, simplest
from derive.calculus.context import Context, Rewriting
from derive.calculus.terms import (
    canonical,
    each_term,
    normal_term,
    same_sums,
    terms_cost,
)
from derive.notation import (
    Delta,
    Element,
    Index,
    Mask,
    Tensor,
    Term,
    Terms,
    elements,
)
from derive.program import SumFact


def fact(terms: Terms, context: Context) -> Rewriting | None:
    assumptions: list[str] = []

    def applied(term: Term) -> Terms | None:
        for known in context.program.facts:
            for n, factor in enumerate(term.factors):
                if not (isinstance(factor, Element) and factor.tensor is known.tensor):
                    continue
                index = factor.args[known.axis]
                rest = (*term.factors[:n], *term.factors[n + 1 :])
                if index not in term.sums or any(f.has(index) for f in (*rest, *_others(factor, known.axis))):
                    continue
                kept = tuple(s for s in term.sums if s is not index)
                assumptions.append(stated(known))
                return (normal_term(Term(rest, kept, term.coefficient * known.total)),)
        return None

    result = each_term(terms, applied)
    if result is None:
        return None
    named = tuple(dict.fromkeys(assumptions))
    return Rewriting(result.terms, because=named, assumptions=named)


def stated(known: SumFact) -> str:
    """The fact in words of the program: Σ_k Y[k, i] = 1."""
    letters = iter("ijl")
    names = ["k" if n == known.axis else next(letters) for n in range(len(known.tensor.dims))]
    return f"Σ_k {known.tensor.name}[{', '.join(names)}] = {known.total}"


def _others(element: Element, axis: int) -> tuple[sp.Expr, ...]:
    return tuple(arg for n, arg in enumerate(element.args) if n != axis)


def accumulate(terms: Terms, context: Context) -> Rewriting | None:
    merged: dict[Any, Term] = {}
    for term in terms:
        key = canonical(Term(term.factors, term.sums).expr)
        seen = merged.get(key)
        coefficient = term.coefficient if seen is None else seen.coefficient + term.coefficient
        kept = term if seen is None else seen
        merged[key] = Term(kept.factors, kept.sums, coefficient)
    result = tuple(t for t in merged.values() if t.coefficient != 0)
    return None if len(result) == len(terms) else Rewriting(result)


def group(terms: Terms, context: Context) -> Rewriting | None:
    """Factors over the same indices become one, cancelled and factored."""

    def changed(term: Term) -> Terms | None:
        result = _grouped(term, context)
        # SymPy may turn the sign of an odd function back: f(x − y) → −f(y − x).
        stays = _flat(term) in (_flat(result), _flat(_grouped(result, context)))
        return None if stays else (result,)

    result = each_term(terms, changed)
    if result is None:
        return None
    open_intervals = _cancelled_intervals(terms, result.terms)
    return Rewriting(result.terms, because=open_intervals, assumptions=open_intervals)


def _grouped(term: Term, context: Context) -> Term:
    groups: dict[frozenset[sp.Basic], list[sp.Expr]] = {}
    fixed = [f for f in term.factors if isinstance(f, (Delta, Mask))]
    for factor in term.factors:
        if not isinstance(factor, (Delta, Mask)):
            groups.setdefault(frozenset(_indices(factor)), []).append(factor)
    new = [simplest(sp.Mul(*members), context.rank) for members in groups.values()]
    return normal_term(Term((*new, *fixed), term.sums, term.coefficient))


def _flat(term: Term) -> tuple[sp.Expr, Counter[sp.Expr]]:
    """The coefficient and every single factor: equal for terms that print alike."""
    return term.coefficient, Counter(a for f in term.factors for a in sp.Mul.make_args(f))


def _indices(factor: sp.Expr) -> set[sp.Basic]:
    return {s for s in factor.free_symbols if isinstance(s, Index)}


def _cancelled_intervals(before: Terms, after: Terms) -> tuple[str, ...]:
    """Side conditions of what was cancelled: a < A < b for each tensor that left a denominator."""

    def below(terms: Terms) -> dict[Tensor, None]:
        return {
            e.tensor: None
            for t in terms
            for f in t.factors
            for power in sp.preorder_traversal(f)
            if isinstance(power, sp.Pow) and power.exp.is_negative
            for e in elements(power.base)
        }

    gone = [t for t in below(before) if t not in below(after) and t.interval is not None]
    return tuple(_within(t) for t in gone)


def _within(tensor: Tensor) -> str:
    assert tensor.interval is not None
    low, high = tensor.interval
    below = "" if low == -sp.oo else f"{low} < "
    return f"{below}{tensor.name}" + ("" if high == sp.oo else f" < {high}")


def gather(terms: Terms, context: Context) -> Rewriting | None:
    """Terms without sums are added up where the scalar sum is no longer than the terms."""
    loose = [t for t in terms if not t.sums and not any(isinstance(f, (Delta, Mask)) for f in t.factors)]
    if len(loose) < 2:
        return None
    common = loose[0].coefficient if len({t.coefficient for t in loose}) == 1 else sp.Integer(1)
    total = sp.Add(*(t.coefficient / common * sp.Mul(*t.factors) for t in loose))
    shorter = simplest(same_sums(total), context.rank)
    if cost(shorter) >= terms_cost(tuple(loose)):
        return None
    kept = tuple(t for t in terms if t not in loose)
    return Rewriting((normal_term(Term((shorter,), (), common)), *kept))
