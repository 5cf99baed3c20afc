"""Partial derivatives of index expressions: SymPy differentiates scalars, deltas do the rest."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy as sp

from derive.notation import Delta, Element, IndexSum, Tensor, atoms, elements, freshen
from derive.program import Kink, Node

SLOT = sp.Dummy("z", real=True)
"""Stands for the argument of an activation wherever its slope is asked for, so that it is found once."""


def scalars(expr: sp.Expr) -> tuple[sp.Expr, dict[sp.Dummy, sp.Expr]]:
    """The expression with real Dummies for its outermost elements and sums, and what each stands for."""
    stands_for = {sp.Dummy(f"x{n}", real=True): atom for n, atom in enumerate(atoms(expr))}
    return expr.xreplace({atom: d for d, atom in stands_for.items()}), stands_for


def scalar_derivative(formula: sp.Expr, variable: sp.Symbol) -> sp.Expr:
    """d formula/d variable by SymPy, branch by branch where the formula has branches.

    Min and Max are branches first: their derivative in SymPy is Heaviside, whose value at 0 is 1/2.
    A jump adds nothing: derivatives are declared at kinks, never distributions. sinh u/cosh u is tanh u.
    """
    if formula.has(sp.Max, sp.Min):
        formula = formula.rewrite(sp.Piecewise)
    derivative = sp.diff(formula, variable)
    if derivative.has(sp.DiracDelta):
        derivative = derivative.replace(sp.DiracDelta, lambda *_: sp.Integer(0))
    if derivative.has(sp.Derivative):
        derivative = derivative.replace(
            lambda e: isinstance(e, sp.Derivative),
            lambda e: sp.Function(f"{e.expr.func.__name__}'")(*e.expr.args),
        )
    for cosh in derivative.atoms(sp.cosh):
        (u,) = cosh.args
        derivative = derivative.subs(sp.sinh(u) / cosh, sp.tanh(u))
    return derivative


def derivative(body: sp.Expr, tensor: Tensor, at: tuple[sp.Expr, ...]) -> sp.Expr:
    """∂body/∂tensor[at] as an index expression.

    An element of the tensor gives a product of deltas; a sum gives (∂body/∂sum) · Σ ∂summand, under
    new bound indices.
    """
    formula, stands_for = scalars(body)
    parts = []
    for placeholder, atom in stands_for.items():
        inner: Any
        if isinstance(atom, Element) and atom.tensor is tensor:
            inner = sp.Mul(*(Delta(k, p) for k, p in zip(atom.args, at, strict=True)))
        elif isinstance(atom, IndexSum) and any(e.tensor is tensor for e in elements(atom)):
            fresh = freshen(atom)
            inner = IndexSum(derivative(fresh.body, tensor, at), *fresh.indices)
        else:
            continue
        outer = scalar_derivative(formula, placeholder).xreplace(stands_for)
        parts.append(outer * inner)
    return sp.Add(*parts)


def slope(node: Node, z: sp.Symbol) -> sp.Expr:
    """g′(z) of an entrywise node a = g(z), with the values declared at its kinks."""
    assert node.argument is not None
    return _slope(node.body.xreplace({node.argument: z}), z, node.kinks)


@lru_cache(maxsize=1024)
def _slope(formula: sp.Expr, z: sp.Symbol, kinks: tuple[Kink, ...]) -> sp.Expr:
    result = _by_branches(scalar_derivative(formula, z))
    for kink in kinks:
        result = with_kink(result, z, kink)
    return result


def _by_branches(formula: sp.Expr) -> sp.Expr:
    """A formula with branches inside as branches outside, each cancelled; equal neighbours joined."""
    if not formula.has(sp.Piecewise) or isinstance(formula, sp.Piecewise):
        return formula
    folded = sp.piecewise_fold(formula)
    if not isinstance(folded, sp.Piecewise):
        return folded
    return sp.Piecewise(*((sp.factor(sp.cancel(value)), where) for value, where in folded.args))


def with_kink(formula: sp.Expr, z: sp.Symbol, kink: Kink) -> sp.Expr:
    """The same function of z, but with the declared value at the kink.

    Where a branch beside the kink has that value already, its condition takes the point in
    (z > 0 becomes z ≥ 0); otherwise the point becomes a branch of its own.
    """
    if not formula.has(sp.Piecewise):
        return formula if formula.subs(z, kink.point) == kink.value else _own_branch(formula, z, kink)
    if formula.subs(z, kink.point) == kink.value:
        return formula
    turned = formula.replace(
        lambda e: isinstance(e, sp.core.relational.Relational) and (e.lhs - e.rhs).subs(z, kink.point) == 0,
        _other_side,
    )
    if turned.subs(z, kink.point) == kink.value:
        return turned
    return _own_branch(formula, z, kink)


_OTHER = {
    sp.StrictGreaterThan: sp.GreaterThan,
    sp.GreaterThan: sp.StrictGreaterThan,
    sp.StrictLessThan: sp.LessThan,
    sp.LessThan: sp.StrictLessThan,
}


def _other_side(relation: Any) -> Any:
    swap = _OTHER.get(type(relation))
    return relation if swap is None else swap(*relation.args)


def _own_branch(formula: sp.Expr, z: sp.Symbol, kink: Kink) -> sp.Expr:
    branches = formula.args if isinstance(formula, sp.Piecewise) else ((formula, sp.true),)
    return sp.Piecewise((kink.value, sp.Eq(z, kink.point)), *branches)
