"""A wrong rule must make the proof fail: every entry is made wrong in every way that fits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
import sympy as sp
from programs import PROGRAMS

from derive.arrays import Array, AxisSum, Entrywise, MatrixProduct, Transposed
from derive.calculus.context import Context, Rewriting, Rule
from derive.calculus.rules import RULES
from derive.calculus.sweep import derivation
from derive.derivation import Convention
from derive.notation import Element, Index, Term, Terms
from derive.proof import prove


def negated(result: Rewriting, context: Context) -> Terms:
    first, *rest = result.terms
    return (replace(first, coefficient=-first.coefficient), *rest)


def index_replaced(result: Rewriting, context: Context) -> Terms | None:
    """A free index of the result replaced by another one."""
    free = sorted((s for s in result.terms[0].free if isinstance(s, Index)), key=lambda s: s.dummy_index)
    for one in free:
        for other in free:
            if other is not one:
                return (result.terms[0].xreplace({one: other}), *result.terms[1:])
    return None


def transposed(result: Rewriting, context: Context) -> Terms | None:
    """The indices of one element exchanged."""
    for n, term in enumerate(result.terms):
        for element in sorted(
            (e for f in term.factors for e in f.atoms(sp.Expr) if isinstance(e, Element)), key=str
        ):
            if len(element.args) == 2:
                swapped = Element(element.tensor, *reversed(element.args))
                return (*result.terms[:n], term.xreplace({element: swapped}), *result.terms[n + 1 :])
    return None


def sum_dropped(result: Rewriting, context: Context) -> Terms | None:
    """A summed index fixed at 0."""
    for n, term in enumerate(result.terms):
        if term.sums:
            fixed = Term(term.factors, term.sums[1:], term.coefficient).xreplace(
                {term.sums[0]: sp.Integer(0)}
            )
            return (*result.terms[:n], fixed, *result.terms[n + 1 :])
    return None


def scale_dropped(result: Rewriting, context: Context) -> Terms | None:
    """1/m, or any other coefficient, left out."""
    if all(term.coefficient in (1, -1) for term in result.terms):
        return None
    return tuple(replace(term, coefficient=sp.Integer(1)) for term in result.terms)


def term_dropped(result: Rewriting, context: Context) -> Terms | None:
    return result.terms[1:] if len(result.terms) > 1 else None


MUTATIONS: tuple[Callable[[Rewriting, Context], Terms | None], ...] = (
    negated,
    index_replaced,
    transposed,
    sum_dropped,
    scale_dropped,
    term_dropped,
)


def array_negated(array: Array) -> Array:
    d = sp.Dummy("x", real=True)
    return Entrywise(array.axes, -d, ((d, array),))


def in_an_operand(array: Array, mutate: Callable[[Array], Array | None]) -> Array | None:
    """The first operand that the mutation fits, mutated."""
    if isinstance(array, Entrywise):
        for n, (name, operand) in enumerate(array.operands):
            changed = mutate(operand)
            if changed is not None:
                return replace(
                    array, operands=(*array.operands[:n], (name, changed), *array.operands[n + 1 :])
                )
    return None


def array_transposed(array: Array) -> Array | None:
    """The first transpose left out, the factors exchanged where there is none; axes claimed unchanged."""
    match array:
        case Transposed():
            return replace(array.operand, axes=array.axes)
        case MatrixProduct() if isinstance(array.left, Transposed):
            return replace(array, left=array_transposed(array.left))
        case MatrixProduct() if isinstance(array.right, Transposed):
            return replace(array, right=array_transposed(array.right))
        case MatrixProduct():
            return MatrixProduct(array.axes, array.right, array.left)
    return in_an_operand(array, array_transposed)


def array_sum_dropped(array: Array) -> Array | None:
    return array.operand if isinstance(array, AxisSum) else in_an_operand(array, array_sum_dropped)


def array_scale_dropped(array: Array) -> Array | None:
    if isinstance(array, Entrywise):
        number, rest = sp.factor_terms(array.formula).as_independent(
            *(d for d, _ in array.operands), as_Add=False
        )
        return None if number in (1, -1) else replace(array, formula=rest)
    return None


ARRAY_MUTATIONS: tuple[Callable[[Array], Array | None], ...] = (
    array_negated,
    array_transposed,
    array_sum_dropped,
    array_scale_dropped,
)

SOURCES = (
    *((name, Convention()) for name in PROGRAMS),
    ("logistic", Convention(derivatives="input")),
    ("logistic", Convention(convention="exact")),
)


@cache
def rules_used(name: str, convention: Convention) -> frozenset[str]:
    result = derivation(PROGRAMS[name](), convention)
    assert not prove(result).failures
    return frozenset(step.rule for gradient in result for step in gradient.steps)


def mutants(rule: Rule):
    """(name of the mutation, rule table in which the rule is wrong in this way, count of changes)."""
    kinds = ARRAY_MUTATIONS if rule.name == "matrix form" else MUTATIONS
    for mutate in kinds:
        changes = []

        def rewrite(terms, context, mutate=mutate, changes=changes):
            result = rule.rewrite(terms, context)
            if result is None:
                return None
            if result.array is not None:
                array = mutate(result.array)
                if array is None:
                    return result
                changes.append(array)
                return replace(result, array=array)
            wrong = mutate(result, context)
            if wrong is None or wrong == result.terms:
                return result
            changes.append(wrong)
            return replace(result, terms=wrong)

        table = tuple(replace(r, rewrite=rewrite) if r is rule else r for r in RULES)
        yield mutate.__name__, table, changes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_mutant_of_a_rule_is_found_by_the_proof(rule):
    applied, survivors = [], []
    for name, convention in SOURCES:
        if rule.name not in rules_used(name, convention):
            continue
        for mutation, table, changes in mutants(rule):
            try:
                result = derivation(PROGRAMS[name](), convention, rules=table)
            except (RuntimeError, ZeroDivisionError, ValueError):
                continue
            steps = [step.after for gradient in result for step in gradient.steps]
            if any(change == after for change in changes for after in steps):
                applied.append((mutation, name))
                if not prove(result).failures:
                    survivors.append((mutation, name))
    assert applied, f"no program of the suite makes use of the rule {rule.name!r}"
    assert not survivors
