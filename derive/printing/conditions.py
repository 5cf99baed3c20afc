"""The conditions of cases as they are written beside them: each stands alone, whatever came before."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp
from sympy.core.relational import Relational

Cases = list[tuple[sp.Expr, sp.Basic]]


def branches(expr: sp.Piecewise) -> Cases:
    """Values and conditions, of which no two hold at once where they compare one thing with numbers.

    >>> x = sp.Symbol("x", real=True)
    >>> branches(sp.Piecewise((x, (x < 6) & (x > 0)), (6, x > 0), (0, True)))
    [(x, (x > 0) & (x < 6)), (6, x >= 6), (0, x <= 0)]
    """
    cases = [(value, condition) for value, condition in expr.args]
    apart = _apart(cases)
    if apart is not None:
        return apart
    if len(cases) > 1 and cases[-1][1] == sp.true:
        others = sp.Or(*(condition for _, condition in cases[:-1]))
        cases[-1] = (cases[-1][0], sp.to_nnf(sp.Not(others)))
    return cases


def named(expr: sp.Piecewise) -> sp.Expr:
    """|x| and sign(x) under their names, anything else as it stands.

    >>> x = sp.Symbol("x", real=True)
    >>> named(sp.Piecewise((x, x > 0), (-x, x < 0), (0, True)))
    Abs(x)
    """
    if len(expr.args) != 3 or expr.args[2] != (0, sp.true):
        return expr
    (value, above), (opposite, below), _ = expr.args
    if not isinstance(above, sp.StrictGreaterThan) or above.rhs != 0 or below != sp.Lt(above.lhs, 0):
        return expr
    if opposite != -value or value not in (1, above.lhs):
        return expr
    return (sp.sign if value == 1 else sp.Abs)(above.lhs, evaluate=False)


def _apart(cases: Cases) -> Cases | None:
    """The cases on the pieces into which the points cut the line; None if there is no one line."""
    relations = {r for _, condition in cases for r in condition.atoms(Relational)}
    sides = {r: (r.lhs, r.rhs) if r.rhs.is_Rational else (r.rhs, r.lhs) for r in relations}
    compared = {what for what, _ in sides.values()}
    if len(compared) != 1 or not all(number.is_Rational for _, number in sides.values()):
        return None
    (what,) = compared
    points = sorted({number for _, number in sides.values()})
    between = [(a + b) / 2 for a, b in pairwise(points)]
    cells = [
        points[0] - 1,
        *(x for pair in zip(points, [*between, points[-1] + 1], strict=True) for x in pair),
    ]
    chosen = []
    for cell in cells:
        truth = {r: sp.true if _holds(r, what, cell) else sp.false for r in relations}
        chosen.append(next((n for n, (_, c) in enumerate(cases) if c.xreplace(truth) == sp.true), None))
    if None in chosen:
        return None
    found = [
        sp.Or(*(_interval(what, points, run) for run in _runs([n == case for case in chosen])))
        for n in range(len(cases))
    ]
    return [(value, c) for (value, _), c in zip(cases, found, strict=True) if c != sp.false]


def _holds(relation: Relational, what: sp.Expr, at: sp.Rational) -> bool:
    left, right = (at if side == what else side for side in relation.args)
    return bool(relation.func(left, right))


def _runs(belongs: list[bool]) -> list[tuple[int, int]]:
    """First and last cell of each stretch of cells that belong."""
    edges = [n for n, (a, b) in enumerate(pairwise([False, *belongs, False])) if a != b]
    return [(first, after - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def _interval(what: sp.Expr, points: list[sp.Rational], run: tuple[int, int]) -> sp.Basic:
    """Cells 0, 2, 4, … are open, the odd ones are the points between them."""
    first, last = run
    if first == last and first % 2:
        return sp.Eq(what, points[first // 2], evaluate=False)
    bounds = []
    if first > 0:
        compare = sp.StrictGreaterThan if first % 2 == 0 else sp.GreaterThan
        bounds.append(compare(what, points[(first - 1) // 2], evaluate=False))
    if last < 2 * len(points):
        compare = sp.StrictLessThan if last % 2 == 0 else sp.LessThan
        bounds.append(compare(what, points[last // 2], evaluate=False))
    return sp.And(*bounds)
