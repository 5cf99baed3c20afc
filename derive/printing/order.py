"""What all printers share: levels of precedence, the order of factors and summands, split products.

SymPy's order of arguments is arbitrary. Factors and summands stand in the order in which a lecturer
writes them: upstream gradients first, then what appears first in the forward definitions, labels
last; positive summands before negative ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp

from derive.notation import (
    CostPartial,
    Delta,
    Element,
    Index,
    IndexSum,
    Mask,
    Partial,
    Tensor,
    Term,
    elements,
)
from derive.program import Program

COMPARISON, SUM, BIG, ENTRYWISE, MATRIX, POWER, ATOM = range(7)
"""How tightly a printed piece holds together. BIG is Σ_k …, which reaches as far right as it can."""

Rank = Callable[[Tensor], tuple[int, int]]

ROLES = {"gradient": 0, "direction": 1, "hyperparameter": 2, "parameter": 3, "label": 5}
OTHER_ROLES = 4


def rank(program: Program | None = None) -> Rank:
    """The place of each tensor in a printed product: by role, then by first appearance."""
    known = program.nodes if program else ()
    position: dict[int, int] = {}
    for node in known:
        used = sorted((e.tensor for e in elements(node.body)), key=lambda t: t.serial)
        for tensor in (*used, node.tensor):
            position.setdefault(tensor.serial, len(position))

    def place(tensor: Tensor) -> tuple[int, int]:
        return ROLES.get(tensor.role, OTHER_ROLES), position.get(tensor.serial, len(position) + tensor.serial)

    return place


@dataclass(frozen=True)
class Product:
    """coefficient × numerator / denominator; each factor is a base and a positive exponent."""

    coefficient: sp.Expr
    numerator: tuple[tuple[sp.Expr, sp.Expr], ...]
    denominator: tuple[tuple[sp.Expr, sp.Expr], ...]


@dataclass(frozen=True)
class Summed(Product):
    """A product whose last factor is a sum of a product over indices."""

    inner: Product
    sums: tuple[Index, ...]


def split(factors: Iterable[sp.Expr], together: bool = True) -> Product:
    """The factors with numbers gathered, equal bases merged, negative exponents in the denominator.

    What stands above and below is not cancelled: that would hide a step. together: a number that all
    summands of a factor have in common is gathered, too, where that leaves fewer: 2a − 2b is 2·(a − b);
    so is one in a sum that is not the only factor: λ·Σ w²/2 is λ/2·Σ w².
    """
    coefficient: Any = sp.Integer(1)
    above: dict[Any, Any] = {}
    below: dict[Any, Any] = {}

    def visit(factor: Any) -> None:
        nonlocal coefficient
        if factor.is_Rational:
            coefficient *= factor
        elif factor.is_Mul:
            for part in factor.args:
                visit(part)
        else:
            base, exponent = (factor.base, factor.exp) if factor.is_Pow else (factor, sp.Integer(1))
            if together and base.is_Add and exponent.is_Integer:
                number, base = pulled_together(base)
                coefficient *= number**exponent
            side, power = (below, -exponent) if _negative(exponent) else (above, exponent)
            side[base] = side.get(base, sp.Integer(0)) + power

    for factor in factors:
        visit(factor)
    if together and len(above) > 1:
        for base in [b for b, exponent in above.items() if isinstance(b, IndexSum) and exponent == 1]:
            number, body = base.body.as_coeff_Mul()
            if number.is_Rational and number != 1:
                coefficient *= number
                above = {IndexSum(body, *b.indices) if b is base else b: e for b, e in above.items()}
    return Product(coefficient, tuple(above.items()), tuple(below.items()))


def pulled_together(total: sp.Add) -> tuple[sp.Expr, sp.Expr]:
    """The number before the bracket and what stands in it; 1 and the sum itself if that is no shorter.

    There is no bracket around sums over indices: each of them already reaches far to the right. Nor is
    a bracket divided whose summands are long: x²/2 + y²/2 is two fractions that are easily read.
    """
    common, rest = total.primitive()
    shorter = 1 + _numbers(rest) < _numbers(total) and not total.has(IndexSum)
    short = common.p > 1 or all(operations(part.as_coeff_Mul()[1]) == 0 for part in rest.args)
    return (common, rest) if shorter and short else (sp.Integer(1), total)


def _numbers(total: sp.Expr) -> int:
    """How many summands with a symbol are printed with a number before them."""
    parts = (summand.as_coeff_Mul() for summand in sp.Add.make_args(total))
    return sum(abs(number) != 1 and rest.has(sp.Symbol, Element) for number, rest in parts)


def product_of(term: Term) -> Product:
    """A term as a product; what does not depend on the summed indices stands before the sum."""
    if not term.sums:
        return split((term.coefficient, *term.factors))
    inner = split(term.factors)
    fixed = [
        [power for power in side if scalar(power[0]) and power[0].free_symbols.isdisjoint(term.sums)]
        for side in (inner.numerator, inner.denominator)
    ]
    above, below = (
        tuple(power for power in side if power not in out)
        for side, out in zip((inner.numerator, inner.denominator), fixed, strict=True)
    )
    moved = (*(base**power for base, power in fixed[0]), *(base**-power for base, power in fixed[1]))
    outer = split((term.coefficient, *moved))
    within = Product(inner.coefficient, above, below)
    return Summed(outer.coefficient, outer.numerator, outer.denominator, within, term.sums)


def _negative(exponent: Any) -> bool:
    return bool(exponent.as_coeff_Mul()[0] < 0)


KINDS: tuple[tuple[Any, int], ...] = (
    (CostPartial, 0),
    (Partial, 2),
    (IndexSum, 5),
    (sp.Piecewise, 6),
    (Delta, 7),
    (Mask, 8),
)
UPSTREAM, PLAIN, CALL = 1, 3, 4


@lru_cache(maxsize=4096)
def operations(expr: sp.Expr) -> int:
    """How many operations an expression has; the same factors stand in step after step."""
    return int(expr.count_ops())


def factor_key(base: sp.Expr, tensors: Iterable[Tensor], place: Rank, upstream: bool) -> tuple[Any, ...]:
    """The key by which factors are sorted; `tensors` are those that the base contains."""
    kind = next((number for cls, number in KINDS if isinstance(base, cls)), None)
    if kind is None:
        kind = UPSTREAM if upstream else CALL if isinstance(base, sp.Function) else PLAIN
    return kind, min(map(place, tensors), default=(-1, 0)), base.is_Add, operations(base)


def summand_key(product: Product, tensors: Iterable[Tensor], place: Rank, whole: bool) -> tuple[Any, ...]:
    """The key by which summands are sorted; `whole` if it holds a sum or a matrix product."""
    places = sorted(map(place, tensors))
    upstream = any(kind == ROLES["gradient"] for kind, _ in places)
    cost = sum(operations(base) + 1 for base, _ in (*product.numerator, *product.denominator))
    return (
        bool(product.coefficient < 0),
        not places,
        not product.numerator and not isinstance(product, Summed),
        not upstream,
        not whole,
        places[:1],
        cost,
        places,
    )


def number_leads(others: Iterable[Product]) -> bool:
    """Whether a number stands first in a sum with these: 1 − A, 1 + exp(−Z), but A + 1."""
    return any(
        p.coefficient < 0 or any(isinstance(base, sp.Function) for base, _ in p.numerator) for p in others
    )


def scalar(expr: sp.Expr) -> bool:
    """Whether an index expression is a coefficient: numbers, dimensions, tensors of rank 0."""
    return (
        not expr.has(IndexSum, Delta, Mask, Partial, CostPartial)
        and not any(element.args for element in elements(expr))
        and isinstance(expr, sp.Expr)
    )
