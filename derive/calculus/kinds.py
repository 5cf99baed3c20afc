"""Kinds of gradient: what a gradient depends on, without names, so that each kind is derived once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

import sympy as sp

from derive.derivation import Convention, Definition, Gradient
from derive.notation import Index, Tensor
from derive.program import Node, Program
from derive.renaming import Names, RenamedDefinition, RenamedSteps, tensors_in
from derive.summands import about, sums

# Letters in the sentences about declared facts: a tensor of such a name would be renamed in them.
_LETTERS = frozenset("ijkl")


class Kind(NamedTuple):
    """A gradient that was derived, and what takes its place where the kind occurs again."""

    gradient: Gradient
    names: Names
    summed: bool


class Kinds:
    """The kinds of gradient and of definition found so far in one program.

    Two gradients are of one kind where the consumers of both have one form, their upstream gradients
    stand in the same places, those that may be inlined are of one kind, and their tensors have the
    same roles, facts and relative order.
    """

    def __init__(
        self, program: Program, convention: Convention, sole: frozenset[int], order: Mapping[int, int]
    ) -> None:
        self._program = program
        self._fused = convention.fused
        self._sole = sole
        self._order = order
        self._costs = {tensor.serial for tensor in program.costs}
        self._fixed = program.scale.free_symbols
        self._facts: dict[int, list[Hashable]] = {}
        for fact in program.facts:
            self._facts.setdefault(fact.tensor.serial, []).append((fact.axis, fact.total))
        self._ids: dict[Hashable, int] = {}
        self._gradients: dict[Hashable, Kind] = {}
        self._occurrences: dict[int, tuple[Hashable, Names]] = {}
        self._definitions: dict[Hashable, Definition] = {}
        # Their letters come before the symbols of all gradients, so that the order is the same for each.
        sums(program)

    def signature(
        self, tensor: Tensor, symbol: Tensor, upstream: Mapping[int, Gradient]
    ) -> tuple[Hashable, Names]:
        """What the gradient of the tensor depends on, with numbers for names, and the names."""
        tensors: dict[int, Tensor] = {tensor.serial: tensor, symbol.serial: symbol}
        dims: dict[sp.Basic, Hashable] = {}
        places = {serial: n for n, serial in enumerate(tensors)}

        def numbers(names: Names) -> Hashable:
            for one in names.tensors:
                if one.serial not in places:
                    places[one.serial] = len(places)
                    tensors[one.serial] = one
            for dim in names.dims:
                dims.setdefault(dim, dim if dim in self._fixed else len(dims))
            return tuple([places[t.serial] for t in names.tensors]), tuple([dims[d] for d in names.dims])

        parts: list[Hashable] = []
        consumers = self._program.consumers.get(tensor.serial, ())
        for node in consumers:
            serial, form = node.tensor.serial, about(self._program, node, (tensor.serial,)).form
            parts += [self._id(form.key), numbers(Names(form.tensors, form.dims)), serial in self._sole]
            if serial in upstream:
                parts.append(numbers(Names((upstream[serial].symbol,), ())))
                kind, names = self._occurrences[serial]
                if self._fused and serial in self._sole and not self._gradients[kind].summed:
                    parts += [self._id(kind), numbers(names)]
        marks = [(s in self._costs, *self._facts.get(s, ())) for s in tensors]
        ranks = sorted(range(len(places)), key=[self._rank(s) for s in tensors].__getitem__)
        words = _LETTERS.union(node.note for node in consumers)
        single = tensor.serial if not consumers or words & {t.name for t in tensors.values()} else None
        return (tuple(parts), tuple(marks), tuple(ranks), single), Names(tuple(tensors.values()), tuple(dims))

    def _id(self, key: Hashable) -> int:
        return self._ids.setdefault(key, len(self._ids))

    def _rank(self, serial: int) -> int:
        return self._order.get(serial, len(self._order) + serial)

    def again(
        self, tensor: Tensor, symbol: Tensor, indices: tuple[Index, ...], upstream: Mapping[int, Gradient]
    ) -> RenamedSteps | None:
        """The steps of the gradient if one of its kind was derived."""
        key, names = self._occurrences[tensor.serial] = self.signature(tensor, symbol, upstream)
        known = self._gradients.get(key)
        return None if known is None else RenamedSteps(known.gradient, known.names, names, indices)

    def derived(self, gradient: Gradient) -> None:
        """Keeps a gradient for others of its kind; one that speaks of other tensors is alone of its kind."""
        key, names = self._occurrences[gradient.of.serial]
        known = {tensor.serial for tensor in names.tensors}
        if not all(tensor.serial in known for step in gradient.steps for tensor in tensors_in(step)):
            key = (key, gradient.of.serial)
            self._occurrences[gradient.of.serial] = key, names
        self._gradients[key] = Kind(gradient, names, any(term.sums for term in gradient.terms))

    def definition(self, node: Node, make: Callable[[Node], Definition]) -> Definition:
        """The forward line of a node, under other names where one of its kind was made."""
        ranks = sorted(range(len(node.uses)), key=[self._rank(t.serial) for t in node.uses].__getitem__)
        key = self._id(node.form.key), tuple(ranks)
        if key in self._definitions:
            return RenamedDefinition(node, self._definitions[key])
        return self._definitions.setdefault(key, make(node))
