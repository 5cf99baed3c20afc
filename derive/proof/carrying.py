"""Which steps need no evaluation, being those of another gradient under other names.

A template's steps are checked with any values in the place of what is around them. So they hold
under other names wherever these obey the same definitions. That is verified here, definition by
definition; what kinds the derivation saw is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from derive.derivation import Definition, Derivation, Gradient
from derive.notation import Tensor
from derive.program import Node
from derive.proof.excerpts import Excerpt, around
from derive.proof.trial import is_scaled
from derive.renaming import RenamedDefinition, RenamedSteps, tensors_in
from derive.summands import about


class Carrying:
    """What can be carried over within one derivation."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.program = derivation.program
        self._costs = {cost.serial for cost in self.program.costs}
        self._excerpts: dict[int, Excerpt] = {}
        self._used: dict[int, dict[int, Tensor]] = {}

    @cached_property
    def gradients(self) -> dict[int, Gradient]:
        """By its symbol's serial, each gradient that is another one under other names."""
        return {g.symbol.serial: g for g in self.derivation.gradients if self._gradient_carries(g)}

    @cached_property
    def definitions(self) -> set[int]:
        """Serials of the tensors whose forward line is another one under other names."""
        return {d.node.tensor.serial for d in self.derivation.forward if self._definition_carries(d)}

    @property
    def complete(self) -> bool:
        """Whether all that claims to be something else under other names is."""
        renamed = [g for g in self.derivation.gradients if isinstance(g.steps, RenamedSteps)]
        lines = [d for d in self.derivation.forward if isinstance(d, RenamedDefinition)]
        return len(renamed) == len(self.gradients) and len(lines) == len(self.definitions)

    def excerpt(self, gradient: Gradient) -> Excerpt:
        """The surroundings of a gradient that is not carried over."""
        serial = gradient.symbol.serial
        if serial not in self._excerpts:
            self._excerpts[serial] = around(gradient, self.derivation)
        return self._excerpts[serial]

    def _definition_carries(self, line: Definition) -> bool:
        if not isinstance(line, RenamedDefinition):
            return False
        template, node = line.template, line.node
        return (
            not isinstance(template, RenamedDefinition)
            and self.program.node(template.node.tensor) is template.node
            and self.program.node(node.tensor) is node
            and template.node.form.key == node.form.key
        )

    def _gradient_carries(self, gradient: Gradient) -> bool:
        steps = gradient.steps
        if not isinstance(steps, RenamedSteps) or isinstance(steps.template.steps, RenamedSteps):
            return False
        template = steps.template
        tensors = {old.serial: new for old, new in zip(steps.old.tensors, steps.new.tensors, strict=True)}
        dims = dict(zip(steps.old.dims, steps.new.dims, strict=True))
        excerpt = self.excerpt(template)
        by = {tensors[serial].serial for serial in excerpt.differentiated if serial in tensors}
        return (
            len(by) == len(excerpt.differentiated)
            and self.derivation.by_symbol(template.symbol.serial) is template
            and steps.indices == gradient.indices
            and len({tensor.serial for tensor in tensors.values()}) == len(tensors)
            and len(set(dims.values())) == len(dims)
            and all(dims.get(symbol, symbol) == symbol for symbol in self.program.scale.free_symbols)
            and self._uses(template).keys() <= tensors.keys()
            and tensors.get(template.of.serial) is gradient.of
            and tensors.get(template.symbol.serial) is gradient.symbol
            and is_scaled(template.of, self.derivation) == is_scaled(gradient.of, self.derivation)
            and all(self._same_definition(node, tensors, dims, by) for node in excerpt.nodes)
            and all(self._same_place(old, excerpt, tensors) for old in self._spoken_of(template))
        )

    def _uses(self, template: Gradient) -> dict[int, Tensor]:
        """The tensors that the template's steps speak of."""
        serial = template.symbol.serial
        if serial not in self._used:
            self._used[serial] = {t.serial: t for step in template.steps for t in tensors_in(step)}
        return self._used[serial]

    def _spoken_of(self, template: Gradient) -> tuple[Tensor, ...]:
        found = {**self._uses(template), template.symbol.serial: template.symbol}
        found.update((tensor.serial, tensor) for tensor in self.excerpt(template).tensors)
        return tuple(found.values())

    def _same_definition(
        self, node: Node, tensors: Mapping[int, Tensor], dims: Mapping[object, object], by: Iterable[int]
    ) -> bool:
        """Whether the definition under the other names is the other tensor's definition.

        by: serials of the tensors that derivatives are asked for by, under the other names. Where the
        template's excerpt has one leaf for the rest of a cost, so has the other's: it does not use them.
        """
        new = tensors.get(node.tensor.serial)
        whole = None if new is None else self.program.node(new)
        if whole is None:
            return False
        other = about(self.program, whole, by)
        return (
            node.form.key == other.form.key
            and tuple(tensors.get(t.serial) for t in node.form.tensors) == other.form.tensors
            and tuple(dims.get(dim) for dim in node.form.dims) == other.form.dims
        )

    def _same_place(self, old: Tensor, excerpt: Excerpt, tensors: Mapping[int, Tensor]) -> bool:
        """Whether what is true of a tensor beside its definition is true of the other one."""
        new = tensors.get(old.serial)
        if new is None or (old.serial in self._costs) != (new.serial in self._costs):
            return False
        upstream, other = self.derivation.by_symbol(old.serial), self.derivation.by_symbol(new.serial)
        if upstream is not None:
            return (
                other is not None
                and tensors.get(upstream.of.serial) is other.of
                and new.dims == other.of.dims
                and new.layout == other.of.layout
            )
        users = self.program.consumers.get(old.serial, ())
        if users and all(excerpt.node(user.tensor) is not None for user in users):
            images = {tensors[user.tensor.serial].serial for user in users}
            if images != {user.tensor.serial for user in self.program.consumers.get(new.serial, ())}:
                return False
        return self._facts.get(old.serial, ()) == self._facts.get(new.serial, ())

    @cached_property
    def _facts(self) -> dict[int, list[object]]:
        found: dict[int, list[object]] = {}
        for fact in self.program.facts:
            found.setdefault(fact.tensor.serial, []).append((fact.axis, fact.total))
        return found
