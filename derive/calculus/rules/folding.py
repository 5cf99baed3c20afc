"""An exponential over its sum recognised as the output that it defines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from derive.calculus.algebra import simplest
from derive.calculus.context import Context, Rewriting
from derive.calculus.inverses import generator_rate, in_generator, solved_for
from derive.calculus.terms import (
    each_term,
    normal_term,
    same_sums,
)
from derive.notation import (
    Delta,
    Element,
    IndexSum,
    Tensor,
    Term,
    Terms,
    elements,
    freshen,
    outermost,
)
from derive.program import Node


@dataclass(frozen=True)
class Exponential:
    """e^(rate·z) for an entry z of a tensor, written without it."""

    rate: sp.Expr
    at: Callable[[Element], sp.Expr]


def fold_output(terms: Terms, context: Context) -> Rewriting | None:
    bindings: dict[sp.Expr, sp.Expr] = {}
    for node in context.consumers:
        exponential = _exponential_in(node, context.tensor)
        if exponential is None:
            continue

        def folded(term: Term, node: Node = node, exponential: Any = exponential) -> Terms | None:
            hot = [f for f in term.factors if _outer_exponential(f, context.tensor)]
            if not hot:
                return None
            hot += [f for f in term.factors if f not in hot and f.has(IndexSum) and not f.has(Delta)]
            hidden = {total: sp.Dummy() for f in hot for total in outermost(f, (IndexSum,))}
            whole = sp.Mul(*hot).xreplace(hidden)
            whole = whole.replace(sp.exp, lambda power: _monomials(power, context.tensor, exponential))
            whole = whole.xreplace({d: total for total, d in hidden.items()})
            whole = simplest(same_sums(whole), context.rank)
            if _outer_exponential(whole, context.tensor):
                return None
            bindings[sp.Mul(*hot)] = whole
            rest = tuple(f for f in term.factors if f not in hot)
            return (normal_term(Term((*rest, *sp.Mul.make_args(whole)), term.sums, term.coefficient)),)

        result = each_term(terms, folded)
        if result is not None:
            terms = result.terms
    if not bindings:
        return None
    return Rewriting(terms, tuple(bindings.items()), tuple(n.tensor.name for n in context.consumers))


def _exponential_in(node: Node, tensor: Tensor) -> Exponential | None:
    """e^(rate·z) as an expression in the node's output and its sums, from the node's own definition."""
    own = [
        e for e in outermost(node.body, (Element, IndexSum)) if isinstance(e, Element) and e.tensor is tensor
    ]
    sums = list(dict.fromkeys(outermost(node.body, (IndexSum,))))
    if not sums or len(set(own)) != 1 or own[0].args != node.indices:
        return None
    z, u, a = sp.Dummy("z", real=True), sp.Dummy("u", positive=True), sp.Dummy("a", real=True)
    stands_for = {sp.Dummy(f"s{n}", real=True): total for n, total in enumerate(sums)}
    body = node.body.xreplace({**{total: d for d, total in stands_for.items()}, own[0]: z})
    found = _exponential(body, z, a, u)
    if found is None:
        return None
    rate, solved = found

    def at(element: Element) -> sp.Expr:
        moved = dict(zip(node.indices, element.args, strict=True))
        totals = {d: freshen(total.xreplace(moved)) for d, total in stands_for.items()}
        return solved.xreplace({**totals, a: node.tensor[element.args]})

    return Exponential(rate, at)


def _exponential(body: sp.Expr, z: sp.Symbol, a: sp.Symbol, u: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """A rate and e^(rate·z) from a = body(z), where body is linear in z or in e^(rate·z); else None."""
    rate, rest = body.coeff(z, 1), sp.expand(body).coeff(z, 0)
    if rate.is_number and rate != 0 and not rest.has(z) and sp.expand(body - rate * z - rest) == 0:
        return sp.Integer(1), sp.exp((a - rest) / rate)
    unit, value = generator_rate(body, z), in_generator(body, z, u)
    if unit is None or value is None or not value.is_rational_function(u):
        return None
    solved = solved_for(value, u, a)
    return None if solved is None else (unit, solved)


def _monomials(power: sp.Expr, tensor: Tensor, exponential: Exponential) -> sp.Expr:
    whole = sp.Integer(1)
    for summand in sp.Add.make_args(power):
        rate, element = summand.as_coeff_Mul()
        times = rate / exponential.rate
        known = isinstance(element, Element) and element.tensor is tensor and times.is_Integer
        whole *= exponential.at(element) ** times if known else sp.exp(summand)
    return whole


def _outer_exponential(expr: sp.Expr, tensor: Tensor) -> bool:
    """Whether an exponential of the tensor stands outside every sum."""
    if isinstance(expr, IndexSum):
        return False
    if isinstance(expr, sp.exp):
        return any(e.tensor is tensor for e in elements(expr))
    return any(_outer_exponential(arg, tensor) for arg in expr.args)
