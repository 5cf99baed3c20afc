"""The cost as code: from the last pre-activation where the output could round to 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from derive.notation import Element, Tensor, elements
from derive.printing import Naming, numpy_expression
from derive.targets.layers import Layers
from derive.targets.lines import shape, stable_lines, unique


@dataclass(frozen=True)
class Cost:
    """Lines that end in a return of J, and what they read.

    shape_of: the array that has the shape of the labels. reads_params: whether parameters are read.
    """

    lines: list[str]
    reads: tuple[Tensor, ...]
    shape_of: str
    remark: str

    @property
    def reads_params(self) -> bool:
        return any(t.role == "parameter" for t in self.reads)


def cost_of(net: Layers, naming: Naming) -> Cost:
    """The cost of a network, from its pre-activation where that is what survives."""
    body = net.entry_loss
    z = net.output.argument
    if body is not None and z is not None:
        return _entry_cost(net, body, z, naming)
    raise NotImplementedError


def _entry_cost(net: Layers, body: sp.Expr, z: Element, naming: Naming) -> Cost:
    (a,) = [e for e in elements(body) if e.tensor is net.output.tensor]
    x = sp.Dummy(real=True)
    if not body.xreplace({a: x}).is_polynomial(x):
        at = dict(zip(net.output.indices, a.args, strict=True))
        body, a = body.xreplace({a: net.output.body.xreplace(at)}), z.xreplace(at)
        remark = f"It is computed from {a.tensor.name}: {net.output.tensor.name} may have rounded to a bound."
    else:
        remark = f"It is computed from {a.tensor.name}."
    lines = stable_lines("losses", body, a, shape(net.output.tensor), naming)
    reads = unique(e.tensor for e in elements(body) if e.args and e.tensor is not net.Y)
    total = "np.sum(losses)"
    regularizer = net.program.regularizer
    if regularizer is not None:
        node = net.program.node(regularizer)
        assert node is not None
        total = f"({total} + {numpy_expression(node.body, naming)})"
    lines.append(f"return float({total} {scaled(net.program.scale, naming)})")
    return Cost(lines, reads, a.tensor.name, remark)


def scaled(scale: sp.Expr, naming: Naming) -> str:
    """What a sum is multiplied by, as an operation behind it.

    >>> scaled(1 / sp.Symbol("m"), Naming())
    '/ m'
    """
    inverse = 1 / scale
    if inverse.is_Symbol or inverse.is_Integer:
        return f"/ {inverse}"
    return f"* ({numpy_expression(scale, naming)})"
