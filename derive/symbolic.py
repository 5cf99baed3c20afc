"""One layer l of a network of any depth, with any activation g: derived once, for every l."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import sympy as sp

from derive.derivation import Convention
from derive.lowering import SAMPLES
from derive.notation import Index, IndexSum, Tensor
from derive.program import Node, Program

G = sp.Function("g")
BELOW, HERE, ABOVE = (sp.Symbol(f"n_{{{at}}}", integer=True, positive=True) for at in ("l-1", "l", "l+1"))


@dataclass(frozen=True)
class SymbolicLayer:
    """Layer l and the one that follows it.

    The rest of the network is its cost to first order: Σ D ∗ Z_next with any D, which is what makes
    dZ_next any upstream gradient. wrt: what is differentiated by.
    """

    convention: Convention = field(default_factory=Convention)
    lang: Literal["en", "zh"] = "en"
    detail: Literal["brief", "full"] = "full"
    name: str = "symbolic_layer"
    summary: ClassVar[str] = (
        "layer l of any network, with any activation g: --formats tex, typ, html, md or pdf"
    )
    symbols: ClassVar[tuple[str, ...]] = ()
    wrt: ClassVar[tuple[str, ...]] = ("W_l", "b_l")

    def program(self) -> Program:
        """The forward definitions, in the layout of the convention."""
        below = self._samples("A_prev", "A^{[l-1]}", BELOW, "input")
        linear = self._linear(below, BELOW, HERE, "l", "l")
        unit, sample = Index("k", HERE), Index("i", SAMPLES)
        at = self._order(unit, sample)
        output = self._samples("A_l", "A^{[l]}", HERE)
        active = Node(output, at, G(linear.tensor[at]), note="g")
        above = self._linear(output, HERE, ABOVE, "next", "l+1")
        upstream = self._samples("D", "D^{[l+1]}", ABOVE, "gradient")
        unit, sample = Index("k", ABOVE), Index("i", SAMPLES)
        at = self._order(unit, sample)
        loss = Tensor("L", (SAMPLES,), (0, None) if self._rows else (None, 0), latex_name="L")
        rest = Node(loss, (sample,), IndexSum(upstream[at] * above.tensor[at], unit), note="any_upstream")
        return Program((linear, active, above, rest), loss, 1 / SAMPLES, name=self.name)

    @property
    def _rows(self) -> bool:
        return self.convention.layout == "rows"

    def _order(self, unit: Any, sample: Any) -> tuple[Any, Any]:
        return (sample, unit) if self._rows else (unit, sample)

    def _samples(self, name: str, latex: str, dim: sp.Expr, role: str = "node") -> Tensor:
        return Tensor(name, self._order(dim, SAMPLES), role=role, latex_name=latex)

    def _linear(self, values: Tensor, fan_in: sp.Expr, fan_out: sp.Expr, name: str, layer: str) -> Node:
        """Z = W A + b in layer l or l + 1."""
        source, unit, sample = Index("j", fan_in), Index("k", fan_out), Index("i", SAMPLES)
        dims = (fan_in, fan_out) if self._rows else (fan_out, fan_in)
        weight = Tensor(f"W_{name}", dims, role="parameter", latex_name=f"W^{{[{layer}]}}")
        shape = (None, 0) if self._rows else (0, None)
        bias = Tensor(f"b_{name}", (fan_out,), shape, role="parameter", latex_name=f"b^{{[{layer}]}}")
        entry = weight[source, unit] if self._rows else weight[unit, source]
        value = values[self._order(source, sample)]
        result = self._samples(f"Z_{name}", f"Z^{{[{layer}]}}", fan_out)
        return Node(result, self._order(unit, sample), IndexSum(entry * value, source) + bias[unit])
