"""Derivatives written in the output of an entrywise node, or in its input."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.calculus.context import Context, Rewriting
from derive.calculus.inverses import OUTPUT, in_output
from derive.calculus.partials import SLOT, slope
from derive.calculus.terms import (
    each_term,
    normal_term,
)
from derive.notation import (
    Element,
    Term,
    Terms,
    elements,
)
from derive.program import Node


def _entrywise_consumers(context: Context) -> list[tuple[Node, Element]]:
    return [
        (node, node.argument)
        for node in context.consumers
        if node.argument is not None and node.argument.tensor is context.tensor
    ]


def via_output(terms: Terms, context: Context) -> Rewriting | None:
    bindings: dict[sp.Expr, sp.Expr] = {}
    because: list[str] = []
    for node, argument in _entrywise_consumers(context):
        f = node.body.xreplace({argument: SLOT})
        change = slope(node, SLOT)
        written = in_output(f, change, SLOT, OUTPUT)
        if written is None or written == change:
            continue

        def replaced(
            term: Term, node: Node = node, change: Any = change, written: Any = written
        ) -> Terms | None:
            if context.convention.derivatives == "input" and not any(
                e.tensor is node.tensor for f in term.factors for e in elements(f)
            ):
                return None
            for n, factor in enumerate(term.factors):
                for z in elements(factor):
                    if z.tensor is context.tensor and factor == change.xreplace({SLOT: z}):
                        new = written.xreplace({OUTPUT: node.tensor[z.args], SLOT: z})
                        bindings[factor] = new
                        because.append(f"{node.tensor.name} = {node.note or 'g'}({context.tensor.name})")
                        factors = (*term.factors[:n], new, *term.factors[n + 1 :])
                        return (normal_term(Term(factors, term.sums, term.coefficient)),)
            return None

        result = each_term(terms, replaced)
        if result is not None:
            terms = result.terms
    if not bindings:
        return None
    return Rewriting(terms, tuple(bindings.items()), tuple(dict.fromkeys(because)))


def via_input(terms: Terms, context: Context) -> Rewriting | None:
    if context.convention.derivatives != "input":
        return None
    bindings: dict[sp.Expr, sp.Expr] = {}
    for node, argument in _entrywise_consumers(context):
        if node.body == argument:
            continue
        for factor in (f for term in terms for f in term.factors):
            bindings.update({a: node.body_at(a.args) for a in elements(factor) if a.tensor is node.tensor})
    if not bindings:
        return None
    return Rewriting(tuple(term.xreplace(bindings) for term in terms), tuple(bindings.items()))
