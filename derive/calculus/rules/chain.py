"""The chain rule and the partial derivatives that it asks for."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from derive.calculus.context import Context, Rewriting
from derive.calculus.partials import SLOT, derivative, slope
from derive.calculus.terms import (
    each_term,
    normal_term,
    single,
)
from derive.notation import (
    CostPartial,
    Delta,
    Partial,
    Term,
    Terms,
)


def chain(terms: Terms, context: Context) -> Rewriting | None:
    if not (len(terms) == 1 and terms[0].factors and isinstance(terms[0].factors[0], CostPartial)):
        return None
    (goal,) = terms
    target = goal.factors[0].by
    exact = context.convention.convention == "exact"
    found, names = [], []
    if any(context.tensor is cost for cost in context.program.costs):
        found.append(Term((), (), goal.coefficient))
        names.append("J")
    for consumer in context.consumers:
        upstream = context.upstream.get(consumer.tensor.serial)
        is_cost = any(consumer.tensor is cost for cost in context.program.costs)
        formal = tuple(index.fresh() for index in consumer.indices)
        local = Partial(consumer.tensor[formal], target)
        if upstream is not None:
            coefficient = sp.Integer(1) if exact else goal.coefficient
            found.append(Term((upstream.symbol[formal], local), formal, coefficient))
        elif is_cost:
            found.append(Term((local,), formal, goal.coefficient))
        else:
            continue
        names.append(consumer.tensor.name)
    return Rewriting(tuple(found), because=tuple(names))


def _worked_out(term: Term, entrywise: bool, context: Context) -> Term | None:
    """The term with its partial derivatives of one kind replaced; None if it has none."""
    factors: list[sp.Expr] = []
    found = False
    for factor in term.factors:
        node = context.program.node(factor.of.tensor) if isinstance(factor, Partial) else None
        is_entrywise = (
            node is not None and node.argument is not None and node.argument.tensor is factor.by.tensor
        )
        if node is None or is_entrywise is not entrywise:
            factors.append(factor)
            continue
        found = True
        at, by = factor.of.args, factor.by.args
        if entrywise:
            change = (
                slope(node, SLOT)
                .xreplace({SLOT: node.argument})
                .xreplace(dict(zip(node.indices, at, strict=True)))
            )
            factors += [change, *(Delta(k, p) for k, p in zip(at, by, strict=True))]
        else:
            factors.append(derivative(node.body_at(at), factor.by.tensor, by))
    return normal_term(Term(tuple(factors), term.sums, term.coefficient)) if found else None


def element_partial(terms: Terms, context: Context) -> Rewriting | None:
    """Partial derivatives of nodes that are no entrywise function of the variable."""
    return each_term(terms, lambda term: single(_worked_out(term, False, context)))


def elementwise_partial(terms: Terms, context: Context) -> Rewriting | None:
    """Partial derivatives of a = g(z), entry by entry."""
    result = each_term(terms, lambda term: single(_worked_out(term, True, context)))
    if result is None:
        return None
    names = (f.of.tensor.name for t in terms for f in t.factors if isinstance(f, Partial))
    return replace(result, because=tuple(dict.fromkeys(names)))
