"""Outputs that depend on every unit of a layer: exponentials shifted so that the largest is exp(0)."""

from __future__ import annotations

import sympy as sp

from derive.derivation import Definition
from derive.notation import Element, IndexSum, Tensor
from derive.printing import Naming, numpy_expression
from derive.program import Node
from derive.targets.lines import code_line, entrywise, same_as, shape
from derive.targets.shifts import SHIFTED, in_exponentials, in_logarithms


def softmax_lines(definition: Definition, naming: Naming) -> list[str] | None:
    """The lines of a quotient of exponentials that no common factor changes; None for another body."""
    node = definition.node
    found = in_exponentials(node)
    if found is None or definition.array is None:
        return None
    total, entry, value = found
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


def axis_of_sum(node: Node, total: IndexSum) -> int:
    """The physical axis of the output over which the sum runs."""
    (entry,) = total.body.args
    (summed,) = total.indices
    assert isinstance(entry, Element)
    return entry.tensor.axes(entry.args).index(summed)
