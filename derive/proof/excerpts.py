"""Parts of a program that a gradient can be checked in, cut off from everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from derive.arrays import Array, Leaf
from derive.derivation import Derivation, Gradient, Step
from derive.notation import Tensor, Terms, elements
from derive.printing.letters import parts
from derive.program import Node, Program, SumFact


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Some of a program's nodes; tensors that the others define are leaves here, with any values.

    ends: node tensors that the cost uses in other ways too, which are not in the excerpt: any values
    are added to their derivatives. costs: those of the cost's tensors that are here.
    """

    program: Program
    nodes: tuple[Node, ...]
    costs: tuple[Tensor, ...]
    ends: frozenset[int] = frozenset()

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
    return Excerpt(
        program,
        tuple(sorted(nodes.values(), key=lambda node: program.place(node.tensor))),
        tuple(cost for cost in program.costs if cost.serial in here),
        ends,
    )


def _symbols(state: Terms | Array) -> set[int]:
    return {tensor.serial for tensor in tensors_of(state) if tensor.role == "gradient"}


def tensors_of(state: Terms | Array) -> Iterator[Tensor]:
    """Every tensor that stands in an index form or in a matrix form."""
    if isinstance(state, Array):
        if isinstance(state, Leaf):
            yield state.tensor
        for part in parts(state):
            yield from tensors_of(part)
    else:
        for term in state:
            yield from (e.tensor for part in (*term.factors, term.coefficient) for e in elements(part))


def tensors_in(step: Step) -> Iterator[Tensor]:
    """Every tensor that a step speaks of."""
    yield from tensors_of(step.before)
    yield from tensors_of(step.after)
    for binding in step.bindings:
        yield from (e.tensor for side in binding for e in elements(side))
