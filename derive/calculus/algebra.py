"""Scalar algebra over real Dummies: cancel, factor, count operations, choose signs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import sympy as sp

from derive.notation import Element, IndexSum, atoms, elements, outermost

Rank = Callable[[sp.Basic], int]

# Beyond this many operations a scalar is left as it stands: cancelling could take minutes.
LARGEST = 120
_FUNCTION = 6


def cost(expr: sp.Basic) -> int:
    """Operations to evaluate one entry: 1 for each sum, product, quotient or power, more for a function."""
    if isinstance(expr, (sp.Symbol, sp.Number, sp.NumberSymbol, Element)):
        return 0
    if isinstance(expr, IndexSum):
        return 4 + cost(expr.body)
    inner = sum(cost(arg) for arg in expr.args)
    if isinstance(expr, (sp.Add, sp.Mul)):
        signs = sum(1 for arg in expr.args if arg == -1)
        return inner + len(expr.args) - 1 - signs
    if isinstance(expr, sp.Pow):
        if not expr.exp.is_Integer:
            return inner + _FUNCTION
        return inner + (0 if expr.exp == -1 else 1)
    if isinstance(expr, sp.Piecewise) or expr.is_Boolean or expr.is_Relational:
        return inner + 1
    return inner + _FUNCTION


def simplest(expr: sp.Expr, rank: Rank) -> sp.Expr:
    """The scalar cancelled and factored where that makes it no longer, with its signs chosen.

    rank: orders atoms by first appearance; see `oriented`.
    """
    found = sorted(atoms(expr), key=rank)
    if not found:
        return expr
    stands_for = {_placeholder(n): atom for n, atom in enumerate(found)}
    result = _simplest(expr.xreplace({atom: d for d, atom in stands_for.items()}))
    return result.xreplace(stands_for)


@cache
def _placeholder(n: int) -> sp.Dummy:
    return sp.Dummy(f"x{n:03d}", real=True)


@lru_cache(maxsize=4096)
def _simplest(formula: sp.Expr) -> sp.Expr:
    pieces = dict.fromkeys(outermost(formula, (sp.Piecewise,)))
    opaque = {branches: sp.Dummy(f"w{n}", real=True) for n, branches in enumerate(pieces)}
    plain = formula.xreplace(opaque)
    candidates = [plain]
    if cost(plain) <= LARGEST and plain.is_rational_function(*plain.free_symbols):
        cancelled = sp.cancel(plain)
        candidates += [sp.factor(plain), cancelled, sp.factor(cancelled)]
    elif cost(plain) <= LARGEST:
        candidates += [sp.factor(sp.cancel(plain))]
    shown = {d: e for e, d in opaque.items()}
    best = min((oriented(c) for c in candidates), key=lambda c: (cost(c), _powers(c)))
    return best.xreplace(shown)


def _powers(expr: sp.Expr) -> int:
    """How many squares and higher powers there are; breaks ties between A(1 − A) and A − A²."""
    return sum(1 for e in sp.preorder_traversal(expr) if isinstance(e, sp.Pow) and abs(e.exp) != 1)


def oriented(expr: sp.Expr) -> sp.Expr:
    """Each factor with its leading summand positive: (A − Y)/(A(1 − A)), not (Y − A)/(A(A − 1)).

    Leading is a number if there is one, else the summand with the atom that appears first. A minus
    that is left over goes into a difference without a number, if there is one.
    """
    if isinstance(expr, sp.Add):
        return expr
    sign = sp.Integer(1)
    factors: list[tuple[sp.Expr, sp.Expr]] = []
    for factor in sp.Mul.make_args(expr):
        base, power = factor.as_base_exp()
        if isinstance(base, sp.Add) and power.is_Integer and _leading_negative(base):
            base, sign = -base, sign * (-1) ** power
        factors.append((base, power))
    number = sp.Mul(*(b**e for b, e in factors if b.is_number)) * sign
    rest = [(b, e) for b, e in factors if not b.is_number]
    if number.could_extract_minus_sign():
        for n, (base, power) in enumerate(rest):
            if power == 1 and isinstance(base, sp.Add) and not any(a.is_number for a in base.args):
                rest[n], number = (-base, power), -number
                break
    return sp.Mul(number, *(b**e for b, e in rest))


def _leading_negative(total: sp.Add) -> bool:
    def place(summand: sp.Expr) -> tuple[int, list[str]]:
        names = sorted(s.name for s in summand.free_symbols)
        return (0 if summand.is_number else 1, names)

    leading = min(total.args, key=place)
    return bool(leading.could_extract_minus_sign())


def rank_of(order: dict[int, int]) -> Rank:
    """The place of an atom: of its tensor in the order, gradients and unknown ones last."""

    def rank(atom: sp.Basic) -> int:
        return min((order.get(e.tensor.serial, len(order)) for e in elements(atom)), default=-1)

    return rank
