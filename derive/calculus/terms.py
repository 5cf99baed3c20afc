"""Terms put in order: coefficients, bound names, costs and comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import sympy as sp

from derive.calculus.algebra import cost
from derive.calculus.context import Rewriting
from derive.notation import Delta, Element, Index, IndexSum, Mask, Term, Terms, elements, freshen, outermost


def normal_term(term: Term) -> Term:
    """Numbers and dimensions in the coefficient, products opened as far as a delta or a sum needs."""
    coefficient, factors = term.coefficient, []
    pending = list(reversed(term.factors))
    while pending:
        factor = pending.pop()
        if isinstance(factor, sp.Mul):
            opened = [a for a in factor.args if a.has(Delta, Mask)]
            number, rest = sp.Mul(*(a for a in factor.args if a not in opened)).as_coeff_Mul()
            numeric = [a for a in sp.Mul.make_args(rest) if _is_coefficient(a)]
            if opened or number != 1 or numeric:
                coefficient *= number * sp.Mul(*numeric)
                rest = sp.Mul(*(a for a in sp.Mul.make_args(rest) if a not in numeric))
                pending += [*reversed(opened), rest]
                continue
        if factor == 0:
            return Term((), (), sp.Integer(0))
        if _is_coefficient(factor):
            coefficient *= factor
        elif not (isinstance(factor, (Delta, Mask)) and factor in factors):
            factors.append(factor)
    return Term(tuple(factors), term.sums, coefficient)


def _is_coefficient(expr: sp.Expr) -> bool:
    return not any(isinstance(s, Index) for s in expr.free_symbols) and not expr.has(Element)


def renamed_copy(term: Term) -> Term:
    """The term under new bound names."""
    renamed = {s: s.fresh() for s in term.sums}
    return Term(
        tuple(freshen(f.xreplace(renamed)) for f in term.factors), tuple(renamed.values()), term.coefficient
    )


def single(term: Term | None) -> Terms | None:
    return None if term is None else (term,)


def each_term(terms: Terms, rewrite: Callable[[Term], Terms | None]) -> Rewriting | None:
    """Every term rewritten that can be, terms that vanish dropped; None if none can be."""
    results = [(term, rewrite(term)) for term in terms]
    if all(new is None for _, new in results):
        return None
    kept = [t for term, new in results for t in ((term,) if new is None else new)]
    return Rewriting(tuple(t for t in kept if t.coefficient != 0))


def terms_cost(terms: Terms) -> int:
    """Operations of the terms for one entry."""
    return max(len(terms) - 1, 0) + sum(
        sum(cost(f) for f in t.factors)
        + max(len(t.factors) - 1, 0)
        + 4 * len(t.sums)
        + (0 if t.coefficient in (1, -1) else 1)
        for t in terms
    )


def canonical(expr: sp.Expr) -> sp.Expr:
    """The expression under fixed bound names, equal for two that differ in bound names only."""
    if isinstance(expr, IndexSum):
        body = canonical(expr.body)
        places = {i: n for n, i in enumerate(sorted(expr.indices, key=lambda i: _appearance(body, i)))}
        names = {i: _bound_name(i.dim, n, _depth(body)) for i, n in places.items()}
        return IndexSum(body.xreplace(names), *sorted(names.values(), key=lambda i: i.name))
    if not expr.has(IndexSum):
        return expr
    return expr.func(*(canonical(arg) for arg in expr.args))


def _appearance(body: sp.Expr, index: Index) -> list[tuple[str, int]]:
    """Where an index stands: the names of the tensors that it indexes, and the places."""
    return sorted(
        (element.tensor.name, place)
        for element in elements(body)
        for place, argument in enumerate(element.args)
        if argument.has(index)
    )


def _depth(expr: sp.Expr) -> int:
    return max((1 + _depth(t.body) for t in outermost(expr, (IndexSum,))), default=0)


@cache
def _bound_name(dim: sp.Expr, place: int, depth: int) -> Index:
    return Index(f"_{depth}_{place}", dim)


def same_sums(expr: sp.Expr) -> sp.Expr:
    """Sums that differ in bound names only are made one expression, so that they cancel."""
    first: dict[Any, sp.Basic] = {}
    swap = {}
    for total in dict.fromkeys(outermost(expr, (IndexSum,))):
        swap[total] = first.setdefault(canonical(total), total)
    return expr.xreplace(swap)
