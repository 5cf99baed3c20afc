"""Outputs that depend on a whole layer, and their losses: exponentials after the largest is subtracted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import log1p

from derive.handout.blocks import Line
from derive.handout.maths import Formula, joined
from derive.handout.paper import Paper
from derive.handout.survival import Formula as Rewriting
from derive.losses import Y
from derive.notation import Element, IndexSum, Tensor, elements
from derive.program import Node
from derive.ranges import Z
from derive.targets.layers import Layers
from derive.targets.shifts import EXPONENTIALS, LOG_SUM, SHIFTED, TOTAL, in_exponentials, in_logarithms


@dataclass(frozen=True, eq=False)
class Shifted:
    """An output of a layer, or its loss, in SHIFTED and LOG_SUM or in EXPONENTIALS and TOTAL.

    left: the entry that the formula gives; the formula itself where only a sum of such has a name.
    """

    node: Node
    left: sp.Expr
    textbook: sp.Expr
    value: sp.Expr
    total: IndexSum
    entry: Element
    output: Node

    @property
    def logarithm(self) -> bool:
        return bool(self.value.has(LOG_SUM))

    @property
    def largest(self) -> Element:
        """M, one for each sample."""
        return self._of_samples("M")

    @property
    def others(self) -> Element:
        """R, the sum of the exponentials but the largest, one for each sample."""
        return self._of_samples("R")

    def _of_samples(self, name: str) -> Element:
        (inner,) = self.total.body.args
        rest = tuple(arg for arg in inner.args if arg not in self.total.indices)
        return Tensor(name, tuple(arg.dim for arg in rest), latex_name=name)[rest]

    @property
    def shifted(self) -> sp.Expr:
        """With z − M in place of z."""
        apart = self.entry - self.largest
        total = IndexSum(sp.exp(self.total.body.args[0] - self.largest), *self.total.indices)
        return self._with(apart, total, sp.log(total))

    @property
    def computed(self) -> sp.Expr:
        """With log1p of the sum of the other terms."""
        return self._with(self.entry - self.largest, sp.S.One, log1p(self.others))

    def _with(self, shifted: Any, total: Any, log_sum: Any) -> sp.Expr:
        return self.value.xreplace(
            {SHIFTED: shifted, LOG_SUM: log_sum, EXPONENTIALS: sp.exp(shifted), TOTAL: total}
        )

    @property
    def of_two(self) -> Rewriting:
        """The same for a layer of two units whose other z is 0, as a formula in z, of a label 1."""
        body = self.output.body_at(self.entry.args)
        (total,) = body.atoms(IndexSum)
        output = body.xreplace({total: sp.exp(Z) + 1}).xreplace({self.entry: Z})
        inner = {e: output if e.tensor is self.output.tensor else Y for e in elements(self.textbook)}
        textbook = output if self.node is self.output else self.textbook.xreplace(inner)
        top, small = sp.Max(Z, 0), sp.exp(-sp.Abs(Z))
        value = self._with(Z - top, 1 + small, log1p(small)).xreplace(inner)
        labels = (1,) if textbook.has(Y) else ()
        return Rewriting((self.node.tensor.name,), self.node, None, None, textbook, value, (), True, labels)


def shifted(net: Layers) -> Iterator[Shifted]:
    """The activations over a layer, and the loss of the output."""
    for node in net.program.nodes:
        left = node.tensor[node.indices]
        found = in_exponentials(node) or in_logarithms(node, left, left)
        if found is not None:
            total, entry, value = found
            yield Shifted(node, left, node.body, value, total, entry, node)
    body = net.entry_loss
    if body is not None:
        (a,) = [e for e in elements(body) if e.tensor is net.output.tensor]
        found = in_logarithms(net.output, body, a)
        if found is not None:
            at = dict(zip(net.output.indices, a.args, strict=True))
            total, entry, value = found[0].xreplace(at), found[1].xreplace(at), found[2].xreplace(at)
            yield Shifted(net.loss, body, body, value, total, entry, net.output)


def lines(paper: Paper, one: Shifted) -> Iterator[Line]:
    def shown(expr: sp.Expr) -> Formula:
        return Formula(expr, paper.naming)

    if one.left != one.textbook:
        yield Line(shown(one.left), shown(one.textbook), paper.say("by textbook"))
    key = "by factor out" if one.logarithm else "by factor"
    said = paper.say(key, factor=shown(sp.exp(one.largest)), largest=shown(one.largest), z=shown(one.entry))
    yield Line(None if one.left != one.textbook else shown(one.left), shown(one.shifted), said)
    if one.logarithm:
        equation = joined("=", shown(sp.log(1 + one.others)), shown(log1p(one.others)))
        yield Line(None, shown(one.computed), paper.say("by rest", rest=shown(one.others), equation=equation))
