"""Outputs that depend on every unit of a layer: exponentials shifted so that the largest is exp(0)."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derive.derivation import Definition
from derive.notation import Element, IndexSum, Tensor, elements
from derive.printing import Naming, numpy_expression
from derive.program import Node
from derive.stability.ramps import guarded
from derive.targets.lines import code_line, entrywise, same_as, shape

EXPONENTIALS, TOTAL = sp.symbols("E total", real=True)
SHIFTED, LOG_SUM = sp.symbols("shifted log_sum", real=True)


def softmax_lines(definition: Definition, naming: Naming) -> list[str] | None:
    """The lines of a quotient of exponentials that no common factor changes; None for another body."""
    node = definition.node
    found = sum_of_exponentials(node.body)
    if found is None or definition.array is None:
        return None
    total, entry = found
    value = node.body.xreplace({total: TOTAL}).xreplace({sp.exp(entry): EXPONENTIALS})
    scale = sp.Dummy(positive=True)
    scaled = value.xreplace({TOTAL: scale * TOTAL, EXPONENTIALS: scale * EXPONENTIALS})
    if value.free_symbols != {TOTAL, EXPONENTIALS} or scaled != value:
        return None
    over = f"axis={axis_of_sum(node, total)}, keepdims=True"
    z, remark = entry.tensor.name, shape(node.tensor)
    return [
        same_as(numpy_expression(definition.array, naming)),
        code_line("E", f"np.exp({z} - np.max({z}, {over}))", f"{remark}, at most 1"),
        f"total = np.sum(E, {over})",
        code_line(node.tensor.name, entrywise(value, naming), remark),
    ]


def log_softmax_lines(definition: Definition, naming: Naming) -> list[str] | None:
    """The lines of an output that is in logarithms; None for another body."""
    node = definition.node
    found = in_logarithms(node, node.tensor[node.indices], node.tensor[node.indices])
    if found is None or definition.array is None:
        return None
    total, entry, value = found
    textbook = same_as(numpy_expression(definition.array, naming))
    return [
        textbook,
        *log_sum_lines(axis_of_sum(node, total), entry.tensor),
        code_line(node.tensor.name, entrywise(value, naming), shape(node.tensor)),
    ]


def log_loss_lines(
    node: Node, body: sp.Expr, a: Element, naming: Naming
) -> tuple[list[str], tuple[Tensor, ...]] | None:
    """Lines for `losses`, a formula in log a where a is a softmax, and what they read; else None."""
    found = in_logarithms(node, body, a)
    if found is None:
        return None
    total, entry, value = found
    at = dict(zip(node.indices, a.args, strict=True))
    z = entry.xreplace(at).tensor
    sign, rest = value.as_coeff_Mul()
    if sign == -1 and rest.is_Mul:
        inner = next(factor for factor in rest.args if factor.has(SHIFTED))
        value = -inner * (rest / inner)
    return [
        same_as(entrywise(body, naming)),
        *log_sum_lines(axis_of_sum(node, total), z),
        code_line("losses", entrywise(value, naming), shape(z)),
    ], (z, node.tensor) if value.has(a) else (z,)


def log_sum_lines(axis: int, z: Tensor) -> list[str]:
    """Lines for `shifted`, z minus the largest, and `log_sum`, the logarithm of the sum of exp(shifted)."""
    over = f"axis={axis}, keepdims=True"
    return [
        code_line("largest", f"np.argmax({z.name}, {over})", "its term is exp(0) = 1"),
        code_line("shifted", f"{z.name} - np.max({z.name}, {over})", f"{shape(z)}, at most 0"),
        "others = np.exp(shifted)",
        f"np.put_along_axis(others, largest, 0.0, axis={axis})",
        code_line("log_sum", f"np.log1p(np.sum(others, {over}))", "log(1 + the others)"),
    ]


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


def axis_of_sum(node: Node, total: IndexSum) -> int:
    """The physical axis of the output over which the sum runs."""
    (entry,) = total.body.args
    (summed,) = total.indices
    assert isinstance(entry, Element)
    return entry.tensor.axes(entry.args).index(summed)


def sum_of_exponentials(body: sp.Expr) -> tuple[IndexSum, Element] | None:
    """Σ_c exp(z[c]) and z[k], where the body consists of these; None if it does not."""
    totals = [s for s in body.atoms(IndexSum) if s.body.func is sp.exp and len(s.indices) == 1]
    if len(totals) != 1 or not isinstance(totals[0].body.args[0], Element):
        return None
    (total,) = totals
    outside = body.xreplace({total: sp.S.One})
    entries = [e for e in outside.atoms(Element) if e.tensor is total.body.args[0].tensor]
    return (total, entries[0]) if len(entries) == 1 else None
