"""What the code of a network computes in another form, as formulas of one entry."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy as sp

from derive.arrays import Entrywise, Leaf
from derive.derivation import Derivation
from derive.handout.survival import D, Formula
from derive.losses import A, Y
from derive.notation import Tensor
from derive.program import Node
from derive.ranges import Z
from derive.targets.stable_forms import Rewritten, rewritten


@lru_cache(maxsize=4)
def formulas(derivation: Derivation) -> tuple[Formula, ...]:
    """What the code computes in another form, or could not; layers of one kind share a formula."""
    found: dict[Any, Formula] = {}
    for one in map(_Letters(derivation).formula, rewritten(derivation)):
        key = (one.textbook, one.value, one.lets, one.found)
        before = found.get(key)
        found[key] = one if before is None else replace(before, names=(*before.names, *one.names))
    return tuple(found.values())


class _Letters:
    """Letters for the arrays of a program."""

    def __init__(self, derivation: Derivation) -> None:
        self.program = derivation.program
        self.gradients = {gradient.symbol.serial: gradient for gradient in derivation.gradients}
        self.activations = {n.argument.tensor.serial: n for n in self.program.nodes if n.argument is not None}

    def formula(self, one: Rewritten) -> Formula:
        textbook = self._scalar(one.textbook)
        value, lets = self._scalar(one.value), tuple((s, self._scalar(meaning)) for s, meaning in one.lets)
        above = None if any(e.has(D) for e in (value, *dict(lets).values())) else self._above(one.textbook)
        labels = self._labels() or (1,)
        return Formula(
            (one.name,),
            self._node(one),
            self._output(one.textbook, above),
            above,
            textbook,
            value,
            lets,
            one.status == "found",
            labels if any(e is not None and e.has(Y) for e in (textbook, above)) else (),
        )

    def _node(self, one: Rewritten) -> Node:
        """The node of this name, or the activation behind the gradient."""
        name = one.name.removeprefix("d")
        by_name = {node.tensor.name: node for node in self.program.nodes}
        node = by_name[one.name if one.name in by_name else name]
        consumers = self.program.consumers.get(node.tensor.serial, ())
        return node if node.note or not consumers else consumers[0]

    def _tensors(self, array: Entrywise) -> tuple[Tensor, ...]:
        return tuple(leaf.tensor for _, leaf in array.operands if isinstance(leaf, Leaf))

    def _labels(self) -> tuple[int, ...]:
        """The ends of the interval in which the labels lie."""
        intervals = (t.interval for t in self.program.tensors if t.role == "label")
        return next((tuple(map(int, i)) for i in intervals if i is not None and i[1].is_finite), ())

    def _above(self, textbook: Entrywise) -> sp.Expr | None:
        """The formula of the gradient that is read, where it has one in entries of a and y."""
        for tensor in self._tensors(textbook):
            gradient = self.gradients.get(tensor.serial)
            if gradient is not None and isinstance(gradient.array, Entrywise):
                found = self._scalar(gradient.array)
                return None if found.has(D) else found
        return None

    def _output(self, textbook: Entrywise, above: sp.Expr | None) -> sp.Expr | None:
        """g(z) of the output that the formula reads."""
        if above is not None:
            return self._formula_of(next(t for t in self._tensors(textbook) if t.serial in self.activations))
        for tensor in self._tensors(textbook):
            node = self.program.node(tensor)
            if node is not None and node.argument is not None:
                return self._formula_of(node.argument.tensor)
        return None

    def _formula_of(self, z: Tensor) -> sp.Expr:
        node = self.activations[z.serial]
        return node.body.xreplace({node.argument: Z})

    def _scalar(self, array: Entrywise) -> sp.Expr:
        return array.formula.xreplace(
            {dummy: self._letter(leaf.tensor) for dummy, leaf in array.operands if isinstance(leaf, Leaf)}
        )

    def _letter(self, tensor: Tensor) -> sp.Basic:
        if not tensor.dims:
            return tensor[()]
        if tensor.role in LETTERS:
            return LETTERS[tensor.role]
        return Z if tensor.serial in self.activations else A


LETTERS = {"label": Y, "gradient": D}
