"""Formulas over a whole layer that adding one number to every z leaves as they are."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.notation import Element, IndexSum, elements
from derive.program import Node
from derive.stability.ramps import guarded

EXPONENTIALS, TOTAL = sp.symbols("E total", real=True)
SHIFTED, LOG_SUM = sp.symbols("shifted log_sum", real=True)


def in_exponentials(node: Node) -> tuple[IndexSum, Element, sp.Expr] | None:
    """Σ_c exp(z[c]), z[k], the body in EXPONENTIALS and TOTAL if no common factor changes it; else None."""
    found = sum_of_exponentials(node.body)
    if found is None:
        return None
    total, entry = found
    value = node.body.xreplace({total: TOTAL}).xreplace({sp.exp(entry): EXPONENTIALS})
    scale = sp.Dummy(positive=True)
    scaled = value.xreplace({TOTAL: scale * TOTAL, EXPONENTIALS: scale * EXPONENTIALS})
    if value.free_symbols != {TOTAL, EXPONENTIALS} or scaled != value:
        return None
    return total, entry, value


def in_logarithms(node: Node, body: sp.Expr, a: Element) -> tuple[IndexSum, Element, sp.Expr] | None:
    """Σ_c exp(z[c]), z[k], the formula in SHIFTED and LOG_SUM if a shift does not change it; else None.

    Where a softmax stands outside a logarithm, a stays.
    """
    found = sum_of_exponentials(node.body)
    if found is None:
        return None
    total, entry = found
    positive: Any = sp.Dummy(positive=True)
    inner = node.body.xreplace({total: positive}).xreplace({entry: SHIFTED})
    plain = _guarded(body)
    logs = {part: part.xreplace({a: inner}) for part in plain.atoms(sp.log) if part.has(a)}
    if not logs and plain != a:
        return None
    value = sp.expand_log(plain.xreplace(logs or {a: inner}), force=True).xreplace(
        {sp.log(positive): LOG_SUM}
    )
    step = sp.Dummy(real=True)
    moved = value.xreplace({SHIFTED: SHIFTED + step, LOG_SUM: LOG_SUM + step})
    inside = any(log.has(SHIFTED) for log in value.atoms(sp.log))
    if inside or value.has(positive, sp.exp) or sp.expand(moved - value) != 0:
        return None
    return total, entry, value


def _guarded(body: sp.Expr) -> sp.Expr:
    """With labels kept from the logarithm of 0."""
    for label in (e for e in elements(body) if e.tensor.role == "label"):
        y = sp.Symbol("y", real=True)
        body = guarded(body.xreplace({label: y}), y).xreplace({y: label})
    return body


def sum_of_exponentials(body: sp.Expr) -> tuple[IndexSum, Element] | None:
    """Σ_c exp(z[c]) and z[k], where the body consists of these; None if it does not."""
    totals = [s for s in body.atoms(IndexSum) if s.body.func is sp.exp and len(s.indices) == 1]
    if len(totals) != 1 or not isinstance(totals[0].body.args[0], Element):
        return None
    (total,) = totals
    outside = body.xreplace({total: sp.S.One})
    entries = [e for e in outside.atoms(Element) if e.tensor is total.body.args[0].tensor]
    return (total, entries[0]) if len(entries) == 1 else None
