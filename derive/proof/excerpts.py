"""Parts of a program that a gradient can be checked in, cut off from everything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.arrays import Array
from derive.derivation import Derivation, Gradient
from derive.notation import CostPartial, Partial, Tensor, Terms, outermost
from derive.program import Node, Program, SumFact
from derive.renaming import tensors_of
from derive.summands import about


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Some of a program's nodes; tensors that the others define are leaves here, with any values.

    ends: node tensors that the cost uses in other ways too, which are not in the excerpt: any values
    are added to their derivatives. costs: those of the cost's tensors that are here. differentiated:
    serials of the tensors by which derivatives are asked for; a cost's summands without them are one leaf.
    """

    program: Program
    nodes: tuple[Node, ...]
    costs: tuple[Tensor, ...]
    ends: frozenset[int] = frozenset()
    differentiated: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def scale(self) -> sp.Expr:
        return self.program.scale

    @cached_property
    def facts(self) -> tuple[SumFact, ...]:
        here = {tensor.serial for tensor in self.tensors}
        return tuple(fact for fact in self.program.facts if fact.tensor.serial in here)

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        found = {t.serial: t for node in self.nodes for t in (*node.uses, node.tensor)}
        return tuple(found.values())

    @cached_property
    def leaves(self) -> tuple[Tensor, ...]:
        return tuple(tensor for tensor in self.tensors if self.node(tensor) is None)

    @cached_property
    def _definitions(self) -> dict[int, Node]:
        return {node.tensor.serial: node for node in self.nodes}

    def node(self, tensor: Tensor) -> Node | None:
        """The definition of a tensor, None for a leaf of the excerpt."""
        return self._definitions.get(tensor.serial)


def around(gradient: Gradient, derivation: Derivation) -> Excerpt:
    """What the gradient's steps speak of: what uses its tensor and, where they put the value of an
    upstream gradient in its place, what uses that tensor."""
    program = derivation.program
    closed = {gradient.of.serial}
    for step in gradient.steps:
        for serial in _symbols(step.before) - _symbols(step.after):
            upstream = derivation.by_symbol(serial)
            if upstream is not None:
                closed.add(upstream.of.serial)
    nodes = {n.tensor.serial: n for serial in closed for n in program.consumers.get(serial, ())}
    ends = frozenset(
        serial
        for serial in nodes
        if any(user.tensor.serial not in nodes for user in program.consumers.get(serial, ()))
    )
    here = {gradient.of.serial, *nodes} - ends
    differentiated = frozenset(closed).union(nodes, _differentiated(gradient, derivation))
    return Excerpt(
        program,
        tuple(
            about(program, node, differentiated)
            for node in sorted(nodes.values(), key=lambda node: program.place(node.tensor))
        ),
        tuple(cost for cost in program.costs if cost.serial in here),
        ends,
        differentiated,
    )


def _differentiated(gradient: Gradient, derivation: Derivation) -> set[int]:
    """Serials of the tensors by which derivatives stand in the steps."""
    found = set()
    for state in (s for step in gradient.steps for s in (step.before, step.after)):
        for upstream in filter(None, map(derivation.by_symbol, _symbols(state))):
            found.add(upstream.of.serial)
        if not isinstance(state, Array):
            factors = (factor for term in state for factor in term.factors)
            partials = (p for factor in factors for p in outermost(factor, (Partial, CostPartial)))
            found.update(partial.by.tensor.serial for partial in partials)
    return found


def _symbols(state: Terms | Array) -> set[int]:
    return {tensor.serial for tensor in tensors_of(state) if tensor.role == "gradient"}
