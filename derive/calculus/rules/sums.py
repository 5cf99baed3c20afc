"""Sums, Kronecker deltas and masks."""

from __future__ import annotations

import sympy as sp

from derive.calculus.context import Context, Rewriting
from derive.calculus.terms import (
    each_term,
    normal_term,
    renamed_copy,
)
from derive.notation import (
    Delta,
    Index,
    IndexSum,
    Mask,
    Term,
    Terms,
    freshen,
)


def distribute(terms: Terms, context: Context) -> Rewriting | None:
    def split(term: Term) -> Terms | None:
        for n, factor in enumerate(term.factors):
            if isinstance(factor, sp.Add) and factor.has(Delta):
                before, after = term.factors[:n], term.factors[n + 1 :]
                parts = (Term((*before, part, *after), term.sums, term.coefficient) for part in factor.args)
                return tuple(renamed_copy(normal_term(part)) for part in parts)
        return None

    return each_term(terms, split)


def hoist(terms: Terms, context: Context) -> Rewriting | None:
    def lift(term: Term) -> Terms | None:
        for n, factor in enumerate(term.factors):
            if isinstance(factor, IndexSum) and factor.has(Delta):
                fresh = freshen(factor)
                factors = (*term.factors[:n], fresh.body, *term.factors[n + 1 :])
                return (normal_term(Term(factors, (*term.sums, *fresh.indices), term.coefficient)),)
        return None

    return each_term(terms, lift)


def solution(delta: Delta, index: Index) -> sp.Expr | None:
    """What the delta makes of a summed index: the index stands in it once, with coefficient ±1."""
    left, right = delta.args
    if left is index and not right.has(index):
        return right
    if right is index and not left.has(index):
        return left
    difference = sp.expand(left - right)
    coefficient = difference.coeff(index)
    if coefficient not in (1, -1):
        return None
    rest = difference - coefficient * index
    return None if rest.has(index) else sp.expand(-rest * coefficient)


def delta(terms: Terms, context: Context) -> Rewriting | None:
    """Deltas that make a summed index equal to another index."""
    return _collapsed(terms, shifted=False)


def shifted_delta(terms: Terms, context: Context) -> Rewriting | None:
    """Deltas that make a summed index an affine expression of others, within its range."""
    return _collapsed(terms, shifted=True)


def _collapsed(terms: Terms, shifted: bool) -> Rewriting | None:
    bindings: dict[sp.Expr, sp.Expr] = {}

    def collapse(term: Term) -> Terms | None:
        changed = False
        while (found := _eliminable(term, shifted)) is not None:
            delta, index, value = found
            factors = [f for f in term.factors if f is not delta]
            mask = Mask(value, index.dim)
            term = normal_term(
                Term(
                    (*(f.xreplace({index: value}) for f in factors), mask),
                    tuple(s for s in term.sums if s is not index),
                    term.coefficient,
                )
            )
            bindings[index] = value
            changed = True
        return (term,) if changed else None

    result = each_term(terms, collapse)
    return None if result is None else Rewriting(result.terms, tuple(bindings.items()))


def _eliminable(term: Term, shifted: bool) -> tuple[sp.Expr, Index, sp.Expr] | None:
    for delta in term.factors:
        if not isinstance(delta, Delta):
            continue
        for index in term.sums:
            if not delta.has(index):
                continue
            value = solution(delta, index)
            if value is None or any(_inside_element(f, index, value) for f in term.factors):
                continue
            if isinstance(value, Index) is not shifted:
                return delta, index, value
    return None


def _inside_element(factor: sp.Expr, index: Index, value: sp.Expr) -> bool:
    """Whether the value would stand under a sum that binds one of its indices."""
    bound = {s for total in factor.atoms(IndexSum) for s in total.indices}
    return bool(bound & value.free_symbols)


def count(terms: Terms, context: Context) -> Rewriting | None:
    def counted(term: Term) -> Terms | None:
        used = set().union(*(f.free_symbols for f in term.factors)) if term.factors else set()
        idle = [s for s in term.sums if s not in used]
        if not idle:
            return None
        kept = tuple(s for s in term.sums if s in used)
        return (Term(term.factors, kept, term.coefficient * sp.Mul(*(s.dim for s in idle))),)

    return each_term(terms, counted)
