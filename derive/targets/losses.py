"""The cost as code: from the last pre-activation where the output could round to a bound."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive.derivation import Derivation
from derive.notation import Tensor, elements
from derive.printing import Naming, numpy_expression
from derive.targets.layers import Layers
from derive.targets.lines import code_line, entrywise, shape, stable_lines, unique
from derive.targets.stable_forms import loss_form
from derive.targets.vectors import log_loss_lines


@dataclass(frozen=True)
class Cost:
    """Lines that end in a return of J, the tensors that they read, and a sentence about them.

    shape_of: the array of the cache that has the shape of the labels.
    """

    lines: list[str]
    reads: tuple[Tensor, ...]
    shape_of: str
    remark: str


def cost_lines(derivation: Derivation, net: Layers, naming: Naming) -> Cost:
    """The cost of a network."""
    lines, read = _losses(net, naming)
    source = read[0]
    regularizer = next((d for d in derivation.forward if d.node.tensor is net.program.regularizer), None)
    total, reads = "np.sum(losses)", list(read)
    if regularizer is not None:
        value = regularizer.array or regularizer.node.body
        lines.append(code_line("R", numpy_expression(value, naming), "what keeps the weights small"))
        total, reads = f"({total} + R)", [*read, *regularizer.node.uses]
    lines.append(f"return float({total} {scaled(net.program.scale, naming)})")
    remark = f"from {source.name}"
    if source is not net.output.tensor:
        remark += f", because {net.output.tensor.name} may be rounded to a bound"
    return Cost(lines, unique(reads), source.name, remark)


def _losses(net: Layers, naming: Naming) -> tuple[list[str], tuple[Tensor, ...]]:
    """Lines that assign `losses`, whose sum is the loss of all samples, and what they read."""
    body, node = net.entry_loss, net.output
    if body is None:
        return [code_line("losses", numpy_expression(net.loss.body, naming), "(m,)")], (node.tensor,)
    (a,) = [e for e in elements(body) if e.tensor is node.tensor]
    if node.argument is None:
        found = log_loss_lines(node, body, a, naming)
        if found is not None:
            return found
    form = loss_form(body, a, node)
    lines = stable_lines("losses", form, shape(node.tensor), naming, entrywise(body, naming))
    return lines, (form.z.tensor,)


def scaled(scale: sp.Expr, naming: Naming) -> str:
    """What a sum is multiplied by, as an operation behind it.

    >>> scaled(1 / sp.Symbol("m"), Naming())
    '/ m'
    """
    inverse = 1 / scale
    if inverse.is_Symbol or inverse.is_Integer:
        return f"/ {inverse}"
    return f"* ({numpy_expression(scale, naming)})"
