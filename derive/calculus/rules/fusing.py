"""An upstream gradient inlined where that makes the gradient no longer, or shorter where sums remain."""

from __future__ import annotations

from derive.calculus.context import Context, Rewriting
from derive.calculus.terms import (
    normal_term,
    renamed_copy,
    terms_cost,
)
from derive.derivation import Gradient
from derive.notation import (
    Element,
    IndexSum,
    Term,
    Terms,
)


def fuse(terms: Terms, context: Context) -> Rewriting | None:
    if not context.convention.fused:
        return None
    inlined: dict[int, Gradient] = {}
    result: list[Term] = []
    for term in terms:
        factor = _upstream_factor(term, context)
        if factor is None:
            result.append(term)
        else:
            serial = context.symbols[factor.tensor.serial]
            inlined[serial] = context.upstream[serial]
            result += _with_value(term, factor, inlined[serial])
    if not inlined:
        return None
    spent = terms_cost(terms) + sum(terms_cost(gradient.terms) for gradient in inlined.values())
    fused = context.normal_form(tuple(result), context)
    summed = any(t.sums or any(f.has(IndexSum) for f in t.factors) for t in fused)
    if terms_cost(fused) >= spent + (not summed):
        return None
    return Rewriting(tuple(result), because=tuple(g.name for g in inlined.values()))


def _upstream_factor(term: Term, context: Context) -> Element | None:
    """An upstream gradient that only this tensor's gradient needs and whose value has no sum."""
    for factor in term.factors:
        serial = context.symbols.get(factor.tensor.serial) if isinstance(factor, Element) else None
        if serial in context.sole and not any(t.sums for t in context.upstream[serial].terms):
            return factor  # type: ignore[no-any-return]
    return None


def _with_value(term: Term, factor: Element, gradient: Gradient) -> list[Term]:
    at = dict(zip(gradient.indices, factor.args, strict=True))
    rest = tuple(f for f in term.factors if f is not factor)
    values = (value.xreplace(at) for value in gradient.terms)
    return [
        renamed_copy(normal_term(Term((*v.factors, *rest), term.sums, v.coefficient * term.coefficient)))
        for v in values
    ]
